/* SPDX-License-Identifier: Apache-2.0
 * Where the files of a version are, and whether they are still what was registered. */
#include "registry/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_folder(int rootfd, const char *path)
{
	struct stat st;

	return fstatat(rootfd, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* Beneath our root, or, as another project of the same store registered it, where MLflow is told. */
int
store_version_folder(struct store *s, const struct version_row *v, struct str *out, struct err *e)
{
	const char *source = v->source ? v->source : "";

	source += str_starts(source, "file://") ? strlen("file://") : 0;
	str_reset(out);
	str_addf(out, "%s/%s", s->root, v->path ? v->path : "");
	if (v->path && is_folder(AT_FDCWD, out->s))
		return 0;
	if (*source == '/' && is_folder(AT_FDCWD, source)) {
		str_reset(out);
		str_add(out, source);
		return 0;
	}
	err_set(e, MLC_NOT_FOUND, "the files of %s version %lld are gone", v->name,
		(long long)v->version);
	if (v->path || *source == '/')
		return err_help(e, "they were in %s", v->path ? v->path : source);
	err_set(e, MLC_NOT_FOUND, "the files of %s version %lld are not on this machine", v->name,
		(long long)v->version);
	return err_help(e, "MLflow's client can fetch them: %s", source);
}

static int
changed(const struct version_row *v, const char *file, const char *how, struct err *e)
{
	err_set(e, MLC_CHANGED, "%s version %lld: `%s` %s", v->name, (long long)v->version, file,
		how);
	return err_help(e, "put the file back from a copy; the version cannot be trusted as it is");
}

int
store_verify(struct store *s, const struct version_row *v, struct err *e)
{
	struct arena a = {0};
	struct file_list got = {.arena = &a};
	struct row_list want;
	struct str folder = {0};
	const char *name = NULL, *how;
	char hash[HASH_SHA_HEX];
	int fd = -1, rc;

	if (!v->hash) {
		err_set(e, MLC_NOT_FOUND, "another program registered %s version %lld", v->name,
			(long long)v->version);
		return err_help(e, "its hashes are not on record");
	}
	rc = store_version_folder(s, v, &folder, e);
	if (rc == 0)
		rc = fd = file_open(AT_FDCWD, folder.s, O_RDONLY | O_DIRECTORY, true, e);
	if (rc >= 0)
		rc = files__hash(fd, ".", &got, hash, e);
	if (rc == 0)
		rc = files__read(s, &a, v, &want, e);
	how = rc == 0 && want.n ? files__compare(&want, &got, &name) : NULL;
	if (how)
		rc = changed(v, name, how, e);
	if (rc == 0 && !str_eq(hash, v->hash))
		rc = changed(v, folder.s, "is not what was registered", e);
	if (fd >= 0)
		close(fd);
	files__fini(&got);
	str_fini(&folder);
	arena_fini(&a);
	return rc < 0 ? -1 : 0;
}
