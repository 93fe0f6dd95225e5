/* SPDX-License-Identifier: Apache-2.0
 * What frame/'s own files know of frames, scopes and builders.
 *
 *	struct lent (a struct mlf_frame) --> struct frame --> struct fcol --> struct buf (valid, data, bytes)
 *	     | belongs to one scope,           counted            |            counted
 *	     v counts the frame once                              v
 *	struct scope                                        struct column, made on first use
 *
 * Slot 3 * i + part of a segment is that part of the builder's column i, so a builder of the same
 * table finds every recycled buffer at its size. */
#ifndef FRAME_INSIDE_H
#define FRAME_INSIDE_H

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include "frame/segment.h"

/* So many rows at most: eight bytes each fill a buffer. */
#define ROWS_MAX (INT64_C(1) << 37)
#define COLUMNS_MAX (SLOTS_MAX / PARTS)

/* --- frames -------------------------------------------------------------------------------------- */

enum part { VALID, DATA, BYTES, PARTS };

/* Until `ready`, c has no pointers, and c.nulls may be -1: to be counted. No buffer: for VALID no
 * nulls, for the others no bytes. */
struct fcol {
	struct column c;
	struct buf *buf[PARTS]; /* counted */
	atomic_bool ready;
};

struct frame {
	atomic_int refs;
	int n;
	int64_t rows;
	struct fcol *cols;    /* owned; the names too */
	struct map index;     /* name to place + 1; empty for few columns */
	pthread_mutex_t lock; /* making columns ready */
};

/* n columns without name and buffers, to be filled in, then frame_named. */
struct frame *frame_make(int n, int64_t rows);
/* The names are in place. False if one is there twice. */
bool frame_named(struct frame *f);
/* The names of the columns: an array the caller frees. */
const char **frame_names(const struct frame *f);
/* Makes `to` a column of f's i-th's memory, under a name of its own. */
void fcol_share(struct fcol *to, struct frame *f, int i, const char *name);
/* The bytes of the column's texts, from its first row's to its last row's. */
int64_t column_text_bytes(const struct column *c);
static inline const int32_t *
column_ends(const struct column *c)
{
	return (const int32_t *)c->data + c->off;
}
/* Bytes that n values from row 0 of a type take; for text, its offsets. */
uint64_t type_bytes(enum mlf_type type, int64_t n);

/* --- scopes -------------------------------------------------------------------------------------- */

struct lent {
	struct mlf_frame pub;
	struct scope *scope; /* borrowed */
	struct frame *frame; /* counted */
	struct lent *next;
};

/* Memory a scope hands out: zeros to look at, or scratch to write to after a mistake. */
struct region {
	void *map;
	uint64_t bytes;
	bool writable;
	struct region *next;
};

/* An integer or boolean column, as doubles. */
struct as_f64 {
	const struct frame *frame; /* kept by a lent frame */
	int column;
	double *v; /* owned */
	struct as_f64 *next;
};

struct builder;
struct scope {
	struct segs *segs; /* borrowed */
	struct err err;    /* code 0: no mistake yet */
	struct arena mem;  /* what the lists below consist of */
	struct lent *lent;
	struct builder *builders;
	struct region *regions;
	struct as_f64 *as_f64;
};

void scope_vmistake(struct scope *sc, const char *fmt, va_list ap) PRINTF(2, 0);
void scope_mistake(struct scope *sc, const char *fmt, ...) PRINTF(2, 3);
/* The mistake "no column `word` in <where> (has: ...)", with the nearest name. */
void scope_no_column(
	struct scope *sc, const char *word, const char *where, const char *const *names, size_t n);
/* At least `bytes` of memory that last as long as the scope: zeros, and if writable, not shared
 * with anything else. */
void *scope_region(struct scope *sc, uint64_t bytes, bool writable);
static inline struct lent *
lent_of(const struct mlf_frame *f)
{
	return (struct lent *)(uintptr_t)f;
}
/* scope_lend that takes over the caller's reference. */
struct mlf_frame *scope_give(struct scope *sc, struct frame *f);

/* --- the functions of struct mlf_frame_api --------------------------------------------------------- */

void view_get(struct mlf_frame *f, const char *name, enum mlf_type want, void *view);
struct mlf_frame *slice_rows(struct mlf_frame *f, int64_t from, int64_t n);
struct mlf_frame *filter_rows(struct mlf_frame *f, const bool *keep);
void arrow_export(struct mlf_frame *f, struct ArrowSchema *schema, struct ArrowArray *array);
void *build_new_column(struct mlf_builder *b, const char *name, enum mlf_type type, int64_t n);
void build_set_null(struct mlf_builder *b, const char *name, int64_t i);
int build_add_column(struct mlf_builder *b, const char *name, enum mlf_type type);
void build_push_i64(struct mlf_builder *b, int column, int64_t v);
void build_push_f64(struct mlf_builder *b, int column, double v);
void build_push_str(struct mlf_builder *b, int column, const char *s, int64_t len);
void build_push_null(struct mlf_builder *b, int column);
void build_graft(struct mlf_builder *b, struct mlf_frame *from, const char *name, const char *as);
struct mlf_frame *build_finish(struct mlf_builder *b);

#endif
