/* SPDX-License-Identifier: Apache-2.0
 * Whether text is UTF-8: the well-formed byte sequences of Unicode's table 3-7, so no surrogates, no
 * overlong forms, nothing above U+10FFFF. Plain ASCII is passed eight bytes at a time. */
#include "catalog/values.h"

#include <string.h>

static bool
in(unsigned char c, unsigned char low, unsigned char high)
{
	return c >= low && c <= high;
}

/* Length of the character at p, which has `left` bytes; 0: none is well-formed. */
static size_t
character(const unsigned char *p, size_t left)
{
	static const unsigned char low[] = {[0xE0 - 0xE0] = 0xA0, [0xF0 - 0xE0] = 0x90};
	static const unsigned char high[] = {[0xED - 0xE0] = 0x9F, [0xF4 - 0xE0] = 0x8F};
	size_t n = *p < 0x80 ? 1 : in(*p, 0xC2, 0xDF) ? 2 : in(*p, 0xE0, 0xEF) ? 3 : 4;
	unsigned char first_low = 0x80, first_high = 0xBF;

	if (n == 1)
		return 1;
	if (!in(*p, 0xC2, 0xF4) || left < n)
		return 0;
	if (*p >= 0xE0) {
		size_t i = *p - 0xE0u;

		first_low = i < sizeof(low) && low[i] ? low[i] : 0x80;
		first_high = i < sizeof(high) && high[i] ? high[i] : 0xBF;
	}
	if (!in(p[1], first_low, first_high))
		return 0;
	for (size_t i = 2; i < n; i++)
		if (!in(p[i], 0x80, 0xBF))
			return 0;
	return n;
}

bool
value_is_utf8(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s, *end = p + n;

	while (p < end) {
		uint64_t eight;
		size_t length;

		if (end - p >= 8) {
			memcpy(&eight, p, 8);
			if (!(eight & UINT64_C(0x8080808080808080))) {
				p += 8;
				continue;
			}
		}
		length = character(p, (size_t)(end - p));
		if (length == 0)
			return false;
		p += length;
	}
	return true;
}
