/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry versions: all versions of one model, with what `list` leaves out. */
#include "cmd/registry.h"

static void
add_row(struct table *t, const struct version_row *v)
{
	struct str aliases = {0};
	for (const char **alias = v->aliases; *alias; alias++)
		str_addf(&aliases, "%s%s", aliases.len ? "," : "", *alias);
	table_cell(t, "%lld", (long long)v->version);
	table_cell(t, "%s", aliases.len ? str_text(&aliases) : "-");
	table_cell(t, "%s", v->stage && !str_eq(v->stage, "None") ? v->stage : "-");
	table_cell(t, "%s", v->status ? v->status : "-");
	table_cell(t, "%s", v->run_name ? v->run_name : v->run_id ? v->run_id : "-");
	table_time(t, v->created_ms);
	table_cell(t, "%.12s", v->hash ? v->hash : "-");
	str_fini(&aliases);
}

static int
run(struct app *a)
{
	static const char *const head[] = {
		"VERSION", "ALIAS", "STAGE", "STATE", "RUN", "CREATED", "HASH"};
	struct arena arena = {0};
	struct table t = {.columns = 7, .right = 1};
	struct version_row *rows = NULL;
	struct model_info model;
	struct err e = {0};
	size_t n = 0;
	int code = 0;
	if (store_model(a->store, &arena, a->args[0], &model, &e) < 0 ||
		store_versions(a->store, &arena, model.name, &rows, &n, &e) < 0) {
		code = report(a, &e);
	} else if (a->g.json) {
		versions_json(a, rows, n);
	} else {
		table_head(&t, head);
		for (size_t i = 0; i < n; i++)
			add_row(&t, &rows[i]);
		table_print(a, &t);
	}
	arena_fini(&arena);
	return code;
}

static const char *const examples[] = {
	"mlflow-c registry versions loan", "newest first, with stage and hash", NULL};
const struct cmd cmd_registry_versions = {
	.name = "registry versions",
	.args = "MODEL",
	.min_args = 1,
	.max_args = 1,
	.summary = "The versions of one model, with stage and hash.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
