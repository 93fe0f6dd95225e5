/* SPDX-License-Identifier: Apache-2.0
 * Which plugins there are: those of the project first, then those that came with the program. */
#include "pipeline/pipeline.h"

#include <dirent.h>

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
has_name(const struct plugin_names *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names->v[i], name))
			return true;
	return false;
}

/* Adds the plugins of a folder, sorted, that are not there yet. */
static void
add_folder(struct plugin_names *names, const char *path)
{
	size_t before = names->n;
	DIR *dir = opendir(path);
	for (struct dirent *d; dir && (d = readdir(dir));) {
		size_t len = strlen(d->d_name);
		if (d->d_name[0] == '.' || !str_ends(d->d_name, ".so"))
			continue;
		names->v = mem_grow(names->v, &names->cap, names->n + 1, sizeof(*names->v));
		names->v[names->n] = mem_strdup(d->d_name);
		names->v[names->n][len - 3] = '\0';
		if (has_name(names, before, names->v[names->n]))
			free(names->v[names->n]);
		else
			names->n++;
	}
	if (dir)
		(void)closedir(dir);
	if (names->n > before)
		qsort(names->v + before, names->n - before, sizeof(*names->v), by_name);
}

void
plugin_names(const struct project *p, const char *dir, struct plugin_names *out)
{
	struct str path = {0};
	char *folder;
	*out = (struct plugin_names){0};
	str_addf(&path, "%s/%s", p->root, dir);
	add_folder(out, path.s);
	str_fini(&path);
	out->own = out->n;
	for (int i = 0; (folder = module_folder("nodes", i)); i++) {
		add_folder(out, folder);
		free(folder);
	}
}

void
plugin_names_fini(struct plugin_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

const char *
plugin_near(struct arena *a, const struct project *p, const char *dir, const char *file)
{
	struct plugin_names names;
	struct map known = {0};
	const char *near;

	plugin_names(p, dir, &names);
	for (size_t i = 0; i < names.n; i++)
		map_put(&known, names.v[i], &names);
	near = map_near(&known, file);
	near = near ? arena_strdup(a, near) : NULL;
	map_fini(&known);
	plugin_names_fini(&names);
	return near;
}
