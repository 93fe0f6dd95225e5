/* SPDX-License-Identifier: Apache-2.0
 * What a node's result rests on: what basis.c writes down and what --changed compares. */
#ifndef PIPELINE_BASIS_H
#define PIPELINE_BASIS_H

#include "pipeline/pipeline.h"

#define STAMP_MAX 96
#define BASIS_MEMORY "memory" /* in place of a hash */
#define BASIS_ABSENT "absent"

/* Text to text, in the arena it was made with: see basis.c. */
struct basis {
	struct map map;
};
void basis_fini(struct basis *b);
const char *basis_get(const struct basis *b, const char *kind, const char *name); /* or NULL */
void
basis_put(struct arena *a, struct basis *b, const char *kind, const char *name, const char *value);

/* What is known without looking at data: parameters, ports, the settings of their datasets. */
void
basis_settings(struct arena *a, const struct plan *p, const struct plan_node *n, struct basis *out);
/* The first difference between the settings, in words, or NULL. */
const char *basis_differs(struct arena *a, const struct basis *then, const struct basis *now);

const char *basis_text(struct arena *a, const struct basis *b);
bool basis_parse(struct arena *a, const char *text, struct basis *out);

/* The identity of a file that nobody has written to since; false: none, or too young to trust. */
bool file_stamp(int rootfd, const struct dataset *d, bool ours, char stamp[STAMP_MAX]);
/* What a dataset holds: as publishing hashes it. False: it is not there or cannot be read. */
bool file_hash(int rootfd, const struct dataset *d, char hash[HASH_SHA_HEX]);

#endif
