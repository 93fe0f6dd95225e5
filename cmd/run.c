/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c run: plans a pipeline, runs it, records it. */
#include "cmd/view.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

struct run_args {
	struct param_opts params; /* first, see TAKES_PARAMS */
	const char *pipeline, *name, *progress, *load_versions;
	struct slice slice;
	int64_t jobs;
	bool in_process, keep_going, dry_run, build, no_annotations, changed;
};

/* Usage and configuration were judged before the run: what is wrong with a node now is that it
 * failed, whatever it tripped over. */
static int
exit_code(const struct run_result *r)
{
	if (r->signal)
		return 128 + r->signal;
	int code = r->err.code ? code_exit(r->err.code) : 0;
	bool node = code == code_exit(MLC_USAGE) || code == code_exit(MLC_FILE) ||
		r->err.code == MLC_OOM;
	return node && !r->broken ? code_exit(MLC_NODE_FAILED) : code;
}

/* Nodes in this process share its stdout, which belongs to the answer: what they print goes to stderr
 * like the output of any node. Returns the real stdout, to be put back; NULL: it could not be lent. */
static FILE *
lend_stdout(void)
{
	(void)fflush(stdout);
	int real = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
	FILE *file = real >= 0 ? fdopen(real, "w") : NULL;
	if (file)
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	else if (real >= 0)
		close(real);
	return file;
}

static void
take_stdout(FILE *real)
{
	if (!real)
		return;
	(void)fflush(stdout);
	(void)dup2(fileno(real), STDOUT_FILENO);
	(void)fclose(real);
}

static int
execute(struct app *a, const struct run_args *args, const struct plan *plan)
{
	struct err e = {0};
	struct run_result result;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct view v;
	struct view_opts face = {.progress = args->progress,
		.no_annotations = args->no_annotations,
		.in_process = args->in_process,
		.jobs = args->jobs > 0 ? (int)args->jobs : (int)cores};
	if (args->jobs < 0 || args->jobs > 1024) {
		err_set(&e, MLC_USAGE, "--jobs wants a number from 1 to 1024");
		return report(a, &e);
	}
	if (view_open(&v, a, &face, &e) < 0 || app_store(a, STORE_WRITE, &e) < 0)
		return report(a, &e);
	struct run_opts o = {.plan = plan,
		.zygote = a->zygote,
		.store = a->store,
		.clock = &a->clock,
		.name = args->name,
		.command = a->command_line,
		.jobs = face.jobs,
		.in_process = args->in_process,
		.keep_going = args->keep_going,
		.changed = args->changed};
	view_watch(&v, &o.watch);
	FILE *real = args->in_process ? lend_stdout() : NULL;
	v.answer = real ? real : stdout;
	bool failed = run_execute(&o, &result, &e) < 0;
	take_stdout(real);
	v.answer = stdout;
	v.answer_gone = false;
	int code = failed ? code_exit(e.code) : exit_code(&result);
	if (!failed || result.n_nodes)
		view_end(&v, &result, code);
	view_close(&v);
	if (failed)
		code = report(a, &e);
	else if (a->g.json)
		view_json(a, plan, &result);
	run_result_fini(&result);
	return code;
}

static int
plan_only(struct app *a, const struct run_args *args, struct loaded *l)
{
	struct err e = {0};
	struct forecast *f = NULL;
	if (args->changed &&
		(app_store(a, STORE_READ, &e) < 0 ||
			run_forecast(&l->arena, &l->plan, a->store, &f, &e) < 0))
		return report(a, &e);
	return dry_run(a, &l->graph, f);
}

static int
run(struct app *a)
{
	const struct run_args *args = a->opts;
	struct load_opts o = {args->pipeline, args->slice, args->load_versions};
	struct errs found = {0};
	struct loaded l;
	struct err e = {0};
	if (args->build && build_plugins(a, &e) < 0)
		return report(a, &e);
	int code;
	if (load_plan(a, &o, &l, &found) < 0) {
		if (github_on() && !args->no_annotations)
			github_report(a, &found);
		code = report_all(a, &found);
	} else if (args->dry_run)
		code = plan_only(a, args, &l);
	else if (l.plan.n == 0)
		code = nothing_to_do(a, &l.graph);
	else
		code = execute(a, args, &l.plan);
	loaded_fini(&l);
	return code;
}

static const char *const examples[] = {"mlflow-c run", "the default pipeline",
	"mlflow-c run --conf prod -p training", "one pipeline, production settings", NULL};

static const struct opt opts[] = {
	{"pipeline", 'p', OPT_STR, offsetof(struct run_args, pipeline), "NAME", "pipeline to run"},
	{"pipelines", 0, OPT_STR, offsetof(struct run_args, pipeline), "A,B", "all of several"},
	{"nodes", 'n', OPT_STR, offsetof(struct run_args, slice.nodes), "A,B", "only these nodes"},
	{"from-nodes", 0, OPT_STR, offsetof(struct run_args, slice.from_nodes), "A,B",
		"these and what is behind them"},
	{"to-nodes", 0, OPT_STR, offsetof(struct run_args, slice.to_nodes), "A,B",
		"these and what they need"},
	{"from-inputs", 0, OPT_STR, offsetof(struct run_args, slice.from_inputs), "X,Y",
		"readers of datasets and what is behind them"},
	{"to-outputs", 0, OPT_STR, offsetof(struct run_args, slice.to_outputs), "X,Y",
		"writers of datasets and what they need"},
	{"tags", 't', OPT_STR, offsetof(struct run_args, slice.tags), "X,Y", "nodes with a tag"},
	{"namespaces", 0, OPT_STR, offsetof(struct run_args, slice.namespaces), "A,B.C",
		"nodes in a namespace"},
	{"only-missing-outputs", 0, OPT_FLAG, offsetof(struct run_args, slice.only_missing), NULL,
		"leave out what would write only what exists"},
	{"load-versions", 0, OPT_STR, offsetof(struct run_args, load_versions), "D:V,..",
		"read these versions of datasets, not the last"},
	PARAM_OPTS(struct run_args),
	{"jobs", 'j', OPT_INT, offsetof(struct run_args, jobs), "N",
		"nodes at once (default: cores)"},
	{"keep-going", 'k', OPT_FLAG, offsetof(struct run_args, keep_going), NULL,
		"go on with branches that did not fail"},
	{"in-process", 0, OPT_FLAG, offsetof(struct run_args, in_process), NULL,
		"on threads: no crash isolation, limits or logs"},
	{"build", 0, OPT_FLAG, offsetof(struct run_args, build), NULL,
		"compile changed nodes first"},
	{"changed", 0, OPT_FLAG, offsetof(struct run_args, changed), NULL,
		"leave out nodes for which nothing changed"},
	{"dry-run", 0, OPT_FLAG, offsetof(struct run_args, dry_run), NULL, "show the plan only"},
	{"progress", 0, OPT_STR, offsetof(struct run_args, progress), "HOW",
		"auto, tty, plain, json (events) or none"},
	{"no-annotations", 0, OPT_FLAG, offsetof(struct run_args, no_annotations), NULL,
		"on GitHub: no marks on files"},
	{"name", 0, OPT_STR, offsetof(struct run_args, name), "NAME", "name of the run"},
	{0},
};

const struct cmd cmd_run = {
	.name = "run",
	.args = "",
	.summary = "Run a pipeline and record it.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_WORKERS | TAKES_PARAMS,
	.opts = opts,
	.opts_size = sizeof(struct run_args),
	.run = run,
};
