/* SPDX-License-Identifier: Apache-2.0
 * A run as data on stdout: the events of `--progress json`, and the answer of `--json`.
 *
 *	{"event":"hello","schema":"mlflow-c/run.events","version":"1.0",...}
 *	{"event":"run_started",...}
 *	{"event":"node_started"|"node_progress"|"node_ended"|...}   any number
 *	{"event":"run_stopping",...}                                a signal came
 *	{"event":"run_ended",...}
 *
 * One object a line. Keys and events are only ever added within version 1; times are RFC 3339 in UTC,
 * durations and sizes whole milliseconds and bytes. A reader that went away ends the events and
 * nothing else. */
#include "cmd/view.h"

#include <errno.h>

#define PROGRESS_US 100000

struct event {
	struct view *v;
	struct str text;
	struct jw w;
};

static void
event_begin(struct event *e, struct view *v, const char *name)
{
	char time[32];
	*e = (struct event){.v = v};
	clock_rfc3339(view_time_ms(v), time);
	jw_init(&e->w, &e->text);
	jw_object(&e->w);
	jw_kv_str(&e->w, "event", name);
	jw_kv_str(&e->w, "time", time);
}

static void
event_end(struct event *e)
{
	jw_end(&e->w, '}');
	str_addc(&e->text, '\n');
	if (!e->v->answer_gone &&
		(fwrite(e->text.s, 1, e->text.len, e->v->answer) < e->text.len ||
			fflush(e->v->answer) != 0)) {
		e->v->answer_gone = true;
		if (errno == EPIPE)
			clearerr(e->v->answer); /* no fault; others are told at the exit */
	}
	str_fini(&e->text);
}

static void
add_names(struct jw *w, const char *key, const struct plan_port *p, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, p[i].dataset);
	jw_end(w, ']');
}

static void
started(struct view *v)
{
	struct event e;
	event_begin(&e, v, "hello");
	jw_kv_str(&e.w, "schema", "mlflow-c/run.events");
	jw_kv_str(&e.w, "version", "1.0");
	jw_kv_str(&e.w, "program", MLFLOW_C_VERSION);
	event_end(&e);
	event_begin(&e, v, "run_started");
	jw_kv_str(&e.w, "run_id", v->run->id);
	jw_kv_str(&e.w, "name", v->run->name);
	jw_kv_str(&e.w, "pipeline", v->plan->graph->spec->name);
	jw_kv_str(&e.w, "conf", v->plan->project->env);
	jw_kv_i64(&e.w, "jobs", v->jobs);
	jw_key(&e.w, "nodes");
	jw_array(&e.w);
	for (size_t i = 0; i < v->plan->n; i++) {
		const struct plan_node *n = &v->plan->nodes[i];
		jw_object(&e.w);
		jw_kv_str(&e.w, "name", view_name(v, i));
		add_names(&e.w, "inputs", n->inputs, n->n_inputs);
		add_names(&e.w, "outputs", n->outputs, n->n_outputs);
		jw_end(&e.w, '}');
	}
	jw_end(&e.w, ']');
	event_end(&e);
}

static void
node_started(struct view *v, size_t i)
{
	struct event e;
	event_begin(&e, v, "node_started");
	jw_kv_str(&e.w, "node", view_name(v, i));
	jw_kv_i64(&e.w, "attempt", v->nodes[i].attempt);
	event_end(&e);
}

static void
node_waits(struct view *v, size_t i)
{
	struct event e;
	event_begin(&e, v, "node_waits");
	jw_kv_str(&e.w, "node", view_name(v, i));
	jw_kv_i64(&e.w, "attempt", v->nodes[i].attempt);
	event_end(&e);
}

/* A node may report every row: ten times a second is enough, and the end of it. */
static void
node_progress(struct view *v, size_t i)
{
	struct view_node *n = &v->nodes[i];
	struct event e;
	bool first = n->spoke_us == n->since_us, last = n->total && n->done >= n->total;
	if (!first && !last && (v->fixed_ms || v->now_us - n->spoke_us < PROGRESS_US))
		return;
	n->spoke_us = v->now_us;
	event_begin(&e, v, "node_progress");
	jw_kv_str(&e.w, "node", view_name(v, i));
	jw_kv_i64(&e.w, "done", n->done);
	jw_kv_i64(&e.w, "total", n->total);
	event_end(&e);
}

