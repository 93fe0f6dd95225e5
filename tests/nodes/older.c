/* SPDX-License-Identifier: Apache-2.0
 * A plugin of ABI 1.0, whose description ended with the nodes. */
#include <mlflow-c/node.h>

static int
run(struct mlf_ctx *ctx)
{
	mlf_log(ctx, "as ever");
	return 0;
}
static const struct mlf_node nodes[] = {{"older", "Says one thing.", NULL, NULL, NULL, run}};

struct plugin_1_0 {
	uint32_t size;
	uint16_t abi_major, abi_minor;
	uint32_t node_size, port_size, param_size;
	const char *name, *version, *source_hash;
	const struct mlf_node *nodes;
	uint32_t n_nodes, padding;
};
/* What follows it in memory is none of its business, and would be believed if it were read. */
struct in_memory {
	struct plugin_1_0 plugin;
	uint64_t behind[4];
};
extern const struct in_memory mlf_plugin_v1;
const struct in_memory mlf_plugin_v1 = {
	{sizeof(struct plugin_1_0), 1, 0, sizeof(struct mlf_node), sizeof(struct mlf_port),
		sizeof(struct mlf_param), "older", "1.0", "", nodes, 1, 0xffffffff},
	{~0ull, ~0ull, ~0ull, ~0ull}};
