/* SPDX-License-Identifier: Apache-2.0
 * Running SQL: a query is one line at the caller, so that everything that repeats is here.
 *
 *	db_run, db_query --> take a statement --> bind by format --> step ... --> give it back
 *
 * Prepared statements stay in a hash by the address of their text. Invariant: one in the hash is
 * reset and holds no arguments unless `taken`. Is it taken (a query inside a query of the same
 * text), a second one is prepared and finalised when it is given back. Text that changed at the same
 * address (another module was loaded there) is noticed and prepared anew. */
#include "base/sql_private.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include "base/mem.h"

struct statement {
	const char *sql;    /* the caller's; only its address counts */
	sqlite3_stmt *stmt; /* owned */
	bool cached, taken;
};

struct rows {
	struct db *db;        /* borrowed */
	struct statement *st; /* taken from db */
	int state;            /* what rows_next returned last */
};

/* --- statements ---------------------------------------------------------------------------------- */

static size_t
slot_of(const struct db *db, const char *sql)
{
	size_t i = (size_t)((uint64_t)(uintptr_t)sql * 0x9e3779b97f4a7c15 >> 32);

	for (i &= db->n_slots - 1; db->cache[i] && db->cache[i]->sql != sql;)
		i = (i + 1) & (db->n_slots - 1);
	return i;
}

static void
remember(struct db *db, struct statement *st)
{
	struct statement **old = db->cache;
	size_t n_old = db->n_slots;

	if (db->n_cached * 2 >= db->n_slots) {
		db->n_slots = n_old ? n_old * 2 : 32;
		db->cache = mem_alloc(db->n_slots * sizeof *db->cache);
		for (size_t i = 0; i < n_old; i++)
			if (old[i])
				db->cache[slot_of(db, old[i]->sql)] = old[i];
		free(old);
	}
	db->cache[slot_of(db, st->sql)] = st;
	db->n_cached++;
	st->cached = true;
}

static void
statement_free(struct statement *st)
{
	sqlite3_finalize(st->stmt);
	free(st);
}

void
sql__drop_cache(struct db *db)
{
	for (size_t i = 0; i < db->n_slots; i++)
		if (db->cache[i])
			statement_free(db->cache[i]);
	free(db->cache);
	db->cache = NULL;
	db->n_slots = db->n_cached = 0;
}

static bool
is_blank(const char *sql)
{
	return sql[strspn(sql, " \t\r\n;")] == 0;
}

static bool
same_text(const struct statement *st, const char *sql)
{
	const char *prepared = sqlite3_sql(st->stmt);
	size_t n = strlen(prepared);

	return strncmp(sql, prepared, n) == 0 && is_blank(sql + n);
}

static sqlite3_stmt *
prepare(struct db *db, const char *sql, struct err *e)
{
	unsigned flags = SQLITE_PREPARE_PERSISTENT;
	sqlite3_stmt *stmt;
	const char *tail;

	if (sqlite3_prepare_v3(db->handle, sql, -1, flags, &stmt, &tail) != SQLITE_OK) {
		sql__fail(db, sql, e);
		return NULL;
	}
	if (!stmt || !is_blank(tail)) {
		err_set(e, MLC_BUG, "not exactly one statement: %s", sql);
		sqlite3_finalize(stmt);
		return NULL;
	}
	return stmt;
}

static struct statement *
take(struct db *db, const char *sql, struct err *e)
{
	struct statement *st = db->n_slots ? db->cache[slot_of(db, sql)] : NULL;
	bool known = st != NULL;

	sqlite3_stmt *stmt;

	if (known && !st->taken && same_text(st, sql)) {
		st->taken = true;
		return st;
	}
	stmt = prepare(db, sql, e);
	if (!stmt)
		return NULL;
	if (known && !st->taken) {
		sqlite3_finalize(st->stmt);
	} else {
		st = mem_alloc(sizeof *st);
		st->sql = sql;
		if (!known)
			remember(db, st);
	}
	st->stmt = stmt;
	st->taken = true;
	return st;
}

static void
give_back(struct statement *st)
{
	sqlite3_reset(st->stmt);
	sqlite3_clear_bindings(st->stmt);
	st->taken = false;
	if (!st->cached)
		statement_free(st);
}

static int
bind_one(sqlite3_stmt *stmt, int i, char type, va_list *args)
{
	const void *blob;
	const char *text;

	switch (type) {
	case 'i': return sqlite3_bind_int64(stmt, i, va_arg(*args, int64_t));
	case 'd': return sqlite3_bind_double(stmt, i, va_arg(*args, double));
	case 's':
		text = va_arg(*args, const char *);
		return sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT);
	case 'b':
		blob = va_arg(*args, const void *);
		return sqlite3_bind_blob64(stmt, i, blob, va_arg(*args, size_t), SQLITE_TRANSIENT);
	case 'n': return sqlite3_bind_null(stmt, i);
	default: return SQLITE_MISUSE;
	}
}

