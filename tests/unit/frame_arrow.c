/* SPDX-License-Identifier: Apache-2.0
 * Arrow's C Data Interface: frames that go out, come back equal, and are released by the rules. */
#include "tests/unit/frame_kit.h"

LEAK_SUITE(arrow);

/* --- out and back -------------------------------------------------------------------------------- */

static void
check_round_trip(struct scope *sc, struct mlf_frame *f)
{
	struct ArrowSchema schema;
	struct ArrowArray array;
	struct mlf_frame *g;

	mlf_export(f, &schema, &array);
	g = scope_import(sc, &schema, &array);
	cr_expect(frame_equal(frame_of(f), frame_of(g)));
	expect_null_counts(frame_of(g));
	cr_expect(!schema.release && !array.release, "import has to release both");
	expect_fine(sc);
}

Test(arrow, round_trip_gives_an_equal_frame)
{
	struct kit k = kit_open(SEGS_SHARED);

	check_round_trip(k.sc, make_rows(k.sc, 0, 10000));
	check_round_trip(k.sc, make_rows(k.sc, 0, 1));
	check_round_trip(k.sc, make_rows(k.sc, 0, 0));
	kit_close(&k);
}

Test(arrow, round_trip_of_slices)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 500);

	for (int64_t from = 0; from < 17; from++)
		check_round_trip(k.sc, mlf_slice(f, from, 300 + from));
	kit_close(&k);
}

Test(arrow, round_trip_without_columns_keeps_the_rows)
{
	struct kit k = kit_open(SEGS_SHARED);

	check_round_trip(k.sc, scope_nothing(k.sc, 12));
	kit_close(&k);
}

Test(arrow, export_says_what_the_format_asks_for)
{
	static const char *const formats[] = {"l", "g", "u", "b", "tsu:UTC"};
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = mlf_slice(make_rows(k.sc, 0, 100), 3, 90);
	struct ArrowSchema s;
	struct ArrowArray a;

	mlf_export(f, &s, &a);
	cr_expect_str_eq(s.format, "+s");
	cr_expect(s.n_children == 5 && a.n_children == 5 && !s.dictionary && !a.dictionary);
	cr_expect(a.length == 90 && a.offset == 0 && a.null_count == 0 && a.n_buffers == 1);
	for (int i = 0; i < 5; i++) {
		cr_expect_str_eq(s.children[i]->format, formats[i]);
		cr_expect_str_eq(s.children[i]->name, mlf_column_name(f, i));
		cr_expect(s.children[i]->flags == ARROW_FLAG_NULLABLE);
		cr_expect(a.children[i]->length == 90 && a.children[i]->offset == 3);
		cr_expect(a.children[i]->n_buffers == (i == 2 ? 3 : 2));
	}
	cr_expect(a.children[0]->buffers[0] == NULL && a.children[0]->null_count == 0);
	cr_expect(a.children[1]->buffers[0] != NULL && a.children[1]->null_count == 18);
	cr_expect((const double *)a.children[1]->buffers[1] + 3 == mlf_f64(f, "half").v);
	s.release(&s);
	a.release(&a);
	cr_expect(!s.release && !a.release);
	kit_close(&k);
}

Test(arrow, exported_frames_outlive_their_scope)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct scope *first = scope_new(k.segs);
	struct ArrowSchema s;
	struct ArrowArray a;

	mlf_export(make_rows(first, 0, 1000), &s, &a);
	scope_free(first);
	make_rows(k.sc, 1, 1000); /* would overwrite memory that was freed too early */
	expect_rows(scope_import(k.sc, &s, &a), 0, 1000);
	kit_close(&k);
}

Test(arrow, a_child_may_be_moved_out_and_outlive_its_parent)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct scope *first = scope_new(k.segs);
	struct ArrowSchema s;
	struct ArrowArray a, moved;

	mlf_export(make_rows(first, 0, 1000), &s, &a);
	moved = *a.children[0];
	a.children[0]->release = NULL;
	a.release(&a);
	s.release(&s);
	scope_free(first);
	make_rows(k.sc, 1, 1000);
	cr_expect(((const int64_t *)moved.buffers[1])[999] == 2997);
	moved.release(&moved);
	kit_close(&k);
}

/* --- in: one column of a given type --------------------------------------------------------------- */

struct batch {
	struct ArrowSchema schema, child_schema, *schemas[1];
	struct ArrowArray array, child, *children[1];
	const void *buffers[3], *none[1];
	int released;
};

