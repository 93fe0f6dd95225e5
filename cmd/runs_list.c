/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs list: the runs, newest first. */
#include "cmd/runs.h"

struct runs_args {
	struct run_search q;
	bool deleted, all;
};

static int
print_json(struct app *a, const struct run_row *rows, size_t n)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		run_row_json(a, &w, &rows[i]);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
	return 0;
}

static void
add_row(struct table *t, const struct run_row *r)
{
	struct str time = {0};
	if (r->end_ms)
		str_add_duration(&time, (uint64_t)(r->end_ms - r->start_ms));
	table_cell(t, "%s", r->name);
	table_cell(t, "%s", r->status);
	table_cell(t, "%s", r->pipeline ? r->pipeline : "-");
	table_cell(t, "%s", r->env ? r->env : "-");
	table_time(t, r->start_ms);
	table_cell(t, "%s", time.len ? str_text(&time) : "-");
	if (r->num)
		table_cell(t, "%lld/%lld", (long long)r->nodes_ok, (long long)r->nodes);
	else /* another program's */
		table_cell(t, "-");
	str_fini(&time);
}

static int
run(struct app *a)
{
	static const char *const head[] = {
		"RUN", "STATE", "PIPELINE", "CONF", "STARTED", "TIME", "NODES"};
	struct runs_args *args = a->opts;
	struct arena arena = {0};
	struct run_row *rows = NULL;
	struct table t = {.columns = 7, .right = 1u << 5 | 1u << 6};
	size_t n = 0;
	struct err e = {0};
	int code = 0;
	args->q.limit = args->q.limit > 0 ? args->q.limit : 50;
	args->q.view = args->deleted ? RUNS_DELETED : args->all ? RUNS_ALL : RUNS_ACTIVE;
	if (store_runs(a->store, &arena, &args->q, &rows, &n, &e) < 0) {
		code = report(a, &e);
	} else if (a->g.json) {
		code = print_json(a, rows, n);
	} else if (n == 0) {
		if (!a->g.quiet)
			(void)fprintf(stderr, "%s\n",
				args->q.filter || args->deleted
					? "no such runs"
					: "no runs yet; begin with: mlflow-c run");
	} else {
		table_head(&t, head);
		for (size_t i = 0; i < n; i++)
			add_row(&t, &rows[i]);
		table_print(a, &t);
	}
	arena_fini(&arena);
	return code;
}

static const char *const examples[] = {"mlflow-c runs list", "the last 50 runs",
	"mlflow-c runs list --limit 5 --json", "the last five, for a script",
	"mlflow-c runs list --filter \"state = 'failed'\"", "in MLflow's search grammar", NULL};
static const struct opt opts[] = {
	{"filter", 0, OPT_STR, offsetof(struct runs_args, q.filter), "TEXT",
		"metrics.K > 1, params.K = 'x', tags.K, state, ..."},
	{"order-by", 0, OPT_STR, offsetof(struct runs_args, q.order_by), "KEY [DESC]",
		"instead of newest first: metrics.auc DESC"},
	{"limit", 0, OPT_INT, offsetof(struct runs_args, q.limit), "N", "how many (default 50)"},
	{"deleted", 0, OPT_FLAG, offsetof(struct runs_args, deleted), NULL, "deleted runs"},
	{"all", 0, OPT_FLAG, offsetof(struct runs_args, all), NULL, "deleted ones, too"},
	{0},
};
const struct cmd cmd_runs_list = {
	.name = "runs list",
	.args = "",
	.summary = "Runs, newest first.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct runs_args),
	.run = run,
};
