/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include "catalog/values.h"
#include "tests/unit/catalog.h"

LEAK_SUITE(number);

static uint64_t
random_next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static bool
same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* A number such as people write them: up to 19 digits, a point anywhere, now and then an exponent. */
static size_t
write_random(uint64_t *state, char text[64])
{
	int digits = 1 + (int)(random_next(state) % 19), point = (int)(random_next(state) % 21);
	size_t n = 0;

	if (random_next(state) % 3 == 0)
		text[n++] = '-';
	for (int i = 0; i < digits; i++) {
		if (i == point)
			text[n++] = '.';
		text[n++] = (char)('0' + random_next(state) % 10);
	}
	if (random_next(state) % 8 == 0)
		n += (size_t)snprintf(text + n, 16, "e%d", (int)(random_next(state) % 60) - 30);
	text[n] = 0;
	return n;
}

Test(number, f64_is_what_strtod_says_of_a_million_texts)
{
	uint64_t state = 1;
	char text[64], *end;
	double v;

	for (int i = 0; i < 1000000; i++) {
		size_t n = write_random(&state, text);
		double truth = strtod(text, &end);

		cr_assert(value_f64(text, n, &v), "%s", text);
		cr_assert_eq(*end, 0);
		cr_assert(same_bits(v, truth), "%s: %.17g, not %.17g", text, v, truth);
	}
}

Test(number, f64_rounds_to_even_half_way_between_two)
{
	uint64_t state = 5;
	char text[64];
	double v;

	for (int i = 0; i < 200000; i++) {
		/* an odd number of 54 bits, over 1, 2, 4 or 8: 19 digits at most */
		uint64_t m = UINT64_C(1) << 53 | (random_next(&state) >> 11) | 1;
		unsigned j = (unsigned)(random_next(&state) % 4);
		int n = snprintf(text, sizeof(text), "%llu.%0*llu", (unsigned long long)(m >> j),
			(int)j,
			(unsigned long long)((m & ((1u << j) - 1)) *
				(uint64_t[]){0, 5, 25, 125}[j]));

		n -= j == 0 ? 2 : 0; /* "N.0" */
		cr_assert(value_f64(text, (size_t)n, &v));
		text[n] = 0;
		cr_assert(same_bits(v, strtod(text, NULL)), "%s: %.17g", text, v);
	}
}

Test(number, f64_reads_back_what_was_written_of_any_bits)
{
	uint64_t state = 2;
	char text[VALUE_MAX];
	double v, back;

	for (int i = 0; i < 300000; i++) {
		uint64_t bits = random_next(&state);
		size_t n;

		memcpy(&v, &bits, sizeof(v));
		n = value_write_f64(text, v);
		cr_assert_leq(n, VALUE_MAX);
		cr_assert(value_f64(text, n, &back), "%.*s", (int)n, text);
		cr_assert(same_bits(v, back) || (isnan(v) && isnan(back)), "%.17g: %.*s", v, (int)n,
			text);
	}
}

/* Short decimals, any doubles of the middle of the range, powers of two and of ten and what is next
 * to them. */
static double
random_value(uint64_t *state)
{
	uint64_t bits = random_next(state), kind = random_next(state) % 7;
	double v;

	switch (kind) {
	case 0:
	case 1: return (double)(bits % 1000000000) / pow(10, (double)(bits % 7));
	case 2: v = ldexp(1, (int)(bits % 64) - 14); break;
	case 3: v = pow(10, (int)(bits % 19) - 4); break;
	case 4: return (double)(bits % UINT64_C(2000000000000000)) / 1e6;
	default: v = ldexp((double)(bits >> 11), (int)(random_next(state) % 64) - 67); break;
	}
	if (kind < 4 && bits >> 62 < 2)
		v = nextafter(v, bits >> 62 ? 0 : 1e300);
	return v;
}

