/* SPDX-License-Identifier: Apache-2.0
 * base/sql.c */
#include "tests/unit/unit.h"

#include <signal.h>
#include <sys/resource.h>
#include "tests/unit/base_sql.h"

LEAK_SUITE(base_sql);

/* --- arguments and values ------------------------------------------------------------------------ */

Test(base_sql, every_kind_of_argument_comes_back)
{
	struct folder f = fresh();
	struct db *db = opened(&f, DB_CREATE);
	struct rows *r;
	const char *blob;
	size_t n;

	cr_assert_eq(db_script(db, "CREATE TABLE v(i, d, s, b, n)", NULL), 0);
	cr_assert_eq(db_run(db, NULL, "INSERT INTO v VALUES(?,?,?,?,?)", "idsbn", INT64_MIN, 0.1,
			     "t\xc3\xa4", "a\0b", (size_t)3),
		0);
	cr_expect_eq(db_last_id(db), 1);
	cr_expect_eq(db_changes(db), 1);
	cr_assert_eq(db_query(db, &r, NULL, "SELECT * FROM v", NULL), 0);
	cr_assert_eq(rows_next(r, NULL), 1);
	cr_expect_eq(rows_i64(r, 0), INT64_MIN);
	cr_expect_eq(rows_f64(r, 1), 0.1);
	cr_expect_str_eq(rows_str(r, 2), "t\xc3\xa4");
	blob = rows_blob(r, 3, &n);
	cr_expect_eq(n, 3);
	cr_expect_eq(memcmp(blob, "a\0b", 3), 0);
	cr_expect(rows_null(r, 4));
	cr_expect_null(rows_str(r, 4));
	cr_expect_eq(rows_i64(r, 4), 0);
	cr_expect_null(rows_blob(r, 4, &n));
	cr_expect_eq(n, 0);
	cr_expect_eq(rows_next(r, NULL), 0);
	cr_expect_eq(rows_next(r, NULL), 0);
	rows_end(r);
	db_close(db);
	tidy(&f);
}

Test(base_sql, NULL_text_and_NULL_bytes_are_NULL_and_empty_ones_are_not)
{
	struct folder f = fresh();
	struct db *db = opened(&f, DB_CREATE);
	struct rows *r;

	cr_assert_eq(db_query(db, &r, NULL, "SELECT ?, ?, ?, ?", "sbsb", NULL, NULL, (size_t)0, "",
			     "", (size_t)0),
		0);
	cr_assert_eq(rows_next(r, NULL), 1);
	cr_expect(rows_null(r, 0));
	cr_expect(rows_null(r, 1));
	cr_expect_not(rows_null(r, 2));
	cr_expect_str_eq(rows_str(r, 2), "");
	cr_expect_not(rows_null(r, 3));
	rows_end(r);
	db_close(db);
	tidy(&f);
}

Test(base_sql, nan_is_stored_as_NULL_and_read_as_nan_and_infinities_stay)
{
	struct folder f = fresh();
	struct db *db = opened(&f, DB_CREATE);
	struct rows *r;

	cr_assert_eq(db_script(db, "CREATE TABLE m(a REAL, b REAL, c REAL)", NULL), 0);
	cr_assert_eq(
		db_run(db, NULL, "INSERT INTO m VALUES(?, ?, ?)", "ddd", NAN, INFINITY, -INFINITY),
		0);
	cr_assert_eq(db_query(db, &r, NULL, "SELECT a, b, c FROM m", ""), 0);
	cr_assert_eq(rows_next(r, NULL), 1);
	cr_expect(rows_null(r, 0));
	cr_expect(isnan(rows_f64(r, 0)));
	cr_expect_eq(rows_f64(r, 1), INFINITY);
	cr_expect_eq(rows_f64(r, 2), -INFINITY);
	rows_end(r);
	db_close(db);
	tidy(&f);
}

