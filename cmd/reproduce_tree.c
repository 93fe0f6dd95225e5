/* SPDX-License-Identifier: Apache-2.0
 * The scratch project of a reproduction: the sources of the recorded commit with what was not
 * committed then, or today's; and the inputs that the run read. */
#include "cmd/reproduce.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- sources */

static int
copy_worktree(struct reproduction *r, struct err *e)
{
	const struct project *p = r->a->project;
	struct str to = {0};
	struct dirent *entry;
	DIR *d = opendir(p->root);
	int rc = 0;
	if (!d)
		return err_errno(e, MLC_FILE, "cannot read the project");
	while (rc == 0 && (errno = 0, entry = readdir(d))) {
		if (!project_is_source(entry->d_name))
			continue;
		str_reset(&to);
		str_addf(&to, "%s/%s", r->project.s, entry->d_name);
		rc = file_copy(p->rootfd, entry->d_name, AT_FDCWD, to.s, e);
	}
	if (rc == 0 && errno)
		rc = err_errno(e, MLC_FILE, "cannot read the project");
	closedir(d);
	str_fini(&to);
	return rc;
}

/* What no commit and no record holds: passwords, and settings of this machine. */
static int
copy_private(struct reproduction *r, const char *env, struct err *e)
{
	const char *const names[] = {env, "base", "local"};
	const struct project *p = r->a->project;
	struct str path = {0}, to = {0};
	struct stat st;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < 3; i++) {
		for (int whole = 1; rc == 0 && whole >= 0; whole--) {
			str_reset(&path);
			str_reset(&to);
			str_addf(&path, "conf/%s%s", names[i], whole ? "" : "/credentials.yml");
			str_addf(&to, "%s/%s", r->project.s, path.s);
			/* of folders only that of the environment, if the commit has none */
			if ((whole && i > 0) || fstatat(p->rootfd, path.s, &st, 0) < 0 ||
				stat(to.s, &st) == 0)
				continue;
			rc = file_copy(p->rootfd, path.s, AT_FDCWD, to.s, e);
		}
	}
	str_fini(&path);
	str_fini(&to);
	return rc;
}

static int
checkout(struct reproduction *r, const char *name, struct str *project, struct err *e)
{
	const struct project *p = r->a->project;
	struct str into = {0}, saved = {0};
	str_addf(&into, "%s/%s", r->scratch.s, name);
	str_addf(&saved, "%s/%s/" RUN_SOURCE, p->root, r->v.run.run.folder);
	int rc = mkdir(into.s, 0777) < 0 ? err_errno(e, MLC_DISK, "cannot make a folder") : 0;
	if (rc == 0)
		rc = project_git_checkout(p->root, r->commit, saved.s, into.s, project, e);
	str_fini(&into);
	str_fini(&saved);
	return rc;
}

/* ---- inputs */

const char *
reproduce_inside(const struct reproduction *r, const char *path)
{
	return path + strlen(r->a->project->root) + 1;
}

static int
gone(const struct reproduction *r, const struct data_row *d, const char *how, struct err *e)
{
	err_set(e, MLC_DATA_MISSING, "input gone: `%s` (%s) %s", d->dataset, d->path, how);
	if (d->hash)
		err_note(e, "run %s read %s", r->v.run.run.name, d->hash);
	return err_help(e, "bring it back, or see what today's data give: --worktree");
}

/* Empty if the content is hashed in another way, as that of databases is. */
static int
hash_input(
	const char *path, const struct data_row *d, char hash[static HASH_SHA_HEX], struct err *e)
{
	struct stat st;
	int fd, rc;
	*hash = '\0';
	if (str_eq(d->type, "sqlite"))
		return 0;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return hash_tree(AT_FDCWD, path, hash, NULL, e);
	fd = file_open(AT_FDCWD, path, O_RDONLY, true, e);
	if (fd < 0)
		return -1;
	rc = hash_xxh3_fd(fd, hash, e);
	close(fd);
	return rc;
}

/* From the scratch folder such a path would lead to another file than from the project. */
static bool
leaves(const char *path)
{
	return str_starts(path, "../") || strstr(path, "/../");
}

