/* SPDX-License-Identifier: Apache-2.0
 * Dataset types that are modules: what needs a large library is no burden to whoever does not use it.
 *
 *	build/mlflow-c          build/lib/mlflow-c/datasets/NAME.so
 *	PREFIX/bin/mlflow-c     PREFIX/lib/mlflow-c/datasets/NAME.so
 *
 * A module is loaded when a catalog names its type, and stays loaded; the linker knows which ones are,
 * so nothing is kept here. Like a plugin it is refused if somebody else could have written it. */
#include "catalog/inside.h"

#include <stdlib.h>

#define FOLDER "lib/mlflow-c/datasets"

/* What the modules of ours are made with: for those who miss one. */
static const struct {
	const char *name, *run, *build; /* the type; Debian's packages */
} ours[] = {{"postgres", "libpq5", "libpq-dev"}};

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

/* Debian's package of the library that a module of ours needs, or NULL. */
static const char *
library_of(const char *name)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (str_eq(ours[i].name, name))
			return ours[i].run;
	return NULL;
}

const struct mlf_dataset_type *
module_type(const char *name, struct err *e)
{
	const struct mlf_dataset_type *type = NULL;
	char *path = module_path("datasets", name), what[128];
	module_get *get = NULL;

	(void)snprintf(what, sizeof(what), "dataset type `%s`", name);
	if (path)
		get = module_load(path, "mlf_dataset_v1", what, library_of(name), e);
	else
		(void)missing(name, e);
	if (get)
		type = get();
	if (get && !type)
		err_set(e, MLC_PLUGIN_LOAD, "the module %s exports no mlf_dataset_v1", path);
	else if (type && check_type(type, name, e) < 0)
		type = NULL;
	free(path);
	return type;
}

bool
module_expected(const char *name)
{
	char *path = module_path("datasets", name);
	bool there = path != NULL;

	free(path);
	for (size_t i = 0; !there && i < sizeof(ours) / sizeof(ours[0]); i++)
		there = str_eq(ours[i].name, name);
	return there;
}
