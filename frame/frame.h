/* SPDX-License-Identifier: Apache-2.0
 * The room frame/: columnar data in Arrow's layout.
 *
 *	struct segs    the memory of one process: segments (memfds) that other processes can map
 *	struct frame   a counted, immutable table; its columns point into segments
 *	struct scope   what one node (or reader) sees: frames lent to it, builders, its first mistake
 *
 * A segment gives every buffer a file range of its own (buffer k at offset k << 40), so a column
 * is one contiguous mapping that grows in place, and a reader maps just the buffers it wants:
 *
 *	memfd   |b0 ......          |b1 ...             |b2 ........        |     sparse in between
 *	         ^ 0                 ^ 1 << 40           ^ 2 << 40
 *
 * Grafted and sliced columns share buffers by count, across frames and across processes. */
#ifndef FRAME_FRAME_H
#define FRAME_FRAME_H

#include <mlflow-c/frame.h>
#include "base/base.h"

struct segs;
struct frame;
struct scope;

/* SEGS_SHARED: memfds, can be handed over. SEGS_PRIVATE: anonymous memory, for threads and tests.
 * Fresh segments get the ids first_id, first_id + 1, ... */
enum segs_kind { SEGS_SHARED, SEGS_PRIVATE };
struct segs *segs_new(enum segs_kind kind, uint64_t first_id);
void segs_free(struct segs *s); /* unmaps all; frames into it must be gone */
/* The most memory that segments written here may have mapped; 0: no limit. What goes beyond it is a
 * mistake (MLC_OOM) of whoever builds. */
void segs_limit(struct segs *s, uint64_t bytes);
/* Makes an inherited segment known; takes the descriptor. Mapped read-only, on first use. */
void segs_attach(struct segs *s, uint64_t id, int fd);
/* Offers a recycled segment (writable descriptor, taken) for the next builder to write into. */
void segs_offer(struct segs *s, uint64_t id, int fd);
/* The segments this process wrote: how many, and the i-th. Descriptors stay the segs's. */
struct seg_info {
	uint64_t id;
	int fd;
	uint64_t bytes; /* memory in use, not the sparse length */
};
size_t segs_fresh(const struct segs *s, size_t i, struct seg_info *out); /* returns the count */

/* A column. Buffers are Arrow's; `data` is the values, the bits or the int32 offsets. `off` is the
 * row offset into valid and data. */
struct column {
	const char *name; /* owned by the frame */
	enum mlf_type type;
	int64_t n, off, nulls;
	const uint8_t *valid; /* NULL: no nulls */
	const void *data;
	const char *bytes; /* utf8 only */
};

struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f); /* NULL is fine */
int64_t frame_rows(const struct frame *f);
int frame_columns(const struct frame *f);
const struct column *frame_column(const struct frame *f, int i);
int frame_find(const struct frame *f, const char *name); /* -1: none */
bool column_null(const struct column *c, int64_t i);
/* Rows from..from + m of a column of numbers or booleans as doubles: where they lie, or in `room`, which has m. */
const double *column_doubles(const struct column *c, int64_t from, int64_t m, double *room);
/* Bytes the frame's values take, for budgets and records. */
uint64_t frame_bytes(const struct frame *f);
/* True if names, types, nulls and values are equal (NaN equals NaN). */
bool frame_equal(const struct frame *a, const struct frame *b);
/* "age: f64, name: utf8, ..." as a JSON array of {name,type,nulls}. */
void frame_schema_json(const struct frame *f, struct jw *w);
const char *type_name(enum mlf_type type);    /* "bool", "int64", "float64", "utf8", "timestamp" */
enum mlf_type type_of_name(const char *name); /* 0: none */

/* A scope owns every frame and builder made in it. */
struct scope *scope_new(struct segs *s);
void scope_free(struct scope *sc); /* NULL is fine */
/* The first mistake made through this scope's frames and builders, or NULL. */
const struct err *scope_error(const struct scope *sc);
void scope_fail(struct scope *sc, const struct err *e); /* keeps the first */
/* A view of a counted frame for use in this scope; the frame gets one more reference until then. */
struct mlf_frame *scope_lend(struct scope *sc, struct frame *f);
struct frame *frame_of(struct mlf_frame *f); /* the counted frame inside; borrowed */
struct scope *scope_of(struct mlf_frame *f); /* where it lives; borrowed */
struct mlf_builder *scope_builder(struct scope *sc);
/* Copies an Arrow record batch (struct array) in and releases both. Narrower integers and floats,
 * large text, dates and other time units are widened; anything else is a mistake. */
struct mlf_frame *
scope_import(struct scope *sc, struct ArrowSchema *schema, struct ArrowArray *array);
/* Puts a copy of the frame below those that the builder took before, which have the same columns. The
 * builder takes nothing else; mlf_finish ends it. */
void scope_append(struct mlf_builder *b, struct frame *f);
/* The frames one below the other. Same names and types, in the same order. One frame: no copy. */
struct mlf_frame *scope_concat(struct scope *sc, struct frame *const *frames, size_t n);
/* Filling a pushed column from a reader of files, many rows at once. First room for so many rows and
 * bytes of text; false after a mistake. Then what of it was filled. */
struct fill {
	void *data; /* the next value of eight bytes; of text, where the next one's end is put; of booleans nothing */
	char *text;   /* where the next text is put; 16 bytes more may be written, and are lost */
	int32_t ends; /* where the last text ended */
};
bool builder_room(struct mlf_builder *b, int column, int64_t rows, int64_t text, struct fill *out);
/* Of these rows, those of `nulls` are null: ascending, the first row is 0. */
struct filled {
	int64_t rows, text;
	const uint8_t *bools; /* the values of a column of booleans, 0 or 1 each */
	const uint32_t *nulls;
	size_t n_nulls;
};
void builder_filled(struct mlf_builder *b, int column, const struct filled *f);
/* What a mistake gives: rows of nulls in no columns. Never NULL. */
struct mlf_frame *scope_nothing(struct scope *sc, int64_t rows);

/* Hand-over. The descriptor is JSON: rows, and per column and buffer {segment, offset, length}, with
 * the list "segs" of the segments it needs. Only frames in SEGS_SHARED memory have one. */
void frame_encode(const struct frame *f, struct jw *w);
MUST_CHECK int
frame_decode(struct segs *s, const char *json, size_t len, struct frame **out, struct err *e);

/* Column statistics in one pass. Sums are Kahan-compensated over fixed blocks: same result always. */
struct col_stats {
	int64_t n, nulls, nans;
	double min, max, mean, sd; /* numbers, booleans and timestamps; NaN if there is no value */
	int64_t min_len, max_len;  /* text */
	int64_t distinct;          /* exact up to 65,536, then -1 */
};
void column_stats(const struct column *c, struct col_stats *out);

#endif
