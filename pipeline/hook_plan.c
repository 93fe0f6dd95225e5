/* SPDX-License-Identifier: Apache-2.0
 * `hooks:` of mlflow-c.yml: which hooks there are, checked before anything runs.
 *
 *	hooks:
 *	  - {on: [after_run, on_run_error], command: [sh, tell.sh], timeout: 10s}
 *	  - {on: before_save, plugin: guard, datasets: ["loans*"], required: true}
 */
#include "pipeline/hook.h"

#include <fnmatch.h>
#include <unistd.h>

#include "pipeline/plan.h"
#include "pipeline/program.h"

#define TIMEOUT_MS 60000

static const char *const point_names[HOOK_POINTS] = {"before_run", "after_run", "on_run_error",
	"before_node", "after_node", "on_node_error", "before_load", "after_load", "before_save",
	"after_save"};

/* Points at which the runner calls them: there is no worker of the node, or not any more. */
#define RUNNER_POINTS (1 << BEFORE_RUN | 1 << AFTER_RUN | 1 << ON_RUN_ERROR | 1 << ON_NODE_ERROR)

const char *
hook_point_name(enum hook_point point)
{
	return point_names[point];
}

struct hook_keys {
	const char *plugin;
	struct ynode *on, *command, *nodes, *tags, *datasets;
	int64_t timeout_ms;
	bool required;
};
static const struct yfield hook_fields[] = {
	{"on", YF_NODE, true, offsetof(struct hook_keys, on), "when: before_run, after_node ..."},
	{"command", YF_NODE, false, offsetof(struct hook_keys, command), "program and arguments"},
	{"plugin", YF_STR, false, offsetof(struct hook_keys, plugin), "plugin, or plugin:hook"},
	{"nodes", YF_NODE, false, offsetof(struct hook_keys, nodes), "only at these nodes"},
	{"tags", YF_NODE, false, offsetof(struct hook_keys, tags), "only at nodes with a tag"},
	{"datasets", YF_NODE, false, offsetof(struct hook_keys, datasets),
		"only at these datasets"},
	{"timeout", YF_DURATION, false, offsetof(struct hook_keys, timeout_ms), "longest time"},
	{"required", YF_BOOL, false, offsetof(struct hook_keys, required),
		"if it fails, so does the node or the run"},
	{0},
};

struct loader {
	struct arena *a;
	const struct plan_input *in;
	struct errs *found;
	const struct ynode *at; /* the hook at hand */
	/* Of all nodes of all pipelines, once a filter asks; whole: all of them could be read. */
	struct map nodes, tags;
	bool looked, whole;
};

static void
report(struct loader *l, struct err *e, const struct place *at, const char *label)
{
	err_at(e, at, label);
	errs_add(l->found, e);
}

/* A text, or a list of them; NULL if there is none, or after a report. */
static const char **
texts(struct loader *l, const struct ynode *n, const char *what, size_t *n_out)
{
	struct err e;
	*n_out = 0;
	if (!n || n->kind == Y_NULL)
		return NULL;
	size_t count = n->kind == Y_LIST ? n->n : 1;
	const char **list = arena_alloc(l->a, (count + 1) * sizeof(*list));
	for (size_t i = 0; i < count; i++) {
		const struct ynode *v = n->kind == Y_LIST ? n->u.items[i] : n;
		if (yaml_str(v)) {
			list[(*n_out)++] = yaml_str(v);
			continue;
		}
		err_set(&e, MLC_CONF_TYPE, "%s must be a text, not %s", what,
			yaml_kind_name(v->kind));
		report(l, &e, &v->at, NULL);
	}
	return list;
}

static void
read_points(struct loader *l, const struct ynode *on, struct hook *h)
{
	size_t n;
	const char **names = texts(l, on, "`on`", &n);
	for (size_t i = 0; i < n; i++) {
		struct map all = {0};
		struct err e;
		bool known = false;
		for (int p = 0; p < HOOK_POINTS; p++) {
			map_put(&all, point_names[p], l);
			if (str_eq(names[i], point_names[p])) {
				h->points |= 1 << p;
				known = true;
			}
		}
		const char *near = map_near(&all, names[i]);
		if (!known) {
			err_set(&e, MLC_CONF_VALUE, "there is no point `%s` in a run", names[i]);
			if (near)
				err_help(&e, "did you mean `%s`?", near);
			else
				err_help(&e,
					"before_ and after_ run, node, load, save; "
					"on_run_error, on_node_error");
			report(l, &e, on->kind == Y_LIST ? &on->u.items[i]->at : &on->at, NULL);
		}
		map_fini(&all);
	}
}

