/* SPDX-License-Identifier: Apache-2.0
 * Counted frames: names, columns, and what can be said about them.
 *
 * A frame never changes, but a column's pointers are made when it is first looked at: a reader maps
 * the columns it uses, and nothing else. frame_column is the only way to them. */
#include "frame/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "frame/bits.h"

/* From so many columns on, names are looked up in a map. */
#define INDEX_FROM 24

/* What pointers of empty buffers point to: one offset, one value or no text. */
static const int64_t nothing[2] = {0, 0};

/* --- types --------------------------------------------------------------------------------------- */

static const char *const type_names[] = {
	[MLF_BOOL] = "bool",
	[MLF_I64] = "int64",
	[MLF_F64] = "float64",
	[MLF_UTF8] = "utf8",
	[MLF_TIMESTAMP] = "timestamp",
};

const char *
type_name(enum mlf_type type)
{
	bool known = type >= MLF_BOOL && type <= MLF_TIMESTAMP;

	return known ? type_names[type] : "unknown";
}

enum mlf_type
type_of_name(const char *name)
{
	for (enum mlf_type t = MLF_BOOL; t <= MLF_TIMESTAMP; t++)
		if (str_eq(name, type_names[t]))
			return t;
	return (enum mlf_type)0;
}

uint64_t
type_bytes(enum mlf_type type, int64_t n)
{
	if (n == 0)
		return 0;
	if (type == MLF_BOOL)
		return (uint64_t)bits_bytes(n);
	if (type == MLF_UTF8)
		return (uint64_t)(n + 1) * sizeof(int32_t);
	return (uint64_t)n * sizeof(int64_t);
}

/* --- life ---------------------------------------------------------------------------------------- */

struct frame *
frame_make(int n, int64_t rows)
{
	struct frame *f = mem_alloc(sizeof(*f));

	atomic_init(&f->refs, 1);
	f->n = n;
	f->rows = rows;
	f->cols = mem_alloc((size_t)n * sizeof(*f->cols));
	pthread_mutex_init(&f->lock, NULL);
	return f;
}

bool
frame_named(struct frame *f)
{
	bool unique = true;

	if (f->n >= INDEX_FROM) {
		for (int i = 0; i < f->n; i++)
			unique &= map_put(&f->index, f->cols[i].c.name, (void *)(intptr_t)(i + 1));
		return unique;
	}
	for (int i = 1; i < f->n; i++)
		for (int j = 0; j < i; j++)
			unique &= !str_eq(f->cols[i].c.name, f->cols[j].c.name);
	return unique;
}

struct frame *
frame_ref(struct frame *f)
{
	atomic_fetch_add_explicit(&f->refs, 1, memory_order_relaxed);
	return f;
}

