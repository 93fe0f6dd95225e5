/* SPDX-License-Identifier: Apache-2.0
 * Private to base/json_*.c: the tokens of JSON that have an inside. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include "base/json.h"

/* Sets the sticky error unless there is one and moves to the end of the text. Returns false. */
bool json__fail(struct jr *r, const char *at, const char *why);

/* Checks the text whose opening quote is at r->p and moves behind it. Returns its first character and
 * the length between the quotes; NULL after an error. */
const char *json__text(struct jr *r, size_t *len, bool *escaped);
/* Decodes a text that json__text has checked. */
void json__decode(struct str *out, const char *p, size_t len, bool escaped);

struct json_number {
	uint64_t digits; /* all digits as one integer if `all`, else nonsense */
	int exponent;    /* of ten, on digits; saturates */
	bool negative, whole, all;
};

/* Returns the end of the number at r->p, which begins with a digit or a minus; NULL after an error.
 * Does not move. */
const char *json__number(struct jr *r, struct json_number *n);
/* The number's value if it comes out right with one rounding; else false. */
bool json__exact(const struct json_number *n, double *out);

#endif
