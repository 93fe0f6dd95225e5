/* SPDX-License-Identifier: Apache-2.0
 * The staged database becomes the table, in one transaction of the target:
 *
 *	BEGIN IMMEDIATE
 *	  mlc_published says token?  ---- yes --> it has happened: nothing
 *	  replace   same columns: DELETE, so that indexes and triggers stay; else DROP and CREATE
 *	  append    CREATE if it is missing
 *	  upsert    CREATE with the key as primary key if it is missing
 *	  INSERT ... SELECT from the stage
 *	  mlc_published: table -> token
 *	COMMIT                              ROLLBACK if there is no token: that was a rehearsal
 *
 * The rehearsal runs in the worker, before anything is promised: what the table refuses (a constraint,
 * columns of other types, a lock) fails the node, and the old table stays. */
#include "catalog/sqlite.h"

#include <string.h>

struct work {
	struct mlf_dataset_host *h;
	sqlite3 *db;                                       /* owned */
	char *mode, *name, *keys, *columns, *decls, *sets; /* owned; of mlc_stage */
	bool there;                                        /* the table exists */
};

/* --- asking -------------------------------------------------------------------------------------- */

/* Whether a query of up to two texts gives a row: 1, 0, -1. */
static int
asks(const struct work *w, const char *sql, const char *a, const char *b)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(w->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK && a)
		rc = sqlite3_bind_text(stmt, 1, a, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && b)
		rc = sqlite3_bind_text(stmt, 2, b, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	(void)sqlite3_finalize(stmt);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return rc == SQLITE_ROW;
	return sqlite_fail(w->h, w->db, 0);
}

/* 1: the token is written down, 0, -1. */
static int
published(const struct work *w, const char *token)
{
	int rc = asks(w, "SELECT 1 FROM main.sqlite_master WHERE name = '" SQLITE_PUBLISHED "'",
		NULL, NULL);

	if (rc <= 0)
		return rc;
	return asks(w, "SELECT 1 FROM main." SQLITE_PUBLISHED " WHERE token = ?", token, NULL);
}

static int
read_stage(struct work *w)
{
	static const char sql[] = "SELECT mode, name, keys, columns, decls, sets FROM"
				  " stage.mlc_stage";
	char **const to[] = {&w->mode, &w->name, &w->keys, &w->columns, &w->decls, &w->sets};
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(w->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	for (int i = 0; rc == SQLITE_ROW && i < 6; i++) {
		const char *text = (const char *)sqlite3_column_text(stmt, i);

		*to[i] = mem_strdup(text ? text : "");
	}
	(void)sqlite3_finalize(stmt);
	if (rc == SQLITE_DONE)
		return sqlite_say(w->h, 0, "what is staged for it says nothing", NULL);
	return rc == SQLITE_ROW ? 0 : sqlite_fail(w->h, w->db, 0);
}

/* --- the table that is there --------------------------------------------------------------------- */

static int
check_view(struct work *w)
{
	int rc = asks(w,
		"SELECT 1 FROM main.sqlite_master WHERE type = 'view' AND name = ?"
		" COLLATE NOCASE",
		w->name, NULL);

	if (rc == 1)
		return sqlite_say(w->h, 0, "it is a view, which cannot be written",
			"write to the table behind it");
	return rc;
}

/* Every column that is written must be there, and mean the same type. */
static int
check_columns(struct work *w)
{
	static const char sql[] =
		"SELECT s.name, s.type, t.type FROM pragma_table_info('rows', 'stage') s"
		" LEFT JOIN pragma_table_info(?, 'main') t ON t.name = s.name COLLATE NOCASE";
	struct str text = {0};
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(w->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 1, w->name, -1, SQLITE_STATIC);
	while (rc == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW && text.len == 0) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		const char *ours = (const char *)sqlite3_column_text(stmt, 1);
		const char *theirs = (const char *)sqlite3_column_text(stmt, 2);

		if (!theirs)
			str_addf(&text, "table `%s` has no column `%s`", w->name, name);
		else if (sqlite_type_of(theirs) && sqlite_type_of(theirs) != sqlite_type_of(ours))
			str_addf(&text,
				"column `%s` of table `%s` is %s, and what is written is %s", name,
				w->name, theirs, type_name(sqlite_type_of(ours)));
	}
	(void)sqlite3_finalize(stmt);
	if (rc != SQLITE_OK)
		return sqlite_fail(w->h, w->db, 0);
	rc = text.len ? sqlite_say(w->h, 0, text.s,
				"alter the table, or write `save_args: {mode: replace}`")
		      : 0;
	str_fini(&text);
	return rc;
}

/* 1: the table has the staged columns in the same order, with the same declarations. */
static int
same_columns(struct work *w)
{
	static const char differs[] =
		"SELECT cid, name, type FROM pragma_table_info('rows', 'stage') EXCEPT"
		" SELECT cid, name, type FROM pragma_table_info(?, 'main')";
	static const char more[] = "SELECT 1 FROM pragma_table_info(?, 'main') WHERE cid >="
				   " (SELECT count(*) FROM pragma_table_info('rows', 'stage'))";
	int rc = asks(w, differs, w->name, NULL);

	if (rc == 0)
		rc = asks(w, more, w->name, NULL);
	return rc < 0 ? -1 : rc == 0;
}

