/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry delete: a version, or a model with all of its versions. Their runs stay, and the
 * files with them. */
#include "cmd/registry.h"

struct delete_args {
	bool yes;
};

static int
delete_model(struct app *a, const struct model_info *m, bool yes, struct err *e)
{
	struct str what = {0};
	str_addf(&what, "the model %s will be deleted with all of its versions", m->name);
	int rc = confirm(a, yes, what.s, e);
	str_fini(&what);
	return rc < 0 ? -1 : store_model_delete(a->store, m->name, e);
}

static int
delete_version(struct app *a, struct arena *arena, bool yes, struct err *e)
{
	struct str what = {0};
	struct version_row v;
	if (store_version(a->store, arena, a->args[0], &v, e) < 0)
		return -1;
	str_addf(&what, "version %lld of %s will be deleted", (long long)v.version, v.name);
	int rc = confirm(a, yes, what.s, e);
	str_fini(&what);
	return rc < 0 ? -1 : store_version_delete(a->store, &v, e);
}

static int
run(struct app *a)
{
	const struct delete_args *args = a->opts;
	struct arena arena = {0};
	struct model_info model;
	struct err e = {0};
	int rc = app_store(a, STORE_WRITE, &e);
	if (rc == 0)
		rc = store_model(a->store, &arena, a->args[0], &model, NULL) == 0
			? delete_model(a, &model, args->yes, &e)
			: delete_version(a, &arena, args->yes, &e);
	arena_fini(&arena);
	return rc < 0 ? report(a, &e) : 0;
}

static const char *const examples[] = {"mlflow-c registry delete loan@3 --yes", "one version",
	"mlflow-c registry delete loan", "the model; asks first", NULL};
static const struct opt opts[] = {
	{"yes", 'y', OPT_FLAG, offsetof(struct delete_args, yes), NULL, "do not ask"}, {0}};
const struct cmd cmd_registry_delete = {
	.name = "registry delete",
	.args = "MODEL[@VERSION]",
	.min_args = 1,
	.max_args = 1,
	.summary = "Delete a version, or a model with all of its versions.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.opts = opts,
	.opts_size = sizeof(struct delete_args),
	.run = run,
};
