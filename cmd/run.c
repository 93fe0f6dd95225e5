/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c run: plans a pipeline, runs it, records it. */
#include "cmd/run.h"
#include "cmd/contracts.h"
#include "cmd/lineage.h"
#include "cmd/runs.h"
#include "cmd/view.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define LOCK_LOOK_US 100000 /* how often --lock-wait looks again */

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

/* Everything that decides how the plan is run; texts that are made are in the arena. */
struct asked {
	struct arena arena;
	struct resume resume; /* name NULL: a new run */
	struct tag tags[OPT_LIST_MAX];
	int64_t wait_ms;
	uint64_t seed;
	struct str options;
	struct lineage_asked lineage;
};

static int
read_seed(const struct run_args *args, uint64_t *out, struct err *e)
{
	int64_t n;
	if (str_to_i64(args->seed, &n) < 0 || n < 0)
		return err_set(
			e, MLC_USAGE, "--seed wants a number from 0 on, not `%s`", args->seed);
	if (args->resume) {
		err_set(e, MLC_USAGE, "--resume takes the seed from the run");
		return err_help(e, "leave out --seed");
	}
	*out = (uint64_t)n;
	return 0;
}

static int
read_asked(struct app *a, struct run_args *args, struct asked *out, struct errs *found)
{
	struct err e = {0};
	int rc = 0;
	if (args->jobs < 0 || args->jobs > 1024)
		rc = err_set(&e, MLC_USAGE, "--jobs wants a number from 1 to 1024");
	for (size_t i = 0; rc == 0 && i < args->tags.n; i++)
		rc = run_tag_parse(&out->arena, args->tags.v[i], &out->tags[i], &e);
	if (rc == 0 && args->lock_wait && str_to_duration(args->lock_wait, &out->wait_ms) < 0) {
		err_set(&e, MLC_USAGE, "--lock-wait wants a time, not `%s`", args->lock_wait);
		rc = err_help(&e, "such as 30s or 10m");
	}
	if (rc == 0 && args->seed)
		rc = read_seed(args, &out->seed, &e);
	if (rc == 0 && args->force && !args->resume) {
		err_set(&e, MLC_USAGE, "--force is for --resume");
		rc = err_help(&e, "without --resume every node runs anyway");
	}
	if (rc < 0)
		errs_add(found, &e);
	else if (args->resume)
		rc = resume_open(a, args, &out->arena, &out->resume, found);
	if (rc == 0)
		rc = lineage_asked(a, args->lineage_file, &out->lineage, found);
	if (rc == 0)
		run_options(args, &out->options);
	return rc;
}

static void
asked_fini(struct asked *asked)
{
	str_fini(&asked->options);
	arena_fini(&asked->arena);
}

/* Runs the plan, once nobody else writes what it will write. */
static int
run_when_free(struct app *a, const struct run_opts *o, int64_t wait_ms, struct run_result *out,
	struct err *e)
{
	int64_t until_us = clock_mono_us() + wait_ms * 1000;
	for (bool told = false;; told = true) {
		int rc = run_execute(o, out, e);
		if (rc == 0 || e->code != MLC_LOCKED || out->n_nodes || clock_mono_us() >= until_us)
			return rc;
		if (!told && !a->g.quiet)
			(void)fprintf(stderr, "waiting: %s\n", e->msg);
		(void)usleep(LOCK_LOOK_US);
	}
}

static int
execute(struct app *a, const struct run_args *args, const struct asked *asked, struct run_opts *o)
{
	struct err e = {0};
	struct run_result result;
	struct view v;
	struct view_opts face = {.progress = args->progress,
		.no_annotations = args->no_annotations,
		.in_process = args->in_process,
		.jobs = o->jobs,
		.lineage = lineage_open(a, &asked->lineage)};
	if (view_open(&v, a, &face, &e) < 0) {
		lineage_close(face.lineage);
		return report(a, &e);
	}
	view_watch(&v, &o->watch);
	FILE *real = args->in_process ? lend_stdout() : NULL;
	v.answer = real ? real : stdout;
	bool failed = run_when_free(a, o, asked->wait_ms, &result, &e) < 0;
	take_stdout(real);
	v.answer = stdout;
	v.answer_gone = false;
	int code = failed ? code_exit(e.code) : exit_code(&result);
	lineage_end(&v, &result);
	if (!failed || result.n_nodes)
		view_end(&v, &result, code);
	view_close(&v);
	lineage_close(face.lineage);
	if (failed)
		code = report(a, &e);
	else if (a->g.json)
		view_json(a, o->plan, &result);
	if (!failed && args->junit && run_junit(a, result.id.id, args->junit, &e) < 0)
		code = report(a, &e);
	run_result_fini(&result);
	return code;
}

/* What --changed or --resume will do; NULL without them. */
static int
forecast(struct app *a, const struct run_args *args, const struct asked *asked, struct loaded *l,
	struct forecast **out, struct errs *found)
{
	const struct resume *resume = asked->resume.name ? &asked->resume : NULL;
	struct forecast_of of = {&l->plan, a->store, resume};
	struct err e = {0};
	*out = NULL;
	if (!args->changed && !resume)
		return 0;
	if (run_forecast(&l->arena, &of, out, &e) < 0) {
		errs_add(found, &e);
		return -1;
	}
	return resume && !args->force ? resume_check(&l->plan, resume, *out, found) : 0;
}

