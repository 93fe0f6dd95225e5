/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c node list, node describe: the plugins of the project, and those that came with the program,
 * and what their nodes declare. */
#include "cmd/node.h"

#include <dirent.h>

static const char *
type_name_of(enum mlf_param_type type)
{
	static const char *const names[] = {"?", "int", "float", "str", "bool", "any"};
	return type >= MLF_INT && type <= MLF_ANY ? names[type] : names[0];
}

static void
ports_json(struct jw *w, const char *key, const struct mlf_port *p)
{
	jw_key(w, key);
	jw_array(w);
	for (; p && p->name; p++) {
		jw_object(w);
		jw_kv_str(w, "name", p->name);
		jw_kv_str(w, "kind", dataset_kind_name(p->kind));
		jw_kv_bool(w, "optional", p->flags & MLF_OPTIONAL);
		jw_kv_str(w, "help", p->help);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

static void
node_json(struct jw *w, const struct plugin_info *info, const struct mlf_node *n)
{
	jw_object(w);
	jw_kv_str(w, "name", n->name);
	jw_kv_str(w, "plugin", plugin_path(info));
	jw_kv_bool(w, "shipped", plugin_is_shipped(plugin_path(info)));
	jw_kv_str(w, "hash", plugin_hash(info));
	jw_kv_str(w, "help", n->help);
	ports_json(w, "inputs", n->inputs);
	ports_json(w, "outputs", n->outputs);
	jw_key(w, "params");
	jw_array(w);
	for (const struct mlf_param *p = n->params; p && p->key; p++) {
		jw_object(w);
		jw_kv_str(w, "key", p->key);
		jw_kv_str(w, "type", type_name_of(p->type));
		jw_kv_str(w, "default", p->def);
		if (p->min < p->max) {
			jw_kv_f64(w, "min", p->min);
			jw_kv_f64(w, "max", p->max);
		}
		jw_kv_str(w, "help", p->help);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_end(w, '}');
}

static void
print_ports(const char *title, const struct mlf_port *p)
{
	if (p && p->name)
		(void)printf("\n%s:\n", title);
	for (; p && p->name; p++)
		(void)printf("  %-14s %-6s %s%s\n", p->name, dataset_kind_name(p->kind),
			p->flags & MLF_OPTIONAL ? "(optional) " : "", p->help ? p->help : "");
}

static void
print_node(const struct plugin_info *info, const struct mlf_node *n)
{
	(void)printf("%s: %s\nplugin %s, sha256 %.16s...\n", n->name, n->help ? n->help : "",
		plugin_path(info), plugin_hash(info));
	print_ports("inputs", n->inputs);
	print_ports("outputs", n->outputs);
	if (n->params && n->params->key)
		(void)printf("\nparameters:\n");
	for (const struct mlf_param *p = n->params; p && p->key; p++) {
		(void)printf(
			"  %-14s %-6s %s", p->key, type_name_of(p->type), p->help ? p->help : "");
		if (p->def)
			(void)printf(" (default %s)", p->def[0] ? p->def : "empty");
		else
			(void)printf(" (required)");
		if (p->min < p->max)
			(void)printf(" [%.15g .. %.15g]", p->min, p->max);
		(void)printf("\n");
	}
}

static void
hook_json(struct jw *w, const struct plugin_info *info, const struct mlf_hook *h)
{
	jw_object(w);
	jw_kv_str(w, "hook", h->name);
	jw_kv_str(w, "plugin", plugin_path(info));
	jw_kv_bool(w, "shipped", plugin_is_shipped(plugin_path(info)));
	jw_kv_str(w, "hash", plugin_hash(info));
	jw_kv_str(w, "help", h->help);
	jw_end(w, '}');
}

static int
unknown_plugin(const struct app *a, const char *file, struct err *e)
{
	const char *near = plugin_near(&a->project->arena, a->project, PLUGIN_DIR, file);
	err_set(e, MLC_PLUGIN_UNKNOWN, "there is no plugin `%s`", file);
	if (near)
		return err_help(e, "did you mean `%s`?", near);
	return err_help(e, "see what there is: mlflow-c node list");
}

int
plugin_arg(const struct app *a, const char *arg, struct plugin_arg *out, struct err *e)
{
	const char *colon = strchr(arg, ':');
	size_t len = colon ? (size_t)(colon - arg) : strlen(arg);
	(void)snprintf(out->file, sizeof(out->file), "%.*s", (int)len, arg);
	out->node = colon ? colon + 1 : NULL;
	out->path = str_is_name(out->file)
		? plugin_find(&a->project->arena, a->project, PLUGIN_DIR, out->file)
		: NULL;
	return out->path ? 0 : unknown_plugin(a, out->file, e);
}

static const char *
origin(const struct plugin_info *info)
{
	return plugin_is_shipped(plugin_path(info)) ? "mlflow-c" : "project";
}

static void
list_hooks(const struct app *a, const struct plugin_info *info, const char *file, struct jw *w,
	struct table *t)
{
	const struct mlf_hook *hooks;
	size_t n = plugin_hooks(info, &hooks);
	for (size_t i = 0; i < n; i++) {
		if (a->g.json) {
			hook_json(w, info, &hooks[i]);
			continue;
		}
		table_cell(t, n > 1 ? "%s:%s" : "%s", file, hooks[i].name);
		table_cell(t, "%s", origin(info));
		table_cell(t, "hook: %s", hooks[i].help ? hooks[i].help : "");
	}
}

/* One plugin: rows of a table, or JSON. A plugin that cannot be described is shown with its reason. */
static void
list_plugin(struct app *a, struct arena *arena, const char *file, struct jw *w, struct table *t)
{
	const struct plugin_info *info;
	const struct mlf_node *nodes;
	struct err e = {0};
	const char *path = plugin_find(arena, a->project, PLUGIN_DIR, file);
	if (!path) /* a source of the project's that is not built yet stands before it */
		return;
	if (plugin_describe(a->zygote, arena, a->project, path, &info, &e) == 0) {
		size_t n = plugin_nodes(info, &nodes);
		for (size_t i = 0; i < n; i++) {
			if (a->g.json) {
				node_json(w, info, &nodes[i]);
				continue;
			}
			table_cell(t, n > 1 ? "%s:%s" : "%s", file, nodes[i].name);
			table_cell(t, "%s", origin(info));
			table_cell(t, "%s", nodes[i].help ? nodes[i].help : "");
		}
		list_hooks(a, info, file, w, t);
	} else if (a->g.json) {
		jw_object(w);
		jw_kv_str(w, "plugin", path);
		jw_key(w, "error");
		diag_json(w, &e);
		jw_end(w, '}');
	} else {
		(void)report(a, &e);
	}
}

static void
list_commands(const struct app *a, const struct loaded *l, struct jw *w, struct table *t)
{
	const struct spec_node *n;
	for (size_t i = 0; (n = commands_next(l, &i));) {
		if (a->g.json) {
			command_json(w, n);
			continue;
		}
		table_cell(t, "%s", n->name);
		table_cell(t, "project");
		table_cell(t, "runs %s", n->plugin);
	}
}

static void
list_some(struct app *a, char **names, size_t n, struct jw *w, struct table *t)
{
	struct arena arena = {0};
	for (size_t i = 0; i < n; i++)
		list_plugin(a, &arena, names[i], w, t);
	arena_fini(&arena);
}

static int
list(struct app *a)
{
	struct table t = {.columns = 3};
	struct plugin_names names;
	struct str out = {0};
	struct loaded l;
	struct jw w;
	size_t first = 0;
	plugin_names(a->project, PLUGIN_DIR, &names);
	commands_load(a, &l);
	if (a->g.json) {
		answer_begin(a, &w, &out);
		jw_array(&w);
	}
	if (!names.own && !a->g.quiet && !a->g.json &&
		(!names.n || file_exists(a->project->rootfd, "nodes")))
		(void)fprintf(
			stderr, "no plugins in %s; build them: mlflow-c run --build\n", PLUGIN_DIR);
	if (!a->g.json && (names.n || commands_next(&l, &first))) {
		table_cell(&t, "NODE");
		table_cell(&t, "FROM");
		table_cell(&t, "WHAT IT DOES");
	}
	list_some(a, names.v, names.own, &w, &t);
	list_commands(a, &l, &w, &t);
	list_some(a, names.v + names.own, names.n - names.own, &w, &t);
	plugin_names_fini(&names);
	loaded_fini(&l);
	if (a->g.json) {
		jw_end(&w, ']');
		answer_end(&w, &out);
	} else {
		table_print(a, &t);
	}
	return 0;
}

static void
describe_nodes(
	struct app *a, const struct plugin_info *info, const struct mlf_node *nodes, size_t n)
{
	struct str out = {0};
	struct jw w;
	const struct mlf_hook *hooks;
	size_t n_hooks = plugin_hooks(info, &hooks);
	if (!a->g.json) {
		for (size_t i = 0; i < n; i++) {
			(void)fputs(i ? "\n" : "", stdout);
			print_node(info, &nodes[i]);
		}
		if (n_hooks)
			(void)printf("%shooks:\n", n ? "\n" : "");
		for (size_t i = 0; i < n_hooks; i++)
			(void)printf(
				"  %-14s %s\n", hooks[i].name, hooks[i].help ? hooks[i].help : "");
		return;
	}
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		node_json(&w, info, &nodes[i]);
	for (size_t i = 0; i < n_hooks; i++)
		hook_json(&w, info, &hooks[i]);
	jw_end(&w, ']');
	answer_end(&w, &out);
}

static int
describe(struct app *a)
{
	struct arena arena = {0};
	const struct plugin_info *info;
	const struct mlf_node *nodes = NULL;
	struct plugin_arg arg;
	struct err e = {0};
	size_t n = 1;
	int rc = plugin_arg(a, a->args[0], &arg, &e);
	if (rc < 0 && command_describe(a, a->args[0]))
		return 0;
	if (rc == 0)
		rc = plugin_describe(a->zygote, &arena, a->project, arg.path, &info, &e);
	if (rc == 0 && arg.node)
		nodes = plugin_node(info, arg.node);
	else if (rc == 0)
		n = plugin_nodes(info, &nodes);
	if (rc == 0 && arg.node && !nodes) {
		rc = err_set(
			&e, MLC_PLUGIN_UNKNOWN, "plugin `%s` has no node `%s`", arg.file, arg.node);
		err_help(&e, "its nodes: mlflow-c node describe %s", arg.file);
	}
	if (rc == 0)
		describe_nodes(a, info, nodes, n);
	arena_fini(&arena);
	return rc < 0 ? report(a, &e) : 0;
}

static const char *const list_examples[] = {
	"mlflow-c node list", "every node and what it does", NULL};
static const char *const describe_examples[] = {
	"mlflow-c node describe train", "ports and parameters of one node", NULL};

const struct cmd cmd_node_list = {
	.name = "node list",
	.args = "",
	.summary = "The nodes there are: the project's, and mlflow-c's own.",
	.examples = list_examples,
	.needs = NEEDS_PROJECT | NEEDS_WORKERS,
	.run = list,
};
const struct cmd cmd_node_describe = {
	.name = "node describe",
	.args = "PLUGIN[:NODE]|NODE",
	.min_args = 1,
	.max_args = 1,
	.summary = "Ports and parameters of a node.",
	.examples = describe_examples,
	.needs = NEEDS_PROJECT | NEEDS_WORKERS,
	.run = describe,
};
