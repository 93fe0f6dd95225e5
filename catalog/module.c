/* SPDX-License-Identifier: Apache-2.0
 * Dataset types that are modules: what needs a large library is no burden to whoever does not use it.
 *
 *	build/mlflow-c          build/lib/mlflow-c/datasets/NAME.so
 *	PREFIX/bin/mlflow-c     PREFIX/lib/mlflow-c/datasets/NAME.so
 *
 * A module is loaded when a catalog names its type, and stays loaded; the linker knows which ones are,
 * so nothing is kept here. Like a plugin it is refused if somebody else could have written it. */
#include "catalog/inside.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "lib/mlflow-c/datasets"

/* What the modules of ours are made with: for those who miss one. */
static const struct {
	const char *name, *run, *build; /* the type; Debian's packages */
} ours[] = {{"postgres", "libpq5", "libpq-dev"}};

typedef const struct mlf_dataset_type *get_type(void);

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

/* The path of the module, owned, if there is one. */
static char *
find(const char *name)
{
	char dir[PATH_MAX];
	struct str path = {0};

	for (int above = 0; above < 2 && could_be(name); above++) {
		if (!program_folder(dir, above))
			break;
		str_reset(&path);
		str_addf(&path, "%s/" FOLDER "/%s.so", dir, name);
		if (access(path.s, F_OK) == 0)
			return path.s;
	}
	str_fini(&path);
	return NULL;
}

static int
missing(const char *name, struct err *e)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (!str_eq(ours[i].name, name))
			continue;
		err_set(e, MLC_DATASET_TYPE,
			"the dataset type `%s` is a module, and there is no " FOLDER "/%s.so", name,
			name);
		return err_help(e,
			"it is built where its library is: apt-get install %s, then `make`",
			ours[i].build);
	}
	return err_set(e, MLC_DATASET_TYPE, "unknown dataset type `%s`", name);
}

static int
does_not_load(const char *name, struct err *e)
{
	const char *why = dlerror(), *package = NULL;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_eq(ours[i].name, name))
			package = ours[i].run;
	err_set(e, MLC_PLUGIN_LOAD, "the module of dataset type `%s` does not load: %s", name,
		why ? why : "no reason is given");
	if (package)
		return err_help(e, "install its library: apt-get install %s", package);
	return err_help(e, "build it again");
}

/* What the program takes for granted of a type. */
static int
check_type(const struct mlf_dataset_type *t, const char *name, struct err *e)
{
	bool fits = t->abi_major == DATASET_ABI_MAJOR && t->abi_minor <= DATASET_ABI_MINOR &&
		t->size >= sizeof(*t);

	if (!fits) {
		err_set(e, MLC_PLUGIN_ABI,
			"the module of dataset type `%s` was built for ABI %u.%u, this program has "
			"%d.%d",
			name, t->abi_major, t->abi_minor, DATASET_ABI_MAJOR, DATASET_ABI_MINOR);
		return err_help(e, "build it again with this program's headers");
	}
	if (t->name && str_eq(t->name, name) && t->kind >= MLF_TABLE && t->kind <= MLF_PATH &&
		(!t->read_open || (t->read_next && t->read_close)) &&
		(!t->write_open || (t->write_next && t->write_end)) && (!t->commit || t->probe) &&
		(!t->locate || t->commit))
		return 0;
	return err_set(e, MLC_PLUGIN_LOAD,
		"the module of dataset type `%s` describes itself incompletely", name);
}

static void *
load(const char *path, const char *name, struct err *e)
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
	if (!handle)
		(void)does_not_load(name, e);
	return handle;
}

const struct mlf_dataset_type *
module_type(const char *name, struct err *e)
{
	const struct mlf_dataset_type *type = NULL;
	char *path = find(name);
	void *handle = path ? load(path, name, e) : NULL;
	void *symbol = handle ? dlsym(handle, "mlf_dataset_v1") : NULL;
	get_type *get;

	if (symbol) {
		memcpy(&get, &symbol, sizeof(get)); /* ISO C knows no way from one to the other */
		type = get();
	}
	if (!path)
		(void)missing(name, e);
	else if (handle && !type)
		err_set(e, MLC_PLUGIN_LOAD, "the module %s exports no mlf_dataset_v1", path);
	else if (type && check_type(type, name, e) < 0)
		type = NULL;
	free(path);
	return type;
}

bool
module_expected(const char *name)
{
	char *path = find(name);
	bool there = path != NULL;

	free(path);
	for (size_t i = 0; !there && i < sizeof(ours) / sizeof(ours[0]); i++)
		there = str_eq(ours[i].name, name);
	return there;
}
