/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs show: everything on record about one run. */
#include "cmd/registry.h"

/* ---- for people */

static void
print_head(const struct app *a, const struct run_about *about)
{
	const struct run_row *r = &about->run;
	struct str time = {0};
	char when[32];
	clock_rfc3339(r->start_ms, when);
	if (r->end_ms)
		str_add_duration(&time, app_ms(a, (r->end_ms - r->start_ms) * 1000));
	fact("run", r->name);
	fact("id", r->run_id);
	fact("state", r->deleted ? "deleted" : r->status);
	fact("pipeline", r->pipeline);
	fact("conf", r->env);
	fact("started", when);
	fact("time", str_text(&time));
	fact("user", r->user);
	fact("commit", run_about_tag(about, "mlflow.source.git.commit"));
	fact("branch", run_about_tag(about, "mlflow.source.git.branch"));
	if (str_eq(run_about_tag(about, "mlflow.source.git.dirty"), "true"))
		fact("changes", "not committed");
	fact("command", run_about_tag(about, "mlflow.source.name"));
	fact("note", run_about_tag(about, "mlflow.note.content"));
	fact("folder", r->folder);
	str_fini(&time);
}

static void
node_cells(const struct app *a, struct table *t, const struct run_row *r, const struct node_row *n)
{
	struct str time = {0}, cpu = {0}, peak = {0};
	int64_t whole_us = (r->end_ms - r->start_ms) * 1000;
	bool fixed = a->clock.fixed_ms;
	str_add_duration(&time, app_ms(a, n->wall_us));
	str_add_duration(&cpu, app_ms(a, n->cpu_us));
	str_add_bytes(&peak, fixed ? 0 : (uint64_t)n->rss_bytes);
	table_cell(t, "%s", n->name);
	table_cell(t, "%s", n->status);
	table_cell(t, "%s", str_text(&time));
	if (whole_us > 0 && !fixed)
		table_cell(t, "%lld%%", (long long)(n->wall_us * 100 / whole_us));
	else
		table_cell(t, "-");
	table_cell(t, "%s", str_text(&cpu));
	table_cell(t, "%s", str_text(&peak));
	table_cell(t, "%lld", (long long)n->attempts);
	str_fini(&time);
	str_fini(&cpu);
	str_fini(&peak);
}

static void
print_nodes(struct app *a, const struct run_about *r)
{
	static const char *const head[] = {
		"NODE", "STATE", "TIME", "SHARE", "CPU", "PEAK", "TRIES"};
	struct table t = {.columns = 7, .right = 0x7c};
	table_head(&t, head);
	for (size_t i = 0; i < r->detail.n_nodes; i++)
		node_cells(a, &t, &r->run, &r->detail.nodes[i]);
	table_section(a, &t);
}

static void
print_data(struct app *a, const struct run_about *r)
{
	static const char *const head[] = {"DATASET", "NODE", "DID", "ROWS", "SIZE", "HASH"};
	struct table t = {.columns = 6, .right = 0x18};
	table_head(&t, head);
	for (size_t i = 0; i < r->detail.n_data; i++) {
		const struct data_row *d = &r->detail.data[i];
		struct str rows = {0}, size = {0};
		if (d->rows >= 0)
			str_add_count(&rows, d->rows);
		if (d->bytes)
			str_add_bytes(&size, (uint64_t)d->bytes);
		table_cell(&t, "%s", d->dataset);
		table_cell(&t, "%s", d->node);
		table_cell(&t, "%s", d->output ? "made it" : "read it");
		table_cell(&t, "%s", rows.len ? str_text(&rows) : "-");
		table_cell(&t, "%s", size.len ? str_text(&size) : "-");
		table_cell(&t, "%.8s", d->hash ? d->hash : "-");
		str_fini(&rows);
		str_fini(&size);
	}
	table_section(a, &t);
}

