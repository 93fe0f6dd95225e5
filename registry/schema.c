/* SPDX-License-Identifier: Apache-2.0
 * Is this file a store we can keep books in? And: bringing our own tables up to date.
 *
 * A store is known by its columns, not by its revision: MLflow upgrades a file in place, and what it
 * adds has defaults. So a file passes if alembic_version has its row, every column we name exists,
 * and every other column of a table we write to may be left out of an INSERT. Nothing is written
 * before that is known, and the version row is never touched.
 *
 *	0 bytes . not SQLite . cut short  ->  damaged        alembic_version missing  ->  foreign
 *	a column of ours missing          ->  too old        a new one without default -> too new */
#include "registry/store.h"

#include <errno.h>
#include <sys/stat.h>

struct needed {
	const char *table, *columns; /* columns separated by single blanks */
};

static const struct needed mlflow_needs[] = {
	{"experiments",
		"experiment_id name artifact_location lifecycle_stage creation_time "
		"last_update_time"},
	{"runs",
		"run_uuid name source_type source_name entry_point_name user_id status start_time "
		"end_time source_version lifecycle_stage artifact_uri experiment_id"},
	{"metrics", "key value timestamp run_uuid step is_nan"},
	{"latest_metrics", "key value timestamp step is_nan run_uuid"},
	{"params", "key value run_uuid"},
	{"tags", "key value run_uuid"},
	{"registered_models", "name creation_time last_updated_time description"},
	{"registered_model_tags", "key value name"},
	{"registered_model_aliases", "alias version name"},
	{"model_versions",
		"name version creation_time last_updated_time description user_id current_stage "
		"source run_id status status_message run_link storage_location"},
	{"model_version_tags", "key value name version"},
	{"datasets",
		"dataset_uuid experiment_id name digest dataset_source_type dataset_source "
		"dataset_schema dataset_profile"},
	{"inputs", "input_uuid source_type source_id destination_type destination_id"},
	{"input_tags", "input_uuid name value"},
	{NULL, NULL},
};

/* One column of each is enough: the tables are ours, and change only by migration. */
static const struct needed our_needs[] = {
	{"mlc_runs", "num"},
	{"mlc_writes", "num"},
	{"mlc_nodes", "num"},
	{"mlc_data", "node_id"},
	{"mlc_intents", "num"},
	{"mlc_model_versions", "version"},
	{"mlc_alias_history", "version"},
	{"mlc_files", "version"},
	{NULL, NULL},
};

static int
damaged(const struct store *s, struct err *e, const char *how)
{
	err_set(e, MLC_STORE, "the registry `%s` is damaged: %s", s->shown, how);
	return err_help(e,
		"nothing was changed; put a backup in its place, or move it away "
		"(mv %s %s.damaged) and the next run makes a new one",
		s->shown, s->shown);
}

static int
foreign(const struct store *s, struct err *e)
{
	err_set(e, MLC_STORE, "`%s` is a SQLite database, but no MLflow store", s->shown);
	return err_help(e,
		"nothing was changed; let `store:` in mlflow-c.yml name another file, "
		"or move this one away");
}

static int
too_old(const struct store *s, const char *revision, const char *lacking, struct err *e)
{
	err_set(e, MLC_STORE, "the registry `%s` was made by an older MLflow (revision %s)",
		s->shown, revision);
	err_note(e, "it has no column `%s`, which MLflow 2.8 and later have", lacking);
	return err_help(
		e, "nothing was changed; upgrade it: mlflow db upgrade sqlite:///%s", s->path);
}

static int
too_new(const struct store *s, const char *revision, const char *column, struct err *e)
{
	err_set(e, MLC_STORE, "the registry `%s` was made by a newer MLflow (revision %s)",
		s->shown, revision);
	err_note(e, "its column `%s` must be filled, and this mlflow-c does not know with what",
		column);
	return err_help(e,
		"nothing was changed; use a newer mlflow-c, or let `store:` in "
		"mlflow-c.yml name another file");
}

/* What SQLite says of a file it cannot use becomes an error that names the file. Trouble of the disk
 * or with other programs, which comes with its own help, stays what it is. */
int
schema__unreadable(const struct store *s, struct err *e)
{
	char why[1024];
	if (!e || e->code != MLC_STORE || *e->help)
		return err_wrap(e, "registry `%s`", s->shown);
	(void)snprintf(why, sizeof why, "%s", e->msg);
	err_set(e, MLC_STORE, "the registry `%s` cannot be read: %s", s->shown, why);
	return err_help(e,
		"nothing was changed; if the file is damaged, put a backup in its place, or move "
		"it away (mv %s %s.damaged) and the next run makes a new one",
		s->shown, s->shown);
}

