/* SPDX-License-Identifier: Apache-2.0
 * Batches into the staged database: a table `rows`, and one row of mlc_stage that says what is to be
 * done with it. Nobody else sees the file before it is complete, and the host brings it to the disk,
 * so neither sync nor a journal on the disk is needed: one would stay behind when a worker ends early.
 * OFF is not to be had in defensive mode. */
#include "catalog/sqlite.h"

#include <math.h>
#include <string.h>
#include "catalog/values.h"

struct write_column {
	enum mlf_type type;
	struct mlf_f64s f;
	struct mlf_i64s i;
	struct mlf_bools b;
	struct mlf_strs s;
	const uint8_t *valid;
	int64_t off;
};

struct writer {
	struct sqlite_options o;
	sqlite3 *db;                  /* owned */
	sqlite3_stmt *insert;         /* owned */
	struct write_column *columns; /* owned */
	int n;
	int64_t rows;
};

/* --- the tables ---------------------------------------------------------------------------------- */

/* The keys as a list of names in SQL, and whether `name` is one of them. */
static bool
add_keys(struct str *sql, const char *json, const char *name)
{
	bool found = false, first = true;
	const char *none;
	struct jr r;

	jr_init(&r, json ? json : "[]", json ? strlen(json) : 2);
	if (jr_array(&r))
		while (jr_next(&r, &none)) {
			const char *key = jr_str(&r);

			if (!key)
				break;
			found |= name && str_eq(key, name);
			if (!first)
				str_add(sql, ", ");
			first = false;
			sqlite_add_name(sql, key);
		}
	jr_fini(&r);
	return found;
}

struct parts {
	struct str keys, columns, decls, sets; /* SQL */
	int found;                             /* keys that are columns */
};

static void
parts_fini(struct parts *p)
{
	str_fini(&p->keys);
	str_fini(&p->columns);
	str_fini(&p->decls);
	str_fini(&p->sets);
}

static void
take_parts(struct parts *p, const struct writer *w, struct mlf_frame *f)
{
	struct str scratch = {0};

	(void)add_keys(&p->keys, w->o.key, NULL);
	for (int i = 0; i < w->n; i++) {
		const char *name = mlf_column_name(f, i);
		bool key;

		str_reset(&scratch);
		key = add_keys(&scratch, w->o.key, name);
		p->found += key;
		str_add(&p->columns, i ? ", " : "");
		sqlite_add_name(&p->columns, name);
		str_add(&p->decls, i ? ", " : "");
		sqlite_add_name(&p->decls, name);
		str_addf(&p->decls, " %s%s", sqlite_decl(mlf_column_type(f, i)),
			key ? " NOT NULL" : "");
		if (key)
			continue;
		str_add(&p->sets, p->sets.len ? ", " : "");
		sqlite_add_name(&p->sets, name);
		str_add(&p->sets, " = excluded.");
		sqlite_add_name(&p->sets, name);
	}
	str_fini(&scratch);
}

static int
count_keys(const char *json)
{
	const char *none;
	struct jr r;
	int n = 0;

	jr_init(&r, json ? json : "[]", json ? strlen(json) : 2);
	if (jr_array(&r))
		for (; jr_next(&r, &none); n++)
			jr_skip(&r);
	jr_fini(&r);
	return n;
}

static int
make_tables(struct mlf_dataset_host *h, struct writer *w, const struct parts *p)
{
	const char *const texts[] = {w->o.mode, w->o.table, str_text(&p->keys),
		str_text(&p->columns), str_text(&p->decls), str_text(&p->sets)};
	struct str sql = {0};
	int rc;

	str_add(&sql,
		"PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN;"
		"CREATE TABLE mlc_stage (mode, name, keys, columns, decls, sets);"
		"CREATE TABLE rows (");
	str_add(&sql, str_text(&p->decls));
	str_add(&sql, "); INSERT INTO mlc_stage VALUES (");
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		str_add(&sql, i ? ", " : "");
		sqlite_add_text(&sql, texts[i]);
	}
	str_add(&sql, ");");
	rc = sqlite_exec(h, w->db, sql.s);
	str_fini(&sql);
	return rc;
}

static int
prepare(struct mlf_dataset_host *h, struct writer *w)
{
	struct str sql = {0};
	int rc;

	str_add(&sql, "INSERT INTO rows VALUES (");
	for (int i = 0; i < w->n; i++)
		str_add(&sql, i ? ", ?" : "?");
	str_addc(&sql, ')');
	rc = sqlite3_prepare_v2(w->db, sql.s, -1, &w->insert, NULL);
	str_fini(&sql);
	return rc == SQLITE_OK ? 0 : sqlite_fail(h, w->db, 0);
}

