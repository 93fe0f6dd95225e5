/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c new, init, node new: files to begin with. They are a part of the program; nothing is fetched.
 *
 *	new       a folder that was not there, whole or not at all
 *	init      what is missing in a folder that is there; no file is written over
 *	node new  one source file */
#include "cmd/cmd.h"

#include "cmd/outdir.h"
#include "cmd/templates.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

struct new_args {
	const char *template;
	struct opt_list set;
};
struct values {
	char name[129];
	const char *description;
};
struct made {
	struct map files; /* path -> whether it was made now; keys as they come */
	size_t n;
};

/* ---- values */

/* It comes to stand between quotes in YAML and in C, and in a comment. */
static int
check_value(const char *key, const char *value, struct err *e)
{
	bool bad = strpbrk(value, "\"\\@\x7f") || strstr(value, "*/");
	for (const char *c = value; *c; c++)
		bad |= (unsigned char)*c < ' ';
	if (!bad)
		return 0;
	err_set(e, MLC_USAGE, "--set %s: not every text can stand in a file of C or YAML", key);
	return err_help(e, "leave out quotes, backslashes, @, line ends and */");
}

static int
set_name(struct values *v, const char *name, struct err *e)
{
	if (!str_is_name(name)) {
		err_set(e, MLC_USAGE, "`%.100s` is no name", name);
		return err_help(e, "letters, digits, `_`, `-` and `.`, at most 128");
	}
	(void)snprintf(v->name, sizeof(v->name), "%s", name);
	return 0;
}

static int
set_values(struct values *v, const struct opt_list *set, struct err *e)
{
	for (size_t i = 0; i < set->n; i++) {
		const char *eq = strchr(set->v[i], '=');
		size_t n = eq ? (size_t)(eq - set->v[i]) : 0;
		if (n == strlen("description") && strncmp(set->v[i], "description", n) == 0) {
			v->description = eq + 1;
			if (check_value("description", eq + 1, e) < 0)
				return -1;
		} else if (n == strlen("name") && strncmp(set->v[i], "name", n) == 0) {
			if (set_name(v, eq + 1, e) < 0)
				return -1;
		} else {
			err_set(e, MLC_USAGE, "--set does not know `%.100s`", set->v[i]);
			return err_help(e, "it knows name=TEXT and description=TEXT");
		}
	}
	return 0;
}

/* The text with the values in the place of their names. */
static void
fill(struct str *out, const char *text, size_t len, const struct values *v)
{
	const struct {
		const char *key, *value;
	} known[] = {{"@name@", v->name}, {"@description@", v->description}};
	for (size_t i = 0; i < len;) {
		size_t k = 0, left = len - i, n = sizeof(known) / sizeof(known[0]);
		while (k < n &&
			(strlen(known[k].key) > left ||
				memcmp(text + i, known[k].key, strlen(known[k].key)) != 0))
			k++;
		if (k < n) {
			str_add(out, known[k].value);
			i += strlen(known[k].key);
		} else
			str_addc(out, text[i++]);
	}
}

/* ---- one file */

static int
stage(int dir, const char *path, const struct str *text, bool program, struct err *e)
{
	int fd = file_open(dir, path, O_WRONLY | O_CREAT | O_EXCL, false, e);
	struct stat st;
	if (fd < 0)
		return -1;
	int rc = file_write_all(fd, str_text(text), text->len, e);
	if (rc == 0 && program && fstat(fd, &st) == 0 &&
		fchmod(fd, st.st_mode | (st.st_mode & 0444) >> 2) < 0)
		rc = err_errno(e, MLC_DISK, "cannot make `%s` executable", path);
	if (rc == 0)
		rc = file_fsync(fd, path, e);
	close(fd);
	return rc;
}

/* Makes a file that appears whole. 1: it was there, and stays as it is. */
static int
put(int dir, const char *path, const struct str *text, bool program, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct str tmp = {0};
	int rc = 0;
	if (file_exists(dir, path))
		return 1;
	if (file_mkdirs(dir, path, false, e) < 0)
		return -1;
	str_addn(&tmp, path, slash ? (size_t)(slash - path) + 1 : 0);
	str_addf(&tmp, ".%.100s.%d.new", slash ? slash + 1 : path, (int)getpid());
	if (stage(dir, tmp.s, text, program, e) < 0)
		rc = -1;
	else if (renameat2(dir, tmp.s, dir, path, RENAME_NOREPLACE) < 0)
		rc = errno == EEXIST ? 1 : err_errno(e, MLC_DISK, "cannot put `%s` in place", path);
	if (rc != 0)
		(void)unlinkat(dir, tmp.s, 0);
	str_fini(&tmp);
	return rc;
}

