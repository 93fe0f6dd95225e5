/* SPDX-License-Identifier: Apache-2.0
 * The store as a file: is it whole, a copy of it, less of it, and after the project has moved. */
#include "registry/store.h"

#include <sys/stat.h>

/* ---- is it whole */

static void
add_problem(struct store_report *r, const char *text)
{
	r->problems = mem_grow(r->problems, &r->cap, r->n_problems + 1, sizeof *r->problems);
	r->problems[r->n_problems++] = mem_strdup(text);
}

void
store_report_fini(struct store_report *r)
{
	for (size_t i = 0; i < r->n_problems; i++)
		free(r->problems[i]);
	free(r->problems);
}

/* What each query counts should not be there. All are of tables that a store has at any level. */
static const struct {
	const char *sql, *what;
	bool ours;
} checks[] = {
	{"SELECT count(*) FROM metrics WHERE run_uuid NOT IN (SELECT run_uuid FROM runs)",
		"metrics of no run", false},
	{"SELECT count(*) FROM params WHERE run_uuid NOT IN (SELECT run_uuid FROM runs)",
		"parameters of no run", false},
	{"SELECT count(*) FROM tags WHERE run_uuid NOT IN (SELECT run_uuid FROM runs)",
		"tags of no run", false},
	{"SELECT count(*) FROM model_versions WHERE name NOT IN"
	 " (SELECT name FROM registered_models)",
		"versions of no model", false},
	{"SELECT count(*) FROM registered_model_aliases a WHERE NOT EXISTS (SELECT 1 FROM"
	 " model_versions v WHERE v.name = a.name AND v.version = a.version)",
		"aliases of no version", false},
	{"SELECT count(*) FROM mlc_nodes WHERE num NOT IN (SELECT num FROM mlc_runs)",
		"nodes of no run", true},
	{"SELECT count(*) FROM mlc_data WHERE node_id NOT IN (SELECT node_id FROM mlc_nodes)",
		"datasets of no node", true},
};

static int
count_all(struct store *s, struct store_report *r, struct err *e)
{
	struct str text = {0};
	int64_t n;
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < sizeof checks / sizeof checks[0]; i++) {
		if (checks[i].ours && s->level == 0)
			continue;
		rc = db_get_i64(s->db, &n, e, checks[i].sql, "");
		if (rc < 0 || n == 0)
			continue;
		str_reset(&text);
		str_addf(&text, "%lld %s", (long long)n, checks[i].what);
		add_problem(r, text.s);
	}
	str_fini(&text);
	return rc < 0 ? -1 : 0;
}

static const char SQL_INTEGRITY[] = "PRAGMA integrity_check(20)";

static int
check_pages(struct store *s, struct store_report *r, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_INTEGRITY, "");

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		if (!str_eq(rows_str(rows, 0), "ok"))
			add_problem(r, rows_str(rows, 0));
	}
	rows_end(rows);
	return rc < 0 ? -1 : 0;
}

static const char SQL_RUNS[] = "SELECT count(*) FROM runs";
static const char SQL_VERSIONS[] =
	"SELECT count(*) FROM model_versions WHERE current_stage <> 'Deleted_Internal'";

int
store_check(struct store *s, struct store_report *out, struct err *e)
{
	struct stat st;

	*out = (struct store_report){0};
	if (!s->db) {
		err_set(e, MLC_STORE, "there is no registry `%s`", s->shown);
		return err_help(e, "the first run makes it, or: mlflow-c store init");
	}
	if (schema__revision(s, out->revision, sizeof out->revision, e) < 0 ||
		check_pages(s, out, e) < 0 || count_all(s, out, e) < 0 ||
		db_get_i64(s->db, &out->runs, e, SQL_RUNS, "") < 0 ||
		db_get_i64(s->db, &out->versions, e, SQL_VERSIONS, "") < 0)
		return -1;
	out->path = s->path;
	out->level = s->level;
	out->bytes = stat(s->path, &st) == 0 ? (int64_t)st.st_size : 0;
	return 0;
}

/* ---- copies */

static const char SQL_COPY[] = "VACUUM INTO ?";
static const char SQL_VACUUM[] = "VACUUM";

int
store_backup(struct store *s, const char *path, struct err *e)
{
	if (!s->db) {
		err_set(e, MLC_STORE, "there is no registry `%s`", s->shown);
		return err_help(e, "there is nothing to copy");
	}
	return db_run(s->db, e, SQL_COPY, "s", path);
}

/* The order of rows stays, and with it what "newest" means. */
int
store_vacuum(struct store *s, struct err *e)
{
	return db_run(s->db, e, SQL_VACUUM, "");
}

/* ---- after a move */

static const char SQL_OLD_ROOT[] =
	"SELECT substr(r.artifact_uri, 1, length(r.artifact_uri) - length(m.folder) - 11),"
	" r.artifact_uri, m.folder FROM mlc_runs m JOIN runs r ON r.run_uuid = m.run_id"
	" WHERE r.artifact_uri LIKE '%/' || m.folder || '/artifacts' ORDER BY m.num DESC";

/* Where the project was when its newest run was recorded; empty: there is none. */
static int
old_root(struct store *s, struct str *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_OLD_ROOT, "");

	while (rc == 0 && (rc = rows_next(rows, e)) == 1 && !out->len) {
		rc = 0;
		/* not of another project that shares the store */
		if (!file_exists(s->rootfd, rows_str(rows, 2)))
			continue;
		rc = recover__elsewhere(s, rows_str(rows, 1), rows_str(rows, 2), e);
		if (rc == 0)
			str_add(out, rows_str(rows, 0));
		rc = rc < 0 ? -1 : 0;
	}
	rows_end(rows);
	return rc < 0 ? -1 : 0;
}

#define MOVE(table, column)                                                  \
	"UPDATE " table " SET " column " = ?1 || substr(" column             \
	", length(?2) + 1) WHERE substr(" column ", 1, length(?2)) = ?2 AND" \
	" substr(" column ", length(?2) + 1, 1) = '/'"
static const char *const moves[] = {
	MOVE("experiments", "artifact_location"),
	MOVE("runs", "artifact_uri"),
	MOVE("model_versions", "source"),
	MOVE("model_versions", "storage_location"),
};

int
store_relocate(struct store *s, const char *from, struct str *was, int64_t *n, struct err *e)
{
	int rc = 0;

	*n = 0;
	if (from)
		str_add(was, from);
	else if (s->level > 0)
		rc = old_root(s, was, e);
	while (was->len > 1 && was->s[was->len - 1] == '/')
		was->s[--was->len] = '\0';
	if (rc < 0 || !was->len || str_eq(was->s, s->root))
		return rc < 0 ? -1 : 0;
	if (db_begin(s->db, e) < 0)
		return -1;
	for (size_t i = 0; rc >= 0 && i < sizeof moves / sizeof moves[0]; i++) {
		rc = db_run(s->db, e, moves[i], "ss", s->root, was->s);
		*n += rc < 0 ? 0 : db_changes(s->db);
	}
	if (rc < 0 || db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}