static void
schema_gone(struct ArrowSchema *s)
{
	++*(int *)s->private_data;
	s->release = NULL;
}

static void
array_gone(struct ArrowArray *a)
{
	++*(int *)a->private_data;
	a->release = NULL;
}

static void
batch_init(struct batch *b, const char *format, const void *values, const void *valid, int64_t n)
{
	memset(b, 0, sizeof(*b));
	b->schemas[0] = &b->child_schema;
	b->children[0] = &b->child;
	b->buffers[0] = valid;
	b->buffers[1] = values;
	b->child_schema.format = format;
	b->child_schema.name = "x";
	b->child.length = n;
	b->child.null_count = -1;
	b->child.n_buffers = 2;
	b->child.buffers = b->buffers;
	b->schema.format = "+s";
	b->schema.n_children = 1;
	b->schema.children = b->schemas;
	b->schema.release = schema_gone;
	b->schema.private_data = &b->released;
	b->array.length = n;
	b->array.n_buffers = 1;
	b->array.n_children = 1;
	b->array.buffers = b->none;
	b->array.children = b->children;
	b->array.release = array_gone;
	b->array.private_data = &b->released;
}

static struct mlf_frame *
batch_import(struct scope *sc, struct batch *b)
{
	struct mlf_frame *f = scope_import(sc, &b->schema, &b->array);

	cr_expect(b->released == 2, "import has to release both, mistake or not");
	return f;
}

static struct mlf_frame *
import(struct scope *sc, const char *format, const void *values, int64_t n)
{
	struct batch b;

	batch_init(&b, format, values, NULL, n);
	return batch_import(sc, &b);
}

Test(arrow, narrower_integers_are_widened)
{
	static const int8_t i8[] = {0, -128, 127};
	static const uint8_t u8[] = {0, 128, 255};
	static const int16_t i16[] = {0, INT16_MIN, INT16_MAX};
	static const uint16_t u16[] = {0, 1, UINT16_MAX};
	static const int32_t i32[] = {0, INT32_MIN, INT32_MAX};
	static const uint32_t u32[] = {0, 1, UINT32_MAX};
	static const int64_t i64[] = {0, INT64_MIN, INT64_MAX};
	static const uint64_t u64[] = {0, 1, INT64_MAX};
	static const struct {
		const char *format;
		const void *v;
		int64_t second, third;
	} table[] = {
		{"c", i8, -128, 127},
		{"C", u8, 128, 255},
		{"s", i16, INT16_MIN, INT16_MAX},
		{"S", u16, 1, UINT16_MAX},
		{"i", i32, INT32_MIN, INT32_MAX},
		{"I", u32, 1, UINT32_MAX},
		{"l", i64, INT64_MIN, INT64_MAX},
		{"L", u64, 1, INT64_MAX},
	};
	struct kit k = kit_open(SEGS_SHARED);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mlf_i64s x = mlf_i64(import(k.sc, table[i].format, table[i].v, 3), "x");

		cr_expect(x.v[0] == 0 && x.v[1] == table[i].second && x.v[2] == table[i].third,
			"%s", table[i].format);
	}
	expect_fine(k.sc);
	kit_close(&k);
}

Test(arrow, narrower_floats_are_widened)
{
	/* 1, -2, the smallest subnormal, the largest, infinity, NaN, -0 */
	static const uint16_t f16[] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x7e00, 0x8000};
	static const float f32[] = {0.1f, -INFINITY, 1e-45f};
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_f64s h = mlf_f64(import(k.sc, "e", f16, 7), "x");
	struct mlf_f64s f = mlf_f64(import(k.sc, "f", f32, 3), "x");

	cr_expect(h.v[0] == 1 && h.v[1] == -2 && h.v[2] == 0x1p-24 && h.v[3] == 65504);
	cr_expect(isinf(h.v[4]) && isnan(h.v[5]) && h.v[6] == 0 && signbit(h.v[6]));
	cr_expect(f.v[0] == (double)0.1f && isinf(f.v[1]) && f.v[2] == (double)1e-45f);
	expect_fine(k.sc);
	kit_close(&k);
}