static int
put_template(int dir, const struct template_file *t, const struct values *v, struct made *m,
	struct err *e)
{
	struct str path = {0}, text = {0};
	int rc;
	fill(&path, t->path, strlen(t->path), v);
	if (t->fill)
		fill(&text, (const char *)t->data, t->size, v);
	else
		str_addn(&text, t->data, t->size);
	rc = put(dir, path.s, &text, t->program, e);
	if (rc >= 0)
		map_put(&m->files, path.s, rc == 0 ? m : NULL);
	m->n += rc == 0;
	str_fini(&path);
	str_fini(&text);
	return rc < 0 ? -1 : 0;
}

/* ---- a template */

static int
check_template(const char *name, struct err *e)
{
	struct map names = {0};
	struct str list = {0};
	bool found = false;
	for (const struct template_file *t = template_files; t->template; t++) {
		if (t->template[0] == '+' || !map_put(&names, t->template, &names))
			continue;
		str_addf(&list, "%s%s", list.len ? ", " : "", t->template);
		found |= str_eq(t->template, name);
	}
	if (!found) {
		const char *near = map_near(&names, name);
		err_set(e, MLC_USAGE, "there is no template `%.100s`", name);
		if (near)
			err_help(e, "did you mean `%s`?", near);
		else
			err_help(e, "there are: %s", str_text(&list));
	}
	map_fini(&names);
	str_fini(&list);
	return found ? 0 : -1;
}

/* With `around`, only what stands around a pipeline. */
static int
put_all(int dir, const char *template, bool around, const struct values *v, struct made *m,
	struct err *e)
{
	for (const struct template_file *t = template_files; t->template; t++)
		if (str_eq(t->template, template) && (t->around || !around) &&
			put_template(dir, t, v, m, e) < 0)
			return -1;
	return 0;
}

static void
answer(struct app *a, const char *path, const char *template, const struct made *m)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "path", path);
	jw_kv_str(&w, "template", template);
	jw_key(&w, "made");
	jw_array(&w);
	for (size_t i = 0; i < m->files.n; i++)
		if (m->files.values[i])
			jw_str(&w, m->files.keys[i]);
	jw_end(&w, ']');
	jw_key(&w, "kept");
	jw_array(&w);
	for (size_t i = 0; i < m->files.n; i++)
		if (!m->files.values[i])
			jw_str(&w, m->files.keys[i]);
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
}

/* ---- new */

static void
trim(char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
}

static int
make_folder(const char *path, const char *template, const struct values *v, struct made *m,
	struct err *e)
{
	struct outdir o;
	int rc = outdir_begin(&o, path, e);
	if (rc == 0)
		rc = put_all(o.fd, template, false, v, m, e);
	return outdir_end(&o, rc, e);
}

/* The Makefile of a project looks for `mlflow-c` where the shell does; that may be another one, or none. */
static void
tell_next(const char *path, size_t n_files)
{
	char found[PATH_MAX], there[PATH_MAX], here[PATH_MAX];
	bool in_path = realpath("/proc/self/exe", here) == NULL ||
		(find_tool("mlflow-c", found, sizeof(found)) && realpath(found, there) &&
			str_eq(here, there));
	(void)fprintf(stderr, "created %s, %zu files\nnext: cd %s && make%s%s\n", path, n_files,
		path, in_path ? "" : " MLFLOW_C=", in_path ? "" : here);
}

static int
run_new(struct app *a)
{
	const struct new_args *args = a->opts;
	const char *template = args->template ? args->template : "minimal";
	struct values v = {.description = "A pipeline of mlflow-c."};
	struct made m = {0};
	struct err e = {0};
	char path[PATH_MAX];
	(void)snprintf(path, sizeof(path), "%s", a->args[0]);
	trim(path);
	const char *slash = strrchr(path, '/');
	int rc = set_name(&v, slash ? slash + 1 : path, &e);
	if (rc == 0)
		rc = set_values(&v, &args->set, &e);
	if (rc == 0)
		rc = check_template(template, &e);
	if (rc == 0)
		rc = make_folder(path, template, &v, &m, &e);
	if (rc == 0 && a->g.json)
		answer(a, path, template, &m);
	else if (rc == 0 && !a->g.quiet)
		tell_next(path, m.n);
	map_fini(&m.files);
	return rc < 0 ? report(a, &e) : 0;
}

/* ---- init */

/* The name of the folder that is open. */
static int
folder_name(int dir, struct values *v, struct err *e)
{
	char link[32], path[PATH_MAX];
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return err_errno(e, MLC_DISK, "cannot tell the name of the folder");
	path[n] = '\0';
	if (set_name(v, strrchr(path, '/') + 1, e) < 0)
		(void)snprintf(v->name, sizeof(v->name), "project");
	return 0;
}

