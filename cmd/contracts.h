/* SPDX-License-Identifier: Apache-2.0
 * What the commands about contracts share; private to the room. */
#ifndef CMD_CONTRACTS_H
#define CMD_CONTRACTS_H

#include "cmd/cmd.h"
#include "contract/contract.h"

/* A dataset with a file, its contract, and what the check found. */
struct judged {
	const struct dataset *d;
	const char *path; /* of the contract */
	const struct contract *contract;
	const struct dataset **others; /* arena; what the contract looks at besides it */
	struct contract_result result; /* empty until it was checked */
};
/* Finds a dataset and its contract by the dataset's name. What is missing or wrong goes to found. */
MUST_CHECK int judged_find(struct app *a, const struct catalog *c, struct arena *arena,
	const char *name, struct judged *out, struct errs *found);
/* The catalog's entry of that name, which is a table with a file. NULL after a report to found. */
const struct dataset *table_find(const struct catalog *c, const char *name, struct errs *found);
/* Opens a table as its contract has it (NULL: none), or as it was last written. The store is open. */
MUST_CHECK int table_open(struct app *a, const struct judged *j, struct segs *segs,
	struct arena *arena, struct reader **out, struct err *e);

/* contract_sides.c: the contract in a file or folder, and what a revision of git has under the path of
 * one. NULL and -1 after a report to found. */
MUST_CHECK int contract_at_path(
	struct arena *a, const char *path, const struct contract **out, struct errs *found);
MUST_CHECK int contract_at_revision(struct app *a, struct arena *arena, const char *rev,
	const char *path, const struct contract **out, struct errs *found);
/* Every table that a node of the plan writes has a contract; those that have none go to found. */
MUST_CHECK int require_contracts(const struct plan *plan, struct errs *found);
/* Writes the contract results of a run that is on record as JUnit XML. */
MUST_CHECK int run_junit(struct app *a, const char *run_id, const char *file, struct err *e);

#endif
