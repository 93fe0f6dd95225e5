/* SPDX-License-Identifier: Apache-2.0
 * What the lists show. Every query walks an index and stops at its limit, so that 100,000 runs make
 * a list no slower. Versions that MLflow deleted, and prompts, which newer MLflows keep among the
 * models, are left out. A store that never had our tables shows MLflow's part. */
#include "registry/store.h"

#include <math.h>

static const char SQL_VERSIONS[] =
	"SELECT v.name, v.version, v.creation_time, v.run_id, v.source, r.name"
	" FROM model_versions v LEFT JOIN runs r ON r.run_uuid = v.run_id"
	" WHERE (?1 IS NULL OR v.name = ?1) AND v.current_stage <> 'Deleted_Internal'"
	" AND NOT EXISTS (SELECT 1 FROM registered_model_tags t WHERE t.name = v.name"
	"   AND t.key = 'mlflow.prompt.is_prompt' AND t.value = 'true')"
	" ORDER BY v.name, v.version DESC";

static const char *
text(struct arena *a, const struct rows *rows, int col)
{
	return rows_null(rows, col) ? NULL : arena_strdup(a, rows_str(rows, col));
}

struct versions {
	struct version_row *v; /* owned */
	size_t n, cap;
};

static int
read_versions(
	struct store *s, struct arena *a, const char *model, struct versions *list, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_VERSIONS, "s", model);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		list->v = mem_grow(list->v, &list->cap, list->n + 1, sizeof *list->v);
		list->v[list->n++] = (struct version_row){
			.name = text(a, rows, 0),
			.version = rows_i64(rows, 1),
			.created_ms = rows_i64(rows, 2),
			.run_id = text(a, rows, 3),
			.source = text(a, rows, 4),
			.run_name = text(a, rows, 5),
			.bytes = -1,
		};
	}
	rows_end(rows);
	return rc;
}

static const char SQL_BYTES[] =
	"SELECT bytes FROM mlc_model_versions WHERE name = ? AND version = ?";
static const char SQL_ALIASES[] = "SELECT alias FROM registered_model_aliases"
				  " WHERE name = ? AND version = ? ORDER BY alias";

static int
add_aliases(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	struct rows *rows = NULL;
	const char **list = NULL;
	size_t n = 0, cap = 0;
	int rc = db_query(s->db, &rows, e, SQL_ALIASES, "si", v->name, v->version);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		list = mem_grow(list, &cap, n + 1, sizeof *list);
		list[n++] = text(a, rows, 0);
	}
	rows_end(rows);
	v->aliases = arena_alloc(a, (n + 1) * sizeof *v->aliases);
	if (n > 0)
		memcpy(v->aliases, list, n * sizeof *list);
	free(list);
	return rc;
}

static const char SQL_METRICS[] = "SELECT key, value, is_nan, step, timestamp FROM latest_metrics"
				  " WHERE run_uuid = ? ORDER BY key";

static int
add_metrics(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	struct rows *rows = NULL;
	struct metric *list = NULL;
	size_t n = 0, cap = 0;
	int rc = db_query(s->db, &rows, e, SQL_METRICS, "s", v->run_id);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		list = mem_grow(list, &cap, n + 1, sizeof *list);
		list[n++] = (struct metric){
			.key = text(a, rows, 0),
			.value = rows_i64(rows, 2) ? (double)NAN : rows_f64(rows, 1),
			.step = rows_i64(rows, 3),
			.time_ms = rows_i64(rows, 4),
		};
	}
	rows_end(rows);
	v->n_metrics = n;
	v->metrics = n > 0 ? arena_alloc(a, n * sizeof *list) : NULL;
	if (n > 0)
		memcpy(v->metrics, list, n * sizeof *list);
	free(list);
	return rc;
}

static int
complete(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	if (s->level > 0 &&
		db_get_i64(s->db, &v->bytes, e, SQL_BYTES, "si", v->name, v->version) < 0)
		return -1;
	if (add_aliases(s, a, v, e) < 0)
		return -1;
	return add_metrics(s, a, v, e);
}

int
store_versions(struct store *s, struct arena *a, const char *model, struct version_row **out,
	size_t *n, struct err *e)
{
	struct versions list = {0};
	int rc = 0;

	*out = NULL;
	*n = 0;
	if (!s->db)
		return 0;
	/* one look at the file for all the queries: the same state, and the file is locked once */
	rc = db_script(s->db, "BEGIN", e);
	if (rc == 0)
		rc = read_versions(s, a, model, &list, e);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = complete(s, a, &list.v[i], e);
	db_rollback(s->db);
	if (rc == 0 && list.n > 0) {
		*out = arena_alloc(a, list.n * sizeof **out);
		memcpy(*out, list.v, list.n * sizeof **out);
		*n = list.n;
	}
	free(list.v);
	return rc;
}

/* The name is MLflow's, whose UI may have changed it. Runs deleted there are left out. CROSS JOIN
 * keeps the order of the tables: ours is the one that is sorted already. */
static const char SQL_RUNS[] =
	"SELECT m.run_id, r.name, m.status, m.pipeline, m.env, m.start_ms, m.end_ms, m.nodes,"
	" m.nodes_ok FROM mlc_runs m CROSS JOIN runs r ON r.run_uuid = m.run_id"
	" WHERE r.lifecycle_stage = 'active' ORDER BY m.num DESC LIMIT ?";

int
store_runs(struct store *s, struct arena *a, int64_t limit, struct run_row **out, size_t *n,
	struct err *e)
{
	struct rows *rows = NULL;
	struct run_row *list = NULL;
	size_t cap = 0, count = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!s->db || s->level == 0)
		return 0;
	rc = db_query(s->db, &rows, e, SQL_RUNS, "i", limit);
	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		list = mem_grow(list, &cap, count + 1, sizeof *list);
		list[count++] = (struct run_row){
			.run_id = text(a, rows, 0),
			.name = text(a, rows, 1),
			.status = text(a, rows, 2),
			.pipeline = text(a, rows, 3),
			.env = text(a, rows, 4),
			.start_ms = rows_i64(rows, 5),
			.end_ms = rows_i64(rows, 6),
			.nodes = rows_i64(rows, 7),
			.nodes_ok = rows_i64(rows, 8),
		};
	}
	rows_end(rows);
	if (rc == 0 && count > 0) {
		*out = arena_alloc(a, count * sizeof *list);
		memcpy(*out, list, count * sizeof *list);
		*n = count;
	}
	free(list);
	return rc;
}
