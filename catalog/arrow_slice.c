/* SPDX-License-Identifier: Apache-2.0
 * Rows of a batch as a frame: just their part of each buffer is read, into memory that stays from one
 * slice to the next, and scope_import makes columns of it, widened where that is needed.
 *
 *	rows of the batch   0 ........ base . from ........ from + n ........ rows
 *	                               |<skip>|<---- n --->|
 *	                               |<---- in memory -->|       base is a multiple of 8, for the bitmaps
 *
 * Whatever a frame promises is checked first: texts are UTF-8 within their buffer, and values that are
 * widened fit. So an import cannot fail but for want of memory. */
#include "catalog/arrow.h"

#include <string.h>
#include "catalog/values.h"

struct slice_column {
	struct {
		char *p; /* owned */
		size_t cap;
	} part[ARROW_PARTS];
	struct ArrowSchema schema;
	struct ArrowArray array;
	const void *buffers[ARROW_PARTS];
	int64_t text; /* bytes of text before the first row's */
};

struct arrow_slicer {
	struct arrow_file *f;              /* borrowed */
	const struct arrow_schema *schema; /* borrowed */
	struct slice_column *columns;      /* owned */
	struct ArrowSchema **schemas;      /* owned: pointers into columns */
	struct ArrowArray **arrays;        /* owned: so are these */
};

struct slice {
	const struct arrow_batch *batch;
	int64_t base, skip, n;
	int64_t row; /* number of the first row in the table */
};

/* --- memory -------------------------------------------------------------------------------------- */

struct arrow_slicer *
arrow_slicer_new(struct arrow_file *f, const struct arrow_schema *schema)
{
	struct arrow_slicer *s = mem_alloc(sizeof(*s));

	s->f = f;
	s->schema = schema;
	s->columns = mem_alloc(schema->n * sizeof(*s->columns));
	s->schemas = mem_alloc(schema->n * sizeof(struct ArrowSchema *));
	s->arrays = mem_alloc(schema->n * sizeof(struct ArrowArray *));
	for (size_t i = 0; i < schema->n; i++) {
		s->schemas[i] = &s->columns[i].schema;
		s->arrays[i] = &s->columns[i].array;
	}
	return s;
}

void
arrow_slicer_free(struct arrow_slicer *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->schema->n; i++)
		for (int p = 0; p < ARROW_PARTS; p++)
			free(s->columns[i].part[p].p);
	free(s->columns);
	free(s->schemas);
	free(s->arrays);
	free(s);
}

/* Reads n bytes of a part of column i, `from` bytes into its buffer. */
static int
load(struct arrow_slicer *s, const struct slice *sl, size_t i, enum arrow_part part, int64_t from,
	int64_t n)
{
	struct slice_column *c = &s->columns[i];

	c->part[part].p = mem_grow(c->part[part].p, &c->part[part].cap, (size_t)n + 1, 1);
	c->buffers[part] = c->part[part].p;
	return arrow_batch_bytes(s->f, sl->batch, sl->batch->places[i].part[part].at + from,
		c->part[part].p, (size_t)n);
}

/* --- text ---------------------------------------------------------------------------------------- */

static struct arrow_texts
texts_of(const struct arrow_slicer *s, const struct slice *sl, size_t i)
{
	const struct slice_column *c = &s->columns[i];

	return (struct arrow_texts){.ends = c->buffers[ARROW_DATA],
		.large = s->schema->v[i].kind->bits == 64,
		.bytes = c->buffers[ARROW_BYTES],
		.valid = c->buffers[ARROW_VALID],
		.off = sl->skip,
		.n = sl->n};
}

/* The offsets of a column of text. Shortens the slice where the text becomes too large. */
static int
load_ends(struct arrow_slicer *s, struct slice *sl, size_t i, int64_t most)
{
	const struct arrow_place *p = &sl->batch->places[i];
	int64_t size = s->schema->v[i].kind->bits / 8, rows = sl->skip + sl->n, last, end, first;
	struct arrow_texts t;

	if (load(s, sl, i, ARROW_DATA, sl->base * size, (rows + 1) * size) < 0)
		return -1;
	t = texts_of(s, sl, i);
	last = arrow_text_end(&t, 0);
	if (last < 0)
		return arrow_damaged(s->f->h, "the offsets of a text run backwards");
	first = arrow_text_end(&t, sl->skip);
	for (int64_t row = 1; row <= rows; row++, last = end) {
		end = arrow_text_end(&t, row);
		if (end < last || end > p->part[ARROW_BYTES].n)
			return arrow_damaged(s->f->h,
				end < last ? "the offsets of a text run backwards"
					   : "a text ends outside of its buffer");
		if (row > sl->skip + 1 && end - first > most) {
			sl->n = row - 1 - sl->skip;
			break;
		}
	}
	s->columns[i].text = first;
	return 0;
}

