/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: a check as contract_result_json wrote it. */
#ifndef CMD_CHECK_CASE_H
#define CMD_CHECK_CASE_H

#include "base/base.h"

struct check_case {
	struct str id, rule, column, status, severity, expected, observed, file; /* owned */
	int64_t line, col;
	bool skipped;
};
void check_case_read(struct jr *r, struct check_case *c);
void check_case_fini(struct check_case *c);

struct text_key {
	const char *key; /* NULL: the end of the list */
	struct str *to;
};
/* Reads the value if the key is one of the texts; null is an empty one. */
bool json_text(struct jr *r, const char *key, const struct text_key *texts);

#endif
