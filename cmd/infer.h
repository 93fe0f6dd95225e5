/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: what `contract infer` finds out about a table. */
#ifndef CMD_INFER_H
#define CMD_INFER_H

#include "cmd/contracts.h"

#define SET_MAX 20       /* different texts that are still a set */
#define SET_ROWS 50      /* with fewer rows nothing can be said of sets, keys and steps */
#define KEY_ROWS 1000000 /* with more of them no column is taken for a key */

/* What is known of a column so far. */
struct column_facts {
	char *name; /* owned */
	enum mlf_type type;
	int64_t n, nulls, min_i, max_i, longest;
	double min_f, max_f;
	bool any, whole; /* a value was seen; all of them are whole numbers */
	bool days;       /* of timestamps: all of them are at midnight */
	uint64_t step;   /* of integers: their greatest common divisor; 0: all are 0 */
	int decimals;    /* of numbers: as many do for all of them; more than 4: none do */
	char *set[SET_MAX +
		1]; /* owned; text, in order of appearance; of booleans false and true */
	int64_t set_rows[SET_MAX + 1];
	size_t n_set;
	uint64_t *keys; /* owned; a value or a hash of one a row, of KEY_ROWS at most */
	size_t n_keys, cap_keys;
	double *values; /* owned; numbers, if their distribution is asked for */
	size_t n_values, cap_values;
	bool unique;
	const char *to; /* arena: "customers.id", whose values its own are among; or NULL */
};
struct facts {
	struct column_facts *v; /* owned */
	int n;
	int64_t rows;
	bool distribution; /* is asked for */
	struct arena arena;
};

/* infer_facts.c */
MUST_CHECK int facts_read(struct app *a, const struct dataset *d, struct facts *out, struct err *e);
void facts_fini(struct facts *all);
/* Shows every batch of a table. The store is open. */
MUST_CHECK int each_batch(struct app *a, const struct judged *one,
	void (*see)(void *arg, const struct frame *batch), void *arg, struct err *e);
/* infer_keys.c: sets `to` of the columns that look like foreign keys and are some. What other datasets
 * have to do with it that cannot be read is left out. */
MUST_CHECK int facts_keys(struct app *a, const struct catalog *c, const struct dataset *d,
	struct facts *all, struct err *e);

#endif
