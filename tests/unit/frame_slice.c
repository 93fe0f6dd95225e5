/* SPDX-License-Identifier: Apache-2.0
 * Slices, filters, and tables put one below the other. */
#include "tests/unit/frame_kit.h"

LEAK_SUITE(slice);
LEAK_SUITE(filter);
LEAK_SUITE(concat);

/* --- slices -------------------------------------------------------------------------------------- */

Test(slice, begins_and_ends_at_any_bit)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 200);

	for (int64_t from = 0; from < 20; from++)
		for (int64_t n = 0; n < 30; n++)
			expect_rows(mlf_slice(f, from, n), from, n);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(slice, counts_its_own_nulls)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 200), *s = mlf_slice(f, 3, 4), *t;

	expect_null_counts(frame_of(s));
	cr_expect(mlf_f64(s, "half").nulls == 0 && !mlf_f64(s, "half").valid);
	t = mlf_slice(f, 67, 130);
	expect_null_counts(frame_of(t));
	cr_expect(mlf_f64(t, "half").nulls == 26);
	kit_close(&k);
}

Test(slice, of_a_slice_of_a_slice)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 500);
	struct mlf_frame *s = mlf_slice(mlf_slice(mlf_slice(f, 3, 400), 5, 300), 9, 123);

	expect_rows(s, 17, 123);
	expect_null_counts(frame_of(s));
	cr_expect(mlf_i64(s, "id").v == mlf_i64(f, "id").v + 17, "values were copied");
	kit_close(&k);
}

Test(slice, outlives_the_frame)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct scope *first = scope_new(k.segs);
	struct frame *s = frame_ref(frame_of(mlf_slice(make_rows(first, 0, 100), 50, 50)));

	scope_free(first);
	make_rows(k.sc, 1, 100);
	expect_rows(scope_lend(k.sc, s), 50, 50);
	frame_unref(s);
	kit_close(&k);
}

Test(slice, out_of_range_is_a_mistake)
{
	static const int64_t bad[][2] = {{-1, 1}, {0, 11}, {11, 0}, {5, 6}, {0, -1}, {10, 1},
		{1, INT64_MAX}, {INT64_MAX, 1}, {INT64_MIN, INT64_MIN}};
	struct kit k = kit_open(SEGS_SHARED);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct scope *sc = scope_new(k.segs);
		struct mlf_frame *s = mlf_slice(make_rows(sc, 0, 10), bad[i][0], bad[i][1]);

		cr_expect(mlf_columns(s) == 0 && mlf_rows(s) >= 0);
		expect_mistake(sc, "of a table of 10 rows");
		scope_free(sc);
	}
	kit_close(&k);
}

Test(slice, at_the_very_end_is_empty)
{
	struct kit k = kit_open(SEGS_SHARED);

	expect_rows(mlf_slice(make_rows(k.sc, 0, 10), 10, 0), 10, 0);
	expect_fine(k.sc);
	kit_close(&k);
}

/* --- filters ------------------------------------------------------------------------------------- */

/* Rows to keep: those where (i * factor) % 97 < share. */
static bool *
keep_list(int64_t n, int64_t factor, int64_t share, int64_t *kept)
{
	bool *keep = calloc((size_t)n + 1, 1);

	*kept = 0;
	for (int64_t i = 0; i < n; i++)
		*kept += keep[i] = i * factor % 97 < share;
	return keep;
}

static void
check_filter(struct scope *sc, int64_t from, int64_t n, int64_t factor, int64_t share)
{
	int64_t kept, r = 0;
	bool *keep = keep_list(n, factor, share, &kept);
	struct mlf_frame *f = make_rows(sc, 0, n + from);
	struct mlf_frame *g = mlf_filter(from ? mlf_slice(f, from, n) : f, keep);

	cr_assert(mlf_rows(g) == kept);
	for (int64_t i = 0; i < n; i++)
		if (keep[i])
			expect_row(g, r++, i + from);
	expect_null_counts(frame_of(g));
	free(keep);
}

Test(filter, keeps_the_right_rows_of_all_types_with_their_nulls)
{
	struct kit k = kit_open(SEGS_SHARED);

	check_filter(k.sc, 0, 10000, 13, 40);
	check_filter(k.sc, 0, 4096, 13, 90);
	check_filter(k.sc, 0, 4097, 1, 3);
	check_filter(k.sc, 0, 8191, 31, 1);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(filter, works_on_slices_at_odd_bits)
{
	struct kit k = kit_open(SEGS_SHARED);

	check_filter(k.sc, 3, 5000, 13, 40);
	check_filter(k.sc, 4099, 5000, 5, 77);
	check_filter(k.sc, 9, 1, 1, 97);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(filter, all_rows_are_not_copied)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 100);
	bool keep[100];

	memset(keep, 1, sizeof(keep));
	cr_expect(frame_of(mlf_filter(f, keep)) == frame_of(f));
	kit_close(&k);
}

