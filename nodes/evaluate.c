/* SPDX-License-Identifier: Apache-2.0
 * evaluate: judges a model by rows it has not seen. The figures become metrics of the run and a
 * small JSON report. The target must be 0 or 1. */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *table = mlf_input(ctx, "table");
	struct mlf_frame *said = mlf_predict(ctx, mlf_input_model(ctx, "model"), table);
	struct mlf_f64s score = mlf_f64(said, "score");
	struct mlf_f64s truth = mlf_f64(table, mlf_param_str(ctx, "target"));
	struct mlf_quality q = {0};
	if (score.nulls || truth.nulls)
		return mlf_fail(ctx, "%lld rows have no score and %lld no truth",
			(long long)score.nulls, (long long)truth.nulls);
	int rc = mlf_measure(ctx, score.v, truth.v, score.n, &q);
	if (rc != 0)
		return rc;
	if (q.positives == 0 || q.positives == q.n)
		return mlf_fail(ctx, "all %lld rows are of one class", (long long)q.n);

	const struct {
		const char *name;
		double value;
	} figures[] = {{"auc", q.auc}, {"accuracy", q.accuracy}, {"log_loss", q.log_loss},
		{"brier", q.brier}, {"precision", q.precision}, {"recall", q.recall}, {"f1", q.f1}};
	char report[640];
	int len = snprintf(report, sizeof(report), "{\n  \"rows\": %lld,\n  \"positives\": %lld",
		(long long)q.n, (long long)q.positives);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		mlf_metric(ctx, figures[i].name, figures[i].value, 0);
		len += snprintf(report + len, sizeof(report) - (size_t)len, ",\n  \"%s\": %.17g",
			figures[i].name, figures[i].value);
	}
	len += snprintf(report + len, sizeof(report) - (size_t)len, "\n}\n");
	mlf_log(ctx, "auc %.4f, accuracy %.4f, f1 %.4f", q.auc, q.accuracy, q.f1);
	return mlf_output_bytes(ctx, "report", report, (size_t)len);
}

static const struct mlf_node nodes[] = {{
	.name = "evaluate",
	.help = "Measures how good a model's scores are.",
	.inputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "the model to judge"},
		{"table", MLF_TABLE, 0, "rows it has not seen"}, {0}},
	.outputs = (const struct mlf_port[]){{"report", MLF_JSON, 0, "the figures"}, {0}},
	.params = (const struct mlf_param[]){{"target", MLF_STR, NULL, 0, 0,
						     "the column that holds the truth, 0 or 1"},
		{0}},
	.run = run,
}};
MLF_PLUGIN("evaluate", "1.0", nodes);
