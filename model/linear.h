/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: the parts of the flavor `linear`.
 *
 *	options   linear_options.c   JSON -> struct linear_options
 *	data      linear_data.c      frame -> struct design: checked columns of doubles
 *	fit       linear_fit.c       both -> struct linear, by newton.h
 *	update    linear_update.c    struct linear and new rows -> struct linear
 *	predict   linear_predict.c   struct linear and frame -> frame
 *	file      linear_file.c      struct linear <-> linear.json
 *	the rest  linear.c           the arrays of struct linear, the flavor's table */
#ifndef MODEL_LINEAR_H
#define MODEL_LINEAR_H

#include "model/flavor.h"
#include "model/labels.h"
#include "model/newton.h"

#define LINEAR_FILE "linear.json"
enum {
	LINEAR_FEATURES_MAX = 4096,
	LINEAR_UNKNOWNS_MAX = 1 << 20,
	LINEAR_NEWTON_MAX =
		201, /* unknowns up to which solver `auto` is Newton: 200 features, 1 term */
	LINEAR_HESSIAN_MAX =
		4097 /* up to which Newton can be asked for: its memory is the square */
};

enum linear_solver { SOLVER_AUTO, SOLVER_NEWTON, SOLVER_LBFGS };

/* How much the rows of each class count. `map` is JSON, label -> weight; labels it leaves out weigh 1. */
struct class_weight {
	bool balanced;
	struct str map; /* owned; empty: all weigh 1, or balanced */
};
struct linear_options {
	enum loss loss; /* LOSS_LOGISTIC also for more than two classes */
	enum linear_solver solver;
	double l2, tol;
	int max_iter;
	bool standardize, intercept;
	struct class_weight weight;
	double decay; /* of an update */
};
/* json NULL: the defaults. */
MUST_CHECK int linear_options_read(const char *json, struct linear_options *out, struct err *e);
/* Those of an update. */
MUST_CHECK int
linear_update_options_read(const char *json, struct linear_options *out, struct err *e);
void linear_options_fini(struct linear_options *o);
const char *loss_name(enum loss loss);
MUST_CHECK int loss_of_name(const char *name, enum loss *out);
const char *solver_name(enum linear_solver solver);
MUST_CHECK int solver_of_name(const char *name, enum linear_solver *out);

/* What was learnt. Inputs of the head are the features, in order. There is one linear term, or for
 * LOSS_SOFTMAX one a class: z[a] = intercepts[a] + sum of coefficients[j * n_terms + a] * x[j].
 *
 * An update goes on in the solver's units (linear_fit.c). There w[a * (k + 1)] is the intercept of term a, and
 * the k numbers behind it are the coefficients. How firmly they are known is the objective's second derivative:
 * its lower triangle row by row, or for more than LINEAR_NEWTON_MAX unknowns its diagonal; 0 for columns
 * that take no part. */
struct linear {
	struct mlf_model head;
	enum loss loss;
	const char *target; /* arena */
	enum mlf_type target_type;
	struct labels labels; /* none for LOSS_SQUARED; of two the score is that of the second */
	size_t n_terms;
	double *intercepts, *coefficients; /* arena */
	double *curvature;                 /* arena, linear_curve_size(m) numbers */
	double *mean, *sd;                 /* arena, one an input; sd 0: it was constant */
	double target_mean, target_sd;     /* LOSS_SQUARED; 0 and 1 for classes */
	bool can_update;                   /* false for older files, which lack what it takes */
	struct linear_training {
		int64_t rows;
		int iterations;
		double objective; /* that was minimised, in standardised units */
		double l2, tol;
		bool standardize, intercept;
		enum linear_solver solver;
		double *weights; /* arena, one a class; NULL: all weigh 1 */
	} training;
	struct linear_updates {
		int64_t n, rows;
		const char *
			parent; /* arena, SHA-256 of the linear.json it was made from; NULL: none */
	} updates;
};
/* How many linear terms there are, and how many features such a model may have. */
size_t linear_terms(const struct linear *m);
size_t linear_most(size_t n_terms);
/* Whether the second derivative of so many unknowns is kept as a whole, and how many numbers that makes. */
bool linear_curve_full(size_t unknowns);
size_t linear_curve_size(const struct linear *m);
/* Allots the arrays but for the curvature, for k inputs, once loss and labels are set. */
void linear_allot(struct linear *m, size_t k);
/* The text of linear.json. */
void linear_text(const struct linear *m, struct str *out);
MUST_CHECK int linear_save(const struct linear *m, int dirfd, struct err *e);
/* Fills a fresh model. */
MUST_CHECK int linear_load(struct linear *m, int dirfd, struct err *e);

