/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c run: plans a pipeline, runs it, records it. */
#include "cmd/view.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

struct run_args {
	struct param_opts params; /* first, see TAKES_PARAMS */
	const char *pipeline, *name;
	struct slice slice;
	int64_t jobs;
	bool in_process, keep_going, dry_run, build, changed;
};

static void
ports_json(struct jw *w, const char *key, const struct plan_port *p, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, p[i].dataset);
	jw_end(w, ']');
}

static int
dry_run_json(struct app *a, const struct plan *p, const struct forecast *f)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_key(&w, "nodes");
	jw_array(&w);
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_node *n = &p->nodes[i];
		jw_object(&w);
		jw_kv_str(&w, "name", n->spec->name);
		jw_kv_str(&w, "plugin", n->spec->plugin);
		ports_json(&w, "inputs", n->inputs, n->n_inputs);
		ports_json(&w, "outputs", n->outputs, n->n_outputs);
		jw_key(&w, "tags");
		jw_array(&w);
		for (size_t t = 0; t < n->spec->n_tags; t++)
			jw_str(&w, n->spec->tags[t]);
		jw_end(&w, ']');
		jw_kv_str(&w, "reason", f ? f[i].why : "selected");
		jw_kv_str(&w, "action", !f || f[i].run ? "run" : "cached");
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
	return 0;
}

static void
list_ports(struct str *s, const struct plan_port *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		str_addf(s, "%s%s", i ? ", " : "", p[i].dataset);
	if (!n)
		str_add(s, "-");
}

/* What would run; with --changed, and why. */
static int
dry_run(struct app *a, const struct plan *p, const struct forecast *f)
{
	struct table t = {.columns = f ? 6 : 4};
	if (a->g.json)
		return dry_run_json(a, p, f);
	const char *const head[] = {"NODE", "PLUGIN", "READS", "WRITES", "ACTION", "REASON"};
	for (int i = 0; i < t.columns; i++)
		table_cell(&t, "%s", head[i]);
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_node *n = &p->nodes[i];
		struct str in = {0}, out = {0};
		list_ports(&in, n->inputs, n->n_inputs);
		list_ports(&out, n->outputs, n->n_outputs);
		table_cell(&t, "%s", n->spec->name);
		table_cell(&t, "%s", n->spec->plugin);
		table_cell(&t, "%s", str_text(&in));
		table_cell(&t, "%s", str_text(&out));
		if (f) {
			table_cell(&t, "%s", f[i].run ? "run" : "cached");
			table_cell(&t, "%s", f[i].why);
		}
		str_fini(&in);
		str_fini(&out);
	}
	table_print(a, &t);
	return 0;
}

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
 * like the output of any node. Returns the real stdout, to be put back. */
static int
lend_stdout(void)
{
	(void)fflush(stdout);
	int real = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
	if (real >= 0)
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	return real;
}

static void
take_stdout(int real)
{
	if (real < 0)
		return;
	(void)fflush(stdout);
	(void)dup2(real, STDOUT_FILENO);
	close(real);
}

static int
execute(struct app *a, const struct run_args *args, const struct plan *plan)
{
	struct err e = {0};
	struct run_result result;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct view v = {.app = a,
		.jobs = args->jobs > 0 ? (int)args->jobs : (int)cores,
		.in_process = args->in_process};
	if (args->jobs < 0 || args->jobs > 1024) {
		err_set(&e, MLC_USAGE, "--jobs wants a number from 1 to 1024");
		return report(a, &e);
	}
	if (app_store(a, STORE_WRITE, &e) < 0)
		return report(a, &e);
	struct run_opts o = {.plan = plan,
		.zygote = a->zygote,
		.store = a->store,
		.clock = &a->clock,
		.name = args->name,
		.command = a->command_line,
		.jobs = v.jobs,
		.in_process = args->in_process,
		.keep_going = args->keep_going,
		.changed = args->changed};
	view_watch(&v, &o.watch);
	int real = args->in_process ? lend_stdout() : -1;
	int rc = run_execute(&o, &result, &e);
	take_stdout(real);
	if (rc < 0) {
		if (result.n_nodes)
			view_end(&v, &result);
		int code = report(a, &e);
		run_result_fini(&result);
		return code;
	}
	view_end(&v, &result);
	if (a->g.json)
		view_json(a, plan, &result);
	int code = exit_code(&result);
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
	return dry_run(a, &l->plan, f);
}

static int
run(struct app *a)
{
	const struct run_args *args = a->opts;
	struct load_opts o = {args->pipeline, args->slice};
	struct errs found = {0};
	struct loaded l;
	struct err e = {0};
	if (args->build && build_plugins(a, &e) < 0)
		return report(a, &e);
	int code;
	if (load_plan(a, &o, &l, &found) < 0)
		code = report_all(a, &found);
	else if (args->dry_run)
		code = plan_only(a, args, &l);
	else
		code = execute(a, args, &l.plan);
	loaded_fini(&l);
	return code;
}

static const char *const examples[] = {"mlflow-c run", "the default pipeline",
	"mlflow-c run --conf prod -p training", "one pipeline, production settings",
	"mlflow-c run --params train.l2=0.5", "with another parameter", NULL};

static const struct opt opts[] = {
	{"pipeline", 'p', OPT_STR, offsetof(struct run_args, pipeline), "NAME", "pipeline to run"},
	{"nodes", 'n', OPT_STR, offsetof(struct run_args, slice.nodes), "A,B", "only these nodes"},
	{"from-nodes", 0, OPT_STR, offsetof(struct run_args, slice.from_nodes), "A,B",
		"these and what is behind them"},
	{"to-nodes", 0, OPT_STR, offsetof(struct run_args, slice.to_nodes), "A,B",
		"these and what they need"},
	{"tags", 't', OPT_STR, offsetof(struct run_args, slice.tags), "X,Y", "nodes with a tag"},
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
