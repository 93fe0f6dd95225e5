/* SPDX-License-Identifier: Apache-2.0
 * The text of every table in a store.
 *
 * ddl__mlflow is what MLflow 2.8-2.12 leaves behind after creating a store of its own, to the
 * letter, trailing blanks included: a later MLflow's migrations reflect it, and tests/unit compares
 * it with tests/data/mlflow-schema.sql. One text a statement, because ISO C promises no more than
 * 4,095 characters a literal.
 *
 * ddl__ours are our migrations, in order; a released one is never edited. No foreign keys, views or
 * triggers here: MLflow's migrations rebuild its tables, and would empty or break ours.
 *
 *	mlc_runs --num--< mlc_nodes --node_id--< mlc_data
 *	   |  '--num--< mlc_writes      (only while the run lives)
 *	   '-----num--< mlc_intents
 *	mlc_model_versions --name, version--< mlc_files
 *	mlc_alias_history                             both beside MLflow's registry tables, by name */
#include "registry/store.h"

/* clang-format off */
const char *const ddl__mlflow[] = {
	"CREATE TABLE experiments (\n"
	"\texperiment_id INTEGER NOT NULL, \n"
	"\tname VARCHAR(256) NOT NULL, \n"
	"\tartifact_location VARCHAR(256), \n"
	"\tlifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT, \n"
	"\tCONSTRAINT experiment_pk PRIMARY KEY (experiment_id), \n"
	"\tCONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', "
	"'deleted')), \n"
	"\tUNIQUE (name)\n"
	")",
	"CREATE TABLE alembic_version (\n"
	"\tversion_num VARCHAR(32) NOT NULL, \n"
	"\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n"
	")",
	"CREATE TABLE experiment_tags (\n"
	"\t\"key\" VARCHAR(250) NOT NULL, \n"
	"\tvalue VARCHAR(5000), \n"
	"\texperiment_id INTEGER NOT NULL, \n"
	"\tCONSTRAINT experiment_tag_pk PRIMARY KEY (\"key\", experiment_id), \n"
	"\tFOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)\n"
	")",
	"CREATE TABLE IF NOT EXISTS \"tags\" (\n"
	"\t\"key\" VARCHAR(250) NOT NULL, \n"
	"\tvalue VARCHAR(5000), \n"
	"\trun_uuid VARCHAR(32) NOT NULL, \n"
	"\tCONSTRAINT tag_pk PRIMARY KEY (\"key\", run_uuid), \n"
	"\tFOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)\n"
	")",
	"CREATE TABLE registered_models (\n"
	"\tname VARCHAR(256) NOT NULL, \n"
	"\tcreation_time BIGINT, \n"
	"\tlast_updated_time BIGINT, \n"
	"\tdescription VARCHAR(5000), \n"
	"\tCONSTRAINT registered_model_pk PRIMARY KEY (name), \n"
	"\tUNIQUE (name)\n"
	")",
	"CREATE TABLE IF NOT EXISTS \"runs\" (\n"
	"\trun_uuid VARCHAR(32) NOT NULL, \n"
	"\tname VARCHAR(250), \n"
	"\tsource_type VARCHAR(20), \n"
	"\tsource_name VARCHAR(500), \n"
	"\tentry_point_name VARCHAR(50), \n"
	"\tuser_id VARCHAR(256), \n"
	"\tstatus VARCHAR(9), \n"
	"\tstart_time BIGINT, \n"
	"\tend_time BIGINT, \n"
	"\tsource_version VARCHAR(50), \n"
	"\tlifecycle_stage VARCHAR(20), \n"
	"\tartifact_uri VARCHAR(200), \n"
	"\texperiment_id INTEGER, deleted_time BIGINT, \n"
	"\tCONSTRAINT run_pk PRIMARY KEY (run_uuid), \n"
	"\tCONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), \n"
	"\tCONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', "
	"'UNKNOWN', 'PROJECT')), \n"
	"\tCHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED')), \n"
	"\tFOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)\n"
	")",
	"CREATE TABLE registered_model_tags (\n"
	"\t\"key\" VARCHAR(250) NOT NULL, \n"
	"\tvalue VARCHAR(5000), \n"
	"\tname VARCHAR(256) NOT NULL, \n"
	"\tCONSTRAINT registered_model_tag_pk PRIMARY KEY (\"key\", name), \n"
	"\tFOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE cascade\n"
	")",
	"CREATE TABLE model_version_tags (\n"
	"\t\"key\" VARCHAR(250) NOT NULL, \n"
	"\tvalue VARCHAR(5000), \n"
	"\tname VARCHAR(256) NOT NULL, \n"
	"\tversion INTEGER NOT NULL, \n"
	"\tCONSTRAINT model_version_tag_pk PRIMARY KEY (\"key\", name, version), \n"
	"\tFOREIGN KEY(name, version) REFERENCES model_versions (name, version) ON UPDATE cascade\n"
	")",
	"CREATE TABLE IF NOT EXISTS \"model_versions\" (\n"
	"\tname VARCHAR(256) NOT NULL, \n"
	"\tversion INTEGER NOT NULL, \n"
	"\tcreation_time BIGINT, \n"
	"\tlast_updated_time BIGINT, \n"
	"\tdescription VARCHAR(5000), \n"
	"\tuser_id VARCHAR(256), \n"
	"\tcurrent_stage VARCHAR(20), \n"
	"\tsource VARCHAR(500), \n"
	"\trun_id VARCHAR(32), \n"
	"\tstatus VARCHAR(20), \n"
	"\tstatus_message VARCHAR(500), \n"
	"\trun_link VARCHAR(500), storage_location VARCHAR(500), \n"
	"\tCONSTRAINT model_version_pk PRIMARY KEY (name, version), \n"
	"\tFOREIGN KEY(name) REFERENCES registered_models (name) ON UPDATE CASCADE\n"
	")",
	"CREATE TABLE IF NOT EXISTS \"latest_metrics\" (\n"
	"\t\"key\" VARCHAR(250) NOT NULL, \n"
	"\tvalue FLOAT NOT NULL, \n"
	"\ttimestamp BIGINT, \n"
	"\tstep BIGINT NOT NULL, \n"
	"\tis_nan BOOLEAN NOT NULL, \n"
	"\trun_uuid VARCHAR(32) NOT NULL, \n"
	"\tCONSTRAINT latest_metric_pk PRIMARY KEY (\"key\", run_uuid), \n"
	"\tCHECK (is_nan IN (0, 1)), \n"
	"\tFOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)\n"
	")",
	"CREATE TABLE IF NOT EXISTS \"metrics\" (\n"
	"\t\"key\" VARCHAR(250) NOT NULL, \n"
	"\tvalue FLOAT NOT NULL, \n"
	"\ttimestamp BIGINT NOT NULL, \n"
	"\trun_uuid VARCHAR(32) NOT NULL, \n"
	"\tstep BIGINT DEFAULT '0' NOT NULL, \n"
	"\tis_nan BOOLEAN DEFAULT '0' NOT NULL, \n"
	"\tCONSTRAINT metric_pk PRIMARY KEY (\"key\", timestamp, step, run_uuid, value, is_nan), \n"
	"\tCHECK (is_nan IN (0, 1)), \n"
	"\tFOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)\n"
	")",
	"CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid)",
	"CREATE INDEX index_latest_metrics_run_uuid ON latest_metrics (run_uuid)",
	"CREATE INDEX index_tags_run_uuid ON tags (run_uuid)",
	"CREATE TABLE registered_model_aliases (\n"
	"\talias VARCHAR(256) NOT NULL, \n"
	"\tversion INTEGER NOT NULL, \n"
	"\tname VARCHAR(256) NOT NULL, \n"
	"\tCONSTRAINT registered_model_alias_pk PRIMARY KEY (name, alias), \n"
	"\tCONSTRAINT registered_model_alias_name_fkey FOREIGN KEY(name) REFERENCES "
	"registered_models (name) ON DELETE cascade ON UPDATE cascade\n"
	")",
	"CREATE TABLE datasets (\n"
	"\tdataset_uuid VARCHAR(36) NOT NULL, \n"
	"\texperiment_id INTEGER NOT NULL, \n"
	"\tname VARCHAR(500) NOT NULL, \n"
	"\tdigest VARCHAR(36) NOT NULL, \n"
	"\tdataset_source_type VARCHAR(36) NOT NULL, \n"
	"\tdataset_source TEXT NOT NULL, \n"
	"\tdataset_schema TEXT, \n"
	"\tdataset_profile TEXT, \n"
	"\tCONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), \n"
	"\tFOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id)\n"
	")",
	"CREATE INDEX index_datasets_experiment_id_dataset_source_type ON datasets "
	"(experiment_id, dataset_source_type)",
	"CREATE INDEX index_datasets_dataset_uuid ON datasets (dataset_uuid)",
	"CREATE TABLE inputs (\n"
	"\tinput_uuid VARCHAR(36) NOT NULL, \n"
	"\tsource_type VARCHAR(36) NOT NULL, \n"
	"\tsource_id VARCHAR(36) NOT NULL, \n"
	"\tdestination_type VARCHAR(36) NOT NULL, \n"
	"\tdestination_id VARCHAR(36) NOT NULL, \n"
	"\tCONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, "
	"destination_id)\n"
	")",
	"CREATE INDEX index_inputs_destination_type_destination_id_source_type ON inputs "
	"(destination_type, destination_id, source_type)",
	"CREATE INDEX index_inputs_input_uuid ON inputs (input_uuid)",
	"CREATE TABLE input_tags (\n"
	"\tinput_uuid VARCHAR(36) NOT NULL, \n"
	"\tname VARCHAR(255) NOT NULL, \n"
	"\tvalue VARCHAR(500) NOT NULL, \n"
	"\tCONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)\n"
	")",
	"CREATE TABLE IF NOT EXISTS \"params\" (\n"
	"\t\"key\" VARCHAR(250) NOT NULL, \n"
	"\tvalue VARCHAR(8000) NOT NULL, \n"
	"\trun_uuid VARCHAR(32) NOT NULL, \n"
	"\tCONSTRAINT param_pk PRIMARY KEY (\"key\", run_uuid), \n"
	"\tFOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)\n"
	")",
	"CREATE INDEX index_params_run_uuid ON params (run_uuid)",
	NULL,
};

