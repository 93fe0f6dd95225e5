/* SPDX-License-Identifier: Apache-2.0
 * base/sql*.c */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/base.h"

LEAK_SUITE(base_sql);

struct folder {
	char dir[32], path[48];
};

static struct folder
fresh(void)
{
	struct folder f = {.dir = "/tmp/mlc-sql-XXXXXX"};

	cr_assert_not_null(mkdtemp(f.dir));
	snprintf(f.path, sizeof f.path, "%s/x.db", f.dir);
	return f;
}

static void
tidy(const struct folder *f)
{
	int tmp = open("/tmp", O_RDONLY | O_DIRECTORY);

	cr_expect_eq(file_remove_tree(tmp, f->dir + strlen("/tmp/"), NULL), 0);
	close(tmp);
}

static struct db *
opened(const struct folder *f, enum db_mode mode)
{
	struct err e = {0};
	struct db *db;

	cr_assert_eq(db_open(&db, f->path, mode, &e), 0, "%s", e.msg);
	return db;
}

/* A database with t(k, v) and one row. */
static struct db *
with_table(const struct folder *f)
{
	struct db *db = opened(f, DB_CREATE);

	cr_assert_eq(
		db_script(db,
			"CREATE TABLE t(k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 0);",
			NULL),
		0);
	return db;
}

static int64_t
number(struct db *db, const char *sql)
{
	struct err e = {0};
	int64_t v = -1;

	cr_expect_eq(db_get_i64(db, &v, &e, sql, ""), 1, "%s: %s", sql, e.msg);
	return v;
}

/* --- opening ------------------------------------------------------------------------------------- */

Test(base_sql, only_create_makes_a_file)
{
	struct folder f = fresh();
	struct err e = {0};
	struct stat st;
	struct db *db;

	cr_expect_eq(db_open(&db, f.path, DB_READ, &e), -1);
	cr_expect_eq(e.code, MLC_STORE);
	cr_expect_null(db);
	cr_expect_eq(db_open(&db, f.path, DB_WRITE, &e), -1);
	cr_expect_eq(e.code, MLC_STORE);
	cr_expect_not_null(strstr(e.msg, f.path));
	cr_expect_not_null(strstr(e.note, "No such file"), "%s", e.note);
	cr_expect_neq(access(f.path, F_OK), 0);
	umask(022);
	db = with_table(&f);
	cr_expect_eq(stat(f.path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0644);
	db_close(db);
	tidy(&f);
}

Test(base_sql, an_empty_path_and_a_folder_are_errors)
{
	struct folder f = fresh();
	struct err e = {0};
	struct db *db;

	cr_expect_eq(db_open(&db, "", DB_CREATE, &e), -1);
	cr_expect_eq(e.code, MLC_STORE);
	cr_expect_eq(db_open(&db, f.dir, DB_CREATE, &e), -1);
	cr_expect_eq(e.code, MLC_STORE);
	tidy(&f);
}

Test(base_sql, a_path_that_looks_like_a_uri_is_a_path)
{
	struct folder f = fresh();
	struct db *db;

	cr_assert_eq(chdir(f.dir), 0);
	cr_assert_eq(db_open(&db, "file:x?mode=memory", DB_CREATE, NULL), 0);
	cr_assert_eq(db_script(db, "CREATE TABLE t(a)", NULL), 0);
	db_close(db);
	cr_expect_eq(access("file:x?mode=memory", F_OK), 0);
	tidy(&f);
}

Test(base_sql, a_writer_has_the_settings_of_the_house)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct rows *r;

	cr_assert_eq(db_query(db, &r, NULL, "PRAGMA journal_mode", ""), 0);
	cr_expect_eq(rows_next(r, NULL), 1);
	cr_expect_str_eq(rows_str(r, 0), "truncate");
	rows_end(r);
	cr_expect_eq(number(db, "PRAGMA synchronous"), 2);
	cr_expect_eq(number(db, "PRAGMA trusted_schema"), 0);
	cr_expect_eq(number(db, "PRAGMA foreign_keys"), 0);
	cr_expect_eq(number(db, "PRAGMA cache_size"), -65536);
	db_close(db);
	tidy(&f);
}

