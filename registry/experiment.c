/* SPDX-License-Identifier: Apache-2.0
 * The project's experiment in MLflow's table: found by name, made when the first run needs it. */
#include "registry/store.h"

static const char SQL_FIND[] =
	"SELECT experiment_id, lifecycle_stage FROM experiments WHERE name = ?"
	" ORDER BY experiment_id LIMIT 1";
static const char SQL_ADD[] =
	"INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time,"
	" last_update_time) VALUES (?, ?, 'active', ?, ?)";

/* 1 found, 0 none. */
static int
find(struct store *s, int64_t *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_FIND, "s", s->experiment);
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1) {
		*out = rows_i64(rows, 0);
		if (str_eq(rows_str(rows, 1), "deleted")) {
			rc = err_set(e, MLC_STORE, "the experiment `%s` was deleted in MLflow",
				s->experiment);
			err_help(e,
				"restore it (mlflow experiments restore --experiment-id %lld), or "
				"let `experiment:` in mlflow-c.yml name another",
				(long long)*out);
		}
	}
	rows_end(rows);
	return rc;
}

int
experiment__id(struct store *s, int64_t *out, struct err *e)
{
	struct str where = {0};
	int64_t now;
	int rc = find(s, out, e);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	now = clock_now_ms(s->clock);
	str_addf(&where, "%s/runs/%s", s->root, s->experiment);
	rc = db_run(s->db, e, SQL_ADD, "ssii", s->experiment, where.s, now, now);
	str_fini(&where);
	*out = db_last_id(s->db);
	return rc;
}
