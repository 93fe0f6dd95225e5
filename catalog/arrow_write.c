/* SPDX-License-Identifier: Apache-2.0
 * Frames as batches. Each column is written as it stands in memory where that is what Arrow wants;
 * bitmaps that begin within a byte are shifted, offsets of text made to begin with 0, and values under
 * nulls are zeros, so that equal tables are equal files. */
#include "catalog/arrow.h"

#include <string.h>
#include "catalog/values.h"

#define BUFFER ((size_t)256 << 10)
#define DIRECT ((size_t)64 << 10) /* pieces of this size are not collected */
#define CHUNK 1024

struct writer {
	bool stream;
	struct arrow_schema schema;
	struct arrow_layout layout;
	struct arrow_block *blocks; /* owned: the batches so far */
	size_t n, cap;
	struct str meta, out;
	int64_t at; /* bytes so far, those in `out` among them */
	int64_t rows;
};

/* What the functions below write to. */
struct sink {
	struct mlf_dataset_host *h;
	struct writer *w;
	int rc; /* -1: a write failed, and was reported */
};

/* --- bytes --------------------------------------------------------------------------------------- */

static void
flush(struct sink *s)
{
	if (s->rc == 0 && s->w->out.len)
		s->rc = mlf_write(s->h, s->w->out.s, s->w->out.len);
	str_reset(&s->w->out);
}

static void
emit(struct sink *s, const void *p, size_t n)
{
	if (n == 0 || s->rc < 0)
		return;
	s->w->at += (int64_t)n;
	if (n < DIRECT) {
		str_addn(&s->w->out, p, n);
		if (s->w->out.len >= BUFFER)
			flush(s);
		return;
	}
	flush(s);
	if (s->rc == 0)
		s->rc = mlf_write(s->h, p, n);
}

/* Bytes that are missing from n to the next multiple. */
static size_t
missing(int64_t n, size_t multiple)
{
	return (multiple - (size_t)n % multiple) % multiple;
}

static void
emit_zeros(struct sink *s, size_t n)
{
	static const char zeros[ARROW_ALIGN];

	emit(s, zeros, n);
}

static void
emit_u32(struct sink *s, uint32_t v)
{
	uint8_t b[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};

	emit(s, b, sizeof(b));
}

/* The message in w->meta, filled up so that its body begins at a multiple of 64. */
static void
emit_message(struct sink *s)
{
	struct str *meta = &s->w->meta;
	size_t more = missing(s->w->at + 8 + (int64_t)meta->len, ARROW_ALIGN);

	emit_u32(s, UINT32_MAX);
	emit_u32(s, (uint32_t)(meta->len + more));
	emit(s, meta->s, meta->len);
	emit_zeros(s, more);
}

/* --- values -------------------------------------------------------------------------------------- */

/* Up to eight bits from bit `at` on, of which there are `left`. */
static uint8_t
eight(const uint8_t *bits, int64_t at, int64_t left)
{
	int64_t n = left < 8 ? left : 8, low = at & 7;
	unsigned v = bits[at >> 3] >> low;

	if (low + n > 8)
		v |= (unsigned)bits[(at >> 3) + 1] << (8 - low);
	return (uint8_t)(v & ((1u << n) - 1));
}

/* n bits from `off` on, without those that `mask` (NULL: none) has not. */
static void
emit_bits(struct sink *s, const uint8_t *bits, const uint8_t *mask, int64_t off, int64_t n)
{
	uint8_t chunk[CHUNK];
	size_t used = 0;

	for (int64_t i = 0; i < n; i += 8) {
		chunk[used] = eight(bits, off + i, n - i);
		if (mask)
			chunk[used] &= eight(mask, off + i, n - i);
		if (++used == CHUNK) {
			emit(s, chunk, used);
			used = 0;
		}
	}
	emit(s, chunk, used);
}

