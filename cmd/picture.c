/* SPDX-License-Identifier: Apache-2.0
 * From a graph to spots and arrows. Ranks alternate: datasets even, nodes odd.
 *
 *	rank 0   (loans)
 *	rank 1   [ingest]     a node is one below the lowest thing it reads
 *	rank 2   (clean)      a dataset is one below its producer; one that nobody produces stands
 *	rank 3   [train]      just above its first reader */
#include "cmd/picture.h"

struct maker {
	struct arena *a;
	struct picture *p;
	struct map datasets; /* name -> spot index + 1 */
	size_t cap, cap_arrows;
	struct spot *spots;   /* owned, until they are copied to the arena */
	struct arrow *arrows; /* likewise */
};

static size_t
add_spot(struct maker *m, const char *name, enum shape shape, int rank)
{
	struct picture *p = m->p;
	m->spots = mem_grow(m->spots, &m->cap, p->n + 1, sizeof(*m->spots));
	m->spots[p->n] = (struct spot){.name = name, .shape = shape, .rank = rank};
	return p->n++;
}

static void
add_arrow(struct maker *m, size_t from, size_t to)
{
	struct picture *p = m->p;
	m->arrows = mem_grow(m->arrows, &m->cap_arrows, p->n_arrows + 1, sizeof(*m->arrows));
	m->arrows[p->n_arrows++] = (struct arrow){.from = from, .to = to};
}

static bool
is_params(const char *name)
{
	return str_starts(name, "params:") || str_eq(name, "parameters");
}

/* The spot of a dataset; a new one has no rank yet. */
static size_t
dataset(struct maker *m, const char *name)
{
	const char *base = arena_strndup(m->a, name, strcspn(name, "@"));
	uintptr_t at = (uintptr_t)map_get(&m->datasets, base);
	if (at)
		return at - 1;
	size_t i = add_spot(m, base, is_params(name) ? SHAPE_PARAMS : SHAPE_DATASET, -1);
	map_put(&m->datasets, base, (void *)(i + 1));
	return i;
}

static bool
repeated(const struct spec_port *ports, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (str_eq(ports[k].dataset, ports[i].dataset))
			return true;
	return false;
}

/* Producers come first in the graph's order, so every input that has one has its rank. */
static void
add_node(struct maker *m, const struct graph *g, int index)
{
	const struct spec_node *n = &g->spec->nodes[index];
	int rank = 1;
	for (size_t i = 0; i < g->n_waits; i++) { /* no arrow: nothing of it is read */
		if (g->waits[i].then != index)
			continue;
		size_t d = dataset(m, g->waits[i].dataset);
		rank = m->spots[d].rank >= rank ? m->spots[d].rank + 1 : rank;
	}
	for (size_t i = 0; i < n->n_inputs; i++) {
		size_t d = dataset(m, n->inputs[i].dataset);
		rank = m->spots[d].rank >= rank ? m->spots[d].rank + 1 : rank;
	}
	size_t at = add_spot(m, n->name, SHAPE_NODE, rank);
	for (size_t i = 0; i < n->n_inputs; i++)
		if (!repeated(n->inputs, i))
			add_arrow(m, dataset(m, n->inputs[i].dataset), at);
	for (size_t i = 0; i < n->n_outputs; i++) {
		size_t d = dataset(m, n->outputs[i].dataset);
		m->spots[d].rank = rank + 1;
		add_arrow(m, at, d);
	}
}

/* What nobody produces goes down to its first reader, which the order gives: it is sorted by layers. */
static void
place_sources(struct maker *m)
{
	for (size_t i = 0; i < m->p->n_arrows; i++) {
		struct spot *from = &m->spots[m->arrows[i].from];
		if (from->rank < 0)
			from->rank = m->spots[m->arrows[i].to].rank - 1;
	}
}

void
picture_make(struct arena *a, const struct graph *g, struct picture *out)
{
	struct maker m = {.a = a, .p = out};
	*out = (struct picture){0};
	for (size_t i = 0; i < g->n_order; i++)
		add_node(&m, g, g->order[i]);
	place_sources(&m);
	out->spots = arena_alloc(a, (out->n + 1) * sizeof(*out->spots));
	out->arrows = arena_alloc(a, (out->n_arrows + 1) * sizeof(*out->arrows));
	for (size_t i = 0; i < out->n; i++) {
		struct spot *s = &out->spots[i];
		*s = m.spots[i];
		out->ranks = s->rank >= out->ranks ? s->rank + 1 : out->ranks;
	}
	if (out->n_arrows)
		memcpy(out->arrows, m.arrows, out->n_arrows * sizeof(*out->arrows));
	free(m.spots);
	free(m.arrows);
	map_fini(&m.datasets);
}

int *
picture_layers(struct arena *a, const struct picture *p)
{
	int *layers = arena_alloc(a, (p->n + 1) * sizeof(*layers));
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->spots[i].shape == SHAPE_NODE)
			layers[n++] = (p->spots[i].rank + 1) / 2;
	return layers;
}

const char *
shape_name(enum shape shape)
{
	static const char *const names[] = {"node", "dataset", "parameters"};
	return names[shape];
}
