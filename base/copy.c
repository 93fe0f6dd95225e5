/* SPDX-License-Identifier: Apache-2.0
 * Copying a file, or a folder with the files and folders in it. Links, pipes and devices in it are left
 * out: what they point at is not in the folder. */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK ((size_t)1 << 17)
#define DEPTH_MAX 64

static int
copy_bytes(int from, int to, struct err *e)
{
	char *buf = mem_alloc(CHUNK);
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = read(from, buf, CHUNK)) != 0)
		if (n > 0)
			rc = file_write_all(to, buf, (size_t)n, e);
		else if (errno != EINTR)
			rc = err_errno(e, MLC_FILE, "cannot read a file to copy it");
	free(buf);
	return rc;
}

static int
copy_file(int from, int todir, const char *name, mode_t mode, struct err *e)
{
	int to = openat(
		todir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0777);
	int rc;

	if (to < 0)
		return err_errno(e, MLC_DISK, "cannot make `%s`", name);
	rc = copy_bytes(from, to, e);
	if (rc == 0)
		rc = file_fsync(to, name, e);
	close(to);
	return rc;
}

static int copy_entry(int fromdir, const char *name, int todir, int depth, struct err *e);

static int
copy_entries(int from, int to, int depth, struct err *e)
{
	int again = fcntl(from, F_DUPFD_CLOEXEC, 0), rc = 0;
	DIR *d = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;

	if (!d) {
		err_errno(e, MLC_FILE, "cannot list a folder");
		if (again >= 0)
			close(again);
		return -1;
	}
	while (rc == 0 && (errno = 0, entry = readdir(d)))
		if (!str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..") &&
			!file_is_litter(entry->d_name))
			rc = copy_entry(from, entry->d_name, to, depth + 1, e);
	if (rc == 0 && errno)
		rc = err_errno(e, MLC_FILE, "cannot list a folder");
	closedir(d);
	return rc;
}

static int
copy_folder(int from, int todir, const char *name, int depth, struct err *e)
{
	int to, rc;

	if (depth > DEPTH_MAX)
		return err_set(e, MLC_FILE, "folders lie more than %d deep", DEPTH_MAX);
	if (mkdirat(todir, name, 0777) < 0 && errno != EEXIST)
		return err_errno(e, MLC_DISK, "cannot make the folder `%s`", name);
	to = openat(todir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to < 0)
		return err_errno(e, MLC_FILE, "cannot open the folder `%s`", name);
	rc = copy_entries(from, to, depth, e);
	if (rc == 0)
		rc = file_fsync(to, name, e);
	close(to);
	return rc;
}

static int
copy_entry(int fromdir, const char *name, int todir, int depth, struct err *e)
{
	struct stat st;
	int fd, rc;

	if (fstatat(fromdir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_errno(e, MLC_FILE, "cannot look at `%s`", name);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	fd = openat(fromdir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, MLC_FILE, "cannot open `%s`", name);
	rc = S_ISDIR(st.st_mode) ? copy_folder(fd, todir, name, depth, e)
				 : copy_file(fd, todir, name, st.st_mode, e);
	close(fd);
	return rc;
}

int
file_copy_into(int from, int to, struct err *e)
{
	return copy_entries(from, to, 0, e);
}

int
file_copy(int fromroot, const char *from, int toroot, const char *to, struct err *e)
{
	struct stat st;
	const char *slash = strrchr(to, '/'), *name = slash ? slash + 1 : to;
	char *parent = mem_strdup(slash ? to : ".");
	int rc = -1, dir = -1, fd = file_open(fromroot, from, O_RDONLY | O_NONBLOCK, true, e);

	if (slash)
		parent[slash - to] = '\0';
	if (fd >= 0 && file_mkdirs(toroot, to, true, e) == 0)
		dir = file_open(toroot, *parent ? parent : "/", O_RDONLY | O_DIRECTORY, true, e);
	if (dir >= 0 && fstat(fd, &st) == 0)
		rc = S_ISDIR(st.st_mode) ? copy_folder(fd, dir, name, 0, e)
					 : copy_file(fd, dir, name, st.st_mode, e);
	if (rc < 0)
		err_wrap(e, "copying `%s`", from);
	if (dir >= 0)
		close(dir);
	if (fd >= 0)
		close(fd);
	free(parent);
	return rc;
}
