/* SPDX-License-Identifier: Apache-2.0
 * A node that judges what stands in a table: truth, said, and score_0, score_1, ... of classes. For tests of
 * figures without a model. */
#include <mlflow-c/tools.h>

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *f = mlf_input(ctx, "table");
	struct mlf_f64s truth = mlf_f64(f, "truth"), said = mlf_f64(f, "said");
	const char *task = mlf_param_str(ctx, "task");
	static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
	const double *scores[8] = {NULL};
	struct mlf_judged j = {.task = MLF_NUMBERS,
		.n = truth.n,
		.truth = truth.v,
		.said = said.v,
		.threshold = 0.5,
		.confidence = 0.95,
		.bins = 10};
	char name[32];
	size_t len;
	if (strcmp(task, "binary") == 0)
		j.task = MLF_BINARY;
	for (; strcmp(task, "multiclass") == 0 && j.classes < 8; j.classes++) {
		snprintf(name, sizeof(name), "score_%d", (int)j.classes);
		if (mlf_find(f, name) < 0)
			break;
		j.task = MLF_CLASSES;
		scores[j.classes] = mlf_f64(f, name).v;
	}
	if (j.task == MLF_CLASSES) {
		j.scores = scores;
		j.names = names;
	}
	struct mlf_page page = {.verdict = mlf_judge(ctx, &j), .title = "judged"};
	const char *json = page.verdict ? mlf_draw(ctx, &page, "json", &len) : NULL;
	return json ? mlf_output_bytes(ctx, "report", json, len) : -1;
}

static const struct mlf_node nodes[] = {{
	.name = "judged",
	.help = "Judges what stands in a table.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "truth and said"}, {0}},
	.outputs = (const struct mlf_port[]){{"report", MLF_JSON, 0, "the figures"}, {0}},
	.params = (const struct mlf_param[]){{"task", MLF_STR, "binary", 0, 0, "which"}, {0}},
	.run = run,
}};
MLF_PLUGIN("judged", "1.0", nodes);
