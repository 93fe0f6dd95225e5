/* SPDX-License-Identifier: Apache-2.0
 * base/str.c, base/num.c and base/units.c. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <stdint.h>
#include "base/base.h"

LEAK_SUITE(base_str);

Test(base_str, zero_is_an_empty_string)
{
	struct str s = {0};

	cr_expect_str_eq(str_text(&s), "");
	cr_expect_null(s.s);
	str_reset(&s);
	str_fini(&s);
	str_add(&s, "");
	cr_expect_str_eq(s.s, "");
	str_fini(&s);
	cr_expect_null(s.s);
}

Test(base_str, adding_grows)
{
	struct str s = {0};

	for (int i = 0; i < 10000; i++) {
		str_addc(&s, 'a');
		str_add(&s, "bc");
		str_addf(&s, "%d", i % 10);
	}
	cr_expect_eq(s.len, 40000);
	cr_expect_eq(strlen(s.s), 40000);
	cr_expect(str_ends(s.s, "abc9"));
	str_reset(&s);
	cr_expect_eq(s.len, 0);
	cr_expect_str_eq(s.s, "");
	cr_expect_gt(s.cap, 40000);
	str_fini(&s);
}

Test(base_str, bytes_may_be_nul)
{
	struct str s = {0};

	str_addn(&s, "a\0b", 3);
	str_addn(&s, NULL, 0);
	cr_expect_eq(s.len, 3);
	cr_expect_eq(memcmp(s.s, "a\0b", 4), 0);
	str_fini(&s);
}

Test(base_str, questions)
{
	cr_expect(str_eq(NULL, NULL) && str_eq("a", "a"));
	cr_expect(!str_eq(NULL, "") && !str_eq("", NULL) && !str_eq("a", "b"));
	cr_expect(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("ab", "abc"));
	cr_expect(str_ends("abc", "bc") && str_ends("abc", "") && !str_ends("bc", "abc"));
}

Test(base_str, names)
{
	static const char *const good[] = {"a", "A.b-c_9", "-", "_", "9"};
	static const char *const bad[] = {"", ".", ".a", "a/b", "a b", "é", "a\n", "..", "a:b"};
	char text[130];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_expect(str_is_name(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect(!str_is_name(bad[i]), "%s", bad[i]);
	cr_expect(!str_is_name(NULL));
	memset(text, 'x', sizeof(text));
	text[128] = '\0';
	cr_expect(str_is_name(text));
	text[128] = 'x';
	text[129] = '\0';
	cr_expect(!str_is_name(text));
}

/* --- numbers ------------------------------------------------------------------------------------ */

Test(base_str, integers_are_whole_strings_in_range)
{
	static const char *const bad[] = {"", "-", "+", " 1", "1 ", "1x", "0x10", "1.0", "--1",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999999", "1_000"};
	int64_t v = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(str_to_i64(bad[i], &v), -1, "%s", bad[i]);
	cr_expect_eq(v, 77);
	cr_expect(str_to_i64("9223372036854775807", &v) == 0 && v == INT64_MAX);
	cr_expect(str_to_i64("-9223372036854775808", &v) == 0 && v == INT64_MIN);
	cr_expect(str_to_i64("+0012", &v) == 0 && v == 12);
	cr_expect(str_to_i64("-0", &v) == 0 && v == 0);
}

Test(base_str, floats_are_whole_strings)
{
	static const char *const bad[] = {"", "-", ".", "+.", "e1", ".e1", "1e", "1e+", "1.2.3",
		" 1", "1 ", "0x1p3", "1,5", "nan(1)", "infin", "1e999", "-1e999", "1f", "in"};
	double v = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(str_to_f64(bad[i], &v), -1, "%s", bad[i]);
	cr_expect_eq(v, 77);
	cr_expect(str_to_f64("-inf", &v) == 0 && isinf(v) && v < 0);
	cr_expect(str_to_f64("Infinity", &v) == 0 && isinf(v) && v > 0);
	cr_expect(str_to_f64("NaN", &v) == 0 && isnan(v));
	cr_expect(str_to_f64("-0", &v) == 0 && v == 0 && signbit(v));
	cr_expect(str_to_f64("1e-999", &v) == 0 && v == 0);
	cr_expect(str_to_f64("1e-99999999999999999999", &v) == 0 && v == 0);
	cr_expect(str_to_f64("0e99999999999999999999", &v) == 0 && v == 0);
}

/* The texts stay near the limits of the short cut; the C library is the judge. */
Test(base_str, floats_are_exact)
{
	static const char *const texts[] = {"0.1", "5.", ".5", "9007199254740993",
		"9007199254740992", "1e22", "1e23", "123e-22", "123e-23", "1.7976931348623157e308",
		"4.9e-324", "2.2250738585072011e-308", "0.000000000000000000000001",
		"18446744073709551615", "18446744073709551616", "123456789012345678901234567890",
		"8.5e+1", "1E5", "0.30000000000000004", "100000000000000000000000000000000e-32",
		"9007199254740993.00000000000000000000000000001", "-7.038531e-26"};
	double v;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cr_expect_eq(str_to_f64(texts[i], &v), 0, "%s", texts[i]);
		cr_expect_eq(v, strtod(texts[i], NULL), "%s", texts[i]);
	}
}

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

