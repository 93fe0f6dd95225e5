/* SPDX-License-Identifier: Apache-2.0
 * The room contract/: what a dataset promises, checked in one pass over its batches.
 *
 * Contracts are ODCS v3.1.0 YAML files. A check keeps state over the batches it is shown; only
 * uniqueness needs memory that grows with the data, and says so. Row numbers are 1-based rows of
 * data, not lines of a file. */
#ifndef CONTRACT_CONTRACT_H
#define CONTRACT_CONTRACT_H

#include "base/base.h"
#include "catalog/catalog.h"
#include "frame/frame.h"

struct contract;
struct contract_run;

enum on_fail { ON_FAIL_FAIL, ON_FAIL_WARN };

/* Loads the file at path, relative to rootfd. Everything lives in the arena. */
MUST_CHECK int contract_load(struct arena *a, int rootfd, const char *path,
	const struct contract **out, struct errs *found);
/* The columns it names, for reading a source with the right types. */
const struct schema *contract_schema(const struct contract *c);
const char *contract_version(const struct contract *c);
size_t contract_checks(const struct contract *c); /* how many checks it makes */

struct contract_run *contract_begin(const struct contract *c);
void contract_batch(struct contract_run *r, const struct frame *batch);

/* What one check found. */
#define CONTRACT_SAMPLES 10
struct check_result {
	const char *rule; /* "not_null", "unique", "in_set", "range", "pattern", "row_count", ... */
	const char *column; /* NULL: about the table */
	enum on_fail on_fail;
	bool passed;
	int64_t failed; /* rows */
	char expected[128], found[128];
	int64_t sample[CONTRACT_SAMPLES]; /* rows */
	int n_samples;
	struct place at; /* the rule in the contract file */
	bool skipped;    /* its column was missing or mistyped, so nobody looked: not passed either,
			    and counted neither as failed nor as warned */
};
struct contract_result {
	struct check_result *checks; /* owned */
	size_t n, n_failed, n_warned;
};
/* Ends the run and frees it. */
void contract_end(struct contract_run *r, struct contract_result *out);
void contract_abort(struct contract_run *r); /* NULL is fine */
void contract_result_fini(struct contract_result *r);
void contract_result_json(const struct contract_result *r, struct jw *w);
/* Sets e to MLC_CONTRACT for the failed checks: title, first place, the table of rule, expected,
 * found and rows as note. Returns -1. */
int contract_error(const struct contract_result *r, const char *dataset, struct err *e);

#endif