int
schema__check_file(const struct store *s, struct err *e)
{
	struct stat st;
	if (stat(s->path, &st) < 0)
		return err_errno(e, MLC_STORE, "cannot open the registry `%s`", s->shown);
	if (!S_ISREG(st.st_mode))
		return err_set(e, MLC_STORE, "the registry `%s` is no regular file", s->shown);
	if (st.st_size == 0)
		return damaged(s, e, "it is empty (0 bytes)");
	return 0;
}

static const char SQL_PAGE_SIZE[] = "PRAGMA page_size";
static const char SQL_PAGE_COUNT[] = "PRAGMA page_count";
static const char SQL_JOURNAL[] = "PRAGMA journal_mode";

/* 1 if the newest pages may be in a write-ahead log alone, else 0. */
static int
is_wal(const struct store *s, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_JOURNAL, "");
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1)
		rc = str_eq(rows_str(rows, 0), "wal");
	rows_end(rows);
	return rc;
}

/* SQLite reads a file that was cut inside its last page as if it ended in zeros. To be called in a
 * read transaction, or another process may be extending the file. */
static int
check_length(const struct store *s, struct err *e)
{
	struct stat st;
	int64_t page, pages;
	int wal = is_wal(s, e);
	if (wal < 0 || db_get_i64(s->db, &page, e, SQL_PAGE_SIZE, "") < 0 ||
		db_get_i64(s->db, &pages, e, SQL_PAGE_COUNT, "") < 0)
		return schema__unreadable(s, e);
	if (stat(s->path, &st) < 0)
		return err_errno(e, MLC_STORE, "cannot look at the registry `%s`", s->shown);
	if (!wal && (int64_t)st.st_size < page * pages)
		return damaged(s, e, "it was cut short");
	return 0;
}

struct columns {
	struct map all;  /* "table.column" */
	struct map must; /* those that an INSERT cannot leave out */
};

static void
columns_fini(struct columns *c)
{
	map_fini(&c->all);
	map_fini(&c->must);
}

static const char SQL_COLUMNS[] =
	"SELECT m.name || '.' || c.name, c.\"notnull\" AND c.dflt_value IS NULL"
	"  FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";

static int
columns_read(const struct store *s, struct columns *c, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_COLUMNS, "");
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc < 0)
		schema__unreadable(s, e);
	else if (check_length(s, e) < 0)
		rc = -1;
	while (rc == 1) {
		const char *name = rows_str(rows, 0);
		map_put(&c->all, name, NULL);
		if (rows_i64(rows, 1))
			map_put(&c->must, name, NULL);
		rc = rows_next(rows, e);
		if (rc < 0)
			schema__unreadable(s, e);
	}
	rows_end(rows);
	return rc;
}

static const char SQL_REVISION[] = "SELECT version_num FROM alembic_version";

int
schema__revision(const struct store *s, char *out, size_t cap, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_REVISION, "");
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1)
		(void)snprintf(out, cap, "%s", rows_str(rows, 0));
	rows_end(rows);
	if (rc < 0)
		return schema__unreadable(s, e);
	return rc == 1 ? 0 : foreign(s, e);
}

/* Steps through "a b c": the next word's length, 0 at the end; *p points at it. */
static size_t
word(const char **p)
{
	*p += strspn(*p, " ");
	return strcspn(*p, " ");
}

/* The first "table.column" of `needs` that is not there, in buf, or NULL. */
static const char *
find_lacking(const struct columns *c, const struct needed *needs, char *buf, size_t cap)
{
	for (; needs->table; needs++) {
		const char *p = needs->columns;
		for (size_t n; (n = word(&p)) > 0; p += n) {
			(void)snprintf(buf, cap, "%s.%.*s", needs->table, (int)n, p);
			if (!map_has(&c->all, buf))
				return buf;
		}
	}
	return NULL;
}

static bool
is_needed(const struct needed *need, const char *column)
{
	const char *p = need->columns;
	for (size_t n; (n = word(&p)) > 0; p += n)
		if (strlen(column) == n && memcmp(p, column, n) == 0)
			return true;
	return false;
}

/* The first column that our INSERTs leave out although they may not, or NULL. */
static const char *
find_unknown(const struct columns *c)
{
	for (size_t i = 0; i < c->must.n; i++) {
		const char *key = c->must.keys[i], *dot = strchr(key, '.');
		for (const struct needed *need = mlflow_needs; need->table; need++)
			if (strlen(need->table) == (size_t)(dot - key) &&
				str_starts(key, need->table) && !is_needed(need, dot + 1))
				return key;
	}
	return NULL;
}

static const char SQL_LEVEL[] = "SELECT coalesce(max(level), 0) FROM mlc_migrations";

static int64_t
newest_level(void)
{
	int64_t n = 0;
	while (ddl__ours[n])
		n++;
	return n;
}

