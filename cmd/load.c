/* SPDX-License-Identifier: Apache-2.0
 * From an open project to a plan, for every command that needs one. Whatever is wrong with the
 * configuration is found here, all of it, and nothing of it later in a run. */
#include "cmd/cmd.h"

int
load_plan(struct app *a, const struct load_opts *o, struct loaded *out, struct errs *found)
{
	struct err e = {0};
	memset(out, 0, sizeof(*out));
	int rc = catalog_load(&out->catalog, a->project, found);
	if (pipeline_load(&out->arena, a->project, o->pipeline, &out->spec, found) < 0 ||
		graph_build(&out->arena, &out->spec, &out->graph, found) < 0 ||
		load_waits(a, out, found) < 0 || rc < 0)
		return -1;
	struct slice slice = o->slice;
	slice.catalog = out->catalog;
	slice.rootfd = a->project->rootfd;
	if (graph_slice(&out->graph, &slice, &e) < 0) {
		errs_add(found, &e);
		return -1;
	}
	struct clock clock = a->clock; /* a copy: looking costs no tick of a fixed one */
	char version[32];
	version_of_time(clock_now_ms(&clock), version);
	struct plan_input in = {a->project, out->catalog, &out->graph, a->zygote, PLUGIN_DIR,
		version, o->load_versions};
	rc = plan_make(&out->arena, &in, &out->plan, found);
	return load_contracts(a, out, found) < 0 ? -1 : rc;
}

void
loaded_fini(struct loaded *l)
{
	graph_fini(&l->graph);
	map_fini(&l->contracts);
	catalog_free(l->catalog);
	arena_fini(&l->arena);
}
