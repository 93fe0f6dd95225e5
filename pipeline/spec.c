/* SPDX-License-Identifier: Apache-2.0
 * What pipeline.yml says: the nodes of one pipeline, with the place of everything.
 *
 *	training: {description: ..., nodes: [{name, plugin, inputs, outputs, params, ...}]}
 *	full:     {include: [data, {pipeline: training, namespace: nightly, ...}]}
 *	__default__: full        (or a map like the others)
 *
 * Includes are flattened here; the rest of the room never hears of them. An include that maps nothing
 * is a union, so a pipeline reached twice is there once; one that maps names makes nodes of its own.
 * Names are final when pipeline_load returns: expand.c made the copies, include.c the prefixes. */
#include "pipeline/spec.h"

struct node_keys { /* the YAML of a node, before it becomes a spec_node */
	const char *name, *plugin, *params, *description, *namespace_;
	struct ynode *inputs, *outputs, *tags, *resources, *confirms, *command, *types;
	int64_t retries, timeout_ms;
};
static const struct yfield node_fields[] = {
	{"name", YF_STR, true, offsetof(struct node_keys, name), "unique name of the node"},
	{"plugin", YF_STR, false, offsetof(struct node_keys, plugin),
		"plugin, or plugin:node, if not named like the node"},
	{"command", YF_NODE, false, offsetof(struct node_keys, command),
		"program and arguments, instead of a plugin"},
	{"types", YF_NODE, false, offsetof(struct node_keys, types),
		"of a command: port in memory: dataset type"},
	{"description", YF_STR, false, offsetof(struct node_keys, description), "what it is for"},
	{"inputs", YF_NODE, false, offsetof(struct node_keys, inputs), "port: dataset"},
	{"outputs", YF_NODE, false, offsetof(struct node_keys, outputs), "port: dataset"},
	{"namespace", YF_STR, false, offsetof(struct node_keys, namespace_), "prefix of its name"},
	{"confirms", YF_NODE, false, offsetof(struct node_keys, confirms), "datasets it confirms"},
	{"tags", YF_NODE, false, offsetof(struct node_keys, tags), "list of tags"},
	{"params", YF_STR, false, offsetof(struct node_keys, params), "key of its parameters"},
	{"retries", YF_INT, false, offsetof(struct node_keys, retries), "times to try again"},
	{"timeout", YF_DURATION, false, offsetof(struct node_keys, timeout_ms), "longest time"},
	{"resources", YF_NODE, false, offsetof(struct node_keys, resources), "cpus, memory"},
	{0},
};
struct resource_keys {
	int64_t memory, cpus;
};
static const struct yfield resource_fields[] = {
	{"memory", YF_SIZE, false, offsetof(struct resource_keys, memory), "limit, such as 2GiB"},
	{"cpus", YF_INT, false, offsetof(struct resource_keys, cpus), "places of --jobs"},
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

void
spec__report(struct loader *l, struct err *e, const struct place *at, const char *label)
{
	err_at(e, at, label);
	errs_add(l->found, e);
}

void
spec__want(struct loader *l, const struct ynode *n, const char *what, const char *wanted)
{
	struct err e;
	err_set(&e, MLC_CONF_TYPE, "%s must be %s, not %s", what, wanted, yaml_kind_name(n->kind));
	spec__report(l, &e, &n->at, NULL);
}

bool
spec__made(struct loader *l, const struct place *at)
{
	struct err e;
	if (l->made++ < SPEC_MADE_MAX)
		return true;
	if (!l->too_many) {
		err_set(&e, MLC_YAML_LIMIT,
			"foreach, matrix and mapped includes make more than %d nodes",
			SPEC_MADE_MAX);
		spec__report(l, &e, at, NULL);
	}
	l->too_many = true;
	return false;
}

/* ---- names of datasets */

bool
spec__is_param(const char *dataset)
{
	return str_starts(dataset, "params:") || str_eq(dataset, "parameters");
}

const char *
spec__base(struct arena *a, const char *dataset)
{
	const char *at = spec__is_param(dataset) ? NULL : strchr(dataset, '@');
	return at ? arena_strndup(a, dataset, (size_t)(at - dataset)) : dataset;
}

void
spec__port(struct loader *l, struct spec_port *port)
{
	struct err e = {0};
	const char *format = strchr(port->dataset, '@');
	port->param = spec__is_param(port->dataset);
	port->base = spec__base(l->a, port->dataset);
	if (port->param) {
		if (str_eq(port->dataset, "params:"))
			err_set(&e, MLC_NAME, "`params:` names no parameter");
	} else if (!str_is_name(port->base)) {
		err_set(&e, MLC_NAME, "`%s` cannot be the name of a dataset", port->dataset);
		err_help(&e, "use up to 128 letters, digits, `_`, `-` and `.`");
	} else if (format && !str_is_name(format + 1)) {
		err_set(&e, MLC_NAME, "`%s`: one `@` and the name of a format may follow a dataset",
			port->dataset);
	}
	if (e.code)
		spec__report(l, &e, &port->at, NULL);
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
		ports[i].dataset = yaml_str(v) ? yaml_str(v) : "-";
		ports[i].at = v->at;
		ports[i].port_at = n->kind == Y_MAP ? n->u.pairs[i].at : v->at;
		if (!yaml_str(v))
			spec__want(l, v, "a dataset", "a name");
		spec__port(l, &ports[i]);
	}
	*out = ports;
	*n_out = count;
}

