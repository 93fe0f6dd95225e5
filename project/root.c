/* SPDX-License-Identifier: Apache-2.0
 * Where the project is: the nearest folder, from here upwards, that holds conf/base.
 *
 *	/home/ann/shop/.git            a repository
 *	/home/ann/shop/ml/conf/base    -> the root is /home/ann/shop/ml
 *	/home/ann/shop/ml/nodes        <- started here
 *
 * A project may be any part of a repository; version control plays no role here. Links are resolved
 * first, so that ".." means the real parent. */
#include "project/project.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static int
not_found(const char *dir, struct err *e)
{
	err_set(e, MLC_NO_PROJECT,
		"no project here: neither `%s` nor a folder above it holds conf/base", dir);
	return err_help(e, "go to a project folder, or begin one: mkdir -p conf/base");
}

/* 1 if dir holds the folder conf/base, 0 if not, -1 if that cannot be told. */
static int
holds_conf(const char *dir, struct err *e)
{
	char path[PATH_MAX + sizeof("/conf/base")];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/conf/base", str_eq(dir, "/") ? "" : dir);
	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode);
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	/* Going on would find another project than the one the user stands in. */
	err_errno(e, MLC_NO_PROJECT, "cannot look at `%s`", path);
	return err_help(e, "make the folder readable, or start from another one");
}

int
project_find_root(const char *dir, char **root, int *rootfd, struct err *e)
{
	char path[PATH_MAX], start[PATH_MAX];
	char *slash;
	int found;

	*root = NULL;
	*rootfd = -1;
	if (!realpath(dir ? dir : ".", path)) {
		err_errno(e, MLC_NO_PROJECT, "cannot enter `%s`", dir ? dir : ".");
		return err_help(e, "name a folder that exists");
	}
	memcpy(start, path, sizeof(start));
	while ((found = holds_conf(path, e)) == 0) {
		slash = strrchr(path, '/');
		if (!slash || str_eq(path, "/"))
			return not_found(start, e);
		slash[slash == path] = '\0'; /* the root folder keeps its slash */
	}
	if (found < 0)
		return -1;
	*rootfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*rootfd < 0) {
		err_errno(e, MLC_NO_PROJECT, "cannot open the project folder `%s`", path);
		return err_help(e, "make the folder readable");
	}
	*root = mem_strdup(path);
	return 0;
}

bool
project_is_source(const char *path)
{
	static const char *const results[] = {"data", "runs", "build"};
	size_t n = strcspn(path, "/");

	for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
		if (strlen(results[i]) == n && strncmp(path, results[i], n) == 0)
			return false;
	return *path != '.';
}
