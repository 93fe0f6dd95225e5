/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs plot: metrics of runs in the terminal, or as a picture. */
#include "cmd/plot.h"

#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <unistd.h>

#define RUNS_MAX 16

struct plot_args {
	struct opt_list metrics;
	const char *out;
};

struct plot {
	struct arena arena;
	struct chart *charts; /* owned; one for each metric */
	size_t n, cap;
};

void
plot_number(struct str *out, double v)
{
	str_addf(out,
		fabs(v) >= 1e6 || (v != 0 && fabs(v) < 1e-3) ? "%.3g"
			: fabs(v) < 1e4                      ? "%.4g"
							     : "%.6g",
		v);
}

bool
plot_drawable(double v)
{
	return isfinite(v) && fabs(v) < DBL_MAX;
}

static void
add_bound(struct chart *c, const struct metric *m)
{
	if (!plot_drawable(m->value))
		return;
	if (c->empty || m->value < c->low)
		c->low = m->value;
	if (c->empty || m->value > c->high)
		c->high = m->value;
	if (c->empty || m->step < c->from)
		c->from = m->step;
	if (c->empty || m->step > c->to)
		c->to = m->step;
	c->empty = false;
}

void
chart_measure(struct chart *c)
{
	c->bars = c->empty = true;
	for (size_t s = 0; s < c->n; s++) {
		c->bars &= c->series[s].n == 1;
		for (size_t i = 0; i < c->series[s].n; i++)
			add_bound(c, &c->series[s].v[i]);
	}
	if (c->low == c->high) { /* a flat line is drawn in the middle */
		c->low -= fabs(c->low) > 0 ? fabs(c->low) / 10 : 1;
		c->high += fabs(c->high) > 0 ? fabs(c->high) / 10 : 1;
	}
}

static struct chart *
chart_of(struct plot *p, const char *metric)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->charts[i].metric, metric))
			return &p->charts[i];
	p->charts = mem_grow(p->charts, &p->cap, p->n + 1, sizeof(*p->charts));
	p->charts[p->n] = (struct chart){.metric = metric};
	return &p->charts[p->n++];
}

/* The points come by key: each stretch of one key is a series. */
static void
add_points(struct plot *p, const char *label, const struct metric *v, size_t n)
{
	for (size_t i = 0, to; i < n; i = to) {
		struct chart *c = chart_of(p, v[i].key);
		for (to = i + 1; to < n && str_eq(v[to].key, v[i].key); to++)
			;
		c->series = mem_grow(c->series, &c->cap, c->n + 1, sizeof(*c->series));
		c->series[c->n++] = (struct series){label, &v[i], to - i};
	}
}

static int
add_run(struct app *a, const struct plot_args *args, struct plot *p, const char *which,
	struct err *e)
{
	struct run_row run;
	struct points points;
	size_t keys = args->metrics.n ? args->metrics.n : 1, found = 0;
	if (store_run(a->store, &p->arena, which, &run, e) < 0)
		return -1;
	for (size_t i = 0; i < keys; i++) {
		const char *key = args->metrics.n ? args->metrics.v[i] : NULL;
		if (store_history(a->store, &p->arena, run.run_id, key, &points, e) < 0)
			return -1;
		add_points(p, run.name, points.v, points.n);
		found += points.n;
	}
	if (found)
		return 0;
	err_set(e, MLC_NOT_FOUND, "run %s has no such metric", run.name);
	return err_help(e, "those it has: mlflow-c runs show %s", run.name);
}

/* ---- where it goes */

static int
write_file(const struct plot *p, const char *path, struct err *e)
{
	struct str out = {0};
	if (str_ends(path, ".svg")) {
		plot_svg(&out, p->charts, p->n);
	} else if (str_ends(path, ".png")) {
		plot_png(&out, p->charts, p->n);
	} else {
		err_set(e, MLC_USAGE, "`%s` is no kind of picture", path);
		return err_help(e, "name a file that ends with .svg or .png");
	}
	int rc = file_mkdirs(AT_FDCWD, path, true, e);
	int fd = rc < 0 ? -1 : file_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, true, e);
	rc = fd < 0 ? -1 : file_write_all(fd, out.s, out.len, e);
	if (fd >= 0)
		close(fd);
	str_fini(&out);
	return rc;
}

static void
write_terminal(const struct app *a, const struct plot *p)
{
	struct str out = {0};
	for (size_t i = 0; i < p->n; i++) {
		if (i)
			str_addc(&out, '\n');
		plot_text(&out, &p->charts[i], &a->out);
	}
	(void)fputs(str_text(&out), stdout);
	str_fini(&out);
}

static void
write_json(struct app *a, const struct plot *p)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < p->n; i++)
		for (size_t s = 0; s < p->charts[i].n; s++)
			for (size_t k = 0; k < p->charts[i].series[s].n; k++) {
				const struct metric *m = &p->charts[i].series[s].v[k];
				jw_object(&w);
				jw_kv_str(&w, "metric", m->key);
				jw_kv_str(&w, "run", p->charts[i].series[s].label);
				jw_kv_i64(&w, "step", m->step);
				jw_kv_f64(&w, "value", m->value);
				jw_end(&w, '}');
			}
	jw_end(&w, ']');
	answer_end(&w, &out);
}

static int
run(struct app *a)
{
	const struct plot_args *args = a->opts;
	struct plot p = {0};
	struct err e = {0};
	int rc = 0;
	for (int i = 0; rc == 0 && i < a->n_args; i++)
		rc = add_run(a, args, &p, a->args[i], &e);
	for (size_t i = 0; i < p.n; i++)
		chart_measure(&p.charts[i]);
	if (rc == 0 && args->out)
		rc = write_file(&p, args->out, &e);
	else if (rc == 0 && a->g.json)
		write_json(a, &p);
	else if (rc == 0)
		write_terminal(a, &p);
	for (size_t i = 0; i < p.n; i++)
		free(p.charts[i].series);
	free(p.charts);
	arena_fini(&p.arena);
	return rc < 0 ? report(a, &e) : 0;
}

static const char *const examples[] = {"mlflow-c runs plot last --metric loss", "in the terminal",
	"mlflow-c runs plot a b --out loss.svg", "two runs, as a picture", NULL};
static const struct opt opts[] = {
	{"metric", 'm', OPT_LIST, offsetof(struct plot_args, metrics), "KEY",
		"which (default: all); repeatable"},
	{"out", 'o', OPT_STR, offsetof(struct plot_args, out), "FILE",
		"as a picture, .svg or .png"},
	{0},
};
const struct cmd cmd_runs_plot = {
	.name = "runs plot",
	.args = "RUN [RUN...]",
	.min_args = 1,
	.max_args = RUNS_MAX,
	.summary = "Draw metrics over steps, or side by side.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct plot_args),
	.run = run,
};
