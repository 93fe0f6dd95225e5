/* SPDX-License-Identifier: Apache-2.0
 * Scopes: what one node sees, and the table of functions it sees it through.
 *
 * A scope owns all it hands out and keeps the first mistake made with any of it. After a mistake
 * everything goes on harmlessly: frames that should have come are frames of nulls, and pointers that
 * should have been to columns are to scratch memory. */
#include "frame/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* How many characters of column names a message lists. */
#define LIST_MAX 160

/* --- mistakes ------------------------------------------------------------------------------------ */

const struct err *
scope_error(const struct scope *sc)
{
	return sc->err.code ? &sc->err : NULL;
}

void
scope_fail(struct scope *sc, const struct err *e)
{
	if (!sc->err.code)
		sc->err = *e;
}

void
scope_vmistake(struct scope *sc, const char *fmt, va_list ap)
{
	struct err e = {.code = MLC_FRAME};

	if (sc->err.code)
		return;
	(void)vsnprintf(e.msg, sizeof(e.msg), fmt, ap);
	scope_fail(sc, &e);
}

void
scope_mistake(struct scope *sc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	scope_vmistake(sc, fmt, ap);
	va_end(ap);
}

static const char *
nearest(const char *word, const char *const *names, size_t n)
{
	const char *best = NULL;
	int distance, least = 0;

	for (size_t i = 0; i < n; i++)
		if (str_near(word, names[i], &distance) && (!best || distance < least)) {
			best = names[i];
			least = distance;
		}
	return best;
}

void
scope_no_column(
	struct scope *sc, const char *word, const char *where, const char *const *names, size_t n)
{
	struct str list = {0};
	const char *near;

	if (sc->err.code)
		return;
	for (size_t i = 0; i < n && list.len < LIST_MAX; i++)
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	if (list.len >= LIST_MAX)
		str_add(&list, ", ...");
	near = nearest(word ? word : "", names, n);
	scope_mistake(sc, "no column `%s` in %s (has: %s)%s%s%s", word ? word : "(NULL)", where,
		n ? str_text(&list) : "no columns", near ? "; did you mean `" : "",
		near ? near : "", near ? "`?" : "");
	str_fini(&list);
}

/* --- memory -------------------------------------------------------------------------------------- */

void *
scope_region(struct scope *sc, uint64_t bytes, bool writable)
{
	int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	struct region *r;

	bytes += 1; /* even nothing has an address */
	for (r = sc->regions; r && !writable; r = r->next)
		if (!r->writable && r->bytes >= bytes)
			return r->map;
	r = arena_alloc(&sc->mem, sizeof(*r));
	r->bytes = bytes;
	r->writable = writable;
	r->map = mmap(NULL, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->map == MAP_FAILED)
		mem_exhausted();
	r->next = sc->regions;
	sc->regions = r;
	return r->map;
}

struct scope *
scope_new(struct segs *s)
{
	struct scope *sc = mem_alloc(sizeof(*sc));

	sc->segs = s;
	return sc;
}

void
scope_free(struct scope *sc)
{
	if (!sc)
		return;
	for (struct builder *b = sc->builders; b; b = b->next)
		builder_fini(b);
	for (struct lent *l = sc->lent; l; l = l->next)
		frame_unref(l->frame);
	for (struct region *r = sc->regions; r; r = r->next)
		munmap(r->map, r->bytes);
	for (struct as_f64 *a = sc->as_f64; a; a = a->next)
		free(a->v);
	arena_fini(&sc->mem);
	free(sc);
}

/* --- what plugins call --------------------------------------------------------------------------- */

static int64_t
api_rows(const struct mlf_frame *f)
{
	return lent_of(f)->frame->rows;
}

static int
api_columns(const struct mlf_frame *f)
{
	return lent_of(f)->frame->n;
}

/* The column's entry, or a mistake and NULL. */
static const struct fcol *
column_at(const struct mlf_frame *f, int i)
{
	struct lent *l = lent_of(f);

	if (i >= 0 && i < l->frame->n)
		return &l->frame->cols[i];
	scope_mistake(l->scope, "no column number %d: the table has %d", i, l->frame->n);
	return NULL;
}

static const char *
api_column_name(const struct mlf_frame *f, int i)
{
	const struct fcol *fc = column_at(f, i);

	return fc ? fc->c.name : "";
}

static enum mlf_type
api_column_type(const struct mlf_frame *f, int i)
{
	const struct fcol *fc = column_at(f, i);

	return fc ? fc->c.type : (enum mlf_type)0;
}

static int
api_find(const struct mlf_frame *f, const char *name)
{
	return frame_find(lent_of(f)->frame, name);
}

static const struct mlf_frame_api frame_api = {
	.size = sizeof(struct mlf_frame_api),
	.rows = api_rows,
	.columns = api_columns,
	.column_name = api_column_name,
	.column_type = api_column_type,
	.find = api_find,
	.view = view_get,
	.slice = slice_rows,
	.filter = filter_rows,
	.export_arrow = arrow_export,
	.new_column = build_new_column,
	.set_null = build_set_null,
	.add_column = build_add_column,
	.push_i64 = build_push_i64,
	.push_f64 = build_push_f64,
	.push_str = build_push_str,
	.push_null = build_push_null,
	.graft = build_graft,
	.finish = build_finish,
};

/* --- what a scope hands out ---------------------------------------------------------------------- */

struct mlf_frame *
scope_give(struct scope *sc, struct frame *f)
{
	struct lent *l = arena_alloc(&sc->mem, sizeof(*l));

	l->pub.api = &frame_api;
	l->scope = sc;
	l->frame = f;
	l->next = sc->lent;
	sc->lent = l;
	return &l->pub;
}

struct mlf_frame *
scope_lend(struct scope *sc, struct frame *f)
{
	return scope_give(sc, frame_ref(f));
}

struct mlf_frame *
scope_nothing(struct scope *sc, int64_t rows)
{
	rows = rows > 0 ? rows : 0;
	return scope_give(sc, frame_make(0, rows < ROWS_MAX ? rows : ROWS_MAX));
}

struct frame *
frame_of(struct mlf_frame *f)
{
	return lent_of(f)->frame;
}

struct scope *
scope_of(struct mlf_frame *f)
{
	return lent_of(f)->scope;
}

struct mlf_builder *
scope_builder(struct scope *sc)
{
	struct builder *b = arena_alloc(&sc->mem, sizeof(*b));

	b->pub.api = &frame_api;
	b->scope = sc;
	b->next = sc->builders;
	sc->builders = b;
	return &b->pub;
}
