/* SPDX-License-Identifier: Apache-2.0 */
#include "base/os.h"

#include <sched.h>

int
processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}
