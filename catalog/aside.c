/* SPDX-License-Identifier: Apache-2.0
 * Datasets beside a dataset: where rows go that are taken out of it, or that cannot be read. */
#include "catalog/inside.h"

#include <string.h>

const struct dataset *
catalog_aside(struct arena *a, const struct catalog *c, const char *name, const char *suffix,
	const char *file_suffix, struct errs *found)
{
	int n = (int)strcspn(name, "@"); /* name@csv and name@json are one dataset */
	const char *aside = arena_printf(a, "%.*s%s", n, name, suffix);
	size_t before = found->n + found->dropped;
	const struct dataset *entry = catalog_find(c, aside, found);
	struct dataset *d;

	if (entry || found->n + found->dropped > before)
		return entry;
	d = arena_alloc(a, sizeof(*d));
	d->name = aside;
	d->type = catalog_type("csv");
	d->kind = d->type->kind;
	d->path = arena_printf(a, "data/quarantine/%.*s%s.csv", n, name, file_suffix);
	d->entry = yaml_new(a, Y_MAP, (struct place){0});
	return d;
}

bool
dataset_keeps_bad_lines(const struct dataset *d)
{
	struct arena a = {0};
	const char *what = d->entry ? option_text(&a, d, "load_args", "on_bad_lines") : NULL;
	bool keeps = what && str_eq(what, "quarantine");

	arena_fini(&a);
	return keeps;
}
