/* SPDX-License-Identifier: Apache-2.0
 * Opening an SQLite file: the settings every connection of this program has, how it waits for
 * others, and what SQLite's result codes mean here.
 *
 * Waiting: SQLite's own busy timeout sleeps ever longer, so that of many writers one may wait half a
 * second behind others that came later. A handler that sleeps 0.1 to 1 ms at random keeps the rate
 * and makes the longest wait ten times shorter. */
#include "base/sql_private.h"

#include <assert.h>
#include <string.h>
#include <time.h>
#include "base/mem.h"
#include "base/os.h"

#define PATIENCE_US ((int64_t)20 * 1000 * 1000)

static int
wait_a_little(void *arg, int tries)
{
	struct db *db = arg;
	int64_t now = clock_mono_us();
	struct timespec pause = {0};

	if (tries == 0)
		db->waiting_since = now;
	if (now - db->waiting_since >= db->patience_us)
		return 0;
	if (!db->jitter)
		db->jitter = clock_random(NULL) | 1;
	db->jitter ^= db->jitter << 13; /* xorshift64 */
	db->jitter ^= db->jitter >> 7;
	db->jitter ^= db->jitter << 17;
	pause.tv_nsec = 100000 + (long)(db->jitter % 900000);
	nanosleep(&pause, NULL);
	return 1;
}

static enum err_code
code_of(int result)
{
	switch (result & 0xff) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY: return MLC_DISK;
	case SQLITE_MISUSE:
	case SQLITE_RANGE: return MLC_BUG;
	case SQLITE_NOMEM: return MLC_OOM;
	default: return MLC_STORE;
	}
}

int
sql__fail(struct db *db, const char *sql, struct err *e)
{
	int result = sqlite3_extended_errcode(db->handle), kind = result & 0xff;
	int no = sqlite3_system_errno(db->handle);

	err_set(e, code_of(result), "`%s`: %s", db->shown, sqlite3_errmsg(db->handle));
	if (kind == SQLITE_BUSY)
		err_help(e, "another program is writing to it: let it finish, then try again");
	if (kind == SQLITE_FULL)
		err_help(e, "free space on its disk, then try again; what was begun is undone");
	if (no && (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR))
		err_note(e, "%s", strerrordesc_np(no));
	if (sql)
		err_note(e, "SQLite %d in: %s", result, sql);
	else
		err_note(e, "SQLite %d", result);
	return -1;
}

/* A relative path gets "./" in front, or SQLite would take "file:..." for a URI with options. */
static char *
plain_path(const char *path)
{
	struct str s = {0};

	if (*path != '/' && !str_eq(path, ":memory:"))
		str_add(&s, "./");
	str_add(&s, path);
	return s.s;
}

static int
connect(struct db *db, const char *path, int flags)
{
	char *plain = plain_path(path);
	int rc;

	rc = sqlite3_open_v2(
		plain, &db->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	free(plain);
	if (!db->handle)
		mem_exhausted();
	if (rc != SQLITE_OK)
		return -1;
	sqlite3_busy_handler(db->handle, wait_a_little, db);
	if (sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK)
		return -1;
	return sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL) ==
			SQLITE_OK
		? 0
		: -1;
}

static int
exec(struct db *db, const char *sql)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

/* A writer that was killed leaves a journal that must be rolled back, which a read-only connection
 * may not do: a writing one does it by reading. */
static int
roll_back_for_reader(struct db *db, const char *path, const char *probe)
{
	sqlite3_close(db->handle);
	if (connect(db, path, SQLITE_OPEN_READWRITE) != 0 || exec(db, probe) != 0)
		return -1;
	sqlite3_close(db->handle);
	return connect(db, path, SQLITE_OPEN_READONLY);
}

static int
set_up(struct db *db, const char *path, enum db_mode mode)
{
	static const char common[] = "PRAGMA trusted_schema=OFF; PRAGMA cache_size=-65536;";
	static const char writing[] = "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL;";
	/* the first look at the file: is it a database, is there a journal? */
	static const char probe[] = "SELECT 1 FROM sqlite_schema LIMIT 1";
	int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;

	if (connect(db, path, flags | (mode == DB_CREATE ? SQLITE_OPEN_CREATE : 0)) != 0)
		return -1;
	if (exec(db, probe) != 0) {
		if (sqlite3_extended_errcode(db->handle) != SQLITE_READONLY_ROLLBACK)
			return -1;
		if (roll_back_for_reader(db, path, probe) != 0)
			return -1;
	}
	if (exec(db, common) != 0)
		return -1;
	return mode == DB_READ ? 0 : exec(db, writing);
}

int
db_open(struct db **out, const char *path, enum db_mode mode, struct err *e)
{
	struct db *db = mem_alloc(sizeof *db);

	*out = NULL;
	db->shown = mem_strdup(path);
	db->patience_us = PATIENCE_US;
	if (*path == 0) { /* SQLite would make a temporary file */
		err_set(e, MLC_STORE, "the path of a database may not be empty");
		goto fail;
	}
	if (set_up(db, path, mode) != 0) {
		sql__fail(db, NULL, e);
		goto fail;
	}
	if (mode != DB_READ && sqlite3_db_readonly(db->handle, "main")) {
		err_set(e, MLC_DISK, "`%s` is write-protected", path);
		goto fail;
	}
	*out = db;
	return 0;
fail:
	db_close(db);
	return -1;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	assert(db->n_running == 0);
	sql__drop_cache(db);
	sqlite3_close(db->handle);
	free(db->shown);
	free(db);
}

void
db_set_patience(struct db *db, int64_t ms)
{
	db->patience_us = ms * 1000;
}
