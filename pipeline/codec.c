/* SPDX-License-Identifier: Apache-2.0
 * Structs as JSON and back, by tables.
 *
 * Both ends are this very binary, so the form is private and has no version. A struct's table is all
 * there is to say about it; adding a field is one line there. */
#include "pipeline/codec.h"

#include "catalog/catalog.h"

/* The field's storage as a type. */
static void *
at(const void *base, const struct field *f)
{
	return (char *)(uintptr_t)base + f->offset;
}

static const char *
pointer(const void *field)
{
	const char *p;
	memcpy(&p, field, sizeof(p));
	return p;
}

/* ---- writing */

static size_t
list_count(const void *from, const struct field *f)
{
	size_t n = 0;
	const char *list = pointer(at(from, f));
	if (f->count != F_NO_COUNT)
		memcpy(&n, (const char *)from + f->count, sizeof(n));
	else
		while (list && pointer(list + n * f->of->size))
			n++;
	return n;
}

static void
write_list(struct jw *w, const void *from, const struct field *f)
{
	size_t n = list_count(from, f);
	const char *list = pointer(at(from, f));
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		codec_write(w, f->of, list + i * f->of->size);
	jw_end(w, ']');
}

static void
write_bits(struct jw *w, const void *field)
{
	int64_t bits;
	memcpy(&bits, field, sizeof(bits));
	jw_i64(w, bits);
}

static void
write_pointed(struct jw *w, const struct field *f, const char *p)
{
	if (f->type == F_TEXT)
		jw_str(w, p);
	else if (f->type == F_RAW)
		jw_raw(w, p);
	else
		dataset_encode((const struct dataset *)(const void *)p, w);
}

/* What a reader that begins with zeros has already: most of most structs. */
static bool
is_nothing(const void *from, const struct field *f)
{
	const void *v = at(from, f);
	int64_t bits = 0;
	switch (f->type) {
	case F_TEXT:
	case F_RAW:
	case F_ENTRY: return !pointer(v);
	case F_CHARS: return !*(const char *)v;
	case F_BOOL: return !*(const bool *)v;
	case F_INT: return !*(const int *)v;
	case F_I64:
	case F_DOUBLE: memcpy(&bits, v, sizeof(bits)); return !bits;
	case F_LIST: return f->count != F_NO_COUNT && list_count(from, f) == 0;
	case F_STRUCT: return false;
	}
	return false;
}

void
codec_write(struct jw *w, const struct shape *s, const void *from)
{
	jw_object(w);
	for (const struct field *f = s->fields; f->key; f++) {
		const void *v = at(from, f);
		if (is_nothing(from, f))
			continue;
		jw_key(w, f->key);
		switch (f->type) {
		case F_TEXT:
		case F_RAW:
		case F_ENTRY: write_pointed(w, f, pointer(v)); break;
		case F_CHARS: jw_str(w, v); break;
		case F_BOOL: jw_bool(w, *(const bool *)v); break;
		case F_INT: jw_i64(w, *(const int *)v); break;
		case F_I64:
		case F_DOUBLE: write_bits(w, v); break;
		case F_STRUCT: codec_write(w, f->of, v); break;
		case F_LIST: write_list(w, from, f); break;
		}
	}
	jw_end(w, '}');
}

/* ---- reading */

struct reading {
	struct arena *a;
	struct jr r;
	struct err *e;
	bool failed;
};

static void read_struct(struct reading *rd, const struct shape *s, void *into);

/* Vectors of the arena: doubled by copying; what is left behind goes with the arena. Room is always
 * for 2^k elements, of which the last stays zero and ends the list. */
static char *
more(struct arena *a, char *v, size_t n, size_t size)
{
	if (n & (n + 1))
		return v;
	char *grown = arena_alloc(a, (2 * n + 2) * size);
	if (n)
		memcpy(grown, v, n * size);
	return grown;
}

