/* SPDX-License-Identifier: Apache-2.0
 * Fitting a recipe: the list of steps that the user wrote is run over the training table, step by step,
 * and what each step learnt stays as ops.
 *
 *	[{"impute": {"columns": ["age"], "strategy": "median"}}, {"one_hot": ["home"]}, ...]
 *
 * A step sees the table as the steps before it left it. Every mistake names its step, and the column
 * or the option that it is about. */
#include "model/recipe.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct step_kind *const kinds[] = {
	&step_impute,
	&step_standardize,
	&step_minmax,
	&step_clip,
	&step_log,
	&step_log1p,
	&step_bucketise,
	&step_ratio,
	&step_interact,
	&step_date_parts,
	&step_one_hot,
	&step_ordinal,
	&step_target_encode,
	&step_drop_columns,
	&step_keep,
	&step_rename,
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ---- what steps use */

int
step_fail(struct fitter *f, enum err_code code, const char *fmt, ...)
{
	char text[600];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(f->e, code, "step %d (%s): %s", f->step, f->name, text);
}

const char *
step_column_name(const struct fitter *f, int id)
{
	return f->r->names[id];
}

enum mlf_type
step_type(const struct fitter *f, int id)
{
	return f->t.cols[id].type;
}

bool
step_is_target(const struct fitter *f, const char *name)
{
	return f->r->target >= 0 && str_eq(name, f->r->names[f->r->target]);
}

static size_t
place_of(const struct fitter *f, int id)
{
	size_t i = 0;
	while (i < f->n_order && f->order[i] != id)
		i++;
	return i;
}

/* The id of a column that is there, or -1. */
static int
find(const struct fitter *f, const char *name)
{
	intptr_t known = (intptr_t)map_get(&f->r->ids, name);
	return known && place_of(f, (int)known - 1) < f->n_order ? (int)known - 1 : -1;
}

int
step_column(struct fitter *f, const char *name)
{
	struct map names = {0};
	int id = name ? find(f, name) : -1;
	if (id >= 0 && id != f->r->target)
		return id;
	if (id >= 0)
		return step_fail(f, MLC_PARAM, "`%s` is the target: steps leave it alone", name);
	for (size_t i = 0; i < f->n_order; i++)
		map_put(&names, f->r->names[f->order[i]], f);
	const char *near = name ? map_near(&names, name) : NULL;
	step_fail(f, MLC_PARAM, "there is no column `%s`%s", name ? name : "",
		f->step > 1 ? " at this point" : "");
	if (near)
		err_help(f->e, "did you mean `%s`?", near);
	map_fini(&names);
	return -1;
}

static void
insert(struct fitter *f, size_t at, int id)
{
	f->order = mem_grow(f->order, &f->cap_order, f->n_order + 1, sizeof(*f->order));
	memmove(f->order + at + 1, f->order + at, (f->n_order - at) * sizeof(*f->order));
	f->order[at] = id;
	f->n_order++;
}

static void
take_out(struct fitter *f, size_t at)
{
	f->n_order--;
	memmove(f->order + at, f->order + at + 1, (f->n_order - at) * sizeof(*f->order));
}

/* Gives the op its outputs, none of which may be there already. */
static int
name_outputs(struct fitter *f, struct op *o, const char *const *names, const enum mlf_type *types)
{
	o->out = arena_alloc(&f->r->arena, (o->n_out + 1) * sizeof(*o->out));
	o->types = arena_alloc(&f->r->arena, (o->n_out + 1) * sizeof(*o->types));
	if (f->n_order + o->n_out > RECIPE_COLUMNS_MAX)
		return step_fail(f, MLC_MODEL, "more than %d columns", RECIPE_COLUMNS_MAX);
	for (size_t k = 0; k < o->n_out; k++) {
		int there = find(f, names[k]);
		if (!*names[k])
			return step_fail(f, MLC_PARAM, "a column needs a name");
		if (there >= 0 && there != o->in[0]) {
			step_fail(f, MLC_PARAM, "it makes a column `%s`, and there is one already",
				names[k]);
			return err_help(f->e, "rename or drop the other one before this step");
		}
		for (size_t j = 0; j < k; j++)
			if (str_eq(names[j], names[k]))
				return step_fail(
					f, MLC_PARAM, "it makes two columns `%s`", names[k]);
		o->out[k] = recipe_id(f->r, names[k]);
		o->types[k] = types[k];
	}
	rtable_room(&f->t, f->r->n_names);
	return 0;
}

