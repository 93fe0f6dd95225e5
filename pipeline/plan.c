/* SPDX-License-Identifier: Apache-2.0
 * The plan: the selected nodes with everything they need, checked before anything runs.
 *
 * For each node: its plugin (described by a worker), ports bound to datasets and datasets to catalog
 * entries, parameters typed and completed. Every mistake is collected, each with its place. */
#include "pipeline/plan.h"

#include <sys/stat.h>

#include "pipeline/command.h"
#include "pipeline/hook.h"

struct planner {
	struct arena *a;
	const struct plan_input *in;
	struct plan *plan;
	struct errs *found;
	struct map bound;   /* what `plugin:` says -> a struct plan_node * that has it */
	struct map plugins; /* file -> struct plugin_info *, or &missing */
	int *place;         /* graph node -> plan index, -1 */
};
static const struct plugin_info missing;

static void
report(struct planner *p, struct err *e, const struct place *at, const char *label)
{
	err_at(e, at, label);
	errs_add(p->found, e);
}

/* ---- plugins */

/* A plugin that is older than its source is refused: it would not do what the source says. */
static int
check_fresh(struct planner *p, const char *file, const struct plugin_info *info, struct err *e)
{
	char source[300], hash[HASH_SHA_HEX];
	struct str text = {0};
	struct err ignored;
	(void)snprintf(source, sizeof(source), "nodes/%s.c", file);
	if (!info->source_hash[0] || plugin_is_shipped(info->path) ||
		file_read(p->in->project->rootfd, source, false, &text, &ignored) < 0) {
		str_fini(&text);
		return 0;
	}
	hash_sha256(str_text(&text), text.len, hash);
	str_fini(&text);
	if (str_eq(hash, info->source_hash))
		return 0;
	err_set(e, MLC_PLUGIN_STALE, "plugin %s is older than its source %s", info->path, source);
	return err_help(e, "build it again: mlflow-c run --build");
}

static void
plugin_missing(struct planner *p, const struct spec_node *n, const char *file)
{
	struct err e;
	char source[300];
	struct stat st;
	const char *near = plugin_near(p->a, p->in->project, p->in->plugin_dir, file);
	err_set(&e, MLC_PLUGIN_UNKNOWN, "node `%s` wants plugin `%s`, and there is no %s/%s.so",
		n->name, n->plugin, p->in->plugin_dir, file);
	(void)snprintf(source, sizeof(source), "%s/nodes/%s.c", p->in->project->root, file);
	if (stat(source, &st) == 0)
		err_help(&e, "its source is nodes/%s.c; build it: mlflow-c run --build", file);
	else if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "write it as nodes/%s.c, or see what there is: mlflow-c node list",
			file);
	report(p, &e, &n->plugin_at, "no such plugin");
}

/* The description of the plugin in `file`, made once for all its nodes; NULL after a report. */
static const struct plugin_info *
describe(struct planner *p, const struct spec_node *n, const char *file)
{
	struct err e = {0};
	const struct plugin_info *info = NULL;
	const struct plugin_info *known = map_get(&p->plugins, file);
	if (known)
		return known == &missing ? NULL : known;
	const char *path = plugin_find(p->a, p->in->project, p->in->plugin_dir, file);
	if (!path)
		plugin_missing(p, n, file);
	else if (plugin_describe(p->in->zygote, p->a, p->in->project, path, &info, &e) < 0 ||
		check_fresh(p, file, info, &e) < 0) {
		info = NULL;
		report(p, &e, &n->plugin_at, NULL);
	}
	map_put(&p->plugins, file, (void *)(uintptr_t)(info ? info : &missing));
	return info;
}

