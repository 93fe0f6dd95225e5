/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c pipeline show: the nodes of a pipeline in the order in which they run. Nodes of one layer
 * do not wait for each other. */
#include "cmd/picture.h"

static void
ports_json(struct jw *w, const char *key, const struct spec_port *ports, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, ports[i].dataset);
	jw_end(w, ']');
}

static void
print_json(struct app *a, const struct loaded *l, const int *layers)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "name", l->spec.name);
	jw_kv_str(&w, "description", pipeline_description(a, l->spec.name));
	jw_key(&w, "nodes");
	jw_array(&w);
	for (size_t i = 0; i < l->graph.n_order; i++) {
		const struct spec_node *n = &l->spec.nodes[l->graph.order[i]];
		jw_object(&w);
		jw_kv_str(&w, "name", n->name);
		jw_kv_i64(&w, "layer", layers[i]);
		jw_kv_str(&w, "plugin", n->plugin);
		if (n->command) {
			jw_key(&w, "command");
			yaml_to_json(&w, n->command, false);
		}
		ports_json(&w, "inputs", n->inputs, n->n_inputs);
		ports_json(&w, "outputs", n->outputs, n->n_outputs);
		jw_key(&w, "tags");
		jw_array(&w);
		for (size_t t = 0; t < n->n_tags; t++)
			jw_str(&w, n->tags[t]);
		jw_end(&w, ']');
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static void
ports_cell(struct table *t, const struct spec_port *ports, size_t n)
{
	struct str s = {0};
	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s%s", i ? ", " : "", ports[i].dataset);
	table_cell(t, "%s", n ? s.s : "-");
	str_fini(&s);
}

static void
print_table(struct app *a, const struct loaded *l, const int *layers)
{
	static const char *const head[] = {"LAYER", "NODE", "PLUGIN", "INPUTS", "OUTPUTS"};
	struct table t = {.columns = 5, .right = 1u};
	table_head(&t, head);
	for (size_t i = 0; i < l->graph.n_order; i++) {
		const struct spec_node *n = &l->spec.nodes[l->graph.order[i]];
		table_cell(&t, "%d", layers[i]);
		table_cell(&t, "%s", n->name);
		table_cell(&t, "%s", n->plugin);
		ports_cell(&t, n->inputs, n->n_inputs);
		ports_cell(&t, n->outputs, n->n_outputs);
	}
	table_print(a, &t);
}

static int
run(struct app *a)
{
	struct errs found = {0};
	struct loaded l;
	struct picture p;
	int code = 0;
	if (load_graph(a, a->n_args ? a->args[0] : NULL, &l, &found) < 0) {
		code = report_all(a, &found);
	} else {
		picture_make(&l.arena, &l.graph, &p);
		const int *layers = picture_layers(&l.arena, &p);
		if (a->g.json)
			print_json(a, &l, layers);
		else
			print_table(a, &l, layers);
	}
	loaded_fini(&l);
	return code;
}

static const char *const examples[] = {"mlflow-c pipeline show training",
	"its nodes in execution order", "mlflow-c pipeline show", "those of the default pipeline",
	NULL};
const struct cmd cmd_pipeline_show = {
	.name = "pipeline show",
	.args = "[NAME]",
	.max_args = 1,
	.summary = "The nodes of a pipeline in execution order.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.run = run,
};
