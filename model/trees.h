/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: boosted trees as XGBoost saves them, and our own evaluator of them, whose margins
 * are those of libxgboost bit for bit.
 *
 *	read      trees_read.c    model.ubj or model.json -> struct trees; takes nothing for granted
 *	make      trees_make.c    one tree's lists -> nodes in the order in which they are walked
 *	evaluate  trees.c */
#ifndef MODEL_TREES_H
#define MODEL_TREES_H

#include "model/doc.h"

/* Children stand side by side, the left one first; a leaf is its own child, whatever the value. */
struct tnode {
	float split;      /* left if the feature's value is below; NaN in a leaf */
	uint32_t feature; /* TNODE_RIGHT: a missing value goes right */
	uint32_t left;    /* index of the left child */
	float value;      /* of a leaf */
};
#define TNODE_RIGHT 0x80000000u

enum link { LINK_IDENTITY, LINK_SIGMOID, LINK_SOFTPROB, LINK_SOFTMAX };
enum { TREES_FEATURES_MAX = 1 << 16, TREES_OUTPUTS_MAX = 1 << 12 };

struct trees {
	struct arena arena;
	const char *objective; /* as XGBoost names it */
	enum link link;
	int n_features, n_outputs; /* margins a row: the classes, or 1 */
	float *base;               /* arena, n_outputs: the margin before the first tree */
	const char **names;        /* arena, n_features, or NULL: the file names none */
	int64_t version[3];        /* of the library that wrote the file */
	struct map attributes;     /* values in the arena */
	int n_trees;
	uint32_t *roots, *outputs; /* owned: where each tree begins, and which margin it adds to */
	struct tnode *nodes;       /* owned */
	size_t n_nodes, cap_nodes;
	int *layers; /* arena: of round i are trees layers[i] .. layers[i + 1] - 1 */
	int n_rounds;
	int used; /* trees that predict; all, until trees_limit */
	/* Arena, one a feature: how many splits there are by it, and how much they gained and covered together,
	 * in single precision and in the library's order, so that the sums are the same to the bit. */
	int64_t *uses;
	float *gain, *cover;
};

/* Fills a zeroed struct; trees_fini also after a failure. */
MUST_CHECK int trees_read(struct trees *t, const char *data, size_t len, struct err *e);
void trees_fini(struct trees *t);
/* Only the first rounds predict from now on. */
void trees_limit(struct trees *t, int rounds);

/* What a tree looks like in the file. */
struct tree_lists {
	struct numbers left, right, feature, split, default_left, type, gain, cover;
};
void tree_lists_fini(struct tree_lists *l);
/* Appends the tree's nodes. */
MUST_CHECK int trees_add(struct trees *t, struct tree_lists *l, struct err *e);

/* Margins of n rows: x has n_features values a row, NaN where one is missing; out n_outputs a row. */
void trees_margins(const struct trees *t, const float *x, int64_t n, float *out);
/* Margins of one row -> what the objective predicts, in place: a number, or probabilities. */
void trees_link(const struct trees *t, float *row);

#endif
