/* SPDX-License-Identifier: Apache-2.0
 * The arrow type: what its files share. Two framings of the same messages, Arrow's metadata V5:
 *
 *	stream  |schema |batch |batch ... |end|
 *	file    |ARROW1 |schema |batch |batch ... |end |footer: schema, places of the batches |ARROW1|
 *	message |FFFFFFFF |u32 length |flatbuffer, filled up |body: buffers at multiples of 64|
 *
 *	flatbuf_*.c       bytes <-> tables of metadata      every offset is checked
 *	arrow_kind.c      Arrow's types                     which ones a table holds, and what of the rest
 *	arrow_file.c      file -> messages                  where each one stands
 *	arrow_batch.c     message -> places of buffers      whether they are large enough
 *	arrow_unpack.c    buffers that are compressed
 *	arrow_slice.c     rows of a batch -> C Data Interface -> frame
 *	arrow_read.c      the calls that read, and the types that are expected
 *	arrow_meta.c      messages that we write
 *	arrow_write.c     frames -> bytes
 *	arrow.c           the options and the type itself */
#ifndef CATALOG_ARROW_H
#define CATALOG_ARROW_H

#include "catalog/flatbuf.h"
#include "catalog/inside.h"

#define ARROW_V4 3
#define ARROW_V5 4
#define ARROW_COLUMNS_MAX 65536
#define ARROW_ROWS_MAX (INT64_C(1) << 37)
#define ARROW_ALIGN 64
#define ARROW_MAGIC "ARROW1"
#define ARROW_MAGIC_N 6

enum arrow_header { ARROW_SCHEMA = 1, ARROW_DICTIONARY = 2, ARROW_BATCH = 3 };
/* Of the buffers of a column, and of those of the C Data Interface. */
enum arrow_part { ARROW_VALID, ARROW_DATA, ARROW_BYTES, ARROW_PARTS };

/* --- types --------------------------------------------------------------------------------------- */

/* One of Arrow's types that a table can hold. */
struct arrow_kind {
	int id;                  /* of the union Type */
	int64_t a, b;            /* width and sign, precision, or unit; 0 if it has none */
	const char *format;      /* in the C Data Interface */
	enum mlf_type type;      /* what it becomes */
	int bits;                /* of a value; of text, of an offset */
	bool (*fits)(int64_t v); /* whether the value is one of ours; NULL: all are */
};

struct arrow_column {
	char *name; /* owned */
	const struct arrow_kind *kind;
};

struct arrow_schema {
	struct arrow_column *v; /* owned */
	size_t n;
};

/* The kind we write a type as. */
const struct arrow_kind *arrow_kind_of(enum mlf_type type);
/* What a Schema says, or a failure that names what no table can hold. */
MUST_CHECK int
arrow_schema_read(struct mlf_dataset_host *h, const struct fb_table *t, struct arrow_schema *out);
void arrow_schema_fini(struct arrow_schema *s);

/* --- failures: each returns -1 ------------------------------------------------------------------- */

/* Row 0: none. */
int arrow_fail(struct mlf_dataset_host *h, int64_t row, const char *advice, const char *fmt, ...)
	PRINTF(4, 5);
/* "the file is damaged: ..." */
int arrow_damaged(struct mlf_dataset_host *h, const char *what);

/* --- reading ------------------------------------------------------------------------------------- */

struct arrow_file {
	struct mlf_dataset_host *h; /* borrowed */
	int fd;                     /* borrowed */
	bool stream;
	int64_t size;
	int64_t at; /* stream: of the next message */
	struct arrow_block {
		int64_t at, meta, body; /* where, bytes of metadata with its prefix, of the body */
	} * blocks;                     /* owned: the batches of a file */
	size_t n, used;
	uint8_t *meta; /* owned: of the message in hand */
	size_t cap;
	char *packed; /* owned: a compressed buffer */
	size_t packed_cap;
	struct fb fb;         /* over meta */
	int64_t body, body_n; /* where the body of the message stands */
};

