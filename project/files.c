/* SPDX-License-Identifier: Apache-2.0
 * Which files are configuration, and how the files of one kind become one map.
 *
 * Kedro's patterns, for a kind K within conf/<env>, with .yml or .yaml:
 *
 *	K*.yml          catalog.yml, catalog_raw.yml
 *	K* / **         catalog/raw.yml, catalog/eu/sales.yml
 *
 * Hidden files and folders are skipped, at any depth. Files are read in the order of their paths, so
 * the result is the same on every file system. Within one environment a top-level key has one place:
 * the second is an error that names both. Keys that begin with `_` are private to their file and
 * exempt: the last one wins. */
#include "project/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS_MAX = 16 }; /* a link to a parent would go on for ever */

static const struct pattern {
	const char *name; /* in `merge:` and in messages */
	const char *stem;
	bool exact; /* STEM.yml alone */
} patterns[CONF_KINDS] = {
	[CONF_SETTINGS] = {"settings", "mlflow-c", false},
	[CONF_GLOBALS] = {"globals", "globals", true},
	[CONF_PARAMS] = {"parameters", "parameters", false},
	[CONF_CATALOG] = {"catalog", "catalog", false},
	[CONF_PIPELINES] = {"pipelines", "pipeline", false},
	[CONF_CREDENTIALS] = {"credentials", "credentials", false},
};

const char *
conf_kind_name(enum conf_kind kind)
{
	return patterns[kind].name;
}

/* The search for files of one kind. */
struct search {
	struct arena *arena;
	int rootfd;
	const struct pattern *pattern;
	struct errs *found;
	const char **paths; /* owned; texts in the arena */
	size_t n, cap;
};

static bool
is_yaml(const char *name)
{
	return str_ends(name, ".yml") || str_ends(name, ".yaml");
}

/* True if a name directly in conf/<env> belongs to the kind. */
static bool
fits(const struct pattern *p, const char *name)
{
	size_t n = strlen(p->stem);

	if (strncmp(name, p->stem, n) != 0)
		return false;
	return !p->exact || str_eq(name + n, ".yml") || str_eq(name + n, ".yaml");
}

static void
add_file(struct search *s, const char *path, const struct stat *st)
{
	struct err e = {0};

	if (!is_yaml(path))
		return;
	if (!S_ISREG(st->st_mode)) { /* a pipe would block the reader for ever */
		err_set(&e, MLC_FILE, "`%s` is no regular file", path);
		err_help(&e, "configuration is read from plain files only");
		errs_add(s->found, &e);
		return;
	}
	s->paths = mem_grow(s->paths, &s->cap, s->n + 1, sizeof(*s->paths));
	s->paths[s->n++] = path;
}

static void search_folder(struct search *s, const char *dir, int depth);

static void
search_entry(struct search *s, DIR *d, const char *dir, const char *name, int depth)
{
	const char *path;
	struct err e = {0};
	struct stat st;

	if (name[0] == '.' || (depth == 0 && !fits(s->pattern, name)))
		return;
	path = arena_printf(s->arena, "%s/%s", dir, name);
	if (fstatat(dirfd(d), name, &st, 0) != 0) {
		if (!is_yaml(name))
			return;
		err_errno(&e, MLC_FILE, "cannot read `%s`", path);
		err_help(&e, "if it is a link, repair or remove it");
		errs_add(s->found, &e);
	} else if (S_ISDIR(st.st_mode)) {
		search_folder(s, path, depth + 1);
	} else {
		add_file(s, path, &st);
	}
}

