/* SPDX-License-Identifier: Apache-2.0
 * The stage becomes the table, in one transaction of the server:
 *
 *	BEGIN, a lock that only we know
 *	  mlc_published says token?  ---- yes --> it has happened: nothing
 *	  replace   same columns: rows deleted, so that indexes, views and rights stay;
 *	            others: a new table, which takes the name of the old one at the end
 *	  append    CREATE if it is missing
 *	  upsert    CREATE with the key as primary key if it is missing
 *	  COPY into it; where its columns are of other types, or rows are to be matched: into a table
 *	  of the session's own, and INSERT ... SELECT from there
 *	  mlc_published: table -> token
 *	COMMIT                              ROLLBACK if there is no token: that was a rehearsal
 *
 * Readers see the old rows until COMMIT. Other writers wait from the first statement that touches the
 * table. */
#include "datasets/postgres/postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65536
#define TEXT_MAX (1 << 24)
#define COLUMNS_MAX 1600 /* the server's own limit */

struct staged_column {
	char *name;      /* owned */
	Oid oid, theirs; /* what is written; what the table has, 0: unknown */
	bool key;
};

struct work {
	struct session s;
	int fd;                                                   /* owned: the stage */
	char *schema, *table, *mode, *keys, *column_list, *decls; /* owned */
	struct staged_column *columns;                            /* owned */
	uint32_t n;
	bool there, fresh, same; /* the table exists; a new one takes its place; same types */
	struct text name, into;  /* of the table, and of what is filled, quoted */
	char spare[32];          /* what a new table is called meanwhile */
};

/* --- the stage ----------------------------------------------------------------------------------- */

static int
broken_stage(struct work *w)
{
	return say(w->s.h, 0, "what is staged for it is damaged", "run the node again");
}

