/* SPDX-License-Identifier: Apache-2.0
 * The steps on categories: texts, whole numbers and booleans become columns of numbers.
 *
 *	one_hot        a column of 0 and 1 for each category, or for the most frequent ones and the rest
 *	ordinal        the place of the category in an order
 *	target_encode  the mean of the target in the category, drawn to the mean of all rows
 *
 * A training row must not be told its own target: target_encode gives it the mean of the other folds'
 * rows. Later rows get the mean of all training rows, which is what the op holds. */
#include "model/recipe.h"

#include <math.h>
#include <stdlib.h>

#define FIELD(key, type, member, help)                                        \
	{                                                                     \
		key, type, false, offsetof(struct step_options, member), help \
	}
#define COLUMNS                                                                   \
	{                                                                         \
		"columns", YF_NODE, true, offsetof(struct step_options, columns), \
			"a list of columns"                                       \
	}
#define AS FIELD("as", YF_NODE, as, "new names: the columns themselves stay")

enum {
	CATEGORIES_MAX = 1000, /* columns that one_hot makes of a column */
	TYPES_CATEGORY = 1u << MLF_UTF8 | 1u << MLF_I64 | 1u << MLF_BOOL,
};

/* Copies category i of one dict to the end of another. */
static void
copy_category(struct fitter *f, struct dict *to, const struct dict *from, int32_t i)
{
	to->type = from->type;
	if (from->type == MLF_UTF8)
		dict_add_text(to, &f->r->arena, from->texts[i]);
	else
		dict_add_int(to, from->ints[i]);
}

static int
count(struct fitter *f, int id, struct dict *d, struct arena *a)
{
	rtable_count(&f->t, id, d, a);
	if (d->n)
		return 0;
	return step_fail(f, MLC_MODEL, "column `%s` has no values in %lld rows",
		step_column_name(f, id), (long long)f->t.n);
}

/* ---- one_hot */

/* Which categories get a column, as flags by number; owned by the caller. NULL and an error. */
static bool *
choose(struct fitter *f, int id, const struct dict *d, size_t *n)
{
	size_t most = f->o.max_categories ? (size_t)f->o.max_categories : CATEGORIES_MAX;
	*n = d->n <= most ? d->n : most - 1;
	if (d->n > most && !f->o.max_categories) {
		step_fail(f, MLC_MODEL,
			"column `%s` has %zu different values, and at most %d are "
			"taken unasked",
			step_column_name(f, id), d->n, CATEGORIES_MAX);
		err_help(f->e, "set `max_categories`, or use target_encode");
		return NULL;
	}
	bool *chosen = mem_alloc(d->n + 1);
	int32_t *order = dict_by_count(d);
	for (size_t i = 0; i < *n; i++)
		chosen[order[i]] = true;
	free(order);
	return chosen;
}

/* The op's categories, where each leads, and the names of the columns. */
static void
lay_out(struct fitter *f, struct op *o, const struct dict *d, const bool *chosen,
	const char **names)
{
	int32_t *order = dict_by_value(d);
	bool bools = step_type(f, o->in[0]) == MLF_BOOL, first = f->o.drop_first;
	struct str name = {0};
	o->values = arena_alloc(&f->r->arena, (d->n + 1) * sizeof(*o->values));
	for (size_t i = 0; i < d->n; i++) {
		if (!chosen[order[i]])
			continue;
		copy_category(f, &o->dict, d, order[i]);
		o->values[o->dict.n - 1] = first ? -1 : (double)o->n_out;
		str_reset(&name);
		str_addf(&name, "%s_", step_column_name(f, o->in[0]));
		dict_label(d, order[i], bools, &name);
		if (!first)
			names[o->n_out++] = arena_strdup(&f->r->arena, str_text(&name));
		first = false;
	}
	/* the rare ones are told from unknown ones only where it matters */
	for (size_t i = 0; i < d->n && o->strict; i++)
		if (!chosen[order[i]]) {
			copy_category(f, &o->dict, d, order[i]);
			o->values[o->dict.n - 1] = (double)o->n_out;
		}
	str_fini(&name);
	free(order);
}

