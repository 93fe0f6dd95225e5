/* SPDX-License-Identifier: Apache-2.0
 * What pipeline.yml says: the nodes of one pipeline, with the place of everything.
 *
 *	training: {description: ..., nodes: [{name, plugin, inputs, outputs, params, ...}]}
 *	full:     {include: [data, training]}
 *	__default__: full        (or a map like the others)
 *
 * Includes are flattened here; the rest of the room never hears of them. */
#include "pipeline/pipeline.h"

struct node_keys { /* the YAML of a node, before it becomes a spec_node */
	const char *name, *plugin, *params, *description, *namespace_;
	struct ynode *inputs, *outputs, *tags, *resources;
	int64_t retries, timeout_ms;
};
static const struct yfield node_fields[] = {
	{"name", YF_STR, true, offsetof(struct node_keys, name), "unique name of the node"},
	{"plugin", YF_STR, false, offsetof(struct node_keys, plugin),
		"plugin, or plugin:node, if not named like the node"},
	{"description", YF_STR, false, offsetof(struct node_keys, description), "what it is for"},
	{"inputs", YF_NODE, false, offsetof(struct node_keys, inputs), "port: dataset"},
	{"outputs", YF_NODE, false, offsetof(struct node_keys, outputs), "port: dataset"},
	{"tags", YF_NODE, false, offsetof(struct node_keys, tags), "list of tags"},
	{"params", YF_STR, false, offsetof(struct node_keys, params), "key of its parameters"},
	{"retries", YF_INT, false, offsetof(struct node_keys, retries), "times to try again"},
	{"timeout", YF_DURATION, false, offsetof(struct node_keys, timeout_ms), "longest time"},
	{"resources", YF_NODE, false, offsetof(struct node_keys, resources), "memory"},
	{0},
};
struct resource_keys {
	int64_t memory;
};
static const struct yfield resource_fields[] = {
	{"memory", YF_SIZE, false, offsetof(struct resource_keys, memory), "limit, such as 2GiB"},
	{0},
};
struct pipeline_keys {
	const char *description;
	struct ynode *nodes, *include;
};
static const struct yfield pipeline_fields[] = {
	{"description", YF_STR, false, offsetof(struct pipeline_keys, description),
		"what it is for"},
	{"nodes", YF_NODE, false, offsetof(struct pipeline_keys, nodes), "list of nodes"},
	{"include", YF_NODE, false, offsetof(struct pipeline_keys, include), "list of pipelines"},
	{0},
};

struct loader {
	struct arena *a;
	const struct project *p;
	struct errs *found;
	struct spec *spec;
	size_t cap;
	struct map taken;       /* pipelines already flattened in */
	const char *within[32]; /* includes being followed, for a cycle */
	int depth;
};

static void
report(struct loader *l, struct err *e, const struct place *at, const char *label)
{
	err_at(e, at, label);
	errs_add(l->found, e);
}

static void
want_kind(struct loader *l, const struct ynode *n, const char *what, const char *wanted)
{
	struct err e;
	err_set(&e, MLC_CONF_TYPE, "%s must be %s, not %s", what, wanted, yaml_kind_name(n->kind));
	report(l, &e, &n->at, NULL);
}

/* A scalar, a list or a map of datasets. */
static void
read_ports(struct loader *l, const struct ynode *n, struct spec_port **out, size_t *n_out)
{
	if (!n || n->kind == Y_NULL)
		return;
	size_t count = n->kind == Y_LIST || n->kind == Y_MAP ? n->n : 1;
	struct spec_port *ports = arena_alloc(l->a, (count + 1) * sizeof(*ports));
	for (size_t i = 0; i < count; i++) {
		const struct ynode *v = n->kind == Y_LIST ? n->u.items[i]
			: n->kind == Y_MAP                ? n->u.pairs[i].value
							  : n;
		ports[i].port = n->kind == Y_MAP ? n->u.pairs[i].key : NULL;
		ports[i].dataset = yaml_str(v);
		ports[i].at = v->at;
		if (!ports[i].dataset)
			want_kind(l, v, "a dataset", "a name");
	}
	*out = ports;
	*n_out = count;
}

static void
read_tags(struct loader *l, const struct ynode *n, struct spec_node *out)
{
	if (!n || n->kind == Y_NULL)
		return;
	size_t count = n->kind == Y_LIST ? n->n : 1;
	out->tags = arena_alloc(l->a, (count + 1) * sizeof(*out->tags));
	for (size_t i = 0; i < count; i++) {
		const struct ynode *v = n->kind == Y_LIST ? n->u.items[i] : n;
		if (yaml_str(v))
			out->tags[out->n_tags++] = yaml_str(v);
		else
			want_kind(l, v, "a tag", "a name");
	}
}

static struct place
place_of(const struct ynode *map, const char *key, struct place otherwise)
{
	const struct ynode *n = yaml_get(map, key);
	return n ? n->at : otherwise;
}

