/* SPDX-License-Identifier: Apache-2.0
 * What a run would do, and why: every selected node in the order of execution. Nodes that need not run
 * are listed, too, so that their reason is told. */
#include "cmd/view.h"

static void
ports_json(struct jw *w, const char *key, const struct spec_port *p, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, p[i].dataset);
	jw_end(w, ']');
}

static void
node_json(struct jw *w, const struct spec_node *n, const char *why, const char *action)
{
	jw_object(w);
	jw_kv_str(w, "name", n->name);
	jw_kv_str(w, "plugin", n->plugin);
	if (n->command) {
		jw_key(w, "command");
		yaml_to_json(w, n->command, false);
	}
	ports_json(w, "inputs", n->inputs, n->n_inputs);
	ports_json(w, "outputs", n->outputs, n->n_outputs);
	jw_key(w, "tags");
	jw_array(w);
	for (size_t t = 0; t < n->n_tags; t++)
		jw_str(w, n->tags[t]);
	jw_end(w, ']');
	jw_kv_str(w, "reason", why);
	jw_kv_str(w, "action", action);
	jw_end(w, '}');
}

static void
list_ports(struct table *t, const struct spec_port *p, size_t n)
{
	struct str s = {0};
	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s%s", i ? ", " : "", p[i].dataset);
	table_cell(t, "%s", n ? str_text(&s) : "-");
	str_fini(&s);
}

/* The nodes one after another: those that run in the order of the run, and between them, where they
 * would have been, those that need not. */
struct walk {
	const struct graph *g;
	const struct forecast *forecast; /* or NULL */
	bool *runs;                      /* owned; by node */
	size_t i, at;
	const char *action, *why; /* of the node walk_next gave */
};

static void
walk_begin(struct walk *w, const struct graph *g, const struct forecast *forecast)
{
	*w = (struct walk){.g = g, .forecast = forecast, .runs = mem_alloc(g->spec->n + 1)};
	for (size_t i = 0; i < g->n_order; i++)
		w->runs[g->order[i]] = true;
}

static bool
walk_next(struct walk *w, int *node)
{
	if (w->i == w->g->n_listed) {
		free(w->runs);
		return false;
	}
	*node = w->g->listed[w->i++];
	w->action = "skip";
	if (w->runs[*node]) {
		const struct forecast *f = w->forecast ? &w->forecast[w->at] : NULL;
		*node = w->g->order[w->at++];
		w->action = f && !f->run ? "cached" : "run";
		w->why = f ? f->why : w->g->why[*node];
	} else
		w->why = w->g->why[*node];
	return true;
}

static int
as_json(struct app *a, const struct graph *g, const struct forecast *forecast)
{
	struct str out = {0};
	struct jw w;
	struct walk walk;
	int i;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_key(&w, "nodes");
	jw_array(&w);
	walk_begin(&walk, g, forecast);
	while (walk_next(&walk, &i))
		node_json(&w, &g->spec->nodes[i], walk.why, walk.action);
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
	return 0;
}

int
dry_run(struct app *a, const struct graph *g, const struct forecast *forecast)
{
	static const char *const head[] = {"NODE", "PLUGIN", "READS", "WRITES", "ACTION", "REASON"};
	struct table t = {.columns = 6};
	struct walk walk;
	int node;
	if (a->g.json)
		return as_json(a, g, forecast);
	table_head(&t, head);
	walk_begin(&walk, g, forecast);
	while (walk_next(&walk, &node)) {
		const struct spec_node *n = &g->spec->nodes[node];
		table_cell(&t, "%s", n->name);
		table_cell(&t, "%s", n->plugin);
		list_ports(&t, n->inputs, n->n_inputs);
		list_ports(&t, n->outputs, n->n_outputs);
		table_cell(&t, "%s", walk.action);
		table_cell(&t, "%s", walk.why);
	}
	table_print(a, &t);
	return 0;
}

int
nothing_to_do(struct app *a, const struct graph *g)
{
	struct str out = {0};
	struct jw w;
	if (!a->g.quiet)
		(void)fprintf(stderr, "nothing to run: the outputs of %zu node%s exist\n",
			g->n_listed, g->n_listed == 1 ? "" : "s");
	if (!a->g.json)
		return 0;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "run_id", NULL);
	jw_kv_str(&w, "name", NULL);
	jw_kv_str(&w, "status", run_status_name(RUN_OK));
	jw_key(&w, "nodes");
	jw_array(&w);
	jw_end(&w, ']');
	jw_key(&w, "models");
	jw_array(&w);
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
	return 0;
}
