/* SPDX-License-Identifier: Apache-2.0
 * Plugins as the runner sees them: where they lie, and a description that a worker made and sent as JSON.
 * The runner itself never loads one. */
#include "pipeline/plugin.h"

#include <sys/wait.h>

#include "pipeline/codec.h"
#include "pipeline/pipeline.h"
#include "pipeline/zygote.h"

const char *
plugin_find(struct arena *a, const struct project *p, const char *dir, const char *file)
{
	const char *own = arena_printf(a, "%s/%s.so", dir, file);
	char *shipped;

	if (file_exists(p->rootfd, own))
		return own;
	if (file_exists(p->rootfd, arena_printf(a, "nodes/%s.c", file)))
		return NULL;
	shipped = module_path("nodes", file);
	own = shipped ? arena_strdup(a, shipped) : NULL;
	free(shipped);
	return own;
}

bool
plugin_is_shipped(const char *path)
{
	return path[0] == '/';
}

/* What a worker's end says when it gave no description. */
static int
died(const char *path, const struct exit_msg *end, struct err *e)
{
	if (WIFSIGNALED(end->status))
		err_set(e, MLC_PLUGIN_LOAD, "plugin %s crashed while loading (%s)", path,
			strsignal(WTERMSIG(end->status)));
	else
		err_set(e, MLC_PLUGIN_LOAD,
			"plugin %s ended the process while loading (exit code %d)", path,
			WEXITSTATUS(end->status));
	return err_help(e, "build it again; if that is not it, look at its constructors");
}

/* The answer is a description, or the error that stood in its way. */
static int
take_answer(struct arena *a, const struct wire_msg *answer, struct plugin_info *info, struct err *e)
{
	struct err failed = {0};
	if (plugin_decode(a, str_text(&answer->body), answer->body.len, info, e) < 0)
		return -1;
	if (info->name)
		return 0;
	if (codec_read(a, str_text(&answer->body), answer->body.len, &err_shape, &failed, e) == 0)
		*e = failed;
	return -1;
}

int
plugin_describe(struct zygote *z, struct arena *a, const struct project *p, const char *path,
	const struct plugin_info **out, struct err *e)
{
	struct str json = {0};
	struct jw w;
	struct wire_msg answer = {0};
	struct exit_msg end = {0};
	struct plugin_info *info = arena_alloc(a, sizeof(*info));
	jw_init(&w, &json);
	jw_object(&w);
	jw_kv_str(&w, "root", p->root);
	jw_kv_str(&w, "plugin", path);
	jw_end(&w, '}');
	int rc = zygote_ask(z, WIRE_DESCRIBE, str_text(&json), &answer, &end, e);
	if (rc == 0 && answer.kind != WIRE_DONE)
		rc = died(path, &end, e);
	if (rc == 0)
		rc = take_answer(a, &answer, info, e);
	*out = info;
	wire_msg_fini(&answer);
	str_fini(&json);
	return rc;
}

const struct mlf_node *
plugin_node(const struct plugin_info *info, const char *name)
{
	for (size_t i = 0; i < info->n; i++)
		if (str_eq(info->nodes[i].name, name))
			return &info->nodes[i];
	return NULL;
}

size_t
plugin_nodes(const struct plugin_info *info, const struct mlf_node **nodes)
{
	*nodes = info->nodes;
	return info->n;
}

const struct mlf_hook *
plugin_hook(const struct plugin_info *info, const char *name)
{
	for (size_t i = 0; i < info->n_hooks; i++)
		if (str_eq(info->hooks[i].name, name))
			return &info->hooks[i];
	return NULL;
}

size_t
plugin_hooks(const struct plugin_info *info, const struct mlf_hook **hooks)
{
	*hooks = info->hooks;
	return info->n_hooks;
}

size_t
plugin_ports(const struct mlf_port *list)
{
	size_t n = 0;
	while (list && list[n].name)
		n++;
	return n;
}

const char *
plugin_hash(const struct plugin_info *info)
{
	return info->hash;
}

const char *
plugin_path(const struct plugin_info *info)
{
	return info->path;
}
