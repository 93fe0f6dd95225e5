/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/model_recipe.h"

LEAK_SUITE(recipe_steps);

/* ---- impute */

Test(recipe_steps, numbers_are_filled_with_the_median_unless_told_otherwise)
{
	expect_step("[{\"impute\": [\"x\"]}]", "x", "1 2 3 4 100 3");
	expect_step("[{\"impute\": {\"columns\": \"k\"}}]", "k", "10 20 30 20 20 20");
	expect_step("[{\"impute\": {\"columns\": [\"x\"], \"strategy\": \"mean\"}}]", "x",
		"1 2 26.75 4 100 26.75");
}

Test(recipe_steps, texts_and_booleans_are_filled_with_what_is_most_frequent)
{
	expect_step("[{\"impute\": \"s\"}]", "s", "red blue red red green red");
	expect_step("[{\"impute\": [\"b\"]}]", "b", "1 0 1 1 1 1");
	expect_step("[{\"impute\": {\"columns\": \"k\", \"strategy\": \"most_frequent\"}}]", "k",
		"10 20 30 20 20 20");
}

Test(recipe_steps, among_equally_frequent_values_the_smallest_fills)
{
	expect_step("[{\"impute\": {\"columns\": \"x\", \"strategy\": \"most_frequent\"}}]", "x",
		"1 2 1 4 100 1");
}

Test(recipe_steps, a_constant_fills_a_column_of_its_type)
{
	expect_step("[{\"impute\": {\"columns\": \"s\", \"value\": \"?\"}}]", "s",
		"red blue ? red green red");
	expect_step(
		"[{\"impute\": {\"columns\": \"k\", \"value\": -1}}]", "k", "10 20 30 20 -1 20");
	expect_step("[{\"impute\": {\"columns\": \"b\", \"value\": false}}]", "b", "1 0 1 0 1 1");
	expect_refused("[{\"impute\": {\"columns\": \"s\", \"strategy\": \"constant\"}}]",
		"step 1 (impute): strategy constant needs a `value`");
	expect_refused("[{\"impute\": {\"columns\": \"k\", \"value\": \"?\"}}]",
		"`value` does not fit column `k`, which is int64");
}

Test(recipe_steps, an_indicator_says_what_was_missing_also_of_columns_that_miss_nothing)
{
	expect_step("[{\"impute\": {\"columns\": [\"x\"], \"indicator\": true}}]", "x_missing",
		"0 0 1 0 0 1");
	expect_step("[{\"impute\": {\"columns\": [\"s\"], \"indicator\": true}}]", "s_missing",
		"0 0 1 0 0 0");
	expect_step("[{\"impute\": [\"x\"]}, {\"impute\": {\"columns\": [\"x\"], \"indicator\": "
		    "true}}]",
		"x_missing", "0 0 0 0 0 0");
}

/* ---- scales */

Test(recipe_steps, standardize_subtracts_the_mean_and_divides_by_the_deviation)
{
	expect_step("[{\"standardize\": {\"columns\": \"k\"}}]", "k",
		"-1.5811388300841895 0 1.5811388300841895 0 null 0");
	expect_step("[{\"standardize\": {\"columns\": \"k\", \"scale\": false}}]", "k",
		"-10 0 10 0 null 0");
	expect_step("[{\"standardize\": {\"columns\": \"k\", \"center\": false, \"as\": \"z\"}}]",
		"k", "10 20 30 20 null 20");
}

Test(recipe_steps, a_constant_column_is_standardized_to_zeros)
{
	expect_step("[{\"clip\": {\"columns\": \"k\", \"min\": 5, \"max\": 5}}, {\"standardize\": "
		    "\"k\"}]",
		"k", "0 0 0 0 null 0");
	expect_step("[{\"clip\": {\"columns\": \"k\", \"min\": 5, \"max\": 5}}, {\"minmax\": "
		    "\"k\"}]",
		"k", "0 0 0 0 null 0");
}

