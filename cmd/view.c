/* SPDX-License-Identifier: Apache-2.0
 * What is known of a run while it goes on, and which faces show it.
 *
 *	auto    tty on a terminal; plain in a log and on GitHub
 *	json    events on stdout
 *	none    nothing until the end; -q: nothing but errors
 *
 * On GitHub the github face comes before the chosen one. */
#include "cmd/view.h"

#include <unistd.h>

const char *
view_name(const struct view *v, size_t i)
{
	return v->plan->nodes[i].spec->name;
}

uint64_t
view_ms(const struct view *v, int64_t since_us)
{
	return v->fixed_ms ? 0 : (uint64_t)(v->now_us - since_us) / 1000;
}

int64_t
view_time_ms(const struct view *v)
{
	return v->fixed_ms ? v->fixed_ms : clock_now_ms(NULL);
}

bool
node_failed(enum node_status st)
{
	return st == NODE_FAILED || st == NODE_TIMEOUT || st == NODE_CONTRACT;
}

struct view_counts
view_count(const struct run_result *r)
{
	struct view_counts c = {0};
	for (size_t i = 0; i < r->n_nodes; i++) {
		const struct node_result *n = &r->nodes[i];
		c.ok += n->status == NODE_OK;
		c.cached += n->status == NODE_CACHED;
		c.failed += node_failed(n->status);
		c.skipped += n->status == NODE_SKIPPED;
		c.cancelled += n->status == NODE_CANCELLED;
		if (n->rss_bytes > c.peak_bytes)
			c.peak_bytes = n->rss_bytes;
	}
	return c;
}

/* ---- what the runner says */

/* How long the nodes took the last time; without it there is no estimate, and that is all. */
static void
recall(struct view *v)
{
	const char *pipeline = v->plan->graph->spec->name, *env = v->plan->project->env;
	struct durations past;
	struct map by_name = {0};
	struct err ignored;
	if (v->fixed_ms ||
		store_durations(v->app->store, &v->arena, pipeline, env, &past, &ignored) < 0)
		return;
	for (size_t i = 0; i < past.n; i++)
		map_put(&by_name, past.v[i].node, &past.v[i]);
	for (size_t i = 0; i < v->plan->n; i++) {
		const struct duration *d = map_get(&by_name, view_name(v, i));
		v->nodes[i].last_us = d ? d->wall_us : 0;
	}
	map_fini(&by_name);
}

static void
on_started(void *arg, const struct run_id *run, const struct plan *plan)
{
	struct view *v = arg;
	v->run = run;
	v->plan = plan;
	v->begun_us = v->now_us = clock_mono_us();
	v->nodes = mem_alloc((plan->n + 1) * sizeof(*v->nodes));
	for (size_t i = 0; i < plan->n; i++)
		if (strlen(view_name(v, i)) > v->width)
			v->width = strlen(view_name(v, i));
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->recalls)
			recall(v);
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->started)
			v->faces[k]->started(v);
}

static void
on_node_started(void *arg, size_t i, int attempt)
{
	struct view *v = arg;
	struct view_node *n = &v->nodes[i];
	v->now_us = clock_mono_us();
	v->running += !n->running;
	n->running = true;
	n->attempt = attempt;
	n->since_us = n->spoke_us = v->now_us;
	n->done = n->total = 0;
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->node_started)
			v->faces[k]->node_started(v, i);
}

static void
on_node_progress(void *arg, size_t i, int64_t done, int64_t total)
{
	struct view *v = arg;
	v->now_us = clock_mono_us();
	v->nodes[i].done = done < 0 ? 0 : done;
	v->nodes[i].total = total < 0 ? 0 : total;
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->node_progress)
			v->faces[k]->node_progress(v, i);
}

static void
on_node_waits(void *arg, size_t i)
{
	struct view *v = arg;
	v->now_us = clock_mono_us();
	v->running -= v->nodes[i].running;
	v->nodes[i].running = false;
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->node_waits)
			v->faces[k]->node_waits(v, i);
}

#define LINE_MAX_BYTES 4096

static void
show_line(struct view *v, size_t i)
{
	struct str *line = &v->nodes[i].line, safe = {0};
	term_add_safe(&safe, str_text(line));
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->node_output)
			v->faces[k]->node_output(v, i, str_text(&safe));
	str_fini(&safe);
	str_reset(line);
}

static void
on_node_output(void *arg, size_t i, const char *p, size_t n)
{
	struct view *v = arg;
	struct str *line = &v->nodes[i].line;
	for (; n; p++, n--) {
		if (*p == '\n' || line->len >= LINE_MAX_BYTES)
			show_line(v, i);
		if (*p == '\0')
			str_add(line, "\\x00");
		else if (*p != '\n')
			str_addc(line, *p);
	}
}

static void
on_node_facts(void *arg, size_t i, const struct node_fact *f)
{
	struct view *v = arg;
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->node_facts)
			v->faces[k]->node_facts(v, i, f);
}

