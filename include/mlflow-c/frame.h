/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: tables of columns, as a node sees them.
 *
 * A frame is a table that never changes: named columns of equal length, each of one type, each with
 * nulls wherever the data has none. You look at columns through views, and make new frames with a
 * builder. Frames and builders belong to the host: you never free them.
 *
 *	struct mlf_frame *in = mlf_input(ctx, "table");
 *	struct mlf_f64s age = mlf_f64(in, "age");          // a view: pointers, no copy
 *	struct mlf_builder *b = mlf_build(ctx);
 *	mlf_graft(b, in, "name", "name");                  // an unchanged column, no copy
 *	double *out = mlf_new_f64(b, "age_squared", age.n); // a new column, yours to fill
 *	for (int64_t i = 0; i < age.n; i++)
 *		if (mlf_is_null(age.valid, age.off, i))
 *			mlf_set_null(b, "age_squared", i);
 *		else
 *			out[i] = age.v[i] * age.v[i];
 *	return mlf_output(ctx, "table", mlf_finish(b));
 *
 * Mistakes cannot crash you: asking for a column that is missing or of another type gives a view of
 * the right length with every value null, and the node fails, with the message that names the
 * column, when it returns. In memory everything is Arrow's layout; mlf_export and mlf_import cross
 * over to any Arrow library through Arrow's C Data Interface. */
#ifndef MLFLOW_C_FRAME_H
#define MLFLOW_C_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
	const char *format;
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count;
	int64_t offset;
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers;
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};
#endif

/* The five column types. Timestamps are microseconds since 1970-01-01 UTC. */
enum mlf_type { MLF_BOOL = 1, MLF_I64, MLF_F64, MLF_UTF8, MLF_TIMESTAMP };

/* What goes through a port of a node, and what a dataset is. */
enum mlf_kind { MLF_TABLE = 1, MLF_MODEL, MLF_JSON, MLF_TEXT, MLF_BYTES, MLF_PATH };

struct mlf_frame;   /* a table; belongs to the host */
struct mlf_builder; /* a table under construction; belongs to the host */
struct mlf_ctx;     /* see node.h */

/* Views. `v` points at the first value; `valid` is the validity bitmap (NULL: no nulls) whose bit
 * `off` belongs to row 0. Valid as long as the frame, which is until the node returns. */
struct mlf_f64s {
	const double *v;
	const uint8_t *valid;
	int64_t off, n, nulls;
};
struct mlf_i64s { /* also timestamps */
	const int64_t *v;
	const uint8_t *valid;
	int64_t off, n, nulls;
};
struct mlf_bools {
	const uint8_t *bits; /* bit `off` belongs to row 0; use mlf_bool_at */
	const uint8_t *valid;
	int64_t off, n, nulls;
};
struct mlf_strs {
	const int32_t *ends; /* row i is bytes[ends[i]] up to bytes[ends[i + 1]]; use mlf_str_at */
	const char *bytes;
	const uint8_t *valid;
	int64_t off, n, nulls;
};
struct mlf_str {
	const char *s; /* not NUL-terminated */
	int64_t len;
};

