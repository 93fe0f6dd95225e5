/* SPDX-License-Identifier: Apache-2.0
 * What differs between runs, or between the model versions that come from them: rows of a kind, a name
 * and one text for each of those compared. */
#ifndef CMD_COMPARE_H
#define CMD_COMPARE_H

#include "cmd/runs.h"

#define COMPARE_MAX 16

struct compared; /* one row */
struct comparison {
	struct run_about runs[COMPARE_MAX];
	const char *labels[COMPARE_MAX]; /* borrowed; the heads of the columns */
	size_t n;
	struct compared *rows; /* owned */
	size_t n_rows, cap;
	struct map known; /* kind and name -> row index + 1 */
	struct arena arena;
};

/* Adds the run that somebody names, with all that is compared of runs. */
MUST_CHECK int compare_run(
	struct comparison *c, struct app *a, const char *which, const char *label, struct err *e);
/* Adds what is only known of this one; NULL: it has none. */
void
compare_set(struct comparison *c, size_t i, const char *kind, const char *name, const char *text);
bool compare_differs(const struct comparison *c);
/* Forgets the rows of a kind; NULL: all. */
void compare_drop(struct comparison *c, const char *kind);
/* Prints the differences, or everything. The exit code: EXIT_DIFFERS if asked for and there are any. */
int compare_print(struct app *a, struct comparison *c, bool all, bool exit_code);
/* The rows as the member `rows` of the open object. */
void compare_json(struct jw *w, struct comparison *c, bool all);
void compare_free(struct comparison *c);

#endif
