/* SPDX-License-Identifier: Apache-2.0
 * Numbers that were predicted, against those that came. */
#include "model/judge.h"

#include <stdlib.h>
#include <string.h>

struct errors {
	double n, bias, mae, mse; /* means */
	double abs2, mse2;        /* means of |e| and e * e squared */
	double total;             /* sum of squares around the mean of the truth */
	double mean;              /* of the truth */
	double mape, mape2;       /* NaN if a truth is 0 */
	double median, most;      /* of |e| */
};

static int
check(const struct mlf_judged *j, struct err *e)
{
	for (int64_t i = 0; i < j->n; i++)
		if (!isfinite(j->truth[i]) || !isfinite(j->said[i]))
			return err_set(e, MLC_MODEL, "row %lld: %g was said and %g is true",
				(long long)i + 1, j->said[i], j->truth[i]);
	return 0;
}

static void
means(const struct mlf_judged *j, struct errors *r)
{
	struct sum truth = {0, 0}, bias = {0, 0}, mae = {0, 0}, mse = {0, 0}, abs2 = {0, 0},
		   mse2 = {0, 0}, mape = {0, 0}, mape2 = {0, 0}, total = {0, 0};
	for (int64_t i = 0; i < j->n; i++) {
		double miss = j->said[i] - j->truth[i], share = fabs(miss) / fabs(j->truth[i]);
		sum_add(&truth, j->truth[i]);
		sum_add(&bias, miss);
		sum_add(&mae, fabs(miss));
		sum_add(&mse, miss * miss);
		sum_add(&mse2, miss * miss * miss * miss);
		sum_add(&mape, share);
		sum_add(&mape2, share * share);
	}
	abs2 = mse;
	r->n = (double)j->n;
	r->mean = sum_of(&truth) / r->n;
	r->bias = sum_of(&bias) / r->n;
	r->mae = sum_of(&mae) / r->n;
	r->mse = sum_of(&mse) / r->n;
	r->abs2 = sum_of(&abs2) / r->n;
	r->mse2 = sum_of(&mse2) / r->n;
	r->mape = sum_of(&mape) / r->n;
	r->mape2 = sum_of(&mape2) / r->n;
	for (int64_t i = 0; i < j->n; i++)
		sum_add(&total, (j->truth[i] - r->mean) * (j->truth[i] - r->mean));
	r->total = sum_of(&total);
}

/* Bits of doubles from 0 on grow with their value. */
static void
middle(const struct mlf_judged *j, struct errors *r)
{
	size_t n = (size_t)j->n;
	uint64_t *keys = mem_alloc(n * sizeof(*keys)), *spare = mem_alloc(n * sizeof(*keys));
	for (size_t i = 0; i < n; i++) {
		double miss = fabs(j->said[i] - j->truth[i]);
		memcpy(&keys[i], &miss, sizeof(miss));
		keys[i] <<= 1;
	}
	const uint64_t *sorted = quality_sort(keys, spare, j->n);
	r->median = (quality_score(sorted[(n - 1) / 2]) + quality_score(sorted[n / 2])) / 2;
	r->most = quality_score(sorted[n - 1]);
	free(keys);
	free(spare);
}

/* 1 - SSE / SST; its error is that of a ratio of two sums over the same rows. */
static void
judge_r2(struct judging *g, const struct errors *r)
{
	double ratio = r->mse * r->n / r->total, spread = 0;
	if (!(r->total > 0))
		return;
	for (int64_t i = 0; i < g->j->n; i++) {
		double miss = g->j->said[i] - g->j->truth[i], away = g->j->truth[i] - r->mean;
		double pull = (miss * miss - ratio * away * away) / r->total;
		spread += pull * pull;
	}
	judge_normal(g, (struct mlf_figure){"r2", 1 - ratio, -INFINITY, 1}, sqrt(spread));
}

static double
error_of(double mean, double squares, double n)
{
	return n > 1 ? sqrt(fmax(squares - mean * mean, 0) / (n - 1)) : NAN;
}

/* Bins of equal width between the smallest and the largest prediction. */
static void
judge_bins(struct judging *g)
{
	const struct mlf_judged *j = g->j;
	double low = j->said[0], high = low;
	struct mlf_bin *bins = arena_alloc(g->a, (size_t)(j->bins + 1) * sizeof(*bins));
	for (int64_t i = 1; i < j->n; i++) {
		low = fmin(low, j->said[i]);
		high = fmax(high, j->said[i]);
	}
	for (int64_t i = 0; i < j->n; i++) {
		double at = high > low ? (j->said[i] - low) / (high - low) * j->bins : 0;
		struct mlf_bin *b = &bins[at < j->bins ? (int32_t)at : j->bins - 1];
		b->n++;
		b->said += j->said[i];
		b->seen += j->truth[i];
		b->high += j->truth[i] * j->truth[i];
	}
	for (int32_t k = 0; k < j->bins; k++) {
		struct mlf_bin b = bins[k];
		double n = (double)b.n, seen = b.seen / n;
		if (!b.n)
			continue;
		double half = g->z > 0 ? g->z * error_of(seen, b.high / n, n) : NAN;
		bins[g->out->n_bins++] =
			(struct mlf_bin){b.said / n, seen, seen - half, seen + half, b.n};
	}
	g->out->bins = bins;
}

int
judge_numbers(struct judging *g, struct err *e)
{
	struct errors r;
	if (check(g->j, e) < 0)
		return -1;
	means(g->j, &r);
	middle(g->j, &r);
	double half = g->z * error_of(r.mse, r.mse2, r.n);
	judge_between(g, "rmse", sqrt(r.mse), sqrt(fmax(r.mse - half, 0)), sqrt(r.mse + half));
	judge_mean(g, "mae", r.mae * r.n, r.abs2 * r.n, g->j->n);
	judge_r2(g, &r);
	judge_plain(g, "median_ae", r.median);
	judge_plain(g, "max_error", r.most);
	judge_normal(g, (struct mlf_figure){"bias", r.bias, -INFINITY, INFINITY},
		error_of(r.bias, r.mse, r.n));
	if (isfinite(r.mape))
		judge_mean(g, "mape", r.mape * r.n, r.mape2 * r.n, g->j->n);
	if (g->j->bins > 0)
		judge_bins(g);
	return 0;
}
