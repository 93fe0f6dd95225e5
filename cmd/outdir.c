/* SPDX-License-Identifier: Apache-2.0
 * A folder that a command hands over: filled under a hidden name, and there under its own only when it
 * is complete. What exists is never written to. */
#include "cmd/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int
exists(const char *path, struct err *e)
{
	err_set(e, MLC_USAGE, "`%.300s` exists already", path);
	return err_help(e, "name a folder that is not there yet");
}

int
outdir_begin(struct outdir *o, const char *path, struct err *e)
{
	struct stat st;
	size_t len = strlen(path);

	*o = (struct outdir){.fd = -1, .parent = -1};
	while (len > 1 && path[len - 1] == '/')
		len--;
	str_addn(&o->path, path, len);
	if (lstat(o->path.s, &st) == 0)
		return exists(path, e);
	const char *slash = strrchr(o->path.s, '/');
	str_addn(&o->folder, o->path.s, slash ? (size_t)(slash - o->path.s) : 0);
	if (!slash)
		str_add(&o->folder, ".");
	o->name = slash ? slash + 1 : o->path.s;
	str_addf(&o->stage, ".%.200s.%d", o->name, (int)getpid());
	if (file_mkdirs(AT_FDCWD, o->path.s, true, e) < 0)
		return -1;
	o->parent = file_open(AT_FDCWD, *str_text(&o->folder) ? o->folder.s : "/",
		O_RDONLY | O_DIRECTORY, true, e);
	if (o->parent < 0)
		return -1;
	if (mkdirat(o->parent, o->stage.s, 0777) < 0)
		return err_errno(e, MLC_DISK, "cannot make a folder in `%s`", o->folder.s);
	o->fd = file_open(o->parent, o->stage.s, O_RDONLY | O_DIRECTORY, false, e);
	return o->fd < 0 ? -1 : 0;
}

static int
commit(struct outdir *o, struct err *e)
{
	if (file_fsync(o->fd, o->path.s, e) < 0)
		return -1;
	if (renameat2(o->parent, o->stage.s, o->parent, o->name, RENAME_NOREPLACE) < 0)
		return errno == EEXIST
			? exists(o->path.s, e)
			: err_errno(e, MLC_DISK, "cannot put `%s` in place", o->path.s);
	return file_fsync(o->parent, o->folder.s, e);
}

int
outdir_end(struct outdir *o, int rc, struct err *e)
{
	if (rc == 0)
		rc = commit(o, e);
	if (rc < 0 && o->fd >= 0)
		(void)!file_remove_tree(o->parent, o->stage.s, NULL);
	if (o->fd >= 0)
		close(o->fd);
	if (o->parent >= 0)
		close(o->parent);
	str_fini(&o->path);
	str_fini(&o->folder);
	str_fini(&o->stage);
	return rc;
}
