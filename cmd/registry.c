/* SPDX-License-Identifier: Apache-2.0
 * What the commands about model versions share. */
#include "cmd/registry.h"

#include <fcntl.h>

/* ---- the signature, as MLmodel has it: JSON in two texts */

static void
add_column(struct about_version *v, struct jr *r, bool output, size_t *cap)
{
	struct sig_column c = {.output = output};
	const char *key;
	if (!jr_object(r))
		return;
	while (jr_next(r, &key)) {
		if (str_eq(key, "name"))
			c.name = arena_strdup(&v->arena, jr_str(r));
		else if (str_eq(key, "type"))
			c.type = arena_strdup(&v->arena, jr_str(r));
		else
			jr_skip(r);
	}
	if (!c.type)
		return;
	if (!c.name)
		c.name = "-";
	v->columns = mem_grow(v->columns, cap, v->n_columns + 1, sizeof(*v->columns));
	v->columns[v->n_columns++] = c;
}

static void
add_columns(struct about_version *v, const char *json, bool output, size_t *cap)
{
	struct jr r;
	const char *key;
	if (!json)
		return;
	jr_init(&r, json, strlen(json));
	if (jr_array(&r))
		while (jr_next(&r, &key))
			add_column(v, &r, output, cap);
	jr_fini(&r);
}

/* Best effort: a version whose files are elsewhere is shown without. */
static void
read_signature(struct app *a, struct about_version *v)
{
	struct str path = {0}, text = {0};
	struct ynode *tree = NULL;
	size_t cap = 0;
	if (store_version_folder(a->store, &v->row, &path, NULL) == 0) {
		str_add(&path, "/MLmodel");
		if (file_read(AT_FDCWD, path.s, true, &text, NULL) == 0 &&
			yaml_parse(&v->arena, "MLmodel", str_text(&text), text.len, &tree, NULL) ==
				0) {
			add_columns(v, yaml_str(yaml_path(tree, "signature.inputs")), false, &cap);
			add_columns(v, yaml_str(yaml_path(tree, "signature.outputs")), true, &cap);
		}
	}
	str_fini(&path);
	str_fini(&text);
}

int
about_version_open(struct app *a, const char *which, struct about_version *out, struct err *e)
{
	*out = (struct about_version){0};
	if (store_version(a->store, &out->arena, which, &out->row, e) < 0 ||
		store_model(a->store, &out->arena, out->row.name, &out->model, e) < 0 ||
		store_version_detail(a->store, &out->arena, &out->row, &out->detail, e) < 0)
		return -1;
	if (out->row.run_name && run_about_open(a, out->row.run_id, &out->run, e) < 0)
		return -1;
	read_signature(a, out);
	return 0;
}

void
about_version_fini(struct about_version *v)
{
	run_about_fini(&v->run);
	free(v->columns);
	arena_fini(&v->arena);
}

/* ---- printing */

void
fact(const char *name, const char *value)
{
	struct str out = {0};
	if (!value || !*value)
		return;
	str_addf(&out, "%-9s ", name);
	term_add_safe(&out, value);
	(void)printf("%s\n", str_text(&out));
	str_fini(&out);
}

void
tags_json(struct jw *w, const char *key, const struct tag *v, size_t n)
{
	jw_key(w, key);
	jw_object(w);
	for (size_t i = 0; i < n; i++)
		jw_kv_str(w, v[i].key, v[i].value);
	jw_end(w, '}');
}

void
version_json(struct jw *w, const struct version_row *v)
{
	char when[32];
	jw_kv_str(w, "name", v->name);
	jw_kv_i64(w, "version", v->version);
	jw_key(w, "aliases");
	jw_array(w);
	for (const char **alias = v->aliases; *alias; alias++)
		jw_str(w, *alias);
	jw_end(w, ']');
	jw_key(w, "metrics");
	jw_object(w);
	for (size_t m = 0; m < v->n_metrics; m++)
		jw_kv_f64(w, v->metrics[m].key, v->metrics[m].value);
	jw_end(w, '}');
	jw_kv_str(w, "run_id", v->run_id);
	clock_rfc3339(v->created_ms, when);
	jw_kv_str(w, "created", when);
	jw_key(w, "bytes");
	if (v->bytes < 0) /* another program's: nobody measured it */
		jw_null(w);
	else
		jw_i64(w, v->bytes);
	jw_kv_str(w, "stage", v->stage);
	jw_kv_str(w, "status", v->status);
	jw_kv_str(w, "hash", v->hash);
	jw_kv_str(w, "description", v->description);
}

void
versions_json(struct app *a, const struct version_row *rows, size_t n)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		version_json(&w, &rows[i]);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
}

void
print_metrics(struct app *a, const struct metric *v, size_t n)
{
	static const char *const head[] = {"METRIC", "VALUE"};
	struct table t = {.columns = 2};
	table_head(&t, head);
	for (size_t i = 0; i < n; i++) {
		table_cell(&t, "%s", v[i].key);
		table_number(&t, v[i].value);
	}
	table_section(a, &t);
}

void
print_params(struct app *a, const struct tag *v, size_t n)
{
	static const char *const head[] = {"PARAMETER", "VALUE"};
	struct table t = {.columns = 2};
	table_head(&t, head);
	for (size_t i = 0; i < n; i++) {
		table_cell(&t, "%s", v[i].key);
		table_cell(&t, "%s", v[i].value);
	}
	table_section(a, &t);
}
