/* SPDX-License-Identifier: Apache-2.0
 * Real repositories, made by git itself. */
#include "tests/unit/project_kit.h"
#include "project/git.h"

LEAK_SUITE(project_git);

/* libgit2 1.5 forgets the match data of every expression that does not match. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}
const char *
__lsan_default_options(void)
{
	return "print_suppressions=0"; /* a report, even of that, fails the suite */
}

static void
git(const struct dir *d, const char *command)
{
	struct str line = {0};

	str_addf(&line, "cd '%s' && env -u GIT_DIR HOME='%s' GIT_CONFIG_NOSYSTEM=1 ", d->path,
		d->path);
	str_addf(&line, "git -c user.name=a -c user.email=a@b -c init.defaultBranch=main %s",
		command);
	str_add(&line, " >/dev/null 2>&1");
	cr_assert(system(line.s) == 0, "%s", command);
	str_fini(&line);
}

/* The value of a key of the facts, or "null" or "(absent)"; lives in out. */
static const char *
fact(const char *root, const char *key, struct str *out)
{
	struct str json = {0};
	struct ynode *tree = NULL;
	struct arena a = {0};
	struct err e = {0};
	const struct ynode *n;
	struct jw w;

	jw_init(&w, &json);
	project_git_facts(root, NULL, &w);
	cr_assert(yaml_parse(&a, "facts", json.s, json.len, &tree, &e) == 0, "%s", json.s);
	n = yaml_get(tree, key);
	str_reset(out);
	str_add(out, !n ? "(absent)" : n->kind == Y_NULL ? "null" : yaml_str(n));
	arena_fini(&a);
	str_fini(&json);
	return out->s;
}

Test(project_git, facts_of_a_clean_repository_seen_from_a_subfolder)
{
	struct str s = {0};
	struct dir d;
	char sub[PATH_MAX + 8];

	dir_open(&d);
	dir_write(&d, "ml/file", "1");
	git(&d, "init");
	git(&d, "add .");
	git(&d, "commit -m one");
	git(&d, "remote add upstream https://ann:secret@example.org/x.git");
	(void)snprintf(sub, sizeof(sub), "%s/ml", d.path);
	cr_expect(strlen(fact(sub, "commit", &s)) == 40, "%s", s.s);
	cr_expect_str_eq(fact(sub, "branch", &s), "main");
	cr_expect_str_eq(fact(sub, "remote", &s), "https://example.org/x.git");
	cr_expect_str_eq(fact(sub, "dirty", &s), "false");
	cr_expect_str_eq(fact(sub, "unknown", &s), "(absent)");
	str_fini(&s);
	dir_close(&d);
}

Test(project_git, dirty_means_tracked_files_changed)
{
	struct str s = {0};
	struct dir d;

	dir_open(&d);
	dir_write(&d, "file", "1");
	git(&d, "init");
	git(&d, "add .");
	git(&d, "commit -m one");
	dir_write(&d, "untracked", "1");
	cr_expect_str_eq(fact(d.path, "dirty", &s), "false");
	dir_write(&d, "file", "22");
	cr_expect_str_eq(fact(d.path, "dirty", &s), "true");
	git(&d, "add file");
	cr_expect_str_eq(fact(d.path, "dirty", &s), "true");
	cr_expect_str_eq(fact(d.path, "remote", &s), "null");
	str_fini(&s);
	dir_close(&d);
}

Test(project_git, detached_head_has_no_branch_and_origin_comes_first)
{
	struct str s = {0};
	struct dir d;

	dir_open(&d);
	dir_write(&d, "file", "1");
	git(&d, "init");
	git(&d, "add .");
	git(&d, "commit -m one");
	git(&d, "checkout --detach");
	git(&d, "remote add another git@h:a.git");
	git(&d, "remote add origin git@h:b.git");
	cr_expect_str_eq(fact(d.path, "branch", &s), "null");
	cr_expect_str_eq(fact(d.path, "remote", &s), "git@h:b.git");
	str_fini(&s);
	dir_close(&d);
}

Test(project_git, what_cannot_be_told_is_unknown_with_the_reason)
{
	struct str s = {0};
	struct dir d;

	dir_open(&d);
	cr_expect_str_eq(fact(d.path, "unknown", &s), "not in a git repository");
	cr_expect_str_eq(fact(d.path, "commit", &s), "(absent)");
	git(&d, "init");
	cr_expect_str_eq(fact(d.path, "unknown", &s), "the repository has no commit yet");
	dir_write(&d, ".git/HEAD", "nonsense");
	cr_expect(fact(d.path, "unknown", &s)[0] != '(', "%s", s.s);
	str_fini(&s);
	dir_close(&d);
}

Test(project_git, urls_lose_their_credentials)
{
	static const char *const urls[][2] = {
		{"https://ann:pw@h.org/x.git", "https://h.org/x.git"},
		{"https://token@h.org:8443/x", "https://h.org:8443/x"},
		{"https://a@b:c@h.org/x", "https://h.org/x"},
		{"https://h.org/x?private_token=1#f", "https://h.org/x"},
		{"https://h.org/@scope/x", "https://h.org/@scope/x"},
		{"ssh://git@h.org/x.git", "ssh://git@h.org/x.git"},
		{"ssh://git:pw@h.org:22/x", "ssh://git@h.org:22/x"},
		{"git@h.org:x/y.git", "git@h.org:x/y.git"},
		{"/srv/x.git", "/srv/x.git"},
		{"file:///srv/x.git", "file:///srv/x.git"},
		{"", ""},
	};
	struct str s = {0};

	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		str_reset(&s);
		git__public_url(urls[i][0], &s);
		cr_expect_str_eq(str_text(&s), urls[i][1]);
	}
	str_fini(&s);
}
