/* SPDX-License-Identifier: Apache-2.0
 * SQLite in one line a query. A format says what the arguments are, in the order of the ?s:
 *   i int64_t   d double   s const char * (NULL is NULL)   b const void *, size_t   n NULL
 * NaN is NULL, and a NULL reads as NaN. Statements are cached per connection by the address of their
 * text, so SQL must be a constant. A connection belongs to one thread at a time. Errors hold SQLite's
 * message and the SQL, never an argument; a wrong format is MLC_BUG. */
#ifndef BASE_SQL_H
#define BASE_SQL_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct db;   /* a connection; owned by whoever opened it */
struct rows; /* a running query */

enum db_mode { DB_READ, DB_WRITE, DB_CREATE };

/* DB_READ and DB_WRITE want an existing file; DB_CREATE makes a missing one (0644). While another
 * connection has the file locked, every call waits up to 20 s. Foreign keys are not enforced
 * (SQLite's default) and a file's own views and triggers may call harmless functions only. */
MUST_CHECK int db_open(struct db **out, const char *path, enum db_mode mode, struct err *e);
void db_close(struct db *db);                    /* NULL is fine; all queries have ended */
void db_set_patience(struct db *db, int64_t ms); /* instead of 20,000 */
/* Runs one statement; rows, if it gives any, are MLC_BUG. */
MUST_CHECK int db_run(struct db *db, struct err *e, const char *sql, const char *fmt, ...);
/* Runs several statements separated by semicolons, without arguments. */
MUST_CHECK int db_script(struct db *db, const char *sql, struct err *e);
/* Starts a query; step with rows_next until 0 (end) or -1; then rows_end. */
MUST_CHECK int
db_query(struct db *db, struct rows **out, struct err *e, const char *sql, const char *fmt, ...);
MUST_CHECK int rows_next(struct rows *r, struct err *e); /* 1 row, 0 end, -1 error */
int64_t rows_i64(const struct rows *r, int col);
double rows_f64(const struct rows *r, int col);
const char *rows_str(const struct rows *r, int col); /* NULL for NULL; valid until the next step */
const void *rows_blob(const struct rows *r, int col, size_t *n); /* the same; NULL if empty */
bool rows_null(const struct rows *r, int col);
void rows_end(struct rows *r); /* NULL is fine */
/* One value of one row: 1 found, 0 no row or NULL, -1 error. */
MUST_CHECK int
db_get_i64(struct db *db, int64_t *out, struct err *e, const char *sql, const char *fmt, ...);
/* BEGIN IMMEDIATE, COMMIT, ROLLBACK (which never fails). Not nested. */
MUST_CHECK int db_begin(struct db *db, struct err *e);
MUST_CHECK int db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
int64_t db_last_id(struct db *db);
int64_t db_changes(struct db *db);

#endif
