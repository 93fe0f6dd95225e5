/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "model/model.h"

LEAK_SUITE(quality);

static struct mlf_quality
measured(const double *score, const double *truth, int64_t n)
{
	struct mlf_quality q;
	struct err e = {0};
	cr_assert_eq(model_quality(score, truth, n, &q, &e), 0, "%s", e.msg);
	return q;
}

static void
refused(const double *score, const double *truth, int64_t n, const char *why)
{
	struct mlf_quality q;
	struct err e = {0};
	cr_expect_eq(model_quality(score, truth, n, &q, &e), -1);
	cr_expect_eq(e.code, MLC_MODEL);
	cr_expect(strstr(e.msg, why), "%s", e.msg);
}

/* Constants from scikit-learn 1.9.1; scores are rounded to two places, so many are tied. */
Test(quality, agrees_with_scikit_learn_with_ties)
{
	double score[200], truth[200];
	for (int i = 0; i < 200; i++) {
		double a = i * 37 % 101 / 10.0, b = i * i * 13 % 97 - 40, c = i % 3 == 0;
		double noise = i * 7919 % 199 / 199.0;
		truth[i] = (a - 5) * 0.6 + b * 0.03 + c * 0.8 + (noise - 0.5) * 6 > 0;
		score[i] = rint(i * 31 % 57 / 57.0 * 100) / 100;
	}
	struct mlf_quality q = measured(score, truth, 200);
	cr_expect_eq(q.n, 200);
	cr_expect_eq(q.positives, 117);
	cr_expect_float_eq(q.auc, 0.48084646277417364, 1e-15);
	cr_expect_float_eq(q.accuracy, 0.47, 1e-15);
	cr_expect_float_eq(q.log_loss, 1.5047186550863731, 1e-12);
	cr_expect_float_eq(q.brier, 0.344551, 1e-15);
	cr_expect_float_eq(q.precision, 0.55555555555555558, 1e-15);
	cr_expect_float_eq(q.recall, 0.47008547008547008, 1e-15);
	cr_expect_float_eq(q.f1, 0.5092592592592593, 1e-15);
}

/* The definition, pair by pair, over scores that differ in every digit the sort looks at. */
Test(quality, auc_is_the_share_of_pairs_in_order)
{
	enum { N = 700 };
	static double score[N], truth[N];
	uint64_t x = 88172645463325252u;
	for (int i = 0; i < N; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		score[i] = i % 5 == 0 ? 0.25 : (double)(x >> 11) * 0x1p-53 * (i % 7 ? 1 : 1e-9);
		truth[i] = (x >> 7) % 3 == 0;
	}
	double won = 0, pairs = 0;
	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++)
			if (truth[i] == 1 && truth[k] == 0) {
				won += score[i] > score[k] ? 1 : score[i] == score[k] ? 0.5 : 0;
				pairs++;
			}
	cr_expect_eq(measured(score, truth, N).auc, won / pairs);
}

Test(quality, equal_scores_are_worth_half)
{
	double score[] = {0.5, 0.5, 0.5}, truth[] = {1, 0, 0};
	cr_expect_eq(measured(score, truth, 3).auc, 0.5);
}

Test(quality, zero_and_minus_zero_are_one_score)
{
	double score[] = {0.0, -0.0}, truth[] = {1, 0};
	cr_expect_eq(measured(score, truth, 2).auc, 0.5);
}

Test(quality, certain_mistakes_cost_a_finite_loss)
{
	double score[] = {0, 1}, truth[] = {1, 0};
	struct mlf_quality q = measured(score, truth, 2);
	cr_expect_eq(q.auc, 0);
	cr_expect_eq(q.brier, 1);
	cr_expect_float_eq(q.log_loss, 52 * log(2), 1e-9);
}

Test(quality, one_class_has_no_auc_and_the_rest_stands)
{
	double score[] = {0.2, 0.3}, none[] = {0, 0}, all[] = {1, 1};
	struct mlf_quality q = measured(score, none, 2);
	cr_expect(isnan(q.auc));
	cr_expect_eq(q.accuracy, 1);
	cr_expect_eq(q.precision, 0);
	cr_expect_eq(q.recall, 0);
	cr_expect_eq(q.f1, 0);
	cr_expect(isnan(measured(score, all, 2).auc));
}

Test(quality, the_threshold_itself_counts_as_positive)
{
	double score[] = {0.5, 0.49999999999999994}, truth[] = {1, 0};
	cr_expect_eq(measured(score, truth, 2).accuracy, 1);
}

Test(quality, no_rows_are_refused)
{
	refused(NULL, NULL, 0, "no rows");
}

Test(quality, scores_that_are_no_probabilities_are_refused)
{
	double truth[] = {0, 1}, nan[] = {0.5, NAN}, above[] = {0.5, 1.5}, below[] = {-0.1, 0.5};
	refused(nan, truth, 2, "row 2");
	refused(above, truth, 2, "row 2 is 1.5");
	refused(below, truth, 2, "row 1");
}

Test(quality, truths_other_than_0_and_1_are_refused)
{
	double score[] = {0.1, 0.2}, two[] = {0, 2}, nan[] = {NAN, 1};
	refused(score, two, 2, "row 2 is 2");
	refused(score, nan, 2, "row 1");
}