static int
one_hot_op(struct fitter *f, int id, struct op *o)
{
	struct dict d = {0};
	struct arena a = {0};
	size_t n = 0;
	bool *chosen = NULL;
	int rc = count(f, id, &d, &a);
	if (rc == 0 && !(chosen = choose(f, id, &d, &n)))
		rc = -1;
	if (rc == 0) {
		const char **names = mem_alloc((n + 2) * sizeof(*names));
		enum mlf_type *types = mem_alloc((n + 2) * sizeof(*types));
		lay_out(f, o, &d, chosen, names);
		o->other = -1;
		if (n < d.n) {
			o->other = (double)o->n_out;
			names[o->n_out++] =
				arena_printf(&f->r->arena, "%s_other", step_column_name(f, id));
		}
		for (size_t k = 0; k < o->n_out; k++)
			types[k] = MLF_F64;
		rc = step_add(f, o, names, types);
		free(names);
		free(types);
	}
	free(chosen);
	dict_fini(&d);
	arena_fini(&a);
	return rc;
}

static int
one_hot(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = OP_ONE_HOT, .in = {id}, .n_in = 1};
	const char *unknown = f->o.unknown ? yaml_str(f->o.unknown) : "ignore";
	(void)as;
	if (!str_eq(unknown, "ignore") && !str_eq(unknown, "error"))
		return step_fail(f, MLC_PARAM, "`unknown` is ignore or error");
	if (f->o.max_categories < 0 || f->o.max_categories == 1 ||
		f->o.max_categories > CATEGORIES_MAX)
		return step_fail(
			f, MLC_PARAM, "`max_categories` must lie between 2 and %d", CATEGORIES_MAX);
	o.strict = str_eq(unknown, "error");
	if (one_hot_op(f, id, &o) < 0)
		return -1;
	return step_drop(f, id);
}

const struct step_kind step_one_hot = {
	.name = "one_hot",
	.fields = (const struct yfield[]){COLUMNS,
		FIELD("unknown", YF_NODE, unknown, "what new categories are: ignore or error"),
		FIELD("max_categories", YF_INT, max_categories, "columns at most; one is `other`"),
		FIELD("drop_first", YF_BOOL, drop_first, "no column for the first category"), {0}},
	.types = TYPES_CATEGORY,
	.column = one_hot,
};

/* ---- ordinal */

/* Takes the order that the user gave. */
static int
given_order(struct fitter *f, int id, struct dict *d)
{
	const struct ynode *list = f->o.categories;
	bool text = step_type(f, id) == MLF_UTF8;
	d->type = text ? MLF_UTF8 : MLF_I64;
	if (list->kind != Y_LIST || list->n == 0)
		return step_fail(f, MLC_PARAM, "`categories` must be a list, the smallest first");
	for (size_t i = 0; i < list->n; i++) {
		const struct ynode *v = list->u.items[i];
		const char *s = yaml_str(v);
		size_t before = d->n;
		if (text && s)
			dict_add_text(d, &f->r->arena, (struct mlf_str){s, (int64_t)strlen(s)});
		else if (!text && v->kind == Y_INT)
			dict_add_int(d, v->v.i);
		else if (!text && v->kind == Y_BOOL)
			dict_add_int(d, v->v.b);
		else
			return step_fail(f, MLC_PARAM,
				"entry %zu of `categories` does not fit column `%s`, which is %s",
				i + 1, step_column_name(f, id), type_name(step_type(f, id)));
		if (d->n == before)
			return step_fail(
				f, MLC_PARAM, "entry %zu of `categories` is there twice", i + 1);
	}
	return 0;
}

static int
found_order(struct fitter *f, int id, struct dict *d)
{
	struct dict all = {0};
	struct arena a = {0};
	int rc = count(f, id, &all, &a);
	if (rc == 0) {
		int32_t *order = dict_by_value(&all);
		for (size_t i = 0; i < all.n; i++)
			copy_category(f, d, &all, order[i]);
		free(order);
	}
	dict_fini(&all);
	arena_fini(&a);
	return rc;
}

/* error, missing, or a number that stands for all the others. */
static int
ordinal_unknown(struct fitter *f, struct op *o)
{
	const struct ynode *v = f->o.unknown;
	o->strict = !v || str_eq(yaml_str(v), "error");
	if (o->strict || str_eq(yaml_str(v), "missing"))
		return 0;
	if (v->kind != Y_INT)
		return step_fail(f, MLC_PARAM, "`unknown` is error, missing or a whole number");
	o->other = (double)v->v.i;
	return 0;
}

