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

/* The last two take the rows out of the dataset, and keep the others. */
enum on_fail { ON_FAIL_FAIL, ON_FAIL_WARN, ON_FAIL_INFO, ON_FAIL_DROP, ON_FAIL_QUARANTINE };

/* Loads the file at path, relative to rootfd, or all files of the folder: together they are one
 * contract. Everything lives in the arena. */
MUST_CHECK int contract_load(struct arena *a, int rootfd, const char *path,
	const struct contract **out, struct errs *found);
/* Appends the text of all files of the contract, for telling whether it changed. */
void contract_text(int rootfd, const char *path, struct str *out);
/* The same from the texts of its files; path is what errors call it. */
struct contract_text {
	const char *path;
	struct str text;
};
MUST_CHECK int contract_parse_all(struct arena *a, const struct contract_text *texts, size_t n,
	const struct contract **out, struct errs *found);
/* The same from one text. */
MUST_CHECK int contract_parse(struct arena *a, const char *path, const struct str *text,
	const struct contract **out, struct errs *found);
/* The columns it names, for reading a source with the right types. */
const struct schema *contract_schema(const struct contract *c);
const char *contract_version(const struct contract *c);
/* The one column of which no value may stand twice, and its type; NULL: there is none. */
const char *contract_key(const struct contract *c, enum mlf_type *type);
const char *contract_id(const struct contract *c); /* "" if it has none */
size_t contract_checks(const struct contract *c);  /* how many checks it makes */
/* True if bad rows may leave the dataset; true if some of them are kept apart. */
bool contract_takes(const struct contract *c);
bool contract_quarantines(const struct contract *c);

/* others.c: datasets that the contract looks at besides its own, for foreign keys and references of
 * distributions. Each is read before the first batch, in a pass of its own. */
size_t contract_others(const struct contract *c);
const char *contract_other(const struct contract *c, size_t i);
const struct place *contract_other_at(const struct contract *c, size_t i); /* its first rule */
/* The catalog's entry of the i-th: a table with a file. NULL after a report to found, at the rule. */
const struct dataset *contract_other_find(
	const struct contract *c, size_t i, const struct catalog *catalog, struct errs *found);

/* Compares what the contract expects of the i-th with the contract of that one: columns of other types,
 * and such as it has not although it is strict, go to found. */
MUST_CHECK int contract_other_fits(
	const struct contract *c, size_t i, const struct contract *other, struct errs *found);

struct contract_run *contract_begin(const struct contract *c);
/* Shows a batch of the i-th, or says why there is none to be shown: then the rules that need it are
 * errors. Reading does both, for all batches of a dataset; d may be NULL. */
void contract_other_batch(struct contract_run *r, size_t i, const struct frame *batch);
void contract_other_failed(struct contract_run *r, size_t i, const char *why);
void contract_other_read(struct contract_run *r, size_t i, const struct dataset *d, int rootfd);
/* The time that the age of data is counted to; the epoch if it is not said. */
void contract_now(struct contract_run *r, int64_t ms);
/* What results tell about their origin; both may be NULL and must outlive the result. */
void contract_is_about(struct contract_run *r, const char *dataset, const char *run_id);
void contract_batch(struct contract_run *r, const struct frame *batch);

/* take.c: the same, and what becomes of the batch. The frames live in the scope. `away` has the rows
 * to be quarantined, with their run, row and rules in front; it may have no rows. */
struct contract_split {
	struct mlf_frame *kept, *away; /* away is NULL unless the contract quarantines */
};
MUST_CHECK int contract_take(struct contract_run *r, struct scope *sc, struct frame *batch,
	const char *run_id, struct contract_split *out, struct err *e);
/* The same for a batch of quarantined rows, with run, row and rules in front: `kept` comes without
 * them; `away` has the run and row that it came with, and the rules that it breaks now. */
