/* SPDX-License-Identifier: Apache-2.0
 * What interpolate.c (resolving) and reference.c (syntax and complaints) share. */
#ifndef PROJECT_INSIDE_H
#define PROJECT_INSIDE_H

#include "project/parts.h"

enum ref_state { REF_FRESH, REF_BUSY, REF_DONE, REF_FAILED };

/* A text that holds references. */
struct ref {
	struct ynode *node;
	const char *path; /* dotted, from the root of its tree; arena */
	enum conf_kind kind;
	enum ref_state state;
	int depth;      /* how many references led here */
	struct ref *up; /* while BUSY: the one that needs this one, or NULL */
};

enum source { FROM_TREE, FROM_GLOBALS, FROM_RUNTIME, FROM_ENV };

/* One ${...}. */
struct token {
	enum source source;
	const char *name;  /* arena */
	const char *def;   /* arena; NULL: no default */
	const char *shown; /* the whole of it, for messages; arena */
	const char *at;    /* where it begins in the text */
	size_t len;
};

struct interp {
	struct arena *arena;
	struct ynode **trees; /* one a kind */
	const struct ynode *runtime;
	struct errs *found;
	struct ref *refs; /* owned; sorted by node */
	size_t n, cap;
	size_t copies, bytes; /* made so far, against the limits */
};

/* Reads the reference that begins at `at` in r's text. 0, or -1 after reporting. */
MUST_CHECK int token_parse(struct interp *in, const struct ref *r, const char *at, struct token *t);

/* Complaints; all return -1. The caret stands under t, or under the whole value if t is NULL. */
int interp__report(struct interp *in, const struct ref *r, const struct token *t, struct err *e,
	const char *label);
int interp__unknown(struct interp *in, const struct ref *r, const struct token *t,
	const struct ynode *map, const char *part);
int interp__cycle(struct interp *in, const struct ref *r, const struct ref *up);
int interp__no_runtime(struct interp *in, const struct ref *r, const struct token *t);
int interp__no_env(struct interp *in, const struct ref *r, const struct token *t);
/* 0 if r may look at the environment. */
MUST_CHECK int interp__env_check(struct interp *in, const struct ref *r, const struct token *t);

#endif
