/* SPDX-License-Identifier: Apache-2.0
 * The graph: datasets between nodes, and the order in which nodes may run.
 *
 * The order is Kedro's: layers (all nodes whose producers are in earlier layers), sorted by name
 * within a layer. Everything here is linear in nodes and ports, but for the sorting. */
#include "pipeline/pipeline.h"

struct builder {
	struct arena *a;
	const struct spec *spec;
	struct graph *g;
	struct errs *found;
};

static struct graph_dataset *
dataset(struct builder *b, const char *name)
{
	struct graph_dataset *d = map_get(&b->g->by_name, name);
	if (d)
		return d;
	d = arena_alloc(b->a, sizeof(*d));
	d->name = name;
	d->producer = -1;
	map_put(&b->g->by_name, name, d);
	return d;
}

static void
check_names(struct builder *b)
{
	struct map seen = {0};
	for (size_t i = 0; i < b->spec->n; i++) {
		const struct spec_node *n = &b->spec->nodes[i];
		struct spec_node *first = map_get(&seen, n->name);
		struct err e;
		if (first) {
			err_set(&e, MLC_DUPLICATE_NODE, "two nodes are called `%s`", n->name);
			err_note(&e, "the other one is at %s:%d:%d", first->at.file, first->at.line,
				first->at.col);
			err_at(&e, &n->at, "second one");
			errs_add(b->found, &e);
		} else {
			map_put(&seen, n->name, (void *)(uintptr_t)n);
		}
	}
	map_fini(&seen);
}

static void
add_output(struct builder *b, int node, const struct spec_port *port)
{
	struct graph_dataset *d = dataset(b, port->dataset);
	struct err e;
	if (d->producer >= 0) {
		const struct spec_node *other = &b->spec->nodes[d->producer];
		err_set(&e, MLC_TWO_PRODUCERS, "nodes `%s` and `%s` both write `%s`", other->name,
			b->spec->nodes[node].name, d->name);
		err_at(&e, &port->at, "written by a second node");
		err_note(&e, "node `%s` is at %s:%d:%d", other->name, other->at.file,
			other->at.line, other->at.col);
		err_help(&e, "give one of them another dataset");
		errs_add(b->found, &e);
		return;
	}
	d->producer = node;
}

static bool
writes(const struct spec_node *n, const char *name)
{
	for (size_t i = 0; i < n->n_outputs; i++)
		if (str_eq(n->outputs[i].dataset, name))
			return true;
	return false;
}

/* Counts the reader, and refuses a node that reads what it writes. */
static void
add_input(struct builder *b, int node, const struct spec_port *port)
{
	struct graph_dataset *d = dataset(b, port->dataset);
	struct err e;
	if (writes(&b->spec->nodes[node], port->dataset)) {
		err_set(&e, MLC_SELF_LOOP, "node `%s` reads and writes `%s`",
			b->spec->nodes[node].name, d->name);
		err_at(&e, &port->at, "also one of its outputs");
		err_help(&e, "write to a dataset with another name");
		errs_add(b->found, &e);
	}
	for (size_t i = 0; i < d->n_readers; i++)
		if (d->readers[i] == node)
			return;
	if ((d->n_readers & (d->n_readers + 1)) == 0) { /* grow at 0, 1, 3, 7, ... */
		int *more = arena_alloc(b->a, (2 * d->n_readers + 1) * sizeof(*more));
		if (d->n_readers)
			memcpy(more, d->readers, d->n_readers * sizeof(*more));
		d->readers = more;
	}
	d->readers[d->n_readers++] = node;
}

static int
by_name(const void *a, const void *b, void *spec)
{
	const struct spec *s = spec;
	return strcmp(s->nodes[*(const int *)a].name, s->nodes[*(const int *)b].name);
}

/* How many of its inputs other nodes write. */
static int
count_blockers(const struct graph *g, const struct spec_node *n)
{
	int blockers = 0;
	for (size_t i = 0; i < n->n_inputs; i++) {
		bool twice = false;
		for (size_t j = 0; j < i; j++)
			twice |= str_eq(n->inputs[j].dataset, n->inputs[i].dataset);
		blockers += !twice && graph_dataset(g, n->inputs[i].dataset)->producer >= 0;
	}
	return blockers;
}