int
step_add(struct fitter *f, struct op *o, const char *const *names, const enum mlf_type *types)
{
	size_t at = o->n_in == 1 ? place_of(f, o->in[0]) + 1 : f->n_order;
	o->step = f->step;
	o->name = f->name;
	int rc = name_outputs(f, o, names, types);
	if (rc == 0 && f->r->n_ops == RECIPE_OPS_MAX)
		rc = step_fail(f, MLC_MODEL, "more than %d ops", RECIPE_OPS_MAX);
	if (rc < 0) {
		dict_fini(&o->dict);
		return -1;
	}
	o = recipe_add(f->r, o);
	if (o->kind == OP_DROP || o->kind == OP_RENAME)
		take_out(f, --at);
	for (size_t k = 0; k < o->n_out; k++)
		if (o->kind == OP_RENAME || o->out[k] != o->in[0])
			insert(f, at++, o->out[k]);
	return op_run(f->r, o, &f->t, f->e);
}

int
step_put(struct fitter *f, struct op *o, const char *as, enum mlf_type type)
{
	const char *name = as ? as : step_column_name(f, o->in[0]);
	o->n_out = 1;
	if (!o->n_in)
		o->n_in = 1;
	return step_add(f, o, &name, &type);
}

int
step_drop(struct fitter *f, int id)
{
	struct op o = {.kind = OP_DROP, .in = {id}, .n_in = 1};
	return step_add(f, &o, NULL, NULL);
}

int
step_numbers(struct fitter *f, const struct ynode *list, const char *option, size_t least,
	double **out, size_t *n)
{
	bool good = list && list->kind == Y_LIST && list->n >= least;
	*n = good ? list->n : 0;
	*out = arena_alloc(&f->r->arena, (*n + 1) * sizeof(**out));
	for (size_t i = 0; i < *n; i++) {
		const struct ynode *v = list->u.items[i];
		(*out)[i] = v->kind == Y_INT ? (double)v->v.i : v->kind == Y_FLOAT ? v->v.f : 0;
		good = good && (v->kind == Y_INT || v->kind == Y_FLOAT) &&
			(*out)[i] - (*out)[i] == 0;
	}
	if (good)
		return 0;
	return step_fail(
		f, MLC_PARAM, "`%s` must be a list of at least %zu numbers", option, least);
}

/* ---- columns of a step */

struct chosen {
	int *ids; /* owned */
	size_t n, cap;
};

static int
choose(struct fitter *f, struct chosen *c, const char *name)
{
	int id = step_column(f, name);
	if (id < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++)
		if (c->ids[i] == id)
			return step_fail(f, MLC_PARAM, "column `%s` is named twice", name);
	c->ids = mem_grow(c->ids, &c->cap, c->n + 1, sizeof(*c->ids));
	c->ids[c->n++] = id;
	return 0;
}

/* `numbers` and `texts` stand for all columns of these types; a column can only be called so in a list. */
static int
choose_all(struct fitter *f, struct chosen *c, const char *word)
{
	unsigned types = str_eq(word, "numbers") ? 1u << MLF_F64 | 1u << MLF_I64 : 1u << MLF_UTF8;
	for (size_t i = 0; i < f->n_order; i++)
		if (f->order[i] != f->r->target && types >> step_type(f, f->order[i]) & 1 &&
			choose(f, c, step_column_name(f, f->order[i])) < 0)
			return -1;
	return c->n ? 0 : step_fail(f, MLC_PARAM, "there are no %s at this point", word);
}

