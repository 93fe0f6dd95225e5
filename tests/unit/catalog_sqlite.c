/* SPDX-License-Identifier: Apache-2.0 */
#include <sqlite3.h>
#include "tests/unit/catalog_random.h"

LEAK_SUITE(sqlite);

/* --- helpers ------------------------------------------------------------------------------------- */

static void
sql(struct room *r, const char *text)
{
	char *path = arena_printf(&r->mem, "%s/t.db", r->path), *said = NULL;
	sqlite3 *db;

	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, text, NULL, NULL, &said), SQLITE_OK, "%s", said);
	sqlite3_close(db);
}

static const struct dataset *
table(struct room *r, const char *more)
{
	return room_dataset(r, "sqlite", "t.db", arena_printf(&r->mem, "{table: people%s}", more));
}

/* What the dataset holds, or what is wrong. */
static const char *
show(struct room *r, const struct dataset *d)
{
	struct read_opts o = room_opts(r);
	struct frame *f;
	const char *text;

	if (dataset_read_table(d, &o, &f, NULL, &r->e) < 0)
		return r->e.msg;
	text = room_show(r, f);
	frame_unref(f);
	return text;
}

/* A table id:int64, name:utf8 of the ids from..to; name says `word`. */
static struct frame *
people(struct scope *sc, int from, int to, const char *word)
{
	struct mlf_builder *b = scope_builder(sc);

	(void)mlf_add_column(b, "id", MLF_I64);
	(void)mlf_add_column(b, "name", MLF_UTF8);
	for (int i = from; i <= to; i++) {
		mlf_push_i64(b, 0, i);
		mlf_push_str(b, 1, word, (int64_t)strlen(word));
	}
	return frame_of(mlf_finish(b));
}

static int
publish(struct room *r, const struct staged *st)
{
	struct publish_item item = {st->path, st->target, st->hash, false, false, NULL, NULL};

	return publish_all(r->fd, &item, 1, &r->e);
}

/* Stages and publishes, in a run of its own; -1 and r->e. */
static int
put(struct room *r, const struct dataset *d, int from, int to, const char *word)
{
	struct scope *sc = scope_new(r->segs);
	struct frame *f = people(sc, from, to, word);
	struct staged st = {0};
	int rc = stage_as(r, d, arena_printf(&r->mem, "%d%s.w", from, word), &f, 1, &st);

	if (rc == 0)
		rc = publish(r, &st);
	staged_fini(&st);
	scope_free(sc);
	return rc;
}

/* --- reading and writing -------------------------------------------------------------------------- */

/* The hash covers names, types, nulls and every value, but not the sign of 0, which SQLite drops. */
Test(sqlite, any_table_reads_back_as_it_was_written)
{
	enum mlf_type types[5];
	struct frame *frames[3];
	uint64_t s = 4711;
	struct room r;

	room_open(&r);
	for (int i = 0; i < 150; i++) {
		const struct dataset *d = table(&r, "");
		struct scope *sc = scope_new(r.segs);
		int columns = 1 + (int)(random_next(&s) % 5);
		size_t n = 1 + random_next(&s) % 3;
		char hash[HASH_XXH_HEX];
		struct staged st;

		for (int c = 0; c < columns; c++)
			types[c] = (enum mlf_type)(MLF_BOOL + random_next(&s) % 5);
		for (size_t k = 0; k < n; k++)
			frames[k] = random_frame(
				sc, types, columns, (int64_t)(random_next(&s) % 60), &s);
		cr_assert_eq(stage_as(&r, d, arena_printf(&r.mem, "%d.w", i), frames, n, &st), 0,
			"%s", r.e.msg);
		cr_assert_eq(publish(&r, &st), 0, "%s", r.e.msg);
		cr_assert_eq(dataset_content(d, r.fd, hash, &r.e), 0, "%s", r.e.msg);
		cr_assert_str_eq(hash, st.hash, "table %d", i);
		cr_expect_eq(room_count(&r, "."), 1, "nothing is left beside it");
		staged_fini(&st);
		scope_free(sc);
	}
	room_close(&r);
}

