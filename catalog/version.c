/* SPDX-License-Identifier: Apache-2.0
 * Datasets that keep every version: `versioned: true`.
 *
 *	filepath: data/scores.csv
 *
 *	data/scores.csv/2025-01-15T03.00.00.000Z/scores.csv     a version
 *	data/scores.csv/2025-01-16T03.00.00.000Z/scores.csv     the last one: names sort by time
 *
 * A dataset of the catalog is the folder of them. A run works on copies whose path is that of one
 * version, so nothing behind the plan knows of versions. A folder without the file is none: a run
 * that failed may have left it. */
#include "catalog/inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
base_of(const struct dataset *d)
{
	const char *slash = strrchr(d->path, '/');

	return slash ? slash + 1 : d->path;
}

static int
compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static bool
has_file(int dirfd, const char *version, const char *base)
{
	struct str path = {0};
	struct stat st;
	bool there;

	str_addf(&path, "%s/%s", version, base);
	there = str_is_name(version) && fstatat(dirfd, path.s, &st, AT_SYMLINK_NOFOLLOW) == 0;
	str_fini(&path);
	return there;
}

static int
no_folder(const struct dataset *d, struct err *e)
{
	err_set(e, MLC_CONF_VALUE, "dataset `%s` is versioned, and `%s` is a plain file", d->name,
		d->path);
	err_at(e, &d->at, "");
	return err_help(e, "make it a version: move it to %s/VERSION/%s", d->path, base_of(d));
}

int
dataset_versions(
	const struct dataset *d, int rootfd, struct arena *a, struct versions *out, struct err *e)
{
	int fd = file_open(rootfd, d->path, O_RDONLY | O_DIRECTORY, d->outside, e);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t cap = 0;
	const char **v = NULL;
	int rc;

	*out = (struct versions){0};
	if (!dir && fd >= 0) {
		err_errno(e, MLC_DATA, "cannot list `%s`", d->path);
		close(fd);
		return -1;
	}
	if (!dir)
		return errno == ENOENT ? 0 : errno == ENOTDIR ? no_folder(d, e) : -1;
	while ((errno = 0, entry = readdir(dir)))
		if (has_file(fd, entry->d_name, base_of(d))) {
			v = mem_grow(v, &cap, out->n + 1, sizeof(*v));
			v[out->n++] = arena_strdup(a, entry->d_name);
		}
	rc = errno ? err_errno(e, MLC_DATA, "cannot list `%s`", d->path) : 0;
	closedir(dir);
	out->v = arena_alloc(a, (out->n + 1) * sizeof(*v));
	if (out->n) {
		qsort(v, out->n, sizeof(*v), compare);
		memcpy(out->v, v, out->n * sizeof(*v));
	}
	free(v);
	return rc;
}

static const struct dataset *
at(struct arena *a, const struct dataset *d, const char *version)
{
	struct dataset *copy = arena_alloc(a, sizeof(*copy));

	*copy = *d;
	copy->versioned = false;
	copy->version = arena_strdup(a, version);
	copy->path = arena_printf(a, "%s/%s/%s", d->path, version, base_of(d));
	return copy;
}

/* The last of them, at most five, for a message. */
static void
add_known(const struct versions *all, struct err *e)
{
	struct str text = {0};

	for (size_t i = all->n > 5 ? all->n - 5 : 0; i < all->n; i++)
		str_addf(&text, "%s%s", text.len ? ", " : "", all->v[i]);
	if (all->n > 5)
		err_help(e, "there are %zu versions; the last: %s", all->n, text.s);
	else if (all->n)
		err_help(e, "there %s: %s", all->n == 1 ? "is" : "are", text.s);
	else
		err_help(e, "it has no version yet: run the node that writes it");
	str_fini(&text);
}

int
dataset_at_version(struct arena *a, const struct dataset *d, int rootfd, const char *version,
	const struct dataset **out, struct err *e)
{
	struct versions all;

	*out = d;
	if (dataset_versions(d, rootfd, a, &all, e) < 0)
		return -1;
	if (!version) {
		if (all.n)
			*out = at(a, d, all.v[all.n - 1]);
		return 0;
	}
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.v[i], version)) {
			*out = at(a, d, version);
			return 0;
		}
	err_set(e, MLC_DATA_MISSING, "dataset `%s` has no version `%s`", d->name, version);
	add_known(&all, e);
	return -1;
}

int
dataset_new_version(struct arena *a, const struct dataset *d, int rootfd, const char *version,
	const struct dataset **out, struct err *e)
{
	struct versions all;

	if (dataset_versions(d, rootfd, a, &all, e) < 0)
		return -1;
	*out = at(a, d, version);
	if (!dataset_exists(*out, rootfd))
		return 0;
	err_set(e, MLC_PUBLISH, "dataset `%s` has a version `%s` already", d->name, version);
	return err_help(e, "versions are never written again: start the run once more");
}

void
version_of_time(int64_t ms, char out[static 32])
{
	clock_rfc3339(ms, out);
	for (char *p = out; *p; p++)
		if (*p == ':')
			*p = '.';
}
