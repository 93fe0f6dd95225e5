/* SPDX-License-Identifier: Apache-2.0
 * The tables of a store, and what is taken for one. */
#include "tests/unit/registry_fixture.h"

LEAK_SUITE(registry_schema);

static char *
slurp(const char *path)
{
	struct str text = {0};

	cr_assert(file_read(AT_FDCWD, path, true, &text, NULL) == 0, "%s", path);
	return text.s;
}

static char *
objects_of(const char *path)
{
	struct db *db;
	struct rows *rows;
	struct str out = {0};

	cr_assert(db_open(&db, path, DB_READ, NULL) == 0);
	cr_assert(db_query(db, &rows, NULL,
			  "SELECT type, name, sql FROM sqlite_master"
			  " WHERE name NOT LIKE 'mlc\\_%' ESCAPE '\\'"
			  " AND tbl_name NOT LIKE 'mlc\\_%' ESCAPE '\\' ORDER BY type, name",
			  "") == 0);
	while (rows_next(rows, NULL) == 1)
		str_addf(&out, "%s %s\n%s\n\n", rows_str(rows, 0), rows_str(rows, 1),
			rows_null(rows, 2) ? "" : rows_str(rows, 2));
	rows_end(rows);
	db_close(db);
	return out.s;
}

Test(registry_schema, a_new_store_has_mlflows_tables_to_the_letter)
{
	struct fixture f = fixture_make();
	char path[256], ref[256];
	char *ddl = slurp("tests/data/mlflow-schema.sql"), *want, *got;
	struct db *db;

	store_close(fixture_open(&f, STORE_WRITE));
	cr_assert(db_open(&db, fixture_path(&f, "ref.db", ref), DB_CREATE, NULL) == 0);
	cr_assert(db_script(db, ddl, NULL) == 0);
	db_close(db);
	want = objects_of(ref);
	got = objects_of(fixture_path(&f, "runs/mlflow.db", path));
	cr_assert(strlen(want) > 6000);
	cr_expect(strcmp(want, got) == 0, "want:\n%s\ngot:\n%s", want, got);
	expect_sql(&f, "SELECT version_num FROM alembic_version", 1, "acf3f17fdcc7\n");
	free(want);
	free(got);
	free(ddl);
	fixture_drop(&f);
}

Test(registry_schema, a_new_store_has_experiment_0_at_an_absolute_place)
{
	struct fixture f = fixture_make();
	char want[256];

	store_close(fixture_open(&f, STORE_WRITE));
	snprintf(want, sizeof want, "0|Default|%s/runs/0|active\n", f.root);
	expect_sql(&f,
		"SELECT experiment_id, name, artifact_location, lifecycle_stage FROM experiments",
		4, want);
	fixture_drop(&f);
}

Test(registry_schema, nothing_of_ours_hangs_on_mlflows_tables)
{
	struct fixture f = fixture_make();

	store_close(fixture_open(&f, STORE_WRITE));
	expect_sql(&f,
		"SELECT count(*) FROM sqlite_master WHERE type IN ('view', 'trigger')"
		" OR (type = 'table' AND name LIKE 'mlc%' AND sql LIKE '%REFERENCES%')",
		1, "0\n");
	expect_sql(&f, "SELECT level FROM mlc_migrations", 1, "1\n2\n3\n4\n");
	fixture_drop(&f);
}

Test(registry_schema, an_mlflow_store_without_our_tables_gets_them_when_written_to)
{
	struct fixture f = fixture_make();

	store_close(fixture_open(&f, STORE_WRITE));
	fixture_change(&f,
		"DROP TABLE mlc_migrations; DROP TABLE mlc_runs; DROP TABLE mlc_writes;"
		"DROP TABLE mlc_nodes; DROP TABLE mlc_data; DROP TABLE mlc_intents;"
		"DROP TABLE mlc_model_versions; DROP TABLE mlc_alias_history;"
		"DROP TABLE mlc_files;");
	store_close(fixture_open(&f, STORE_READ));
	expect_sql(&f,
		"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name LIKE 'mlc%'", 1,
		"0\n");
	store_close(fixture_open(&f, STORE_WRITE));
	expect_sql(&f, "SELECT level FROM mlc_migrations", 1, "1\n2\n3\n4\n");
	fixture_drop(&f);
}

/* --- refusals ------------------------------------------------------------------------------------ */

static int
try_open(struct fixture *f, enum store_mode mode)
{
	struct store_opts o = fixture_opts(f, mode);
	struct store *s = NULL;
	int rc;

	f->e = (struct err){0};
	rc = store_open(&s, &o, &f->e);
	cr_expect((rc == 0) == (s != NULL));
	store_close(s);
	return rc;
}