/* Files of the project are given by absolute paths, as to nodes. */
static void
read_command(struct loader *l, const struct ynode *list, struct hook *h)
{
	struct err e;
	struct str json = {0};
	struct jw w;
	size_t n;
	const char **argv = texts(l, list, "an argument of `command`", &n);
	const struct project *p = l->in->project;
	if (list->kind != Y_LIST || n == 0 || n < list->n) {
		err_set(&e, MLC_CONF_TYPE, "`command` must be a list: the program, its arguments");
		if (list->kind != Y_LIST || n == 0)
			report(l, &e, &list->at, NULL);
		return;
	}
	h->program = program_find(l->a, p->root, argv[0]);
	h->name = argv[0];
	if (!h->program) {
		err_set(&e, MLC_PROGRAM, "a hook runs `%s`, and there is no such program", argv[0]);
		err_help(&e, "install it, or give its path from the folder of the project");
		report(l, &e, &list->u.items[0]->at, NULL);
	}
	jw_init(&w, &json);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		int fd = i == 0 ? -1 : program_file(p->rootfd, argv[i]);
		if (fd >= 0) {
			close(fd);
			h->name = argv[i]; /* `tell.sh` says more than `sh` */
		}
		jw_str(&w, fd < 0 ? argv[i] : arena_printf(l->a, "%s/%s", p->root, argv[i]));
	}
	jw_end(&w, ']');
	h->argv = arena_strdup(l->a, str_text(&json));
	str_fini(&json);
}

static void
read_plugin(struct loader *l, const char *plugin, const struct place *at, struct hook *h)
{
	struct err e = {0};
	const struct plugin_info *info;
	const char *colon = strchr(plugin, ':');
	const char *file = colon ? arena_strndup(l->a, plugin, (size_t)(colon - plugin)) : plugin;
	const char *dir = l->in->plugin_dir;
	const char *path = str_is_name(file) ? plugin_find(l->a, l->in->project, dir, file) : NULL;
	h->name = plugin;
	if (!path) {
		err_set(&e, MLC_PLUGIN_UNKNOWN,
			"a hook wants plugin `%s`, and there is no %s/%s.so", plugin, dir, file);
		err_help(&e, "write it as nodes/%s.c and build it: mlflow-c run --build", file);
	} else if (plugin_describe(l->in->zygote, l->a, l->in->project, path, &info, &e) == 0) {
		const char *name = colon     ? colon + 1
			: info->n_hooks == 1 ? info->hooks[0].name
					     : file;
		const struct mlf_hook *def = plugin_hook(info, name);
		h->def = def ? def->name : NULL;
		h->plugin = path;
		h->plugin_id = info->id;
		h->plugin_hash = info->hash;
		if (!h->def)
			err_set(&e, MLC_PLUGIN_UNKNOWN, "plugin %s has no hook `%s`", path, name);
	}
	if (e.code)
		report(l, &e, at, NULL);
}

/* The patterns for datasets, which are looked at in the worker. */
static void
read_datasets(struct loader *l, const struct ynode *n, struct hook *h)
{
	struct str json = {0};
	struct jw w;
	size_t count;
	const char **names = texts(l, n, "a dataset", &count);
	if (!names)
		return;
	jw_init(&w, &json);
	jw_array(&w);
	for (size_t i = 0; i < count; i++)
		jw_str(&w, names[i]);
	jw_end(&w, ']');
	h->datasets = arena_strdup(l->a, str_text(&json));
	str_fini(&json);
}

/* ---- filters that let nothing pass */

/* Finds out which names and tags there are; false if not all pipelines can be read, which others complain of. */
static bool
know_nodes(struct loader *l)
{
	const struct ynode *pipelines = l->in->project->pipelines;
	struct errs found = {0};
	if (l->looked)
		return l->whole;
	for (size_t i = 0; pipelines && i < pipelines->n; i++) {
		struct spec spec = {0};
		const char *name = pipelines->u.pairs[i].key;
		if (pipeline_load(l->a, l->in->project, name, &spec, &found) < 0)
			break;
		for (size_t k = 0; k < spec.n; k++) {
			map_put(&l->nodes, spec.nodes[k].name, l);
			for (size_t t = 0; t < spec.nodes[k].n_tags; t++)
				map_put(&l->tags, spec.nodes[k].tags[t], l);
		}
	}
	l->looked = true;
	l->whole = found.n == 0;
	errs_fini(&found);
	return l->whole;
}

static bool
finds_one(const char *pattern, const struct map *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (fnmatch(pattern, names->keys[i], 0) == 0)
			return true;
	return false;
}

