/* SPDX-License-Identifier: Apache-2.0
 * Opening beneath a folder without openat2: name by name, following no link at all.
 *
 * For kernels before 5.6, sandboxes that filter the call, and valgrind, which does not know it. It
 * is stricter than the kernel: ".." and links are refused even where they would stay inside. */
#include "base/file_spot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Opens one name in dir, which is closed; the last one with the caller's flags. */
static int
step(int dir, const char *name, size_t len, int flags)
{
	char one[NAME_MAX + 1];
	int fd = -1, saved;

	if (len > NAME_MAX) {
		errno = ENAMETOOLONG;
	} else if (len == 2 && memcmp(name, "..", 2) == 0) {
		errno = EXDEV;
	} else {
		memcpy(one, name, len);
		one[len] = 0;
		do
			fd = openat(dir, one, flags | O_NOFOLLOW | O_CLOEXEC, 0666);
		while (fd < 0 && errno == EINTR);
	}
	saved = errno;
	close(dir);
	errno = saved;
	return fd;
}

int
file__walk_open(int rootfd, const char *path, int flags)
{
	size_t len, more;
	int fd;

	if (path[0] == '/' || path[0] == 0) {
		errno = path[0] ? EXDEV : ENOENT;
		return -1;
	}
	fd = openat(rootfd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (; fd >= 0 && *path; path += len + more) {
		len = strcspn(path, "/");
		more = strspn(path + len, "/");
		bool last = path[len + more] == 0;
		int dirs = more || !last ? O_DIRECTORY : 0;

		fd = step(fd, path, len, last ? flags | dirs : O_PATH | dirs);
	}
	return fd;
}
