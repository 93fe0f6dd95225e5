/* SPDX-License-Identifier: Apache-2.0
 * base/file.c */
#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include "tests/unit/base_play.h"

LEAK_SUITE(base_file);

/* --- opening ------------------------------------------------------------------------------------- */

Test(base_file, a_file_inside_is_opened_close_on_exec)
{
	struct place_to_play p = play();
	int fd;

	put(p.root, "a", "x");
	fd = file_open(p.root, "a", O_RDONLY, false, NULL);
	cr_expect(fd >= 0);
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = file_open(p.root, "a", O_RDONLY, true, NULL);
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	tidy(&p);
}

Test(base_file, every_way_out_is_refused_unless_outside_is_allowed)
{
	struct place_to_play p = play();
	char absolute[64];
	const char *paths[] = {"../outside/secret", "d/../../outside/secret", "up/secret", "up2",
		"d/up3/secret", absolute, "chain", "/", "..", "d/../.."};

	put(p.base_fd, "outside/secret", "s");
	snprintf(absolute, sizeof absolute, "%s/outside/secret", p.base);
	mkdirat(p.root, "d", 0755);
	symlinkat("../outside", p.root, "up");
	symlinkat(absolute, p.root, "up2");
	symlinkat("../../outside", p.root, "d/up3");
	symlinkat("up2", p.root, "chain");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct err e = {0};
		int fd = file_open(p.root, paths[i], O_RDONLY, false, &e);

		cr_expect_eq(fd, -1, "%s", paths[i]);
		cr_expect_eq(e.code, MLC_OUTSIDE, "%s: %s", paths[i], e.msg);
		cr_expect_not(file_exists(p.root, paths[i]), "%s", paths[i]);
		fd = file_open(p.root, paths[i], O_RDONLY, true, &e);
		cr_expect(fd >= 0, "%s", paths[i]);
		close(fd);
	}
	tidy(&p);
}

Test(base_file, links_and_dots_that_stay_inside_are_followed)
{
	struct place_to_play p = play();
	struct str s = {0};

	mkdirat(p.root, "d", 0755);
	put(p.root, "d/a", "inside");
	symlinkat("d/../d", p.root, "link");
	symlinkat("../d/a", p.root, "d/self");
	cr_expect_str_eq(get(p.root, "link/a", &s), "inside");
	cr_expect_str_eq(get(p.root, "d/../d/a", &s), "inside");
	cr_expect_str_eq(get(p.root, "d/self", &s), "inside");
	str_fini(&s);
	tidy(&p);
}

Test(base_file, a_link_through_proc_is_refused)
{
	struct place_to_play p = play();
	struct err e = {0};
	char link[64];

	snprintf(link, sizeof link, "/proc/%d/fd/%d", getpid(), p.base_fd);
	symlinkat(link, p.root, "magic");
	cr_expect_eq(file_open(p.root, "magic", O_RDONLY, false, &e), -1);
	cr_expect_eq(e.code, MLC_OUTSIDE);
	tidy(&p);
}

struct flipper {
	int root;
	_Atomic bool stop;
};

static void *
flip(void *arg)
{
	struct flipper *f = arg;

	while (!f->stop) {
		symlinkat("inside", f->root, "new");
		renameat(f->root, "new", f->root, "link");
		symlinkat("../outside", f->root, "new");
		renameat(f->root, "new", f->root, "link");
	}
	return NULL;
}

Test(base_file, a_link_that_changes_all_the_time_never_leads_out)
{
	struct place_to_play p = play();
	struct flipper f = {.root = p.root};
	struct str s = {0};
	int inside = 0, refused = 0;
	pthread_t t;

	mkdirat(p.root, "inside", 0755);
	put(p.root, "inside/f", "good");
	put(p.base_fd, "outside/f", "secret");
	symlinkat("inside", p.root, "link");
	pthread_create(&t, NULL, flip, &f);
	for (int i = 0; i < 500000 && (i < 20000 || !inside || !refused); i++) {
		const char *text = get(p.root, "link/f", &s);

		cr_assert_str_neq(text, "secret");
		inside += strcmp(text, "good") == 0;
		refused += strcmp(text, "(none)") == 0;
	}
	f.stop = true;
	pthread_join(t, NULL);
	cr_expect(inside > 0 && refused > 0, "%d %d", inside, refused);
	str_fini(&s);
	tidy(&p);
}

