/* SPDX-License-Identifier: Apache-2.0
 * What scripts/unit has to call bad: a wrong expectation, a crash, an end of the process. */
#include "tests/unit/unit.h"

LEAK_SUITE(fails);

Test(fails, expects_too_much)
{
	cr_expect_eq(1, 2);
}

Test(fails, crashes)
{
	abort();
}

Test(fails, ends_the_process)
{
	_Exit(9);
}

Test(fails, only_this_one_passes)
{
	cr_expect_eq(1, 1);
}
