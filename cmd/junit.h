/* SPDX-License-Identifier: Apache-2.0
 * Contract results as JUnit XML, which every CI shows: a suite for a dataset, a case for a check. */
#ifndef CMD_JUNIT_H
#define CMD_JUNIT_H

#include "base/base.h"

struct junit {
	struct str suites; /* owned */
	int64_t tests, failures, errors, skipped;
};
/* Adds the result, as contract_result_json wrote it, of a dataset. */
void junit_add(struct junit *j, const char *dataset, const char *json);
/* Writes the file, whole or not at all, and frees what j holds. */
MUST_CHECK int junit_write(struct junit *j, const char *path, struct err *e);

#endif
