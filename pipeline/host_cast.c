/* SPDX-License-Identifier: Apache-2.0
 * Columns as other types. What does not convert is null and marked; nothing is rounded or cut off.
 *
 *	text      -> any      as files are read; empty or blank text is null
 *	any       -> text     as previews show it
 *	number    -> int64    whole and within range
 *	number    -> bool     0 or 1
 *	number   <-> timestamp  microseconds since 1970 */
#include "pipeline/ctx.h"

#include <math.h>

/* A value on its way; text has no place here. */
struct cell {
	int64_t i;
	double f;
};

static bool
read_text(const struct column *c, int64_t row, enum mlf_type to, struct cell *out, bool *null)
{
	const int32_t *ends = (const int32_t *)c->data + c->off;
	const char *s = c->bytes + ends[row], *end = c->bytes + ends[row + 1];
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	while (s < end && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*null = s == end;
	return *null || cell_read(to, s, (size_t)(end - s), &out->i, &out->f);
}

static bool
read_number(const struct column *c, int64_t row, enum mlf_type to, struct cell *out)
{
	if (c->type == MLF_F64) {
		out->f = ((const double *)c->data)[c->off + row];
		if (to == MLF_F64)
			return true;
		if (!(out->f >= -0x1p63 && out->f < 0x1p63) || rint(out->f) != out->f)
			return false;
		out->i = (int64_t)out->f;
	} else {
		const uint8_t *bits = c->data;
		int64_t at = c->off + row;
		out->i = c->type == MLF_BOOL ? bits[at >> 3] >> (at & 7) & 1
					     : ((const int64_t *)c->data)[at];
		out->f = (double)out->i;
		if (c->type == MLF_BOOL && to == MLF_TIMESTAMP)
			return false;
	}
	return to != MLF_BOOL || out->i == 0 || out->i == 1;
}

static void
push_text(struct mlf_builder *b, int column, const struct column *c, int64_t row, struct str *text)
{
	str_reset(text);
	(void)column_show(c, row, text);
	mlf_push_str(b, column, str_text(text), (int64_t)text->len);
}

static void
push(struct mlf_builder *b, int column, enum mlf_type to, const struct cell *v)
{
	if (to == MLF_F64)
		mlf_push_f64(b, column, v->f);
	else
		mlf_push_i64(b, column, v->i);
}

struct mlf_frame *
ctx_cast(struct mlf_ctx *pub, struct mlf_frame *f, const char *name, enum mlf_type to, bool *bad)
{
	struct mlf_builder *b = scope_builder(scope_of(f));
	int at = mlf_find(f, name);
	struct str text = {0};
	(void)pub;
	if (at < 0) { /* graft says which columns there are */
		mlf_graft(b, f, name, name);
		return mlf_finish(b);
	}
	const struct column *c = frame_column(frame_of(f), at);
	if (c->type == to) {
		mlf_graft(b, f, name, name);
		return mlf_finish(b);
	}
	int column = mlf_add_column(b, name, to);
	for (int64_t i = 0; i < c->n; i++) {
		struct cell v = {0, 0};
		bool null = column_null(c, i), fits = true;
		if (!null && to == MLF_UTF8) {
			push_text(b, column, c, i, &text);
			continue;
		}
		if (!null)
			fits = c->type == MLF_UTF8 ? read_text(c, i, to, &v, &null)
						   : read_number(c, i, to, &v);
		bad[i] |= !fits;
		if (null || !fits)
			mlf_push_null(b, column);
		else
			push(b, column, to, &v);
	}
	str_fini(&text);
	return mlf_finish(b);
}
