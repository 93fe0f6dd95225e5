/* SPDX-License-Identifier: Apache-2.0
 * train: learns to predict one column of a table from all the others. */
#include <mlflow-c/node.h>

#include <string.h>

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *table = mlf_input(ctx, "table");
	struct mlf_recipe recipe;
	recipe.json = mlf_input_bytes(ctx, "recipe", &recipe.len);
	const char *flavor = mlf_param_str(ctx, "flavor");
	char linear[160];
	snprintf(linear, sizeof(linear), "{\"l2\": %.17g, \"max_iter\": %lld, \"standardize\": %s}",
		mlf_param_f64(ctx, "l2"), (long long)mlf_param_i64(ctx, "max_iter"),
		mlf_param_bool(ctx, "standardize") ? "true" : "false");
	struct mlf_fit_spec spec = {
		.target = mlf_param_str(ctx, "target"),
		.options = strcmp(flavor, "linear") == 0 ? linear : mlf_param_json(ctx, "options"),
		.seed = mlf_seed(ctx),
	};
	mlf_log(ctx, "training on %lld rows, %d columns", (long long)mlf_rows(table),
		mlf_columns(table) - 1);
	return mlf_output_model(ctx, "model", mlf_fit_after(ctx, flavor, table, &spec, &recipe));
}

static const struct mlf_node nodes[] = {{
	.name = "train",
	.help = "Trains a model.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "features and target"},
		{"recipe", MLF_JSON, MLF_OPTIONAL, "the steps that made the features"}, {0}},
	.outputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "what was learnt"}, {0}},
	.params =
		(const struct mlf_param[]){{"target", MLF_STR, NULL, 0, 0, "the column to predict"},
			{"flavor", MLF_STR, "linear", 0, 0, "the kind of model: linear, xgboost"},
			{"l2", MLF_FLOAT, "1.0", 0, 1e15,
				"linear: how much large coefficients cost"},
			{"max_iter", MLF_INT, "100", 1, 100000, "linear: steps to take at most"},
			{"standardize", MLF_BOOLEAN, "true", 0, 0,
				"linear: give every column the same spread"},
			{"options", MLF_ANY, "{}", 0, 0, "the options of other flavors, a map"},
			{0}},
	.run = run,
}};
MLF_PLUGIN("train", "1.0", nodes);