/* `plugin: file` or `plugin: file:node`; a plugin with one node needs no name for it. */
static void
bind_plugin(struct planner *p, struct plan_node *node)
{
	const struct spec_node *n = node->spec;
	char file[256];
	const char *colon = strchr(n->plugin, ':');
	size_t len = colon ? (size_t)(colon - n->plugin) : strlen(n->plugin);
	const struct plan_node *like = map_get(&p->bound, n->plugin);
	struct err e;
	if (like) { /* thousands of nodes share a few plugins */
		node->plugin = like->plugin;
		node->def = like->def;
		return;
	}
	(void)snprintf(file, sizeof(file), "%.*s", (int)len, n->plugin);
	if (!str_is_name(file)) {
		err_set(&e, MLC_NAME, "`%s` is no plugin name", n->plugin);
		report(p, &e, &n->plugin_at, NULL);
		return;
	}
	node->plugin = describe(p, n, file);
	if (!node->plugin)
		return;
	node->def = plugin_node(node->plugin, colon ? colon + 1 : file);
	if (!node->def && !colon && node->plugin->n == 1)
		node->def = &node->plugin->nodes[0];
	if (node->def) {
		map_put(&p->bound, n->plugin, node);
		return;
	}
	err_set(&e, MLC_PLUGIN_UNKNOWN, "plugin %s has no node `%s`", node->plugin->path,
		colon ? colon + 1 : file);
	err_help(&e, "its nodes: mlflow-c node describe %s", file);
	report(p, &e, &n->plugin_at, NULL);
}

/* ---- ports and datasets */

const struct mlf_port *
plan_find_port(const struct mlf_port *ports, const struct spec_port *s, size_t index)
{
	size_t i = 0;
	for (; ports && ports->name; ports++, i++)
		if (s->port ? str_eq(ports->name, s->port) : i == index)
			return ports;
	return NULL;
}

static void
unknown_port(struct planner *p, const struct plan_node *node, const struct spec_port *s, bool input)
{
	struct err e;
	struct map names = {0};
	const struct mlf_port *ports = input ? node->def->inputs : node->def->outputs;
	const char *what = input ? "input" : "output";
	struct str list = {0};
	for (; ports && ports->name; ports++) {
		map_put(&names, ports->name, &names);
		str_addf(&list, "%s`%s`", list.len ? ", " : "", ports->name);
	}
	if (s->port)
		err_set(&e, MLC_PORT, "plugin `%s` has no %s port `%s`", node->spec->plugin, what,
			s->port);
	else
		err_set(&e, MLC_PORT, "node `%s` gives more %ss than plugin `%s` has ports",
			node->spec->name, what, node->spec->plugin);
	const char *near = s->port ? map_near(&names, s->port) : NULL;
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "its %s ports: %s", what, list.len ? str_text(&list) : "none");
	report(p, &e, &s->port_at, NULL);
	map_fini(&names);
	str_fini(&list);
}

static void
unknown_dataset(struct planner *p, const struct spec_node *n, const struct spec_port *s)
{
	struct err e;
	struct map written = {0};
	const struct spec *spec = p->in->graph->spec;
	for (size_t i = 0; i < spec->n; i++)
		for (size_t o = 0; o < spec->nodes[i].n_outputs; o++)
			map_put(&written, spec->nodes[i].outputs[o].dataset, &written);
	err_set(&e, MLC_DATASET, "node `%s` reads unknown dataset `%s`", n->name, s->dataset);
	if (p->found->dropped) { /* nobody will see what is like it */
		report(p, &e, &s->at, NULL);
		return;
	}
	const char *near = map_near(&written, s->dataset);
	if (!near)
		near = catalog_near(p->in->catalog, s->dataset);
	if (near)
		err_help(&e, "a dataset with a similar name exists: `%s`", near);
	else
		err_help(&e, "add `%s` to the catalog, or let a node write it", s->dataset);
	report(p, &e, &s->at, "not in the catalog");
	map_fini(&written);
}

/* An entry of kind `path` or a port of kind `path` fits everything that has a file. */
static void
check_kind(struct planner *p, const struct plan_port *port, const struct spec_node *n)
{
	struct err e;
	const struct dataset *d = port->entry;
	if (!d || !d->path || d->kind == port->port->kind || port->port->kind == MLF_PATH)
		return;
	err_set(&e, MLC_PORT, "port `%s` of node `%s` is a %s, and dataset `%s` is a %s (type %s)",
		port->port->name, n->name, dataset_kind_name(port->port->kind), d->name,
		dataset_kind_name(d->kind), d->type->name);
	err_note(&e, "the dataset is at %s:%d:%d", d->at.file, d->at.line, d->at.col);
	report(p, &e, &port->at, NULL);
}

