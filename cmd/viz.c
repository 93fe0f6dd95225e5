/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c viz: a pipeline, its data and its last runs as one page that opens from a file. */
#include "cmd/viz.h"
#include "cmd/page.h"

enum { RUNS = 10, SEARCHED = 200, ROWS_DEFAULT = 5, ROWS_MAX = 1000 };

struct viz_args {
	const char *out, *run, *pipeline;
	struct slice slice;
	int64_t rows;
	bool no_preview;
};

/* Reads one more run; which: as store_run takes it. */
static int
add_run(struct app *a, struct viz *v, const char *which, struct err *e)
{
	return run_about_open(a, which, &v->runs[v->n_runs++], e);
}

/* The run that was asked for, then the last ones of the pipeline. */
static int
find_runs(struct app *a, struct viz *v, struct err *e)
{
	const struct viz_args *args = a->opts;
	const struct run_search last = {.limit = SEARCHED};
	struct run_row *rows = NULL;
	size_t n = 0;
	v->runs = mem_alloc((RUNS + 1) * sizeof(*v->runs));
	if (args->run && add_run(a, v, args->run, e) < 0)
		return -1;
	if (store_runs(a->store, &v->arena, &last, &rows, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && v->n_runs < RUNS; i++) {
		bool asked = args->run && str_eq(rows[i].run_id, v->runs[0].run.run_id);
		if (asked || !str_eq(rows[i].pipeline, v->l->spec.name))
			continue;
		if (add_run(a, v, rows[i].run_id, e) < 0)
			return -1;
	}
	return 0;
}

static void
fill(struct app *a, struct viz *v, struct str *page)
{
	struct str title = {0}, name = {0}, about = {0}, graph = {0}, json = {0}, safe = {0};
	const char *what = pipeline_description(a, v->l->spec.name);
	page_project(a, &title);
	str_add_xml(&name, v->l->spec.name);
	str_add_xml(&about, what ? what : "");
	viz_svg(&graph, &v->picture, &v->bands, true);
	viz_json(a, v, &json);
	page_json(&safe, str_text(&json));
	const char *const fields[] = {"style", page_file("look.css"), "script", page_file("viz.js"),
		"project", str_text(&title), "pipeline", str_text(&name), "about", str_text(&about),
		"graph", str_text(&graph), "data", str_text(&safe), NULL};
	page_fill(page, page_file("viz.html"), fields);
	str_fini(&title);
	str_fini(&name);
	str_fini(&about);
	str_fini(&graph);
	str_fini(&json);
	str_fini(&safe);
}

static int
make_page(struct app *a, struct loaded *l, struct err *e)
{
	const struct viz_args *args = a->opts;
	struct viz v = {.l = l,
		.rows = args->no_preview ? 0
			: args->rows     ? args->rows
					 : ROWS_DEFAULT};
	struct str page = {0};
	int rc = find_runs(a, &v, e);
	if (rc == 0) {
		picture_make(&l->arena, &l->graph, &v.picture);
		viz_layers(&l->arena, &v.picture, l->catalog, &v.bands);
		rc = picture_layout(&l->arena, &v.picture, e);
	}
	if (rc == 0) {
		fill(a, &v, &page);
		rc = page_write(a, args->out, "build/viz.html", &page, e);
	}
	for (size_t i = 0; i < v.n_runs; i++)
		run_about_fini(&v.runs[i]);
	free(v.runs);
	arena_fini(&v.arena);
	str_fini(&page);
	return rc;
}

/* The graph of the pipeline that was asked for by either way, or the part that was selected. */
static int
load_part(struct app *a, struct loaded *l, struct errs *found)
{
	const struct viz_args *args = a->opts;
	struct slice slice = args->slice;
	struct err e = {0};
	int rc = load_graph(a, a->n_args ? a->args[0] : args->pipeline, l, found);
	if (catalog_load(&l->catalog, a->project, found) < 0 || rc < 0)
		return -1;
	slice.catalog = l->catalog;
	slice.rootfd = a->project->rootfd;
	if (graph_slice(&l->graph, &slice, &e) == 0)
		return 0;
	errs_add(found, &e);
	return -1;
}

static int
run(struct app *a)
{
	const struct viz_args *args = a->opts;
	struct errs found = {0};
	struct loaded l = {0};
	struct err e = {0};
	int code = 0;
	if (args->rows < 0 || args->rows > ROWS_MAX) {
		err_set(&e, MLC_USAGE, "--rows must be from 1 to %d", ROWS_MAX);
		return report(a, &e);
	}
	if (a->n_args && args->pipeline) {
		err_set(&e, MLC_USAGE, "`%s` and --pipeline %s are two pipelines", a->args[0],
			args->pipeline);
		err_help(&e, "leave one of them out");
		return report(a, &e);
	}
	if (load_part(a, &l, &found) < 0)
		code = report_all(a, &found);
	else if (make_page(a, &l, &e) < 0)
		code = report(a, &e);
	loaded_fini(&l);
	return code;
}

static const char *const examples[] = {"mlflow-c viz", "the default pipeline, as build/viz.html",
	"mlflow-c viz training -o training.html", "another one, elsewhere",
	"mlflow-c viz --run calm-otter --no-preview", "that run, no data", NULL};
static const struct opt opts[] = {
	{"out", 'o', OPT_STR, offsetof(struct viz_args, out), "FILE",
		"where it goes (default build/viz.html; - is stdout)"},
	{"pipeline", 'p', OPT_COMMAS, offsetof(struct viz_args, pipeline), "A,B",
		"the same as NAME, or all of several"},
	SLICE_OPTS(struct viz_args),
	{"run", 0, OPT_STR, offsetof(struct viz_args, run), "RUN",
		"the run that it shows first (default: the last)"},
	{"rows", 0, OPT_INT, offsetof(struct viz_args, rows), "N",
		"rows of each table that it shows (default 5)"},
	{"no-preview", 0, OPT_FLAG, offsetof(struct viz_args, no_preview), NULL,
		"show no data at all"},
	{0},
};
const struct cmd cmd_viz = {
	.name = "viz",
	.args = "[NAME]",
	.max_args = 1,
	.summary = "A pipeline, its data and its runs as a page of HTML.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct viz_args),
	.run = run,
};
