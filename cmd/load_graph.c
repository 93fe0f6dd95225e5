/* SPDX-License-Identifier: Apache-2.0
 * From an open project to a graph, for commands that look at pipelines without their plugins: no
 * worker is started and nothing is loaded, so they answer at once and on a project that is not
 * built. */
#include "cmd/cmd.h"

int
load_graph(struct app *a, const char *pipeline, struct loaded *out, struct errs *found)
{
	memset(out, 0, sizeof(*out));
	if (pipeline_load(&out->arena, a->project, pipeline, &out->spec, found) < 0)
		return -1;
	if (graph_build(&out->arena, &out->spec, &out->graph, found) < 0)
		return -1;
	return load_waits(a, out, found);
}

const char *
pipeline_description(const struct app *a, const char *name)
{
	const struct ynode *n = yaml_get(a->project->pipelines, name);
	for (int i = 0; i < 32 && n && yaml_str(n); i++) /* another name for a pipeline */
		n = yaml_get(a->project->pipelines, yaml_str(n));
	return n && n->kind == Y_MAP ? yaml_str(yaml_get(n, "description")) : NULL;
}
