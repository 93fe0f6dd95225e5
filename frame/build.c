/* SPDX-License-Identifier: Apache-2.0
 * Builders: the columns of a table that is still being written, from the first to the finished frame.
 *
 * A column takes memory when its first value does, and a validity bitmap with its first null. A
 * mistake makes the builder bad: it goes on taking values, but no frame comes of it. After finishing
 * it has no columns, so whatever comes later is a mistake and nothing else. */
#include "frame/build.h"

#include <stdlib.h>
#include "frame/bits.h"

#define TEXT_MAX ((int64_t)INT32_MAX)

/* --- mistakes ------------------------------------------------------------------------------------ */

void
builder_mistake(struct builder *b, const char *fmt, ...)
{
	va_list ap;

	b->bad = true;
	va_start(ap, fmt);
	scope_vmistake(b->scope, fmt, ap);
	va_end(ap);
}

bool
builder_open(struct builder *b)
{
	if (b->finished)
		builder_mistake(b,
			"this table is finished already: it takes nothing more, not even an end");
	return !b->finished;
}

static void
no_column(struct builder *b, const char *name)
{
	const char **names = mem_alloc(((size_t)b->n + 1) * sizeof(*names));

	for (int i = 0; i < b->n; i++)
		names[i] = b->cols[i].name;
	b->bad = true;
	scope_no_column(b->scope, name, "the table being built", names, (size_t)b->n);
	free(names);
}

/* --- buffers ------------------------------------------------------------------------------------- */

int
bcol_reserve(struct builder *b, struct bcol *c, enum part p, uint64_t bytes)
{
	struct err e = {0};

	if (!b->seg && seg_take(b->scope->segs, &b->seg, &e) < 0)
		goto bad;
	if (!c->buf[p] && buf_new(b->seg, (c - b->cols) * PARTS + p, bytes, &c->buf[p], &e) < 0)
		goto bad;
	if (buf_reserve(c->buf[p], bytes, &e) < 0)
		goto bad;
	return 0;
bad:
	err_wrap(&e, "column `%s`", c->name);
	b->bad = true;
	scope_fail(b->scope, &e);
	return -1;
}

uint8_t *
bcol_valid(struct builder *b, struct bcol *c)
{
	int64_t rows = c->kind == B_WHOLE ? c->n : c->room;

	if (bcol_reserve(b, c, VALID, at_least((uint64_t)bits_bytes(rows), 1)) < 0)
		return NULL;
	c->valid = c->buf[VALID]->map;
	return c->valid;
}

char *
bcol_text(struct builder *b, struct bcol *c, int64_t more)
{
	if (more > TEXT_MAX - c->text) {
		builder_mistake(b,
			"column `%s` would hold more than 2 GiB of text: make several tables",
			c->name);
		return NULL;
	}
	if (bcol_reserve(b, c, BYTES, at_least((uint64_t)(c->text + more), FIRST_BYTES)) < 0)
		return NULL;
	c->bytes = (char *)c->buf[BYTES]->map;
	c->text_room = (int64_t)c->buf[BYTES]->len;
	return c->bytes + c->text;
}

/* --- columns ------------------------------------------------------------------------------------- */

/* A new column without memory; NULL after a mistake. */
static struct bcol *
add(struct builder *b, const char *name, enum mlf_type type, enum bkind kind)
{
	struct bcol *c = NULL;

	if (!builder_open(b))
		return NULL;
	if (!name) {
		builder_mistake(b, "a column without a name (NULL)");
	} else if (type < MLF_BOOL || type > MLF_TIMESTAMP) {
		builder_mistake(b, "column `%s` of the unknown type %d", name, (int)type);
	} else if (b->n >= (int)COLUMNS_MAX) {
		builder_mistake(b, "more than %d columns", (int)COLUMNS_MAX);
	} else if (!map_put(&b->index, name, (void *)(intptr_t)(b->n + 1))) {
		builder_mistake(b, "there is a column `%s` in the table already", name);
	} else {
		b->cols = mem_grow(b->cols, &b->cap, (size_t)b->n + 1, sizeof(*b->cols));
		c = &b->cols[b->n++];
		*c = (struct bcol){.name = mem_strdup(name), .type = type, .kind = kind};
	}
	return c;
}

struct bcol *
builder_whole(struct builder *b, const char *name, enum mlf_type type, int64_t n)
{
	struct bcol *c = add(b, name, type, B_WHOLE);

	if (!c)
		return NULL;
	if (n < 0 || n > ROWS_MAX) {
		builder_mistake(b, "column `%s` of %lld rows", name, (long long)n);
		return NULL;
	}
	c->n = n;
	if (bcol_reserve(b, c, DATA, at_least(type_bytes(type, n), sizeof(int64_t))) < 0)
		return NULL;
	c->data = c->buf[DATA]->map;
	return c;
}

void *
build_new_column(struct mlf_builder *mb, const char *name, enum mlf_type type, int64_t n)
{
	struct builder *b = builder_of(mb);
	uint64_t bytes = n < 0 ? 0 : n > ROWS_MAX ? INT64_MAX : (uint64_t)n * sizeof(int64_t);
	struct bcol *c = NULL;

	if (type == MLF_UTF8)
		builder_mistake(b,
			"column `%s` is text: add it with mlf_add_column and push its values",
			name ? name : "(NULL)");
	else
		c = builder_whole(b, name, type, n);
	if (!c)
		return scope_region(b->scope, bytes, true);
	buf_zero(c->buf[DATA], type_bytes(type, n));
	return c->data;
}