/* True if the node writes the dataset under exactly this name, format and all. */
static bool
writes_as(const struct spec_node *n, const char *dataset)
{
	for (size_t i = 0; i < n->n_outputs; i++)
		if (str_eq(n->outputs[i].dataset, dataset))
			return true;
	return false;
}

static void
unsaved_format(struct planner *p, const struct plan_node *node, const struct plan_port *port,
	const struct spec_node *writer)
{
	struct err e;
	err_set(&e, MLC_DATASET, "node `%s` reads `%s`, which `%s` writes in another format",
		node->spec->name, port->dataset, writer->name);
	err_help(&e, "give `%s` an entry in the catalog with the path of the format written",
		port->dataset);
	report(p, &e, &port->at, "in memory, formats share nothing");
}

static void
bind_input(struct planner *p, struct plan_node *node, struct plan_port *port)
{
	int producer = graph_dataset(p->in->graph, port->dataset)->producer;
	struct err e;
	port->produced = producer >= 0 && p->place[producer] >= 0;
	bool file = port->entry && port->entry->path;
	if (port->produced && !file) {
		const struct spec_node *writer = &p->in->graph->spec->nodes[producer];
		if (!writes_as(writer, port->dataset))
			unsaved_format(p, node, port, writer);
		return;
	}
	if (port->produced || file || port->port->flags & MLF_OPTIONAL)
		return;
	const struct spec_port s = {
		.port = port->port->name, .dataset = port->dataset, .at = port->at};
	if (producer < 0) {
		unknown_dataset(p, node->spec, &s);
		return;
	}
	err_set(&e, MLC_DATASET,
		"node `%s` reads `%s`, which lives in memory and whose producer `%s` "
		"is not selected",
		node->spec->name, port->dataset, p->in->graph->spec->nodes[producer].name);
	err_help(
		&e, "give `%s` an entry in the catalog, or select the producer too", port->dataset);
	report(p, &e, &port->at, NULL);
}

/* Nodes of the plan that read it under this name: others take the file in their own format. */
static int
count_readers(const struct planner *p, const char *dataset)
{
	const struct graph_dataset *d = graph_dataset(p->in->graph, dataset);
	int n = 0;
	for (size_t i = 0; i < d->n_readers; i++) {
		const struct spec_node *reader = &p->in->graph->spec->nodes[d->readers[i]];
		bool same = !d->coded;
		for (size_t k = 0; k < reader->n_inputs && !same; k++)
			same = str_eq(reader->inputs[k].dataset, dataset);
		n += same && p->place[d->readers[i]] >= 0;
	}
	return n;
}

/* An input that stands for parameters: their JSON, at a port that takes text. */
static void
bind_param(struct planner *p, struct plan_node *node, struct plan_port *port)
{
	struct err e;
	const char *key = str_starts(port->dataset, "params:") ? port->dataset + 7 : "";
	const struct ynode *value = project_param(p->in->project, key);
	enum mlf_kind kind = port->port->kind;
	if (kind != MLF_JSON && kind != MLF_TEXT && kind != MLF_BYTES) {
		err_set(&e, MLC_PORT, "port `%s` of node `%s` is a %s and cannot take `%s`",
			port->port->name, node->spec->name, dataset_kind_name(kind), port->dataset);
		err_help(&e, "parameters arrive at json, text and bytes ports");
		report(p, &e, &port->at, NULL);
	} else if (!value) {
		err_set(&e, MLC_PARAM, "node `%s` reads `%s`, and there is no parameter `%s`",
			node->spec->name, port->dataset, key);
		err_help(&e, "add `%s:` to conf/base/parameters.yml", key);
		report(p, &e, &port->at, "not there");
	} else {
		struct str json = {0};
		struct jw w;
		jw_init(&w, &json);
		yaml_to_json(&w, value, false);
		port->value = arena_strdup(p->a, str_text(&json));
		str_fini(&json);
	}
}

