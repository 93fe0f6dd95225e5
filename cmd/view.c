/* SPDX-License-Identifier: Apache-2.0
 * A run on the screen or in a log: one line per event, all on stderr.
 *
 *	terminal   "  ✓ clean   0.2s   44,993 rows   contract 12/12"
 *	log        "[2/6] ok    clean 0.2s rows=44993 contract=12/12"
 *
 * A name is data: it never reaches the terminal with control characters in it. */
#include "cmd/view.h"

#include <fcntl.h>
#include <unistd.h>

#define TAIL_LINES 5
#define TAIL_BYTES 4096

static bool
fancy(const struct view *v)
{
	return v->app->err.tty;
}

static const char *
paint(const struct view *v, const char *code)
{
	return v->app->err.color ? code : "";
}

static void
on_started(void *arg, const struct run_id *run, const struct plan *plan)
{
	struct view *v = arg;
	v->plan = plan;
	for (size_t i = 0; i < plan->n; i++)
		if (strlen(plan->nodes[i].spec->name) > v->width)
			v->width = strlen(plan->nodes[i].spec->name);
	const char *env = plan->project->env, *name = plan->graph->spec->name;
	if (v->app->g.quiet)
		return;
	if (fancy(v))
		(void)fprintf(stderr, "%s · %s · run %s · %zu node%s, %d at once\n",
			str_eq(name, "__default__") ? "default" : name, env, run->name, plan->n,
			plan->n == 1 ? "" : "s", v->jobs);
	else
		(void)fprintf(stderr, "run %s started: %s conf=%s nodes=%zu jobs=%d\n", run->name,
			name, env, plan->n, v->jobs);
}

static void
on_node_started(void *arg, size_t i, int attempt)
{
	struct view *v = arg;
	const char *name = v->plan->nodes[i].spec->name;
	if (attempt == 1 || v->app->g.quiet)
		return;
	if (fancy(v))
		(void)fprintf(stderr, "  ↻ %-*s  attempt %d\n", (int)v->width, name, attempt);
	else
		(void)fprintf(stderr, "retry %s attempt=%d\n", name, attempt);
}

/* What the node did, in words. */
static void
describe(const struct view *v, const struct node_result *r, struct str *s)
{
	str_add_duration(s, app_ms(v->app, r->wall_us));
	if (r->rows >= 0 && fancy(v)) {
		str_add(s, "   ");
		str_add_count(s, r->rows);
		str_add(s, " rows");
	} else if (r->rows >= 0) {
		str_addf(s, " rows=%lld", (long long)r->rows);
	}
	if (r->checks)
		str_addf(s, fancy(v) ? "   contract %d/%d" : " contract=%d/%d",
			r->checks - r->checks_failed, r->checks);
	if (r->attempts > 1)
		str_addf(s, fancy(v) ? "   attempt %d" : " attempts=%d", r->attempts);
}

/* Why the node did not run. */
static void
describe_skip(const struct view *v, const struct node_result *r, struct str *s)
{
	if (fancy(v))
		str_add(s, node_status_name(r->status));
	if (r->blocker)
		str_addf(s, fancy(v) ? ": needs `%s`" : "needs=%s", r->blocker);
	else if (r->why && fancy(v))
		str_addf(s, ": %s", r->why);
}

static void
on_node_ended(void *arg, size_t i, const struct node_result *r)
{
	struct view *v = arg;
	const char *name = v->plan->nodes[i].spec->name;
	struct str s = {0};
	v->ended++;
	bool ok = r->status == NODE_OK, skipped = r->status >= NODE_SKIPPED;
	if (v->app->g.quiet)
		return;
	if (!skipped) {
		describe(v, r, &s);
		if (r->why)
			str_addf(&s, fancy(v) ? "   (%s)" : " (%s)", r->why);
	} else
		describe_skip(v, r, &s);
	if (fancy(v))
		(void)fprintf(stderr, "  %s%s%s %-*s  %s\n",
			paint(v,
				ok                ? "\033[32m"
					: skipped ? "\033[2m"
						  : "\033[31m"),
			ok                ? "✓"
				: skipped ? "–"
					  : "✗",
			paint(v, "\033[0m"), (int)v->width, name, str_text(&s));
	else
		(void)fprintf(stderr, "[%d/%zu] %s %s%s%s\n", v->ended, v->plan->n,
			node_status_name(r->status), name, s.len ? " " : "", str_text(&s));
	str_fini(&s);
}

/* Said even if quiet: without it nobody would know what the run waits for. */
static void
on_node_late(void *arg, size_t i)
{
	struct view *v = arg;
	(void)fprintf(stderr,
		"late: node %s is past its timeout and was asked to end; in this process it cannot "
		"be killed\n",
		v->plan->nodes[i].spec->name);
}

static void
on_stopping(void *arg, int running)
{
	struct view *v = arg;
	if (v->app->g.quiet)
		return;
	(void)fprintf(stderr, "stopping: %d node%s asked to finish%s\n", running,
		running == 1 ? "" : "s",
		v->in_process ? ", press Ctrl-C again to end the program"
			      : " (5s), press Ctrl-C again to kill now");
}

void
view_watch(struct view *v, struct run_watch *w)
{
	*w = (struct run_watch){.arg = v,
		.started = on_started,
		.node_started = on_node_started,
		.node_late = on_node_late,
		.node_ended = on_node_ended,
		.stopping = on_stopping};
}

/* Where the last lines of a log begin: few of them, and not much of a log that knows no lines. */
static size_t
tail_start(const struct str *text)
{
	size_t lines = 0, from = text->len, least = from > TAIL_BYTES ? from - TAIL_BYTES : 0;
	for (; from > least; from--)
		if (from < text->len && text->s[from - 1] == '\n' && ++lines == TAIL_LINES)
			break;
	return from;
}