/* Training data as the solver wants it. Zero is empty; a constant column has sd 0. */
struct design_column {
	const char *name; /* the frame's or the spec's */
	enum mlf_type type;
	struct column x; /* the frame's */
	double mean, sd;
	bool bad; /* not all of x is finite, or too large to be summed up */
};
struct design {
	int64_t n;
	int k;
	struct design_column *columns; /* owned */
	double *y;                     /* owned: the class's number, or a number */
	double y_mean, y_sd;
	enum mlf_type target_type;
	struct labels labels;
	struct arena arena; /* of the labels */
};
MUST_CHECK int design_make(struct mlf_frame *f, const struct mlf_fit_spec *spec, enum loss loss,
	struct design *out, struct err *e);
/* New rows for a model: its columns, its classes. */
MUST_CHECK int
design_for(struct mlf_frame *f, const struct linear *m, struct design *out, struct err *e);
void design_fini(struct design *d);

/* The solver's view of a design: the columns that vary, and the numbers that stand for a model. */
struct setup {
	struct problem p;
	struct column *x;            /* owned, one a column that is used, as the next two */
	double *mean, *scale;        /* owned */
	int *column;                 /* owned: index into the design's columns */
	double *penalty, *prior, *w; /* owned, one an unknown */
	double *hold, *curve;        /* owned, as in problem and newton */
	enum curvature keep;
	double *weights;        /* owned, one a class; NULL: all weigh 1 */
	double y_mean, y_scale; /* what a number was centred and divided by */
};
/* By these means and deviations, which are the design's or those of a model. y is brought to scale. */
struct scaling {
	const double *mean, *sd; /* one a column */
	double y_mean, y_sd;
	bool intercept;
};
void
setup_init(struct setup *s, struct design *d, enum loss loss, int terms, const struct scaling *by);
void setup_fini(struct setup *s);
/* Runs a solver from s->w, and says what is wrong if it fails. */
MUST_CHECK int setup_solve(struct setup *s, const struct design *d, enum linear_solver solver,
	struct newton *r, struct err *e);
/* Which of the unknowns of a model with k inputs the solver's i-th one is. */
size_t setup_place(const struct setup *s, size_t i, size_t k);
/* Writes w and its curvature to the model, in raw units. -1: beyond what doubles can hold. */
MUST_CHECK int setup_finish(const struct setup *s, struct linear *m, struct err *e);

MUST_CHECK int linear_fit(struct mlf_frame *f, const struct mlf_fit_spec *spec,
	struct mlf_model **out, struct err *e);
MUST_CHECK int linear_update(const struct mlf_model *head, struct mlf_frame *f, const char *options,
	struct mlf_model **out, struct err *e);
MUST_CHECK int linear_predict(const struct mlf_model *head, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e);

/* Mean and standard deviation of n > 0 values, always summed in the same order. -1 if a value, or a
 * sum of squares, is not finite. Constant columns get sd 0. */
MUST_CHECK int moments(const double *x, int64_t n, double *mean, double *sd);
MUST_CHECK int column_moments(const struct column *x, int64_t n, double *mean, double *sd);

#endif
