/* SPDX-License-Identifier: Apache-2.0
 * Programs of others: started without a shell, watched until they end. */
#ifndef PIPELINE_PROGRAM_H
#define PIPELINE_PROGRAM_H

#include "base/base.h"

struct program {
	const char *path;        /* what is executed, absolute */
	const char *const *argv; /* ends with NULL */
	const char *const *env;  /* NAME=VALUE, beside what every program gets; ends with NULL */
	const char *folder;      /* to work in; NULL: the caller's */
	int input;               /* its stdin; -1: nothing to read */
	int (*call)(void *arg); /* instead of executing a file: called in the fork; its exit code */
	void *arg;
	bool grouped; /* in a process group of its own, which is stopped as a whole */
};
struct program_watch {
	void *arg;
	void (*tick)(void *arg); /* several times a second while it runs, or NULL */
	bool (*stop)(void *arg); /* true: it is to end, or NULL */
	int64_t timeout_ms;      /* 0: none */
};
struct program_end {
	int status; /* as waitpid gives it */
	bool timed_out, stopped;
};
#define PROGRAM_GRACE_MS 5000

/* Runs it to its end. What it prints goes where the caller prints. -1 if it could not be started. */
MUST_CHECK int program_run(const struct program *p, const struct program_watch *w,
	struct program_end *end, struct err *e);
/* Opens a regular file beneath the root, by its path from there; -1: there is none. */
int program_file(int rootfd, const char *path);
/* The absolute path of a program: of `dir/name` from the root, of `name` along PATH. NULL: there is
 * no such file that can be executed. */
const char *program_find(struct arena *a, const char *root, const char *name);
/* The variables of ours that workers and programs see; ends with NULL. */
extern const char *const program_variables[];

#endif