static void
check_connected(struct planner *p, const struct plan_node *node, bool input)
{
	const struct mlf_port *port = input ? node->def->inputs : node->def->outputs;
	const struct plan_port *bound = input ? node->inputs : node->outputs;
	size_t n = input ? node->n_inputs : node->n_outputs;
	for (; port && port->name; port++) {
		size_t i = 0;
		while (i < n && bound[i].port != port)
			i++;
		struct err e;
		if (i < n || port->flags & MLF_OPTIONAL)
			continue;
		err_set(&e, MLC_PORT, "node `%s` leaves %s port `%s` (%s) unconnected",
			node->spec->name, input ? "input" : "output", port->name,
			dataset_kind_name(port->kind));
		err_help(&e, "add `%s: DATASET` to its %s", port->name,
			input ? "inputs" : "outputs");
		report(p, &e, &node->spec->at, NULL);
	}
}

/* Only registering makes versions. */
static void
writes_registered(struct planner *p, const struct spec_node *n, const struct plan_port *port)
{
	struct err e;
	err_set(&e, MLC_DATASET, "node `%s` writes `%s`, which is a registered model (%s)", n->name,
		port->dataset, port->entry->path);
	err_help(
		&e, "write a model dataset with a folder, and let the node `register` register it");
	report(p, &e, &port->at, "");
}

static void
bind_ports(struct planner *p, struct plan_node *node, bool input)
{
	const struct spec_node *n = node->spec;
	const struct spec_port *spec = input ? n->inputs : n->outputs;
	size_t count = input ? n->n_inputs : n->n_outputs, used = 0;
	struct plan_port *ports = arena_alloc(p->a, (count + 1) * sizeof(*ports));
	for (size_t i = 0; i < count; i++) {
		const struct mlf_port *def =
			plan_find_port(input ? node->def->inputs : node->def->outputs, &spec[i], i);
		if (!def) {
			unknown_port(p, node, &spec[i], input);
			continue;
		}
		struct plan_port *port = &ports[used++];
		*port = (struct plan_port){
			.port = def, .dataset = spec[i].dataset, .at = spec[i].at};
		if (spec[i].param) {
			bind_param(p, node, port);
			continue;
		}
		port->entry = catalog_find(p->in->catalog, port->dataset, p->found);
		port->contract = project_contract(p->in->project, port->dataset);
		if (port->entry && !port->entry->path)
			port->entry = NULL; /* type: memory is what an entry's absence means */
		check_kind(p, port, n);
		if (!input && port->entry && dataset_is_registered(port->entry))
			writes_registered(p, n, port);
		if (input)
			bind_input(p, node, port);
		else
			port->readers = count_readers(p, port->dataset);
		plan_version(p->a, p->in, port, !input, p->found);
	}
	*(input ? &node->inputs : &node->outputs) = ports;
	*(input ? &node->n_inputs : &node->n_outputs) = used;
	check_connected(p, node, input);
}

/* A dataset in memory has no entry that says what it is: its writer does. */
static bool
kinds_fit(enum mlf_kind written, enum mlf_kind read)
{
	if (written == MLF_TABLE || read == MLF_TABLE)
		return written == read;
	return written == read || written == MLF_PATH || read == MLF_PATH ||
		(written != MLF_MODEL && read != MLF_MODEL);
}

static void
check_reader(struct planner *p, const struct plan_node *reader, const struct plan_node *writer,
	const struct plan_port *out)
{
	struct err e;
	for (size_t k = 0; k < reader->n_inputs; k++) {
		const struct plan_port *in = &reader->inputs[k];
		if (!str_eq(in->dataset, out->dataset) ||
			kinds_fit(out->port->kind, in->port->kind))
			continue;
		err_set(&e, MLC_PORT,
			"port `%s` of node `%s` is a %s, and node `%s` writes `%s` as a %s",
			in->port->name, reader->spec->name, dataset_kind_name(in->port->kind),
			writer->spec->name, out->dataset, dataset_kind_name(out->port->kind));
		report(p, &e, &in->at, NULL);
	}
}

