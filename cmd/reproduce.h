/* SPDX-License-Identifier: Apache-2.0
 * What registry_reproduce.c and its parts share.
 *
 *	registry_reproduce.c  the command: finds, runs, compares, tells
 *	reproduce_tree.c      the scratch folder: sources and inputs
 *	reproduce_diff.c      which source files are others than those that were recorded */
#ifndef CMD_REPRODUCE_H
#define CMD_REPRODUCE_H

#include "cmd/compare.h"
#include "cmd/registry.h"

struct reproduction {
	struct app *a;
	struct about_version v;
	struct run_asked asked;
	const char *commit;
	bool worktree;
	struct str scratch;  /* absolute; removed in the end */
	struct str project;  /* in it, what is run */
	struct str recorded; /* in it, what was run then; the same without --worktree */
	struct store *store; /* of the scratch project, after the run */
};

/* Makes the scratch folder with sources and inputs. An input that is not there as the run read it is
 * MLC_DATA_MISSING; with worktree only one that is not there at all. */
MUST_CHECK int reproduce_prepare(struct reproduction *r, struct err *e);
/* A path in the scratch folder, relative to the project's root. */
const char *reproduce_inside(const struct reproduction *r, const char *path);
/* A row for each source file that differs, with its first line that does. */
MUST_CHECK int reproduce_sources(const struct reproduction *r, struct comparison *c, struct err *e);

#endif
