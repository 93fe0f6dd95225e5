/* SPDX-License-Identifier: Apache-2.0
 * A large table and its reader, which log when they end and begin: for measuring the hand-over. */
#include <mlflow-c/node.h>

#include <sys/resource.h>
#include <time.h>

static double
now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static long
faults(void)
{
	struct rusage ru;
	getrusage(RUSAGE_SELF, &ru);
	return ru.ru_minflt;
}

static int
big_write(struct mlf_ctx *ctx)
{
	int64_t rows = mlf_param_i64(ctx, "rows");
	struct mlf_builder *b = mlf_build(ctx);
	double *v = mlf_new_f64(b, "v", rows);
	for (int64_t i = 0; i < rows; i++)
		v[i] = (double)i;
	int rc = mlf_output(ctx, "table", mlf_finish(b));
	mlf_log(ctx, "written %.1f", now_us());
	return rc;
}

static int
big_read(struct mlf_ctx *ctx)
{
	double begun = now_us();
	struct mlf_f64s v = mlf_f64(mlf_input(ctx, "table"), "v");
	double sum = v.n ? v.v[0] : 0, first = now_us();
	long before = faults();
	for (int64_t i = 0; i < v.n; i++)
		sum += v.v[i];
	double scanned = now_us();
	long taken = faults() - before;
	for (int64_t i = 0; i < v.n; i++)
		sum += v.v[i];
	double again = now_us();
	mlf_log(ctx, "begun %.1f first %.1f scan %.1f again %.1f faults %ld rows %lld sum %g",
		begun, first, scanned - first, again - scanned, taken, (long long)v.n, sum);
	return 0;
}

static const struct mlf_port table[] = {{"table", MLF_TABLE, 0, "a large table"}, {0}};
static const struct mlf_param rows[] = {
	{"rows", MLF_INT, "13107200", 0, 0, "rows of 8 bytes"}, {0}};
static const struct mlf_node nodes[] = {
	{"big_write", "Writes a large table.", NULL, table, rows, big_write},
	{"big_read", "Reads it.", table, NULL, NULL, big_read},
};
MLF_PLUGIN("big", "1.0", nodes);
