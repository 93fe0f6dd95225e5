/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog.h"

LEAK_SUITE(version);

#define OLD "2025-01-15T03.00.00.000Z"
#define NEW "2025-01-16T03.00.00.000Z"

static struct dataset *
versioned(struct room *r)
{
	struct dataset *d = (struct dataset *)room_dataset(r, "text", "d/notes.txt", NULL);

	d->versioned = true;
	return d;
}

Test(version, the_last_one_is_read_unless_another_is_named)
{
	const struct dataset *d, *at;
	struct room r;

	room_open(&r);
	d = versioned(&r);
	cr_expect_not(dataset_exists(d, r.fd));
	cr_assert_eq(dataset_at_version(&r.mem, d, r.fd, NULL, &at, &r.e), 0);
	cr_expect_eq(at, d);
	room_put_text(&r, "d/notes.txt/" NEW "/notes.txt", "new");
	room_put_text(&r, "d/notes.txt/" OLD "/notes.txt", "old");
	cr_expect(dataset_exists(d, r.fd));
	cr_assert_eq(dataset_at_version(&r.mem, d, r.fd, NULL, &at, &r.e), 0, "%s", r.e.msg);
	cr_expect_str_eq(at->path, "d/notes.txt/" NEW "/notes.txt");
	cr_assert_eq(dataset_at_version(&r.mem, d, r.fd, OLD, &at, &r.e), 0, "%s", r.e.msg);
	cr_expect_str_eq(at->path, "d/notes.txt/" OLD "/notes.txt");
	cr_expect_eq(dataset_at_version(&r.mem, d, r.fd, "2024", &at, &r.e), -1);
	cr_expect_str_eq(r.e.help, "there are: " OLD ", " NEW);
	room_close(&r);
}

Test(version, folders_without_the_file_and_odd_names_are_none)
{
	const struct dataset *d;
	struct versions all;
	struct room r;

	room_open(&r);
	d = versioned(&r);
	room_put_text(&r, "d/notes.txt/" NEW "/other.txt", "x");
	room_put_text(&r, "d/notes.txt/.hidden/notes.txt", "x");
	room_put_text(&r, "d/notes.txt/a b/notes.txt", "x");
	room_put_text(&r, "d/notes.txt/loose", "x");
	cr_assert_eq(dataset_versions(d, r.fd, &r.mem, &all, &r.e), 0, "%s", r.e.msg);
	cr_expect_eq(all.n, 0);
	cr_expect_not(dataset_exists(d, r.fd));
	room_close(&r);
}

Test(version, a_version_is_never_written_again)
{
	const struct dataset *d, *at;
	struct stage *s;
	struct staged st;
	struct room r;

	room_open(&r);
	d = versioned(&r);
	cr_assert_eq(dataset_new_version(&r.mem, d, r.fd, NEW, &at, &r.e), 0, "%s", r.e.msg);
	cr_assert_eq(stage_begin(at, r.fd, "1.w", &s, &r.e), 0, "%s", r.e.msg);
	cr_assert_eq(stage_bytes(s, "x", 1, &r.e), 0);
	room_put_text(&r, at->path, "of another run");
	cr_expect_eq(stage_end(s, &st, &r.e), -1);
	cr_expect(strstr(r.e.msg, "there is a version `" NEW "` already"), "%s", r.e.msg);
	stage_abort(s);
	cr_expect_str_eq(room_get(&r, at->path), "of another run");
	cr_expect_eq(dataset_new_version(&r.mem, d, r.fd, NEW, &at, &r.e), -1);
	room_close(&r);
}

Test(version, one_that_came_to_nothing_leaves_no_folder)
{
	const struct dataset *d, *at;
	struct stage *s;
	struct room r;

	room_open(&r);
	d = versioned(&r);
	cr_assert_eq(dataset_new_version(&r.mem, d, r.fd, NEW, &at, &r.e), 0, "%s", r.e.msg);
	cr_assert_eq(stage_begin(at, r.fd, "1.w", &s, &r.e), 0, "%s", r.e.msg);
	cr_assert_eq(stage_bytes(s, "x", 1, &r.e), 0);
	cr_expect_eq(room_count(&r, "d/notes.txt"), 1);
	stage_abort(s);
	cr_expect_eq(room_count(&r, "d/notes.txt"), 0);
	room_close(&r);
}

Test(version, a_plain_file_in_their_place_is_an_error)
{
	struct versions all;
	struct room r;

	room_open(&r);
	room_put_text(&r, "d/notes.txt", "x");
	cr_expect_eq(dataset_versions(versioned(&r), r.fd, &r.mem, &all, &r.e), -1);
	cr_expect(strstr(r.e.msg, "is a plain file"), "%s", r.e.msg);
	cr_expect_eq(r.e.line, 3);
	room_close(&r);
}

Test(version, a_time_is_a_version_without_colons)
{
	char text[32];

	version_of_time(1736910000123, text);
	cr_expect_str_eq(text, "2025-01-15T03.00.00.123Z");
}
