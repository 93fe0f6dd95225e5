/* SPDX-License-Identifier: Apache-2.0
 * One way to fail: `return err_set(e, CODE, ...)`.
 *
 * A struct err is plain storage in the top caller's frame; it owns nothing and is never freed.
 * Every function here that returns int returns -1, so that reporting a failure is one line.
 * Passing e == NULL is legal everywhere and drops the report (for best-effort calls). */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include "base/attr.h"
#include "base/codes.h"

/* A place in a file the user wrote. Lines and columns start at 1, line 0 means "unknown". */
struct place {
	const char *file; /* borrowed; relative to the project root where there is one */
	int line, col;
	int end_col; /* one past the last column of the span; 0 = one character */
};

struct err {
	enum err_code code; /* 0 = no error */
	char msg[1024];
	char file[512]; /* "" = no place */
	int line, col, end_col;
	char label[128]; /* text beside the caret, may be "" */
	char help[768];  /* an action the user can take, may be "" */
	char note[768];  /* a further fact, may be "" */
};

/* Sets code and message, forgetting what was there before. Returns -1. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF(3, 4);
/* The same, with ": <strerror(errno)>" after the message. Disk-full, read-only and I/O errnos turn
 * the code into MLC_DISK. Returns -1. */
int err_errno(struct err *e, enum err_code code, const char *fmt, ...) PRINTF(3, 4);
/* Puts "<text>: " in front of the message. Returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Adds the place the error is about, with an optional caret label. Returns -1. */
int err_at(struct err *e, const struct place *at, const char *label);
/* Adds what to do about it; what is added later stands on a line of its own. Returns -1. */
int err_help(struct err *e, const char *fmt, ...) PRINTF(2, 3);
/* Adds a further fact, likewise. Returns -1. */
int err_note(struct err *e, const char *fmt, ...) PRINTF(2, 3);

/* A list of errors, for checks that report everything they find at once. Zero is empty. */
struct errs {
	struct err *v; /* owned */
	size_t n, cap;
	size_t dropped; /* errors beyond the cap of 100 */
};

/* Copies e into the list and clears e. */
void errs_add(struct errs *list, struct err *e);
void errs_fini(struct errs *list);

/* The process's exit code for an error code, its short title and its explanation. Never fail:
 * an unknown code is an internal error. */
int code_exit(enum err_code code);
const char *code_title(enum err_code code);
const char *code_explain(enum err_code code);
/* The code's printed name, "MLC0312", in static storage of buf. */
const char *code_name(enum err_code code, char buf[static 16]);

#endif
