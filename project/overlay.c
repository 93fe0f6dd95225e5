/* SPDX-License-Identifier: Apache-2.0
 * How an environment changes conf/base.
 *
 *	whole ("destructive")             deep ("soft")
 *	base  {m: {a: 1, b: 2}}           base  {m: {a: 1, b: 2}}
 *	env   {m: {b: 3}}                 env   {m: {b: 3}}
 *	      {m: {b: 3}}                       {m: {a: 1, b: 3}}
 *
 * Lists and scalars are always replaced. Nodes are shared with the inputs and keep their places. */
#include "project/parts.h"

struct ynode *
conf_overlay(struct arena *a, struct ynode *base, struct ynode *over, enum merge_rule rule)
{
	struct ynode *out = yaml_new(a, Y_MAP, over->n ? over->at : base->at);
	struct map index = {0};

	out->secret = base->secret || over->secret;
	out->u.pairs = arena_alloc(a, (base->n + over->n + 1) * sizeof(struct ypair));
	for (size_t i = 0; i < base->n; i++) {
		out->u.pairs[i] = base->u.pairs[i];
		map_put(&index, base->u.pairs[i].key, &out->u.pairs[i]);
	}
	out->n = base->n;
	for (size_t i = 0; i < over->n; i++) {
		struct ypair pair = over->u.pairs[i];
		struct ypair *old = map_get(&index, pair.key);

		if (!old)
			old = &out->u.pairs[out->n++];
		else if (rule == MERGE_DEEP && old->value->kind == Y_MAP &&
			pair.value->kind == Y_MAP)
			pair.value = conf_overlay(a, old->value, pair.value, rule);
		*old = pair;
	}
	map_fini(&index);
	return out;
}

static const char *const rule_names[] = {
	[MERGE_WHOLE] = "destructive",
	[MERGE_DEEP] = "soft",
};

static void
report(struct errs *found, struct err *e, const struct place *at, const char *near)
{
	err_at(e, at, NULL);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	errs_add(found, e);
}

static void
read_rule(const struct ynode *value, enum merge_rule *rule, struct errs *found)
{
	const char *text = yaml_str(value), *near = NULL;
	struct err e = {0};

	for (size_t i = 0; i < sizeof(rule_names) / sizeof(*rule_names); i++) {
		if (str_eq(text, rule_names[i])) {
			*rule = (enum merge_rule)i;
			return;
		}
		if (text && str_near(text, rule_names[i], NULL))
			near = rule_names[i];
	}
	err_set(&e, MLC_CONF_VALUE, "a merge rule is `soft` or `destructive`, not %s%s%s",
		text ? "`" : "", text ? text : yaml_kind_name(value->kind), text ? "`" : "");
	report(found, &e, &value->at, near);
}

void
conf_rules(
	const struct ynode *settings, enum merge_rule rules[static CONF_KINDS], struct errs *found)
{
	const struct ynode *merge = yaml_get(settings, "merge");
	struct map kinds = {0};
	struct err e = {0};

	for (enum conf_kind k = CONF_SETTINGS + 1; k < CONF_KINDS; k++) {
		rules[k] = k == CONF_PARAMS || k == CONF_GLOBALS ? MERGE_DEEP : MERGE_WHOLE;
		map_put(&kinds, conf_kind_name(k), &rules[k]);
	}
	rules[CONF_SETTINGS] = MERGE_DEEP; /* it holds the rules, so it can have no other */
	if (merge && merge->kind != Y_MAP) {
		err_set(&e, MLC_CONF_TYPE, "`merge` is %s", yaml_kind_name(merge->kind));
		err_help(&e, "write `merge: {catalog: soft}`");
		report(found, &e, &merge->at, NULL);
		merge = NULL;
	}
	for (size_t i = 0; merge && i < merge->n; i++) {
		const struct ypair *pair = &merge->u.pairs[i];
		enum merge_rule *rule = map_get(&kinds, pair->key);

		if (rule) {
			read_rule(pair->value, rule, found);
			continue;
		}
		err_set(&e, MLC_CONF_UNKNOWN, "`merge` knows no kind `%s`", pair->key);
		err_note(&e, "kinds: globals, parameters, catalog, pipelines, credentials");
		report(found, &e, &pair->at, map_near(&kinds, pair->key));
	}
	map_fini(&kinds);
}
