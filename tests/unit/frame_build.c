/* SPDX-License-Identifier: Apache-2.0
 * Builders: what they make, how they grow, and every mistake one can make with them. */
#include "tests/unit/frame_kit.h"

LEAK_SUITE(build);

Test(build, pushed_rows_read_back)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 1000);

	expect_rows(f, 0, 1000);
	expect_null_counts(frame_of(f));
	expect_fine(k.sc);
	kit_close(&k);
}

Test(build, private_memory_is_as_good)
{
	struct kit k = kit_open(SEGS_PRIVATE);

	expect_rows(make_rows(k.sc, 5, 300), 5, 300);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(build, columns_grow_over_many_doublings)
{
	const int64_t n = 1500000;
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, n);
	struct mlf_i64s id = mlf_i64(f, "id");
	struct mlf_strs text = mlf_utf8(f, "text");
	int64_t wrong = 0;

	for (int64_t i = 0; i < n; i++) {
		char want[32];
		int len = row_text(i, want);
		struct mlf_str s = mlf_str_at(&text, i);

		wrong += id.v[i] != 3 * i;
		wrong += i % 7 != 3 && (s.len != len || memcmp(s.s, want, (size_t)len) != 0);
	}
	cr_expect(wrong == 0);
	for (int64_t i = 0; i < n; i += 997)
		expect_row(f, i, i);
	expect_null_counts(frame_of(f));
	kit_close(&k);
}

Test(build, new_columns_are_zero_and_take_nulls)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	double *x = mlf_new_f64(b, "x", 1000);
	int64_t *t = mlf_new_timestamp(b, "t", 1000);
	struct mlf_f64s v;

	for (int i = 0; i < 1000; i++)
		cr_assert(x[i] == 0 && t[i] == 0);
	x[999] = 2.5;
	mlf_set_null(b, "x", 0);
	mlf_set_null(b, "x", 998);
	mlf_set_null(b, "x", 998);
	v = mlf_f64(mlf_finish(b), "x");
	cr_expect(v.nulls == 2 && v.n == 1000 && v.v[999] == 2.5);
	cr_expect(mlf_is_null(v.valid, v.off, 0) && mlf_is_null(v.valid, v.off, 998));
	cr_expect(!mlf_is_null(v.valid, v.off, 1) && !mlf_is_null(v.valid, v.off, 999));
	expect_fine(k.sc);
	kit_close(&k);
}

Test(build, a_new_column_of_booleans_is_filled_bit_by_bit)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	uint8_t *x = mlf_new_bool(b, "x", 1003);
	struct mlf_bools v;

	for (int i = 0; i < 1003; i++)
		mlf_set_bool(x, i, true);
	for (int i = 0; i < 1003; i += 3)
		mlf_set_bool(x, i, false);
	mlf_set_null(b, "x", 7);
	v = mlf_bool(mlf_finish(b), "x");
	cr_expect(v.nulls == 1 && v.n == 1003 && mlf_is_null(v.valid, v.off, 7));
	for (int i = 0; i < 1003; i++)
		cr_expect(mlf_bool_at(&v, i) == (i % 3 != 0));
	expect_fine(k.sc);
	kit_close(&k);
}

Test(build, a_pushed_row_can_be_made_null_afterwards)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	int c = mlf_add_column(b, "x", MLF_I64);
	struct mlf_i64s v;

	for (int i = 0; i < 20; i++)
		mlf_push_i64(b, c, i);
	mlf_set_null(b, "x", 9);
	for (int i = 20; i < 40; i++)
		mlf_push_i64(b, c, i);
	v = mlf_i64(mlf_finish(b), "x");
	cr_expect(v.n == 40 && v.nulls == 1);
	for (int i = 0; i < 40; i++)
		cr_expect(mlf_is_null(v.valid, v.off, i) == (i == 9) && v.v[i] == i);
	kit_close(&k);
}

Test(build, without_a_null_there_is_no_bitmap)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 2);

	cr_expect(mlf_i64(f, "id").valid == NULL);
	cr_expect(mlf_f64(f, "half").valid == NULL);
	cr_expect(mlf_bool(f, "odd").valid != NULL);
	kit_close(&k);
}

