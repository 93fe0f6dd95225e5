/* SPDX-License-Identifier: Apache-2.0
 * One column of many rows, from texts to values.
 *
 *	cells --fill--> the builder's memory     a value that does not fit ends it
 *	      --keep--> part of the table        once every column of those rows has been filled */
#include "catalog/csv_fill.h"

#include <string.h>

/* --- numbers ------------------------------------------------------------------------------------- */

bool
csv_value_f64(const char *s, size_t n, bool inferred, double *out)
{
	return value_f64(s, n, out) && !(inferred && csv_is_label(s, n));
}

/* 22.0 in a column that was declared to hold whole numbers: programs that have no nulls for integers
 * write them so. What a double holds exactly, and no fraction. */
static bool
whole_float(const char *s, size_t n, int64_t *out)
{
	const double limit = 9007199254740992.0; /* 2^53 */
	double v;

	if (!value_f64(s, n, &v) || !(v > -limit && v < limit))
		return false;
	*out = (int64_t)v;
	return (double)*out == v;
}

bool
csv_value_i64(const char *s, size_t n, bool inferred, int64_t *out)
{
	if (inferred)
		return value_i64(s, n, out) && !csv_is_label(s, n);
	return value_i64(s, n, out) || whole_float(s, n, out);
}

size_t
csv_fill_f64(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	double *v = to->data;

	for (size_t i = 0; i < n; i++, cell += step) {
		v[i] = 0;
		if (!csv_skip_null(cell, j->col, i) &&
			!csv_value_f64(text + cell->at, cell->n, j->col->inferred, &v[i]))
			return i;
	}
	return n;
}

size_t
csv_fill_i64(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	int64_t *v = to->data;

	for (size_t i = 0; i < n; i++, cell += step) {
		v[i] = 0;
		if (!csv_skip_null(cell, j->col, i) &&
			!csv_value_i64(text + cell->at, cell->n, j->col->inferred, &v[i]))
			return i;
	}
	return n;
}

/* --- other types --------------------------------------------------------------------------------- */

static size_t
fill_timestamp(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	int64_t *v = to->data;

	for (size_t i = 0; i < n; i++, cell += step) {
		v[i] = 0;
		if (!csv_skip_null(cell, j->col, i) &&
			!value_timestamp(text + cell->at, cell->n, &v[i]))
			return i;
	}
	return n;
}

static size_t
fill_utf8(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	const bool ascii = j->g->ascii;
	int32_t *ends = to->data, end = to->ends;
	char *put = to->text;

	for (size_t i = 0; i < n; i++, cell += step) {
		const char *s = text + cell->at;
		size_t bytes = csv_skip_null(cell, j->col, i) ? 0 : cell->n;

		if (!ascii && !value_is_utf8(s, bytes))
			return i;
		if (bytes <= CSV_OVER)
			memcpy(put, s, CSV_OVER);
		else
			memcpy(put, s, bytes);
		put += bytes;
		end += (int32_t)bytes;
		ends[i] = end;
	}
	return n;
}

/* One byte each; as bits they can only be put behind those that are kept. */
static size_t
fill_bool(const struct csv_job *j, const struct fill *to)
{
	const struct csv_cell *cell = j->cell;
	const char *const text = j->g->text;
	const size_t n = j->n, step = j->g->columns;
	uint8_t *v = j->col->bools;

	(void)to;
	for (size_t i = 0; i < n; i++, cell += step) {
		const char *s = text + cell->at;
		bool is_false = (cell->n == 5) & (memcmp(s, "fals", 4) == 0) & (s[4] == 'e');

		v[i] = (cell->n == 4) & (memcmp(s, "true", 4) == 0);
		if (!csv_skip_null(cell, j->col, i) && !(v[i] | is_false))
			return i;
	}
	return n;
}

/* --- columns ------------------------------------------------------------------------------------- */

static csv_fill_type *const fills[] = {
	[MLF_BOOL] = fill_bool,
	[MLF_I64] = csv_fill_i64,
	[MLF_F64] = csv_fill_f64,
	[MLF_UTF8] = fill_utf8,
	[MLF_TIMESTAMP] = fill_timestamp,
};

int64_t
csv_grid_span(const struct csv_grid *g, size_t from, size_t n)
{
	const struct csv_cell *first, *last;

	if (n == 0)
		return 0;
	first = &g->cells[from * g->columns];
	last = &g->cells[(from + n) * g->columns - 1];
	return (int64_t)last->at - first->at + (last->n == CSV_NULL ? 0 : last->n);
}

size_t
csv_fill(struct mlf_builder *b, struct csv_column *col, const struct csv_grid *g, size_t from,
	size_t n)
{
	struct csv_job j = {
		.g = g,
		.cell = &g->cells[from * g->columns + col->at],
		.n = n,
		.col = col,
	};
	csv_fill_type *quick;

	col->nulls = mem_grow(col->nulls, &col->nulls_cap, n, sizeof(*col->nulls));
	col->n_nulls = 0;
	if (col->type == MLF_BOOL)
		col->bools = mem_grow(col->bools, &col->bools_cap, n, 1);
	col->fill.data = NULL;
	if (!builder_room(b, col->to, (int64_t)n,
		    col->type == MLF_UTF8 ? csv_grid_span(g, from, n) : 0, &col->fill))
		return n; /* the builder has failed, and says so when it is finished */
	quick = csv_quick(col->type);
	return (quick ? quick : fills[col->type])(&j, &col->fill);
}

void
csv_keep(struct mlf_builder *b, const struct csv_column *col, size_t n)
{
	const int32_t *ends = col->fill.data;
	struct filled f = {
		.rows = (int64_t)n,
		.nulls = col->nulls,
		.n_nulls = col->n_nulls,
		.bools = col->bools,
	};

	if (n == 0 || !col->fill.data)
		return;
	while (f.n_nulls > 0 && f.nulls[f.n_nulls - 1] >= n)
		f.n_nulls--;
	if (col->type == MLF_UTF8)
		f.text = ends[n - 1] - col->fill.ends;
	builder_filled(b, col->to, &f);
}
