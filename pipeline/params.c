/* SPDX-License-Identifier: Apache-2.0
 * A node's parameters: the subtree of the configuration it names, checked against the table its
 * plugin declares. What the node gets is complete and of the declared types. */
#include "pipeline/plan.h"

#include <math.h>

static const char *
wanted(enum mlf_param_type type)
{
	static const char *const names[] = {
		"", "a whole number", "a number", "text", "true or false", "anything"};
	return type >= MLF_INT && type <= MLF_ANY ? names[type] : names[0];
}

static bool
fits(const struct ynode *v, enum mlf_param_type type)
{
	switch (type) {
	case MLF_INT: return v->kind == Y_INT;
	case MLF_FLOAT: return v->kind == Y_INT || v->kind == Y_FLOAT;
	case MLF_STR: return v->kind == Y_STR;
	case MLF_BOOLEAN: return v->kind == Y_BOOL;
	case MLF_ANY: return true;
	}
	return false;
}

static bool
in_range(const struct ynode *v, const struct mlf_param *d)
{
	if (d->min >= d->max || (v->kind != Y_INT && v->kind != Y_FLOAT))
		return true;
	double x = v->kind == Y_INT ? (double)v->v.i : v->v.f;
	return x >= d->min && x <= d->max;
}

/* Checks one value; on a mistake *e is set and it gives false. */
static bool
check(const struct plan_node *node, const struct mlf_param *d, const struct ynode *v, struct err *e)
{
	if (!fits(v, d->type)) {
		err_set(e, MLC_PARAM, "parameter `%s` of node `%s` must be %s, not %s", d->key,
			node->spec->name, wanted(d->type), yaml_kind_name(v->kind));
		err_at(e, &v->at, wanted(d->type));
	} else if (!in_range(v, d)) {
		err_set(e, MLC_PARAM, "parameter `%s` of node `%s` must be from %.15g to %.15g",
			d->key, node->spec->name, d->min, d->max);
		err_at(e, &v->at, "out of range");
	} else {
		return true;
	}
	if (d->help)
		err_help(e, "%s: %s", d->key, d->help);
	return false;
}

/* The default, typed as YAML unless the parameter is text. */
static const struct ynode *
default_of(struct arena *a, const struct plan_node *node, const struct mlf_param *d, struct err *e)
{
	struct ynode *v = NULL;
	if (d->type == MLF_STR) {
		v = yaml_new(a, Y_STR, node->spec->at);
		v->text = d->def;
		return v;
	}
	if (yaml_parse_value(a, node->spec->plugin, d->def, &v, e) < 0 || !fits(v, d->type)) {
		err_set(e, MLC_PLUGIN_LOAD,
			"plugin `%s` declares a default for `%s` that is not %s",
			node->spec->plugin, d->key, wanted(d->type));
		return NULL;
	}
	return v;
}

static void
unknown(const struct plan_node *node, const struct ypair *pair, struct errs *found)
{
	struct err e;
	struct map names = {0};
	for (const struct mlf_param *d = node->def->params; d && d->key; d++)
		map_put(&names, d->key, &names);
	err_set(&e, MLC_PARAM, "node `%s` has no parameter `%s`", node->spec->name, pair->key);
	err_at(&e, &pair->at, "unknown");
	const char *near = map_near(&names, pair->key);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "what it takes: mlflow-c node describe %s", node->spec->plugin);
	errs_add(found, &e);
	map_fini(&names);
}

/* The subtree the node names; an empty map if it names none; NULL after a report. */
static const struct ynode *
subtree(struct arena *a, const struct project *p, const struct plan_node *node, struct errs *found)
{
	const char *key = node->spec->params;
	struct err e;
	if (!key)
		return yaml_new(a, Y_MAP, node->spec->at);
	const struct ynode *tree = project_param(p, key);
	if (tree && tree->kind == Y_MAP)
		return tree;
	if (tree)
		err_set(&e, MLC_PARAM, "parameters `%s` of node `%s` must be a map, not %s", key,
			node->spec->name, yaml_kind_name(tree->kind));
	else
		err_set(&e, MLC_PARAM, "node `%s` wants parameters `%s`, which are not there",
			node->spec->name, key);
	err_at(&e, &node->spec->params_at, NULL);
	if (!tree)
		err_help(&e, "add `%s:` to conf/base/parameters.yml", key);
	else if (tree->at.file)
		err_note(&e, "it is set at %s:%d:%d", tree->at.file, tree->at.line, tree->at.col);
	errs_add(found, &e);
	return NULL;
}

