/* SPDX-License-Identifier: Apache-2.0
 * Private to base/json_*.c: what counts as UTF-8. */
#ifndef BASE_JSON_UTF8_H
#define BASE_JSON_UTF8_H

#include <stddef.h>

/* The length (2 to 4) of the well-formed sequence that begins at s with a byte of 0x80 or above, or
 * 0 if it is cut off, overlong, a surrogate, beyond U+10FFFF or no lead byte: table 3-7 of Unicode. */
static inline size_t
json__utf8(const char *s, const char *end)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
	size_t n = 0;

	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		n = 2;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		n = 3;
		low = p[0] == 0xe0 ? 0xa0 : low;
		high = p[0] == 0xed ? 0x9f : high;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		n = 4;
		low = p[0] == 0xf0 ? 0x90 : low;
		high = p[0] == 0xf4 ? 0x8f : high;
	}
	if (n == 0 || (size_t)(end - s) < n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

#endif