void
frame_unref(struct frame *f)
{
	if (!f || atomic_fetch_sub_explicit(&f->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (int i = 0; i < f->n; i++) {
		for (enum part p = VALID; p < PARTS; p++)
			buf_unref(f->cols[i].buf[p]);
		free((void *)(uintptr_t)f->cols[i].c.name);
	}
	map_fini(&f->index);
	pthread_mutex_destroy(&f->lock);
	free(f->cols);
	free(f);
}

/* --- columns ------------------------------------------------------------------------------------- */

/* Pointers to the column's memory, and its nulls counted: a descriptor's word is not taken for it. */
static void
fcol_fill(struct fcol *fc)
{
	struct column *c = &fc->c;

	c->valid = fc->buf[VALID] ? buf_bytes(fc->buf[VALID]) : NULL;
	c->data = fc->buf[DATA] ? (const void *)buf_bytes(fc->buf[DATA]) : nothing;
	if (c->type == MLF_UTF8)
		c->bytes = (const char *)(fc->buf[BYTES] ? buf_bytes(fc->buf[BYTES])
							 : (const uint8_t *)nothing);
	if (c->nulls < 0)
		c->nulls = c->n - bits_count(c->valid, c->off, c->n);
	if (c->nulls == 0)
		c->valid = NULL;
}

static void
fcol_make_ready(struct frame *f, struct fcol *fc)
{
	pthread_mutex_lock(&f->lock);
	if (!atomic_load_explicit(&fc->ready, memory_order_relaxed))
		fcol_fill(fc);
	atomic_store_explicit(&fc->ready, true, memory_order_release);
	pthread_mutex_unlock(&f->lock);
}

const struct column *
frame_column(const struct frame *f, int i)
{
	struct fcol *fc = &f->cols[i];

	/* What the caller may see stays the same, so the frame is const to him. */
	if (!atomic_load_explicit(&fc->ready, memory_order_acquire))
		fcol_make_ready((struct frame *)(uintptr_t)f, fc);
	return &fc->c;
}

void
fcol_share(struct fcol *to, struct frame *f, int i, const char *name)
{
	const struct fcol *from = &f->cols[i];

	pthread_mutex_lock(&f->lock);
	to->c = (struct column){.name = mem_strdup(name),
		.type = from->c.type,
		.n = from->c.n,
		.off = from->c.off,
		.nulls = from->c.nulls};
	pthread_mutex_unlock(&f->lock);
	for (enum part p = VALID; p < PARTS; p++)
		to->buf[p] = buf_ref(from->buf[p]);
}

int64_t
frame_rows(const struct frame *f)
{
	return f->rows;
}

int
frame_columns(const struct frame *f)
{
	return f->n;
}

int
frame_find(const struct frame *f, const char *name)
{
	if (!name)
		return -1;
	if (f->index.n)
		return (int)(intptr_t)map_get(&f->index, name) - 1;
	for (int i = 0; i < f->n; i++)
		if (strcmp(f->cols[i].c.name, name) == 0)
			return i;
	return -1;
}

const char **
frame_names(const struct frame *f)
{
	const char **names = mem_alloc(((size_t)f->n + 1) * sizeof(*names));

	for (int i = 0; i < f->n; i++)
		names[i] = f->cols[i].c.name;
	return names;
}

bool
column_null(const struct column *c, int64_t i)
{
	return c->valid && !bit_get(c->valid, c->off + i);
}

int64_t
column_text_bytes(const struct column *c)
{
	const int32_t *ends = column_ends(c);

	return c->type == MLF_UTF8 ? ends[c->n] - ends[0] : 0;
}

/* --- what can be said about a frame ---------------------------------------------------------------- */

uint64_t
frame_bytes(const struct frame *f)
{
	uint64_t bytes = 0;

	for (int i = 0; i < f->n; i++) {
		const struct column *c = frame_column(f, i);

		bytes += type_bytes(c->type, c->n) + (uint64_t)column_text_bytes(c);
		bytes += c->valid ? (uint64_t)bits_bytes(c->n) : 0;
	}
	return bytes;
}

void
frame_schema_json(const struct frame *f, struct jw *w)
{
	jw_array(w);
	for (int i = 0; i < f->n; i++) {
		const struct column *c = frame_column(f, i);

		jw_object(w);
		jw_kv_str(w, "name", c->name);
		jw_kv_str(w, "type", type_name(c->type));
		jw_kv_i64(w, "nulls", c->nulls);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static bool
f64_equal(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static bool
text_equal(const struct column *a, const struct column *b, int64_t i)
{
	const int32_t *x = column_ends(a) + i, *y = column_ends(b) + i;
	int32_t len = x[1] - x[0];

	return len == y[1] - y[0] && memcmp(a->bytes + x[0], b->bytes + y[0], (size_t)len) == 0;
}

/* Row i of two columns of one type, null in neither. */
static bool
value_equal(const struct column *a, const struct column *b, int64_t i)
{
	int64_t x = a->off + i, y = b->off + i;

	switch (a->type) {
	case MLF_BOOL: return bit_get(a->data, x) == bit_get(b->data, y);
	case MLF_F64: return f64_equal(((const double *)a->data)[x], ((const double *)b->data)[y]);
	case MLF_UTF8: return text_equal(a, b, i);
	default: return ((const int64_t *)a->data)[x] == ((const int64_t *)b->data)[y];
	}
}

static bool
column_equal(const struct column *a, const struct column *b)
{
	if (!str_eq(a->name, b->name) || a->type != b->type || a->nulls != b->nulls)
		return false;
	for (int64_t i = 0; i < a->n; i++) {
		bool null = column_null(a, i);

		if (null != column_null(b, i) || (!null && !value_equal(a, b, i)))
			return false;
	}
	return true;
}

bool
frame_equal(const struct frame *a, const struct frame *b)
{
	if (a->rows != b->rows || a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (!column_equal(frame_column(a, i), frame_column(b, i)))
			return false;
	return true;
}
