/* SPDX-License-Identifier: Apache-2.0
 * Changes of runs that are on record: tags, notes, deletion. Deleting is what MLflow's UI does: the
 * run is out of sight and can come back. Nothing is removed before `runs gc`.
 *
 *	active <--restore-- deleted --gc--> gone, with its files
 */
#include "registry/store.h"

#define OURS "mlflow_c."

static int
check_writing(const struct store *s, struct err *e)
{
	return s->db && s->mode == STORE_WRITE
		? 0
		: err_set(e, MLC_BUG, "a registry opened for reading was to be changed");
}

static const char SQL_DROP_TAG[] = "DELETE FROM tags WHERE key = ? AND run_uuid = ?";
static const char SQL_RENAME[] = "UPDATE runs SET name = ? WHERE run_uuid = ?";

/* The name lives twice in MLflow's tables. */
static int
set_tag(struct store *s, const char *run_id, const char *key, const char *value, struct err *e)
{
	if (!value)
		return db_run(s->db, e, SQL_DROP_TAG, "ss", key, run_id);
	if (str_eq(key, "mlflow.runName") && db_run(s->db, e, SQL_RENAME, "ss", value, run_id) < 0)
		return -1;
	return value__tag(s, run_id, key, value, e);
}

int
store_tag(
	struct store *s, const struct run_row *run, const struct tag *tags, size_t n, struct err *e)
{
	int rc = check_writing(s, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (str_starts(tags[i].key, OURS)) {
			err_set(e, MLC_NAME, "the tag `%.200s` is mlflow-c's own", tags[i].key);
			rc = err_help(e, "take a name that does not begin with " OURS);
		}
	if (rc < 0 || db_begin(s->db, e) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = set_tag(s, run->run_id, tags[i].key, tags[i].value, e);
	if (rc < 0 || db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

/* ---- deleted, and back */

static const char SQL_STAGE[] = "UPDATE runs SET lifecycle_stage = ?, deleted_time = ?"
				" WHERE run_uuid = ? AND status <> 'RUNNING'";

int
store_delete(struct store *s, const struct run_row *run, bool deleted, struct err *e)
{
	struct str when = {0};
	int rc = check_writing(s, e);

	str_addf(&when, "%lld", (long long)clock_now_ms(s->clock));
	if (rc == 0)
		rc = db_run(s->db, e, SQL_STAGE, "sss", deleted ? "deleted" : "active",
			deleted ? when.s : NULL, run->run_id);
	if (rc == 0 && db_changes(s->db) == 0) {
		err_set(e, MLC_LOCKED, "run %s is still running", run->name);
		rc = err_help(e, "wait until it has ended: mlflow-c runs list");
	}
	str_fini(&when);
	return rc;
}

/* ---- gone */

static const char SQL_VERSIONS[] = "SELECT count(*) FROM model_versions WHERE run_id = ?"
				   " AND current_stage <> 'Deleted_Internal'";
/* Its last writer knows how a dataset is to be read, and what --changed compares with. */
static const char SQL_LAST_WORD[] =
	"SELECT count(*) FROM mlc_nodes n JOIN mlc_data d ON d.node_id = n.node_id"
	" WHERE n.num = ? AND d.written = 1 AND NOT EXISTS (SELECT 1 FROM mlc_data x"
	" WHERE x.written = 1 AND x.path = d.path AND x.data_id > d.data_id)";

static int
kept_because(struct store *s, const struct run_row *run, const char **why, struct err *e)
{
	int64_t versions = 0, data = 0;

	*why = NULL;
	if (db_get_i64(s->db, &versions, e, SQL_VERSIONS, "s", run->run_id) < 0 ||
		(run->num && db_get_i64(s->db, &data, e, SQL_LAST_WORD, "i", run->num) < 0))
		return -1;
	if (versions)
		*why = "a model version comes from it";
	else if (data)
		*why = "a dataset is as it left it";
	return 0;
}

static const struct {
	const char *sql;
	bool ours; /* by number, else by id */
} removals[] = {
	{"DELETE FROM metrics WHERE run_uuid = ?", false},
	{"DELETE FROM latest_metrics WHERE run_uuid = ?", false},
	{"DELETE FROM params WHERE run_uuid = ?", false},
	{"DELETE FROM tags WHERE run_uuid = ?", false},
	{"DELETE FROM input_tags WHERE input_uuid IN (SELECT input_uuid FROM inputs"
	 " WHERE destination_type = 'RUN' AND destination_id = ?)",
		false},
	{"DELETE FROM inputs WHERE destination_type = 'RUN' AND destination_id = ?", false},
	{"DELETE FROM mlc_data WHERE node_id IN (SELECT node_id FROM mlc_nodes WHERE num = ?)",
		true},
	{"DELETE FROM mlc_nodes WHERE num = ?", true},
	{"DELETE FROM mlc_intents WHERE num = ?", true},
	{"DELETE FROM mlc_runs WHERE num = ?", true},
	{"DELETE FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'deleted'", false},
};

static int
remove_rows(struct store *s, const struct run_row *run, struct err *e)
{
	for (size_t i = 0; i < sizeof removals / sizeof removals[0]; i++) {
		int rc = 0;

		if (!removals[i].ours)
			rc = db_run(s->db, e, removals[i].sql, "s", run->run_id);
		else if (run->num)
			rc = db_run(s->db, e, removals[i].sql, "i", run->num);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* The rows go first: files that no row names are litter, rows without files would be lies. */
int
store_purge(struct store *s, const struct run_row *run, const char **kept, struct err *e)
{
	if (check_writing(s, e) < 0 || db_begin(s->db, e) < 0)
		return -1;
	if (kept_because(s, run, kept, e) < 0 || (!*kept && remove_rows(s, run, e) < 0) ||
		db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	if (*kept || !run->folder)
		return 0;
	return file_remove_tree(s->rootfd, run->folder, e);
}
