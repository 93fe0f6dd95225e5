/* SPDX-License-Identifier: Apache-2.0
 * Which model is meant, for mlflow-c predict:
 *
 *	loan@champion . loan/3 . models:/loan/3     a version in the registry, verified
 *	data/06_models/loan_model                   a folder, which needs no project
 *
 * A folder that exists goes before a model of that name, unless there is an @ or models:/ in it. */
#include "cmd/predict.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
names_a_version(const char *which)
{
	return str_starts(which, "models:/") || strchr(which, '@');
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- folders */

/* The run that a model was registered by, as its MLmodel says; best effort. */
static void
read_run_id(struct chosen *c, int dirfd)
{
	struct str text = {0};
	struct ynode *tree = NULL;

	if (file_read(dirfd, "MLmodel", false, &text, NULL) == 0 &&
		yaml_parse(&c->arena, "MLmodel", str_text(&text), text.len, &tree, NULL) == 0)
		c->run_id = yaml_str(yaml_get(tree, "run_id"));
	str_fini(&text);
}

/* Loads and hashes the folder at a path that is free of links. */
static int
load_folder(struct chosen *c, const char *path, struct err *e)
{
	const char *name;
	int rc, fd = file_open_parent(AT_FDCWD, path, true, &name, e);

	if (fd < 0)
		return -1;
	rc = model_load(fd, *name ? name : ".", &c->model, e);
	if (rc == 0)
		rc = hash_tree(fd, *name ? name : ".", c->hash, NULL, e);
	close(fd);
	return rc;
}

static int
open_folder(struct chosen *c, const char *path, struct err *e)
{
	char real[PATH_MAX];
	int fd;

	if (!realpath(path, real))
		return err_errno(e, MLC_FILE, "cannot enter `%s`", path);
	fd = file_open(AT_FDCWD, real, O_RDONLY | O_DIRECTORY, true, e);
	if (fd < 0)
		return -1;
	c->name = arena_strdup(&c->arena, path);
	bool model = file_exists(fd, "MLmodel");
	read_run_id(c, fd);
	close(fd);
	if (model)
		return load_folder(c, real, e);
	err_set(e, MLC_MODEL, "the folder `%s` holds no model: there is no MLmodel in it", path);
	return err_help(e, "name the folder that MLmodel is in");
}

/* ---- the registry */

/* The root of the project that a store lies in, or else the working folder; owned. */
static char *
root_of_store(const char *store)
{
	char *dir = mem_strdup(store), *root = NULL, *slash = strrchr(dir, '/');
	char here[PATH_MAX];
	int fd = -1;

	if (slash)
		slash[slash == dir] = '\0';
	(void)!project_find_root(slash ? dir : ".", &root, &fd, NULL);
	if (fd >= 0)
		close(fd);
	free(dir);
	return root ? root : mem_strdup(getcwd(here, sizeof(here)) ? here : "/");
}

/* A store that was named, where there is no project. */
static int
open_store(struct app *a, const char *path, struct err *e)
{
	char real[PATH_MAX];
	char *root;
	int rc, rootfd;

	if (!realpath(path, real)) {
		err_errno(e, MLC_NOT_FOUND, "cannot find the registry `%s`", path);
		return err_help(e, "name its file: --store FOLDER/runs/mlflow.db");
	}
	root = root_of_store(real);
	rootfd = file_open(AT_FDCWD, root, O_RDONLY | O_DIRECTORY, true, e);
	struct store_opts o = {.root = root,
		.rootfd = rootfd,
		.path = real,
		.experiment = "default",
		.clock = &a->clock,
		.mode = STORE_READ};
	rc = rootfd < 0 ? -1 : store_open(&a->store, &o, e);
	if (rootfd >= 0)
		close(rootfd);
	free(root);
	return rc;
}

static bool
in_project(const struct app *a, struct err *e)
{
	char *root = NULL;
	int fd = -1;
	bool found = project_find_root(app_dir(a), &root, &fd, e) == 0;

	if (fd >= 0)
		close(fd);
	free(root);
	return found;
}

/* The registry of the project, or the one that was named. */
static int
open_registry(struct app *a, const char *which, struct errs *found)
{
	const char *given = app_store_given(a);
	struct err e = {0};
	int rc;

	if (in_project(a, &e))
		rc = app_project(a, found) < 0 ? -1 : app_store(a, STORE_READ, &e);
	else if (e.code != MLC_NO_PROJECT || !given) {
		rc = err_wrap(&e, "which model is `%.200s`?", which);
		err_help(&e,
			"a registry can be named: --store FILE; and a model's folder needs none");
	} else
		rc = open_store(a, given, &e);
	if (rc < 0 && e.code)
		errs_add(found, &e);
	return rc;
}

static int
open_version(struct app *a, const char *which, struct chosen *c, struct err *e)
{
	struct version_row v;
	struct str folder = {0};
	char real[PATH_MAX];
	int rc = store_version(a->store, &c->arena, which, &v, e);

	if (rc == 0 && v.hash) /* another program's version is taken as it is */
		rc = store_verify(a->store, &v, e);
	if (rc == 0)
		rc = store_version_folder(a->store, &v, &folder, e);
	if (rc == 0 && !realpath(folder.s, real))
		rc = err_errno(e, MLC_FILE, "cannot enter `%s`", folder.s);
	if (rc == 0) {
		c->name = v.name;
		c->version = v.version;
		c->run_id = v.run_id;
		rc = load_folder(c, real, e);
		if (rc < 0)
			err_wrap(e, "%s version %lld", v.name, (long long)v.version);
	}
	str_fini(&folder);
	return rc;
}

/* ---- either */

/* What is neither a folder nor looks like a version was meant to be a folder. */
static bool
looks_like_path(const char *which)
{
	return which[0] == '/' || which[0] == '.' || str_ends(which, "/");
}

int
chosen_open(struct app *a, const char *which, struct chosen *out, struct errs *found)
{
	struct err e = {0};
	int rc;

	*out = (struct chosen){0};
	if (!names_a_version(which) && is_folder(which))
		rc = open_folder(out, which, &e);
	else if (!names_a_version(which) && looks_like_path(which)) {
		rc = err_set(&e, MLC_NOT_FOUND, "there is no folder `%s`", which);
		err_help(&e,
			"name the folder of a model, or a version as in loan@champion or loan/3");
	} else if (open_registry(a, which, found) < 0)
		return -1;
	else
		rc = open_version(a, which, out, &e);
	if (rc < 0)
		errs_add(found, &e);
	return rc;
}

void
chosen_fini(struct chosen *c)
{
	model_unref(c->model);
	arena_fini(&c->arena);
}

void
chosen_show(const struct chosen *c, struct str *out)
{
	term_add_safe(out, c->name);
	if (c->version)
		str_addf(out, " version %lld", (long long)c->version);
}
