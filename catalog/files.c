/* SPDX-License-Identifier: Apache-2.0
 * Where files lie and what may stand in them.
 *
 * A target and its stage are siblings, so all that is done to them is done to plain names in one open
 * folder: that way allow_outside is a matter of opening the folder and of nothing else. */
#include "catalog/inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "catalog/values.h"

size_t
parent_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static int
check_json(const char *shown, const char *p, size_t n, struct err *e)
{
	struct jr r;

	jr_init(&r, p, n);
	jr_skip(&r);
	if (jr_done(&r, e) == 0)
		return 0;
	if (e)
		e->code = MLC_DATA; /* not a mistake of a configuration file */
	return err_wrap(e, "`%s`", shown);
}

static int
check_text(const char *shown, const char *p, size_t n, struct err *e)
{
	if (value_is_utf8(p, n))
		return 0;
	err_set(e, MLC_DATA, "`%s` is not UTF-8", shown);
	return err_help(e, "a dataset of type text is UTF-8; for anything else use type bytes");
}

int
content_check(enum mlf_kind kind, const char *shown, const char *p, size_t n, struct err *e)
{
	if (kind == MLF_JSON)
		return check_json(shown, p, n, e);
	return kind == MLF_TEXT ? check_text(shown, p, n, e) : 0;
}

/* --- folders to the disk --------------------------------------------------------------------------- */

#define DEPTH_MAX 64

static int sync_folder(int fd, const char *shown, int depth, struct err *e);

static int
sync_entry(int dirfd, const char *name, const char *shown, int depth, struct err *e)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	struct stat st;
	int fd, rc;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return err_errno(e, MLC_DISK, "`%s`", shown);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	fd = openat(dirfd, name, flags);
	if (fd < 0)
		return err_errno(e, MLC_DISK, "cannot open what was written to `%s`", shown);
	rc = S_ISDIR(st.st_mode) ? sync_folder(fd, shown, depth + 1, e) : file_fsync(fd, shown, e);
	close(fd);
	return rc;
}

/* Its files first, then itself: once it is on the disk, so is all in it. */
static int
sync_folder(int fd, const char *shown, int depth, struct err *e)
{
	int again = depth < DEPTH_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1, rc = 0;
	DIR *d = again >= 0 ? fdopendir(again) : NULL;
	struct dirent *entry;

	if (!d) {
		if (again >= 0)
			close(again);
		return err_set(e, MLC_DISK, "cannot list what was written to `%s`", shown);
	}
	while (rc == 0 && (errno = 0, entry = readdir(d)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, ".."))
			rc = sync_entry(fd, entry->d_name, shown, depth, e);
	if (rc == 0 && errno)
		rc = err_errno(e, MLC_DISK, "cannot list what was written to `%s`", shown);
	closedir(d);
	return rc < 0 ? -1 : file_fsync(fd, shown, e);
}

int
folder_sync(int dirfd, const char *name, const char *shown, struct err *e)
{
	return sync_entry(dirfd, name, shown, 0, e);
}
