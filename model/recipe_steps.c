/* SPDX-License-Identifier: Apache-2.0
 * The steps on numbers, times and whole columns: what each learns from the training table.
 *
 *	impute       what is missing gets the mean, the median, the most frequent or a given value
 *	standardize  minus the mean, by the standard deviation (of the population, as in scikit-learn)
 *	minmax       onto a range
 *	clip         into limits, given or quantiles
 *	log, log1p   the natural logarithm, of x or 1 + x
 *	bucketise    the number of a bucket, between given edges or quantiles
 *	ratio        one column by another
 *	interact     the products of all pairs
 *	date_parts   parts of a time
 *	drop, keep, rename
 *
 * A step that has no value to learn from fails, whatever the option: a column without values is a
 * mistake in the data, and not a column of zeros. */
#include "model/linear.h"
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

/* The values of a column, owned by the caller; NULL and an error if there are none. */
static double *
learn_from(struct fitter *f, int id, int64_t *n)
{
	double *v = values_of(rtable_numbers(&f->t, id), f->t.n, n);
	if (*n > 0)
		return v;
	free(v);
	step_fail(f, MLC_MODEL, "column `%s` has no values in %lld rows", step_column_name(f, id),
		(long long)f->t.n);
	return NULL;
}

/* ---- impute */

static int
text_mode(struct fitter *f, int id, struct mlf_str *out)
{
	struct dict d = {0};
	rtable_count(&f->t, id, &d, &f->r->arena);
	if (!d.n) {
		dict_fini(&d);
		return step_fail(f, MLC_MODEL, "column `%s` has no values in %lld rows",
			step_column_name(f, id), (long long)f->t.n);
	}
	int32_t *order = dict_by_count(&d);
	*out = d.texts[order[0]];
	free(order);
	dict_fini(&d);
	return 0;
}

static int
constant(struct fitter *f, int id, struct op *o, enum mlf_type *type)
{
	const struct ynode *v = f->o.value;
	const char *text = yaml_str(v);
	if (!v)
		return step_fail(f, MLC_PARAM, "strategy constant needs a `value`");
	if (*type == MLF_UTF8 && text && v->kind != Y_NULL) {
		o->text.s = arena_strdup(&f->r->arena, text);
		o->text.len = (int64_t)strlen(text);
		return 0;
	}
	if (*type == MLF_BOOL && v->kind == Y_BOOL) {
		o->a = v->v.b;
		return 0;
	}
	if ((*type == MLF_F64 || *type == MLF_I64) && (v->kind == Y_INT || v->kind == Y_FLOAT)) {
		o->a = v->kind == Y_INT ? (double)v->v.i : v->v.f;
		if (v->kind == Y_FLOAT)
			*type = MLF_F64;
		if (isfinite(o->a))
			return 0;
	}
	return step_fail(f, MLC_PARAM, "`value` does not fit column `%s`, which is %s",
		step_column_name(f, id), type_name(*type));
}

static int
learn_fill(struct fitter *f, int id, const char *how, struct op *o, enum mlf_type *type)
{
	int64_t n;
	double mean = 0, sd;
	double *v = learn_from(f, id, &n);
	int rc = 0;
	if (!v)
		return -1;
	if (str_eq(how, "most_frequent")) {
		o->a = value_mode(v, n);
	} else if (str_eq(how, "median")) {
		o->a = value_quantile(v, n, 0.5);
		*type = MLF_F64;
	} else if (moments(v, n, &mean, &sd) < 0) {
		rc = step_fail(
			f, MLC_MODEL, "column `%s` has no finite mean", step_column_name(f, id));
	} else {
		o->a = mean;
		*type = MLF_F64;
	}
	free(v);
	return rc;
}

