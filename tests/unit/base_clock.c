/* SPDX-License-Identifier: Apache-2.0
 * base/clock.c */
#include "tests/unit/unit.h"

#include <time.h>
#include "base/base.h"

LEAK_SUITE(base_clock);

Test(base_clock, a_fixed_clock_counts_from_its_start)
{
	struct clock c = {.fixed_ms = 1000};

	cr_expect_eq(clock_now_ms(&c), 1000);
	cr_expect_eq(clock_now_ms(&c), 1001);
	cr_expect_eq(clock_now_ms(&c), 1002);
}

Test(base_clock, the_real_clock_agrees_with_time)
{
	struct clock c = {0};
	int64_t before = (int64_t)time(NULL) - 1;

	for (int i = 0; i < 2; i++) {
		int64_t now = clock_now_ms(i ? &c : NULL) / 1000;

		cr_expect(now >= before && now <= before + 60);
	}
}

Test(base_clock, the_monotonic_clock_does_not_go_back)
{
	int64_t last = clock_mono_us();

	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_mono_us();

		cr_assert(now >= last);
		last = now;
	}
}

Test(base_clock, a_seed_gives_the_same_numbers_and_another_seed_others)
{
	struct clock a = {.state = 42}, b = {.state = 42}, c = {.state = 43};

	for (int i = 0; i < 100; i++) {
		uint64_t v = clock_random(&a);

		cr_expect_eq(v, clock_random(&b));
		cr_expect_neq(v, clock_random(&c));
	}
}

Test(base_clock, a_seeded_sequence_never_turns_into_real_chance)
{
	/* the state whose successor would be zero: -increment / multiplier mod 2^64 */
	struct clock a = {.state = 1}, b;
	uint64_t inverse = 6364136223846793005u;

	for (int i = 0; i < 6; i++) /* Newton: each step doubles the right bits */
		inverse *= 2 - 6364136223846793005u * inverse;
	a.state = (0 - 1442695040888963407u) * inverse;
	b = a;
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(clock_random(&a), clock_random(&b));
		cr_expect_neq(a.state, 0);
	}
}

Test(base_clock, seeded_bits_are_balanced)
{
	struct clock c = {.state = 1};
	int ones[64] = {0};

	for (int i = 0; i < 10000; i++) {
		uint64_t v = clock_random(&c);

		for (int b = 0; b < 64; b++)
			ones[b] += (int)(v >> b & 1);
	}
	for (int b = 0; b < 64; b++)
		cr_expect(ones[b] > 4700 && ones[b] < 5300, "bit %d: %d", b, ones[b]);
}

Test(base_clock, real_chance_does_not_repeat)
{
	cr_expect_neq(clock_random(NULL), clock_random(NULL));
}

Test(base_clock, an_id_holds_time_version_and_variant)
{
	struct clock c = {.fixed_ms = 0x0123456789ab, .state = 1};
	char hex[33];

	clock_uuid7(&c, hex);
	cr_expect_eq(strlen(hex), 32);
	cr_expect_eq(strspn(hex, "0123456789abcdef"), 32);
	cr_expect_eq(strncmp(hex, "0123456789ab7", 13), 0, "%s", hex);
	cr_expect(strchr("89ab", hex[16]) != NULL, "%s", hex);
}

Test(base_clock, ids_rise_within_a_millisecond)
{
	struct clock c = {0};
	char last[33], next[33];

	clock_uuid7(&c, last);
	for (int i = 0; i < 100000; i++) {
		clock_uuid7(&c, next);
		cr_assert_lt(strcmp(last, next), 0, "%s then %s", last, next);
		memcpy(last, next, sizeof last);
	}
}

Test(base_clock, ids_rise_although_the_clock_is_set_back)
{
	struct clock c = {.fixed_ms = 1000000, .state = 5};
	char last[33], next[33];

	clock_uuid7(&c, last);
	for (int i = 0; i < 10000; i++) {
		c.fixed_ms = 500;
		clock_uuid7(&c, next);
		cr_assert_lt(strcmp(last, next), 0, "%s then %s", last, next);
		memcpy(last, next, sizeof last);
	}
}

Test(base_clock, equal_clocks_give_equal_ids)
{
	struct clock a = {.fixed_ms = 1, .state = 9}, b = a;
	char x[33], y[33];

	for (int i = 0; i < 10; i++) {
		clock_uuid7(&a, x);
		clock_uuid7(&b, y);
		cr_expect_str_eq(x, y);
	}
}

Test(base_clock, known_dates_are_printed)
{
	static const struct {
		int64_t ms;
		const char *want;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1736910000123, "2025-01-15T03:00:00.123Z"},
		{951782399999, "2000-02-28T23:59:59.999Z"},
		{951782400000, "2000-02-29T00:00:00.000Z"},
		{951868800000, "2000-03-01T00:00:00.000Z"},
		{4107542400000, "2100-03-01T00:00:00.000Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{-86400000, "1969-12-31T00:00:00.000Z"},
		{-62135596800000, "0001-01-01T00:00:00.000Z"},
		{-62167219200001, "-0001-12-31T23:59:59.999Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
		{253402300800000, "+10000-01-01T00:00:00.000Z"},
		{INT64_MAX, "+292278994-08-17T07:12:55.807Z"},
		{INT64_MIN, "-292275055-05-16T16:47:04.192Z"},
	};
	char out[32];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		clock_rfc3339(cases[i].ms, out);
		cr_expect_str_eq(out, cases[i].want);
	}
}

Test(base_clock, every_day_of_a_thousand_years_is_what_the_c_library_says)
{
	char want[32], out[32];
	struct tm tm;

	for (int64_t day = -200000; day < 200000; day++) {
		time_t t = (time_t)(day * 86400 + 3661);

		gmtime_r(&t, &tm);
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		clock_rfc3339((int64_t)t * 1000, out);
		cr_assert_str_eq(out, want);
	}
}
