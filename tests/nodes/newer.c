/* SPDX-License-Identifier: Apache-2.0
 * A plugin for a later version of the ABI. */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	(void)ctx;
	return 0;
}
static const struct mlf_node nodes[] = {{"newer", "Never runs.", NULL, NULL, NULL, run}};

extern const struct mlf_plugin mlf_plugin_v1;
const struct mlf_plugin mlf_plugin_v1 = {sizeof(struct mlf_plugin), MLF_ABI_MAJOR,
	MLF_ABI_MINOR + 1, sizeof(struct mlf_node), sizeof(struct mlf_port),
	sizeof(struct mlf_param), "newer", "1.0", "", nodes, 1, 0, NULL, 0};
