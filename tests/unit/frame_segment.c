/* SPDX-License-Identifier: Apache-2.0
 * Segments: ids, descriptors, and memory that is used again without what was in it. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/frame_kit.h"

LEAK_SUITE(segment);

Test(segment, a_builder_makes_one_with_the_next_id)
{
	struct segs *s = segs_new(SEGS_SHARED, 40);
	struct scope *sc = scope_new(s);
	struct seg_info info;

	cr_expect(segs_fresh(s, 0, &info) == 0);
	make_rows(sc, 0, 10000);
	make_rows(sc, 0, 10);
	cr_assert(segs_fresh(s, 0, &info) == 2);
	cr_expect(info.id == 40 && info.bytes >= 10000 * 20 && info.bytes < 10000 * 60);
	cr_expect(fcntl(info.fd, F_GETFD) == FD_CLOEXEC);
	cr_assert(segs_fresh(s, 1, &info) == 2);
	cr_expect(info.id == 41 && info.bytes < 100000);
	scope_free(sc);
	segs_free(s);
}

Test(segment, private_memory_has_no_descriptor)
{
	struct kit k = kit_open(SEGS_PRIVATE);
	struct seg_info info;

	make_rows(k.sc, 0, 1000);
	cr_assert(segs_fresh(k.segs, 0, &info) == 1);
	cr_expect(info.fd == -1 && info.bytes >= 1000 * 20);
	kit_close(&k);
}

Test(segment, cannot_be_shortened_or_run)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct seg_info info;

	make_rows(k.sc, 0, 1000);
	segs_fresh(k.segs, 0, &info);
	cr_expect(ftruncate(info.fd, 0) < 0);
	kit_close(&k);
}

Test(segment, of_dropped_frames_is_used_again)
{
	struct segs *s = segs_new(SEGS_SHARED, 1);

	for (int i = 0; i < 50; i++) {
		struct scope *sc = scope_new(s);

		expect_rows(make_rows(sc, i, 100 + 37 * i), i, 100 + 37 * i);
		scope_free(sc);
	}
	cr_expect(segs_fresh(s, 0, NULL) == 1);
	segs_free(s);
}

Test(segment, that_was_handed_over_is_not_used_again)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct str out = {0};
	struct jw w;

	jw_init(&w, &out);
	frame_encode(frame_of(make_rows(k.sc, 0, 100)), &w);
	scope_free(k.sc);
	k.sc = scope_new(k.segs);
	make_rows(k.sc, 50, 100);
	cr_expect(segs_fresh(k.segs, 0, NULL) == 2);
	str_fini(&out);
	kit_close(&k);
}

/* Dirties a segment with set bits all over and gives it back. */
static void
leave_dirt(struct segs *s, int64_t rows)
{
	struct scope *sc = scope_new(s);
	struct mlf_builder *b = scope_builder(sc);
	int t, o;

	memset(mlf_new_i64(b, "a", rows), 0xff, (size_t)rows * 8);
	mlf_set_null(b, "a", 0);
	memset(mlf_new_i64(b, "b", rows), 0xff, (size_t)rows * 8);
	mlf_set_null(b, "b", 0);
	t = mlf_add_column(b, "t", MLF_UTF8);
	o = mlf_add_column(b, "o", MLF_BOOL);
	for (int64_t i = 0; i < rows; i++) {
		mlf_push_str(b, t, "\xff\xff\xff\xff", 4);
		mlf_push_bool(b, o, true);
	}
	mlf_finish(b);
	expect_fine(sc);
	scope_free(sc);
}

/* Everything that has to be zero is, in a builder on stale memory. */
static void
expect_clean(struct scope *sc, int64_t rows)
{
	struct mlf_builder *b = scope_builder(sc);
	double *a = mlf_new_f64(b, "a", rows);
	int64_t *c = mlf_new_i64(b, "c", rows), dirt = 0;
	struct mlf_frame *f;

	for (int64_t i = 0; i < rows; i++)
		dirt += a[i] != 0 || c[i] != 0;
	cr_expect(dirt == 0, "%lld values are not zero", (long long)dirt);
	mlf_set_null(b, "c", rows / 2);
	f = mlf_finish(b);
	expect_null_counts(frame_of(f));
	expect_fine(sc);
}