Test(build, only_nulls)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	struct mlf_frame *f;
	struct mlf_strs s;

	add_columns(b);
	for (int i = 0; i < 100; i++)
		for (int c = 0; c < 5; c++)
			mlf_push_null(b, c);
	f = mlf_finish(b);
	expect_null_counts(frame_of(f));
	s = mlf_utf8(f, "text");
	for (int i = 0; i < 100; i++)
		cr_expect(mlf_is_null(s.valid, s.off, i) && mlf_str_at(&s, i).len == 0);
	cr_expect(mlf_i64(f, "id").nulls == 100 && mlf_i64(f, "id").v[99] == 0);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(build, empty_columns_and_no_columns)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 0), *none = mlf_finish(scope_builder(k.sc));
	struct mlf_builder *b = scope_builder(k.sc);

	cr_expect(mlf_rows(f) == 0 && mlf_columns(f) == 5);
	cr_expect(mlf_utf8(f, "text").ends[0] == 0 && mlf_f64(f, "half").n == 0);
	cr_expect(mlf_rows(none) == 0 && mlf_columns(none) == 0);
	cr_expect(mlf_new_f64(b, "x", 0) != NULL);
	cr_expect(mlf_rows(mlf_finish(b)) == 0);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(build, grafted_columns_share_memory)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 500), *g;
	struct mlf_builder *b = scope_builder(k.sc);

	mlf_graft(b, f, "text", "label");
	mlf_graft(b, f, "half", "half");
	mlf_new_f64(b, "new", 500);
	g = mlf_finish(b);
	expect_fine(k.sc);
	cr_expect(mlf_utf8(g, "label").bytes == mlf_utf8(f, "text").bytes);
	cr_expect(mlf_f64(g, "half").v == mlf_f64(f, "half").v);
	cr_expect(mlf_f64(g, "half").nulls == 100);
	kit_close(&k);
}

Test(build, a_graft_outlives_the_frame_it_came_from)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct scope *first = scope_new(k.segs);
	struct mlf_builder *b = scope_builder(k.sc);
	struct mlf_f64s v;

	mlf_graft(b, make_rows(first, 0, 500), "half", "half");
	scope_free(first);
	make_rows(k.sc, 7, 500); /* would overwrite memory that was freed too early */
	v = mlf_f64(mlf_finish(b), "half");
	for (int i = 0; i < 500; i++)
		cr_expect(i % 5 == 2 || v.v[i] == i / 2.0);
	kit_close(&k);
}

Test(build, many_columns_are_found_by_name)
{
	struct kit k = kit_open(SEGS_PRIVATE);
	struct mlf_builder *b = scope_builder(k.sc);
	struct mlf_frame *f;
	char name[16];

	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		mlf_new_i64(b, name, 1)[0] = i;
	}
	for (int i = 0; i < 2000; i += 100) {
		snprintf(name, sizeof(name), "c%d", i);
		mlf_set_null(b, name, 0);
	}
	f = mlf_finish(b);
	expect_fine(k.sc);
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		cr_assert(mlf_find(f, name) == i && mlf_i64(f, name).v[0] == i);
		cr_assert(mlf_i64(f, name).nulls == (i % 100 == 0));
	}
	cr_expect(mlf_find(f, "c2000") == -1);
	kit_close(&k);
}

/* --- mistakes: each gives its message, a frame without columns, and memory to go on with ---------- */

static void
no_mistake(struct mlf_builder *b)
{
	(void)b;
}

static void
same_name(struct mlf_builder *b)
{
	mlf_add_column(b, "a", MLF_F64);
	mlf_new_f64(b, "a", 3)[2] = 1;
}

static void
null_name(struct mlf_builder *b)
{
	mlf_new_f64(b, NULL, 3)[2] = 1;
}

static void
unknown_type(struct mlf_builder *b)
{
	mlf_push_f64(b, mlf_add_column(b, "a", (enum mlf_type)9), 1);
}

static void
negative_rows(struct mlf_builder *b)
{
	mlf_new_i64(b, "a", -1);
}

static void
new_text(struct mlf_builder *b)
{
	int32_t *ends = b->api->new_column(b, "a", MLF_UTF8, 3);

	ends[3] = 1;
}

static void
null_of_unknown(struct mlf_builder *b)
{
	mlf_new_f64(b, "income", 3);
	mlf_set_null(b, "incme", 0);
}

static void
null_out_of_range(struct mlf_builder *b)
{
	mlf_new_f64(b, "a", 3);
	mlf_set_null(b, "a", 3);
}

static void
null_before_first(struct mlf_builder *b)
{
	mlf_new_f64(b, "a", 3);
	mlf_set_null(b, "a", -1);
}

static void
different_length(struct mlf_builder *b)
{
	mlf_new_f64(b, "a", 3);
	mlf_push_i64(b, mlf_add_column(b, "b", MLF_I64), 1);
}

static void
push_into_no_column(struct mlf_builder *b)
{
	mlf_push_i64(b, 0, 1);
}

static void
push_into_minus_one(struct mlf_builder *b)
{
	mlf_push_null(b, -1);
}

static void
push_float_into_int(struct mlf_builder *b)
{
	mlf_push_f64(b, mlf_add_column(b, "a", MLF_I64), 1);
}

static void
push_int_into_float(struct mlf_builder *b)
{
	int c = mlf_add_column(b, "a", MLF_F64);

	mlf_push_f64(b, c, 1); /* there is room: the mistake is found on the fast way too */
	mlf_push_i64(b, c, 1);
}

static void
push_text_into_bool(struct mlf_builder *b)
{
	mlf_push_str(b, mlf_add_column(b, "a", MLF_BOOL), "x", 1);
}

static void
push_onto_new(struct mlf_builder *b)
{
	mlf_new_f64(b, "a", 3);
	mlf_push_f64(b, 0, 1);
}

