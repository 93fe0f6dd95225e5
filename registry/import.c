/* SPDX-License-Identifier: Apache-2.0
 * Takes in a run that export.c gave away: its files are compared with their hashes first, then it gets a
 * folder here, and all of its rows come in one transaction. It keeps its id and name; versions of models
 * get the next numbers here, and no alias moves.
 *
 * An imported run is known by an empty host: it says nothing about what lies on this disk. */
#include "registry/store.h"

#include <fcntl.h>
#include <unistd.h>

struct import {
	struct store *s;
	int dirfd;
	const char *json;
	struct run_id run;
	struct import_result *out;
};

/* ---- is it what it says */

static int
broken(const char *what, struct err *e)
{
	err_set(e, MLC_JSON, "no exported run: " RUN_FILE ": %s", what);
	return err_help(e, "mlflow-c runs export makes such folders");
}

static const char SQL_HEAD[] =
	"SELECT json_extract(?1, '$.schema'), json_extract(?1, '$.version'),"
	" json_extract(?1, '$.run.run_id'), json_extract(?1, '$.run.name'),"
	" json_extract(?1, '$.ours.status') IN"
	"   ('ok', 'failed', 'contract_failed', 'cancelled', 'interrupted')"
	" AND json_extract(?1, '$.run.status') IN ('FINISHED', 'FAILED', 'KILLED')";
static const char SQL_VALID[] = "SELECT json_valid(?)";

static int
read_head(struct import *m, struct err *e)
{
	struct rows *rows = NULL;
	int64_t valid = 0;
	const char *id, *name;
	int rc = db_get_i64(m->s->db, &valid, e, SQL_VALID, "s", m->json);

	if (rc < 0 || !valid)
		return rc < 0 ? -1 : broken("it is no JSON", e);
	rc = db_query(m->s->db, &rows, e, SQL_HEAD, "s", m->json);
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1) {
		id = rows_str(rows, 2);
		name = rows_str(rows, 3);
		if (!str_eq(rows_str(rows, 0), RUN_SCHEMA) || rows_i64(rows, 1) != 1)
			rc = broken("it has another format", e);
		else if (!id || strlen(id) != 32 || strspn(id, "0123456789abcdef") != 32)
			rc = broken("it has no run id", e);
		else if (!name || !str_is_name(name))
			rc = broken("it has no name", e);
		else if (!rows_i64(rows, 4))
			rc = broken("it does not say how the run ended", e);
		else {
			(void)snprintf(m->run.id, sizeof m->run.id, "%s", id);
			(void)snprintf(m->run.name, sizeof m->run.name, "%s", name);
		}
	}
	rows_end(rows);
	return rc < 0 ? -1 : 0;
}

static void
fill_file(struct arena *a, const struct rows *rows, void *one)
{
	*(struct file_row *)one =
		(struct file_row){rows__text(a, rows, 0), rows__text(a, rows, 1), 0};
}

static const char SQL_FILES[] =
	"SELECT json_extract(value, '$.file'), json_extract(value, '$.hash')"
	" FROM json_each(?, '$.files') ORDER BY 1";

static int
check_files(struct import *m, struct err *e)
{
	static const struct row_shape shape = {sizeof(struct file_row), fill_file};
	struct arena a = {0};
	struct file_list got = {.arena = &a};
	struct row_list want = {0};
	struct rows *rows = NULL;
	const char *name = NULL, *how;
	char hash[HASH_SHA_HEX];
	int rc = db_query(m->s->db, &rows, e, SQL_FILES, "s", m->json);

	if (rc == 0)
		rc = rows__collect(rows, &a, &shape, &want, e);
	if (rc == 0)
		rc = files__hash(m->dirfd, ".", &got, hash, e);
	for (size_t i = 0; rc == 0 && i < got.n; i++)
		if (str_eq(got.v[i].name, RUN_FILE)) {
			memmove(&got.v[i], &got.v[i + 1], (got.n - i - 1) * sizeof got.v[0]);
			got.n--;
		}
	how = rc == 0 ? files__compare(&want, &got, &name) : NULL;
	if (how) {
		err_set(e, MLC_CHANGED, "the folder is not what was exported: `%s` %s", name, how);
		rc = err_help(e, "export it again; nothing was taken in");
	}
	files__fini(&got);
	arena_fini(&a);
	return rc;
}

/* ---- rows */

