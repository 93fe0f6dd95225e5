/* SPDX-License-Identifier: Apache-2.0
 * Partitions as one table: each is read to its end before the next is opened, with the types of the
 * first. They have to have the same columns in the same order. */
#include "catalog/parts.h"

#include <string.h>

struct parts_reader {
	struct parts p;
	struct read_opts o;
	struct schema types; /* of the first partition; what later ones are read as */
	bool whole;
	struct arena mem;
	struct versions ids;
	size_t at; /* the partition in hand */
	struct reader *inner;
	bool nothing_new; /* the columns of the last one that was confirmed, and no row */
	bool given;
	struct hash_xxh *hash;
	uint64_t bytes;
	int64_t rejected;
};

static int
none(const struct parts *p, struct err *e)
{
	err_set(e, MLC_DATA_MISSING, "dataset `%s`: no file in `%s`%s%s", p->d->name, p->d->path,
		*p->suffix ? " ends in " : "", p->suffix);
	return err_help(e, "put files there, or correct `filepath` and `filename_suffix`");
}

/* Which partitions are to be read. */
static int
choose(struct parts_reader *r, struct err *e)
{
	struct parts_range range = {.upto = r->o.upto};

	if (r->p.incremental && parts_confirmed(&r->p, r->o.rootfd, &r->mem, &range.after, e) < 0)
		return -1;
	if (parts_list(&r->p, r->o.rootfd, &r->mem, range, &r->ids, e) < 0)
		return -1;
	if (r->ids.n > 0)
		return 0;
	if (!range.after)
		return none(&r->p, e);
	r->nothing_new = true;
	range = (struct parts_range){.upto = range.after};
	if (parts_list(&r->p, r->o.rootfd, &r->mem, range, &r->ids, e) < 0)
		return -1;
	if (r->ids.n == 0)
		return none(&r->p, e);
	r->ids.v += r->ids.n - 1;
	r->ids.n = 1;
	return 0;
}

int
parts_open(const struct dataset *d, const struct read_opts *o, bool whole,
	struct parts_reader **out, struct err *e)
{
	struct parts_reader *r = mem_alloc(sizeof(*r));