/* Finds out which framing it is, and reads the schema. */
MUST_CHECK int
arrow_file_open(struct arrow_file *f, struct mlf_dataset_host *h, struct arrow_schema *schema);
/* The next batch: 1, 0 at the end, -1. The table lasts until the next call. */
MUST_CHECK int arrow_file_next(struct arrow_file *f, struct fb_table *batch);
/* Bytes of the file, all of which have to be there. */
MUST_CHECK int arrow_file_read(struct arrow_file *f, int64_t at, void *into, size_t n);
void arrow_file_fini(struct arrow_file *f);

/* A batch: where in the file its buffers stand, or in the body if they were compressed. */
struct arrow_batch {
	int64_t rows;
	bool unpacked;
	char *body; /* owned */
	size_t body_n, body_cap;
	struct arrow_place {
		int64_t nulls;
		struct {
			int64_t at, n;
		} part[ARROW_PARTS];
	} * places; /* owned; one a column */
};
MUST_CHECK int arrow_batch_read(struct arrow_file *f, const struct fb_table *t,
	const struct arrow_schema *schema, struct arrow_batch *out);

/* Bytes of a buffer of the batch. */
MUST_CHECK int arrow_batch_bytes(
	struct arrow_file *f, const struct arrow_batch *b, int64_t at, void *into, size_t n);
void arrow_batch_fini(struct arrow_batch *b);

/* --- arrow_unpack.c */

/* Fails unless the codec, by the number that Arrow gives it, is known. */
MUST_CHECK int arrow_codec(struct arrow_file *f, int64_t codec);
/* Unpacks the buffers; their places are then those in the body. */
MUST_CHECK int
arrow_unpack(struct arrow_file *f, int64_t codec, size_t columns, struct arrow_batch *b);

/* Rows of batches as frames, in memory that is used again and again. */
struct arrow_slicer;
struct arrow_slicer *arrow_slicer_new(struct arrow_file *f, const struct arrow_schema *schema);
/* Up to n rows from `from` on, fewer if their texts are large; `row` is the number of the first one in
 * the table, from 1. */
MUST_CHECK int arrow_slice(struct arrow_slicer *s, const struct arrow_batch *batch, int64_t from,
	int64_t n, int64_t row, struct mlf_frame **out);
void arrow_slicer_free(struct arrow_slicer *s); /* NULL is fine */

/* The texts of rows off to off + n. */
struct arrow_texts {
	const void *ends; /* n + 1 from off on */
	bool large;       /* of 64 bits */
	const char *bytes;
	const uint8_t *valid;
	int64_t off, n;
};
/* The first row, from 0, whose text is not UTF-8; -1: all are. */
int64_t arrow_texts_bad(const struct arrow_texts *t);
static inline int64_t
arrow_text_end(const struct arrow_texts *t, int64_t i)
{
	return t->large ? ((const int64_t *)t->ends)[i] : ((const int32_t *)t->ends)[i];
}

int arrow_read_open(struct mlf_dataset_host *h, void **state);
int arrow_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch);
void arrow_read_close(void *state);

/* --- writing ------------------------------------------------------------------------------------- */

/* What a message says of the buffers behind it. */
struct arrow_layout {
	int64_t rows;
	size_t n; /* columns */
	struct arrow_written {
		int64_t nulls;
		int parts;
		int64_t at[ARROW_PARTS], len[ARROW_PARTS]; /* in the body */
	} * columns;                                       /* owned */
	int64_t body;
};

/* Each makes the flatbuffer anew in `b`. */
void arrow_put_schema(struct str *b, const struct arrow_schema *s);
void arrow_put_batch(struct str *b, const struct arrow_layout *l);
void arrow_put_footer(
	struct str *b, const struct arrow_schema *s, const struct arrow_block *blocks, size_t n);

/* The option save_args.format. */
MUST_CHECK int arrow_format(struct mlf_dataset_host *h, bool *stream);
int arrow_write_open(struct mlf_dataset_host *h, void **state);
int arrow_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch);
int arrow_write_end(struct mlf_dataset_host *h, void *state, bool ok);

#endif
