/* SPDX-License-Identifier: Apache-2.0
 * Errors and answers: stderr is the talk, stdout is the answer; with --json both are JSON on stdout,
 * one object, and stderr stays for people. */
#include "cmd/cmd.h"
#include "cmd/lineage.h"

#include <limits.h>
#include <unistd.h>

const char *
app_dir(const struct app *a)
{
	return a->g.dir ? a->g.dir : getenv("MLFLOW_C_PROJECT");
}

/* Lines of this file are not for showing. */
static bool
is_secret_file(const char *path)
{
	const char *name = strrchr(path, '/');
	return strncmp(name ? name + 1 : path, "credentials", strlen("credentials")) == 0;
}

/* With the lines around the place, also if the project could not be opened because of them. */
static void
print_text(struct app *a, const struct err *e)
{
	struct str text = {0};
	struct err ignored;
	char *root = NULL;
	int own = -1;
	if (!a->project && !a->placefd && e->file[0])
		(void)!project_find_root(app_dir(a), &root, &own, &ignored);
	int rootfd = a->placefd ? a->placefd : a->project ? a->project->rootfd : own;
	diag_render(&text, e, is_secret_file(e->file) ? -1 : rootfd, &a->err);
	(void)fputs(str_text(&text), stderr);
	str_fini(&text);
	free(root);
	if (own >= 0)
		close(own);
}

static void
print_json(const struct err *v, size_t n)
{
	struct str out = {0};
	struct jw w;
	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "schema", "mlflow-c/error");
	jw_kv_str(&w, "version", "1.0");
	jw_key(&w, "data");
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		diag_json(&w, &v[i]);
	jw_end(&w, ']');
	jw_end(&w, '}');
	(void)printf("%s\n", str_text(&out));
	str_fini(&out);
}

/* No message without a way on: whoever had none to offer points to where there is one. */
static void
add_way_out(const struct app *a, struct err *e)
{
	char code[16];
	if (e->help[0] || e->note[0])
		return;
	if (e->code == MLC_USAGE && a->cmd)
		err_help(e, "see: mlflow-c %s --help", a->cmd->name);
	else
		err_help(e, "see: mlflow-c explain %s", code_name(e->code, code));
}

int
report(struct app *a, const struct err *e)
{
	struct err whole = *e;
	add_way_out(a, &whole);
	if (a->g.json)
		print_json(&whole, 1);
	else
		print_text(a, &whole);
	return code_exit(e->code);
}

void
report_warning(const struct err *e)
{
	char code[16];
	(void)fprintf(
		stderr, "warning[%s]: %s\n  help: %s\n", code_name(e->code, code), e->msg, e->help);
}

int
report_all(struct app *a, struct errs *found)
{
	int code = found->n ? code_exit(found->v[0].code) : code_exit(MLC_BUG);
	for (size_t i = 0; i < found->n; i++)
		add_way_out(a, &found->v[i]);
	if (a->g.json)
		print_json(found->v, found->n);
	else
		for (size_t i = 0; i < found->n; i++)
			print_text(a, &found->v[i]);
	if (!a->g.json && found->n + found->dropped > 1)
		(void)fprintf(stderr, "%zu errors%s (exit %d)\n", found->n + found->dropped,
			a->cmd && str_eq(a->cmd->name, "run") ? "; nothing was run" : "", code);
	errs_fini(found);
	return code;
}

void
answer_begin(struct app *a, struct jw *w, struct str *out)
{
	struct str schema = {0};
	str_addf(&schema, "mlflow-c/%s", a->cmd->name);
	for (char *p = schema.s; *p; p++)
		if (*p == ' ')
			*p = '.';
	jw_init(w, out);
	jw_object(w);
	jw_kv_str(w, "schema", schema.s);
	jw_kv_str(w, "version", "1.0");
	jw_key(w, "data");
	str_fini(&schema);
}

void
answer_end(struct jw *w, struct str *out)
{
	jw_end(w, '}');
	(void)printf("%s\n", str_text(out));
	str_fini(out);
}

const char *
app_store_given(const struct app *a)
{
	const char *given = a->g.store ? a->g.store : getenv("MLFLOW_C_STORE");
	return given && *given ? given : NULL;
}

/* As every path on a command line, that of a flag or a variable is relative to the working folder;
 * what mlflow-c.yml says is relative to the project. */
const char *
store_path(struct app *a)
{
	const char *given = app_store_given(a);
	char here[PATH_MAX];
	if (!given)
		return project_setting(a->project, "store", "runs/mlflow.db");
	if (*given == '/' || !getcwd(here, sizeof(here)))
		return given;
	return arena_printf(&a->project->arena, "%s/%s", here, given);
}

int
app_store(struct app *a, enum store_mode mode, struct err *e)
{
	struct store_opts o = {.root = a->project->root,
		.rootfd = a->project->rootfd,
		.path = store_path(a),
		.experiment = project_setting(a->project, "experiment", "default"),
		.clock = &a->clock,
		.mode = mode};
	const char *name;
	if (store_open(&a->store, &o, e) < 0)
		return -1;
	size_t n = store_recovered(a->store, 0, &name);
	for (size_t i = 0; i < n && !a->g.quiet; i++) {
		(void)store_recovered(a->store, i, &name);
		(void)fprintf(stderr,
			"note: run %s was found dead (no process holds it) and is now "
			"`interrupted`\n",
			name);
	}
	lineage_dead(a, n);
	return 0;
}

uint64_t
app_ms(const struct app *a, int64_t us)
{
	return a->clock.fixed_ms ? 0 : (uint64_t)us / 1000;
}