/* True if row i is null. */
static inline bool
mlf_is_null(const uint8_t *valid, int64_t off, int64_t i)
{
	return valid && !(valid[(off + i) >> 3] >> ((off + i) & 7) & 1);
}
/* The value of row i of a boolean column. */
static inline bool
mlf_bool_at(const struct mlf_bools *c, int64_t i)
{
	return c->bits[(c->off + i) >> 3] >> ((c->off + i) & 7) & 1;
}
/* Whether two texts are the same: of short ones the first bytes and the last, which may be some of the same. */
static inline bool
mlf_str_same(struct mlf_str a, struct mlf_str b)
{
	uint64_t x[2], y[2];
	uint32_t u[2], v[2];
	if (a.len != b.len)
		return false;
	if (a.len > 16)
		return memcmp(a.s, b.s, (size_t)a.len) == 0;
	if (a.len >= 8) {
		memcpy(&x[0], a.s, 8);
		memcpy(&x[1], a.s + a.len - 8, 8);
		memcpy(&y[0], b.s, 8);
		memcpy(&y[1], b.s + b.len - 8, 8);
		return x[0] == y[0] && x[1] == y[1];
	}
	if (a.len >= 4) {
		memcpy(&u[0], a.s, 4);
		memcpy(&u[1], a.s + a.len - 4, 4);
		memcpy(&v[0], b.s, 4);
		memcpy(&v[1], b.s + b.len - 4, 4);
		return u[0] == v[0] && u[1] == v[1];
	}
	return a.len == 0 ||
		(a.s[0] == b.s[0] && a.s[a.len / 2] == b.s[b.len / 2] &&
			a.s[a.len - 1] == b.s[b.len - 1]);
}
/* The text of row i of a text column. */
static inline struct mlf_str
mlf_str_at(const struct mlf_strs *c, int64_t i)
{
	struct mlf_str s = {c->bytes + c->ends[i], c->ends[i + 1] - c->ends[i]};
	return s;
}

/* What the host offers on frames. Plugins never name these; the wrappers below do. */
struct mlf_frame_api {
	uint32_t size;
	int64_t (*rows)(const struct mlf_frame *);
	int (*columns)(const struct mlf_frame *);
	const char *(*column_name)(const struct mlf_frame *, int i);
	enum mlf_type (*column_type)(const struct mlf_frame *, int i);
	int (*find)(const struct mlf_frame *, const char *name);
	void (*view)(struct mlf_frame *, const char *name, enum mlf_type, void *view);
	struct mlf_frame *(*slice)(struct mlf_frame *, int64_t from, int64_t n);
	struct mlf_frame *(*filter)(struct mlf_frame *, const bool *keep);
	void (*export_arrow)(struct mlf_frame *, struct ArrowSchema *, struct ArrowArray *);
	/* builders */
	void *(*new_column)(struct mlf_builder *, const char *name, enum mlf_type, int64_t n);
	void (*set_null)(struct mlf_builder *, const char *name, int64_t i);
	int (*add_column)(struct mlf_builder *, const char *name, enum mlf_type);
	void (*push_i64)(struct mlf_builder *, int column, int64_t v); /* also bool, timestamp */
	void (*push_f64)(struct mlf_builder *, int column, double v);
	void (*push_str)(struct mlf_builder *, int column, const char *s, int64_t len);
	void (*push_null)(struct mlf_builder *, int column);
	void (*graft)(struct mlf_builder *, struct mlf_frame *, const char *name, const char *as);
	struct mlf_frame *(*finish)(struct mlf_builder *);
};

/* The public head of both; what follows is the host's. */
struct mlf_frame {
	const struct mlf_frame_api *api;
};
struct mlf_builder {
	const struct mlf_frame_api *api;
};

/* Number of rows and columns; name, type and place (-1: none) of a column. */
static inline int64_t
mlf_rows(const struct mlf_frame *f)
{
	return f->api->rows(f);
}
static inline int
mlf_columns(const struct mlf_frame *f)
{
	return f->api->columns(f);
}
static inline const char *
mlf_column_name(const struct mlf_frame *f, int i)
{
	return f->api->column_name(f, i);
}
static inline enum mlf_type
mlf_column_type(const struct mlf_frame *f, int i)
{
	return f->api->column_type(f, i);
}
static inline int
mlf_find(const struct mlf_frame *f, const char *name)
{
	return f->api->find(f, name);
}

/* Views of a column. mlf_f64 also takes integer and boolean columns (it converts them once);
 * the others want exactly their type. */
