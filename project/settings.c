/* SPDX-License-Identifier: Apache-2.0
 * The settings that mlflow-c.yml may hold; whoever reads one with project_setting lists it here, so
 * that a misspelt one is an error and not silence. */
#include "project/parts.h"

static const struct setting {
	const char *key;
	bool list; /* of texts */
	bool map;
} settings[] = {
	{.key = "env_allowed", .list = true},   /* keys that may use ${env:NAME} */
	{.key = "experiment"},                  /* the experiment that runs are recorded under */
	{.key = "git"},                         /* false: record nothing of git */
	{.key = "memory"},                      /* budget for tables held between nodes */
	{.key = "merge", .map = true},          /* see overlay.c */
	{.key = "outside_roots", .list = true}, /* folders outside the root that paths may reach */
	{.key = "store"},                       /* the registry's file */
};

static const struct setting *
find(const char *key, const char **near)
{
	int best = 0, d;

	*near = NULL;
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		if (str_eq(key, settings[i].key))
			return &settings[i];
		if (!str_near(key, settings[i].key, &d) || (*near && d >= best))
			continue;
		*near = settings[i].key;
		best = d;
	}
	return NULL;
}

static void
check_kind(const struct setting *s, const struct ypair *pair, struct errs *found)
{
	enum ykind kind = pair->value->kind;
	struct err e = {0};
	bool ok;

	if (s->map)
		ok = kind == Y_MAP;
	else if (s->list)
		ok = kind == Y_LIST;
	else
		ok = kind != Y_MAP && kind != Y_LIST && kind != Y_NULL;
	if (ok)
		return;
	err_set(&e, MLC_CONF_TYPE, "the setting `%s` is %s", s->key, yaml_kind_name(kind));
	err_at(&e, &pair->value->at, NULL);
	err_help(&e, "it wants %s",
		s->map            ? "a map"
			: s->list ? "a list, as in [a, b]"
				  : "a value");
	errs_add(found, &e);
}

void
settings_check(const struct ynode *tree, struct errs *found)
{
	for (size_t i = 0; i < tree->n; i++) {
		const struct ypair *pair = &tree->u.pairs[i];
		const char *near;
		const struct setting *s = find(pair->key, &near);
		struct err e = {0};

		if (s) {
			check_kind(s, pair, found);
			continue;
		}
		if (pair->key[0] == '_')
			continue;
		err_set(&e, MLC_CONF_UNKNOWN, "there is no setting `%s`", pair->key);
		err_at(&e, &pair->at, NULL);
		if (near)
			err_help(&e, "did you mean `%s`?", near);
		else
			err_help(&e, "remove it; parameters belong in parameters.yml");
		errs_add(found, &e);
	}
}
