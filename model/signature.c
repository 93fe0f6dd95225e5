/* SPDX-License-Identifier: Apache-2.0
 * Signatures: what MLflow calls our column types, and the JSON text that stands inside MLmodel.
 *
 * The text is ASCII, because YAML refuses characters that JSON lets pass. "required" is left out:
 * true is its default, and MLflow 2.8 and 2.9 do not know the key. */
#include "model/flavor.h"

#include <stdlib.h>

static const struct {
	enum mlf_type type;
	const char *name;
} mlflow_types[] = {
	{MLF_BOOL, "boolean"},
	{MLF_I64, "long"},
	{MLF_F64, "double"},
	{MLF_UTF8, "string"},
	{MLF_TIMESTAMP, "datetime"},
};

static const char *
mlflow_type(enum mlf_type type)
{
	for (size_t i = 0; i < sizeof(mlflow_types) / sizeof(mlflow_types[0]); i++)
		if (mlflow_types[i].type == type)
			return mlflow_types[i].name;
	return "any";
}

/* The code point at s, which is valid UTF-8 (the JSON writer saw to that), and its length. */
static uint32_t
code_point(const char *s, size_t *len)
{
	unsigned char c = (unsigned char)s[0];
	*len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	uint32_t v = *len == 1 ? c : c & (0x7fu >> *len);
	for (size_t i = 1; i < *len; i++)
		v = v << 6 | ((unsigned char)s[i] & 0x3fu);
	return v;
}

static void
add_ascii(struct str *out, const char *json)
{
	size_t len;
	for (const char *p = json; *p; p += len) {
		uint32_t c = code_point(p, &len);
		if (c < 0x7f)
			str_addc(out, (char)c);
		else if (c < 0x10000)
			str_addf(out, "\\u%04x", c);
		else
			str_addf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
	}
}

void
signature_json(const struct sig_column *columns, size_t n, struct str *out)
{
	struct str text = {0};
	struct jw w;
	jw_init(&w, &text);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kv_str(&w, "type", mlflow_type(columns[i].type));
		jw_kv_str(&w, "name", columns[i].name);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	add_ascii(out, str_text(&text));
	str_fini(&text);
}

/* Reads one column's object; true if it is the one expected. Keys of newer MLflows are skipped. */
static bool
same_column(struct jr *r, const struct sig_column *want)
{
	bool name = false, type = false;
	const char *key;
	if (!jr_object(r))
		return false;
	while (jr_next(r, &key))
		if (str_eq(key, "name"))
			name = str_eq(jr_str(r), want->name);
		else if (str_eq(key, "type"))
			type = str_eq(jr_str(r), mlflow_type(want->type));
		else
			jr_skip(r);
	return name && type;
}

int
signature_check(const char *json, size_t len, const struct sig_column *columns, size_t n,
	const char *side, struct err *e)
{
	static const struct sig_column beyond = {"", 0};
	struct jr r;
	const char *key;
	size_t i = 0;
	bool same = true;
	jr_init(&r, json, len);
	if (jr_array(&r))
		while (jr_next(&r, &key)) {
			same = same_column(&r, i < n ? &columns[i] : &beyond) && same;
			i++;
		}
	if (jr_done(&r, e) < 0)
		return err_wrap(e, "signature %s", side);
	if (!same || i != n)
		return err_set(e, MLC_MODEL, "the signature's %s are not those of the model", side);
	return 0;
}

/* What MLflow calls a column -> our type. */
static enum mlf_type
type_of_mlflow(const char *name)
{
	if (str_eq(name, "float"))
		return MLF_F64;
	if (str_eq(name, "integer"))
		return MLF_I64;
	for (size_t i = 0; i < sizeof(mlflow_types) / sizeof(mlflow_types[0]); i++)
		if (str_eq(mlflow_types[i].name, name))
			return mlflow_types[i].type;
	return 0;
}

/* Reads one column's object; false if it is none, or a tensor. */
static bool
read_column(struct jr *r, struct arena *a, struct sig_column *out)
{
	const char *key;
	if (jr_peek(r) != J_OBJECT || !jr_object(r))
		return false;
	while (jr_next(r, &key))
		if (str_eq(key, "name") && jr_peek(r) == J_STRING)
			out->name = arena_strdup(a, jr_str(r));
		else if (str_eq(key, "type") && jr_peek(r) == J_STRING)
			out->type = type_of_mlflow(jr_str(r));
		else
			jr_skip(r);
	return out->name && out->type;
}

int
signature_read(const char *json, struct arena *a, struct sig_column **out, size_t *n, struct err *e)
{
	struct sig_column *columns = NULL;
	size_t cap = 0;
	struct jr r;
	const char *key;
	bool all = true;
	*n = 0;
	jr_init(&r, json, strlen(json));
	if (jr_array(&r))
		while (jr_next(&r, &key)) {
			if (*n == cap)
				columns = mem_grow(columns, &cap, *n + 1, sizeof(*columns));
			columns[*n] = (struct sig_column){0};
			all = read_column(&r, a, &columns[(*n)++]) && all;
		}
	int rc = jr_done(&r, e);
	*out = NULL;
	if (rc == 0 && all && *n) {
		*out = arena_alloc(a, *n * sizeof(**out));
		memcpy(*out, columns, *n * sizeof(**out));
	}
	free(columns);
	return rc < 0 ? err_wrap(e, "signature") : 0;
}