static int
ordinal(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = OP_MAP, .in = {id}, .n_in = 1, .other = NAN, .missing = NAN};
	if (ordinal_unknown(f, &o) < 0)
		return -1;
	if ((f->o.categories ? given_order(f, id, &o.dict) : found_order(f, id, &o.dict)) < 0) {
		dict_fini(&o.dict);
		return -1;
	}
	o.values = arena_alloc(&f->r->arena, o.dict.n * sizeof(*o.values));
	for (size_t i = 0; i < o.dict.n; i++)
		o.values[i] = (double)i;
	return step_put(f, &o, as, MLF_I64);
}

const struct step_kind step_ordinal = {
	.name = "ordinal",
	.fields = (const struct yfield[]){COLUMNS, AS,
		FIELD("categories", YF_NODE, categories, "in order; else they are sorted"),
		FIELD("unknown", YF_NODE, unknown, "new categories: error, missing or a number"),
		{0}},
	.types = TYPES_CATEGORY,
	.column = ordinal,
};

/* ---- target_encode */

/* The target as numbers; of two texts the larger one is 1. In memory of the table. */
static const double *
target_numbers(struct fitter *f)
{
	int id = f->r->target;
	struct dict d = {0};
	struct arena a = {0};
	if (id < 0) {
		step_fail(f, MLC_PARAM, "it needs a target, and none was named");
		return NULL;
	}
	if (rtable_missing(&f->t, id, NULL)) {
		step_fail(f, MLC_MODEL, "target `%s` is missing in %lld rows",
			step_column_name(f, id), (long long)rtable_missing(&f->t, id, NULL));
		return NULL;
	}
	if (TYPES_NUMBER >> step_type(f, id) & 1)
		return rtable_numbers(&f->t, id);
	double *y = rtable_buffer(&f->t, (size_t)f->t.n * sizeof(*y));
	int32_t *codes = rtable_buffer(&f->t, (size_t)f->t.n * sizeof(*codes));
	if (step_type(f, id) == MLF_UTF8)
		rtable_count(&f->t, id, &d, &a);
	if (d.n == 2) {
		int32_t *order = dict_by_value(&d);
		rtable_codes(&f->t, id, &d, codes);
		for (int64_t i = 0; i < f->t.n; i++)
			y[i] = codes[i] == order[1];
		free(order);
	} else {
		step_fail(f, MLC_MODEL, "target `%s` must be numbers, booleans or two texts",
			step_column_name(f, id));
		y = NULL;
	}
	dict_fini(&d);
	arena_fini(&a);
	return y;
}

