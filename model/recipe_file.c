/* SPDX-License-Identifier: Apache-2.0
 * recipe.json: what was fitted, in numbers that read back as the same doubles.
 *
 *	{"format": "mlflow-c/recipe", "version": 1, "target": "y", "rows": 36000,
 *	 "inputs": [{"name": "age", "type": "float64", "nulls": true, "example": 26}, ...],
 *	 "outputs": [{"name": "age", "type": "float64"}, ...],
 *	 "ops": [{"step": 1, "name": "impute", "op": "fill", "in": ["age"],
 *	          "out": [{"name": "age", "type": "float64"}], "value": 26}, ...]}
 *
 * Reading takes nothing for granted: an op may only read columns that are there, of a type that it
 * takes, and every number that is needed must be there. mlflow_c_model.py reads the same file. */
#include "model/recipe.h"

#include <math.h>
#include <stdlib.h>

#define FORMAT "mlflow-c/recipe"

/* ---- writing */

static void
add_numbers(struct jw *w, const char *key, const double *v, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_f64(w, v[i]);
	jw_end(w, ']');
}

static void
add_column(struct jw *w, const char *name, enum mlf_type type)
{
	jw_object(w);
	jw_kv_str(w, "name", name);
	jw_kv_str(w, "type", type_name(type));
}

static void
add_categories(struct jw *w, const struct op *o)
{
	jw_kv_str(w, "of", type_name(o->dict.type));
	jw_key(w, "categories");
	jw_array(w);
	for (size_t i = 0; i < o->dict.n; i++)
		if (o->dict.type == MLF_UTF8)
			jw_strn(w, o->dict.texts[i].s, (size_t)o->dict.texts[i].len);
		else
			jw_i64(w, o->dict.ints[i]);
	jw_end(w, ']');
	add_numbers(w, "values", o->values, o->dict.n);
	jw_kv_f64(w, "other", o->other);
	if (o->kind == OP_MAP)
		jw_kv_f64(w, "missing", o->missing);
	jw_kv_bool(w, "strict", o->strict);
}

static void
add_what(struct jw *w, const struct op *o)
{
	switch (o->kind) {
	case OP_FILL:
		jw_key(w, "value");
		if (o->types[0] == MLF_UTF8)
			jw_strn(w, o->text.s, (size_t)o->text.len);
		else
			jw_f64(w, o->a);
		break;
	case OP_SCALE:
		jw_kv_f64(w, "minus", o->a);
		jw_kv_f64(w, "by", o->b);
		jw_kv_f64(w, "times", o->c);
		jw_kv_f64(w, "plus", o->d);
		break;
	case OP_CLIP:
		jw_kv_f64(w, "min", o->a);
		jw_kv_f64(w, "max", o->b);
		break;
	case OP_ONE_HOT:
	case OP_MAP: add_categories(w, o); break;
	case OP_BUCKET: add_numbers(w, "edges", o->edges, o->n_edges); break;
	case OP_DATE: jw_kv_str(w, "part", date_names[o->part]); break;
	default: break;
	}
}

