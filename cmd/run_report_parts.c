/* SPDX-License-Identifier: Apache-2.0
 * What the record says of a run, as tables: its head, failures, times, data, contracts, parameters. */
#include "cmd/check_case.h"
#include "cmd/run_report.h"
#include "cmd/view.h"

/* ---- head */

static void
add_models(const struct run_detail *d, struct str *out)
{
	for (size_t i = 0; i < d->n_models; i++) {
		struct str s = {0};
		str_addf(&s, "%s version %lld", d->models[i].name, (long long)d->models[i].version);
		html_fact(out, "registered", s.s);
		str_fini(&s);
	}
}

void
report_head(struct app *a, const struct run_about *r, struct str *out)
{
	struct str time = {0};
	char when[32];
	clock_rfc3339(r->run.start_ms, when);
	if (r->run.end_ms)
		str_add_duration(&time, app_ms(a, (r->run.end_ms - r->run.start_ms) * 1000));
	str_add(out, "<p>");
	html_state(out, r->run.status);
	str_addf(out, " · %lld of %lld nodes · ", (long long)r->run.nodes_ok,
		(long long)r->run.nodes);
	str_add_xml(out, time.len ? time.s : "not ended");
	str_add(out, "</p>\n<dl>\n");
	html_fact(out, "pipeline", r->run.pipeline);
	html_fact(out, "conf", r->run.env);
	html_fact(out, "started", when);
	html_fact(out, "user", r->run.user);
	html_fact(out, "command", run_about_tag(r, "mlflow.source.name"));
	html_fact(out, "commit", run_about_tag(r, "mlflow.source.git.commit"));
	html_fact(out, "branch", run_about_tag(r, "mlflow.source.git.branch"));
	if (str_eq(run_about_tag(r, "mlflow.source.git.dirty"), "true"))
		html_fact(out, "changes", "not committed");
	html_fact(out, "note", run_about_tag(r, "mlflow.note.content"));
	add_models(&r->detail, out);
	html_fact(out, "id", r->run.run_id);
	str_add(out, "</dl>\n");
	str_fini(&time);
}

/* ---- failures */

/* The members of an error's JSON that people read. */
static void
add_error(const char *json, struct str *out)
{
	struct str code = {0}, message = {0}, help = {0}, file = {0};
	const struct text_key texts[] = {{"code", &code}, {"message", &message}, {"help", &help},
		{"file", &file}, {NULL, NULL}};
	int64_t line = 0;
	struct jr j;
	const char *key;
	jr_init(&j, json, strlen(json));
	if (jr_object(&j))
		while (jr_next(&j, &key)) {
			if (str_eq(key, "line"))
				line = jr_i64(&j);
			else if (!json_text(&j, key, texts))
				jr_skip(&j);
		}
	jr_fini(&j);
	html(out, "strong", str_text(&code));
	str_add(out, " ");
	str_add_xml(out, str_text(&message));
	if (file.len) {
		str_addf(&file, ":%lld", (long long)line);
		html(out, "p", file.s);
	}
	if (help.len) {
		str_add(out, "<p>help: ");
		str_add_xml(out, help.s);
		str_add(out, "</p>");
	}
	str_fini(&code);
	str_fini(&message);
	str_fini(&help);
	str_fini(&file);
}

static void
add_log(struct app *a, const struct run_about *r, const char *node, struct str *out)
{
	struct log_text log;
	struct str path = {0}, line = {0};
	str_addf(&path, "%s/logs/%s.log", r->run.folder ? r->run.folder : "", node);
	if (r->run.folder && log_read(&log, a->project->rootfd, path.s)) {
		log_tail(&log);
		str_add(out, "<pre>");
		while (log_next(&log, &line)) {
			str_add_xml(out, str_text(&line));
			str_addc(out, '\n');
		}
		str_add(out, "</pre>");
		log_close(&log);
	}
	str_fini(&path);
	str_fini(&line);
}

void
report_failures(struct app *a, const struct run_about *r, struct str *out)
{
	size_t n = 0;
	for (size_t i = 0; i < r->detail.n_nodes; i++) {
		const struct node_row *node = &r->detail.nodes[i];
		if (!node->error)
			continue;
		str_add(out, n++ ? "" : "<h2>What failed</h2>\n");
		html(out, "h3", node->name);
		str_add(out, "<div class=\"error\">");
		add_error(node->error, out);
		add_log(a, r, node->name, out);
		str_add(out, "</div>\n");
	}
}