static int
check_ours(struct store *s, const struct columns *c, struct err *e)
{
	char buf[128];
	s->level = 0;
	if (!map_has(&c->all, "mlc_migrations.level"))
		return 0;
	if (db_get_i64(s->db, &s->level, e, SQL_LEVEL, "") < 0)
		return schema__unreadable(s, e);
	if (s->level > newest_level()) {
		err_set(e, MLC_STORE, "the registry `%s` was written by a newer mlflow-c",
			s->shown);
		return err_help(e, "nothing was changed; use that version, or a newer one");
	}
	if (s->level == newest_level() && find_lacking(c, our_needs, buf, sizeof buf)) {
		char how[192];
		(void)snprintf(how, sizeof how, "it lacks `%s`", buf);
		return damaged(s, e, how);
	}
	return 0;
}

int
schema__check(struct store *s, struct err *e)
{
	struct columns c = {0};
	char revision[64], buf[128];
	const char *column;
	int rc = columns_read(s, &c, e);
	if (rc == 0 && !map_has(&c.all, "alembic_version.version_num"))
		rc = foreign(s, e);
	if (rc == 0)
		rc = schema__revision(s, revision, sizeof revision, e);
	if (rc == 0 && (column = find_lacking(&c, mlflow_needs, buf, sizeof buf)))
		rc = too_old(s, revision, column, e);
	if (rc == 0 && (column = find_unknown(&c)))
		rc = too_new(s, revision, column, e);
	if (rc == 0)
		rc = check_ours(s, &c, e);
	columns_fini(&c);
	return rc;
}

static const char SQL_HAS_LEVEL[] =
	"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'mlc_migrations'";
static const char SQL_ADD_LEVEL[] = "INSERT INTO mlc_migrations (level, applied_ms) VALUES (?, ?)";

/* In a transaction. */
static int
migrate_from(struct db *db, int64_t level, int64_t now, struct err *e)
{
	for (; ddl__ours[level]; level++)
		if (db_script(db, ddl__ours[level], e) < 0 ||
			db_run(db, e, SQL_ADD_LEVEL, "ii", level + 1, now) < 0)
			return -1;
	return 0;
}

static const char SQL_HAS_INDEXES[] =
	"SELECT count(*) = 3 FROM sqlite_master WHERE type = 'index' AND name IN"
	" ('mlc_runs_by_name', 'mlc_metrics_by_value', 'mlc_params_by_value')";

/* In a transaction. */
static int
add_indexes(struct db *db, struct err *e)
{
	for (size_t i = 0; ddl__indexes[i]; i++)
		if (db_script(db, ddl__indexes[i], e) < 0)
			return -1;
	return 0;
}

int
schema__migrate(struct store *s, struct err *e)
{
	int64_t level = 0, has, indexed = 0;
	if (db_get_i64(s->db, &indexed, e, SQL_HAS_INDEXES, "") < 0)
		return -1;
	if (s->level == newest_level() && indexed)
		return 0;
	if (db_begin(s->db, e) < 0)
		return -1;
	/* another process may have done it meanwhile */
	if (db_get_i64(s->db, &has, e, SQL_HAS_LEVEL, "") < 0 ||
		(has && db_get_i64(s->db, &level, e, SQL_LEVEL, "") < 0) ||
		migrate_from(s->db, level, clock_now_ms(s->clock), e) < 0 ||
		add_indexes(s->db, e) < 0 || db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return err_wrap(e, "bringing the registry `%s` up to date", s->shown);
	}
	s->level = newest_level();
	return 0;
}

static const char SQL_ADD_REVISION[] = "INSERT INTO alembic_version (version_num) VALUES (?)";
static const char SQL_ADD_DEFAULT[] =
	"INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage,"
	" creation_time, last_update_time) VALUES (0, 'Default', ?, 'active', ?, ?)";

int
schema__fill(struct db *db, const char *root, int64_t now, struct err *e)
{
	struct str where = {0};
	int rc = db_begin(db, e);
	if (rc < 0)
		return -1;
	for (size_t i = 0; rc == 0 && ddl__mlflow[i]; i++)
		rc = db_script(db, ddl__mlflow[i], e);
	str_addf(&where, "%s/runs/0", root);
	if (rc < 0 || db_run(db, e, SQL_ADD_REVISION, "s", MLFLOW_REVISION) < 0 ||
		db_run(db, e, SQL_ADD_DEFAULT, "sii", where.s, now, now) < 0 ||
		migrate_from(db, 0, now, e) < 0 || add_indexes(db, e) < 0 || db_commit(db, e) < 0) {
		db_rollback(db);
		rc = -1;
	}
	str_fini(&where);
	return rc;
}
