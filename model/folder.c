/* SPDX-License-Identifier: Apache-2.0
 * The model folder as MLflow lays it out:
 *
 *	loan_model/
 *		MLmodel        flavors, signature; once registered also run id, time and uuid
 *		linear.json    what the flavor wrote; or model.ubj
 *		recipe.json    the steps before it, if the model takes raw rows
 *		importance.json    how much each input counts
 *		code/...       for Python; and what environment.c knows
 *
 * Invariant: the same model gives the same bytes. Whatever differs from run to run enters only in
 * model_copy_stamped. A folder holds regular files alone, in itself and few folders; anything else is
 * refused on the way in, for a model may come from a stranger. */
#include "model/recipe.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLAVOR_KEY "mlflow_c"

int
folder_read(int dirfd, const char *name, size_t cap, struct str *out, struct err *e)
{
	struct stat st;
	/* O_NONBLOCK: opening a fifo must not wait for its other end */
	int fd = file_open(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, false, e);
	int rc = -1;
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		err_errno(e, MLC_MODEL, "cannot look at `%s`", name);
	else if (!S_ISREG(st.st_mode))
		err_set(e, MLC_MODEL, "`%s` is no regular file", name);
	else if ((uint64_t)st.st_size > cap)
		err_set(e, MLC_MODEL, "`%s` has %lld bytes; at most %zu are allowed", name,
			(long long)st.st_size, cap);
	else
		rc = file_read_fd(fd, name, out, e);
	close(fd);
	return rc;
}

int
folder_write(int dirfd, const char *name, const void *p, size_t n, struct err *e)
{
	int fd = file_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, false, e);
	int rc = -1;
	if (fd < 0)
		return -1;
	if (file_write_all(fd, p, n, e) < 0)
		err_wrap(e, "`%s`", name);
	else
		rc = file_fsync(fd, name, e);
	if (close(fd) < 0 && rc == 0)
		rc = err_errno(e, MLC_DISK, "cannot close `%s`", name);
	return rc;
}

int
folder_open(int rootfd, const char *path, struct err *e)
{
	return file_open(rootfd, path, O_RDONLY | O_DIRECTORY, false, e);
}

int
folder_make(int rootfd, const char *path, struct err *e)
{
	struct str inside = {0};
	int fd = -1;
	if (file_exists(rootfd, path))
		return err_set(e, MLC_MODEL, "`%s` exists already", path);
	str_addf(&inside, "%s/%s", path, MLMODEL);
	if (file_mkdirs(rootfd, str_text(&inside), false, e) == 0)
		fd = folder_open(rootfd, path, e);
	str_fini(&inside);
	return fd;
}

int
folder_end(int rootfd, const char *path, int dirfd, int rc, struct err *e)
{
	if (rc == 0)
		rc = file_fsync(dirfd, path, e);
	close(dirfd);
	if (rc == 0)
		rc = file_fsync_dir_of(rootfd, path, e);
	if (rc < 0 && file_remove_tree(rootfd, path, NULL) < 0)
		err_note(e, "a part of `%s` was left behind", path);
	return rc;
}

/* `  key: 'text'` */
static void
add_quoted(struct str *out, const char *key, const char *text)
{
	str_addf(out, "  %s: '", key);
	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			str_addc(out, '\'');
		str_addc(out, *p);
	}
	str_add(out, "'\n");
}

static void
add_side(struct str *out, const char *key, const struct sig_column *columns, size_t n)
{
	struct str json = {0};
	signature_json(columns, n, &json);
	add_quoted(out, key, str_text(&json));
	str_fini(&json);
}

static int
write_recipe(const struct recipe *r, int dirfd, struct err *e)
{
	struct str json = {0};
	recipe_write(r, &json);
	int rc = folder_write(dirfd, RECIPE_FILE, json.s, json.len, e);
	str_fini(&json);
	return rc;
}

static int
write_files(const struct mlf_model *m, int dirfd, struct err *e)
{
	struct str text = {0};
	struct jw w;
	size_t n_inputs;
	str_add(&text, "flavors:\n  " FLAVOR_KEY ": ");
	jw_init(&w, &text);
	jw_object(&w);
	jw_kv_str(&w, "flavor", m->flavor->name);
	jw_kv_str(&w, "data", m->data ? m->data : m->flavor->data);
	int rc = m->flavor->save(m, dirfd, &w, e);
	if (m->raw)
		jw_kv_str(&w, "recipe", RECIPE_FILE);
	jw_end(&w, '}');
	str_addc(&text, '\n');
	environment_add_flavors(m, &text);
	const struct sig_column *inputs = model_inputs(m, &n_inputs);
	str_add(&text, "signature:\n");
	if (n_inputs) /* MLflow knows no empty side */
		add_side(&text, "inputs", inputs, n_inputs);
	add_side(&text, "outputs", m->outputs, m->n_outputs);
	environment_add_example(m, &text);
	if (rc == 0 && m->raw)
		rc = write_recipe(m->raw->recipe, dirfd, e);
	if (rc == 0)
		rc = environment_write(m, dirfd, e);
	if (rc == 0)
		rc = importance_save(m, dirfd, e);
	if (rc == 0)
		rc = folder_write(dirfd, MLMODEL, text.s, text.len, e);
	str_fini(&text);
	return rc;
}

