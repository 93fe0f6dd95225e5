/* SPDX-License-Identifier: Apache-2.0
 * The lists, and a store that a newer MLflow has been at. */
#include "tests/unit/registry_fixture.h"

LEAK_SUITE(registry_list);

static void
register_model(struct fixture *f, struct store *s, const char *name, const char *run)
{
	const struct register_wish w = {
		.name = name, .alias = "champion", .model_path = "data/model"};
	const struct metric m[] = {{"auc", 0.75, 0, 1}, {"loss", (double)NAN, 0, 1}};
	const struct node_fact n[] = {
		{.name = "evaluate", .status = "ok", .metrics = m, .n_metrics = 2},
		{.name = "report", .status = "failed"}};
	struct run_id id = fixture_run(f, s, run);
	struct registered out;

	cr_assert(run_nodes(s, &id, n, 2, &f->e) == 0, "%s (%s)", f->e.msg, f->e.note);
	cr_assert(run_register(s, &id, &w, &out, &f->e) == 0, "%s (%s)", f->e.msg, f->e.note);
	cr_assert(run_end(s, &id, RUN_FAILED, &f->e) == 0, "%s (%s)", f->e.msg, f->e.note);
}

Test(registry_list, versions_come_newest_first_with_aliases_and_metrics)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct version_row *v;
	struct arena a = {0};
	size_t n;

	fixture_model(&f, "data/model");
	register_model(&f, s, "loan", "one");
	register_model(&f, s, "loan", "two");
	register_model(&f, s, "churn", "three");
	cr_assert(store_versions(s, &a, NULL, &v, &n, &f.e) == 0, "%s", f.e.msg);
	cr_assert(n == 3);
	cr_expect_str_eq(v[0].name, "churn");
	cr_expect(v[1].version == 2 && v[2].version == 1);
	cr_expect_str_eq(v[1].run_name, "two");
	cr_expect_str_eq(v[1].aliases[0], "champion");
	cr_expect(v[1].aliases[1] == NULL && v[2].aliases[0] == NULL);
	cr_expect(v[1].bytes > 100 && v[1].created_ms > 0);
	cr_expect(str_ends(v[1].source, "/runs/demo/two/artifacts/loan"), "%s", v[1].source);
	cr_assert(v[1].n_metrics == 2);
	cr_expect_str_eq(v[1].metrics[0].key, "auc");
	cr_expect(v[1].metrics[0].value == 0.75 && isnan(v[1].metrics[1].value));
	cr_expect(store_versions(s, &a, "churn", &v, &n, NULL) == 0 && n == 1);
	cr_expect(store_versions(s, &a, "' OR 1=1 --", &v, &n, NULL) == 0 && n == 0);
	arena_fini(&a);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_list, what_mlflow_deleted_or_keeps_as_prompts_is_hidden)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct version_row *v;
	struct run_row *runs;
	struct arena a = {0};
	size_t n;

	fixture_model(&f, "data/model");
	register_model(&f, s, "loan", "one");
	register_model(&f, s, "loan", "two");
	register_model(&f, s, "prompt", "three");
	fixture_change(&f,
		"UPDATE model_versions SET current_stage = 'Deleted_Internal', run_id = 'REDACTED'"
		" WHERE name = 'loan' AND version = 1;"
		"INSERT INTO registered_model_tags (key, value, name)"
		" VALUES ('mlflow.prompt.is_prompt', 'true', 'prompt');"
		"UPDATE runs SET lifecycle_stage = 'deleted' WHERE name = 'one'");
	cr_assert(store_versions(s, &a, NULL, &v, &n, &f.e) == 0, "%s", f.e.msg);
	cr_expect(n == 1 && v[0].version == 2);
	cr_assert(store_runs(s, &a, &(struct run_search){.limit = 100}, &runs, &n, &f.e) == 0, "%s",
		f.e.msg);
	cr_expect(n == 2);
	arena_fini(&a);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_list, versions_that_mlflow_registered_are_listed_too)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct version_row *v;
	struct arena a = {0};
	size_t n;

	fixture_change(&f,
		"INSERT INTO registered_models (name) VALUES ('a model, by hand');"
		"INSERT INTO model_versions (name, version, current_stage, source)"
		" VALUES ('a model, by hand', 1, 'Staging', NULL)");
	cr_assert(store_versions(s, &a, NULL, &v, &n, &f.e) == 0, "%s", f.e.msg);
	cr_assert(n == 1);
	cr_expect(v[0].bytes == -1 && !v[0].run_id && !v[0].source && !v[0].run_name);
	cr_expect(v[0].n_metrics == 0 && v[0].aliases[0] == NULL);
	arena_fini(&a);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_list, runs_come_newest_first_up_to_the_limit)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_row *runs;
	struct arena a = {0};
	size_t n;

	fixture_model(&f, "data/model");
	register_model(&f, s, "loan", "one");
	register_model(&f, s, "loan", "two");
	fixture_run(&f, s, "three");
	fixture_change(&f, "UPDATE runs SET name = 'renamed in the UI' WHERE name = 'two'");
	cr_assert(store_runs(s, &a, &(struct run_search){.limit = 2}, &runs, &n, &f.e) == 0, "%s",
		f.e.msg);
	cr_assert(n == 2);
	cr_expect_str_eq(runs[0].name, "three");
	cr_expect_str_eq(runs[0].status, "running");
	cr_expect(runs[0].end_ms == 0 && runs[0].nodes == 0);
	cr_expect_str_eq(runs[1].name, "renamed in the UI");
	cr_expect_str_eq(runs[1].status, "failed");
	cr_expect_str_eq(runs[1].pipeline, "training");
	cr_expect(runs[1].nodes == 2 && runs[1].nodes_ok == 1);
	cr_expect(store_runs(s, &a, &(struct run_search){.limit = 0}, &runs, &n, &f.e) == 0 &&
		n == 0);
	cr_expect(store_runs(s, &a, &(struct run_search){.limit = -1}, &runs, &n, &f.e) == 0 &&
		n == 3);
	arena_fini(&a);
	store_close(s);
	fixture_drop(&f);
}

