/* SPDX-License-Identifier: Apache-2.0
 * Who is alive: fcntl record locks on single bytes of `<store>-mlc-locks`.
 *
 *	byte  0        1     2     3 ...
 *	      creator  run 1 run 2 run 3
 *
 * The file stays empty: locks may lie beyond its end. A lock belongs to the process, not to the
 * descriptor, so a forked child never has it and the kernel drops it with the process. The other
 * side of that: closing any descriptor of the file drops every lock this process has on it. Hence
 * the invariant that a process has the file open at most once, which lock__open refuses to break.
 * flock and open-file-description locks were tried and dropped: a child between fork and exec keeps
 * those alive (reference: 10 of 1,500 killed runs stayed `running`). */
#include "registry/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_STEP_MS 5
#define WAIT_MAX_MS 30000

static int
byte_lock(int fd, int cmd, short type, int64_t num, struct flock *fl)
{
	*fl = (struct flock){
		.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)num, .l_len = 1};
	return fcntl(fd, cmd, fl);
}

/* True if one of this process's descriptors is the file st. */
static bool
is_open_here(const struct stat *st)
{
	DIR *d = opendir("/proc/self/fd");
	bool found = false;
	for (struct dirent *entry; d && !found && (entry = readdir(d));) {
		struct stat other;
		int64_t fd;
		found = str_to_i64(entry->d_name, &fd) == 0 && fstat((int)fd, &other) == 0 &&
			other.st_dev == st->st_dev && other.st_ino == st->st_ino;
	}
	if (d)
		closedir(d);
	return found;
}

int
lock__open(struct locks *l, const char *store_path, enum lock_mode mode, struct err *e)
{
	struct str path = {0};
	struct stat st;
	int flags = mode == LOCK_HOLD ? O_RDWR | O_CREAT : O_RDONLY;
	int rc = 0;

	*l = (struct locks){.fd = -1};
	str_addf(&path, "%s-mlc-locks", store_path);
	if (stat(path.s, &st) == 0 && is_open_here(&st)) {
		rc = err_set(
			e, MLC_BUG, "this process has the registry `%s` open already", store_path);
		goto out;
	}
	l->fd = open(path.s, flags | O_CLOEXEC | O_NOCTTY, 0666);
	if (l->fd < 0 && !(mode == LOCK_LOOK && errno == ENOENT))
		rc = err_errno(e, MLC_STORE, "cannot open the lock file `%s`", path.s);
out:
	str_fini(&path);
	return rc;
}

void
lock__close(struct locks *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->held);
	*l = (struct locks){.fd = -1};
}

static void
remember(struct locks *l, int64_t num)
{
	l->held = mem_grow(l->held, &l->cap, l->n + 1, sizeof *l->held);
	l->held[l->n++] = num;
}

/* 0 taken, 1 another process has it, -1 error. */
static int
try_take(struct locks *l, int64_t num, struct err *e)
{
	struct flock fl;
	if (byte_lock(l->fd, F_SETLK, F_WRLCK, num, &fl) == 0) {
		remember(l, num);
		return 0;
	}
	if (errno == EACCES || errno == EAGAIN)
		return 1;
	return err_errno(
		e, MLC_STORE, "cannot lock byte %lld of the registry's lock file", (long long)num);
}

int
lock__take(struct locks *l, int64_t num, struct err *e)
{
	int rc = try_take(l, num, e);
	if (rc == 1)
		return err_set(e, MLC_LOCKED, "another process holds the lock of run number %lld",
			(long long)num);
	return rc;
}

int
lock__wait(struct locks *l, int64_t num, struct err *e)
{
	const struct timespec step = {.tv_nsec = WAIT_STEP_MS * 1000000L};
	for (int waited = 0; waited < WAIT_MAX_MS; waited += WAIT_STEP_MS) {
		int rc = try_take(l, num, e);
		if (rc <= 0)
			return rc;
		nanosleep(&step, NULL);
	}
	return err_set(e, MLC_LOCKED, "another process has been creating the registry for %d s",
		WAIT_MAX_MS / 1000);
}

void
lock__drop(struct locks *l, int64_t num)
{
	struct flock fl;
	for (size_t i = 0; i < l->n; i++) {
		if (l->held[i] != num)
			continue;
		l->held[i] = l->held[--l->n];
		/* unlocking a byte of an open file has no way to fail */
		(void)byte_lock(l->fd, F_SETLK, F_UNLCK, num, &fl);
		return;
	}
}

bool
lock__held(const struct locks *l, int64_t num)
{
	struct flock fl;
	for (size_t i = 0; i < l->n; i++)
		if (l->held[i] == num)
			return true;
	if (l->fd < 0)
		return false;
	/* if the kernel will not tell, the run counts as alive: nothing is taken from it */
	return byte_lock(l->fd, F_GETLK, F_WRLCK, num, &fl) < 0 || fl.l_type != F_UNLCK;
}