Test(sqlite, nan_and_infinities_and_nul_stay_apart_from_null)
{
	struct scope *sc;
	struct mlf_builder *b;
	struct read_opts o;
	struct frame *f, *back;
	struct staged st;
	struct room r;

	room_open(&r);
	sc = scope_new(r.segs);
	b = scope_builder(sc);
	o = room_opts(&r);
	(void)mlf_add_column(b, "x", MLF_F64);
	(void)mlf_add_column(b, "s", MLF_UTF8);
	for (int i = 0; i < 4; i++)
		mlf_push_f64(b, 0, (double[]){NAN, INFINITY, -INFINITY, 5e-324}[i]);
	mlf_push_null(b, 0);
	for (int i = 0; i < 4; i++)
		mlf_push_str(b, 1, "a\0b" + i, 3 - i);
	mlf_push_null(b, 1);
	f = frame_of(mlf_finish(b));
	cr_assert_eq(stage_all(&r, table(&r, ""), &f, 1, &st), 0, "%s", r.e.msg);
	cr_assert_eq(publish(&r, &st), 0, "%s", r.e.msg);
	cr_assert_eq(dataset_read_table(table(&r, ""), &o, &back, NULL, &r.e), 0, "%s", r.e.msg);
	cr_expect(frame_equal(f, back), "%s", room_show(&r, back));
	frame_unref(back);
	staged_fini(&st);
	scope_free(sc);
	room_close(&r);
}

Test(sqlite, append_adds_and_upsert_replaces_by_key)
{
	const struct dataset *d;
	struct room r;

	room_open(&r);
	d = table(&r, ", save_args: {mode: append}");
	cr_assert_eq(put(&r, d, 1, 2, "a"), 0, "%s", r.e.msg);
	cr_assert_eq(put(&r, d, 3, 3, "b"), 0, "%s", r.e.msg);
	cr_expect_str_eq(show(&r, d), "id:int64,name:utf8|1,a|2,a|3,b");
	sql(&r, "DROP TABLE people");
	d = table(&r, ", save_args: {mode: upsert, key: [id]}");
	cr_assert_eq(put(&r, d, 1, 2, "a"), 0, "%s", r.e.msg);
	cr_assert_eq(put(&r, d, 2, 3, "b"), 0, "%s", r.e.msg);
	cr_expect_str_eq(show(&r, d), "id:int64,name:utf8|1,a|2,b|3,b");
	room_close(&r);
}