static void
add_node(struct loader *l, const char *pipeline, const struct ynode *n)
{
	struct node_keys k = {0};
	struct resource_keys r = {0};
	struct spec *s = l->spec;
	struct err e;
	if (n->kind != Y_MAP) {
		want_kind(l, n, "a node", "a map");
		return;
	}
	/* after a mistake we go on, to find the others */
	(void)!yaml_fill(n, node_fields, &k, "a node", l->found);
	if (k.resources)
		(void)!yaml_fill(k.resources, resource_fields, &r, "resources", l->found);
	if (!k.name)
		return;
	struct place at = place_of(n, "name", n->at);
	if (k.retries < 0) {
		struct place there = place_of(n, "retries", at);
		err_set(&e, MLC_CONF_VALUE, "`retries` of node `%s` cannot be negative", k.name);
		report(l, &e, &there, NULL);
	}
	if (!str_is_name(k.name)) {
		err_set(&e, MLC_NAME, "node name `%s` may hold only letters, digits, _ . and -",
			k.name);
		report(l, &e, &at, NULL);
		return;
	}
	s->nodes = mem_grow(s->nodes, &l->cap, s->n + 1, sizeof(*s->nodes));
	struct spec_node *out = &s->nodes[s->n++];
	*out = (struct spec_node){.name = k.name,
		.plugin = k.plugin ? k.plugin : k.name,
		.pipeline = pipeline,
		.params = k.params,
		.params_at = place_of(n, "params", at),
		.retries = k.retries,
		.timeout_ms = k.timeout_ms,
		.memory = r.memory,
		.at = at,
		.plugin_at = place_of(n, "plugin", at)};
	read_ports(l, k.inputs, &out->inputs, &out->n_inputs);
	read_ports(l, k.outputs, &out->outputs, &out->n_outputs);
	read_tags(l, k.tags, out);
}

static void add_pipeline(struct loader *l, const char *name, const struct place *asked_at);

static void
unknown_pipeline(struct loader *l, const char *name, const struct place *at)
{
	struct err e;
	struct map names = {0};
	struct str list = {0};
	const struct ynode *all = l->p->pipelines;
	for (size_t i = 0; i < all->n; i++) {
		map_put(&names, all->u.pairs[i].key, l);
		str_addf(&list, "%s`%s`", i ? ", " : "", all->u.pairs[i].key);
	}
	err_set(&e, MLC_PIPELINE, "there is no pipeline `%s`", name);
	const char *near = map_near(&names, name);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else if (all->n == 0)
		err_help(&e, "describe it in conf/base/pipeline.yml");
	else
		err_help(&e, "there are %s", list.s);
	str_fini(&list);
	if (at)
		err_at(&e, at, NULL);
	errs_add(l->found, &e);
	map_fini(&names);
}

static void
add_includes(struct loader *l, const struct ynode *list)
{
	size_t n = list->kind == Y_LIST ? list->n : 1;
	for (size_t i = 0; i < n; i++) {
		const struct ynode *v = list->kind == Y_LIST ? list->u.items[i] : list;
		if (yaml_str(v))
			add_pipeline(l, yaml_str(v), &v->at);
		else
			want_kind(l, v, "an included pipeline", "a name");
	}
}

/* True, with a report, if the pipeline is being followed already. */
static bool
circular(struct loader *l, const char *name, const struct place *at)
{
	struct err e;
	struct str path = {0};
	for (int i = 0; i < l->depth; i++) {
		if (!str_eq(l->within[i], name))
			continue;
		for (int j = i; j < l->depth; j++)
			str_addf(&path, "%s -> ", l->within[j]);
		err_set(&e, MLC_CYCLE, "pipelines include each other: %s%s", path.s, name);
		report(l, &e, at, NULL);
		str_fini(&path);
		return true;
	}
	if (l->depth == 32) {
		err_set(&e, MLC_CYCLE, "pipelines are included more than 32 deep");
		report(l, &e, at, NULL);
		return true;
	}
	return false;
}

static void
add_pipeline(struct loader *l, const char *name, const struct place *asked_at)
{
	const struct ypair *pair = yaml_pair(l->p->pipelines, name);
	struct pipeline_keys k = {0};
	if (!pair) {
		unknown_pipeline(l, name, asked_at);
		return;
	}
	if (circular(l, name, asked_at ? asked_at : &pair->at) || !map_put(&l->taken, name, l))
		return;
	if (yaml_str(pair->value)) { /* another name for a pipeline */
		add_pipeline(l, yaml_str(pair->value), &pair->value->at);
		return;
	}
	if (pair->value->kind != Y_MAP) {
		want_kind(l, pair->value, "a pipeline", "a map");
		return;
	}
	(void)!yaml_fill(pair->value, pipeline_fields, &k, "a pipeline", l->found);
	l->within[l->depth++] = name;
	if (k.include && k.include->kind != Y_NULL)
		add_includes(l, k.include);
	l->depth--;
	if (k.nodes && k.nodes->kind != Y_LIST && k.nodes->kind != Y_NULL)
		want_kind(l, k.nodes, "`nodes`", "a list");
	else if (k.nodes)
		for (size_t i = 0; i < k.nodes->n; i++)
			add_node(l, pair->key, k.nodes->u.items[i]);
}

int
pipeline_load(struct arena *a, const struct project *p, const char *name, struct spec *out,
	struct errs *found)
{
	struct loader l = {.a = a, .p = p, .found = found, .spec = out};
	size_t before = found->n;
	*out = (struct spec){.name = name ? name : "__default__"};
	if (name || yaml_get(p->pipelines, "__default__"))
		add_pipeline(&l, out->name, NULL);
	else
		for (size_t i = 0; i < p->pipelines->n; i++)
			add_pipeline(&l, p->pipelines->u.pairs[i].key, NULL);
	struct spec_node *nodes = arena_alloc(a, (out->n + 1) * sizeof(*nodes));
	if (out->n)
		memcpy(nodes, out->nodes, out->n * sizeof(*nodes));
	free(out->nodes);
	out->nodes = nodes;
	map_fini(&l.taken);
	if (found->n == before && out->n == 0) {
		struct err e;
		err_set(&e, MLC_EMPTY, "pipeline `%s` has no nodes", out->name);
		err_help(&e, "describe some under `nodes:` in conf/base/pipeline.yml");
		errs_add(found, &e);
	}
	return found->n == before ? 0 : -1;
}
