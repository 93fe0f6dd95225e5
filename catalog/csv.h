/* SPDX-License-Identifier: Apache-2.0
 * The csv type: what its files share.
 *
 *	csv_rows.c   bytes -> rows of fields        libcsv's meaning, and where each row stands
 *	csv_scan.c   bytes -> where fields end      of plain text, with vectors (csv_mark.c)
 *	csv_grid.c   both -> many rows at once      the second where it can, else the first
 *	csv_fill.c   a column of many rows -> values
 *	csv_quick.c  the same for plain numbers, with vectors
 *	csv_sample.c the first rows, until the types are known
 *	csv_read.c   many rows -> batches           types, limits on columns
 *	csv_faults.c the messages, and rows that are given away
 *	csv_infer.c  which type a column's texts have
 *	csv_write.c  batches -> bytes
 *	csv.c        the options and the type itself
 *
 * The meaning of a file is libcsv's with CSV_STRICT and CSV_STRICT_FINI: blanks around a field that is
 * not quoted do not count, lines without anything are skipped, CR, LF and CRLF end a row. Only a field
 * that is empty and not quoted is null. One rule is ours: in a table of one column a line without
 * anything is a row with null, or such a null could not be written. */
#ifndef CATALOG_CSV_H
#define CATALOG_CSV_H

#include "catalog/inside.h"
#include "catalog/values.h"

#define CSV_BLOCK ((size_t)256 << 10)
#define CSV_FIELD_MAX ((size_t)1 << 20)
#define CSV_ROW_MAX (INT64_C(64) << 20)
#define CSV_COLUMNS_MAX 4096

/* --- options ------------------------------------------------------------------------------------- */

/* How the text is to be understood. */
struct csv_dialect {
	char sep, quote;
	bool latin1;  /* else UTF-8 */
	int64_t skip; /* lines before the header */
	bool lenient; /* rows with misplaced quotes are handed out as bad ones */
};

struct csv_options {
	struct csv_dialect dialect;
	struct map na;       /* texts that are null */
	struct map types;    /* dtype: column to type */
	enum mlf_type every; /* dtype of all columns; 0: none */
	struct map dates;    /* parse_dates: columns of timestamps */
	struct map use;      /* usecols: the columns that are read; empty: all */
};

/* Reads and checks the options. */
MUST_CHECK int csv_options(struct mlf_dataset_host *h, struct csv_options *o);
void csv_options_fini(struct csv_options *o);

/* --- rows ---------------------------------------------------------------------------------------- */

struct csv_field {
	const char *s; /* NULL: null */
	size_t n;
};

/* Fields are valid until the next call. */
struct csv_row {
	const struct csv_field *v;
	size_t n;
	int64_t row;  /* 0: the header */
	int64_t line; /* where it begins */
	const char
		*bad; /* what is wrong with it, if that is tolerated; then v is the line as it is */
};

struct csv_rows;
/* Reads in blocks of at least 4 bytes: CSV_BLOCK but in tests. */
struct csv_rows *
csv_rows_new(struct mlf_dataset_host *h, const struct csv_dialect *dialect, size_t block);
/* 1 with a row, 0 at the end, -1 after a failure. */
MUST_CHECK int csv_rows_next(struct csv_rows *r, struct csv_row *row);
void csv_rows_free(struct csv_rows *r); /* NULL is fine */

/* For those who split rows themselves: what is at hand of the text, from the beginning of a row on,
 * with CSV_SLACK bytes behind it; more of it (1, 0 if there is no more, -1); and how much of it was
 * taken. Of bytes that begin within a row there are none. */
#define CSV_SLACK 64
struct csv_at {
	char *text;
	size_t n;
	int64_t line; /* of its first byte */
	int64_t row;  /* the last one that was begun */
};
struct csv_at csv_rows_peek(const struct csv_rows *r);
MUST_CHECK int csv_rows_more(struct csv_rows *r);
void csv_rows_take(struct csv_rows *r, size_t bytes, int64_t rows, int64_t lines);

/* --- many rows ----------------------------------------------------------------------------------- */

#define CSV_NULL UINT32_MAX

struct csv_cell {
	uint32_t at, n; /* in the text; n CSV_NULL: null */
};

/* Rows of as many fields as there are columns. Valid until the next one is asked for. */
struct csv_grid {
	const char *text;
	struct csv_cell *cells; /* row by row */
	size_t rows, columns;
	bool ascii;           /* no byte of the text is above 127 */
	int64_t row;          /* number of the first row */
	const int64_t *lines; /* where each row begins; NULL: see csv_grid_line */
	int64_t line;
	const uint32_t *inner;
	size_t n_inner;
	const struct csv_row *ragged; /* instead of rows: one with another number of fields */
};
int64_t csv_grid_line(const struct csv_grid *g, size_t i); /* where row i begins */
/* Bytes of text that the rows span, in all of their columns. */
int64_t csv_grid_span(const struct csv_grid *g, size_t from, size_t n);

struct csv_grids;
/* What is left of the rows, which stay the caller's. */
struct csv_grids *
csv_grids_new(struct csv_rows *rows, const struct csv_dialect *dialect, size_t columns);
/* 1 with at least one row, or a ragged one; 0 at the end; -1. */
MUST_CHECK int csv_grids_next(struct csv_grids *gs, struct csv_grid *g);
void csv_grids_free(struct csv_grids *gs); /* NULL is fine */

/* --- inference ------------------------------------------------------------------------------------ */

/* What the texts of a column have been so far, as bits. Zero: no text yet. */
unsigned csv_looks_like(const char *s, size_t n);
enum mlf_type csv_infer(unsigned looks);
/* True for digits that name something, as 007 and +491234 do: no number unless the type is declared. */
static inline bool
csv_is_label(const char *s, size_t n)
{
	size_t sign = n > 0 && *s == '-';

	return n > 0 &&
		(*s == '+' ||
			(n > sign + 1 && s[sign] == '0' && (unsigned)(s[sign + 1] - '0') < 10));
}

/* --- columns -------------------------------------------------------------------------------------- */

struct csv_column {
	const char *name; /* arena */
	enum mlf_type type;
	bool inferred;
	unsigned looks;
	size_t at; /* its place in the file */
	int to;    /* and in the table; -1: it is not read */
	/* the rows that are filled in but not kept yet */
	struct fill fill;
	uint32_t *nulls; /* owned */
	size_t n_nulls, nulls_cap;
	uint8_t *bools; /* owned */
	size_t bools_cap;
};

/* So many bytes behind a text of a grid can be read. */
#define CSV_OVER 16

/* Makes values of n rows of a column. How many rows there are before the first that does not fit. */
size_t csv_fill(struct mlf_builder *b, struct csv_column *col, const struct csv_grid *g,
	size_t from, size_t n);
/* The first n of them become part of the table. */
void csv_keep(struct mlf_builder *b, const struct csv_column *col, size_t n);

/* --- reading and writing -------------------------------------------------------------------------- */

int csv_read_open(struct mlf_dataset_host *h, void **state);
int csv_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch);
void csv_read_close(void *state);
int csv_write_open(struct mlf_dataset_host *h, void **state);
int csv_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch);
int csv_write_end(struct mlf_dataset_host *h, void *state, bool ok);

#endif
