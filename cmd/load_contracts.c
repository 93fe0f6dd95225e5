/* SPDX-License-Identifier: Apache-2.0
 * What contracts mean for a plan: which nodes wait for others because of them, where rows go that may
 * not stay, and which other datasets they look at. Each contract is loaded once. */
#include "cmd/cmd.h"

#include "contract/contract.h"

/* NULL if there is none, or if it is wrong, which was reported then. */
static const struct contract *
contract_at(struct app *a, struct loaded *l, const char *path, struct errs *found)
{
	const struct contract *c = NULL;
	if (!path)
		return NULL;
	if (map_has(&l->contracts, path))
		return map_get(&l->contracts, path);
	if (contract_load(&l->arena, a->project->rootfd, path, &c, found) < 0)
		return NULL;
	map_put(&l->contracts, path, (void *)(uintptr_t)c);
	return c;
}

/* ---- order */

struct waits {
	struct graph_wait *v; /* owned */
	size_t n, cap;
};

static void
add_wait(struct waits *w, const struct contract *c, size_t other, int first, int then)
{
	w->v = mem_grow(w->v, &w->cap, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = (struct graph_wait){
		first, then, contract_other(c, other), *contract_other_at(c, other)};
}

/* One node cannot have published the one when the other is checked. */
static void
both_written(const struct loaded *l, const struct graph_dataset *d, const struct contract *c,
	size_t other, struct errs *found)
{
	struct err e;
	err_set(&e, MLC_CONTRACT_FILE,
		"node `%s` writes both `%s` and `%s`, so that neither is there when the other is "
		"checked",
		l->spec.nodes[d->producer].name, d->name, contract_other(c, other));
	err_at(&e, contract_other_at(c, other), "looked at here");
	err_help(&e, "write them in two nodes, one after the other");
	errs_add(found, &e);
}

/* Whoever checks the dataset waits for what its contract looks at. */
static void
waits_of(const struct loaded *l, const struct graph_dataset *d, const struct contract *c,
	struct waits *w, struct errs *found)
{
	for (size_t i = 0; i < contract_others(c); i++) {
		const struct graph_dataset *other = graph_dataset(&l->graph, contract_other(c, i));
		int first = other ? other->producer : -1;
		if (first < 0)
			continue;
		if (first == d->producer)
			both_written(l, d, c, i, found);
		else if (d->producer >= 0)
			add_wait(w, c, i, first, d->producer);
		for (size_t r = 0; d->producer < 0 && r < d->n_readers; r++)
			if (d->readers[r] != first)
				add_wait(w, c, i, first, d->readers[r]);
	}
}

int
load_waits(struct app *a, struct loaded *l, struct errs *found)
{
	size_t before = found->n + found->dropped;
	struct waits w = {0};
	for (size_t i = 0; i < l->graph.by_name.n; i++) {
		const struct graph_dataset *d = l->graph.by_name.values[i];
		struct errs later = {0}; /* who needs the contract reports it */
		const struct contract *c =
			contract_at(a, l, project_contract(a->project, d->name), &later);
		if (c)
			waits_of(l, d, c, &w, found);
		errs_fini(&later);
	}
	if (w.n) {
		struct graph_wait *v = arena_alloc(&l->arena, w.n * sizeof(*v));
		memcpy(v, w.v, w.n * sizeof(*v));
		(void)!graph_wait(&l->graph, v, w.n, found);
	}
	free(w.v);
	return found->n + found->dropped > before ? -1 : 0;
}

/* ---- ports */

/* True if a node of the plan writes it. */
static bool
is_produced(const struct loaded *l, const char *dataset)
{
	const struct graph_dataset *d = graph_dataset(&l->graph, dataset);
	for (size_t i = 0; d && d->producer >= 0 && i < l->plan.n; i++)
		if (l->plan.nodes[i].spec == &l->spec.nodes[d->producer])
			return true;
	return false;
}

static void
add_others(struct app *a, struct loaded *l, struct plan_node *n, const struct contract *c,
	struct errs *found)
{
	size_t room = n->n_others + contract_others(c);
	struct plan_other *v;
	if (!contract_others(c))
		return;
	v = arena_alloc(&l->arena, room * sizeof(*v));
	if (n->n_others)
		memcpy(v, n->others, n->n_others * sizeof(*v));
	n->others = v;
	for (size_t i = 0; i < contract_others(c); i++) {
		const char *name = contract_other(c, i);
		const struct dataset *entry = contract_other_find(c, i, l->catalog, found);
		struct errs later = {0};
		const struct contract *its =
			contract_at(a, l, project_contract(a->project, name), &later);
		size_t k = 0;
		errs_fini(&later);
		if (its)
			(void)!contract_other_fits(c, i, its, found);
		while (k < n->n_others && !str_eq(n->others[k].dataset, name))
			k++;
		if (entry && k == n->n_others)
			n->others[n->n_others++] =
				(struct plan_other){name, entry, is_produced(l, name)};
	}
}

static void
check_port(struct app *a, struct loaded *l, struct plan_node *n, struct plan_port *port,
	struct map *seen, struct errs *found)
{
	struct errs again = {0};
	bool known = port->contract && map_has(seen, port->contract);
	const struct contract *c = contract_at(a, l, port->contract, known ? &again : found);
	if (port->contract)
		map_put(seen, port->contract, seen);
	if (c && contract_quarantines(c))
		port->quarantine = contract_quarantine(&l->arena, l->catalog, port->dataset, found);
	if (c)
		add_others(a, l, n, c, known ? &again : found);
	errs_fini(&again);
}

int
load_contracts(struct app *a, struct loaded *l, struct errs *found)
{
	struct map seen = {0};
	size_t before = found->n + found->dropped;
	for (size_t i = 0; i < l->plan.n; i++) {
		struct plan_node *n = &l->plan.nodes[i];
		for (size_t p = 0; p < n->n_inputs + n->n_outputs; p++) {
			bool input = p < n->n_inputs;
			struct plan_port *port =
				input ? &n->inputs[p] : &n->outputs[p - n->n_inputs];
			if (!input || !port->produced)
				check_port(a, l, n, port, &seen, found);
		}
	}
	map_fini(&seen);
	return found->n + found->dropped > before ? -1 : 0;
}