/* Parameters are nothing a node could write or confirm. */
static void
refuse_params(struct loader *l, const struct spec_port *ports, size_t n)
{
	struct err e;
	for (size_t i = 0; i < n; i++)
		if (ports[i].param) {
			err_set(&e, MLC_CONF_VALUE, "`%s` is a parameter, and can only be read",
				ports[i].dataset);
			spec__report(l, &e, &ports[i].at, NULL);
		}
}

void
spec__texts(
	struct loader *l, const struct ynode *n, const char *what, const char ***out, size_t *n_out)
{
	if (!n || n->kind == Y_NULL)
		return;
	size_t count = n->kind == Y_LIST ? n->n : 1;
	const char **texts = arena_alloc(l->a, (*n_out + count + 1) * sizeof(*texts));
	if (*n_out)
		memcpy(texts, *out, *n_out * sizeof(*texts));
	for (size_t i = 0; i < count; i++) {
		const struct ynode *v = n->kind == Y_LIST ? n->u.items[i] : n;
		if (yaml_str(v))
			texts[(*n_out)++] = yaml_str(v);
		else
			spec__want(l, v, what, "a name");
	}
	*out = texts;
}

static struct place
place_of(const struct ynode *map, const char *key, struct place otherwise)
{
	const struct ynode *n = yaml_get(map, key);
	return n ? n->at : otherwise;
}

static void
refuse_negative(
	struct loader *l, const struct ynode *map, const char *key, int64_t value, const char *node)
{
	struct err e;
	if (value >= 0)
		return;
	err_set(&e, MLC_CONF_VALUE, "`%s` of node `%s` cannot be negative", key, node);
	spec__report(l, &e, &yaml_get(map, key)->at, NULL);
}