Test(recipe_steps, minmax_leads_onto_the_range)
{
	expect_step("[{\"minmax\": \"k\"}]", "k", "0 0.5 1 0.5 null 0.5");
	expect_step("[{\"minmax\": {\"columns\": [\"k\"], \"range\": [-1, 1], \"clip\": true}}]",
		"k", "-1 0 1 0 null 0");
	expect_refused("[{\"minmax\": {\"columns\": [\"k\"], \"range\": [1, 1]}}]",
		"`range` must be two numbers, the smaller first");
}

Test(recipe_steps, clip_takes_limits_or_quantiles)
{
	expect_step("[{\"clip\": {\"columns\": \"x\", \"min\": 2}}]", "x", "2 2 null 4 100 null");
	expect_step("[{\"clip\": {\"columns\": \"x\", \"max\": 4.5}}]", "x", "1 2 null 4 4.5 null");
	expect_step("[{\"clip\": {\"columns\": \"x\", \"quantiles\": [0, 0.5]}}]", "x",
		"1 2 null 3 3 null");
	expect_refused("[{\"clip\": {\"columns\": \"x\"}}]", "`min` and `max`, or `quantiles`");
	expect_refused("[{\"clip\": {\"columns\": \"x\", \"min\": 3, \"max\": 2}}]",
		"`min` is above `max`");
}

Test(recipe_steps, what_has_no_logarithm_is_missing)
{
	expect_step("[{\"standardize\": {\"columns\": \"k\", \"scale\": false}}, {\"log\": \"k\"}]",
		"k", "null null 2.302585092994046 null null null");
	expect_step("[{\"log1p\": {\"columns\": [\"x\"], \"as\": [\"l\"]}}]", "l",
		"0.6931471805599453 1.0986122886681096 null 1.6094379124341003 "
		"4.61512051684126 null");
}

Test(recipe_steps, a_bucket_begins_at_its_edge)
{
	expect_step("[{\"bucketise\": {\"columns\": \"x\", \"edges\": [2, 4, 50]}}]", "x",
		"0 1 null 2 3 null");
	expect_step("[{\"bucketise\": {\"columns\": \"x\", \"quantiles\": 2, \"as\": \"q\"}}]", "q",
		"0 0 null 1 1 null");
	/* quantiles that are equal are one edge */
	expect_step(
		"[{\"bucketise\": {\"columns\": \"k\", \"quantiles\": 4}}]", "k", "0 1 1 1 null 1");
	expect_refused(
		"[{\"bucketise\": {\"columns\": \"x\", \"edges\": [2, 2]}}]", "`edges` must rise");
	expect_refused("[{\"bucketise\": \"x\"}]", "it takes `edges` or `quantiles`");
	expect_refused("[{\"bucketise\": {\"columns\": \"x\", \"quantiles\": 1}}]", "2 to 1000");
}

Test(recipe_steps, a_ratio_by_zero_is_missing)
{
	expect_step("[{\"ratio\": {\"of\": \"x\", \"by\": \"b\", \"as\": \"r\"}}]", "r",
		"1 null null null 100 null");
	expect_refused("[{\"ratio\": {\"of\": \"x\", \"by\": \"k\"}}]", "`of`, `by` and `as`");
	expect_refused("[{\"ratio\": {\"of\": \"s\", \"by\": \"k\", \"as\": \"r\"}}]",
		"column `s` is utf8, and no number");
}

Test(recipe_steps, all_pairs_are_multiplied)
{
	const char *three = "[{\"interact\": {\"columns\": [\"x\", \"k\", \"b\"]}}]";
	expect_step(three, "x_x_k", "10 40 null 80 null null");
	expect_step(three, "k_x_b", "10 0 30 null null 20");
	expect_step("[{\"interact\": {\"columns\": [\"k\", \"b\"], \"as\": \"p\"}}]", "p",
		"10 0 30 null null 20");
	expect_refused("[{\"interact\": [\"x\"]}]", "at least two");
}

/* ---- times */

