/* SPDX-License-Identifier: Apache-2.0
 * Runs and model versions between registries: export makes a folder, import takes one in. */
#include "cmd/outdir.h"
#include "cmd/registry.h"

#include <fcntl.h>
#include <unistd.h>

static int
export_to(struct app *a, const struct run_row *run, const struct version_row *only, struct err *e)
{
	struct outdir o;
	int rc = outdir_begin(&o, a->args[1], e);
	if (rc == 0)
		rc = store_export(a->store, run, only, o.fd, e);
	return outdir_end(&o, rc, e);
}

static int
run_export(struct app *a)
{
	struct arena arena = {0};
	struct run_row run;
	struct err e = {0};
	int code = 0;
	if (store_run(a->store, &arena, a->args[0], &run, &e) < 0 ||
		export_to(a, &run, NULL, &e) < 0)
		code = report(a, &e);
	else if (!a->g.quiet)
		(void)fprintf(stderr, "run %s is in %s\n", run.name, a->args[1]);
	arena_fini(&arena);
	return code;
}

static int
check_version(const struct version_row *v, struct err *e)
{
	if (v->path && v->run_name)
		return 0;
	err_set(e, MLC_NOT_FOUND, "%s version %lld was registered by another program", v->name,
		(long long)v->version);
	return err_help(e, "its files alone: mlflow-c registry download");
}

static int
registry_export(struct app *a)
{
	struct arena arena = {0};
	struct version_row v;
	struct run_row run;
	struct err e = {0};
	int code = 0;
	if (store_version(a->store, &arena, a->args[0], &v, &e) < 0 || check_version(&v, &e) < 0 ||
		store_verify(a->store, &v, &e) < 0 ||
		store_run(a->store, &arena, v.run_id, &run, &e) < 0 ||
		export_to(a, &run, &v, &e) < 0)
		code = report(a, &e);
	else if (!a->g.quiet)
		(void)fprintf(stderr, "%s version %lld is in %s\n", v.name, (long long)v.version,
			a->args[1]);
	arena_fini(&arena);
	return code;
}

static void
say_imported(struct app *a, const struct import_result *r)
{
	struct str out = {0};
	struct jw w;
	if (!a->g.json && !a->g.quiet) {
		(void)fprintf(stderr, "run %s is here\n", r->run.name);
		for (size_t i = 0; i < r->n_models; i++)
			(void)fprintf(stderr, "%s version %lld comes from it\n", r->models[i].name,
				(long long)r->models[i].version);
	}
	if (!a->g.json)
		return;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "run_id", r->run.id);
	jw_kv_str(&w, "name", r->run.name);
	jw_key(&w, "models");
	jw_array(&w);
	for (size_t i = 0; i < r->n_models; i++) {
		jw_object(&w);
		jw_kv_str(&w, "name", r->models[i].name);
		jw_kv_i64(&w, "version", r->models[i].version);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static int
run_import(struct app *a)
{
	struct import_result *r = mem_alloc(sizeof(*r));
	struct err e = {0};
	int code = 0, fd = file_open(AT_FDCWD, a->args[0], O_RDONLY | O_DIRECTORY, true, &e);
	if (fd < 0 || app_store(a, STORE_WRITE, &e) < 0 || store_import(a->store, fd, r, &e) < 0)
		code = report(a, &e);
	else
		say_imported(a, r);
	if (fd >= 0)
		close(fd);
	free(r);
	return code;
}

static const char *const export_examples[] = {
	"mlflow-c runs export calm-otter calm-otter.run", "rows, artifacts and logs", NULL};
const struct cmd cmd_runs_export = {
	.name = "runs export",
	.args = "RUN DIR",
	.min_args = 2,
	.max_args = 2,
	.summary = "Copy a run, with its files, into a new folder.",
	.examples = export_examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run_export,
};

static const char *const import_examples[] = {
	"mlflow-c runs import calm-otter.run", "it keeps its name and id", NULL};
const struct cmd cmd_runs_import = {
	.name = "runs import",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "Take in a run that was exported elsewhere.",
	.examples = import_examples,
	.needs = NEEDS_PROJECT,
	.run = run_import,
};

static const char *const version_examples[] = {"mlflow-c registry export loan@champion loan.model",
	"the version, and the record of its run", NULL};
const struct cmd cmd_registry_export = {
	.name = "registry export",
	.args = "MODEL[@VERSION] DIR",
	.min_args = 2,
	.max_args = 2,
	.summary = "Copy a version, with the record of its run.",
	.examples = version_examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = registry_export,
};

static const char *const take_examples[] = {
	"mlflow-c registry import loan.model", "as the next version here; no alias moves", NULL};
const struct cmd cmd_registry_import = {
	.name = "registry import",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "Take in a version that was exported elsewhere.",
	.examples = take_examples,
	.needs = NEEDS_PROJECT,
	.run = run_import,
};
