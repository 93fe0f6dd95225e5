/* SPDX-License-Identifier: Apache-2.0
 * What nodes did: facts about nodes and data, in our tables and in MLflow's. */
#include "tests/unit/registry_fixture.h"

LEAK_SUITE(registry_nodes);

static const char SCHEMA[] = "[{\"name\":\"age\",\"type\":\"int64\",\"nulls\":0},"
			     "{\"nulls\":2,\"type\":\"utf8\",\"name\":\"pl\\\"an\"}]";

static void
record(struct fixture *f, struct store *s, const struct run_id *id, const struct node_fact *n)
{
	f->e = (struct err){0};
	cr_assert(run_nodes(s, id, n, 1, &f->e) == 0, "%s (%s)", f->e.msg, f->e.note);
}

Test(registry_nodes, a_nodes_facts_are_kept)
{
	const struct data_fact data[] = {
		{.dataset = "raw",
			.path = "data/raw.csv",
			.hash = "00ff",
			.schema = SCHEMA,
			.type = "csv",
			.rows = 3,
			.bytes = 99,
			.contract = "{\"checks\":[]}"},
		{.dataset = "mem",
			.hash = "",
			.type = "memory",
			.rows = 3,
			.bytes = 24,
			.output = true},
	};
	const struct tag tags[] = {{"colour", "blue"}};
	const struct node_fact n = {.name = "clean",
		.plugin = "clean",
		.plugin_hash = "beef",
		.status = "ok",
		.order = 4,
		.attempts = 2,
		.start_ms = 10,
		.wall_us = 20,
		.cpu_us = 30,
		.rss_bytes = 40,
		.tags = tags,
		.n_tags = 1,
		.data = data,
		.n_data = 2};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);

	record(&f, s, &id, &n);
	expect_sql(&f,
		"SELECT num, name, ord, status, attempts, plugin, plugin_hash, start_ms, wall_us,"
		" cpu_us, rss_bytes, error FROM mlc_nodes",
		12, "1|clean|4|ok|2|clean|beef|10|20|30|40|-\n");
	expect_sql(&f,
		"SELECT dataset, path, type, hash, rows, bytes, output, written, contract FROM "
		"mlc_data",
		9,
		"raw|data/raw.csv|csv|00ff|3|99|0|0|{\"checks\":[]}\nmem|-|memory||3|24|1|0|-\n");
	expect_sql(&f, "SELECT value FROM tags WHERE key = 'colour'", 1, "blue\n");
	expect_sql(&f, "SELECT nodes, nodes_ok FROM mlc_runs", 2, "1|1\n");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_nodes, datasets_that_were_read_show_in_mlflow)
{
	const struct data_fact data[] = {
		{.dataset = "raw",
			.path = "data/raw.csv",
			.schema = SCHEMA,
			.type = "csv",
			.rows = 3,
			.hash = "0123456789abcdef0123456789abcdef0123456789abcdef"},
		{.dataset = "out", .path = "data/out.csv", .hash = "aa", .output = true},
	};
	struct node_fact n = {.name = "clean", .status = "ok", .data = data, .n_data = 2};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);
	char want[512];

	record(&f, s, &id, &n);
	n.name = "again";
	record(&f, s, &id, &n);
	snprintf(want, sizeof want,
		"raw|0123456789abcdef0123456789abcdef0123|local|{\"uri\":\"%s/data/raw.csv\"}|"
		"{\"mlflow_colspec\":[{\"type\":\"long\",\"name\":\"age\"},"
		"{\"type\":\"string\",\"name\":\"pl\\\"an\"}]}|{\"num_rows\": 3}|clean\n",
		f.root);
	expect_sql(&f,
		"SELECT d.name, digest, dataset_source_type, dataset_source, dataset_schema,"
		" dataset_profile, t.value FROM datasets d JOIN inputs i ON i.source_id = "
		"d.dataset_uuid"
		" AND i.source_type = 'DATASET' AND i.destination_type = 'RUN'"
		" JOIN runs r ON r.run_uuid = i.destination_id"
		" JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = "
		"'mlflow.data.context'",
		7, want);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_nodes, a_schema_that_is_none_of_ours_is_left_out)
{
	static const char *const bad[] = {
		"", "{", "[1]", "[{\"name\": 1}]", "[{}] x", "null", NULL};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char name[16];
		struct data_fact d = {.dataset = name, .path = "p", .hash = "h", .schema = bad[i]};
		struct node_fact n = {.name = name, .status = "ok", .data = &d, .n_data = 1};

		snprintf(name, sizeof name, "n%zu", i);
		record(&f, s, &id, &n);
	}
	expect_sql(&f, "SELECT count(*), count(dataset_schema) FROM datasets", 2, "7|0\n");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_nodes, what_was_last_written_to_a_path_is_remembered)
{
	struct data_fact d = {.dataset = "out",
		.path = "data/out.csv",
		.hash = "h1",
		.schema = SCHEMA,
		.output = true};
	struct node_fact n = {.name = "a", .status = "ok", .data = &d, .n_data = 1};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);
	struct arena a = {0};
	const char *hash, *schema;

	cr_expect(store_written(s, &a, "data/out.csv", &hash, &schema, NULL) == 0 && !hash);
	record(&f, s, &id, &n);
	cr_expect(store_written(s, &a, "data/out.csv", &hash, &schema, NULL) == 1);
	cr_expect_str_eq(hash, "h1");
	cr_expect_str_eq(schema, SCHEMA);
	n.name = "b"; /* a node that failed wrote nothing that anybody sees */
	n.status = "contract_failed";
	d.hash = "h2";
	record(&f, s, &id, &n);
	n.name = "c"; /* nor did one that read it */
	n.status = "ok";
	d.output = false;
	record(&f, s, &id, &n);
	cr_expect(store_written(s, &a, "data/out.csv", &hash, &schema, NULL) == 1);
	cr_expect_str_eq(hash, "h1");
	n.name = "d";
	d.output = true;
	d.hash = "h3";
	d.schema = NULL;
	record(&f, s, &id, &n);
	cr_expect(store_written(s, &a, "data/out.csv", &hash, &schema, NULL) == 1);
	cr_expect_str_eq(hash, "h3");
	cr_expect(schema == NULL);
	arena_fini(&a);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_nodes, an_intent_closes_with_the_nodes_record)
{
	const struct publish_item items[] = {{"s1", "t1", "h1", false, false, NULL, NULL},
		{"s2", "t2", "h2", true, true, NULL, NULL}};
	const struct node_fact n = {.name = "clean", .status = "ok"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);

	cr_assert(intent_write(s, &id, "clean", items, 2, &f.e) == 0, "%s", f.e.msg);
	cr_assert(intent_write(s, &id, "other", items, 1, &f.e) == 0, "%s", f.e.msg);
	expect_sql(&f, "SELECT node, stage, target, hash, folder, outside, state FROM mlc_intents",
		7, "clean|s1|t1|h1|0|0|open\nclean|s2|t2|h2|1|1|open\nother|s1|t1|h1|0|0|open\n");
	cr_assert(intent_done(s, &id, &n, &f.e) == 0, "%s", f.e.msg);
	expect_sql(&f, "SELECT state FROM mlc_intents", 1, "done\ndone\nopen\n");
	expect_sql(&f, "SELECT name FROM mlc_nodes", 1, "clean\n");
	cr_expect(intent_done(s, &id, &n, &f.e) == -1, "one node was recorded twice");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_nodes, a_run_that_is_over_takes_no_more)
{
	const struct publish_item item = {"s1", "t1", "h1", false, false, NULL, NULL};
	const struct node_fact n = {.name = "late", .status = "ok"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);

	cr_assert(run_end(s, &id, RUN_OK, &f.e) == 0, "%s", f.e.msg);
	cr_expect(run_nodes(s, &id, &n, 1, &f.e) == -1);
	cr_expect(intent_write(s, &id, "late", &item, 1, &f.e) == -1);
	expect_sql(&f,
		"SELECT (SELECT count(*) FROM mlc_nodes) + (SELECT count(*) FROM mlc_intents)", 1,
		"0\n");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_nodes, ten_thousand_nodes_are_one_cheap_transaction)
{
	enum { N = 10000 };
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);
	struct node_fact *nodes = mem_alloc(N * sizeof *nodes);
	char(*names)[16] = mem_alloc(N * sizeof *names);
	int64_t start, us;

	for (int i = 0; i < N; i++) {
		snprintf(names[i], sizeof names[i], "node_%d", i);
		nodes[i] = (struct node_fact){.name = names[i],
			.plugin = "noop",
			.plugin_hash = id.id,
			.status = "ok",
			.order = i};
	}
	start = clock_mono_us();
	cr_expect(run_nodes(s, &id, nodes, N, &f.e) == 0, "%s", f.e.msg);
	us = clock_mono_us() - start;
	printf("# %d nodes: %.2f us each\n", N, (double)us / N);
	/* measured at 2 to 3; a busy machine or a sanitizer may take ten times as long */
	cr_expect(us < N * 100LL, "%lld us a node", (long long)us / N);
	expect_sql(&f, "SELECT count(*), max(ord) FROM mlc_nodes", 2, "10000|9999\n");
	expect_sql(&f, "SELECT nodes, nodes_ok FROM mlc_runs", 2, "10000|10000\n");
	free(names);
	free(nodes);
	store_close(s);
	fixture_drop(&f);
}