Test(arrow, dates_and_time_units_become_microseconds)
{
	static const int32_t days[] = {0, -1, 19723};
	static const int64_t v[] = {0, -1000, 1704067200000};
	static const struct {
		const char *format;
		double unit;
	} table[] = {{"tdm", 1e3}, {"tss:", 1e6}, {"tss:UTC", 1e6}, {"tsm:", 1e3}, {"tsu:", 1},
		{"tsu:Europe/Paris", 1}, {"tsn:", 1e-3}};
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_i64s x = mlf_timestamp(import(k.sc, "tdD", days, 3), "x");

	cr_expect(x.v[0] == 0 && x.v[1] == -86400000000 && x.v[2] == 1704067200000000);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		x = mlf_timestamp(import(k.sc, table[i].format, v, 3), "x");
		cr_expect((double)x.v[1] == -1000 * table[i].unit, "%s", table[i].format);
		cr_expect((double)x.v[2] == 1704067200000 * table[i].unit, "%s", table[i].format);
	}
	expect_fine(k.sc);
	kit_close(&k);
}

Test(arrow, large_text_with_offset_and_nulls)
{
	static const int64_t ends[] = {0, 5, 5, 8, 13};
	static const uint8_t valid[] = {0x0b}; /* row 2 is null */
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_strs s;
	struct mlf_str t;
	struct batch b;

	batch_init(&b, "U", ends, valid, 3);
	b.buffers[2] = "helloxyzworld";
	b.child.n_buffers = 3;
	b.child.offset = 1;
	s = mlf_utf8(batch_import(k.sc, &b), "x");
	expect_fine(k.sc);
	cr_expect(s.n == 3 && s.nulls == 1 && mlf_is_null(s.valid, s.off, 1));
	t = mlf_str_at(&s, 2);
	cr_expect(mlf_str_at(&s, 0).len == 0);
	cr_expect(t.len == 5 && memcmp(t.s, "world", 5) == 0);
	kit_close(&k);
}

Test(arrow, offsets_of_parent_and_child_add_up)
{
	static const int32_t v[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
	static const uint8_t valid[] = {0x7f, 0x03};
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_i64s x;
	struct batch b;

	batch_init(&b, "i", v, valid, 8);
	b.child.offset = 2;
	b.array.offset = 3;
	b.array.length = 5;
	x = mlf_i64(batch_import(k.sc, &b), "x");
	expect_fine(k.sc);
	cr_expect(x.n == 5 && x.nulls == 1);
	for (int i = 0; i < 5; i++)
		cr_expect(x.v[i] == i + 5 && mlf_is_null(x.valid, x.off, i) == (i == 2));
	kit_close(&k);
}

Test(arrow, values_behind_nulls_need_not_fit)
{
	static const uint64_t v[] = {1, UINT64_MAX, 3};
	static const int64_t nanos[] = {1000, 1, 3000}, seconds[] = {1, INT64_MAX, 2};
	static const uint8_t valid[] = {0x05};
	static const struct {
		const char *format;
		const void *v;
	} table[] = {{"L", v}, {"tsn:", nanos}, {"tss:", seconds}};
	struct kit k = kit_open(SEGS_SHARED);

	for (int i = 0; i < 3; i++) {
		struct batch b;

		batch_init(&b, table[i].format, table[i].v, valid, 3);
		cr_expect(frame_column(frame_of(batch_import(k.sc, &b)), 0)->nulls == 1);
		expect_fine(k.sc);
	}
	kit_close(&k);
}

/* --- in: mistakes --------------------------------------------------------------------------------- */

Test(arrow, what_does_not_fit_exactly_names_its_row)
{
	static const uint64_t big[] = {1, UINT64_MAX};
	static const int64_t nanos[] = {1000, 1001}, seconds[] = {1, INT64_MAX};
	static const int32_t days[] = {1, INT32_MAX};
	static const struct {
		const char *format;
		const void *v;
		const char *message;
	} table[] = {
		{"L", big, "row 1 of column `x` does not fit into int64 exactly"},
		{"tsn:", nanos, "row 1 of column `x` does not fit into timestamp exactly"},
		{"tss:", seconds, "row 1 of column `x` does not fit into timestamp exactly"},
		{"tdD", days, "row 1 of column `x` does not fit into timestamp exactly"},
	};
	struct kit k = kit_open(SEGS_SHARED);

	for (int i = 0; i < 4; i++) {
		struct scope *sc = scope_new(k.segs);

		cr_expect(mlf_columns(import(sc, table[i].format, table[i].v, 2)) == 0);
		expect_mistake(sc, table[i].message);
		scope_free(sc);
	}
	kit_close(&k);
}

Test(arrow, other_types_are_mistakes)
{
	static const char *const formats[] = {"z", "Z", "n", "d:10,2", "ttm", "tDs", "w:4", "+l",
		"+s", "vu", "", "ll", "ts", "tsx:"};
	static const int64_t v[] = {0, 0};
	struct kit k = kit_open(SEGS_SHARED);

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct scope *sc = scope_new(k.segs);
		char want[80];

		snprintf(want, sizeof(want), "column `x` has the Arrow type `%s`, which",
			formats[i]);
		cr_expect(mlf_columns(import(sc, formats[i], v, 2)) == 0);
		expect_mistake(sc, want);
		scope_free(sc);
	}
	kit_close(&k);
}

