/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs delete, restore and gc. What is deleted can come back until gc removes it for good. */
#include "cmd/runs.h"

/* ---- out of sight, and back */

static int
set_deleted(struct app *a, bool deleted)
{
	struct arena arena = {0};
	struct err e = {0};
	int code = 0;
	if (app_store(a, STORE_WRITE, &e) < 0)
		return report(a, &e);
	for (int i = 0; i < a->n_args && code == 0; i++) {
		struct run_row r;
		if (store_run(a->store, &arena, a->args[i], &r, &e) < 0 ||
			store_delete(a->store, &r, deleted, &e) < 0)
			code = report(a, &e);
		else if (!a->g.quiet)
			(void)fprintf(stderr, "%s %s\n", deleted ? "deleted" : "restored", r.name);
	}
	arena_fini(&arena);
	return code;
}

static int
run_delete(struct app *a)
{
	return set_deleted(a, true);
}

static int
run_restore(struct app *a)
{
	return set_deleted(a, false);
}

/* ---- for good */

struct gc_args {
	const char *older_than;
	bool dry_run;
};
struct tally {
	size_t removed, kept;
};

static int
age_limit(const struct app *a, const char *text, int64_t *before_ms, struct err *e)
{
	int64_t age = 0;
	if (text && str_to_duration(text, &age) < 0) {
		err_set(e, MLC_USAGE, "--older-than wants a time, not `%s`", text);
		return err_help(e, "such as 12h or 30d");
	}
	struct clock clock = a->clock;
	*before_ms = text ? clock_now_ms(&clock) - age : INT64_MAX;
	return 0;
}

/* A run that stays is named with the reason. */
static int
collect(struct app *a, const struct run_row *r, bool dry, struct tally *t, struct err *e)
{
	const char *kept = NULL;
	if (!dry && store_purge(a->store, r, &kept, e) < 0)
		return -1;
	if (kept)
		t->kept++;
	else
		t->removed++;
	if (!a->g.quiet)
		(void)printf("%s %s%s%s\n",
			kept          ? "kept"
				: dry ? "would remove"
				      : "removed",
			r->name, kept ? ": " : "", kept ? kept : "");
	return 0;
}

static int
run_gc(struct app *a)
{
	const struct gc_args *args = a->opts;
	const struct run_search deleted = {.limit = -1, .view = RUNS_DELETED};
	struct arena arena = {0};
	struct run_row *rows = NULL;
	struct tally t = {0};
	struct err e = {0};
	int64_t before_ms = 0;
	size_t n = 0;
	int rc = age_limit(a, args->older_than, &before_ms, &e);
	if (rc == 0)
		rc = app_store(a, args->dry_run ? STORE_READ : STORE_WRITE, &e);
	if (rc == 0)
		rc = store_runs(a->store, &arena, &deleted, &rows, &n, &e);
	for (size_t i = 0; i < n && rc == 0; i++)
		if (rows[i].start_ms <= before_ms)
			rc = collect(a, &rows[i], args->dry_run, &t, &e);
	arena_fini(&arena);
	if (rc < 0)
		return report(a, &e);
	if (!a->g.quiet)
		(void)fprintf(
			stderr, "%zu removed, %zu kept\n", args->dry_run ? 0 : t.removed, t.kept);
	return 0;
}

static const char *const delete_examples[] = {
	"mlflow-c runs delete calm-otter", "out of sight; restore brings it back", NULL};
const struct cmd cmd_runs_delete = {
	.name = "runs delete",
	.args = "RUN [RUN...]",
	.min_args = 1,
	.max_args = 1000,
	.summary = "Put runs out of sight; they can be restored.",
	.examples = delete_examples,
	.needs = NEEDS_PROJECT,
	.run = run_delete,
};

static const char *const restore_examples[] = {
	"mlflow-c runs restore calm-otter", "undo runs delete", NULL};
const struct cmd cmd_runs_restore = {
	.name = "runs restore",
	.args = "RUN [RUN...]",
	.min_args = 1,
	.max_args = 1000,
	.summary = "Bring deleted runs back.",
	.examples = restore_examples,
	.needs = NEEDS_PROJECT,
	.run = run_restore,
};

static const char *const gc_examples[] = {"mlflow-c runs gc --older-than 30d",
	"remove what was deleted, and is old", "mlflow-c runs gc --dry-run", "only say which",
	NULL};
static const struct opt gc_opts[] = {
	{"older-than", 0, OPT_STR, offsetof(struct gc_args, older_than), "TIME",
		"only runs that began so long ago"},
	{"dry-run", 0, OPT_FLAG, offsetof(struct gc_args, dry_run), NULL, "only say which"},
	{0},
};
const struct cmd cmd_runs_gc = {
	.name = "runs gc",
	.args = "",
	.summary = "Remove deleted runs for good, with their files.",
	.examples = gc_examples,
	.needs = NEEDS_PROJECT,
	.opts = gc_opts,
	.opts_size = sizeof(struct gc_args),
	.run = run_gc,
};
