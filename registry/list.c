/* SPDX-License-Identifier: Apache-2.0
 * The list of model versions, and one of them in full. Versions that MLflow deleted, and prompts, which newer MLflows keep
 * among the models, are left out. A store that never had our tables shows MLflow's part. */
#include "registry/store.h"

#include <math.h>

/* Our part is there only if the run is the same: after MLflow forgot a model its numbers begin anew. */
#define VERSIONS(ours, from)                                                           \
	"SELECT v.name, v.version, v.creation_time, v.run_id, v.source, r.name,"       \
	" v.current_stage, v.status, v.description, EXISTS (SELECT 1"                  \
	"   FROM registered_model_aliases a WHERE a.name = v.name AND"                 \
	"   a.version = v.version), " ours                                             \
	" FROM model_versions v LEFT JOIN runs r ON r.run_uuid = v.run_id" from        \
	" WHERE (?1 IS NULL OR v.name = ?1) AND (?2 IS NULL OR v.version = ?2)"        \
	" AND v.current_stage <> 'Deleted_Internal'"                                   \
	" AND NOT EXISTS (SELECT 1 FROM registered_model_tags t WHERE t.name = v.name" \
	"   AND t.key = 'mlflow.prompt.is_prompt' AND t.value = 'true')"               \
	" ORDER BY v.name, v.version DESC"
static const char SQL_VERSIONS[] = VERSIONS("o.path, o.hash, o.bytes",
	" LEFT JOIN mlc_model_versions o"
	" ON o.name = v.name AND o.version = v.version AND o.run_id = v.run_id");
static const char SQL_VERSIONS_THEIRS[] = VERSIONS("NULL, NULL, NULL", "");

/* While they are read, what else has to be asked about each. */
struct version_found {
	struct version_row row;
	bool aliases;
};

static void
fill_version(struct arena *a, const struct rows *rows, void *one)
{
	struct version_found *v = one;

	v->row = (struct version_row){
		.name = rows__text(a, rows, 0),
		.version = rows_i64(rows, 1),
		.created_ms = rows_i64(rows, 2),
		.run_id = rows__text(a, rows, 3),
		.source = rows__text(a, rows, 4),
		.run_name = rows__text(a, rows, 5),
		.stage = rows__text(a, rows, 6),
		.status = rows__text(a, rows, 7),
		.description = rows__text(a, rows, 8),
		.path = rows__text(a, rows, 10),
		.hash = rows__text(a, rows, 11),
		.bytes = rows_null(rows, 12) ? -1 : rows_i64(rows, 12),
	};
	v->aliases = rows_i64(rows, 9);
}

static void
fill_alias(struct arena *a, const struct rows *rows, void *one)
{
	*(const char **)one = rows__text(a, rows, 0);
}

void
rows__metric(struct arena *a, const struct rows *rows, void *one)
{
	*(struct metric *)one = (struct metric){
		.key = rows__text(a, rows, 0),
		.value = rows_i64(rows, 2) ? (double)NAN : rows_f64(rows, 1),
		.step = rows_i64(rows, 3),
		.time_ms = rows_i64(rows, 4),
	};
}

static const struct row_shape version_shape = {sizeof(struct version_found), fill_version},
			      alias_shape = {sizeof(const char *), fill_alias},
			      metric_shape = {sizeof(struct metric), rows__metric};

static const char SQL_ALIASES[] = "SELECT alias FROM registered_model_aliases"
				  " WHERE name = ? AND version = ? ORDER BY alias";

static int
add_aliases(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	struct rows *rows = NULL;
	struct row_list list = {0};

	if (db_query(s->db, &rows, e, SQL_ALIASES, "si", v->name, v->version) < 0 ||
		rows__collect(rows, a, &alias_shape, &list, e) < 0)
		return -1;
	v->aliases = list.v;
	return 0;
}

/* Sorted here: for ten rows SQLite's sorter costs more than the rows. */
static const char SQL_METRICS[] = "SELECT key, value, is_nan, step, timestamp FROM latest_metrics"
				  " WHERE run_uuid = ?";

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct metric *)a)->key, ((const struct metric *)b)->key);
}

static int
add_metrics(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	struct rows *rows = NULL;
	struct row_list list = {0};

	if (db_query(s->db, &rows, e, SQL_METRICS, "s", v->run_id) < 0 ||
		rows__collect(rows, a, &metric_shape, &list, e) < 0)
		return -1;
	if (list.n)
		qsort(list.v, list.n, sizeof(struct metric), by_key);
	v->metrics = list.v;
	v->n_metrics = list.n;
	return 0;
}

static int
complete(struct store *s, struct arena *a, struct version_found *v, struct err *e)
{
	v->row.aliases = arena_alloc(a, sizeof(*v->row.aliases));
	if (v->aliases && add_aliases(s, a, &v->row, e) < 0)
		return -1;
	return add_metrics(s, a, &v->row, e);
}

/* In a transaction: the same state for all the queries, and the file is locked once. */
static int
read_versions(struct store *s, struct arena *a, const char *model, const int64_t *version,
	struct row_list *out, struct err *e)
{
	const char *sql = s->level > 0 ? SQL_VERSIONS : SQL_VERSIONS_THEIRS;
	struct rows *rows = NULL;
	int rc = version ? db_query(s->db, &rows, e, sql, "si", model, *version)
			 : db_query(s->db, &rows, e, sql, "sn", model);

	if (rc == 0)
		rc = rows__collect(rows, a, &version_shape, out, e);
	for (size_t i = 0; rc == 0 && i < out->n; i++)
		rc = complete(s, a, &((struct version_found *)out->v)[i], e);
	return rc;
}

int
versions__one(struct store *s, struct arena *a, const char *model, int64_t version,
	struct version_row *out, struct err *e)
{
	struct row_list list = {0};

	if (read_versions(s, a, model, &version, &list, e) < 0)
		return -1;
	if (list.n == 1)
		*out = ((struct version_found *)list.v)->row;
	return list.n == 1;
}

int
store_versions(struct store *s, struct arena *a, const char *model, struct version_row **out,
	size_t *n, struct err *e)
{
	struct row_list list = {0};
	int rc;

	*out = NULL;
	*n = 0;
	if (!s->db)
		return 0;
	rc = db_script(s->db, "BEGIN", e);
	if (rc == 0)
		rc = read_versions(s, a, model, NULL, &list, e);
	db_rollback(s->db);
	if (rc < 0)
		return -1;
	*out = arena_alloc(a, (list.n + 1) * sizeof(**out));
	for (*n = 0; *n < list.n; (*n)++)
		(*out)[*n] = ((struct version_found *)list.v)[*n].row;
	return 0;
}