static char *
digest_of(struct fixture *f)
{
	struct str text = {0};
	char *hex = mem_alloc(HASH_SHA_HEX);

	cr_assert(file_read(f->rootfd, "runs/mlflow.db", false, &text, NULL) == 0);
	hash_sha256(str_text(&text), text.len, hex);
	str_fini(&text);
	return hex;
}

/* Opening must fail in both modes, name the file, say what to do, and change nothing. */
static void
expect_refused(struct fixture *f, const char *what, const char *part)
{
	char *before = digest_of(f), *after;

	for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
		cr_expect(try_open(f, (enum store_mode)mode) == -1, "%s: opened", what);
		cr_expect(f->e.code == MLC_STORE, "%s: code %d: %s", what, f->e.code, f->e.msg);
		cr_expect(strstr(f->e.msg, "runs/mlflow.db") != NULL, "%s: %s", what, f->e.msg);
		cr_expect(strstr(f->e.msg, part) != NULL, "%s: %s", what, f->e.msg);
		cr_expect(*f->e.help != '\0', "%s: no help", what);
	}
	after = digest_of(f);
	cr_expect(strcmp(before, after) == 0, "%s: the file was changed", what);
	free(before);
	free(after);
}

static void
put_file(struct fixture *f, const void *bytes, size_t n)
{
	cr_assert(file_publish(f->rootfd, "runs/mlflow.db", bytes, n, &f->e) == 0, "%s", f->e.msg);
}

Test(registry_schema, files_that_are_no_database_are_refused_unchanged)
{
	struct fixture f = fixture_make();
	char zeros[8192] = {0}, noise[8192];

	cr_assert(mkdirat(f.rootfd, "runs", 0777) == 0);
	put_file(&f, "", 0);
	expect_refused(&f, "0 bytes", "is empty (0 bytes)");
	put_file(&f, "x", 1);
	expect_refused(&f, "one byte", "");
	put_file(&f,
		"# a text file, longer than the header of a database is, by some characters or "
		"so; enough of it\n",
		96);
	expect_refused(&f, "text", "not a database");
	put_file(&f, zeros, sizeof zeros);
	expect_refused(&f, "zeros", "");
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)(i * 2654435761u >> 13);
	put_file(&f, noise, sizeof noise);
	expect_refused(&f, "noise", "not a database");
	fixture_drop(&f);
}

Test(registry_schema, a_folder_in_its_place_is_refused)
{
	struct fixture f = fixture_make();

	cr_assert(mkdirat(f.rootfd, "runs", 0777) == 0);
	cr_assert(mkdirat(f.rootfd, "runs/mlflow.db", 0777) == 0);
	cr_expect(try_open(&f, STORE_WRITE) == -1);
	cr_expect(strstr(f.e.msg, "no regular file") != NULL, "%s", f.e.msg);
	fixture_drop(&f);
}

Test(registry_schema, a_store_cut_anywhere_is_refused_unchanged)
{
	struct fixture f = fixture_make();
	struct str whole = {0};

	store_close(fixture_open(&f, STORE_WRITE));
	cr_assert(file_read(f.rootfd, "runs/mlflow.db", false, &whole, NULL) == 0);
	cr_assert(whole.len > 100000);
	for (size_t i = 0; i < 100; i++) {
		char what[32];
		size_t len = i < 90 ? whole.len * i / 90 : whole.len - (i - 89) * 7;

		snprintf(what, sizeof what, "cut at %zu", len);
		put_file(&f, whole.s, len);
		expect_refused(&f, what, "");
	}
	put_file(&f, whole.s, whole.len);
	cr_expect(try_open(&f, STORE_WRITE) == 0, "%s", f.e.msg);
	str_fini(&whole);
	fixture_drop(&f);
}

Test(registry_schema, a_zeroed_header_is_refused_unchanged)
{
	struct fixture f = fixture_make();
	struct str whole = {0};

	store_close(fixture_open(&f, STORE_WRITE));
	cr_assert(file_read(f.rootfd, "runs/mlflow.db", false, &whole, NULL) == 0);
	memset(whole.s, 0, 100);
	put_file(&f, whole.s, whole.len);
	expect_refused(&f, "zeroed header", "not a database");
	str_fini(&whole);
	fixture_drop(&f);
}

static void
put_database(struct fixture *f, const char *script)
{
	struct db *db;
	char path[256];

	cr_assert(file_remove_tree(f->rootfd, "runs/mlflow.db", NULL) == 0);
	cr_assert(file_mkdirs(f->rootfd, "runs/mlflow.db", false, NULL) == 0);
	cr_assert(db_open(&db, fixture_path(f, "runs/mlflow.db", path), DB_CREATE, &f->e) == 0,
		"%s", f->e.msg);
	cr_assert(db_script(db, script, &f->e) == 0, "%s", f->e.msg);
	db_close(db);
}

