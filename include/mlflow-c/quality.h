/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: how good a model is: what mlf_judge (tools.h) takes and gives. Since minor 2. */
#ifndef MLFLOW_C_QUALITY_H
#define MLFLOW_C_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

enum mlf_task { MLF_BINARY = 1, MLF_CLASSES, MLF_NUMBERS };

/* What was said, and what was true, row by row; none of it may be NaN. */
struct mlf_judged {
	enum mlf_task task;
	int64_t n;
	/* BINARY: 0 or 1. CLASSES: the number of the class, from 0. NUMBERS: the number. */
	const double *truth;
	/* BINARY: the probability of 1. CLASSES: the number of the class. NUMBERS: the number. */
	const double *said;
	const double *const *scores; /* CLASSES: n probabilities for each class, or NULL */
	int32_t classes;             /* CLASSES: how many; BINARY: ignored, 2 */
	const char *const *names;    /* of the classes */
	double threshold;            /* BINARY: from which score on it is a yes */
	double confidence;           /* of the intervals, as in 0.95 */
	int32_t bins;                /* of the calibration */
	bool by_youden; /* BINARY: the best threshold is that of tpr - fpr, and not that of f1 */
};

/* A figure and its interval; the ends are NaN if there is none. */
struct mlf_figure {
	const char *name;
	double value, low, high;
};
struct mlf_point {
	double x, y, at; /* at: the score from which on it is a yes */
};
/* Rows whose score is alike: what was said and what was seen on average. */
struct mlf_bin {
	double said, seen, low, high; /* the interval is that of seen */
	int64_t n;
};
struct mlf_verdict {
	enum mlf_task task;
	int64_t n;
	const struct mlf_figure *figures; /* those that are not defined are left out */
	int32_t n_figures;
	const struct mlf_point *roc, *pr; /* BINARY */
	int32_t n_roc, n_pr;
	const struct mlf_bin *bins; /* BINARY: by score; NUMBERS: by prediction */
	int32_t n_bins;
	const int64_t *confusion; /* classes x classes, by truth and then by what was said */
	int32_t classes;
	const char *const *names;
	/* CLASSES: n_each figures of the first class, then of the next ... */
	const struct mlf_figure *each;
	int32_t n_each;
	double base; /* BINARY: the share of 1 */
};

/* A verdict to be drawn, with a table of parts of the rows behind it. */
struct mlf_slice_row {
	const char *column, *value;
	int64_t rows;
	double figure, low, high;
};
struct mlf_page {
	const struct mlf_verdict *verdict;
	const char *title;
	const char *slice_figure; /* of the rows below */
	const struct mlf_slice_row *slices;
	int32_t n_slices;
};

#endif
