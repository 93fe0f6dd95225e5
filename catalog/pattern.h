/* SPDX-License-Identifier: Apache-2.0
 * Names of catalog entries that hold {placeholders}. */
#ifndef CATALOG_PATTERN_H
#define CATALOG_PATTERN_H

#include "base/base.h"

#define PATTERN_MAX 16

struct binding {
	const char *name; /* borrowed from the key */
	size_t len;
	const char *value; /* of the last match; borrowed from the name that was matched */
	size_t value_len;
};
struct pattern {
	const char *key;
	const struct ypair *pair; /* the entry */
	struct binding v[PATTERN_MAX];
	size_t n, literals; /* characters outside of placeholders; 0: a catch-all */
};

/* Reads the key; the error has no place yet. */
MUST_CHECK int pattern_parse(struct pattern *p, const char *key, struct err *e);
/* Which pattern is asked first: <0, 0, >0 like strcmp. */
int pattern_order(const struct pattern *a, const struct pattern *b);
/* True if name fits; then the placeholders are bound. */
bool pattern_match(struct pattern *p, const char *name);
/* A copy of the entry with the bound placeholders in its texts; arena. */
struct ynode *pattern_fill(struct arena *a, const struct pattern *p, const struct ynode *n);
/* Fails if a text of the entry holds a placeholder that the key has not. */
MUST_CHECK int pattern_check(const struct pattern *p, const struct ynode *n, struct err *e);

#endif
