/* SPDX-License-Identifier: Apache-2.0
 * Fuzz target for base/json_*.c, against jansson. Three promises:
 *
 *	1. we accept what jansson accepts and nothing else, but for the differences listed below;
 *	2. what is read value by value and written again means the same to jansson;
 *	3. the reader survives any sequence of calls on any text.
 *
 * Differences: we refuse more than 64 levels (jansson: 2048); jansson refuses numbers beyond 64 bits
 * and beyond doubles while it parses, we only where such a number is asked for; the same holds for
 * keys with a NUL character. jansson overlooks a NUL byte right after a number or a word (it
 * takes the byte it puts back for an empty buffer). */
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static bool
is_lost_by_jansson(const char *text, const char *end, const char *at)
{
	return at > text && at < end && *at == 0 && isalnum((unsigned char)at[-1]);
}

static void
check_acceptance(const char *text, size_t n, bool theirs, enum json_error_code why)
{
	struct jr r;
	bool ours;

	jr_init(&r, text, n);
	jr_skip(&r);
	ours = jr_done(&r, NULL) == 0;
	if (ours && !theirs)
		must(why == json_error_numeric_overflow || why == json_error_null_byte_in_key,
			"accepted, but jansson refuses it");
	if (!ours && theirs)
		must(strstr(r.bad, "deeper") != NULL ||
				is_lost_by_jansson(text, text + n, r.bad_at),
			"refused, but jansson accepts it");
	must(ours || (r.bad_at >= text && r.bad_at <= text + n), "the error has a place");
}

static void
copy_number(struct jr *r, struct jw *w)
{
	struct jr ahead = *r; /* numbers need no memory */
	char text[40];
	const char *raw;
	size_t n;

	raw = jr_raw(&ahead, &n);
	if (raw && (memchr(raw, '.', n) || memchr(raw, 'e', n) || memchr(raw, 'E', n))) {
		memset(&ahead, 0, sizeof ahead);
		snprintf(text, sizeof text, "%.17e", jr_f64(r)); /* stays a real for jansson */
		jw_raw(w, text);
	} else {
		jw_i64(w, jr_i64(r));
	}
}

static void
copy_value(struct jr *r, struct jw *w)
{
	enum jtype type = jr_peek(r);
	const char *key, *s;
	size_t n;

	if (type == J_OBJECT || type == J_ARRAY) {
		bool object = type == J_OBJECT, ok = object ? jr_object(r) : jr_array(r);

		object ? jw_object(w) : jw_array(w);
		while (ok && jr_next(r, &key)) {
			if (object)
				jw_key(w, key);
			copy_value(r, w);
		}
		jw_end(w, object ? '}' : ']');
	} else if (type == J_STRING) {
		s = jr_strn(r, &n);
		jw_strn(w, s, n);
	} else if (type == J_NUMBER) {
		copy_number(r, w);
	} else if (type == J_BOOL) {
		jw_bool(w, jr_bool(r));
	} else {
		must(jr_str(r) == NULL, "null is no text");
		jw_null(w);
	}
}

static void
check_meaning(const char *text, size_t n, const json_t *want)
{
	struct str out = {0};
	json_t *got;
	struct jr r;
	struct jw w;

	jr_init(&r, text, n);
	jw_init(&w, &out);
	copy_value(&r, &w);
	if (jr_done(&r, NULL) == 0) {
		got = json_loadb(out.s, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		must(json_equal(want, got), "a copy means the same");
		json_decref(got);
	} else {
		must(strstr(r.bad, "deeper") != NULL ||
				is_lost_by_jansson(text, text + n, r.bad_at),
			"what is accepted can be read");
	}
	str_fini(&out);
}

/* The last bytes of the text say what to call. */
static void
stagger(const char *text, size_t n)
{
	const char *key;
	struct jr r;
	size_t len;

	jr_init(&r, text, n);
	for (size_t i = n; i > 0 && i + 200 > n; i--) {
		switch ((unsigned char)text[i - 1] % 11) {
		case 0: jr_object(&r); break;
		case 1: jr_array(&r); break;
		case 2:
		case 3: jr_next(&r, &key); break;
		case 4: jr_str(&r); break;
		case 5: jr_strn(&r, &len); break;
		case 6: jr_i64(&r); break;
		case 7: jr_f64(&r); break;
		case 8: jr_bool(&r); break;
		case 9: jr_raw(&r, &len); break;
		default: jr_skip(&r); break;
		}
	}
	(void)!jr_done(&r, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	json_error_t why;
	json_t *theirs = json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);

	check_acceptance(text, size, theirs != NULL, json_error_code(&why));
	if (theirs)
		check_meaning(text, size, theirs);
	stagger(text, size);
	json_decref(theirs);
	return 0;
}
