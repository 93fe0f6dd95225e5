/* SPDX-License-Identifier: Apache-2.0
 * Pushing values: one comparison (is there room?) before each is stored.
 *
 * `room` is 0 wherever a push is a mistake, so mistakes are found on the slow way, the one that makes
 * room, and cost nothing on the fast one. */
#include "frame/build.h"

#include <string.h>
#include "frame/bits.h"

/* Rows that a column's data buffer holds. */
static int64_t
data_room(const struct bcol *c)
{
	uint64_t bytes = c->buf[DATA]->len, rows;

	if (c->type == MLF_BOOL)
		rows = bytes * 8;
	else if (c->type == MLF_UTF8)
		rows = bytes / sizeof(int32_t) - 1;
	else
		rows = bytes / sizeof(int64_t);
	return rows < (uint64_t)ROWS_MAX ? (int64_t)rows : ROWS_MAX;
}

static int
make_room(struct builder *b, struct bcol *c, int64_t rows)
{
	uint64_t bytes = at_least(type_bytes(c->type, c->n + rows), FIRST_BYTES);

	if (c->n > ROWS_MAX - rows) {
		builder_mistake(
			b, "column `%s` of more than %lld rows", c->name, (long long)ROWS_MAX);
		return -1;
	}
	if (bcol_reserve(b, c, DATA, bytes) < 0)
		return -1;
	c->data = c->buf[DATA]->map;
	if (c->type == MLF_UTF8 && c->n == 0)
		*(int32_t *)c->data = 0;
	c->room = data_room(c);
	if (c->valid && !bcol_valid(b, c)) {
		c->room = c->n;
		return -1;
	}
	return 0;
}

/* The column with room for one more value, or NULL after a mistake: the slow way of pushing. */
static struct bcol *
pushable(struct builder *b, int i, const char *call, bool fits)
{
	struct bcol *c;

	if (!builder_open(b))
		return NULL;
	if (i < 0 || i >= b->n) {
		builder_mistake(
			b, "no column number %d in the table being built: it has %d", i, b->n);
		return NULL;
	}
	c = &b->cols[i];
	if (c->kind != B_PUSHED)
		builder_mistake(b, "column `%s` is complete: %s cannot add to it", c->name, call);
	else if (!fits)
		builder_mistake(
			b, "column `%s` is %s: %s does not fit", c->name, type_name(c->type), call);
	else if (c->n < c->room || make_room(b, c, 1) == 0)
		return c;
	return NULL;
}

/* The column, if a value of a type in `types` can be stored in it right away. */
static inline struct bcol *
fast(struct builder *b, int i, unsigned types)
{
	struct bcol *c;

	if (i < 0 || i >= b->n)
		return NULL;
	c = &b->cols[i];
	return c->n < c->room && types >> c->type & 1 ? c : NULL;
}

static bool
has_type(const struct builder *b, int i, unsigned types)
{
	return i >= 0 && i < b->n && (types >> b->cols[i].type & 1);
}

static inline void
count(struct bcol *c)
{
	if (c->valid)
		bit_push(c->valid, c->n, true);
	c->n++;
}

void
build_push_f64(struct mlf_builder *mb, int column, double v)
{
	static const unsigned types = 1u << MLF_F64;
	struct builder *b = builder_of(mb);
	struct bcol *c = fast(b, column, types);

	if (!c && !(c = pushable(b, column, "mlf_push_f64", has_type(b, column, types))))
		return;
	((double *)c->data)[c->n] = v;
	count(c);
}

void
build_push_i64(struct mlf_builder *mb, int column, int64_t v)
{
	static const unsigned types = 1u << MLF_I64 | 1u << MLF_BOOL | 1u << MLF_TIMESTAMP;
	struct builder *b = builder_of(mb);
	struct bcol *c = fast(b, column, types);

	if (!c && !(c = pushable(b, column, "mlf_push_i64", has_type(b, column, types))))
		return;
	if (c->type == MLF_BOOL)
		bit_push(c->data, c->n, v != 0);
	else
		((int64_t *)c->data)[c->n] = v;
	count(c);
}

void
build_push_str(struct mlf_builder *mb, int column, const char *s, int64_t len)
{
	static const unsigned types = 1u << MLF_UTF8;
	struct builder *b = builder_of(mb);
	struct bcol *c = fast(b, column, types);

	if (!c && !(c = pushable(b, column, "mlf_push_str", has_type(b, column, types))))
		return;
	if (len < 0 || (!s && len > 0)) {
		builder_mistake(b, "a text of %lld bytes at %s for column `%s`", (long long)len,
			s ? "an address" : "NULL", c->name);
		return;
	}
	if (len > c->text_room - c->text && !bcol_text(b, c, len))
		return;
	if (len > 0)
		memcpy(c->bytes + c->text, s, (size_t)len);
	c->text += len;
	((int32_t *)c->data)[c->n + 1] = (int32_t)c->text;
	count(c);
}

void
build_push_null(struct mlf_builder *mb, int column)
{
	struct builder *b = builder_of(mb);
	struct bcol *c = fast(b, column, ~0u);

	if ((!c && !(c = pushable(b, column, "mlf_push_null", true))) || !bcol_nullable(b, c))
		return;
	bit_push(c->valid, c->n, false);
	c->nulls++;
	if (c->type == MLF_BOOL)
		bit_push(c->data, c->n, false);
	else if (c->type == MLF_UTF8)
		((int32_t *)c->data)[c->n + 1] = (int32_t)c->text;
	else
		((int64_t *)c->data)[c->n] = 0;
	c->n++;
}

/* --- many at once -------------------------------------------------------------------------------- */

#define FILL_SLACK 16

bool
builder_room(struct mlf_builder *mb, int column, int64_t rows, int64_t text, struct fill *out)
{
	struct builder *b = builder_of(mb);
	struct bcol *c = pushable(b, column, "builder_room", true);

	if (!c || (rows > c->room - c->n && make_room(b, c, rows) < 0))
		return false;
	*out = (struct fill){.data = (int64_t *)c->data + c->n};
	if (c->type != MLF_UTF8)
		return true;
	if (text + FILL_SLACK > c->text_room - c->text && !bcol_text(b, c, text + FILL_SLACK))
		return false;
	*out = (struct fill){
		.data = (int32_t *)c->data + c->n + 1,
		.text = c->bytes + c->text,
		.ends = (int32_t)c->text,
	};
	return true;
}

void
builder_filled(struct mlf_builder *mb, int column, const struct filled *f)
{
	struct builder *b = builder_of(mb);
	struct bcol *c = &b->cols[column];

	if (f->n_nulls && !bcol_nullable(b, c))
		return;
	if (c->valid)
		bits_push_ones(c->valid, c->n, f->rows);
	for (size_t i = 0; i < f->n_nulls; i++) {
		int64_t row = c->n + f->nulls[i];

		c->valid[row >> 3] = (uint8_t)(c->valid[row >> 3] & ~(1u << (row & 7)));
	}
	for (int64_t i = 0; c->type == MLF_BOOL && i < f->rows; i++)
		bit_push(c->data, c->n + i, f->bools[i]);
	c->nulls += (int64_t)f->n_nulls;
	c->n += f->rows;
	c->text += f->text;
}
