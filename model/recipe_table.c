/* SPDX-License-Identifier: Apache-2.0
 * The columns at hand while a recipe runs.
 *
 * A column is either one of the frame, unchanged, which is grafted into the result without a copy, or
 * what an op made: doubles of which NaN is missing, or the texts of the frame with something in place
 * of the nulls. Doubles of a column of the frame are made when an op first wants them, and not at all
 * where the frame has them without nulls. */
#include "model/recipe.h"

#include <math.h>
#include <stdlib.h>

void
rtable_init(struct rtable *t, struct mlf_frame *f)
{
	*t = (struct rtable){.frame = f, .n = mlf_rows(f)};
}

void
rtable_fini(struct rtable *t)
{
	for (size_t i = 0; i < t->n_bufs; i++)
		free(t->bufs[i]);
	free(t->bufs);
	free(t->cols);
}

void
rtable_room(struct rtable *t, size_t ids)
{
	if (ids <= t->n_cols)
		return;
	t->cols = mem_resize(t->cols, ids * sizeof(*t->cols));
	memset(t->cols + t->n_cols, 0, (ids - t->n_cols) * sizeof(*t->cols));
	t->n_cols = ids;
}

void *
rtable_buffer(struct rtable *t, size_t bytes)
{
	t->bufs = mem_grow(t->bufs, &t->cap_bufs, t->n_bufs + 1, sizeof(*t->bufs));
	return t->bufs[t->n_bufs++] = mem_resize(NULL, bytes + 1);
}

void
rtable_load(struct rtable *t, int id, int column)
{
	const struct column *c = frame_column(frame_of(t->frame), column);
	t->cols[id] = (struct rcol){
		.there = true,
		.empty = c->nulls == c->n,
		.type = c->type,
		.source = column,
	};
	if (c->type == MLF_UTF8)
		t->cols[id].strs = mlf_utf8(t->frame, c->name);
}

/* ---- as numbers */

static const double *
load_numbers(struct rtable *t, const struct rcol *c)
{
	const char *name = mlf_column_name(t->frame, c->source);
	bool number = c->type == MLF_F64 || c->type == MLF_I64 || c->type == MLF_BOOL;
	struct mlf_f64s view = {0};
	if (number && !c->empty)
		view = mlf_f64(t->frame, name);
	if (number && !c->empty && !view.nulls)
		return view.v;
	double *x = rtable_buffer(t, (size_t)t->n * sizeof(*x));
	for (int64_t i = 0; i < t->n; i++)
		x[i] = view.v && !mlf_is_null(view.valid, view.off, i) ? view.v[i] : NAN;
	return x;
}

const double *
rtable_numbers(struct rtable *t, int id)
{
	struct rcol *c = &t->cols[id];
	if (!c->num)
		c->num = load_numbers(t, c);
	return c->num;
}

/* ---- as categories */

static struct mlf_str
text_at(const struct rcol *c, int64_t i)
{
	if (c->empty || mlf_is_null(c->strs.valid, c->strs.off, i))
		return c->fill;
	return mlf_str_at(&c->strs, i);
}

/* What a double stands for as a whole number; false: for none. */
static bool
whole(double x, int64_t *v)
{
	if (!(fabs(x) <= 9007199254740992.0) || x != floor(x))
		return false;
	*v = (int64_t)x;
	return true;
}

/* A column of whole numbers that can be read as they are: beyond 2^53 they are no doubles. */
static bool
is_exact(const struct rcol *c)
{
	return c->source >= 0 && c->type == MLF_I64 && !c->empty;
}

void
rtable_codes(struct rtable *t, int id, const struct dict *d, int32_t *codes)
{
	const struct rcol *c = &t->cols[id];
	if (d->type == MLF_UTF8) {
		for (int64_t i = 0; i < t->n; i++) {
			struct mlf_str s = text_at(c, i);
			codes[i] = s.s ? dict_find_text(d, s) : DICT_MISSING;
		}
	} else if (is_exact(c)) {
		struct mlf_i64s v = mlf_i64(t->frame, mlf_column_name(t->frame, c->source));
		for (int64_t i = 0; i < t->n; i++)
			codes[i] = mlf_is_null(v.valid, v.off, i) ? DICT_MISSING
								  : dict_find_int(d, v.v[i]);
	} else {
		const double *x = rtable_numbers(t, id);
		int64_t v;
		for (int64_t i = 0; i < t->n; i++)
			codes[i] = isnan(x[i])    ? DICT_MISSING
				: whole(x[i], &v) ? dict_find_int(d, v)
						  : DICT_UNSEEN;
	}
}

