/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog.h"

LEAK_SUITE(pack);

/* --- helpers ------------------------------------------------------------------------------------- */

#define ROWS 60000

static struct frame *
numbers(struct room *r)
{
	struct scope *sc = scope_new(r->segs);
	struct mlf_builder *b = scope_builder(sc);
	int id = mlf_add_column(b, "id", MLF_I64), who = mlf_add_column(b, "who", MLF_UTF8);
	struct frame *f;

	for (int64_t i = 0; i < ROWS; i++) {
		mlf_push_i64(b, id, i * 7919 % 1000003);
		mlf_push_str(b, who, i % 3 ? "Ada" : "größe", i % 3 ? 3 : 7);
	}
	f = frame_ref(frame_of(mlf_finish(b)));
	scope_free(sc);
	return f;
}

/* Writes the table to `path` for good; false and r->e if that fails. */
static bool
put_table(struct room *r, const struct dataset *d, const struct frame *f)
{
	struct publish_item item;
	struct staged st;
	struct stage *s;

	cr_assert_eq(stage_begin(d, r->fd, "1.w", &s, &r->e), 0, "%s", r->e.msg);
	if (stage_table(s, f, &r->e) < 0 || stage_end(s, &st, &r->e) < 0) {
		stage_abort(s);
		return false;
	}
	item = (struct publish_item){.stage = st.path, .target = st.target, .hash = st.hash};
	cr_assert_eq(publish_all(r->fd, &item, 1, &r->e), 0, "%s", r->e.msg);
	staged_fini(&st);
	return true;
}

static struct frame *
get_table(struct room *r, const struct dataset *d)
{
	struct read_opts o = room_opts(r);
	struct frame *f = NULL;

	return dataset_read_table(d, &o, &f, NULL, &r->e) == 0 ? f : NULL;
}

/* The content as it lies there. */
static struct str
bytes_of(struct room *r, const char *path)
{
	struct str text = {0};

	cr_assert_eq(file_read(r->fd, path, false, &text, &r->e), 0, "%s", r->e.msg);
	return text;
}

static void
expect_tool_reads(struct room *r, const char *tool, const char *path, const char *plain)
{
	char *cmd = arena_printf(
		&r->mem, "cd %s && %s -dc '%s' | cmp - '%s'", r->path, tool, path, plain);

	cr_expect_eq(system(cmd), 0, "%s", cmd);
}

/* The paths of one table, plain and compressed. */
static const char *const paths[][2] = {{"csv", "t.csv"}, {"csv", "t.csv.gz"}, {"csv", "t.csv.zst"},
	{"jsonl", "t.jsonl"}, {"jsonl", "t.jsonl.gz"}, {"jsonl", "t.jsonl.zst"}};
#define N_PATHS (sizeof(paths) / sizeof(paths[0]))

static void
refuse(struct room *r, const char *path, const char *p, size_t n, const char *message)
{
	struct frame *f;

	room_put(r, path, p, n);
	f = get_table(r, room_dataset(r, "csv", path, NULL));
	cr_expect_null(f, "%s of %zu bytes", path, n);
	cr_expect(strstr(r->e.msg, message), "%s of %zu bytes: %s", path, n, r->e.msg);
	frame_unref(f);
}

/* --- tests --------------------------------------------------------------------------------------- */

Test(pack, a_suffix_compresses_and_the_table_comes_back)
{
	struct frame *f, *back;
	struct room r;

	room_open(&r);
	f = numbers(&r);
	for (size_t i = 0; i < N_PATHS; i++) {
		const struct dataset *d = room_dataset(&r, paths[i][0], paths[i][1], NULL);

		cr_assert(put_table(&r, d, f), "%s", r.e.msg);
		back = get_table(&r, d);
		cr_assert(back, "%s: %s", paths[i][1], r.e.msg);
		cr_expect_str_eq(room_show(&r, back), room_show(&r, f), "%s", paths[i][1]);
		frame_unref(back);
	}
	expect_tool_reads(&r, "gzip", "t.csv.gz", "t.csv");
	expect_tool_reads(&r, "gzip", "t.jsonl.gz", "t.jsonl");
	frame_unref(f);
	room_close(&r);
}

