/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: the parts of the flavor `linear`.
 *
 *	options   linear_options.c   JSON -> struct linear_options
 *	data      linear_data.c      frame -> struct design: checked columns of doubles
 *	file      linear_file.c      struct linear <-> linear.json
 *	the rest  linear.c           fit, predict, the flavor's table */
#ifndef MODEL_LINEAR_H
#define MODEL_LINEAR_H

#include "model/flavor.h"
#include "model/newton.h"

#define LINEAR_FILE "linear.json"
enum { LINEAR_FEATURES_MAX = 4096 }; /* the Hessian takes the square of it */

struct linear_options {
	enum loss loss;
	double l2, tol;
	int max_iter;
	bool standardize;
};
/* json NULL: the defaults. */
MUST_CHECK int linear_options_read(const char *json, struct linear_options *out, struct err *e);
const char *loss_name(enum loss loss);
MUST_CHECK int loss_of_name(const char *name, enum loss *out);

/* What was learnt. Inputs of the head are the features, in order. */
struct linear {
	struct mlf_model head;
	enum loss loss;
	const char *target; /* arena */
	enum mlf_type target_type;
	int64_t classes[2]; /* LOSS_LOGISTIC: the score is that of classes[1] */
	double intercept;
	double *coefficients; /* arena, one per input */
	/* How it was learnt, for the record. */
	int64_t rows;
	int iterations;
	double objective; /* that was minimised, in standardised units */
	double l2, tol;
	bool standardize;
};
/* Sets the head's outputs from loss and target type. */
void linear_outputs(struct linear *m);
MUST_CHECK int linear_save(const struct linear *m, int dirfd, struct err *e);
/* Fills a fresh model. */
MUST_CHECK int linear_load(struct linear *m, int dirfd, struct err *e);

/* Training data as the solver wants it. Zero is empty; a constant column has sd 0. */
struct design_column {
	const char *name; /* the frame's or the spec's */
	enum mlf_type type;
	const double *x; /* the frame's */
	double mean, sd;
};
struct design {
	int64_t n;
	int k;
	struct design_column *columns; /* owned */
	double *y;                     /* owned: 0 or 1, or standardised by the two numbers below */
	double y_mean, y_sd;
	enum mlf_type target_type;
	int64_t classes[2];
};
MUST_CHECK int design_make(struct mlf_frame *f, const struct mlf_fit_spec *spec, enum loss loss,
	struct design *out, struct err *e);
void design_fini(struct design *d);

/* Mean and standard deviation of n > 0 values, always summed in the same order. -1 if a value, or a
 * sum of squares, is not finite. Constant columns get sd 0. */
MUST_CHECK int moments(const double *x, int64_t n, double *mean, double *sd);

#endif
