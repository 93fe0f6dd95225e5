/* SPDX-License-Identifier: Apache-2.0
 * Views: of what is there, and of what is not. */
#include "tests/unit/frame_kit.h"

LEAK_SUITE(view);

Test(view, missing_column_is_nulls_and_a_suggestion)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 3000);
	struct mlf_f64s v = mlf_f64(f, "halff");

	cr_expect(v.n == 3000 && v.nulls == 3000 && v.off == 0);
	for (int i = 0; i < 3000; i++)
		cr_expect(mlf_is_null(v.valid, v.off, i) && v.v[i] == 0);
	expect_mistake(k.sc,
		"no column `halff` in this table (has: id, half, text, odd, when); "
		"did you mean `half`?");
	cr_expect(scope_error(k.sc)->code == MLC_FRAME);
	kit_close(&k);
}

Test(view, missing_columns_of_each_type_can_be_read)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 100);
	struct mlf_i64s i64 = mlf_i64(f, "x"), t = mlf_timestamp(f, "x");
	struct mlf_bools b = mlf_bool(f, "x");
	struct mlf_strs s = mlf_utf8(f, "x");

	for (int i = 0; i < 100; i++) {
		cr_expect(mlf_is_null(i64.valid, i64.off, i) && i64.v[i] == 0);
		cr_expect(mlf_is_null(t.valid, t.off, i) && t.v[i] == 0);
		cr_expect(mlf_is_null(b.valid, b.off, i) && !mlf_bool_at(&b, i));
		cr_expect(mlf_is_null(s.valid, s.off, i) && mlf_str_at(&s, i).len == 0);
	}
	kit_close(&k);
}

Test(view, wrong_type_names_both_types_and_the_right_call)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 10);
	struct mlf_i64s v = mlf_i64(f, "half");

	cr_expect(v.n == 10 && v.nulls == 10 && v.v[9] == 0);
	expect_mistake(k.sc, "column `half` is float64, not int64");
	cr_expect_str_eq(scope_error(k.sc)->help, "mlf_f64 gives a view of it");
	kit_close(&k);
}

Test(view, each_other_pairing_of_types_is_refused)
{
	const char *names[] = {"odd", "id", "half", "text", "when"};
	struct kit k = kit_open(SEGS_SHARED);
	int refused = 0;

	for (enum mlf_type want = MLF_BOOL; want <= MLF_TIMESTAMP; want++)
		for (int i = 0; i < 5; i++) {
			struct scope *sc = scope_new(k.segs);
			struct mlf_frame *f = make_rows(sc, 0, 4);
			char view[64];

			f->api->view(f, names[i], want, view);
			refused += scope_error(sc) != NULL;
			scope_free(sc);
		}
	/* 5 fit, and floats also take integers and booleans */
	cr_expect(refused == 25 - 7, "%d", refused);
	kit_close(&k);
}

Test(view, integers_and_booleans_become_doubles_once)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 100);
	struct mlf_f64s id = mlf_f64(f, "id"), odd = mlf_f64(f, "odd");

	for (int i = 0; i < 100; i++) {
		cr_expect(id.v[i] == 3 * i && !mlf_is_null(id.valid, id.off, i));
		cr_expect(mlf_is_null(odd.valid, odd.off, i) == (i % 3 == 1));
		cr_expect(i % 3 == 1 || odd.v[i] == i % 2);
	}
	cr_expect(mlf_f64(f, "id").v == id.v && mlf_f64(f, "odd").v == odd.v);
	cr_expect(mlf_f64(scope_lend(k.sc, frame_of(f)), "id").v == id.v);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(view, converted_slices_keep_their_nulls_in_place)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = mlf_slice(make_rows(k.sc, 0, 100), 13, 50);
	struct mlf_f64s odd = mlf_f64(f, "odd"), id = mlf_f64(f, "id");

	for (int i = 0; i < 50; i++) {
		cr_expect(mlf_is_null(odd.valid, odd.off, i) == ((i + 13) % 3 == 1));
		cr_expect((i + 13) % 3 == 1 || odd.v[i] == (i + 13) % 2);
		cr_expect(id.v[i] == 3 * (i + 13));
	}
	kit_close(&k);
}

Test(view, any_rows_of_a_column_are_read_as_doubles)
{
	static const uint8_t bits[] = {0x35, 0xa7, 0x0e, 0xc1};
	int64_t whole[32];
	double room[32], numbers[32];

	for (int i = 0; i < 32; i++)
		numbers[i] = (double)(whole[i] = 7 * i - 50);
	for (int64_t off = 0; off < 32; off++)
		for (int64_t from = 0; off + from < 32; from++)
			for (int64_t m = 1; off + from + m <= 32; m++) {
				struct column b = {
					"b", MLF_BOOL, 32 - off, off, 0, NULL, bits, NULL};
				struct column w = {
					"w", MLF_I64, 32 - off, off, 0, NULL, whole, NULL};
				struct column f = {
					"f", MLF_F64, 32 - off, off, 0, NULL, numbers, NULL};
				const double *read = column_doubles(&b, from, m, room);

				for (int64_t i = 0, at = off + from; i < m; i++, at++)
					cr_assert(read[i] == (bits[at / 8] >> (at % 8) & 1));
				read = column_doubles(&w, from, m, room);
				for (int64_t i = 0; i < m; i++)
					cr_assert(read[i] == (double)whole[off + from + i]);
				cr_assert(
					column_doubles(&f, from, m, room) == numbers + off + from);
			}
}

Test(view, of_a_frame_that_is_nothing)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = scope_nothing(k.sc, 77);

	cr_expect(mlf_rows(f) == 77 && mlf_columns(f) == 0);
	cr_expect(mlf_utf8(f, "x").n == 77);
	expect_mistake(k.sc, "no column `x` in this table (has: no columns)");
	cr_expect(mlf_rows(scope_nothing(k.sc, -5)) == 0);
	kit_close(&k);
}

Test(view, of_a_column_named_null)
{
	struct kit k = kit_open(SEGS_SHARED);

	cr_expect(mlf_f64(make_rows(k.sc, 0, 4), NULL).nulls == 4);
	expect_mistake(k.sc, "no column `(NULL)`");
	kit_close(&k);
}

Test(view, long_lists_of_columns_are_cut)
{
	struct kit k = kit_open(SEGS_PRIVATE);
	struct mlf_builder *b = scope_builder(k.sc);
	char name[32];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "a_long_column_name_%d", i);
		mlf_add_column(b, name, MLF_F64);
	}
	mlf_f64(mlf_finish(b), "a_long_column_nam_299");
	expect_mistake(k.sc, ", ...); did you mean `a_long_column_name_299`?");
	cr_expect(strlen(kit_mistake(k.sc)) < 400);
	kit_close(&k);
}

Test(view, column_numbers_out_of_range_are_mistakes)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 1);

	cr_expect_str_eq(mlf_column_name(f, 1), "half");
	cr_expect(mlf_column_type(f, 2) == MLF_UTF8);
	expect_fine(k.sc);
	cr_expect_str_eq(mlf_column_name(f, 5), "");
	expect_mistake(k.sc, "no column number 5: the table has 5");
	cr_expect(mlf_column_type(f, -1) == 0);
	kit_close(&k);
}
