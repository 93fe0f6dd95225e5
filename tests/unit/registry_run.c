/* SPDX-License-Identifier: Apache-2.0
 * Beginning and ending runs: rows, folders, names, and two runs that want one target. */
#include "tests/unit/registry_fixture.h"

LEAK_SUITE(registry_run);

Test(registry_run, a_run_is_in_mlflows_table_and_in_ours)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_new r = {.name = "calm-otter",
		.pipeline = "training",
		.env = "prod",
		.command = "mlflow-c run --conf prod",
		.config = "{\"a\":1}",
		.seed = UINT64_MAX};
	struct run_id id;
	char want[512];

	f.clock.fixed_ms = 1700000000000;
	cr_assert(run_begin(s, &r, &id, &f.e) == 0, "%s", f.e.msg);
	cr_expect_str_eq(id.name, "calm-otter");
	cr_expect_str_eq(id.folder, "runs/demo/calm-otter");
	cr_expect(strlen(id.id) == 32);
	snprintf(want, sizeof want,
		"%s|calm-otter|UNKNOWN|||RUNNING|-|active|%s/runs/demo/calm-otter/artifacts|demo\n",
		id.id, f.root);
	expect_sql(&f,
		"SELECT run_uuid, r.name, source_type, source_name, source_version, status, "
		"end_time,"
		" r.lifecycle_stage, artifact_uri, e.name FROM runs r JOIN experiments e"
		" USING (experiment_id)",
		10, want);
	expect_sql(&f,
		"SELECT num, name, status, pipeline, env, command, config, seed, folder FROM "
		"mlc_runs",
		9,
		"1|calm-otter|running|training|prod|mlflow-c run --conf prod|{\"a\":1}|"
		"18446744073709551615|runs/demo/calm-otter\n");
	expect_sql(&f, "SELECT key, value FROM tags WHERE key <> 'mlflow.user' ORDER BY key", 2,
		"mlflow.runName|calm-otter\nmlflow.source.name|mlflow-c run --conf prod\n"
		"mlflow.source.type|LOCAL\nmlflow_c.env|prod\nmlflow_c.pipeline|training\n");
	expect_sql(&f, "SELECT count(*) FROM tags WHERE key = 'mlflow.user' AND value <> ''", 1,
		"1\n");
	cr_expect(file_exists(f.rootfd, "runs/demo/calm-otter/artifacts"));
	cr_expect(file_exists(f.rootfd, "runs/demo/calm-otter/logs"));
	store_close(s);
	fixture_drop(&f);
}

Test(registry_run, the_experiment_is_made_once_with_an_absolute_place)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	char want[256];

	fixture_run(&f, s, NULL);
	fixture_run(&f, s, NULL);
	store_close(s);
	snprintf(want, sizeof want, "1|%s/runs/demo|active\n", f.root);
	expect_sql(&f,
		"SELECT experiment_id, artifact_location, lifecycle_stage FROM experiments"
		" WHERE name = 'demo'",
		3, want);
	expect_sql(&f, "SELECT count(DISTINCT experiment_id) FROM runs", 1, "1\n");
	fixture_drop(&f);
}

Test(registry_run, a_deleted_experiment_is_not_written_to)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_new r = {0};
	struct run_id id;

	fixture_change(
		&f, "INSERT INTO experiments (name, lifecycle_stage) VALUES ('demo', 'deleted')");
	cr_expect(run_begin(s, &r, &id, &f.e) == -1);
	cr_expect(strstr(f.e.msg, "deleted in MLflow") && *f.e.help, "%s", f.e.msg);
	store_close(s);
	expect_sql(&f, "SELECT count(*) FROM mlc_runs", 1, "0\n");
	cr_expect(!file_exists(f.rootfd, "runs/demo/x"));
	fixture_drop(&f);
}