static int
impute(struct fitter *f, int id, const char *as)
{
	enum mlf_type type = step_type(f, id);
	bool text = type == MLF_UTF8;
	const char *how = f->o.strategy    ? f->o.strategy
		: f->o.value               ? "constant"
		: text || type == MLF_BOOL ? "most_frequent"
					   : "median";
	struct op o = {.kind = OP_FILL, .in = {id}, .n_in = 1};
	bool average = str_eq(how, "mean") || str_eq(how, "median");
	int rc = 0;
	(void)as;
	if (!average && !str_eq(how, "most_frequent") && !str_eq(how, "constant")) {
		step_fail(f, MLC_PARAM, "there is no strategy `%s`", how);
		return err_help(f->e, "it is mean, median, most_frequent or constant");
	}
	if (text && average)
		return step_fail(f, MLC_PARAM, "column `%s` is text, which has no %s",
			step_column_name(f, id), how);
	if (str_eq(how, "constant"))
		rc = constant(f, id, &o, &type);
	else
		rc = text ? text_mode(f, id, &o.text) : learn_fill(f, id, how, &o, &type);
	if (rc == 0 && f->o.indicator) {
		struct op flag = {.kind = OP_MISSING, .in = {id}, .n_in = 1};
		rc = step_put(f, &flag,
			arena_printf(&f->r->arena, "%s_missing", step_column_name(f, id)), MLF_F64);
	}
	return rc < 0 ? -1 : step_put(f, &o, NULL, type);
}

const struct step_kind step_impute = {
	.name = "impute",
	.fields = (const struct yfield[]){COLUMNS,
		FIELD("strategy", YF_STR, strategy, "mean, median, most_frequent or constant"),
		FIELD("value", YF_NODE, value, "of strategy constant"),
		FIELD("indicator", YF_BOOL, indicator, "also a column NAME_missing"), {0}},
	.types = TYPES_NUMBER | 1u << MLF_UTF8,
	.column = impute,
};

/* ---- scales */

static int
standardize(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = OP_SCALE, .in = {id}, .n_in = 1, .b = 1, .c = 1};
	int64_t n;
	double mean, sd;
	double *v = learn_from(f, id, &n);
	if (!v)
		return -1;
	int rc = moments(v, n, &mean, &sd);
	free(v);
	if (rc < 0)
		return step_fail(f, MLC_MODEL,
			"column `%s` holds values that are infinite or too large to be squared",
			step_column_name(f, id));
	if (f->o.center)
		o.a = mean;
	if (f->o.scale && sd > 0)
		o.b = sd;
	return step_put(f, &o, as, MLF_F64);
}

const struct step_kind step_standardize = {
	.name = "standardize",
	.fields = (const struct yfield[]){COLUMNS, AS,
		FIELD("center", YF_BOOL, center, "whether the mean is subtracted"),
		FIELD("scale", YF_BOOL, scale, "whether it is divided by the deviation"), {0}},
	.types = TYPES_NUMBER,
	.column = standardize,
};

static void
extremes(const double *v, int64_t n, double *low, double *high)
{
	*low = *high = v[0];
	for (int64_t i = 1; i < n; i++) {
		*low = v[i] < *low ? v[i] : *low;
		*high = v[i] > *high ? v[i] : *high;
	}
}

static int
minmax(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = OP_SCALE, .in = {id}, .n_in = 1, .b = 1};
	double zero_one[] = {0, 1}, *range = zero_one, low, high;
	size_t n_range = 2;
	int64_t n;
	if (f->o.range && step_numbers(f, f->o.range, "range", 2, &range, &n_range) < 0)
		return -1;
	if (n_range != 2 || !(range[0] < range[1]))
		return step_fail(f, MLC_PARAM, "`range` must be two numbers, the smaller first");
	double *v = learn_from(f, id, &n);
	if (!v)
		return -1;
	extremes(v, n, &low, &high);
	free(v);
	if (!isfinite(low) || !isfinite(high) || !isfinite(high - low))
		return step_fail(
			f, MLC_MODEL, "column `%s` holds infinite values", step_column_name(f, id));
	o.a = low;
	o.b = high > low ? high - low : 1;
	o.c = range[1] - range[0];
	o.d = range[0];
	if (step_put(f, &o, as, MLF_F64) < 0)
		return -1;
	if (!f->o.clip)
		return 0;
	struct op limit = {.kind = OP_CLIP,
		.in = {recipe_id(f->r, as ? as : step_column_name(f, id))},
		.n_in = 1,
		.a = range[0],
		.b = range[1]};
	return step_put(f, &limit, NULL, MLF_F64);
}

