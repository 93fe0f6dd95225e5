/* SPDX-License-Identifier: Apache-2.0
 * Modules of the program: what needs a large library is no burden to whoever does not use it. The plugins
 * that come with the program lie there, too (KIND nodes), but the loader of plugins opens them.
 *
 *	build/mlflow-c          build/lib/mlflow-c/KIND/NAME.so
 *	PREFIX/bin/mlflow-c     PREFIX/lib/mlflow-c/KIND/NAME.so
 *
 * A module stays loaded; the linker knows which ones are, so nothing is kept here. Like a plugin it is
 * refused if somebody else could have written it. */
#include "base/os.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "lib/mlflow-c"

/* A name that is a file's name and nothing else. */
static bool
could_be(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n <= 64 && !name[n];
}

/* The folder of the program, or the one above it. */
static bool
program_folder(char dir[static PATH_MAX], bool above)
{
	ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return false;
	dir[n] = '\0';
	for (int i = 0; i <= above; i++) {
		slash = strrchr(dir, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	return true;
}

char *
module_folder(const char *kind, int i)
{
	char dir[PATH_MAX];
	struct str path = {0};

	if (i > 1 || !program_folder(dir, i > 0))
		return NULL;
	str_addf(&path, "%s/" FOLDER "/%s", dir, kind);
	return path.s;
}

char *
module_path(const char *kind, const char *name)
{
	char *folder;

	for (int i = 0; could_be(name) && (folder = module_folder(kind, i)); i++) {
		struct str path = {0};

		str_addf(&path, "%s/%s.so", folder, name);
		free(folder);
		if (access(path.s, F_OK) == 0)
			return path.s;
		str_fini(&path);
	}
	return NULL;
}

static void *
open_module(const char *path, const char *what, const char *package, struct err *e)
{
	struct trust t = {.path = path, .owner = geteuid()};
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
	struct stat st;

	if (handle)
		return handle;
	if (lstat(path, &st) < 0) {
		err_errno(e, MLC_PLUGIN_LOAD, "cannot look at %s", path);
		return NULL;
	}
	if (trust_code(&t, &st, path, e) < 0)
		return NULL;
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (handle)
		return handle;
	const char *why = dlerror();
	err_set(e, MLC_PLUGIN_LOAD, "the module of %s does not load: %s", what,
		why ? why : "no reason is given");
	if (package)
		err_help(e, "install its library: apt-get install %s", package);
	else
		err_help(e, "build it again");
	return NULL;
}

module_get *
module_load(
	const char *path, const char *symbol, const char *what, const char *package, struct err *e)
{
	void *handle = open_module(path, what, package, e);
	void *found = handle ? dlsym(handle, symbol) : NULL;
	module_get *get = NULL;

	if (found)
		memcpy(&get, &found, sizeof(get)); /* ISO C knows no way from one to the other */
	else if (handle)
		err_set(e, MLC_PLUGIN_LOAD, "the module %s exports no %s", path, symbol);
	return get;
}
