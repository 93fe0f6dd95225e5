/* SPDX-License-Identifier: Apache-2.0
 * The files of a contract: one, or those of a folder, so that several owners can each promise their
 * part of a dataset. A folder beside a file of the same name is a mistake: one would be overlooked. */
#include "contract/rules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool
is_yaml(const char *name)
{
	return name[0] != '.' && (str_ends(name, ".yml") || str_ends(name, ".yaml"));
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes the descriptor. NULL if the folder cannot be read: contracts left out would be promises not kept. */
static char **
list_folder(struct arena *a, int fd, const char *path, size_t *n, struct err *e)
{
	DIR *dir = fdopendir(fd);
	char **found = NULL, **files = NULL;
	size_t cap = 0;
	struct dirent *d = NULL;

	while (dir && (errno = 0, d = readdir(dir))) {
		if (!is_yaml(d->d_name))
			continue;
		found = mem_grow(found, &cap, *n + 1, sizeof(*found));
		found[(*n)++] = arena_printf(a, "%s/%s", path, d->d_name);
	}
	if (!dir || errno) {
		err_errno(e, MLC_DISK, "cannot list `%s`", path);
		goto out;
	}
	files = arena_alloc(a, (*n + 1) * sizeof(*files));
	if (*n) {
		memcpy(files, found, *n * sizeof(*files));
		qsort(files, *n, sizeof(*files), by_name);
	}
out:
	if (dir)
		closedir(dir);
	else
		close(fd);
	free(found);
	return files;
}

char **
contract_files(struct arena *a, int rootfd, const char *path, size_t *n, struct errs *found)
{
	const char *folder = NULL;
	struct err e = {0};
	char **files;
	int fd;

	*n = 0;
	if (is_yaml(path))
		folder = arena_printf(a, "%.*s", (int)(strrchr(path, '.') - path), path);
	fd = file_open(rootfd, folder ? folder : path, O_RDONLY | O_DIRECTORY, false, &e);
	if (!folder && fd >= 0) {
		files = list_folder(a, fd, path, n, &e);
		if (files && *n)
			return files;
		*n = 0;
		if (files) {
			err_set(&e, MLC_CONTRACT_FILE, "the folder %s holds no contract", path);
			err_help(&e, "put files *.yml into it, or remove it");
		}
	} else if (folder && fd < 0) {
		files = arena_alloc(a, sizeof(*files));
		files[(*n)++] = arena_strdup(a, path);
		return files;
	} else if (folder) {
		close(fd);
		err_set(&e, MLC_CONTRACT_FILE, "there are %s and the folder %s", path, folder);
		err_help(&e, "move the file into the folder: both are meant then");
	}
	errs_add(found, &e);
	return NULL;
}

void
contract_text(int rootfd, const char *path, struct str *out)
{
	struct arena a = {0};
	struct errs found = {0};
	size_t n;
	char **files = contract_files(&a, rootfd, path, &n, &found);

	for (size_t i = 0; i < n; i++) {
		struct str text = {0};
		struct err ignored;

		if (file_read(rootfd, files[i], false, &text, &ignored) == 0)
			str_add(out, str_text(&text));
		str_fini(&text);
	}
	errs_fini(&found);
	arena_fini(&a);
}