/* Kahn's algorithm, layer by layer; nodes on or behind a cycle are left out. */
static void
sort(struct builder *b)
{
	struct graph *g = b->g;
	size_t n = b->spec->n, layer = 0, end;
	int *blockers = mem_alloc((n + 1) * sizeof(*blockers));
	g->order = arena_alloc(b->a, (n + 1) * sizeof(*g->order));
	for (size_t i = 0; i < n; i++) {
		blockers[i] = count_blockers(g, &b->spec->nodes[i]);
		if (blockers[i] == 0)
			g->order[g->n_order++] = (int)i;
	}
	while (layer < g->n_order) {
		end = g->n_order;
		qsort_r(g->order + layer, end - layer, sizeof(int), by_name,
			(void *)(uintptr_t)b->spec);
		for (; layer < end; layer++) {
			const struct spec_node *node = &b->spec->nodes[g->order[layer]];
			for (size_t o = 0; o < node->n_outputs; o++) {
				const struct graph_dataset *d =
					graph_dataset(g, node->outputs[o].dataset);
				for (size_t r = 0; r < d->n_readers; r++)
					if (--blockers[d->readers[r]] == 0)
						g->order[g->n_order++] = d->readers[r];
			}
		}
	}
	free(blockers);
}

/* An input of the node whose producer is not sorted: the way towards the cycle. */
static const struct spec_port *
stuck_input(const struct graph *g, const struct spec_node *n, const bool *sorted)
{
	for (size_t i = 0; i < n->n_inputs; i++) {
		int p = graph_dataset(g, n->inputs[i].dataset)->producer;
		if (p >= 0 && !sorted[p])
			return &n->inputs[i];
	}
	return NULL;
}

/* Walks producers backwards from an unsorted node until one repeats, and tells that circle. */
static void
report_cycle(struct builder *b)
{
	size_t n = b->spec->n, len = 0;
	bool *sorted = mem_alloc(n + 1);
	int *way = mem_alloc((n + 1) * sizeof(*way)), *seen_at = mem_alloc((n + 1) * sizeof(int));
	struct str path = {0};
	struct err e;
	for (size_t i = 0; i < b->g->n_order; i++)
		sorted[b->g->order[i]] = true;
	int node = 0;
	while (sorted[node])
		node++;
	for (; !seen_at[node]; node = graph_dataset(b->g,
				       stuck_input(b->g, &b->spec->nodes[node], sorted)->dataset)
					      ->producer) {
		way[len++] = node;
		seen_at[node] = (int)len;
	}
	size_t first = (size_t)seen_at[node] - 1;
	for (size_t i = len; i-- > first;)
		str_addf(&path, "%s -> ", b->spec->nodes[way[i]].name);
	const struct spec_node *last = &b->spec->nodes[way[len - 1]];
	err_set(&e, MLC_CYCLE, "nodes wait for each other in a circle: %s%s", str_text(&path),
		last->name);
	err_at(&e, &stuck_input(b->g, last, sorted)->at, "closes the circle");
	err_help(&e, "take one of these inputs from a dataset that exists before the run");
	errs_add(b->found, &e);
	str_fini(&path);
	free(sorted);
	free(way);
	free(seen_at);
}

int
graph_build(struct arena *a, const struct spec *spec, struct graph *out, struct errs *found)
{
	struct builder b = {.a = a, .spec = spec, .g = out, .found = found};
	size_t before = found->n;
	*out = (struct graph){.spec = spec};
	check_names(&b);
	for (size_t i = 0; i < spec->n; i++)
		for (size_t o = 0; o < spec->nodes[i].n_outputs; o++)
			add_output(&b, (int)i, &spec->nodes[i].outputs[o]);
	for (size_t i = 0; i < spec->n; i++)
		for (size_t k = 0; k < spec->nodes[i].n_inputs; k++)
			add_input(&b, (int)i, &spec->nodes[i].inputs[k]);
	if (found->n > before)
		return -1;
	sort(&b);
	if (out->n_order < spec->n)
		report_cycle(&b);
	return found->n > before ? -1 : 0;
}

void
graph_fini(struct graph *g)
{
	map_fini(&g->by_name);
}

const struct graph_dataset *
graph_dataset(const struct graph *g, const char *name)
{
	return map_get(&g->by_name, name);
}
