/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: judging what a model said, in three files for the three kinds of answers.
 *
 *	quality.c          scores become sortable numbers; the few figures of model_quality
 *	judge.c            what all judgements share: figures, intervals
 *	judge_binary.c     scores of two classes: AUC with DeLong's interval, curves, calibration
 *	judge_classes.c    any number of classes, with or without scores
 *	judge_numbers.c    regression */
#ifndef MODEL_JUDGE_H
#define MODEL_JUDGE_H

#include <math.h>
#include "model/model.h"

/* ---- quality.c */

/* A sum that keeps what rounding loses (Neumaier). */
struct sum {
	double s, lost;
};
static inline void
sum_add(struct sum *to, double v)
{
	double t = to->s + v;
	to->lost += fabs(to->s) >= fabs(v) ? (to->s - t) + v : (v - t) + to->s;
	to->s = t;
}
static inline double
sum_of(const struct sum *s)
{
	return s->s + s->lost;
}

/* Sorts keys by least significant digits, using `spare` of the same length. Returns the array that holds
 * the result. */
uint64_t *quality_sort(uint64_t *keys, uint64_t *spare, int64_t n);
/* Scores of 0 to 1 with their truth in the lowest bit: sorting puts equal scores together. */
MUST_CHECK int
quality_keys(const double *score, const double *truth, int64_t n, uint64_t *keys, struct err *e);
double quality_score(uint64_t key);
double quality_auc(const uint64_t *sorted, int64_t n, int64_t positives);
/* What a probability costs by which the truth was given; near 0 and 1 it is cut off. */
double quality_loss(double given);
/* Rows by truth and by what is said from a threshold on, and the losses of the scores. */
struct counts {
	int64_t n, positives, called, hit, right;
	double loss, loss2, brier, brier2; /* sums, and sums of squares */
};
void quality_count(
	const double *score, const double *truth, int64_t n, double threshold, struct counts *out);

/* ---- judge.c */

struct judging {
	const struct mlf_judged *j;
	struct arena *a;
	struct mlf_verdict *out;
	struct mlf_figure *figures; /* arena: FIGURES_MAX */
	double z;                   /* how many standard errors the intervals take */
};
enum { FIGURES_MAX = 32, POINTS = 200 };

/* Adds a figure unless it is NaN. */
void judge_plain(struct judging *g, const char *name, double value);
void judge_between(struct judging *g, const char *name, double value, double low, double high);
/* value +- z * se, cut off at least and most. */
void judge_normal(struct judging *g, struct mlf_figure f, double se);
/* A mean of n values of which the sum and the sum of squares are known; not below 0. */
void judge_mean(struct judging *g, const char *name, double sum, double squares, int64_t n);
/* A share with Wilson's interval; nothing if there is no whole. */
void judge_share(struct judging *g, const char *name, int64_t part, int64_t whole);
void wilson(int64_t part, int64_t whole, double z, double *low, double *high);
/* F1 of counts, with the interval of the share that it grows with. */
void judge_f1(struct judging *g, int64_t hit, int64_t called, int64_t positives);
static inline double
share_of(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

MUST_CHECK int judge_binary(struct judging *g, struct err *e);
MUST_CHECK int judge_classes(struct judging *g, struct err *e);
MUST_CHECK int judge_numbers(struct judging *g, struct err *e);

#endif
