/* SPDX-License-Identifier: Apache-2.0
 * What is found after a run was killed, and what is made of it. */
#include "tests/unit/registry_fixture.h"

#include <sys/prctl.h>

LEAK_SUITE(registry_recover);

static const char OLD[] = "old\n", NEW[] = "new\n";

/* What the process that gets killed does. */
enum act { JUST_RUN, INTEND, INTEND_AND_RENAME };

/* Files that are of use only to the run that dies. */
static int
litter(struct fixture *f, const struct run_id *id)
{
	char token[300], path[1024];
	struct err e;

	stage_token(id->id, "clean", token);
	snprintf(path, sizeof path, "data/.out.csv.%s.stage", token);
	if (file_publish(f->rootfd, path, "half", 4, &e) < 0)
		return -1;
	snprintf(path, sizeof path, "%s/" RUN_MEMORY "/settings", id->folder);
	if (file_mkdirs(f->rootfd, path, false, &e) < 0)
		return -1;
	return file_publish(f->rootfd, path, "{}", 2, &e);
}

static void
do_it(struct fixture *f, enum act act)
{
	struct store_opts o = fixture_opts(f, STORE_WRITE);
	const char *writes[] = {"data/out.csv", NULL};
	struct run_new r = {.name = "tall-heron", .writes = writes};
	char hash[HASH_XXH_HEX];
	struct publish_item item = {
		"data/.out.stage", "data/out.csv", hash, false, false, NULL, NULL};
	struct run_id id;
	struct store *s;

	hash_xxh3(NEW, sizeof NEW - 1, hash);
	if (store_open(&s, &o, NULL) < 0 || run_begin(s, &r, &id, NULL) < 0 || litter(f, &id) < 0)
		_exit(1);
	if (act != JUST_RUN && intent_write(s, &id, "clean", &item, 1, NULL) < 0)
		_exit(1);
	if (act == INTEND_AND_RENAME && renameat(f->rootfd, item.stage, f->rootfd, item.target) < 0)
		_exit(1);
	kill(getpid(), SIGKILL);
}

static void
die_doing(struct fixture *f, enum act act)
{
	int status;
	pid_t pid;

	fixture_write(f, "data/out.csv", OLD);
	fixture_write(f, "data/.out.stage", NEW);
	pid = fork();
	if (pid == 0)
		do_it(f, act);
	cr_assert(waitpid(pid, &status, 0) == pid);
	cr_assert(WIFSIGNALED(status), "status %d", status);
}

static void
expect_content(struct fixture *f, const char *want)
{
	struct str text = {0};

	cr_assert(file_read(f->rootfd, "data/out.csv", false, &text, NULL) == 0);
	cr_expect_str_eq(str_text(&text), want);
	str_fini(&text);
}

static void
expect_interrupted(struct fixture *f)
{
	expect_sql(f,
		"SELECT m.status, r.status, m.end_ms = r.end_time AND m.end_ms >= m.start_ms"
		" FROM mlc_runs m JOIN runs r ON r.run_uuid = m.run_id",
		3, "interrupted|KILLED|1\n");
	expect_sql(f, "SELECT count(*) FROM mlc_writes", 1, "0\n");
}

Test(registry_recover, a_killed_run_is_interrupted_at_the_next_open)
{
	struct fixture f = fixture_make();
	const char *name = NULL;
	struct store *s;

	die_doing(&f, JUST_RUN);
	s = fixture_open(&f, STORE_WRITE);
	cr_expect(store_recovered(s, 0, &name) == 1);
	cr_expect_str_eq(name, "tall-heron");
	cr_expect(store_recovered(s, 1, &name) == 1 && name == NULL);
	store_close(s);
	expect_interrupted(&f);
	expect_content(&f, OLD);
	s = fixture_open(&f, STORE_WRITE);
	cr_expect(store_recovered(s, 0, &name) == 0, "recovered twice");
	store_close(s);
	fixture_drop(&f);
}