static int
outside(const struct data_row *d, struct err *e)
{
	err_set(e, MLC_OUTSIDE, "the run read `%s` from beside the project: %s", d->dataset,
		d->path);
	return err_help(e, "only inputs within it, or with absolute paths, can be read again");
}

/* Nothing on the way may lead out of the scratch project, whatever links the commit holds. */
static int
place(const struct reproduction *r, const char *from, const char *path, struct err *e)
{
	int rc, fd = file_open(AT_FDCWD, r->project.s, O_RDONLY | O_DIRECTORY, true, e);
	if (fd < 0)
		return -1;
	rc = file_remove_tree(fd, path, e);
	if (rc == 0)
		rc = file_mkdirs(fd, path, false, e);
	if (rc == 0)
		rc = file_copy(AT_FDCWD, from, fd, path, e);
	close(fd);
	return rc;
}

static int
put_input(struct reproduction *r, const struct data_row *d, struct err *e)
{
	struct str from = {0};
	char hash[HASH_SHA_HEX] = "";
	int rc = 0;
	str_addf(&from, "%s%s%s", *d->path == '/' ? "" : r->a->project->root,
		*d->path == '/' ? "" : "/", d->path);
	if (path_is_remote(d->path))
		rc = r->worktree ? 0
				 : gone(r, d, "lies on a server, which keeps no old content", e);
	else if (leaves(d->path))
		rc = outside(d, e);
	else if (access(from.s, R_OK) < 0)
		rc = gone(r, d, "is not there", e);
	else if (!r->worktree)
		rc = hash_input(from.s, d, hash, e);
	if (rc == 0 && !r->worktree && *hash && d->hash && !str_eq(hash, d->hash))
		rc = gone(r, d, "holds something else now", e);
	if (rc == 0 && *d->path != '/' && !path_is_remote(d->path))
		rc = place(r, from.s, d->path, e);
	str_fini(&from);
	return rc;
}

/* An output outside of the project would be written by the reproduction, too. */
static int
check_outputs(const struct reproduction *r, struct err *e)
{
	const struct run_detail *d = &r->v.run.detail;
	for (size_t i = 0; i < d->n_data; i++)
		if (d->data[i].output && d->data[i].path &&
			(*d->data[i].path == '/' || str_starts(d->data[i].path, "../") ||
				path_is_remote(d->data[i].path))) {
			err_set(e, MLC_OUTSIDE, "the run wrote `%s` outside of the project: %s",
				d->data[i].dataset, d->data[i].path);
			return err_help(e, "a reproduction would write it again; it was not begun");
		}
	return 0;
}

static int
put_inputs(struct reproduction *r, struct err *e)
{
	const struct run_detail *d = &r->v.run.detail;
	struct map done = {0};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < d->n_data; i++)
		if (!d->data[i].output && d->data[i].path &&
			!run_about_makes(d, d->data[i].dataset) &&
			map_put(&done, d->data[i].path, &done))
			rc = put_input(r, &d->data[i], e);
	map_fini(&done);
	return rc;
}

/* ---- both */

static int
make_scratch(struct reproduction *r, struct err *e)
{
	str_addf(&r->scratch, "%s/runs/.reproduce-%d", r->a->project->root, (int)getpid());
	if (file_mkdirs(r->a->project->rootfd, "runs/.", false, e) < 0)
		return -1;
	return mkdir(r->scratch.s, 0777) < 0
		? err_errno(e, MLC_DISK, "cannot make the folder `%s`", r->scratch.s)
		: 0;
}

int
reproduce_prepare(struct reproduction *r, struct err *e)
{
	if (check_outputs(r, e) < 0 || make_scratch(r, e) < 0 ||
		checkout(r, "recorded", &r->recorded, e) < 0)
		return -1;
	if (!r->worktree) {
		str_add(&r->project, r->recorded.s);
	} else {
		str_addf(&r->project, "%s/today", r->scratch.s);
		if (mkdir(r->project.s, 0777) < 0)
			return err_errno(e, MLC_DISK, "cannot make a folder");
		if (copy_worktree(r, e) < 0)
			return -1;
	}
	return copy_private(r, r->v.run.run.env, e) < 0 ? -1 : put_inputs(r, e);
}
