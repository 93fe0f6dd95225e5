/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: how to write a hook, a function that is called when something happens in a run.
 *
 *	static int tell(struct mlf_ctx *ctx, const struct mlf_event *event)
 *	{
 *		mlf_log(ctx, "%s of %s", event->point, event->node);
 *		return 0;
 *	}
 *	static const struct mlf_hook hooks[] = {{"tell", "Logs every event.", tell}};
 *	MLF_HOOKS("tell", "1.0", hooks);
 *
 * It is named in mlflow-c.yml: `hooks: [{on: [before_node, after_node], plugin: tell}]`. Each call is
 * made in a process of its own, so it can crash or hang and the run goes on; nothing is kept in memory
 * from one call to the next. Of the calls of node.h a hook has mlf_log, mlf_fail, mlf_tag,
 * mlf_metric (where there is a node), mlf_artifact, mlf_seed and mlf_now; it has no ports. */
#ifndef MLFLOW_C_HOOK_H
#define MLFLOW_C_HOOK_H

#include <mlflow-c/node.h>

/* What a hook is told. What does not apply is NULL, a number -1. */
struct mlf_event {
	uint32_t size;     /* of this struct as the host knows it */
	const char *point; /* "before_run", "after_run", "on_run_error", "before_node", ... */
	const char *run_id, *run, *pipeline, *conf;
	const char *node, *status; /* status: of the node, or of the run */
	const char *error;         /* the message */
	const char *dataset, *port, *path, *hash;
	int64_t rows, bytes;
	int64_t ms;       /* how long it took */
	const char *json; /* all of it, as a hook that is a program reads it */
};

struct mlf_hook {
	const char *name, *help; /* name: what `plugin: FILE:NAME` says */
	int (*run)(struct mlf_ctx *, const struct mlf_event *);
};

/* Exports a plugin of hooks: name, version, array of hooks. Once a file, at its end. */
#define MLF_HOOKS(plugin_name, plugin_version, hook_array)                                       \
	extern const struct mlf_plugin mlf_plugin_v1;                                            \
	__attribute__((visibility("default")))                                                   \
	const struct mlf_plugin mlf_plugin_v1 = {sizeof(struct mlf_plugin), MLF_ABI_MAJOR,       \
		MLF_ABI_MINOR, sizeof(struct mlf_node), sizeof(struct mlf_port),                 \
		sizeof(struct mlf_param), plugin_name, plugin_version, MLF_SOURCE_HASH, NULL, 0, \
		sizeof(struct mlf_hook), hook_array, sizeof(hook_array) / sizeof((hook_array)[0])}

#endif
