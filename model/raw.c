/* SPDX-License-Identifier: Apache-2.0
 * Models that take raw rows: a recipe stands between what comes in and what the flavor reads.
 *
 *	raw row --recipe, as much of it as is needed--> the flavor's inputs --> prediction
 *
 * So the signature is the raw columns, and a column that no feature is made of is not asked for. */
#include "model/recipe.h"

#include <stdlib.h>

void
raw_free(struct raw *raw)
{
	if (!raw)
		return;
	part_fini(raw->part);
	recipe_unref(raw->recipe);
	free(raw->part);
	free(raw->inputs);
	free(raw->examples);
	free(raw);
}

const struct sig_column *
model_inputs(const struct mlf_model *m, size_t *n)
{
	*n = m->raw ? m->raw->n_inputs : m->n_inputs;
	return m->raw ? m->raw->inputs : m->inputs;
}

const char *const *
model_examples(const struct mlf_model *m)
{
	return m->raw ? m->raw->examples : m->examples;
}

static int
complain_output(const struct recipe *r, const char *name, struct err *e)
{
	struct map names = {0};
	if (r->target >= 0 && str_eq(r->names[r->target], name))
		return err_set(
			e, MLC_MODEL, "the recipe's target `%s` is a feature of the model", name);
	err_set(e, MLC_MODEL, "the recipe makes no column `%s`, which the model reads", name);
	for (size_t i = 0; i < r->n_outputs; i++)
		map_put(&names, r->names[r->outputs[i].id], &names);
	if (map_near(&names, name))
		err_help(e, "did you mean `%s`?", map_near(&names, name));
	else
		err_help(e, "train on the table that the recipe's node gave");
	map_fini(&names);
	return -1;
}

/* The recipe's output of that name, or NULL and an error. */
static const struct recipe_column *
output_of(const struct recipe *r, const char *name, struct err *e)
{
	for (size_t i = 0; i < r->n_outputs; i++)
		if (r->outputs[i].id != r->target && str_eq(r->names[r->outputs[i].id], name))
			return &r->outputs[i];
	(void)complain_output(r, name, e);
	return NULL;
}

/* Whole numbers that may be missing are floats to MLflow. */
static enum mlf_type
raw_type(const struct recipe_column *c)
{
	return c->nulls && c->type == MLF_I64 ? MLF_F64 : c->type;
}

static void
take_inputs(struct raw *raw)
{
	const struct recipe *r = raw->recipe;
	raw->inputs = mem_alloc((r->n_inputs + 1) * sizeof(*raw->inputs));
	raw->examples = mem_alloc((r->n_inputs + 1) * sizeof(*raw->examples));
	for (size_t i = 0; i < r->n_inputs; i++) {
		const struct recipe_column *c = &r->inputs[i];
		if (raw->part->input[i] < 0)
			continue;
		raw->examples[raw->n_inputs] = c->example;
		raw->inputs[raw->n_inputs++] = (struct sig_column){r->names[c->id], raw_type(c)};
	}
}

int
model_use_recipe(struct mlf_model *m, struct recipe *r, struct err *e)
{
	struct recipe_column *wanted = arena_alloc(&m->arena, (m->n_inputs + 1) * sizeof(*wanted));
	for (size_t i = 0; i < m->n_inputs; i++) {
		const struct recipe_column *c = output_of(r, m->inputs[i].name, e);
		if (!c)
			return -1;
		if (type_class(c->type) != type_class(m->inputs[i].type))
			return err_set(e, MLC_MODEL,
				"the model reads column `%s` as %s, and the recipe makes %s of it",
				m->inputs[i].name, type_name(m->inputs[i].type),
				type_name(c->type));
		wanted[i] = *c;
	}
	m->raw = mem_alloc(sizeof(*m->raw));
	m->raw->recipe = recipe_ref(r);
	m->raw->part = mem_alloc(sizeof(*m->raw->part));
	part_init(m->raw->part, r, wanted, m->n_inputs);
	take_inputs(m->raw);
	return 0;
}

/* True if the table has all that the steps would make. */
static bool
been_through(const struct mlf_model *m, struct mlf_frame *f)
{
	for (size_t i = 0; i < m->n_inputs; i++)
		if (mlf_find(f, m->inputs[i].name) < 0)
			return false;
	return true;
}

int
raw_prepare(const struct mlf_model *m, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e)
{
	*out = f;
	/* a table without columns would have no rows */
	if (!m->raw || m->n_inputs == 0 || part_run(m->raw->part, f, sc, out, e) == 0)
		return 0;
	if (been_through(m, f))
		return err_help(e,
			"the table has been through the steps already, and the model does them "
			"itself: give it the table from before");
	return -1;
}

int
raw_prepare_training(
	const struct mlf_model *m, struct mlf_frame *f, struct mlf_frame **out, struct err *e)
{
	struct mlf_frame *made;
	*out = f;
	if (!m->raw)
		return 0;
	if (raw_prepare(m, f, scope_of(f), &made, e) < 0)
		return -1;
	struct mlf_builder *b = scope_builder(scope_of(f));
	for (int i = 0; i < mlf_columns(made); i++)
		mlf_graft(b, made, mlf_column_name(made, i), mlf_column_name(made, i));
	for (int i = 0; i < mlf_columns(f); i++)
		if (mlf_find(made, mlf_column_name(f, i)) < 0)
			mlf_graft(b, f, mlf_column_name(f, i), mlf_column_name(f, i));
	*out = mlf_finish(b);
	return 0;
}

void
model_learn_examples(struct mlf_model *m, struct mlf_frame *f)
{
	m->examples = arena_alloc(&m->arena, (m->n_inputs + 1) * sizeof(*m->examples));
	for (size_t i = 0; i < m->n_inputs; i++) {
		int column = mlf_find(f, m->inputs[i].name);
		m->examples[i] = column < 0 ? "null" : typical_value(f, column, &m->arena);
	}
}
