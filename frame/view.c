/* SPDX-License-Identifier: Apache-2.0
 * Checked views: a pointer to a column of the type that was asked for, or nulls and a mistake.
 *
 * Whatever is asked, the view has the frame's number of rows and memory behind all of them, so a loop
 * over it is safe without a look at any error. */
#include "frame/inside.h"

#include <stdlib.h>
#include "frame/bits.h"

/* A column of many rows is converted in pieces, by two threads. */
enum { PIECE = 1 << 16, MANY_ROWS = 1 << 17 };

/* Fills the view struct that belongs to c's type. */
static void
view_fill(void *view, const struct column *c)
{
	switch (c->type) {
	case MLF_F64:
		*(struct mlf_f64s *)view = (struct mlf_f64s){
			(const double *)c->data + c->off, c->valid, c->off, c->n, c->nulls};
		break;
	case MLF_I64:
	case MLF_TIMESTAMP:
		*(struct mlf_i64s *)view = (struct mlf_i64s){
			(const int64_t *)c->data + c->off, c->valid, c->off, c->n, c->nulls};
		break;
	case MLF_BOOL:
		*(struct mlf_bools *)view =
			(struct mlf_bools){c->data, c->valid, c->off, c->n, c->nulls};
		break;
	case MLF_UTF8:
		*(struct mlf_strs *)view = (struct mlf_strs){
			column_ends(c), c->bytes, c->valid, c->off, c->n, c->nulls};
		break;
	}
}

static void
view_nulls(struct scope *sc, int64_t rows, enum mlf_type want, void *view)
{
	const void *zeros = scope_region(sc, (uint64_t)(rows + 1) * sizeof(int64_t), false);
	struct column c = {"", want, rows, 0, rows, zeros, zeros, zeros};

	view_fill(view, &c);
}

const double *
column_doubles(const struct column *c, int64_t from, int64_t m, double *room)
{
	int64_t at = c->off + from;

	if (c->type == MLF_F64)
		return (const double *)c->data + at;
	if (c->type == MLF_BOOL)
		bits_doubles(c->data, at, m, room);
	else
		for (int64_t i = 0; i < m; i++)
			room[i] = (double)((const int64_t *)c->data)[at + i];
	return room;
}

struct conversion {
	const struct column *from;
	double *to;
};

static void
convert_piece(void *arg, size_t piece)
{
	const struct conversion *v = arg;
	const struct column *c = v->from;
	int64_t from = (int64_t)piece * PIECE;

	(void)column_doubles(c, from, c->n - from < PIECE ? c->n - from : PIECE, v->to + from);
}

static double *
convert(const struct column *c)
{
	struct conversion v = {c, mem_resize(NULL, (size_t)(c->n + 1) * sizeof(*v.to))};

	share_out((size_t)((c->n + PIECE - 1) / PIECE), c->n >= MANY_ROWS, convert_piece, &v);
	return v.to;
}

/* The column as doubles, converted at most once in a scope. */
static const double *
as_f64(struct scope *sc, const struct frame *f, int i, const struct column *c)
{
	struct as_f64 *a;

	for (a = sc->as_f64; a; a = a->next)
		if (a->frame == f && a->column == i)
			return a->v;
	a = arena_alloc(&sc->mem, sizeof(*a));
	*a = (struct as_f64){f, i, convert(c), sc->as_f64};
	sc->as_f64 = a;
	return a->v;
}

static const char *
view_of_type(enum mlf_type type)
{
	static const char *const calls[] = {
		[MLF_BOOL] = "mlf_bool",
		[MLF_I64] = "mlf_i64",
		[MLF_F64] = "mlf_f64",
		[MLF_UTF8] = "mlf_utf8",
		[MLF_TIMESTAMP] = "mlf_timestamp",
	};

	return calls[type];
}

static void
wrong_type(struct scope *sc, const struct column *c, enum mlf_type want)
{
	struct err e = {0};

	err_set(&e, MLC_FRAME, "column `%s` is %s, not %s", c->name, type_name(c->type),
		type_name(want));
	err_help(&e, "%s gives a view of it", view_of_type(c->type));
	scope_fail(sc, &e);
}

static int
find(struct lent *l, const char *name)
{
	int i = frame_find(l->frame, name);
	const char **names;

	if (i < 0) {
		names = frame_names(l->frame);
		scope_no_column(l->scope, name, "this table", names, (size_t)l->frame->n);
		free(names);
	}
	return i;
}

void
view_get(struct mlf_frame *mf, const char *name, enum mlf_type want, void *view)
{
	struct lent *l = lent_of(mf);
	int i = find(l, name);
	const struct column *c;
	enum mlf_type type;

	if (i < 0) {
		view_nulls(l->scope, l->frame->rows, want, view);
		return;
	}
	type = l->frame->cols[i].c.type;
	c = frame_column(l->frame, i);
	if (type == want) {
		view_fill(view, c);
	} else if (want == MLF_F64 && (type == MLF_I64 || type == MLF_BOOL)) {
		*(struct mlf_f64s *)view = (struct mlf_f64s){
			as_f64(l->scope, l->frame, i, c), c->valid, c->off, c->n, c->nulls};
	} else {
		wrong_type(l->scope, c, want);
		view_nulls(l->scope, l->frame->rows, want, view);
	}
}
