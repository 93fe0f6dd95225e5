/* SPDX-License-Identifier: Apache-2.0
 * What the commands about model versions share. */
#ifndef CMD_REGISTRY_H
#define CMD_REGISTRY_H

#include "cmd/runs.h"

struct sig_column { /* of a signature */
	const char *name, *type;
	bool output;
};
/* A version with everything on record about it, in an arena of its own. */
struct about_version {
	struct arena arena;
	struct version_row row;
	struct version_detail detail;
	struct model_info model;
	struct run_about run; /* run.run_id NULL: no such run is on record */
	struct sig_column *columns;
	size_t n_columns;
};
/* Finds the version that somebody names, and reads about it. Call about_version_fini also after a
 * failure. */
MUST_CHECK int
about_version_open(struct app *a, const char *which, struct about_version *out, struct err *e);
void about_version_fini(struct about_version *v);

/* One line of a head; nothing for NULL and "". */
void fact(const char *name, const char *value);
/* The members every version has in JSON, into the open object. */
void version_json(struct jw *w, const struct version_row *v);
/* The answer of a list. */
void versions_json(struct app *a, const struct version_row *rows, size_t n);
/* Tables below an empty line; nothing without rows. */
void print_metrics(struct app *a, const struct metric *v, size_t n);
void print_params(struct app *a, const struct tag *v, size_t n);
void tags_json(struct jw *w, const char *key, const struct tag *v, size_t n);

#endif
