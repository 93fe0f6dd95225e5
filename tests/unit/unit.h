/* SPDX-License-Identifier: Apache-2.0
 * What every unit test file includes first: Criterion, and the leak check that Criterion hides.
 *
 * Criterion's test processes end without LeakSanitizer's report. LEAK_SUITE(suite) asks for it after
 * each test; with log_path set in ASAN_OPTIONS the report is a file, and scripts/unit fails if any
 * such file exists. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#define UNIT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNIT_ASAN 1
#endif
#endif

#ifdef UNIT_ASAN
int __lsan_do_recoverable_leak_check(void);
static inline void
unit_leak_check(void)
{
	__lsan_do_recoverable_leak_check();
}
#else
static inline void
unit_leak_check(void)
{
}
#endif

#define LEAK_SUITE(suite) TestSuite(suite, .fini = unit_leak_check, .timeout = 60)

#endif