static void
emit_words(struct sink *s, const struct column *c)
{
	const uint64_t *v = (const uint64_t *)c->data + c->off;
	uint64_t chunk[CHUNK];
	int64_t n;

	if (c->nulls == 0) {
		emit(s, v, (size_t)c->n * sizeof(*v));
		return;
	}
	for (int64_t i = 0; i < c->n; i += n) {
		n = c->n - i < CHUNK ? c->n - i : CHUNK;
		for (int64_t j = 0; j < n; j++)
			chunk[j] = column_null(c, i + j) ? 0 : v[i + j];
		emit(s, chunk, (size_t)n * sizeof(*v));
	}
}

static const int32_t *
ends_of(const struct column *c)
{
	return (const int32_t *)c->data + c->off;
}

/* Bytes of a row's text; none if it is null. */
static int32_t
text_len(const struct column *c, int64_t i)
{
	return column_null(c, i) ? 0 : ends_of(c)[i + 1] - ends_of(c)[i];
}

static int64_t
text_bytes(const struct column *c)
{
	int64_t bytes = 0;

	if (c->nulls == 0 && c->n > 0)
		return ends_of(c)[c->n] - ends_of(c)[0];
	for (int64_t i = 0; i < c->n; i++)
		bytes += text_len(c, i);
	return bytes;
}

static void
emit_ends(struct sink *s, const struct column *c)
{
	int32_t chunk[CHUNK] = {0}, end = 0;
	size_t used = 1;

	for (int64_t i = 0; i < c->n; i++) {
		end += text_len(c, i);
		chunk[used++] = end;
		if (used == CHUNK) {
			emit(s, chunk, sizeof(chunk));
			used = 0;
		}
	}
	emit(s, chunk, used * sizeof(*chunk));
}

static void
emit_texts(struct sink *s, const struct column *c)
{
	if (c->nulls == 0) {
		emit(s, c->bytes + ends_of(c)[0], (size_t)text_bytes(c));
		return;
	}
	for (int64_t i = 0; i < c->n; i++)
		if (text_len(c, i) > 0)
			emit(s, c->bytes + ends_of(c)[i], (size_t)text_len(c, i));
}

/* --- batches ------------------------------------------------------------------------------------- */

static void
lay_out(struct writer *w, const struct frame *f)
{
	struct arrow_layout *l = &w->layout;

	l->rows = frame_rows(f);
	l->body = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct column *c = frame_column(f, (int)i);
		struct arrow_written *to = &l->columns[i];
		bool text = c->type == MLF_UTF8;

		to->nulls = c->nulls;
		to->parts = text ? 3 : 2;
		to->len[ARROW_VALID] = c->nulls > 0 ? (c->n + 7) / 8 : 0;
		to->len[ARROW_DATA] = c->type == MLF_BOOL ? (c->n + 7) / 8
			: text                            ? (c->n + 1) * (int64_t)sizeof(int32_t)
							  : c->n * (int64_t)sizeof(int64_t);
		to->len[ARROW_BYTES] = text ? text_bytes(c) : 0;
		for (int p = 0; p < to->parts; p++) {
			to->at[p] = l->body;
			l->body += to->len[p] + (int64_t)missing(to->len[p], ARROW_ALIGN);
		}
	}
}

static void
emit_part(struct sink *s, const struct column *c, int part)
{
	if (part == ARROW_VALID && c->nulls > 0)
		emit_bits(s, c->valid, NULL, c->off, c->n);
	else if (part == ARROW_DATA && c->type == MLF_BOOL)
		emit_bits(s, c->data, c->nulls > 0 ? c->valid : NULL, c->off, c->n);
	else if (part == ARROW_DATA && c->type == MLF_UTF8)
		emit_ends(s, c);
	else if (part == ARROW_DATA)
		emit_words(s, c);
	else if (part == ARROW_BYTES)
		emit_texts(s, c);
	emit_zeros(s, missing(s->w->at, ARROW_ALIGN));
}