/* What MLflow 2.13 to 3.11 make of the tables we write to: other primary keys, more columns with
 * defaults, wider texts, an index, tables of their own. */
static const char upgrade_1[] =
	"ALTER TABLE inputs ADD COLUMN step BIGINT NOT NULL DEFAULT '0';"
	"ALTER TABLE registered_model_aliases RENAME TO x1;"
	"CREATE TABLE registered_model_aliases (alias VARCHAR(256) NOT NULL, version INTEGER NOT "
	"NULL,"
	" name VARCHAR(256) NOT NULL, workspace VARCHAR(63) DEFAULT 'default' NOT NULL,"
	" PRIMARY KEY (workspace, name, alias));"
	"INSERT INTO registered_model_aliases (alias, version, name) SELECT alias, version, name "
	"FROM x1;"
	"DROP TABLE x1;"
	"ALTER TABLE model_versions RENAME TO x2;"
	"CREATE TABLE model_versions (name VARCHAR(256) NOT NULL, version INTEGER NOT NULL,"
	" creation_time BIGINT, last_updated_time BIGINT, description VARCHAR(5000),"
	" user_id VARCHAR(256), current_stage VARCHAR(20), source VARCHAR(500), run_id VARCHAR(32),"
	" status VARCHAR(20), status_message VARCHAR(500), run_link VARCHAR(500),"
	" storage_location VARCHAR(500), workspace VARCHAR(63) DEFAULT 'default' NOT NULL,"
	" PRIMARY KEY (workspace, name, version));"
	"INSERT INTO model_versions SELECT *, 'default' FROM x2; DROP TABLE x2;";