const struct step_kind step_minmax = {
	.name = "minmax",
	.fields = (const struct yfield[]){COLUMNS, AS,
		FIELD("range", YF_NODE, range, "[smallest, largest]; [0, 1]"),
		FIELD("clip", YF_BOOL, clip, "later values stay within the range"), {0}},
	.types = TYPES_NUMBER,
	.column = minmax,
};

static int
clip(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = OP_CLIP, .in = {id}, .n_in = 1, .a = f->o.min, .b = f->o.max};
	bool given = isfinite(f->o.min) || isfinite(f->o.max);
	double *q;
	size_t n_q;
	int64_t n;
	if (given == (f->o.quantiles != NULL))
		return step_fail(f, MLC_PARAM, "it takes `min` and `max`, or `quantiles`");
	if (f->o.quantiles) {
		if (step_numbers(f, f->o.quantiles, "quantiles", 2, &q, &n_q) < 0)
			return -1;
		if (n_q != 2 || !(q[0] >= 0 && q[0] < q[1] && q[1] <= 1))
			return step_fail(f, MLC_PARAM,
				"`quantiles` must be two shares between 0 and 1, the smaller "
				"first");
		double *v = learn_from(f, id, &n);
		if (!v)
			return -1;
		o.a = value_quantile(v, n, q[0]);
		o.b = value_quantile(v, n, q[1]);
		free(v);
	}
	if (o.a > o.b)
		return step_fail(f, MLC_PARAM, "`min` is above `max`");
	return step_put(f, &o, as, MLF_F64);
}

const struct step_kind step_clip = {
	.name = "clip",
	.fields = (const struct yfield[]){COLUMNS, AS,
		FIELD("min", YF_FLOAT, min, "the smallest value"),
		FIELD("max", YF_FLOAT, max, "the largest value"),
		FIELD("quantiles", YF_NODE, quantiles, "[0.01, 0.99]: of the training table"), {0}},
	.types = TYPES_NUMBER,
	.column = clip,
};

static int
take_log(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = str_eq(f->name, "log") ? OP_LOG : OP_LOG1P, .in = {id}, .n_in = 1};
	return step_put(f, &o, as, MLF_F64);
}

static const struct yfield log_fields[] = {COLUMNS, AS, {0}};
const struct step_kind step_log = {
	.name = "log",
	.fields = log_fields,
	.types = TYPES_NUMBER,
	.column = take_log,
};
const struct step_kind step_log1p = {
	.name = "log1p",
	.fields = log_fields,
	.types = TYPES_NUMBER,
	.column = take_log,
};

/* ---- buckets */

/* The inner quantiles, each once. */
static int
quantile_edges(struct fitter *f, int id, struct op *o)
{
	const struct ynode *k = f->o.quantiles;
	int64_t n;
	if (k->kind != Y_INT || k->v.i < 2 || k->v.i > 1000)
		return step_fail(f, MLC_PARAM, "`quantiles` is the number of buckets, 2 to 1000");
	double *v = learn_from(f, id, &n);
	if (!v)
		return -1;
	o->edges = arena_alloc(&f->r->arena, (size_t)k->v.i * sizeof(*o->edges));
	for (int64_t i = 1; i < k->v.i; i++) {
		double edge = value_quantile(v, n, (double)i / (double)k->v.i);
		if (isfinite(edge) && (!o->n_edges || edge > o->edges[o->n_edges - 1]))
			o->edges[o->n_edges++] = edge;
	}
	free(v);
	return o->n_edges ? 0
			  : step_fail(f, MLC_MODEL, "column `%s` has no finite quantiles",
				    step_column_name(f, id));
}

