/* SPDX-License-Identifier: Apache-2.0
 * Joining: tables put one below the other, as they come.
 *
 * What was put into the builder may be freed at once, so that of a table that comes in batches never
 * more than one is there twice. A column that runs out of room moves its pages, not its bytes. */
#include "frame/build.h"

#include <string.h>
#include "frame/bits.h"

/* The bitmap of a column that held `at` rows and now has more; there is one as soon as a row is null. */
static void
append_valid(struct builder *b, struct bcol *to, const struct column *c, int64_t at)
{
	bool first = !to->valid;

	if ((first && c->nulls == 0) || !bcol_valid(b, to))
		return;
	if (first)
		bits_push_ones(to->valid, 0, at);
	if (c->valid)
		bits_push(to->valid, at, c->valid, c->off, c->n);
	else
		bits_push_ones(to->valid, at, c->n);
	to->nulls += c->nulls;
}

static void
append_text(struct builder *b, struct bcol *to, const struct column *c, int64_t at)
{
	int64_t text = column_text_bytes(c);
	const int32_t *ends = column_ends(c);
	char *bytes = bcol_text(b, to, text);
	int32_t *out = (int32_t *)to->data + at + 1, shift = (int32_t)to->text - ends[0];

	if (!bytes)
		return;
	buf_populate(to->buf[BYTES], (uint64_t)to->text, (uint64_t)(to->text + text));
	memcpy(bytes, c->bytes + ends[0], (size_t)text);
	to->text += text;
	if (at == 0)
		out[-1] = 0;
	for (int64_t i = 0; i < c->n; i++)
		out[i] = ends[i + 1] + shift;
}

static void
append(struct builder *b, struct bcol *to, const struct column *c)
{
	int64_t at = to->n, rows = at + c->n;

	if (rows > ROWS_MAX) {
		builder_mistake(
			b, "column `%s` of more than %lld rows", c->name, (long long)ROWS_MAX);
		return;
	}
	if (bcol_reserve(b, to, DATA, at_least(type_bytes(c->type, rows), sizeof(int64_t))) < 0)
		return;
	buf_populate(to->buf[DATA], type_bytes(c->type, at), type_bytes(c->type, rows));
	to->data = to->buf[DATA]->map;
	to->n = rows;
	append_valid(b, to, c, at);
	if (c->type == MLF_BOOL)
		bits_push(to->data, at, c->data, c->off, c->n);
	else if (c->type == MLF_UTF8)
		append_text(b, to, c, at);
	else
		memcpy((int64_t *)to->data + at, (const int64_t *)c->data + c->off,
			(size_t)c->n * sizeof(int64_t));
}

/* Whether f can stand below what is there; if not, that is a mistake. */
static bool
same_schema(struct builder *b, const struct frame *f)
{
	if (b->n != f->n) {
		builder_mistake(b,
			"tables of %d and of %d columns cannot be put one below the other", b->n,
			f->n);
		return false;
	}
	for (int i = 0; i < b->n; i++) {
		const struct bcol *c = &b->cols[i];
		const struct column *d = &f->cols[i].c;

		if (c->type == d->type && str_eq(c->name, d->name))
			continue;
		builder_mistake(b,
			"column %d is `%s` (%s) in one table and `%s` (%s) in the one below", i + 1,
			c->name, type_name(c->type), d->name, type_name(d->type));
		return false;
	}
	return true;
}

/* The columns of the first table become the builder's; they take memory when rows come. */
static void
adopt(struct builder *b, const struct frame *f)
{
	for (int i = 0; i < f->n && !b->joins; i++)
		if (build_add_column(&b->pub, f->cols[i].c.name, f->cols[i].c.type) == i)
			b->cols[i].kind = B_WHOLE;
	b->joins = true;
}

void
scope_append(struct mlf_builder *mb, struct frame *f)
{
	struct builder *b = builder_of(mb);

	adopt(b, f);
	if (!same_schema(b, f))
		return;
	for (int i = 0; i < f->n && !b->bad; i++)
		append(b, &b->cols[i], frame_column(f, i));
}

struct mlf_frame *
scope_concat(struct scope *sc, struct frame *const *frames, size_t n)
{
	struct mlf_builder *b = scope_builder(sc);
	struct frame *only = n ? frames[0] : NULL;
	int64_t rows = 0;

	if (n)
		adopt(builder_of(b), frames[0]);
	for (size_t k = 0; k < n; k++) {
		if (!same_schema(builder_of(b), frames[k]))
			return scope_nothing(sc, frames[0]->rows);
		only = rows == 0 ? frames[k] : frames[k]->rows == 0 ? only : NULL;
		rows += frames[k]->rows;
	}
	if (only)
		return scope_lend(sc, only);
	if (n == 0 || frames[0]->n == 0)
		return scope_nothing(sc, rows);
	for (size_t k = 0; k < n; k++)
		scope_append(b, frames[k]);
	return build_finish(b);
}