/* One line of a log, safe for a terminal. The bar keeps it from being taken for a command by a CI
 * service that reads our output. */
static void
show_line(const char *p, size_t len)
{
	struct str safe = {0};
	for (size_t part; len; p += part, len -= part) {
		part = strlen(p);
		term_add_safe(&safe, p);
		if (part == len)
			break;
		str_add(&safe, "\\x00");
		part++;
	}
	(void)fprintf(stderr, "  | %s\n", str_text(&safe));
	str_fini(&safe);
}

static void
show_tail(struct view *v, const char *node, const char *path)
{
	struct str text = {0};
	struct err ignored;
	if (file_read(v->plan->project->rootfd, path, true, &text, &ignored) < 0 || !text.len)
		goto out;
	(void)fprintf(stderr, "── %s: the end of its log (%s)\n", node, path);
	for (char *p = text.s + tail_start(&text), *stop = text.s + text.len; p < stop;) {
		char *line_end = memchr(p, '\n', (size_t)(stop - p));
		if (!line_end)
			line_end = stop;
		*line_end = '\0';
		show_line(p, (size_t)(line_end - p));
		p = line_end + 1;
	}
out:
	str_fini(&text);
}

static void
show_errors(struct view *v, const struct run_result *r)
{
	struct str s = {0};
	for (size_t i = 0; i < r->n_nodes; i++) {
		const struct node_result *n = &r->nodes[i];
		if (!n->err || n->status == NODE_CANCELLED)
			continue;
		if (n->log)
			show_tail(v, v->plan->nodes[i].spec->name, n->log);
		str_reset(&s);
		diag_render(&s, n->err, v->plan->project->rootfd, &v->app->err);
		(void)fputs(str_text(&s), stderr);
	}
	if (r->broken) {
		str_reset(&s);
		diag_render(&s, &r->err, v->plan->project->rootfd, &v->app->err);
		(void)fputs(str_text(&s), stderr);
	}
	str_fini(&s);
}

static void
show_models(struct view *v, const struct run_result *r)
{
	for (size_t i = 0; i < r->n_models && !v->app->g.quiet; i++) {
		const struct model_result *m = &r->models[i];
		(void)fprintf(
			stderr, "model %s version %lld registered", m->name, (long long)m->version);
		if (m->alias[0])
			(void)fprintf(stderr, "; alias %s %s%s%s%s", m->alias,
				m->alias_moved ? "moved to it" : "stays where it is",
				m->why[0] ? " (" : "", m->why, m->why[0] ? ")" : "");
		(void)fprintf(stderr, "\n");
	}
}

void
view_end(struct view *v, const struct run_result *r)
{
	struct str s = {0};
	size_t count[NODE_CACHED + 1] = {0};
	int64_t peak = 0;
	for (size_t i = 0; i < r->n_nodes; i++) {
		count[r->nodes[i].status]++;
		peak = r->nodes[i].rss_bytes > peak ? r->nodes[i].rss_bytes : peak;
	}
	show_errors(v, r);
	show_models(v, r);
	if (v->app->g.quiet)
		return;
	size_t failed = count[NODE_FAILED] + count[NODE_TIMEOUT] + count[NODE_CONTRACT];
	str_addf(&s, "%s · %zu ok", run_status_name(r->status), count[NODE_OK]);
	if (count[NODE_CACHED])
		str_addf(&s, ", %zu cached", count[NODE_CACHED]);
	if (failed)
		str_addf(&s, ", %zu failed", failed);
	if (count[NODE_SKIPPED])
		str_addf(&s, ", %zu skipped", count[NODE_SKIPPED]);
	if (count[NODE_CANCELLED])
		str_addf(&s, ", %zu cancelled", count[NODE_CANCELLED]);
	str_add(&s, " in ");
	str_add_duration(&s, app_ms(v->app, r->wall_us));
	if (peak && !v->app->clock.fixed_ms) {
		str_add(&s, " · peak ");
		str_add_bytes(&s, (uint64_t)peak);
	}
	if (r->status == RUN_OK && r->n_models)
		str_add(&s, " · next: mlflow-c registry list");
	(void)fprintf(stderr, "%s\n", str_text(&s));
	str_fini(&s);
}

void
view_json(struct app *a, const struct plan *p, const struct run_result *r)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "run_id", r->id.id);
	jw_kv_str(&w, "name", r->id.name);
	jw_kv_str(&w, "status", run_status_name(r->status));
	if (r->broken) {
		jw_key(&w, "error");
		diag_json(&w, &r->err);
	}
	jw_key(&w, "nodes");
	jw_array(&w);
	for (size_t i = 0; i < r->n_nodes; i++) {
		const struct node_result *n = &r->nodes[i];
		jw_object(&w);
		jw_kv_str(&w, "name", p->nodes[i].spec->name);
		jw_kv_str(&w, "status", node_status_name(n->status));
		jw_kv_i64(&w, "ms", (int64_t)app_ms(a, n->wall_us));
		jw_kv_i64(&w, "rss_bytes", a->clock.fixed_ms ? 0 : n->rss_bytes);
		jw_kv_i64(&w, "attempts", n->attempts);
		if (n->why)
			jw_kv_str(&w, "reason", n->why);
		if (n->err) {
			jw_key(&w, "error");
			diag_json(&w, n->err);
		}
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_key(&w, "models");
	jw_array(&w);
	for (size_t i = 0; i < r->n_models; i++) {
		jw_object(&w);
		jw_kv_str(&w, "name", r->models[i].name);
		jw_kv_i64(&w, "version", r->models[i].version);
		jw_kv_str(&w, "alias", r->models[i].alias_moved ? r->models[i].alias : NULL);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
}
