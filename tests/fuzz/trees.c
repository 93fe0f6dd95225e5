/* SPDX-License-Identifier: Apache-2.0
 * Fuzz target for model/trees*.c, ubj.c and doc.c: a model file of a stranger. Three promises:
 *
 *	1. any bytes give a model or an error with a message;
 *	2. a model gives a margin to every row, and comes to an end with it;
 *	3. rows predicted alone and together have the same margins. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "model/trees.h"

enum { ROWS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void
predict(const struct trees *t)
{
	size_t n = (size_t)t->n_features, m = (size_t)t->n_outputs;
	float *x = malloc(ROWS * n * sizeof(float)), *all = malloc(ROWS * m * sizeof(float));
	float *one = malloc(m * sizeof(float));
	for (size_t i = 0; i < n; i++) {
		x[i] = NAN;
		x[n + i] = (float)i - 1;
		x[2 * n + i] = -1e30f;
	}
	trees_margins(t, x, ROWS, all);
	for (size_t i = 0; i < ROWS; i++) {
		trees_margins(t, x + i * n, 1, one);
		must(memcmp(one, all + i * m, m * sizeof(float)) == 0, "the same margins");
		trees_link(t, one);
	}
	free(x);
	free(all);
	free(one);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trees t = {0};
	struct err e = {0};
	if (trees_read(&t, (const char *)data, size, &e) == 0)
		predict(&t);
	else
		must(e.code != 0 && *e.msg, "an error with a message");
	trees_fini(&t);
	return 0;
}
