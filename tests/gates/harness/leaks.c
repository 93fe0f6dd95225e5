/* SPDX-License-Identifier: Apache-2.0
 * Criterion calls this test a passing one; scripts/unit must not. */
#include "tests/unit/unit.h"

LEAK_SUITE(leaks);

Test(leaks, forgets_to_free)
{
	char *volatile text = malloc(10);

	text[0] = 'x';
	text = NULL;
	cr_expect_null(text);
}
