/* SPDX-License-Identifier: Apache-2.0 */
#include "catalog/values.h"
#include "tests/unit/catalog.h"

LEAK_SUITE(utf8);

/* The character's bytes; 0 if it is none that UTF-8 can hold. */
static size_t
encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

Test(utf8, every_character_but_surrogates_is_good)
{
	char bytes[4];

	for (uint32_t c = 0; c < 0x120000; c++) {
		size_t n = encode(c, bytes);
		bool good = c < 0x110000 && (c < 0xD800 || c > 0xDFFF);

		cr_assert_eq(value_is_utf8(bytes, n), good, "U+%04X", c);
		if (n > 1)
			cr_assert_not(value_is_utf8(bytes, n - 1), "U+%04X cut off", c);
	}
}

Test(utf8, all_pairs_of_bytes_are_judged_like_the_table)
{
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++) {
			char two[2] = {(char)a, (char)b};
			bool both = a < 0x80 && b < 0x80;
			bool one = a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF;

			cr_assert_eq(value_is_utf8(two, 2), both || one, "%02X %02X", a, b);
		}
}

Test(utf8, bad_bytes_are_found_at_any_place)
{
	char text[40];

	for (size_t at = 0; at < sizeof(text); at++) {
		memset(text, 'x', sizeof(text));
		cr_assert(value_is_utf8(text, sizeof(text)));
		text[at] = (char)0x80;
		cr_assert_not(value_is_utf8(text, sizeof(text)), "at %zu", at);
	}
	cr_expect(value_is_utf8("", 0));
	cr_expect_not(value_is_utf8("\xC0\x80", 2), "overlong");
	cr_expect_not(value_is_utf8("\xE0\x9F\xBF", 3), "overlong");
	cr_expect_not(value_is_utf8("\xF0\x8F\xBF\xBF", 4), "overlong");
	cr_expect_not(value_is_utf8("\xF4\x90\x80\x80", 4), "too large");
}
