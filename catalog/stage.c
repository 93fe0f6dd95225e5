/* SPDX-License-Identifier: Apache-2.0
 * Staging: what a node writes goes to a hidden sibling of its target until the runner publishes it.
 *
 *	data/06/scores.csv                       the target: old, or not there
 *	data/06/.scores.csv.<token>.stage        ours alone: made by us, on the same filesystem
 *
 *	                 stage_table, stage_bytes      the host writes and hashes; no second read
 *	stage_begin --<                           >--- stage_end: flushed, fsynced, hashed
 *	                 stage_path, by the caller     hashed afterwards: file or folder
 *
 * When stage_end is through, bytes and name of the stage are on the disk.
 *
 * The token belongs to one node of one run, so what lies there already is left from an earlier
 * attempt of that node, which is dead: it is removed. */
#include "catalog/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_PART 12

struct stage_column {
	char *name; /* owned */
	enum mlf_type type;
	int64_t nulls;
};

struct stage {
	const struct dataset *d; /* borrowed */
	int dirfd;               /* owned: the folder of target and stage */
	char *home; /* owned: the path beside which it lies; that of the target, if it is a file */
	char *path; /* owned */
	const char *name;        /* its last part */
	const char *target_name; /* of d->path */
	struct segs *segs;       /* owned: for views of frames, no memory of its own */
	struct host host;
	void *state;                  /* the type's */
	struct parts_writer *parts;   /* of partitions, which are written to a folder; else NULL */
	bool open, writing;           /* the file is made; the type writes to it */
	bool streams;                 /* to a descriptor: there is no file */
	struct str content;           /* of a json or text dataset, until it is complete */
	struct stage_column *columns; /* owned */
	size_t n;
	int64_t rows;
};

/* --- names --------------------------------------------------------------------------------------- */

/* The end of a run's id: the beginning is its time, which two runs may share. */
static const char *
run_part(const char *run_id)
{
	size_t n = strlen(run_id);

	return n > RUN_PART ? run_id + n - RUN_PART : run_id;
}

void
stage_token(const char *run_id, const char *node, char token[static 300])
{
	(void)snprintf(token, 300, "%s.%s", run_part(run_id), node);
}

/* --- beginning ----------------------------------------------------------------------------------- */

/* The stage's path: that of the target with another last part. */
static int
name_stage(struct stage *s, const char *token, struct err *e)
{
	char *home = s->home =
		dataset_is_remote(s->d) ? remote_home(s->d->path) : mem_strdup(s->d->path);
	size_t parent = parent_len(home);
	const char *name = home[parent] == '/' ? home + parent + 1 : home;
	size_t more = s->d->type->commit ? strlen(s->d->name) + 1 : 0;
	size_t noted = s->d->conf ? strlen(s->d->conf) + 2 : 6;
	struct str path = {0};

	if (strchr(token, '/') || strlen(name) + strlen(token) + more + noted + 8 > NAME_MAX) {
		err_set(e, MLC_NAME, "dataset `%s`: no file can be called `.%s.%s.stage`",
			s->d->name, name, token);
		return err_help(e, "give the dataset's file or the node a shorter name");
	}
	str_addn(&path, home, (size_t)(name - home));
	str_addf(&path, ".%s.%s", name, token);
	if (s->d->type->commit) /* a node may write several tables of one file */
		str_addc(&path, '.');
	if (dataset_is_remote(s->d))
		remote_add_note(&path, s->d);
	else if (s->d->type->commit)
		str_add(&path, s->d->name);
	str_add(&path, ".stage");
	s->path = path.s;
	s->name = path.s + (name - home);
	return 0;
}

/* Brings the folder of a new version to the disk: publishing syncs only what is in it. */
static int
sync_version(const struct dataset *d, int rootfd, struct err *e)
{
	char *folder = mem_strdup(d->path);
	const char *name;
	int fd, rc;

	folder[parent_len(d->path)] = '\0';
	fd = file_open_parent(rootfd, folder, d->outside, &name, e);
	rc = fd < 0 ? -1 : file_fsync(fd, folder, e);
	if (fd >= 0)
		close(fd);
	free(folder);
	return rc;
}

int
stage_begin(
	const struct dataset *d, int rootfd, const char *token, struct stage **out, struct err *e)
{
	struct stage *s;

	if (!d->path)
		return err_set(
			e, MLC_BUG, "dataset `%s` lives in memory: nothing to stage", d->name);
	s = mem_alloc(sizeof(*s));
	s->d = d;
	s->dirfd = -1;
	host_init(&s->host, d, -1);
	if (name_stage(s, token, e) < 0)
		goto bad;
	if (file_mkdirs(rootfd, s->home, d->outside, e) < 0)
		goto bad;
	s->dirfd = file_open_parent(rootfd, s->home, d->outside, &s->target_name, e);
	if (s->dirfd >= 0 && d->version && sync_version(d, rootfd, e) < 0)
		goto bad;
	if (s->dirfd < 0 || file_remove_tree(s->dirfd, s->name, e) < 0)
		goto bad;
	*out = s;
	return 0;
bad:
	err_wrap(e, "dataset `%s`", d->name);
	stage_abort(s);
	return -1;
}

