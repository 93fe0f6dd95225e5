/* SPDX-License-Identifier: Apache-2.0
 * The places of a picture, in layers (Sugiyama's method).
 *
 *	1. bends    an arrow over several ranks gets a point in each of them, so that only
 *	            neighbouring ranks are linked
 *	2. order    within a rank by the mean place of its neighbours, down and up in turn, then by
 *	            swapping neighbours; the order with the fewest crossings is kept
 *	3. x        each point wants to be in the middle of its neighbours and may not touch the next
 *	            one: the least squares of that are found exactly, rank by rank
 *
 * The same picture always gets the same layout. */
#include "cmd/picture.h"

enum { POINTS_MAX = 20000, SWEEPS = 24, ALIGNS = 32 };
static const double GAP = 28, SPOT_HEIGHT = 30, CHAR = 7.5, MARGIN = 16;

struct point {
	size_t *up, *down; /* neighbours; arena */
	size_t n_up, n_down;
	size_t at; /* its place in its rank */
	double w, x, key;
};
struct rank {
	size_t *v; /* points from left to right; arena */
	size_t n;
};
struct layout {
	struct arena *a;
	struct picture *p;
	struct point *points; /* arena; spots first, then bends */
	size_t n;
	struct rank *ranks; /* arena */
	size_t *best;       /* arena; the best order so far: place of each point */
};

/* ---- 1. bends */

static size_t
count_points(const struct picture *p)
{
	size_t n = p->n;
	for (size_t i = 0; i < p->n_arrows; i++) {
		int span = p->spots[p->arrows[i].to].rank - p->spots[p->arrows[i].from].rank;
		n += (size_t)(span - 1);
	}
	return n;
}

static void
add_to(struct arena *a, size_t **v, size_t *n, size_t point)
{
	if ((*n & (*n + 1)) == 0) { /* grow at 0, 1, 3, 7, ... */
		size_t *more = arena_alloc(a, (2 * *n + 1) * sizeof(*more));
		if (*n)
			memcpy(more, *v, *n * sizeof(*more));
		*v = more;
	}
	(*v)[(*n)++] = point;
}

static void
put(struct layout *l, size_t point, int rank)
{
	l->points[point].at = l->ranks[rank].n;
	add_to(l->a, &l->ranks[rank].v, &l->ranks[rank].n, point);
}

static void
link_points(struct layout *l, size_t upper, size_t lower)
{
	struct point *u = &l->points[upper], *d = &l->points[lower];
	add_to(l->a, &u->down, &u->n_down, lower);
	add_to(l->a, &d->up, &d->n_up, upper);
}

static void
make_points(struct layout *l)
{
	const struct picture *p = l->p;
	size_t next = p->n;
	for (size_t i = 0; i < p->n; i++) {
		l->points[i].w = (double)term_width_of(p->spots[i].name) * CHAR + 26;
		put(l, i, p->spots[i].rank);
	}
	for (size_t i = 0; i < p->n_arrows; i++) {
		size_t last = p->arrows[i].from;
		int end = p->spots[p->arrows[i].to].rank;
		for (int r = p->spots[last].rank + 1; r < end; r++) {
			put(l, next, r);
			link_points(l, last, next);
			last = next++;
		}
		link_points(l, last, p->arrows[i].to);
	}
}

/* ---- 2. order */

static int
by_key(const void *a, const void *b, void *points)
{
	const struct point *v = points;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	if (v[i].key < v[k].key)
		return -1;
	if (v[i].key > v[k].key)
		return 1;
	return v[i].at < v[k].at ? -1 : v[i].at > v[k].at;
}

static void
sort_rank(struct layout *l, struct rank *r, bool by_upper)
{
	for (size_t i = 0; i < r->n; i++) {
		struct point *p = &l->points[r->v[i]];
		const size_t *v = by_upper ? p->up : p->down;
		size_t n = by_upper ? p->n_up : p->n_down;
		double sum = 0;
		for (size_t k = 0; k < n; k++)
			sum += (double)l->points[v[k]].at;
		p->key = n ? sum / (double)n : (double)p->at;
	}
	if (r->n) /* without any, v is NULL */
		qsort_r(r->v, r->n, sizeof(*r->v), by_key, l->points);
	for (size_t i = 0; i < r->n; i++)
		l->points[r->v[i]].at = i;
}