int
build_add_column(struct mlf_builder *mb, const char *name, enum mlf_type type)
{
	struct builder *b = builder_of(mb);

	return add(b, name, type, B_PUSHED) ? b->n - 1 : -1;
}

void
builder_graft(struct builder *b, struct frame *from, int column, const char *as)
{
	struct bcol *c = add(b, as, from->cols[column].c.type, B_GRAFTED);

	if (!c)
		return;
	c->n = from->rows;
	c->from = frame_ref(from);
	c->from_column = column;
}

void
build_graft(struct mlf_builder *mb, struct mlf_frame *from, const char *name, const char *as)
{
	struct builder *b = builder_of(mb);
	const char *const *names;
	int i = frame_find(frame_of(from), name);

	if (i >= 0) {
		builder_graft(b, frame_of(from), i, as ? as : name);
		return;
	}
	b->bad = true;
	names = frame_names(frame_of(from));
	scope_no_column(b->scope, name, "this table", names, (size_t)frame_of(from)->n);
	free((void *)(uintptr_t)names);
}

/* --- nulls in whole columns ---------------------------------------------------------------------- */

uint8_t *
bcol_nullable(struct builder *b, struct bcol *c)
{
	if (!c->valid && bcol_valid(b, c))
		bits_push_ones(c->valid, 0, c->n);
	return c->valid;
}

static struct bcol *
find(struct builder *b, const char *name)
{
	if (b->last < b->n && str_eq(b->cols[b->last].name, name))
		return &b->cols[b->last];
	if (!name || !map_has(&b->index, name)) {
		no_column(b, name);
		return NULL;
	}
	b->last = (int)(intptr_t)map_get(&b->index, name) - 1;
	return &b->cols[b->last];
}

void
build_set_null(struct mlf_builder *mb, const char *name, int64_t i)
{
	struct builder *b = builder_of(mb);
	struct bcol *c = builder_open(b) ? find(b, name) : NULL;

	if (!c)
		return;
	if (c->kind == B_GRAFTED) {
		builder_mistake(b, "column `%s` was grafted: its values cannot change", name);
	} else if (i < 0 || i >= c->n) {
		builder_mistake(b, "no row %lld in column `%s`: it has %lld", (long long)i, name,
			(long long)c->n);
	} else if (bcol_nullable(b, c) && bit_get(c->valid, i)) {
		c->valid[i >> 3] = (uint8_t)(c->valid[i >> 3] & ~(1u << (i & 7)));
		c->nulls++;
	}
}

/* --- the end ------------------------------------------------------------------------------------- */

void
builder_fini(struct builder *b)
{
	for (int i = 0; i < b->n; i++) {
		struct bcol *c = &b->cols[i];

		for (enum part p = VALID; p < PARTS; p++)
			buf_unref(c->buf[p]);
		frame_unref(c->from);
		free(c->name);
	}
	free(b->cols);
	map_fini(&b->index);
	if (b->seg)
		seg_end(b->seg);
	b->cols = NULL;
	b->seg = NULL;
	b->n = 0;
}

/* Moves a column's buffers into the frame; parts that hold nothing are left to be freed. */
static void
column_end(struct bcol *c, struct fcol *to)
{
	uint64_t len[PARTS] = {
		[VALID] = c->nulls > 0 ? (uint64_t)bits_bytes(c->n) : 0,
		[DATA] = type_bytes(c->type, c->n),
		[BYTES] = (uint64_t)c->text,
	};

	to->c = (struct column){.name = mem_strdup(c->name), .type = c->type, .n = c->n};
	to->c.nulls = c->nulls;
	for (enum part p = VALID; p < PARTS; p++)
		if (len[p] > 0) {
			buf_end(c->buf[p], len[p]);
			to->buf[p] = c->buf[p];
			c->buf[p] = NULL;
		}
}

static bool
same_length(struct builder *b)
{
	for (int i = 1; i < b->n; i++) {
		const struct bcol *c = &b->cols[0], *d = &b->cols[i];

		if (c->n == d->n)
			continue;
		builder_mistake(b, "columns of different length: `%s` has %lld rows, `%s` has %lld",
			c->name, (long long)c->n, d->name, (long long)d->n);
		return false;
	}
	return true;
}

struct mlf_frame *
build_finish(struct mlf_builder *mb)
{
	struct builder *b = builder_of(mb);
	int64_t rows = b->n ? b->cols[0].n : 0;
	struct frame *f;

	if (!builder_open(b))
		return scope_nothing(b->scope, 0);
	b->finished = true;
	if (!same_length(b) || b->bad) {
		builder_fini(b);
		return scope_nothing(b->scope, rows);
	}
	f = frame_make(b->n, rows);
	for (int i = 0; i < b->n; i++) {
		struct bcol *c = &b->cols[i];

		if (c->from)
			fcol_share(&f->cols[i], c->from, c->from_column, c->name);
		else
			column_end(c, &f->cols[i]);
	}
	(void)frame_named(f);
	builder_fini(b);
	return scope_give(b->scope, f);
}
