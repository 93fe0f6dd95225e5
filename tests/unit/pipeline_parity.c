/* SPDX-License-Identifier: Apache-2.0
 * The cases of tests/data/parity.test, which tests/interop also runs through Kedro. */
#include "tests/unit/triplets.h"

#include <fcntl.h>
#include <unistd.h>
#include "pipeline/pipeline.h"

LEAK_SUITE(parity);

#define LEAST_CASES 120

/* Everything one case needs; the texts of the first three sections hold until others come. */
struct world {
	struct str pipeline, catalog, files;
	char root[64];
	int rootfd;
};

static void
keep(struct str *into, const struct tcase *c, const char *section)
{
	const char *text = tcase_text(c, section);

	if (!text)
		return;
	str_reset(into);
	str_add(into, text);
}

static struct ynode *
parse(struct arena *a, const char *file, const struct str *text)
{
	struct err e = {0};
	struct ynode *n = NULL;

	cr_assert_eq(yaml_parse(a, file, str_text(text), text->len, &n, &e), 0, "%s:%d: %s", file,
		e.line, e.msg);
	return n;
}

/* Makes exactly the files of the case. */
static void
make_files(struct world *w)
{
	struct err e = {0};
	char *copy = mem_strdup(str_text(&w->files)), *rest = copy;

	if (faccessat(w->rootfd, "data", F_OK, 0) == 0)
		cr_assert_eq(file_remove_tree(w->rootfd, "data", &e), 0, "%s", e.msg);
	for (char *line; (line = strtok_r(rest, "\n", &rest));) {
		if (*line == '#')
			continue;
		cr_assert_eq(file_mkdirs(w->rootfd, line, false, &e), 0, "%s", e.msg);
		cr_assert_eq(file_publish(w->rootfd, line, "x", 1, &e), 0, "%s", e.msg);
	}
	free(copy);
}

/* The value of a flag in "--flag value --flag ..."; arena, NULL if it is not there. */
static const char *
flag(struct arena *a, const char *args, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = args; p && (p = strstr(p, name)); p += n)
		if ((p == args || p[-1] == ' ') && (p[n] == ' ' || !p[n] || p[n] == '\n')) {
			p += n + (p[n] == ' ');
			return arena_strndup(a, p, strcspn(p, " \n"));
		}
	return NULL;
}

static void
run_graph(struct world *w, struct arena *a, const char *args, struct str *got)
{
	struct project p = {.pipelines = parse(a, "pipeline.yml", &w->pipeline),
		.catalog = parse(a, "catalog.yml", &w->catalog),
		.rootfd = w->rootfd};
	struct slice s = {.nodes = flag(a, args, "--nodes"),
		.from_nodes = flag(a, args, "--from-nodes"),
		.to_nodes = flag(a, args, "--to-nodes"),
		.tags = flag(a, args, "--tags"),
		.from_inputs = flag(a, args, "--from-inputs"),
		.to_outputs = flag(a, args, "--to-outputs"),
		.namespaces = flag(a, args, "--namespaces"),
		.only_missing = strstr(args, "--only-missing-outputs") != NULL,
		.rootfd = w->rootfd};
	struct spec spec = {0};
	struct graph g = {0};
	struct catalog *c = NULL;
	struct errs found = {0};
	struct err e = {0};

	cr_assert_eq(catalog_load(&c, &p, &found), 0, "%s", found.n ? found.v[0].msg : "");
	s.catalog = c;
	if (pipeline_load(a, &p, flag(a, args, "--pipelines"), &spec, &found) == 0 &&
		graph_build(a, &spec, &g, &found) == 0 && graph_slice(&g, &s, &e) < 0)
		errs_add(&found, &e);
	if (found.n)
		str_addf(got, "error %d", (int)found.v[0].code);
	for (size_t i = 0; !found.n && i < g.n_order; i++)
		str_addf(got, "%s%s", i ? " " : "", spec.nodes[g.order[i]].name);
	for (size_t i = 0; !found.n && i < g.n_listed; i++)
		cr_expect(g.why[g.listed[i]] && *g.why[g.listed[i]], "every node has a reason");
	graph_fini(&g);
	catalog_free(c);
	errs_fini(&found);
}

static void
run_match(struct world *w, struct arena *a, const char *name, struct str *got)
{
	struct project p = {.catalog = parse(a, "catalog.yml", &w->catalog), .rootfd = w->rootfd};
	struct catalog *c = NULL;
	struct errs found = {0};
	const struct dataset *d;

	cr_assert_eq(catalog_load(&c, &p, &found), 0, "%s", found.n ? found.v[0].msg : "");
	d = catalog_get(c, arena_strndup(a, name, strcspn(name, "\n")));
	str_add(got, d && d->path ? d->path : "memory");
	catalog_free(c);
	errs_fini(&found);
}

static void
run_case(struct world *w, const struct tcase *c)
{
	struct arena a = {0};
	struct str got = {0};
	const char *args = tcase_text(c, "args"), *match = tcase_text(c, "match");
	const char *expect = tcase_text(c, "expect");

	keep(&w->pipeline, c, "pipeline");
	keep(&w->catalog, c, "catalog");
	keep(&w->files, c, "files");
	make_files(w);
	cr_assert(expect, "%s: nothing is expected", c->title);
	if (match)
		run_match(w, &a, match, &got);
	else
		run_graph(w, &a, args ? args : "", &got);
	str_add(&got, *expect ? "\n" : "");
	cr_expect_str_eq(str_text(&got), expect, "%s:\n  got      %s  expected %s", c->title,
		str_text(&got), expect);
	str_fini(&got);
	arena_fini(&a);
}

Test(parity, cases_come_out_as_in_kedro)
{
	struct world w = {.root = "/tmp/mlc-parity-XXXXXX"};
	struct tfile t;
	struct tcase c = {0};
	struct err e = {0};
	size_t n = 0;
	int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	cr_assert(mkdtemp(w.root));
	w.rootfd = open(w.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(tmp >= 0 && w.rootfd >= 0);
	for (tfile_open(&t, "tests/data/parity.test"); tfile_next(&t, &c); n++)
		run_case(&w, &c);
	cr_expect_geq(n, LEAST_CASES);
	close(w.rootfd);
	cr_expect_eq(file_remove_tree(tmp, strrchr(w.root, '/') + 1, &e), 0, "%s", e.msg);
	close(tmp);
	str_fini(&w.pipeline);
	str_fini(&w.catalog);
	str_fini(&w.files);
}