static void
print_models(struct app *a, const struct run_detail *d)
{
	static const char *const head[] = {"MODEL", "VERSION"};
	struct table t = {.columns = 2};
	table_head(&t, head);
	for (size_t i = 0; i < d->n_models; i++) {
		table_cell(&t, "%s", d->models[i].name);
		table_cell(&t, "%lld", (long long)d->models[i].version);
	}
	table_section(a, &t);
}

/* ---- for scripts */

static void
nodes_json(const struct app *a, struct jw *w, const struct run_detail *d)
{
	jw_key(w, "nodes");
	jw_array(w);
	for (size_t i = 0; i < d->n_nodes; i++) {
		const struct node_row *n = &d->nodes[i];
		jw_object(w);
		jw_kv_str(w, "name", n->name);
		jw_kv_str(w, "status", n->status);
		jw_kv_i64(w, "ms", (int64_t)app_ms(a, n->wall_us));
		jw_kv_i64(w, "cpu_ms", (int64_t)app_ms(a, n->cpu_us));
		jw_kv_i64(w, "rss_bytes", a->clock.fixed_ms ? 0 : n->rss_bytes);
		jw_kv_i64(w, "attempts", n->attempts);
		jw_kv_str(w, "plugin", n->plugin);
		jw_kv_str(w, "plugin_hash", n->plugin_hash);
		jw_key(w, "error");
		if (n->error)
			jw_raw(w, n->error);
		else
			jw_null(w);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
data_json(struct jw *w, const struct run_detail *d)
{
	jw_key(w, "datasets");
	jw_array(w);
	for (size_t i = 0; i < d->n_data; i++) {
		const struct data_row *x = &d->data[i];
		jw_object(w);
		jw_kv_str(w, "dataset", x->dataset);
		jw_kv_str(w, "node", x->node);
		jw_kv_bool(w, "output", x->output);
		jw_kv_str(w, "type", x->type);
		jw_kv_str(w, "path", x->path);
		jw_kv_str(w, "hash", x->hash);
		jw_kv_i64(w, "rows", x->rows);
		jw_kv_i64(w, "bytes", x->bytes);
		jw_key(w, "contract");
		if (x->contract)
			jw_raw(w, x->contract);
		else
			jw_null(w);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
values_json(struct jw *w, const struct run_detail *d)
{
	jw_key(w, "metrics");
	jw_object(w);
	for (size_t i = 0; i < d->n_metrics; i++)
		jw_kv_f64(w, d->metrics[i].key, d->metrics[i].value);
	jw_end(w, '}');
	tags_json(w, "params", d->params, d->n_params);
	tags_json(w, "tags", d->tags, d->n_tags);
	jw_key(w, "models");
	jw_array(w);
	for (size_t i = 0; i < d->n_models; i++) {
		jw_object(w);
		jw_kv_str(w, "name", d->models[i].name);
		jw_kv_i64(w, "version", d->models[i].version);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
print_json(struct app *a, const struct run_about *r)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	run_row_json(a, &w, &r->run);
	nodes_json(a, &w, &r->detail);
	data_json(&w, &r->detail);
	values_json(&w, &r->detail);
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static int
run(struct app *a)
{
	struct run_about r;
	struct err e = {0};
	int code = 0;
	if (run_about_open(a, a->args[0], &r, &e) < 0)
		code = report(a, &e);
	else if (a->g.json)
		print_json(a, &r);
	else {
		print_head(a, &r);
		print_nodes(a, &r);
		print_data(a, &r);
		print_metrics(a, r.detail.metrics, r.detail.n_metrics);
		print_params(a, r.detail.params, r.detail.n_params);
		print_models(a, &r.detail);
	}
	run_about_fini(&r);
	return code;
}

static const char *const examples[] = {"mlflow-c runs show last", "the newest run",
	"mlflow-c runs show calm-otter --json", "by name, for a script", NULL};
const struct cmd cmd_runs_show = {
	.name = "runs show",
	.args = "RUN",
	.min_args = 1,
	.max_args = 1,
	.summary = "A run: nodes, datasets, metrics, parameters, models.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