Test(base_str, random_decimals_are_exact)
{
	uint64_t state = 88172645463325252;
	char text[80];
	double v;

	for (int i = 0; i < 100000; i++) {
		uint64_t a = next_random(&state) >> (next_random(&state) % 64);
		int exponent = (int)(next_random(&state) % 60) - 30;

		snprintf(text, sizeof(text), "%llu.%llue%d", (unsigned long long)a,
			(unsigned long long)(next_random(&state) % 1000), exponent);
		cr_assert_eq(str_to_f64(text, &v), 0);
		cr_assert_eq(v, strtod(text, NULL), "%s", text);
	}
}

struct written {
	double v;
	const char *text;
};

Test(base_str, floats_are_written_shortest)
{
	const struct written cases[] = {{0, "0"}, {-0.0, "-0"}, {1, "1"}, {0.1, "0.1"},
		{-2.5, "-2.5"}, {1e300, "1e+300"}, {1e15, "1e+15"},
		{123456789012345, "123456789012345"}, {1.0 / 3, "0.3333333333333333"},
		{0.1 + 0.2, "0.30000000000000004"}, {1e-4, "0.0001"}, {1e-5, "1e-05"},
		{5e-324, "5e-324"}, {1.5e-323, "1.5e-323"},
		{1.7976931348623157e308, "1.7976931348623157e+308"}, {NAN, "nan"}, {-NAN, "nan"},
		{INFINITY, "inf"}, {-INFINITY, "-inf"}, {100, "100"}, {0.05, "0.05"},
		{10.01, "10.01"}, {999999999999999.9, "999999999999999.9"}, {2.5e-5, "2.5e-05"},
		{9007199254740993, "9007199254740992"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = {0};

		str_add_f64(&s, cases[i].v);
		cr_expect_str_eq(s.s, cases[i].text);
		str_fini(&s);
	}
}

static size_t
count_digits(const char *s)
{
	size_t n = 0, zeros = 0;

	for (; *s && *s != 'e'; s++) {
		if (*s < '0' || *s > '9' || (n == 0 && *s == '0'))
			continue;
		zeros = *s == '0' ? zeros + 1 : 0;
		n++;
	}
	return n - zeros;
}

/* No text of fewer digits may read back as the same double. */
Test(base_str, random_floats_are_written_shortest)
{
	uint64_t state = 1234567, bits;
	struct str s = {0};
	char shorter[64];
	double v, back;

	for (int i = 0; i < 50000; i++) {
		bits = next_random(&state);
		if (i % 4 == 0)
			bits &= 0x800FFFFFFFFFFFFF >> (next_random(&state) % 52); /* subnormal */
		memcpy(&v, &bits, sizeof(v));
		if (i % 4 == 1)
			v = (double)(int64_t)(bits >> 20) / 1000;
		if (isnan(v) || isinf(v))
			continue;
		str_reset(&s);
		str_add_f64(&s, v);
		cr_assert(str_to_f64(s.s, &back) == 0 && back == v, "%a became %s", v, s.s);
		if (count_digits(s.s) < 2)
			continue;
		snprintf(shorter, sizeof(shorter), "%.*e", (int)count_digits(s.s) - 2, v);
		cr_assert_neq(strtod(shorter, NULL), v, "%s could be %s", s.s, shorter);
	}
	str_fini(&s);
}

/* Makes a locale whose decimal separator is a comma, if the system has the sources of locales. */
static bool
use_commas(const char *dir)
{
	char command[200];

	snprintf(command, sizeof(command), "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null",
		dir);
	if (system(command) != 0)
		return false;
	setenv("LOCPATH", dir, 1);
	return setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
}

Test(base_str, numbers_ignore_the_locale)
{
	char dir[] = "/tmp/mlc-locale-XXXXXX", command[64], comma[8];
	struct str s = {0};
	double v;
	bool made;

	cr_assert_not_null(mkdtemp(dir));
	made = use_commas(dir);
	snprintf(comma, sizeof(comma), "%.1f", 0.5);
	str_add_f64(&s, 1.0 / 3);
	cr_expect_str_eq(s.s, "0.3333333333333333");
	cr_expect(str_to_f64("0.33333333333333331482961625624739", &v) == 0 && v == 1.0 / 3);
	cr_expect_eq(str_to_f64("0,5", &v), -1);
	str_fini(&s);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_expect_eq(system(command), 0);
	if (!made)
		cr_skip_test("localedef cannot make a locale with a comma here");
	cr_expect_str_eq(comma, "0,5", "the locale was not in force");
}

/* --- for people --------------------------------------------------------------------------------- */

struct measured {
	uint64_t n;
	const char *text;
};

Test(base_str, bytes_for_people)
{
	static const struct measured cases[] = {{0, "0 B"}, {999, "999 B"}, {1000, "1.0 kB"},
		{1249, "1.2 kB"}, {99949, "99.9 kB"}, {99950, "100 kB"}, {999499, "999 kB"},
		{999500, "1.0 MB"}, {1200000, "1.2 MB"}, {212000000, "212 MB"},
		{1000000000000000000, "1.0 EB"}, {UINT64_MAX, "18.4 EB"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = {0};

		str_add_bytes(&s, cases[i].n);
		cr_expect_str_eq(s.s, cases[i].text);
		str_fini(&s);
	}
}

Test(base_str, durations_for_people)
{
	static const struct measured cases[] = {{0, "0ms"}, {99, "99ms"}, {100, "0.1s"},
		{400, "0.4s"}, {14200, "14.2s"}, {59949, "59.9s"}, {59950, "1m 00s"},
		{123000, "2m 03s"}, {3599499, "59m 59s"}, {3599500, "1h 00m"}, {3725000, "1h 02m"},
		{86399000, "23h 59m"}, {86400000, "1d 00h"}, {180000000, "2d 02h"},
		{UINT64_MAX, "213503982334d 14h"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = {0};

		str_add_duration(&s, cases[i].n);
		cr_expect_str_eq(s.s, cases[i].text);
		str_fini(&s);
	}
}

Test(base_str, counts_for_people)
{
	static const struct {
		int64_t n;
		const char *text;
	} cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {-1000, "-1,000"},
		{1234567, "1,234,567"}, {INT64_MAX, "9,223,372,036,854,775,807"},
		{INT64_MIN, "-9,223,372,036,854,775,808"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = {0};

		str_add_count(&s, cases[i].n);
		cr_expect_str_eq(s.s, cases[i].text);
		str_fini(&s);
	}
}

Test(base_str, durations_from_people)
{
	static const char *const bad[] = {"", "10", "m", "-1s", "1 m 2", "1x", "1sec", "1e3s",
		"99999999999999d", "1..5s", ".s", "10M"};
	int64_t v = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(str_to_duration(bad[i], &v), -1, "%s", bad[i]);
	cr_expect_eq(v, 77);
	cr_expect(str_to_duration("500ms", &v) == 0 && v == 500);
	cr_expect(str_to_duration("1.5h", &v) == 0 && v == 5400000);
	cr_expect(str_to_duration("10 m", &v) == 0 && v == 600000);
	cr_expect(str_to_duration("0s", &v) == 0 && v == 0);
	cr_expect(str_to_duration("2d", &v) == 0 && v == 172800000);
}

Test(base_str, sizes_from_people)
{
	static const char *const bad[] = {
		"", "GiB", "-1", "1 gib", "1K", "1e3", "99999999TiB", "1MiBs"};
	int64_t v = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(str_to_bytes(bad[i], &v), -1, "%s", bad[i]);
	cr_expect_eq(v, 77);
	cr_expect(str_to_bytes("4096", &v) == 0 && v == 4096);
	cr_expect(str_to_bytes("2GiB", &v) == 0 && v == 2LL << 30);
	cr_expect(str_to_bytes("0.5 MiB", &v) == 0 && v == 1 << 19);
	cr_expect(str_to_bytes("500kB", &v) == 0 && v == 500000);
}

Test(base_str, near_words)
{
	static const struct {
		const char *a, *b;
		int distance; /* -1: not near */
	} cases[] = {{"clean_users", "clean_user", 1}, {"retries", "retires", 1},
		{"name", "nmae", 1}, {"inputs", "INPUTS", 0}, {"name", "nome", 1},
		{"abc", "xyz", -1}, {"ab", "ac", -1}, {"a", "b", -1}, {"", "", -1}, {"", "abc", -1},
		{"timeout", "timeuot", 1}, {"description", "desciptoin", 2},
		{"description", "dscrptin", 3}, {"description", "dscrpti", -1},
		{"outputs", "inputs", -1}, {"x", "x", 0}};
	int d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool near = str_near(cases[i].a, cases[i].b, &d);

		cr_expect_eq(near, cases[i].distance >= 0, "%s %s", cases[i].a, cases[i].b);
		if (near)
			cr_expect_eq(d, cases[i].distance, "%s %s: %d", cases[i].a, cases[i].b, d);
		cr_expect_eq(str_near(cases[i].b, cases[i].a, NULL), near);
	}
}

Test(base_str, long_words_are_near_nothing)
{
	char word[200];

	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	cr_expect(!str_near(word, word, NULL));
	word[64] = '\0';
	cr_expect(str_near(word, word, NULL));
}
