/* SPDX-License-Identifier: Apache-2.0
 * The csv type: what its files share.
 *
 *	csv_rows.c   bytes -> rows of fields        libcsv's meaning, and where each row stands
 *	csv_read.c   rows -> batches                types, limits on columns, the messages
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

struct csv_options {
	char sep;
	struct map na;       /* texts that are null */
	struct map types;    /* dtype: column to type */
	enum mlf_type every; /* dtype of all columns; 0: none */
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
};

struct csv_rows;
/* Reads in blocks of at least 4 bytes: CSV_BLOCK but in tests. */
struct csv_rows *csv_rows_new(struct mlf_dataset_host *h, char sep, size_t block);
/* 1 with a row, 0 at the end, -1 after a failure. */
MUST_CHECK int csv_rows_next(struct csv_rows *r, struct csv_row *row);
void csv_rows_free(struct csv_rows *r); /* NULL is fine */

/* --- inference ------------------------------------------------------------------------------------ */

/* What the texts of a column have been so far, as bits. Zero: no text yet. */
unsigned csv_looks_like(const char *s, size_t n);
enum mlf_type csv_infer(unsigned looks);
/* True for digits that name something, as 007 and +491234 do: no number unless the type is declared. */
bool csv_is_label(const char *s, size_t n);

/* --- reading and writing -------------------------------------------------------------------------- */

int csv_read_open(struct mlf_dataset_host *h, void **state);
int csv_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch);
void csv_read_close(void *state);
int csv_write_open(struct mlf_dataset_host *h, void **state);
int csv_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch);
int csv_write_end(struct mlf_dataset_host *h, void *state, bool ok);

#endif
