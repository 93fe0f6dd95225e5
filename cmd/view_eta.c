/* SPDX-License-Identifier: Apache-2.0
 * How long a run will still take: the longer of two bounds.
 *
 *	the longest way through the graph of what is left     nodes wait for each other
 *	the sum of what is left, by the number of jobs        there are only so many at once
 *
 * What is left of a node is what its last good run took, less the time it has had; a node that says
 * how far it is knows better. No estimate is better than a wrong one: there is none while a node was
 * never seen, and none once the past is off by a factor of ten. */
#include "cmd/view.h"

#define TRUST_AFTER_US 15000000

/* What is left of node i, in microseconds. */
static int64_t
left(const struct view *v, size_t i)
{
	const struct view_node *n = &v->nodes[i];
	int64_t had = v->now_us - n->since_us;
	if (!n->running)
		return n->last_us;
	if (n->total > 0 && n->done > 0 && n->done <= n->total)
		return (int64_t)((double)had * (double)(n->total - n->done) / (double)n->done);
	return n->last_us > had ? n->last_us - had : 0;
}

/* Whether what was foreseen for the work done so far is anywhere near what it took. */
static bool
past_holds(const struct view *v)
{
	int64_t all = 0, foreseen = 0, took = 0;
	for (size_t i = 0; i < v->plan->n; i++) {
		const struct view_node *n = &v->nodes[i];
		int64_t had = n->running ? v->now_us - n->since_us : n->took_us;
		all += n->last_us;
		if ((n->ended && had) || (n->running && had > n->last_us)) {
			foreseen += n->last_us;
			took += had;
		}
	}
	if (v->now_us - v->begun_us < TRUST_AFTER_US || foreseen < all / 20)
		return true;
	return took <= foreseen * 10 && foreseen <= took * 10;
}

static bool
is_known(const struct view_node *n)
{
	return n->ended || n->last_us || (n->running && n->total > 0 && n->done > 0);
}

int64_t
eta_ms(const struct view *v)
{
	const struct plan *p = v->plan;
	int64_t sum = 0, longest = 0;
	for (size_t i = 0; i < p->n; i++)
		if (!is_known(&v->nodes[i]))
			return -1;
	if (!past_holds(v))
		return -1;
	/* the plan's order is topological: behind a node everything is reckoned already */
	int64_t *way = mem_alloc((p->n + 1) * sizeof(*way));
	for (size_t i = p->n; i-- > 0;) {
		int64_t own = v->nodes[i].ended ? 0 : left(v, i);
		for (size_t k = 0; k < p->nodes[i].n_next; k++)
			if (way[p->nodes[i].next[k]] > way[i])
				way[i] = way[p->nodes[i].next[k]];
		way[i] += own;
		sum += own;
		if (way[i] > longest)
			longest = way[i];
	}
	free(way);
	if (v->jobs > 0 && sum / v->jobs > longest)
		longest = sum / v->jobs;
	return longest / 1000;
}