Test(base_file, a_missing_file_keeps_its_errno)
{
	struct place_to_play p = play();
	struct err e = {0};

	cr_expect_eq(file_open(p.root, "gone", O_RDONLY, false, &e), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(e.code, MLC_FILE);
	cr_expect_not_null(strstr(e.msg, "gone"));
	cr_expect_eq(file_open(p.root, "", O_RDONLY, false, &e), -1);
	cr_expect_not(file_exists(p.root, "gone"));
	tidy(&p);
}

/* --- reading and writing ------------------------------------------------------------------------- */

Test(base_file, reading_appends_and_copes_with_every_size)
{
	static const size_t sizes[] = {0, 1, 7, 4095, 4096, 65536, 65537, 3000000};
	struct place_to_play p = play();

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *text = mem_alloc(sizes[i] + 1);
		struct str s = {0};

		memset(text, 'x', sizes[i]);
		put(p.root, "f", text);
		str_add(&s, "before:");
		cr_expect_eq(file_read(p.root, "f", false, &s, NULL), 0);
		cr_expect_eq(s.len, sizes[i] + 7);
		cr_expect(strcmp(s.s + 7, text) == 0);
		str_fini(&s);
		free(text);
	}
	tidy(&p);
}

Test(base_file, files_without_a_size_are_read)
{
	struct str s = {0};

	cr_expect_eq(file_read(AT_FDCWD, "/proc/self/status", true, &s, NULL), 0);
	cr_expect(s.len > 100);
	str_fini(&s);
}

Test(base_file, folders_and_pipes_are_no_files)
{
	struct place_to_play p = play();
	struct str s = {0};
	struct err e = {0};

	mkdirat(p.root, "d", 0755);
	mkfifoat(p.root, "pipe", 0644);
	cr_expect_eq(file_read(p.root, "d", false, &s, &e), -1);
	cr_expect_not_null(strstr(e.msg, "folder"));
	cr_expect_eq(file_read(p.root, "pipe", false, &s, &e), -1);
	cr_expect_not_null(strstr(e.msg, "regular"));
	str_fini(&s);
	tidy(&p);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

Test(base_file, signals_and_short_transfers_lose_nothing)
{
	struct sigaction act = {.sa_handler = on_alarm};
	struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
	size_t n = 4 << 20;
	char *sent = mem_alloc(n);
	struct str got = {0};
	int ends[2], status;
	pid_t child;

	for (size_t i = 0; i < n; i++)
		sent[i] = (char)(i * 2654435761u >> 13); /* no two pages are alike */
	cr_assert_eq(pipe(ends), 0);
	child = fork();
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	if (child == 0) {
		close(ends[0]);
		_exit(file_write_all(ends[1], sent, n, NULL) == 0 ? 0 : 1);
	}
	close(ends[1]);
	cr_expect_eq(file_read_fd(ends[0], "pipe", &got, NULL), 0);
	setitimer(ITIMER_REAL, &never, NULL);
	close(ends[0]);
	while (waitpid(child, &status, 0) < 0)
		;
	cr_expect_eq(status, 0);
	cr_expect_eq(got.len, n);
	cr_expect_eq(memcmp(got.s, sent, n), 0);
	str_fini(&got);
	free(sent);
}

Test(base_file, a_full_disk_is_a_disk_error)
{
	int fd = open("/dev/full", O_WRONLY);
	struct err e = {0};

	cr_expect_eq(file_write_all(fd, "x", 1, &e), -1);
	cr_expect_eq(e.code, MLC_DISK);
	cr_expect_eq(errno, ENOSPC);
	cr_expect_eq(file_write_all(fd, "x", 0, &e), 0);
	close(fd);
}

Test(base_file, fsync_of_what_cannot_be_synced_is_an_error_once)
{
	struct err e = {0};
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	cr_expect_eq(file_fsync(ends[1], "the pipe", &e), -1);
	cr_expect_not_null(strstr(e.msg, "the pipe"));
	close(ends[0]);
	close(ends[1]);
}

/* --- folders ------------------------------------------------------------------------------------- */

Test(base_file, missing_parents_are_made)
{
	struct place_to_play p = play();

	cr_expect_eq(file_mkdirs(p.root, "a/b//c/file", false, NULL), 0);
	cr_expect(file_exists(p.root, "a/b/c"));
	cr_expect_not(file_exists(p.root, "a/b/c/file"));
	cr_expect_eq(file_mkdirs(p.root, "a/b/c/file", false, NULL), 0);
	cr_expect_eq(file_mkdirs(p.root, "a/d/", false, NULL), 0);
	cr_expect(file_exists(p.root, "a/d"));
	cr_expect_eq(file_mkdirs(p.root, "plain", false, NULL), 0);
	cr_expect_not(file_exists(p.root, "plain"));
	cr_expect_eq(file_mkdirs(p.root, "e/../f/x", false, NULL), 0);
	cr_expect(file_exists(p.root, "e"));
	cr_expect(file_exists(p.root, "f"));
	tidy(&p);
}

Test(base_file, parents_are_not_made_outside)
{
	struct place_to_play p = play();
	char absolute[64];
	const char *paths[] = {"../outside/new/x", "up/new/x", "a/../../outside/new/x", absolute};

	snprintf(absolute, sizeof absolute, "%s/outside/other/x", p.base);
	symlinkat("../outside", p.root, "up");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct err e = {0};

		cr_expect_eq(file_mkdirs(p.root, paths[i], false, &e), -1, "%s", paths[i]);
		cr_expect_eq(e.code, MLC_OUTSIDE, "%s: %s", paths[i], e.msg);
	}
	cr_expect_eq(entries(p.base_fd, "outside"), 0);
	cr_expect_eq(file_mkdirs(p.root, "../outside/new/x", true, NULL), 0);
	cr_expect_eq(file_mkdirs(p.root, absolute, true, NULL), 0);
	cr_expect_eq(entries(p.base_fd, "outside"), 2);
	tidy(&p);
}