static int
init_folder(struct app *a, const char *template, struct values *v, struct made *m, struct err *e)
{
	const struct new_args *args = a->opts;
	const char *path = a->n_args ? a->args[0] : app_dir(a) ? app_dir(a) : ".";
	int dir = file_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, true, e);
	if (dir < 0)
		return err_help(e, "a new folder is made by: mlflow-c new NAME");
	int rc = folder_name(dir, v, e);
	if (rc == 0)
		rc = set_values(v, &args->set, e);
	if (rc == 0)
		rc = put_all(dir, template, file_exists(dir, "conf/base"), v, m, e);
	close(dir);
	return rc;
}

static int
run_init(struct app *a)
{
	const struct new_args *args = a->opts;
	const char *template = args->template ? args->template : "minimal";
	struct values v = {.description = "A pipeline of mlflow-c."};
	struct made m = {0};
	struct err e = {0};
	int rc = check_template(template, &e);
	if (rc == 0)
		rc = init_folder(a, template, &v, &m, &e);
	if (a->g.json && rc == 0)
		answer(a, a->n_args ? a->args[0] : ".", template, &m);
	for (size_t i = 0; i < m.files.n && !a->g.json && !a->g.quiet; i++)
		(void)printf("%s  %s\n", m.files.values[i] ? "made" : "kept", m.files.keys[i]);
	map_fini(&m.files);
	return rc < 0 ? report(a, &e) : 0;
}

/* ---- node new */

static int
put_node(struct app *a, struct values *v, struct err *e)
{
	const struct new_args *args = a->opts;
	struct made m = {0};
	int rc = set_name(v, a->args[0], e);
	if (rc == 0)
		rc = set_values(v, &args->set, e);
	if (rc == 0)
		rc = put_all(a->project->rootfd, TEMPLATE_NODE, false, v, &m, e);
	if (rc == 0 && m.n == 0) {
		rc = err_set(e, MLC_USAGE, "`nodes/%s.c` exists already", v->name);
		(void)err_help(e, "take another name");
	}
	if (rc == 0 && a->g.json)
		answer(a, a->project->root, "node", &m);
	map_fini(&m.files);
	return rc;
}

static int
run_node_new(struct app *a)
{
	struct values v = {.description = "Says here what it does."};
	struct err e = {0};
	if (put_node(a, &v, &e) < 0)
		return report(a, &e);
	if (!a->g.quiet && !a->g.json)
		(void)fprintf(stderr,
			"created nodes/%s.c\nnext: name it in conf/base/pipeline.yml:\n"
			"  - {name: %s, inputs: {table: DATASET}, outputs: {table: OTHER}}\n"
			"and: mlflow-c run --build\n",
			v.name, v.name);
	return 0;
}

static const struct opt opts[] = {
	{"template", 0, OPT_STR, offsetof(struct new_args, template), "NAME",
		"minimal (default), loan, titanic or purchase"},
	{"set", 0, OPT_LIST, offsetof(struct new_args, set), "K=V", "name or description"},
	{0},
};
static const char *const new_examples[] = {"mlflow-c new churn", "then: cd churn && make",
	"mlflow-c new loans --template loan", "a whole example", NULL};
const struct cmd cmd_new = {
	.name = "new",
	.args = "NAME",
	.min_args = 1,
	.max_args = 1,
	.summary = "Make a project that builds, tests and runs at once.",
	.examples = new_examples,
	.opts = opts,
	.opts_size = sizeof(struct new_args),
	.run = run_new,
};

static const char *const init_examples[] = {"mlflow-c init", "in a folder that is there",
	"mlflow-c init --set name=churn .", "under another name", NULL};
const struct cmd cmd_init = {
	.name = "init",
	.args = "[FOLDER]",
	.max_args = 1,
	.summary = "Make a project of a folder; what is there stays as it is.",
	.examples = init_examples,
	.opts = opts,
	.opts_size = sizeof(struct new_args),
	.run = run_init,
};

static const char *const node_examples[] = {"mlflow-c node new score", "nodes/score.c", NULL};
static const struct opt node_opts[] = {
	{"set", 0, OPT_LIST, offsetof(struct new_args, set), "K=V", "description=TEXT"},
	{0},
};
const struct cmd cmd_node_new = {
	.name = "node new",
	.args = "NAME",
	.min_args = 1,
	.max_args = 1,
	.summary = "Begin the source of a node.",
	.examples = node_examples,
	.needs = NEEDS_PROJECT,
	.opts = node_opts,
	.opts_size = sizeof(struct new_args),
	.run = run_node_new,
};
