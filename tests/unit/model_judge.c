/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "model/model.h"

LEAK_SUITE(judge);

static const struct mlf_verdict *
judged(struct arena *a, const struct mlf_judged *j)
{
	const struct mlf_verdict *v = NULL;
	struct err e = {0};
	cr_assert_eq(model_judge(j, a, &v, &e), 0, "%s", e.msg);
	return v;
}

static struct mlf_figure
figure(const struct mlf_verdict *v, const char *name)
{
	for (int32_t i = 0; i < v->n_figures; i++)
		if (strcmp(v->figures[i].name, name) == 0)
			return v->figures[i];
	return (struct mlf_figure){name, NAN, NAN, NAN};
}

static void
expect(const struct mlf_verdict *v, const char *name, double value)
{
	cr_expect_float_eq(figure(v, name).value, value, 1e-12, "%s is %.17g, not %.17g", name,
		figure(v, name).value, value);
}

static struct mlf_judged
binary(const double *truth, const double *said, int64_t n)
{
	return (struct mlf_judged){.task = MLF_BINARY,
		.n = n,
		.truth = truth,
		.said = said,
		.threshold = 0.5,
		.confidence = 0.95,
		.bins = 4};
}

/* 1 and 0 alternate from the top, and two are tied: of the 6 pairs 3.5 are in order. */
Test(judge, figures_of_two_classes_are_those_of_a_hand_count)
{
	const double truth[] = {1, 0, 1, 0, 0}, said[] = {0.9, 0.8, 0.6, 0.6, 0.1};
	struct arena a = {0};
	struct mlf_judged j = binary(truth, said, 5);
	const struct mlf_verdict *v = judged(&a, &j);
	expect(v, "auc", (3 + 1 + 0.5) / 6);
	expect(v, "accuracy", 3.0 / 5);
	expect(v, "precision", 2.0 / 4);
	expect(v, "recall", 1);
	expect(v, "f1", 2.0 / 3);
	expect(v, "specificity", 1.0 / 3);
	expect(v, "balanced_accuracy", 2.0 / 3);
	expect(v, "average_precision", 0.5 * 1 + 0.5 * 2 / 4);
	expect(v, "best_threshold", 0.9);
	expect(v, "best_f1", 2.0 / 3);
	expect(v, "brier", (0.01 + 0.64 + 0.16 + 0.36 + 0.01) / 5);
	cr_expect_eq(v->confusion[0], 1);
	cr_expect_eq(v->confusion[1], 2);
	cr_expect_eq(v->confusion[2], 0);
	cr_expect_eq(v->confusion[3], 2);
	arena_fini(&a);
}

/* Wilson's interval of 8 of 10 and its mirror; values of Newcombe's formula worked out by hand. */
Test(judge, shares_have_wilsons_interval)
{
	double truth[10], said[10];
	for (int i = 0; i < 10; i++) {
		truth[i] = i < 5;
		said[i] = (i < 5) == (i != 0 && i != 9) ? 0.9 : 0.1;
	}
	struct arena a = {0};
	struct mlf_judged j = binary(truth, said, 10);
	struct mlf_figure f = figure(judged(&a, &j), "accuracy");
	cr_expect_float_eq(f.value, 0.8, 1e-12);
	cr_expect_float_eq(f.low, 0.4901624715366418, 1e-12, "%.17g", f.low);
	cr_expect_float_eq(f.high, 0.9433178485456247, 1e-12, "%.17g", f.high);
	arena_fini(&a);
}

Test(judge, one_class_has_no_auc_and_is_no_error)
{
	const double truth[] = {1, 1, 1}, said[] = {0.9, 0.2, 0.5};
	struct arena a = {0};
	struct mlf_judged j = binary(truth, said, 3);
	const struct mlf_verdict *v = judged(&a, &j);
	cr_expect(isnan(figure(v, "auc").value));
	cr_expect(isnan(figure(v, "best_threshold").value));
	expect(v, "recall", 2.0 / 3);
	cr_expect_eq(v->n_roc, 0);
	arena_fini(&a);
}

Test(judge, constant_scores_are_worth_nothing_and_do_no_harm)
{
	const double truth[] = {1, 0, 1, 0}, said[] = {0.5, 0.5, 0.5, 0.5};
	struct arena a = {0};
	struct mlf_judged j = binary(truth, said, 4);
	const struct mlf_verdict *v = judged(&a, &j);
	expect(v, "auc", 0.5);
	cr_expect_float_eq(figure(v, "auc").low, 0.5, 1e-12);
	expect(v, "average_precision", 0.5);
	expect(v, "mcc", 0);
	cr_expect_eq(v->n_bins, 1);
	arena_fini(&a);
}

