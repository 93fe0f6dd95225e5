/* SPDX-License-Identifier: Apache-2.0
 * base/sql_open.c: opening, what was left by others, and waiting for them. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "tests/unit/base_sql.h"

LEAK_SUITE(base_sql_open);

/* --- opening ------------------------------------------------------------------------------------- */

Test(base_sql_open, only_create_makes_a_file)
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

Test(base_sql_open, an_empty_path_and_a_folder_are_errors)
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

Test(base_sql_open, a_path_that_looks_like_a_uri_is_a_path)
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

Test(base_sql_open, a_writer_has_the_settings_of_the_house)
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

Test(base_sql_open, the_schema_and_extensions_are_out_of_reach)
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

Test(base_sql_open, a_reader_cannot_write)
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

Test(base_sql_open, a_write_protected_file_is_a_disk_error_at_once)
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

Test(base_sql_open, a_file_that_is_no_database_is_a_store_error_at_once)
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

Test(base_sql_open, a_damaged_database_is_a_store_error)
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

Test(base_sql_open, closing_nothing_is_fine)
{
	db_close(NULL);
	rows_end(NULL);
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

Test(base_sql_open, a_reader_rolls_back_what_a_killed_writer_left)
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

Test(base_sql_open, patience_ends_with_an_error_that_says_what_to_do)
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

Test(base_sql_open, a_second_writer_waits_for_the_first)
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

Test(base_sql_open, four_processes_that_count_together_lose_nothing)
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
