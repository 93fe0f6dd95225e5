/* SPDX-License-Identifier: Apache-2.0
 * The graph: datasets between nodes, and the order in which nodes may run.
 *
 * The order is Kedro's: layers (all nodes whose producers are in earlier layers), sorted by name
 * within a layer. Everything here is linear in nodes and ports, but for the sorting. A vertex is a
 * dataset without its @format; parameters are no vertices. */
#include "pipeline/pipeline.h"

struct builder {
	struct arena *a;
	const struct spec *spec;
	struct graph *g;
	struct errs *found;
};

/* Notes whether the dataset is used with a format, and refuses the second way of writing it. */
static void
check_format(struct builder *b, struct graph_dataset *d, const struct spec_port *port)
{
	bool plain = str_eq(port->base, port->dataset), clash = d->plain && d->coded;
	struct err e;
	if (plain && !d->plain)
		d->plain = port;
	else if (!plain && !d->coded)
		d->coded = port;
	if (clash || !d->plain || !d->coded)
		return;
	const struct place *other = plain ? &d->coded->at : &d->plain->at;
	err_set(&e, MLC_TRANSCODING, "dataset `%s` is used with a format (`%s`) and without one",
		d->name, d->coded->dataset);
	err_at(&e, &port->at, NULL);
	err_note(&e, "the other use is at %s:%d:%d", other->file, other->line, other->col);
	err_help(&e, "write a format everywhere, or nowhere");
	errs_add(b->found, &e);
}

static struct graph_dataset *
dataset(struct builder *b, const struct spec_port *port)
{
	struct graph_dataset *d = map_get(&b->g->by_name, port->base);
	if (!d) {
		d = arena_alloc(b->a, sizeof(*d));
		d->name = port->base;
		d->producer = -1;
		map_put(&b->g->by_name, port->base, d);
	}
	check_format(b, d, port);
	return d;
}

static void
check_names(struct builder *b)
{
	for (size_t i = 0; i < b->spec->n; i++) {
		const struct spec_node *n = &b->spec->nodes[i];
		const struct spec_node *first = map_get(&b->g->nodes, n->name);
		struct err e;
		if (!first) {
			map_put(&b->g->nodes, n->name, (void *)(uintptr_t)n);
			continue;
		}
		err_set(&e, MLC_DUPLICATE_NODE, "two nodes are called `%s`", n->name);
		err_note(&e, "the other one is at %s:%d:%d", first->at.file, first->at.line,
			first->at.col);
		err_at(&e, &n->at, "second one");
		errs_add(b->found, &e);
	}
}

static void
check_confirms(struct builder *b)
{
	struct map seen = {0};
	for (size_t i = 0; i < b->spec->n; i++)
		for (size_t c = 0; c < b->spec->nodes[i].n_confirms; c++) {
			const struct spec_port *port = &b->spec->nodes[i].confirms[c];
			const char *first = map_get(&seen, port->base);
			struct err e;
			if (!first) {
				map_put(&seen, port->base,
					(void *)(uintptr_t)b->spec->nodes[i].name);
				continue;
			}
			err_set(&e, MLC_CONFIRMS, "nodes `%s` and `%s` both confirm `%s`", first,
				b->spec->nodes[i].name, port->base);
			err_at(&e, &port->at, "confirmed a second time");
			err_help(&e, "leave it to one of them");
			errs_add(b->found, &e);
		}
	map_fini(&seen);
}

