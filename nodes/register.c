/* SPDX-License-Identifier: Apache-2.0
 * register: asks for a model to become the next version of a registered model. An alias moves to it if the
 * condition holds, given in full (`auc >= current + 0.002`) or by a metric and the margin by which it has to be
 * better; `current` is the version that has the alias now, and without one the first version gets it. The
 * report that the model was judged by is kept with the run. */
#include <mlflow-c/tools.h>

/* The condition of `metric`, `direction` and `margin`. */
static int
compose(struct mlf_ctx *ctx, const char *metric, char *out, size_t size)
{
	const char *direction = mlf_param_str(ctx, "direction");
	double margin = mlf_param_f64(ctx, "margin");
	bool lower = strcmp(direction, "lower") == 0 ||
		(strcmp(direction, "auto") == 0 && mlf_lower_is_better(metric));
	if (!lower && strcmp(direction, "higher") != 0 && strcmp(direction, "auto") != 0)
		return mlf_fail(
			ctx, "`direction` is `%s`; it must be auto, higher or lower", direction);
	(void)snprintf(out, size, "%s %s current %c %.15g", metric,
		lower ? "<=" : ">=", lower ? '-' : '+', margin);
	return 0;
}

static int
run(struct mlf_ctx *ctx)
{
	size_t len = 0;
	const char *report = mlf_input_bytes(ctx, "report", &len);
	const char *alias = mlf_param_str(ctx, "alias"), *metric = mlf_param_str(ctx, "metric");
	const char *condition = mlf_param_str(ctx, "condition");
	char made[300];
	if (*metric && *condition)
		return mlf_fail(ctx, "give either `condition` or `metric`, not both");
	if (*metric && compose(ctx, metric, made, sizeof(made)) < 0)
		return -1;
	if (*metric)
		condition = made;
	if (report)
		mlf_artifact(ctx, "report.json", report, len);
	mlf_register(ctx, mlf_param_str(ctx, "name"), "model", *alias ? alias : NULL,
		*condition ? condition : NULL);
	return 0;
}

static const struct mlf_node nodes[] = {{
	.name = "register",
	.help = "Registers a model as the next version of its name.",
	.inputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "the model to register"},
		{"report", MLF_JSON, MLF_OPTIONAL, "what it was judged by"}, {0}},
	.outputs = (const struct mlf_port[]){{0}},
	.params =
		(const struct mlf_param[]){
			{"name", MLF_STR, NULL, 0, 0, "under which it is registered"},
			{"alias", MLF_STR, "", 0, 0, "the alias to move, if any"},
			{"condition", MLF_STR, "", 0, 0,
				"as in `auc >= current + 0.002`; empty: always"},
			{"metric", MLF_STR, "", 0, 0,
				"instead of a condition: what it must be better at"},
			{"margin", MLF_FLOAT, "0", 0, 1e15, "by how much"},
			{"direction", MLF_STR, "auto", 0, 0, "what better is: auto, higher, lower"},
			{0}},
	.run = run,
}};
MLF_PLUGIN("register", "2.0", nodes);
