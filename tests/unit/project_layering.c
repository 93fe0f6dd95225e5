/* SPDX-License-Identifier: Apache-2.0
 * Configuration from files to trees, as data: tests/data/project_*.test.
 *
 * Sections named like files are files. `args` holds lines: env NAME, params TEXT, params-file PATH,
 * set NAME=VALUE. Expected: settings, catalog, parameters, pipelines, credentials as JSON, or errors. */
#include "tests/unit/project_kit.h"

LEAK_SUITE(project_layering);

/* What a case asks for. */
struct asked {
	struct project_opts opts;
	char *text;          /* owned; what opts points into */
	const char *set[16]; /* names of variables that were set */
	size_t n_set;
};

static void
read_args(struct asked *a, const char *text, const struct dir *d)
{
	char *save = NULL, *eq;

	*a = (struct asked){.text = mem_strdup(text ? text : "")};
	a->opts.dir = d->path;
	for (char *line = strtok_r(a->text, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		char *value = line + strcspn(line, " ");

		*value++ = '\0';
		if (str_eq(line, "env")) {
			a->opts.env = value;
		} else if (str_eq(line, "params")) {
			a->opts.params = value;
		} else if (str_eq(line, "params-file")) {
			a->opts.params_file = value;
		} else {
			cr_assert(str_eq(line, "set"), "unknown argument %s", line);
			eq = strchr(value, '=');
			*eq = '\0';
			setenv(value, eq + 1, 1);
			a->set[a->n_set++] = value;
		}
	}
}

static void
args_fini(struct asked *a)
{
	for (size_t i = 0; i < a->n_set; i++)
		unsetenv(a->set[i]);
	free(a->text);
}

static void
expect_tree(const struct tcase *c, const char *name, const struct ynode *tree)
{
	const char *want = tcase_text(c, name);
	struct str got = {0};
	struct jw w;

	if (!want)
		return;
	jw_init(&w, &got);
	yaml_to_json(&w, tree, false);
	str_addc(&got, '\n');
	cr_expect_str_eq(str_text(&got), want, "%s: %s\n got: %s want: %s", c->title, name,
		str_text(&got), want);
	str_fini(&got);
}

static void
expect_case(const struct tcase *c, const struct asked *a)
{
	const char *want = tcase_text(c, "errors");
	struct project *p = NULL;
	struct errs found = {0};
	struct str got = {0};
	int rc = project_open(&p, &a->opts, &found);

	add_errs(&got, &found);
	cr_expect_str_eq(str_text(&got), want ? want : "", "%s\n got: %s want: %s", c->title,
		str_text(&got), want ? want : "");
	cr_expect(rc == (found.n ? -1 : 0), "%s", c->title);
	if (p) {
		expect_tree(c, "settings", p->settings);
		expect_tree(c, "catalog", p->catalog);
		expect_tree(c, "parameters", p->params);
		expect_tree(c, "pipelines", p->pipelines);
		expect_tree(c, "credentials", p->credentials);
	}
	project_close(p);
	errs_fini(&found);
	str_fini(&got);
}

static void
run_case(const struct tcase *c)
{
	struct asked a;
	struct dir d;

	dir_open(&d);
	dir_mkdir(&d, "conf/base");
	for (size_t i = 0; i < c->n; i++)
		if (strchr(c->sections[i].name, '/'))
			dir_write(&d, c->sections[i].name, str_text(&c->sections[i].text));
	cr_assert(chdir(d.path) == 0); /* --params-file is relative to the working folder */
	read_args(&a, tcase_text(c, "args"), &d);
	expect_case(c, &a);
	args_fini(&a);
	cr_assert(chdir("/") == 0);
	dir_close(&d);
}

static void
run_file(const char *path, size_t at_least)
{
	struct tcase c = {.n = 0};
	struct tfile t;
	size_t n = 0;

	unsetenv("MLFLOW_C_CONF");
	tfile_open(&t, path);
	for (; tfile_next(&t, &c); n++)
		run_case(&c);
	cr_expect(n >= at_least, "%s: only %zu cases", path, n);
}

Test(project_layering, files_are_found_and_laid_over_each_other)
{
	run_file("tests/data/project_overlay.test", 10);
}

Test(project_layering, references_become_what_they_name)
{
	run_file("tests/data/project_interpolate.test", 20);
}

Test(project_layering, parameters_come_from_the_command_line_last)
{
	run_file("tests/data/project_params.test", 10);
}