Test(base_sql, the_schema_and_extensions_are_out_of_reach)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};

	cr_expect_eq(db_script(db, "PRAGMA writable_schema=ON; DELETE FROM sqlite_schema", &e), -1);
	cr_expect_eq(db_script(db, "SELECT load_extension('libm.so.6')", &e), -1);
	cr_expect_not_null(strstr(e.msg, "not authorized"), "%s", e.msg);
	cr_expect_eq(number(db, "SELECT count(*) FROM sqlite_schema"), 1);
	db_close(db);
	tidy(&f);
}

Test(base_sql, a_reader_cannot_write)
{
	struct folder f = fresh();
	struct err e = {0};
	struct db *db;

	db_close(with_table(&f));
	db = opened(&f, DB_READ);
	cr_expect_eq(number(db, "SELECT v FROM t"), 0);
	cr_expect_eq(db_run(db, &e, "UPDATE t SET v = 1", ""), -1);
	cr_expect_eq(e.code, MLC_DISK);
	db_close(db);
	tidy(&f);
}

Test(base_sql, a_write_protected_file_is_a_disk_error_at_once)
{
	struct folder f = fresh();
	struct err e = {0};
	struct db *db;

	db_close(with_table(&f));
	chmod(f.path, 0444);
	chmod(f.dir, 0755);
	if (geteuid() == 0) /* root may write everything */
		cr_assert_eq(seteuid(65534), 0);
	cr_expect_eq(db_open(&db, f.path, DB_WRITE, &e), -1);
	cr_expect_eq(e.code, MLC_DISK, "%s", e.msg);
	cr_expect_eq(db_open(&db, f.path, DB_READ, &e), 0);
	db_close(db);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
	tidy(&f);
}

Test(base_sql, a_file_that_is_no_database_is_a_store_error_at_once)
{
	struct folder f = fresh();
	struct err e = {0};
	struct db *db;

	for (int i = 0; i < 200; i++) {
		int fd = open(f.path, O_WRONLY | O_CREAT | O_APPEND, 0644);

		cr_assert_eq(write(fd, "this is only text\n", 18), 18);
		close(fd);
	}
	for (enum db_mode mode = DB_READ; mode <= DB_CREATE; mode++) {
		cr_expect_eq(db_open(&db, f.path, mode, &e), -1);
		cr_expect_eq(e.code, MLC_STORE);
		cr_expect_not_null(strstr(e.msg, "not a database"), "%s", e.msg);
	}
	tidy(&f);
}

Test(base_sql, a_damaged_database_is_a_store_error)
{
	struct folder f = fresh();
	struct db *db = with_table(&f);
	struct err e = {0};
	char junk[4096];
	int64_t n;
	int fd;

	cr_assert_eq(
		db_script(db,
			"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
			" INSERT INTO t SELECT i, 'row ' || i FROM n",
			NULL),
		0);
	db_close(db);
	memset(junk, 0xee, sizeof junk);
	fd = open(f.path, O_WRONLY);
	for (int page = 2; page < 8; page++)
		cr_assert_eq(pwrite(fd, junk, sizeof junk, page * 4096), 4096);
	close(fd);
	db = opened(&f, DB_READ);
	cr_expect_eq(db_get_i64(db, &n, &e, "SELECT sum(length(v)) FROM t", ""), -1);
	cr_expect_eq(e.code, MLC_STORE);
	cr_expect_not_null(strstr(e.msg, "malformed"), "%s", e.msg);
	db_close(db);
	tidy(&f);
}

Test(base_sql, closing_nothing_is_fine)
{
	db_close(NULL);
	rows_end(NULL);
}

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

/* Leaves a transaction half written to the file, as a killed writer does. */
static void
die_in_a_transaction(const struct folder *f)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct db *db;
		int rc = db_open(&db, f->path, DB_WRITE, NULL);

		rc |= db_script(db, "PRAGMA cache_size = 2", NULL);
		rc |= db_begin(db, NULL);
		rc |= db_run(db, NULL, "UPDATE t SET v = 'half done'", "");
		rc |= db_script(db,
			"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n LIMIT "
			"20000)"
			" INSERT INTO t SELECT i, 'row ' || i FROM n",
			NULL);
		_exit(rc == 0 ? 0 : 1);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
}

