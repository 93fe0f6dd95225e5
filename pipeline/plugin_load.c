/* SPDX-License-Identifier: Apache-2.0
 * Loading a plugin: who could have written it, what it is, whether it fits.
 *
 *	open -> fstat: regular, owned by us, root or the project's owner, not writable by others
 *	     -> every parent folder the same (sticky folders pass)
 *	     -> SHA-256 of the descriptor -> dlopen of the same descriptor -> ABI
 *
 * Nothing is looked up by name after the first open, so there is no window for a swap. */
#include "pipeline/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct plugin_id
identity(const struct stat *st)
{
	return (struct plugin_id){(int64_t)st->st_dev, (int64_t)st->st_ino, st->st_size,
		(int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
		(int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec};
}

/* Opens the file and makes sure nobody else could have written it. */
static int
open_checked(const char *root, const char *path, const struct plugin_expected *expected,
	struct plugin *out, struct err *e)
{
	char absolute[4096];
	struct stat st, project;
	bool rooted = path[0] == '/';
	(void)snprintf(
		absolute, sizeof(absolute), "%s%s%s", rooted ? "" : root, rooted ? "" : "/", path);
	out->fd = open(absolute, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); /* a pipe waits */
	if (out->fd < 0 && errno == ELOOP)
		return trust_refuse(e, path, "it is a symbolic link", "put the file itself there");
	if (out->fd < 0)
		return err_errno(e, MLC_PLUGIN_LOAD, "cannot open plugin %s", path);
	if (fstat(out->fd, &st) < 0 || stat(root, &project) < 0)
		return err_errno(e, MLC_PLUGIN_LOAD, "cannot look at plugin %s", path);
	out->info.id = identity(&st);
	if (expected && memcmp(&expected->id, &out->info.id, sizeof(expected->id)) == 0)
		return 0;
	struct trust t = {.path = path, .root = root, .owner = project.st_uid};
	if (trust_code(&t, &st, absolute, e) < 0 || hash_sha256_fd(out->fd, out->info.hash, e) < 0)
		return -1;
	if (!expected || str_eq(expected->hash, out->info.hash))
		return 0;
	err_set(e, MLC_PLUGIN_STALE, "plugin %s was built again while the run went on", path);
	return err_help(e, "run again; a run uses one build of a plugin from beginning to end");
}

/* Copies element i of an array whose elements were `stride` bytes when the plugin was built. */
static void
element(void *dst, size_t size, const void *array, uint32_t stride, size_t i)
{
	memset(dst, 0, size);
	memcpy(dst, (const char *)array + i * stride, stride < size ? stride : size);
}

/* Copies a list of ports that ends with a nameless one. */
static struct mlf_port *
copy_ports(struct arena *a, const struct mlf_port *ports, uint32_t stride)
{
	struct mlf_port p;
	size_t n = 0;
	if (ports)
		for (element(&p, sizeof(p), ports, stride, 0); p.name;)
			element(&p, sizeof(p), ports, stride, ++n);
	struct mlf_port *copy = arena_alloc(a, (n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		element(&copy[i], sizeof(p), ports, stride, i);
	return copy;
}

static struct mlf_param *
copy_params(struct arena *a, const struct mlf_param *params, uint32_t stride)
{
	struct mlf_param p;
	size_t n = 0;
	if (params)
		for (element(&p, sizeof(p), params, stride, 0); p.key;)
			element(&p, sizeof(p), params, stride, ++n);
	struct mlf_param *copy = arena_alloc(a, (n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		element(&copy[i], sizeof(p), params, stride, i);
	return copy;
}

/* Copies what the plugin knew of the struct into *out; the rest is zero. */
static int
check_abi(const struct mlf_plugin *d, const char *path, struct mlf_plugin *out, struct err *e)
{
	if (d->size < offsetof(struct mlf_plugin, hook_size) || d->abi_major != MLF_ABI_MAJOR ||
		d->abi_minor > MLF_ABI_MINOR) {
		err_set(e, MLC_PLUGIN_ABI,
			"plugin %s was built for ABI %u.%u, this program has %d.%d", path,
			d->abi_major, d->abi_minor, MLF_ABI_MAJOR, MLF_ABI_MINOR);
		return err_help(e, "build it again with this program's headers");
	}
	element(out, sizeof(*out), d, d->size, 0);
	if (d->abi_minor < 1) /* what lies behind the nodes is padding */
		memset((char *)out + offsetof(struct mlf_plugin, hook_size), 0,
			sizeof(*out) - offsetof(struct mlf_plugin, hook_size));
	bool nodes = out->nodes && out->n_nodes &&
		out->node_size >= offsetof(struct mlf_node, run) + sizeof(void *);
	bool hooks = out->hooks && out->n_hooks &&
		out->hook_size >= offsetof(struct mlf_hook, run) + sizeof(void *);
	if (!out->name || !out->version || (!nodes && !hooks) || (out->n_nodes && !nodes) ||
		(out->n_hooks && !hooks) || !out->port_size || !out->param_size)
		return err_set(e, MLC_PLUGIN_LOAD, "plugin %s describes itself incompletely", path);
	return 0;
}

/* What the rest of the program takes for granted of a definition. */
static int
check_node(const struct mlf_node *n, const char *path, struct err *e)
{
	const struct mlf_port *const lists[] = {n->inputs, n->outputs};
	for (size_t i = 0; i < 2; i++)
		for (const struct mlf_port *p = lists[i]; p->name; p++)
			if (p->kind < MLF_TABLE || p->kind > MLF_PATH || !str_is_name(p->name))
				return err_set(e, MLC_PLUGIN_LOAD,
					"plugin %s: port `%s` of node `%s` is %s", path, p->name,
					n->name,
					str_is_name(p->name) ? "of no known kind" : "no name");
	for (const struct mlf_param *p = n->params; p->key; p++)
		if (p->type < MLF_INT || p->type > MLF_ANY)
			return err_set(e, MLC_PLUGIN_LOAD,
				"plugin %s: parameter `%s` of node `%s` is of no known type", path,
				p->key, n->name);
	return 0;
}

static int
adopt_nodes(struct arena *a, const struct mlf_plugin *d, struct plugin_info *info, struct err *e)
{
	info->n = d->n_nodes;
	info->nodes = arena_alloc(a, info->n * sizeof(*info->nodes) + 1);
	for (size_t i = 0; i < info->n; i++) {
		struct mlf_node *n = &info->nodes[i];
		element(n, sizeof(*n), d->nodes, d->node_size, i);
		if (!n->name || !n->run)
			return err_set(e, MLC_PLUGIN_LOAD, "a node of plugin %s has no %s",
				info->path, n->name ? "run function" : "name");
		n->inputs = copy_ports(a, n->inputs, d->port_size);
		n->outputs = copy_ports(a, n->outputs, d->port_size);
		n->params = copy_params(a, n->params, d->param_size);
		if (check_node(n, info->path, e) < 0)
			return -1;
	}
	return 0;
}

static int
adopt_hooks(struct arena *a, const struct mlf_plugin *d, struct plugin_info *info, struct err *e)
{
	info->n_hooks = d->n_hooks;
	info->hooks = arena_alloc(a, info->n_hooks * sizeof(*info->hooks) + 1);
	for (size_t i = 0; i < info->n_hooks; i++) {
		struct mlf_hook *h = &info->hooks[i];
		element(h, sizeof(*h), d->hooks, d->hook_size, i);
		if (!h->name || !h->run)
			return err_set(e, MLC_PLUGIN_LOAD, "a hook of plugin %s has no %s",
				info->path, h->name ? "function" : "name");
	}
	return 0;
}

static int
adopt(struct arena *a, const struct mlf_plugin *exported, struct plugin *out, struct err *e)
{
	struct plugin_info *info = &out->info;
	struct mlf_plugin d;
	if (check_abi(exported, info->path, &d, e) < 0)
		return -1;
	info->name = d.name;
	info->version = d.version;
	info->source_hash = d.source_hash ? d.source_hash : "";
	return adopt_nodes(a, &d, info, e) < 0 ? -1 : adopt_hooks(a, &d, info, e);
}

int
plugin_load(struct arena *a, const char *root, const char *path,
	const struct plugin_expected *expected, struct plugin *out, struct err *e)
{
	char self[64];
	memset(out, 0, sizeof(*out));
	out->info.path = arena_strdup(a, path);
	if (open_checked(root, path, expected, out, e) < 0)
		goto fail;
	/* by number of the process: a debugger that follows the name has another "self" */
	(void)snprintf(self, sizeof(self), "/proc/%d/fd/%d", (int)getpid(), out->fd);
	out->handle = dlopen(self, RTLD_NOW | RTLD_LOCAL);
	if (!out->handle) {
		const char *why = dlerror();
		size_t n = strlen(self); /* which begins with the name it was loaded by */
		if (strncmp(why, self, n) == 0 && strncmp(why + n, ": ", 2) == 0)
			why += n + 2;
		err_set(e, MLC_PLUGIN_LOAD, "plugin %s does not load: %s", path, why);
		err_help(e, "build it again: mlflow-c run --build");
		goto fail;
	}
	const struct mlf_plugin *d = dlsym(out->handle, "mlf_plugin_v1");
	if (!d) {
		err_set(e, MLC_PLUGIN_LOAD, "plugin %s exports no mlf_plugin_v1", path);
		err_help(e, "end the file with MLF_PLUGIN(name, version, nodes);");
		goto fail;
	}
	if (adopt(a, d, out, e) == 0)
		return 0;
	return -1; /* loaded code stays loaded */
fail:
	if (out->fd >= 0)
		close(out->fd);
	return -1;
}