MUST_CHECK int contract_retake(struct contract_run *r, struct scope *sc, struct frame *batch,
	struct contract_split *out, struct err *e);
#define QUARANTINE_SUFFIX "__quarantine"
/* The columns in front of a quarantined row's own. */
#define QUARANTINE_RUN "_run_id"
#define QUARANTINE_ROW "_row"
#define QUARANTINE_RULES "_rules"
/* Where a dataset's quarantined rows go: the catalog's entry NAME__quarantine, or a CSV file under
 * data/quarantine. NULL after a report to found. */
const struct dataset *contract_quarantine(
	struct arena *a, const struct catalog *c, const char *dataset, struct errs *found);

/* What one check found. */
#define CONTRACT_SAMPLES 20
struct check_result {
	const char *id;   /* of its own in the contract: as written, or made of column and rule */
	const char *rule; /* "not_null", "unique", "in_set", "range", "pattern", "row_count", ... */
	const char *metric; /* "nullValues", ...: as ODCS calls it, or we do where it has no name */
	const char *column; /* NULL: about the table */
	enum on_fail on_fail;
	bool passed;
	int64_t failed; /* rows */
	double percent; /* of the rows it looked at */
	char expected[128], found[128];
	int64_t sample[CONTRACT_SAMPLES]; /* rows */
	int n_samples;
	struct place at; /* the rule in the contract file */
	bool skipped;    /* its column was missing or mistyped, so nobody looked: not passed either,
			    and counted neither as failed nor as warned */
	bool error;      /* it could not be made; counted as if it were broken */
	bool second_pass; /* it needed more than the pass over the batches */
};
enum check_status { CHECK_PASS, CHECK_WARN, CHECK_INFO, CHECK_FAIL, CHECK_ERROR, CHECK_SKIPPED };
/* A broken rule that takes rows warns; it fails if it took more than it may. */
enum check_status check_status(const struct check_result *c);
/* pass, warn, fail or error: infos are warnings of severity info, and what was skipped is an error. */
const char *check_status_name(const struct check_result *c);
const char *check_severity(const struct check_result *c); /* error, warning, info */
/* True if the dataset may not be used because of this check. */
bool check_is_broken(const struct check_result *c);
const char *on_fail_name(enum on_fail on_fail);
struct contract_result {
	struct check_result *checks; /* owned */
	/* Of the contract, and as contract_is_about said; borrowed. NULL: not known. */
	const char *contract, *id, *version, *dataset, *run_id;
	size_t n, n_failed, n_warned;
	int64_t rows; /* that stay */
	int64_t dropped, quarantined;
};
/* Ends the run and frees it. */
void contract_end(struct contract_run *r, struct contract_result *out);
void contract_abort(struct contract_run *r); /* NULL is fine */
void contract_result_fini(struct contract_result *r);
/* As a JSON object; or only its keys, into an object that is open. */
void contract_result_json(const struct contract_result *r, struct jw *w);
void contract_result_fields(const struct contract_result *r, struct jw *w);
/* Sets e to MLC_CONTRACT for the failed checks: title, first place, the table of rule, expected,
 * found and rows as note. Returns -1. */
int contract_error(const struct contract_result *r, const char *dataset, struct err *e);

/* diff.c: what a newer contract changes, for those who read the dataset. */
struct contract_change {
	bool breaking;      /* less is promised: readers may meet what they could not meet before */
	bool tighter;       /* more is promised: who writes the dataset may fail where it did not */
	const char *column; /* NULL: about the table */
	const char *rule;
	char was[128], is[128]; /* "" for what was or is not there */
	struct place at;        /* in the new contract; in the old one, of what is gone */
};
struct contract_diff {
	struct contract_change *v; /* owned; in the order of the old contract, then what is new */
	size_t n, cap, n_breaking;
};
void
contract_compare(const struct contract *from, const struct contract *to, struct contract_diff *out);
void contract_diff_fini(struct contract_diff *d);

#endif
