/* SPDX-License-Identifier: Apache-2.0
 * base/publish.c */
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "base/file_spot.h"
#include "tests/unit/base_play.h"

LEAK_SUITE(base_publish);

/* --- publishing ---------------------------------------------------------------------------------- */

Test(base_publish, publishing_makes_and_replaces_a_file_and_leaves_nothing_else)
{
	struct place_to_play p = play();
	struct str s = {0};

	mkdirat(p.root, "d", 0755);
	cr_expect_eq(file_publish(p.root, "d/f", "one", 3, NULL), 0);
	cr_expect_str_eq(get(p.root, "d/f", &s), "one");
	cr_expect_eq(file_publish(p.root, "d/f", "two", 3, NULL), 0);
	cr_expect_str_eq(get(p.root, "d/f", &s), "two");
	cr_expect_eq(file_publish(p.root, "d/f", "", 0, NULL), 0);
	cr_expect_str_eq(get(p.root, "d/f", &s), "");
	cr_expect_eq(entries(p.root, "d"), 1);
	cr_expect_eq(file_fsync_dir_of(p.root, "d/f", NULL), 0);
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, publishing_keeps_the_permissions_of_the_old_file)
{
	struct place_to_play p = play();
	struct stat st;

	put(p.root, "f", "old");
	fchmodat(p.root, "f", 0640, 0);
	cr_expect_eq(file_publish(p.root, "f", "new", 3, NULL), 0);
	fstatat(p.root, "f", &st, 0);
	cr_expect_eq(st.st_mode & 07777, 0640);
	tidy(&p);
}

Test(base_publish, publishing_outside_is_refused)
{
	struct place_to_play p = play();
	char absolute[64];
	const char *paths[] = {"../outside/f", "up/f", "..", absolute, "."};

	snprintf(absolute, sizeof absolute, "%s/outside/f", p.base);
	symlinkat("../outside", p.root, "up");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct err e = {0};

		cr_expect_eq(file_publish(p.root, paths[i], "x", 1, &e), -1, "%s", paths[i]);
		cr_expect_eq(e.code, MLC_OUTSIDE, "%s: %s", paths[i], e.msg);
	}
	cr_expect_eq(entries(p.base_fd, "outside"), 0);
	tidy(&p);
}

Test(base_publish, publishing_over_a_link_replaces_the_link_alone)
{
	struct place_to_play p = play();
	struct str s = {0};

	put(p.base_fd, "outside/f", "theirs");
	symlinkat("../outside/f", p.root, "f");
	cr_expect_eq(file_publish(p.root, "f", "ours", 4, NULL), 0);
	cr_expect_str_eq(get(p.root, "f", &s), "ours");
	cr_expect_str_eq(get(p.base_fd, "outside/f", &s), "theirs");
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, publishing_under_the_longest_name_works)
{
	struct place_to_play p = play();
	char name[NAME_MAX + 2];

	memset(name, 'n', sizeof name);
	name[NAME_MAX + 1] = 0;
	cr_expect_eq(file_publish(p.root, name, "x", 1, NULL), -1);
	name[NAME_MAX] = 0;
	cr_expect_eq(file_publish(p.root, name, "x", 1, NULL), 0);
	cr_expect(file_exists(p.root, name));
	tidy(&p);
}

Test(base_publish, a_publish_that_runs_out_of_room_leaves_the_old_file_alone)
{
	struct place_to_play p = play();
	struct rlimit small = {8192, 8192};
	char *big = mem_alloc(100000);
	struct str s = {0};
	struct err e = {0};

	put(p.root, "f", "old");
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	cr_expect_eq(file_publish(p.root, "f", big, 100000, &e), -1);
	cr_expect_eq(e.code, MLC_DISK);
	cr_expect_not_null(strstr(e.msg, "`f`"), "%s", e.msg);
	cr_expect_str_eq(get(p.root, "f", &s), "old");
	cr_expect_eq(entries(p.root, "."), 1);
	str_fini(&s);
	free(big);
	tidy(&p);
}

/* A child publishes in a loop until it is killed; whoever reads sees one whole generation. */
Test(base_publish, a_killed_publisher_leaves_the_old_or_the_new_file)
{
	struct place_to_play p = play();
	size_t n = 300000;
	char *text = mem_alloc(n);
	struct str s = {0};

	cr_assert_eq(file_publish(p.root, "f", "a", 1, NULL), 0);
	for (int round = 0; round < 25; round++) {
		pid_t child = fork();

		if (child == 0) {
			for (int i = 0;; i++) {
				memset(text, 'a' + i % 26, n);
				(void)!file_publish(p.root, "f", text, n - (size_t)(i % 26), NULL);
			}
		}
		for (int i = 0; i < 20; i++) {
			get(p.root, "f", &s);
			cr_assert(s.len == 1 || s.len == n - (size_t)(s.s[0] - 'a'));
			cr_assert_eq(strspn(s.s, (char[]){s.s[0], 0}), s.len);
		}
		usleep((useconds_t)(round * 700));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		get(p.root, "f", &s);
		cr_assert(s.len == 1 || s.len == n - (size_t)(s.s[0] - 'a'));
		cr_assert_eq(strspn(s.s, (char[]){s.s[0], 0}), s.len);
	}
	str_fini(&s);
	free(text);
	tidy(&p);
}

/* --- replacing ----------------------------------------------------------------------------------- */

/* A folder `path` with two files that hold `text`. */
static void
put_folder(int root, const char *path, const char *text)
{
	char name[64];

	mkdirat(root, path, 0755);
	snprintf(name, sizeof name, "%s/one", path);
	put(root, name, text);
	snprintf(name, sizeof name, "%s/two", path);
	put(root, name, text);
}

