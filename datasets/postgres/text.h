/* SPDX-License-Identifier: Apache-2.0
 * Texts that grow, and lists of texts as the host hands them over (JSON). */
#ifndef POSTGRES_TEXT_H
#define POSTGRES_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *s; /* owned; ends with a NUL that n does not count; NULL if nothing was added */
	size_t n, cap;
};

void text_add(struct text *t, const char *s);
void text_addn(struct text *t, const void *p, size_t n);
void text_addf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_add_name(struct text *t, const char *name); /* "name", quoted for SQL */
void text_add_part(struct text *t, const char *part); /* of a place: the rest as %XX */
const char *text_of(const struct text *t);            /* never NULL */
void text_fini(struct text *t);

/* Memory, zeroed, or the end of the process. */
void *get_memory(size_t n);

/* The strings of a JSON array, or of an object: key, value, key, value, ...; of a string alone: it. */
struct texts {
	char **v; /* owned, like each of them */
	size_t n, cap;
};
bool texts_parse(struct texts *list, const char *json); /* false: it is something else */
bool texts_have(const struct texts *list, const char *s);
void texts_fini(struct texts *list);

#endif