void
rtable_count(struct rtable *t, int id, struct dict *d, struct arena *a)
{
	const struct rcol *c = &t->cols[id];
	d->type = c->type == MLF_UTF8 ? MLF_UTF8 : MLF_I64;
	if (d->type == MLF_UTF8) {
		for (int64_t i = 0; i < t->n; i++) {
			struct mlf_str s = text_at(c, i);
			if (s.s)
				dict_add_text(d, a, s);
		}
	} else if (is_exact(c)) {
		struct mlf_i64s v = mlf_i64(t->frame, mlf_column_name(t->frame, c->source));
		for (int64_t i = 0; i < t->n; i++)
			if (!mlf_is_null(v.valid, v.off, i))
				dict_add_int(d, v.v[i]);
	} else {
		const double *x = rtable_numbers(t, id);
		int64_t v;
		for (int64_t i = 0; i < t->n; i++)
			if (whole(x[i], &v))
				dict_add_int(d, v);
	}
}

int64_t
rtable_missing(struct rtable *t, int id, double *flags)
{
	const struct rcol *c = &t->cols[id];
	int64_t missing = 0;
	if (c->type == MLF_UTF8 || c->type == MLF_TIMESTAMP) {
		const uint8_t *valid = NULL;
		int64_t off = 0;
		if (c->source >= 0) {
			const struct column *k = frame_column(frame_of(t->frame), c->source);
			valid = k->nulls ? k->valid : NULL;
			off = k->off;
		}
		for (int64_t i = 0; i < t->n; i++) {
			bool null = !c->fill.s && (c->empty || mlf_is_null(valid, off, i));
			missing += null;
			if (flags)
				flags[i] = null;
		}
		return missing;
	}
	const double *x = rtable_numbers(t, id);
	for (int64_t i = 0; i < t->n; i++) {
		missing += isnan(x[i]) != 0;
		if (flags)
			flags[i] = isnan(x[i]) != 0;
	}
	return missing;
}

/* ---- into a frame */

static void
emit_texts(struct rtable *t, const struct rcol *c, const char *name, struct mlf_builder *b)
{
	int column = mlf_add_column(b, name, MLF_UTF8);
	for (int64_t i = 0; i < t->n; i++) {
		struct mlf_str s = text_at(c, i);
		if (s.s)
			mlf_push_str(b, column, s.s, s.len);
		else
			mlf_push_null(b, column);
	}
}

static void
emit_nulls(struct rtable *t, const char *name, enum mlf_type type, struct mlf_builder *b)
{
	int column = mlf_add_column(b, name, type);
	for (int64_t i = 0; i < t->n; i++)
		mlf_push_null(b, column);
}

/* What is missing becomes null; whole numbers that no int64 holds, too. */
static void
emit_numbers(struct rtable *t, const double *x, const char *name, enum mlf_type type,
	struct mlf_builder *b)
{
	int column = mlf_add_column(b, name, type);
	if (type == MLF_F64) {
		for (int64_t i = 0; i < t->n; i++)
			if (isnan(x[i]))
				mlf_push_null(b, column);
			else
				mlf_push_f64(b, column, x[i]);
		return;
	}
	for (int64_t i = 0; i < t->n; i++)
		if (fabs(x[i]) < 9.2e18)
			mlf_push_i64(b, column, (int64_t)x[i]);
		else
			mlf_push_null(b, column);
}

/* A double column without nulls is most of what there is: one copy, and it is looked at once. */
static bool
emit_whole(struct rtable *t, const double *x, const char *name, struct mlf_builder *b)
{
	bool missing = false;
	for (int64_t i = 0; i < t->n; i++)
		missing |= isnan(x[i]) != 0;
	if (missing)
		return false;
	double *to = mlf_new_f64(b, name, t->n);
	memcpy(to, x, (size_t)t->n * sizeof(*to));
	return true;
}

void
rtable_emit(struct rtable *t, int id, const struct recipe_column *as, const char *name,
	struct mlf_builder *b)
{
	struct rcol *c = &t->cols[id];
	bool widened = as->type == MLF_F64 && (c->type == MLF_I64 || c->type == MLF_BOOL);
	if (c->source >= 0 &&
		type_class(mlf_column_type(t->frame, c->source)) != type_class(as->type))
		emit_nulls(t, name, as->type, b);
	else if (c->source >= 0 && !widened && !c->fill.s)
		mlf_graft(b, t->frame, mlf_column_name(t->frame, c->source), name);
	else if (c->type == MLF_UTF8)
		emit_texts(t, c, name, b);
	else {
		enum mlf_type type = widened ? MLF_F64 : c->type;
		const double *x = rtable_numbers(t, id);
		if (type != MLF_F64 || !emit_whole(t, x, name, b))
			emit_numbers(t, x, name, type, b);
	}
}
