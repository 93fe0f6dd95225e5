/* SPDX-License-Identifier: Apache-2.0
 * The end of a run, as every face shows it: what failed, most important last, and the way on.
 *
 *	── train: the end of its log (runs/loan/calm-otter/logs/train.log)
 *	  | epoch 3 loss 0.412
 *	error[MLC0501]: node `train` was killed by SIGSEGV
 *	  help: continue later: mlflow-c run --resume calm-otter */
#include "cmd/view.h"

#define SHOWN_ERRORS 20

/* The bar keeps a line from being taken for a command by a CI service that reads our output. */
static void
show_tail(struct view *v, size_t i, const char *path)
{
	struct log_text log;
	struct str line = {0};
	if (!log_read(&log, v->plan->project->rootfd, path))
		return;
	size_t all = log_lines(&log);
	log_tail(&log);
	size_t shown = log_lines(&log);
	if (shown < all)
		(void)fprintf(v->talk, "── %s: the last %zu of %zu lines of its log (%s)\n",
			view_name(v, i), shown, all, path);
	else
		(void)fprintf(v->talk, "── %s: the end of its log (%s)\n", view_name(v, i), path);
	while (log_next(&log, &line))
		(void)fprintf(v->talk, "  | %s\n", str_text(&line));
	str_fini(&line);
	log_close(&log);
}

static void
show_error(struct view *v, const struct err *e)
{
	struct str s = {0};
	diag_render(&s, e, v->plan->project->rootfd, &v->app->err);
	(void)fputs(str_text(&s), v->talk);
	str_fini(&s);
}

static void
show_node(struct view *v, size_t i, const struct node_result *n)
{
	show_tail(v, i, n->log);
	show_error(v, n->err);
}

static bool
has_error(const struct node_result *n)
{
	return n->err && n->status != NODE_CANCELLED;
}

/* The node whose error was the first in time and decides the exit code; n_nodes: none. */
static size_t
first_failure(const struct run_result *r)
{
	size_t i = 0;
	while (i < r->n_nodes &&
		!(has_error(&r->nodes[i]) && r->nodes[i].err->code == r->err.code &&
			str_eq(r->nodes[i].err->msg, r->err.msg)))
		i++;
	return i;
}

/* Of a run that has done nothing yet there is nothing to continue. */
static void
show_way_on(struct view *v, const struct run_result *r)
{
	struct view_counts c = view_count(r);
	if (c.ok + c.cached && !v->app->g.quiet)
		(void)fprintf(v->talk, "  help: continue later: mlflow-c run --resume %s\n",
			v->run->name);
}

void
view_errors(struct view *v, const struct run_result *r)
{
	size_t first = first_failure(r), shown = 0, left_out = 0;
	for (size_t i = 0; i < r->n_nodes; i++) {
		if (i == first || !has_error(&r->nodes[i]))
			continue;
		if (shown == SHOWN_ERRORS)
			left_out++;
		else {
			show_node(v, i, &r->nodes[i]);
			shown++;
		}
	}
	if (left_out)
		(void)fprintf(v->talk, "and %zu more node%s failed; the logs are in %s/logs\n",
			left_out, left_out == 1 ? "" : "s", v->run->folder);
	if (first < r->n_nodes)
		show_node(v, first, &r->nodes[first]);
	if (r->broken)
		show_error(v, &r->err);
	if (r->status != RUN_OK)
		show_way_on(v, r);
}

void
view_models(struct view *v, const struct run_result *r)
{
	for (size_t i = 0; i < r->n_models; i++) {
		const struct model_result *m = &r->models[i];
		(void)fprintf(v->talk, "model %s version %lld registered", m->name,
			(long long)m->version);
		if (m->alias[0])
			(void)fprintf(v->talk, "; alias %s %s%s%s%s", m->alias,
				m->alias_moved ? "moved to it" : "stays where it is",
				m->why[0] ? " (" : "", m->why, m->why[0] ? ")" : "");
		(void)fprintf(v->talk, "\n");
	}
}

/* -vv: where the time went. */
void
view_timings(struct view *v, const struct run_result *r)
{
	struct app *a = v->app;
	(void)fprintf(v->talk, "%-*s  %8s  %8s  %8s  %s\n", (int)v->width, "timings", "wall", "cpu",
		"peak", "of the run");
	for (size_t i = 0; i < r->n_nodes; i++) {
		const struct node_result *n = &r->nodes[i];
		struct str wall = {0}, cpu = {0}, peak = {0};
		if (!n->attempts)
			continue;
		str_add_duration(&wall, app_ms(a, n->wall_us));
		str_add_duration(&cpu, app_ms(a, n->cpu_us));
		str_add_bytes(&peak, v->fixed_ms ? 0 : (uint64_t)n->rss_bytes);
		int share = r->wall_us && !v->fixed_ms ? (int)(n->wall_us * 100 / r->wall_us) : 0;
		(void)fprintf(v->talk, "%-*s  %8s  %8s  %8s  %9d%%\n", (int)v->width,
			view_name(v, i), str_text(&wall), str_text(&cpu), str_text(&peak), share);
		str_fini(&wall);
		str_fini(&cpu);
		str_fini(&peak);
	}
}
