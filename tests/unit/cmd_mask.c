/* SPDX-License-Identifier: Apache-2.0
 * cmd/mask.c: no secret of the project is left in a text. */
#include "tests/unit/project_kit.h"

#include "cmd/lineage.h"

LEAK_SUITE(cmd_mask);

static void
expect_masked(const struct masks *m, const char *text, const char *want)
{
	struct str got = {0};
	masks_add(m, text, &got);
	cr_expect_str_eq(str_text(&got), want);
	str_fini(&got);
}

Test(cmd_mask, credentials_and_what_is_named_as_a_secret)
{
	struct dir d;
	struct masks m = {0};
	dir_open(&d);
	dir_write(&d, "conf/base/credentials.yml",
		"db: {user: reader, password: \"12345\", on: true, short: abc}\n"
		"many: [first-secret, first-secret-and-more]\n"
		"key: |\n  line one\n  line two\n");
	dir_write(&d, "conf/base/parameters.yml",
		"service: {api_token: t0ken, name: shown}\nsecret: {inner: deep}\n");
	struct project *p = must_open(&d, NULL);
	masks_collect(&m, p, "the-key");
	expect_masked(&m, "reader logs in with 12345", "*** logs in with ***");
	expect_masked(&m, "true abc shown", "true abc shown");
	expect_masked(&m, "first-secret-and-more first-secret", "*** ***");
	expect_masked(&m, "<line two>", "<***>");
	expect_masked(&m, "t0ken, the-key and deep", "***, *** and ***");
	expect_masked(&m, "", "");
	masks_fini(&m);
	project_close(p);
	dir_close(&d);
}

Test(cmd_mask, a_project_without_secrets_changes_nothing)
{
	struct dir d;
	struct masks m = {0};
	dir_open(&d);
	dir_write(&d, "conf/base/parameters.yml", "name: text\n");
	struct project *p = must_open(&d, NULL);
	masks_collect(&m, p, NULL);
	expect_masked(&m, "any text", "any text");
	masks_fini(&m);
	project_close(p);
	dir_close(&d);
}