Test(registry_run, every_way_to_end_is_one_of_mlflows)
{
	static const struct {
		enum run_status st;
		const char *row;
	} cases[] = {{RUN_OK, "ok|FINISHED|1\n"}, {RUN_FAILED, "failed|FAILED|1\n"},
		{RUN_CONTRACT_FAILED, "contract_failed|FAILED|1\n"},
		{RUN_CANCELLED, "cancelled|KILLED|1\n"},
		{RUN_INTERRUPTED, "interrupted|KILLED|1\n"}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fixture f = fixture_make();
		struct store *s = fixture_open(&f, STORE_WRITE);
		struct run_id id = fixture_run(&f, s, NULL);

		cr_expect(run_end(s, &id, cases[i].st, &f.e) == 0, "%s", f.e.msg);
		expect_sql(&f,
			"SELECT m.status, r.status, r.end_time = m.end_ms AND m.end_ms >= "
			"m.start_ms"
			" FROM mlc_runs m JOIN runs r ON r.run_uuid = m.run_id JOIN tags t USING"
			" (run_uuid) WHERE t.key = 'mlflow_c.status' AND t.value = m.status",
			3, cases[i].row);
		cr_expect(run_end(s, &id, cases[i].st, &f.e) == -1, "a run ended twice");
		store_close(s);
		fixture_drop(&f);
	}
}

Test(registry_run, made_up_names_never_repeat)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);

	f.clock.fixed_ms = 1;
	for (int i = 0; i < 60; i++) {
		struct run_id id;

		f.clock.state = 42; /* the same words come up every time */
		id = fixture_run(&f, s, NULL);
		cr_expect(str_is_name(id.name), "%s", id.name);
	}
	store_close(s);
	expect_sql(&f,
		"SELECT count(DISTINCT name), count(DISTINCT run_id), count(*) FROM mlc_runs", 3,
		"60|60|60\n");
	expect_sql(
		&f, "SELECT count(*) FROM mlc_runs WHERE folder = 'runs/demo/' || name", 1, "60\n");
	fixture_drop(&f);
}

Test(registry_run, a_given_name_may_repeat_but_not_its_folder)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id first = fixture_run(&f, s, "nightly"), second = fixture_run(&f, s, "nightly");
	char want[128];

	snprintf(want, sizeof want, "runs/demo/%s", second.id);
	cr_expect_str_eq(first.folder, "runs/demo/nightly");
	cr_expect_str_eq(second.folder, want);
	cr_expect_str_eq(second.name, "nightly");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_run, names_that_are_none_are_refused_and_leave_nothing)
{
	char longest[128], too_long[129];
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	const char *bad[] = {"", ".", "../up", "a/b", "a b", "x'); DROP TABLE runs; --", "\"q\"",
		"\xff", too_long};
	struct run_id id;

	memset(longest, 'n', 127);
	longest[127] = '\0';
	memset(too_long, 'n', 128);
	too_long[128] = '\0';
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct run_new r = {.name = bad[i]};

		cr_expect(run_begin(s, &r, &id, &f.e) == -1, "%s", bad[i]);
		cr_expect(f.e.code == MLC_NAME && *f.e.help, "%s", f.e.msg);
	}
	expect_sql(&f, "SELECT count(*) FROM mlc_runs", 1, "0\n");
	cr_expect(!file_exists(f.rootfd, "runs/demo"));
	id = fixture_run(&f, s, longest);
	cr_expect_str_eq(id.name, longest);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_run, quotes_and_sql_in_free_texts_are_just_text)
{
	static const char evil[] = "'; DROP TABLE runs; -- \" ` \\ \n %s";
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_new r = {.pipeline = evil, .env = evil, .command = evil, .config = evil};
	const char *writes[] = {evil, NULL};
	struct run_id id;

	r.writes = writes;
	cr_assert(run_begin(s, &r, &id, &f.e) == 0, "%s", f.e.msg);
	store_close(s);
	expect_sql(&f,
		"SELECT pipeline = env AND env = command AND command = target AND length(env) > 30"
		" FROM mlc_runs JOIN mlc_writes USING (num)",
		1, "1\n");
	expect_sql(&f, "SELECT count(*) FROM runs", 1, "1\n");
	fixture_drop(&f);
}

