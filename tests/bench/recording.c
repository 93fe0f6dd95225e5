/* SPDX-License-Identifier: Apache-2.0
 * recording FOLDER [TIMES]: what the loan run writes into its record, without the run: opening, begin,
 * parameters, seven nodes with intents, datasets and metrics, one model version, end. Prints the time
 * of each part and of all, median and range. On a tmpfs fsync costs nothing: what is left is ours. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "registry/registry.h"

enum { PARTS = 5, MOST = 200, NODES = 7 };
static const char *const parts[PARTS + 1] = {
	"open", "begin and parameters", "seven nodes", "model", "end", "all"};

static void
check(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	(void)fprintf(stderr, "recording: %s\n", e->msg);
	exit(1);
}

static void
make_model(int rootfd)
{
	static const char text[] = "flavors:\n  python_function:\n    loader_module: none\n";
	static char weights[2300];
	struct err e = {0};

	memset(weights, '1', sizeof weights);
	check(file_mkdirs(rootfd, "data/model/x", false, &e), &e);
	check(file_publish(rootfd, "data/model/MLmodel", text, sizeof text - 1, &e), &e);
	check(file_publish(rootfd, "data/model/linear.json", weights, sizeof weights, &e), &e);
}

static void
record_node(struct store *s, const struct run_id *id, int i)
{
	static const char hash[] = "00112233445566778899aabbccddeeff";
	const struct metric m[2] = {{"auc", 0.96, 0, 1}, {"rows", 45000, 0, 1}};
	struct data_fact d[2] = {{.dataset = "in",
					 .path = "data/in.csv",
					 .hash = hash,
					 .type = "csv",
					 .rows = 45000,
					 .bytes = 4000000},
		{.dataset = "out",
			.path = "data/out.csv",
			.hash = hash,
			.type = "csv",
			.rows = 45000,
			.bytes = 4000000,
			.output = true}};
	struct publish_item item = {
		.stage = "data/.out.new", .target = "data/out.csv", .hash = hash};
	struct node_fact n = {.plugin = "build/nodes/x.so",
		.plugin_hash = hash,
		.status = "ok",
		.order = i,
		.attempts = 1,
		.metrics = m,
		.n_metrics = 2,
		.data = d,
		.n_data = 2,
		.basis = "{\"holds\": {\"in\": \"00112233445566778899aabbccddeeff\"}}"};
	struct err e = {0};
	char name[16];

	(void)snprintf(name, sizeof name, "node%d", i);
	n.name = name;
	check(intent_write(s, id, name, &item, 1, &e), &e);
	check(intent_done(s, id, &n, &e), &e);
}

static void
record(const struct store_opts *o, int64_t us[PARTS + 1])
{
	static const char *const writes[] = {"data/a", "data/b", "data/c", NULL};
	const struct run_new r = {.pipeline = "__default__",
		.env = "base",
		.command = "mlflow-c run",
		.config = "{}",
		.options = "{}",
		.writes = writes,
		.seed = 1};
	const struct register_wish w = {.name = "loan",
		.alias = "champion",
		.condition = "auc >= current",
		.model_path = "data/model"};
	struct tag params[19];
	char keys[19][16];
	struct registered out;
	struct store *s;
	struct run_id id;
	struct err e = {0};
	int64_t at[PARTS + 1];

	for (int i = 0; i < 19; i++) {
		(void)snprintf(keys[i], sizeof keys[i], "train.p%d", i);
		params[i] = (struct tag){keys[i], "1.0"};
	}
	at[0] = clock_mono_us();
	check(store_open(&s, o, &e), &e);
	at[1] = clock_mono_us();
	check(run_begin(s, &r, &id, &e), &e);
	check(run_params(s, &id, params, 19, &e), &e);
	at[2] = clock_mono_us();
	for (int i = 0; i < NODES; i++)
		record_node(s, &id, i);
	at[3] = clock_mono_us();
	check(run_register(s, &id, &w, &out, &e), &e);
	at[4] = clock_mono_us();
	check(run_end(s, &id, RUN_OK, &e), &e);
	store_close(s);
	at[5] = clock_mono_us();
	for (int i = 0; i < PARTS; i++)
		us[i] = at[i + 1] - at[i];
	us[PARTS] = at[PARTS] - at[0];
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	static int64_t all[PARTS + 1][MOST];
	int n = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 50;
	char root[4096];
	struct store_opts o = {
		.root = root, .path = "runs/mlflow.db", .experiment = "bench", .mode = STORE_WRITE};
	struct clock clock = {0};

	if (argc < 2 || !realpath(argv[1], root) || n < 1 || n > MOST)
		return 2;
	o.clock = &clock;
	o.rootfd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	make_model(o.rootfd);
	for (int i = -1; i < n; i++) { /* the first makes the store */
		int64_t us[PARTS + 1];

		record(&o, us);
		for (int k = 0; i >= 0 && k <= PARTS; k++)
			all[k][i] = us[k];
	}
	for (int k = 0; k <= PARTS; k++) {
		qsort(all[k], (size_t)n, sizeof(int64_t), by_size);
		printf("%-22s %6.2f ms (%.2f-%.2f)\n", parts[k], (double)all[k][n / 2] / 1000,
			(double)all[k][0] / 1000, (double)all[k][n - 1] / 1000);
	}
	close(o.rootfd);
	return 0;
}
