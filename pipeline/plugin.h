/* SPDX-License-Identifier: Apache-2.0
 * Plugins: the loader (only ever called in a worker, or by --in-process) and their description. */
#ifndef PIPELINE_PLUGIN_H
#define PIPELINE_PLUGIN_H

#include <mlflow-c/hook.h>
#include "base/base.h"

/* Which file it is. A file whose identity is unchanged was not written to: ctime cannot be set. */
struct plugin_id {
	int64_t dev, ino, size, mtime_ns, ctime_ns;
};
/* The plugin that was described when the run was planned. */
struct plugin_expected {
	struct plugin_id id;
	const char *hash;
};
struct plugin_info {
	const char *path; /* relative to the root */
	const char *name, *version, *source_hash;
	char hash[HASH_SHA_HEX];
	struct plugin_id id;
	struct mlf_node *nodes;
	size_t n;
	struct mlf_hook *hooks;
	size_t n_hooks;
};

/* A loaded plugin. Its descriptor stays open and it is never unloaded: glibc matches libraries by
 * name, and the name is the descriptor's. */
struct plugin {
	int fd;
	void *handle;
	struct plugin_info info;
};
/* Opens, checks and loads the plugin at path. With `expected`, a file of that very
 * identity is loaded without being checked and hashed again, and one with other bytes is refused: the
 * record says which it was. Texts go into the arena. */
MUST_CHECK int plugin_load(struct arena *a, const char *root, const char *path,
	const struct plugin_expected *expected, struct plugin *out, struct err *e);
const struct mlf_hook *plugin_hook(const struct plugin_info *info, const char *name); /* or NULL */
/* How many ports a list of a definition has. */
size_t plugin_ports(const struct mlf_port *list);
/* job_wire.c */
void plugin_encode(const struct plugin_info *info, struct jw *w);
MUST_CHECK int plugin_decode(
	struct arena *a, const char *json, size_t len, struct plugin_info *out, struct err *e);

#endif
