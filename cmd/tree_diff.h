/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: what one configuration tree has that another has not. */
#ifndef CMD_TREE_DIFF_H
#define CMD_TREE_DIFF_H

#include "cmd/tree.h"

enum side { LEFT, RIGHT, SIDES };

/* The project as two environments see it. */
struct sides {
	const char *env[SIDES]; /* NULL: as without --conf; then those that were opened */
	struct project *p[SIDES];
};
/* Opens both; sides_close is due in any case. */
MUST_CHECK int sides_open(struct app *a, struct sides *s, struct errs *found);
void sides_close(struct sides *s);

struct tree_diff {
	const char *env[SIDES];
	const char *side_names[SIDES]; /* in JSON */
	bool json;
	struct jw *w;
	struct str *out;
	int indent;
	int width; /* of the longer name of an environment */
	size_t added, removed, changed;
};
void tree_diff_sides(struct tree_diff *d, const struct sides *s);
/* Adds every difference below the path to d->out, or to an open array of d->w. */
void
tree_diff_walk(struct tree_diff *d, struct str *path, const struct ynode *const v[static SIDES]);
/* Adds one; a side that has nothing is NULL. */
void tree_differ(struct tree_diff *d, const char *path, const struct ynode *const v[static SIDES],
	bool hidden);

#endif