int
stage_stream(const struct dataset *d, int fd, struct stage **out, struct err *e)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct stage *s;

	if (own < 0)
		return err_errno(e, MLC_DISK, "cannot write `%s`", d->path);
	s = mem_alloc(sizeof(*s));
	s->d = d;
	s->dirfd = -1;
	s->open = s->streams = true;
	host_init(&s->host, d, own);
	*out = s;
	return 0;
}

/* Makes the file, with the permissions of the one it will replace. */
static int
open_file(struct stage *s, struct err *e)
{
	int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, fd;
	struct stat st;

	if (s->open)
		return 0;
	fd = file_open(s->dirfd, s->name, flags, false, e);
	if (fd < 0)
		return err_wrap(e, "dataset `%s`", s->d->name);
	if (fstatat(s->dirfd, s->target_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode))
		(void)!fchmod(fd, st.st_mode & 0777);
	host_fini(&s->host);
	host_init(&s->host, s->d, fd);
	s->open = true;
	return 0;
}

const char *
stage_path(const struct stage *s)
{
	return s->path;
}

/* --- tables -------------------------------------------------------------------------------------- */

static void
take_columns(struct stage *s, const struct frame *f)
{
	s->n = (size_t)frame_columns(f);
	s->columns = mem_alloc((s->n + 1) * sizeof(*s->columns));
	for (size_t i = 0; i < s->n; i++) {
		const struct column *c = frame_column(f, (int)i);

		s->columns[i] = (struct stage_column){.name = mem_strdup(c->name), .type = c->type};
	}
}

static int
check_columns(const struct stage *s, const struct frame *f, struct err *e)
{
	if ((size_t)frame_columns(f) != s->n)
		return err_set(e, MLC_FRAME, "dataset `%s`: a batch of %d columns after one of %zu",
			s->d->name, frame_columns(f), s->n);
	for (size_t i = 0; i < s->n; i++) {
		const struct column *c = frame_column(f, (int)i);
		const struct stage_column *first = &s->columns[i];

		if (!str_eq(c->name, first->name) || c->type != first->type)
			return err_set(e, MLC_FRAME,
				"dataset `%s`: column %zu of a batch is `%s` (%s), in the first "
				"batch it was `%s` (%s)",
				s->d->name, i + 1, c->name, type_name(c->type), first->name,
				type_name(first->type));
	}
	return 0;
}

/* Opens file and type, with the first batch. */
static int
begin_table(struct stage *s, const struct frame *f, struct err *e)
{
	if (dataset_is_parts(s->d)) {
		s->writing = true;
		take_columns(s, f);
		return parts_write_open(s->d, s->dirfd, s->name, &s->parts, e);
	}
	if (!s->d->type->write_open)
		return err_set(e, MLC_BUG, "dataset `%s` (type %s) is no table", s->d->name,
			s->d->type->name);
	if (open_file(s, e) < 0)
		return -1;
	s->host.e = e;
	if (host_begin(&s->host, true) < 0 || s->d->type->write_open(&s->host.pub, &s->state) < 0)
		return -1;
	s->writing = true;
	s->segs = segs_new(SEGS_PRIVATE, 1);
	take_columns(s, f);
	return 0;
}

static void
count_rows(struct stage *s, const struct frame *batch)
{
	s->rows += frame_rows(batch);
	for (size_t i = 0; i < s->n; i++)
		s->columns[i].nulls += frame_column(batch, (int)i)->nulls;
}

int
stage_table(struct stage *s, const struct frame *batch, struct err *e)
{
	struct frame *f =
		(struct frame *)(uintptr_t)batch; /* counted up and down, else untouched */
	struct scope *sc;
	int rc;

	if (!s->writing && begin_table(s, batch, e) < 0)
		return -1;
	if (check_columns(s, batch, e) < 0)
		return -1;
	if (s->parts) {
		if (parts_write(s->parts, f, e) < 0)
			return -1;
		count_rows(s, batch);
		return 0;
	}
	sc = scope_new(s->segs);
	s->host.e = e;
	rc = s->d->type->write_next(&s->host.pub, s->state, scope_lend(sc, f));
	if (rc == 0 && scope_error(sc)) {
		*e = *scope_error(sc);
		rc = -1;
	}
	scope_free(sc);
	if (rc < 0)
		return -1;
	if (s->host.content)
		content_add(s->host.content, batch);
	count_rows(s, batch);
	return 0;
}

