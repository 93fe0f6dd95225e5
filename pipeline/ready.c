/* SPDX-License-Identifier: Apache-2.0
 * What runs next: the ready tasks in a heap, and the room that those at work have taken.
 *
 *	rank    the time from here to the end of the longest path behind, by the last good runs; the plan's
 *	        order decides among equals, and wherever no run tells
 *	room    -j places, of which a node takes `cpus`; and the memory budget, of which it takes its limit
 *
 * Nothing overtakes a ready node that waits for room, so that none waits for ever; one that wants more
 * than there is takes everything. */
#include "pipeline/run.h"

/* True if task a goes before task b; plan indexes. */
static bool
before(const struct run *r, int a, int b)
{
	int64_t x = r->tasks[a].rank, y = r->tasks[b].rank;
	return x != y ? x > y : a < b;
}

void
run_ready(struct run *r, struct task *t)
{
	if (t->queued)
		return;
	t->queued = true;
	size_t i = r->n_ready++;
	int v = (int)task_index(r, t);
	for (; i && before(r, v, r->ready[(i - 1) / 2]); i = (i - 1) / 2)
		r->ready[i] = r->ready[(i - 1) / 2];
	r->ready[i] = v;
}

static struct task *
take_first(struct run *r)
{
	int top = r->ready[0], v = r->ready[--r->n_ready];
	size_t i = 0;
	for (size_t c; (c = 2 * i + 1) < r->n_ready; i = c) {
		if (c + 1 < r->n_ready && before(r, r->ready[c + 1], r->ready[c]))
			c++;
		if (!before(r, r->ready[c], v))
			break;
		r->ready[i] = r->ready[c];
	}
	r->ready[i] = v;
	r->tasks[top].queued = false;
	return &r->tasks[top];
}

void
run_unblock(struct run *r, struct task *t)
{
	for (size_t i = 0; i < t->node->n_next; i++) {
		struct task *next = &r->tasks[t->node->next[i]];
		if (!t->awaited[i])
			continue;
		t->awaited[i] = false;
		if (--next->blockers == 0)
			run_ready(r, next);
	}
}

/* ---- room */

static int
cpus_of(const struct run *r, const struct task *t)
{
	int64_t want = t->node->spec->cpus;
	return want < 1 ? 1 : want < r->o->jobs ? (int)want : r->o->jobs;
}

static uint64_t
memory_of(const struct run *r, const struct task *t)
{
	uint64_t want = (uint64_t)t->node->spec->memory;
	return want < r->held_limit ? want : r->held_limit;
}

struct task *
ready_take(struct run *r)
{
	if (r->n_ready == 0)
		return NULL;
	const struct task *first = &r->tasks[r->ready[0]];
	if (r->cpus + cpus_of(r, first) > r->o->jobs ||
		r->memory + memory_of(r, first) > r->held_limit)
		return NULL;
	return take_first(r);
}

void
ready_occupy(struct run *r, const struct task *t)
{
	r->running++;
	r->cpus += cpus_of(r, t);
	r->memory += memory_of(r, t);
}

void
ready_leave(struct run *r, const struct task *t)
{
	r->running--;
	r->cpus -= cpus_of(r, t);
	r->memory -= memory_of(r, t);
}

/* ---- rank */

/* For tests: every schedule that the graph allows may come. */
static void
shuffle(struct run *r)
{
	uint64_t x = r->o->shuffle * 0x9e3779b97f4a7c15u | 1;
	for (size_t i = 0; i < r->o->plan->n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		r->tasks[i].rank = (int64_t)(x >> 2);
	}
}

/* What the record cannot tell is no reason not to run: then the plan's order decides. */
void
ready_rank(struct run *r)
{
	const struct plan *p = r->o->plan;
	struct arena a = {0};
	struct durations last = {0};
	struct map took = {0};
	if (r->o->shuffle)
		shuffle(r);
	if (r->o->shuffle || r->o->jobs == 1) /* nothing to gain, and easier to follow */
		return;
	(void)!store_durations(r->o->store, &a, p->graph->spec->name, p->project->env, &last, NULL);
	for (size_t i = 0; i < last.n; i++)
		map_put(&took, last.v[i].node, &last.v[i]);
	/* readers come later in the plan */
	for (size_t i = p->n; last.n && i-- > 0;) {
		const struct duration *d = map_get(&took, p->nodes[i].spec->name);
		int64_t behind = 0;
		for (size_t k = 0; k < p->nodes[i].n_next; k++)
			if (r->tasks[p->nodes[i].next[k]].rank > behind)
				behind = r->tasks[p->nodes[i].next[k]].rank;
		r->tasks[i].rank = behind + (d ? d->wall_us : 0);
	}
	map_fini(&took);
	arena_fini(&a);
}
