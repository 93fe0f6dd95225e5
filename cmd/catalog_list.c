/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c catalog list: the datasets that the catalog names. */
#include "cmd/cmd.h"

#include "contract/contract.h"

static int
print_json(struct app *a, const struct catalog *c)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct dataset *d = catalog_at(c, i);
		jw_object(&w);
		jw_kv_str(&w, "name", d->name);
		jw_kv_str(&w, "type", d->type->name);
		jw_kv_str(&w, "path", d->path);
		jw_kv_str(&w, "layer", d->layer);
		jw_kv_str(&w, "contract", project_contract(a->project, d->name));
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
	return 0;
}

/* "5 checks"; a contract that cannot be read does not stop the list. */
static void
contract_cell(struct app *a, struct table *t, const char *dataset)
{
	const char *path = project_contract(a->project, dataset);
	const struct contract *c;
	struct arena arena = {0};
	struct errs found = {0};
	if (!path) {
		table_cell(t, "-");
	} else if (contract_load(&arena, a->project->rootfd, path, &c, &found) == 0) {
		size_t n = contract_checks(c);
		table_cell(t, "%zu check%s", n, n == 1 ? "" : "s");
	} else {
		table_cell(t, "invalid");
		if (!a->g.quiet)
			(void)fprintf(stderr,
				"note: %s is no valid contract; see: mlflow-c validate\n", path);
	}
	errs_fini(&found);
	arena_fini(&arena);
}

static void
print_table(struct app *a, const struct catalog *c)
{
	static const char *const head[] = {"DATASET", "TYPE", "PATH", "LAYER", "CONTRACT"};
	struct table t = {.columns = 5};
	table_head(&t, head);
	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct dataset *d = catalog_at(c, i);
		table_cell(&t, "%s", d->name);
		table_cell(&t, "%s", d->type->name);
		table_cell(&t, "%s", d->path ? d->path : "-");
		table_cell(&t, "%s", d->layer ? d->layer : "-");
		contract_cell(a, &t, d->name);
	}
	table_print(a, &t);
}

static int
run(struct app *a)
{
	struct catalog *c = NULL;
	struct errs found = {0};
	int code = 0;
	if (catalog_load(&c, a->project, &found) < 0)
		return report_all(a, &found);
	if (a->g.json)
		code = print_json(a, c);
	else if (catalog_count(c))
		print_table(a, c);
	else if (!a->g.quiet)
		(void)fprintf(stderr,
			"the catalog is empty; name datasets in "
			"conf/base/catalog.yml\n");
	catalog_free(c);
	return code;
}

static const char *const examples[] = {"mlflow-c catalog list", "all datasets with a file",
	"mlflow-c catalog list -e prod --json", "those of production, for a script", NULL};
const struct cmd cmd_catalog_list = {
	.name = "catalog list",
	.args = "",
	.summary = "The datasets of the catalog.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.run = run,
};
