/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog_random.h"

LEAK_SUITE(csv_write);

/* --- helpers ------------------------------------------------------------------------------------- */

/* What a frame becomes as a file; NULL and r->e if it cannot. */
static const char *
written(struct room *r, struct frame *f, const char *entry)
{
	const struct dataset *d = room_dataset(r, "csv", "out.csv", entry);
	struct staged st;
	const char *text;

	if (stage_all(r, d, &f, 1, &st) < 0)
		return NULL;
	text = room_get(r, st.path);
	staged_fini(&st);
	return text;
}

/* A frame of one text column called `name`; NULL values are null. */
static struct frame *
texts(struct room *r, const char *name, const char *const *v, size_t n)
{
	struct scope *sc = scope_new(r->segs);
	struct mlf_builder *b = scope_builder(sc);
	int column = mlf_add_column(b, name, MLF_UTF8);
	struct frame *f;

	for (size_t i = 0; i < n; i++)
		if (v[i])
			mlf_push_str(b, column, v[i], (int64_t)strlen(v[i]));
		else
			mlf_push_null(b, column);
	f = frame_ref(frame_of(mlf_finish(b)));
	scope_free(sc);
	return f;
}

static const char *
written_text(struct room *r, const char *value, const char *entry)
{
	struct frame *f = texts(r, "a", &value, 1);
	const char *text = written(r, f, entry);

	frame_unref(f);
	return text;
}

/* --- tests --------------------------------------------------------------------------------------- */

Test(csv_write, fields_are_quoted_only_where_they_must_be)
{
	static const struct {
		const char *value, *field, *entry;
	} cases[] = {
		{"x", "x", NULL},
		{"x y", "x y", NULL},
		{"", "\"\"", NULL},
		{NULL, "", NULL},
		{" x", "\" x\"", NULL},
		{"x ", "\"x \"", NULL},
		{"\tx", "\"\tx\"", NULL},
		{" ", "\" \"", NULL},
		{"x,y", "\"x,y\"", NULL},
		{"x;y", "x;y", NULL},
		{"x;y", "\"x;y\"", "{save_args: {sep: ;}}"},
		{"x,y", "x,y", "{load_args: {sep: ;}}"},
		{"x\"y", "\"x\"\"y\"", NULL},
		{"\"", "\"\"\"\"", NULL},
		{"x\ny", "\"x\ny\"", NULL},
		{"x\r", "\"x\r\"", NULL},
		{"größe", "größe", NULL},
		{"1", "1", NULL},
		{"true", "true", NULL},
	};
	struct room r;

	room_open(&r);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = written_text(&r, cases[i].value, cases[i].entry);

		cr_expect_str_eq(text, arena_printf(&r.mem, "a\n%s\n", cases[i].field));
	}
	room_close(&r);
}

Test(csv_write, what_could_not_be_read_back_is_refused)
{
	struct scope *sc;
	struct mlf_builder *b;
	struct frame *f;
	struct room r;
	char *large;

	room_open(&r);
	large = arena_alloc(&r.mem, (1 << 20) + 2);
	memset(large, 'x', (1 << 20) + 1);
	cr_expect_null(written_text(&r, large, NULL));
	cr_expect(
		strstr(r.e.msg, "row 1: column `a`: the text is larger than 1 MiB"), "%s", r.e.msg);
	cr_expect_null(written_text(&r, "\xFF", NULL));
	cr_expect(strstr(r.e.msg, "is not UTF-8"), "%s", r.e.msg);
	cr_expect_null(written_text(&r, "NA", "{load_args: {na_values: [NA]}}"));
	cr_expect(strstr(r.e.msg, "would read back as null"), "%s", r.e.msg);
	sc = scope_new(r.segs);
	b = scope_builder(sc);
	mlf_push_str(b, mlf_add_column(b, "a", MLF_UTF8), "x\0y", 3);
	f = frame_of(mlf_finish(b));
	cr_expect_null(written(&r, f, NULL));
	cr_expect(strstr(r.e.msg, "NUL byte"), "%s", r.e.msg);
	b = scope_builder(sc);
	mlf_push_i64(b, mlf_add_column(b, "", MLF_I64), 1);
	cr_expect_null(written(&r, frame_of(mlf_finish(b)), NULL));
	cr_expect(strstr(r.e.msg, "no name"), "%s", r.e.msg);
	cr_expect_null(written(&r, frame_of(mlf_finish(scope_builder(sc))), NULL));
	cr_expect(strstr(r.e.msg, "1 to 4,096 columns"), "%s", r.e.msg);
	b = scope_builder(sc);
	mlf_push_i64(b, mlf_add_column(b, "a", MLF_I64), -1);
	cr_expect_null(written(&r, frame_of(mlf_finish(b)), "{load_args: {na_values: [-1]}}"));
	cr_expect(strstr(r.e.msg, "would read back as null"), "%s", r.e.msg);
	scope_free(sc);
	cr_expect_eq(room_count(&r, "."), 0, "a failed stage leaves nothing");
	room_close(&r);
}