#define AT(path) "json_extract(value, '$." path "')"
#define RUN "json_extract(?1, '$.run.run_id')"
/* ?1 the JSON, ?2 the run's number. */
static const char *const fills[] =
	{
		"INSERT INTO params (key, value, run_uuid) SELECT " AT("key") ", " AT(
			"value") ", " RUN " FROM json_each(?1, '$.params')",
		"INSERT INTO tags (key, value, run_uuid) SELECT " AT("key") ", " AT(
			"value") ", " RUN " FROM json_each(?1, '$.tags')",
		"INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, "
		"dataset_source_type,"
		" dataset_source, dataset_schema, dataset_profile) SELECT " AT(
			"dataset") ","
				   " (SELECT experiment_id FROM runs WHERE run_uuid = " RUN
				   "), " AT("name") ", " AT("digest") ", " AT("type") ", " AT(
					   "source") ", " AT("schema") ", " AT("profile") " FROM "
											  "json_"
											  "each(?1,"
											  " '$."
											  "inputs')"
											  " WHERE "
											  "true ON "
											  "CONFLICT"
											  " DO "
											  "NOTHING",
		"INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, "
		"destination_id)"
		" SELECT " AT(
			"uuid") ", 'DATASET', d.dataset_uuid, 'RUN', r.run_uuid"
				" FROM json_each(?1, '$.inputs') JOIN runs r ON r.run_uuid = " RUN
				" JOIN datasets d ON d.experiment_id = r.experiment_id AND d.name "
				"= " AT("name") " AND d.digest = " AT(
					"digest") " WHERE true ON CONFLICT DO NOTHING",
		"INSERT INTO input_tags (input_uuid, name, value) SELECT " AT(
			"uuid") ","
				" 'mlflow.data.context', " AT(
					"context") " FROM json_each(?1, '$.inputs')"
						   " WHERE " AT("context") " IS NOT NULL ON "
									   "CONFLICT DO NOTHING",
		"INSERT INTO mlc_nodes (num, name, ord, status, attempts, plugin, plugin_hash, "
		"start_ms,"
		" wall_us, cpu_us, rss_bytes, error) SELECT ?2, " AT("name") ", " AT("ord") ", " AT("status") ", " AT("attempts") ", " AT(
			"plugin") ", " AT("plugin_hash") ", " AT("start_ms") ", " AT("wall_us") ","
												" " AT("cpu_us") ", " AT(
													"rss_bytes") ", " AT("error") " FROM json_each(?1, '$.nodes')",
		"INSERT INTO mlc_data (node_id, dataset, path, type, hash, rows, bytes, output, "
		"written,"
		" schema, contract) SELECT n.node_id, json_extract(d.value, '$.dataset'),"
		" json_extract(d.value, '$.path'), json_extract(d.value, '$.type'),"
		" json_extract(d.value, '$.hash'), json_extract(d.value, '$.rows'),"
		" json_extract(d.value, '$.bytes'), json_extract(d.value, '$.output'), 0,"
		" json_extract(d.value, '$.schema'), json_extract(d.value, '$.contract')"
		" FROM json_each(?1, '$.nodes') j JOIN json_each(j.value, '$.data') d"
		" JOIN mlc_nodes n ON n.num = ?2 AND n.name = json_extract(j.value, '$.name')",
};

static const char SQL_RUN[] =
	"INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id,"
	" status, start_time, end_time, source_version, lifecycle_stage, artifact_uri,"
	" experiment_id) SELECT json_extract(?1, '$.run.run_id'), json_extract(?1, '$.run.name'),"
	" 'UNKNOWN', '', '', json_extract(?1, '$.run.user'), json_extract(?1, '$.run.status'),"
	" json_extract(?1, '$.run.start_ms'), json_extract(?1, '$.run.end_ms'), '', 'active', ?2, "
	"?3";
static const char SQL_OURS[] =
	"INSERT INTO mlc_runs (run_id, name, status, pipeline, env, command, seed, folder, host,"
	" boot, pid, start_ms, end_ms, nodes, nodes_ok, config, options)"
	" SELECT json_extract(?1, '$.run.run_id'), json_extract(?1, '$.run.name'),"
	" json_extract(?1, '$.ours.status'), json_extract(?1, '$.ours.pipeline'),"
	" json_extract(?1, '$.ours.env'), json_extract(?1, '$.ours.command'),"
	" json_extract(?1, '$.ours.seed'), ?2, '', '', 0, json_extract(?1, '$.ours.start_ms'),"
	" json_extract(?1, '$.ours.end_ms'), json_extract(?1, '$.ours.nodes'),"
	" json_extract(?1, '$.ours.nodes_ok'), json_extract(?1, '$.ours.config'),"
	" json_extract(?1, '$.ours.options')";

