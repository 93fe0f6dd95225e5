/* SPDX-License-Identifier: Apache-2.0
 * Decoding UTF-8, and which characters a terminal must not see. What is well-formed is decided in one
 * place for the whole room, json_utf8.h. */
#include "base/utf8.h"

#include "base/json_utf8.h"

size_t
utf8_next(const char *s, const char *end, uint32_t *point)
{
	unsigned char lead = (unsigned char)*s;
	size_t n;

	if (lead < 0x80) {
		*point = lead;
		return 1;
	}
	n = json__utf8(s, end);
	if (n == 0) {
		*point = UTF8_BAD;
		return 1;
	}
	*point = lead & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++)
		*point = *point << 6 | ((unsigned char)s[i] & 0x3F);
	return n;
}

bool
utf8_is_unsafe(uint32_t point)
{
	if (point < 0x80)
		return point < 0x20 || point == 0x7F;
	return point < 0xA0 || point == UTF8_BAD || point == 0x061C || point == 0x200E ||
		point == 0x200F || (point >= 0x2028 && point <= 0x202E) ||
		(point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}
