/* SPDX-License-Identifier: Apache-2.0
 * For tests: score predicts a table, and fit trains on one, update goes on with it; each is one call
 * of the host. */
#include <mlflow-c/node.h>

static int
score(struct mlf_ctx *ctx)
{
	return mlf_output(ctx, "table",
		mlf_predict(ctx, mlf_input_model(ctx, "model"), mlf_input(ctx, "table")));
}

static int
fit(struct mlf_ctx *ctx)
{
	struct mlf_fit_spec spec = {
		.target = mlf_param_str(ctx, "target"),
		.options = mlf_param_json(ctx, "options"),
		.seed = 1,
	};
	struct mlf_recipe recipe;
	recipe.json = mlf_input_bytes(ctx, "recipe", &recipe.len);
	return mlf_output_model(ctx, "model",
		mlf_fit_after(ctx, mlf_param_str(ctx, "flavor"), mlf_input(ctx, "table"), &spec,
			&recipe));
}

static int
update(struct mlf_ctx *ctx)
{
	return mlf_output_model(ctx, "model",
		mlf_update(ctx, mlf_input_model(ctx, "model"), mlf_input(ctx, "table"),
			mlf_param_json(ctx, "options")));
}

static const struct mlf_node nodes[] = {
	{
		.name = "score",
		.help = "Predicts the rows of a table.",
		.inputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "what was learnt"},
			{"table", MLF_TABLE, 0, "features"}, {0}},
		.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "predictions"}, {0}},
		.run = score,
	},
	{
		.name = "fit",
		.help = "Trains any flavor.",
		.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "rows"},
			{"recipe", MLF_JSON, MLF_OPTIONAL, "what made them"}, {0}},
		.outputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "a model"}, {0}},
		.params = (const struct mlf_param[]){{"target", MLF_STR, "y", 0, 0, "its column"},
			{"flavor", MLF_STR, NULL, 0, 0, "the kind of model"},
			{"options", MLF_ANY, "{}", 0, 0, "of the flavor"}, {0}},
		.run = fit,
	},
	{
		.name = "update",
		.help = "Goes on with a model.",
		.inputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "the old model"},
			{"table", MLF_TABLE, 0, "new rows"}, {0}},
		.outputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "the new model"}, {0}},
		.params =
			(const struct mlf_param[]){
				{"options", MLF_ANY, "{}", 0, 0, "of the update"}, {0}},
		.run = update,
	},
};
MLF_PLUGIN("score", "1.0", nodes);
