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
	cr_expect_null(written_text(&r, "", "{load_args: {na_values: ['']}}"));
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
	b = scope_builder(sc);
	mlf_push_i64(b, mlf_add_column(b, "a", MLF_I64), -1);
	cr_expect_null(written(&r, frame_of(mlf_finish(b)), "{load_args: {na_values: [-1]}}"));
	cr_expect(strstr(r.e.msg, "would read back as null"), "%s", r.e.msg);
	b = scope_builder(sc);
	mlf_push_bool(b, mlf_add_column(b, "a", MLF_BOOL), true);
	cr_expect_null(written(&r, frame_of(mlf_finish(b)), "{load_args: {na_values: ['true']}}"));
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

/* Every character of Latin-1 but NUL, one a row. */
static struct frame *
latin1_texts(struct room *r)
{
	char texts_of[255][3];
	const char *v[255];

	for (unsigned c = 1; c < 256; c++) {
		char *to = texts_of[c - 1];

		memset(to, 0, 3);
		if (c < 0x80)
			*to++ = (char)c;
		else {
			*to++ = (char)(0xC0 | c >> 6);
			*to++ = (char)(0x80 | (c & 0x3F));
		}
		v[c - 1] = texts_of[c - 1];
	}
	return texts(r, "größe", v, 255);
}

Test(csv_write, latin_1_is_written_as_it_is_read)
{
	static const char entry[] = "{load_args: {encoding: latin-1}}";
	const char *text;
	struct frame *f, *back;
	struct room r;

	room_open(&r);
	f = latin1_texts(&r);
	text = written(&r, f, entry);
	cr_assert(text, "%s", r.e.msg);
	cr_expect(str_starts(text,
		"gr\xF6\xDF"
		"e\n"));
	back = room_read(&r, text, strlen(text), entry);
	cr_assert(back, "%s", r.e.msg);
	cr_expect(frame_equal(f, back));
	frame_unref(f);
	frame_unref(back);
	cr_expect_null(written_text(&r, "5 €", entry));
	cr_expect(strstr(r.e.msg, "characters that Latin-1 has not"), "%s", r.e.msg);
	cr_expect_null(written_text(&r, "Ā", entry));
	cr_expect_str_eq(written_text(&r, "é;\"", entry), "a\n\"\xE9;\"\"\"\n");
	room_close(&r);
}

Test(csv_write, the_quote_is_the_one_of_reading)
{
	static const char entry[] = "{load_args: {quotechar: \"'\"}}";
	struct room r;

	room_open(&r);
	cr_expect_str_eq(written_text(&r, "it's", entry), "a\n'it''s'\n");
	cr_expect_str_eq(written_text(&r, "5\"", entry), "a\n5\"\n");
	cr_expect_str_eq(written_text(&r, "", entry), "a\n''\n");
	cr_expect_null(written_text(&r, "x", "{load_args: {quotechar: ' '}}"));
	cr_expect(strstr(r.e.msg, "`quotechar` is not one character"), "%s", r.e.msg);
	room_close(&r);
}

Test(csv_write, lines_that_reading_would_skip_are_not_written)
{
	struct room r;

	room_open(&r);
	cr_expect_null(written_text(&r, "x", "{load_args: {skiprows: 1}}"));
	cr_expect(strstr(r.e.msg, "cannot have `skiprows`"), "%s", r.e.msg);
	cr_expect_eq(room_count(&r, "."), 0);
	room_close(&r);
}
