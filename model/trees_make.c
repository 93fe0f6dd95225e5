/* SPDX-License-Identifier: Apache-2.0
 * From the lists of a tree in a file to nodes that are walked without branches.
 *
 * The nodes are laid out level by level, siblings side by side, so that the next node is a sum and not
 * a choice. Invariant: a tree that was added is one: from its root every node is reached once, so no
 * walk goes on forever, and no index leads outside. */
#include "model/trees.h"

#include <math.h>
#include <stdlib.h>

void
tree_lists_fini(struct tree_lists *l)
{
	struct numbers *all[] = {&l->left, &l->right, &l->feature, &l->split, &l->default_left,
		&l->type, &l->gain, &l->cover};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]->v);
	*l = (struct tree_lists){0};
}

static int
check_lists(const struct tree_lists *l, struct err *e)
{
	const struct numbers *wanted[] = {&l->right, &l->feature, &l->split, &l->default_left};
	size_t n = l->left.n;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (wanted[i]->n != n)
			return err_set(e, MLC_MODEL, "its lists are not of one length");
	if (n == 0 || n > INT32_MAX)
		return err_set(e, MLC_MODEL, "it has no nodes");
	for (size_t i = 0; i < l->type.n; i++)
		if (l->type.v[i] != 0) {
			err_set(e, MLC_MODEL, "it splits by a category");
			return err_help(e,
				"only splits by numbers are supported: encode the categories, "
				"and train with enable_categorical=False");
		}
	return 0;
}

/* The child at index v of n nodes, or 0: it cannot be one. */
static uint32_t
child(double v, size_t n)
{
	return v >= 1 && v < (double)n && v == floor(v) ? (uint32_t)v : 0;
}

static int
check_split(const struct trees *t, const struct tree_lists *l, size_t i, struct err *e)
{
	double f = l->feature.v[i];
	if (!(f >= 0 && f < t->n_features && f == floor(f)))
		return err_set(
			e, MLC_MODEL, "node %zu splits by feature %g of %d", i, f, t->n_features);
	if (isnan(l->split.v[i]))
		return err_set(e, MLC_MODEL, "node %zu splits at no number", i);
	return 0;
}

/* Where the tree stands among the nodes, and how much of it is laid out. */
struct laying {
	uint32_t *from; /* index in the file of each node that is laid out; owned */
	bool *seen;     /* by index in the file; owned */
	size_t n, n_file;
};

static bool
lay(struct laying *w, uint32_t i)
{
	if (!i || w->seen[i])
		return false;
	w->seen[i] = true;
	w->from[w->n++] = i;
	return true;
}

/* Makes the k-th node that is laid out, and lays out its children. */
static int
make_node(struct trees *t, const struct tree_lists *l, struct laying *w, size_t k, struct err *e)
{
	size_t i = w->from[k], first = t->n_nodes;
	struct tnode *node = &t->nodes[first + k];
	if (l->left.v[i] == -1) {
		*node = (struct tnode){NAN, 0, (uint32_t)(first + k), (float)l->split.v[i]};
		if (isnan(node->value))
			return err_set(e, MLC_MODEL, "leaf %zu is no number", i);
		return 0;
	}
	if (check_split(t, l, i, e) < 0)
		return -1;
	*node = (struct tnode){
		(float)l->split.v[i], (uint32_t)l->feature.v[i], (uint32_t)(first + w->n), 0};
	if (l->default_left.v[i] == 0)
		node->feature |= TNODE_RIGHT;
	if (!lay(w, child(l->left.v[i], w->n_file)) || !lay(w, child(l->right.v[i], w->n_file)))
		return err_set(e, MLC_MODEL, "node %zu has children %g and %g, which makes no tree",
			i, l->left.v[i], l->right.v[i]);
	return 0;
}

static float
stat(const struct numbers *list, size_t i)
{
	return i < list->n && isfinite(list->v[i]) ? (float)list->v[i] : 0;
}

/* Counts the splits of a tree that was added, root first, right before left. */
static void
count_splits(struct trees *t, const struct tree_lists *l, struct laying *w)
{
	uint32_t *open = w->from; /* what was laid out is no longer needed */
	size_t n = 0;
	open[n++] = 0;
	while (n) {
		uint32_t i = open[--n];
		if (l->left.v[i] == -1)
			continue;
		size_t feature = (size_t)l->feature.v[i];
		t->uses[feature]++;
		t->gain[feature] += stat(&l->gain, i);
		t->cover[feature] += stat(&l->cover, i);
		open[n++] = (uint32_t)l->left.v[i];
		open[n++] = (uint32_t)l->right.v[i];
	}
}

int
trees_add(struct trees *t, struct tree_lists *l, struct err *e)
{
	if (check_lists(l, e) < 0)
		return -1;
	size_t n = l->left.n;
	if (t->n_nodes + n > INT32_MAX)
		return err_set(e, MLC_MODEL, "the trees have more than %d nodes", INT32_MAX);
	if (t->n_nodes + n > t->cap_nodes)
		t->nodes = mem_grow(t->nodes, &t->cap_nodes, t->n_nodes + n, sizeof(*t->nodes));
	struct laying w = {mem_alloc(n * sizeof(uint32_t)), mem_alloc(n), 1, n};
	int rc = 0;
	w.seen[0] = true;
	for (size_t k = 0; k < w.n && rc == 0; k++)
		rc = make_node(t, l, &w, k, e);
	t->roots[t->n_trees] = (uint32_t)t->n_nodes;
	t->n_nodes += w.n;
	if (rc == 0)
		count_splits(t, l, &w);
	free(w.from);
	free(w.seen);
	return rc;
}