/* A number that looks random and is the same for the same seed and row (splitmix64). */
static uint64_t
scatter(uint64_t seed, uint64_t row)
{
	uint64_t z = seed * 0xd1342543de82ef95u + (row + 1) * 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Rows and sums of the target, by fold and category; the last category is what is missing. */
struct sums {
	size_t folds, n;              /* n categories and one */
	double *rows, *sum;           /* owned; [fold * n + category] */
	double *all_rows, *all_sum;   /* owned; [category] */
	double *fold_rows, *fold_sum; /* owned; [fold] */
	double total_rows, total;
};

static void
sums_make(struct sums *s, const int32_t *codes, const uint8_t *fold, const double *y, int64_t n)
{
	s->rows = mem_alloc(s->folds * s->n * sizeof(double));
	s->sum = mem_alloc(s->folds * s->n * sizeof(double));
	s->all_rows = mem_alloc(s->n * sizeof(double));
	s->all_sum = mem_alloc(s->n * sizeof(double));
	s->fold_rows = mem_alloc(s->folds * sizeof(double));
	s->fold_sum = mem_alloc(s->folds * sizeof(double));
	for (int64_t i = 0; i < n; i++) {
		size_t c = codes[i] < 0 ? s->n - 1 : (size_t)codes[i], at = fold[i] * s->n + c;
		s->rows[at]++;
		s->sum[at] += y[i];
	}
	for (size_t k = 0; k < s->folds; k++)
		for (size_t c = 0; c < s->n; c++) {
			s->all_rows[c] += s->rows[k * s->n + c];
			s->all_sum[c] += s->sum[k * s->n + c];
			s->fold_rows[k] += s->rows[k * s->n + c];
			s->fold_sum[k] += s->sum[k * s->n + c];
		}
	for (size_t k = 0; k < s->folds; k++) {
		s->total_rows += s->fold_rows[k];
		s->total += s->fold_sum[k];
	}
}

static void
sums_fini(struct sums *s)
{
	free(s->rows);
	free(s->sum);
	free(s->all_rows);
	free(s->all_sum);
	free(s->fold_rows);
	free(s->fold_sum);
}

static double
drawn(double sum, double rows, double smoothing, double prior)
{
	return rows + smoothing > 0 ? (sum + smoothing * prior) / (rows + smoothing) : prior;
}

/* What the training rows get: what the other folds know. */
static double *
out_of_fold(struct fitter *f, const struct sums *s, const int32_t *codes, const uint8_t *fold)
{
	double *y = rtable_buffer(&f->t, (size_t)f->t.n * sizeof(*y));
	for (int64_t i = 0; i < f->t.n; i++) {
		size_t k = fold[i], c = codes[i] < 0 ? s->n - 1 : (size_t)codes[i];
		double others = s->total_rows - s->fold_rows[k];
		double prior = others > 0 ? (s->total - s->fold_sum[k]) / others
					  : s->total / s->total_rows;
		y[i] = codes[i] < 0
			? prior
			: drawn(s->all_sum[c] - s->sum[k * s->n + c],
				  s->all_rows[c] - s->rows[k * s->n + c], f->o.smoothing, prior);
	}
	return y;
}

static int
encode(struct fitter *f, struct op *o, const double *target, const char *as)
{
	size_t rows = (size_t)f->t.n;
	int32_t *codes = rtable_buffer(&f->t, rows * sizeof(*codes));
	uint8_t *fold = rtable_buffer(&f->t, rows);
	struct sums s = {.folds = (size_t)f->o.folds, .n = o->dict.n + 1};
	rtable_codes(&f->t, o->in[0], &o->dict, codes);
	for (size_t i = 0; i < rows; i++)
		fold[i] = (uint8_t)(scatter(f->seed, i) % s.folds);
	sums_make(&s, codes, fold, target, f->t.n);
	double prior = s.total / s.total_rows;
	o->other = o->missing = prior;
	o->values = arena_alloc(&f->r->arena, s.n * sizeof(*o->values));
	for (size_t c = 0; c + 1 < s.n; c++)
		o->values[c] = drawn(s.all_sum[c], s.all_rows[c], f->o.smoothing, prior);
	double *honest = out_of_fold(f, &s, codes, fold);
	sums_fini(&s);
	int id = o->in[0];
	if (!isfinite(prior)) {
		dict_fini(&o->dict);
		return step_fail(f, MLC_MODEL, "the target's mean is not finite");
	}
	if (step_put(f, o, as, MLF_F64) < 0)
		return -1;
	f->t.cols[as ? recipe_id(f->r, as) : id].num = honest;
	return 0;
}

static int
target_encode(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = OP_MAP, .in = {id}, .n_in = 1};
	if (f->o.folds < 2 || f->o.folds > 100)
		return step_fail(f, MLC_PARAM, "`folds` must lie between 2 and 100");
	if (!(f->o.smoothing >= 0 && f->o.smoothing <= 1e9))
		return step_fail(f, MLC_PARAM, "`smoothing` must lie between 0 and 1e9");
	const double *target = target_numbers(f);
	if (!target)
		return -1;
	if (found_order(f, id, &o.dict) < 0) {
		dict_fini(&o.dict);
		return -1;
	}
	return encode(f, &o, target, as);
}

const struct step_kind step_target_encode = {
	.name = "target_encode",
	.fields = (const struct yfield[]){COLUMNS, AS,
		FIELD("smoothing", YF_FLOAT, smoothing,
			"rows of the overall mean in each category"),
		FIELD("folds", YF_INT, folds, "of the training rows"), {0}},
	.types = TYPES_CATEGORY,
	.column = target_encode,
};