/* --- the statements ------------------------------------------------------------------------------ */

static void
add_create(struct str *sql, const struct work *w)
{
	str_add(sql, "CREATE TABLE main.");
	sqlite_add_name(sql, w->name);
	str_addf(sql, " (%s", w->decls);
	if (*w->keys)
		str_addf(sql, ", PRIMARY KEY (%s)", w->keys);
	str_add(sql, ");");
}

static int
add_replace(struct str *sql, struct work *w)
{
	int same = w->there ? same_columns(w) : 0;

	if (same < 0)
		return -1;
	if (same || w->there) {
		str_add(sql, same ? "DELETE FROM main." : "DROP TABLE main.");
		sqlite_add_name(sql, w->name);
		str_addc(sql, ';');
	}
	if (!same)
		add_create(sql, w);
	return 0;
}

static int
add_prepare(struct str *sql, struct work *w)
{
	if (str_eq(w->mode, "replace"))
		return add_replace(sql, w);
	if (w->there)
		return check_columns(w);
	add_create(sql, w);
	return 0;
}

/* Names come quoted from the stage; they cannot be bound. */
static void
add_insert(struct str *sql, const struct work *w)
{
	const char *const parts[] = {" (", w->columns, ") SELECT ", w->columns, " FROM stage.rows"};

	str_add(sql, "INSERT INTO main.");
	sqlite_add_name(sql, w->name);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		str_add(sql, parts[i]);
	if (*w->keys) {
		str_add(sql, " WHERE true ON CONFLICT (");
		str_add(sql, w->keys);
		str_add(sql, *w->sets ? ") DO UPDATE SET " : ") DO NOTHING");
		str_add(sql, w->sets);
	}
	str_addc(sql, ';');
}

static void
add_token(struct str *sql, const struct work *w, const char *token)
{
	str_add(sql,
		"CREATE TABLE IF NOT EXISTS main." SQLITE_PUBLISHED
		" (name TEXT PRIMARY KEY, token TEXT NOT NULL);"
		"INSERT OR REPLACE INTO main." SQLITE_PUBLISHED " VALUES (");
	sqlite_add_text(sql, w->name);
	str_add(sql, ", ");
	sqlite_add_text(sql, token);
	str_add(sql, ");");
}

static int
apply(struct work *w, const char *token)
{
	struct str sql = {0};
	int rc = check_view(w);

	if (rc == 0)
		rc = asks(w, "SELECT 1 FROM pragma_table_info(?, 'main')", w->name, NULL);
	w->there = rc == 1;
	rc = rc < 0 ? -1 : add_prepare(&sql, w);
	if (rc == 0) {
		add_insert(&sql, w);
		if (token)
			add_token(&sql, w, token);
		rc = sqlite_exec(w->h, w->db, sql.s);
	}
	str_fini(&sql);
	return rc;
}

/* --- the type's calls ------------------------------------------------------------------------------ */

static int
attach(struct work *w, const char *stage)
{
	struct str sql = {0};
	int rc;

	str_add(&sql, "ATTACH ");
	sqlite_add_text(&sql, stage);
	str_add(&sql, " AS stage");
	rc = sqlite_exec(w->h, w->db, sql.s);
	str_fini(&sql);
	return rc;
}

static void
work_fini(struct work *w)
{
	(void)sqlite3_close(w->db);
	free(w->mode);
	free(w->name);
	free(w->keys);
	free(w->columns);
	free(w->decls);
	free(w->sets);
}

static int
in_transaction(struct work *w, const char *token)
{
	int done = sqlite_exec(w->h, w->db, "BEGIN IMMEDIATE"), rc;

	if (done == 0 && token)
		done = published(w, token);
	if (done != 0)
		return done < 0 ? -1 : 0;
	rc = apply(w, token);
	if (rc == 0 && token)
		rc = sqlite_exec(w->h, w->db, "COMMIT");
	return rc; /* closing rolls back what was not committed */
}

int
sqlite_commit(struct mlf_dataset_host *h, const char *stage, const char *target, const char *token)
{
	struct work w = {.h = h};
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc = sqlite_connect(h, target, flags, &w.db);

	if (rc == 0 && attach(&w, stage) == 0 && read_stage(&w) == 0)
		rc = in_transaction(&w, token);
	else
		rc = -1;
	work_fini(&w);
	return rc;
}

int
sqlite_probe(struct mlf_dataset_host *h, const char *target, const char *token)
{
	struct work w = {.h = h};
	int rc = sqlite_connect(h, target, SQLITE_OPEN_READONLY, &w.db);

	if (rc == 0)
		rc = published(&w, token);
	work_fini(&w);
	return rc;
}
