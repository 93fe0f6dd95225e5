/* SPDX-License-Identifier: Apache-2.0
 * Nodes that do nothing: for measuring what a node costs, or a dataset. */
#include <mlflow-c/node.h>

static int
token(struct mlf_ctx *ctx)
{
	return mlf_output_bytes(ctx, "out", "", 0);
}

static int
nothing(struct mlf_ctx *ctx)
{
	(void)ctx;
	return 0;
}

static int
empty(struct mlf_ctx *ctx)
{
	return mlf_output(ctx, "out", mlf_finish(mlf_build(ctx)));
}

static int
copy(struct mlf_ctx *ctx)
{
	return mlf_output(ctx, "out", mlf_input(ctx, "in"));
}

static const struct mlf_port in[] = {{"in", MLF_TABLE, MLF_OPTIONAL, "anything"}, {0}};
static const struct mlf_port out[] = {{"out", MLF_TABLE, MLF_OPTIONAL, "an empty table"}, {0}};
static const struct mlf_port text[] = {{"out", MLF_TEXT, 0, "an empty text"}, {0}};

static const struct mlf_node nodes[] = {
	{"noop", "Does nothing.", in, NULL, NULL, nothing},
	{"link", "Gives an empty table.", in, out, NULL, empty},
	{"copy", "Gives the table it was given.", in, out, NULL, copy},
	{"token", "Gives an empty text.", in, text, NULL, token},
};
MLF_PLUGIN("noop", "1.0", nodes);
