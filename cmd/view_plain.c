/* SPDX-License-Identifier: Apache-2.0
 * A run in a log: one line an event with the time of day, nothing drawn over, and a sign of life
 * every 30 seconds from a node that takes long.
 *
 *	03:00:01 [1/6] start clean
 *	03:00:02 [1/6] ok    clean 1.1s rows=9987 contract=5/5
 *	03:00:38 [4/6] still train 30s 45% */
#include "cmd/view.h"

#include <time.h>

#define HEARTBEAT_US 30000000

static void
add_time(const struct view *v, struct str *s)
{
	time_t t = (time_t)(view_time_ms(v) / 1000);
	struct tm tm;
	if (localtime_r(&t, &tm))
		str_addf(s, "%02d:%02d:%02d ", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* One write a line: a log collector sees whole lines. */
static void
say(struct view *v, struct str *line)
{
	str_addc(line, '\n');
	(void)fwrite(line->s, 1, line->len, v->talk);
	str_fini(line);
}

static void
begin(const struct view *v, struct str *s, const char *event, size_t i)
{
	add_time(v, s);
	str_addf(s, "[%d/%zu] %-5s %s", v->ended, v->plan->n, event, view_name(v, i));
}

static void
started(struct view *v)
{
	struct str s = {0};
	add_time(v, &s);
	str_addf(&s, "run %s started: %s conf=%s nodes=%zu jobs=%d", v->run->name,
		v->plan->graph->spec->name, v->plan->project->env, v->plan->n, v->jobs);
	say(v, &s);
}

static void
node_started(struct view *v, size_t i)
{
	struct str s = {0};
	int attempt = v->nodes[i].attempt;
	begin(v, &s, attempt > 1 ? "retry" : "start", i);
	if (attempt > 1)
		str_addf(&s, " attempt=%d", attempt);
	say(v, &s);
}

static void
node_waits(struct view *v, size_t i)
{
	struct str s = {0};
	begin(v, &s, "waits", i);
	str_addf(&s, " attempt=%d failed", v->nodes[i].attempt);
	say(v, &s);
}

static void
node_output(struct view *v, size_t i, const char *line)
{
	struct str s = {0};
	add_time(v, &s);
	str_addf(&s, "%s | %s", view_name(v, i), line);
	say(v, &s);
}

static void
node_ended(struct view *v, size_t i, const struct node_result *r)
{
	struct str s = {0};
	begin(v, &s, node_status_name(r->status), i);
	if (r->attempts) {
		str_addc(&s, ' ');
		str_add_duration(&s, app_ms(v->app, r->wall_us));
	}
	if (r->rows >= 0)
		str_addf(&s, " rows=%lld", (long long)r->rows);
	if (r->checks)
		str_addf(&s, " contract=%d/%d", r->checks - r->checks_failed, r->checks);
	if (r->rejected)
		str_addf(&s, " rejected=%lld", (long long)r->rejected);
	if (r->quarantined)
		str_addf(&s, " quarantined=%lld", (long long)r->quarantined);
	if (r->dropped)
		str_addf(&s, " dropped=%lld", (long long)r->dropped);
	if (r->attempts > 1)
		str_addf(&s, " attempts=%d", r->attempts);
	if (r->blocker)
		str_addf(&s, " needs=%s", r->blocker);
	if (r->why)
		str_addf(&s, " (%s)", r->why);
	say(v, &s);
}

static void
announce(struct view *v, const char *text)
{
	struct str s = {0};
	add_time(v, &s);
	str_add(&s, text);
	say(v, &s);
}

static void
warned(struct view *v, const char *text)
{
	struct str s = {0};
	str_addf(&s, "warning: %s", text);
	announce(v, str_text(&s));
	str_fini(&s);
}

static void
stopping(struct view *v, const char *text, int running)
{
	(void)running;
	announce(v, text);
}

static void
tick(struct view *v)
{
	for (size_t i = 0; v->running && i < v->plan->n; i++) {
		struct view_node *n = &v->nodes[i];
		struct str s = {0};
		if (!n->running || v->now_us - n->spoke_us < HEARTBEAT_US)
			continue;
		n->spoke_us += HEARTBEAT_US;
		begin(v, &s, "still", i);
		str_addc(&s, ' ');
		str_add_duration(&s, view_ms(v, n->since_us) / 1000 * 1000);
		if (n->total)
			str_addf(&s, " %lld%%",
				(long long)((double)n->done * 100 / (double)n->total));
		say(v, &s);
	}
}

static void
ended(struct view *v, const struct run_result *r)
{
	struct view_counts c = view_count(r);
	struct str s = {0};
	add_time(v, &s);
	str_addf(&s, "done %s nodes=%zu ok=%zu failed=%zu skipped=%zu", run_status_name(r->status),
		r->n_nodes, c.ok, c.failed, c.skipped);
	if (c.cached)
		str_addf(&s, " cached=%zu", c.cached);
	if (c.cancelled)
		str_addf(&s, " cancelled=%zu", c.cancelled);
	str_add(&s, " time=");
	str_add_duration(&s, app_ms(v->app, r->wall_us));
	if (v->exit_code)
		str_addf(&s, " exit=%d", v->exit_code);
	say(v, &s);
}

const struct face plain_face = {
	.name = "plain",
	.tick_ms = 1000,
	.started = started,
	.node_started = node_started,
	.node_waits = node_waits,
	.node_output = node_output,
	.node_ended = node_ended,
	.node_late = announce,
	.warned = warned,
	.stopping = stopping,
	.tick = tick,
	.ended = ended,
};
