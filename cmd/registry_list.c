/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry list: model versions, newest first. */
#include "cmd/registry.h"

/* The metric a table shows: the first of these that there is, else the first by name. */
static const struct metric *
main_metric(const struct version_row *v)
{
	static const char *const wanted[] = {"auc", "auc_macro", "rmse", "accuracy"};
	const struct metric *first = NULL;
	for (size_t k = 0; k < sizeof(wanted) / sizeof(wanted[0]); k++)
		for (size_t i = 0; i < v->n_metrics; i++)
			if (str_eq(v->metrics[i].key, wanted[k]))
				return &v->metrics[i];
	for (size_t i = 0; i < v->n_metrics; i++)
		if (!first || strcmp(v->metrics[i].key, first->key) < 0)
			first = &v->metrics[i];
	return first;
}

static void
add_row(struct table *t, const struct version_row *v)
{
	struct str aliases = {0}, size = {0};
	const struct metric *m = main_metric(v);
	for (const char **alias = v->aliases; *alias; alias++)
		str_addf(&aliases, "%s%s", aliases.len ? "," : "", *alias);
	if (v->bytes >= 0)
		str_add_bytes(&size, (uint64_t)v->bytes);
	table_cell(t, "%s", v->name);
	table_cell(t, "%lld", (long long)v->version);
	table_cell(t, "%s", aliases.len ? str_text(&aliases) : "-");
	if (m)
		table_cell(t, "%s %.4f", m->key, m->value);
	else
		table_cell(t, "-");
	table_cell(t, "%s", v->run_name ? v->run_name : v->run_id ? v->run_id : "-");
	table_time(t, v->created_ms);
	table_cell(t, "%s", size.len ? str_text(&size) : "-");
	str_fini(&aliases);
	str_fini(&size);
}

static int
run(struct app *a)
{
	static const char *const head[] = {
		"MODEL", "VERSION", "ALIAS", "METRIC", "RUN", "CREATED", "SIZE"};
	struct arena arena = {0};
	struct version_row *rows = NULL;
	struct table t = {.columns = 7, .right = 1u << 1 | 1u << 6};
	size_t n = 0;
	struct err e = {0};
	int code = 0;
	if (store_versions(a->store, &arena, a->n_args ? a->args[0] : NULL, &rows, &n, &e) < 0) {
		code = report(a, &e);
	} else if (n == 0 && a->n_args) {
		err_set(&e, MLC_NOT_FOUND, "there is no model `%s`", a->args[0]);
		err_help(&e, "all of them: mlflow-c registry list");
		code = report(a, &e);
	} else if (a->g.json) {
		versions_json(a, rows, n);
	} else if (n == 0) {
		if (!a->g.quiet)
			(void)fprintf(stderr,
				"no model versions yet; a pipeline registers them: "
				"mlflow-c run\n");
	} else {
		table_head(&t, head);
		for (size_t i = 0; i < n; i++)
			add_row(&t, &rows[i]);
		table_print(a, &t);
	}
	arena_fini(&arena);
	return code;
}

static const char *const examples[] = {"mlflow-c registry list", "all versions of all models",
	"mlflow-c registry list loan --json", "one model, for a script", NULL};
const struct cmd cmd_registry_list = {
	.name = "registry list",
	.args = "[MODEL]",
	.max_args = 1,
	.summary = "Model versions with aliases and metrics.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
