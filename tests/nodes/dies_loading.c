/* SPDX-License-Identifier: Apache-2.0
 * A plugin that crashes the process that loads it. */
#include <mlflow-c/node.h>

#include <stdlib.h>

__attribute__((constructor)) static void
die(void)
{
	abort();
}

static int
run(struct mlf_ctx *ctx)
{
	(void)ctx;
	return 0;
}
static const struct mlf_node nodes[] = {{"dies_loading", "Never runs.", NULL, NULL, NULL, run}};
MLF_PLUGIN("dies_loading", "1.0", nodes);
