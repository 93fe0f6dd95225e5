/* SPDX-License-Identifier: Apache-2.0
 * The first rows of a CSV file, kept until their types are known. */
#include "catalog/csv_state.h"

#include <string.h>

#define SAMPLE_ROWS 65536
#define SAMPLE_BYTES (INT64_C(64) << 20)

static void *
copied(const void *p, size_t n, size_t over)
{
	char *copy = mem_alloc(n + over);

	memcpy(copy, p, n);
	return copy;
}

/* A copy of the grid that lasts. */
static void
keep(struct csv *c)
{
	struct sample *s = &c->sample;
	struct csv_grid g = c->grid;
	size_t cells = g.rows * g.columns, i;
	uint32_t from = g.cells[0].at, to;
	uint32_t *inner;

	to = g.cells[cells - 1].at;
	to += g.cells[cells - 1].n == CSV_NULL ? 0 : g.cells[cells - 1].n;
	g.text = copied(g.text + from, to - from, CSV_OVER);
	g.cells = copied(g.cells, cells * sizeof(*g.cells), 0);
	for (i = 0; i < cells; i++)
		g.cells[i].at -= from;
	if (g.lines)
		g.lines = copied(g.lines, g.rows * sizeof(*g.lines), 0);
	inner = copied(g.inner ? g.inner : &from, g.n_inner * sizeof(*inner), 1);
	for (i = 0; i < g.n_inner; i++)
		inner[i] -= from;
	g.inner = inner;
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = g;
}

static void
grid_free(struct csv_grid *g)
{
	free((void *)(uintptr_t)g->text);
	free(g->cells);
	free((void *)(uintptr_t)g->lines);
	free((void *)(uintptr_t)g->inner);
}

void
csv_sample_fini(struct sample *s)
{
	while (s->n > 0)
		grid_free(&s->v[--s->n]);
	free(s->v);
	*s = (struct sample){0};
}

static void
look(struct csv *c, struct csv_column *col, size_t rows)
{
	const struct csv_grid *g = &c->grid;
	const struct csv_cell *cell = &g->cells[col->at];

	for (size_t i = 0; i < rows; i++, cell += g->columns)
		if (cell->n != CSV_NULL)
			col->looks |= csv_looks_like(g->text + cell->at, cell->n);
}

int
csv_infer_types(struct csv *c)
{
	int64_t bytes = 0;
	size_t rows = 0, n;
	bool all = true;
	int rc = 1;

	for (size_t i = 0; i < c->n; i++)
		all &= !c->columns[i].inferred;
	while (!all && rows < SAMPLE_ROWS && bytes < SAMPLE_BYTES) {
		rc = csv_read_grid(c);
		if (rc != 1)
			break;
		n = SAMPLE_ROWS - rows;
		n = n < c->grid.rows ? n : c->grid.rows;
		for (size_t i = 0; i < c->n; i++)
			if (c->columns[i].inferred)
				look(c, &c->columns[i], n);
		keep(c);
		rows += n;
		bytes += csv_grid_bytes(&c->grid, 0, c->grid.rows);
	}
	c->grid.rows = 0;
	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].inferred)
			c->columns[i].type = csv_infer(c->columns[i].looks);
	return rc < 0 ? -1 : 0;
}

/* The next rows, of the sample first: 1, 0 or -1. What was of the sample before is gone. */
int
csv_next_grid(struct csv *c)
{
	struct sample *s = &c->sample;

	if (s->used == s->n) {
		csv_sample_fini(s);
		return csv_read_grid(c);
	}
	c->grid = s->v[s->used++];
	c->at = 0;
	return 1;
}
