/* SPDX-License-Identifier: Apache-2.0
 * From an open project to a plan, for every command that needs one. Whatever is wrong with the
 * configuration is found here, all of it, and nothing of it later in a run. */
#include "cmd/cmd.h"

/* Rows that cannot be read need a place, too. */
static void
place_bad_lines(struct loaded *l, struct plan_port *port, struct errs *found)
{
	if (port->entry && dataset_keeps_bad_lines(port->entry))
		port->bad_lines = catalog_aside(
			&l->arena, l->catalog, port->dataset, "__bad_lines", "__bad_lines", found);
}

/* A node confirms what has a checkpoint. */
static void
check_confirms(struct loaded *l, const struct spec_node *n, struct errs *found)
{
	for (size_t i = 0; i < n->n_confirms; i++) {
		const struct dataset *d = catalog_find(l->catalog, n->confirms[i].dataset, found);
		struct err e = {0};

		if (d && dataset_is_incremental(d))
			continue;
		err_set(&e, MLC_DATASET, "node `%s` confirms `%s`, which is not incremental",
			n->name, n->confirms[i].dataset);
		err_at(&e, &n->confirms[i].at, "");
		err_help(&e,
			"make it `type: partitions` with `incremental: true`, or remove it "
			"from `confirms`");
		errs_add(found, &e);
	}
}

/* What nodes need beside their contracts. */
static int
check_nodes(struct loaded *l, struct errs *found)
{
	size_t before = found->n + found->dropped;

	for (size_t i = 0; i < l->plan.n; i++) {
		struct plan_node *n = &l->plan.nodes[i];

		check_confirms(l, n->spec, found);
		for (size_t p = 0; p < n->n_inputs; p++)
			place_bad_lines(l, &n->inputs[p], found);
	}
	return found->n + found->dropped > before ? -1 : 0;
}

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
	if (load_contracts(a, out, found) < 0 || check_nodes(out, found) < 0)
		return -1;
	return rc;
}

void
loaded_fini(struct loaded *l)
{
	graph_fini(&l->graph);
	map_fini(&l->contracts);
	catalog_free(l->catalog);
	arena_fini(&l->arena);
}
