/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: penalised least squares and logistic regression by Newton's method.
 *
 * Minimised is the sum over the rows of loss(y, z) plus half the sum of penalty[j] * w[j + 1]^2,
 * with z = w[0] + sum of w[j + 1] * u[j] and u[j] = (x[j] - mean[j]) * scale[j]. Columns are centred
 * and scaled on the fly, in cache, so the caller's columns are read and never copied. */
#ifndef MODEL_NEWTON_H
#define MODEL_NEWTON_H

#include <stdbool.h>
#include <stdint.h>

enum loss { LOSS_LOGISTIC, LOSS_SQUARED };

struct problem {
	enum loss loss;
	int64_t n;
	int k;                  /* columns, without the intercept */
	const double *const *x; /* k columns of n finite values */
	const double *mean, *scale;
	const double *penalty; /* k, none negative; the intercept has none */
	const double *y;       /* n; 0 or 1 for LOSS_LOGISTIC */
	int max_iter;
	double tol; /* on the largest gradient component, per row */
};

/* ---- pass.c: one look at all rows. */

/* Value, gradient and lower Hessian triangle of the objective; k + 1 numbers a side, row by row. */
struct sums {
	double value;
	double *g; /* owned */
	double *h; /* owned */
};
struct pass; /* the block buffers */
struct pass *pass_new(const struct problem *p);
void pass_free(struct pass *s);
void pass_run(struct pass *s, const double *w, struct sums *out);
void sums_init(struct sums *s, int k);
void sums_fini(struct sums *s);

/* ---- newton.c */

enum newton_end {
	NEWTON_DONE,
	NEWTON_LIMIT,    /* max_iter steps were not enough */
	NEWTON_COLLINEAR /* no penalty, and `column` is a combination of those before it */
};
struct newton {
	double *w; /* k + 1, intercept first; the caller's */
	int iterations;
	int column;
	double value;    /* of the objective at w */
	double gradient; /* largest component, per row */
};
enum newton_end newton_solve(const struct problem *p, struct newton *out);

#endif