/* SQLite reads the largest numbers inexactly, so the texts become numbers here. */
#define POINTS(member)                                                                \
	"SELECT " AT("key") ", " AT("value") ", " AT("time") ", " AT("step") ", " AT( \
		"nan") " FROM json_each(?1, '$." member "')"
#define ADD_POINT(table)                                                        \
	"INSERT INTO " table " (key, value, timestamp, step, is_nan, run_uuid)" \
	" VALUES (?, ?, ?, ?, ?, ?)"
static const struct {
	const char *read, *add;
} points[] = {
	{POINTS("metrics"), ADD_POINT("metrics")},
	{POINTS("latest"), ADD_POINT("latest_metrics")},
};

static int
insert_points(struct import *m, size_t i, struct err *e)
{
	struct rows *rows = NULL;
	double value;
	int rc = db_query(m->s->db, &rows, e, points[i].read, "s", m->json);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = rows_str(rows, 0) && rows_str(rows, 1) &&
				str_to_f64(rows_str(rows, 1), &value) == 0
			? db_run(m->s->db, e, points[i].add, "sdiiis", rows_str(rows, 0), value,
				  rows_i64(rows, 2), rows_i64(rows, 3), rows_i64(rows, 4),
				  m->run.id)
			: broken("it has a metric that is no number", e);
	}
	rows_end(rows);
	return rc;
}

static int
insert_run(struct import *m, struct err *e)
{
	struct str uri = {0};
	int64_t experiment = 0;
	int rc = experiment__id(m->s, &experiment, e);

	str_addf(&uri, "%s/%s/artifacts", m->s->root, m->run.folder);
	if (rc == 0)
		rc = db_run(m->s->db, e, SQL_RUN, "ssi", m->json, uri.s, experiment);
	if (rc == 0)
		rc = db_run(m->s->db, e, SQL_OURS, "ss", m->json, m->run.folder);
	m->run.num = db_last_id(m->s->db);
	for (size_t i = 0; rc == 0 && i < sizeof fills / sizeof fills[0]; i++)
		rc = strstr(fills[i], "?2")
			? db_run(m->s->db, e, fills[i], "si", m->json, m->run.num)
			: db_run(m->s->db, e, fills[i], "s", m->json);
	for (size_t i = 0; rc == 0 && i < 2; i++)
		rc = insert_points(m, i, e);
	str_fini(&uri);
	return rc;
}

/* ---- versions */

struct taken {
	const char *name, *path, *hash, *bare, *json; /* arena */
};

static void
fill_taken(struct arena *a, const struct rows *rows, void *one)
{
	*(struct taken *)one = (struct taken){
		.name = rows__text(a, rows, 0),
		.path = rows__text(a, rows, 1),
		.hash = rows__text(a, rows, 2),
		.bare = rows__text(a, rows, 3),
		.json = rows__text(a, rows, 4),
	};
}

static const char SQL_MODELS[] = "SELECT " AT("name") ", " AT("path") ", " AT("hash") ", " AT(
	"bare") ", "
		"value"
		" FROM json_each(?1, '$.models') ORDER BY " AT("version");
static const char SQL_DETAILS[] =
	"UPDATE model_versions SET description = json_extract(?1, '$.description')"
	" WHERE name = ?2 AND version = ?3";
static const char SQL_TAGS[] =
	"INSERT INTO model_version_tags (key, value, name, version) SELECT " AT("key") ", " AT(
		"value") ", ?2, ?3 FROM json_each(?1, '$.tags')";
/* What was copied has to be what the version says it is. */
static int
hash_version(struct import *m, const struct taken *t, const char *path, struct file_list *out,
	struct err *e)
{
	char hash[HASH_SHA_HEX];

	if (files__hash(m->s->rootfd, path, out, hash, e) < 0)
		return -1;
	if (str_eq(hash, t->hash))
		return 0;
	err_set(e, MLC_CHANGED, "the folder is not what was registered: the files of `%s`",
		t->name);
	return err_help(e, "see which: mlflow-c registry verify, where it was exported");
}

