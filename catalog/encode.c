/* SPDX-License-Identifier: Apache-2.0
 * Entries and schemas as JSON, for the process that reads and writes the data.
 *
 * The YAML of an entry travels with the kinds of its values, because an option that was quoted is
 * text also where it looks like a number; and with its secrets, since the worker needs them. As YAML
 * may be nested deeper than JSON, it travels flat, each node before its children:
 *
 *	{"key": ..., "kind": ..., "text": ..., "secret": true, "n": children}, ...
 *
 * Places of single options stay behind: a worker's messages point at the entry. */
#include "catalog/inside.h"

#include <string.h>

/* --- writing ------------------------------------------------------------------------------------- */

static void
put_node(struct jw *w, const char *key, const struct ynode *n)
{
	jw_object(w);
	if (key)
		jw_kv_str(w, "key", key);
	jw_kv_i64(w, "kind", n->kind);
	if (n->text)
		jw_kv_str(w, "text", n->text);
	if (n->secret)
		jw_kv_bool(w, "secret", true);
	if (n->n)
		jw_kv_i64(w, "n", (int64_t)n->n);
	jw_end(w, '}');
	for (size_t i = 0; i < n->n; i++)
		if (n->kind == Y_LIST)
			put_node(w, NULL, n->u.items[i]);
		else
			put_node(w, n->u.pairs[i].key, n->u.pairs[i].value);
}

void
dataset_encode(const struct dataset *d, struct jw *w)
{
	jw_object(w);
	jw_kv_str(w, "name", d->name);
	jw_kv_str(w, "type", d->type->name);
	jw_kv_str(w, "path", d->path);
	jw_kv_bool(w, "outside", d->outside);
	jw_kv_str(w, "version", d->version);
	jw_kv_str(w, "layer", d->layer);
	jw_kv_str(w, "model", d->model);
	jw_kv_str(w, "conf", d->conf);
	jw_kv_str(w, "file", d->at.file);
	jw_kv_i64(w, "line", d->at.line);
	jw_kv_i64(w, "col", d->at.col);
	jw_kv_i64(w, "end_col", d->at.end_col);
	jw_key(w, "entry");
	jw_array(w);
	put_node(w, NULL, d->entry);
	jw_end(w, ']');
	jw_end(w, '}');
}

/* --- reading ------------------------------------------------------------------------------------- */

/* A node as it travelled. */
struct flat {
	const char *key, *text; /* arena; may be NULL */
	int64_t kind, n;
	bool secret;
};

struct decoder {
	struct arena *a;
	struct dataset *d;
	const char *type; /* arena */
	struct flat *v;   /* owned */
	size_t n, cap;
	size_t used; /* nodes that have become part of the tree */
};

/* A text of the arena, or NULL. */
static const char *
text_of(struct decoder *c, struct jr *r)
{
	const char *s = jr_str(r);

	return s ? arena_strdup(c->a, s) : NULL;
}

static void
read_flat(struct decoder *c, struct jr *r)
{
	struct flat f = {0};
	const char *key;

	if (!jr_object(r))
		return;
	while (jr_next(r, &key)) {
		if (str_eq(key, "key"))
			f.key = text_of(c, r);
		else if (str_eq(key, "text"))
			f.text = text_of(c, r);
		else if (str_eq(key, "kind"))
			f.kind = jr_i64(r);
		else if (str_eq(key, "n"))
			f.n = jr_i64(r);
		else if (str_eq(key, "secret"))
			f.secret = jr_bool(r);
	}
	c->v = mem_grow(c->v, &c->cap, c->n + 1, sizeof(*c->v));
	c->v[c->n++] = f;
}

static void
read_field(struct decoder *c, struct jr *r, const char *key)
{
	struct dataset *d = c->d;

	if (str_eq(key, "name"))
		d->name = text_of(c, r);
	else if (str_eq(key, "type"))
		c->type = text_of(c, r);
	else if (str_eq(key, "path"))
		d->path = text_of(c, r);
	else if (str_eq(key, "outside"))
		d->outside = jr_bool(r);
	else if (str_eq(key, "version"))
		d->version = text_of(c, r);
	else if (str_eq(key, "layer"))
		d->layer = text_of(c, r);
	else if (str_eq(key, "model"))
		d->model = text_of(c, r);
	else if (str_eq(key, "conf"))
		d->conf = text_of(c, r);
	else if (str_eq(key, "file"))
		d->at.file = text_of(c, r);
	else if (str_eq(key, "line"))
		d->at.line = (int)jr_i64(r);
	else if (str_eq(key, "col"))
		d->at.col = (int)jr_i64(r);
	else if (str_eq(key, "end_col"))
		d->at.end_col = (int)jr_i64(r);
	else if (str_eq(key, "entry") && jr_array(r))
		while (jr_next(r, &key))
			read_flat(c, r);
}

