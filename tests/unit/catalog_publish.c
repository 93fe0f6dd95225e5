/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include "tests/unit/catalog.h"

LEAK_SUITE(publish);

static void
hash_file(struct room *r, const char *path, char hex[HASH_SHA_HEX])
{
	char *text = room_get(r, path);

	cr_assert(text, "no %s", path);
	hash_xxh3(text, strlen(text), hex);
}

static void
hash_folder(struct room *r, const char *path, char hex[HASH_SHA_HEX])
{
	uint64_t bytes;

	cr_assert_eq(hash_tree(r->fd, path, hex, &bytes, &r->e), 0, "%s", r->e.msg);
}

/* Two files and a model folder, staged; `old` says whether the targets exist. */
struct set {
	char hash[3][HASH_SHA_HEX];
	struct publish_item items[3];
};

static void
make_set(struct room *r, struct set *set, bool old)
{
	room_put_text(r, "data/.x.csv.1.stage", "new x");
	room_put_text(r, "data/06/.y.csv.1.stage", "new y");
	room_put_text(r, "data/06/.m.1.stage/MLmodel", "new m");
	hash_file(r, "data/.x.csv.1.stage", set->hash[0]);
	hash_file(r, "data/06/.y.csv.1.stage", set->hash[1]);
	hash_folder(r, "data/06/.m.1.stage", set->hash[2]);
	set->items[0] = (struct publish_item){
		"data/.x.csv.1.stage", "data/x.csv", set->hash[0], false, false, NULL, NULL};
	set->items[1] = (struct publish_item){
		"data/06/.y.csv.1.stage", "data/06/y.csv", set->hash[1], false, false, NULL, NULL};
	set->items[2] = (struct publish_item){
		"data/06/.m.1.stage", "data/06/m", set->hash[2], true, false, NULL, NULL};
	if (!old)
		return;
	room_put_text(r, "data/x.csv", "old x");
	room_put_text(r, "data/06/y.csv", "old y");
	room_put_text(r, "data/06/m/MLmodel", "old m");
	room_put_text(r, "data/06/m/gone", "only in the old one");
}

static void
expect_new(struct room *r, const char *when)
{
	cr_expect_str_eq(room_get(r, "data/x.csv"), "new x", "%s", when);
	cr_expect_str_eq(room_get(r, "data/06/y.csv"), "new y", "%s", when);
	cr_expect_str_eq(room_get(r, "data/06/m/MLmodel"), "new m", "%s", when);
	cr_expect_eq(room_count(r, "data"), 2, "%s: nothing is left over", when);
	cr_expect_eq(room_count(r, "data/06"), 2, "%s: nothing is left over", when);
	cr_expect_eq(room_count(r, "data/06/m"), 1, "%s", when);
}

Test(publish, files_and_folders_come_into_place)
{
	for (int old = 0; old < 2; old++) {
		struct room r;
		struct set set;

		room_open(&r);
		make_set(&r, &set, old);
		cr_assert_eq(publish_all(r.fd, set.items, 3, &r.e), 0, "%s", r.e.msg);
		expect_new(&r, old ? "over old ones" : "first ones");
		room_close(&r);
	}
}

Test(publish, publishing_again_changes_nothing)
{
	struct room r;
	struct set set;

	room_open(&r);
	make_set(&r, &set, true);
	for (int i = 0; i < 3; i++)
		cr_expect_eq(publish_all(r.fd, set.items, 3, &r.e), 0, "%s", r.e.msg);
	expect_new(&r, "three times");
	room_close(&r);
}

/* The system calls of a publish, in order; a crash happened behind the first n of them. */
static void
crash_behind(struct room *r, int n)
{
	if (n >= 1)
		cr_assert_eq(renameat(r->fd, "data/.x.csv.1.stage", r->fd, "data/x.csv"), 0);
	if (n >= 2)
		cr_assert_eq(renameat(r->fd, "data/06/.y.csv.1.stage", r->fd, "data/06/y.csv"), 0);
	if (n >= 3)
		cr_assert_eq(syscall(SYS_renameat2, r->fd, "data/06/.m.1.stage", r->fd, "data/06/m",
				     2 /* RENAME_EXCHANGE */),
			0);
	if (n >= 4)
		cr_assert_eq(unlinkat(r->fd, "data/06/.m.1.stage/gone", 0), 0);
	if (n >= 5)
		cr_assert_eq(file_remove_tree(r->fd, "data/06/.m.1.stage", &r->e), 0);
}

Test(publish, a_crash_at_any_step_is_finished_by_the_next_call)
{
	for (int n = 0; n <= 5; n++) {
		struct room r;
		struct set set;

		room_open(&r);
		make_set(&r, &set, true);
		crash_behind(&r, n);
		cr_assert_eq(publish_all(r.fd, set.items, 3, &r.e), 0, "%d: %s", n, r.e.msg);
		expect_new(&r, "after a crash");
		room_close(&r);
	}
}

Test(publish, a_crash_between_two_renames_of_a_folder_is_finished_too)
{
	struct room r;
	struct set set;

	room_open(&r);
	make_set(&r, &set, true);
	/* where folders cannot be exchanged, the old one moves aside first */
	cr_assert_eq(renameat(r.fd, "data/06/m", r.fd, "data/06/.m.1.stage.old"), 0);
	cr_assert_eq(publish_all(r.fd, set.items, 3, &r.e), 0, "%s", r.e.msg);
	expect_new(&r, "after two renames");
	room_close(&r);
}