/* A process with the name of the helper, which has ended and is not reaped. */
static pid_t
zombie(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NAME, RUN_HELPER);
		_exit(0);
	}
	cr_assert(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	return pid;
}

Test(registry_recover, a_helper_that_nobody_reaps_is_not_waited_for)
{
	struct fixture f = fixture_make();
	pid_t pid = zombie();
	char sql[100];
	int64_t began;

	die_doing(&f, JUST_RUN);
	snprintf(sql, sizeof sql, "UPDATE mlc_runs SET helper = %d", (int)pid);
	fixture_change(&f, sql);
	began = clock_mono_us();
	store_close(fixture_open(&f, STORE_WRITE));
	cr_expect(clock_mono_us() - began < 3000000, "it took %lld us",
		(long long)(clock_mono_us() - began));
	expect_interrupted(&f);
	waitpid(pid, NULL, 0);
	fixture_drop(&f);
}

static int
count_files(const struct fixture *f, const char *pattern)
{
	char cmd[512];
	int n = -1;

	snprintf(cmd, sizeof cmd, "find %s -path '%s' | wc -l", f->root, pattern);
	FILE *p = popen(cmd, "r");
	cr_assert(p && fscanf(p, "%d", &n) == 1);
	pclose(p);
	return n;
}

Test(registry_recover, what_only_the_dead_run_needed_is_removed)
{
	struct fixture f = fixture_make();
	struct store *s;

	die_doing(&f, JUST_RUN);
	cr_assert(count_files(&f, "*/data/.out.csv.*.clean.stage") == 1);
	cr_assert(count_files(&f, "*/tall-heron/" RUN_MEMORY "/settings") == 1);
	s = fixture_open(&f, STORE_READ);
	cr_expect(count_files(&f, "*/data/.out.csv.*") == 0);
	cr_expect(count_files(&f, "*/tall-heron/" RUN_MEMORY "*") == 0);
	cr_expect(count_files(&f, "*/data/out.csv") == 1);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_recover, a_reader_recovers_too)
{
	struct fixture f = fixture_make();
	const char *name = NULL;
	struct arena a = {0};
	struct run_row *runs;
	struct store *s;
	size_t n;

	die_doing(&f, INTEND);
	s = fixture_open(&f, STORE_READ);
	cr_expect(store_recovered(s, 0, &name) == 1);
	cr_expect_str_eq(name, "tall-heron");
	cr_expect(store_runs(s, &a, &(struct run_search){.limit = 10}, &runs, &n, &f.e) == 0 &&
		n == 1);
	cr_expect_str_eq(runs[0].status, "interrupted");
	store_close(s);
	arena_fini(&a);
	expect_content(&f, NEW);
	fixture_drop(&f);
}

Test(registry_recover, a_committed_intent_is_rolled_forward)
{
	struct fixture f = fixture_make();

	die_doing(&f, INTEND);
	expect_content(&f, OLD);
	store_close(fixture_open(&f, STORE_WRITE));
	expect_content(&f, NEW);
	expect_interrupted(&f);
	expect_sql(&f, "SELECT state, closed_ms IS NOT NULL FROM mlc_intents", 2, "done|1\n");
	fixture_drop(&f);
}

Test(registry_recover, renames_that_had_happened_are_done)
{
	struct fixture f = fixture_make();

	die_doing(&f, INTEND_AND_RENAME);
	store_close(fixture_open(&f, STORE_WRITE));
	expect_content(&f, NEW);
	expect_sql(&f, "SELECT state FROM mlc_intents", 1, "done\n");
	fixture_drop(&f);
}

Test(registry_recover, an_intent_whose_stage_is_gone_is_lost_and_blocks_nobody)
{
	struct fixture f = fixture_make();

	die_doing(&f, INTEND);
	cr_assert(unlinkat(f.rootfd, "data/.out.stage", 0) == 0);
	store_close(fixture_open(&f, STORE_WRITE));
	expect_content(&f, OLD);
	expect_interrupted(&f);
	expect_sql(&f, "SELECT state FROM mlc_intents", 1, "lost\n");
	fixture_drop(&f);
}