/* The bytes of the texts. Their offsets then begin with 0, as the bytes in memory do. */
static int
load_texts(struct arrow_slicer *s, const struct slice *sl, size_t i)
{
	struct arrow_texts t = texts_of(s, sl, i);
	int64_t first = s->columns[i].text, bad;

	if (load(s, sl, i, ARROW_BYTES, first, arrow_text_end(&t, sl->skip + sl->n) - first) < 0)
		return -1;
	for (int64_t row = sl->skip; row <= sl->skip + sl->n; row++)
		if (t.large)
			((int64_t *)s->columns[i].part[ARROW_DATA].p)[row] -= first;
		else
			((int32_t *)s->columns[i].part[ARROW_DATA].p)[row] -= (int32_t)first;
	t.bytes = s->columns[i].buffers[ARROW_BYTES];
	bad = arrow_texts_bad(&t);
	if (bad < 0)
		return 0;
	return arrow_fail(s->f->h, sl->row + bad, "write the text as UTF-8",
		"column `%s`: the text is not UTF-8", s->schema->v[i].name);
}

/* --- values -------------------------------------------------------------------------------------- */

/* A value of a kind that has `fits`. */
static int64_t
value_at(const struct arrow_slicer *s, size_t i, int64_t row)
{
	const void *v = s->columns[i].buffers[ARROW_DATA];

	return s->schema->v[i].kind->bits == 32 ? ((const int32_t *)v)[row]
						: ((const int64_t *)v)[row];
}

static const char *
unit_of(const struct arrow_kind *kind)
{
	switch (kind->format[2]) {
	case 'D': return "days";
	case 's': return "seconds";
	case 'n': return "nanoseconds";
	default: return "milliseconds";
	}
}

static int
misfit(struct arrow_slicer *s, const struct slice *sl, size_t i, int64_t row)
{
	const struct arrow_column *c = &s->schema->v[i];
	int64_t v = value_at(s, i, sl->skip + row);

	if (c->kind->type != MLF_TIMESTAMP)
		return arrow_fail(s->f->h, sl->row + row,
			"cast it to float64 or utf8 before the file is written",
			"column `%s`: %llu is larger than int64 can hold", c->name,
			(unsigned long long)v);
	return arrow_fail(s->f->h, sl->row + row,
		"timestamps are kept in microseconds: round the column before the file is written; "
		"in pandas `.dt.floor(\"us\")`",
		"column `%s`: the time %lld (%s since 1970) is not one of whole microseconds "
		"within 64 bits",
		c->name, (long long)v, unit_of(c->kind));
}

/* The first row whose value does not fit; -1: all do. */
static int64_t
first_misfit(const struct arrow_slicer *s, const struct slice *sl, size_t i)
{
	const uint8_t *valid = s->columns[i].buffers[ARROW_VALID];
	const struct arrow_kind *kind = s->schema->v[i].kind;

	for (int64_t row = 0; kind->fits && row < sl->n; row++)
		if (!mlf_is_null(valid, sl->skip, row) &&
			!kind->fits(value_at(s, i, sl->skip + row)))
			return row;
	return -1;
}

static int
load_values(struct arrow_slicer *s, const struct slice *sl, size_t i)
{
	const struct arrow_kind *kind = s->schema->v[i].kind;
	int64_t rows = sl->skip + sl->n;
	int64_t from = kind->bits == 1 ? sl->base / 8 : sl->base * (kind->bits / 8);
	int64_t n = kind->bits == 1 ? (rows + 7) / 8 : rows * (kind->bits / 8);
	int64_t bad;

	if (load(s, sl, i, ARROW_DATA, from, n) < 0)
		return -1;
	bad = first_misfit(s, sl, i);
	return bad < 0 ? 0 : misfit(s, sl, i, bad);
}

