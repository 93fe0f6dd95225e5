/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c pipeline list: what `run --pipeline` understands. */
#include "cmd/cmd.h"

static size_t
count_nodes(struct app *a, const char *name, struct errs *found)
{
	struct arena arena = {0};
	struct spec spec = {0};
	size_t n = pipeline_load(&arena, a->project, name, &spec, found) < 0 ? 0 : spec.n;
	arena_fini(&arena);
	return n;
}

static void
print_json(struct app *a, const size_t *nodes)
{
	const struct ynode *all = a->project->pipelines;
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < all->n; i++) {
		jw_object(&w);
		jw_kv_str(&w, "name", all->u.pairs[i].key);
		jw_kv_i64(&w, "nodes", (int64_t)nodes[i]);
		jw_kv_str(&w, "description", pipeline_description(a, all->u.pairs[i].key));
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
}

static void
print_table(struct app *a, const size_t *nodes)
{
	const struct ynode *all = a->project->pipelines;
	struct table t = {.columns = 3, .right = 1u << 1};
	table_cell(&t, "PIPELINE");
	table_cell(&t, "NODES");
	table_cell(&t, "DESCRIPTION");
	for (size_t i = 0; i < all->n; i++) {
		const char *text = pipeline_description(a, all->u.pairs[i].key);
		table_cell(&t, "%s", all->u.pairs[i].key);
		table_cell(&t, "%zu", nodes[i]);
		table_cell(&t, "%s", text ? text : "-");
	}
	table_print(a, &t);
}

static int
run(struct app *a)
{
	const struct ynode *all = a->project->pipelines;
	size_t *nodes = mem_alloc((all->n + 1) * sizeof(*nodes));
	struct errs found = {0};
	int code = 0;
	for (size_t i = 0; i < all->n; i++)
		nodes[i] = count_nodes(a, all->u.pairs[i].key, &found);
	if (found.n)
		code = report_all(a, &found);
	else if (a->g.json)
		print_json(a, nodes);
	else if (all->n)
		print_table(a, nodes);
	else if (!a->g.quiet)
		(void)fprintf(stderr,
			"no pipelines yet; describe one in "
			"conf/base/pipeline.yml\n");
	free(nodes);
	return code;
}

static const char *const examples[] = {"mlflow-c pipeline list", "all pipelines",
	"mlflow-c pipeline list --json", "the same for a script", NULL};
const struct cmd cmd_pipeline_list = {
	.name = "pipeline list",
	.args = "",
	.summary = "The pipelines of the project.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.run = run,
};
