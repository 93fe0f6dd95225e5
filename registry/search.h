/* SPDX-License-Identifier: Apache-2.0
 * Private to registry/: a filter or an order of runs in MLflow's search grammar, as a tree.
 *
 *	metrics.auc > 0.9 and (params.model = 'linear' or tags.team is null)
 *
 *	AND ── OR ── TERM tags.team IS NULL
 *	 │      └── TERM params.model = 'linear'
 *	 └─ TERM metrics.auc > 0.9
 *
 * MLflow joins comparisons with AND only; OR, parentheses and the attributes of mlc_runs are ours. */
#ifndef REGISTRY_SEARCH_H
#define REGISTRY_SEARCH_H

#include "registry/store.h"

enum search_entity { S_METRIC, S_PARAM, S_TAG, S_ATTRIBUTE, S_DATASET };
enum search_op {
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_LIKE,
	OP_ILIKE,
	OP_IN,
	OP_NOT_IN,
	OP_NULL,
	OP_NOT_NULL
};

/* What a comparison looks at. */
struct search_key {
	enum search_entity entity;
	const char *key;                /* of the metric, parameter or tag; arena */
	const struct search_attr *attr; /* S_ATTRIBUTE and S_DATASET; static */
};
struct search_attr {
	const char *name, *alias; /* alias may be NULL */
	bool number;
	bool ours;       /* lives in mlc_runs */
	const char *sql; /* the runs, in order of their ids, and the value */
};

enum search_kind { SEARCH_AND, SEARCH_OR, SEARCH_TERM };
struct search {
	enum search_kind kind;
	struct search *left, *right; /* AND, OR */
	struct search_key what;      /* TERM, like the rest */
	enum search_op op;
	double number;
	const char **texts; /* arena; one, or the list of IN */
	size_t n_texts;
};

struct search_order {
	struct search_key what;
	bool descending;
};
#define ORDERS_MAX 8

/* search_parse.c. Mistakes have their place in the text, which messages call `where`. */
MUST_CHECK int search__parse(
	struct arena *a, const char *where, const char *text, struct search **out, struct err *e);
MUST_CHECK int search__parse_order(struct arena *a, const char *where, const char *text,
	struct search_order out[static ORDERS_MAX], size_t *n, struct err *e);

/* search_attr.c: by name, or NULL. */
const struct search_attr *search__attr(enum search_entity entity, const char *name);
void search__attr_names(enum search_entity entity, struct map *names);
const char *search__sql(const struct search_key *k); /* rows of run id, value, is_nan */

/* LIKE's pattern, with % and _; fold: without regard to case (ASCII). */
bool search__like(const char *pattern, const char *text, bool fold);

#endif