static void
check_recycling(enum segs_kind kind)
{
	static const int64_t sizes[] = {1000, 10, 100000, 5, 200000, 1, 300};
	struct segs *s = segs_new(kind, 1);

	for (int i = 0; i < 7; i++) {
		struct scope *sc = scope_new(s);

		leave_dirt(s, sizes[i]);
		expect_clean(sc, sizes[6 - i]);
		scope_free(sc);
		leave_dirt(s, sizes[i]);
		sc = scope_new(s);
		expect_rows(make_rows(sc, i, 500), i, 500);
		expect_null_counts(frame_of(make_rows(sc, i, 500)));
		scope_free(sc);
	}
	segs_free(s);
}

Test(segment, recycled_shared_memory_shows_nothing_old)
{
	check_recycling(SEGS_SHARED);
}

Test(segment, recycled_private_memory_shows_nothing_old)
{
	check_recycling(SEGS_PRIVATE);
}

Test(segment, a_builder_that_was_given_up_leaves_no_dirt)
{
	struct segs *s = segs_new(SEGS_SHARED, 1);
	struct scope *sc = scope_new(s);

	memset(mlf_new_f64(scope_builder(sc), "a", 5000), 0xff, 5000 * 8);
	scope_free(sc);
	sc = scope_new(s);
	expect_clean(sc, 20000);
	cr_expect(segs_fresh(s, 0, NULL) == 1);
	scope_free(sc);
	segs_free(s);
}

/* The writable descriptor of a segment some other segs filled with dirt. */
static int
dirty_fd(int64_t rows)
{
	struct segs *s = segs_new(SEGS_SHARED, 1);
	struct seg_info info;
	int fd;

	leave_dirt(s, rows);
	cr_assert(segs_fresh(s, 0, &info) == 1);
	fd = dup(info.fd);
	segs_free(s);
	return fd;
}

static uint64_t
bytes_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : (uint64_t)st.st_blocks * 512;
}

Test(segment, an_offered_one_is_taken_by_the_next_builder)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct seg_info info;
	int fd = dirty_fd(100000), mine = dup(fd);
	uint64_t before = bytes_of(fd);

	segs_offer(k.segs, 9, fd);
	cr_expect(segs_fresh(k.segs, 0, NULL) == 0, "not written yet");
	expect_clean(k.sc, 100000);
	cr_assert(segs_fresh(k.segs, 0, &info) == 1);
	cr_expect(info.id == 9);
	cr_expect(bytes_of(mine) <= before);
	expect_clean(k.sc, 100);
	cr_expect(segs_fresh(k.segs, 1, &info) == 2 && info.id == 1);
	close(mine);
	kit_close(&k);
}

Test(segment, pages_that_a_small_table_leaves_unused_stay_for_the_next_and_go_when_others_get_it)
{
	struct kit k = kit_open(SEGS_SHARED);
	int fd = dirty_fd(100000), mine = dup(fd);
	uint64_t before = bytes_of(fd);
	struct scope *small = scope_new(k.segs);
	struct str out = {0};
	struct jw w;

	segs_offer(k.segs, 9, fd);
	make_rows(small, 0, 100);
	cr_expect(bytes_of(mine) >= before);
	scope_free(small);
	cr_expect(bytes_of(mine) >= before);
	jw_init(&w, &out);
	frame_encode(frame_of(make_rows(k.sc, 0, 100)), &w);
	cr_expect(bytes_of(mine) < before / 2);
	str_fini(&out);
	close(mine);
	kit_close(&k);
}

Test(segment, a_process_keeps_only_so_many_unused_pages)
{
	struct kit k = kit_open(SEGS_SHARED);
	uint64_t kept = 0;
	enum { TABLES = 6, MIB = 1 << 20 };

	for (int i = 0; i < TABLES; i++) { /* 64 MiB each, all at once */
		struct scope *sc = scope_new(k.segs);
		memset(mlf_new_i64(scope_builder(sc), "a", 8 * MIB), 0xff, 64 * (size_t)MIB);
		scope_free(sc);
		make_rows(k.sc, 0, 10);
	}
	for (size_t i = 0; i < TABLES; i++) {
		struct seg_info info;
		segs_fresh(k.segs, i, &info);
		kept += info.bytes;
	}
	cr_expect(kept > 64 * (uint64_t)MIB && kept < 320 * (uint64_t)MIB, "%llu",
		(unsigned long long)kept);
	kit_close(&k);
}

