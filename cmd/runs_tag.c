/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs tag and runs note: what people say about a run afterwards. */
#include "cmd/runs.h"

#define NOTE "mlflow.note.content" /* where MLflow's UI shows it */

struct tag_args {
	const char *remove;
};

static int
change(struct app *a, const struct tag_args *args, struct run_about *r, struct err *e)
{
	struct tag_list tags;
	if (run_tags_parse(&r->arena, a, args->remove, &tags, e) < 0)
		return -1;
	if (args->remove && !run_about_tag(r, args->remove)) {
		err_set(e, MLC_NOT_FOUND, "run %s has no tag `%s`", r->run.name, args->remove);
		return err_help(e, "its tags: mlflow-c runs show %s --json", r->run.name);
	}
	return store_tag(a->store, &r->run, tags.v, tags.n, e);
}

static int
run_tag(struct app *a)
{
	struct run_about r = {0};
	struct err e = {0};
	int code = 0;
	if (app_store(a, STORE_WRITE, &e) < 0 || run_about_open(a, a->args[0], &r, &e) < 0 ||
		change(a, a->opts, &r, &e) < 0)
		code = report(a, &e);
	run_about_fini(&r);
	return code;
}

static int
run_note(struct app *a)
{
	struct run_about r = {0};
	struct err e = {0};
	int code = 0;
	const struct tag note = {NOTE, a->n_args > 1 && *a->args[1] ? a->args[1] : NULL};
	bool writes = a->n_args > 1;
	if (app_store(a, writes ? STORE_WRITE : STORE_READ, &e) < 0 ||
		run_about_open(a, a->args[0], &r, &e) < 0 ||
		(writes && store_tag(a->store, &r.run, &note, 1, &e) < 0))
		code = report(a, &e);
	else if (!writes && run_about_tag(&r, NOTE))
		(void)printf("%s\n", run_about_tag(&r, NOTE));
	run_about_fini(&r);
	return code;
}

static const char *const tag_examples[] = {"mlflow-c runs tag last team=risk",
	"set one; several may follow", "mlflow-c runs tag last --remove team", "remove it", NULL};
static const struct opt tag_opts[] = {
	{"remove", 0, OPT_STR, offsetof(struct tag_args, remove), "KEY", "remove this tag"}, {0}};
const struct cmd cmd_runs_tag = {
	.name = "runs tag",
	.args = "RUN [KEY=VALUE...]",
	.min_args = 1,
	.max_args = 100,
	.summary = "Set tags of a run, or remove one.",
	.examples = tag_examples,
	.needs = NEEDS_PROJECT,
	.opts = tag_opts,
	.opts_size = sizeof(struct tag_args),
	.run = run_tag,
};

static const char *const note_examples[] = {"mlflow-c runs note last \"with the new prices\"",
	"write one", "mlflow-c runs note last", "read it", NULL};
const struct cmd cmd_runs_note = {
	.name = "runs note",
	.args = "RUN [TEXT]",
	.min_args = 1,
	.max_args = 2,
	.summary = "Write a note about a run, or read it.",
	.examples = note_examples,
	.needs = NEEDS_PROJECT,
	.run = run_note,
};
