/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs list: the runs, newest first. */
#include "cmd/cmd.h"

struct runs_args {
	int64_t limit;
};

static int
print_json(struct app *a, const struct run_row *rows, size_t n)
{
	struct str out = {0};
	struct jw w;
	char when[32];
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kv_str(&w, "run_id", rows[i].run_id);
		jw_kv_str(&w, "name", rows[i].name);
		jw_kv_str(&w, "status", rows[i].status);
		jw_kv_str(&w, "pipeline", rows[i].pipeline);
		jw_kv_str(&w, "conf", rows[i].env);
		clock_rfc3339(rows[i].start_ms, when);
		jw_kv_str(&w, "start", when);
		jw_key(&w, "ms");
		if (rows[i].end_ms)
			jw_i64(&w, rows[i].end_ms - rows[i].start_ms);
		else
			jw_null(&w);
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
	table_cell(t, "%lld/%lld", (long long)r->nodes_ok, (long long)r->nodes);
	str_fini(&time);
}

static int
run(struct app *a)
{
	static const char *const head[] = {
		"RUN", "STATE", "PIPELINE", "CONF", "STARTED", "TIME", "NODES"};
	const struct runs_args *args = a->opts;
	struct arena arena = {0};
	struct run_row *rows = NULL;
	struct table t = {.columns = 7, .right = 1u << 5 | 1u << 6};
	size_t n = 0;
	struct err e = {0};
	int code = 0;
	if (store_runs(a->store, &arena, args->limit > 0 ? args->limit : 50, &rows, &n, &e) < 0) {
		code = report(a, &e);
	} else if (a->g.json) {
		code = print_json(a, rows, n);
	} else if (n == 0) {
		if (!a->g.quiet)
			(void)fprintf(stderr, "no runs yet; begin with: mlflow-c run\n");
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
	"mlflow-c runs list --limit 5 --json", "the last five, for a script", NULL};
static const struct opt opts[] = {
	{"limit", 0, OPT_INT, offsetof(struct runs_args, limit), "N", "how many (default 50)"},
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