static int
insert_version(struct import *m, const struct taken *t, struct err *e)
{
	const char *slash = t->path ? strrchr(t->path, '/') : NULL;
	struct db *db = m->s->db;
	struct arena a = {0};
	struct file_list files = {.arena = &a};
	struct str path = {0};
	int64_t version = 0;
	int rc;

	if (!t->name || !str_is_name(t->name) || !slash || !str_is_name(slash + 1) || !t->hash)
		return broken("it has a model without a name", e);
	str_addf(&path, "%s/artifacts/%s", m->run.folder, slash + 1);
	rc = hash_version(m, t, path.s, &files, e);
	const struct version_files f = {path.s, t->hash, t->bare, files.bytes};
	if (rc == 0)
		rc = version__insert(m->s, &m->run, t->name, &f, &version, e);
	if (rc == 0)
		rc = db_run(db, e, SQL_DETAILS, "ssi", t->json, t->name, version);
	if (rc == 0)
		rc = db_run(db, e, SQL_TAGS, "ssi", t->json, t->name, version);
	if (rc == 0)
		rc = files__insert(m->s, t->name, version, &files, e);
	if (rc == 0 && m->out->n_models < IMPORT_MODELS) {
		(void)snprintf(m->out->models[m->out->n_models].name, 129, "%s", t->name);
		m->out->models[m->out->n_models++].version = version;
	}
	files__fini(&files);
	arena_fini(&a);
	str_fini(&path);
	return rc;
}

static int
insert_versions(struct import *m, struct err *e)
{
	static const struct row_shape shape = {sizeof(struct taken), fill_taken};
	struct arena a = {0};
	struct row_list list = {0};
	struct rows *rows = NULL;
	int rc = db_query(m->s->db, &rows, e, SQL_MODELS, "s", m->json);

	if (rc == 0)
		rc = rows__collect(rows, &a, &shape, &list, e);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = insert_version(m, &((struct taken *)list.v)[i], e);
	arena_fini(&a);
	return rc;
}

/* ---- all of it */

static int
copy_files(struct import *m, struct err *e)
{
	static const char *const parts[] = {"artifacts", "logs"};
	struct str to = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 2; i++) {
		str_reset(&to);
		str_addf(&to, "%s/%s", m->run.folder, parts[i]);
		if (file_exists(m->dirfd, parts[i]))
			rc = file_copy(m->dirfd, parts[i], m->s->rootfd, to.s, e);
	}
	str_fini(&to);
	return rc;
}

static const char SQL_KNOWN[] = "SELECT count(*) FROM runs WHERE run_uuid = ?";

static int
check_known(struct import *m, struct err *e)
{
	int64_t known = 0;

	if (db_get_i64(m->s->db, &known, e, SQL_KNOWN, "s", m->run.id) < 0)
		return -1;
	if (!known)
		return 0;
	err_set(e, MLC_USAGE, "run %s is in this registry already (%s)", m->run.name, m->run.id);
	return err_help(e, "look at it: mlflow-c runs show %s", m->run.id);
}

/* The files come first: the registry is not locked while they are copied. */
static int
take(struct import *m, struct err *e)
{
	char name[sizeof m->run.name];

	memcpy(name, m->run.name, sizeof name);
	if (check_known(m, e) < 0 || name__take(m->s, name, &m->run, e) < 0 ||
		copy_files(m, e) < 0 || db_begin(m->s->db, e) < 0)
		return -1;
	if (check_known(m, e) == 0 && insert_run(m, e) == 0 && insert_versions(m, e) == 0 &&
		db_commit(m->s->db, e) == 0)
		return 0;
	db_rollback(m->s->db);
	return -1;
}

int
store_import(struct store *s, int dirfd, struct import_result *out, struct err *e)
{
	struct str json = {0};
	struct import m = {.s = s, .dirfd = dirfd, .out = out};
	int rc = file_exists(dirfd, RUN_FILE) ? file_read(dirfd, RUN_FILE, false, &json, e)
					      : broken("there is none in the folder", e);

	*out = (struct import_result){0};
	m.json = str_text(&json);
	if (rc == 0)
		rc = read_head(&m, e);
	if (rc == 0)
		rc = check_files(&m, e);
	if (rc == 0)
		rc = take(&m, e);
	if (rc < 0 && *m.run.folder)
		(void)!file_remove_tree(s->rootfd, m.run.folder, NULL);
	out->run = m.run;
	str_fini(&json);
	return rc;
}
