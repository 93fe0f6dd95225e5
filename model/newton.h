/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: penalised least squares, logistic and softmax regression, by Newton's method or, for
 * many unknowns, by L-BFGS.
 *
 * Minimised is the sum over the rows of loss(y, z) plus half the sum of penalty[i] * (w[i] - prior[i])^2, plus
 * half of (w - prior)' hold (w - prior),
 * with one linear term z, or one a class: z[a] = w[a, 0] + sum of w[a, j + 1] * u[j] and u[j] =
 * (x[j] - mean[j]) * scale[j]; w[a, j] is w[a * (k + 1) + j]. Columns are centred and scaled on the fly, in
 * cache, so the caller's columns are read and never copied. */
#ifndef MODEL_NEWTON_H
#define MODEL_NEWTON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "frame/frame.h"

enum loss { LOSS_LOGISTIC, LOSS_SQUARED, LOSS_SOFTMAX };

struct problem {
	enum loss loss;
	int64_t n;
	int k;                  /* columns, without the intercept */
	int terms;              /* classes of LOSS_SOFTMAX, else 1 */
	const struct column *x; /* k columns of n finite values */
	const double *mean, *scale;
	bool intercept;        /* if not, w[a, 0] takes no part and wants a penalty */
	const double *penalty; /* one an unknown, none negative */
	const double *prior;   /* one an unknown; NULL: all 0 */
	const double
		*hold;   /* unknowns^2, symmetric, of which the lower triangle is read; NULL: 0 */
	const double *y; /* n; the class's number, or a number */
	const double *weights; /* one a class; NULL: all rows weigh 1 */
	int max_iter;
	double tol; /* on the largest gradient component, per row */
};
/* How many numbers w has. */
size_t problem_unknowns(const struct problem *p);

/* ---- pass.c: one look at all rows. */

/* What a pass finds out of the second derivative. */
enum curvature { CURVE_NONE, CURVE_DIAGONAL, CURVE_FULL };

/* Value, gradient and second derivative of the objective: its diagonal, or its lower triangle row by row. */
struct sums {
	double value;
	double *g; /* owned */
	double *h; /* owned; room for as much as sums_init was told */
};
struct pass; /* the block buffers */
struct pass *pass_new(const struct problem *p, enum curvature most);
void pass_free(struct pass *s);
void pass_run(struct pass *s, const double *w, enum curvature curve, struct sums *out);
/* From now on only each `every`-th block of rows is looked at, and stands for the others. */
void pass_sample(struct pass *s, int every);
void sums_init(struct sums *s, size_t unknowns, enum curvature most);
void sums_fini(struct sums *s);
void sums_clear(struct sums *s, size_t unknowns, enum curvature curve);
void sums_add(struct sums *to, const struct sums *part, size_t unknowns, enum curvature curve);
void sums_scale(struct sums *s, size_t unknowns, enum curvature curve, double factor);

/* ---- newton.c, lbfgs.c: both leave the same, but for rounding, where both can be used. */

enum newton_end {
	NEWTON_DONE,
	NEWTON_LIMIT,    /* max_iter steps were not enough */
	NEWTON_COLLINEAR /* no penalty, and `column` is a combination of those before it */
};
struct newton {
	double *w; /* the caller's: where to start, and what was found */
	enum curvature keep;
	double *curve; /* the caller's: that much of the second derivative at w, as in struct sums */
	int iterations;
	int column;
	double value;    /* of the objective at w */
	double gradient; /* largest component, per row */
};
enum newton_end newton_solve(const struct problem *p, struct newton *out);
/* Never says NEWTON_COLLINEAR: of equally good points it finds the one nearest to the start. max_iter counts
 * its steps, many of which are worth one of Newton's. */
enum newton_end lbfgs_solve(const struct problem *p, struct newton *out);

/* The largest component of a gradient, per row. */
double steepest(const struct problem *p, const double *g);
/* Where no step lowers the objective any more, the gradient is at its floor if it is this small. */
#define STALL_TOL 1e-6
/* Relative rounding of the objective's sum; a rise below it is none. */
#define VALUE_NOISE 1e-13

#endif
