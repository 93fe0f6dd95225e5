/* SPDX-License-Identifier: Apache-2.0
 * A table into the folder of a stage, a file for each value of a column.
 *
 *	.orders.TOKEN.stage/2025-01.csv      written by a stage of its own, in the hidden folder
 *	.orders.TOKEN.stage/2024-12.csv      a partition that stays: a link to the old file
 *
 * The folder takes the place of the old one as a whole, so readers see all of it or nothing. */
#include "catalog/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct part {
	const char *id; /* arena */
	const struct dataset *d;
	struct stage *stage; /* NULL once it is in its place */
	bool *keep;          /* of the batch in hand; owned */
	bool used;
};

struct parts_writer {
	struct parts p;
	struct arena mem;
	int dirfd;        /* borrowed */
	const char *name; /* arena: of the folder */
	struct map by_id; /* id -> place + 1 */
	struct part *v;   /* owned */
	size_t n, cap;
};

int
parts_write_open(const struct dataset *d, int dirfd, const char *name, struct parts_writer **out,
	struct err *e)
{
	struct parts_writer *w = mem_alloc(sizeof(*w));
	struct dataset *inside = arena_alloc(&w->mem, sizeof(*inside));

	*inside = *d;
	parts_of(&w->mem, inside, &w->p);
	if (!w->p.by) {
		parts_write_close(w);
		err_set(e, MLC_CONF_VALUE, "dataset `%s` is written, and has no `partition_by`",
			d->name);
		err_at(e, &d->at, "");
		return err_help(e, "add save_args: {partition_by: COLUMN}");
	}
	w->dirfd = dirfd;
	w->name = arena_strdup(&w->mem, name);
	inside->path = w->name; /* partitions lie in the stage */
	inside->outside = false;
	if (mkdirat(dirfd, name, 0777) != 0) {
		parts_write_close(w);
		return err_errno(e, MLC_DISK, "cannot make the folder of `%s`", d->name);
	}
	*out = w;
	return 0;
}

void
parts_write_close(struct parts_writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].stage)
			stage_abort(w->v[i].stage);
		free(w->v[i].keep);
	}
	free(w->v);
	map_fini(&w->by_id);
	arena_fini(&w->mem);
	free(w);
}

/* --- values as names -------------------------------------------------------------------------------- */

static bool
is_id(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == '/' || s[i] == '\\' || s[i] == 127)
			return false;
	return n > 0 && n <= 200 && s[0] != '.';
}

static int
bad_id(const struct parts_writer *w, const char *id, bool null, struct err *e)
{
	struct str shown = {0};

	term_add_safe(&shown, id);
	err_set(e, MLC_DATA,
		"dataset `%s`: %s%s%s in column `%s` cannot be the name of a partition",
		w->p.d->name,
		null          ? "a null"
			: *id ? "`"
			      : "an empty text",
		str_text(&shown), null || !*id ? "" : "`", w->p.by);
	str_fini(&shown);
	return err_help(e, "names are 1 to 200 characters without `/`, and begin with no point");
}

static int
add_part(struct parts_writer *w, const char *id, struct part **out, struct err *e)
{
	struct part *part;

	if (w->n == PARTS_WRITTEN_MAX) {
		err_set(e, MLC_DATA, "dataset `%s`: column `%s` has more than %d values",
			w->p.d->name, w->p.by, PARTS_WRITTEN_MAX);
		return err_help(e, "partition by a column with fewer, a month instead of a second");
	}
	w->v = mem_grow(w->v, &w->cap, w->n + 1, sizeof(*w->v));
	part = &w->v[w->n++];
	*part = (struct part){.id = arena_strdup(&w->mem, id)};
	part->d = parts_at(&w->mem, &w->p, part->id);
	map_put(&w->by_id, part->id, (void *)(intptr_t)w->n);
	*out = part;
	return stage_begin(part->d, w->dirfd, "part", &part->stage, e);
}

/* --- batches ---------------------------------------------------------------------------------------- */