Test(base_sql, a_wrong_format_is_a_bug_and_not_run)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};
	struct rows *r;

	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = ? WHERE k = ?", "i", (int64_t)1), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = ?", "ii", (int64_t)1, (int64_t)2), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = ?", "x", 1), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_eq(db_query(db, &r, &e, "SELECT ?", ""), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_null(r);
	cr_expect_eq(number(db, "SELECT v FROM t"), 0);
	cr_expect_eq(db_run(db, NULL, "UPDATE t SET v = ?", "i", (int64_t)5), 0);
	db_close(db);
	tidy(&f);
}

Test(base_sql, not_exactly_one_statement_is_a_bug)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};

	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = 1; UPDATE t SET v = 2", ""), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_eq(db_run(db, &e, "", ""), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_eq(db_run(db, &e, " -- nothing", ""), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_eq(db_run(db, &e, "SELECT 1", ""), -1);
	cr_expect_eq(e.code, MLC_BUG);
	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = 3 ; \n", ""), 0);
	cr_expect_eq(number(db, "SELECT v FROM t"), 3);
	db_close(db);
	tidy(&f);
}

Test(base_sql, an_error_names_file_and_statement_and_never_an_argument)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};

	cr_expect_eq(db_run(db, &e, "INSERT INTO t VALUES(1, ?)", "s", "hunter2"), -1);
	cr_expect_eq(e.code, MLC_STORE);
	cr_expect_not_null(strstr(e.msg, "UNIQUE constraint failed: t.k"), "%s", e.msg);
	cr_expect_not_null(strstr(e.msg, "x.db"));
	cr_expect_not_null(strstr(e.note, "1555"), "%s", e.note);
	cr_expect_not_null(strstr(e.note, "INSERT INTO t"));
	cr_expect_null(strstr(e.msg, "hunter2"));
	cr_expect_null(strstr(e.note, "hunter2"));
	cr_expect_eq(db_run(db, &e, "INSERT INTO nowhere VALUES(1)", ""), -1);
	cr_expect_eq(e.code, MLC_STORE);
	cr_expect_eq(db_script(db, "INSERT INTO t VALUES(2, 2); nonsense", &e), -1);
	cr_expect_not_null(strstr(e.msg, "nonsense"));
	db_close(db);
	tidy(&f);
}

/* --- statements ---------------------------------------------------------------------------------- */

Test(base_sql, one_value_is_found_or_not)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};
	int64_t v = 77;

	cr_expect_eq(db_get_i64(db, &v, &e, "SELECT k FROM t WHERE k = ?", "i", (int64_t)9), 0);
	cr_expect_eq(v, 77);
	cr_expect_eq(db_get_i64(db, &v, &e, "SELECT max(k) FROM t WHERE k > 5", ""), 0);
	cr_expect_eq(v, 77);
	cr_expect_eq(db_get_i64(db, &v, &e, "SELECT k FROM t WHERE k = ?", "i", (int64_t)1), 1);
	cr_expect_eq(v, 1);
	cr_expect_eq(db_get_i64(db, &v, &e, "SELECT nothing FROM t", ""), -1);
	db_close(db);
	tidy(&f);
}

static int64_t
countdown(struct db *db, int64_t n)
{
	struct rows *r;
	int64_t sum = 0;

	cr_assert_eq(db_query(db, &r, NULL, "SELECT ? UNION ALL SELECT ?", "ii", n, n), 0);
	while (rows_next(r, NULL) == 1)
		sum += rows_i64(r, 0) + (n > 0 ? countdown(db, n - 1) : 0);
	rows_end(r);
	return sum;
}

Test(base_sql, a_query_may_run_inside_itself)
{
	struct folder f = fresh();
	struct db *db = opened(&f, DB_CREATE);

	/* s(0) = 0, s(n) = 2n + 2 s(n-1) */
	cr_expect_eq(countdown(db, 6), 2 * (6 + 2 * (5 + 2 * (4 + 2 * (3 + 2 * (2 + 2 * 1))))));
	db_close(db);
	tidy(&f);
}