static int
load_column(struct arrow_slicer *s, const struct slice *sl, size_t i)
{
	struct slice_column *c = &s->columns[i];

	c->buffers[ARROW_VALID] = NULL;
	if (sl->batch->places[i].nulls > 0 &&
		load(s, sl, i, ARROW_VALID, sl->base / 8, (sl->skip + sl->n + 7) / 8) < 0)
		return -1;
	return s->schema->v[i].kind->type == MLF_UTF8 ? load_texts(s, sl, i)
						      : load_values(s, sl, i);
}

static int
load_slice(struct arrow_slicer *s, struct slice *sl)
{
	for (size_t i = 0; sl->n > 0 && i < s->schema->n; i++)
		if (s->schema->v[i].kind->type == MLF_UTF8 &&
			load_ends(s, sl, i, s->f->h->batch_bytes) < 0)
			return -1;
	for (size_t i = 0; sl->n > 0 && i < s->schema->n; i++)
		if (load_column(s, sl, i) < 0)
			return -1;
	return 0;
}

/* --- import -------------------------------------------------------------------------------------- */

/* The memory is ours and lasts: to release a struct is to mark it. */
static void
release_schema(struct ArrowSchema *schema)
{
	schema->release = NULL;
}

static void
release_array(struct ArrowArray *array)
{
	array->release = NULL;
}

static struct mlf_frame *
import(struct arrow_slicer *s, const struct slice *sl)
{
	int64_t n = (int64_t)s->schema->n;
	struct ArrowSchema schema = {.format = "+s",
		.name = "",
		.n_children = n,
		.children = s->schemas,
		.release = release_schema};
	struct ArrowArray array = {.length = sl->n,
		.offset = sl->skip,
		.n_children = n,
		.children = s->arrays,
		.release = release_array};

	for (size_t i = 0; i < s->schema->n; i++) {
		const struct arrow_column *c = &s->schema->v[i];
		struct slice_column *to = &s->columns[i];

		to->schema = (struct ArrowSchema){.format = c->kind->format,
			.name = c->name,
			.flags = ARROW_FLAG_NULLABLE,
			.release = release_schema};
		to->array = (struct ArrowArray){.length = sl->skip + sl->n,
			.n_buffers = c->kind->type == MLF_UTF8 ? 3 : 2,
			.buffers = to->buffers,
			.release = release_array};
	}
	return scope_import(host_scope(s->f->h), &schema, &array);
}

int
arrow_slice(struct arrow_slicer *s, const struct arrow_batch *batch, int64_t from, int64_t n,
	int64_t row, struct mlf_frame **out)
{
	struct slice sl = {
		.batch = batch, .base = from & ~INT64_C(7), .skip = from & 7, .n = n, .row = row};

	if (load_slice(s, &sl) < 0)
		return -1;
	*out = import(s, &sl);
	return 0;
}

/* --- UTF-8 --------------------------------------------------------------------------------------- */

/* All of them at once: the bytes are UTF-8, and none of them ends within a character. */
static bool
all_utf8(const struct arrow_texts *t)
{
	int64_t first = arrow_text_end(t, t->off), last = arrow_text_end(t, t->off + t->n);

	if (!value_is_utf8(t->bytes + first, (size_t)(last - first)))
		return false;
	for (int64_t i = t->off; i < t->off + t->n; i++) {
		int64_t at = arrow_text_end(t, i);

		if (at < last && (t->bytes[at] & 0xC0) == 0x80)
			return false;
	}
	return true;
}

int64_t
arrow_texts_bad(const struct arrow_texts *t)
{
	if (t->n == 0 || arrow_text_end(t, t->off) == arrow_text_end(t, t->off + t->n) ||
		all_utf8(t))
		return -1;
	for (int64_t i = 0; i < t->n; i++) {
		int64_t at = arrow_text_end(t, t->off + i), end = arrow_text_end(t, t->off + i + 1);

		if (!mlf_is_null(t->valid, t->off, i) &&
			!value_is_utf8(t->bytes + at, (size_t)(end - at)))
			return i;
	}
	return -1;
}
