/* SPDX-License-Identifier: Apache-2.0
 * Reading a dataset: opened once, hashed as it is read, and read with the types it was written with
 * if the hash says that it is the file we wrote.
 *
 * Each batch is made in a scope of its own, so memory stays flat however long the file is. A whole
 * table is asked for in one batch, which makes its columns contiguous without a copy. */
#include "catalog/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
	struct host host;
	struct parts_reader *parts; /* of partitions, in the place of all the rest; else NULL */
	struct segs *segs;          /* borrowed */
	void *state;                /* the type's */
	bool opened, ended;
	int64_t batches;
	struct read_facts facts;
};

/* --- opening ------------------------------------------------------------------------------------- */

static int
no_file(const struct dataset *d, struct err *e)
{
	err_set(e, MLC_BUG, "dataset `%s` (type %s) cannot be read from a file", d->name,
		d->type->name);
	return -1;
}

/* Opens the file of a dataset, at its path or another; only regular ones, because a pipe could make us wait for ever. */
static int
open_file(const struct dataset *d, const char *path, int rootfd, struct err *e)
{
	int fd = file_open(rootfd, path, O_RDONLY | O_NOCTTY | O_NONBLOCK, d->outside, e);
	struct stat st;

	if (fd < 0 && errno == ENOENT) {
		err_set(e, MLC_DATA_MISSING, "dataset `%s` does not exist: there is no `%s`",
			d->name, d->path);
		return err_help(e, "run the node that writes it, or correct `filepath` at %s:%d",
			d->at.file ? d->at.file : "the catalog", d->at.line);
	}
	if (fd < 0)
		return err_wrap(e, "dataset `%s`", d->name);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return err_set(e, MLC_DATA, "dataset `%s`: `%s` is %s", d->name, d->path,
		S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
}

static bool
has_versions(const struct dataset *d, int rootfd)
{
	struct arena names = {0};
	struct versions all;
	bool any = dataset_versions(d, rootfd, &names, &all, NULL) == 0 && all.n > 0;

	arena_fini(&names);
	return any;
}

bool
dataset_exists(const struct dataset *d, int rootfd)
{
	struct err e;
	bool there;
	int fd;

	if (!d->path)
		return false;
	if (d->versioned)
		return has_versions(d, rootfd);
	if (dataset_is_remote(d))
		return table_exists(d, -1);
	fd = file_open(rootfd, d->path, O_PATH, d->outside, &e);
	there = fd >= 0 && table_exists(d, fd);
	if (fd >= 0)
		close(fd);
	return there;
}

/* Chooses the types to read as. */
static int
take_schemas(struct reader *r, const struct read_opts *o, struct err *e)
{
	char hash[HASH_XXH_HEX];

	if (o->schema)
		r->host.wanted = *o->schema;
	if (!o->known || !o->known_hash || r->host.content)
		return 0; /* a table in a database has its types */
	if (hash_xxh3_fd(r->host.fd, hash, e) < 0)
		return -1;
	if (str_eq(hash, o->known_hash))
		r->host.known = *o->known;
	return 0;
}

static int
open_parts(const struct dataset *d, const struct read_opts *o, bool whole, struct reader **out,
	struct err *e)
{
	struct reader *r = mem_alloc(sizeof(*r));

	host_init(&r->host, d, -1);
	if (parts_open(d, o, whole, &r->parts, e) < 0) {
		reader_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

int
reader_open(const struct dataset *d, const struct read_opts *o, bool whole, struct reader **out,
	struct err *e)
{
	struct reader *r;
	bool remote = dataset_is_remote(d);
	int fd = -1;

	if (dataset_is_parts(d))
		return open_parts(d, o, whole, out, e);
	if (!d->path || !d->type->read_open || (remote && o->path))
		return no_file(d, e);
	if (o->fd && (fd = fcntl(*o->fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return err_errno(e, MLC_DATA, "cannot read `%s`", d->path);
	if (!o->fd && !remote && (fd = open_file(d, o->path ? o->path : d->path, o->rootfd, e)) < 0)
		return -1;
	r = mem_alloc(sizeof(*r));
	host_init(&r->host, d, fd);
	if (remote)
		r->host.content = content_new();
	r->segs = o->segs;
	r->host.e = e;
	r->host.rejects = o->rejects;
	if (whole)
		r->host.pub.batch_rows = r->host.pub.batch_bytes = INT64_MAX;
	if (take_schemas(r, o, e) < 0 || host_begin(&r->host, false) < 0 ||
		d->type->read_open(&r->host.pub, &r->state) < 0) {
		reader_close(r);
		return -1;
	}
	r->opened = true;
	*out = r;
	return 0;
}

int
dataset_open(const struct dataset *d, const struct read_opts *o, struct reader **out, struct err *e)
{
	return reader_open(d, o, false, out, e);
}

void
reader_close(struct reader *r)
{
	if (!r)
		return;
	parts_close(r->parts);
	if (r->opened)
		r->host.d->type->read_close(r->state);
	host_fini(&r->host);
	free(r);
}

/* --- batches ------------------------------------------------------------------------------------- */

/* One batch in a scope that is given: 1, 0 at the end, -1. */
static int
next_in(struct reader *r, struct scope *sc, struct frame **batch, struct err *e)
{
	const struct mlf_dataset_type *type = r->host.d->type;
	struct mlf_frame *f = NULL;
	int rc;

	r->host.e = e;
	r->host.scope = sc;
	rc = type->read_next(&r->host.pub, r->state, &f);
	r->host.scope = NULL;
	if (rc < 0)
		return -1;
	if (scope_error(sc)) {
		*e = *scope_error(sc);
		return err_wrap(e, "`%s`", r->host.d->path);
	}
	if (f) {
		r->batches++;
		if (r->host.content)
			content_add(r->host.content, frame_of(f));
		*batch = frame_ref(frame_of(f));
		return 1;
	}
	r->ended = true;
	if (r->batches == 0)
		return err_set(e, MLC_BUG, "the type %s read no table from `%s`", type->name,
			r->host.d->path);
	return host_hash(&r->host, r->facts.hash, &r->facts.bytes, e);
}

int
reader_next(struct reader *r, struct frame **batch, struct err *e)
{
	struct scope *sc;
	int rc;

	if (r->ended)
		return 0;
	if (r->parts) {
		rc = parts_next(r->parts, batch, &r->facts, e);
		r->ended = rc <= 0;
		return rc;
	}
	sc = scope_new(r->segs);
	rc = next_in(r, sc, batch, e);
	scope_free(sc);
	r->ended = rc <= 0;
	return rc;
}

void
reader_facts(const struct reader *r, struct read_facts *facts)
{
	*facts = r->facts;
	if (!r->parts)
		facts->rejected = r->host.rejected;
}

/* --- tables -------------------------------------------------------------------------------------- */

struct batches {
	struct frame **v; /* owned; counted */
	size_t n, cap;
};

static int
read_all(struct reader *r, struct batches *all, struct err *e)
{
	struct frame *f;
	int rc;

	while ((rc = reader_next(r, &f, e)) == 1) {
		all->v = mem_grow(all->v, &all->cap, all->n + 1, sizeof(struct frame *));
		all->v[all->n++] = f;
	}
	return rc;
}

/* One batch is the table; several, of a type that makes no large ones, are joined. */
static int
join(struct segs *segs, const struct batches *all, struct frame **out, struct err *e)
{
	struct scope *sc = scope_new(segs);
	struct mlf_frame *f = scope_concat(sc, all->v, all->n);
	int rc = 0;

	if (scope_error(sc)) {
		*e = *scope_error(sc);
		rc = -1;
	} else {
		*out = frame_ref(frame_of(f));
	}
	scope_free(sc);
	return rc;
}

int
dataset_read_table(const struct dataset *d, const struct read_opts *o, struct frame **out,
	struct read_facts *facts, struct err *e)
{
	struct batches all = {0};
	struct reader *r;
	int rc;

	if (reader_open(d, o, true, &r, e) < 0)
		return -1;
	rc = read_all(r, &all, e);
	if (rc == 0)
		rc = join(o->segs, &all, out, e);
	if (rc == 0 && facts)
		reader_facts(r, facts);
	for (size_t i = 0; i < all.n; i++)
		frame_unref(all.v[i]);
	free(all.v);
	reader_close(r);
	return rc;
}

/* --- contents ------------------------------------------------------------------------------------ */

int
dataset_read_bytes(const struct dataset *d, int rootfd, struct str *out, struct err *e)
{
	int fd, rc;

	if (!d->path || d->type->folder || dataset_is_remote(d))
		return no_file(d, e);
	fd = open_file(d, d->path, rootfd, e);
	if (fd < 0)
		return -1;
	rc = file_read_fd(fd, d->path, out, e);
	close(fd);
	return rc < 0 ? -1 : content_check(d->kind, d->path, str_text(out), out->len, e);
}