Test(filter, no_rows_leave_the_columns)
{
	struct kit k = kit_open(SEGS_SHARED);
	bool keep[100] = {false};
	struct mlf_frame *f = mlf_filter(make_rows(k.sc, 0, 100), keep);

	cr_expect(mlf_rows(f) == 0 && mlf_columns(f) == 5);
	cr_expect(mlf_utf8(f, "text").ends[0] == 0);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(filter, a_byte_that_is_no_bool_means_true)
{
	struct kit k = kit_open(SEGS_SHARED);
	unsigned char keep[10] = {0, 2, 255, 0, 128};

	cr_expect(mlf_rows(mlf_filter(make_rows(k.sc, 0, 10), (const bool *)keep)) == 3);
	kit_close(&k);
}

Test(filter, bitmap_goes_when_no_null_is_left)
{
	struct kit k = kit_open(SEGS_SHARED);
	bool keep[10] = {true, false, false, true};
	struct mlf_f64s v = mlf_f64(mlf_filter(make_rows(k.sc, 0, 10), keep), "half");

	cr_expect(v.n == 2 && v.nulls == 0 && v.valid == NULL && v.v[1] == 1.5);
	kit_close(&k);
}

Test(filter, without_a_list_is_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);

	cr_expect(mlf_rows(mlf_filter(make_rows(k.sc, 0, 0), NULL)) == 0);
	expect_fine(k.sc);
	mlf_filter(make_rows(k.sc, 0, 1), NULL);
	expect_mistake(k.sc, "mlf_filter without a list");
	kit_close(&k);
}

Test(filter, counts_rows_where_there_are_no_columns)
{
	struct kit k = kit_open(SEGS_SHARED);
	bool keep[4] = {true, false, true, true};

	cr_expect(mlf_rows(mlf_filter(scope_nothing(k.sc, 4), keep)) == 3);
	kit_close(&k);
}

/* --- one below the other ------------------------------------------------------------------------- */

Test(concat, pieces_of_all_sizes_join_at_every_bit)
{
	static const int64_t sizes[] = {1, 7, 0, 8, 9, 64, 3, 4096, 5, 0};
	struct frame *v[10];
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *all;
	int64_t at = 0;

	for (int i = 0; i < 10; i++, at += sizes[i - 1])
		v[i] = frame_of(make_rows(k.sc, at, sizes[i]));
	all = scope_concat(k.sc, v, 10);
	expect_rows(all, 0, at);
	expect_null_counts(frame_of(all));
	expect_fine(k.sc);
	kit_close(&k);
}

Test(concat, slices_with_ragged_ends)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 300), *all;
	struct frame *v[] = {frame_of(mlf_slice(f, 0, 13)), frame_of(mlf_slice(f, 13, 101)),
		frame_of(mlf_slice(f, 114, 186))};

	all = scope_concat(k.sc, v, 3);
	cr_expect(frame_equal(frame_of(all), frame_of(f)));
	kit_close(&k);
}

Test(concat, nulls_in_one_piece_only)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct frame *v[] = {frame_of(make_rows(k.sc, 0, 2)), frame_of(make_rows(k.sc, 2, 1)),
		frame_of(make_rows(k.sc, 3, 4))};
	struct mlf_f64s half = mlf_f64(scope_concat(k.sc, v, 3), "half");

	cr_expect(half.nulls == 1 && half.n == 7 && mlf_is_null(half.valid, half.off, 2));
	kit_close(&k);
}

Test(concat, one_piece_is_not_copied_nor_one_among_empty_ones)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct frame *a = frame_of(make_rows(k.sc, 0, 10)), *e = frame_of(make_rows(k.sc, 0, 0));
	struct frame *v[] = {e, a, e};

	cr_expect(frame_of(scope_concat(k.sc, &a, 1)) == a);
	cr_expect(frame_of(scope_concat(k.sc, v, 3)) == a);
	cr_expect(frame_rows(frame_of(scope_concat(k.sc, &e, 1))) == 0);
	cr_expect(mlf_columns(scope_concat(k.sc, v, 0)) == 0);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(concat, tables_that_differ_are_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	struct frame *v[2] = {frame_of(make_rows(k.sc, 0, 10))};

	mlf_add_column(b, "id", MLF_I64);
	v[1] = frame_of(mlf_finish(b));
	cr_expect(mlf_columns(scope_concat(k.sc, v, 2)) == 0);
	expect_mistake(k.sc, "tables of 5 and of 1 columns");
	kit_close(&k);
}

Test(concat, another_type_or_name_is_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	struct frame *v[2];

	mlf_new_f64(b, "x", 1);
	v[0] = frame_of(mlf_finish(b));
	b = scope_builder(k.sc);
	mlf_new_i64(b, "x", 1);
	v[1] = frame_of(mlf_finish(b));
	scope_concat(k.sc, v, 2);
	expect_mistake(
		k.sc, "column 1 is `x` (float64) in one table and `x` (int64) in the one below");
	kit_close(&k);
}

Test(concat, a_table_that_was_put_below_others_may_go_at_once)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	int64_t at = 0;

	for (int64_t n = 0; n < 3000; at += n, n += 977) {
		struct scope *sc = scope_new(k.segs);

		scope_append(b, frame_of(make_rows(sc, at, n)));
		scope_free(sc);
	}
	struct mlf_frame *all = mlf_finish(b);

	expect_rows(all, 0, at);
	expect_null_counts(frame_of(all));
	expect_fine(k.sc);
	kit_close(&k);
}

Test(concat, a_table_without_columns_takes_none_that_has_some)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);

	scope_append(b, frame_of(scope_nothing(k.sc, 3)));
	scope_append(b, frame_of(make_rows(k.sc, 0, 3)));
	expect_mistake(k.sc, "tables of 0 and of 5 columns");
	kit_close(&k);
}