static int
bucketise(struct fitter *f, int id, const char *as)
{
	struct op o = {.kind = OP_BUCKET, .in = {id}, .n_in = 1};
	if ((f->o.edges != NULL) == (f->o.quantiles != NULL))
		return step_fail(f, MLC_PARAM, "it takes `edges` or `quantiles`");
	if (f->o.quantiles && quantile_edges(f, id, &o) < 0)
		return -1;
	if (f->o.edges && step_numbers(f, f->o.edges, "edges", 1, &o.edges, &o.n_edges) < 0)
		return -1;
	for (size_t i = 1; i < o.n_edges; i++)
		if (!(o.edges[i - 1] < o.edges[i]))
			return step_fail(f, MLC_PARAM, "`edges` must rise");
	return step_put(f, &o, as, MLF_I64);
}

const struct step_kind step_bucketise = {
	.name = "bucketise",
	.fields = (const struct yfield[]){COLUMNS, AS,
		FIELD("edges", YF_NODE, edges, "where buckets begin, but the first"),
		FIELD("quantiles", YF_NODE, quantiles, "how many buckets of as many rows"), {0}},
	.types = TYPES_NUMBER,
	.column = bucketise,
};

/* ---- two columns */

static int
number_column(struct fitter *f, const char *name)
{
	int id = step_column(f, name);
	if (id >= 0 && !(TYPES_NUMBER >> step_type(f, id) & 1))
		return step_fail(f, MLC_PARAM, "column `%s` is %s, and no number", name,
			type_name(step_type(f, id)));
	return id;
}

static int
ratio(struct fitter *f, const struct ynode *options)
{
	struct op o = {.kind = OP_RATIO, .n_in = 2};
	const char *as = yaml_str(f->o.as);
	(void)options;
	if (!f->o.of || !f->o.by || !as)
		return step_fail(f, MLC_PARAM, "it needs `of`, `by` and `as`");
	o.in[0] = number_column(f, f->o.of);
	o.in[1] = o.in[0] < 0 ? -1 : number_column(f, f->o.by);
	return o.in[1] < 0 ? -1 : step_put(f, &o, as, MLF_F64);
}

const struct step_kind step_ratio = {
	.name = "ratio",
	.fields = (const struct yfield[]){FIELD("of", YF_STR, of, "the column above"),
		FIELD("by", YF_STR, by, "the column below"),
		FIELD("as", YF_NODE, as, "the name of the result"), {0}},
	.whole = ratio,
};

static int
interact(struct fitter *f, const struct ynode *options)
{
	const struct ynode *list = f->o.columns;
	const char *as = yaml_str(f->o.as);
	(void)options;
	if (list->kind != Y_LIST || list->n < 2)
		return step_fail(f, MLC_PARAM, "`columns` must be a list of at least two columns");
	if (f->o.as && (!as || list->n != 2))
		return step_fail(f, MLC_PARAM, "`as` is one name, for two columns");
	for (size_t i = 0; i < list->n; i++)
		for (size_t j = i + 1; j < list->n; j++) {
			const char *a = yaml_str(list->u.items[i]), *b = yaml_str(list->u.items[j]);
			struct op o = {.kind = OP_PRODUCT, .n_in = 2};
			o.in[0] = number_column(f, a);
			o.in[1] = o.in[0] < 0 ? -1 : number_column(f, b);
			if (o.in[1] < 0 ||
				step_put(f, &o,
					as ? as : arena_printf(&f->r->arena, "%s_x_%s", a, b),
					MLF_F64) < 0)
				return -1;
		}
	return 0;
}