Test(segment, an_offered_one_gives_its_pages)
{
	struct kit k = kit_open(SEGS_SHARED);
	int fd = dirty_fd(100000);
	uint64_t before = bytes_of(fd);
	struct seg_info info;

	segs_offer(k.segs, 9, fd);
	leave_dirt(k.segs, 100000);
	segs_fresh(k.segs, 0, &info);
	cr_expect(info.bytes == before, "%llu %llu", (unsigned long long)info.bytes,
		(unsigned long long)before);
	kit_close(&k);
}

/* So many that they could not all be mapped as far as they might reach. */
Test(segment, an_offered_one_in_shreds_is_emptied)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	int fd = memfd_create("shreds", MFD_CLOEXEC);
	int64_t dirt = 0;

	for (int64_t c = 0; c < 160; c++)
		for (int i = 0; i < 10; i++)
			cr_assert(pwrite(fd, "\xff", 1, ((3 * c + 1) << 40) + i * 16384) == 1);
	segs_offer(k.segs, 9, fd);
	for (int c = 0; c < 160; c++) {
		char name[8];
		double *v;

		snprintf(name, sizeof(name), "c%d", c);
		v = mlf_new_f64(b, name, 20000);
		for (int i = 0; i < 20000; i += 512)
			dirt += v[i] != 0;
	}
	cr_expect(mlf_columns(mlf_finish(b)) == 160 && dirt == 0);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(segment, holes_in_an_offered_one_do_not_hide_what_follows)
{
	struct kit k = kit_open(SEGS_SHARED);
	int fd = memfd_create("holes", MFD_CLOEXEC);

	cr_assert(ftruncate(fd, INT64_C(3) << 40) == 0);
	cr_assert(pwrite(fd, "\xff", 1, (INT64_C(1) << 40) + 5) == 1);
	cr_assert(pwrite(fd, "\xff", 1, (INT64_C(1) << 40) + 700000) == 1);
	segs_offer(k.segs, 9, fd);
	expect_clean(k.sc, 100000);
	kit_close(&k);
}

Test(segment, an_offered_one_that_cannot_be_written_is_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);
	int fd = dirty_fd(100);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	segs_offer(k.segs, 9, open(path, O_RDONLY | O_CLOEXEC));
	close(fd);
	mlf_new_f64(scope_builder(k.sc), "a", 5)[4] = 1;
	expect_mistake(k.sc, "column `a`: memory for a column");
	cr_expect(scope_error(k.sc)->code == MLC_OOM);
	kit_close(&k);
}

Test(segment, a_known_id_is_not_taken_twice)
{
	struct kit k = kit_open(SEGS_SHARED);
	int fd = dirty_fd(10), other = dup(fd);

	segs_attach(k.segs, 9, fd);
	segs_attach(k.segs, 9, other);
	cr_expect(fcntl(other, F_GETFD) < 0, "the second descriptor is closed");
	cr_expect(fcntl(fd, F_GETFD) >= 0);
	kit_close(&k);
}

Test(segment, more_rows_than_memory_can_be_is_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);

	cr_expect(mlf_new_f64(b, "a", INT64_C(1) << 37) != NULL, "a terabyte, untouched");
	expect_fine(k.sc);
	kit_close(&k);
}

Test(segment, all_tables_together_stay_below_the_limit)
{
	struct kit k = kit_open(SEGS_SHARED);
	const int64_t rows = (1 << 20) / sizeof(double);
	struct mlf_builder *b = scope_builder(k.sc);

	segs_limit(k.segs, 2 << 20);
	mlf_new_f64(b, "a", rows)[rows - 1] = 1;
	mlf_new_f64(b, "b", rows)[rows - 1] = 1;
	cr_expect(mlf_rows(mlf_finish(b)) == rows);
	expect_fine(k.sc);
	mlf_new_f64(scope_builder(k.sc), "c", 1)[0] = 1;
	expect_mistake(k.sc, "column `c`: memory for a column");
	cr_expect(scope_error(k.sc)->code == MLC_OOM);
	kit_close(&k);
}

Test(segment, memory_given_back_counts_no_more)
{
	struct segs *segs = segs_new(SEGS_SHARED, 1);

	segs_limit(segs, 4 << 20);
	for (int i = 0; i < 10; i++) {
		struct scope *sc = scope_new(segs);

		mlf_new_f64(scope_builder(sc), "a", 300000)[299999] = 1;
		expect_fine(sc);
		scope_free(sc);
	}
	segs_free(segs);
}
