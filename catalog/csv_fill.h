/* SPDX-License-Identifier: Apache-2.0
 * Filling in the values of one column, as csv_fill.c and csv_quick.c share it. */
#ifndef CATALOG_CSV_FILL_H
#define CATALOG_CSV_FILL_H

#include "catalog/csv.h"

/* Which rows of which column. */
struct csv_job {
	const struct csv_grid *g;
	const struct csv_cell *cell; /* of the first row */
	size_t n;
	struct csv_column *col;
};

/* Fills in values up to the first that does not fit: how many. */
typedef size_t csv_fill_type(const struct csv_job *j, const struct fill *to);

/* The common way, and the rest of what does not go the quick one. */
csv_fill_type csv_fill_f64, csv_fill_i64;
/* The same with vectors of 16 bytes; NULL if this processor has not what that takes. */
csv_fill_type *csv_quick(enum mlf_type type);

static inline bool
csv_skip_null(const struct csv_cell *cell, struct csv_column *col, size_t i)
{
	if (cell->n != CSV_NULL)
		return false;
	col->nulls[col->n_nulls++] = (uint32_t)i;
	return true;
}

/* One value, any way it may be written. */
bool csv_value_i64(const char *s, size_t n, bool inferred, int64_t *out);
bool csv_value_f64(const char *s, size_t n, bool inferred, double *out);

#endif