static int
damaged(struct err *e)
{
	return err_set(e, MLC_JSON, "a dataset that was handed over is damaged");
}

/* The value of a scalar from its text and kind. */
static int
make_scalar(struct decoder *c, const struct flat *f, struct ynode *n, struct err *e)
{
	struct ynode *typed;

	n->text = f->text ? f->text : "";
	n->quoted = n->kind == Y_STR;
	if (n->kind == Y_STR || n->kind == Y_NULL)
		return 0;
	if (yaml_parse_value(c->a, "", n->text, &typed, e) < 0)
		return -1;
	if (typed->kind != n->kind)
		return damaged(e);
	n->v = typed->v;
	return 0;
}

/* The next flat node and its children, of which there are not more than nodes left. */
static int
make_node(struct decoder *c, struct ynode **out, struct err *e)
{
	const struct flat *f = c->used < c->n ? &c->v[c->used++] : NULL;
	struct ynode *n;

	if (!f || f->kind < Y_NULL || f->kind > Y_MAP || f->n < 0 ||
		f->n > (int64_t)(c->n - c->used))
		return damaged(e);
	n = *out = yaml_new(c->a, (enum ykind)f->kind, c->d->at);
	n->secret = f->secret;
	if (n->kind != Y_LIST && n->kind != Y_MAP)
		return make_scalar(c, f, n, e);
	if (n->kind == Y_LIST)
		n->u.items = arena_alloc(c->a, ((size_t)f->n + 1) * sizeof(struct ynode *));
	for (int64_t i = 0; i < f->n; i++) {
		struct ypair pair = {.at = c->d->at};

		if (c->used < c->n)
			pair.key = c->v[c->used].key;
		if ((n->kind == Y_MAP && !pair.key) || make_node(c, &pair.value, e) < 0)
			return damaged(e);
		if (n->kind == Y_LIST)
			n->u.items[n->n++] = pair.value;
		else
			yaml_put(c->a, n, &pair);
	}
	return 0;
}

static int
make_dataset(struct decoder *c, struct err *e)
{
	struct dataset *d = c->d;

	if (!d->name || !c->type)
		return damaged(e);
	d->type = catalog_type(c->type);
	if (!d->type)
		return dataset_type_unknown(c->type, &d->at, e);
	d->kind = d->type->kind;
	if (!d->path && !d->type->memory)
		return damaged(e);
	return make_node(c, &d->entry, e);
}

int
dataset_decode(struct arena *a, const char *json, size_t len, struct dataset **out, struct err *e)
{
	struct decoder c = {.a = a, .d = arena_alloc(a, sizeof(struct dataset))};
	const char *key;
	struct jr r;
	int rc;

	jr_init(&r, json, len);
	if (jr_object(&r))
		while (jr_next(&r, &key))
			read_field(&c, &r, key);
	rc = jr_done(&r, e);
	if (rc == 0)
		rc = make_dataset(&c, e);
	free(c.v);
	if (rc == 0)
		*out = c.d;
	return rc;
}

/* --- schemas ------------------------------------------------------------------------------------- */

struct columns {
	struct schema_column *v; /* owned */
	size_t n, cap;
};

/* One column; false if it has no name or no known type. */
static bool
read_column(struct arena *a, struct jr *r, struct schema_column *col)
{
	const char *key, *text;

	*col = (struct schema_column){0};
	if (!jr_object(r))
		return false;
	while (jr_next(r, &key)) {
		if (!str_eq(key, "name") && !str_eq(key, "type"))
			continue;
		text = jr_str(r);
		if (text && *key == 'n')
			col->name = arena_strdup(a, text);
		else if (text)
			col->type = type_of_name(text);
	}
	return col->name && col->type;
}

int
schema_decode(struct arena *a, const char *json, size_t len, struct schema *out, struct err *e)
{
	struct columns columns = {0};
	bool good = true;
	struct jr r;
	int rc;

	jr_init(&r, json, len);
	if (jr_array(&r))
		for (const char *key; jr_next(&r, &key);) {
			columns.v = mem_grow(
				columns.v, &columns.cap, columns.n + 1, sizeof(*columns.v));
			good &= read_column(a, &r, &columns.v[columns.n++]);
		}
	rc = jr_done(&r, e);
	if (rc == 0 && !good)
		rc = err_set(e, MLC_JSON, "a schema needs a name and a known type for each column");
	if (rc == 0) {
		*out = (struct schema){.n = columns.n};
		out->columns = arena_alloc(a, (columns.n + 1) * sizeof(*out->columns));
		for (size_t i = 0; i < columns.n; i++)
			out->columns[i] = columns.v[i];
	}
	free(columns.v);
	return rc;
}
