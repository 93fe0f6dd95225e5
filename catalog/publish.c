/* SPDX-License-Identifier: Apache-2.0
 * Publishing: the only place where a target changes. The runner has committed its intent (stage,
 * target and hash of every item) and calls publish_all; after a crash it calls it again with the
 * same items. The states of one item, and what a call does in each:
 *
 *	          stage      target          what publish_all does
 *	staged    new        old, or none    puts the stage in the target's place
 *	left      old        new             (folder, between exchange and removal) removes the stage
 *	done      none       new             nothing
 *	lost      none       other, or none  fails: MLC_PUBLISH
 *
 *	staged --rename------------------------------> done      a file, or a first folder
 *	staged --exchange--> left --remove-----------> done      a folder that replaces another
 *
 * Items go in order; afterwards each folder that holds a target is fsynced once, and only then may
 * the runner commit. "staged" and "left" look alike for folders but for the hash, so a folder that is
 * there already is hashed before it is touched: exchanging twice would bring back the old one. Tables in
 * databases go their own way: publish_table.c. */
#include "catalog/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder that holds targets. */
struct folder {
	const char *path; /* of the first target in it; borrowed */
	size_t len;       /* of the folder in path */
	int fd;           /* owned */
};

struct folders {
	struct folder *v; /* owned */
	size_t n, cap;
};

/* An item, as names in its open folder. */
struct spot {
	const struct publish_item *item;
	const char *stage, *target; /* last parts */
	int dirfd;                  /* borrowed */
};

/* --- folders ------------------------------------------------------------------------------------- */

static bool
same_parent(const char *a, const char *b)
{
	size_t n = parent_len(a);

	return n == parent_len(b) && strncmp(a, b, n) == 0 && (*a == '/') == (*b == '/');
}

/* The folder of an item's target, opened once for all items in it. */
static int
folder_open(struct folders *all, int rootfd, const struct publish_item *item, struct err *e)
{
	const char *name;
	int fd;

	for (size_t i = 0; i < all->n; i++)
		if (same_parent(all->v[i].path, item->target))
			return all->v[i].fd;
	fd = file_open_parent(rootfd, item->target, item->outside, &name, e);
	if (fd < 0)
		return -1;
	all->v = mem_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
	all->v[all->n++] = (struct folder){item->target, parent_len(item->target), fd};
	return fd;
}

static int
folders_sync(const struct folders *all, struct err *e)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct folder *f = &all->v[i];

		/* a filesystem that cannot fsync folders says EINVAL */
		if (fsync(f->fd) != 0 && errno != EINVAL)
			return err_errno(e, MLC_DISK, "cannot bring the folder `%.*s` to the disk",
				(int)(f->len ? f->len : 1), f->len ? f->path : ".");
	}
	return 0;
}

static void
folders_fini(struct folders *all)
{
	for (size_t i = 0; i < all->n; i++)
		close(all->v[i].fd);
	free(all->v);
}

/* --- one item ------------------------------------------------------------------------------------ */

/* 1 there, as a folder if it has to be one; 0 not; -1 if that cannot be told. */
static int
exists(const struct spot *s, const char *name, bool folder, struct err *e)
{
	struct stat st;

	if (fstatat(s->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return !folder || S_ISDIR(st.st_mode);
	return errno == ENOENT ? 0 : err_errno(e, MLC_PUBLISH, "cannot look at `%s`", name);
}

/* 1 if the target has the content that was to be published, 0 if it has not, -1 if that cannot be told:
 * exchanging a folder on a guess might bring back the old one. */
static int
is_published(const struct spot *s, struct err *e)
{
	char hash[HASH_SHA_HEX] = "";
	uint64_t bytes;
	int fd, rc;

	if (s->item->folder) {
		rc = exists(s, s->target, true, e);
		if (rc != 1)
			return rc;
		rc = hash_tree(s->dirfd, s->target, hash, &bytes, e);
		return rc != 0 ? -1 : str_eq(hash, s->item->hash);
	}
	fd = file_open(s->dirfd, s->target, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, false, e);
	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? 0 : -1;
	rc = hash_xxh3_fd(fd, hash, e);
	close(fd);
	return rc != 0 ? -1 : str_eq(hash, s->item->hash);
}

static int
lost(const struct publish_item *item, struct err *e)
{
	err_set(e, MLC_PUBLISH,
		"`%s` cannot be published: `%s` is gone, and the target has other content",
		item->target, item->stage);
	return err_help(e, "somebody removed the staged %s; run the node that writes it again",
		item->folder ? "folder" : "file");
}

static int
publish_one(const struct spot *s, struct err *e)
{
	int staged = exists(s, s->stage, false, e);
	int there = staged < 0 ? -1 : !staged || s->item->folder ? is_published(s, e) : 0;

	if (there < 0)
		return err_wrap(e, "cannot publish `%s`", s->item->target);
	if (!staged)
		return there ? 0 : lost(s->item, e);
	if (there)
		return file_remove_tree(s->dirfd, s->stage, e);
	if (file_replace(s->dirfd, s->stage, s->target, e) < 0)
		return err_wrap(e, "cannot publish `%s`", s->item->target);
	return 0;
}

/* --- all of them --------------------------------------------------------------------------------- */

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int
publish_item(struct folders *all, int rootfd, const struct publish_item *item, struct err *e)
{
	struct spot s = {
		.item = item, .stage = last_part(item->stage), .target = last_part(item->target)};

	if (table_target(item->target, NULL))
		return table_publish(rootfd, item, e);
	if (!same_parent(item->stage, item->target) || !*s.stage || !*s.target)
		return err_set(e, MLC_PUBLISH, "`%s` is not beside its target `%s`", item->stage,
			item->target);
	s.dirfd = folder_open(all, rootfd, item, e);
	if (s.dirfd < 0)
		return err_wrap(e, "cannot publish `%s`", item->target);
	return publish_one(&s, e);
}

int
publish_all(int rootfd, const struct publish_item *items, size_t n, struct err *e)
{
	struct folders all = {0};
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = publish_item(&all, rootfd, &items[i], e);
	if (rc == 0)
		rc = folders_sync(&all, e);
	folders_fini(&all);
	return rc;
}