Test(registry_recover, what_cannot_be_published_yet_is_tried_again)
{
	struct fixture f = fixture_make();
	struct store_opts o = fixture_opts(&f, STORE_WRITE);
	struct store *s = NULL;
	char away[256];

	die_doing(&f, INTEND);
	/* data/ has become a link that leads out of the project, where nothing may be written */
	snprintf(away, sizeof away, "%s-away", f.root);
	cr_assert(renameat(f.rootfd, "data", AT_FDCWD, away) == 0);
	cr_assert(symlinkat(away, f.rootfd, "data") == 0);
	cr_expect(store_open(&s, &o, &f.e) == -1);
	cr_expect(strstr(f.e.msg, "data/out.csv") && strstr(f.e.msg, "tall-heron"), "%s", f.e.msg);
	cr_expect(strstr(f.e.help, "data/.out.stage") != NULL, "%s", f.e.help);
	expect_sql(&f, "SELECT status FROM mlc_runs", 1, "running\n");
	store_close(fixture_open(&f, STORE_READ)); /* reading goes on */
	cr_assert(unlinkat(f.rootfd, "data", 0) == 0);
	cr_assert(renameat(AT_FDCWD, away, f.rootfd, "data") == 0);
	store_close(fixture_open(&f, STORE_WRITE));
	expect_content(&f, NEW);
	expect_interrupted(&f);
	fixture_drop(&f);
}

Test(registry_recover, an_intent_left_open_by_a_failed_run_is_finished_before_the_next)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);
	struct run_id id = fixture_run(&f, s, NULL);
	char hash[HASH_XXH_HEX];
	struct publish_item item = {
		"data/.out.stage", "data/out.csv", hash, false, false, NULL, NULL};

	hash_xxh3(NEW, sizeof NEW - 1, hash);
	fixture_write(&f, "data/out.csv", OLD);
	fixture_write(&f, "data/.out.stage", NEW);
	cr_assert(intent_write(s, &id, "clean", &item, 1, &f.e) == 0, "%s", f.e.msg);
	cr_assert(run_end(s, &id, RUN_FAILED, &f.e) == 0, "%s", f.e.msg);
	expect_content(&f, OLD);
	fixture_run(&f, s, NULL);
	expect_content(&f, NEW);
	expect_sql(&f, "SELECT status FROM mlc_runs ORDER BY num LIMIT 1", 1, "failed\n");
	store_close(s);
	fixture_drop(&f);
}

/* --- whose runs ---------------------------------------------------------------------------------- */

static void
expect_status_after(const char *change, const char *want)
{
	struct fixture f = fixture_make();

	die_doing(&f, JUST_RUN);
	fixture_change(&f, change);
	store_close(fixture_open(&f, STORE_WRITE));
	expect_sql(&f, "SELECT status FROM mlc_runs", 1, want);
	fixture_drop(&f);
}

Test(registry_recover, only_runs_of_this_machine_are_touched)
{
	expect_status_after(
		"UPDATE mlc_runs SET host = 'elsewhere', boot = 'another'", "running\n");
	expect_status_after("UPDATE mlc_runs SET boot = 'before the power cut'", "interrupted\n");
	expect_status_after("UPDATE mlc_runs SET host = 'container-7f3a'", "interrupted\n");
}

Test(registry_recover, mlflows_own_running_rows_are_not_touched)
{
	struct fixture f = fixture_make();

	die_doing(&f, JUST_RUN);
	fixture_change(&f,
		"INSERT INTO runs (run_uuid, name, status, lifecycle_stage, experiment_id)"
		" VALUES ('theirs', 'theirs', 'RUNNING', 'active', 0)");
	store_close(fixture_open(&f, STORE_WRITE));
	expect_sql(&f, "SELECT status FROM runs WHERE run_uuid = 'theirs'", 1, "RUNNING\n");
	fixture_drop(&f);
}

