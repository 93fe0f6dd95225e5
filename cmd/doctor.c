/* SPDX-License-Identifier: Apache-2.0
 * doctor: looks at everything that a run depends on, and says how to mend what is not well. */
#include "cmd/doctor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#include "cmd/node.h"

/* ---- findings */

static struct finding *
add(struct findings *f, enum finding_state state, const char *topic, const char *fix)
{
	struct finding *one;

	f->v = mem_grow(f->v, &f->cap, f->n + 1, sizeof(*f->v));
	one = &f->v[f->n++];
	*one = (struct finding){
		.state = state, .topic = topic, .fix = fix && *fix ? mem_strdup(fix) : NULL};
	return one;
}

static char *
text_of(const char *fmt, va_list ap)
{
	char buf[2048];

	(void)vsnprintf(buf, sizeof(buf), fmt, ap);
	return mem_strdup(buf);
}

void
found_ok(struct findings *f, const char *topic, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, FINDING_OK, topic, NULL)->text = text_of(fmt, ap);
	va_end(ap);
}

void
found_note(struct findings *f, const char *topic, const char *fix, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(f, FINDING_NOTE, topic, fix)->text = text_of(fmt, ap);
	va_end(ap);
}

void
found_error(struct findings *f, const char *topic, const struct err *e, bool note)
{
	struct finding *one = add(f, note ? FINDING_NOTE : FINDING_WRONG, topic, e->help);
	struct str text = {0};

	if (*e->file)
		str_addf(&text, "%s:%d: ", e->file, e->line);
	str_add(&text, e->msg);
	one->text = text.s;
	one->code = note ? 0 : e->code;
}

/* ---- the project */

/* The first of what was found, and how many more there are. */
static void
first_error(struct findings *f, const char *topic, struct errs *found, bool note)
{
	struct err e = found->v[0];

	if (found->n > 1)
		err_help(&e, "and %zu more: mlflow-c validate", found->n - 1);
	found_error(f, topic, &e, note);
}

/* Whether the environment can be laid over base. The one that is in use must be well. */
static void
check_environment(struct app *a, struct findings *f, const char *env, bool in_use)
{
	struct project_opts o = {.dir = app_dir(a), .env = env};
	struct project *p = NULL;
	struct errs found = {0};

	if (project_open(&p, &o, &found) < 0)
		first_error(f, "conf", &found, !in_use);
	else
		found_ok(f, "conf", "%s", env);
	for (size_t i = 0; p && i < p->warnings.n; i++)
		found_error(f, "conf", &p->warnings.v[i], true);
	errs_fini(&found);
	project_close(p);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.' && d->d_type == DT_DIR;
}

static void
check_environments(struct app *a, struct findings *f, const char *root)
{
	const char *asked = a->g.conf ? a->g.conf : "",
		   *used = a->project ? a->project->env : asked;
	struct dirent **names = NULL;
	struct str path = {0};
	int n;

	str_addf(&path, "%s/conf", root);
	n = scandir(str_text(&path), &names, visible, by_name);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		check_environment(a, f, name, str_eq(name, used) || str_eq(name, "base"));
		free(names[i]);
	}
	free(names);
	str_fini(&path);
}

static void
check_pipelines(struct app *a, struct findings *f)
{
	struct load_opts o = {0};
	struct errs found = {0};
	struct loaded l;

	if (load_plan(a, &o, &l, &found) < 0)
		first_error(f, "pipeline", &found, false);
	else
		found_ok(f, "pipeline", "%zu nodes can run", l.plan.n);
	errs_fini(&found);
	loaded_fini(&l);
}

static void
check_plugins(struct app *a, struct findings *f)
{
	struct plugin_names names;
	struct arena arena = {0};
	size_t bad = 0;

	plugin_names(a->project, PLUGIN_DIR, &names);
	for (size_t i = 0; i < names.n; i++) {
		const char *path = plugin_find(&arena, a->project, PLUGIN_DIR, names.v[i]);
		const struct plugin_info *info;
		struct err e = {0};

		if (path && plugin_describe(a->zygote, &arena, a->project, path, &info, &e) < 0) {
			found_error(f, "plugin", &e, false);
			bad++;
		}
	}
	if (names.n == 0)
		found_note(f, "plugin", "build them: mlflow-c run --build", "there are none in %s",
			PLUGIN_DIR);
	else if (bad == 0)
		found_ok(f, "plugin", "%zu in %s, %zu that came with the program", names.own,
			PLUGIN_DIR, names.n - names.own);
	plugin_names_fini(&names);
	arena_fini(&arena);
}

static void
check_runs(struct app *a, struct findings *f)
{
	struct run_search q = {.filter = "attributes.status = 'RUNNING'", .limit = 100};
	struct arena arena = {0};
	struct run_row *rows;
	struct err e = {0};
	size_t n = 0;

	if (store_runs(a->store, &arena, &q, &rows, &n, &e) < 0)
		found_error(f, "runs", &e, false);
	else if (n > 0)
		found_note(f, "runs", "see: mlflow-c runs list",
			"%zu are running, or of another host; the newest is %s", n, rows[0].name);
	arena_fini(&arena);
}