Test(recipe_steps, times_have_parts_also_before_1970)
{
	const char *all = "[{\"date_parts\": {\"columns\": \"when\", \"parts\": [\"year\", "
			  "\"quarter\", \"month\", \"day\", \"weekday\", \"yearday\", \"hour\", "
			  "\"minute\", \"weekend\"]}}]";
	expect_step(all, "when_year", "2024 null 1969 2023 2023 2023");
	expect_step(all, "when_quarter", "1 null 4 3 3 3");
	expect_step(all, "when_month", "2 null 12 7 7 7");
	expect_step(all, "when_day", "29 null 31 1 1 1");
	expect_step(all, "when_weekday", "3 null 2 5 5 5");
	expect_step(all, "when_yearday", "60 null 365 182 182 182");
	expect_step(all, "when_hour", "23 null 0 12 12 12");
	expect_step(all, "when_minute", "59 null 0 0 0 0");
	expect_step(all, "when_weekend", "0 null 0 1 1 1");
	expect_step(all, "when", "(none)");
	expect_refused("[{\"date_parts\": {\"columns\": \"when\", \"parts\": [\"week\"]}}]",
		"there is no part `week`");
	expect_refused("[{\"date_parts\": {\"columns\": \"when\"}}]", "`parts` must be a list");
	expect_refused("[{\"date_parts\": {\"columns\": \"s\", \"parts\": [\"year\"]}}]",
		"column `s` is utf8; the step takes timestamp");
}

/* ---- categories */

Test(recipe_steps, one_hot_makes_a_column_of_each_category)
{
	const char *one = "[{\"one_hot\": \"s\"}]";
	expect_step(one, "s_blue", "0 1 0 0 0 0");
	expect_step(one, "s_red", "1 0 0 1 0 1");
	expect_step(one, "s", "(none)");
	expect_step("[{\"one_hot\": [\"b\"]}]", "b_true", "1 0 1 0 1 1");
	expect_step("[{\"one_hot\": [\"k\"]}]", "k_20", "0 1 0 1 0 1");
	expect_step("[{\"one_hot\": {\"columns\": [\"s\"], \"drop_first\": true}}]", "s_blue",
		"(none)");
}

Test(recipe_steps, rare_categories_share_a_column)
{
	const char *two = "[{\"one_hot\": {\"columns\": [\"s\"], \"max_categories\": 2}}]";
	expect_step(two, "s_red", "1 0 0 1 0 1");
	expect_step(two, "s_other", "0 1 0 0 1 0");
	expect_step(two, "s_blue", "(none)");
	expect_refused("[{\"one_hot\": {\"columns\": [\"s\"], \"max_categories\": 1}}]",
		"between 2 and 1000");
	expect_refused("[{\"one_hot\": {\"columns\": [\"x\"]}}]", "column `x` is float64");
}

Test(recipe_steps, ordinal_counts_categories_in_their_order)
{
	expect_step("[{\"ordinal\": {\"columns\": \"s\"}}]", "s", "2 0 null 2 1 2");
	expect_step("[{\"ordinal\": {\"columns\": \"s\", \"categories\": [\"red\", \"green\", "
		    "\"blue\"], \"as\": \"o\"}}]",
		"o", "0 2 null 0 1 0");
	expect_step("[{\"ordinal\": {\"columns\": \"k\", \"categories\": [30, 20], \"unknown\": "
		    "-1}}]",
		"k", "-1 1 0 1 null 1");
	expect_step("[{\"ordinal\": {\"columns\": \"s\", \"categories\": [\"red\"], \"unknown\": "
		    "\"missing\"}}]",
		"s", "0 null null 0 null 0");
	expect_refused("[{\"ordinal\": {\"columns\": \"s\", \"categories\": [\"red\", \"blue\"]}}]",
		"column `s`, row 5: `green` is none of the 2 values it was fitted on");
	expect_refused("[{\"ordinal\": {\"columns\": \"s\", \"categories\": [\"a\", \"a\"]}}]",
		"entry 2 of `categories` is there twice");
}