Test(registry_recover, a_dead_run_of_another_machine_blocks_no_target)
{
	static const char *const writes[] = {"data/out.csv", NULL};
	struct fixture f = fixture_make();
	struct run_new r = {.writes = writes};
	struct run_id id;
	struct store *s;

	die_doing(&f, JUST_RUN);
	fixture_change(&f, "UPDATE mlc_runs SET host = 'elsewhere', boot = 'another'");
	s = fixture_open(&f, STORE_WRITE);
	cr_expect(run_begin(s, &r, &id, &f.e) == 0, "%s", f.e.msg);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_recover, many_processes_recover_one_run_at_once)
{
	enum { PROCESSES = 6 };
	struct fixture f = fixture_make();
	int gate[2], status, recovered = 0;

	die_doing(&f, INTEND);
	cr_assert(pipe(gate) == 0);
	for (int i = 0; i < PROCESSES; i++) {
		if (fork() == 0) {
			struct store_opts o = fixture_opts(&f, STORE_WRITE);
			struct store *s;
			char c;

			if (read(gate[0], &c, 1) != 1 || store_open(&s, &o, NULL) < 0)
				_exit(99);
			_exit((int)store_recovered(s, 0, NULL));
		}
	}
	cr_assert(write(gate[1], "GOGOGO", PROCESSES) == PROCESSES);
	for (int i = 0; i < PROCESSES; i++) {
		cr_assert(wait(&status) > 0 && WIFEXITED(status));
		recovered += WEXITSTATUS(status);
	}
	cr_expect(recovered == 1, "%d", recovered);
	close(gate[0]);
	close(gate[1]);
	expect_interrupted(&f);
	expect_content(&f, NEW);
	fixture_drop(&f);
}

Test(registry_recover, a_dead_runs_end_is_its_last_sign_of_life)
{
	struct fixture f = fixture_make();

	die_doing(&f, JUST_RUN);
	fixture_change(&f,
		"UPDATE mlc_runs SET start_ms = 1000;"
		"INSERT INTO mlc_nodes (num, name, ord, status, attempts, start_ms, wall_us)"
		" VALUES (1, 'a', 0, 'ok', 1, 2000, 500000)");
	store_close(fixture_open(&f, STORE_WRITE));
	expect_sql(&f, "SELECT end_ms FROM mlc_runs", 1, "2500\n");
	fixture_drop(&f);
}

/* Two projects keep their runs in one store: that of the first. */
Test(registry_recover, the_dead_run_of_another_project_is_left_to_it)
{
	struct fixture f = fixture_make(), other = fixture_make();
	struct store_opts o = fixture_opts(&other, STORE_WRITE);
	const char *writes[] = {"data/out.csv", NULL};
	const struct run_new r = {.name = "theirs", .writes = writes};
	char path[256];
	struct store *s;
	struct run_id id;

	die_doing(&f, INTEND);
	fixture_write(&other, "data/.out.stage", "another file\n");
	o.path = fixture_path(&f, "runs/mlflow.db", path);
	cr_assert(store_open(&s, &o, &f.e) == 0, "%s", f.e.msg);
	cr_expect(store_recovered(s, 0, NULL) == 0);
	cr_expect(run_begin(s, &r, &id, &f.e) == 0, "its target is not the other's: %s", f.e.msg);
	cr_expect(run_end(s, &id, RUN_OK, &f.e) == 0);
	store_close(s);
	cr_expect(!file_exists(other.rootfd, "data/out.csv"), "published in the wrong project");
	expect_sql(&f, "SELECT status FROM mlc_runs WHERE name = 'tall-heron'", 1, "running\n");
	store_close(fixture_open(&f, STORE_WRITE));
	expect_sql(&f, "SELECT status FROM mlc_runs WHERE name = 'tall-heron'", 1, "interrupted\n");
	expect_content(&f, NEW);
	fixture_drop(&f);
	fixture_drop(&other);
}