/* How many pairs of lines to the neighbours below cross if a stands left of b, and if right. */
static void
count_pair(const struct layout *l, const struct point *a, const struct point *b, size_t count[2])
{
	for (size_t i = 0; i < a->n_down; i++)
		for (size_t k = 0; k < b->n_down; k++) {
			size_t x = l->points[a->down[i]].at, y = l->points[b->down[k]].at;
			count[0] += x > y;
			count[1] += x < y;
		}
	for (size_t i = 0; i < a->n_up; i++)
		for (size_t k = 0; k < b->n_up; k++) {
			size_t x = l->points[a->up[i]].at, y = l->points[b->up[k]].at;
			count[0] += x > y;
			count[1] += x < y;
		}
}

static int
by_size(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return x < y ? -1 : x > y;
}

/* Lines between a rank and the next cross where their lower ends are out of order: a Fenwick tree
 * over the lower places counts, for each, the ones that came before it and lie behind it. */
static size_t
count_below(const struct layout *l, const struct rank *r, size_t lower)
{
	size_t *tree = mem_alloc((lower + 2) * sizeof(*tree)), crossings = 0, seen = 0;
	for (size_t i = 0; i < r->n; i++) {
		const struct point *p = &l->points[r->v[i]];
		size_t *ends = mem_alloc((p->n_down + 1) * sizeof(*ends));
		for (size_t k = 0; k < p->n_down; k++)
			ends[k] = l->points[p->down[k]].at + 1;
		qsort(ends, p->n_down, sizeof(*ends), by_size);
		for (size_t k = 0; k < p->n_down; k++) {
			crossings += seen;
			for (size_t t = ends[k]; t; t &= t - 1)
				crossings -= tree[t];
		}
		for (size_t k = 0; k < p->n_down; k++, seen++)
			for (size_t t = ends[k]; t <= lower; t += t & (~t + 1))
				tree[t]++;
		free(ends);
	}
	free(tree);
	return crossings;
}

static size_t
count_all(const struct layout *l)
{
	size_t n = 0;
	for (int r = 0; r + 1 < l->p->ranks; r++)
		n += count_below(l, &l->ranks[r], l->ranks[r + 1].n);
	return n;
}

/* Swaps neighbours wherever that takes a crossing away. */
static void
swap_neighbours(struct layout *l, struct rank *r)
{
	for (size_t i = 0; i + 1 < r->n; i++) {
		struct point *a = &l->points[r->v[i]], *b = &l->points[r->v[i + 1]];
		size_t count[2] = {0};
		count_pair(l, a, b, count);
		if (count[1] >= count[0])
			continue;
		size_t left = r->v[i];
		r->v[i] = r->v[i + 1];
		r->v[i + 1] = left;
		a->at = i + 1;
		b->at = i;
	}
}

static void
order(struct layout *l)
{
	size_t fewest = SIZE_MAX;
	for (int sweep = 0; sweep < SWEEPS && fewest; sweep++) {
		/* the first one looks at the order as it came */
		for (int k = 0; sweep && k < l->p->ranks; k++)
			sort_rank(
				l, &l->ranks[sweep % 2 ? l->p->ranks - 1 - k : k], sweep % 2 == 0);
		/* not while sorting: ranks that are still to be sorted would mislead it */
		for (int r = 0; r < l->p->ranks; r++)
			swap_neighbours(l, &l->ranks[r]);
		size_t crossings = count_all(l);
		if (crossings >= fewest)
			continue;
		fewest = crossings;
		for (size_t i = 0; i < l->n; i++)
			l->best[i] = l->points[i].at;
	}
	for (size_t i = 0; i < l->n; i++)
		l->points[i].at = l->best[i];
	for (int r = 0; r < l->p->ranks; r++) {
		struct rank old = l->ranks[r];
		size_t *v = arena_alloc(l->a, (old.n + 1) * sizeof(*v));
		for (size_t i = 0; i < old.n; i++)
			v[l->best[old.v[i]]] = old.v[i];
		l->ranks[r].v = v;
	}
}

/* ---- 3. x */