static int
choose_columns(struct fitter *f, struct chosen *c)
{
	const struct ynode *list = f->o.columns;
	const char *word = yaml_str(list);
	if (word && (str_eq(word, "numbers") || str_eq(word, "texts")))
		return choose_all(f, c, word);
	if (word)
		return choose(f, c, word);
	if (!list || list->kind != Y_LIST || list->n == 0) {
		step_fail(f, MLC_PARAM, "`columns` must be a list of columns");
		return err_help(f->e, "or one column, or all `numbers`, or all `texts`");
	}
	for (size_t i = 0; i < list->n; i++)
		if (!yaml_str(list->u.items[i]))
			return step_fail(f, MLC_PARAM, "`columns` must hold names");
		else if (choose(f, c, yaml_str(list->u.items[i])) < 0)
			return -1;
	return 0;
}

/* The name that `as` gives to the i-th of n columns; NULL: none. */
static int
name_as(struct fitter *f, size_t i, size_t n, const char **as)
{
	const struct ynode *list = f->o.as;
	*as = NULL;
	if (!list)
		return 0;
	*as = list->kind == Y_LIST && i < list->n ? yaml_str(list->u.items[i]) : yaml_str(list);
	if (*as && (list->kind == Y_LIST ? list->n == n : n == 1))
		return 0;
	return step_fail(f, MLC_PARAM, "`as` must have a name for each of the %zu columns", n);
}

static int
check_type(struct fitter *f, const struct step_kind *kind, int id)
{
	enum mlf_type type = step_type(f, id);
	struct str wanted = {0};
	if (kind->types >> type & 1)
		return 0;
	for (enum mlf_type t = MLF_BOOL; t <= MLF_TIMESTAMP; t++)
		if (kind->types >> t & 1)
			str_addf(&wanted, "%s%s", wanted.len ? ", " : "", type_name(t));
	step_fail(f, MLC_PARAM, "column `%s` is %s; the step takes %s", step_column_name(f, id),
		type_name(type), str_text(&wanted));
	if (type == MLF_F64 && kind->types >> MLF_I64 & 1)
		err_help(f->e,
			"bucketise it first; what imputes whole numbers and keeps them so is "
			"most_frequent or a value");
	str_fini(&wanted);
	return -1;
}

static int
run_columns(struct fitter *f, const struct step_kind *kind)
{
	struct chosen c = {0};
	int rc = choose_columns(f, &c);
	for (size_t i = 0; rc == 0 && i < c.n; i++) {
		const char *as;
		rc = check_type(f, kind, c.ids[i]);
		if (rc == 0)
			rc = name_as(f, i, c.n, &as);
		if (rc == 0)
			rc = kind->column(f, c.ids[i], as);
	}
	free(c.ids);
	return rc;
}

/* ---- the list */

static const struct step_kind *
kind_of(struct fitter *f, const char *name)
{
	struct map names = {0};
	struct str list = {0};
	for (size_t i = 0; i < KINDS; i++) {
		if (str_eq(kinds[i]->name, name)) {
			map_fini(&names);
			str_fini(&list);
			return kinds[i];
		}
		map_put(&names, kinds[i]->name, f);
		str_addf(&list, "%s%s", i ? ", " : "", kinds[i]->name);
	}
	err_set(f->e, MLC_PARAM, "step %d: there is no step `%s`", f->step, name);
	if (map_near(&names, name))
		err_help(f->e, "did you mean `%s`?", map_near(&names, name));
	else
		err_help(f->e, "the steps are %s", str_text(&list));
	map_fini(&names);
	str_fini(&list);
	return NULL;
}

/* The options of a step into f->o. The places in what was found are those of JSON that nobody wrote. */
static int
read_options(struct fitter *f, const struct step_kind *kind, const struct ynode *options)
{
	struct errs found = {0};
	f->o = (struct step_options){.smoothing = 10,
		.folds = 5,
		.min = -HUGE_VAL,
		.max = HUGE_VAL,
		.center = true,
		.scale = true};
	if (options->kind != Y_MAP) {
		f->o.columns = (struct ynode *)(uintptr_t)options;
		return 0;
	}
	int rc = yaml_fill(options, kind->fields, &f->o, "the step", &found);
	if (rc < 0) {
		step_fail(f, MLC_PARAM, "%s", found.v[0].msg);
		if (*found.v[0].help)
			err_help(f->e, "%s", found.v[0].help);
	}
	errs_fini(&found);
	return rc;
}

