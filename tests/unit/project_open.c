/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/project_kit.h"

LEAK_SUITE(project_open);

static void
expect_at(const struct ynode *n, const char *file, int line, int col)
{
	cr_assert(n);
	cr_expect(str_eq(n->at.file, file) && n->at.line == line && n->at.col == col,
		"want %s:%d:%d, got %s:%d:%d", file, line, col, n->at.file, n->at.line, n->at.col);
}

Test(project_open, every_value_keeps_its_place)
{
	struct project_opts opts = {.env = "prod", .params = "m.p=5,l=[1, 2]"};
	struct project *p;
	struct dir d;

	dir_open(&d);
	dir_write(&d, "conf/base/parameters.yml", "m: {a: 1, b: 2}\nr: x ${m.a}\nw: ${m}\n");
	dir_write(&d, "conf/prod/parameters.yml", "\nm: {b: 3}\n");
	p = must_open(&d, &opts);
	expect_at(project_param(p, "m.a"), "conf/base/parameters.yml", 1, 8);
	expect_at(project_param(p, "m.b"), "conf/prod/parameters.yml", 2, 8);
	expect_at(project_param(p, "m.p"), "--params", 1, 5);
	expect_at(project_param(p, "l")->u.items[1], "--params", 1, 13);
	expect_at(project_param(p, "r"), "conf/base/parameters.yml", 2, 4);
	expect_at(project_param(p, "w"), "conf/base/parameters.yml", 3, 4);
	expect_at(project_param(p, "w.b"), "conf/prod/parameters.yml", 2, 8);
	project_close(p);
	dir_close(&d);
}

Test(project_open, trees_are_there_without_files)
{
	struct project *p;
	struct dir d;

	dir_open(&d);
	dir_mkdir(&d, "conf/base");
	p = must_open(&d, NULL);
	cr_expect_str_eq(p->env, "base");
	cr_expect_str_eq(p->root, d.path);
	cr_expect(p->settings && p->pipelines && p->catalog && p->params && p->credentials);
	cr_expect(p->params->kind == Y_MAP && p->params->n == 0);
	cr_expect(project_param(p, "") == p->params);
	cr_expect(!project_param(p, "a.b"));
	project_close(p);
	project_close(NULL);
	dir_close(&d);
}

Test(project_open, empty_files_and_empty_environments_are_fine)
{
	struct project_opts opts = {.env = "prod"};
	struct project *p;
	struct dir d;

	dir_open(&d);
	dir_write(&d, "conf/base/catalog.yml", "");
	dir_write(&d, "conf/base/parameters.yml", "# nothing yet\n");
	dir_mkdir(&d, "conf/prod");
	p = must_open(&d, &opts);
	cr_expect(p->catalog->n == 0 && p->params->n == 0);
	project_close(p);
	dir_close(&d);
}

static void
expect_all_secret(const struct ynode *n)
{
	cr_expect(n->secret, "line %d", n->at.line);
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		expect_all_secret(n->u.items[i]);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
		expect_all_secret(n->u.pairs[i].value);
}

Test(project_open, credentials_are_secret_to_the_last_value)
{
	struct project *p;
	struct str out = {0};
	struct dir d;
	struct jw w;

	dir_open(&d);
	dir_write(&d, "conf/base/globals.yml", "hosts: [a, b]\n");
	dir_write(&d, "conf/base/catalog.yml", "x: {hosts: '${globals:hosts}'}\n");
	dir_write(&d, "conf/base/credentials.yml",
		"db: {user: ann, hosts: '${globals:hosts}', deep: [{password: hunter2}]}\n");
	p = must_open(&d, NULL);
	expect_all_secret(p->credentials);
	jw_init(&w, &out);
	yaml_to_json(&w, p->credentials, true);
	cr_expect(!strstr(out.s, "hunter2") && !strstr(out.s, "ann"), "%s", out.s);
	/* what the credentials share with others does not become secret there */
	cr_expect(!yaml_path(p->catalog, "x.hosts")->u.items[0]->secret);
	str_fini(&out);
	project_close(p);
	dir_close(&d);
}

Test(project_open, errors_of_credentials_do_not_show_them)
{
	struct dir d;
	struct err e;

	dir_open(&d);
	dir_write(&d, "conf/base/credentials.yml", "a: {p: hunter2}\nb: ${a.p}${a.q}\n");
	e = must_fail(&d, NULL);
	cr_expect(!strstr(e.msg, "hunter2") && !strstr(e.help, "hunter2"));
	dir_close(&d);
}

Test(project_open, contract_of_the_environment_comes_before_that_of_base)
{
	struct project_opts opts = {.env = "prod"};
	struct project *p;
	struct dir d;

	dir_open(&d);
	dir_write(&d, "conf/base/contracts/loan.yml", "");
	dir_write(&d, "conf/base/contracts/user.yaml", "");
	dir_write(&d, "conf/prod/contracts/loan.yml", "");
	dir_write(&d, "conf/base/catalog.yml", "");
	p = must_open(&d, &opts);
	cr_expect_str_eq(project_contract(p, "loan"), "conf/prod/contracts/loan.yml");
	cr_expect_str_eq(project_contract(p, "loan@csv"), "conf/prod/contracts/loan.yml");
	cr_expect_str_eq(project_contract(p, "user"), "conf/base/contracts/user.yaml");
	cr_expect(!project_contract(p, "other"));
	cr_expect(!project_contract(p, "../catalog"));
	cr_expect(!project_contract(p, ""));
	cr_expect(!project_contract(p, "@csv"));
	project_close(p);
	dir_close(&d);
}