Test(judge, what_is_no_probability_is_an_error_that_names_the_row)
{
	const double truth[] = {1, 0, 2}, said[] = {0.5, 1.5, 0.1}, none[] = {0.5, NAN, 0.1};
	struct arena a = {0};
	const struct mlf_verdict *v;
	struct err e = {0};
	struct mlf_judged j = binary(truth, said, 2);
	cr_expect_eq(model_judge(&j, &a, &v, &e), -1);
	cr_expect(strstr(e.msg, "the score of row 2 is 1.5"), "%s", e.msg);
	j.said = none;
	cr_expect_eq(model_judge(&j, &a, &v, &e), -1);
	cr_expect(strstr(e.msg, "row 2"), "%s", e.msg);
	j = binary(truth + 1, said + 1, 0);
	cr_expect_eq(model_judge(&j, &a, &v, &e), -1);
	cr_expect(strstr(e.msg, "no rows"), "%s", e.msg);
	j.task = MLF_NUMBERS;
	j.n = 2;
	j.said = none + 1;
	cr_expect_eq(model_judge(&j, &a, &v, &e), -1);
	cr_expect(strstr(e.msg, "row 1: nan was said"), "%s", e.msg);
	arena_fini(&a);
}

/* 20,000 rows of other scores each: no more points than a picture needs, the ends among them. */
Test(judge, curves_are_thinned_and_keep_their_ends)
{
	enum { N = 20000 };
	static double truth[N], said[N];
	for (int i = 0; i < N; i++) {
		truth[i] = i * 7919 % N < i;
		said[i] = (i + 0.5) / N;
	}
	struct arena a = {0};
	struct mlf_judged j = binary(truth, said, N);
	const struct mlf_verdict *v = judged(&a, &j);
	cr_expect(v->n_roc > 200 && v->n_roc <= 404, "%d", v->n_roc);
	cr_expect_eq(v->roc[0].x, 0);
	cr_expect_eq(v->roc[v->n_roc - 1].x, 1);
	cr_expect_eq(v->roc[v->n_roc - 1].y, 1);
	cr_expect_eq(v->pr[v->n_pr - 1].x, 1);
	for (int32_t i = 1; i < v->n_roc; i++)
		cr_assert(v->roc[i].x >= v->roc[i - 1].x && v->roc[i].y >= v->roc[i - 1].y);
	arena_fini(&a);
}

Test(judge, classes_are_averaged_over_those_that_occur)
{
	const double truth[] = {0, 0, 1, 1}, said[] = {0, 1, 1, 1};
	const char *const names[] = {"a", "b", "never"};
	struct mlf_judged j = {.task = MLF_CLASSES,
		.n = 4,
		.truth = truth,
		.said = said,
		.classes = 3,
		.names = names,
		.confidence = 0.95};
	struct arena a = {0};
	const struct mlf_verdict *v = judged(&a, &j);
	expect(v, "accuracy", 0.75);
	expect(v, "precision_macro", (1 + 2.0 / 3) / 2);
	expect(v, "recall_macro", 0.75);
	expect(v, "f1_macro", (2.0 / 3 + 0.8) / 2);
	expect(v, "kappa", 0.5);
	cr_expect_eq(v->confusion[0 * 3 + 1], 1);
	cr_expect(isnan(figure(v, "log_loss").value));
	arena_fini(&a);
}

Test(judge, a_constant_truth_has_no_r2)
{
	const double truth[] = {3, 3, 3}, said[] = {2, 3, 5};
	struct mlf_judged j = {.task = MLF_NUMBERS,
		.n = 3,
		.truth = truth,
		.said = said,
		.confidence = 0.95,
		.bins = 5};
	struct arena a = {0};
	const struct mlf_verdict *v = judged(&a, &j);
	expect(v, "rmse", sqrt(5.0 / 3));
	expect(v, "mae", 1);
	expect(v, "median_ae", 1);
	expect(v, "max_error", 2);
	expect(v, "bias", 1.0 / 3);
	cr_expect(isnan(figure(v, "r2").value));
	cr_expect_eq(v->n_bins, 3);
	arena_fini(&a);
}

Test(judge, pictures_are_complete_and_hold_no_text_as_markup)
{
	const double truth[] = {0, 1, 1, 0}, said[] = {0, 1, 0, 0};
	const char *const names[] = {"<b>", "a & \"b\""};
	struct mlf_judged j = {.task = MLF_CLASSES,
		.n = 4,
		.truth = truth,
		.said = said,
		.classes = 2,
		.names = names,
		.confidence = 0.95};
	struct arena a = {0};
	struct str out = {0};
	struct mlf_page page = {.verdict = judged(&a, &j), .title = "<script>"};
	cr_expect(!model_draw(&page, "roc", &out) && out.len == 0);
	cr_expect(!model_draw(&page, "no such", &out));
	cr_assert(model_draw(&page, "confusion", &out));
	cr_expect(strstr(out.s, "&lt;b&gt;") && strstr(out.s, "&amp;") && !strstr(out.s, "<b>"));
	cr_expect(strstr(out.s, "</svg>\n"));
	str_reset(&out);
	cr_assert(model_draw(&page, "page", &out));
	cr_expect(!strstr(out.s, "<script") && strstr(out.s, "</html>"));
	str_fini(&out);
	arena_fini(&a);
}
