/* SPDX-License-Identifier: Apache-2.0
 * --changed and --resume while the run goes on: ready nodes that need not run, and those that must after all.
 *
 *	ready --nothing changed--> CACHED, tentative if it leaves something in memory
 *	  |                          |
 *	  |                          '--a reader must run--> revived: PENDING, its readers wait again
 *	  '--something changed--> its producers in memory revived first, then it runs
 *
 * A revived node makes again what is there: its readers do not take that for a change. A tentative
 * node keeps its hold on its own inputs and is neither recorded nor announced before the end, so
 * that reviving it takes nothing back. */
#include "pipeline/run.h"

static void
say_why(struct run *r, const struct task *t, const char *why)
{
	struct node_result *res = &r->out->nodes[t - r->tasks];
	free(res->why);
	res->why = mem_strdup(why);
}

/* True if a node still has to read, or may. */
static bool
may_read(const struct run *r, int i)
{
	enum node_status st = r->out->nodes[i].status;
	return st == NODE_PENDING || st == NODE_RUNNING || r->tasks[i].tentative;
}

int
held_readers(const struct run *r, const struct task *t, const struct plan_port *out)
{
	int n = 0;
	if (!r->changed)
		return out->readers;
	for (size_t i = 0; i < r->o->plan->n; i++) {
		const struct plan_node *reader = &r->o->plan->nodes[i];
		bool reads = false;
		for (size_t k = 0; k < reader->n_inputs; k++)
			reads |= str_eq(reader->inputs[k].dataset, out->dataset);
		n += reads && &r->tasks[i] != t && may_read(r, (int)i);
	}
	return n;
}

static bool
leaves_in_memory(const struct plan_node *n)
{
	for (size_t i = 0; i < n->n_outputs; i++)
		if (!n->outputs[i].entry && n->outputs[i].readers)
			return true;
	return false;
}

static void
cache(struct run *r, struct task *t)
{
	size_t i = (size_t)(t - r->tasks);
	const struct plan_node *n = t->node;
	r->out->nodes[i].status = NODE_CACHED;
	say_why(r, t, changed_cached(r->changed));
	for (size_t k = 0; k < n->n_outputs; k++) {
		const char *hash = changed_held(r->changed, i, n->outputs[k].dataset);
		if (n->outputs[k].entry && hash)
			map_put(&r->made, n->outputs[k].dataset, arena_strdup(&r->kept, hash));
	}
	t->tentative = leaves_in_memory(n);
	if (!t->tentative)
		node_settled(r, i);
	run_unblock(r, t);
}

/* Every node behind it that has not begun waits for it once more. */
static void
revive(struct run *r, struct task *t, const char *dataset, const char *reader)
{
	r->out->nodes[t - r->tasks].status = NODE_PENDING;
	t->tentative = false;
	t->revived = true;
	str_reset(&r->scratch);
	str_addf(&r->scratch, "%s is in memory and %s reads it", dataset, reader);
	say_why(r, t, r->scratch.s);
	for (size_t i = 0; i < t->node->n_next; i++) {
		int next = t->node->next[i];
		if (r->out->nodes[next].status != NODE_PENDING || t->awaited[i])
			continue;
		t->awaited[i] = true;
		r->tasks[next].blockers++;
	}
	run_ready(r, t);
}

static void
revive_producers(struct run *r, const struct task *t)
{
	for (size_t i = 0; i < t->node->n_inputs; i++) {
		const struct plan_port *p = &t->node->inputs[i];
		int from = p->entry ? -1 : changed_producer(r->changed, p->dataset);
		if (from >= 0 && r->tasks[from].tentative)
			revive(r, &r->tasks[from], p->dataset, t->node->spec->name);
	}
}

bool
run_settle(struct run *r, struct task *t)
{
	size_t i = (size_t)(t - r->tasks);
	if (!r->changed)
		return false;
	if (t->blockers) /* it comes back when they are done */
		return true;
	const char *why = t->revived || r->out->nodes[i].attempts ? "" : changed_why(r, i);
	if (!why) {
		cache(r, t);
		return true;
	}
	if (why[0])
		say_why(r, t, why);
	revive_producers(r, t);
	return t->blockers > 0;
}

void
run_settle_rest(struct run *r)
{
	for (size_t i = 0; i < r->o->plan->n; i++)
		if (r->tasks[i].tentative) {
			r->tasks[i].tentative = false;
			node_settled(r, i);
		}
}
