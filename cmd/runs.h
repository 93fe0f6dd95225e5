/* SPDX-License-Identifier: Apache-2.0
 * What the commands about single runs share. */
#ifndef CMD_RUNS_H
#define CMD_RUNS_H

#include "cmd/cmd.h"

/* A run with everything on record about it, in an arena of its own. */
struct run_about {
	struct arena arena;
	struct run_row run;
	struct run_detail detail;
};
/* Finds the run that somebody names, and reads about it. Call run_about_fini also after a failure. */
MUST_CHECK int
run_about_open(struct app *a, const char *which, struct run_about *out, struct err *e);
void run_about_fini(struct run_about *r);
const char *run_about_tag(const struct run_about *r, const char *key); /* or NULL */
/* True if a node of the run made the dataset. */
bool run_about_makes(const struct run_detail *d, const char *dataset);
/* The members every run has in JSON: run_id, name, status, pipeline, conf, start, ms. */
void run_row_json(const struct app *a, struct jw *w, const struct run_row *r);

/* KEY=VALUE of a command line; the value stays where it is. */
MUST_CHECK int run_tag_parse(struct arena *a, const char *arg, struct tag *out, struct err *e);

/* KEY=VALUE of the arguments after the first, and the key to remove (or NULL), as a list in the arena.
 * Nothing at all is MLC_USAGE. */
struct tag_list {
	struct tag *v;
	size_t n;
};
MUST_CHECK int run_tags_parse(struct arena *a, const struct app *app, const char *remove,
	struct tag_list *out, struct err *e);

#endif