Test(registry_schema, other_peoples_databases_are_refused_unchanged)
{
	struct fixture f = fixture_make();

	put_database(&f, "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
	expect_refused(&f, "some application", "no MLflow store");
	put_database(&f, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)");
	expect_refused(&f, "alembic without a row", "no MLflow store");
	put_database(&f,
		"CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);"
		"INSERT INTO alembic_version (version_num) VALUES ('97727af70f4d')");
	expect_refused(&f, "alembic of something else", "older MLflow (revision 97727af70f4d)");
	fixture_drop(&f);
}

Test(registry_schema, an_older_mlflow_is_told_how_to_upgrade)
{
	struct fixture f = fixture_make();

	store_close(fixture_open(&f, STORE_WRITE));
	fixture_change(&f,
		"ALTER TABLE model_versions DROP COLUMN storage_location;"
		"UPDATE alembic_version SET version_num = '7f2a7d5fae7d'");
	expect_refused(&f, "2.7", "older MLflow (revision 7f2a7d5fae7d)");
	cr_expect(strstr(f.e.help, "mlflow db upgrade sqlite:////") != NULL, "%s", f.e.help);
	cr_expect(strstr(f.e.note, "model_versions.storage_location") != NULL, "%s", f.e.note);
	fixture_drop(&f);
}

Test(registry_schema, a_new_column_that_must_be_filled_is_refused)
{
	struct fixture f = fixture_make();

	store_close(fixture_open(&f, STORE_WRITE));
	fixture_change(&f,
		"DROP TABLE params; CREATE TABLE params (key TEXT NOT NULL, value TEXT "
		"NOT NULL, run_uuid TEXT NOT NULL, owner TEXT NOT NULL);"
		"UPDATE alembic_version SET version_num = 'ffffffffffff'");
	expect_refused(&f, "owner", "newer MLflow (revision ffffffffffff)");
	cr_expect(strstr(f.e.note, "params.owner") != NULL, "%s", f.e.note);
	fixture_drop(&f);
}

Test(registry_schema, a_newer_mlflow_c_is_refused)
{
	struct fixture f = fixture_make();

	store_close(fixture_open(&f, STORE_WRITE));
	fixture_change(&f, "INSERT INTO mlc_migrations (level, applied_ms) VALUES (99, 0)");
	expect_refused(&f, "level 99", "newer mlflow-c");
	fixture_drop(&f);
}

Test(registry_schema, a_lost_table_of_ours_is_damage)
{
	struct fixture f = fixture_make();

	store_close(fixture_open(&f, STORE_WRITE));
	fixture_change(&f, "DROP TABLE mlc_intents");
	expect_refused(&f, "no mlc_intents", "mlc_intents");
	fixture_drop(&f);
}

Test(registry_schema, a_store_at_level_1_is_read_as_it_is_and_migrated_when_written_to)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	const struct node_fact n = {.name = "old", .status = "ok", .plugin_hash = "h"};
	struct run_id id = fixture_run(&f, s, NULL);
	struct arena a = {0};
	struct good_run good;
	struct run_row run;
	struct run_asked asked;

	cr_assert(run_nodes(s, &id, &n, 1, &f.e) == 0);
	cr_assert(run_end(s, &id, RUN_OK, &f.e) == 0);
	store_close(s);
	fixture_change(&f,
		"DROP INDEX mlc_nodes_good; ALTER TABLE mlc_nodes DROP COLUMN basis;"
		"ALTER TABLE mlc_runs DROP COLUMN options; ALTER TABLE mlc_runs DROP COLUMN helper;"
		"DROP TABLE mlc_files; ALTER TABLE mlc_model_versions DROP COLUMN bare;"
		"DROP INDEX mlc_data_dataset;"
		"ALTER TABLE mlc_alias_history DROP COLUMN who;"
		"DELETE FROM mlc_migrations WHERE level > 1;");
	s = fixture_open(&f, STORE_READ);
	cr_expect(store_last_good(s, &a, "old", "base", &good, &f.e) == 0, "%s", f.e.msg);
	cr_expect(store_finished(s, &a, 1, "old", &good, &f.e) == 0, "%s", f.e.msg);
	cr_expect(store_run(s, &a, "last", &run, &f.e) == 0, "%s", f.e.msg);
	cr_expect(store_asked(s, &a, &run, &asked, &f.e) == 0, "%s", f.e.msg);
	store_close(s);
	expect_sql(&f, "SELECT level FROM mlc_migrations", 1, "1\n");
	store_close(fixture_open(&f, STORE_WRITE));
	expect_sql(&f, "SELECT level FROM mlc_migrations", 1, "1\n2\n3\n4\n");
	expect_sql(&f, "SELECT name, basis FROM mlc_nodes", 2, "old|-\n");
	arena_fini(&a);
	fixture_drop(&f);
}