/* ---- times */

static int64_t
whole_us(const struct run_about *r)
{
	int64_t whole = 1;
	for (size_t i = 0; i < r->detail.n_nodes; i++) {
		const struct node_row *n = &r->detail.nodes[i];
		int64_t end = (n->start_ms - r->run.start_ms) * 1000 + n->wall_us;
		whole = n->attempts && end > whole ? end : whole;
	}
	return whole;
}

static void
add_bar(const struct app *a, const struct run_about *r, const struct node_row *n, int64_t whole,
	struct str *out)
{
	struct str time = {0};
	double from = 0, width = 0;
	if (!a->clock.fixed_ms) {
		from = 100.0 * (double)(n->start_ms - r->run.start_ms) * 1000 / (double)whole;
		width = 100.0 * (double)n->wall_us / (double)whole;
	}
	str_add_duration(&time, app_ms(a, n->wall_us));
	str_add(out, "<div class=\"bar ");
	str_add_xml(out, n->status);
	str_add(out, "\">");
	html(out, "span", n->name);
	str_addf(
		out, "<span><i style=\"margin-left:%.2f%%;width:%.2f%%\"></i></span>", from, width);
	html(out, "span", time.s);
	str_add(out, "</div>\n");
	str_fini(&time);
}

static void
node_row(const struct app *a, const struct node_row *n, struct str *out)
{
	struct str time = {0}, cpu = {0}, peak = {0}, tries = {0};
	str_add_duration(&time, app_ms(a, n->wall_us));
	str_add_duration(&cpu, app_ms(a, n->cpu_us));
	str_add_bytes(&peak, a->clock.fixed_ms ? 0 : (uint64_t)n->rss_bytes);
	str_addf(&tries, "%lld", (long long)n->attempts);
	str_add(out, "<tr>");
	html_cell(out, "mono", n->name);
	str_add(out, "<td>");
	html_state(out, n->status);
	str_add(out, "</td>");
	html_cell(out, "n", time.s);
	html_cell(out, "n", cpu.s);
	html_cell(out, "n", peak.s);
	html_cell(out, "n", tries.s);
	html_cell(out, "mono", n->plugin ? n->plugin : "");
	str_add(out, "</tr>\n");
	str_fini(&time);
	str_fini(&cpu);
	str_fini(&peak);
	str_fini(&tries);
}

void
report_times(struct app *a, const struct run_about *r, struct str *out)
{
	static const char *const head[] = {
		"node", "state", "time", "processor", "memory", "tries", "plugin", NULL};
	int64_t whole = whole_us(r);
	if (!r->detail.n_nodes)
		return;
	str_add(out, "<h2>Nodes</h2>\n");
	for (size_t i = 0; i < r->detail.n_nodes; i++)
		if (r->detail.nodes[i].attempts)
			add_bar(a, r, &r->detail.nodes[i], whole, out);
	html_head(out, head, 0x3c);
	for (size_t i = 0; i < r->detail.n_nodes; i++)
		node_row(a, &r->detail.nodes[i], out);
	str_add(out, "</table></div>\n");
}

/* ---- data */

static void
data_row(const struct data_row *d, struct str *out)
{
	struct str rows = {0}, size = {0}, hash = {0};
	if (d->rows >= 0)
		str_add_count(&rows, d->rows);
	if (d->bytes)
		str_add_bytes(&size, (uint64_t)d->bytes);
	str_addf(&hash, "%.16s", d->hash ? d->hash : "");
	str_add(out, "<tr>");
	html_cell(out, "mono", d->dataset);
	html_cell(out, "", d->output ? "made by" : "read by");
	html_cell(out, "mono", d->node);
	html_cell(out, "n", str_text(&rows));
	html_cell(out, "n", str_text(&size));
	html_cell(out, "mono", hash.s);
	html_cell(out, "mono", d->path ? d->path : "");
	str_add(out, "</tr>\n");
	str_fini(&rows);
	str_fini(&size);
	str_fini(&hash);
}

