/* SPDX-License-Identifier: Apache-2.0
 * What lies in conf/ besides plain files. */
#include "tests/unit/project_kit.h"

LEAK_SUITE(project_files);

Test(project_files, linked_files_and_folders_are_read)
{
	struct project *p;
	struct dir d;

	dir_open(&d);
	dir_write(&d, "conf/base/..data/a.yml", "a: 1\n"); /* as Kubernetes mounts a ConfigMap */
	dir_write(&d, "shared/b.yml", "b: 2\n");
	cr_assert(symlinkat("..data/a.yml", d.fd, "conf/base/catalog.yml") == 0);
	cr_assert(symlinkat("../../shared", d.fd, "conf/base/catalog_shared") == 0);
	p = must_open(&d, NULL);
	cr_expect(yaml_get(p->catalog, "a"));
	cr_expect(yaml_get(p->catalog, "b"));
	cr_expect_str_eq(yaml_get(p->catalog, "b")->at.file, "conf/base/catalog_shared/b.yml");
	project_close(p);
	dir_close(&d);
}

Test(project_files, link_to_a_folder_above_itself_ends)
{
	struct dir d;
	struct err e;

	dir_open(&d);
	dir_mkdir(&d, "conf/base/catalog");
	cr_assert(symlinkat(".", d.fd, "conf/base/catalog/again") == 0);
	e = must_fail(&d, NULL);
	cr_expect(e.code == MLC_FILE && strstr(e.msg, "folders deep"), "%s", e.msg);
	dir_close(&d);
}

Test(project_files, link_out_of_the_project_is_refused)
{
	struct dir d, out;
	char target[PATH_MAX + 16];
	struct err e;

	dir_open(&d);
	dir_open(&out);
	dir_mkdir(&d, "conf/base");
	dir_write(&out, "x.yml", "a: 1\n");
	(void)snprintf(target, sizeof(target), "%s/x.yml", out.path);
	cr_assert(symlinkat(target, d.fd, "conf/base/catalog.yml") == 0);
	e = must_fail(&d, NULL);
	cr_expect(e.code == MLC_OUTSIDE, "%s", e.msg);
	dir_close(&out);
	dir_close(&d);
}

Test(project_files, dangling_link_is_an_error)
{
	struct dir d;
	struct err e;

	dir_open(&d);
	dir_mkdir(&d, "conf/base");
	cr_assert(symlinkat("gone.yml", d.fd, "conf/base/parameters.yml") == 0);
	e = must_fail(&d, NULL);
	cr_expect(e.code == MLC_FILE && strstr(e.msg, "conf/base/parameters.yml"), "%s", e.msg);
	dir_close(&d);
}

Test(project_files, pipe_is_refused_and_not_waited_for)
{
	struct dir d;
	struct err e;

	dir_open(&d);
	dir_mkdir(&d, "conf/base");
	cr_assert(mkfifoat(d.fd, "conf/base/catalog.yml", 0600) == 0);
	e = must_fail(&d, NULL);
	cr_expect(e.code == MLC_FILE && strstr(e.msg, "no regular file"), "%s", e.msg);
	dir_close(&d);
}

Test(project_files, syntax_error_has_its_place)
{
	struct dir d;
	struct err e;

	dir_open(&d);
	dir_write(&d, "conf/base/catalog.yml", "a: 1\nb: [1\n");
	e = must_fail(&d, NULL);
	cr_expect(e.code == MLC_YAML_SYNTAX, "%s", e.msg);
	cr_expect_str_eq(e.file, "conf/base/catalog.yml");
	cr_expect(e.line >= 2);
	dir_close(&d);
}

Test(project_files, ten_thousand_entries_over_ten_thousand)
{
	struct project_opts opts = {.env = "prod"};
	struct str text = {0};
	struct project *p;
	struct dir d;

	dir_open(&d);
	for (int i = 0; i < 10000; i++)
		str_addf(&text, "d%d: {type: csv, filepath: f%d}\n", i, i);
	dir_write(&d, "conf/base/catalog.yml", text.s);
	dir_write(&d, "conf/prod/catalog.yml", text.s);
	p = must_open(&d, &opts);
	cr_expect(p->catalog->n == 10000);
	cr_expect_str_eq(p->catalog->u.pairs[9999].key, "d9999");
	cr_expect_str_eq(p->catalog->u.pairs[9999].at.file, "conf/prod/catalog.yml");
	project_close(p);
	str_fini(&text);
	dir_close(&d);
}
