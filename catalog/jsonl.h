/* SPDX-License-Identifier: Apache-2.0
 * The jsonl type: what its files share.
 *
 *	jsonl_lines.c   bytes -> lines                 where each one stands
 *	jsonl_read.c    lines -> batches               columns, types, the messages
 *	jsonl_write.c   batches -> bytes
 *	jsonl.c         the options and the type itself
 *
 * A file is one JSON object a line; its keys are the columns. A key that a line leaves out is null
 * there. JSON has no NaN and no infinities: they are the texts "NaN", "Infinity" and "-Infinity" in a
 * column of numbers, so that they stay apart from null. */
#ifndef CATALOG_JSONL_H
#define CATALOG_JSONL_H

#include "catalog/inside.h"
#include "catalog/values.h"

#define JSONL_BLOCK ((size_t)256 << 10)
#define JSONL_LINE_MAX ((size_t)64 << 20)
#define JSONL_COLUMNS_MAX 4096

struct jsonl_options {
	bool nested;         /* objects and lists are kept as their JSON text */
	struct map types;    /* dtype: column to type */
	enum mlf_type every; /* dtype of all columns; 0: none */
};

/* Reads and checks the options. */
MUST_CHECK int jsonl_options(struct mlf_dataset_host *h, struct jsonl_options *o);
void jsonl_options_fini(struct jsonl_options *o);

/* A line that is not blank, without its end. */
struct jsonl_line {
	const char *s; /* valid until the next call */
	size_t n;
	int64_t row, line; /* from 1 */
};

struct jsonl_lines;
/* Reads in blocks of that many bytes: JSONL_BLOCK but in tests. */
struct jsonl_lines *jsonl_lines_new(struct mlf_dataset_host *h, size_t block);
/* 1 with a line, 0 at the end, -1 after a failure. */
MUST_CHECK int jsonl_lines_next(struct jsonl_lines *l, struct jsonl_line *line);
void jsonl_lines_free(struct jsonl_lines *l); /* NULL is fine */

int jsonl_read_open(struct mlf_dataset_host *h, void **state);
int jsonl_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch);
void jsonl_read_close(void *state);
int jsonl_write_open(struct mlf_dataset_host *h, void **state);
int jsonl_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch);
int jsonl_write_end(struct mlf_dataset_host *h, void *state, bool ok);

#endif
