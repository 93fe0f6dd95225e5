/* SPDX-License-Identifier: Apache-2.0
 * What scripts/unit has to call good: a test that passes, one that is skipped, and nothing leaked. */
#include "tests/unit/unit.h"

LEAK_SUITE(passes);

Test(passes, frees_what_it_took)
{
	char *text = malloc(10);

	cr_expect_not_null(text);
	free(text);
}

Test(passes, needs_what_is_not_here)
{
	cr_skip_test("there is no server");
}
