/* SPDX-License-Identifier: Apache-2.0
 * Whether a file of code could have been written by somebody else: one that is loaded into a process
 * of ours does there what it likes.
 *
 *	the file          regular; of root, us or the project's owner; not writable by others
 *	every folder up   the same (sticky folders pass) */
#include "base/os.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
trusted_owner(uid_t uid, uid_t project)
{
	return uid == 0 || uid == geteuid() || uid == project;
}

int
trust_refuse(struct err *e, const char *path, const char *why, const char *fix)
{
	err_set(e, MLC_PLUGIN_REFUSED, "plugin %s is refused: %s", path, why);
	return err_help(e, "%s", fix);
}

static int
check_file(const struct trust *t, const struct stat *st, struct err *e)
{
	char fix[600];

	(void)snprintf(fix, sizeof(fix), "chmod go-w %s", t->path);
	if (!S_ISREG(st->st_mode))
		return trust_refuse(e, t->path, "it is no regular file", "build it again");
	if (!trusted_owner(st->st_uid, t->owner))
		return trust_refuse(
			e, t->path, "it belongs to another user", "build it again as yourself");
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return trust_refuse(e, t->path, "others may write to it", fix);
	return 0;
}

/* A folder as messages name it: relative to the root if it lies beneath. */
static const char *
shown(const char *dir, const char *root)
{
	size_t n = root ? strlen(root) : 0;

	return n && strncmp(dir, root, n) == 0 && dir[n] == '/' ? dir + n + 1 : dir;
}

static int
check_folder(const struct trust *t, const char *dir, struct err *e)
{
	char why[4200], fix[4200];
	struct stat st;

	if (stat(dir, &st) < 0)
		return err_errno(e, MLC_PLUGIN_REFUSED, "cannot look at %s", dir);
	if (!trusted_owner(st.st_uid, t->owner)) {
		(void)snprintf(why, sizeof(why), "the folder %s above it belongs to another user",
			shown(dir, t->root));
		return trust_refuse(e, t->path, why, "move the project into a folder of your own");
	}
	if (!(st.st_mode & (S_IWGRP | S_IWOTH)) || st.st_mode & S_ISVTX)
		return 0;
	(void)snprintf(why, sizeof(why), "others may write to the folder %s above it",
		shown(dir, t->root));
	(void)snprintf(fix, sizeof(fix), "chmod go-w %s", shown(dir, t->root));
	return trust_refuse(e, t->path, why, fix);
}

int
trust_code(const struct trust *t, const struct stat *st, const char *absolute, struct err *e)
{
	char dir[4096];

	if (check_file(t, st, e) < 0)
		return -1;
	if ((size_t)snprintf(dir, sizeof(dir), "%s", absolute) >= sizeof(dir))
		return err_set(e, MLC_PLUGIN_REFUSED, "the path of plugin %s is too long", t->path);
	for (char *slash; (slash = strrchr(dir, '/'));) {
		slash[slash == dir] = '\0';
		if (check_folder(t, dir, e) < 0)
			return -1;
		if (slash == dir)
			break;
		*slash = '\0';
	}
	return 0;
}
