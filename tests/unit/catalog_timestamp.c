/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>
#include "catalog/values.h"
#include "tests/unit/catalog.h"

LEAK_SUITE(timestamp);

Test(timestamp, texts_mean_points_in_time)
{
	static const struct {
		const char *text;
		int64_t micros;
	} cases[] = {
		{"1970-01-01", 0},
		{"1970-01-01T00:00Z", 0},
		{"1970-01-01 00:00:00", 0},
		{"1970-01-01t00:00:00z", 0},
		{"1970-01-01T00:00:00.5", 500000},
		{"1970-01-01T00:00:00,25Z", 250000},
		{"1970-01-01T00:00:00.123456000Z", 123456},
		{"1970-01-01T01:00:00+01:00", 0},
		{"1970-01-01T01:30+0130", 0},
		{"1969-12-31T19:00:00-05", 0},
		{"1969-12-31T23:59:59.999999Z", -1},
		{"2000-02-29", INT64_C(951782400000000)},
		{"2025-01-15T03:00:00Z", INT64_C(1736910000000000)},
		{"0000-03-01", INT64_C(-62162035200000000)},
		{"+294247-01-10T04:00:54.775807Z", INT64_MAX},
		{"-290308-12-21T19:59:05.224192Z", INT64_MIN},
	};
	int64_t v;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *s = cases[i].text;

		cr_expect(value_timestamp(s, strlen(s), &v), "%s", s);
		cr_expect_eq(v, cases[i].micros, "%s: %lld", s, (long long)v);
	}
}

Test(timestamp, what_is_none_is_refused)
{
	static const char *const bad[] = {"", "2023", "2023-01", "2023-1-1", "2023-13-01",
		"2023-00-01", "2023-01-00", "2023-01-32", "2023-02-29", "1900-02-29", "2023-04-31",
		"2023-01-01T", "2023-01-01T1", "2023-01-01T24:00", "2023-01-01T12:60",
		"2023-01-01T12:00:60", "2023-01-01T12:00:00.", "2023-01-01T12:00:00.1234567",
		"2023-01-01T12:00:00X", "2023-01-01T12:00:00+", "2023-01-01T12:00:00+1",
		"2023-01-01T12:00:00+24:00", "2023-01-01T12:00:00Z ", " 2023-01-01", "2023-01-01 ",
		"20230101", "01/02/2023", "2023-01-01Z", "12023-01-01", "+12023-01-01",
		"+294247-01-10T04:00:54.775808Z", "-290308-12-21T19:59:05.224191Z",
		"+999999-01-01"};
	int64_t v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(value_timestamp(bad[i], strlen(bad[i]), &v), "%s", bad[i]);
}

Test(timestamp, each_day_of_800_years_is_the_next_one)
{
	char text[VALUE_MAX + 1];
	int64_t day = INT64_C(86400000000), v;

	for (int64_t i = -146097; i <= 146097; i++) {
		time_t seconds = (time_t)(i * 86400);
		struct tm tm;
		char truth[32];

		cr_assert(gmtime_r(&seconds, &tm));
		strftime(truth, sizeof(truth), "%Y-%m-%dT%H:%M:%SZ", &tm);
		text[value_write_timestamp(text, i * day)] = 0;
		cr_assert_str_eq(text, truth);
		cr_assert(value_timestamp(text, strlen(text), &v) && v == i * day);
	}
}

Test(timestamp, every_number_of_microseconds_reads_back)
{
	uint64_t state = 88172645463325252;
	char text[VALUE_MAX];
	int64_t v, back;

	for (int i = 0; i < 200000; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		v = (int64_t)state >> state % 60;
		cr_assert(value_timestamp(text, value_write_timestamp(text, v), &back));
		cr_assert_eq(back, v, "%lld", (long long)v);
	}
	cr_expect(value_timestamp(text, value_write_timestamp(text, INT64_MIN), &back));
	cr_expect_eq(back, INT64_MIN);
	cr_expect(value_timestamp(text, value_write_timestamp(text, INT64_MAX), &back));
	cr_expect_eq(back, INT64_MAX);
}