Test(publish, a_lost_stage_is_an_error_and_nothing_more)
{
	static const char *const lose[] = {
		"data/.x.csv.1.stage", "data/06/.y.csv.1.stage", "data/06/.m.1.stage"};
	static const char *const kept[] = {"data/x.csv", "data/06/y.csv", "data/06/m/MLmodel"};
	static const char *const content[] = {"old x", "old y", "old m"};

	for (int old = 0; old < 2; old++)
		for (int i = 0; i < 3; i++) {
			struct room r;
			struct set set;

			room_open(&r);
			make_set(&r, &set, old);
			cr_assert_eq(file_remove_tree(r.fd, lose[i], &r.e), 0);
			cr_expect_eq(publish_all(r.fd, set.items, 3, &r.e), -1);
			cr_expect_eq(r.e.code, MLC_PUBLISH);
			cr_expect(strstr(r.e.msg, lose[i]), "%s", r.e.msg);
			if (old)
				cr_expect_str_eq(room_get(&r, kept[i]), content[i]);
			room_close(&r);
		}
}

Test(publish, a_folder_with_the_same_content_stays)
{
	struct stat before, after;
	struct room r;
	struct set set;

	room_open(&r);
	make_set(&r, &set, false);
	room_put_text(&r, "data/06/m/MLmodel", "new m");
	cr_assert_eq(fstatat(r.fd, "data/06/m", &before, 0), 0);
	cr_assert_eq(publish_all(r.fd, set.items, 3, &r.e), 0);
	cr_assert_eq(fstatat(r.fd, "data/06/m", &after, 0), 0);
	cr_expect_eq(before.st_ino, after.st_ino);
	expect_new(&r, "same content");
	room_close(&r);
}

Test(publish, a_file_takes_the_place_of_a_folder_and_the_other_way_round)
{
	struct room r;
	struct set set;

	room_open(&r);
	make_set(&r, &set, false);
	room_put_text(&r, "data/x.csv/inside", "a folder");
	room_put_text(&r, "data/06/m", "a file");
	cr_assert_eq(publish_all(r.fd, set.items, 3, &r.e), 0, "%s", r.e.msg);
	expect_new(&r, "other kinds");
	room_close(&r);
}

Test(publish, a_stage_must_lie_beside_its_target)
{
	struct publish_item item = {"other/.x.1.stage", "data/x", "", false, false, NULL, NULL};
	struct room r;

	room_open(&r);
	room_put_text(&r, "other/.x.1.stage", "new");
	room_put_text(&r, "data/x", "old");
	cr_expect_eq(publish_all(r.fd, &item, 1, &r.e), -1);
	cr_expect_eq(r.e.code, MLC_PUBLISH);
	cr_expect_str_eq(room_get(&r, "data/x"), "old");
	item = (struct publish_item){"../.x.1.stage", "../x", "", false, false, NULL, NULL};
	cr_expect_eq(publish_all(r.fd, &item, 1, &r.e), -1);
	cr_expect_eq(r.e.code, MLC_OUTSIDE, "%s", r.e.msg);
	room_close(&r);
}

/* --- never absent -------------------------------------------------------------------------------- */

struct watch {
	struct room *r;
	atomic_bool stop;
	atomic_long looks, absent, half;
};

static void *
watch_targets(void *arg)
{
	struct watch *w = arg;

	while (!atomic_load(&w->stop)) {
		char text[8] = {0};
		int fd = openat(w->r->fd, "data/x.csv", O_RDONLY | O_CLOEXEC);
		int dir = openat(w->r->fd, "data/06/m", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0 || read(fd, text, 5) != 5)
			atomic_fetch_add(&w->absent, 1);
		else if (strcmp(text, "new x") != 0 && strcmp(text, "old x") != 0)
			atomic_fetch_add(&w->half, 1);
		if (dir < 0)
			atomic_fetch_add(&w->absent, 1);
		close(fd);
		close(dir);
		atomic_fetch_add(&w->looks, 1);
	}
	return NULL;
}

Test(publish, no_target_is_ever_absent_or_half)
{
	struct watch w = {0};
	struct room r;
	struct set set;
	pthread_t thread;

	room_open(&r);
	make_set(&r, &set, true);
	w.r = &r;
	cr_assert_eq(pthread_create(&thread, NULL, watch_targets, &w), 0);
	for (int i = 0; i < 300; i++) {
		room_put_text(&r, "data/06/.m.1.stage/n", i % 2 ? "1" : "2");
		make_set(&r, &set, false);
		hash_folder(&r, "data/06/.m.1.stage", set.hash[2]);
		cr_assert_eq(publish_all(r.fd, set.items, 3, &r.e), 0, "%s", r.e.msg);
	}
	while (atomic_load(&w.looks) < 100)
		usleep(1000);
	atomic_store(&w.stop, true);
	pthread_join(thread, NULL);
	cr_expect_eq(atomic_load(&w.absent), 0);
	cr_expect_eq(atomic_load(&w.half), 0);
	room_close(&r);
}