	r->o = *o;
	r->o.known = NULL; /* of the folder, not of one file */
	r->o.known_hash = NULL;
	if (!r->o.schema)
		r->o.schema = o->known;
	r->whole = whole;
	r->hash = hash_xxh_new();
	parts_of(&r->mem, d, &r->p);
	if (choose(r, e) < 0) {
		parts_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

void
parts_close(struct parts_reader *r)
{
	char hex[HASH_XXH_HEX];

	if (!r)
		return;
	reader_close(r->inner);
	if (r->hash)
		hash_xxh_end(r->hash, hex);
	arena_fini(&r->mem);
	free(r);
}

/* --- columns --------------------------------------------------------------------------------------- */

static void
take_types(struct parts_reader *r, const struct frame *f)
{
	size_t n = (size_t)frame_columns(f);

	r->types.n = n;
	r->types.columns = arena_alloc(&r->mem, (n + 1) * sizeof(*r->types.columns));
	for (size_t i = 0; i < n; i++) {
		const struct column *c = frame_column(f, (int)i);

		r->types.columns[i].name = arena_strdup(&r->mem, c->name);
		r->types.columns[i].type = c->type;
	}
	r->o.schema = &r->types;
}

static int
differs(const struct parts_reader *r, const struct frame *f, struct err *e)
{
	const char *id = r->ids.v[r->at], *first = r->ids.v[0];
	int n = (int)r->types.n;

	if (frame_columns(f) != n)
		return err_set(e, MLC_DATA,
			"dataset `%s`: partition `%s` has %d columns, `%s` has %d", r->p.d->name,
			id, frame_columns(f), first, n);
	for (int i = 0; i < n; i++) {
		const struct column *c = frame_column(f, i);
		const struct schema_column *was = &r->types.columns[i];

		if (!str_eq(c->name, was->name) || c->type != was->type)
			return err_set(e, MLC_DATA,
				"dataset `%s`: column %d of partition `%s` is `%s` (%s), of `%s` "
				"it is `%s` (%s)",
				r->p.d->name, i + 1, id, c->name, type_name(c->type), first,
				was->name, type_name(was->type));
	}
	return 0;
}

/* The batch with the id as one more column. */
static int
add_id(struct parts_reader *r, struct frame **batch, struct err *e)
{
	struct scope *sc = scope_new(r->o.segs);
	struct mlf_frame *f = scope_lend(sc, *batch), *with;
	struct mlf_builder *b = scope_builder(sc);
	const char *id = r->ids.v[r->at];
	int rc = 0, column;

	for (int i = 0; i < mlf_columns(f); i++)
		mlf_graft(b, f, mlf_column_name(f, i), mlf_column_name(f, i));
	column = mlf_add_column(b, r->p.column, MLF_UTF8);
	for (int64_t i = 0; i < mlf_rows(f); i++)
		mlf_push_str(b, column, id, (int64_t)strlen(id));
	with = mlf_finish(b);
	if (scope_error(sc)) {
		*e = *scope_error(sc);
		rc = err_wrap(e, "dataset `%s`, `partition_column`", r->p.d->name);
	} else {
		frame_unref(*batch);
		*batch = frame_ref(frame_of(with));
	}
	scope_free(sc);
	return rc;
}

/* No row of the batch. */
static int
empty(struct parts_reader *r, struct frame **batch, struct err *e)
{
	struct scope *sc = scope_new(r->o.segs);
	struct mlf_frame *f = mlf_slice(scope_lend(sc, *batch), 0, 0);

	(void)e;
	frame_unref(*batch);
	*batch = frame_ref(frame_of(f));
	scope_free(sc);
	return 0;
}

/* --- one after the other ---------------------------------------------------------------------------- */

static int
open_next(struct parts_reader *r, struct err *e)
{
	const struct dataset *d = parts_at(&r->mem, &r->p, r->ids.v[r->at]);

	return reader_open(d, &r->o, r->whole, &r->inner, e);
}

/* The partition is at its end: it becomes part of what the dataset is known by. */
static void
end_partition(struct parts_reader *r)
{
	struct read_facts facts;
	const char *id = r->ids.v[r->at];

	reader_facts(r->inner, &facts);
	hash_xxh_add(r->hash, id, strlen(id) + 1);
	hash_xxh_add(r->hash, facts.hash, strlen(facts.hash) + 1);
	r->bytes += facts.bytes;
	r->rejected += facts.rejected;
	reader_close(r->inner);
	r->inner = NULL;
	r->at++;
}

/* All partitions together are known by the hash of the folder, as writing it gives it. */
static int
end(struct parts_reader *r, struct read_facts *facts, struct err *e)
{
	facts->bytes = r->nothing_new ? 0 : r->bytes;
	facts->rejected = r->rejected;
	if (r->p.incremental) {
		hash_xxh_end(r->hash, facts->hash);
		r->hash = NULL;
		return 0;
	}
	return hash_tree(r->o.rootfd, r->p.d->path, facts->hash, NULL, e);
}

static int
shape(struct parts_reader *r, struct frame **batch, struct err *e)
{
	if (!r->types.n)
		take_types(r, *batch);
	if (differs(r, *batch, e) < 0)
		return -1;
	if (r->p.column && add_id(r, batch, e) < 0)
		return -1;
	return r->nothing_new ? empty(r, batch, e) : 0;
}

int
parts_next(struct parts_reader *r, struct frame **batch, struct read_facts *facts, struct err *e)
{
	int rc;

	while (r->at < r->ids.n && !(r->nothing_new && r->given)) {
		if (!r->inner && open_next(r, e) < 0)
			return -1;
		rc = reader_next(r->inner, batch, e);
		if (rc < 0)
			return -1;
		if (rc == 1) {
			if (shape(r, batch, e) < 0) {
				frame_unref(*batch);
				return -1;
			}
			r->given = true;
			return 1;
		}
		end_partition(r);
	}
	return end(r, facts, e);
}