static void
add_op(struct jw *w, const struct recipe *r, const struct op *o)
{
	jw_object(w);
	jw_kv_i64(w, "step", o->step);
	jw_kv_str(w, "name", o->name);
	jw_kv_str(w, "op", op_names[o->kind]);
	jw_key(w, "in");
	jw_array(w);
	for (size_t k = 0; k < o->n_in; k++)
		jw_str(w, r->names[o->in[k]]);
	jw_end(w, ']');
	jw_key(w, "out");
	jw_array(w);
	for (size_t k = 0; k < o->n_out; k++) {
		add_column(w, r->names[o->out[k]], o->types[k]);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	add_what(w, o);
	jw_end(w, '}');
}

void
recipe_write(const struct recipe *r, struct str *json)
{
	struct jw w;
	jw_init(&w, json);
	jw_object(&w);
	jw_kv_str(&w, "format", FORMAT);
	jw_kv_i64(&w, "version", 1);
	jw_kv_str(&w, "target", r->target >= 0 ? r->names[r->target] : NULL);
	jw_kv_i64(&w, "rows", r->rows);
	jw_key(&w, "inputs");
	jw_array(&w);
	for (size_t i = 0; i < r->n_inputs; i++) {
		add_column(&w, r->names[r->inputs[i].id], r->inputs[i].type);
		jw_kv_bool(&w, "nulls", r->inputs[i].nulls);
		jw_key(&w, "example");
		jw_raw(&w, r->inputs[i].example ? r->inputs[i].example : "null");
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_key(&w, "outputs");
	jw_array(&w);
	for (size_t i = 0; i < r->n_outputs; i++) {
		add_column(&w, r->names[r->outputs[i].id], r->outputs[i].type);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_key(&w, "ops");
	jw_array(&w);
	for (size_t i = 0; i < r->n_ops; i++)
		add_op(&w, r, &r->ops[i]);
	jw_end(&w, ']');
	jw_end(&w, '}');
	str_addc(json, '\n');
}

/* ---- reading. What is read goes into the recipe at once; a bad one is thrown away whole. */

struct reading {
	struct recipe *r;
	struct jr j;
	enum mlf_type *types; /* owned; by id: of the columns that are there, 0: it is not */
	size_t n_types;
	bool format, version, outputs, ops;
};

static enum mlf_type
type_there(const struct reading *g, int id)
{
	return (size_t)id < g->n_types ? g->types[id] : 0;
}

static void
set_there(struct reading *g, int id, enum mlf_type type)
{
	if ((size_t)id >= g->n_types) {
		size_t n = (size_t)id + 64;
		g->types = mem_resize(g->types, n * sizeof(*g->types));
		memset(g->types + g->n_types, 0, (n - g->n_types) * sizeof(*g->types));
		g->n_types = n;
	}
	g->types[id] = type;
}

/* {"name": ..., "type": ..., "nulls": ..., "example": ...}; false if it makes no sense. */
static bool
read_column(struct reading *g, struct recipe_column *c)
{
	const char *key;
	size_t len;
	*c = (struct recipe_column){.id = -1};
	if (!jr_object(&g->j))
		return false;
	while (jr_next(&g->j, &key))
		if (str_eq(key, "name")) {
			const char *name = jr_str(&g->j);
			c->id = name && *name ? recipe_id(g->r, name) : -1;
		} else if (str_eq(key, "type")) {
			c->type = type_of_name(jr_str(&g->j));
		} else if (str_eq(key, "nulls")) {
			c->nulls = jr_bool(&g->j);
		} else if (str_eq(key, "example")) {
			const char *raw = jr_raw(&g->j, &len);
			c->example = raw ? arena_strndup(&g->r->arena, raw, len) : NULL;
		}
	return !g->j.bad && c->id >= 0 && c->type && g->r->n_names <= 4 * RECIPE_COLUMNS_MAX;
}

static bool
read_inputs(struct reading *g)
{
	struct recipe *r = g->r;
	struct recipe_column c;
	const char *key;
	bool good = jr_array(&g->j);
	while (good && jr_next(&g->j, &key)) {
		good = read_column(g, &c) && !type_there(g, c.id) &&
			r->n_inputs < RECIPE_COLUMNS_MAX;
		if (!good)
			break;
		set_there(g, c.id, c.type);
		r->inputs =
			mem_grow(r->inputs, &r->cap_inputs, r->n_inputs + 1, sizeof(*r->inputs));
		r->inputs[r->n_inputs++] = c;
	}
	return good && r->n_inputs > 0;
}

static bool
read_outputs(struct reading *g)
{
	struct recipe *r = g->r;
	struct recipe_column c;
	const char *key;
	bool good = jr_array(&g->j);
	while (good && jr_next(&g->j, &key)) {
		good = read_column(g, &c) && r->n_outputs < RECIPE_COLUMNS_MAX;
		if (!good)
			break;
		r->outputs = mem_grow(
			r->outputs, &r->cap_outputs, r->n_outputs + 1, sizeof(*r->outputs));
		r->outputs[r->n_outputs++] = c;
	}
	g->outputs = good;
	return good;
}

static bool
read_numbers(struct reading *g, double **out, size_t *n)
{
	double *v = NULL;
	size_t cap = 0;
	const char *key;
	*n = 0;
	if (!jr_array(&g->j))
		return false;
	while (jr_next(&g->j, &key)) {
		v = mem_grow(v, &cap, *n + 1, sizeof(*v));
		v[(*n)++] = jr_f64(&g->j);
	}
	*out = arena_alloc(&g->r->arena, (*n + 1) * sizeof(**out));
	if (*n)
		memcpy(*out, v, *n * sizeof(**out));
	free(v);
	return !g->j.bad;
}

static bool
read_categories(struct reading *g, struct dict *d)
{
	const char *key;
	if (!d->type || !jr_array(&g->j))
		return false;
	for (size_t n = 0; jr_next(&g->j, &key); n++) {
		size_t len = 0;
		if (d->type != MLF_UTF8) {
			dict_add_int(d, jr_i64(&g->j));
		} else {
			const char *s = jr_strn(&g->j, &len);
			if (s)
				dict_add_text(d, &g->r->arena, (struct mlf_str){s, (int64_t)len});
		}
		if (g->j.bad || d->n != n + 1)
			return false;
	}
	return !g->j.bad;
}

static bool
read_ins(struct reading *g, struct op *o)
{
	const char *key;
	if (!jr_array(&g->j))
		return false;
	for (; jr_next(&g->j, &key); o->n_in++) {
		const char *name = jr_str(&g->j);
		if (!name || o->n_in == 2)
			return false;
		o->in[o->n_in] = recipe_id(g->r, name);
	}
	return o->n_in > 0;
}

static bool
read_outs(struct reading *g, struct op *o)
{
	struct recipe_column c, *v = NULL;
	size_t cap = 0;
	const char *key;
	bool good = jr_array(&g->j);
	while (good && jr_next(&g->j, &key)) {
		good = read_column(g, &c) && o->n_out < RECIPE_COLUMNS_MAX;
		v = mem_grow(v, &cap, o->n_out + 1, sizeof(*v));
		v[o->n_out++] = c;
	}
	o->out = arena_alloc(&g->r->arena, (o->n_out + 1) * sizeof(*o->out));
	o->types = arena_alloc(&g->r->arena, (o->n_out + 1) * sizeof(*o->types));
	for (size_t k = 0; good && k < o->n_out; k++) {
		o->out[k] = v[k].id;
		o->types[k] = v[k].type;
	}
	free(v);
	return good;
}

static int
index_of(const char *const *names, int n, const char *name)
{
	int i = 0;
	while (i < n && !str_eq(names[i], name))
		i++;
	return i;
}

/* One value of an op; n is how many `values` there were. */
static bool
read_member(struct reading *g, struct op *o, const char *key, size_t *n)
{
	static const struct {
		const char *key;
		size_t offset;
	} numbers[] = {{"minus", offsetof(struct op, a)}, {"by", offsetof(struct op, b)},
		{"times", offsetof(struct op, c)}, {"plus", offsetof(struct op, d)},
		{"min", offsetof(struct op, a)}, {"max", offsetof(struct op, b)},
		{"other", offsetof(struct op, other)}, {"missing", offsetof(struct op, missing)}};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (str_eq(key, numbers[i].key)) {
			*(double *)(void *)((char *)o + numbers[i].offset) = jr_f64(&g->j);
			return true;
		}
	size_t len = 0;
	if (str_eq(key, "value") && jr_peek(&g->j) == J_STRING) {
		const char *s = jr_strn(&g->j, &len);
		o->text.s = s ? arena_strndup(&g->r->arena, s, len) : NULL;
		o->text.len = (int64_t)len;
		return true;
	}
	if (str_eq(key, "value"))
		return o->a = jr_f64(&g->j), true;
	if (str_eq(key, "of"))
		return (o->dict.type = type_of_name(jr_str(&g->j))) == MLF_UTF8 ||
			o->dict.type == MLF_I64;
	if (str_eq(key, "categories"))
		return read_categories(g, &o->dict);
	if (str_eq(key, "values"))
		return read_numbers(g, &o->values, n);
	if (str_eq(key, "strict"))
		return o->strict = jr_bool(&g->j), true;
	if (str_eq(key, "edges"))
		return read_numbers(g, &o->edges, &o->n_edges);
	if (str_eq(key, "part"))
		return (o->part = (enum date_part)index_of(date_names, DATE_PARTS, jr_str(&g->j))) <
			DATE_PARTS;
	return false;
}

static bool
read_head(struct reading *g, struct op *o, const char *key, bool *known)
{
	*known = true;
	if (str_eq(key, "step")) {
		o->step = (int)jr_i64(&g->j);
	} else if (str_eq(key, "name")) {
		o->name = arena_strdup(&g->r->arena, jr_str(&g->j));
	} else if (str_eq(key, "op")) {
		o->kind = (enum op_kind)index_of(op_names, OP_KINDS, jr_str(&g->j));
		return o->kind < OP_KINDS;
	} else if (str_eq(key, "in")) {
		return read_ins(g, o);
	} else if (str_eq(key, "out")) {
		return read_outs(g, o);
	} else {
		*known = false;
	}
	return true;
}

/* ---- whether an op can be run */

static bool
good_categories(const struct op *o, size_t n_values)
{
	if (!o->dict.type || n_values != o->dict.n)
		return false;
	for (size_t i = 0; i < n_values && o->kind == OP_ONE_HOT; i++)
		if (!(o->values[i] >= -1 && o->values[i] < (double)o->n_out &&
			    o->values[i] == floor(o->values[i])))
			return false;
	return o->kind == OP_MAP ||
		(o->other >= -1 && o->other < (double)o->n_out && o->other == floor(o->other));
}

static bool
good_outputs(const struct op *o)
{
	size_t most = o->kind == OP_DROP ? 0 : o->kind == OP_ONE_HOT ? RECIPE_COLUMNS_MAX : 1;
	if (o->n_out > most || (o->n_out < most && most == 1))
		return false;
	for (size_t k = 0; k < o->n_out; k++) {
		bool text = o->types[k] == MLF_UTF8, time = o->types[k] == MLF_TIMESTAMP;
		if ((text || time) && o->kind != OP_RENAME && !(text && o->kind == OP_FILL))
			return false;
	}
	return true;
}

static bool
good_op(const struct reading *g, const struct op *o, size_t n_values)
{
	bool pair = o->kind == OP_RATIO || o->kind == OP_PRODUCT;
	if (o->kind == OP_KINDS || !o->name || o->n_in != (pair ? 2 : 1) || !good_outputs(o))
		return false;
	for (size_t k = 0; k < o->n_in; k++) {
		enum mlf_type type = type_there(g, o->in[k]), wants = op_wants(o);
		if (!type || (wants && type_class(type) != wants))
			return false;
		if (o->kind == OP_RENAME && type_class(o->types[0]) != type_class(type))
			return false;
	}
	switch (o->kind) {
	case OP_FILL:
		return o->types[0] == MLF_UTF8 ? o->text.s != NULL : !o->text.s && isfinite(o->a);
	case OP_SCALE:
		return isfinite(o->a) && isfinite(o->b) && o->b != 0 && isfinite(o->c) &&
			isfinite(o->d);
	case OP_ONE_HOT:
	case OP_MAP: return good_categories(o, n_values);
	case OP_DATE: return o->part < DATE_PARTS;
	case OP_BUCKET:
		for (size_t i = 0; i < o->n_edges; i++)
			if (!isfinite(o->edges[i]) || (i && !(o->edges[i - 1] < o->edges[i])))
				return false;
		return true;
	default: return true;
	}
}

/* The same columns are there afterwards as when the op ran. */
static void
take_effect(struct reading *g, const struct op *o)
{
	if (o->kind == OP_DROP || o->kind == OP_RENAME)
		set_there(g, o->in[0], 0);
	for (size_t k = 0; k < o->n_out; k++)
		set_there(g, o->out[k], o->types[k]);
}

static bool
read_op(struct reading *g)
{
	struct op o = {.kind = OP_KINDS,
		.part = DATE_PARTS,
		.a = NAN,
		.b = NAN,
		.c = NAN,
		.d = NAN,
		.other = NAN,
		.missing = NAN};
	size_t n_values = 0;
	struct map seen = {0};
	const char *key;
	bool good = jr_object(&g->j), known;
	while (good && jr_next(&g->j, &key)) {
		char name[24];
		(void)snprintf(name, sizeof(name), "%s", key);
		good = map_put(&seen, name, &seen) && read_head(g, &o, name, &known);
		if (good && !known)
			good = read_member(g, &o, name, &n_values);
	}
	map_fini(&seen);
	if (!good || g->j.bad || !good_op(g, &o, n_values) || g->r->n_ops == RECIPE_OPS_MAX) {
		dict_fini(&o.dict);
		return false;
	}
	take_effect(g, &o);
	recipe_add(g->r, &o);
	return true;
}

static bool
read_ops(struct reading *g)
{
	const char *key;
	bool good = jr_array(&g->j);
	while (good && jr_next(&g->j, &key))
		good = read_op(g);
	g->ops = good;
	return good;
}

/* Outputs come before ops, but are only there after them. */
static bool
outputs_there(const struct reading *g)
{
	for (size_t i = 0; i < g->r->n_outputs; i++) {
		enum mlf_type type = type_there(g, g->r->outputs[i].id);
		if (!type || type_class(type) != type_class(g->r->outputs[i].type))
			return false;
	}
	return true;
}

static bool
read_value(struct reading *g, const char *key)
{
	if (str_eq(key, "format"))
		return g->format = str_eq(jr_str(&g->j), FORMAT);
	if (str_eq(key, "version"))
		return g->version = jr_i64(&g->j) == 1;
	if (str_eq(key, "target")) {
		const char *name = jr_str(&g->j);
		g->r->target = name ? recipe_id(g->r, name) : -1;
		return true;
	}
	if (str_eq(key, "rows"))
		return (g->r->rows = jr_i64(&g->j)) > 0;
	if (str_eq(key, "inputs"))
		return read_inputs(g);
	if (str_eq(key, "outputs"))
		return read_outputs(g);
	return str_eq(key, "ops") && read_ops(g);
}

static int
parse(struct reading *g, struct err *e)
{
	const char *key;
	char bad[24] = "";
	struct map seen = {0};
	if (jr_object(&g->j))
		while (!*bad && jr_next(&g->j, &key)) {
			char name[24];
			(void)snprintf(name, sizeof(name), "%s", key);
			bool good = map_put(&seen, name, &seen) && read_value(g, name);
			if (!good && !g->j.bad)
				memcpy(bad, name, sizeof(bad));
		}
	map_fini(&seen);
	if (*bad && str_eq(bad, "ops")) {
		jr_fini(&g->j);
		return err_set(e, MLC_MODEL, "op %zu makes no sense", g->r->n_ops + 1);
	}
	if (*bad) {
		jr_fini(&g->j);
		return err_set(e, MLC_MODEL, "unusable value or key `%s`", bad);
	}
	if (jr_done(&g->j, e) < 0)
		return -1;
	if (!g->format || !g->version || !g->outputs || !g->ops)
		return err_set(e, MLC_MODEL, "keys are missing");
	if (!outputs_there(g))
		return err_set(e, MLC_MODEL, "its ops do not make its outputs");
	return 0;
}

int
recipe_read(const char *json, size_t len, struct recipe **out, struct err *e)
{
	struct reading g = {.r = recipe_new()};
	jr_init(&g.j, json, len);
	int rc = parse(&g, e);
	free(g.types);
	*out = rc == 0 ? g.r : NULL;
	if (rc < 0)
		recipe_unref(g.r);
	return rc < 0 ? err_wrap(e, "the recipe") : 0;
}
