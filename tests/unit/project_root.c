/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/project_kit.h"

LEAK_SUITE(project_root);

static void
expect_root(const char *from, const char *want)
{
	struct err e = {0};
	char *root = NULL;
	int fd = -1;

	cr_assert(project_find_root(from, &root, &fd, &e) == 0, "%s", e.msg);
	cr_expect_str_eq(root, want);
	cr_expect(file_exists(fd, "conf/base"));
	close(fd);
	free(root);
}

Test(project_root, is_the_nearest_folder_above_that_holds_conf_base)
{
	struct dir d;
	char from[PATH_MAX + 32], inner[PATH_MAX + 32];

	dir_open(&d);
	dir_mkdir(&d, "conf/base");
	dir_mkdir(&d, "ml/conf/base");
	dir_mkdir(&d, "ml/nodes/deep");
	dir_mkdir(&d, "other");
	(void)snprintf(inner, sizeof(inner), "%s/ml", d.path);
	(void)snprintf(from, sizeof(from), "%s/ml/nodes/deep", d.path);
	expect_root(from, inner);
	expect_root(inner, inner);
	(void)snprintf(from, sizeof(from), "%s/ml/conf/base", d.path);
	expect_root(from, inner);
	(void)snprintf(from, sizeof(from), "%s/other", d.path);
	expect_root(from, d.path);
	dir_close(&d);
}

Test(project_root, is_looked_for_from_the_working_folder_by_default)
{
	struct dir d;

	dir_open(&d);
	dir_mkdir(&d, "conf/base");
	dir_mkdir(&d, "sub");
	cr_assert(fchdir(d.fd) == 0 && chdir("sub") == 0);
	expect_root(NULL, d.path);
	cr_assert(chdir("/") == 0);
	dir_close(&d);
}

Test(project_root, is_found_behind_a_link_in_the_real_folder)
{
	struct dir d;
	char from[PATH_MAX + 32];

	dir_open(&d);
	dir_mkdir(&d, "real/conf/base");
	dir_mkdir(&d, "real/sub");
	dir_mkdir(&d, "links");
	cr_assert(symlinkat("../real/sub", d.fd, "links/sub") == 0);
	(void)snprintf(from, sizeof(from), "%s/links/sub", d.path);
	(void)snprintf(d.path + strlen(d.path), 8, "/real");
	expect_root(from, d.path);
	*strrchr(d.path, '/') = '\0';
	dir_close(&d);
}

static void
expect_no_project(const char *from, const char *part)
{
	struct err e = {0};
	char *root = NULL;
	int fd = -1;

	cr_assert(project_find_root(from, &root, &fd, &e) == -1);
	cr_expect(e.code == MLC_NO_PROJECT);
	cr_expect(strstr(e.msg, part), "%s", e.msg);
	cr_expect(e.help[0]);
	cr_expect(!root && fd == -1);
}

Test(project_root, missing_is_an_error_with_help)
{
	struct dir d;

	dir_open(&d);
	dir_write(&d, "conf/base", "a file is no folder");
	expect_no_project(d.path, d.path);
	expect_no_project("/", "`/`");
	dir_close(&d);
}

Test(project_root, folder_that_does_not_exist_is_an_error)
{
	expect_no_project("/nowhere/at/all", "/nowhere/at/all");
}

Test(project_root, folder_that_may_not_be_read_does_not_lead_to_another_project)
{
	struct dir d;
	char from[PATH_MAX + 32];

	dir_open(&d);
	dir_mkdir(&d, "conf/base");
	dir_mkdir(&d, "sub");
	/* a link to itself: the same dead end for root, whom permissions do not stop */
	cr_assert(symlinkat("conf", d.fd, "sub/conf") == 0);
	(void)snprintf(from, sizeof(from), "%s/sub", d.path);
	expect_no_project(from, "sub/conf/base");
	dir_close(&d);
}
