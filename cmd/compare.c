/* SPDX-License-Identifier: Apache-2.0
 * What differs: gathers the rows of several runs, and prints those that are not the same in all. */
#include "cmd/compare.h"

#include <math.h>

struct compared { /* one thing, as it is in each of the runs */
	const char *kind, *name;
	const char *text[COMPARE_MAX]; /* arena; NULL: the run has none */
	bool time;                     /* never a difference */
	bool number;
	size_t met; /* order in which they were met */
};

static struct compared *
row_of(struct comparison *c, const char *kind, const char *name)
{
	char *key = arena_printf(&c->arena, "%s %s", kind, name);
	size_t i = (uintptr_t)map_get(&c->known, key);
	if (i)
		return &c->rows[i - 1];
	c->rows = mem_grow(c->rows, &c->cap, c->n_rows + 1, sizeof(*c->rows));
	c->rows[c->n_rows] = (struct compared){
		.kind = kind, .name = arena_strdup(&c->arena, name), .met = c->n_rows};
	map_put(&c->known, key, (void *)(uintptr_t)(++c->n_rows));
	return &c->rows[c->n_rows - 1];
}

void
compare_set(struct comparison *c, size_t run, const char *kind, const char *name, const char *text)
{
	row_of(c, kind, name)->text[run] = text ? arena_strdup(&c->arena, text) : NULL;
}

static void
add_metrics(struct comparison *c, size_t run)
{
	const struct run_detail *d = &c->runs[run].detail;
	struct str text = {0};
	for (size_t i = 0; i < d->n_metrics; i++) {
		str_reset(&text);
		str_add_f64(&text, d->metrics[i].value);
		compare_set(c, run, "metric", d->metrics[i].key, text.s);
		row_of(c, "metric", d->metrics[i].key)->number = true;
	}
	str_fini(&text);
}

static void
add_settings(struct comparison *c, size_t run)
{
	const struct run_about *r = &c->runs[run];
	compare_set(c, run, "run", "state", r->run.status);
	compare_set(c, run, "run", "pipeline", r->run.pipeline);
	compare_set(c, run, "run", "conf", r->run.env);
	compare_set(c, run, "run", "commit", run_about_tag(r, "mlflow.source.git.commit"));
	for (size_t i = 0; i < r->detail.n_params; i++)
		compare_set(c, run, "param", r->detail.params[i].key, r->detail.params[i].value);
}

/* What came in from outside, what was made of it, and the plugins that did. */
static void
add_nodes(struct comparison *c, const struct app *a, size_t run)
{
	const struct run_detail *d = &c->runs[run].detail;
	struct str time = {0};
	for (size_t i = 0; i < d->n_data; i++)
		if (d->data[i].hash &&
			(d->data[i].output || !run_about_makes(d, d->data[i].dataset)))
			compare_set(c, run, d->data[i].output ? "output" : "input",
				d->data[i].dataset,
				arena_printf(&c->arena, "%.12s", d->data[i].hash));
	for (size_t i = 0; i < d->n_nodes; i++) {
		const struct node_row *n = &d->nodes[i];
		compare_set(c, run, "state", n->name, n->status);
		if (n->plugin_hash)
			compare_set(c, run, "plugin", n->name,
				arena_printf(&c->arena, "%.12s", n->plugin_hash));
		str_reset(&time);
		str_add_duration(&time, app_ms(a, n->wall_us));
		compare_set(c, run, "time", n->name, str_text(&time));
		row_of(c, "time", n->name)->time = true;
	}
	str_fini(&time);
}

static bool
differs(const struct comparison *c, const struct compared *r)
{
	for (size_t i = 1; !r->time && i < c->n; i++)
		if (!str_eq(r->text[i], r->text[0]))
			return true;
	return false;
}

static size_t
differences(const struct comparison *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n_rows; i++)
		n += differs(c, &c->rows[i]);
	return n;
}