Test(base_sql, text_that_changes_at_one_address_is_not_confused)
{
	struct folder f = fresh();
	struct db *db = opened(&f, DB_CREATE);
	char sql[32];

	for (int i = 0; i < 100; i++) {
		snprintf(sql, sizeof sql, "SELECT %d", i % 13);
		cr_assert_eq(number(db, sql), i % 13);
	}
	db_close(db);
	tidy(&f);
}

Test(base_sql, many_statements_are_cached)
{
	struct folder f = fresh();
	struct db *db = opened(&f, DB_CREATE);
	char *texts = mem_alloc(1000 * 32);

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++) {
			snprintf(texts + i * 32, 32, "SELECT %d", i);
			cr_assert_eq(number(db, texts + i * 32), i);
		}
	}
	db_close(db);
	free(texts);
	tidy(&f);
}

Test(base_sql, a_cached_statement_survives_a_change_of_the_schema)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	static const char sql[] = "SELECT count(*) FROM t";

	cr_expect_eq(number(db, sql), 1);
	cr_assert_eq(db_script(db, "DROP TABLE t; CREATE TABLE t(z)", NULL), 0);
	cr_expect_eq(number(db, sql), 0);
	db_close(db);
	tidy(&f);
}

Test(base_sql, closing_with_a_running_query_ends_the_program, .signal = SIGABRT)
{
	struct db *db;
	struct rows *r;

	cr_assert_eq(db_open(&db, ":memory:", DB_CREATE, NULL), 0);
	cr_assert_eq(db_query(db, &r, NULL, "SELECT 1", ""), 0);
	db_close(db);
}

Test(base_sql, a_column_that_does_not_exist_ends_the_program, .signal = SIGABRT)
{
	struct db *db;
	struct rows *r;

	cr_assert_eq(db_open(&db, ":memory:", DB_CREATE, NULL), 0);
	cr_assert_eq(db_query(db, &r, NULL, "SELECT 1", ""), 0);
	cr_assert_eq(rows_next(r, NULL), 1);
	rows_i64(r, 1);
}

/* --- transactions -------------------------------------------------------------------------------- */

Test(base_sql, what_is_rolled_back_did_not_happen)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};

	cr_assert_eq(db_begin(db, NULL), 0);
	cr_assert_eq(db_run(db, NULL, "UPDATE t SET v = 1", ""), 0);
	cr_expect_eq(db_begin(db, &e), -1);
	cr_expect_eq(e.code, MLC_BUG);
	db_rollback(db);
	db_rollback(db);
	cr_expect_eq(number(db, "SELECT v FROM t"), 0);
	cr_assert_eq(db_begin(db, NULL), 0);
	cr_assert_eq(db_run(db, NULL, "UPDATE t SET v = 2", ""), 0);
	cr_expect_eq(db_commit(db, NULL), 0);
	cr_expect_eq(number(db, "SELECT v FROM t"), 2);
	cr_expect_eq(db_commit(db, &e), -1);
	db_close(db);
	tidy(&f);
}

Test(base_sql, a_full_database_is_a_disk_error_and_the_old_content_stays)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};

	cr_assert_eq(db_script(db, "PRAGMA max_page_count = 10", NULL), 0);
	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = zeroblob(1000000)", ""), -1);
	cr_expect_eq(e.code, MLC_DISK);
	cr_expect_not_null(strstr(e.msg, "full"), "%s", e.msg);
	cr_expect_eq(number(db, "SELECT v FROM t"), 0);
	db_close(db);
	tidy(&f);
}

Test(base_sql, a_write_that_fails_is_a_disk_error_and_the_old_content_stays)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct rlimit small = {65536, RLIM_INFINITY}, none = {RLIM_INFINITY, RLIM_INFINITY};
	struct err e = {0};

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = zeroblob(1000000)", ""), -1);
	cr_expect_eq(e.code, MLC_DISK, "%s", e.msg);
	setrlimit(RLIMIT_FSIZE, &none);
	cr_expect_eq(number(db, "SELECT v FROM t"), 0);
	db_close(db);
	tidy(&f);
}
