/* SPDX-License-Identifier: Apache-2.0
 * Opening, creating and closing: what is there afterwards, and who may do it at once. */
#include "tests/unit/registry_fixture.h"

#include <dirent.h>

LEAK_SUITE(registry_create);

static char *
names_in(struct fixture *f, const char *folder)
{
	char path[256];
	struct dirent **list;
	struct str out = {0};
	int n = scandir(fixture_path(f, folder, path), &list, NULL, alphasort);

	cr_assert(n >= 0);
	for (int i = 0; i < n; i++) {
		if (!str_eq(list[i]->d_name, ".") && !str_eq(list[i]->d_name, ".."))
			str_addf(&out, "%s ", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return out.s;
}

static void
expect_only_a_store(struct fixture *f)
{
	char *names = names_in(f, "runs");

	cr_expect_str_eq(names, "mlflow.db mlflow.db-mlc-locks ");
	free(names);
}

Test(registry_create, reading_an_absent_store_shows_nothing_and_makes_nothing)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_READ);
	struct arena a = {0};
	struct version_row *versions;
	struct run_row *runs;
	const char *hash, *schema, *name;
	size_t n = 9;

	cr_expect(store_versions(s, &a, NULL, &versions, &n, NULL) == 0 && n == 0);
	cr_expect(store_runs(s, &a, &(struct run_search){.limit = 10}, &runs, &n, NULL) == 0 &&
		n == 0);
	cr_expect(store_written(s, &a, "x", &hash, &schema, NULL) == 0);
	cr_expect(store_recovered(s, 0, &name) == 0 && !name);
	store_close(s);
	arena_fini(&a);
	cr_expect(!file_exists(f.rootfd, "runs"));
	fixture_drop(&f);
}

Test(registry_create, a_read_only_store_begins_no_runs)
{
	struct fixture f = fixture_make();
	struct run_new r = {0};
	struct run_id id;
	struct store *s;

	store_close(fixture_open(&f, STORE_WRITE));
	s = fixture_open(&f, STORE_READ);
	cr_expect(run_begin(s, &r, &id, &f.e) == -1 && f.e.code == MLC_BUG);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_create, nothing_is_left_beside_the_store)
{
	struct fixture f = fixture_make();

	store_close(fixture_open(&f, STORE_WRITE));
	expect_only_a_store(&f);
	fixture_drop(&f);
}

Test(registry_create, what_a_killed_creator_left_is_swept_away)
{
	struct fixture f = fixture_make();

	fixture_write(&f, "runs/.mlflow.db.new", "half a store");
	fixture_write(&f, "runs/.mlflow.db.new-journal", "and its journal");
	store_close(fixture_open(&f, STORE_WRITE));
	expect_only_a_store(&f);
	fixture_drop(&f);
}

Test(registry_create, an_absolute_path_works)
{
	struct fixture f = fixture_make();
	struct store_opts o = fixture_opts(&f, STORE_WRITE);
	struct store *s = NULL;
	char path[256];

	o.path = fixture_path(&f, "elsewhere/deep/s.db", path);
	cr_assert(store_open(&s, &o, &f.e) == 0, "%s", f.e.msg);
	store_close(s);
	cr_expect(file_exists(f.rootfd, "elsewhere/deep/s.db"));
	fixture_drop(&f);
}

Test(registry_create, everybody_who_comes_by_a_link_shares_one_lock_file)
{
	struct fixture f = fixture_make();
	struct store_opts o = fixture_opts(&f, STORE_WRITE);
	struct store *s = NULL;

	store_close(fixture_open(&f, STORE_WRITE));
	cr_assert(symlinkat("mlflow.db", f.rootfd, "runs/link.db") == 0);
	o.path = "runs/link.db";
	cr_assert(store_open(&s, &o, &f.e) == 0, "%s", f.e.msg);
	store_close(s);
	cr_expect(!file_exists(f.rootfd, "runs/link.db-mlc-locks"));
	fixture_drop(&f);
}

Test(registry_create, a_dangling_link_is_an_error_and_stays)
{
	struct fixture f = fixture_make();
	struct store_opts o = fixture_opts(&f, STORE_WRITE);
	struct store *s = NULL;

	cr_assert(mkdirat(f.rootfd, "runs", 0777) == 0);
	cr_assert(symlinkat("gone.db", f.rootfd, "runs/mlflow.db") == 0);
	cr_expect(store_open(&s, &o, &f.e) == -1 && f.e.code == MLC_STORE, "%s", f.e.msg);
	cr_expect(s == NULL);
	fixture_drop(&f);
}

Test(registry_create, experiments_need_a_plain_name)
{
	static const char *const bad[] = {"", "a/b", "..", "x y", "'; DROP TABLE runs; --", NULL};
	struct fixture f = fixture_make();

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct store_opts o = fixture_opts(&f, STORE_WRITE);
		struct store *s = NULL;

		o.experiment = bad[i];
		cr_expect(store_open(&s, &o, &f.e) == -1 && f.e.code == MLC_NAME, "%s",
			bad[i] ? bad[i] : "NULL");
	}
	fixture_drop(&f);
}

Test(registry_create, a_process_cannot_open_a_store_twice)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE), *again = NULL;
	struct store_opts o = fixture_opts(&f, STORE_WRITE);

	cr_expect(store_open(&again, &o, &f.e) == -1 && f.e.code == MLC_BUG, "%s", f.e.msg);
	store_close(s);
	cr_expect(store_open(&again, &o, &f.e) == 0, "%s", f.e.msg);
	store_close(again);
	fixture_drop(&f);
}

static pid_t
creator(struct fixture *f, int gate)
{
	pid_t pid = fork();
	struct store_opts o = fixture_opts(f, STORE_WRITE);
	struct store *s = NULL;
	char c;

	if (pid != 0)
		return pid;
	if (read(gate, &c, 1) < 0 || store_open(&s, &o, NULL) < 0)
		_exit(1);
	store_close(s);
	_exit(0);
}

Test(registry_create, many_processes_create_one_store_at_once)
{
	enum { ROUNDS = 10, PROCESSES = 6 };

	for (int round = 0; round < ROUNDS; round++) {
		struct fixture f = fixture_make();
		int gate[2], status;

		cr_assert(pipe(gate) == 0);
		for (int i = 0; i < PROCESSES; i++) {
			pid_t pid = creator(&f, gate[0]);

			cr_assert(pid > 0);
		}
		close(gate[0]);
		cr_assert(write(gate[1], "GOGOGO", PROCESSES) == PROCESSES);
		close(gate[1]);
		for (int i = 0; i < PROCESSES; i++)
			cr_expect(wait(&status) > 0 && status == 0, "status %d", status);
		expect_only_a_store(&f);
		expect_sql(&f, "SELECT count(*) FROM alembic_version", 1, "1\n");
		expect_sql(&f, "SELECT count(*) FROM mlc_migrations", 1, "4\n");
		expect_sql(&f, "PRAGMA integrity_check", 1, "ok\n");
		fixture_drop(&f);
	}
}