static int
run_plan(struct app *a, const struct run_args *args, const struct asked *asked, struct loaded *l)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct errs found = {0};
	struct forecast *f = NULL;
	struct err e = {0};
	bool looks_back = args->changed || asked->resume.name;
	if (!(args->dry_run && !looks_back) &&
		app_store(a, args->dry_run ? STORE_READ : STORE_WRITE, &e) < 0)
		return report(a, &e);
	/* a run judges for itself, node by node; only a continuation has to be allowed before */
	if ((args->dry_run || asked->resume.name) && forecast(a, args, asked, l, &f, &found) < 0)
		return report_all(a, &found);
	if (args->dry_run)
		return dry_run(a, &l->graph, f);
	struct run_opts o = {.plan = &l->plan,
		.zygote = a->zygote,
		.store = a->store,
		.clock = &a->clock,
		.name = args->name,
		.command = a->command_line,
		.seed = args->seed ? &asked->seed : NULL,
		.options = str_text(&asked->options),
		.tags = asked->tags,
		.n_tags = args->tags.n,
		.shuffle = a->shuffle,
		.jobs = args->jobs > 0 ? (int)args->jobs : (int)cores,
		.in_process = args->in_process,
		.keep_going = args->keep_going,
		.changed = args->changed,
		.resume = asked->resume.name ? &asked->resume : NULL};
	return execute(a, args, asked, &o);
}

static int
plan_and_run(struct app *a, const struct run_args *args, const struct asked *asked)
{
	struct load_opts o = {args->pipeline, args->slice, args->load_versions};
	struct errs found = {0};
	struct loaded l;
	int code;
	int rc = load_plan(a, &o, &l, &found);
	if (rc == 0 && args->require_contracts)
		rc = require_contracts(&l.plan, &found);
	if (rc < 0) {
		if (github_on() && !args->no_annotations)
			github_report(a, &found);
		code = report_all(a, &found);
	} else if (l.plan.n == 0 && !args->dry_run)
		code = nothing_to_do(a, &l.graph);
	else
		code = run_plan(a, args, asked, &l);
	loaded_fini(&l);
	return code;
}

static int
run(struct app *a)
{
	struct run_args *args = a->opts;
	struct asked asked = {0};
	struct errs found = {0};
	struct err e = {0};
	int code;
	if (args->build && build_plugins(a, &e) < 0)
		return report(a, &e);
	if (read_asked(a, args, &asked, &found) < 0)
		code = report_all(a, &found);
	else
		code = plan_and_run(a, args, &asked);
	asked_fini(&asked);
	return code;
}

static const char *const examples[] = {"mlflow-c run", "the default pipeline",
	"mlflow-c run --conf prod -p training", "one pipeline, production settings",
	"mlflow-c run --params train.l2=0.5", "with another parameter", NULL};

static const struct opt opts[] = {
	{"pipeline", 'p', OPT_COMMAS, offsetof(struct run_args, pipeline), "A,B",
		"pipeline to run, or all of several (--pipelines)"},
	{"pipelines", 0, OPT_COMMAS, offsetof(struct run_args, pipeline), "A,B", NULL},
	SLICE_OPTS(struct run_args),
	{"load-versions", 0, OPT_COMMAS, offsetof(struct run_args, load_versions), "D:V,..",
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
	{"resume", 0, OPT_STR, offsetof(struct run_args, resume), "RUN",
		"continue a run that stopped (a name, or last)"},
	{"force", 0, OPT_FLAG, offsetof(struct run_args, force), NULL,
		"resume though what was done is out of date"},
	{"dry-run", 0, OPT_FLAG, offsetof(struct run_args, dry_run), NULL, "show the plan only"},
	{"progress", 0, OPT_STR, offsetof(struct run_args, progress), "HOW",
		"auto, tty, plain, json (events) or none"},
	{"no-annotations", 0, OPT_FLAG, offsetof(struct run_args, no_annotations), NULL,
		"on GitHub: no marks on files"},
	{"seed", 0, OPT_STR, offsetof(struct run_args, seed), "N",
		"of all chance (default: mlflow-c.yml, or chance)"},
	{"name", 0, OPT_STR, offsetof(struct run_args, name), "NAME", "name of the run"},
	{"tag", 0, OPT_LIST, offsetof(struct run_args, tags), "K=V", "tag of the run; repeatable"},
	{"require-contracts", 0, OPT_FLAG, offsetof(struct run_args, require_contracts), NULL,
		"refuse to write tables without a contract"},
	{"junit", 0, OPT_STR, offsetof(struct run_args, junit), "FILE",
		"write contract results as JUnit XML"},
	{"lineage-file", 0, OPT_STR, offsetof(struct run_args, lineage_file), "FILE",
		"append OpenLineage events to it"},
	{"lock-wait", 0, OPT_STR, offsetof(struct run_args, lock_wait), "TIME",
		"wait if another run writes the same"},
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
