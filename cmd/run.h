/* SPDX-License-Identifier: Apache-2.0
 * What run.c and resume.c share. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "cmd/cmd.h"

struct run_args {
	struct param_opts params; /* first, see TAKES_PARAMS */
	const char *pipeline, *name, *progress, *resume, *lock_wait, *load_versions, *junit, *seed;
	const char *lineage_file;
	struct slice slice;
	struct opt_list tags;
	int64_t jobs;
	bool in_process, keep_going, dry_run, build, no_annotations, changed, force;
	bool require_contracts;
};

struct argv {
	const char **v; /* owned; ends with NULL */
	size_t n, cap;
};
void argv_add(struct argv *a, const char *arg);

/* What a run is asked for, as JSON for its record, secrets masked; owned by out. */
void run_options(const struct run_args *args, struct str *out);

/* Adds what a run on record was asked for to the arguments of a command that asks for it again: flags
 * and values, in the arena. MLC_RESUME: one of them is a secret. */
MUST_CHECK int run_options_argv(struct arena *a, const char *options, const struct run_row *r,
	struct argv *out, struct err *e);

/* --resume: takes pipeline, selection, parameters and environment from the run that is named, and
 * opens the project anew with them. Texts live in the arena. */
MUST_CHECK int resume_open(struct app *a, struct run_args *args, struct arena *arena,
	struct resume *out, struct errs *found);
/* Refuses to continue where what was done would not be done so again; every node that is concerned. */
MUST_CHECK int resume_check(
	const struct plan *p, const struct resume *r, const struct forecast *f, struct errs *found);

#endif
