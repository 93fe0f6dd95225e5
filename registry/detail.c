/* SPDX-License-Identifier: Apache-2.0
 * Everything on record about one run, for showing and comparing it. */
#include "registry/store.h"

static void
fill_node(struct arena *a, const struct rows *rows, void *one)
{
	*(struct node_row *)one = (struct node_row){
		.name = rows__text(a, rows, 0),
		.plugin = rows__text(a, rows, 1),
		.plugin_hash = rows__text(a, rows, 2),
		.status = rows__text(a, rows, 3),
		.error = rows__text(a, rows, 4),
		.attempts = rows_i64(rows, 5),
		.start_ms = rows_i64(rows, 6),
		.wall_us = rows_i64(rows, 7),
		.cpu_us = rows_i64(rows, 8),
		.rss_bytes = rows_i64(rows, 9),
	};
}

static void
fill_data(struct arena *a, const struct rows *rows, void *one)
{
	*(struct data_row *)one = (struct data_row){
		.node = rows__text(a, rows, 0),
		.dataset = rows__text(a, rows, 1),
		.path = rows__text(a, rows, 2),
		.type = rows__text(a, rows, 3),
		.hash = rows__text(a, rows, 4),
		.rows = rows_null(rows, 5) ? -1 : rows_i64(rows, 5),
		.bytes = rows_i64(rows, 6),
		.output = rows_i64(rows, 7),
		.contract = rows__text(a, rows, 8),
	};
}

static void
fill_tag(struct arena *a, const struct rows *rows, void *one)
{
	*(struct tag *)one = (struct tag){rows__text(a, rows, 0), rows__text(a, rows, 1)};
}

static void
fill_model(struct arena *a, const struct rows *rows, void *one)
{
	*(struct model_row *)one = (struct model_row){rows__text(a, rows, 0), rows_i64(rows, 1)};
}

/* What a run has, and where it goes in struct run_detail. */
static const struct part {
	const char *sql;
	bool ours; /* the argument is the run's number in our tables, else its id */
	struct row_shape shape;
	size_t list, count;
} parts[] = {
	{"SELECT name, plugin, plugin_hash, status, error, attempts, start_ms, wall_us, cpu_us,"
	 " rss_bytes FROM mlc_nodes WHERE num = ? ORDER BY ord, node_id",
		true, {sizeof(struct node_row), fill_node}, offsetof(struct run_detail, nodes),
		offsetof(struct run_detail, n_nodes)},
	{"SELECT n.name, d.dataset, d.path, d.type, d.hash, d.rows, d.bytes, d.output, d.contract"
	 " FROM mlc_nodes n JOIN mlc_data d ON d.node_id = n.node_id WHERE n.num = ?"
	 " ORDER BY n.ord, d.data_id",
		true, {sizeof(struct data_row), fill_data}, offsetof(struct run_detail, data),
		offsetof(struct run_detail, n_data)},
	{"SELECT key, value FROM params WHERE run_uuid = ? ORDER BY key", false,
		{sizeof(struct tag), fill_tag}, offsetof(struct run_detail, params),
		offsetof(struct run_detail, n_params)},
	{"SELECT key, value FROM tags WHERE run_uuid = ? ORDER BY key", false,
		{sizeof(struct tag), fill_tag}, offsetof(struct run_detail, tags),
		offsetof(struct run_detail, n_tags)},
	{"SELECT key, value, is_nan, step, timestamp FROM latest_metrics WHERE run_uuid = ?"
	 " ORDER BY key",
		false, {sizeof(struct metric), rows__metric}, offsetof(struct run_detail, metrics),
		offsetof(struct run_detail, n_metrics)},
	{"SELECT name, version FROM model_versions WHERE run_id = ?"
	 " AND current_stage <> 'Deleted_Internal' ORDER BY name, version",
		false, {sizeof(struct model_row), fill_model}, offsetof(struct run_detail, models),
		offsetof(struct run_detail, n_models)},
};

static int
read_part(struct store *s, struct arena *a, const struct run_row *run, const struct part *p,
	struct run_detail *out, struct err *e)
{
	struct rows *rows = NULL;
	struct row_list list = {0};
	int rc = p->ours ? db_query(s->db, &rows, e, p->sql, "i", run->num)
			 : db_query(s->db, &rows, e, p->sql, "s", run->run_id);

	if (rc == 0)
		rc = rows__collect(rows, a, &p->shape, &list, e);
	memcpy((char *)out + p->list, &list.v, sizeof list.v);
	memcpy((char *)out + p->count, &list.n, sizeof list.n);
	return rc;
}

int
store_detail(struct store *s, struct arena *a, const struct run_row *run, struct run_detail *out,
	struct err *e)
{
	int rc = db_script(s->db, "BEGIN", e);

	*out = (struct run_detail){0};
	for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof parts[0]; i++)
		if (run->num || !parts[i].ours)
			rc = read_part(s, a, run, &parts[i], out, e);
	db_rollback(s->db);
	return rc;
}

static const char SQL_HISTORY[] =
	"SELECT key, value, is_nan, step, timestamp FROM metrics WHERE run_uuid = ?1"
	" AND (?2 IS NULL OR key = ?2) ORDER BY key, step, timestamp, rowid";

int
store_history(struct store *s, struct arena *a, const char *run_id, const char *key,
	struct points *out, struct err *e)
{
	static const struct row_shape shape = {sizeof(struct metric), rows__metric};
	struct row_list list = {0};
	struct rows *rows = NULL;

	if (db_query(s->db, &rows, e, SQL_HISTORY, "ss", run_id, key) < 0 ||
		rows__collect(rows, a, &shape, &list, e) < 0)
		return -1;
	*out = (struct points){list.v, list.n};
	return 0;
}
