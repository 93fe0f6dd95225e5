/* SPDX-License-Identifier: Apache-2.0
 * A run as a folder that another store can take in: RUN_FILE with all rows about it, artifacts/ and
 * logs/. SQLite makes the JSON and takes it apart again (import.c), so what a table holds stands in one
 * query on each side. Numbers of metrics travel as text that reads back as the same bits. */
#include "registry/store.h"

#include <fcntl.h>
#include <unistd.h>

/* Of each the first argument is the run's id, or with `ours` its number. */
static const struct {
	const char *key, *sql;
	bool ours;
} parts[] = {
	{"run",
		"SELECT json_object('run_id', run_uuid, 'name', name, 'user', user_id, 'status', "
		"status,"
		" 'start_ms', start_time, 'end_ms', end_time) FROM runs WHERE run_uuid = ?",
		false},
	{"ours",
		"SELECT json_object('status', status, 'pipeline', pipeline, 'env', env, 'command',"
		" command, 'seed', seed, 'start_ms', start_ms, 'end_ms', end_ms, 'nodes', nodes,"
		" 'nodes_ok', nodes_ok, 'config', config, 'options', options)"
		" FROM mlc_runs WHERE num = ?",
		true},
	{"params",
		"SELECT json_group_array(json_object('key', key, 'value', value))"
		" FROM params WHERE run_uuid = ?",
		false},
	{"tags",
		"SELECT json_group_array(json_object('key', key, 'value', value))"
		" FROM tags WHERE run_uuid = ?",
		false},
	{"inputs",
		"SELECT json_group_array(json_object('uuid', i.input_uuid, 'dataset', "
		"d.dataset_uuid,"
		" 'name', d.name, 'digest', d.digest, 'type', d.dataset_source_type, 'source',"
		" d.dataset_source, 'schema', d.dataset_schema, 'profile', d.dataset_profile,"
		" 'context', (SELECT t.value FROM input_tags t WHERE t.input_uuid = i.input_uuid"
		"   AND t.name = 'mlflow.data.context')))"
		" FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id"
		" WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'"
		" AND i.destination_id = ?",
		false},
	{"nodes",
		"SELECT json_group_array(json_object('name', name, 'ord', ord, 'status', status,"
		" 'attempts', attempts, 'plugin', plugin, 'plugin_hash', plugin_hash, 'start_ms',"
		" start_ms, 'wall_us', wall_us, 'cpu_us', cpu_us, 'rss_bytes', rss_bytes, 'error',"
		" error, 'data', json((SELECT json_group_array(json_object('dataset', d.dataset,"
		"   'path', d.path, 'type', d.type, 'hash', d.hash, 'rows', d.rows, 'bytes', "
		"d.bytes,"
		"   'output', d.output, 'schema', d.schema, 'contract', d.contract))"
		"   FROM mlc_data d WHERE d.node_id = n.node_id))))"
		" FROM mlc_nodes n WHERE num = ?",
		true},
};

static const struct {
	const char *key, *sql;
} points[] = {
	{"metrics", "SELECT key, value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ?"},
	{"latest",
		"SELECT key, value, timestamp, step, is_nan FROM latest_metrics WHERE run_uuid = "
		"?"},
};

/* Of the run, or of the run the one version that is asked for. */
static const char SQL_MODELS[] =
	"SELECT json_group_array(json_object('name', v.name, 'version', v.version, 'description',"
	" v.description, 'path', o.path, 'hash', o.hash, 'bare', o.bare, 'tags', json((SELECT"
	"   json_group_array(json_object('key', t.key, 'value', t.value)) FROM model_version_tags t"
	"   WHERE t.name = v.name AND t.version = v.version))))"
	" FROM model_versions v JOIN mlc_model_versions o ON o.name = v.name AND"
	" o.version = v.version AND o.run_id = v.run_id WHERE v.run_id = ?1 AND"
	" (?2 IS NULL OR (v.name = ?2 AND v.version = ?3)) AND"
	" v.current_stage <> 'Deleted_Internal'";

static int
add_value(struct jw *w, const char *key, struct rows *rows, struct err *e)
{
	int rc = rows_next(rows, e);

	jw_key(w, key);
	if (rc == 1 && rows_str(rows, 0))
		jw_raw(w, rows_str(rows, 0));
	else
		jw_null(w);
	rows_end(rows);
	return rc < 0 ? -1 : 0;
}

/* SQLite's own text of a number is not always the whole number. */
static int
add_points(struct store *s, const struct run_row *run, size_t i, struct jw *w, struct err *e)
{
	struct rows *rows = NULL;
	struct str value = {0};
	int rc = db_query(s->db, &rows, e, points[i].sql, "s", run->run_id);

	jw_key(w, points[i].key);
	jw_array(w);
	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		str_reset(&value);
		str_add_f64(&value, rows_f64(rows, 1));
		jw_object(w);
		jw_kv_str(w, "key", rows_str(rows, 0));
		jw_kv_str(w, "value", value.s);
		jw_kv_i64(w, "time", rows_i64(rows, 2));
		jw_kv_i64(w, "step", rows_i64(rows, 3));
		jw_kv_i64(w, "nan", rows_i64(rows, 4));
		jw_end(w, '}');
	}
	jw_end(w, ']');
	rows_end(rows);
	str_fini(&value);
	return rc;
}