static inline struct mlf_f64s
mlf_f64(struct mlf_frame *f, const char *name)
{
	struct mlf_f64s view;
	f->api->view(f, name, MLF_F64, &view);
	return view;
}
static inline struct mlf_i64s
mlf_i64(struct mlf_frame *f, const char *name)
{
	struct mlf_i64s view;
	f->api->view(f, name, MLF_I64, &view);
	return view;
}
static inline struct mlf_i64s
mlf_timestamp(struct mlf_frame *f, const char *name)
{
	struct mlf_i64s view;
	f->api->view(f, name, MLF_TIMESTAMP, &view);
	return view;
}
static inline struct mlf_bools
mlf_bool(struct mlf_frame *f, const char *name)
{
	struct mlf_bools view;
	f->api->view(f, name, MLF_BOOL, &view);
	return view;
}
static inline struct mlf_strs
mlf_utf8(struct mlf_frame *f, const char *name)
{
	struct mlf_strs view;
	f->api->view(f, name, MLF_UTF8, &view);
	return view;
}

/* Rows from..from+n of a frame, without a copy. */
static inline struct mlf_frame *
mlf_slice(struct mlf_frame *f, int64_t from, int64_t n)
{
	return f->api->slice(f, from, n);
}
/* The rows whose keep[i] is true, copied into a new frame. */
static inline struct mlf_frame *
mlf_filter(struct mlf_frame *f, const bool *keep)
{
	return f->api->filter(f, keep);
}
/* Hands a frame to an Arrow library; release both structs when done, the frame stays alive till then. */
static inline void
mlf_export(struct mlf_frame *f, struct ArrowSchema *schema, struct ArrowArray *array)
{
	f->api->export_arrow(f, schema, array);
}

/* Building. Either column by column: a new column of n values (zero at first, none null), to be
 * filled through the pointer ... */
static inline double *
mlf_new_f64(struct mlf_builder *b, const char *name, int64_t n)
{
	return b->api->new_column(b, name, MLF_F64, n);
}
static inline int64_t *
mlf_new_i64(struct mlf_builder *b, const char *name, int64_t n)
{
	return b->api->new_column(b, name, MLF_I64, n);
}
static inline int64_t *
mlf_new_timestamp(struct mlf_builder *b, const char *name, int64_t n)
{
	return b->api->new_column(b, name, MLF_TIMESTAMP, n);
}
/* Of booleans as bits, for mlf_set_bool. */
static inline uint8_t *
mlf_new_bool(struct mlf_builder *b, const char *name, int64_t n)
{
	return b->api->new_column(b, name, MLF_BOOL, n);
}
static inline void
mlf_set_bool(uint8_t *bits, int64_t i, bool v)
{
	bits[i >> 3] = (uint8_t)((bits[i >> 3] & ~(1u << (i & 7))) | (unsigned)v << (i & 7));
}
/* ... and with single rows made null afterwards. */
static inline void
mlf_set_null(struct mlf_builder *b, const char *name, int64_t i)
{
	b->api->set_null(b, name, i);
}
/* Or row by row: declare the columns, then push one value into each, again and again. */
static inline int
mlf_add_column(struct mlf_builder *b, const char *name, enum mlf_type type)
{
	return b->api->add_column(b, name, type);
}
static inline void
mlf_push_i64(struct mlf_builder *b, int column, int64_t v)
{
	b->api->push_i64(b, column, v);
}
static inline void
mlf_push_f64(struct mlf_builder *b, int column, double v)
{
	b->api->push_f64(b, column, v);
}
static inline void
mlf_push_bool(struct mlf_builder *b, int column, bool v)
{
	b->api->push_i64(b, column, v);
}
static inline void
mlf_push_str(struct mlf_builder *b, int column, const char *s, int64_t len)
{
	b->api->push_str(b, column, s, len);
}
static inline void
mlf_push_null(struct mlf_builder *b, int column)
{
	b->api->push_null(b, column);
}
/* Takes a column over from a frame, without a copy, under the name `as`. */
static inline void
mlf_graft(struct mlf_builder *b, struct mlf_frame *from, const char *name, const char *as)
{
	b->api->graft(b, from, name, as);
}
/* Ends the builder and gives the frame. The first mistake made while building fails the node. */
static inline struct mlf_frame *
mlf_finish(struct mlf_builder *b)
{
	return b->api->finish(b);
}

#endif
