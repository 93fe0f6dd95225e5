/* SPDX-License-Identifier: Apache-2.0
 * What all judgements share. Intervals are computed and never sampled, so that they cost nothing and are the
 * same each time: Wilson's for shares, DeLong's for the AUC, the normal one for means. */
#include "model/judge.h"

#include <stdlib.h>

/* How many standard errors around its mean a normal value lies within with this probability. */
static double
standard_errors(double confidence)
{
	double low = 0, high = 40, tail = (1 - confidence) / 2;
	if (!(confidence > 0 && confidence < 1))
		return 0;
	for (int i = 0; i < 200 && low < high; i++) {
		double z = low + (high - low) / 2;
		if (erfc(z / sqrt(2)) / 2 > tail)
			low = z;
		else
			high = z;
	}
	return high;
}

void
judge_between(struct judging *g, const char *name, double value, double low, double high)
{
	if (isnan(value) || g->out->n_figures == FIGURES_MAX)
		return;
	if (!(g->z > 0) || isnan(low) || isnan(high))
		low = high = NAN;
	g->figures[g->out->n_figures++] = (struct mlf_figure){name, value, low, high};
}

void
judge_plain(struct judging *g, const char *name, double value)
{
	judge_between(g, name, value, NAN, NAN);
}

void
judge_normal(struct judging *g, struct mlf_figure f, double se)
{
	double low = f.value - g->z * se, high = f.value + g->z * se;
	judge_between(g, f.name, f.value, low < f.low ? f.low : low, high > f.high ? f.high : high);
}

void
judge_mean(struct judging *g, const char *name, double sum, double squares, int64_t n)
{
	double mean = sum / (double)n, rest = squares / (double)n - mean * mean;
	double se = n > 1 ? sqrt(fmax(rest, 0) / (double)(n - 1)) : NAN;
	judge_normal(g, (struct mlf_figure){name, mean, 0, INFINITY}, se);
}

void
wilson(int64_t part, int64_t whole, double z, double *low, double *high)
{
	double n = (double)whole, p = (double)part / n, z2 = z * z / n;
	double middle = (p + z2 / 2) / (1 + z2);
	double half = z / (1 + z2) * sqrt(p * (1 - p) / n + z2 / (4 * n));
	*low = part == 0 ? 0 : fmax(middle - half, 0);
	*high = part == whole ? 1 : fmin(middle + half, 1);
}

void
judge_share(struct judging *g, const char *name, int64_t part, int64_t whole)
{
	double low = NAN, high = NAN;
	if (whole > 0)
		wilson(part, whole, g->z, &low, &high);
	judge_between(g, name, share_of((double)part, (double)whole), low, high);
}

/* f1 = 2 p / (1 + p), where p is the share of hits among rows that are called or positive. */
void
judge_f1(struct judging *g, int64_t hit, int64_t called, int64_t positives)
{
	int64_t either = called + positives - hit;
	double low = NAN, high = NAN;
	if (either > 0) {
		wilson(hit, either, g->z, &low, &high);
		low = 2 * low / (1 + low);
		high = 2 * high / (1 + high);
	}
	judge_between(g, "f1", share_of(2 * (double)hit, (double)(called + positives)), low, high);
}

int
model_judge(
	const struct mlf_judged *j, struct arena *a, const struct mlf_verdict **out, struct err *e)
{
	struct mlf_verdict *v = arena_alloc(a, sizeof(*v));
	struct judging g = {j, a, v, arena_alloc(a, FIGURES_MAX * sizeof(*g.figures)),
		standard_errors(j->confidence)};
	*out = NULL;
	v->task = j->task;
	v->n = j->n;
	v->figures = g.figures;
	if (j->n <= 0)
		return err_set(e, MLC_MODEL, "there are no rows to measure");
	int rc = j->task == MLF_BINARY   ? judge_binary(&g, e)
		: j->task == MLF_CLASSES ? judge_classes(&g, e)
					 : judge_numbers(&g, e);
	if (rc == 0)
		*out = v;
	return rc;
}
