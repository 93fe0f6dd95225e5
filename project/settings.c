/* SPDX-License-Identifier: Apache-2.0
 * The settings that mlflow-c.yml may hold; whoever reads one with project_setting lists it here, so
 * that a misspelt one is an error and not silence. */
#include "project/parts.h"

static const struct setting {
	const char *key;
	enum yfield_type type;
	enum ykind kind; /* of a YF_NODE; Y_STR: any single value */
} settings[] = {
	{"env_allowed", YF_NODE, Y_LIST},   /* keys that may use ${env:NAME} */
	{"experiment", YF_NODE, Y_STR},     /* the experiment that runs are recorded under */
	{"git", YF_BOOL, Y_NULL},           /* false: record nothing of git */
	{"hooks", YF_NODE, Y_LIST},         /* see pipeline/hook_plan.c */
	{"lineage", YF_NODE, Y_MAP},        /* see cmd/lineage_asked.c */
	{"memory", YF_SIZE, Y_NULL},        /* budget for tables held between nodes */
	{"merge", YF_NODE, Y_MAP},          /* see overlay.c */
	{"outside_roots", YF_NODE, Y_LIST}, /* folders outside the root that paths may reach */
	{"seed", YF_INT, Y_NULL},           /* of every run; without it chance gives one */
	{"store", YF_NODE, Y_STR},          /* the registry's file */
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
	bool single = kind != Y_MAP && kind != Y_LIST && kind != Y_NULL;
	struct err e = {0};

	if (s->kind == Y_STR ? single : kind == s->kind)
		return;
	err_set(&e, MLC_CONF_TYPE, "the setting `%s` is %s", s->key, yaml_kind_name(kind));
	err_at(&e, &pair->value->at, NULL);
	err_help(&e, "it wants %s",
		s->kind == Y_MAP            ? "a map"
			: s->kind == Y_LIST ? "a list, as in [a, b]"
					    : "a value");
	errs_add(found, &e);
}

static void
check_value(const struct setting *s, const struct ypair *pair, struct errs *found)
{
	const struct yfield fields[] = {{.key = s->key, .type = s->type}, {0}};
	struct arena a = {0};
	struct ynode *only = yaml_new(&a, Y_MAP, pair->at);
	int64_t value;

	yaml_put(&a, only, pair);
	(void)!yaml_fill(only, fields, &value, "mlflow-c.yml", found);
	arena_fini(&a);
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
			(s->type == YF_NODE ? check_kind : check_value)(s, pair, found);
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
