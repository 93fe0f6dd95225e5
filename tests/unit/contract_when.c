/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/contract_kit.h"
#include "contract/rules.h"

LEAK_SUITE(contract_when);

static void
expect_us(const char *text, int64_t want)
{
	int64_t us = -1;

	cr_expect(when_parse(text, &us) == 0, "%s", text);
	cr_expect(us == want, "%s: %lld, not %lld", text, (long long)us, (long long)want);
}

Test(contract_when, dates_and_times_become_microseconds)
{
	expect_us("1970-01-01", 0);
	expect_us("1969-12-31", INT64_C(-86400000000));
	expect_us("2000-02-29", INT64_C(951782400000000));
	expect_us("2025-01-15T03:00:00Z", INT64_C(1736910000000000));
	expect_us("2025-01-15 03:00", INT64_C(1736910000000000));
	expect_us("2025-01-15T05:30:00+02:30", INT64_C(1736910000000000));
	expect_us("2025-01-14T22:00:00-05:00", INT64_C(1736910000000000));
	expect_us("1970-01-01T00:00:00.5", 500000);
	expect_us("1970-01-01T00:00:00.123456789Z", 123456);
	expect_us("0001-01-01", INT64_C(-62135596800000000));
	expect_us("9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999));
}

Test(contract_when, what_is_no_date_is_refused)
{
	static const char *const bad[] = {"", "2025", "2025-1-1", "2025-13-01", "2025-00-01",
		"2025-01-00", "2025-02-29", "1900-02-29", "2025-04-31", "2025-01-15T",
		"2025-01-15T3", "2025-01-15T24:00", "2025-01-15T00:60", "2025-01-15T00:00:60",
		"2025-01-15T00:00:00.", "2025-01-15T00:00:00+2", "2025-01-15T00:00:00 Z",
		"2025-01-15Z", "2025-01-15 x", " 2025-01-15", "2025-01-15 ", "-025-01-15"};
	int64_t us;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect(when_parse(bad[i], &us) == -1, "%s", bad[i]);
}