/* The value a node gets for a parameter; with a mistake *e is set. */
static const struct ynode *
value_of(struct arena *a, const struct plan_node *node, const struct mlf_param *d,
	const struct ynode *tree, struct err *e)
{
	const struct ynode *v = yaml_get(tree, d->key);
	if (!record_key_ok(arena_printf(a, "%s.%s", node->spec->name, d->key))) {
		err_set(e, MLC_PLUGIN_LOAD,
			"plugin `%s` declares a parameter `%s`, a name that cannot be recorded",
			node->spec->plugin, d->key);
		err_at(e, &node->spec->plugin_at, NULL);
	} else if (v) {
		(void)check(node, d, v, e);
	} else if (d->def) {
		v = default_of(a, node, d, e);
	} else {
		err_set(e, MLC_PARAM, "node `%s` needs parameter `%s` (%s)", node->spec->name,
			d->key, wanted(d->type));
		err_at(e, &node->spec->params_at, NULL);
		err_help(e, "%s: %s", d->key, d->help ? d->help : wanted(d->type));
	}
	return v;
}

/* A program declares nothing: it gets the subtree as it is. */
static void
take_all(struct arena *a, struct plan_node *node, const struct ynode *tree, struct errs *found)
{
	struct str json = {0};
	struct jw w;
	struct err e;
	for (size_t i = 0; i < tree->n; i++) {
		const struct ypair *pair = &tree->u.pairs[i];
		if (record_key_ok(arena_printf(a, "%s.%s", node->spec->name, pair->key)))
			continue;
		err_set(&e, MLC_PARAM,
			"parameter `%s` of node `%s` has a name that cannot be "
			"recorded",
			pair->key, node->spec->name);
		err_at(&e, &pair->at, NULL);
		errs_add(found, &e);
	}
	jw_init(&w, &json);
	yaml_to_json(&w, tree, false);
	node->params = arena_strdup(a, str_text(&json));
	str_fini(&json);
}

void
plan_params(struct arena *a, const struct project *p, struct plan_node *node, struct errs *found)
{
	struct str json = {0};
	struct jw w;
	const struct ynode *tree = subtree(a, p, node, found);
	if (!tree)
		return;
	if (node->spec->command) {
		take_all(a, node, tree, found);
		return;
	}
	jw_init(&w, &json);
	jw_object(&w);
	for (const struct mlf_param *d = node->def->params; d && d->key; d++) {
		struct err e = {0};
		const struct ynode *v = value_of(a, node, d, tree, &e);
		if (e.code) {
			errs_add(found, &e);
			continue;
		}
		jw_key(&w, d->key);
		yaml_to_json(&w, v, false);
	}
	jw_end(&w, '}');
	for (size_t i = 0; i < tree->n; i++) {
		const struct mlf_param *d = node->def->params;
		while (d && d->key && !str_eq(d->key, tree->u.pairs[i].key))
			d++;
		if (!d || !d->key)
			unknown(node, &tree->u.pairs[i], found);
	}
	node->params = arena_strdup(a, str_text(&json));
	str_fini(&json);
}

void
param_place(const struct project *p, const struct spec_node *node, struct err *e)
{
	if (!str_starts(e->file, PLACE_PARAM))
		return;
	const struct ynode *tree = node->params ? project_param(p, node->params) : NULL;
	const struct ynode *list = tree ? yaml_get(tree, e->file + strlen(PLACE_PARAM)) : NULL;
	size_t i = (size_t)e->line - 1;
	*e->file = 0;
	e->line = 0;
	if (!list || list->kind != Y_LIST || i >= list->n)
		return;
	const struct ynode *item = list->u.items[i];
	err_at(e, item->kind == Y_MAP && item->n ? &item->u.pairs[0].at : &item->at, NULL);
}
