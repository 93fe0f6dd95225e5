/* SPDX-License-Identifier: Apache-2.0
 * A node that trains on the column `said` alone, for tests of evaluate: its model of numbers says what stands
 * there, as far as a line can. */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	const char *const columns[] = {"said", NULL};
	struct mlf_fit_spec spec = {.target = mlf_param_str(ctx, "target"),
		.columns = columns,
		.options = mlf_param_str(ctx, "options"),
		.seed = 1};
	struct mlf_frame *f = mlf_input(ctx, "table");
	return mlf_output_model(ctx, "model", mlf_fit(ctx, mlf_param_str(ctx, "flavor"), f, &spec));
}

static const struct mlf_node nodes[] = {{
	.name = "oracle",
	.help = "Trains on the column `said`.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "said and target"}, {0}},
	.outputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "what was learnt"}, {0}},
	.params = (const struct mlf_param[]){{"target", MLF_STR, "truth", 0, 0, "to predict"},
		{"flavor", MLF_STR, "linear", 0, 0, "of the model"},
		{"options", MLF_STR, "{}", 0, 0, "of the flavor"}, {0}},
	.run = run,
}};
MLF_PLUGIN("oracle", "1.0", nodes);
