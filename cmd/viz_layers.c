/* SPDX-License-Identifier: Apache-2.0
 * Layers of datasets as bands of a picture.
 *
 *	seen      each spot knows the layers of what it comes from
 *	order     a layer is before another one if a dataset of it leads to one of that
 *	ranks     layer by layer, each below the last rank of those before it */
#include "cmd/viz.h"

#include <limits.h>

enum { LAYERS_MAX = 64 };

struct layers {
	struct picture *p;
	const char *names[LAYERS_MAX];
	size_t n;
	int *of;        /* arena: by spot, its layer or -1 */
	uint64_t *seen; /* arena: by spot, the layers above and its own */
	uint64_t before[LAYERS_MAX];
	int order[LAYERS_MAX]; /* from top to bottom */
};

/* False if there are too many. */
static bool
find_layers(struct layers *l, const struct catalog *c)
{
	for (size_t i = 0; i < l->p->n; i++) {
		const struct spot *s = &l->p->spots[i];
		const struct dataset *d =
			s->shape == SHAPE_DATASET ? catalog_get(c, s->name) : NULL;
		size_t k = 0;
		l->of[i] = -1;
		if (!d || !d->layer)
			continue;
		while (k < l->n && !str_eq(l->names[k], d->layer))
			k++;
		if (k == LAYERS_MAX)
			return false;
		if (k == l->n)
			l->names[l->n++] = d->layer;
		l->of[i] = (int)k;
	}
	return true;
}

/* Spots stand behind all that leads to them, but for sources, which stand behind nothing. */
static void
find_before(struct layers *l)
{
	const struct picture *p = l->p;
	for (size_t i = 0; i < p->n; i++)
		if (l->of[i] >= 0)
			l->seen[i] = UINT64_C(1) << l->of[i];
	for (size_t i = 0; i < p->n_arrows;
		i++) { /* those into a spot come before those out of it */
		const struct arrow *w = &p->arrows[i];
		l->seen[w->to] |= l->seen[w->from];
	}
	for (size_t i = 0; i < p->n; i++)
		if (l->of[i] >= 0)
			l->before[l->of[i]] |= l->seen[i] & ~(UINT64_C(1) << l->of[i]);
}

/* False if there is a circle. */
static bool
sort_layers(struct layers *l)
{
	uint64_t done = 0;
	for (size_t at = 0; at < l->n; at++) {
		size_t k = 0;
		while (k < l->n && (done >> k & 1 || l->before[k] & ~done))
			k++;
		if (k == l->n)
			return false;
		l->order[at] = (int)k;
		done |= UINT64_C(1) << k;
	}
	return true;
}

/* All ranks anew, with the datasets of the first n layers at least at their layer's `least`. */
static void
rank_all(struct layers *l, const int *least)
{
	struct picture *p = l->p;
	for (size_t i = 0; i < p->n; i++)
		p->spots[i].rank = l->of[i] >= 0 ? least[l->of[i]] : 0;
	for (size_t i = 0; i < p->n_arrows; i++) {
		const struct spot *from = &p->spots[p->arrows[i].from];
		struct spot *to = &p->spots[p->arrows[i].to];
		to->rank = to->rank > from->rank ? to->rank : from->rank + 1;
	}
}

/* What nobody makes, and no layer holds, goes down to its first reader. */
static void
lower_sources(struct layers *l)
{
	struct picture *p = l->p;
	for (size_t i = 0; i < p->n; i++) {
		int first = INT_MAX;
		if (p->spots[i].rank || l->of[i] >= 0)
			continue;
		for (size_t k = 0; k < p->n_arrows; k++)
			if (p->arrows[k].from == i && p->spots[p->arrows[k].to].rank < first)
				first = p->spots[p->arrows[k].to].rank;
		p->spots[i].rank = first == INT_MAX ? 0 : first - 1;
	}
}

static void
make_bands(struct layers *l, struct arena *a, struct bands *out)
{
	struct picture *p = l->p;
	int least[LAYERS_MAX] = {0};
	out->v = arena_alloc(a, (l->n + 1) * sizeof(*out->v));
	out->n = l->n;
	for (size_t at = 0; at < l->n; at++) {
		struct band *b = &out->v[at];
		*b = (struct band){l->names[l->order[at]], INT_MAX, 0};
		least[l->order[at]] = at ? b[-1].last + 1 : 0;
		rank_all(l, least);
		for (size_t i = 0; i < p->n; i++) {
			int rank = p->spots[i].rank;
			if (l->of[i] != l->order[at])
				continue;
			b->first = rank < b->first ? rank : b->first;
			b->last = rank > b->last ? rank : b->last;
		}
	}
	lower_sources(l);
	p->ranks = 0;
	for (size_t i = 0; i < p->n; i++)
		p->ranks = p->spots[i].rank >= p->ranks ? p->spots[i].rank + 1 : p->ranks;
}

void
viz_layers(struct arena *a, struct picture *p, const struct catalog *c, struct bands *out)
{
	struct layers l = {.p = p};
	*out = (struct bands){0};
	l.of = arena_alloc(a, (p->n + 1) * sizeof(*l.of));
	l.seen = arena_alloc(a, (p->n + 1) * sizeof(*l.seen));
	if (!find_layers(&l, c) || l.n == 0)
		return;
	find_before(&l);
	if (sort_layers(&l))
		make_bands(&l, a, out);
}
