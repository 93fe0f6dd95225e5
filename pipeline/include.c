/* SPDX-License-Identifier: Apache-2.0
 * An include that maps names: what Kedro does when a pipeline is built from another one.
 *
 *	include:
 *	  - {pipeline: scoring, namespace: nightly, inputs: {model: loan_model}, params: [train], tags: [n]}
 *
 *	node      score          -> nightly.score
 *	dataset   rows, rows@csv -> nightly.rows, nightly.rows@csv    unless inputs or outputs map them
 *	          model          -> loan_model
 *	params:l2                -> params:nightly.l2                 unless params maps it
 *	parameters               -> parameters
 *
 * A list keeps the names as they are, a map gives new ones. Only free inputs of the pipeline are
 * inputs; outputs are whatever its nodes write. */
#include "pipeline/spec.h"

struct include_keys {
	const char *pipeline, *namespace_;
	struct ynode *inputs, *outputs, *params, *tags;
};
static const struct yfield include_fields[] = {
	{"pipeline", YF_STR, true, offsetof(struct include_keys, pipeline), "pipeline to include"},
	{"namespace", YF_STR, false, offsetof(struct include_keys, namespace_),
		"prefix of its nodes, datasets and parameters"},
	{"inputs", YF_NODE, false, offsetof(struct include_keys, inputs), "free inputs to map"},
	{"outputs", YF_NODE, false, offsetof(struct include_keys, outputs), "outputs to map"},
	{"params", YF_NODE, false, offsetof(struct include_keys, params), "parameters to map"},
	{"tags", YF_NODE, false, offsetof(struct include_keys, tags), "tags for its nodes"},
	{0},
};

struct renamer {
	struct loader *l;
	const struct spec_include *inc;
	struct map to;            /* name -> new name (arena) */
	struct map used;          /* base names and params: of the pipeline */
	struct map read, written; /* base names */
	size_t from;              /* its first node */
};

int
spec__include_read(struct loader *l, const struct ynode *map, struct spec_include *out)
{
	struct include_keys k = {0};
	struct err e;
	if (yaml_fill(map, include_fields, &k, "an include", l->found) < 0)
		return -1;
	const struct ynode *name = yaml_get(map, "pipeline");
	*out = (struct spec_include){
		k.pipeline, k.namespace_, k.inputs, k.outputs, k.params, k.tags, name->at};
	if (!k.namespace_ || str_is_name(k.namespace_))
		return 0;
	err_set(&e, MLC_NAME, "namespace `%s` may hold only letters, digits, _ . and -",
		k.namespace_);
	spec__report(l, &e, &yaml_get(map, "namespace")->at, NULL);
	return -1;
}

bool
spec__include_maps(const struct spec_include *inc)
{
	return inc->namespace_ || inc->inputs || inc->outputs || inc->params || inc->tags;
}

/* ---- what the pipeline has */

static void
survey_port(struct renamer *r, const struct spec_port *p, struct map *role)
{
	map_put(&r->used, p->base, r);
	if (role && !p->param)
		map_put(role, p->base, r);
}

static void
survey(struct renamer *r)
{
	const struct spec *s = r->l->spec;
	for (size_t i = r->from; i < s->n; i++) {
		const struct spec_node *n = &s->nodes[i];
		for (size_t k = 0; k < n->n_inputs; k++)
			survey_port(r, &n->inputs[k], &r->read);
		for (size_t k = 0; k < n->n_outputs; k++)
			survey_port(r, &n->outputs[k], &r->written);
		if (n->params)
			map_put(&r->used, arena_printf(r->l->a, "params:%s", n->params), r);
	}
}

/* ---- the mapping */

enum role { INPUT, OUTPUT, PARAM };