Test(sqlite, a_value_that_is_not_of_its_columns_type_is_named)
{
	static const char *const cases[][3] = {
		{"n INTEGER", "'x'",
			"`t.db`, row 2: column `n` is int64, and the value is a text: `x`"},
		{"n REAL", "'x'",
			"`t.db`, row 2: column `n` is float64, and the value is a text: `x`"},
		{"n BOOLEAN", "2",
			"`t.db`, row 2: column `n` is bool, and the value is an integer: `2`"},
		{"n DATETIME", "'soon'",
			"`t.db`, row 2: column `n` is timestamp, and the value is a text: `soon`"},
		{"n TEXT", "x'00'", "`t.db`, row 2: column `n` is utf8, and the value is a blob"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct room r;

		room_open(&r);
		sql(&r,
			arena_printf(&r.mem,
				"CREATE TABLE people (%s); INSERT INTO people VALUES"
				" (NULL), (%s)",
				cases[i][0], cases[i][1]));
		cr_expect_str_eq(show(&r, table(&r, "")), cases[i][2]);
		room_close(&r);
	}
}

Test(sqlite, a_query_without_declared_types_is_read_by_its_first_rows)
{
	struct room r;

	room_open(&r);
	sql(&r, "CREATE TABLE t (n); INSERT INTO t VALUES (1), (NULL), (2.5)");
	cr_expect_str_eq(show(&r,
				 room_dataset(&r, "sqlite", "t.db",
					 "{query: \"SELECT n * 2 AS m, 'x' AS s FROM t\"}")),
		"m:float64,s:utf8|2,x|NULL,x|5,x");
	cr_expect(strstr(show(&r, room_dataset(&r, "sqlite", "t.db", "{query: DELETE FROM t}")),
		"is not one SELECT"));
	cr_expect(strstr(show(&r, table(&r, "")), "there is no table `people` in it"));
	room_close(&r);
}

Test(sqlite, a_table_is_missing_though_its_file_is_there)
{
	struct room r;

	room_open(&r);
	cr_expect_not(dataset_exists(table(&r, ""), r.fd));
	sql(&r, "CREATE TABLE other (n)");
	cr_expect_not(dataset_exists(table(&r, ""), r.fd));
	sql(&r, "CREATE TABLE People (n)");
	cr_expect(dataset_exists(table(&r, ""), r.fd));
	room_close(&r);
}

/* --- publishing ---------------------------------------------------------------------------------- */

Test(sqlite, what_the_table_would_refuse_is_refused_before_it_is_promised)
{
	static const char *const tables[][2] = {
		{"id INTEGER UNIQUE, name TEXT", "UNIQUE constraint failed: people.id"},
		{"id INTEGER CHECK (id > 9), name TEXT", "CHECK constraint failed"},
		{"id TEXT, name TEXT",
			"column `id` of table `people` is TEXT, and what is written "
			"is int64"},
		{"id INTEGER", "table `people` has no column `name`"},
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct room r;
		const struct dataset *d;

		room_open(&r);
		d = table(&r, ", save_args: {mode: append}");
		sql(&r,
			arena_printf(&r.mem,
				"CREATE TABLE people (%s); INSERT INTO people (id) "
				"VALUES (12)",
				tables[i][0]));
		cr_assert_eq(put(&r, d, 10, 12, "x"), i == 1 ? 0 : -1);
		if (i == 1)
			cr_assert_eq(put(&r, d, 1, 2, "x"), -1);
		cr_expect(strstr(r.e.msg, tables[i][1]), "%s", r.e.msg);
		cr_expect_eq(room_count(&r, "."), 1, "the stage is gone");
		room_close(&r);
	}
}

Test(sqlite, publishing_again_after_a_crash_changes_nothing)
{
	const struct dataset *d;
	struct scope *sc;
	struct staged st;
	struct frame *f;
	struct room r;

	room_open(&r);
	sc = scope_new(r.segs);
	d = table(&r, ", save_args: {mode: append}");
	f = people(sc, 1, 2, "a");
	cr_assert_eq(stage_all(&r, d, &f, 1, &st), 0, "%s", r.e.msg);
	cr_assert_eq(system(arena_printf(&r.mem, "cp %s/%s %s/kept", r.path, st.path, r.path)), 0);
	cr_assert_eq(publish(&r, &st), 0, "%s", r.e.msg);
	cr_expect_eq(publish(&r, &st), 0, "done: %s", r.e.msg);
	cr_assert_eq(file_replace(r.fd, "kept", st.path, &r.e), 0);
	cr_expect_eq(publish(&r, &st), 0, "killed before the stage was removed: %s", r.e.msg);
	cr_expect_str_eq(show(&r, d), "id:int64,name:utf8|1,a|2,a");
	cr_expect_eq(room_count(&r, "."), 1);
	sql(&r, "DELETE FROM mlc_published");
	cr_expect_eq(publish(&r, &st), -1);
	cr_expect(strstr(r.e.msg, "what was staged for it is gone"), "%s", r.e.msg);
	staged_fini(&st);
	scope_free(sc);
	room_close(&r);
}

Test(sqlite, a_link_is_not_followed_out_of_the_project)
{
	struct room r;

	room_open(&r);
	cr_assert_eq(symlinkat("../mlc-catalog-outside.db", r.fd, "t.db"), 0);
	cr_expect_eq(put(&r, table(&r, ""), 1, 2, "a"), -1);
	cr_expect_eq(r.e.code, MLC_OUTSIDE, "%s", r.e.msg);
	cr_expect_neq(access("/tmp/mlc-catalog-outside.db", F_OK), 0);
	cr_expect_eq(room_count(&r, "."), 1, "the stage is gone");
	room_close(&r);
}

Test(sqlite, a_file_that_is_no_database_is_refused_and_stays)
{
	const struct dataset *d;
	struct room r;

	room_open(&r);
	d = table(&r, "");
	room_put_text(&r, "t.db", "this is a diary and no database at all, and it is long enough");
	cr_expect_eq(put(&r, d, 1, 2, "a"), -1);
	cr_expect(strstr(r.e.msg, "file is not a database"), "%s", r.e.msg);
	cr_expect_str_eq(room_get(&r, "t.db"),
		"this is a diary and no database at all, and it is long enough");
	room_close(&r);
}
