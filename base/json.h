/* SPDX-License-Identifier: Apache-2.0
 * JSON: a writer that cannot be left unbalanced by accident, and a pull reader of the full grammar
 * (escapes, UTF-8 checked, numbers exact, depth at most 64). No tree is built. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/str.h"

/* The writer appends to a string. Inside an object call jw_key before each value; the j*_kv forms
 * do both. NaN and infinities are written as null. A missing key, a bracket too many or the wrong one
 * is a bug of the caller and ends the program (levels beyond 64 are not checked). */
struct jw {
	struct str *out;    /* borrowed */
	uint64_t comma;     /* one bit a level: a value was written there */
	uint64_t in_object; /* one bit a level */
	int depth;
	bool after_key;
};

void jw_init(struct jw *w, struct str *out);
void jw_object(struct jw *w);
void jw_array(struct jw *w);
void jw_end(struct jw *w, char bracket); /* '}' or ']' */
void jw_key(struct jw *w, const char *key);
void jw_str(struct jw *w, const char *s); /* NULL gives null; bad UTF-8 becomes U+FFFD */
void jw_strn(struct jw *w, const char *s, size_t n);
void jw_i64(struct jw *w, int64_t v);
void jw_f64(struct jw *w, double v);
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
void jw_raw(struct jw *w, const char *json); /* text that is already one JSON value */
void jw_kv_str(struct jw *w, const char *key, const char *s);
void jw_kv_i64(struct jw *w, const char *key, int64_t v);
void jw_kv_f64(struct jw *w, const char *key, double v);
void jw_kv_bool(struct jw *w, const char *key, bool v);

enum jtype { J_NULL, J_BOOL, J_NUMBER, J_STRING, J_ARRAY, J_OBJECT };

/* The reader. Errors are sticky: after the first, every call is harmless and returns false or zero,
 * so that a caller checks once, with jr_done. A value that the caller leaves unread is checked and
 * skipped. Typical use:
 *
 *	jr_init(&r, text, len);
 *	if (jr_object(&r))
 *		while (jr_next(&r, &key))
 *			if (str_eq(key, "rows")) rows = jr_i64(&r); else jr_skip(&r);
 *	return jr_done(&r, e);
 *
 * Stricter than the grammar, because C strings and numbers are: a key and what jr_str reads may not
 * hold \u0000, jr_i64 takes no fraction or exponent, jr_f64 nothing that only infinity could hold. */
struct jr {
	const char *start, *p, *end;
	int depth;
	uint64_t in_object;   /* one bit a level */
	bool first;           /* no element of the current level was read yet */
	bool due;             /* the next value was announced and is not read yet */
	char brief[40];       /* a key that fits */
	struct str key, text; /* decoded; owned by the reader, valid until the next call */
	const char *bad;      /* the sticky error, static text; NULL = none */
	const char *bad_at;
};

void jr_init(struct jr *r, const char *text, size_t len);
void jr_fini(struct jr *r);
enum jtype jr_peek(struct jr *r);
bool jr_object(struct jr *r); /* enters; false (and an error) if it is none */
bool jr_array(struct jr *r);
bool jr_next(struct jr *r, const char **key); /* next element; key NULL in arrays; leaves at end */
const char *jr_str(struct jr *r);             /* null gives NULL without an error */
const char *jr_strn(struct jr *r, size_t *len); /* may hold NUL bytes */
int64_t jr_i64(struct jr *r);
double jr_f64(struct jr *r); /* null gives NaN */
bool jr_bool(struct jr *r);
void jr_skip(struct jr *r);
/* The raw text of the next value, whatever it is; points into the input. */
const char *jr_raw(struct jr *r, size_t *len);
/* After the value: checks what was left unread, fails on a sticky error or on trailing text, with
 * line and column (in characters). Frees what the reader owns, as jr_fini does. */
MUST_CHECK int jr_done(struct jr *r, struct err *e);

#endif
