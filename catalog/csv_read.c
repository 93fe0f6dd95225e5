/* SPDX-License-Identifier: Apache-2.0
 * Rows of a CSV file as batches of typed columns.
 *
 *	header --> each column has a type (dtype, else what is expected) ---------------.
 *	             |  one has none                                                    |
 *	             v                                                                  v
 *	           sample: up to 65,536 rows kept as text --> inferred --> converted, and so is
 *	                                                                   each later row
 *
 * A type that was inferred is a promise too: a later value that does not fit is an error, never a
 * silent change of type. */
#include "catalog/csv_state.h"

#include <string.h>

/* --- the header ---------------------------------------------------------------------------------- */

static int
fail_name(struct csv *c, size_t i, const char *what)
{
	struct str text = {0};
	int rc;

	str_addf(&text, "column %zu of the header %s", i + 1, what);
	rc = csv_fail(c, text.s, "each column needs a name of its own in the first line");
	str_fini(&text);
	return rc;
}

static enum mlf_type
type_for(struct csv *c, const char *name)
{
	intptr_t declared = (intptr_t)map_get(&c->o.types, name);

	if (map_has(&c->o.dates, name))
		return MLF_TIMESTAMP;
	if (declared)
		return (enum mlf_type)declared;
	return c->o.every ? c->o.every : mlf_expected(c->h, name);
}

static int
take_name(struct csv *c, struct map *seen, size_t i)
{
	const struct csv_field *f = &c->row.v[i];
	struct csv_column *col = &c->columns[i];
	struct str what = {0};
	int rc;

	if (!f->s || f->n == 0)
		return fail_name(c, i, "has no name");
	if (!value_is_utf8(f->s, f->n))
		return fail_name(c, i, "is not UTF-8");
	col->name = arena_strndup(&c->mem, f->s, f->n);
	col->at = i;
	if (map_has(seen, col->name)) {
		const struct csv_column *first = map_get(seen, col->name);

		str_addf(&what, "is called `%s`, like column %zu", col->name, first->at + 1);
		rc = fail_name(c, i, what.s);
		str_fini(&what);
		return rc;
	}
	map_put(seen, col->name, col);
	col->type = type_for(c, col->name);
	col->inferred = col->type == 0;
	return 0;
}

/* Names of columns in an option that the file has not are mistakes in the catalog. */
static int
check_names(struct csv *c, const char *key, const struct map *named, const struct map *seen)
{
	struct str text = {0}, advice = {0};
	int rc = 0;

	for (size_t i = 0; i < named->n && rc == 0; i++) {
		const char *name = named->keys[i], *near;

		if (map_has(seen, name))
			continue;
		near = map_near(seen, name);
		str_addf(&text, "`%s` names column `%s`, which the file has not", key, name);
		if (near)
			str_addf(&advice, "did you mean `%s`?", near);
		rc = mlf_option_fail(c->h, "load_args", key, text.s, advice.s);
	}
	str_fini(&text);
	str_fini(&advice);
	return rc;
}

/* Which columns are read, and where they go. */
static void
choose_columns(struct csv *c)
{
	int to = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct csv_column *col = &c->columns[i];
		bool used = c->o.use.n == 0 || map_has(&c->o.use, col->name);

		col->to = used ? to++ : -1;
		col->inferred = used && col->inferred;
	}
}

static int
read_header(struct csv *c)
{
	struct map seen = {0};
	int rc = csv_rows_next(c->rows, &c->row);

	if (rc == 0)
		return csv_fail(c, "the file is empty: it has not even a header",
			"write the names of the columns into the first line");
	if (rc < 0)
		return -1;
	if (c->row.bad)
		return csv_fail(c, c->row.bad, "correct the header: without it no row can be read");
	c->n = c->row.n;
	c->columns = arena_alloc(&c->mem, c->n * sizeof(*c->columns));
	rc = 0;
	for (size_t i = 0; i < c->n && rc == 0; i++)
		rc = take_name(c, &seen, i);
	if (rc == 0 &&
		(check_names(c, "dtype", &c->o.types, &seen) < 0 ||
			check_names(c, "usecols", &c->o.use, &seen) < 0 ||
			check_names(c, "parse_dates", &c->o.dates, &seen) < 0))
		rc = -1;
	choose_columns(c);
	map_fini(&seen);
	return rc;
}

/* --- rows ---------------------------------------------------------------------------------------- */

/* Texts that stand for null become it. */
static void
apply_na(struct csv *c)
{
	struct csv_cell *cell = c->grid.cells, *end = cell + c->grid.rows * c->n;
	const struct map *na = &c->o.na;

	for (; cell < end; cell++)
		for (size_t k = 0; k < na->n && cell->n != CSV_NULL; k++)
			if (strlen(na->keys[k]) == cell->n &&
				memcmp(na->keys[k], c->grid.text + cell->at, cell->n) == 0)
				cell->n = CSV_NULL;
}