/* Marks each row in the partition that it belongs to. */
static int
sort_rows(struct parts_writer *w, const struct frame *f, const struct column *c, struct err *e)
{
	struct str id = {0};
	int rc = 0;

	for (int64_t i = 0; i < frame_rows(f) && rc == 0; i++) {
		struct part *part = NULL;
		intptr_t at;
		bool null;

		str_reset(&id);
		null = !column_show(c, i, &id);
		if (null || !is_id(str_text(&id))) {
			rc = bad_id(w, str_text(&id), null, e);
			break;
		}
		at = (intptr_t)map_get(&w->by_id, str_text(&id));
		if (at)
			part = &w->v[at - 1];
		else
			rc = add_part(w, str_text(&id), &part, e);
		if (rc == 0 && !part->keep)
			part->keep = mem_alloc((size_t)frame_rows(f));
		if (rc == 0)
			part->keep[i] = part->used = true;
	}
	str_fini(&id);
	return rc;
}

static int
put_rows(struct parts_writer *w, struct part *part, struct frame *f, struct segs *segs,
	struct err *e)
{
	struct scope *sc = scope_new(segs);
	struct mlf_frame *rows = mlf_filter(scope_lend(sc, f), part->keep);
	int rc = 0;

	(void)w;
	if (scope_error(sc)) {
		*e = *scope_error(sc);
		rc = -1;
	}
	if (rc == 0)
		rc = stage_table(part->stage, frame_of(rows), e);
	scope_free(sc);
	return rc;
}

int
parts_write(struct parts_writer *w, struct frame *batch, struct err *e)
{
	int column = frame_find(batch, w->p.by), rc;
	struct segs *segs;

	if (column < 0) {
		err_set(e, MLC_FRAME, "dataset `%s`: there is no column `%s` to partition by",
			w->p.d->name, w->p.by);
		return -1;
	}
	segs = segs_new(SEGS_PRIVATE, 1);
	rc = sort_rows(w, batch, frame_column(batch, column), e);
	for (size_t i = 0; i < w->n; i++) {
		struct part *part = &w->v[i];

		if (part->used && rc == 0)
			rc = put_rows(w, part, batch, segs, e);
		free(part->keep);
		part->keep = NULL;
		part->used = false;
	}
	segs_free(segs);
	return rc;
}

/* --- the end ---------------------------------------------------------------------------------------- */

static int
settle(struct parts_writer *w, struct part *part, struct err *e)
{
	struct staged staged;
	int rc;

	if (stage__end_part(part->stage, &staged, e) < 0)
		return -1;
	part->stage = NULL;
	rc = renameat(w->dirfd, staged.path, w->dirfd, part->d->path);
	staged_fini(&staged);
	return rc == 0 ? 0 : err_errno(e, MLC_DISK, "`%s`", part->d->path);
}

/* A partition that was not written stays: the same file under the new folder. */
static int
link_old(struct parts_writer *w, const char *target, const char *id, struct err *e)
{
	struct str from = {0}, to = {0};
	int rc;

	str_addf(&from, "%s/%s%s", target, id, w->p.suffix);
	str_addf(&to, "%s/%s%s", w->name, id, w->p.suffix);
	rc = file_mkdirs(w->dirfd, to.s, false, e);
	if (rc == 0 && linkat(w->dirfd, from.s, w->dirfd, to.s, 0) != 0)
		rc = file_copy(w->dirfd, from.s, w->dirfd, to.s, e);
	str_fini(&from);
	str_fini(&to);
	return rc;
}

static int
keep_others(struct parts_writer *w, const char *target, struct err *e)
{
	struct dataset old = *w->p.d;
	struct parts p = w->p;
	struct versions ids;
	int rc;

	old.path = target;
	p.d = &old;
	rc = parts_list(&p, w->dirfd, &w->mem, (struct parts_range){0}, &ids, e);
	for (size_t i = 0; i < ids.n && rc == 0; i++)
		if (!map_has(&w->by_id, ids.v[i]))
			rc = link_old(w, target, ids.v[i], e);
	return rc;
}

int
parts_write_end(struct parts_writer *w, const char *target, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < w->n && rc == 0; i++)
		rc = settle(w, &w->v[i], e);
	return rc == 0 && !w->p.overwrite ? keep_others(w, target, e) : rc;
}
