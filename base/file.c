/* SPDX-License-Identifier: Apache-2.0
 * Files that stay beneath a folder: how a path is opened, and plain reading, writing, removing.
 *
 * Invariant: without `outside` the kernel itself resolves each path below rootfd (RESOLVE_BENEATH),
 * so that neither "..", an absolute path nor a link, also one that changes meanwhile, leads out.
 * Links that stay inside are followed. Whatever has no such call (mkdir, unlink, rename) is done by
 * a single name in a parent folder that was opened that way. After a failed call errno still tells
 * why. */
#include "base/file_spot.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/mem.h"

enum {
	RACES_MAX = 1000, /* a rename elsewhere makes the kernel give up on a path with ".." */
	TREE_DEPTH_MAX = 128,
};

static void
close_keep_errno(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}

/* --- opening ------------------------------------------------------------------------------------- */

static bool
makes_a_file(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

static int
open_beneath(int rootfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.mode = makes_a_file(flags) ? 0666 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	for (int i = 0; i < RACES_MAX; i++) {
		fd = syscall(SYS_openat2, rootfd, path, &how, sizeof how);
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	if (fd < 0 && errno == ENOSYS)
		return file__walk_open(rootfd, path, flags);
	return (int)fd;
}

static int
open_anywhere(int rootfd, const char *path, int flags)
{
	int fd;

	do
		fd = openat(rootfd, path, flags | O_CLOEXEC, 0666);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static int
open_path(int rootfd, const char *path, int flags, bool outside)
{
	return outside ? open_anywhere(rootfd, path, flags) : open_beneath(rootfd, path, flags);
}

/* Reports why path could not be opened. Returns -1 and keeps errno. */
static int
open_failed(const char *path, bool outside, enum err_code code, struct err *e)
{
	int saved = errno;

	if (!outside && (saved == EXDEV || saved == ELOOP)) {
		err_set(e, MLC_OUTSIDE, "`%s` leads out of the folder it must stay in", path);
	} else {
		err_errno(e, code, "cannot open `%s`", path);
	}
	errno = saved;
	return -1;
}

int
file_open(int rootfd, const char *path, int flags, bool outside, struct err *e)
{
	enum err_code code = (flags & O_ACCMODE) == O_RDONLY ? MLC_FILE : MLC_DISK;
	int fd = open_path(rootfd, path, flags, outside);

	return fd >= 0 ? fd : open_failed(path, outside, code, e);
}

bool
file_exists(int rootfd, const char *path)
{
	int fd = open_beneath(rootfd, path, O_PATH);

	close_keep_errno(fd);
	return fd >= 0;
}

int
file__spot_open(
	struct file_spot *s, int rootfd, const char *path, enum err_code code, struct err *e)
{
	size_t end = strlen(path), start, dir;
	char *parent;

	s->dir = -1;
	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/';)
		start--;
	if (end - start > NAME_MAX) {
		errno = ENAMETOOLONG;
		return open_failed(path, false, code, e);
	}
	memcpy(s->name, path + start, end - start);
	s->name[end - start] = 0;
	if (!*s->name || str_eq(s->name, ".") || str_eq(s->name, "..")) {
		errno = EINVAL;
		return err_set(e, MLC_OUTSIDE, "`%s` names no file or folder in its folder", path);
	}
	dir = start > 1 ? start - 1 : start; /* "/a": the root itself, which beneath refuses */
	parent = dir ? mem_strdup(path) : mem_strdup(".");
	if (dir)
		parent[dir] = 0;
	s->dir = open_beneath(rootfd, parent, O_RDONLY | O_DIRECTORY);
	free(parent);
	return s->dir >= 0 ? 0 : open_failed(path, false, code, e);
}

void
file__spot_close(struct file_spot *s)
{
	close_keep_errno(s->dir);
	s->dir = -1;
}

/* --- reading and writing ------------------------------------------------------------------------- */

/* How many bytes to make room for; one more than the rest of a file, so that the end is seen. */
static size_t
read_hint(int fd)
{
	struct stat st;
	off_t at;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return 65536;
	at = lseek(fd, 0, SEEK_CUR);
	return at >= 0 && at < st.st_size ? (size_t)(st.st_size - at) + 1 : 1;
}

int
file_open_parent(int rootfd, const char *path, bool outside, const char **name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	char *folder = mem_strdup(n ? path : slash ? "/" : ".");
	int fd;

	*name = slash ? slash + 1 : path;
	if (n)
		folder[n] = '\0';
	fd = file_open(rootfd, folder, O_RDONLY | O_DIRECTORY, outside, e);
	free(folder);
	return fd;
}

int
file_read_fd(int fd, const char *shown, struct str *out, struct err *e)
{
	size_t hint = read_hint(fd);
	ssize_t n;

	for (;;) {
		if (out->cap < out->len + 2)
			out->s = mem_grow(out->s, &out->cap, out->len + hint + 1, 1);
		n = read(fd, out->s + out->len, out->cap - out->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		out->len += n > 0 ? (size_t)n : 0;
		out->s[out->len] = 0;
		if (n <= 0)
			return n == 0 ? 0 : err_errno(e, MLC_FILE, "cannot read `%s`", shown);
	}
}

/* Beneath the root only a regular file is read: opening a named pipe would wait for ever. */
static int
check_regular(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, MLC_FILE, "cannot read `%s`", path);
	if (S_ISREG(st.st_mode))
		return 0;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return err_set(e, MLC_FILE, "cannot read `%s`: it is %s", path,
		S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
}

int
file_read(int rootfd, const char *path, bool outside, struct str *out, struct err *e)
{
	int flags = O_RDONLY | O_NOCTTY | (outside ? 0 : O_NONBLOCK);
	int fd = file_open(rootfd, path, flags, outside, e), rc = -1;

	if (fd < 0)
		return -1;
	if (outside || check_regular(fd, path, e) == 0)
		rc = file_read_fd(fd, path, out, e);
	close_keep_errno(fd);
	return rc;
}

int
file_write_all(int fd, const void *p, size_t n, struct err *e)
{
	const char *from = p;

	while (n > 0) {
		ssize_t wrote = write(fd, from, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0) {
			errno = wrote < 0 ? errno : EIO;
			return err_errno(e, MLC_DISK, "cannot write");
		}
		from += wrote;
		n -= (size_t)wrote;
	}
	return 0;
}

int
file_fsync(int fd, const char *shown, struct err *e)
{
	/* Never again after a failure: the kernel drops the pages it could not write, and a second
	 * call would report success. */
	return fsync(fd) == 0 ? 0 : err_errno(e, MLC_DISK, "cannot bring `%s` to the disk", shown);
}

int
file__fsync_dir(int fd, const char *shown, struct err *e)
{
	if (fsync(fd) == 0 || errno == EINVAL)
		return 0;
	return err_errno(e, MLC_DISK, "cannot bring the folder of `%s` to the disk", shown);
}

int
file_fsync_dir_of(int rootfd, const char *path, struct err *e)
{
	struct file_spot spot;
	int rc;

	if (file__spot_open(&spot, rootfd, path, MLC_DISK, e) != 0)
		return -1;
	rc = file__fsync_dir(spot.dir, path, e);
	file__spot_close(&spot);
	return rc;
}

/* --- making folders ------------------------------------------------------------------------------ */

/* Opens the folder `prefix`, whose last part is `name`, and makes it in `parent` if it is missing. */
static int
open_or_make(int rootfd, int parent, const char *prefix, const char *name, bool outside)
{
	int fd = open_path(rootfd, prefix, O_RDONLY | O_DIRECTORY, outside);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdirat(parent, name, 0777) != 0 && errno != EEXIST)
		return -1;
	/* or a crash could take the folder away, and with it what is published there */
	if (file__fsync_dir(parent, name, NULL) != 0)
		return -1;
	return open_path(rootfd, prefix, O_RDONLY | O_DIRECTORY, outside);
}

int
file_mkdirs(int rootfd, const char *path, bool outside, struct err *e)
{
	char *prefix = mem_strdup(path), *name = prefix, *slash;
	int parent, fd, rc = -1;

	parent = open_path(rootfd, *path == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY, outside);
	if (parent < 0)
		goto out;
	while (*name == '/')
		name++;
	while ((slash = strchr(name, '/'))) {
		*slash = 0;
		fd = open_or_make(rootfd, parent, prefix, name, outside);
		if (fd < 0)
			goto out;
		close(parent);
		parent = fd;
		*slash = '/';
		for (name = slash; *name == '/';)
			name++;
	}
	rc = 0;
out:
	if (rc != 0)
		open_failed(path, outside, MLC_DISK, e);
	close_keep_errno(parent);
	free(prefix);
	return rc;
}

/* --- removing ------------------------------------------------------------------------------------ */

static int remove_at(int dir, const char *name, int depth);

/* Without memory of the heap, so that what has been replaced can be removed also when there is none. */
static int
empty_folder(int dir, const char *name, int depth)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc = 0;
	_Alignas(struct dirent64) char entries[4096];
	ssize_t n = 0;

	if (fd < 0)
		return -1;
	while (rc == 0 && (n = getdents64(fd, entries, sizeof(entries))) > 0)
		for (ssize_t at = 0; rc == 0 && at < n;) {
			const struct dirent64 *entry = (const void *)(entries + at);

			if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
				rc = remove_at(fd, entry->d_name, depth + 1);
			at += entry->d_reclen;
		}
	close_keep_errno(fd);
	return n < 0 ? -1 : rc;
}

/* Removes one name; recursion ends at TREE_DEPTH_MAX, each level holds one descriptor. */
static int
remove_at(int dir, const char *name, int depth)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -1;
	if (depth == TREE_DEPTH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	/* more than once, because some filesystems skip entries while others are removed */
	for (int i = 0; i < 3; i++) {
		if (empty_folder(dir, name, depth) != 0)
			return -1;
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != ENOTEMPTY && errno != EEXIST)
			return -1;
	}
	return -1;
}

int
file_remove_tree(int rootfd, const char *path, struct err *e)
{
	struct file_spot spot;
	struct err why = {0};
	int rc = 0;

	if (file__spot_open(&spot, rootfd, path, MLC_DISK, &why) != 0) {
		if (errno == ENOENT)
			return 0;
		if (e)
			*e = why;
		return -1;
	}
	if (remove_at(spot.dir, spot.name, 0) != 0)
		rc = err_errno(e, MLC_DISK, "cannot remove `%s`", path);
	file__spot_close(&spot);
	return rc;
}