/* The next rows of the file: 1, 0 or -1. */
int
csv_read_grid(struct csv *c)
{
	int rc = csv_grids_next(c->grids, &c->grid);

	c->at = 0;
	while (rc == 1 && c->grid.ragged) {
		c->row = *c->grid.ragged;
		if (!c->o.dialect.lenient)
			return csv_fail_ragged(c);
		if (csv_reject_ragged(c) < 0)
			return -1;
		rc = csv_grids_next(c->grids, &c->grid);
	}
	if (rc != 1)
		c->grid.rows = 0;
	else if (c->o.na.n)
		apply_na(c);
	return rc;
}

/* Bytes of rows, for the limits: their text, and what the columns take. */
int64_t
csv_grid_bytes(const struct csv_grid *g, size_t from, size_t n)
{
	return csv_grid_span(g, from, n) + 8 * (int64_t)(n * g->columns);
}

/* --- values -------------------------------------------------------------------------------------- */

/* Makes values of n of the rows in hand: how many became part of the table and, with bad rows tolerated,
 * went away; -1 after a failure. */
static int64_t
take(struct csv *c, struct mlf_builder *b, size_t n)
{
	const struct csv_column *bad = NULL;
	size_t good = n;

	for (size_t i = 0; i < c->n; i++) {
		struct csv_column *col = &c->columns[i];
		size_t fits = col->to < 0 ? good : csv_fill(b, col, &c->grid, c->at, good);

		bad = fits < good ? col : bad;
		good = fits;
	}
	if (bad && !c->o.dialect.lenient)
		return csv_fail_value(c, c->at + good, bad);
	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].to >= 0)
			csv_keep(b, &c->columns[i], good);
	c->at += good;
	c->step = bad ? 8 : c->step < SIZE_MAX / 2 ? 2 * c->step : c->step;
	if (bad && (csv_reject_value(c, c->at, bad) < 0))
		return -1;
	c->at += bad != NULL;
	return (int64_t)good;
}

/* Rows into the builder, up to the limits of a batch: how many, or -1. */
static int64_t
fill(struct csv *c, struct mlf_builder *b)
{
	int64_t rows = 0, bytes = 0, took;

	while (rows < c->h->batch_rows && bytes < c->h->batch_bytes) {
		size_t n;

		if (c->at == c->grid.rows) {
			int rc = csv_next_grid(c);

			if (rc < 0)
				return -1;
			if (rc == 0)
				break;
		}
		n = c->grid.rows - c->at;
		n = n < c->step ? n : c->step;
		n = (int64_t)n < c->h->batch_rows - rows ? n : (size_t)(c->h->batch_rows - rows);
		bytes += csv_grid_bytes(&c->grid, c->at, n);
		took = take(c, b, n);
		if (took < 0)
			return -1;
		rows += took;
	}
	return rows;
}

/* --- the type's calls ------------------------------------------------------------------------------ */

void
csv_read_close(void *state)
{
	struct csv *c = state;

	csv_grids_free(c->grids);
	csv_rows_free(c->rows);
	csv_sample_fini(&c->sample);
	for (size_t i = 0; i < c->n; i++) {
		free(c->columns[i].nulls);
		free(c->columns[i].bools);
	}
	csv_options_fini(&c->o);
	arena_fini(&c->mem);
	free(c);
}

static int
begin_rows(struct csv *c)
{
	c->grids = csv_grids_new(c->rows, &c->o.dialect, c->n);
	return csv_infer_types(c);
}

int
csv_read_open(struct mlf_dataset_host *h, void **state)
{
	struct csv *c = mem_alloc(sizeof(*c));

	c->h = h;
	if (csv_options(h, &c->o) < 0) {
		free(c);
		return -1;
	}
	c->rows = csv_rows_new(h, &c->o.dialect, CSV_BLOCK);
	c->step = SIZE_MAX;
	if (read_header(c) < 0 || begin_rows(c) < 0) {
		csv_read_close(c);
		return -1;
	}
	*state = c;
	return 0;
}

int
csv_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	struct mlf_builder *b = mlf_batch(h);
	struct csv *c = state;
	int64_t rows;

	for (size_t i = 0; i < c->n; i++)
		if (c->columns[i].to >= 0)
			(void)mlf_add_column(b, c->columns[i].name, c->columns[i].type);
	rows = fill(c, b);
	if (rows < 0)
		return -1;
	*batch = rows > 0 || !c->given ? mlf_finish(b) : NULL;
	c->given = true;
	return 0;
}