/* All n bytes, or false. */
static bool
get_bytes(struct work *w, void *into, size_t n)
{
	size_t have = 0;
	ssize_t got;

	while (have < n) {
		got = read(w->fd, (char *)into + have, n - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return true;
}

static bool
get_number(struct work *w, uint32_t *v)
{
	unsigned char b[4];

	if (!get_bytes(w, b, sizeof(b)))
		return false;
	*v = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return true;
}

static bool
get_counted(struct work *w, char **out)
{
	uint32_t n;

	if (!get_number(w, &n) || n > TEXT_MAX)
		return false;
	*out = get_memory((size_t)n + 1);
	return get_bytes(w, *out, n);
}

static bool
get_column(struct work *w, struct staged_column *c)
{
	uint32_t key;

	if (!get_counted(w, &c->name) || !get_number(w, &c->oid) || !get_number(w, &key))
		return false;
	c->key = key != 0;
	return true;
}

static bool
get_head(struct work *w)
{
	char **const fields[] = {
		&w->schema, &w->table, &w->mode, &w->keys, &w->column_list, &w->decls};
	char magic[sizeof(STAGE_MAGIC) - 1];

	if (!get_bytes(w, magic, sizeof(magic)) || memcmp(magic, STAGE_MAGIC, sizeof(magic)) != 0)
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!get_counted(w, fields[i]))
			return false;
	if (!get_number(w, &w->n) || w->n == 0 || w->n > COLUMNS_MAX)
		return false;
	w->columns = get_memory(w->n * sizeof(*w->columns));
	for (uint32_t i = 0; i < w->n; i++)
		if (!get_column(w, &w->columns[i]))
			return false;
	return true;
}

static int
open_stage(struct work *w, const char *stage)
{
	w->fd = open(stage, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (w->fd < 0)
		return say(w->s.h, 0, "what is staged for it cannot be opened", NULL);
	if (!get_head(w))
		return broken_stage(w);
	text_add_name(&w->name, w->schema);
	text_add(&w->name, ".");
	text_add_name(&w->name, w->table);
	return 0;
}

/* --- the table that is there --------------------------------------------------------------------- */

static const char SQL_KIND[] =
	"SELECT c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	" WHERE n.nspname = $1 AND c.relname = $2";

static int
look_up(struct work *w)
{
	PGresult *r = session_query(&w->s, SQL_KIND, w->schema, w->table);
	char kind = r && PQntuples(r) ? *PQgetvalue(r, 0, 0) : 0;
	int rc = r ? 0 : -1;

	PQclear(r);
	w->there = kind != 0;
	if (kind && kind != 'r' && kind != 'p')
		return say(w->s.h, 0, "it is a view or a foreign table, which is not written",
			"write to the table behind it");
	return rc;
}

static const char SQL_COLUMNS[] =
	"SELECT a.attname, coalesce(nullif(t.typbasetype, 0), a.atttypid),"
	" format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
	" JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
	" JOIN pg_type t ON t.oid = a.atttypid"
	" WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped";

static int
row_of(const PGresult *r, const char *name)
{
	for (int i = 0; i < PQntuples(r); i++)
		if (strcmp(PQgetvalue(r, i, 0), name) == 0)
			return i;
	return -1;
}

/* What keeps our columns from going into the table's; nothing if they do. */
static void
compare(struct work *w, const PGresult *r, struct text *why)
{
	w->same = true;
	for (uint32_t i = 0; i < w->n && !why->n; i++) {
		const struct staged_column *c = &w->columns[i];
		int row = row_of(r, c->name);
		Oid oid = row < 0 ? 0 : (Oid)strtoul(PQgetvalue(r, row, 1), NULL, 10);

		w->columns[i].theirs = oid;
		w->same &= oid == c->oid || (oid == OID_TIMESTAMP && c->oid == OID_TIMESTAMPTZ);
		if (row < 0)
			text_addf(why, "table `%s` has no column `%s`", w->table, c->name);
		else if (type_of_oid(oid) && type_of_oid(oid) != type_of_oid(c->oid))
			text_addf(why, "column `%s` of table `%s` is %s, and what is written is %s",
				c->name, w->table, PQgetvalue(r, row, 2),
				type_word(type_of_oid(c->oid)));
	}
}

static int
compare_columns(struct work *w)
{
	bool replace = strcmp(w->mode, "replace") == 0;
	PGresult *r = session_query(&w->s, SQL_COLUMNS, w->schema, w->table);
	struct text why = {0};
	int rc = r ? 0 : -1;

	if (r)
		compare(w, r, &why);
	if (r && replace)
		w->fresh = why.n || (uint32_t)PQntuples(r) != w->n;
	else if (why.n)
		rc = say(
			w->s.h, 0, why.s, "alter the table, or write `save_args: {mode: replace}`");
	PQclear(r);
	text_fini(&why);
	return rc;
}

/* --- statements ---------------------------------------------------------------------------------- */

/* Runs parts that follow each other as one statement. */
static int
run_parts(struct work *w, const char *const *parts)
{
	struct text sql = {0};
	int rc;

	for (; *parts; parts++)
		text_add(&sql, *parts);
	rc = session_run(&w->s, text_of(&sql));
	text_fini(&sql);
	return rc;
}

static int
create(struct work *w, const char *name, bool keyed)
{
	const char *const parts[] = {"CREATE TABLE ", name, " (", w->decls,
		keyed ? ", PRIMARY KEY (" : "", keyed ? w->keys : "", keyed ? ")" : "", ")", NULL};

	return run_parts(w, parts);
}

/* Makes what is to be filled, and empties it. */
static int
prepare(struct work *w)
{
	bool replace = strcmp(w->mode, "replace") == 0;
	const char *const lock[] = {"LOCK TABLE ", w->name.s, " IN SHARE ROW EXCLUSIVE MODE", NULL};
	const char *const empty[] = {"DELETE FROM ", w->name.s, NULL};

	if (look_up(w) < 0)
		return -1;
	w->same = true;
	if (w->there && (run_parts(w, lock) < 0 || compare_columns(w) < 0))
		return -1;
	if (w->fresh) {
		(void)snprintf(w->spare, sizeof(w->spare), "mlc_new_%d", PQbackendPID(w->s.conn));
		text_add_name(&w->into, w->schema);
		text_addf(&w->into, ".%s", w->spare);
	} else {
		text_add(&w->into, w->name.s);
	}
	if (!w->there || w->fresh)
		return create(w, w->into.s, !w->fresh && *w->keys);
	return replace ? run_parts(w, empty) : 0;
}

static int
pass_on(struct work *w)
{
	char *piece = get_memory(PIECE);
	ssize_t n;
	int rc = 0;

	while (rc == 0 && (n = read(w->fd, piece, PIECE)) != 0)
		if (n < 0 && errno != EINTR)
			rc = say(w->s.h, 0, "what is staged for it cannot be read", NULL);
		else if (n > 0 && PQputCopyData(w->s.conn, piece, (int)n) != 1)
			rc = session_fail(&w->s, NULL, 0);
	free(piece);
	return rc;
}

/* The rows of the stage into a table. What went wrong the server says at the end. */
static int
copy_into(struct work *w, const char *table)
{
	struct text sql = {0};
	PGresult *r;
	int rc;

	text_add(&sql, "COPY ");
	text_add(&sql, table);
	text_add(&sql, " (");
	text_add(&sql, w->column_list);
	text_add(&sql, ") FROM STDIN (FORMAT binary)");
	r = PQexec(w->s.conn, sql.s);
	rc = PQresultStatus(r) == PGRES_COPY_IN ? 0 : session_fail(&w->s, r, 0);
	PQclear(r);
	text_fini(&sql);
	if (rc < 0 || pass_on(w) < 0)
		return -1;
	if (PQputCopyEnd(w->s.conn, NULL) != 1)
		return session_fail(&w->s, NULL, 0);
	r = PQgetResult(w->s.conn);
	rc = PQresultStatus(r) == PGRES_COMMAND_OK ? 0 : session_fail(&w->s, r, 0);
	PQclear(r);
	r = PQgetResult(w->s.conn); /* NULL: the end */
	PQclear(r);
	return rc;
}

static void
add_conflict(struct text *sql, const struct work *w)
{
	bool any = false;

	text_add(sql, " ON CONFLICT (");
	text_add(sql, w->keys);
	text_add(sql, ") DO ");
	for (uint32_t i = 0; i < w->n; i++) {
		if (w->columns[i].key)
			continue;
		text_add(sql, any ? ", " : "UPDATE SET ");
		text_add_name(sql, w->columns[i].name);
		text_add(sql, " = excluded.");
		text_add_name(sql, w->columns[i].name);
		any = true;
	}
	if (!any)
		text_add(sql, "NOTHING");
}

/* A time of day would go lost in a column of dates without a word of the server. */
static int
check_dates(struct work *w)
{
	struct text sql = {0}, why = {0};
	int rc = 0;

	for (uint32_t i = 0; i < w->n && rc == 0; i++) {
		if (w->columns[i].theirs != OID_DATE)
			continue;
		sql.n = 0;
		text_add(&sql, "SELECT 1 FROM pg_temp.mlc_rows WHERE ");
		text_add_name(&sql, w->columns[i].name);
		text_add(&sql, " <> date_trunc('day', ");
		text_add_name(&sql, w->columns[i].name);
		text_add(&sql, ") LIMIT 1");
		rc = session_asks(&w->s, sql.s, NULL, NULL);
		if (rc <= 0)
			continue;
		text_addf(&why,
			"column `%s` of table `%s` is date, and what is written has a time of day",
			w->columns[i].name, w->table);
		rc = say(w->s.h, 0, why.s, "alter the table, or write midnights");
	}
	text_fini(&sql);
	text_fini(&why);
	return rc;
}

/* By way of a table of the session's own, in which the rows lie in their order: of two with one key
 * the later one stays. */
static int
match_into(struct work *w)
{
	const char *const rows[] = {
		"CREATE TEMP TABLE mlc_rows (", w->decls, ") ON COMMIT DROP", NULL};
	struct text sql = {0};
	int rc;

	if (run_parts(w, rows) < 0 || copy_into(w, "pg_temp.mlc_rows") < 0 || check_dates(w) < 0)
		return -1;
	text_add(&sql, "INSERT INTO ");
	text_add(&sql, w->into.s);
	text_add(&sql, " (");
	text_add(&sql, w->column_list);
	text_add(&sql, ") SELECT ");
	if (*w->keys) {
		text_add(&sql, "DISTINCT ON (");
		text_add(&sql, w->keys);
		text_add(&sql, ") ");
	}
	text_add(&sql, w->column_list);
	text_add(&sql, " FROM pg_temp.mlc_rows");
	if (*w->keys) {
		text_add(&sql, " ORDER BY ");
		text_add(&sql, w->keys);
		text_add(&sql, ", ctid DESC");
		add_conflict(&sql, w);
	}
	rc = session_run(&w->s, sql.s);
	text_fini(&sql);
	return rc;
}

static int
take_name(struct work *w)
{
	struct text quoted = {0};
	int rc;

	text_add_name(&quoted, w->table);
	const char *const drop[] = {"DROP TABLE ", w->name.s, NULL};
	const char *const rename[] = {"ALTER TABLE ", w->into.s, " RENAME TO ", quoted.s, NULL};

	rc = run_parts(w, drop);
	if (rc == 0)
		rc = run_parts(w, rename);
	text_fini(&quoted);
	return rc;
}

/* --- tokens -------------------------------------------------------------------------------------- */

/* One after the other, also where the table, or our own, is not there yet and cannot be locked. */
static const char SQL_TURN[] =
	"SELECT pg_advisory_xact_lock(hashtextextended('mlflow-c ' || $1 || '.' || $2, 0))";
static const char SQL_TURN_TO_MAKE[] =
	"SELECT pg_advisory_xact_lock(hashtextextended('mlflow-c ' || $1, 0))";

/* The table of ours in a schema, quoted. */
static void
add_published(struct text *sql, const char *schema)
{
	text_add_name(sql, schema);
	text_add(sql, "." PUBLISHED);
}

/* 1: the token is written down, 0, -1. */
static int
published(struct session *s, const char *schema, const char *token)
{
	struct text sql = {0};
	int rc = session_asks(s, SQL_KIND, schema, PUBLISHED);

	if (rc == 1) {
		text_add(&sql, "SELECT 1 FROM ");
		add_published(&sql, schema);
		text_add(&sql, " WHERE token = $1");
		rc = session_asks(s, sql.s, token, NULL);
	}
	text_fini(&sql);
	return rc;
}

static int
write_down(struct work *w, const char *token)
{
	struct text name = {0}, sql = {0};
	int rc;

	add_published(&name, w->schema);
	const char *const make[] = {"CREATE TABLE IF NOT EXISTS ", name.s,
		" (name text PRIMARY KEY, token text NOT NULL)", NULL};

	rc = session_asks(&w->s, SQL_KIND, w->schema, PUBLISHED);
	if (rc == 0)
		rc = session_asks(&w->s, SQL_TURN_TO_MAKE, w->schema, NULL) < 0
			? -1
			: run_parts(w, make);
	text_add(&sql, "INSERT INTO ");
	text_add(&sql, name.s);
	text_add(&sql,
		" VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET token = excluded.token"
		" RETURNING 1");
	if (rc >= 0)
		rc = session_asks(&w->s, sql.s, w->table, token);
	text_fini(&name);
	text_fini(&sql);
	return rc < 0 ? -1 : 0;
}

/* --- the transaction ----------------------------------------------------------------------------- */

static int
apply(struct work *w, const char *token)
{
	bool direct;

	if (prepare(w) < 0)
		return -1;
	direct = !*w->keys && (!w->there || w->fresh || w->same);
	if ((direct ? copy_into(w, w->into.s) : match_into(w)) < 0)
		return -1;
	if (w->fresh && take_name(w) < 0)
		return -1;
	if (session_run(&w->s, "SET CONSTRAINTS ALL IMMEDIATE") < 0)
		return -1;
	if (!token)
		return session_run(&w->s, "ROLLBACK");
	return write_down(w, token) < 0 ? -1 : session_run(&w->s, "COMMIT");
}

static int
in_transaction(struct work *w, const char *token)
{
	int done = session_run(&w->s, "BEGIN");

	if (done == 0)
		done = session_asks(&w->s, SQL_TURN, w->schema, w->table) < 0 ? -1 : 0;
	if (done == 0 && token)
		done = published(&w->s, w->schema, token);
	if (done != 0)
		return done < 0 ? -1 : 0;
	return apply(w, token); /* closing rolls back what was not committed */
}

static void
work_fini(struct work *w)
{
	session_close(&w->s);
	if (w->fd >= 0)
		close(w->fd);
	free(w->schema);
	free(w->table);
	free(w->mode);
	free(w->keys);
	free(w->column_list);
	free(w->decls);
	for (uint32_t i = 0; w->columns && i < w->n; i++)
		free(w->columns[i].name);
	free(w->columns);
	text_fini(&w->name);
	text_fini(&w->into);
}

int
pg_commit(struct mlf_dataset_host *h, const char *stage, const char *target, const char *token)
{
	const char *con = mlf_option(h, "credentials", "con", "");
	struct work w = {.s.h = h, .fd = -1};
	int rc;

	(void)target;
	rc = open_stage(&w, stage);
	if (rc == 0)
		rc = session_open(&w.s, h, con);
	if (rc == 0)
		rc = in_transaction(&w, token);
	work_fini(&w);
	return rc;
}

/* A commit whose connection broke may still go on in the server: its turn has to be over. */
int
pg_probe(struct mlf_dataset_host *h, const char *target, const char *token)
{
	struct options o;
	struct session s;
	int rc;

	(void)target;
	if (options_get(h, &o) < 0)
		return -1;
	rc = session_open(&s, h, o.con);
	if (rc == 0 && session_run(&s, "BEGIN") == 0 &&
		session_asks(&s, SQL_TURN, o.schema, o.table) >= 0)
		rc = published(&s, o.schema, token);
	else
		rc = -1;
	session_close(&s);
	options_fini(&o);
	return rc;
}
