/* SPDX-License-Identifier: Apache-2.0
 * register: asks for a model to become the next version of a registered model. An alias moves to it
 * if the condition holds; `current` in a condition is the version that has the alias now. The report
 * that the model was judged by is kept with the run. */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	size_t len = 0;
	const char *report = mlf_input_bytes(ctx, "report", &len);
	const char *alias = mlf_param_str(ctx, "alias");
	const char *condition = mlf_param_str(ctx, "condition");
	if (report)
		mlf_artifact(ctx, "report.json", report, len);
	mlf_register(ctx, mlf_param_str(ctx, "name"), "model", alias && *alias ? alias : NULL,
		condition && *condition ? condition : NULL);
	return 0;
}

static const struct mlf_node nodes[] = {{
	.name = "register",
	.help = "Registers a model as the next version of its name.",
	.inputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "the model to register"},
		{"report", MLF_JSON, MLF_OPTIONAL, "what it was judged by"}, {0}},
	.outputs = (const struct mlf_port[]){{0}},
	.params = (const struct mlf_param[]){{"name", MLF_STR, NULL, 0, 0,
						     "under which it is registered"},
		{"alias", MLF_STR, "", 0, 0, "the alias to move, if any"},
		{"condition", MLF_STR, "", 0, 0, "as in `auc >= current`; empty: always"}, {0}},
	.run = run,
}};
MLF_PLUGIN("register", "1.0", nodes);
