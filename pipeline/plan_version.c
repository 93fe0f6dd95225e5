/* SPDX-License-Identifier: Apache-2.0
 * Which version of a versioned dataset a run reads and writes. All it writes has one version, the time
 * at which it was planned; what one of its nodes reads is that version if another of them writes it,
 * else the one that --load-versions names, else the last there is. */
#include "pipeline/plan.h"

/* The version that `list` (NAME:VERSION,...) names for a dataset, in the arena; NULL: none. */
static const char *
wanted(struct arena *a, const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
		if (strncmp(p, name, len) == 0 && p[len] == ':')
			return arena_strndup(a, p + len + 1, strcspn(p + len + 1, ","));
	return NULL;
}

void
plan_version(struct arena *a, const struct plan_input *in, struct plan_port *port, bool writes,
	struct errs *found)
{
	const char *version = wanted(a, in->load_versions, port->dataset);
	int rootfd = in->project->rootfd, rc;
	struct err e = {0};

	if (!port->entry || !port->entry->versioned)
		return;
	if (writes || port->produced)
		rc = dataset_new_version(a, port->entry, rootfd, in->version, &port->entry, &e);
	else
		rc = dataset_at_version(a, port->entry, rootfd, version, &port->entry, &e);
	/* said once: by the one who writes it, and by plan_check_versions */
	if (rc == 0 || port->produced || (version && e.code == MLC_DATA_MISSING))
		return;
	if (!e.line)
		err_at(&e, &port->at, "");
	errs_add(found, &e);
}

static int
check_one(struct arena *a, const struct plan_input *in, const char *item, size_t n, struct err *e)
{
	char *name = arena_strndup(a, item, n), *colon = strchr(name, ':');
	const struct graph_dataset *use;
	const struct dataset *d;

	if (!colon || colon == name || !str_is_name(colon + 1)) {
		err_set(e, MLC_USAGE, "--load-versions: `%s` is not DATASET:VERSION", name);
		return err_help(e, "write --load-versions loans:2025-01-15T03.00.00.000Z");
	}
	*colon = '\0';
	d = catalog_get(in->catalog, name);
	use = graph_dataset(in->graph, name);
	if (!d) {
		const char *near = catalog_near(in->catalog, name);

		err_set(e, MLC_USAGE, "--load-versions: the catalog names no dataset `%s`", name);
		return near ? err_help(e, "did you mean `%s`?", near) : -1;
	}
	if (!d->versioned) {
		err_set(e, MLC_USAGE, "--load-versions: dataset `%s` is not versioned", name);
		return err_help(e, "only entries with `versioned: true` have versions");
	}
	if (use && use->producer >= 0)
		for (size_t i = 0; i < in->graph->n_order; i++)
			if (in->graph->order[i] == use->producer)
				return err_set(e, MLC_USAGE,
					"--load-versions: node `%s` of this run writes `%s`",
					in->graph->spec->nodes[use->producer].name, name);
	return dataset_at_version(a, d, in->project->rootfd, colon + 1, &d, e);
}

void
plan_check_versions(struct arena *a, const struct plan_input *in, struct errs *found)
{
	struct err e = {0};

	for (const char *p = in->load_versions; p && *p; p += *p == ',') {
		size_t n = strcspn(p, ",");

		if (check_one(a, in, p, n, &e) < 0)
			errs_add(found, &e);
		p += n;
	}
}
