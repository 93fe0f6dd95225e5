/* SPDX-License-Identifier: Apache-2.0
 * How good scores are against the truth.
 *
 * Each row becomes one sortable number: the bits of a double in [0, 1] grow with its value and leave
 * the top bit free, so shifting them up makes room for the truth.
 *
 *	63                       1   0
 *	| bits of the score       | t |      sorted: equal scores lie together, 0s before 1s
 *
 * The AUC counts pairs (positive above negative: 2, equal: 1) in whole numbers, so it is exact. */
#include "model/judge.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT = 11, DIGITS = 6, VALUES = 1 << DIGIT }; /* 6 x 11 bits cover 64 */

/* log(0) would make one certain mistake cost everything; scikit-learn clips at the same distance. */
static const double nearest = 0x1p-52;

/* Digits that all keys share cost one look. */
uint64_t *
quality_sort(uint64_t *keys, uint64_t *spare, int64_t n)
{
	int64_t *count = mem_alloc(sizeof(int64_t) * DIGITS * VALUES);
	for (int64_t i = 0; i < n; i++)
		for (int d = 0; d < DIGITS; d++)
			count[d * VALUES + (int)(keys[i] >> (d * DIGIT) & (VALUES - 1))]++;
	for (int d = 0; d < DIGITS; d++) {
		int64_t *at = count + d * VALUES, sum = 0;
		if (n > 0 && at[keys[0] >> (d * DIGIT) & (VALUES - 1)] == n)
			continue;
		for (int v = 0; v < VALUES; v++) {
			int64_t here = at[v];
			at[v] = sum;
			sum += here;
		}
		for (int64_t i = 0; i < n; i++)
			spare[at[keys[i] >> (d * DIGIT) & (VALUES - 1)]++] = keys[i];
		uint64_t *sorted = spare;
		spare = keys;
		keys = sorted;
	}
	free(count);
	return keys;
}

double
quality_auc(const uint64_t *keys, int64_t n, int64_t positives)
{
	uint64_t twice = 0, below = 0;
	int64_t negatives = n - positives;
	if (positives == 0 || negatives == 0)
		return NAN;
	for (int64_t i = 0; i < n;) {
		uint64_t score = keys[i] >> 1, no = 0, yes = 0;
		for (; i < n && keys[i] >> 1 == score; i++)
			if (keys[i] & 1)
				yes++;
			else
				no++;
		twice += yes * (2 * below + no);
		below += no;
	}
	return (double)twice / 2 / ((double)positives * (double)negatives);
}

int
quality_keys(const double *score, const double *truth, int64_t n, uint64_t *keys, struct err *e)
{
	for (int64_t i = 0; i < n; i++) {
		double s = score[i];
		uint64_t bits;
		if (!(s >= 0 && s <= 1))
			return err_set(e, MLC_MODEL,
				"the score of row %lld is %g; probabilities are wanted",
				(long long)i + 1, s);
		if (!(truth[i] == 0 || truth[i] == 1))
			return err_set(e, MLC_MODEL,
				"the truth of row %lld is %g; it must be 0 or 1", (long long)i + 1,
				truth[i]);
		s += 0.0; /* -0 becomes 0 */
		memcpy(&bits, &s, sizeof(bits));
		keys[i] = bits << 1 | (truth[i] > 0);
	}
	return 0;
}

double
quality_score(uint64_t key)
{
	double score;
	key >>= 1;
	memcpy(&score, &key, sizeof(score));
	return score;
}

double
quality_loss(double given)
{
	return -log(fmin(fmax(given, nearest), 1 - nearest));
}

static double
share(int64_t part, int64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

void
quality_count(
	const double *score, const double *truth, int64_t n, double threshold, struct counts *out)
{
	struct sum loss = {0, 0}, brier = {0, 0}, loss2 = {0, 0}, brier2 = {0, 0};
	*out = (struct counts){.n = n};
	for (int64_t i = 0; i < n; i++) {
		bool yes = truth[i] > 0, call = score[i] >= threshold;
		double miss = score[i] - truth[i];
		double cost = quality_loss(yes ? score[i] : 1 - score[i]);
		sum_add(&loss, cost);
		sum_add(&loss2, cost * cost);
		sum_add(&brier, miss * miss);
		sum_add(&brier2, miss * miss * miss * miss);
		out->right += yes == call;
		out->called += call;
		out->hit += yes && call;
		out->positives += yes;
	}
	out->loss = sum_of(&loss);
	out->loss2 = sum_of(&loss2);
	out->brier = sum_of(&brier);
	out->brier2 = sum_of(&brier2);
}

/* Everything but the AUC. Precision, recall and F1 are 0 where they would divide by 0. */
static void
measure(const double *score, const double *truth, int64_t n, struct mlf_quality *out)
{
	struct counts c;
	quality_count(score, truth, n, 0.5, &c);
	out->positives = c.positives;
	out->log_loss = c.loss / (double)n;
	out->brier = c.brier / (double)n;
	out->accuracy = share(c.right, n);
	out->precision = share(c.hit, c.called);
	out->recall = share(c.hit, c.positives);
	out->f1 = share(2 * c.hit, c.called + c.positives);
}

int
model_quality(
	const double *score, const double *truth, int64_t n, struct mlf_quality *out, struct err *e)
{
	*out = (struct mlf_quality){.n = n};
	if (n <= 0)
		return err_set(e, MLC_MODEL, "there are no rows to measure");
	uint64_t *keys = mem_alloc((size_t)n * sizeof(*keys));
	uint64_t *spare = mem_alloc((size_t)n * sizeof(*keys));
	int rc = quality_keys(score, truth, n, keys, e);
	if (rc == 0) {
		measure(score, truth, n, out);
		out->auc = quality_auc(quality_sort(keys, spare, n), n, out->positives);
	}
	free(keys);
	free(spare);
	return rc;
}