Test(base_file, a_file_in_the_way_of_a_folder_is_an_error)
{
	struct place_to_play p = play();
	struct err e = {0};

	put(p.root, "a", "file");
	cr_expect_eq(file_mkdirs(p.root, "a/b/c", false, &e), -1);
	cr_expect_eq(e.code, MLC_DISK);
	cr_expect_eq(errno, ENOTDIR);
	symlinkat("nowhere", p.root, "dangling");
	cr_expect_eq(file_mkdirs(p.root, "dangling/c", false, &e), -1);
	tidy(&p);
}

Test(base_file, removing_takes_a_tree_and_spares_what_links_point_to)
{
	struct place_to_play p = play();

	put(p.base_fd, "outside/kept", "k");
	cr_assert_eq(file_mkdirs(p.root, "t/a/b/c/", false, NULL), 0);
	put(p.root, "t/a/f", "x");
	put(p.root, "t/a/b/.hidden", "x");
	symlinkat("../../outside", p.root, "t/link");
	symlinkat("../../../../outside/kept", p.root, "t/a/b/link");
	cr_expect_eq(file_remove_tree(p.root, "t", NULL), 0);
	cr_expect_eq(entries(p.root, "."), 0);
	cr_expect_eq(entries(p.base_fd, "outside"), 1);
	symlinkat("../outside", p.root, "link");
	cr_expect_eq(file_remove_tree(p.root, "link", NULL), 0);
	cr_expect_eq(entries(p.base_fd, "outside"), 1);
	tidy(&p);
}

Test(base_file, removing_what_is_absent_is_fine_and_leaves_the_error_alone)
{
	struct place_to_play p = play();
	struct err e = {0};

	cr_expect_eq(file_remove_tree(p.root, "gone", &e), 0);
	cr_expect_eq(file_remove_tree(p.root, "gone/too", &e), 0);
	cr_expect_eq(e.code, MLC_OK);
	tidy(&p);
}

Test(base_file, removing_outside_or_the_root_itself_is_refused)
{
	struct place_to_play p = play();
	char absolute[64];
	const char *paths[] = {
		"../outside", "up/kept", ".", "..", "", "a/..", "a/../../outside", absolute};

	snprintf(absolute, sizeof absolute, "%s/outside", p.base);
	put(p.base_fd, "outside/kept", "k");
	mkdirat(p.root, "a", 0755);
	symlinkat("../outside", p.root, "up");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct err e = {0};

		cr_expect_eq(file_remove_tree(p.root, paths[i], &e), -1, "%s", paths[i]);
		cr_expect_eq(e.code, MLC_OUTSIDE, "%s: %s", paths[i], e.msg);
	}
	cr_expect_eq(entries(p.base_fd, "outside"), 1);
	cr_expect_eq(entries(p.root, "."), 2);
	tidy(&p);
}

Test(base_file, a_folder_of_many_entries_is_removed)
{
	struct place_to_play p = play();
	char name[32];

	mkdirat(p.root, "many", 0755);
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "many/%d", i);
		if (i % 3)
			put(p.root, name, "");
		else
			mkdirat(p.root, name, 0755);
	}
	cr_expect_eq(file_remove_tree(p.root, "many/", NULL), 0);
	cr_expect_not(file_exists(p.root, "many"));
	tidy(&p);
}

Test(base_file, folders_too_deep_are_an_error_and_no_crash)
{
	struct place_to_play p = play();
	struct err e = {0};
	struct str path = {0};

	for (int i = 0; i < 200; i++)
		str_add(&path, "d/");
	cr_assert_eq(file_mkdirs(p.root, path.s, false, NULL), 0);
	cr_expect_eq(file_remove_tree(p.root, "d", &e), -1);
	cr_expect_eq(e.code, MLC_DISK);
	path.s[200] = 0; /* the 100th and what is below it is shallow enough */
	cr_expect_eq(file_remove_tree(p.root, path.s, NULL), 0);
	str_fini(&path);
	tidy(&p);
}
