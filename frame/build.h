/* SPDX-License-Identifier: Apache-2.0
 * Builders, as the files of frame/ use them that make frames in bulk. */
#ifndef FRAME_BUILD_H
#define FRAME_BUILD_H

#include "frame/inside.h"

/* How a column comes to be: n values at once, value by value, or from another frame. */
enum bkind { B_WHOLE, B_PUSHED, B_GRAFTED };

struct bcol {
	char *name; /* owned */
	enum mlf_type type;
	enum bkind kind;
	int64_t n;    /* rows so far */
	int64_t room; /* rows that fit without a look at the buffers; 0 if nothing may be pushed */
	int64_t nulls;
	uint8_t *valid; /* into the buffers; NULL: no null yet */
	void *data;
	char *bytes;
	int64_t text, text_room; /* bytes of text there are, and fit */
	struct buf *buf[PARTS];  /* counted */
	struct frame *from;      /* B_GRAFTED: counted */
	int from_column;
};

struct builder {
	struct mlf_builder pub;
	struct scope *scope; /* borrowed */
	struct seg *seg;     /* NULL until a buffer is needed */
	struct bcol *cols;   /* owned */
	int n;
	size_t cap;
	struct map index; /* name to place + 1 */
	int last;         /* the column mlf_set_null found last */
	bool bad;         /* a mistake was made: no frame comes of it */
	bool joins;       /* its columns are those of the tables it takes (scope_append) */
	bool finished;
	struct builder *next;
};

/* Pushed buffers begin with so many bytes; memory that is not touched costs nothing. */
#define FIRST_BYTES (UINT64_C(64) << 10)

static inline struct builder *
builder_of(struct mlf_builder *b)
{
	return (struct builder *)b;
}

static inline uint64_t
at_least(uint64_t bytes, uint64_t least)
{
	return bytes > least ? bytes : least;
}

void builder_mistake(struct builder *b, const char *fmt, ...) PRINTF(2, 3);
/* True if the builder still takes columns and values; else that is a mistake. */
bool builder_open(struct builder *b);
/* Gives back what the builder holds; the struct itself is its scope's. */
void builder_fini(struct builder *b);
/* A new column of n values that are all to be written by the caller, who may also make the bitmap
 * (bcol_valid), set nulls, and fill text (bcol_text). NULL after a mistake. */
struct bcol *builder_whole(struct builder *b, const char *name, enum mlf_type type, int64_t n);
/* Makes the part's buffer, or widens it, to at least `bytes`. Fails with a mistake. */
MUST_CHECK int bcol_reserve(struct builder *b, struct bcol *c, enum part p, uint64_t bytes);
/* The validity bitmap, made now if there is none, with all rows so far not null. NULL after a
 * mistake. */
uint8_t *bcol_nullable(struct builder *b, struct bcol *c);
/* Memory for a validity bitmap of all rows there is room for; what it held stays. NULL after a
 * mistake. */
uint8_t *bcol_valid(struct builder *b, struct bcol *c);
/* Room for `more` bytes of text behind those there are. NULL after a mistake. */
char *bcol_text(struct builder *b, struct bcol *c, int64_t more);
/* A column as it is in a frame. */
void builder_graft(struct builder *b, struct frame *from, int column, const char *as);

#endif
