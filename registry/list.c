/* SPDX-License-Identifier: Apache-2.0
 * The list of model versions, and one of them in full. Versions that MLflow deleted, and prompts, which newer MLflows keep
 * among the models, are left out. A store that never had our tables shows MLflow's part. */
#include "registry/store.h"

#include <math.h>

static const char SQL_VERSIONS[] =
	"SELECT v.name, v.version, v.creation_time, v.run_id, v.source, r.name, v.current_stage,"
	" v.status, v.description"
	" FROM model_versions v LEFT JOIN runs r ON r.run_uuid = v.run_id"
	" WHERE (?1 IS NULL OR v.name = ?1) AND (?2 IS NULL OR v.version = ?2)"
	" AND v.current_stage <> 'Deleted_Internal'"
	" AND NOT EXISTS (SELECT 1 FROM registered_model_tags t WHERE t.name = v.name"
	"   AND t.key = 'mlflow.prompt.is_prompt' AND t.value = 'true')"
	" ORDER BY v.name, v.version DESC";

static void
fill_version(struct arena *a, const struct rows *rows, void *one)
{
	*(struct version_row *)one = (struct version_row){
		.name = rows__text(a, rows, 0),
		.version = rows_i64(rows, 1),
		.created_ms = rows_i64(rows, 2),
		.run_id = rows__text(a, rows, 3),
		.source = rows__text(a, rows, 4),
		.run_name = rows__text(a, rows, 5),
		.stage = rows__text(a, rows, 6),
		.status = rows__text(a, rows, 7),
		.description = rows__text(a, rows, 8),
		.bytes = -1,
	};
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

static const struct row_shape version_shape = {sizeof(struct version_row), fill_version},
			      alias_shape = {sizeof(const char *), fill_alias},
			      metric_shape = {sizeof(struct metric), rows__metric};

/* The run's id, too: after MLflow forgot a model its numbers begin anew. */
static const char SQL_OURS[] = "SELECT path, hash, bytes FROM mlc_model_versions"
			       " WHERE name = ? AND version = ? AND run_id = ?";

static int
add_ours(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	struct rows *rows = NULL;
	int rc;

	if (s->level == 0)
		return 0;
	rc = db_query(s->db, &rows, e, SQL_OURS, "sis", v->name, v->version, v->run_id);
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1) {
		v->path = rows__text(a, rows, 0);
		v->hash = rows__text(a, rows, 1);
		v->bytes = rows_i64(rows, 2);
	}
	rows_end(rows);
	return rc < 0 ? -1 : 0;
}

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

static const char SQL_METRICS[] = "SELECT key, value, is_nan, step, timestamp FROM latest_metrics"
				  " WHERE run_uuid = ? ORDER BY key";

static int
add_metrics(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	struct rows *rows = NULL;
	struct row_list list = {0};

	if (db_query(s->db, &rows, e, SQL_METRICS, "s", v->run_id) < 0 ||
		rows__collect(rows, a, &metric_shape, &list, e) < 0)
		return -1;
	v->metrics = list.v;
	v->n_metrics = list.n;
	return 0;
}

static int
complete(struct store *s, struct arena *a, struct version_row *v, struct err *e)
{
	if (add_ours(s, a, v, e) < 0 || add_aliases(s, a, v, e) < 0)
		return -1;
	return add_metrics(s, a, v, e);
}

static int
read_versions(struct store *s, struct arena *a, const char *model, const int64_t *version,
	struct row_list *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = version ? db_query(s->db, &rows, e, SQL_VERSIONS, "si", model, *version)
			 : db_query(s->db, &rows, e, SQL_VERSIONS, "sn", model);

	return rc < 0 ? -1 : rows__collect(rows, a, &version_shape, out, e);
}

int
versions__one(struct store *s, struct arena *a, const char *model, int64_t version,
	struct version_row *out, struct err *e)
{
	struct row_list list = {0};

	if (read_versions(s, a, model, &version, &list, e) < 0)
		return -1;
	if (list.n == 0)
		return 0;
	*out = *(struct version_row *)list.v;
	return complete(s, a, out, e) < 0 ? -1 : 1;
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
	/* one look at the file for all the queries: the same state, and the file is locked once */
	rc = db_script(s->db, "BEGIN", e);
	if (rc == 0)
		rc = read_versions(s, a, model, NULL, &list, e);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = complete(s, a, &((struct version_row *)list.v)[i], e);
	db_rollback(s->db);
	if (rc == 0) {
		*out = list.v;
		*n = list.n;
	}
	return rc;
}