static void
add_output(struct builder *b, int node, const struct spec_port *port)
{
	struct graph_dataset *d = dataset(b, port);
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

/* Counts the reader, and refuses a node that reads what it writes. */
static void
add_input(struct builder *b, int node, const struct spec_port *port)
{
	struct err e;
	if (port->param)
		return;
	struct graph_dataset *d = dataset(b, port);
	if (d->producer == node) {
		err_set(&e, MLC_SELF_LOOP, "node `%s` reads and writes `%s`",
			b->spec->nodes[node].name, d->name);
		err_at(&e, &port->at, "also one of its outputs");
		err_help(&e, "write to a dataset with another name");
		errs_add(b->found, &e);
	}
	if (d->n_readers && d->readers[d->n_readers - 1] == node)
		return; /* nodes come one after another, so twice is twice in a row */
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

/* By node: how many of its inputs other nodes of the part write. */
static int *
count_blockers(const struct graph *g, const bool *part)
{
	int *blockers = mem_alloc((g->spec->n + 1) * sizeof(*blockers));
	for (size_t i = 0; i < g->by_name.n; i++) {
		const struct graph_dataset *d = g->by_name.values[i];
		bool written = d->producer >= 0 && part[d->producer];
		for (size_t r = 0; written && r < d->n_readers; r++)
			blockers[d->readers[r]]++;
	}
	for (size_t i = 0; i < g->n_waits; i++)
		blockers[g->waits[i].then] += part[g->waits[i].first];
	return blockers;
}

static void
unblock(struct graph *g, int node, const bool *part, int *blockers)
{
	if (--blockers[node] == 0 && part[node])
		g->order[g->n_order++] = node;
}

/* Adds to the order those that wait for nothing any more now that the node is in it. */
static void
release(struct graph *g, int index, const bool *part, int *blockers)
{
	const struct spec_node *node = &g->spec->nodes[index];
	for (size_t o = 0; o < node->n_outputs; o++) {
		const struct graph_dataset *d = map_get(&g->by_name, node->outputs[o].base);
		for (size_t r = 0; r < d->n_readers; r++)
			unblock(g, d->readers[r], part, blockers);
	}
	for (size_t i = 0; i < g->n_waits; i++)
		if (g->waits[i].first == index)
			unblock(g, g->waits[i].then, part, blockers);
}

/* Kahn's algorithm, layer by layer; nodes on or behind a cycle are left out. */
void
graph_sort(struct graph *g, const bool *part)
{
	const struct spec *spec = g->spec;
	int *blockers = count_blockers(g, part);
	size_t layer = 0;
	g->n_order = 0;
	for (size_t i = 0; i < spec->n; i++)
		if (part[i] && blockers[i] == 0)
			g->order[g->n_order++] = (int)i;
	while (layer < g->n_order) {
		size_t end = g->n_order;
		qsort_r(g->order + layer, end - layer, sizeof(int), by_name,
			(void *)(uintptr_t)spec);
		for (; layer < end; layer++)
			release(g, g->order[layer], part, blockers);
	}
	free(blockers);
}

int
graph_producer(const struct graph *g, const struct spec_port *input)
{
	const struct graph_dataset *d = input->param ? NULL : map_get(&g->by_name, input->base);
	return d ? d->producer : -1;
}

/* An input of the node whose producer is not sorted: the way towards the cycle. */
static const struct spec_port *
stuck_input(const struct graph *g, const struct spec_node *n, const bool *sorted)
{
	for (size_t i = 0; i < n->n_inputs; i++) {
		int p = graph_producer(g, &n->inputs[i]);
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
	for (; !seen_at[node];
		node = graph_producer(b->g, stuck_input(b->g, &b->spec->nodes[node], sorted))) {
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

static void
sort_all(struct graph *g)
{
	bool *all = mem_alloc(g->spec->n + 1);
	memset(all, true, g->spec->n);
	graph_sort(g, all);
	free(all);
}

int
graph_build(struct arena *a, const struct spec *spec, struct graph *out, struct errs *found)
{
	struct builder b = {.a = a, .spec = spec, .g = out, .found = found};
	size_t before = found->n;
	*out = (struct graph){.spec = spec, .a = a};
	out->why = arena_alloc(a, (spec->n + 1) * sizeof(*out->why));
	check_names(&b);
	check_confirms(&b);
	for (size_t i = 0; i < spec->n; i++)
		for (size_t o = 0; o < spec->nodes[i].n_outputs; o++)
			add_output(&b, (int)i, &spec->nodes[i].outputs[o]);
	for (size_t i = 0; i < spec->n; i++)
		for (size_t k = 0; k < spec->nodes[i].n_inputs; k++)
			add_input(&b, (int)i, &spec->nodes[i].inputs[k]);
	if (found->n > before)
		return -1;
	out->order = arena_alloc(a, (spec->n + 1) * sizeof(*out->order));
	sort_all(out);
	if (out->n_order < spec->n)
		report_cycle(&b);
	return found->n > before ? -1 : 0;
}

int
graph_wait(struct graph *g, const struct graph_wait *waits, size_t n, struct errs *found)
{
	bool *sorted = mem_alloc(g->spec->n + 1);
	const struct graph_wait *w = waits;
	struct err e;
	g->waits = waits;
	g->n_waits = n;
	sort_all(g);
	for (size_t i = 0; i < g->n_order; i++)
		sorted[g->order[i]] = true;
	while (w < waits + n && (sorted[w->first] || sorted[w->then]))
		w++;
	free(sorted);
	if (g->n_order == g->spec->n)
		return 0;
	g->n_waits = 0; /* without them there is an order */
	sort_all(g);
	err_set(&e, MLC_CYCLE,
		"nodes wait for each other in a circle: `%s` checks a contract against `%s`, which "
		"`%s` writes",
		g->spec->nodes[w->then].name, w->dataset, g->spec->nodes[w->first].name);
	err_at(&e, &w->at, "closes the circle");
	err_help(&e, "look at a dataset that does not need this one");
	errs_add(found, &e);
	return -1;
}

void
graph_fini(struct graph *g)
{
	map_fini(&g->by_name);
	map_fini(&g->nodes);
}

const struct graph_dataset *
graph_dataset(const struct graph *g, const char *name)
{
	const char *format = strchr(name, '@');
	if (!format)
		return map_get(&g->by_name, name);
	char *base = mem_strdup(name);
	base[format - name] = '\0';
	const struct graph_dataset *d = map_get(&g->by_name, base);
	free(base);
	return d;
}