static void
add_node(struct loader *l, const char *pipeline, const struct ynode *n)
{
	struct node_keys k = {0};
	struct resource_keys r = {0};
	struct spec *s = l->spec;
	struct err e;
	if (n->kind != Y_MAP) {
		spec__want(l, n, "a node", "a map");
		return;
	}
	/* after a mistake we go on, to find the others */
	(void)!yaml_fill(n, node_fields, &k, "a node", l->found);
	if (k.resources)
		(void)!yaml_fill(k.resources, resource_fields, &r, "resources", l->found);
	if (!k.name)
		return;
	struct place at = place_of(n, "name", n->at);
	refuse_negative(l, n, "retries", k.retries, k.name);
	refuse_negative(l, k.resources, "cpus", r.cpus, k.name);
	if (!str_is_name(k.name) || (k.namespace_ && !str_is_name(k.namespace_))) {
		bool own = !str_is_name(k.name);
		err_set(&e, MLC_NAME, "%s `%s` may hold only letters, digits, _ . and -",
			own ? "node name" : "namespace", own ? k.name : k.namespace_);
		spec__report(l, &e, own ? &at : &yaml_get(n, "namespace")->at, NULL);
		return;
	}
	if (l->mapped && !l->copy && !spec__made(l, &at))
		return;
	s->nodes = mem_grow(s->nodes, &l->cap, s->n + 1, sizeof(*s->nodes));
	struct spec_node *out = &s->nodes[s->n++];
	*out = (struct spec_node){
		.name = k.namespace_ ? arena_printf(l->a, "%s.%s", k.namespace_, k.name) : k.name,
		.namespace_ = k.namespace_,
		.copy = l->copy,
		.plugin = k.plugin ? k.plugin : k.name,
		.pipeline = pipeline,
		.params = k.params,
		.params_at = place_of(n, "params", at),
		.retries = k.retries,
		.timeout_ms = k.timeout_ms,
		.memory = r.memory,
		.cpus = r.cpus,
		.at = at,
		.plugin_at = place_of(n, "plugin", at)};
	read_ports(l, k.inputs, &out->inputs, &out->n_inputs);
	read_ports(l, k.outputs, &out->outputs, &out->n_outputs);
	read_ports(l, k.confirms, &out->confirms, &out->n_confirms);
	refuse_params(l, out->outputs, out->n_outputs);
	refuse_params(l, out->confirms, out->n_confirms);
	spec__texts(l, k.tags, "a tag", &out->tags, &out->n_tags);
	spec__command(l, n, out);
}

static void add_pipeline(struct loader *l, const char *name, const struct place *asked_at);

static void
unknown_pipeline(struct loader *l, const char *name, const struct place *at)
{
	struct err e;
	struct str list = {0};
	for (size_t i = 0; i < l->names.n; i++)
		str_addf(&list, "%s`%s`", i ? ", " : "", l->names.keys[i]);
	err_set(&e, MLC_PIPELINE, "there is no pipeline `%s`", name);
	const char *near = map_near(&l->names, name);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else if (l->names.n == 0)
		err_help(&e, "describe it in conf/base/pipeline.yml");
	else
		err_help(&e, "there are %s", list.s);
	str_fini(&list);
	if (at)
		err_at(&e, at, NULL);
	errs_add(l->found, &e);
}

/* What is included under other names is made anew, also if it is there already. */
static void
add_mapped(struct loader *l, const struct spec_include *inc)
{
	struct map outer = l->taken;
	size_t from = l->spec->n;
	if (!spec__made(l, &inc->at))
		return;
	l->taken = (struct map){0};
	l->mapped++;
	add_pipeline(l, inc->pipeline, &inc->at);
	l->mapped--;
	map_fini(&l->taken);
	l->taken = outer;
	spec__include_apply(l, inc, from);
}

static void
add_include(struct loader *l, const char *pipeline, const struct ynode *map)
{
	struct spec_include inc;
	(void)pipeline;
	if (spec__include_read(l, map, &inc) < 0)
		return;
	if (spec__include_maps(&inc))
		add_mapped(l, &inc);
	else
		add_pipeline(l, inc.pipeline, &inc.at);
}

static void
add_includes(struct loader *l, const char *pipeline, const struct ynode *list)
{
	size_t n = list->kind == Y_LIST ? list->n : 1;
	for (size_t i = 0; i < n && !l->too_many; i++) {
		const struct ynode *v = list->kind == Y_LIST ? list->u.items[i] : list;
		if (v->kind == Y_MAP)
			spec__expand(l, pipeline, v, add_include);
		else if (yaml_str(v))
			add_pipeline(l, yaml_str(v), &v->at);
		else
			spec__want(l, v, "an included pipeline", "a name or a map");
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
		spec__report(l, &e, at, NULL);
		str_fini(&path);
		return true;
	}
	if (l->depth == SPEC_DEPTH_MAX) {
		err_set(&e, MLC_CYCLE, "pipelines are included more than %d deep", SPEC_DEPTH_MAX);
		spec__report(l, &e, at, NULL);
		return true;
	}
	return false;
}

