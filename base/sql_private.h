/* SPDX-License-Identifier: Apache-2.0
 * Private to base/sql*.c: what a connection is. */
#ifndef BASE_SQL_PRIVATE_H
#define BASE_SQL_PRIVATE_H

#include <sqlite3.h>
#include "base/sql.h"

struct statement; /* sql.c */

struct db {
	sqlite3 *handle;          /* owned */
	char *shown;              /* owned; the path as the caller gave it */
	struct statement **cache; /* owned; open addressing by the address of the SQL, size 2^n */
	size_t n_cached, n_slots;
	size_t n_running;                   /* queries that have not ended */
	int64_t patience_us, waiting_since; /* for the busy handler */
	uint64_t jitter;                    /* a random state; 0 = none yet */
};

/* Reports SQLite's last error on this connection, with the SQL if given. Returns -1. */
int sql__fail(struct db *db, const char *sql, struct err *e);
void sql__drop_cache(struct db *db);

#endif
