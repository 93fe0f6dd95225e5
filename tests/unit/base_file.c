/* SPDX-License-Identifier: Apache-2.0
 * base/file.c and base/publish.c */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/base.h"
#include "base/file_spot.h"

LEAK_SUITE(base_file);

/* A fresh folder: <base>/root is where things happen, <base>/outside is what must stay untouched.
 *
 * Whatever a test here tries to write, replace or remove lies within <base>, also by an absolute path:
 * if the code under test let it through, nothing else would be hurt. */
struct place_to_play {
	char base[32];
	int base_fd, root;
};

static struct place_to_play
play(void)
{
	struct place_to_play p = {.base = "/tmp/mlc-file-XXXXXX"};

	cr_assert_not_null(mkdtemp(p.base));
	p.base_fd = open(p.base, O_RDONLY | O_DIRECTORY);
	mkdirat(p.base_fd, "root", 0755);
	mkdirat(p.base_fd, "outside", 0755);
	p.root = openat(p.base_fd, "root", O_RDONLY | O_DIRECTORY);
	cr_assert(p.root >= 0);
	return p;
}

static void
tidy(struct place_to_play *p)
{
	cr_expect_eq(file_remove_tree(p->base_fd, "root", NULL), 0);
	cr_expect_eq(file_remove_tree(p->base_fd, "outside", NULL), 0);
	close(p->root);
	close(p->base_fd);
	cr_expect_eq(rmdir(p->base), 0);
}

static void
put(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	cr_assert(fd >= 0, "%s", path);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* The file's content in a static buffer of out; "(none)" if it cannot be read. */
static const char *
get(int dir, const char *path, struct str *out)
{
	str_reset(out);
	return file_read(dir, path, false, out, NULL) == 0 ? str_text(out) : "(none)";
}

static int
entries(int dir, const char *path)
{
	struct str cmd = {0};
	char link[64], got[256];
	FILE *f;
	int n = 0;

	snprintf(link, sizeof link, "/proc/%d/fd/%d", getpid(), dir);
	str_addf(&cmd, "ls -A '%s/%s'", link, path);
	f = popen(cmd.s, "r");
	while (fgets(got, sizeof got, f))
		n++;
	pclose(f);
	str_fini(&cmd);
	return n;
}

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

/* --- publishing ---------------------------------------------------------------------------------- */

Test(base_file, publishing_makes_and_replaces_a_file_and_leaves_nothing_else)
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

Test(base_file, publishing_keeps_the_permissions_of_the_old_file)
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

Test(base_file, publishing_outside_is_refused)
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

Test(base_file, publishing_over_a_link_replaces_the_link_alone)
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

Test(base_file, publishing_under_the_longest_name_works)
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

Test(base_file, a_publish_that_runs_out_of_room_leaves_the_old_file_alone)
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
Test(base_file, a_killed_publisher_leaves_the_old_or_the_new_file)
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

Test(base_file, a_file_takes_the_place_of_a_file_or_of_nothing)
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

Test(base_file, a_folder_takes_the_place_of_a_folder_whole)
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

Test(base_file, a_file_and_a_folder_can_replace_each_other)
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

Test(base_file, a_missing_stage_is_an_error_and_changes_nothing)
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

Test(base_file, replacing_outside_is_refused_on_both_sides)
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

Test(base_file, without_exchange_folders_are_moved)
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

Test(base_file, replacing_again_finishes_a_swap_that_was_cut_off)
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

Test(base_file, a_killed_replacer_leaves_the_old_or_the_new_folder)
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
