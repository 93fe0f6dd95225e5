/* SPDX-License-Identifier: Apache-2.0
 * Private to base/: characters of UTF-8 text, one at a time. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place of a byte that belongs to no character. */
#define UTF8_BAD UINT32_MAX

/* Decodes what stands at s < end and returns its length, 1 to 4. A bad byte gives UTF8_BAD and 1. */
size_t utf8_next(const char *s, const char *end, uint32_t *point);
/* True for what must not reach a terminal raw: C0 and C1 controls, DEL, bad bytes, line and paragraph
 * separators, and the marks that reorder text. */
bool utf8_is_unsafe(uint32_t point);
/* Display columns of one character: 0, 1 or 2. */
int utf8_width(uint32_t point);

#endif
