/* SPDX-License-Identifier: Apache-2.0
 * Evaluates boosted trees.
 *
 * Eight trees are walked together: one step of each is a load, two comparisons and a sum, with no branch
 * to guess wrong, and the eight do not wait for one another. Who has arrived at a leaf stays there, until
 * none of the eight moved. The leaves are then added in the order of the trees, in single precision,
 * which is what libxgboost does: the margins are the same to the bit. */
#include "model/trees.h"

#include <math.h>
#include <stdlib.h>

enum { TOGETHER = 8, ROWS = 64 };

void
trees_limit(struct trees *t, int rounds)
{
	if (rounds >= 0 && rounds < t->n_rounds)
		t->used = t->layers[rounds];
}

void
trees_fini(struct trees *t)
{
	arena_fini(&t->arena);
	map_fini(&t->attributes);
	free(t->roots);
	free(t->outputs);
	free(t->nodes);
	*t = (struct trees){0};
}

/* The node after this one; a leaf is its own. Only a comparison with NaN is neither < nor >=. */
static inline uint32_t
step(const struct tnode *node, const float *x)
{
	float v = x[node->feature & ~TNODE_RIGHT];
	uint32_t missing = (uint32_t)(v != v) & node->feature >> 31;
	return node->left + ((uint32_t)(v >= node->split) | missing);
}

/* Walks TOGETHER trees to their leaves. */
static inline void
walk(const struct tnode *nodes, const uint32_t *roots, const float *x, uint32_t at[TOGETHER])
{
	uint32_t moved;
	for (int k = 0; k < TOGETHER; k++)
		at[k] = roots[k];
	do {
		moved = 0;
		for (int k = 0; k < TOGETHER; k++) {
			uint32_t next = step(&nodes[at[k]], x);
			moved |= next ^ at[k];
			at[k] = next;
		}
	} while (moved);
}

static inline uint32_t
walk_one(const struct tnode *nodes, uint32_t at, const float *x)
{
	for (uint32_t next; (next = step(&nodes[at], x)) != at;)
		at = next;
	return at;
}

/* Adds trees first .. first + TOGETHER - 1, or as many as there are, to the margins of n rows. */
static void
add_group(const struct trees *t, int first, const float *x, int64_t n, float *out)
{
	int last = first + TOGETHER <= t->used ? first + TOGETHER : t->used;
	uint32_t at[TOGETHER];
	for (int64_t i = 0; i < n; i++) {
		const float *row = x + i * t->n_features;
		float *sum = out + i * t->n_outputs;
		if (last - first == TOGETHER)
			walk(t->nodes, t->roots + first, row, at);
		else
			for (int k = 0; first + k < last; k++)
				at[k] = walk_one(t->nodes, t->roots[first + k], row);
		for (int k = 0; first + k < last; k++)
			sum[t->outputs[first + k]] += t->nodes[at[k]].value;
	}
}

void
trees_margins(const struct trees *t, const float *x, int64_t n, float *out)
{
	for (int64_t i = 0; i < n; i++)
		memcpy(out + i * t->n_outputs, t->base, (size_t)t->n_outputs * sizeof(float));
	/* rows in blocks, so that a block's values stay near while all trees go over it */
	for (int64_t from = 0; from < n; from += ROWS) {
		int64_t rows = n - from < ROWS ? n - from : ROWS;
		for (int k = 0; k < t->used; k += TOGETHER)
			add_group(t, k, x + from * t->n_features, rows, out + from * t->n_outputs);
	}
}

static float
sigmoid(float x)
{
	return 1.0f / (expf(-x < 88.7f ? -x : 88.7f) + 1.0f + 1e-16f);
}

static void
softmax(float *v, int n)
{
	float most = v[0];
	double sum = 0;
	for (int i = 1; i < n; i++)
		most = v[i] > most ? v[i] : most;
	for (int i = 0; i < n; i++) {
		v[i] = expf(v[i] - most);
		sum += (double)v[i];
	}
	for (int i = 0; i < n; i++)
		v[i] /= (float)sum;
}

void
trees_link(const struct trees *t, float *row)
{
	if (t->link == LINK_SIGMOID)
		row[0] = sigmoid(row[0]);
	else if (t->link == LINK_SOFTPROB || t->link == LINK_SOFTMAX)
		softmax(row, t->n_outputs);
}
