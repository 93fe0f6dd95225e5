/* SPDX-License-Identifier: Apache-2.0
 * features: fits feature steps on a table (`steps`, see docs/models.md) and applies them, also to a
 * second table that has no say in what they learn. The fitted steps are the recipe: given to `train`,
 * they become a part of the model, which then takes rows as they are before this node. */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *table = mlf_input(ctx, "table"), *test = mlf_input(ctx, "test");
	const struct mlf_recipe_spec spec = {
		.steps = mlf_param_json(ctx, "steps"),
		.target = mlf_param_str(ctx, "target"),
		.seed = mlf_seed(ctx),
	};
	struct mlf_recipe recipe;
	struct mlf_frame *fitted = mlf_recipe_fit(ctx, table, &spec, &recipe);
	if (recipe.json)
		mlf_log(ctx, "%d columns became %d", mlf_columns(table), mlf_columns(fitted));
	if (test)
		mlf_output(ctx, "test", mlf_recipe_apply(ctx, &recipe, test));
	mlf_output_bytes(ctx, "recipe", recipe.json, recipe.len);
	return mlf_output(ctx, "table", fitted);
}

static const struct mlf_node nodes[] = {{
	.name = "features",
	.help = "Fits feature steps on a table and applies them.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "rows to learn the steps from"},
		{"test", MLF_TABLE, MLF_OPTIONAL, "rows that the steps are applied to as well"},
		{0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "features and target"},
		{"test", MLF_TABLE, MLF_OPTIONAL, "the same of the other table"},
		{"recipe", MLF_JSON, MLF_OPTIONAL, "the fitted steps, for `train`"}, {0}},
	.params = (const struct mlf_param[]){{"steps", MLF_ANY, NULL, 0, 0,
						     "the list of steps, in order"},
		{"target", MLF_STR, "", 0, 0, "the column to predict, which steps leave alone"},
		{0}},
	.run = run,
}};
MLF_PLUGIN("features", "1.0", nodes);
