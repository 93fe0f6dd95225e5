/* SPDX-License-Identifier: Apache-2.0
 * Runs as lists show them, and the run that somebody names. MLflow's row is what there always is;
 * what we know beside it stands in mlc_runs. */
#include "registry/store.h"

/* The name is MLflow's, whose UI may have changed it. */
static const char SQL_RUN[] =
	"SELECT r.run_uuid, r.name, r.status, x.name, r.user_id, r.start_time, r.end_time,"
	" r.lifecycle_stage, m.status, m.pipeline, m.env, m.start_ms, m.end_ms, m.nodes, "
	"m.nodes_ok,"
	" m.folder, m.num FROM runs r LEFT JOIN experiments x ON x.experiment_id = r.experiment_id"
	" LEFT JOIN mlc_runs m ON m.run_id = r.run_uuid WHERE r.run_uuid = ?";
static const char SQL_RUN_THEIRS[] =
	"SELECT r.run_uuid, r.name, r.status, x.name, r.user_id, r.start_time, r.end_time,"
	" r.lifecycle_stage, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
	" FROM runs r LEFT JOIN experiments x ON x.experiment_id = r.experiment_id"
	" WHERE r.run_uuid = ?";

/* MLflow's word for how a run is, in ours. */
static const char *
our_status(const char *theirs)
{
	static const char *const words[][2] = {{"FINISHED", "ok"}, {"FAILED", "failed"},
		{"KILLED", "cancelled"}, {"RUNNING", "running"}, {"SCHEDULED", "scheduled"}};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_eq(words[i][0], theirs))
			return words[i][1];
	return "unknown";
}

static void
fill(struct arena *a, const struct rows *rows, struct run_row *out)
{
	bool ours = !rows_null(rows, 16);

	*out = (struct run_row){
		.run_id = rows__text(a, rows, 0),
		.name = rows_null(rows, 1) ? "" : rows__text(a, rows, 1),
		.status = ours ? rows__text(a, rows, 8) : our_status(rows_str(rows, 2)),
		.experiment = rows__text(a, rows, 3),
		.user = rows__text(a, rows, 4),
		.start_ms = rows_i64(rows, ours ? 11 : 5),
		.end_ms = rows_i64(rows, ours ? 12 : 6),
		.deleted = str_eq(rows_str(rows, 7), "deleted"),
		.pipeline = rows__text(a, rows, 9),
		.env = rows__text(a, rows, 10),
		.nodes = rows_i64(rows, 13),
		.nodes_ok = rows_i64(rows, 14),
		.folder = rows__text(a, rows, 15),
		.num = rows_i64(rows, 16),
	};
}

/* 1 found, 0 none. */
static int
read_run(struct store *s, struct arena *a, const char *id, struct run_row *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, s->level > 0 ? SQL_RUN : SQL_RUN_THEIRS, "s", id);

	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1)
		fill(a, rows, out);
	rows_end(rows);
	return rc;
}

int
store_runs(struct store *s, struct arena *a, const struct run_search *q, struct run_row **out,
	size_t *n, struct err *e)
{
	struct run_search all = *q;
	const char **ids = NULL;
	size_t found = 0;
	int rc;

	*out = NULL;
	*n = 0;
	all.limit = q->limit < 0 ? INT64_MAX : q->limit;
	if (!s->db)
		return 0;
	/* one look at the file for all the queries: the same state, and the file is locked once */
	rc = db_script(s->db, "BEGIN", e);
	if (rc == 0)
		rc = search__runs(s, a, &all, &ids, &found, e);
	*out = arena_alloc(a, (found + 1) * sizeof **out);
	for (size_t i = 0; rc == 0 && i < found; i++) {
		rc = read_run(s, a, ids[i], &(*out)[*n], e);
		*n += rc == 1;
		rc = rc < 0 ? -1 : 0;
	}
	db_rollback(s->db);
	return rc;
}

/* ---- one run */

static const char SQL_LAST[] =
	"SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' ORDER BY rowid DESC LIMIT 1";
static const char SQL_NAMED[] = "SELECT run_uuid FROM runs WHERE name = ?"
				" ORDER BY lifecycle_stage, rowid DESC LIMIT 1";
static const char SQL_PREFIX[] = "SELECT run_uuid FROM runs WHERE run_uuid >= ?1"
				 " AND run_uuid < ?1 || 'g' ORDER BY run_uuid LIMIT 2";

/* 1 found, 0 none: the newest run of a name, one that is not deleted before one that is; or of all. */
static int
newest(struct store *s, const char *name, char id[static 64], struct err *e)
{
	struct rows *rows = NULL;
	int rc = name ? db_query(s->db, &rows, e, SQL_NAMED, "s", name)
		      : db_query(s->db, &rows, e, SQL_LAST, "");

	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1)
		(void)snprintf(id, 64, "%s", rows_str(rows, 0));
	rows_end(rows);
	return rc;
}

/* 1: one run's id begins so, 0: none, or several. */
static int
by_prefix(struct store *s, const char *prefix, char id[static 64], struct err *e)
{
	struct rows *rows = NULL;
	int found = 0, rc = 0;

	if (strlen(prefix) < 6 || strspn(prefix, "0123456789abcdef") != strlen(prefix))
		return 0;
	rc = db_query(s->db, &rows, e, SQL_PREFIX, "s", prefix);
	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		if (found++ == 0)
			(void)snprintf(id, 64, "%s", rows_str(rows, 0));
	}
	rows_end(rows);
	return rc < 0 ? -1 : found == 1;
}

/* The newest hundred are searched for what was meant. */
static int
not_found(struct store *s, const char *which, struct err *e)
{
	const struct run_search recent = {.limit = 100};
	struct arena a = {0};
	struct map names = {0};
	struct run_row *rows = NULL;
	const char *near = NULL;
	size_t n = 0;

	if (store_runs(s, &a, &recent, &rows, &n, NULL) == 0)
		for (size_t i = 0; i < n; i++)
			map_put(&names, rows[i].name, &names);
	near = map_near(&names, which);
	err_set(e, MLC_NOT_FOUND, "there is no run `%.200s`", which);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e, "a run has a name and an id: mlflow-c runs list");
	map_fini(&names);
	arena_fini(&a);
	return -1;
}

int
store_run(struct store *s, struct arena *a, const char *which, struct run_row *out, struct err *e)
{
	char id[64];
	int rc;

	if (!s->db)
		return not_found(s, which, e);
	rc = newest(s, str_eq(which, "last") ? NULL : which, id, e);
	if (rc == 0)
		rc = read_run(s, a, which, out, e); /* an id, also of a deleted run */
	else if (rc == 1)
		rc = read_run(s, a, id, out, e);
	if (rc == 0 && (rc = by_prefix(s, which, id, e)) == 1)
		rc = read_run(s, a, id, out, e);
	return rc == 0 ? not_found(s, which, e) : rc < 0 ? -1 : 0;
}

#define LEVEL_OPTIONS 3
static const char SQL_ASKED[] =
	"SELECT options, seed FROM mlc_runs WHERE num = ? AND options IS NOT NULL";

int
store_asked(struct store *s, struct arena *a, const struct run_row *run, struct run_asked *out,
	struct err *e)
{
	struct rows *rows = NULL;
	int rc;

	if (s->level < LEVEL_OPTIONS)
		return 0;
	rc = db_query(s->db, &rows, e, SQL_ASKED, "i", run->num);
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1) {
		out->options = rows__text(a, rows, 0);
		out->seed = strtoull(rows_str(rows, 1), NULL, 10);
	}
	rows_end(rows);
	return rc;
}
