/* SPDX-License-Identifier: Apache-2.0
 * Column statistics, against values known by other means. */
#include "tests/unit/frame_kit.h"

LEAK_SUITE(stats);

static struct col_stats
stats_of(struct mlf_frame *f, const char *name)
{
	struct col_stats s;

	column_stats(frame_column(frame_of(f), mlf_find(f, name)), &s);
	return s;
}

static struct mlf_frame *
floats(struct scope *sc, const double *v, int64_t n)
{
	struct mlf_builder *b = scope_builder(sc);

	memcpy(mlf_new_f64(b, "x", n), v, (size_t)n * sizeof(*v));
	return mlf_finish(b);
}

Test(stats, of_a_small_column)
{
	static const double v[] = {2, 4, 4, 4, 5, 5, 7, 9};
	struct kit k = kit_open(SEGS_SHARED);
	struct col_stats s = stats_of(floats(k.sc, v, 8), "x");

	cr_expect(s.n == 8 && s.nulls == 0 && s.nans == 0 && s.distinct == 5);
	cr_expect(s.min == 2 && s.max == 9 && s.mean == 5);
	cr_expect_float_eq(s.sd, 2.138089935299395, 1e-15);
	kit_close(&k);
}

Test(stats, nans_and_nulls_are_counted_and_no_values)
{
	static const double v[] = {NAN, 1, 99, 3, NAN, -0.0, 0.0};
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	struct col_stats s;

	memcpy(mlf_new_f64(b, "x", 7), v, sizeof(v));
	mlf_set_null(b, "x", 2);
	s = stats_of(mlf_finish(b), "x");
	cr_expect(s.n == 7 && s.nulls == 1 && s.nans == 2);
	cr_expect(s.min == 0 && s.max == 3 && s.mean == 1);
	cr_expect(s.distinct == 3, "-0 and 0 are one value: %lld", (long long)s.distinct);
	kit_close(&k);
}

Test(stats, without_any_value_numbers_are_nan)
{
	static const double v[] = {NAN, NAN};
	struct kit k = kit_open(SEGS_SHARED);
	struct col_stats s = stats_of(floats(k.sc, v, 2), "x");
	struct col_stats e = stats_of(make_rows(k.sc, 0, 0), "half");

	cr_expect(isnan(s.min) && isnan(s.max) && isnan(s.mean) && isnan(s.sd));
	cr_expect(s.nans == 2 && s.distinct == 0);
	cr_expect(isnan(e.min) && isnan(e.mean) && e.n == 0 && e.distinct == 0);
	e = stats_of(make_rows(k.sc, 0, 0), "text");
	cr_expect(e.n == 0 && e.min_len == 0 && e.max_len == 0 && e.distinct == 0);
	kit_close(&k);
}

Test(stats, one_value_has_no_deviation)
{
	static const double v[] = {3};
	struct kit k = kit_open(SEGS_SHARED);
	struct col_stats s = stats_of(floats(k.sc, v, 1), "x");

	cr_expect(s.min == 3 && s.max == 3 && s.mean == 3 && isnan(s.sd));
	kit_close(&k);
}

Test(stats, infinities_do_not_hide_the_rest)
{
	static const double v[] = {1, INFINITY, 2, 3};
	struct kit k = kit_open(SEGS_SHARED);
	struct col_stats s = stats_of(floats(k.sc, v, 4), "x");

	cr_expect(s.min == 1 && isinf(s.max) && isinf(s.mean) && s.nans == 0 && s.distinct == 4);
	kit_close(&k);
}

Test(stats, of_all_types_with_nulls)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 2310);
	struct col_stats id = stats_of(f, "id"), odd = stats_of(f, "odd");
	struct col_stats text = stats_of(f, "text"), when = stats_of(f, "when");

	cr_expect(id.min == 0 && id.max == 6927 && id.mean == 3463.5 && id.distinct == 2310);
	cr_expect(odd.min == 0 && odd.max == 1 && odd.mean == 0.5 && odd.distinct == 2);
	cr_expect(odd.nulls == 770 && when.nulls == 210 && when.distinct == 2100);
	cr_expect(text.nulls == 330 && text.min_len == 0 && text.max_len == 8);
	cr_expect(text.distinct == 1485, "%lld", (long long)text.distinct);
	kit_close(&k);
}

Test(stats, of_a_slice_look_at_its_rows_only)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = mlf_slice(make_rows(k.sc, 0, 100), 13, 3);
	struct col_stats half = stats_of(f, "half"), text = stats_of(f, "text");

	cr_expect(half.min == 6.5 && half.max == 7.5 && half.n == 3 && half.distinct == 3);
	cr_expect(text.min_len == 6 && text.max_len == 6 && text.distinct == 3);
	kit_close(&k);
}

/* Large and small numbers in turn: a plain sum would lose the small ones. */
Test(stats, sums_keep_small_summands)
{
	const int64_t n = 1000000;
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	double *v = mlf_new_f64(b, "x", n);
	struct col_stats s;

	for (int64_t i = 0; i < n; i++)
		v[i] = 1e9 + 0.1;
	s = stats_of(mlf_finish(b), "x");
	cr_expect(s.mean == 1e9 + 0.1, "%.17g", s.mean);
	cr_expect(s.sd < 1e-6, "%g", s.sd);
	cr_expect(s.distinct == 1);
	kit_close(&k);
}

static struct col_stats
stats_of_distinct(struct scope *sc, int64_t distinct)
{
	struct mlf_builder *b = scope_builder(sc);
	int64_t *v = mlf_new_i64(b, "x", 3 * distinct);

	for (int64_t i = 0; i < 3 * distinct; i++)
		v[i] = i % distinct;
	return stats_of(mlf_finish(b), "x");
}

Test(stats, distinct_values_are_exact_to_the_limit_and_then_unknown)
{
	struct kit k = kit_open(SEGS_SHARED);

	cr_expect(stats_of_distinct(k.sc, 65535).distinct == 65535);
	cr_expect(stats_of_distinct(k.sc, 65536).distinct == 65536);
	cr_expect(stats_of_distinct(k.sc, 65537).distinct == -1);
	kit_close(&k);
}

Test(stats, distinct_texts_with_equal_beginnings)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	int c = mlf_add_column(b, "x", MLF_UTF8);

	for (int i = 0; i < 30000; i++) {
		char text[32];
		int len = snprintf(text, sizeof(text), "the same beginning %d", i % 1000);

		mlf_push_str(b, c, text, len - i % 2); /* also cut by one */
	}
	/* 500 even numbers; of the odd ones their first digits: 50 odd beginnings, and none. */
	cr_expect(stats_of(mlf_finish(b), "x").distinct == 551);
	kit_close(&k);
}