static void
negative_text(struct mlf_builder *b)
{
	mlf_push_str(b, mlf_add_column(b, "a", MLF_UTF8), "x", -1);
}

static void
null_text(struct mlf_builder *b)
{
	mlf_push_str(b, mlf_add_column(b, "a", MLF_UTF8), NULL, 1);
}

static void
too_much_text(struct mlf_builder *b)
{
	int c = mlf_add_column(b, "a", MLF_UTF8);

	mlf_push_str(b, c, "x", 1);
	mlf_push_str(b, c, "x", INT32_MAX); /* refused before a byte is read */
}

static const struct mistake {
	void (*make)(struct mlf_builder *);
	const char *message;
} mistakes[] = {
	{same_name, "there is a column `a` in the table already"},
	{null_name, "a column without a name"},
	{unknown_type, "column `a` of the unknown type 9"},
	{negative_rows, "column `a` of -1 rows"},
	{new_text, "column `a` is text"},
	{null_of_unknown,
		"no column `incme` in the table being built (has: income); did you "
		"mean `income`?"},
	{null_out_of_range, "no row 3 in column `a`: it has 3"},
	{null_before_first, "no row -1 in column `a`"},
	{different_length, "columns of different length: `a` has 3 rows, `b` has 1"},
	{push_into_no_column, "no column number 0"},
	{push_into_minus_one, "no column number -1"},
	{push_float_into_int, "column `a` is int64: mlf_push_f64 does not fit"},
	{push_int_into_float, "column `a` is float64: mlf_push_i64 does not fit"},
	{push_text_into_bool, "column `a` is bool: mlf_push_str does not fit"},
	{push_onto_new, "column `a` is complete: mlf_push_f64 cannot add to it"},
	{negative_text, "a text of -1 bytes"},
	{null_text, "a text of 1 bytes at NULL"},
	{too_much_text, "column `a` would hold more than 2 GiB of text"},
};

Test(build, every_mistake_has_its_message_and_gives_nothing)
{
	struct kit k = kit_open(SEGS_SHARED);

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct scope *sc = scope_new(k.segs);
		struct mlf_builder *b = scope_builder(sc);

		mistakes[i].make(b);
		cr_expect(mlf_columns(mlf_finish(b)) == 0, "%zu", i);
		expect_mistake(sc, mistakes[i].message);
		cr_expect(scope_error(sc) && scope_error(sc)->code == MLC_FRAME);
		scope_free(sc);
	}
	kit_close(&k);
}

Test(build, after_the_end_nothing_more)
{
	void (*const late[])(struct mlf_builder *) = {
		same_name, push_into_no_column, push_into_minus_one, null_of_unknown, null_text};
	struct kit k = kit_open(SEGS_SHARED);

	for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
		struct scope *sc = scope_new(k.segs);
		struct mlf_builder *b = scope_builder(sc);

		mlf_finish(b);
		late[i](b);
		expect_mistake(sc, "finished already");
		scope_free(sc);
	}
	kit_close(&k);
}

Test(build, finishing_twice_is_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	struct mlf_frame *f;

	add_columns(b);
	f = mlf_finish(b);
	expect_fine(k.sc);
	cr_expect(mlf_columns(mlf_finish(b)) == 0);
	expect_mistake(k.sc, "finished already");
	cr_expect(mlf_columns(f) == 5);
	kit_close(&k);
}

Test(build, grafted_columns_cannot_change)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);

	mlf_graft(b, make_rows(k.sc, 0, 3), "id", NULL);
	mlf_set_null(b, "id", 0);
	expect_mistake(k.sc, "column `id` was grafted");
	kit_close(&k);
}

Test(build, grafting_a_missing_column_is_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);

	mlf_graft(b, make_rows(k.sc, 0, 3), "hlf", "x");
	cr_expect(mlf_rows(mlf_finish(b)) == 0);
	expect_mistake(k.sc,
		"no column `hlf` in this table (has: id, half, text, odd, when); "
		"did you mean `half`?");
	kit_close(&k);
}

Test(build, the_first_mistake_is_kept)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);

	negative_rows(b);
	null_name(b);
	no_mistake(b);
	expect_mistake(k.sc, "column `a` of -1 rows");
	kit_close(&k);
}

Test(build, a_mistake_in_one_builder_leaves_the_others_alone)
{
	struct kit k = kit_open(SEGS_SHARED);

	negative_rows(scope_builder(k.sc)); /* and it is never finished */
	expect_rows(make_rows(k.sc, 0, 50), 0, 50);
	kit_close(&k);
}

Test(build, two_builders_at_once_do_not_mix)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *a = scope_builder(k.sc), *b = scope_builder(k.sc);

	add_columns(a);
	add_columns(b);
	for (int64_t i = 0; i < 3000; i++) {
		push_row(a, i);
		push_row(b, i + 1);
	}
	expect_rows(mlf_finish(b), 1, 3000);
	expect_rows(mlf_finish(a), 0, 3000);
	kit_close(&k);
}