static int
begin(struct mlf_dataset_host *h, struct writer *w, struct mlf_frame *f)
{
	struct parts p = {0};
	int rc;

	w->n = mlf_columns(f);
	if (w->n == 0)
		return sqlite_say(h, 0, "a table of a database has at least one column", NULL);
	w->columns = mem_alloc((size_t)w->n * sizeof(*w->columns));
	take_parts(&p, w, f);
	if (p.found != count_keys(w->o.key))
		rc = mlf_option_fail(h, "save_args", "key",
			"`key` names columns that are not written", "correct `key`");
	else
		rc = make_tables(h, w, &p);
	parts_fini(&p);
	return rc < 0 ? -1 : prepare(h, w);
}

/* --- rows ---------------------------------------------------------------------------------------- */

static void
view(struct write_column *c, struct mlf_frame *f, int i)
{
	const char *name = mlf_column_name(f, i);

	c->type = mlf_column_type(f, i);
	switch (c->type) {
	case MLF_BOOL:
		c->b = mlf_bool(f, name);
		c->valid = c->b.valid;
		c->off = c->b.off;
		break;
	case MLF_F64:
		c->f = mlf_f64(f, name);
		c->valid = c->f.valid;
		c->off = c->f.off;
		break;
	case MLF_UTF8:
		c->s = mlf_utf8(f, name);
		c->valid = c->s.valid;
		c->off = c->s.off;
		break;
	case MLF_I64:
	case MLF_TIMESTAMP:
		c->i = c->type == MLF_I64 ? mlf_i64(f, name) : mlf_timestamp(f, name);
		c->valid = c->i.valid;
		c->off = c->i.off;
		break;
	}
}

static int
bind_text(sqlite3_stmt *stmt, int at, const char *s, size_t n, sqlite3_destructor_type keeps)
{
	return sqlite3_bind_text64(stmt, at, s ? s : "", n, keeps, SQLITE_UTF8);
}

static int
bind(sqlite3_stmt *stmt, int at, const struct write_column *c, int64_t row)
{
	char text[VALUE_MAX];
	struct mlf_str s;

	if (mlf_is_null(c->valid, c->off, row))
		return sqlite3_bind_null(stmt, at);
	switch (c->type) {
	case MLF_BOOL: return sqlite3_bind_int(stmt, at, mlf_bool_at(&c->b, row));
	case MLF_I64: return sqlite3_bind_int64(stmt, at, c->i.v[row]);
	case MLF_F64:
		return isnan(c->f.v[row]) ? bind_text(stmt, at, "NaN", 3, SQLITE_STATIC)
					  : sqlite3_bind_double(stmt, at, c->f.v[row]);
	case MLF_TIMESTAMP:
		return bind_text(
			stmt, at, text, value_write_timestamp(text, c->i.v[row]), SQLITE_TRANSIENT);
	case MLF_UTF8: break;
	}
	s = mlf_str_at(&c->s, row);
	return bind_text(stmt, at, s.s, (size_t)s.len, SQLITE_STATIC);
}

static int
add_row(struct mlf_dataset_host *h, struct writer *w, int64_t row)
{
	w->rows++;
	for (int i = 0; i < w->n; i++)
		if (bind(w->insert, i + 1, &w->columns[i], row) != SQLITE_OK)
			return sqlite_fail(h, w->db, w->rows);
	if (sqlite3_step(w->insert) != SQLITE_DONE || sqlite3_reset(w->insert) != SQLITE_OK)
		return sqlite_fail(h, w->db, w->rows);
	return 0;
}

/* --- the type's calls ------------------------------------------------------------------------------ */

static void
writer_free(struct writer *w)
{
	(void)sqlite3_finalize(w->insert);
	(void)sqlite3_close(w->db);
	sqlite_options_fini(&w->o);
	free(w->columns);
	free(w);
}

int
sqlite_write_open(struct mlf_dataset_host *h, void **state)
{
	struct writer *w = mem_alloc(sizeof(*w));
	char path[64];

	if (sqlite_options(h, &w->o) < 0)
		goto bad;
	if (!w->o.table) {
		(void)mlf_option_fail(h, "", "query", "a query is read, never written",
			"give the dataset a `table` instead");
		goto bad;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", mlf_data_fd(h));
	if (sqlite_connect(h, path, SQLITE_OPEN_READWRITE, &w->db) < 0)
		goto bad;
	*state = w;
	return 0;
bad:
	writer_free(w);
	return -1;
}

int
sqlite_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch)
{
	struct writer *w = state;
	int64_t rows = mlf_rows(batch);

	if (!w->columns && begin(h, w, batch) < 0)
		return -1;
	for (int i = 0; i < w->n; i++)
		view(&w->columns[i], batch, i);
	for (int64_t row = 0; row < rows; row++)
		if (add_row(h, w, row) < 0)
			return -1;
	return 0;
}

int
sqlite_write_end(struct mlf_dataset_host *h, void *state, bool ok)
{
	struct writer *w = state;
	int rc = ok ? sqlite_exec(h, w->db, "COMMIT") : 0;

	writer_free(w);
	return rc;
}