static void
read_list(struct reading *rd, const struct field *f, void *into)
{
	size_t n = 0;
	char *list = arena_alloc(rd->a, f->of->size);
	if (jr_array(&rd->r))
		for (const char *key; jr_next(&rd->r, &key); n++) {
			list = more(rd->a, list, n, f->of->size);
			read_struct(rd, f->of, list + n * f->of->size);
		}
	memcpy(at(into, f), &list, sizeof(list));
	if (f->count != F_NO_COUNT)
		memcpy((char *)into + f->count, &n, sizeof(n));
}

static void
read_pointed(struct reading *rd, const struct field *f, void *v)
{
	const void *p = NULL;
	size_t len = 0;
	if (f->type == F_TEXT) {
		p = arena_strdup(rd->a, jr_str(&rd->r));
	} else {
		const char *json = jr_raw(&rd->r, &len);
		if (json && !(len == 4 && memcmp(json, "null", 4) == 0))
			p = arena_strndup(rd->a, json, len);
	}
	if (p && f->type == F_ENTRY) {
		struct dataset *d = NULL;
		if (!rd->failed && dataset_decode(rd->a, p, len, &d, rd->e) < 0)
			rd->failed = true;
		p = d;
	}
	memcpy(v, &p, sizeof(p));
}

static void
read_chars(struct reading *rd, char *field, size_t size)
{
	const char *s = jr_str(&rd->r);
	(void)snprintf(field, size, "%s", s ? s : "");
}

static void
read_field(struct reading *rd, const struct field *f, void *into)
{
	void *v = at(into, f);
	int64_t bits;
	switch (f->type) {
	case F_TEXT:
	case F_RAW:
	case F_ENTRY: read_pointed(rd, f, v); break;
	case F_CHARS: read_chars(rd, v, f->size); break;
	case F_BOOL: *(bool *)v = jr_bool(&rd->r); break;
	case F_INT: *(int *)v = (int)jr_i64(&rd->r); break;
	case F_I64:
	case F_DOUBLE:
		bits = jr_i64(&rd->r);
		memcpy(v, &bits, sizeof(bits));
		break;
	case F_STRUCT: read_struct(rd, f->of, v); break;
	case F_LIST: read_list(rd, f, into); break;
	}
}

static void
read_struct(struct reading *rd, const struct shape *s, void *into)
{
	if (!jr_object(&rd->r))
		return;
	for (const char *key; jr_next(&rd->r, &key);) {
		const struct field *f = s->fields;
		while (f->key && !str_eq(f->key, key))
			f++;
		if (f->key)
			read_field(rd, f, into);
		else
			jr_skip(&rd->r);
	}
}

int
codec_read(struct arena *a, const char *json, size_t len, const struct shape *s, void *into,
	struct err *e)
{
	struct reading rd = {.a = a, .e = e};
	jr_init(&rd.r, json, len);
	read_struct(&rd, s, into);
	int rc = rd.failed ? -1 : jr_done(&rd.r, e);
	jr_fini(&rd.r);
	return rc;
}

static const struct field err_fields[] = {
	{"code", F_INT, offsetof(struct err, code), 0, NULL, 0},
	{"msg", F_CHARS, offsetof(struct err, msg), sizeof(((struct err *)0)->msg), NULL, 0},
	{"file", F_CHARS, offsetof(struct err, file), sizeof(((struct err *)0)->file), NULL, 0},
	{"line", F_INT, offsetof(struct err, line), 0, NULL, 0},
	{"col", F_INT, offsetof(struct err, col), 0, NULL, 0},
	{"end_col", F_INT, offsetof(struct err, end_col), 0, NULL, 0},
	{"label", F_CHARS, offsetof(struct err, label), sizeof(((struct err *)0)->label), NULL, 0},
	{"help", F_CHARS, offsetof(struct err, help), sizeof(((struct err *)0)->help), NULL, 0},
	{"note", F_CHARS, offsetof(struct err, note), sizeof(((struct err *)0)->note), NULL, 0},
	{0},
};
const struct shape err_shape = {sizeof(struct err), err_fields};