static int
by_kind(const void *a, const void *b)
{
	static const char *const order[] = {"source", "run", "model", "metric", "param", "input",
		"output", "file", "plugin", "state", "time"};
	const struct compared *x = a, *y = b;
	size_t i = 0, k = 0;
	while (!str_eq(order[i], x->kind))
		i++;
	while (!str_eq(order[k], y->kind))
		k++;
	return i != k ? (i > k) - (i < k) : (x->met > y->met) - (x->met < y->met);
}

static void
sort(struct comparison *c)
{
	if (c->n_rows)
		qsort(c->rows, c->n_rows, sizeof(*c->rows), by_kind);
}

/* 0.9624 to 0.9598: -0.0026 */
static void
change_cell(struct table *t, const struct compared *r)
{
	double from, to;
	if (!r->number || !r->text[0] || !r->text[1] || str_to_f64(r->text[0], &from) < 0 ||
		str_to_f64(r->text[1], &to) < 0 || isnan(to - from))
		table_cell(t, "-");
	else
		table_cell(t, "%+.4g", to - from);
}

static void
print_text(struct app *a, struct comparison *c, bool all)
{
	sort(c);
	bool two = c->n == 2;
	int columns = 2 + (int)c->n + two;
	struct table t = {.columns = columns, .right = ~3u};
	table_cell(&t, "KIND");
	table_cell(&t, "NAME");
	for (size_t i = 0; i < c->n; i++)
		table_cell(&t, "%s", c->labels[i]);
	if (two)
		table_cell(&t, "CHANGE");
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compared *r = &c->rows[i];
		if (!all && !differs(c, r))
			continue;
		table_cell(&t, "%s", r->kind);
		table_cell(&t, "%s", r->name);
		for (size_t k = 0; k < c->n; k++)
			table_cell(&t, "%s", r->text[k] ? r->text[k] : "-");
		if (two)
			change_cell(&t, r);
	}
	if (!all && !differences(c)) {
		table_drop(&t);
		if (!a->g.quiet)
			(void)fprintf(
				stderr, "no differences but in time; --all shows everything\n");
		return;
	}
	table_print(a, &t);
}

void
compare_json(struct jw *w, struct comparison *c, bool all)
{
	sort(c);
	jw_key(w, "rows");
	jw_array(w);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compared *r = &c->rows[i];
		if (!all && !differs(c, r))
			continue;
		jw_object(w);
		jw_kv_str(w, "kind", r->kind);
		jw_kv_str(w, "name", r->name);
		jw_key(w, "values");
		jw_array(w);
		for (size_t k = 0; k < c->n; k++)
			jw_str(w, r->text[k]);
		jw_end(w, ']');
		jw_kv_bool(w, "differs", differs(c, r));
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
print_json(struct app *a, struct comparison *c, bool all)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_key(&w, "runs");
	jw_array(&w);
	for (size_t i = 0; i < c->n; i++) {
		jw_object(&w);
		run_row_json(a, &w, &c->runs[i].run);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	compare_json(&w, c, all);
	jw_end(&w, '}');
	answer_end(&w, &out);
}

int
compare_run(
	struct comparison *c, struct app *a, const char *which, const char *label, struct err *e)
{
	size_t i = c->n;
	if (run_about_open(a, which, &c->runs[i], e) < 0) {
		run_about_fini(&c->runs[i]);
		return -1;
	}
	c->labels[i] = label ? label : c->runs[i].run.name;
	c->n++;
	add_metrics(c, i);
	add_settings(c, i);
	add_nodes(c, a, i);
	return 0;
}

bool
compare_differs(const struct comparison *c)
{
	return differences(c) > 0;
}

void
compare_drop(struct comparison *c, const char *kind)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (!kind || str_eq(c->rows[i].kind, kind))
			memset(c->rows[i].text, 0, sizeof(c->rows[i].text));
}

int
compare_print(struct app *a, struct comparison *c, bool all, bool exit_code)
{
	if (a->g.json)
		print_json(a, c, all);
	else
		print_text(a, c, all);
	return exit_code && differences(c) ? EXIT_DIFFERS : 0;
}

void
compare_free(struct comparison *c)
{
	for (size_t i = 0; i < c->n; i++)
		run_about_fini(&c->runs[i]);
	free(c->rows);
	map_fini(&c->known);
	arena_fini(&c->arena);
	free(c);
}