Test(csv_write, a_name_that_looks_like_a_byte_order_mark_survives)
{
	static const char *const value[] = {"x"};
	const struct dataset *d;
	struct frame *f, *back;
	struct read_opts o;
	struct staged st;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "csv", "out.csv", NULL);
	o = room_opts(&r);
	f = texts(&r,
		"\xEF\xBB\xBF"
		"a",
		value, 1);
	cr_assert_eq(stage_all(&r, d, &f, 1, &st), 0, "%s", r.e.msg);
	cr_assert_eq(file_replace(r.fd, st.path, "out.csv", &r.e), 0);
	cr_assert_eq(dataset_read_table(d, &o, &back, NULL, &r.e), 0, "%s", r.e.msg);
	cr_expect(frame_equal(f, back));
	frame_unref(f);
	frame_unref(back);
	staged_fini(&st);
	room_close(&r);
}

/* --- the property -------------------------------------------------------------------------------- */

/* Writes the frames and reads them back by their recorded schema. */
static void
check_round_trip(struct room *r, const struct dataset *d, struct frame *const *frames, size_t n)
{
	struct scope *sc = scope_new(r->segs);
	struct frame *back, *all = frame_of(scope_concat(sc, frames, n));
	struct read_opts o = room_opts(r);
	struct read_facts facts;
	struct schema known;
	struct staged st;

	cr_assert_eq(stage_all(r, d, frames, n, &st), 0, "%s", r->e.msg);
	cr_assert_eq(schema_decode(&r->mem, st.schema, strlen(st.schema), &known, &r->e), 0);
	cr_assert_eq(file_replace(r->fd, st.path, st.target, &r->e), 0);
	o.known_hash = st.hash;
	o.known = &known;
	cr_assert_eq(dataset_read_table(d, &o, &back, &facts, &r->e), 0, "%s", r->e.msg);
	cr_assert(frame_equal(all, back), "%s", room_get(r, st.target));
	cr_expect_eq(st.rows, frame_rows(all));
	cr_expect_str_eq(st.hash, facts.hash);
	cr_expect_eq(st.bytes, facts.bytes);
	frame_unref(back);
	staged_fini(&st);
	scope_free(sc);
}

Test(csv_write, any_frame_reads_back_equal_by_its_recorded_schema)
{
	static const char *const entries[] = {NULL, "{load_args: {sep: ;}}",
		"{save_args: {sep: \"\\t\"}}", "{load_args: {sep: ' '}}",
		"{load_args: {sep: ':'}}"};
	enum mlf_type types[5];
	struct frame *frames[3];
	uint64_t s = 12345;
	struct room r;

	room_open(&r);
	for (int i = 0; i < 400; i++) {
		const struct dataset *d = room_dataset(&r, "csv", "out.csv", entries[i % 5]);
		struct scope *sc = scope_new(r.segs);
		int columns = 1 + (int)(random_next(&s) % 5);
		size_t n = 1 + random_next(&s) % 3;

		for (int c = 0; c < columns; c++)
			types[c] = (enum mlf_type)(MLF_BOOL + random_next(&s) % 5);
		for (size_t k = 0; k < n; k++)
			frames[k] = random_frame(
				sc, types, columns, (int64_t)(random_next(&s) % 60), &s);
		check_round_trip(&r, d, frames, n);
		scope_free(sc);
	}
	room_close(&r);
}

Test(csv_write, slices_write_their_own_rows)
{
	static const enum mlf_type types[] = {MLF_BOOL, MLF_I64, MLF_F64, MLF_UTF8, MLF_TIMESTAMP};
	const struct dataset *d;
	uint64_t s = 99;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "csv", "out.csv", NULL);
	for (int i = 0; i < 20; i++) {
		struct scope *sc = scope_new(r.segs);
		struct frame *f = random_frame(sc, types, 5, 50, &s);
		struct frame *part = frame_of(mlf_slice(scope_lend(sc, f), i, 17));

		check_round_trip(&r, d, &part, 1);
		scope_free(sc);
	}
	room_close(&r);
}

Test(csv_write, no_rows_keep_their_columns)
{
	static const enum mlf_type types[] = {MLF_BOOL, MLF_I64, MLF_F64, MLF_UTF8, MLF_TIMESTAMP};
	const struct dataset *d;
	struct frame *f;
	struct scope *sc;
	uint64_t s = 1;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "csv", "out.csv", NULL);
	sc = scope_new(r.segs);
	f = random_frame(sc, types, 5, 0, &s);
	check_round_trip(&r, d, &f, 1);
	scope_free(sc);
	room_close(&r);
}