static void
check_role(struct renamer *r, const char *name, enum role role, const struct place *at)
{
	struct err e = {0};
	const char *base = spec__base(r->l->a, name);
	const char *pipeline = r->inc->pipeline;
	bool written = map_has(&r->written, base);
	if (role == INPUT && spec__is_param(name)) {
		err_set(&e, MLC_INCLUDE, "`%s` is a parameter, not an input", name);
		err_help(&e, "map it under `params:`");
	} else if (!map_has(&r->used, base)) {
		const char *near = map_near(&r->used, base);
		err_set(&e, MLC_INCLUDE, "pipeline `%s` has no %s `%s`", pipeline,
			role == PARAM ? "parameter" : "dataset", name);
		if (near)
			err_help(&e, "did you mean `%s`?", near);
	} else if (role == INPUT && written) {
		err_set(&e, MLC_INCLUDE,
			"`%s` is no input of pipeline `%s`: its own nodes write it", name,
			pipeline);
		err_help(&e, "map it under `outputs:`");
	} else if (role == OUTPUT && !written) {
		err_set(&e, MLC_INCLUDE, "`%s` is no output of pipeline `%s`: no node writes it",
			name, pipeline);
		err_help(&e, "map it under `inputs:`");
	}
	if (e.code)
		spec__report(r->l, &e, at, NULL);
}

static const char *
with_params(struct loader *l, const char *name)
{
	return spec__is_param(name) ? name : arena_printf(l->a, "params:%s", name);
}

static void
add_mapping(struct renamer *r, const char *name, const struct ynode *value, enum role role)
{
	const char *to = yaml_str(value);
	if (!to || !name) {
		spec__want(r->l, value, "a mapped name", "a name");
		return;
	}
	if (role == PARAM) {
		name = with_params(r->l, name);
		to = str_eq(name, "parameters") ? name : with_params(r->l, to);
	}
	check_role(r, name, role, &value->at);
	map_put(&r->to, name, (void *)(uintptr_t)arena_strdup(r->l->a, to));
}

/* A name, a list of names to keep, or a map of names to new names. */
static void
add_mappings(struct renamer *r, const struct ynode *n, enum role role)
{
	if (!n || n->kind == Y_NULL)
		return;
	if (n->kind != Y_LIST && n->kind != Y_MAP)
		add_mapping(r, yaml_str(n), n, role);
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		add_mapping(r, yaml_str(n->u.items[i]), n->u.items[i], role);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
		add_mapping(r, n->u.pairs[i].key, n->u.pairs[i].value, role);
}

/* ---- renaming */

static const char *
rename_dataset(struct renamer *r, const char *name)
{
	struct arena *a = r->l->a;
	const char *ns = r->inc->namespace_, *to = map_get(&r->to, name);
	if (to)
		return to;
	if (str_eq(name, "parameters"))
		return name;
	const char *base = spec__base(a, name);
	to = map_get(&r->to, base);
	if (to && base != name)
		return arena_printf(a, "%s%s", to, strchr(name, '@'));
	if (ns && str_starts(name, "params:"))
		return arena_printf(a, "params:%s.%s", ns, name + 7);
	return ns ? arena_printf(a, "%s.%s", ns, name) : name;
}

static void
rename_ports(struct renamer *r, struct spec_port *ports, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ports[i].dataset = rename_dataset(r, ports[i].dataset);
		spec__port(r->l, &ports[i]);
	}
}

static void
rename_node(struct renamer *r, struct spec_node *n)
{
	struct arena *a = r->l->a;
	const char *ns = r->inc->namespace_;
	rename_ports(r, n->inputs, n->n_inputs);
	rename_ports(r, n->outputs, n->n_outputs);
	rename_ports(r, n->confirms, n->n_confirms);
	if (n->params) {
		const char *to = rename_dataset(r, arena_printf(a, "params:%s", n->params));
		n->params = str_starts(to, "params:") ? to + 7 : to;
	}
	if (ns) {
		n->name = arena_printf(a, "%s.%s", ns, n->name);
		n->namespace_ = n->namespace_ ? arena_printf(a, "%s.%s", ns, n->namespace_) : ns;
	}
	spec__texts(r->l, r->inc->tags, "a tag", &n->tags, &n->n_tags);
}

void
spec__include_apply(struct loader *l, const struct spec_include *inc, size_t from)
{
	struct renamer r = {.l = l, .inc = inc, .from = from};
	survey(&r);
	add_mappings(&r, inc->inputs, INPUT);
	add_mappings(&r, inc->outputs, OUTPUT);
	add_mappings(&r, inc->params, PARAM);
	for (size_t i = from; i < l->spec->n; i++)
		rename_node(&r, &l->spec->nodes[i]);
	map_fini(&r.to);
	map_fini(&r.used);
	map_fini(&r.read);
	map_fini(&r.written);
}