Test(project_open, settings_have_defaults)
{
	struct project *p;
	struct dir d;

	dir_open(&d);
	dir_write(&d, "conf/base/mlflow-c.yml", "experiment: loan\nstore:\n");
	cr_expect(must_fail(&d, NULL).code == MLC_CONF_TYPE); /* `store:` without a value */
	dir_write(&d, "conf/base/mlflow-c.yml", "experiment: 2025\n_x: 1\n");
	p = must_open(&d, NULL);
	cr_expect_str_eq(project_setting(p, "experiment", "d"), "2025");
	cr_expect_str_eq(project_setting(p, "store", "runs/mlflow.db"), "runs/mlflow.db");
	cr_expect(!project_setting(p, "memory", NULL));
	cr_expect(!project_setting(p, "_x", NULL));
	project_close(p);
	dir_close(&d);
}

Test(project_open, settings_are_of_their_type)
{
	static const char *const wrong[] = {"seed: x\n", "seed: 1.5\n", "seed: [1]\n",
		"memory: much\n", "memory: -1\n", "git: off\n", "store: [a]\n", "merge: x\n"};
	struct project *p;
	struct dir d;

	dir_open(&d);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		dir_write(&d, "conf/base/mlflow-c.yml", wrong[i]);
		cr_expect(must_fail(&d, NULL).line == 1, "%s", wrong[i]);
	}
	dir_write(&d, "conf/base/mlflow-c.yml", "seed: -7\nmemory: 2GiB\ngit: false\n");
	p = must_open(&d, NULL);
	cr_expect_str_eq(project_setting(p, "seed", ""), "-7");
	cr_expect_str_eq(project_setting(p, "git", "true"), "false");
	project_close(p);
	dir_close(&d);
}

Test(project_open, many_problems_are_reported_at_once)
{
	struct project_opts opts = {.params = "broken"};
	struct project *p = NULL;
	struct errs found = {0};
	struct dir d;

	dir_open(&d);
	opts.dir = d.path;
	dir_write(&d, "conf/base/catalog.yml", "a: ${x}\n");
	dir_write(&d, "conf/base/parameters.yml", "- 1\n");
	dir_write(&d, "conf/base/mlflow-c.yml", "stor: x\n");
	cr_expect(project_open(&p, &opts, &found) == -1);
	cr_expect(found.n == 4, "%zu", found.n);
	errs_fini(&found);
	dir_close(&d);
}

/* a0: ${a1}, a1: ${a2}, ... */
static void
write_chain(const struct dir *d, int n)
{
	struct str text = {0};

	for (int i = 0; i < n; i++)
		str_addf(&text, "a%d: ${a%d}\n", i, i + 1);
	str_addf(&text, "a%d: end\n", n);
	dir_write(d, "conf/base/parameters.yml", text.s);
	str_fini(&text);
}

Test(project_open, chains_of_references_are_bounded)
{
	struct project *p;
	struct dir d;

	dir_open(&d);
	write_chain(&d, 60);
	p = must_open(&d, NULL);
	cr_expect_str_eq(project_param(p, "a0")->text, "end");
	project_close(p);
	write_chain(&d, 1000);
	cr_expect(must_fail(&d, NULL).code == MLC_YAML_LIMIT);
	dir_close(&d);
}

Test(project_open, references_cannot_blow_up_the_tree)
{
	struct str text = {0};
	struct dir d;

	dir_open(&d);
	str_add(&text, "m0: [x]\n");
	for (int i = 1; i < 40; i++)
		str_addf(&text, "m%d: ['${m%d}', '${m%d}']\n", i, i - 1, i - 1);
	dir_write(&d, "conf/base/parameters.yml", text.s);
	cr_expect(must_fail(&d, NULL).code == MLC_YAML_LIMIT);
	str_fini(&text);
	dir_close(&d);
}

Test(project_open, references_cannot_blow_up_a_text)
{
	struct str text = {0};
	struct dir d;

	dir_open(&d);
	str_add(&text, "t0: 0123456789\n");
	for (int i = 1; i < 40; i++)
		str_addf(&text, "t%d: ${t%d}${t%d}\n", i, i - 1, i - 1);
	dir_write(&d, "conf/base/parameters.yml", text.s);
	cr_expect(must_fail(&d, NULL).code == MLC_YAML_LIMIT);
	str_fini(&text);
	dir_close(&d);
}

Test(project_open, references_cannot_stack_maps_without_end)
{
	struct str text = {0};
	struct dir d;
	struct err e;

	dir_open(&d);
	str_add(&text, "m0: {x: 1}\n");
	for (int i = 1; i < 50; i++)
		str_addf(&text, "m%d: {x: {y: '${m%d}'}}\n", i, i - 1);
	dir_write(&d, "conf/base/parameters.yml", text.s);
	e = must_fail(&d, NULL);
	cr_expect(e.code == MLC_YAML_LIMIT && strstr(e.msg, "levels deep"), "%s", e.msg);
	str_fini(&text);
	dir_close(&d);
}
