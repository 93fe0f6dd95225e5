/* SPDX-License-Identifier: Apache-2.0
 * Registering models: versions, copies, aliases and the conditions they move on. */
#include "tests/unit/registry_fixture.h"

LEAK_SUITE(registry_model);

/* Registers data/model in a run of its own that measured auc (not if NULL). */
static int
register_one(struct fixture *f, struct store *s, const struct register_wish *w, const double *auc,
	struct registered *out)
{
	struct run_id id = fixture_run(f, s, NULL);
	struct metric m = {"auc", auc ? *auc : 0, 0, 1};
	struct node_fact n = {
		.name = "evaluate", .status = "ok", .metrics = &m, .n_metrics = auc != NULL};
	int rc;

	cr_assert(run_nodes(s, &id, &n, 1, &f->e) == 0, "%s", f->e.msg);
	f->e = (struct err){0};
	rc = run_register(s, &id, w, out, &f->e);
	cr_assert(run_end(s, &id, RUN_OK, NULL) == 0);
	return rc;
}

Test(registry_model, a_version_is_in_mlflows_registry_with_its_files_beneath_the_run)
{
	const struct register_wish w = {.name = "loan", .model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;
	struct run_id id;
	struct str text = {0};
	char want[512];

	fixture_model(&f, "data/model");
	id = fixture_run(&f, s, "calm-otter");
	cr_assert(run_register(s, &id, &w, &out, &f.e) == 0, "%s", f.e.msg);
	cr_expect(out.version == 1 && !out.alias_moved && !*out.why);
	snprintf(want, sizeof want,
		"loan|1|None|READY|%s|%s/runs/demo/calm-otter/artifacts/loan|1|1\n", id.id, f.root);
	expect_sql(&f,
		"SELECT v.name, version, current_stage, status, run_id, source,"
		" source = storage_location, m.last_updated_time = v.creation_time"
		" FROM model_versions v JOIN registered_models m USING (name)",
		8, want);
	expect_sql(&f,
		"SELECT name, version, path, length(hash), bytes > 100 FROM mlc_model_versions", 5,
		"loan|1|runs/demo/calm-otter/artifacts/loan|64|1\n");
	cr_assert(file_read(f.rootfd, "runs/demo/calm-otter/artifacts/loan/MLmodel", false, &text,
			  NULL) == 0);
	cr_expect(strstr(text.s, id.id) != NULL, "%s", text.s);
	str_fini(&text);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, the_recorded_hash_is_that_of_the_copy)
{
	const struct register_wish w = {.name = "loan", .model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	char hash[HASH_SHA_HEX], want[128];
	struct registered out;
	struct run_id id;
	uint64_t bytes;

	fixture_model(&f, "data/model");
	id = fixture_run(&f, s, "r");
	cr_assert(run_register(s, &id, &w, &out, &f.e) == 0, "%s", f.e.msg);
	cr_assert(hash_tree(f.rootfd, "runs/demo/r/artifacts/loan", hash, &bytes, &f.e) == 0);
	snprintf(want, sizeof want, "%s|%llu\n", hash, (unsigned long long)bytes);
	expect_sql(&f, "SELECT hash, bytes FROM mlc_model_versions", 2, want);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, the_runs_list_of_models_grows)
{
	const struct register_wish w = {.name = "loan", .model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;
	struct run_id id;

	fixture_model(&f, "data/model");
	id = fixture_run(&f, s, NULL);
	cr_assert(run_register(s, &id, &w, &out, &f.e) == 0, "%s", f.e.msg);
	cr_assert(run_register(s, &id, &w, &out, &f.e) == 0, "%s", f.e.msg);
	cr_expect(out.version == 2);
	expect_sql(&f,
		"SELECT json_array_length(value), json_extract(value, '$[0].artifact_path'),"
		" json_extract(value, '$[1].artifact_path'),"
		" json_extract(value, '$[0].run_id') = run_uuid,"
		" json_extract(value, '$[1].flavors.python_function.loader_module')"
		" FROM tags WHERE key = 'mlflow.log-model.history'",
		5, "2|loan|loan-2|1|none\n");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, the_runs_list_of_models_stays_within_a_tag)
{
	const struct register_wish w = {.name = "loan", .model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;
	struct run_id id;

	fixture_model(&f, "data/model");
	id = fixture_run(&f, s, NULL);
	for (int i = 0; i < 30; i++)
		cr_assert(run_register(s, &id, &w, &out, &f.e) == 0, "%s", f.e.msg);
	expect_sql(&f,
		"SELECT json_valid(value), length(value) BETWEEN 4000 AND 5000,"
		" json_extract(value, '$[#-1].artifact_path') FROM tags"
		" WHERE key = 'mlflow.log-model.history'",
		3, "1|1|loan-30\n");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, numbers_of_deleted_versions_are_not_reused)
{
	const struct register_wish w = {.name = "loan", .model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;

	fixture_model(&f, "data/model");
	fixture_change(&f,
		"INSERT INTO registered_models (name) VALUES ('loan');"
		"INSERT INTO model_versions (name, version, current_stage)"
		" VALUES ('loan', 7, 'Deleted_Internal')");
	cr_assert(register_one(&f, s, &w, NULL, &out) == 0, "%s", f.e.msg);
	cr_expect(out.version == 8);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, bad_names_are_refused_before_anything_is_copied)
{
	static const struct register_wish bad[] = {
		{.name = NULL, .model_path = "data/model"},
		{.name = "", .model_path = "data/model"},
		{.name = "a/b", .model_path = "data/model"},
		{.name = "..", .model_path = "data/model"},
		{.name = "a'; DROP TABLE model_versions; --", .model_path = "data/model"},
		{.name = "m", .alias = "", .model_path = "data/model"},
		{.name = "m", .alias = "latest", .model_path = "data/model"},
		{.name = "m", .alias = "Latest", .model_path = "data/model"},
		{.name = "m", .alias = "v12", .model_path = "data/model"},
		{.name = "m", .alias = "a.b", .model_path = "data/model"},
		{.name = "m", .alias = "a b", .model_path = "data/model"},
	};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;
	struct run_id id = fixture_run(&f, s, "r");

	fixture_model(&f, "data/model");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		cr_expect(run_register(s, &id, &bad[i], &out, &f.e) == -1, "case %zu", i);
		cr_expect(f.e.code == MLC_NAME && *f.e.help, "case %zu: %s", i, f.e.msg);
	}
	expect_sql(&f, "SELECT count(*) FROM model_versions", 1, "0\n");
	cr_expect(!file_exists(f.rootfd, "runs/demo/r/artifacts/m"));
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, a_model_that_is_missing_leaves_nothing)
{
	const struct register_wish w = {.name = "loan", .model_path = "data/none"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;
	struct run_id id = fixture_run(&f, s, "r");

	cr_expect(run_register(s, &id, &w, &out, &f.e) == -1);
	cr_expect(strstr(f.e.msg, "data/none") != NULL, "%s", f.e.msg);
	cr_expect(!file_exists(f.rootfd, "runs/demo/r/artifacts/loan"));
	expect_sql(&f, "SELECT count(*) FROM registered_models", 1, "0\n");
	store_close(s);
	fixture_drop(&f);
}

/* --- conditions ---------------------------------------------------------------------------------- */

Test(registry_model, conditions_are_read_as_written)
{
	static const struct {
		const char *text, *metric, *op;
		bool current;
		double number;
	} good[] = {
		{"auc > current", "auc", ">", true, 0},
		{"auc>=current+0.01", "auc", ">=", true, 0.01},
		{"  log loss  <  current - 1e-3 ", "log loss", "<", true, -1e-3},
		{"auc > 0.9", "auc", ">", false, 0.9},
		{"auc<=-2", "auc", "<=", false, -2},
		{"eval/auc > inf", "eval/auc", ">", false, (double)INFINITY},
	};
	static const char *const bad[] = {"", ">", "auc", "auc >", "> 0.9", "auc = 1", "auc == 1",
		"auc => 1", "auc >> 1", "auc > x", "auc > currently", "auc > current 1",
		"auc > current +", "auc > current + x", "auc > current + - 1", "auc > current * 2",
		"auc > nan", "auc > current + nan", "auc > 0.9 or 1", "auc > 0.9; DROP TABLE runs",
		"a'uc > 1", "auc < b < 3", "auc > 1 1"};
	struct condition c;

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		cr_expect(condition__parse(good[i].text, &c, NULL) == 0, "%s", good[i].text);
		cr_expect_str_eq(c.metric, good[i].metric);
		cr_expect_str_eq(c.op, good[i].op);
		cr_expect(c.current == good[i].current && c.number == good[i].number, "%s: %g",
			good[i].text, c.number);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct err e = {0};

		cr_expect(condition__parse(bad[i], &c, &e) == -1, "%s", bad[i]);
		cr_expect(e.code == MLC_CONF_VALUE && *e.help, "%s", bad[i]);
	}
}

Test(registry_model, conditions_decide_whether_the_alias_moves)
{
	static const struct {
		double champion, own;
		const char *condition;
		bool moves;
		const char *why;
	} cases[] = {
		{0.9, 0.91, NULL, true, "no condition"},
		{0.9, 0.91, "auc > current", true, "auc 0.91 > 0.9 (version 1)"},
		{0.9, 0.9, "auc > current", false, "auc 0.9 is not > 0.9 (version 1)"},
		{0.9, 0.9, "auc >= current", true, "auc 0.9 >= 0.9 (version 1)"},
		{0.9, 0.905, "auc >= current + 0.01", false,
			"auc 0.905 is not >= 0.91 (version 1)"},
		{0.9, 0.92, "auc >= current + 0.01", true, "auc 0.92 >= 0.91 (version 1)"},
		{0.9, 0.85, "auc < current", true, "auc 0.85 < 0.9 (version 1)"},
		{0.9, 0.85, "auc <= 0.85", true, "auc 0.85 <= 0.85"},
		{0.9, 0.95, "auc > 0.99", false, "auc 0.95 is not > 0.99"},
		{0.9, 0.9000000001, "auc > current", true,
			"auc 0.90000000010000003 > 0.90000000000000002 (version 1)"},
		{0.9, (double)NAN, "auc > current", false, "auc is NaN"},
		{(double)NAN, 0.1, "auc > current", true, "auc of version 1 is NaN"},
		{0.9, 0.95, "f1 > current", false, "this run has no metric f1"},
		{0.9, 0.95, "aux > current", false,
			"this run has no metric aux; did you mean auc?"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct register_wish w = {
			.name = "loan", .alias = "champion", .model_path = "data/model"};
		struct fixture f = fixture_make();
		struct store *s = fixture_open(&f, STORE_WRITE);
		struct registered out;

		fixture_model(&f, "data/model");
		cr_assert(register_one(&f, s, &w, &cases[i].champion, &out) == 0, "%s", f.e.msg);
		w.condition = cases[i].condition;
		cr_assert(register_one(&f, s, &w, &cases[i].own, &out) == 0, "%s", f.e.msg);
		cr_expect(out.alias_moved == cases[i].moves, "case %zu: %s", i, out.why);
		cr_expect_str_eq(out.why, cases[i].why);
		expect_sql(&f, "SELECT alias, version FROM registered_model_aliases", 2,
			cases[i].moves ? "champion|2\n" : "champion|1\n");
		expect_sql(&f, "SELECT version, previous FROM mlc_alias_history", 2,
			cases[i].moves ? "1|-\n2|1\n" : "1|-\n");
		store_close(s);
		fixture_drop(&f);
	}
}

Test(registry_model, the_first_version_beats_nobody)
{
	const struct register_wish w = {.name = "loan",
		.alias = "champion",
		.condition = "auc > current + 5",
		.model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;
	double auc = 0.5;

	fixture_model(&f, "data/model");
	cr_assert(register_one(&f, s, &w, &auc, &out) == 0, "%s", f.e.msg);
	cr_expect(out.alias_moved, "%s", out.why);
	/* a champion that MLflow deleted counts as nobody, too */
	fixture_change(&f, "UPDATE model_versions SET current_stage = 'Deleted_Internal'");
	cr_assert(register_one(&f, s, &w, &auc, &out) == 0, "%s", f.e.msg);
	cr_expect(out.alias_moved && out.version == 2, "%s", out.why);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, a_champion_without_the_metric_stays)
{
	struct register_wish w = {.name = "loan", .alias = "champion", .model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;
	double auc = 0.9;

	fixture_model(&f, "data/model");
	cr_assert(register_one(&f, s, &w, NULL, &out) == 0, "%s", f.e.msg);
	w.condition = "auc > current";
	cr_assert(register_one(&f, s, &w, &auc, &out) == 0, "%s", f.e.msg);
	cr_expect(!out.alias_moved);
	cr_expect_str_eq(out.why, "auc of version 1 is unknown");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_model, a_bad_condition_registers_nothing)
{
	const struct register_wish w = {.name = "loan",
		.alias = "champion",
		.condition = "auc is good",
		.model_path = "data/model"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct registered out;

	fixture_model(&f, "data/model");
	cr_expect(register_one(&f, s, &w, NULL, &out) == -1 && f.e.code == MLC_CONF_VALUE, "%s",
		f.e.msg);
	expect_sql(&f, "SELECT count(*) FROM model_versions", 1, "0\n");
	store_close(s);
	fixture_drop(&f);
}

/* --- many at once -------------------------------------------------------------------------------- */

enum { PROCESSES = 8, EACH = 20 };

/* Every process registers versions with an auc of their own; the alias goes to the best. */
static void
register_many(struct fixture *f, int who, int gate)
{
	const struct register_wish w = {.name = "loan",
		.alias = "champion",
		.condition = "auc > current",
		.model_path = "data/model"};
	struct store_opts o = fixture_opts(f, STORE_WRITE);
	struct metric m = {"auc", (who * 37 % PROCESSES + 1) / 10.0, 0, 1};
	struct node_fact n = {.name = "evaluate", .status = "ok", .metrics = &m, .n_metrics = 1};
	struct run_new r = {0};
	struct registered out;
	struct run_id id;
	struct store *s;
	char c;

	if (read(gate, &c, 1) != 1 || store_open(&s, &o, NULL) < 0 ||
		run_begin(s, &r, &id, NULL) < 0 || run_nodes(s, &id, &n, 1, NULL) < 0)
		_exit(1);
	for (int i = 0; i < EACH; i++)
		if (run_register(s, &id, &w, &out, NULL) < 0)
			_exit(2);
	if (run_end(s, &id, RUN_OK, NULL) < 0)
		_exit(3);
	store_close(s);
	_exit(0);
}

Test(registry_model, versions_have_no_gap_however_many_register_at_once)
{
	struct fixture f = fixture_make();
	int gate[2], status;

	fixture_model(&f, "data/model");
	cr_assert(pipe(gate) == 0);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			register_many(&f, i, gate[0]);
	cr_assert(write(gate[1], "GOGOGOGO", PROCESSES) == PROCESSES);
	for (int i = 0; i < PROCESSES; i++)
		cr_expect(wait(&status) > 0 && status == 0, "status %d", status);
	close(gate[0]);
	close(gate[1]);
	expect_sql(&f, "SELECT count(*), min(version), max(version) FROM model_versions", 3,
		"160|1|160\n");
	expect_sql(&f,
		"SELECT count(*) FROM mlc_model_versions JOIN model_versions USING (name, version)",
		1, "160\n");
	/* the alias ends at the best, and every move beat the version before */
	expect_sql(&f,
		"SELECT l.value FROM registered_model_aliases a JOIN model_versions v USING (name, "
		"version)"
		" JOIN latest_metrics l ON l.run_uuid = v.run_id AND l.key = 'auc'",
		1, "0.8\n");
	expect_sql(&f,
		"SELECT count(*) FROM mlc_alias_history h"
		" JOIN latest_metrics n ON n.run_uuid = h.run_id"
		" JOIN model_versions v ON v.version = h.previous"
		" JOIN latest_metrics o ON o.run_uuid = v.run_id WHERE n.value <= o.value",
		1, "0\n");
	fixture_drop(&f);
}

/* A run that dies between the two would register the model again when it is continued. */
Test(registry_model, the_basis_of_the_node_comes_with_its_last_model_or_not_at_all)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	const struct node_fact n = {.name = "register", .status = "ok", .plugin_hash = "h"};
	struct register_wish w = {
		.name = "loan", .model_path = "data/none", .node = "register", .basis = "{}"};
	struct run_id id = fixture_run(&f, s, NULL);
	struct registered out;

	fixture_model(&f, "data/model");
	cr_assert(run_nodes(s, &id, &n, 1, &f.e) == 0, "%s", f.e.msg);
	cr_expect(run_register(s, &id, &w, &out, &f.e) < 0);
	expect_sql(&f, "SELECT count(*), count(basis) FROM mlc_nodes", 2, "1|0\n");
	w.model_path = "data/model";
	cr_assert(run_register(s, &id, &w, &out, &f.e) == 0, "%s", f.e.msg);
	expect_sql(&f, "SELECT count(*), count(basis) FROM mlc_nodes", 2, "1|1\n");
	cr_assert(run_end(s, &id, RUN_OK, &f.e) == 0, "%s", f.e.msg);
	store_close(s);
	fixture_drop(&f);
}
