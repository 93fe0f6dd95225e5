/* SPDX-License-Identifier: Apache-2.0
 * Recipes from the outside: their life, which of their ops some outputs need, and applying them.
 *
 *	frame --load--> the inputs that are needed --ops, one after the other--> outputs --emit--> frame
 *
 * What is not needed is not looked at: a model asks of a table the raw columns that its features are
 * made of, and no others, least of all the target. Invariant: a recipe never changes once it was
 * fitted or read, so any number of threads may apply it. */
#include "model/recipe.h"

#include <stdlib.h>

struct recipe *
recipe_new(void)
{
	struct recipe *r = mem_alloc(sizeof(*r));
	atomic_init(&r->refs, 1);
	r->target = -1;
	return r;
}

struct recipe *
recipe_ref(struct recipe *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void
recipe_unref(struct recipe *r)
{
	if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < r->n_ops; i++)
		dict_fini(&r->ops[i].dict);
	free(r->ops);
	free(r->inputs);
	free(r->outputs);
	free(r->names);
	map_fini(&r->ids);
	arena_fini(&r->arena);
	free(r);
}

int
recipe_id(struct recipe *r, const char *name)
{
	intptr_t there = (intptr_t)map_get(&r->ids, name);
	if (there)
		return (int)there - 1;
	r->names = mem_grow(r->names, &r->cap_names, r->n_names + 1, sizeof(*r->names));
	r->names[r->n_names++] = arena_strdup(&r->arena, name);
	map_put(&r->ids, name, (void *)(intptr_t)r->n_names);
	return (int)r->n_names - 1;
}

struct op *
recipe_add(struct recipe *r, const struct op *o)
{
	r->ops = mem_grow(r->ops, &r->cap_ops, r->n_ops + 1, sizeof(*r->ops));
	r->ops[r->n_ops] = *o;
	return &r->ops[r->n_ops++];
}

/* ---- what is needed */

static bool
any_wanted(const struct op *o, const bool *wanted)
{
	for (size_t k = 0; k < o->n_out; k++)
		if (wanted[o->out[k]])
			return true;
	return false;
}

void
part_init(struct recipe_part *p, const struct recipe *r, const struct recipe_column *outputs,
	size_t n)
{
	bool *wanted = mem_alloc(r->n_names + 1);
	int *first = mem_alloc((r->n_names + 1) * sizeof(*first));
	*p = (struct recipe_part){
		r, outputs, n, mem_alloc(r->n_ops + 1), mem_alloc((r->n_inputs + 1) * sizeof(int))};
	for (size_t i = 0; i < n; i++) {
		wanted[outputs[i].id] = true;
		first[outputs[i].id] = (int)r->n_ops;
	}
	for (size_t i = r->n_ops; i-- > 0;) {
		const struct op *o = &r->ops[i];
		p->op[i] = any_wanted(o, wanted);
		for (size_t k = 0; p->op[i] && k < o->n_out; k++)
			wanted[o->out[k]] = false;
		for (size_t k = 0; p->op[i] && k < o->n_in; k++) {
			wanted[o->in[k]] = true;
			first[o->in[k]] = (int)i;
		}
	}
	for (size_t i = 0; i < r->n_inputs; i++)
		p->input[i] = wanted[r->inputs[i].id] ? first[r->inputs[i].id] : -1;
	free(first);
	free(wanted);
}

void
part_fini(struct recipe_part *p)
{
	free(p->op);
	free(p->input);
}

/* ---- applying */

static int
complain_column(const struct recipe_part *p, size_t i, const char *found, struct mlf_frame *f,
	struct err *e)
{
	const struct recipe *r = p->recipe;
	const char *name = r->names[r->inputs[i].id];
	struct str who = {0};
	struct map names = {0};
	if ((size_t)p->input[i] < r->n_ops)
		str_addf(&who, "step %d (%s) of the recipe", r->ops[p->input[i]].step,
			r->ops[p->input[i]].name);
	else
		str_add(&who, "the recipe");
	if (found) {
		err_set(e, MLC_MODEL, "%s was fitted on column `%s` as %s, and now it is %s",
			str_text(&who), name, type_name(r->inputs[i].type), found);
	} else {
		err_set(e, MLC_MODEL, "%s needs column `%s`", str_text(&who), name);
		for (int c = 0; c < mlf_columns(f); c++)
			map_put(&names, mlf_column_name(f, c), &names);
		if (map_near(&names, name))
			err_help(e, "did you mean `%s`?", map_near(&names, name));
	}
	map_fini(&names);
	str_fini(&who);
	return -1;
}

/* Takes the inputs that are needed. Numbers of one type stand for those of another, and a column
 * without any value for anything: a file says of it what it likes. */
static int
load_inputs(const struct recipe_part *p, struct rtable *t, struct err *e)
{
	const struct recipe *r = p->recipe;
	for (size_t i = 0; i < r->n_inputs; i++) {
		if (p->input[i] < 0)
			continue;
		int id = r->inputs[i].id, column = mlf_find(t->frame, r->names[id]);
		if (column < 0)
			return complain_column(p, i, NULL, t->frame, e);
		enum mlf_type type = mlf_column_type(t->frame, column);
		rtable_load(t, id, column);
		if (type_class(type) != type_class(r->inputs[i].type) && !t->cols[id].empty)
			return complain_column(p, i, type_name(type), t->frame, e);
		if (t->cols[id].empty && type_class(type) != type_class(r->inputs[i].type))
			t->cols[id].type = r->inputs[i].type;
	}
	return 0;
}

int
part_run(const struct recipe_part *p, struct mlf_frame *f, struct scope *sc, struct mlf_frame **out,
	struct err *e)
{
	const struct recipe *r = p->recipe;
	struct rtable t;
	rtable_init(&t, f);
	rtable_room(&t, r->n_names);
	int rc = load_inputs(p, &t, e);
	for (size_t i = 0; rc == 0 && i < r->n_ops; i++)
		if (p->op[i])
			rc = op_run(r, &r->ops[i], &t, e);
	if (rc == 0) {
		struct mlf_builder *b = scope_builder(sc);
		for (size_t i = 0; i < p->n_outputs; i++)
			rtable_emit(&t, p->outputs[i].id, &p->outputs[i],
				r->names[p->outputs[i].id], b);
		*out = mlf_finish(b);
	}
	rtable_fini(&t);
	return rc;
}

int
recipe_apply(const struct recipe *r, struct mlf_frame *f, struct scope *sc, struct mlf_frame **out,
	struct err *e)
{
	struct recipe_column *outputs = mem_alloc((r->n_outputs + 1) * sizeof(*outputs));
	struct recipe_part p;
	size_t n = 0;
	for (size_t i = 0; i < r->n_outputs; i++)
		if (r->outputs[i].id != r->target || mlf_find(f, r->names[r->target]) >= 0)
			outputs[n++] = r->outputs[i];
	*out = NULL;
	part_init(&p, r, outputs, n);
	int rc = part_run(&p, f, sc, out, e);
	part_fini(&p);
	free(outputs);
	return rc < 0 ? err_wrap(e, "applying a recipe") : 0;
}
