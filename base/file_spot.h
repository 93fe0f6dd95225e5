/* SPDX-License-Identifier: Apache-2.0
 * Private to base/file.c and base/publish.c: a name in an open folder. */
#ifndef BASE_FILE_SPOT_H
#define BASE_FILE_SPOT_H

#include <limits.h>
#include "base/os.h"

/* renameat, unlinkat and their kin know no "beneath", but a single name relative to a folder that
 * was opened beneath the root cannot leave it. */
struct file_spot {
	int dir;                 /* owned */
	char name[NAME_MAX + 1]; /* never empty, ".", ".." or with a slash */
};

/* Opens the parent folder of path beneath rootfd. Trailing slashes of path do not count. */
MUST_CHECK int file__spot_open(
	struct file_spot *s, int rootfd, const char *path, enum err_code code, struct err *e);
void file__spot_close(struct file_spot *s); /* keeps errno */

/* What opens paths where openat2 is missing. Follows no links. Sets errno. */
int file__walk_open(int rootfd, const char *path, int flags);

/* Fsyncs a folder; one on a filesystem that cannot do that counts as done. */
MUST_CHECK int file__fsync_dir(int fd, const char *shown, struct err *e);
/* What file_replace does where folders cannot be exchanged. Sets errno. */
MUST_CHECK int file__swap_by_moving(const struct file_spot *stage, const struct file_spot *target);

#endif