static int
run_step(struct fitter *f, const struct ynode *step)
{
	const struct ynode *options = step->n == 1 ? step->u.pairs[0].value : NULL;
	if (step->kind != Y_MAP || !options) {
		err_set(f->e, MLC_PARAM, "step %d must be one name with its options", f->step);
		return err_help(f->e, "as in `- standardize: {columns: [age]}`");
	}
	const struct step_kind *kind = kind_of(f, step->u.pairs[0].key);
	if (!kind)
		return -1;
	f->name = kind->name;
	if (kind->fields && read_options(f, kind, options) < 0)
		return -1;
	return kind->whole ? kind->whole(f, options) : run_columns(f, kind);
}

static int
run_steps(struct fitter *f, const char *json)
{
	struct ynode *list = NULL;
	if (yaml_parse_value(&f->arena, "steps", json ? json : "", &list, f->e) < 0)
		return err_wrap(f->e, "the steps of a recipe");
	if (list->kind != Y_LIST || list->n == 0) {
		err_set(f->e, MLC_PARAM, "the steps of a recipe must be a list of at least one");
		return err_help(f->e, "as in `steps: [{standardize: {columns: numbers}}]`");
	}
	for (size_t i = 0; i < list->n; i++) {
		const struct place at = {.file = RECIPE_STEPS, .line = (int)i + 1};
		f->step = (int)i + 1;
		if (run_step(f, list->u.items[i]) < 0)
			return err_at(f->e, &at, NULL);
	}
	return 0;
}

/* ---- begin and end */

static int
begin(struct fitter *f, const struct recipe_spec *spec, struct mlf_frame *table)
{
	struct recipe *r = f->r;
	r->rows = mlf_rows(table);
	if (r->rows == 0)
		return err_set(f->e, MLC_MODEL, "the table has no rows to fit a recipe on");
	for (int c = 0; c < mlf_columns(table); c++) {
		int id = recipe_id(r, mlf_column_name(table, c));
		rtable_room(&f->t, r->n_names);
		rtable_load(&f->t, id, c);
		insert(f, f->n_order, id);
		r->inputs =
			mem_grow(r->inputs, &r->cap_inputs, r->n_inputs + 1, sizeof(*r->inputs));
		r->inputs[r->n_inputs++] = (struct recipe_column){id, mlf_column_type(table, c),
			frame_column(frame_of(table), c)->nulls > 0,
			typical_value(table, c, &r->arena)};
	}
	if (!spec->target || !*spec->target)
		return 0;
	if (mlf_find(table, spec->target) < 0)
		return err_set(
			f->e, MLC_PARAM, "there is no column `%s` to be the target", spec->target);
	r->target = recipe_id(r, spec->target);
	return 0;
}

static struct mlf_frame *
end(struct fitter *f, struct scope *sc)
{
	struct recipe *r = f->r;
	struct mlf_builder *b = scope_builder(sc);
	for (size_t i = 0; i < f->n_order; i++) {
		int id = f->order[i];
		struct recipe_column c = {.id = id, .type = step_type(f, id)};
		r->outputs = mem_grow(
			r->outputs, &r->cap_outputs, r->n_outputs + 1, sizeof(*r->outputs));
		r->outputs[r->n_outputs++] = c;
		rtable_emit(&f->t, id, &c, r->names[id], b);
	}
	return mlf_finish(b);
}

int
recipe_fit(const struct recipe_spec *spec, struct mlf_frame *table, struct scope *sc,
	struct mlf_frame **out, struct recipe **recipe, struct err *e)
{
	struct fitter f = {.r = recipe_new(), .seed = spec->seed, .e = e};
	*out = NULL;
	*recipe = NULL;
	rtable_init(&f.t, table);
	int rc = begin(&f, spec, table);
	if (rc == 0)
		rc = run_steps(&f, spec->steps);
	if (rc == 0 && f.n_order == (size_t)(f.r->target >= 0))
		rc = err_set(e, MLC_PARAM, "the steps of a recipe leave no column");
	if (rc == 0) {
		*out = end(&f, sc);
		*recipe = f.r;
	} else {
		recipe_unref(f.r);
	}
	rtable_fini(&f.t);
	free(f.order);
	arena_fini(&f.arena);
	return rc;
}