Test(number, f64_is_written_with_the_fewest_digits)
{
	uint64_t state = 3;
	char text[VALUE_MAX], probe[64];
	struct str truth = {0};

	for (int i = 0; i < 300000; i++) {
		double v = random_value(&state);
		size_t n = value_write_f64(text, v);

		snprintf(probe, sizeof(probe), "%.*s", (int)n, text);
		str_reset(&truth);
		str_add_f64(&truth, v);
		if (!strpbrk(truth.s, ".e"))
			str_add(&truth, ".0");
		cr_assert_str_eq(probe, truth.s);
	}
	str_fini(&truth);
}

Test(number, f64_is_written_so_that_it_is_seen_to_be_one)
{
	static const struct {
		double v;
		const char *text;
	} cases[] = {{0, "0.0"}, {-0.0, "-0.0"}, {5, "5.0"}, {-5, "-5.0"}, {0.1, "0.1"},
		{0.1 + 0.2, "0.30000000000000004"}, {1e15, "1e+15"}, {1e300, "1e+300"},
		{123456789012345.0, "123456789012345.0"}, {0.0001, "0.0001"}, {5e-324, "5e-324"},
		{INFINITY, "inf"}, {-INFINITY, "-inf"}, {NAN, "nan"}, {-NAN, "nan"},
		{999999999999999.0, "999999999999999.0"}, {999999999.999999, "999999999.999999"},
		{999999999.9999999, "999999999.9999999"}, {1e9 + 1e-6, "1000000000.000001"},
		{0.000123, "0.000123"}, {0.0001234567, "0.0001234567"}, {100, "100.0"},
		{1234500, "1234500.0"}, {0.3, "0.3"}, {1.0 / 3, "0.3333333333333333"}};
	char text[VALUE_MAX + 1];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text[value_write_f64(text, cases[i].v)] = 0;
		cr_expect_str_eq(text, cases[i].text);
	}
}

Test(number, what_is_no_number_is_refused)
{
	static const char *const bad[] = {"", "-", "+", ".", "-.", "1.2.3", "1e", "1e+", "0x10",
		"1,5", " 1", "1 ", "--1", "1e400", "in", "nanx", "1_000", "١"};
	double f;
	int64_t i;

	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		cr_expect_not(value_f64(bad[k], strlen(bad[k]), &f), "%s", bad[k]);
		cr_expect_not(value_i64(bad[k], strlen(bad[k]), &i), "%s", bad[k]);
	}
	cr_expect(value_f64("1.", 2, &f) && f == 1);
	cr_expect(value_f64(".5", 2, &f) && f == 0.5);
	cr_expect(value_f64("-.5", 3, &f) && f == -0.5);
	cr_expect(value_f64("15.7", 2, &f) && f == 15, "only the length counts");
}

Test(number, i64_holds_all_there_are)
{
	static const int64_t values[] = {0, 1, -1, 9, 10, 999999999999999999, -999999999999999999,
		1000000000000000000, INT64_MAX, INT64_MIN, INT64_MIN + 1};
	uint64_t state = 4;
	char text[VALUE_MAX];
	int64_t back;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]) + 100000; i++) {
		int64_t v = i < sizeof(values) / sizeof(values[0])
			? values[i]
			: (int64_t)(random_next(&state) >> random_next(&state) % 64);
		size_t n = value_write_i64(text, v);

		cr_assert(value_i64(text, n, &back) && back == v, "%lld", (long long)v);
	}
	cr_expect_not(value_i64("9223372036854775808", 19, &back));
	cr_expect_not(value_i64("-9223372036854775809", 20, &back));
	cr_expect_not(value_i64("1.0", 3, &back));
	cr_expect(value_i64("+00000000000000000000007", 24, &back) && back == 7);
}

Test(number, a_very_long_number_is_still_exact)
{
	char *text = mem_alloc(5001);
	double v;

	memset(text, '0', 5000);
	text[0] = '1';
	text[1] = '.';
	text[4999] = '1';
	cr_expect(value_f64(text, 5000, &v) && v == 1.0);
	free(text);
}