static void
node_output(struct view *v, size_t i, const char *line)
{
	struct event e;
	event_begin(&e, v, "node_output");
	jw_kv_str(&e.w, "node", view_name(v, i));
	jw_kv_str(&e.w, "line", line);
	event_end(&e);
}

static void
node_ended(struct view *v, size_t i, const struct node_result *r)
{
	struct event e;
	event_begin(&e, v, "node_ended");
	jw_kv_str(&e.w, "node", view_name(v, i));
	jw_kv_str(&e.w, "status", node_status_name(r->status));
	jw_kv_i64(&e.w, "ms", (int64_t)app_ms(v->app, r->wall_us));
	jw_kv_i64(&e.w, "rss_bytes", v->fixed_ms ? 0 : r->rss_bytes);
	jw_kv_i64(&e.w, "attempts", r->attempts);
	jw_key(&e.w, "rows");
	if (r->rows >= 0)
		jw_i64(&e.w, r->rows);
	else
		jw_null(&e.w);
	jw_kv_i64(&e.w, "checks", r->checks);
	jw_kv_i64(&e.w, "checks_failed", r->checks_failed);
	jw_kv_i64(&e.w, "dropped", r->dropped);
	jw_kv_i64(&e.w, "rejected", r->rejected);
	jw_kv_i64(&e.w, "quarantined", r->quarantined);
	jw_kv_str(&e.w, "needs", r->blocker);
	jw_kv_str(&e.w, "reason", r->why);
	jw_kv_str(&e.w, "log", r->log);
	jw_key(&e.w, "error");
	if (r->err)
		diag_json(&e.w, r->err);
	else
		jw_null(&e.w);
	event_end(&e);
}

static void
node_late(struct view *v, const char *text)
{
	struct event e;
	event_begin(&e, v, "node_late");
	jw_kv_str(&e.w, "message", text);
	event_end(&e);
}

static void
warned(struct view *v, const char *text)
{
	struct event e;
	event_begin(&e, v, "warning");
	jw_kv_str(&e.w, "message", text);
	event_end(&e);
}

static void
stopping(struct view *v, const char *text, int running)
{
	struct event e;
	(void)text;
	event_begin(&e, v, "run_stopping");
	jw_kv_i64(&e.w, "running", running);
	event_end(&e);
}

static void
add_models(struct jw *w, const struct run_result *r)
{
	jw_key(w, "models");
	jw_array(w);
	for (size_t i = 0; i < r->n_models; i++) {
		jw_object(w);
		jw_kv_str(w, "name", r->models[i].name);
		jw_kv_i64(w, "version", r->models[i].version);
		jw_kv_str(w, "alias", r->models[i].alias_moved ? r->models[i].alias : NULL);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
ended(struct view *v, const struct run_result *r)
{
	struct view_counts c = view_count(r);
	struct event e;
	event_begin(&e, v, "run_ended");
	jw_kv_str(&e.w, "run_id", r->id.id);
	jw_kv_str(&e.w, "name", r->id.name);
	jw_kv_str(&e.w, "status", run_status_name(r->status));
	jw_kv_i64(&e.w, "exit_code", v->exit_code);
	jw_kv_i64(&e.w, "ms", (int64_t)app_ms(v->app, r->wall_us));
	jw_kv_i64(&e.w, "ok", (int64_t)c.ok);
	jw_kv_i64(&e.w, "cached", (int64_t)c.cached);
	jw_kv_i64(&e.w, "failed", (int64_t)c.failed);
	jw_kv_i64(&e.w, "skipped", (int64_t)c.skipped);
	jw_kv_i64(&e.w, "cancelled", (int64_t)c.cancelled);
	if (r->broken) {
		jw_key(&e.w, "error");
		diag_json(&e.w, &r->err);
	}
	add_models(&e.w, r);
	event_end(&e);
}

const struct face json_face = {
	.name = "json",
	.started = started,
	.node_started = node_started,
	.node_waits = node_waits,
	.node_progress = node_progress,
	.node_output = node_output,
	.node_ended = node_ended,
	.node_late = node_late,
	.warned = warned,
	.stopping = stopping,
	.ended = ended,
};

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
	add_models(&w, r);
	if (r->n_warnings) {
		jw_key(&w, "warnings");
		jw_array(&w);
		for (size_t i = 0; i < r->n_warnings; i++)
			jw_str(&w, r->warnings[i]);
		jw_end(&w, ']');
	}
	jw_end(&w, '}');
	answer_end(&w, &out);
}
