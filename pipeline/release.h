/* SPDX-License-Identifier: Apache-2.0
 * Releasing quarantined rows: checked again, and those that pass go into the dataset. */
#ifndef PIPELINE_RELEASE_H
#define PIPELINE_RELEASE_H

#include "catalog/catalog.h"
#include "contract/contract.h"
#include "registry/registry.h"

struct release {
	struct project *project;
	struct store *store; /* open for writing */
	struct clock *clock;
	const struct dataset *target, *quarantine;
	const struct contract *contract;
	const struct dataset
		*corrected;  /* rows to use instead of those of the same run and row, or NULL */
	const char *where;   /* COLUMN OP VALUE: only those rows; NULL: all */
	const char *command; /* for the record */
};
struct release_result {
	struct run_id run;
	int64_t tried, released,
		kept; /* rows; kept: in quarantine, also those that were not tried */
	struct contract_result contract;
};
/* A run of its own: locked, with intent, on record. -1 if nothing was changed, and why. */
MUST_CHECK int release_rows(const struct release *o, struct release_result *out, struct err *e);
void release_result_fini(struct release_result *r);

/* release_where.c: marks the rows for which `where` is true. */
MUST_CHECK int release_where(const char *where, const struct frame *f, bool *marks, struct err *e);

#endif