Test(base_sql, a_reader_rolls_back_what_a_killed_writer_left)
{
	struct folder f = fresh();
	char journal[64];
	struct stat st;
	struct db *db;

	db_close(with_table(&f));
	die_in_a_transaction(&f);
	snprintf(journal, sizeof journal, "%s-journal", f.path);
	cr_assert_eq(stat(journal, &st), 0);
	cr_assert(st.st_size > 0); /* or the test would show nothing */
	cr_assert_eq(stat(f.path, &st), 0);
	cr_assert(st.st_size > 100000);
	db = opened(&f, DB_READ);
	cr_expect_eq(number(db, "SELECT count(*) FROM t"), 1);
	cr_expect_eq(number(db, "SELECT v FROM t"), 0);
	cr_expect_eq(db_run(db, NULL, "UPDATE t SET v = 1", ""), -1);
	db_close(db);
	tidy(&f);
}

/* --- several at once ----------------------------------------------------------------------------- */

Test(base_sql, patience_ends_with_an_error_that_says_what_to_do)
{
	struct folder f = fresh();
	struct db *first = with_table(&f), *second = opened(&f, DB_WRITE);
	struct err e = {0};
	int64_t before = clock_mono_us(), took;

	cr_assert_eq(db_begin(first, NULL), 0);
	db_set_patience(second, 100);
	cr_expect_eq(db_begin(second, &e), -1);
	took = clock_mono_us() - before;
	cr_expect_eq(e.code, MLC_STORE);
	cr_expect_not_null(strstr(e.msg, "locked"), "%s", e.msg);
	cr_expect_str_not_empty(e.help);
	cr_expect(took >= 100000 && took < 5000000, "%lld us", (long long)took);
	db_rollback(first);
	cr_expect_eq(db_begin(second, &e), 0);
	db_rollback(second);
	db_close(first);
	db_close(second);
	tidy(&f);
}

static void *
commit_later(void *db)
{
	usleep(300000);
	return db_commit(db, NULL) == 0 ? db : NULL;
}

Test(base_sql, a_second_writer_waits_for_the_first)
{
	struct folder f = fresh();
	struct db *first = with_table(&f), *second = opened(&f, DB_WRITE);
	int64_t before = clock_mono_us();
	pthread_t t;
	void *done;

	cr_assert_eq(db_begin(first, NULL), 0);
	cr_assert_eq(db_run(first, NULL, "UPDATE t SET v = 1", ""), 0);
	pthread_create(&t, NULL, commit_later, first);
	cr_expect_eq(db_begin(second, NULL), 0);
	cr_expect(clock_mono_us() - before >= 290000);
	cr_expect_eq(number(second, "SELECT v FROM t"), 1);
	db_rollback(second);
	pthread_join(t, &done);
	cr_expect_not_null(done);
	db_close(first);
	db_close(second);
	tidy(&f);
}

static void
add_many(const struct folder *f, int times)
{
	struct db *db;

	if (db_open(&db, f->path, DB_WRITE, NULL) != 0)
		_exit(2);
	for (int i = 0; i < times; i++) {
		int64_t v;

		if (db_begin(db, NULL) != 0 ||
			db_get_i64(db, &v, NULL, "SELECT v FROM t", "") != 1 ||
			db_run(db, NULL, "UPDATE t SET v = ?", "i", v + 1) != 0 ||
			db_commit(db, NULL) != 0)
			_exit(3);
	}
	db_close(db);
	_exit(0);
}

Test(base_sql, four_processes_that_count_together_lose_nothing)
{
	struct folder f = fresh();
	struct db *db;
	int status;

	db_close(with_table(&f));
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			add_many(&f, 50);
	for (int i = 0; i < 4; i++) {
		wait(&status);
		cr_expect_eq(status, 0);
	}
	db = opened(&f, DB_READ);
	cr_expect_eq(number(db, "SELECT v FROM t"), 200);
	db_close(db);
	tidy(&f);
}
