/* SPDX-License-Identifier: Apache-2.0
 * Training a logistic regression, alone, for logistic.sh.
 *
 *	logistic make ROWS COLUMNS FILE    doubles, column by column, and the class behind them
 *	logistic time ROWS COLUMNS FILE    milliseconds of the processor that a fit with l2 = 1 on raw columns took; a line
 *	                                   with intercept and coefficients */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "model/linear.h"

static void
need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", what);
	exit(1);
}

static double
now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/* From 0 up to 1 (splitmix64). */
static double
draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* Columns that are near normal, and a class drawn from the probability that they make. */
static int
make(size_t n, size_t k, const char *path)
{
	double *x = malloc(n * (k + 1) * sizeof(double));
	uint64_t state = 1;
	need(x != NULL, "memory");
	for (size_t i = 0; i < n; i++) {
		double z = -0.5;
		for (size_t j = 0; j < k; j++) {
			double v = -2;
			for (int q = 0; q < 4; q++)
				v += draw(&state);
			v *= 1.7;
			x[j * n + i] = v;
			z += v * ((double)(j % 7) - 3) / 6;
		}
		x[k * n + i] = draw(&state) < 1 / (1 + exp(-z));
	}
	FILE *f = fopen(path, "w");
	need(f && fwrite(x, sizeof(double), n * (k + 1), f) == n * (k + 1) && fclose(f) == 0, path);
	free(x);
	return 0;
}

static struct mlf_frame *
read_frame(struct scope *sc, int64_t n, int k, const char *path)
{
	struct mlf_builder *b = scope_builder(sc);
	FILE *f = fopen(path, "r");
	char name[16];
	double *y = malloc((size_t)n * sizeof(double));
	need(f != NULL && y != NULL, path);
	for (int j = 0; j < k; j++) {
		snprintf(name, sizeof(name), "x%d", j);
		double *x = mlf_new_f64(b, name, n);
		need(fread(x, sizeof(double), (size_t)n, f) == (size_t)n, path);
	}
	int64_t *target = mlf_new_i64(b, "y", n);
	need(fread(y, sizeof(double), (size_t)n, f) == (size_t)n, path);
	for (int64_t i = 0; i < n; i++)
		target[i] = y[i] > 0;
	free(y);
	fclose(f);
	return mlf_finish(b);
}

static int
take_time(int64_t n, int k, const char *path)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct scope *sc = scope_new(segs);
	struct mlf_frame *f = read_frame(sc, n, k, path);
	const struct mlf_fit_spec spec = {.target = "y", .options = "{\"standardize\": false}"};
	struct mlf_model *m = NULL;
	struct err e = {0};
	double start = now();
	need(model_fit("linear", f, &spec, &m, &e) == 0, e.msg);
	printf("%.1f\n", now() - start);
	const struct linear *l = (const struct linear *)m;
	printf("%.17g", l->intercepts[0]);
	for (int j = 0; j < k; j++)
		printf(" %.17g", l->coefficients[j]);
	printf("\n");
	model_unref(m);
	scope_free(sc);
	segs_free(segs);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	long n = strtol(argv[2], NULL, 10), k = strtol(argv[3], NULL, 10);
	need(n > 0 && k > 0 && k < 1000, "ROWS and COLUMNS are numbers");
	return str_eq(argv[1], "make") ? make((size_t)n, (size_t)k, argv[4])
				       : take_time(n, (int)k, argv[4]);
}