static void
add_pipeline(struct loader *l, const char *name, const struct place *asked_at)
{
	const struct ypair *pair = map_get(&l->names, name);
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
		spec__want(l, pair->value, "a pipeline", "a map");
		return;
	}
	(void)!yaml_fill(pair->value, pipeline_fields, &k, "a pipeline", l->found);
	l->within[l->depth++] = name;
	if (k.include && k.include->kind != Y_NULL)
		add_includes(l, pair->key, k.include);
	l->depth--;
	if (k.nodes && k.nodes->kind != Y_LIST && k.nodes->kind != Y_NULL)
		spec__want(l, k.nodes, "`nodes`", "a list");
	else if (k.nodes)
		for (size_t i = 0; i < k.nodes->n && !l->too_many; i++)
			spec__expand(l, pair->key, k.nodes->u.items[i], add_node);
}

static bool
same_ports(const struct spec_port *a, const struct spec_port *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!str_eq(a[i].dataset, b[i].dataset))
			return false;
	return true;
}

/* One entry of pipeline.yml that was reached in two ways and has become the same node. */
static bool
same_node(const struct spec_node *a, const struct spec_node *b)
{
	return a->at.line == b->at.line && a->at.col == b->at.col &&
		str_eq(a->at.file, b->at.file) && a->copy == b->copy &&
		a->n_inputs == b->n_inputs && a->n_outputs == b->n_outputs &&
		same_ports(a->inputs, b->inputs, a->n_inputs) &&
		same_ports(a->outputs, b->outputs, a->n_outputs);
}

/* Moves the nodes to the arena, each once. */
static void
settle(struct loader *l)
{
	struct spec *s = l->spec;
	struct spec_node *nodes = arena_alloc(l->a, (s->n + 1) * sizeof(*nodes));
	struct map seen = {0};
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct spec_node *first = map_get(&seen, s->nodes[i].name);
		if (first && same_node(first, &s->nodes[i]))
			continue;
		nodes[n] = s->nodes[i];
		if (!first)
			map_put(&seen, nodes[n].name, &nodes[n]);
		n++;
	}
	map_fini(&seen);
	free(s->nodes);
	s->nodes = nodes;
	s->n = n;
}

/* A pipeline, or several with commas between them. */
static void
add_named(struct loader *l, const char *names)
{
	if (map_has(&l->names, names) || !strchr(names, ',')) {
		add_pipeline(l, names, NULL);
		return;
	}
	for (size_t n; *names; names += n + (names[n] == ',')) {
		n = strcspn(names, ",");
		while (n && *names == ' ')
			names++, n--;
		if (n)
			add_pipeline(l, arena_strndup(l->a, names, n), NULL);
	}
}

int
pipeline_load(struct arena *a, const struct project *p, const char *name, struct spec *out,
	struct errs *found)
{
	struct loader l = {.a = a, .p = p, .found = found, .spec = out};
	const struct ynode *all = p->pipelines;
	size_t before = found->n;
	*out = (struct spec){.name = name ? name : "__default__"};
	for (size_t i = 0; i < all->n; i++)
		map_put(&l.names, all->u.pairs[i].key, &all->u.pairs[i]);
	if (name || map_has(&l.names, "__default__"))
		add_named(&l, out->name);
	else
		for (size_t i = 0; i < all->n; i++)
			add_pipeline(&l, all->u.pairs[i].key, NULL);
	settle(&l);
	map_fini(&l.taken);
	map_fini(&l.names);
	if (found->n == before && out->n == 0) {
		struct err e;
		err_set(&e, MLC_EMPTY, "pipeline `%s` has no nodes", out->name);
		err_help(&e, "describe some under `nodes:` in conf/base/pipeline.yml");
		errs_add(found, &e);
	}
	return found->n == before ? 0 : -1;
}