Test(recipe_steps, later_rows_get_the_mean_of_the_target_drawn_to_that_of_all)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	(void)fit(&s, "[{\"target_encode\": {\"columns\": \"s\", \"smoothing\": 1}}]", &r);
	/* red: (1 + 0.5) / 4, blue: 0.5 / 2, green: 1.5 / 2, missing: 0.5 */
	expect_column(apply(&s, r, s.f), "s", "0.375 0.25 0.5 0.375 0.75 0.375");
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe_steps, no_training_row_is_told_its_own_target)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct scope *sc = scope_new(segs);
	struct mlf_builder *b = scope_builder(sc);
	enum { N = 400 };
	/* every row has a category of its own: all that may be told is the mean of other folds */
	int64_t *id = mlf_new_i64(b, "id", N), *y = mlf_new_i64(b, "y", N);
	for (int i = 0; i < N; i++) {
		id[i] = i;
		y[i] = i % 2;
	}
	struct recipe_spec spec = {
		"[{\"target_encode\": {\"columns\": \"id\", \"smoothing\": 0}}]", "y", 3};
	struct mlf_frame *f = mlf_finish(b), *out = NULL;
	struct recipe *r = NULL;
	struct err e = {0};
	cr_assert_eq(recipe_fit(&spec, f, sc, &out, &r, &e), 0, "%s", e.msg);
	double seen[100];
	size_t n = 0;
	struct mlf_f64s v = mlf_f64(out, "id");
	for (int i = 0; i < N; i++) {
		size_t k = 0;
		while (k < n && seen[k] != v.v[i])
			k++;
		if (k == n && n < 100)
			seen[n++] = v.v[i];
	}
	cr_expect_leq(n, 5, "%zu different values", n);
	cr_assert_eq(recipe_apply(r, f, sc, &out, &e), 0);
	cr_expect_eq(mlf_f64(out, "id").v[7], 1); /* later rows of the category are told */
	recipe_unref(r);
	scope_free(sc);
	segs_free(segs);
}

/* ---- which columns there are */

Test(recipe_steps, columns_are_dropped_kept_and_renamed)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	expect_names(fit(&s, "[{\"drop\": [\"x\", \"b\"]}, {\"drop\": \"when\"}]", &r), "k,s,y");
	recipe_unref(r);
	expect_names(fit(&s, "[{\"keep\": [\"s\", \"k\"]}]", &r), "k,s,y");
	recipe_unref(r);
	expect_names(fit(&s, "[{\"rename\": {\"x\": \"z\", \"k\": \"x\"}}]", &r), "z,x,b,s,when,y");
	recipe_unref(r);
	sample_free(&s);
	expect_step("[{\"rename\": {\"x\": \"z\", \"k\": \"x\"}}]", "x", "10 20 30 20 null 20");
	expect_step("[{\"rename\": {\"s\": \"t\"}}, {\"impute\": \"t\"}, {\"one_hot\": \"t\"}]",
		"t_red", "1 0 1 1 0 1");
}

Test(recipe_steps, new_columns_stand_behind_the_one_they_are_made_of)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	expect_names(
		fit(&s,
			"[{\"drop\": [\"b\", \"when\"]}, {\"log\": {\"columns\": \"x\", \"as\": "
			"\"l\"}}, {\"one_hot\": \"s\"}, {\"ratio\": {\"of\": \"x\", \"by\": "
			"\"k\", \"as\": \"r\"}}]",
			&r),
		"x,l,k,s_blue,s_green,s_red,y,r");
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe_steps, numbers_and_texts_stand_for_all_of_them_but_the_target)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	struct mlf_frame *f = fit(&s,
		"[{\"impute\": {\"columns\": \"numbers\"}}, {\"impute\": "
		"{\"columns\": \"texts\"}}]",
		&r);
	expect_column(f, "k", "10 20 30 20 20 20");
	expect_column(f, "s", "red blue red red green red");
	expect_column(f, "b", "1 0 1 null 1 1");
	expect_column(f, "y", "1 0 1 0 1 0");
	recipe_unref(r);
	sample_free(&s);
	expect_refused("[{\"drop\": \"texts\"}, {\"one_hot\": \"texts\"}]",
		"step 2 (one_hot): there are no texts at this point");
}
