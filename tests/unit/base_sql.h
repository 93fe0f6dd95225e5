/* SPDX-License-Identifier: Apache-2.0
 * A folder with a database in it, for the tests of base/sql*.c. */
#ifndef TESTS_UNIT_BASE_SQL_H
#define TESTS_UNIT_BASE_SQL_H

#include <fcntl.h>
#include <unistd.h>
#include "base/base.h"

struct folder {
	char dir[32], path[48];
};

static inline struct folder
fresh(void)
{
	struct folder f = {.dir = "/tmp/mlc-sql-XXXXXX"};

	cr_assert_not_null(mkdtemp(f.dir));
	snprintf(f.path, sizeof f.path, "%s/x.db", f.dir);
	return f;
}

static inline void
tidy(const struct folder *f)
{
	int tmp = open("/tmp", O_RDONLY | O_DIRECTORY);

	cr_expect_eq(file_remove_tree(tmp, f->dir + strlen("/tmp/"), NULL), 0);
	close(tmp);
}

static inline struct db *
opened(const struct folder *f, enum db_mode mode)
{
	struct err e = {0};
	struct db *db;

	cr_assert_eq(db_open(&db, f->path, mode, &e), 0, "%s", e.msg);
	return db;
}

/* A database with t(k, v) and one row. */
static inline struct db *
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

static inline int64_t
number(struct db *db, const char *sql)
{
	struct err e = {0};
	int64_t v = -1;

	cr_expect_eq(db_get_i64(db, &v, &e, sql, ""), 1, "%s: %s", sql, e.msg);
	return v;
}

#endif
