/* SPDX-License-Identifier: Apache-2.0
 * Putting something finished in the place of something old, so that nobody ever sees a half.
 *
 *	file:    stage --rename--> target
 *	folder:  stage <-exchange-> target, then what is now called stage is removed
 *	folder, filesystem without exchange:
 *	         target --rename--> stage.old, stage --rename--> target, stage.old is removed
 *
 * Only in the last case is the target absent for a moment; the caller's intent record covers it:
 * calling again finishes, because the stage is still there. After a crash behind an exchange the
 * stage's name holds the old content, so recovery compares hashes before it calls again. */
#include "base/file_spot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char old_suffix[] = ".old";

static bool
is_folder(const struct file_spot *s)
{
	struct stat st;

	return fstatat(s->dir, s->name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int
move(const struct file_spot *from, const struct file_spot *to)
{
	return renameat(from->dir, from->name, to->dir, to->name);
}

/* Where the old folder waits for its removal if it cannot be exchanged: beside the stage. */
static struct file_spot
aside_of(const struct file_spot *stage)
{
	struct file_spot aside = {.dir = stage->dir};
	size_t room = sizeof aside.name - sizeof old_suffix, n = strlen(stage->name);

	n = n < room ? n : room;
	memcpy(aside.name, stage->name, n);
	memcpy(aside.name + n, old_suffix, sizeof old_suffix);
	return aside;
}

/* As well as possible: the new content is in place, what is left over only takes room. */
static void
drop(const struct file_spot *s)
{
	(void)!file_remove_tree(s->dir, s->name, NULL);
}

int
file__swap_by_moving(const struct file_spot *stage, const struct file_spot *target)
{
	struct file_spot aside = aside_of(stage);
	int saved;

	drop(&aside);
	if (move(target, &aside) != 0)
		return -1;
	if (move(stage, target) != 0) {
		saved = errno;
		move(&aside, target);
		errno = saved;
		return -1;
	}
	drop(&aside);
	return 0;
}

/* Both exist and plain renaming is impossible. */
static int
swap(const struct file_spot *stage, const struct file_spot *target)
{
	unsigned flags = RENAME_EXCHANGE;

	if (renameat2(stage->dir, stage->name, target->dir, target->name, flags) == 0) {
		/* or a loss of power could undo the exchange, but not what is removed after it */
		if (file__fsync_dir(target->dir, target->name, NULL) != 0)
			return -1;
		drop(stage);
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return -1;
	return file__swap_by_moving(stage, target);
}

static int
replace(const struct file_spot *stage, const struct file_spot *target)
{
	struct file_spot aside;

	if (move(stage, target) != 0) {
		if (errno == ENOTEMPTY || errno == EEXIST || errno == EISDIR || errno == ENOTDIR)
			return swap(stage, target);
		return -1;
	}
	if (is_folder(
		    target)) { /* perhaps this finishes what a crash cut off between two renames */
		aside = aside_of(stage);
		drop(&aside);
	}
	return 0;
}

int
file_replace(int rootfd, const char *stage, const char *target, struct err *e)
{
	struct file_spot from = {.dir = -1}, to = {.dir = -1};
	int rc = -1;

	if (file__spot_open(&from, rootfd, stage, MLC_PUBLISH, e) != 0 ||
		file__spot_open(&to, rootfd, target, MLC_PUBLISH, e) != 0)
		goto out;
	rc = replace(&from, &to);
	if (rc != 0)
		err_errno(e, MLC_PUBLISH, "cannot put `%s` in the place of `%s`", stage, target);
out:
	file__spot_close(&from);
	file__spot_close(&to);
	return rc;
}

/* A hidden name beside the target that nobody else has. */
static struct file_spot
stage_beside(const struct file_spot *target)
{
	struct file_spot stage = {.dir = target->dir};
	uint64_t r = 0;

	if (getrandom(&r, sizeof r, 0) != (ssize_t)sizeof r)
		r = (uint64_t)clock_mono_us() << 20 | (uint64_t)getpid();
	(void)snprintf(stage.name, sizeof stage.name, ".%.200s.%016llx", target->name,
		(unsigned long long)r);
	return stage;
}

/* Makes the stage and gives it the permissions of the file it will replace. */
static int
create_stage(const struct file_spot *stage, const struct file_spot *target)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(stage->dir, stage->name, flags, 0666);
	struct stat st;

	if (fd >= 0 && fstatat(target->dir, target->name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISREG(st.st_mode))
		(void)!fchmod(fd, st.st_mode & 0777);
	return fd;
}

int
file_publish(int rootfd, const char *path, const void *p, size_t n, struct err *e)
{
	struct file_spot target, stage;
	int fd, rc;

	if (file__spot_open(&target, rootfd, path, MLC_PUBLISH, e) != 0)
		return -1;
	stage = stage_beside(&target);
	fd = create_stage(&stage, &target);
	if (fd < 0) {
		rc = err_errno(e, MLC_PUBLISH, "cannot make a file beside `%s`", path);
		file__spot_close(&target);
		return rc;
	}
	rc = file_write_all(fd, p, n, e) == 0 ? file_fsync(fd, path, e) : err_wrap(e, "`%s`", path);
	if (close(fd) != 0 && rc == 0)
		rc = err_errno(e, MLC_PUBLISH, "cannot close `%s`", path);
	if (rc == 0 && move(&stage, &target) != 0)
		rc = err_errno(e, MLC_PUBLISH, "cannot put `%s` in place", path);
	if (rc != 0)
		unlinkat(stage.dir, stage.name, 0);
	else
		rc = file__fsync_dir(target.dir, path, e);
	file__spot_close(&target);
	return rc;
}

int
file_publish_anywhere(int rootfd, const char *path, const struct str *text, struct err *e)
{
	const char *name;
	int dir = file_open_parent(rootfd, path, true, &name, e);
	if (dir < 0)
		return -1;
	int rc = file_publish(dir, name, text->s, text->len, e);
	close(dir);
	return rc;
}
