/* SPDX-License-Identifier: Apache-2.0
 * libxgboost's own prediction of one row at a time, for trees.sh. The library is opened by path, so that
 * any version can stand beside ours; the five calls have been the same since 1.3.
 *
 *	theirs margins LIBRARY MODEL ROWS COLUMNS OUT    float32 margins, one call a row
 *	theirs time LIBRARY MODEL ROWS COLUMNS           microseconds a row, best of 3 rounds */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/base.h"

struct calls {
	int (*create)(void *const *, uint64_t, void **);
	int (*load)(void *, const char *);
	int (*set)(void *, const char *, const char *);
	int (*predict)(void *, const char *, const char *, void *, const uint64_t **, uint64_t *,
		const float **);
	const char *(*error)(void);
};

static void
need(bool good, const char *why)
{
	if (good)
		return;
	fprintf(stderr, "%s\n", why);
	exit(1);
}

static void
find(void *library, const char *name, void *call)
{
	void *p = dlsym(library, name);
	need(p != NULL, name);
	memcpy(call, &p, sizeof(p));
}

static void
open_calls(const char *path, struct calls *c)
{
	void *library = dlopen(path, RTLD_NOW);
	need(library != NULL, path);
	find(library, "XGBoosterCreate", &c->create);
	find(library, "XGBoosterLoadModel", &c->load);
	find(library, "XGBoosterSetParam", &c->set);
	find(library, "XGBoosterPredictFromDense", &c->predict);
	find(library, "XGBGetLastError", &c->error);
}

/* The margin of one row. */
static float
predict(const struct calls *c, void *booster, const float *row, long k)
{
	static const char config[] =
		"{\"type\": 1, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, "
		"\"strict_shape\": false, \"cache_id\": 0, \"missing\": NaN}";
	char array[160];
	const uint64_t *shape;
	uint64_t dimensions;
	const float *out;
	snprintf(array, sizeof(array),
		"{\"data\": [%llu, true], \"shape\": [1, %ld], \"typestr\": \"<f4\", \"version\": "
		"3}",
		(unsigned long long)(uintptr_t)row, k);
	need(c->predict(booster, array, config, NULL, &shape, &dimensions, &out) == 0, c->error());
	return out[0];
}

static double
now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

int
main(int argc, char **argv)
{
	struct calls c;
	struct str rows = {0};
	struct err e = {0};
	void *booster = NULL;
	if (argc < 6)
		return 2;
	long k = strtol(argv[5], NULL, 10);
	open_calls(argv[2], &c);
	need(file_read(AT_FDCWD, argv[4], true, &rows, &e) == 0, e.msg);
	need(k > 0 && c.create(NULL, 0, &booster) == 0 && c.load(booster, argv[3]) == 0 &&
			c.set(booster, "nthread", "1") == 0,
		c.error());
	size_t n = rows.len / sizeof(float) / (size_t)k;
	const float *x = (const float *)(const void *)str_text(&rows);
	float *out = mem_alloc((n + 1) * sizeof(float));
	double best = 1e300;
	for (int round = 0; round < (str_eq(argv[1], "time") ? 3 : 1); round++) {
		double start = now(), took;
		for (size_t i = 0; i < n; i++)
			out[i] = predict(&c, booster, x + i * (size_t)k, k);
		took = now() - start;
		best = took < best ? took : best;
	}
	if (argc > 6) {
		FILE *f = fopen(argv[6], "w");
		need(f && fwrite(out, sizeof(float), n, f) == n && fclose(f) == 0, argv[6]);
	} else {
		printf("%.2f\n", best / (double)n);
	}
	free(out);
	str_fini(&rows);
	return 0;
}
