/* SPDX-License-Identifier: Apache-2.0
 * Where the OpenLineage events of a run go.
 *
 *	OPENLINEAGE_DISABLED=true   nowhere
 *	--lineage-file, lineage.file       a path beneath the working folder; beneath the project
 *	OPENLINEAGE_URL, lineage.url       the environment goes first, here and for the namespace
 *	OPENLINEAGE_API_KEY                of the environment alone: it is a secret */
#include "cmd/lineage.h"

#include <limits.h>
#include <strings.h>
#include <unistd.h>

struct settings {
	const char *file, *url, *namespace_;
};

static const struct yfield fields[] = {
	{"file", YF_STR, false, offsetof(struct settings, file), "events are appended to it"},
	{"url", YF_STR, false, offsetof(struct settings, url), "events are posted to it"},
	{"namespace", YF_STR, false, offsetof(struct settings, namespace_), "of the jobs"},
	{0},
};

static const char *
first(const char *variable, const char *setting)
{
	const char *value = getenv(variable);
	if (value && *value)
		return value;
	return setting && *setting ? setting : NULL;
}

static const char *
absolute(struct app *a, const char *folder, const char *path)
{
	return *path == '/' ? path : arena_printf(&a->project->arena, "%s/%s", folder, path);
}

int
lineage_asked(struct app *a, const char *flag, struct lineage_asked *out, struct errs *found)
{
	const struct ynode *map = yaml_get(a->project->settings, "lineage");
	const char *off = getenv("OPENLINEAGE_DISABLED");
	struct settings s = {0};
	char here[PATH_MAX];
	*out = (struct lineage_asked){0};
	if (map && yaml_fill(map, fields, &s, "lineage", found) < 0)
		return -1;
	if (off && (strcasecmp(off, "true") == 0 || str_eq(off, "1")))
		return 0;
	out->shown = flag ? flag : s.file && *s.file ? s.file : NULL;
	if (out->shown)
		out->file = absolute(a,
			flag && getcwd(here, sizeof(here)) ? here : a->project->root, out->shown);
	out->url = first("OPENLINEAGE_URL", s.url);
	out->key = first("OPENLINEAGE_API_KEY", NULL);
	out->namespace_ = first("OPENLINEAGE_NAMESPACE", s.namespace_);
	if (!out->namespace_)
		out->namespace_ = "default";
	return 0;
}