static void
with_dictionary(struct batch *b)
{
	b->child_schema.dictionary = &b->schema;
}

static void
not_a_struct(struct batch *b)
{
	b->schema.format = "l";
}

static void
fewer_children(struct batch *b)
{
	b->array.n_children = 0;
}

static void
short_child(struct batch *b)
{
	b->child.length = 1;
}

static void
parent_offset(struct batch *b)
{
	b->array.offset = 1;
}

static void
negative_length(struct batch *b)
{
	b->array.length = -1;
}

static void
negative_offset(struct batch *b)
{
	b->child.offset = -1;
}

static void
huge_offset(struct batch *b)
{
	b->child.offset = INT64_MAX;
}

static void
missing_buffer(struct batch *b)
{
	b->buffers[1] = NULL;
}

static void
wrong_buffers(struct batch *b)
{
	b->child.n_buffers = 3;
}

static void
null_rows(struct batch *b)
{
	b->none[0] = "\1"; /* of two rows the second is null */
}

static void
backward_text(struct batch *b)
{
	static const int32_t ends[] = {0, 5, 3};

	b->child_schema.format = "u";
	b->child.n_buffers = 3;
	b->buffers[1] = ends;
	b->buffers[2] = "hello";
}

static void
no_text(struct batch *b)
{
	static const int32_t ends[] = {0, 3, 5};

	backward_text(b);
	b->buffers[1] = ends;
	b->buffers[2] = NULL;
}

static void
too_much_text(struct batch *b)
{
	static const int64_t ends[] = {0, 3, INT64_C(3) << 30};

	backward_text(b);
	b->child_schema.format = "U";
	b->buffers[1] = ends;
}

Test(arrow, arrays_that_are_not_proper_are_mistakes)
{
	static const struct {
		void (*spoil)(struct batch *);
		const char *message;
	} table[] = {
		{with_dictionary, "has the Arrow type `l` with a dictionary"},
		{not_a_struct, "an Arrow array of type `l` is no table"},
		{fewer_children, "does not fit its schema"},
		{short_child, "column `x` is no proper Arrow array"},
		{parent_offset, "column `x` is no proper Arrow array"},
		{negative_length, "does not fit its schema"},
		{negative_offset, "column `x` is no proper Arrow array"},
		{huge_offset, "column `x` is no proper Arrow array"},
		{missing_buffer, "column `x` lacks a buffer"},
		{wrong_buffers, "column `x` is no proper Arrow array"},
		{null_rows, "rows that are null as a whole"},
		{backward_text, "column `x`: offsets run backwards"},
		{no_text, "column `x` lacks a buffer"},
		{too_much_text, "more than 2 GiB of text"},
	};
	static const int64_t v[] = {0, 0};
	struct kit k = kit_open(SEGS_SHARED);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct scope *sc = scope_new(k.segs);
		struct batch b;

		batch_init(&b, "l", v, NULL, 2);
		table[i].spoil(&b);
		cr_expect(mlf_columns(batch_import(sc, &b)) == 0, "%zu", i);
		expect_mistake(sc, table[i].message);
		scope_free(sc);
	}
	kit_close(&k);
}

Test(arrow, what_was_released_is_a_mistake)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct ArrowSchema s = {0};
	struct ArrowArray a = {0};

	cr_expect(mlf_columns(scope_import(k.sc, &s, &a)) == 0);
	expect_mistake(k.sc, "released already");
	kit_close(&k);
}

Test(arrow, two_columns_of_one_name_are_a_mistake)
{
	static const int64_t v[] = {1};
	struct kit k = kit_open(SEGS_SHARED);
	struct ArrowSchema *schemas[2];
	struct ArrowArray *children[2];
	struct batch b;

	batch_init(&b, "l", v, NULL, 1);
	schemas[0] = schemas[1] = &b.child_schema;
	children[0] = children[1] = &b.child;
	b.schema.n_children = b.array.n_children = 2;
	b.schema.children = schemas;
	b.array.children = children;
	batch_import(k.sc, &b);
	expect_mistake(k.sc, "there is a column `x` in the table already");
	kit_close(&k);
}
