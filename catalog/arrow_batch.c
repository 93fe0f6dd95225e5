/* SPDX-License-Identifier: Apache-2.0
 * What a batch says of its buffers, checked against its schema and its size: behind this, every buffer
 * is inside of the file, or was unpacked from it, and holds as many values as the batch has rows. */
#include "catalog/arrow.h"

#include <string.h>

enum { BATCH_ROWS_FIELD, BATCH_NODES, BATCH_BUFFERS, BATCH_COMPRESSION };

#define PAIR 16 /* bytes of a FieldNode (rows, nulls) and of a Buffer (offset, length) */

static int
buffer_count(const struct arrow_kind *kind)
{
	return kind->type == MLF_UTF8 ? ARROW_PARTS : ARROW_BYTES;
}

/* Bytes that the data of so many rows take; of text, its offsets. No offsets are needed for no rows. */
static int64_t
data_bytes(const struct arrow_kind *kind, int64_t rows)
{
	if (rows == 0)
		return 0;
	if (kind->bits == 1)
		return (rows + 7) / 8;
	return (rows + (kind->type == MLF_UTF8)) * (kind->bits / 8);
}

static int
check_place(
	struct arrow_file *f, const struct arrow_kind *kind, struct arrow_place *p, int64_t rows)
{
	if (p->nulls < 0 || p->nulls > rows)
		return arrow_damaged(f->h, "a column has more nulls than rows");
	if (p->nulls > 0 && p->part[ARROW_VALID].n < (rows + 7) / 8)
		return arrow_damaged(f->h, "a validity bitmap is too short");
	if (p->part[ARROW_DATA].n < data_bytes(kind, rows))
		return arrow_damaged(f->h, "a buffer is too short for its rows");
	return 0;
}

/* The buffers of a column, from the i-th of the batch on. They share the body: what they take, goes
 * off `left`. */
static int
read_place(struct arrow_file *f, size_t at, int n, struct arrow_place *p, int64_t *left)
{
	for (int i = 0; i < n; i++) {
		int64_t offset = fb_at(&f->fb, at + (size_t)i * PAIR, 8);
		int64_t length = fb_at(&f->fb, at + (size_t)i * PAIR + 8, 8);

		if (offset < 0 || length < 0 || offset > f->body_n || length > f->body_n - offset)
			return arrow_damaged(f->h, "a buffer stands outside of its batch");
		if (length > *left)
			return arrow_damaged(f->h, "its buffers overlap");
		*left -= length;
		p->part[i].at = f->body + offset;
		p->part[i].n = length;
	}
	return 0;
}

static int
read_places(struct arrow_file *f, const struct arrow_schema *schema, const struct fb_list *nodes,
	const struct fb_list *buffers, struct arrow_batch *out)
{
	size_t at = buffers->at;
	int64_t left = f->body_n;

	for (size_t i = 0; i < schema->n; i++) {
		const struct arrow_kind *kind = schema->v[i].kind;
		struct arrow_place *p = &out->places[i];
		int n = buffer_count(kind);

		if (fb_at(&f->fb, nodes->at + i * PAIR, 8) != out->rows)
			return arrow_damaged(f->h, "a column has other rows than its batch");
		p->nulls = fb_at(&f->fb, nodes->at + i * PAIR + 8, 8);
		if (read_place(f, at, n, p, &left) < 0)
			return -1;
		at += (size_t)n * PAIR;
	}
	return 0;
}

static int
unpack(struct arrow_file *f, const struct fb_table *t, size_t columns, struct arrow_batch *out)
{
	struct fb_table c;
	int64_t codec = fb_sub(t, BATCH_COMPRESSION, &c) ? fb_int(&c, 0, 1, 0) : -1;

	return arrow_codec(f, codec) < 0 ? -1 : arrow_unpack(f, codec, columns, out);
}

int
arrow_batch_bytes(
	struct arrow_file *f, const struct arrow_batch *b, int64_t at, void *into, size_t n)
{
	if (!b->unpacked)
		return arrow_file_read(f, at, into, n);
	if (n > 0)
		memcpy(into, b->body + at, n);
	return 0;
}

void
arrow_batch_fini(struct arrow_batch *b)
{
	free(b->places);
	free(b->body);
}

int
arrow_batch_read(struct arrow_file *f, const struct fb_table *t, const struct arrow_schema *schema,
	struct arrow_batch *out)
{
	struct fb_list nodes = fb_list(t, BATCH_NODES, PAIR);
	struct fb_list buffers = fb_list(t, BATCH_BUFFERS, PAIR);
	size_t want = 0;

	out->unpacked = false;
	out->rows = fb_int(t, BATCH_ROWS_FIELD, 8, 0);
	for (size_t i = 0; i < schema->n; i++)
		want += (size_t)buffer_count(schema->v[i].kind);
	if (f->fb.bad || out->rows < 0 || out->rows > ARROW_ROWS_MAX || nodes.n != schema->n ||
		buffers.n != want)
		return arrow_damaged(f->h, "a batch does not fit its schema");
	if (!out->places)
		out->places = mem_alloc(schema->n * sizeof(*out->places));
	if (read_places(f, schema, &nodes, &buffers, out) < 0)
		return -1;
	if (fb_has(t, BATCH_COMPRESSION) && unpack(f, t, schema->n, out) < 0)
		return -1;
	for (size_t i = 0; i < schema->n; i++)
		if (check_place(f, schema->v[i].kind, &out->places[i], out->rows) < 0)
			return -1;
	return 0;
}