void
report_data(const struct run_about *r, struct str *out)
{
	static const char *const head[] = {
		"dataset", "", "node", "rows", "size", "hash", "file", NULL};
	if (!r->detail.n_data)
		return;
	str_add(out, "<h2>Data</h2>\n");
	html_head(out, head, 0x18);
	for (size_t i = 0; i < r->detail.n_data; i++)
		data_row(&r->detail.data[i], out);
	str_add(out, "</table></div>\n");
}

/* ---- contracts */

static void
check_row(const struct check_case *c, struct str *out)
{
	bool good = str_eq(str_text(&c->status), "pass"),
	     warns = str_eq(str_text(&c->status), "warn");
	struct str what = {0}, found = {0}, place = {0};
	str_addf(&what, "%s %s", c->column.len ? c->column.s : "(table)", str_text(&c->rule));
	str_add(&found, str_text(&c->expected));
	if (!good)
		str_addf(&found, ", found %s", str_text(&c->observed));
	if (c->file.len)
		str_addf(&place, "%s:%lld", c->file.s, (long long)c->line);
	str_addf(out, "<tr><td class=\"%s\">", good ? "ok" : warns ? "warn" : "failed");
	str_add(out, "<span class=\"state\">");
	str_add_xml(out, str_text(&c->status));
	str_add(out, "</span></td>");
	html_cell(out, "mono", what.s);
	html_cell(out, "", str_text(&found));
	html_cell(out, "mono", str_text(&place));
	str_add(out, "</tr>\n");
	str_fini(&what);
	str_fini(&found);
	str_fini(&place);
}

static void
read_check(struct jr *j, struct str rows[2], int64_t n[2])
{
	struct check_case c;
	check_case_read(j, &c);
	bool good = str_eq(str_text(&c.status), "pass");
	check_row(&c, &rows[good]);
	n[good]++;
	check_case_fini(&c);
}

/* The rows of checks that did not pass, and of those that did. */
static void
read_checks(const char *json, struct str rows[2], int64_t n[2])
{
	struct jr j;
	const char *key;
	jr_init(&j, json, strlen(json));
	if (jr_object(&j))
		while (jr_next(&j, &key)) {
			if (!str_eq(key, "checks") || !jr_array(&j)) {
				jr_skip(&j);
				continue;
			}
			while (jr_next(&j, &key))
				read_check(&j, rows, n);
		}
	jr_fini(&j);
}

static void
add_contract(const struct data_row *d, struct str *out)
{
	struct str rows[2] = {{0}, {0}};
	int64_t n[2] = {0};
	read_checks(d->contract, rows, n);
	html(out, "h3", d->dataset);
	str_addf(out, "<p>%lld of %lld checks passed, after ", (long long)n[1],
		(long long)(n[0] + n[1]));
	str_add_xml(out, d->output ? "writing by " : "reading by ");
	html(out, "code", d->node);
	str_add(out, "</p>\n");
	if (n[0])
		str_addf(out, "<table class=\"checks\">\n%s</table>\n", rows[0].s);
	if (n[1])
		str_addf(out,
			"<details><summary>those that passed</summary><table class=\"checks\">\n%s"
			"</table></details>\n",
			rows[1].s);
	str_fini(&rows[0]);
	str_fini(&rows[1]);
}

void
report_contracts(const struct run_about *r, struct str *out)
{
	size_t n = 0;
	for (size_t i = 0; i < r->detail.n_data; i++) {
		if (!r->detail.data[i].contract)
			continue;
		str_add(out, n++ ? "" : "<h2>Contracts</h2>\n");
		add_contract(&r->detail.data[i], out);
	}
}

void
report_params(const struct run_about *r, struct str *out)
{
	static const char *const head[] = {"parameter", "value", NULL};
	if (!r->detail.n_params)
		return;
	str_add(out, "<h2>Parameters</h2>\n");
	html_head(out, head, 0);
	for (size_t i = 0; i < r->detail.n_params; i++) {
		str_add(out, "<tr>");
		html_cell(out, "mono", r->detail.params[i].key);
		html_cell(out, "mono", r->detail.params[i].value);
		str_add(out, "</tr>\n");
	}
	str_add(out, "</table></div>\n");
}