int
model_save(const struct mlf_model *m, int rootfd, const char *path, struct err *e)
{
	int dirfd = folder_make(rootfd, path, e);
	if (dirfd < 0)
		return err_wrap(e, "saving a model");
	if (folder_end(rootfd, path, dirfd, write_files(m, dirfd, e), e) < 0)
		return err_wrap(e, "saving a model to `%s`", path);
	return 0;
}

static int
check_side(const struct ynode *mlmodel, const char *side, const struct sig_column *columns,
	size_t n, struct err *e)
{
	char path[32];
	(void)snprintf(path, sizeof(path), "signature.%s", side);
	const char *json = yaml_str(yaml_path(mlmodel, path));
	if (!json && n == 0)
		return 0;
	if (!json)
		return err_set(e, MLC_MODEL, "%s has no signature %s", MLMODEL, side);
	return signature_check(json, strlen(json), columns, n, side, e);
}

static int
load_data(const struct flavor *flavor, const struct ynode *entry, const struct ynode *mlmodel,
	int dirfd, struct mlf_model **out, struct err *e)
{
	const char *data = yaml_str(yaml_get(entry, "data"));
	if (flavor->load_data)
		return flavor->load_data(dirfd, data, mlmodel, out, e);
	if (!str_eq(data, flavor->data))
		return err_set(e, MLC_MODEL, "flavor `%s` keeps its data in %s, and %s says %s",
			flavor->name, flavor->data, MLMODEL, data ? data : "nothing");
	return flavor->load(dirfd, out, e);
}

/* A folder that MLflow made of a model that we can evaluate. Its outputs are not what ours are. */
static int
load_theirs(const struct ynode *mlmodel, int dirfd, struct mlf_model **out, struct err *e)
{
	const struct ynode *entry = NULL;
	const struct flavor *flavor = flavor_of_mlflow(mlmodel, &entry);
	if (flavor)
		return load_data(flavor, entry, mlmodel, dirfd, out, e);
	err_set(e, MLC_MODEL, "%s names no flavor that can be loaded", MLMODEL);
	return err_help(e, "that can models saved by mlflow-c, and MLflow's of flavor xgboost");
}

/* Reads the recipe that MLmodel names. */
static int
load_recipe(const struct ynode *ours, int dirfd, struct mlf_model *m, struct err *e)
{
	const struct ynode *name = yaml_get(ours, "recipe");
	struct recipe *r = NULL;
	struct str json = {0};
	if (!name)
		return 0;
	if (!str_eq(yaml_str(name), RECIPE_FILE))
		return err_set(e, MLC_MODEL, "a recipe is kept in " RECIPE_FILE);
	int rc = folder_read(dirfd, RECIPE_FILE, RECIPE_FILE_CAP, &json, e);
	if (rc == 0)
		rc = recipe_read(str_text(&json), json.len, &r, e);
	if (rc == 0)
		rc = model_use_recipe(m, r, e);
	recipe_unref(r);
	str_fini(&json);
	return rc < 0 ? err_wrap(e, RECIPE_FILE) : 0;
}

static int
load_ours(const struct ynode *ours, const struct ynode *mlmodel, int dirfd, struct mlf_model **out,
	struct err *e)
{
	const struct flavor *flavor = flavor_need(yaml_str(yaml_get(ours, "flavor")), e);
	if (!flavor || load_data(flavor, ours, mlmodel, dirfd, out, e) < 0)
		return -1;
	struct mlf_model *m = *out;
	size_t n = 0;
	int rc = load_recipe(ours, dirfd, m, e);
	const struct sig_column *inputs = model_inputs(m, &n);
	if (rc == 0 && check_side(mlmodel, "inputs", inputs, n, e) == 0 &&
		check_side(mlmodel, "outputs", m->outputs, m->n_outputs, e) == 0)
		return 0;
	model_unref(*out);
	*out = NULL;
	return -1;
}

static int
read_files(int dirfd, struct arena *a, struct mlf_model **out, struct err *e)
{
	struct str text = {0};
	struct ynode *mlmodel = NULL;
	int rc = folder_read(dirfd, MLMODEL, MLMODEL_CAP, &text, e);
	if (rc == 0)
		rc = yaml_parse(a, MLMODEL, str_text(&text), text.len, &mlmodel, e);
	str_fini(&text);
	if (rc < 0)
		return -1;
	const struct ynode *ours = yaml_path(mlmodel, "flavors." FLAVOR_KEY);
	rc = ours ? load_ours(ours, mlmodel, dirfd, out, e) : load_theirs(mlmodel, dirfd, out, e);
	if (rc == 0)
		environment_read_example(*out, mlmodel, dirfd);
	return rc;
}

int
model_load(int rootfd, const char *path, struct mlf_model **out, struct err *e)
{
	struct arena a = {0};
	*out = NULL;
	int dirfd = folder_open(rootfd, path, e);
	int rc = dirfd < 0 ? -1 : read_files(dirfd, &a, out, e);
	arena_fini(&a);
	if (dirfd >= 0)
		close(dirfd);
	return rc < 0 ? err_wrap(e, "loading the model `%s`", path) : 0;
}