/* Where the point would like to be: in the middle of its neighbours. */
static double
wish(const struct layout *l, const struct point *p, bool up, bool down)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; up && i < p->n_up; i++, n++)
		sum += l->points[p->up[i]].x;
	for (size_t i = 0; down && i < p->n_down; i++, n++)
		sum += l->points[p->down[i]].x;
	return n ? sum / (double)n : p->x;
}

struct block { /* neighbours that touch, and move as one */
	double sum, weight;
	size_t n;
};

/* Pool adjacent violators: the places nearest to all wishes that keep order and distance. Bends
 * weigh more, so that long arrows are straight. */
static void
align(struct layout *l, struct rank *r, bool up, bool down)
{
	struct block *b = mem_alloc((r->n + 1) * sizeof(*b));
	double offset = 0;
	size_t n = 0, at = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct point *p = &l->points[r->v[i]];
		double weight = r->v[i] >= l->p->n ? 4 : 1;
		if (i)
			offset += (l->points[r->v[i - 1]].w + p->w) / 2 + GAP;
		p->key = offset;
		b[n++] = (struct block){(wish(l, p, up, down) - offset) * weight, weight, 1};
		for (; n > 1 && b[n - 2].sum / b[n - 2].weight > b[n - 1].sum / b[n - 1].weight;
			n--) {
			b[n - 2].sum += b[n - 1].sum;
			b[n - 2].weight += b[n - 1].weight;
			b[n - 2].n += b[n - 1].n;
		}
	}
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < b[k].n; i++, at++)
			l->points[r->v[at]].x = b[k].sum / b[k].weight + l->points[r->v[at]].key;
	free(b);
}

static void
place(struct layout *l)
{
	int n = l->p->ranks;
	for (int i = 0; i < ALIGNS; i++) {
		bool both = i >= ALIGNS - 2;
		for (int k = 0; k < n; k++) {
			int r = i % 2 ? n - 1 - k : k;
			align(l, &l->ranks[r], both || i % 2 == 0, both || i % 2);
		}
	}
}

/* Moves the picture to the origin and tells spots and arrows their places. */
static void
finish(struct layout *l)
{
	struct picture *p = l->p;
	double left = 0, right = 0;
	size_t next = p->n;
	int top = p->ranks && !l->ranks[0].n; /* where all sources are nodes */
	for (size_t i = 0; i < l->n; i++) {
		const struct point *q = &l->points[i];
		left = i == 0 || q->x - q->w / 2 < left ? q->x - q->w / 2 : left;
		right = i == 0 || q->x + q->w / 2 > right ? q->x + q->w / 2 : right;
	}
	for (size_t i = 0; i < p->n; i++) {
		struct spot *s = &p->spots[i];
		s->x = l->points[i].x - left + MARGIN;
		s->y = (s->rank - top) * RANK_HEIGHT + SPOT_HEIGHT / 2 + MARGIN;
		s->w = l->points[i].w;
		s->h = SPOT_HEIGHT;
	}
	for (size_t i = 0; i < p->n_arrows; i++) {
		struct arrow *w = &p->arrows[i];
		size_t bends = (size_t)(p->spots[w->to].rank - p->spots[w->from].rank - 1);
		w->xs = arena_alloc(l->a, (bends + 1) * sizeof(*w->xs));
		for (size_t k = 0; k < bends; k++)
			w->xs[k] = l->points[next++].x - left + MARGIN;
	}
	p->width = right - left + 2 * MARGIN;
	p->height = (p->ranks - 1 - top) * RANK_HEIGHT + SPOT_HEIGHT + 2 * MARGIN;
}

int
picture_layout(struct arena *a, struct picture *p, struct err *e)
{
	struct layout l = {.a = a, .p = p, .n = count_points(p)};
	if (l.n > POINTS_MAX) {
		err_set(e, MLC_USAGE, "the picture would have %zu points, more than %d", l.n,
			POINTS_MAX);
		return err_help(e, "draw one of its parts, or take --format dot");
	}
	l.points = arena_alloc(a, (l.n + 1) * sizeof(*l.points));
	l.best = arena_alloc(a, (l.n + 1) * sizeof(*l.best));
	l.ranks = arena_alloc(a, ((size_t)p->ranks + 1) * sizeof(*l.ranks));
	make_points(&l);
	order(&l);
	place(&l);
	finish(&l);
	return 0;
}