static void
emit_batch(struct sink *s, const struct frame *f)
{
	struct writer *w = s->w;
	struct arrow_block *b;

	lay_out(w, f);
	arrow_put_batch(&w->meta, &w->layout);
	w->blocks = mem_grow(w->blocks, &w->cap, w->n + 1, sizeof(*w->blocks));
	b = &w->blocks[w->n++];
	b->at = w->at;
	emit_message(s);
	b->meta = w->at - b->at;
	b->body = w->layout.body;
	for (size_t i = 0; i < w->layout.n; i++)
		for (int p = 0; p < w->layout.columns[i].parts; p++)
			emit_part(s, frame_column(f, (int)i), p);
}

/* --- the type's calls ---------------------------------------------------------------------------- */

static int
take_columns(struct sink *s, const struct frame *f)
{
	struct writer *w = s->w;
	size_t n = (size_t)frame_columns(f);

	if (n == 0 || n > ARROW_COLUMNS_MAX)
		return arrow_fail(s->h, 0, NULL, "an Arrow file holds 1 to 65,536 columns");
	w->schema.v = mem_alloc(n * sizeof(*w->schema.v));
	w->layout.columns = mem_alloc(n * sizeof(*w->layout.columns));
	w->layout.n = n;
	for (size_t i = 0; i < n; i++) {
		const struct column *c = frame_column(f, (int)i);

		if (!value_is_utf8(c->name, strlen(c->name)))
			return arrow_fail(s->h, 0, NULL,
				"the name of column %zu is not UTF-8, which Arrow wants", i + 1);
		w->schema.v[w->schema.n++] =
			(struct arrow_column){mem_strdup(c->name), arrow_kind_of(c->type)};
	}
	return 0;
}

static int
check_texts(const struct sink *s, const struct frame *f)
{
	for (int i = 0; i < frame_columns(f); i++) {
		const struct column *c = frame_column(f, i);
		struct arrow_texts t = {.ends = c->data,
			.bytes = c->bytes,
			.valid = c->nulls > 0 ? c->valid : NULL,
			.off = c->off,
			.n = c->n};
		int64_t bad = c->type == MLF_UTF8 ? arrow_texts_bad(&t) : -1;

		if (bad >= 0)
			return arrow_fail(s->h, s->w->rows + bad + 1, NULL,
				"column `%s`: the text is not UTF-8, which Arrow wants", c->name);
	}
	return 0;
}

int
arrow_write_open(struct mlf_dataset_host *h, void **state)
{
	struct writer *w = mem_alloc(sizeof(*w));

	if (arrow_format(h, &w->stream) < 0) {
		free(w);
		return -1;
	}
	*state = w;
	return 0;
}

int
arrow_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch)
{
	struct sink s = {.h = h, .w = state};
	const struct frame *f = frame_of(batch);

	if (!s.w->schema.v) {
		if (take_columns(&s, f) < 0)
			return -1;
		if (!s.w->stream)
			emit(&s, ARROW_MAGIC "\0", ARROW_MAGIC_N + 2);
		arrow_put_schema(&s.w->meta, &s.w->schema);
		emit_message(&s);
	}
	if (check_texts(&s, f) < 0)
		return -1;
	if (frame_rows(f) > 0)
		emit_batch(&s, f);
	s.w->rows += frame_rows(f);
	return s.rc;
}

static int
finish(struct mlf_dataset_host *h, struct writer *w)
{
	struct sink s = {.h = h, .w = w};

	emit_u32(&s, UINT32_MAX);
	emit_u32(&s, 0);
	if (!w->stream) {
		arrow_put_footer(&w->meta, &w->schema, w->blocks, w->n);
		emit(&s, w->meta.s, w->meta.len);
		emit_u32(&s, (uint32_t)w->meta.len);
		emit(&s, ARROW_MAGIC, ARROW_MAGIC_N);
	}
	flush(&s);
	return s.rc;
}

int
arrow_write_end(struct mlf_dataset_host *h, void *state, bool ok)
{
	struct writer *w = state;
	int rc = ok ? finish(h, w) : 0;

	arrow_schema_fini(&w->schema);
	free(w->layout.columns);
	free(w->blocks);
	str_fini(&w->meta);
	str_fini(&w->out);
	free(w);
	return rc;
}
