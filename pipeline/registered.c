/* SPDX-License-Identifier: Apache-2.0
 * Catalog entries that name a registered model: `filepath: models:/loan@champion` becomes the folder of the
 * version that has the alias now. That is found out when a node is about to read it, and once a run: all nodes
 * of a run read the same version. */
#include "pipeline/run.h"

int
registered_find(struct arena *a, struct store *s, const struct dataset *d,
	const struct dataset **out, struct err *e)
{
	struct version_row v;
	struct dataset *found = arena_alloc(a, sizeof(*found));
	struct str folder = {0};
	int rc = store_version(s, a, d->path, &v, e);
	if (rc == 0 && !v.path) {
		err_set(e, MLC_NOT_FOUND, "version %lld of `%s` was registered by another program",
			(long long)v.version, v.name);
		rc = err_help(e,
			"fetch its files: mlflow-c registry download %s@%lld DIR, and give "
			"`filepath: DIR`",
			v.name, (long long)v.version);
	}
	if (rc == 0)
		rc = store_version_folder(s, &v, &folder, e);
	str_fini(&folder);
	if (rc < 0)
		return err_wrap(e, "dataset `%s`, %s", d->name, d->path);
	*found = *d;
	found->path = v.path;
	found->model = arena_printf(a, "%s@%lld", v.name, (long long)v.version);
	*out = found;
	return 0;
}

int
run_registered(struct run *r, const struct dataset *d, const struct dataset **out, struct err *e)
{
	*out = map_get(&r->registered, d->path);
	if (*out)
		return 0;
	if (registered_find(&r->kept, r->o->store, d, out, e) < 0)
		return -1;
	map_put(&r->registered, d->path, (void *)(uintptr_t)*out);
	return 0;
}