static void
search_folder(struct search *s, const char *dir, int depth)
{
	struct err e = {0};
	struct dirent *entry;
	DIR *d = NULL;
	int fd = -1;

	if (depth > FOLDERS_MAX) {
		err_set(&e, MLC_FILE, "`%s` lies more than %d folders deep", dir, FOLDERS_MAX);
		err_help(&e, "is it a link to a folder above itself?");
		errs_add(s->found, &e);
		return;
	}
	fd = file_open(s->rootfd, dir, O_RDONLY | O_DIRECTORY, false, &e);
	if (fd >= 0)
		d = fdopendir(fd);
	if (!d) {
		if (fd >= 0) {
			err_errno(&e, MLC_FILE, "cannot list `%s`", dir);
			close(fd);
		}
		errs_add(s->found, &e);
		return;
	}
	while ((errno = 0, entry = readdir(d)))
		search_entry(s, d, dir, entry->d_name, depth);
	if (errno) {
		err_errno(&e, MLC_FILE, "cannot list `%s`", dir);
		errs_add(s->found, &e);
	}
	closedir(d);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The file's map, or NULL after reporting why there is none. */
static struct ynode *
read_file(struct search *s, const char *path)
{
	struct ynode *tree = NULL;
	struct str text = {0};
	struct err e = {0};

	if (file_read(s->rootfd, path, false, &text, &e) != 0)
		goto out;
	if (yaml_parse(s->arena, path, str_text(&text), text.len, &tree, &e) != 0)
		goto out;
	if (tree->kind != Y_MAP) {
		err_set(&e, MLC_CONF_TYPE, "`%s` holds %s where keys with values are wanted", path,
			yaml_kind_name(tree->kind));
		err_at(&e, &tree->at, "not `key: value`");
		tree = NULL;
	}
out:
	if (e.code)
		errs_add(s->found, &e);
	str_fini(&text);
	return e.code ? NULL : tree;
}

static void
report_twice(struct search *s, const struct ypair *first, const struct ypair *second)
{
	struct err e = {0};

	err_set(&e, MLC_YAML_DUPLICATE, "`%s` is defined twice in one environment", second->key);
	err_at(&e, &second->at, "second definition");
	err_help(&e, "keep one of them; only another environment may replace a key");
	err_note(&e, "first defined at %s:%d:%d", first->at.file, first->at.line, first->at.col);
	errs_add(s->found, &e);
}

/* All maps as one; into has room for every pair of all of them. */
static void
join(struct search *s, struct ynode **maps, size_t n_maps, struct ynode *into)
{
	struct map seen = {0};

	for (size_t i = 0; i < n_maps; i++) {
		for (size_t k = 0; k < maps[i]->n; k++) {
			const struct ypair *pair = &maps[i]->u.pairs[k];
			struct ypair *first = map_get(&seen, pair->key);

			if (!first) {
				into->u.pairs[into->n] = *pair;
				map_put(&seen, pair->key, &into->u.pairs[into->n++]);
			} else if (pair->key[0] == '_') {
				*first = *pair;
			} else {
				report_twice(s, first, pair);
			}
		}
	}
	map_fini(&seen);
}

struct ynode *
conf_read(struct arena *a, int rootfd, const char *env, enum conf_kind kind, struct errs *found)
{
	struct search s = {
		.arena = a, .rootfd = rootfd, .pattern = &patterns[kind], .found = found};
	struct place nowhere = {0};
	struct ynode *all, **maps;
	size_t pairs = 0, n = 0;

	search_folder(&s, arena_printf(a, "conf/%s", env), 0);
	if (s.n)
		qsort(s.paths, s.n, sizeof(*s.paths), by_text);
	maps = mem_alloc((s.n + 1) * sizeof(struct ynode *));
	for (size_t i = 0; i < s.n; i++) {
		maps[n] = read_file(&s, s.paths[i]);
		if (!maps[n])
			continue;
		if (n == 0)
			nowhere = maps[n]->at;
		pairs += maps[n++]->n;
	}
	all = yaml_new(a, Y_MAP, nowhere);
	all->u.pairs = arena_alloc(a, (pairs + 1) * sizeof(struct ypair));
	join(&s, maps, n, all);
	free(maps);
	free(s.paths);
	return all;
}
