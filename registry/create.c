/* SPDX-License-Identifier: Apache-2.0
 * A store comes into being whole: built as a hidden sibling, synced, then put under its name.
 *
 *	lock byte 0 -> .mlflow.db.new (SQLite fills it) -> fsync -> rename, never over anything
 *	            -> fsync the folder -> unlock
 *
 * Nobody ever sees a half-made store, and what a killed creator left behind is swept away by the next
 * one, who has the lock. MLflow knows nothing of the lock: if it was quicker, its file is used. */
#include "registry/store.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct spot {
	char *folder, *hidden, *journal; /* owned, absolute */
};

static void
spot_init(struct spot *p, const char *path)
{
	struct str b = {0};
	const char *slash = strrchr(path, '/');
	str_addn(&b, path, (size_t)(slash - path) + 1);
	p->folder = mem_strdup(b.s);
	str_addf(&b, ".%s.new", slash + 1);
	p->hidden = mem_strdup(b.s);
	str_add(&b, "-journal");
	p->journal = mem_strdup(b.s);
	str_fini(&b);
}

static void
spot_fini(struct spot *p)
{
	free(p->folder);
	free(p->hidden);
	free(p->journal);
}

static void
sweep(const struct spot *p)
{
	unlink(p->hidden);
	unlink(p->journal);
}

static int
sync_at(const char *path, int flags, struct err *e)
{
	int fd = open(path, flags | O_RDONLY | O_CLOEXEC);
	int rc =
		fd < 0 ? err_errno(e, MLC_DISK, "cannot open `%s`", path) : file_fsync(fd, path, e);
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
build(const struct store *s, const struct spot *p, struct err *e)
{
	struct db *db = NULL;
	int rc = db_open(&db, p->hidden, DB_CREATE, e);
	if (rc == 0)
		rc = schema__fill(db, s->root, clock_now_ms(s->clock), e);
	db_close(db);
	return rc < 0 ? -1 : sync_at(p->hidden, 0, e);
}

/* Gives the finished file its name unless there is something of that name: that is fine too. Where
 * the filesystem knows no such rename, a second name and the removal of the first do the same. */
static int
put_in_place(const struct store *s, const struct spot *p, struct err *e)
{
	int rc = renameat2(AT_FDCWD, p->hidden, AT_FDCWD, s->path, RENAME_NOREPLACE);
	if (rc < 0 && (errno == EINVAL || errno == ENOSYS))
		rc = link(p->hidden, s->path);
	if (rc < 0 && errno != EEXIST)
		return err_errno(e, MLC_STORE, "cannot create the registry `%s`", s->shown);
	return sync_at(p->folder, O_DIRECTORY, e);
}

int
create__store(struct store *s, struct err *e)
{
	struct spot p;
	int rc = lock__wait(&s->locks, LOCK_CREATE, e);
	if (rc < 0)
		return -1;
	spot_init(&p, s->path);
	sweep(&p);
	if (access(s->path, F_OK) < 0) {
		rc = build(s, &p, e);
		if (rc == 0)
			rc = put_in_place(s, &p, e);
		sweep(&p);
	}
	spot_fini(&p);
	lock__drop(&s->locks, LOCK_CREATE);
	return rc;
}