Test(base_publish, a_file_takes_the_place_of_a_file_or_of_nothing)
{
	struct place_to_play p = play();
	struct str s = {0};

	put(p.root, "stage", "new");
	cr_expect_eq(file_replace(p.root, "stage", "f", NULL), 0);
	put(p.root, "stage", "newer");
	cr_expect_eq(file_replace(p.root, "stage", "f", NULL), 0);
	cr_expect_str_eq(get(p.root, "f", &s), "newer");
	cr_expect_eq(entries(p.root, "."), 1);
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, a_folder_takes_the_place_of_a_folder_whole)
{
	struct place_to_play p = play();
	struct str s = {0};

	put_folder(p.root, "target", "old");
	put(p.root, "target/third", "old");
	put_folder(p.root, ".stage", "new");
	cr_expect_eq(file_replace(p.root, ".stage/", "target/", NULL), 0);
	cr_expect_str_eq(get(p.root, "target/one", &s), "new");
	cr_expect_str_eq(get(p.root, "target/third", &s), "(none)");
	cr_expect_eq(entries(p.root, "."), 1);
	put_folder(p.root, ".stage", "first");
	cr_expect_eq(file_replace(p.root, ".stage", "fresh", NULL), 0);
	cr_expect_eq(entries(p.root, "."), 2);
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, a_file_and_a_folder_can_replace_each_other)
{
	struct place_to_play p = play();
	struct str s = {0};

	put_folder(p.root, "target", "old");
	put(p.root, "stage", "file");
	cr_expect_eq(file_replace(p.root, "stage", "target", NULL), 0);
	cr_expect_str_eq(get(p.root, "target", &s), "file");
	put_folder(p.root, "stage", "folder");
	cr_expect_eq(file_replace(p.root, "stage", "target", NULL), 0);
	cr_expect_str_eq(get(p.root, "target/two", &s), "folder");
	cr_expect_eq(entries(p.root, "."), 1);
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, a_missing_stage_is_an_error_and_changes_nothing)
{
	struct place_to_play p = play();
	struct str s = {0};
	struct err e = {0};

	put(p.root, "f", "old");
	cr_expect_eq(file_replace(p.root, "stage", "f", &e), -1);
	cr_expect_eq(e.code, MLC_PUBLISH);
	cr_expect_eq(file_replace(p.root, "no/stage", "f", &e), -1);
	cr_expect_eq(e.code, MLC_PUBLISH);
	cr_expect_str_eq(get(p.root, "f", &s), "old");
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, replacing_outside_is_refused_on_both_sides)
{
	struct place_to_play p = play();
	struct err e = {0};

	put(p.base_fd, "outside/f", "theirs");
	put(p.root, "f", "ours");
	cr_expect_eq(file_replace(p.root, "../outside/f", "f", &e), -1);
	cr_expect_eq(e.code, MLC_OUTSIDE);
	cr_expect_eq(file_replace(p.root, "f", "../outside/f", &e), -1);
	cr_expect_eq(e.code, MLC_OUTSIDE);
	cr_expect_eq(entries(p.root, "."), 1);
	cr_expect_eq(entries(p.base_fd, "outside"), 1);
	tidy(&p);
}

Test(base_publish, without_exchange_folders_are_moved)
{
	struct place_to_play p = play();
	struct file_spot stage = {.dir = p.root, .name = ".stage"};
	struct file_spot target = {.dir = p.root, .name = "target"};
	struct str s = {0};

	put_folder(p.root, "target", "old");
	put_folder(p.root, ".stage.old", "left over from a crash");
	put_folder(p.root, ".stage", "new");
	cr_expect_eq(file__swap_by_moving(&stage, &target), 0);
	cr_expect_str_eq(get(p.root, "target/one", &s), "new");
	cr_expect_eq(entries(p.root, "."), 1);
	/* the stage is missing: the old one comes back */
	cr_expect_eq(file__swap_by_moving(&stage, &target), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_str_eq(get(p.root, "target/two", &s), "new");
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, replacing_again_finishes_a_swap_that_was_cut_off)
{
	struct place_to_play p = play();
	struct str s = {0};

	/* what a crash between the two renames leaves */
	put_folder(p.root, ".stage.old", "old");
	put_folder(p.root, ".stage", "new");
	cr_expect_eq(file_replace(p.root, ".stage", "target", NULL), 0);
	cr_expect_str_eq(get(p.root, "target/one", &s), "new");
	cr_expect_eq(entries(p.root, "."), 1);
	str_fini(&s);
	tidy(&p);
}

Test(base_publish, a_killed_replacer_leaves_the_old_or_the_new_folder)
{
	struct place_to_play p = play();
	struct str one = {0}, two = {0};
	char text[16];

	put_folder(p.root, "target", "0");
	for (int round = 0; round < 25; round++) {
		pid_t child = fork();

		if (child == 0) {
			for (int i = 0;; i++) {
				snprintf(text, sizeof text, "%d.%d", round, i);
				(void)!file_remove_tree(p.root, ".stage", NULL);
				put_folder(p.root, ".stage", text);
				(void)!file_replace(p.root, ".stage", "target", NULL);
			}
		}
		usleep((useconds_t)(1000 + round * 300));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		cr_assert_str_neq(get(p.root, "target/one", &one), "(none)");
		cr_assert_str_eq(get(p.root, "target/two", &two), one.s);
	}
	str_fini(&one);
	str_fini(&two);
	tidy(&p);
}