Test(pack, one_table_is_one_file_whenever_it_is_written)
{
	struct str a, b;
	struct frame *f;
	struct room r;

	room_open(&r);
	f = numbers(&r);
	for (size_t i = 1; i < 3; i++) {
		const struct dataset *d = room_dataset(&r, "csv", paths[i][1], NULL);

		cr_assert(put_table(&r, d, f));
		a = bytes_of(&r, paths[i][1]);
		cr_assert(put_table(&r, d, f));
		b = bytes_of(&r, paths[i][1]);
		cr_expect(a.len == b.len && memcmp(a.s, b.s, a.len) == 0);
		if (i == 1) /* the time of a gzip header */
			cr_expect_eq(memcmp(a.s + 4, "\0\0\0\0", 4), 0);
		str_fini(&a);
		str_fini(&b);
	}
	frame_unref(f);
	room_close(&r);
}

Test(pack, a_file_that_was_cut_off_or_changed_anywhere_is_an_error)
{
	struct frame *f;
	struct room r;
	struct str all;

	room_open(&r);
	f = numbers(&r);
	for (size_t i = 1; i < 3; i++) {
		const char *path = paths[i][1];

		cr_assert(put_table(&r, room_dataset(&r, "csv", path, NULL), f));
		all = bytes_of(&r, path);
		for (size_t n = 0; n < all.len; n += n < 20 ? 1 : all.len / 9)
			refuse(&r, path, all.s, n, "data ends too early");
		refuse(&r, path, all.s, all.len - 1, "data ends too early");
		all.s[all.len / 2] ^= 1;
		refuse(&r, path, all.s, all.len, ""); /* by the text or by the checksum */
		refuse(&r, path, "a,b\n1,2\n", 8, "is damaged, or is none");
		str_fini(&all);
	}
	frame_unref(f);
	room_close(&r);
}

Test(pack, members_behind_each_other_are_one_text)
{
	struct frame *f, *back;
	struct str all, twice = {0};
	struct room r;

	room_open(&r);
	f = numbers(&r);
	for (size_t i = 4; i < 6; i++) {
		const struct dataset *d = room_dataset(&r, "jsonl", paths[i][1], NULL);

		cr_assert(put_table(&r, d, f));
		all = bytes_of(&r, paths[i][1]);
		str_reset(&twice);
		str_addn(&twice, all.s, all.len);
		str_addn(&twice, all.s, all.len);
		room_put(&r, paths[i][1], twice.s, twice.len);
		back = get_table(&r, d);
		cr_assert(back, "%s", r.e.msg);
		cr_expect_eq(frame_rows(back), 2 * ROWS);
		frame_unref(back);
		str_addn(&all, "rest", 4);
		room_put(&r, paths[i][1], all.s, all.len);
		cr_expect_null(get_table(&r, d));
		str_fini(&all);
	}
	str_fini(&twice);
	frame_unref(f);
	room_close(&r);
}

Test(pack, the_option_goes_before_the_suffix)
{
	const struct dataset *d;
	struct str best, fast;
	struct frame *f;
	struct room r;

	room_open(&r);
	f = numbers(&r);
	cr_assert(put_table(&r, room_dataset(&r, "csv", "a.gz", "{compression: none}"), f));
	cr_assert(put_table(&r, room_dataset(&r, "csv", "a.csv", NULL), f));
	cr_expect_eq(system(arena_printf(&r.mem, "cd %s && cmp a.gz a.csv", r.path)), 0);
	d = room_dataset(&r, "csv", "b.txt", "{compression: gzip, compression_level: 9}");
	cr_assert(put_table(&r, d, f));
	expect_tool_reads(&r, "gzip -S .txt", "b.txt", "a.csv");
	best = bytes_of(&r, "b.txt");
	d = room_dataset(&r, "csv", "b.txt", "{compression: gzip, compression_level: 1}");
	cr_assert(put_table(&r, d, f));
	fast = bytes_of(&r, "b.txt");
	cr_expect_lt(best.len, fast.len);
	str_fini(&best);
	str_fini(&fast);
	frame_unref(f);
	room_close(&r);
}

Test(pack, options_that_mean_nothing_are_refused)
{
	static const char *const cases[][2] = {{"{compression: bzip2}", "none of none, gzip"},
		{"{compression: gzip, compression_level: 10}", "goes from 1 to 9"},
		{"{compression: zstd, compression_level: 0}", "goes from 1 to 19"},
		{"{compression_level: 3}", "is not compressed"}};
	struct room r;

	room_open(&r);
	room_put_text(&r, "a.csv", "a\n1\n");
	for (size_t i = 0; i < 4; i++) {
		cr_expect_null(get_table(&r, room_dataset(&r, "csv", "a.csv", cases[i][0])));
		cr_expect(strstr(r.e.msg, cases[i][1]), "%s: %s", cases[i][0], r.e.msg);
	}
	room_close(&r);
}