const struct step_kind step_interact = {
	.name = "interact",
	.fields = (const struct yfield[]){COLUMNS,
		FIELD("as", YF_NODE, as, "the name of the product of two"), {0}},
	.whole = interact,
};

/* ---- times */

static int
help_parts(struct err *e)
{
	return err_help(e,
		"parts are year, quarter, month, day, weekday (Monday is 0), "
		"yearday, hour, minute, weekend");
}

static int
date_parts(struct fitter *f, int id, const char *as)
{
	const struct ynode *list = f->o.parts;
	(void)as;
	if (!list || list->kind != Y_LIST || list->n == 0) {
		step_fail(f, MLC_PARAM, "`parts` must be a list");
		return help_parts(f->e);
	}
	for (size_t i = list->n; i-- > 0;) { /* each stands behind the column: the last one first */
		struct op o = {.kind = OP_DATE, .in = {id}, .n_in = 1};
		const char *part = yaml_str(list->u.items[i]);
		while (o.part < DATE_PARTS && !str_eq(date_names[o.part], part))
			o.part++;
		if (o.part == DATE_PARTS) {
			step_fail(f, MLC_PARAM, "there is no part `%s`", part ? part : "");
			return help_parts(f->e);
		}
		if (step_put(f, &o,
			    arena_printf(&f->r->arena, "%s_%s", step_column_name(f, id), part),
			    MLF_I64) < 0)
			return -1;
	}
	return step_drop(f, id);
}

const struct step_kind step_date_parts = {
	.name = "date_parts",
	.fields = (const struct yfield[]){COLUMNS,
		FIELD("parts", YF_NODE, parts, "year, quarter, month, day, weekday, hour, ..."),
		{0}},
	.types = 1u << MLF_TIMESTAMP,
	.column = date_parts,
};

/* ---- which columns there are */

static int
drop(struct fitter *f, int id, const char *as)
{
	(void)as;
	return step_drop(f, id);
}

static const struct yfield only_columns[] = {COLUMNS, {0}};
const struct step_kind step_drop_columns = {
	.name = "drop",
	.fields = only_columns,
	.types = ~0u,
	.column = drop,
};

static int
keep(struct fitter *f, const struct ynode *options)
{
	const struct ynode *list = f->o.columns;
	struct map kept = {0};
	int rc = list->kind == Y_LIST && list->n
		? 0
		: step_fail(f, MLC_PARAM, "`columns` must be a list of columns");
	(void)options;
	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		const char *name = yaml_str(list->u.items[i]);
		rc = step_is_target(f, name) || step_column(f, name) >= 0 ? 0 : -1;
		if (rc == 0)
			map_put(&kept, name, f);
	}
	for (size_t i = f->n_order; rc == 0 && i-- > 0;) {
		const char *name = step_column_name(f, f->order[i]);
		if (!map_has(&kept, name) && !step_is_target(f, name))
			rc = step_drop(f, f->order[i]);
	}
	map_fini(&kept);
	return rc;
}

const struct step_kind step_keep = {.name = "keep", .fields = only_columns, .whole = keep};

static int
rename_columns(struct fitter *f, const struct ynode *names)
{
	if (names->kind != Y_MAP || names->n == 0)
		return step_fail(f, MLC_PARAM, "it takes `{name: new name}`");
	for (size_t i = 0; i < names->n; i++) {
		const char *to = yaml_str(names->u.pairs[i].value);
		struct op o = {.kind = OP_RENAME, .n_in = 1, .in = {-1}};
		if (!to)
			return step_fail(f, MLC_PARAM, "the new name of `%s` must be text",
				names->u.pairs[i].key);
		o.in[0] = step_column(f, names->u.pairs[i].key);
		if (o.in[0] < 0)
			return -1;
		if (!str_eq(to, names->u.pairs[i].key) &&
			step_put(f, &o, to, step_type(f, o.in[0])) < 0)
			return -1;
	}
	return 0;
}

const struct step_kind step_rename = {.name = "rename", .whole = rename_columns};
