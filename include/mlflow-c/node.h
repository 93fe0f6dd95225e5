/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: how to write a node.
 *
 * A node is a C function with declared inputs, outputs and parameters. One .c file makes one plugin
 * of one or more nodes; it includes this header and links against nothing. nodes/example.c is the
 * one to copy; docs/writing-nodes.md tells the rest.
 *
 *	static int run(struct mlf_ctx *ctx) { ... return mlf_output(ctx, "table", frame); }
 *
 *	static const struct mlf_node nodes[] = {{
 *		.name = "double_age", .help = "Doubles the age.",
 *		.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "people"}, {0}},
 *		.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "older people"}, {0}},
 *		.params = (const struct mlf_param[]){{"factor", MLF_INT, "2", 1, 10, "how much"}, {0}},
 *		.run = run,
 *	}};
 *	MLF_PLUGIN("double_age", "1.0", nodes);
 *
 * A node returns 0, or what mlf_fail returned. Whatever a call gives you belongs to the host and
 * lives until the node returns; a batch only until the next one. Mistakes are sticky: after a failing
 * call the rest is harmless and the node fails when it returns, so there is nothing to check on the
 * way. */
#ifndef MLFLOW_C_NODE_H
#define MLFLOW_C_NODE_H

#include <mlflow-c/frame.h>
#include <mlflow-c/model.h>

#define MLF_ABI_MAJOR 1 /* other number: refused */
#define MLF_ABI_MINOR 2 /* above the host's: refused; fields are only ever appended */

#define MLF_OPTIONAL 1u /* port flag: may be left unconnected, or its dataset may not exist yet */

struct mlf_port {
	const char *name; /* the last entry of a list has none */
	enum mlf_kind kind;
	unsigned flags;
	const char *help;
};

enum mlf_param_type { MLF_INT = 1, MLF_FLOAT, MLF_STR, MLF_BOOLEAN, MLF_ANY };

struct mlf_param {
	const char *key; /* the last entry of a list has none */
	enum mlf_param_type type;
	const char *def; /* as in YAML; NULL: the parameter must be given */
	double min, max; /* numbers: the range, both ends allowed; equal: no range */
	const char *help;
};

struct mlf_node {
	const char *name; /* what `plugin:` in pipeline.yml says */
	const char *help; /* one sentence */
	const struct mlf_port *inputs, *outputs;
	const struct mlf_param *params;
	int (*run)(struct mlf_ctx *);
};

struct mlf_hook; /* hook.h */
struct mlf_plugin {
	uint32_t size; /* of this struct as the plugin knew it; the next three likewise */
	uint16_t abi_major, abi_minor;
	uint32_t node_size, port_size, param_size;
	const char *name, *version, *source_hash;
	const struct mlf_node *nodes;
	uint32_t n_nodes;
	/* since minor 1 */
	uint32_t hook_size;
	const struct mlf_hook *hooks;
	uint32_t n_hooks;
};

#ifndef MLF_SOURCE_HASH
#define MLF_SOURCE_HASH "" /* the build passes the hash of the source */
#endif
/* Exports the plugin: name, version, array of nodes. Once a file, at its end. */
#define MLF_PLUGIN(plugin_name, plugin_version, node_array)                                \
	extern const struct mlf_plugin mlf_plugin_v1;                                      \
	__attribute__((visibility("default")))                                             \
	const struct mlf_plugin mlf_plugin_v1 = {sizeof(struct mlf_plugin), MLF_ABI_MAJOR, \
		MLF_ABI_MINOR, sizeof(struct mlf_node), sizeof(struct mlf_port),           \
		sizeof(struct mlf_param), plugin_name, plugin_version, MLF_SOURCE_HASH,    \
		node_array, sizeof(node_array) / sizeof((node_array)[0]), 0, NULL, 0}

struct mlf_tools; /* tools.h */
/* What the host offers. Plugins never name these; the wrappers below do. */
struct mlf_host {
	uint32_t size;
	struct mlf_frame *(*input)(struct mlf_ctx *, const char *port);
	struct mlf_frame *(*input_next)(struct mlf_ctx *, const char *port);
	const char *(*input_bytes)(struct mlf_ctx *, const char *port, size_t *len);
	const char *(*input_path)(struct mlf_ctx *, const char *port);
	struct mlf_model *(*input_model)(struct mlf_ctx *, const char *port);
	int (*output)(struct mlf_ctx *, const char *port, struct mlf_frame *);
	int (*output_append)(struct mlf_ctx *, const char *port, struct mlf_frame *);
	int (*output_bytes)(struct mlf_ctx *, const char *port, const void *, size_t len);
	const char *(*output_path)(struct mlf_ctx *, const char *port);
	int (*output_model)(struct mlf_ctx *, const char *port, struct mlf_model *);
	struct mlf_builder *(*build)(struct mlf_ctx *);
	struct mlf_frame *(*import_arrow)(
		struct mlf_ctx *, struct ArrowSchema *, struct ArrowArray *);
	int64_t (*param_i64)(struct mlf_ctx *, const char *key);
	double (*param_f64)(struct mlf_ctx *, const char *key);
	bool (*param_bool)(struct mlf_ctx *, const char *key);
	const char *(*param_str)(struct mlf_ctx *, const char *key);
	const char *(*param_json)(struct mlf_ctx *, const char *key);
	void (*metric)(struct mlf_ctx *, const char *key, double value, int64_t step);
	void (*tag)(struct mlf_ctx *, const char *key, const char *value);
	void (*artifact)(struct mlf_ctx *, const char *name, const void *, size_t len);
	void (*log)(struct mlf_ctx *, const char *text);
	void (*progress)(struct mlf_ctx *, int64_t done, int64_t total);
	bool (*cancelled)(struct mlf_ctx *);
	int (*fail)(struct mlf_ctx *, const char *text);
	uint64_t (*seed)(struct mlf_ctx *);
	int64_t (*now)(struct mlf_ctx *);
	struct mlf_model *(*fit)(struct mlf_ctx *, const char *flavor, struct mlf_frame *,
		const struct mlf_fit_spec *);
	struct mlf_frame *(*predict)(struct mlf_ctx *, struct mlf_model *, struct mlf_frame *);
	int (*quality)(struct mlf_ctx *, const double *score, const double *truth, int64_t n,
		struct mlf_quality *);
	void (*want_registered)(struct mlf_ctx *, const char *name, const char *port,
		const char *alias, const char *condition);
	/* since minor 2 */
	struct mlf_model *(*update)(
		struct mlf_ctx *, struct mlf_model *, struct mlf_frame *, const char *options);
	struct mlf_frame *(*recipe_fit)(struct mlf_ctx *, struct mlf_frame *,
		const struct mlf_recipe_spec *, struct mlf_recipe *);
	struct mlf_frame *(*recipe_apply)(
		struct mlf_ctx *, const struct mlf_recipe *, struct mlf_frame *);
	struct mlf_model *(*fit_after)(struct mlf_ctx *, const char *flavor, struct mlf_frame *,
		const struct mlf_fit_spec *, const struct mlf_recipe *);
	const struct mlf_tools *tools; /* tools.h */
};

/* The public head of a node's context; what follows is the host's. */
struct mlf_ctx {
	const struct mlf_host *host;
};

#include <mlflow-c/node_calls.h>

#endif
