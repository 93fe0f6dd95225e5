/* SPDX-License-Identifier: Apache-2.0
 * A CSV file that is being read, as csv_read.c, csv_sample.c and csv_faults.c share it. */
#ifndef CATALOG_CSV_STATE_H
#define CATALOG_CSV_STATE_H

#include "catalog/csv.h"

/* Rows that are kept until the types are known, each grid in memory of its own. */
struct sample {
	struct csv_grid *v; /* owned, and so are text, cells, lines and inner of each */
	size_t n, cap, used;
};

struct csv {
	struct mlf_dataset_host *h; /* borrowed */
	struct csv_options o;
	struct csv_rows *rows;
	struct csv_grids *grids;
	struct csv_column *columns; /* arena; as many as the file has */
	size_t n;
	struct sample sample;
	struct csv_grid grid; /* the rows in hand */
	size_t at;            /* so many of them are done */
	size_t step;          /* so many are tried at once, after bad ones */
	struct csv_row row;   /* what a message is about */
	bool given;           /* there was a batch */
	struct arena mem;
};

/* --- csv_faults.c: what is wrong, said or given away ----------------------------------------------- */

/* About c->row. Returns -1, as all of these do. */
int csv_fail(struct csv *c, const char *text, const char *advice);
int csv_fail_ragged(struct csv *c);
/* About the value of a column in row i of the grid. */
int csv_fail_value(struct csv *c, size_t i, const struct csv_column *col);
/* The same rows for the sink of rejects: 0, or -1. */
MUST_CHECK int csv_reject_ragged(struct csv *c);
MUST_CHECK int csv_reject_value(struct csv *c, size_t i, const struct csv_column *col);

/* --- csv_sample.c: rows that are read before the types are known ----------------------------------- */

/* Reads the sample and chooses the types of columns that have none. */
MUST_CHECK int csv_infer_types(struct csv *c);
/* The next rows, of the sample first, in c->grid: 1, 0 at the end, -1. */
MUST_CHECK int csv_next_grid(struct csv *c);
void csv_sample_fini(struct sample *s);

/* --- csv_read.c ------------------------------------------------------------------------------------ */

/* The next rows of the file: 1, 0 or -1. */
MUST_CHECK int csv_read_grid(struct csv *c);
/* Bytes of rows, for the limits: their text, and what the columns take. */
int64_t csv_grid_bytes(const struct csv_grid *g, size_t from, size_t n);

#endif