static const char upgrade_2[] =
	"ALTER TABLE registered_models RENAME TO x3;"
	"CREATE TABLE registered_models (name VARCHAR(256) NOT NULL, creation_time BIGINT,"
	" last_updated_time BIGINT, description VARCHAR(5000),"
	" workspace VARCHAR(63) DEFAULT 'default' NOT NULL, PRIMARY KEY (workspace, name));"
	"INSERT INTO registered_models SELECT *, 'default' FROM x3; DROP TABLE x3;"
	"ALTER TABLE experiments RENAME TO x4;"
	"CREATE TABLE experiments (experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL,"
	" artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32), creation_time BIGINT,"
	" last_update_time BIGINT, workspace VARCHAR(63) DEFAULT 'default' NOT NULL,"
	" PRIMARY KEY (experiment_id), UNIQUE (workspace, name));"
	"INSERT INTO experiments SELECT *, 'default' FROM x4; DROP TABLE x4;"
	"CREATE TABLE logged_models (model_id VARCHAR(36) NOT NULL PRIMARY KEY, name TEXT NOT "
	"NULL);"
	"CREATE INDEX index_metrics_run_uuid_key_step ON metrics (run_uuid, key, step);"
	"UPDATE alembic_version SET version_num = '1b5f0d9ad7c1';";

Test(registry_list, a_store_upgraded_by_a_newer_mlflow_goes_on_working)
{
	const struct data_fact d = {.dataset = "raw", .path = "raw.csv", .hash = "aa"};
	const struct node_fact node = {.name = "read", .status = "ok", .data = &d, .n_data = 1};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct version_row *v;
	struct arena a = {0};
	struct run_id id;
	size_t n;

	fixture_model(&f, "data/model");
	register_model(&f, s, "loan", "before");
	store_close(s);
	fixture_change(&f, upgrade_1);
	fixture_change(&f, upgrade_2);
	s = fixture_open(&f, STORE_WRITE);
	register_model(&f, s, "loan", "after");
	id = fixture_run(&f, s, NULL);
	cr_assert(run_nodes(s, &id, &node, 1, &f.e) == 0, "%s (%s)", f.e.msg, f.e.note);
	cr_assert(store_versions(s, &a, "loan", &v, &n, &f.e) == 0, "%s", f.e.msg);
	cr_expect(n == 2 && v[0].version == 2 && v[0].aliases[0] && !v[1].aliases[0]);
	arena_fini(&a);
	store_close(s);
	expect_sql(&f, "SELECT count(*) FROM registered_models", 1, "1\n");
	expect_sql(&f, "SELECT step FROM inputs", 1, "0\n");
	expect_sql(&f, "SELECT name FROM experiments ORDER BY experiment_id", 1, "Default\ndemo\n");
	expect_sql(&f, "SELECT version_num FROM alembic_version", 1, "1b5f0d9ad7c1\n");
	fixture_drop(&f);
}

static void
took(struct fixture *f, struct store *s, struct run_id *id, const char *node, int64_t wall_us)
{
	const struct node_fact n = {
		.name = node, .status = wall_us ? "ok" : "failed", .wall_us = wall_us};
	cr_assert(run_nodes(s, id, &n, 1, &f->e) == 0, "%s (%s)", f->e.msg, f->e.note);
}

Test(registry_list, durations_are_those_of_the_newest_good_runs)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct durations d;
	struct arena a = {0};

	for (int i = 0; i < 7; i++) {
		struct run_new r = {.pipeline = i == 6 ? "other" : "loan", .env = "base"};
		struct run_id id;
		cr_assert(run_begin(s, &r, &id, &f.e) == 0, "%s", f.e.msg);
		took(&f, s, &id, "always", i + 1);
		took(&f, s, &id, "failed_last", i < 5 ? i + 10 : 0);
		if (i == 0)
			took(&f, s, &id, "long_ago", 99);
		cr_assert(run_end(s, &id, RUN_OK, &f.e) == 0, "%s", f.e.msg);
	}
	cr_assert(store_durations(s, &a, "loan", "base", &d, &f.e) == 0, "%s", f.e.msg);
	cr_assert(d.n == 2, "%zu", d.n);
	cr_expect_str_eq(d.v[0].node, "always");
	cr_expect(d.v[0].wall_us == 6);
	cr_expect_str_eq(d.v[1].node, "failed_last");
	cr_expect(d.v[1].wall_us == 14);
	cr_expect(store_durations(s, &a, "loan", "prod", &d, NULL) == 0 && d.n == 0);
	cr_expect(store_durations(s, &a, "none", "base", &d, NULL) == 0 && d.n == 0);
	arena_fini(&a);
	store_close(s);
	fixture_drop(&f);
}