/* --- locks --------------------------------------------------------------------------------------- */

/* A process that holds a run on `target` until a byte arrives or it is killed. */
struct holder {
	pid_t pid;
	int go, ready;
	struct run_id run;
};

static void
hold(struct fixture *f, const char *const *writes, int in, int out)
{
	struct store_opts o = fixture_opts(f, STORE_WRITE);
	struct run_new r = {.name = "brave-finch", .writes = writes};
	struct run_id id;
	struct store *s;
	char c;

	if (store_open(&s, &o, NULL) < 0 || run_begin(s, &r, &id, NULL) < 0 ||
		write(out, &id, sizeof id) != sizeof id || read(in, &c, 1) < 0 ||
		run_end(s, &id, RUN_OK, NULL) < 0)
		_exit(1);
	store_close(s);
	_exit(0);
}

static struct holder
holder_start(struct fixture *f, const char *const *writes)
{
	struct holder h;
	int down[2], up[2];

	cr_assert(pipe(down) == 0 && pipe(up) == 0);
	h.pid = fork();
	cr_assert(h.pid >= 0);
	if (h.pid == 0)
		hold(f, writes, down[0], up[1]);
	close(down[0]);
	close(up[1]);
	h.go = down[1];
	h.ready = up[0];
	cr_assert(read(h.ready, &h.run, sizeof h.run) == sizeof h.run);
	return h;
}

static void
holder_stop(struct holder *h, bool kill_it)
{
	int status;

	if (kill_it)
		cr_assert(kill(h->pid, SIGKILL) == 0);
	else
		cr_assert(write(h->go, "x", 1) == 1);
	cr_assert(waitpid(h->pid, &status, 0) == h->pid);
	cr_expect(kill_it ? WIFSIGNALED(status) : status == 0, "status %d", status);
	close(h->go);
	close(h->ready);
}

static int
try_run(struct fixture *f, struct store *s, const char *const *writes)
{
	struct run_new r = {.writes = writes};
	struct run_id id;

	f->e = (struct err){0};
	return run_begin(s, &r, &id, &f->e);
}

Test(registry_run, of_two_runs_that_write_one_target_the_second_is_refused)
{
	static const char *const theirs[] = {"data/a.csv", "data/b.csv", "data/b.csv", NULL};
	static const char *const clash[] = {"data/c.csv", "data/b.csv", NULL};
	static const char *const other[] = {"data/c.csv", NULL};
	struct fixture f = fixture_make();
	struct holder h = holder_start(&f, theirs);
	struct store *s = fixture_open(&f, STORE_WRITE);
	char want[64];

	cr_expect(try_run(&f, s, clash) == -1);
	cr_expect(f.e.code == MLC_LOCKED);
	snprintf(want, sizeof want,
		"`data/b.csv` is being written by run brave-finch (pid %d, since ", (int)h.pid);
	cr_expect(str_starts(f.e.msg, want), "%s", f.e.msg);
	cr_expect(strstr(f.e.help, "--lock-wait 10m, or look: mlflow-c runs show brave-finch") !=
			NULL,
		"%s", f.e.help);
	cr_expect(store_recovered(s, 0, NULL) == 0, "a live run was taken for dead");
	cr_expect(try_run(&f, s, other) == 0, "%s", f.e.msg);
	holder_stop(&h, false);
	cr_expect(try_run(&f, s, theirs) == 0, "%s", f.e.msg);
	store_close(s);
	expect_sql(
		&f, "SELECT status FROM runs ORDER BY start_time, rowid LIMIT 1", 1, "FINISHED\n");
	fixture_drop(&f);
}