/* A hook for nodes that are nowhere would wait in silence. */
static void
check_filter(struct loader *l, const struct ynode *list, const struct map *known)
{
	bool tags = known == &l->tags;
	size_t n = !list || list->kind == Y_NULL ? 0 : list->kind == Y_LIST ? list->n : 1;
	for (size_t i = 0; i < n && know_nodes(l); i++) {
		const struct ynode *v = list->kind == Y_LIST ? list->u.items[i] : list;
		const char *name = yaml_str(v), *near;
		struct err e;
		if (!name || finds_one(name, known))
			continue;
		near = map_near(known, name);
		err_set(&e, MLC_CONF_VALUE, "a hook is for %s `%s`, and no pipeline has %s",
			tags ? "nodes with the tag" : "node", name,
			tags ? "a node with it" : "such a node");
		if (near)
			err_help(&e, "did you mean `%s`?", near);
		else
			err_help(&e, "the nodes of a pipeline: mlflow-c pipeline show NAME");
		report(l, &e, &v->at, NULL);
	}
}

static void
read_hook(struct loader *l, const struct ynode *n, struct hook *h)
{
	struct hook_keys k = {.timeout_ms = TIMEOUT_MS};
	struct err e;
	l->at = n;
	if (n->kind != Y_MAP) {
		err_set(&e, MLC_CONF_TYPE, "a hook must be a map, not %s", yaml_kind_name(n->kind));
		report(l, &e, &n->at, NULL);
		return;
	}
	(void)!yaml_fill(n, hook_fields, &k, "a hook", l->found); /* go on, to find the others */
	h->timeout_ms = k.timeout_ms;
	h->required = k.required;
	if (k.on)
		read_points(l, k.on, h);
	h->nodes = texts(l, k.nodes, "a node", &h->n_nodes);
	h->tags = texts(l, k.tags, "a tag", &h->n_tags);
	check_filter(l, k.nodes, &l->nodes);
	check_filter(l, k.tags, &l->tags);
	read_datasets(l, k.datasets, h);
	if (!k.command == !k.plugin) {
		err_set(&e, MLC_CONF_VALUE, "a hook has either a `command` or a `plugin`");
		report(l, &e, &n->at, NULL);
	} else if (k.command)
		read_command(l, k.command, h);
	else
		read_plugin(l, k.plugin, &yaml_get(n, "plugin")->at, h);
}

void
hooks_load(struct arena *a, const struct plan_input *in, struct plan *out, struct errs *found)
{
	struct loader l = {.a = a, .in = in, .found = found};
	const struct ynode *list = yaml_get(in->project->settings, "hooks");
	if (!list || list->kind != Y_LIST || list->n == 0)
		return;
	struct hook *hooks = arena_alloc(a, list->n * sizeof(*hooks));
	for (size_t i = 0; i < list->n; i++)
		read_hook(&l, list->u.items[i], &hooks[i]);
	map_fini(&l.nodes);
	map_fini(&l.tags);
	out->hooks = hooks;
	out->n_hooks = list->n;
}

/* ---- which of them */

static bool
any_matches(const char **patterns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(patterns[i], name, 0) == 0)
			return true;
	return false;
}

/* A filter that is not there lets everything pass. */
static bool
wants_node(const struct hook *h, const struct spec_node *n)
{
	bool tagged = !h->tags;
	for (size_t i = 0; i < n->n_tags && !tagged; i++)
		tagged = any_matches(h->tags, h->n_tags, n->tags[i]);
	return tagged && (!h->nodes || any_matches(h->nodes, h->n_nodes, n->name));
}

static struct hook *
select_hooks(struct arena *a, const struct plan *p, int64_t points, const struct plan_node *node,
	size_t *n)
{
	struct hook *list = NULL;
	*n = 0;
	for (size_t i = 0; i < p->n_hooks; i++) {
		const struct hook *h = &p->hooks[i];
		if (!(h->points & points) || (node && !wants_node(h, node->spec)))
			continue;
		if (!list)
			list = arena_alloc(a, p->n_hooks * sizeof(*list));
		list[(*n)++] = *h;
	}
	return list;
}

struct hook *
hooks_of(struct arena *a, const struct plan *p, const struct plan_node *node, size_t *n)
{
	return select_hooks(a, p, ~(int64_t)RUNNER_POINTS, node, n);
}

struct hook *
hooks_at(struct arena *a, const struct plan *p, enum hook_point point, const struct plan_node *node,
	size_t *n)
{
	return select_hooks(a, p, 1 << point, node, n);
}