/* Takes the statement and binds its arguments; NULL after an error. */
static struct statement *
start(struct db *db, struct err *e, const char *sql, const char *fmt, va_list *args)
{
	struct statement *st = take(db, sql, e);
	int want, have = fmt ? (int)strlen(fmt) : 0;

	if (!st)
		return NULL;
	want = sqlite3_bind_parameter_count(st->stmt);
	if (want != have || (have && strspn(fmt, "idsbn") != (size_t)have)) {
		err_set(e, MLC_BUG, "format \"%s\" for %d arguments: %s", fmt ? fmt : "", want,
			sql);
		give_back(st);
		return NULL;
	}
	for (int i = 0; i < have; i++) {
		if (bind_one(st->stmt, i + 1, fmt[i], args) != SQLITE_OK) {
			sql__fail(db, sql, e);
			give_back(st);
			return NULL;
		}
	}
	return st;
}

/* --- running ------------------------------------------------------------------------------------- */

int
db_run(struct db *db, struct err *e, const char *sql, const char *fmt, ...)
{
	struct statement *st;
	va_list args;
	int result;

	va_start(args, fmt);
	st = start(db, e, sql, fmt, &args);
	va_end(args);
	if (!st)
		return -1;
	result = sqlite3_step(st->stmt);
	if (result == SQLITE_ROW)
		err_set(e, MLC_BUG, "a query was run as a statement without rows: %s", sql);
	else if (result != SQLITE_DONE)
		sql__fail(db, sql, e);
	give_back(st);
	return result == SQLITE_DONE ? 0 : -1;
}

int
db_script(struct db *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sql__fail(db, NULL, e);
	return 0;
}

static struct rows *
query(struct db *db, struct err *e, const char *sql, const char *fmt, va_list *args)
{
	struct statement *st = start(db, e, sql, fmt, args);
	struct rows *r;

	if (!st)
		return NULL;
	r = mem_alloc(sizeof *r);
	*r = (struct rows){.db = db, .st = st, .state = 1};
	db->n_running++;
	return r;
}

int
db_query(struct db *db, struct rows **out, struct err *e, const char *sql, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	*out = query(db, e, sql, fmt, &args);
	va_end(args);
	return *out ? 0 : -1;
}

int
rows_next(struct rows *r, struct err *e)
{
	int result;

	if (r->state == 1) { /* else SQLite would begin again */
		result = sqlite3_step(r->st->stmt);
		r->state = result == SQLITE_ROW ? 1 : result == SQLITE_DONE ? 0 : -1;
	}
	return r->state < 0 ? sql__fail(r->db, sqlite3_sql(r->st->stmt), e) : r->state;
}

static void
check_column(const struct rows *r, int col)
{
	assert(col >= 0 && col < sqlite3_data_count(r->st->stmt));
}

bool
rows_null(const struct rows *r, int col)
{
	check_column(r, col);
	return sqlite3_column_type(r->st->stmt, col) == SQLITE_NULL;
}

int64_t
rows_i64(const struct rows *r, int col)
{
	check_column(r, col);
	return sqlite3_column_int64(r->st->stmt, col);
}

double
rows_f64(const struct rows *r, int col)
{
	return rows_null(r, col) ? (double)NAN : sqlite3_column_double(r->st->stmt, col);
}

const char *
rows_str(const struct rows *r, int col)
{
	check_column(r, col);
	return (const char *)sqlite3_column_text(r->st->stmt, col);
}

const void *
rows_blob(const struct rows *r, int col, size_t *n)
{
	const void *p;

	check_column(r, col);
	p = sqlite3_column_blob(r->st->stmt, col);
	*n = p ? (size_t)sqlite3_column_bytes(r->st->stmt, col) : 0;
	return p;
}

void
rows_end(struct rows *r)
{
	if (!r)
		return;
	r->db->n_running--;
	give_back(r->st);
	free(r);
}

int
db_get_i64(struct db *db, int64_t *out, struct err *e, const char *sql, const char *fmt, ...)
{
	struct rows *r;
	va_list args;
	int rc;

	va_start(args, fmt);
	r = query(db, e, sql, fmt, &args);
	va_end(args);
	if (!r)
		return -1;
	rc = rows_next(r, e);
	if (rc == 1 && rows_null(r, 0))
		rc = 0;
	if (rc == 1)
		*out = rows_i64(r, 0);
	rows_end(r);
	return rc;
}

/* --- transactions -------------------------------------------------------------------------------- */

int
db_begin(struct db *db, struct err *e)
{
	if (!sqlite3_get_autocommit(db->handle))
		return err_set(e, MLC_BUG, "a transaction was begun inside another");
	return db_run(db, e, "BEGIN IMMEDIATE", "");
}

int
db_commit(struct db *db, struct err *e)
{
	return db_run(db, e, "COMMIT", "");
}

void
db_rollback(struct db *db)
{
	/* SQLite itself rolls back after some errors: then there is nothing left to do */
	if (!sqlite3_get_autocommit(db->handle))
		(void)!db_run(db, NULL, "ROLLBACK", "");
}

int64_t
db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int64_t
db_changes(struct db *db)
{
	return sqlite3_changes64(db->handle);
}
