/* SPDX-License-Identifier: Apache-2.0
 * A growing string, and small helpers on C strings. Zero is an empty string with s == NULL. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/attr.h"

struct str {
	char *s; /* owned, NUL-terminated once anything was added; NULL before */
	size_t len, cap;
};

void str_add(struct str *b, const char *s);
void str_addn(struct str *b, const void *p, size_t n);
void str_addc(struct str *b, char c);
void str_addf(struct str *b, const char *fmt, ...) PRINTF(2, 3);
void str_reset(struct str *b); /* empty, memory kept */
void str_fini(struct str *b);
const char *str_text(const struct str *b); /* never NULL */

bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* True if s is 1-128 characters of [A-Za-z0-9_.-] and does not begin with a dot. */
bool str_is_name(const char *s);
/* Number parsing that is exact, whole-string and independent of the locale. */
MUST_CHECK int str_to_i64(const char *s, int64_t *out);
MUST_CHECK int str_to_f64(const char *s, double *out);
/* Shortest text that reads back as the same double ("0.1", "1e+300", "nan", "inf"). */
void str_add_f64(struct str *b, double v);
/* Human forms: "1.2 MB", "14.2s", "1,234,567". */
void str_add_bytes(struct str *b, uint64_t n);
void str_add_duration(struct str *b, uint64_t ms);
void str_add_count(struct str *b, int64_t n);
/* Text for XML and HTML, of an element or an attribute in double quotes. Controls but for tabs and line ends
 * become blanks. */
void str_add_xml(struct str *b, const char *s);
/* What people write: "500ms", "30s", "10m", "1.5h", "1d"; "64MiB", "2 GiB", "500kB", "4096". */
MUST_CHECK int str_to_duration(const char *s, int64_t *ms);
MUST_CHECK int str_to_bytes(const char *s, int64_t *bytes);

/* Did-you-mean: true if b is near enough to a (Damerau distance at most 3 and a third of the
 * length, case folded). *distance tells how near. */
bool str_near(const char *a, const char *b, int *distance);

/* True if a value (NULL: a list or map) is to be hidden because of its name, `db.api_token`, or because
 * it is a URL with a password. */
bool secret_by_name(const char *name, const char *value);
/* True if a line of the text gives such a name a value: `api_token: x`, `API_TOKEN=x`. */
bool secret_in_text(const char *text, size_t len);

/* A map from strings to pointers. Zero is empty. Keys are copied, values are borrowed; iteration is
 * in insertion order over keys[0..n). */
struct map {
	char **keys; /* owned strings */
	void **values;
	uint32_t *slots; /* open addressing, index + 1 */
	size_t n, cap, n_slots;
};

void *map_get(const struct map *m, const char *key); /* NULL if absent */
bool map_has(const struct map *m, const char *key);
bool map_put(struct map *m, const char *key, void *value);   /* true if the key is new */
const char *map_near(const struct map *m, const char *word); /* best did-you-mean, or NULL */
void map_fini(struct map *m);

#endif