static void
on_node_ended(void *arg, size_t i, const struct node_result *r)
{
	struct view *v = arg;
	v->now_us = clock_mono_us();
	v->running -= v->nodes[i].running;
	v->nodes[i].running = false;
	v->nodes[i].ended = true;
	v->nodes[i].took_us = r->wall_us;
	v->ended++;
	if (v->nodes[i].line.len)
		show_line(v, i);
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->node_ended)
			v->faces[k]->node_ended(v, i, r);
}

/* Said even if quiet: without it nobody would know what the run waits for. */
static void
on_node_late(void *arg, size_t i)
{
	struct view *v = arg;
	struct str text = {0};
	bool told = false;
	str_addf(&text,
		"late: node %s is past its timeout and was asked to end; in this process it cannot "
		"be killed",
		view_name(v, i));
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->node_late) {
			v->faces[k]->node_late(v, str_text(&text));
			told = true;
		}
	if (!told)
		(void)fprintf(v->talk, "%s\n", str_text(&text));
	str_fini(&text);
}

void
view_warn(struct view *v, const char *text)
{
	struct str safe = {0};
	term_add_safe(&safe, text);
	v->now_us = clock_mono_us();
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->warned)
			v->faces[k]->warned(v, str_text(&safe));
	str_fini(&safe);
}

static void
on_warned(void *arg, const char *text)
{
	view_warn(arg, text);
}

static void
on_stopping(void *arg, int running)
{
	struct view *v = arg;
	struct str text = {0};
	v->now_us = clock_mono_us();
	str_addf(&text, "stopping: %d node%s asked to finish%s", running, running == 1 ? "" : "s",
		v->in_process ? ", press Ctrl-C again to end the program"
			      : " (5s), press Ctrl-C again to kill now");
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->stopping)
			v->faces[k]->stopping(v, str_text(&text), running);
	str_fini(&text);
}

static void
on_tick(void *arg)
{
	struct view *v = arg;
	v->now_us = clock_mono_us();
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->tick)
			v->faces[k]->tick(v);
}

/* Under a fixed clock nothing is shown because time went by. */
void
view_watch(struct view *v, struct run_watch *w)
{
	*w = (struct run_watch){.arg = v,
		.started = on_started,
		.node_started = on_node_started,
		.node_progress = on_node_progress,
		.node_waits = on_node_waits,
		.node_output = v->app->g.verbose ? on_node_output : NULL,
		.node_late = on_node_late,
		.node_facts = on_node_facts,
		.node_ended = on_node_ended,
		.stopping = on_stopping,
		.warned = on_warned,
		.tick = v->fixed_ms ? NULL : on_tick};
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->tick_ms)
			w->tick_ms = v->faces[k]->tick_ms;
}

/* ---- from beginning to end */

static int
choose(const struct app *a, const char *progress, const struct face **out, struct err *e)
{
	static const struct face none = {.name = "none"};
	const struct face *const all[] = {&tty_face, &plain_face, &json_face, &none};
	const char *term = getenv("TERM");
	*out = NULL;
	if (!progress || str_eq(progress, "auto"))
		progress = a->err.tty && !github_on() && !str_eq(term, "dumb") ? "tty" : "plain";
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (str_eq(progress, all[i]->name))
			*out = all[i];
	if (!*out)
		return err_set(e, MLC_USAGE,
			"--progress is auto, tty, plain, json or none, not `%s`", progress);
	if (a->g.quiet && *out != &json_face)
		*out = &none;
	return 0;
}

int
view_open(struct view *v, struct app *a, const struct view_opts *o, struct err *e)
{
	const struct face *face;
	*v = (struct view){.app = a,
		.talk = stderr,
		.answer = stdout,
		.jobs = o->jobs,
		.in_process = o->in_process,
		.annotate = !o->no_annotations,
		.lineage = o->lineage,
		.fixed_ms = a->clock.fixed_ms};
	if (choose(a, o->progress, &face, e) < 0)
		return -1;
	if (github_on())
		v->faces[v->n_faces++] = &github_face;
	v->faces[v->n_faces++] = face;
	if (o->lineage)
		v->faces[v->n_faces++] = &lineage_face;
	return 0;
}

void
view_end(struct view *v, const struct run_result *r, int exit_code)
{
	if (!v->run)
		return; /* it never began */
	v->now_us = clock_mono_us();
	v->exit_code = exit_code;
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->settle)
			v->faces[k]->settle(v, r);
	view_errors(v, r);
	if (!v->app->g.quiet) {
		view_models(v, r);
		if (v->app->g.verbose > 1)
			view_timings(v, r);
	}
	for (size_t k = 0; k < v->n_faces; k++)
		if (v->faces[k]->ended)
			v->faces[k]->ended(v, r);
}

void
view_close(struct view *v)
{
	for (size_t k = 0; k < v->n_faces && v->run; k++)
		if (v->faces[k]->settle)
			v->faces[k]->settle(v, NULL);
	for (size_t i = 0; v->nodes && i < v->plan->n; i++)
		str_fini(&v->nodes[i].line);
	free(v->nodes);
	str_fini(&v->tty.lines);
	arena_fini(&v->arena);
}
