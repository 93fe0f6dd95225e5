/* SPDX-License-Identifier: Apache-2.0
 * What nodes did: one row a node in mlc_nodes, one a dataset in mlc_data; metrics and tags go to
 * MLflow's tables. A batch is one transaction of prepared statements, because the commit is the
 * expensive part and a run may have 10,000 nodes. */
#include "registry/store.h"

static const char SQL_ADD_DATA[] =
	"INSERT INTO mlc_data (node_id, dataset, path, type, hash, rows, bytes, output, written,"
	" schema, contract) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static int
add_data(struct store *s, int64_t node_id, const struct data_fact *d, bool ok, struct err *e)
{
	/* what a failed node made was never put in place */
	int64_t written = d->output && ok && d->path && d->hash;

	return db_run(s->db, e, SQL_ADD_DATA, "issssiiiiss", node_id, d->dataset, d->path, d->type,
		d->hash, d->rows, d->bytes, (int64_t)d->output, written, d->schema, d->contract);
}

static const char SQL_ADD_NODE[] =
	"INSERT INTO mlc_nodes (num, name, ord, status, attempts, plugin, plugin_hash, start_ms,"
	" wall_us, cpu_us, rss_bytes, error, basis)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static int
record_one(struct store *s, const struct run_id *r, const struct node_fact *n, struct err *e)
{
	int64_t id;

	if (db_run(s->db, e, SQL_ADD_NODE, "isisissiiiiss", r->num, n->name, (int64_t)n->order,
		    n->status, (int64_t)n->attempts, n->plugin, n->plugin_hash, n->start_ms,
		    n->wall_us, n->cpu_us, n->rss_bytes, n->error, n->basis) < 0)
		return -1;
	id = db_last_id(s->db);
	for (size_t i = 0; i < n->n_metrics; i++)
		if (value__metric(s, r->id, &n->metrics[i], e) < 0)
			return -1;
	for (size_t i = 0; i < n->n_tags; i++)
		if (value__tag(s, r->id, n->tags[i].key, n->tags[i].value, e) < 0)
			return -1;
	for (size_t i = 0; i < n->n_data; i++)
		if (add_data(s, id, &n->data[i], str_eq(n->status, "ok"), e) < 0 ||
			input__record(s, r, n->name, &n->data[i], e) < 0)
			return -1;
	return 0;
}

static const char SQL_COUNT[] = "UPDATE mlc_runs SET nodes = nodes + ?, nodes_ok = nodes_ok + ?"
				" WHERE num = ? AND run_id = ? AND status = 'running'";

int
nodes__record(struct store *s, const struct run_id *r, const struct node_fact *nodes, size_t n,
	struct err *e)
{
	int64_t ok = 0;

	for (size_t i = 0; i < n; i++) {
		ok += str_eq(nodes[i].status, "ok") || str_eq(nodes[i].status, "cached");
		if (record_one(s, r, &nodes[i], e) < 0)
			return err_wrap(e, "recording node `%s`", nodes[i].name);
	}
	if (db_run(s->db, e, SQL_COUNT, "iiis", (int64_t)n, ok, r->num, r->id) < 0)
		return -1;
	if (db_changes(s->db) == 0)
		return err_set(e, MLC_STORE, "the run %s has ended already", r->name);
	return 0;
}

int
run_nodes(struct store *s, const struct run_id *r, const struct node_fact *nodes, size_t n,
	struct err *e)
{
	if (db_begin(s->db, e) < 0)
		return -1;
	if (nodes__record(s, r, nodes, n, e) < 0 || db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}

static const char SQL_WRITTEN[] = "SELECT hash, schema FROM mlc_data"
				  " WHERE written = 1 AND path = ? ORDER BY data_id DESC LIMIT 1";

int
store_written(struct store *s, struct arena *a, const char *path, const char **hash,
	const char **schema, struct err *e)
{
	struct rows *rows = NULL;
	int rc;

	*hash = *schema = NULL;
	if (!s->db || s->level == 0)
		return 0;
	rc = db_query(s->db, &rows, e, SQL_WRITTEN, "s", path);
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1) {
		*hash = arena_strdup(a, rows_str(rows, 0));
		*schema = rows_null(rows, 1) ? NULL : arena_strdup(a, rows_str(rows, 1));
	}
	rows_end(rows);
	return rc;
}

static const char SQL_LAST_GOOD[] =
	"SELECT n.plugin_hash, n.basis FROM mlc_nodes n JOIN mlc_runs r ON r.num = n.num"
	" WHERE n.status = 'ok' AND n.name = ? AND r.env IS ? AND r.host <> '' ORDER BY n.node_id "
	"DESC LIMIT 1";
#define LEVEL_BASIS 2

/* Ends the query. 1 found, 0 none, also where the row lacks something. */
static int
read_good(struct rows *rows, struct arena *a, struct good_run *out, struct err *e)
{
	int rc = rows_next(rows, e);

	if (rc == 1 && (rows_null(rows, 0) || rows_null(rows, 1)))
		rc = 0;
	if (rc == 1) {
		out->plugin_hash = arena_strdup(a, rows_str(rows, 0));
		out->basis = arena_strdup(a, rows_str(rows, 1));
	}
	rows_end(rows);
	return rc;
}

int
store_last_good(struct store *s, struct arena *a, const char *node, const char *env,
	struct good_run *out, struct err *e)
{
	struct rows *rows = NULL;

	*out = (struct good_run){NULL, NULL};
	if (!s->db || s->level < LEVEL_BASIS)
		return 0;
	if (db_query(s->db, &rows, e, SQL_LAST_GOOD, "ss", node, env) < 0)
		return -1;
	return read_good(rows, a, out, e);
}

/* What was cached in the run was made by an earlier one. */
static const char SQL_FINISHED[] =
	"SELECT g.plugin_hash, g.basis FROM mlc_nodes n JOIN mlc_runs r ON r.num = n.num"
	" CROSS JOIN mlc_nodes g ON g.name = n.name AND g.status = 'ok' AND g.node_id <= n.node_id"
	" JOIN mlc_runs gr ON gr.num = g.num AND gr.env IS r.env"
	" WHERE n.num = ? AND n.name = ? AND n.status IN ('ok', 'cached')"
	" ORDER BY g.node_id DESC LIMIT 1";

int
store_finished(struct store *s, struct arena *a, int64_t num, const char *node,
	struct good_run *out, struct err *e)
{
	struct rows *rows = NULL;

	*out = (struct good_run){NULL, NULL};
	if (!s->db || s->level < LEVEL_BASIS)
		return 0;
	if (db_query(s->db, &rows, e, SQL_FINISHED, "is", num, node) < 0)
		return -1;
	return read_good(rows, a, out, e);
}

static const char SQL_SET_BASIS[] = "UPDATE mlc_nodes SET basis = ? WHERE num = ? AND name = ?";

int
run_basis(
	struct store *s, const struct run_id *r, const char *node, const char *basis, struct err *e)
{
	return db_run(s->db, e, SQL_SET_BASIS, "sis", basis, r->num, node);
}
