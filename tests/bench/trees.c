/* SPDX-License-Identifier: Apache-2.0
 * Our evaluator of trees, alone: for the benchmark, and for comparisons with XGBoost's own.
 *
 *	trees margins MODEL ROWS OUT    float32 rows, one after the other, NaN missing -> float32 margins
 *	trees values MODEL ROWS OUT     the same, and then what the objective makes of the margins
 *	trees time MODEL ROWS           microseconds a row: one at a time, and all at once */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include "model/trees.h"

static void
need(bool good, const struct err *e)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", e->msg);
	exit(1);
}

static double
now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void
take_time(const struct trees *t, const float *x, int64_t n, float *out)
{
	double best_one = 1e300, best_all = 1e300;
	for (int round = 0; round < 7; round++) {
		double start = now();
		for (int64_t i = 0; i < n; i++)
			trees_margins(t, x + i * t->n_features, 1, out + i * t->n_outputs);
		double middle = now();
		trees_margins(t, x, n, out);
		double end = now();
		if (middle - start < best_one)
			best_one = middle - start;
		if (end - middle < best_all)
			best_all = end - middle;
	}
	printf("%.2f %.2f\n", best_one / (double)n, best_all / (double)n);
}

int
main(int argc, char **argv)
{
	struct trees t = {0};
	struct str model = {0}, rows = {0};
	struct err e = {0};
	if (argc < 4)
		return 2;
	need(file_read(AT_FDCWD, argv[2], true, &model, &e) == 0, &e);
	need(file_read(AT_FDCWD, argv[3], true, &rows, &e) == 0, &e);
	need(trees_read(&t, str_text(&model), model.len, &e) == 0, &e);
	int64_t n = (int64_t)(rows.len / sizeof(float)) / t.n_features;
	float *out = calloc((size_t)(n * t.n_outputs) + 1, sizeof(float));
	const float *x = (const float *)(const void *)str_text(&rows);
	if (str_eq(argv[1], "time")) {
		take_time(&t, x, n, out);
	} else if (argc > 4) {
		trees_margins(&t, x, n, out);
		for (int64_t i = 0; i < n && str_eq(argv[1], "values"); i++)
			trees_link(&t, out + i * t.n_outputs);
		FILE *f = fopen(argv[4], "w");
		if (!f ||
			fwrite(out, sizeof(float), (size_t)(n * t.n_outputs), f) !=
				(size_t)(n * t.n_outputs) ||
			fclose(f) != 0)
			return 1;
	}
	free(out);
	str_fini(&model);
	str_fini(&rows);
	trees_fini(&t);
	return 0;
}
