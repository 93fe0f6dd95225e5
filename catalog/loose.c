/* SPDX-License-Identifier: Apache-2.0
 * Files that no catalog names: what stands in one is told by the end of its name. */
#include "catalog/inside.h"

static const struct {
	const char *end, *type;
} endings[] = {{".csv", "csv"}, {".csv.gz", "csv"}, {".csv.zst", "csv"}, {".jsonl", "jsonl"},
	{".jsonl.gz", "jsonl"}, {".jsonl.zst", "jsonl"}, {".ndjson", "jsonl"}, {".arrow", "arrow"},
	{".feather", "arrow"}, {".json", "json"}, {".txt", "text"}, {".md", "text"}};

const char *
catalog_type_of_file(const char *path)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (str_ends(path, endings[i].end))
			return endings[i].type;
	return NULL;
}

struct dataset *
dataset_of_file(struct arena *a, const char *name, const char *path, const char *type)
{
	struct dataset *d = arena_alloc(a, sizeof(*d));

	d->name = name;
	d->path = path;
	d->type = catalog_type(type);
	d->kind = d->type->kind;
	d->outside = true;
	d->entry = yaml_new(a, Y_MAP, (struct place){0});
	return d;
}