Test(registry_run, a_run_of_this_process_is_alive_too)
{
	static const char *const writes[] = {"data/a.csv", NULL};
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);

	cr_expect(try_run(&f, s, writes) == 0, "%s", f.e.msg);
	cr_expect(try_run(&f, s, writes) == -1 && f.e.code == MLC_LOCKED, "%s", f.e.msg);
	expect_sql(&f, "SELECT count(*) FROM mlc_runs WHERE status = 'running'", 1, "1\n");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_run, a_target_is_free_as_soon_as_its_writer_is_dead)
{
	static const char *const writes[] = {"data/a.csv", NULL};
	struct fixture f = fixture_make();
	struct holder h = holder_start(&f, writes);
	struct store *s = fixture_open(&f, STORE_WRITE);
	const char *name;

	holder_stop(&h, true);
	cr_expect(try_run(&f, s, writes) == 0, "%s", f.e.msg);
	cr_expect(store_recovered(s, 0, &name) == 1);
	cr_expect_str_eq(name, "brave-finch");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_run, a_forked_child_does_not_keep_the_lock)
{
	struct fixture f = fixture_make();
	int ready[2];
	pid_t runner, child = 0;
	struct store *s;

	cr_assert(pipe(ready) == 0);
	runner = fork();
	if (runner == 0) {
		struct store_opts o = fixture_opts(&f, STORE_WRITE);
		struct run_new r = {.name = "parent"};
		struct run_id id;

		if (store_open(&s, &o, NULL) < 0 || run_begin(s, &r, &id, NULL) < 0)
			_exit(1);
		child = fork();
		if (child == 0) {
			pause();
			_exit(0);
		}
		if (write(ready[1], &child, sizeof child) != sizeof child)
			_exit(1);
		_exit(0); /* the child lives on, with a copy of every descriptor */
	}
	cr_assert(read(ready[0], &child, sizeof child) == sizeof child);
	cr_assert(waitpid(runner, NULL, 0) == runner);
	s = fixture_open(&f, STORE_READ);
	cr_expect(store_recovered(s, 0, NULL) == 1, "the run of a dead process counts as alive");
	store_close(s);
	cr_assert(kill(child, SIGKILL) == 0);
	close(ready[0]);
	close(ready[1]);
	fixture_drop(&f);
}

/* Opens and closes what a run touches, a thousand times, then says so and waits to be killed. */
static void
run_and_open_things(struct fixture *f, int ready)
{
	static const char *const files[] = {"runs/mlflow.db-journal", "runs/demo/busy/logs", "."};
	struct store_opts o = fixture_opts(f, STORE_WRITE);
	struct run_new r = {.name = "busy"};
	struct run_id id;
	struct store *s;
	char path[256];

	if (store_open(&s, &o, NULL) < 0 || run_begin(s, &r, &id, NULL) < 0)
		_exit(1);
	for (int i = 0; i < 1000; i++) {
		int fd = open(fixture_path(f, files[i % 3], path), O_RDONLY);
		struct db *db;

		if (fd < 0 || close(fd) < 0 ||
			db_open(&db, fixture_path(f, "runs/mlflow.db", path), DB_READ, NULL) < 0)
			_exit(2);
		db_close(db);
	}
	if (write(ready, "x", 1) == 1)
		pause();
	_exit(3);
}

Test(registry_run, the_lock_outlives_a_thousand_opens_of_everything_else)
{
	struct fixture f = fixture_make();
	struct store *s;
	int ready[2];
	pid_t pid;
	char c;

	cr_assert(pipe(ready) == 0);
	pid = fork();
	if (pid == 0)
		run_and_open_things(&f, ready[1]);
	close(ready[1]);
	cr_assert(read(ready[0], &c, 1) == 1);
	s = fixture_open(&f, STORE_WRITE);
	cr_expect(store_recovered(s, 0, NULL) == 0, "a live run was taken for dead");
	store_close(s);
	cr_assert(kill(pid, SIGKILL) == 0);
	cr_assert(waitpid(pid, NULL, 0) == pid);
	s = fixture_open(&f, STORE_WRITE);
	cr_expect(store_recovered(s, 0, NULL) == 1);
	store_close(s);
	close(ready[0]);
	fixture_drop(&f);
}
