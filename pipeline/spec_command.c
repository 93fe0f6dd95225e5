/* SPDX-License-Identifier: Apache-2.0
 * `command:` of a node: the list that is the program and its arguments, taken as it stands.
 *
 *	command: [python3, score.py, --in, "{input:raw}"]      types: {raw: csv}
 *
 * Ports that the YAML does not name are called like their datasets, before an include renames those:
 * so what stands in braces is the same in every copy. */
#include "pipeline/spec.h"

#define SHOWN_MAX 32

/* What tables show in the place of a plugin. */
static const char *
shown(struct arena *a, const struct ynode *list)
{
	struct str s = {0}, safe = {0};
	for (size_t i = 0; i < list->n && s.len <= SHOWN_MAX; i++)
		str_addf(&s, "%s%s", i ? " " : "", yaml_str(list->u.items[i]));
	term_add_safe(&safe, str_text(&s));
	bool fits = safe.len <= SHOWN_MAX;
	const char *text = fits ? arena_strdup(a, str_text(&safe))
				: arena_printf(a, "%.*s...", SHOWN_MAX - 3, safe.s);
	str_fini(&s);
	str_fini(&safe);
	return text;
}

/* False after a report. */
static bool
check_list(struct loader *l, const struct ynode *list)
{
	struct err e;
	if (list->kind != Y_LIST || list->n == 0) {
		err_set(&e, MLC_CONF_TYPE,
			"`command` must be a list, the program and its arguments, not %s",
			list->kind == Y_LIST ? "an empty one" : yaml_kind_name(list->kind));
		err_help(&e, "no shell splits it; with one it is [sh, -c, \"...\"]");
		spec__report(l, &e, &list->at, NULL);
		return false;
	}
	for (size_t i = 0; i < list->n; i++)
		if (!yaml_str(list->u.items[i])) {
			spec__want(l, list->u.items[i], "an argument of `command`", "a text");
			return false;
		}
	if (yaml_str(list->u.items[0])[0])
		return true;
	err_set(&e, MLC_CONF_VALUE, "`command` names no program");
	spec__report(l, &e, &list->u.items[0]->at, NULL);
	return false;
}

static void
name_ports(struct spec_port *ports, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ports[i].port)
			ports[i].port = str_starts(ports[i].dataset, "params:")
				? ports[i].dataset + strlen("params:")
				: ports[i].base;
}

void
spec__command(struct loader *l, const struct ynode *node, struct spec_node *out)
{
	const struct ynode *list = yaml_get(node, "command"), *types = yaml_get(node, "types");
	const struct ynode *plugin = yaml_get(node, "plugin");
	struct err e;
	bool given = list && list->kind != Y_NULL;
	if (types && types->kind != Y_NULL && (!given || types->kind != Y_MAP)) {
		if (given)
			spec__want(l, types, "`types`", "a map of ports to dataset types");
		else {
			err_set(&e, MLC_CONF_VALUE, "`types` belongs to a node with a `command`");
			err_help(&e, "a plugin declares the kinds of its ports itself");
			spec__report(l, &e, &types->at, NULL);
		}
		types = NULL;
	}
	if (!given || !check_list(l, list))
		return;
	if (plugin) {
		err_set(&e, MLC_CONF_VALUE, "node `%s` has a `plugin` and a `command`", out->name);
		err_help(&e, "a node is one or the other");
		spec__report(l, &e, &list->at, NULL);
	}
	out->command = list;
	out->types = types && types->kind == Y_MAP ? types : NULL;
	out->plugin = shown(l->a, list);
	out->plugin_at = list->at;
	name_ports(out->inputs, out->n_inputs);
	name_ports(out->outputs, out->n_outputs);
}