static int
add_rows(struct store *s, const struct run_row *run, const struct version_row *only, struct jw *w,
	struct err *e)
{
	struct rows *rows = NULL;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof parts / sizeof parts[0]; i++) {
		rc = parts[i].ours ? db_query(s->db, &rows, e, parts[i].sql, "i", run->num)
				   : db_query(s->db, &rows, e, parts[i].sql, "s", run->run_id);
		if (rc == 0)
			rc = add_value(w, parts[i].key, rows, e);
	}
	for (size_t i = 0; rc == 0 && i < 2; i++)
		rc = add_points(s, run, i, w, e);
	if (rc == 0)
		rc = db_query(s->db, &rows, e, SQL_MODELS, "ssi", run->run_id,
			only ? only->name : NULL, only ? only->version : 0);
	return rc == 0 ? add_value(w, "models", rows, e) : -1;
}

/* Every file of the folder with its hash: what is taken in is what was given away. */
static int
add_files(int dirfd, struct jw *w, struct err *e)
{
	struct arena a = {0};
	struct file_list list = {.arena = &a};
	char hash[HASH_SHA_HEX];
	int rc = files__hash(dirfd, ".", &list, hash, e);

	jw_key(w, "files");
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		jw_object(w);
		jw_kv_str(w, "file", list.v[i].name);
		jw_kv_i64(w, "bytes", list.v[i].bytes);
		jw_kv_str(w, "hash", list.v[i].hash);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	files__fini(&list);
	arena_fini(&a);
	return rc;
}

static int
copy_folder(struct store *s, const struct run_row *run, const char *name, int dirfd, struct err *e)
{
	struct str path = {0};
	int rc;

	str_addf(&path, "%s/%s", run->folder, name);
	if (file_exists(s->rootfd, path.s)) {
		rc = file_copy(s->rootfd, path.s, dirfd, name, e);
	} else {
		err_set(e, MLC_NOT_FOUND, "the files of run %s are not here: there is no %s",
			run->name, path.s);
		rc = err_help(e, "export it from the project that made it");
	}
	str_fini(&path);
	return rc;
}

static int
copy_version(struct store *s, const struct version_row *v, int dirfd, struct err *e)
{
	struct str from = {0}, to = {0};
	int rc = store_version_folder(s, v, &from, e);

	str_addf(&to, "artifacts/%s", strrchr(v->path, '/') + 1);
	if (rc == 0)
		rc = file_copy(AT_FDCWD, from.s, dirfd, to.s, e);
	str_fini(&from);
	str_fini(&to);
	return rc;
}

/* All of the run's files, or those of the one version. */
static int
copy_files(struct store *s, const struct run_row *run, const struct version_row *only, int dirfd,
	struct err *e)
{
	if (only)
		return copy_version(s, only, dirfd, e);
	return copy_folder(s, run, "artifacts", dirfd, e) < 0
		? -1
		: copy_folder(s, run, "logs", dirfd, e);
}

static int
check(const struct store *s, const struct run_row *run, struct err *e)
{
	if (s->level > 0 && s->level < LEVEL_VERSIONS) {
		err_set(e, MLC_STORE, "the registry `%s` is of an older mlflow-c", s->shown);
		return err_help(e, "bring it up to date first: mlflow-c store upgrade");
	}
	if (!run->num) {
		err_set(e, MLC_NOT_FOUND, "run %s was recorded by another program", run->name);
		return err_help(e, "mlflow-c gives away its own runs only");
	}
	if (!str_eq(run->status, "running"))
		return 0;
	err_set(e, MLC_LOCKED, "run %s is still running", run->name);
	return err_help(e, "wait until it has ended: mlflow-c runs list");
}

int
store_export(struct store *s, const struct run_row *run, const struct version_row *only, int dirfd,
	struct err *e)
{
	struct str json = {0};
	struct jw w;
	int rc = check(s, run, e);

	if (rc == 0)
		rc = copy_files(s, run, only, dirfd, e);
	if (rc < 0)
		return -1;
	jw_init(&w, &json);
	jw_object(&w);
	jw_kv_str(&w, "schema", RUN_SCHEMA);
	jw_kv_i64(&w, "version", 1);
	rc = db_script(s->db, "BEGIN", e);
	if (rc == 0)
		rc = add_rows(s, run, only, &w, e);
	db_rollback(s->db);
	if (rc == 0)
		rc = add_files(dirfd, &w, e);
	jw_end(&w, '}');
	if (rc == 0)
		rc = file_publish(dirfd, RUN_FILE, json.s, json.len, e);
	str_fini(&json);
	return rc;
}