static void
check_store(struct app *a, struct findings *f)
{
	const char *path = store_path(a);
	struct store_report r = {0};
	struct err e = {0};

	if (*path != '/' && !file_exists(a->project->rootfd, path)) {
		found_note(f, "store", NULL, "there is no %s yet: the first run makes it", path);
		return;
	}
	if (app_store(a, STORE_READ, &e) < 0 || store_check(a->store, &r, &e) < 0) {
		found_error(f, "store", &e, false);
		return;
	}
	for (size_t i = 0; i < r.n_problems; i++) {
		err_set(&e, MLC_STORE, "%s", r.problems[i]);
		err_help(&e, "put a backup in its place: mlflow-c store backup makes them");
		found_error(f, "store", &e, false);
	}
	if (r.n_problems == 0)
		found_ok(f, "store", "%lld runs, %lld model versions, MLflow's tables at %s",
			(long long)r.runs, (long long)r.versions, r.revision);
	store_report_fini(&r);
	check_runs(a, f);
}

/* What is in an open project. */
static void
check_project(struct app *a, struct findings *f)
{
	check_pipelines(a, f);
	check_plugins(a, f);
	check_store(a, f);
	if (faccessat(a->project->rootfd, ".", W_OK, AT_EACCESS) != 0)
		found_note(f, "project", "give yourself the right to write there",
			"you cannot write to %s", a->project->root);
}

static bool
any_wrong(const struct findings *f, const char *topic)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].state == FINDING_WRONG && str_eq(f->v[i].topic, topic))
			return true;
	return false;
}

static void
check_all(struct app *a, struct findings *f)
{
	struct errs found = {0};
	struct err e = {0};
	char *root = NULL;
	int fd = -1;

	check_program(f);
	check_tools(f);
	check_modules(f);
	if (project_find_root(app_dir(a), &root, &fd, &e) < 0) {
		found_error(f, "project", &e, false);
		return;
	}
	found_ok(f, "project", "%s", root);
	if (app_project(a, &found) == 0)
		check_project(a, f);
	check_environments(a, f, root);
	if (found.n && !any_wrong(f, "conf"))
		first_error(f, "conf", &found, false);
	check_git(f, root);
	check_disk(f, root);
	errs_fini(&found);
	(void)close(fd);
	free(root);
}

/* ---- what it says */

static const char *const states[] = {"ok", "note", "wrong"};

static void
tell_json(struct app *a, const struct findings *f)
{
	struct str out = {0};
	char code[16];
	struct jw w;

	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < f->n; i++) {
		jw_object(&w);
		jw_kv_str(&w, "state", states[f->v[i].state]);
		jw_kv_str(&w, "topic", f->v[i].topic);
		jw_kv_str(&w, "text", f->v[i].text);
		jw_kv_str(&w, "fix", f->v[i].fix);
		jw_kv_str(&w, "code", f->v[i].code ? code_name(f->v[i].code, code) : NULL);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
}

/* A line for each action. */
static void
tell_fix(const char *fix)
{
	const char *title = "fix: ";

	while (*fix) {
		size_t n = strcspn(fix, "\n");

		(void)printf("%17s%s%.*s\n", "", title, (int)n, fix);
		fix += n + (fix[n] == '\n');
		title = "     ";
	}
}

static void
tell(const struct app *a, const struct findings *f)
{
	size_t count[3] = {0};
	struct str line = {0};

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *one = &f->v[i];

		count[one->state]++;
		if (a->g.quiet && one->state == FINDING_OK)
			continue;
		str_reset(&line);
		str_addf(&line, "%-6s %-9s ", states[one->state], one->topic);
		term_add_safe(&line, one->text);
		(void)puts(str_text(&line));
		if (one->fix)
			tell_fix(one->fix);
	}
	if (!a->g.quiet)
		(void)printf("%zu well, %zu to know, %zu wrong\n", count[FINDING_OK],
			count[FINDING_NOTE], count[FINDING_WRONG]);
	str_fini(&line);
}

static int
run(struct app *a)
{
	struct findings f = {0};
	int code = 0;

	check_all(a, &f);
	if (a->g.json)
		tell_json(a, &f);
	else
		tell(a, &f);
	for (size_t i = 0; i < f.n; i++) {
		if (code == 0 && f.v[i].state == FINDING_WRONG)
			code = code_exit(f.v[i].code);
		free(f.v[i].text);
		free(f.v[i].fix);
	}
	free(f.v);
	return code;
}

static const char *const examples[] = {"mlflow-c doctor", "look at everything",
	"mlflow-c doctor -q --conf prod", "what is not well in production", NULL};
const struct cmd cmd_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "Look at tools, project, plugins, store and disk.",
	.examples = examples,
	.needs = NEEDS_WORKERS,
	.run = run,
};