/* Checks what the readers of a dataset in memory take it for, and that it can be a file's name. */
static void
check_memory(struct planner *p, const struct plan_node *writer, const struct plan_port *out)
{
	const struct graph_dataset *d = graph_dataset(p->in->graph, out->dataset);
	struct err e;
	if (out->entry)
		return;
	if (out->port->kind != MLF_TABLE && !str_is_name(out->dataset)) {
		err_set(&e, MLC_NAME,
			"dataset `%s` may hold only letters, digits, _ . and - unless the catalog "
			"says where it is",
			out->dataset);
		report(p, &e, &out->at, NULL);
	}
	for (size_t i = 0; i < d->n_readers; i++)
		if (p->place[d->readers[i]] >= 0)
			check_reader(p, &p->plan->nodes[p->place[d->readers[i]]], writer, out);
}

/* ---- who waits for whom, within the plan */

static void
link_pair(struct planner *p, struct plan_node *node, int then)
{
	int at = p->place[then];
	if (at < 0)
		return;
	node->next[node->n_next++] = at;
	p->plan->nodes[at].blockers++;
}

static void
link_nodes(struct planner *p)
{
	const struct graph *g = p->in->graph;
	for (size_t i = 0; i < p->plan->n; i++) {
		struct plan_node *node = &p->plan->nodes[i];
		size_t room = 0;
		for (size_t o = 0; o < node->spec->n_outputs; o++)
			room += graph_dataset(g, node->spec->outputs[o].dataset)->n_readers;
		node->next = arena_alloc(p->a, (room + g->n_waits + 1) * sizeof(*node->next));
		for (size_t o = 0; o < node->spec->n_outputs; o++) {
			const struct graph_dataset *d =
				graph_dataset(g, node->spec->outputs[o].dataset);
			for (size_t r = 0; r < d->n_readers; r++)
				link_pair(p, node, d->readers[r]);
		}
		for (size_t w = 0; w < g->n_waits; w++)
			if (g->waits[w].first == (int)(node->spec - g->spec->nodes))
				link_pair(p, node, g->waits[w].then);
	}
}

/* Everything but the plugins, which programs beside them ask for the kinds of their ports. */
static void
bind_node(struct planner *p, struct plan_node *node)
{
	const struct command_in c = {p->a, p->in, p->plan, p->place, p->found};
	if (node->spec->command ? command_bind(&c, node) < 0 : !node->def)
		return;
	bind_ports(p, node, true);
	bind_ports(p, node, false);
	plan_params(p->a, p->in->project, node, p->found);
	if (node->spec->command)
		command_types(&c, node);
}

int
plan_make(struct arena *a, const struct plan_input *in, struct plan *out, struct errs *found)
{
	struct planner p = {.a = a, .in = in, .plan = out, .found = found};
	const struct graph *g = in->graph;
	size_t before = found->n;
	*out = (struct plan){
		.project = in->project, .catalog = in->catalog, .graph = g, .n = g->n_order};
	out->nodes = arena_alloc(a, (out->n + 1) * sizeof(*out->nodes));
	p.place = mem_alloc((g->spec->n + 1) * sizeof(*p.place));
	memset(p.place, -1, g->spec->n * sizeof(*p.place));
	for (size_t i = 0; i < out->n; i++)
		p.place[g->order[i]] = (int)i;
	for (size_t i = 0; i < out->n; i++) {
		out->nodes[i].spec = &g->spec->nodes[g->order[i]];
		if (!out->nodes[i].spec->command)
			bind_plugin(&p, &out->nodes[i]);
	}
	for (size_t i = 0; i < out->n; i++)
		bind_node(&p, &out->nodes[i]);
	link_nodes(&p);
	for (size_t i = 0; i < out->n; i++)
		for (size_t o = 0; o < out->nodes[i].n_outputs; o++)
			check_memory(&p, &out->nodes[i], &out->nodes[i].outputs[o]);
	plan_check_versions(a, in, found);
	hooks_load(a, in, out, found);
	map_fini(&p.bound);
	map_fini(&p.plugins);
	free(p.place);
	return found->n == before ? 0 : -1;
}
