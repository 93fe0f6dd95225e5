/* SPDX-License-Identifier: Apache-2.0
 * Many processes on one store at once, and one that reads all the while. */
#include "tests/unit/registry_fixture.h"

/* MLflow's client counts versions likewise: nobody may see a gap. */
#define WRITERS 16
#define TIMES 200

TestSuite(registry_crowd, .timeout = 600);

static int
write_once(struct fixture *f, struct store *s, const struct run_id *id, int i)
{
	const struct register_wish w = {.name = "loan",
		.alias = "champion",
		.condition = "auc > current",
		.model_path = "data/model"};
	const struct metric m = {"auc", i, i, 1 + i};
	struct node_fact n = {.name = "evaluate", .status = "ok", .metrics = &m, .n_metrics = 1};
	char name[16];
	struct registered out;

	(void)snprintf(name, sizeof name, "node%d", i);
	n.name = name;
	return run_nodes(s, id, &n, 1, &f->e) == 0 && run_register(s, id, &w, &out, &f->e) == 0
		? 0
		: -1;
}

static void
write_all(struct fixture *f)
{
	struct store *s = fixture_open(f, STORE_WRITE);
	struct run_id id = fixture_run(f, s, NULL);

	for (int i = 0; i < TIMES; i++)
		if (write_once(f, s, &id, i) < 0) {
			(void)fprintf(stderr, "writer: %s (%s)\n", f->e.msg, f->e.note);
			_exit(1);
		}
	_exit(run_end(s, &id, RUN_OK, &f->e) == 0 ? 0 : 1);
}

/* Ends when it is told to; every list it sees has the versions 1 to n. */
static void
read_all(struct fixture *f, int until)
{
	int64_t worst = 0, begun, n_reads = 0;
	struct arena a = {0};
	char byte;

	(void)fcntl(until, F_SETFL, O_NONBLOCK);
	while (read(until, &byte, 1) < 0) {
		struct version_row *rows;
		size_t n;
		struct store *s;

		begun = clock_mono_us();
		s = fixture_open(f, STORE_READ);
		if (store_versions(s, &a, "loan", &rows, &n, &f->e) < 0)
			_exit(1);
		if (clock_mono_us() - begun > worst)
			worst = clock_mono_us() - begun;
		n_reads++;
		for (size_t i = 0; i < n; i++)
			if (rows[i].version != (int64_t)(n - i))
				_exit(2);
		store_close(s);
		arena_fini(&a);
		usleep(20000);
	}
	(void)fprintf(stderr, "# %lld reads beside the writers, the longest took %lld ms\n",
		(long long)n_reads, (long long)worst / 1000);
	_exit(0);
}

Test(registry_crowd, sixteen_processes_register_without_a_gap_a_double_or_an_error)
{
	struct fixture f = fixture_make();
	pid_t pids[WRITERS], reader;
	int ends[2], status;

	fixture_model(&f, "data/model");
	store_close(fixture_open(&f, STORE_WRITE));
	cr_assert(pipe(ends) == 0);
	reader = fork();
	if (reader == 0) {
		close(ends[1]);
		read_all(&f, ends[0]);
	}
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			write_all(&f);
	}
	for (int i = 0; i < WRITERS; i++) {
		cr_assert(waitpid(pids[i], &status, 0) == pids[i]);
		cr_expect(status == 0, "writer %d: %d", i, status);
	}
	close(ends[1]);
	cr_assert(waitpid(reader, &status, 0) == reader);
	cr_expect(status == 0, "reader: %d", status);
	expect_sql(&f,
		"SELECT count(*), min(version), max(version), count(DISTINCT source) FROM "
		"model_versions",
		4, "3200|1|3200|3200\n");
	expect_sql(&f, "SELECT count(*) FROM metrics", 1, "3200\n");
	expect_sql(&f, "SELECT count(DISTINCT run_uuid), min(value), max(step) FROM latest_metrics",
		3, "16|199.0|199\n");
	expect_sql(&f, "SELECT count(*) FROM mlc_files", 1, "6400\n");
	fixture_drop(&f);
}