const char *const ddl__ours[] = {
	/* 1 */
	"CREATE TABLE mlc_migrations (\n"
	"	level INTEGER PRIMARY KEY,\n"
	"	applied_ms INTEGER NOT NULL\n"
	");\n"
	"CREATE TABLE mlc_runs (\n"
	"	num INTEGER PRIMARY KEY,\n" /* the run's byte in the lock file */
	"	run_id TEXT NOT NULL UNIQUE,\n"
	"	name TEXT NOT NULL,\n"
	"	status TEXT NOT NULL,\n" /* run_status_name, or 'running' */
	"	pipeline TEXT, env TEXT, command TEXT, seed TEXT,\n"
	"	folder TEXT NOT NULL,\n" /* relative to the project root */
	"	host TEXT NOT NULL, boot TEXT NOT NULL, pid INTEGER NOT NULL,\n"
	"	start_ms INTEGER NOT NULL, end_ms INTEGER,\n"
	"	nodes INTEGER NOT NULL DEFAULT 0, nodes_ok INTEGER NOT NULL DEFAULT 0,\n"
	"	config TEXT\n" /* last, as in the tables below: long, and seldom read */
	");\n"
	"CREATE INDEX mlc_runs_name ON mlc_runs (name);\n"
	"CREATE INDEX mlc_runs_running ON mlc_runs (num) WHERE status = 'running';\n"
	"CREATE TABLE mlc_writes (\n"
	"	num INTEGER NOT NULL, target TEXT NOT NULL,\n"
	"	PRIMARY KEY (target, num)\n"
	") WITHOUT ROWID;\n"
	"CREATE TABLE mlc_nodes (\n"
	"	node_id INTEGER PRIMARY KEY,\n"
	"	num INTEGER NOT NULL, name TEXT NOT NULL,\n"
	"	ord INTEGER NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL,\n"
	"	plugin TEXT, plugin_hash TEXT,\n"
	"	start_ms INTEGER, wall_us INTEGER, cpu_us INTEGER, rss_bytes INTEGER,\n"
	"	error TEXT,\n"
	"	UNIQUE (num, name)\n"
	");\n"
	"CREATE TABLE mlc_data (\n"
	"	data_id INTEGER PRIMARY KEY,\n"
	"	node_id INTEGER NOT NULL,\n"
	"	dataset TEXT NOT NULL, path TEXT, type TEXT, hash TEXT,\n"
	"	rows INTEGER, bytes INTEGER,\n"
	"	output INTEGER NOT NULL,\n"  /* 0: read, 1: made */
	"	written INTEGER NOT NULL,\n" /* 1: made, and it is what the path held afterwards */
	"	schema TEXT, contract TEXT\n"
	");\n"
	"CREATE INDEX mlc_data_node ON mlc_data (node_id);\n"
	"CREATE INDEX mlc_data_written ON mlc_data (path, data_id) WHERE written = 1;\n"
	"CREATE TABLE mlc_intents (\n"
	"	intent_id INTEGER PRIMARY KEY,\n"
	"	num INTEGER NOT NULL, node TEXT NOT NULL,\n"
	"	stage TEXT NOT NULL, target TEXT NOT NULL, hash TEXT NOT NULL,\n"
	"	folder INTEGER NOT NULL, outside INTEGER NOT NULL,\n"
	"	state TEXT NOT NULL,\n" /* open, done, lost */
	"	created_ms INTEGER NOT NULL, closed_ms INTEGER\n"
	");\n"
	"CREATE INDEX mlc_intents_open ON mlc_intents (num, node) WHERE state = 'open';\n"
	"CREATE TABLE mlc_model_versions (\n"
	"	name TEXT NOT NULL, version INTEGER NOT NULL,\n"
	"	run_id TEXT NOT NULL,\n"
	"	path TEXT NOT NULL,\n" /* relative to the project root */
	"	hash TEXT NOT NULL, bytes INTEGER NOT NULL,\n"
	"	PRIMARY KEY (name, version)\n"
	") WITHOUT ROWID;\n"
	"CREATE TABLE mlc_alias_history (\n"
	"	move_id INTEGER PRIMARY KEY,\n"
	"	name TEXT NOT NULL, alias TEXT NOT NULL,\n"
	"	version INTEGER NOT NULL, previous INTEGER,\n"
	"	run_id TEXT, why TEXT, moved_ms INTEGER NOT NULL\n"
	");\n"
	"CREATE INDEX mlc_alias_history_name ON mlc_alias_history (name, alias);\n",
	/* 2 */
	"ALTER TABLE mlc_nodes ADD COLUMN basis TEXT;\n" /* what its result rests on, for --changed */
	"CREATE INDEX mlc_nodes_good ON mlc_nodes (name, node_id) WHERE status = 'ok';\n",
	/* 3 */
	"ALTER TABLE mlc_runs ADD COLUMN options TEXT;\n" /* what it was asked for, for --resume */
	"ALTER TABLE mlc_runs ADD COLUMN helper INTEGER;\n", /* pid of the parent of its workers */
	/* 4 */
	"CREATE TABLE mlc_files (\n" /* of model versions */
	"	name TEXT NOT NULL, version INTEGER NOT NULL,\n"
	"	file TEXT NOT NULL, bytes INTEGER NOT NULL, hash TEXT NOT NULL,\n"
	"	PRIMARY KEY (name, version, file)\n"
	") WITHOUT ROWID;\n"
	/* hash of the folder before it was given an identity, for `reproduce` */
	"ALTER TABLE mlc_model_versions ADD COLUMN bare TEXT;\n"
	"ALTER TABLE mlc_alias_history ADD COLUMN who TEXT;\n" /* NULL: the run */
	"CREATE INDEX mlc_data_dataset ON mlc_data (dataset, output, hash);\n",
	NULL,
};

/* Our indexes on MLflow's tables. Its migrations rebuild tables and may lose them, so they are
 * looked for at every opening. Ascending and without expressions, as its tools can read them. */
const char *const ddl__indexes[] = {
	"CREATE INDEX IF NOT EXISTS mlc_runs_by_name ON runs (name)",
	"CREATE INDEX IF NOT EXISTS mlc_metrics_by_value ON latest_metrics (key, value, run_uuid, is_nan)",
	"CREATE INDEX IF NOT EXISTS mlc_params_by_value ON params (key, value, run_uuid)",
	NULL,
};
/* clang-format on */
