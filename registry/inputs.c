/* SPDX-License-Identifier: Apache-2.0
 * Datasets that a node read, in MLflow's own tables, so that its UI shows them beside the run:
 *
 *	datasets (experiment, name, digest) <-- inputs DATASET -> RUN -- input_tags: read by which node
 *
 * Only what has a path and a hash is worth that: memory datasets are in mlc_data alone. MLflow's
 * digests are short, so ours are cut to the 36 characters it has room for. */
#include "registry/store.h"

#define DIGEST_MAX 36
#define NAME_MAX_CHARS 500

/* MLflow's name for a column type of frame_schema_json. */
static const char *
mlflow_type(const char *type)
{
	static const char *const names[][2] = {{"bool", "boolean"}, {"int64", "long"},
		{"float64", "double"}, {"utf8", "string"}, {"timestamp", "datetime"}};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq(type, names[i][0]))
			return names[i][1];
	return "string";
}

static void
add_column(struct jr *r, struct jw *w)
{
	struct str name = {0};
	const char *key, *type = "string";

	if (jr_object(r))
		while (jr_next(r, &key)) {
			bool is_name = str_eq(key, "name"), is_type = str_eq(key, "type");
			const char *text;

			if (!is_name && !is_type) {
				jr_skip(r);
				continue;
			}
			text = jr_str(r);
			if (is_type)
				type = mlflow_type(text);
			else
				str_add(&name, text ? text : "");
		}
	jw_object(w);
	jw_kv_str(w, "type", type);
	jw_kv_str(w, "name", str_text(&name));
	jw_end(w, '}');
	str_fini(&name);
}

/* frame_schema_json's text as MLflow's {"mlflow_colspec": [...]}; false if it is something else. */
static bool
translate(const char *schema, struct str *out)
{
	const char *key;
	struct jr r;
	struct jw w;
	bool ok;

	jr_init(&r, schema, strlen(schema));
	jw_init(&w, out);
	jw_object(&w);
	jw_key(&w, "mlflow_colspec");
	jw_array(&w);
	if (jr_array(&r))
		while (jr_next(&r, &key))
			add_column(&r, &w);
	jw_end(&w, ']');
	jw_end(&w, '}');
	ok = jr_done(&r, NULL) == 0;
	jr_fini(&r);
	return ok;
}

static const char SQL_ADD_DATASET[] =
	"INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type,"
	" dataset_source, dataset_schema, dataset_profile)"
	" SELECT ?, experiment_id, ?, ?, 'local', ?, ?, ? FROM runs WHERE run_uuid = ?"
	" ON CONFLICT DO NOTHING";

static int
add_dataset(struct store *s, const struct run_id *r, const struct data_fact *d, const char *name,
	const char *digest, struct err *e)
{
	struct str source = {0}, path = {0}, schema = {0}, profile = {0};
	bool with_schema = d->schema && translate(d->schema, &schema);
	char uuid[33];
	bool whole = *d->path == '/' || path_is_remote(d->path);
	struct jw w;
	int rc;

	str_addf(&path, "%s%s%s", whole ? "" : s->root, whole ? "" : "/", d->path);
	jw_init(&w, &source);
	jw_object(&w);
	jw_kv_str(&w, "uri", path.s);
	jw_end(&w, '}');
	if (d->rows >= 0)
		str_addf(&profile, "{\"num_rows\": %lld}", (long long)d->rows);
	clock_uuid7(s->clock, uuid);
	rc = db_run(s->db, e, SQL_ADD_DATASET, "sssssss", uuid, name, digest, source.s,
		with_schema ? schema.s : NULL, profile.s, r->id);
	str_fini(&source);
	str_fini(&path);
	str_fini(&schema);
	str_fini(&profile);
	return rc;
}

static const char SQL_ADD_INPUT[] =
	"INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id)"
	" SELECT ?, 'DATASET', d.dataset_uuid, 'RUN', r.run_uuid"
	" FROM runs r JOIN datasets d ON d.experiment_id = r.experiment_id"
	" WHERE r.run_uuid = ? AND d.name = ? AND d.digest = ? ON CONFLICT DO NOTHING";
/* Under an injected clock ids come again in every run. */
static const char SQL_ADD_CONTEXT[] =
	"INSERT INTO input_tags (input_uuid, name, value) VALUES (?, 'mlflow.data.context', ?)"
	" ON CONFLICT DO NOTHING";

static int
add_input(struct store *s, const struct run_id *r, const char *node, const char *name,
	const char *digest, struct err *e)
{
	char uuid[33];

	clock_uuid7(s->clock, uuid);
	if (db_run(s->db, e, SQL_ADD_INPUT, "ssss", uuid, r->id, name, digest) < 0)
		return -1;
	/* read before in this run: the first reader's name stays */
	if (db_changes(s->db) == 0)
		return 0;
	return db_run(s->db, e, SQL_ADD_CONTEXT, "ss", uuid, node);
}

int
input__record(struct store *s, const struct run_id *r, const char *node, const struct data_fact *d,
	struct err *e)
{
	struct str name_buf = {0}, node_buf = {0};
	char digest[DIGEST_MAX + 1];
	const char *name;
	int rc;

	if (d->output || !d->path || !d->hash || !*d->hash)
		return 0;
	(void)snprintf(digest, sizeof digest, "%s", d->hash);
	name = text__fit(&name_buf, d->dataset, NAME_MAX_CHARS);
	rc = add_dataset(s, r, d, name, digest, e);
	if (rc == 0)
		rc = add_input(s, r, text__fit(&node_buf, node, NAME_MAX_CHARS), name, digest, e);
	str_fini(&name_buf);
	str_fini(&node_buf);
	return rc;
}