/* As frame_schema_json writes it, for all batches together. */
static char *
schema_json(const struct stage *s)
{
	struct str text = {0};
	struct jw w;

	jw_init(&w, &text);
	jw_array(&w);
	for (size_t i = 0; i < s->n; i++) {
		jw_object(&w);
		jw_kv_str(&w, "name", s->columns[i].name);
		jw_kv_str(&w, "type", type_name(s->columns[i].type));
		jw_kv_i64(&w, "nulls", s->columns[i].nulls);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	return text.s;
}

/* --- contents ------------------------------------------------------------------------------------ */

static bool
is_checked(const struct stage *s)
{
	return s->d->kind == MLF_JSON || s->d->kind == MLF_TEXT;
}

int
stage_bytes(struct stage *s, const void *p, size_t n, struct err *e)
{
	if (s->d->type->folder || s->d->type->write_open)
		return err_set(e, MLC_BUG, "dataset `%s` (type %s) is not written as bytes",
			s->d->name, s->d->type->name);
	if (open_file(s, e) < 0)
		return -1;
	s->host.e = e;
	if (!is_checked(s))
		return mlf_write(&s->host.pub, p, n);
	str_addn(&s->content, p, n);
	return 0;
}

/* --- the end ------------------------------------------------------------------------------------- */

/* Whatever was still held back is written. */
static int
finish_file(struct stage *s, struct err *e)
{
	s->host.e = e;
	if (s->writing) {
		s->writing = false;
		if (s->d->type->write_end(&s->host.pub, s->state, true) < 0)
			return -1;
		return host_end(&s->host);
	}
	if (!is_checked(s))
		return 0;
	if (content_check(s->d->kind, s->d->path, str_text(&s->content), s->content.len, e) < 0)
		return -1;
	return mlf_write(&s->host.pub, str_text(&s->content), s->content.len);
}

/* A file we wrote. */
static int
end_own(struct stage *s, struct staged *out, struct err *e)
{
	bool table = s->writing;

	if (finish_file(s, e) < 0 || (!s->streams && file_fsync(s->host.fd, s->path, e) < 0) ||
		host_hash(&s->host, out->hash, &out->bytes, e) < 0)
		return -1;
	out->rows = table ? s->rows : -1;
	out->schema = table ? schema_json(s) : NULL;
	return 0;
}

static int
end_file(struct stage *s, int fd, struct staged *out, struct err *e)
{
	struct str content = {0};
	struct stat st;
	int rc = 0;

	if (file_fsync(fd, s->path, e) < 0 || hash_xxh3_fd(fd, out->hash, e) < 0)
		return -1;
	if (is_checked(s)) {
		rc = file_read_fd(fd, s->path, &content, e);
		if (rc == 0)
			rc = content_check(
				s->d->kind, s->d->path, str_text(&content), content.len, e);
		str_fini(&content);
	}
	if (rc == 0 && fstat(fd, &st) != 0)
		return err_errno(e, MLC_DISK, "`%s`", s->path);
	out->bytes = rc == 0 ? (uint64_t)st.st_size : 0;
	return rc;
}

/* What the caller put at stage_path. */
static int
end_foreign(struct stage *s, struct staged *out, struct err *e)
{
	struct stat st;
	int fd, rc;

	out->rows = -1;
	if (fstatat(s->dirfd, s->name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		err_set(e, MLC_NODE_OUTPUT, "nothing was written to dataset `%s`", s->d->name);
		return err_help(e, "write the file or folder at the path that the node was given");
	}
	if (S_ISDIR(st.st_mode)) {
		out->folder = true;
		if (folder_sync(s->dirfd, s->name, s->d->path, e) < 0)
			return -1;
		return hash_tree(s->dirfd, s->name, out->hash, &out->bytes, e);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, MLC_NODE_OUTPUT,
			"what was written to dataset `%s` is neither a file nor a folder",
			s->d->name);
	fd = file_open(s->dirfd, s->name, O_RDONLY | O_NOFOLLOW, false, e);
	if (fd < 0)
		return -1;
	rc = end_file(s, fd, out, e);
	close(fd);
	return rc;
}

/* A folder of partitions that we wrote. */
static int
end_parts(struct stage *s, struct staged *out, struct err *e)
{
	if (parts_write_end(s->parts, s->target_name, e) < 0 || end_foreign(s, out, e) < 0)
		return -1;
	s->writing = false;
	out->rows = s->rows;
	out->schema = schema_json(s);
	return 0;
}

/* A file never takes the place of a folder, nor a folder that of a file: a wrong `filepath` would cost
 * all that is in it. */
static int
check_target(const struct stage *s, bool folder, struct err *e)
{
	struct stat st;

	if (s->streams || fstatat(s->dirfd, s->target_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	if (s->d->version)
		return err_set(e, MLC_PUBLISH, "there is a version `%s` already", s->d->version);
	if (S_ISDIR(st.st_mode) == folder || S_ISLNK(st.st_mode))
		return 0;
	err_set(e, MLC_PUBLISH, "a %s would take the place of the %s `%s`",
		folder ? "folder" : "file", folder ? "file" : "folder", s->d->path);
	return err_help(e, "correct `filepath`, or move `%s` away", s->d->path);
}

/* What the database would refuse is refused now, while the old table is all that anybody knows of. */
static int
rehearse(const struct stage *s, struct err *e)
{
	if (!s->d->type->commit)
		return 0;
	if (!s->open)
		return err_set(
			e, MLC_NODE_OUTPUT, "a table in a database cannot be written as a file");
	return table_rehearse(s->d, s->dirfd, s->name, s->target_name, e);
}

static void
stage_free(struct stage *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->columns[i].name);
	free(s->columns);
	parts_write_close(s->parts);
	if (s->segs)
		segs_free(s->segs);
	host_fini(&s->host);
	str_fini(&s->content);
	if (s->dirfd >= 0)
		close(s->dirfd);
	free(s->home);
	free(s->path);
	free(s);
}

int
stage__end_part(struct stage *s, struct staged *out, struct err *e)
{
	*out = (struct staged){.outside = s->d->outside};
	if ((s->parts                 ? end_parts
			    : s->open ? end_own
				      : end_foreign)(s, out, e) < 0 ||
		check_target(s, out->folder, e) < 0 || rehearse(s, e) < 0) {
		free(out->schema);
		*out = (struct staged){0};
		return err_wrap(e, "dataset `%s`", s->d->name);
	}
	out->path = s->streams ? NULL : mem_strdup(s->path);
	out->target = s->d->type->commit ? table_target_name(s->d) : mem_strdup(s->d->path);
	stage_free(s);
	return 0;
}

/* The name goes to the disk, too: an intent that outlives it could not be carried out, and half of a
 * node's outputs might be published by then. */
int
stage_end(struct stage *s, struct staged *out, struct err *e)
{
	if (!s->streams && file_fsync_dir_of(s->dirfd, s->name, e) < 0)
		return err_wrap(e, "dataset `%s`", s->d->name);
	return stage__end_part(s, out, e);
}

/* Removes what was staged, and the folder of a version that came to nothing: not if it holds more. */
static void
remove_stage(const struct dataset *d, int dirfd, const char *name)
{
	struct str folder = {0};
	struct err ignored;

	(void)!file_remove_tree(dirfd, name, &ignored);
	if (!d->version)
		return;
	str_addf(&folder, "../%s", d->version);
	(void)unlinkat(dirfd, folder.s, AT_REMOVEDIR);
	str_fini(&folder);
}

void
stage_abort(struct stage *s)
{
	struct err ignored;

	s->host.e = &ignored;
	if (s->writing && !s->parts)
		(void)s->d->type->write_end(&s->host.pub, s->state, false);
	parts_write_close(s->parts);
	s->parts = NULL;
	if (s->dirfd >= 0)
		remove_stage(s->d, s->dirfd, s->name);
	stage_free(s);
}

void
staged_fini(struct staged *s)
{
	free(s->path);
	free(s->target);
	free(s->schema);
	*s = (struct staged){0};
}

void
stage_discard(const struct dataset *d, int rootfd, const char *token)
{
	struct stage s = {.d = d};
	const char *target;
	struct err ignored;
	int dirfd;

	if (!d->path)
		return;
	if (name_stage(&s, token, &ignored) == 0) {
		dirfd = file_open_parent(rootfd, s.home, d->outside, &target, &ignored);
		if (dirfd >= 0) {
			remove_stage(d, dirfd, s.name);
			close(dirfd);
		}
	}
	free(s.home);
	free(s.path);
}

void
stage_sweep(int rootfd, const char *target, const char *run_id)
{
	struct str ours = {0};
	const char *name;
	struct dirent *d;
	struct err ignored;
	char *home = path_is_remote(target) ? remote_home(target) : mem_strdup(target);
	int dirfd = file_open_parent(rootfd, home, home[0] == '/', &name, &ignored);
	DIR *dir = dirfd < 0 ? NULL : fdopendir(dirfd);

	str_addf(&ours, ".%s.%s.", dir ? name : "", run_part(run_id));
	while (dir && (d = readdir(dir)))
		if (str_starts(d->d_name, ours.s) && str_ends(d->d_name, ".stage"))
			(void)!file_remove_tree(dirfd, d->d_name, &ignored);
	if (dir)
		closedir(dir);
	else if (dirfd >= 0)
		close(dirfd);
	str_fini(&ours);
	free(home);
}
