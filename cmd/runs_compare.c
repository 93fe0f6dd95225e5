/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c runs compare: what differs between runs: metrics, parameters, inputs, nodes.
 *
 *	KIND    NAME        noble-raven  brave-finch
 *	metric  auc              0.9624       0.9598
 *	param   train.l2            0.1          100
 *	input   loans_csv      9f2c41aa     41aa0c7e
 *	node    train              42ms        107ms
 *
 * Times differ always, so they make no difference by themselves: they are shown with --all. */
#include "cmd/compare.h"

struct compare_args {
	bool all, exit_code;
};

static int
run(struct app *a)
{
	const struct compare_args *args = a->opts;
	struct comparison *c = mem_alloc(sizeof(*c));
	struct err e = {0};
	int rc = 0;
	for (int i = 0; rc == 0 && i < a->n_args; i++)
		rc = compare_run(c, a, a->args[i], NULL, &e);
	int code = rc < 0 ? report(a, &e) : compare_print(a, c, args->all, args->exit_code);
	compare_free(c);
	return code;
}

static const char *const examples[] = {"mlflow-c runs compare last calm-otter",
	"what differs between two runs", "mlflow-c runs compare a b c --all",
	"several, and all there is", NULL};
static const struct opt opts[] = {
	{"all", 0, OPT_FLAG, offsetof(struct compare_args, all), NULL,
		"also what is the same, and times"},
	{"exit-code", 0, OPT_FLAG, offsetof(struct compare_args, exit_code), NULL,
		"end with 10 if anything differs"},
	{0},
};
const struct cmd cmd_runs_compare = {
	.name = "runs compare",
	.args = "RUN RUN [RUN...]",
	.min_args = 2,
	.max_args = COMPARE_MAX,
	.summary = "What differs between runs: metrics, parameters, inputs.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct compare_args),
	.run = run,
};