static void
expect_good(struct fixture *f, struct store *s, const char *node, const char *env, const char *want)
{
	struct arena a = {0};
	struct good_run good;
	int rc = store_last_good(s, &a, node, env, &good, &f->e);
	char got[64];

	snprintf(got, sizeof got, "%d %s %s", rc, good.plugin_hash ? good.plugin_hash : "-",
		good.basis ? good.basis : "-");
	cr_expect_str_eq(got, want, "%s in %s: %s", node, env, got);
	arena_fini(&a);
}

Test(registry_nodes, the_last_good_run_of_a_node_is_found_by_environment)
{
	struct node_fact n = {.name = "a", .plugin_hash = "h1", .status = "ok", .basis = "{1}"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);
	const struct run_new prod = {.pipeline = "p", .env = "elsewhere"};
	struct run_id other, bad;

	expect_good(&f, s, "a", "elsewhere", "0 - -");
	record(&f, s, &id, &n);
	cr_assert(run_begin(s, &prod, &other, &f.e) == 0, "%s", f.e.msg);
	n.plugin_hash = "h2";
	record(&f, s, &other, &n);
	expect_good(&f, s, "a", "elsewhere", "1 h2 {1}");
	expect_good(&f, s, "b", "elsewhere", "0 - -");
	cr_assert(run_begin(s, &prod, &bad, &f.e) == 0, "%s", f.e.msg);
	n.plugin_hash = "h3";
	n.status = "failed";
	record(&f, s, &bad, &n);
	expect_good(&f, s, "a", "elsewhere", "1 h2 {1}");
	n.name = "later";
	n.status = "cached";
	record(&f, s, &bad, &n);
	expect_good(&f, s, "later", "elsewhere", "0 - -");
	expect_sql(&f, "SELECT nodes, nodes_ok FROM mlc_runs ORDER BY num", 2, "1|1\n1|1\n2|1\n");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_nodes, a_good_run_without_a_basis_hides_the_ones_before_until_it_gets_one)
{
	struct node_fact n = {.name = "a", .plugin_hash = "h", .status = "ok", .basis = "{1}"};
	const struct run_new new = {.pipeline = "p", .env = "elsewhere"};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id one, two;

	cr_assert(run_begin(s, &new, &one, &f.e) == 0, "%s", f.e.msg);
	record(&f, s, &one, &n);
	cr_assert(run_begin(s, &new, &two, &f.e) == 0, "%s", f.e.msg);
	n.basis = NULL;
	record(&f, s, &two, &n);
	expect_good(&f, s, "a", "elsewhere", "0 - -");
	cr_assert(run_basis(s, &two, "a", "{2}", &f.e) == 0, "%s", f.e.msg);
	expect_good(&f, s, "a", "elsewhere", "1 h {2}");
	store_close(s);
	fixture_drop(&f);
}
