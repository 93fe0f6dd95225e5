/* SPDX-License-Identifier: Apache-2.0
 * Constants marked "sk" were computed once with scikit-learn 1.9.1 on table_sample (200 rows):
 * LogisticRegression(C=1/l2, solver="newton-cholesky", tol=1e-15), Ridge(alpha=l2), with and without
 * StandardScaler, and coefficients taken back to raw columns. */
#include "tests/unit/model_table.h"

#include "model/linear.h"

LEAK_SUITE(linear);

static void
same_coefficients(const struct mlf_model *head, const double want[4])
{
	const struct linear *m = (const struct linear *)head;
	cr_assert_eq(head->n_inputs, 3);
	cr_expect_float_eq(m->intercepts[0], want[0], 1e-8, "%.17g", m->intercepts[0]);
	for (int j = 0; j < 3; j++)
		cr_expect_float_eq(
			m->coefficients[j], want[j + 1], 1e-8, "%d: %.17g", j, m->coefficients[j]);
}

static void
check_sample(const char *options, const double want[4])
{
	struct table t = table_new(200);
	struct mlf_model *m = table_fit(&t, options);
	same_coefficients(m, want);
	model_unref(m);
	table_free(&t);
}

/* Fits y (and t) of the sample with the given options and columns, expecting a refusal. */
static void
check_refused(struct mlf_frame *f, const struct mlf_fit_spec *spec, const char *why)
{
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_expect_eq(model_fit("linear", f, spec, &m, &e), -1, "%s", why);
	cr_expect_null(m);
	cr_expect(strstr(e.msg, why) || strstr(e.help, why), "wanted `%s`, got `%s` (%s)", why,
		e.msg, e.help);
}

static void
check_options(const char *options, const char *why)
{
	struct table t = table_new(20);
	struct mlf_fit_spec spec = {.target = "y", .options = options};
	check_refused(table_sample(&t), &spec, why);
	table_free(&t);
}

/* ---- against scikit-learn */

Test(linear, raw_columns_give_the_coefficients_of_scikit_learn)
{
	check_sample("{\"standardize\": false}",
		(double[]){-2.6294856431077092, 0.55502214529956395, 0.022494658273245299,
			0.71975546814607649}); /* sk */
	check_sample("{\"standardize\": false, \"l2\": 10}",
		(double[]){-2.3173545320561719, 0.51627387372803135, 0.021302014724377615,
			0.32520833662032705}); /* sk */
}

Test(linear, standardised_columns_give_the_coefficients_of_scikit_learn)
{
	const double want[] = {-2.5353116011668293, 0.53117554001335954, 0.021349745760956981,
		0.77679474619488165}; /* sk */
	check_sample("{\"standardize\": true}", want);
	check_sample("{}", want);
	check_sample(NULL, want);
}

Test(linear, no_penalty_gives_the_coefficients_of_scikit_learn)
{
	check_sample("{\"l2\": 0}",
		(double[]){-2.7058702228934868, 0.56310977534208728, 0.022796325250520322,
			0.83582164574774587}); /* sk */
}

static void
check_ridge(const char *options, const double want[4])
{
	static const char *const columns[] = {"a", "b", "c", NULL};
	struct table t = table_new(200);
	struct mlf_fit_spec spec = {.target = "t", .columns = columns, .options = options};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", table_sample(&t), &spec, &m, &e), 0, "%s", e.msg);
	same_coefficients(m, want);
	cr_expect_eq(m->n_outputs, 1);
	model_unref(m);
	table_free(&t);
}

Test(linear, ridge_gives_the_coefficients_of_scikit_learn)
{
	check_ridge("{\"objective\": \"squared\", \"standardize\": false}",
		(double[]){0.51159484292892365, 2.002143820192789, -0.4999622151949718,
			2.9176221304475676}); /* sk */
	check_ridge("{\"objective\": \"squared\", \"l2\": 10}",
		(double[]){0.90341919307442353, 1.8897573205150868, -0.47511160583387396,
			2.8909601449479481}); /* sk */
	check_ridge("{\"objective\": \"squared\", \"l2\": 0}",
		(double[]){0.48305615288811055, 2.0033977469516344, -0.49992497399020375,
			2.983276894243752}); /* sk */
}

/* ---- hard data */

/* A table of one feature x and a target y, both from tables of numbers. */
static struct mlf_frame *
two_columns(struct table *t, const double *x, const int64_t *y)
{
	memcpy(mlf_new_f64(t->b, "x", t->n), x, (size_t)t->n * sizeof(*x));
	memcpy(mlf_new_i64(t->b, "y", t->n), y, (size_t)t->n * sizeof(*y));
	return mlf_finish(t->b);
}

Test(linear, perfect_separation_converges_thanks_to_the_penalty)
{
	double x[20];
	int64_t y[20];
	for (int i = 0; i < 20; i++) {
		x[i] = i - 9.5;
		y[i] = x[i] > 0;
	}
	struct table t = table_new(20);
	struct mlf_frame *f = two_columns(&t, x, y);
	struct mlf_fit_spec spec = {.target = "y", .options = "{\"standardize\": false}"};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	cr_expect_float_eq(
		((struct linear *)m)->coefficients[0], 1.1944698681622623, 1e-8); /* sk */
	cr_expect_float_eq(((struct linear *)m)->intercepts[0], 0, 1e-8);
	model_unref(m);
	spec.options = "{\"l2\": 1e-6}";
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	model_unref(m);
	spec.options = "{\"l2\": 0}";
	check_refused(f, &spec, "separate the classes perfectly");
	table_free(&t);
}

Test(linear, more_columns_than_rows_need_a_penalty_and_then_work)
{
	struct table t = table_new(5);
	for (int q = 0; q < 8; q++) {
		char name[2] = {(char)('a' + q), 0};
		double *x = mlf_new_f64(t.b, name, 5);
		for (int r = 0; r < 5; r++)
			x[r] = (r * 8 + q) * 29 % 31 / 7.0;
	}
	int64_t *y = mlf_new_i64(t.b, "y", 5);
	y[1] = y[3] = y[4] = 1;
	struct mlf_frame *f = mlf_finish(t.b);
	struct mlf_fit_spec spec = {.target = "y", .options = "{\"standardize\": false}"};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	const struct linear *l = (const struct linear *)m;
	cr_expect_float_eq(l->intercepts[0], 4.2468651003116795, 1e-8);    /* sk */
	cr_expect_float_eq(l->coefficients[0], 0.32406119963606389, 1e-8); /* sk */
	for (int j = 1; j < 8; j++)
		cr_expect_float_eq(l->coefficients[j], -0.26605924421432992, 1e-8); /* sk */
	model_unref(m);
	spec.options = "{\"l2\": 0}";
	check_refused(f, &spec, "8 columns and only 5 rows");
	table_free(&t);
}

Test(linear, constant_columns_get_the_coefficient_0)
{
	struct table t = table_new(200), u = table_new(200);
	struct mlf_model *plain = table_fit(&t, NULL), *m = NULL;
	static const char *const columns[] = {"a", "k", "b", "c", NULL};
	double *k = mlf_new_f64(u.b, "k", 200);
	for (int i = 0; i < 200; i++)
		k[i] = 1e300;
	struct mlf_frame *f = table_sample(&u);
	struct mlf_fit_spec spec = {.target = "y", .columns = columns};
	struct err e = {0};
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	const struct linear *l = (const struct linear *)m;
	cr_expect_eq(l->coefficients[1], 0);
	cr_expect_eq(l->coefficients[0], ((struct linear *)plain)->coefficients[0]);
	cr_expect_eq(l->intercepts[0], ((struct linear *)plain)->intercepts[0]);
	model_unref(plain);
	model_unref(m);
	table_free(&t);
	table_free(&u);
}

Test(linear, only_constant_columns_leave_the_share_of_the_class)
{
	struct table t = table_new(4);
	struct mlf_frame *f = two_columns(&t, (double[]){7, 7, 7, 7}, (int64_t[]){0, 1, 1, 1});
	struct mlf_fit_spec spec = {.target = "y"};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	cr_expect_float_eq(((struct linear *)m)->intercepts[0], log(3), 1e-12);
	model_unref(m);
	table_free(&t);
}

/* Centred and scaled inside, so neither distance nor unit of a column matters. */
Test(linear, far_and_tiny_columns_are_learnt_like_near_ones)
{
	struct table t = table_new(200), u = table_new(200);
	struct mlf_model *m = table_fit(&t, NULL), *far = NULL;
	struct mlf_fit_spec spec = {
		.target = "y", .columns = (const char *const[]){"far", "b", "tiny", NULL}};
	double *x = mlf_new_f64(u.b, "far", 200), *z = mlf_new_f64(u.b, "tiny", 200);
	struct mlf_frame *f = table_sample(&u);
	struct mlf_f64s a = mlf_f64(f, "a"), c = mlf_f64(f, "c");
	for (int i = 0; i < 200; i++) {
		x[i] = 1e6 + a.v[i];
		z[i] = c.v[i] * 1e-120;
	}
	struct err e = {0};
	cr_assert_eq(model_fit("linear", f, &spec, &far, &e), 0, "%s", e.msg);
	const struct linear *near = (const struct linear *)m, *l = (const struct linear *)far;
	cr_expect_float_eq(l->coefficients[0], near->coefficients[0], 1e-8);
	cr_expect_float_eq(l->coefficients[2] * 1e-120, near->coefficients[2], 1e-8);
	model_unref(m);
	model_unref(far);
	table_free(&t);
	table_free(&u);
}

/* ---- refusals, each with the column */

Test(linear, nulls_and_values_that_are_no_numbers_are_named_and_counted)
{
	struct table t = table_new(4);
	double *x = mlf_new_f64(t.b, "x", 4), *v = mlf_new_f64(t.b, "v", 4);
	mlf_new_f64(t.b, "big", 4)[2] = 1e200;
	int64_t *y = mlf_new_i64(t.b, "y", 4), *z = mlf_new_i64(t.b, "z", 4);
	y[0] = z[0] = 1;
	mlf_set_null(t.b, "x", 1);
	mlf_set_null(t.b, "x", 3);
	mlf_set_null(t.b, "z", 2);
	v[0] = NAN;
	v[1] = INFINITY;
	v[2] = -INFINITY;
	cr_assert_eq(x[0], 0);
	struct mlf_frame *f = mlf_finish(t.b);
	struct mlf_fit_spec spec = {.target = "y", .columns = (const char *const[]){"x", NULL}};
	check_refused(f, &spec, "`x` is null in 2 of 4 rows");
	spec.columns = (const char *const[]){"v", NULL};
	check_refused(f, &spec, "`v` is not a finite number in 3 of 4 rows");
	spec.columns = (const char *const[]){"big", NULL};
	check_refused(f, &spec, "`big` are too large");
	spec.columns = (const char *const[]){"y", NULL};
	spec.target = "z";
	check_refused(f, &spec, "`z` is null in 1 of 4 rows");
	spec.target = "v";
	spec.options = "{\"objective\": \"squared\"}";
	check_refused(f, &spec, "`v` is not a finite number in 3 of 4 rows");
	table_free(&t);
}

Test(linear, a_target_needs_two_classes)
{
	struct table t = table_new(3);
	struct mlf_fit_spec spec = {.target = "y"};
	const double x[] = {1, 2, 3};
	check_refused(two_columns(&t, x, (int64_t[]){5, 5, 5}), &spec, "`y` is 5 in every row");
	table_free(&t);
}

Test(linear, columns_are_checked_by_name_and_type)
{
	struct table t = table_new(3);
	double *income = mlf_new_f64(t.b, "income", 3);
	int64_t *y = mlf_new_i64(t.b, "y", 3);
	int text = mlf_add_column(t.b, "city", MLF_UTF8);
	for (int i = 0; i < 3; i++) {
		income[i] = i;
		y[i] = i > 0;
		mlf_push_str(t.b, text, "Ulm", 3);
	}
	struct mlf_frame *f = mlf_finish(t.b);
	check_refused(f, &(struct mlf_fit_spec){.target = "y"}, "`city` is utf8");
	check_refused(f, &(struct mlf_fit_spec){.target = "city"}, "`city` is Ulm in every row");
	check_refused(f, &(struct mlf_fit_spec){.target = "incom"}, "did you mean `income`?");
	check_refused(f, &(struct mlf_fit_spec){.target = NULL}, "no target");
	check_refused(f, &(struct mlf_fit_spec){.target = "income"},
		"classes must be bool, int64 or utf8");
	struct mlf_fit_spec spec = {.target = "y"};
	spec.columns = (const char *const[]){"y", NULL};
	check_refused(f, &spec, "`y` is the target and a feature");
	spec.columns = (const char *const[]){"income", "income", NULL};
	check_refused(f, &spec, "`income` is named twice");
	spec.columns = (const char *const[]){"age", NULL};
	check_refused(f, &spec, "no column `age`");
	spec.columns = (const char *const[]){NULL};
	check_refused(f, &spec, "no feature columns");
	table_free(&t);
}

Test(linear, an_empty_table_is_refused)
{
	struct table t = table_new(0);
	check_refused(table_sample(&t), &(struct mlf_fit_spec){.target = "y"}, "no rows");
	table_free(&t);
}

Test(linear, an_unknown_flavor_is_refused_with_the_known_ones)
{
	struct table t = table_new(20);
	struct mlf_model *m = NULL;
	struct err e = {0};
	struct mlf_fit_spec spec = {.target = "y"};
	cr_expect_eq(model_fit("forest", table_sample(&t), &spec, &m, &e), -1);
	cr_expect(strstr(e.msg, "`forest`"));
	cr_expect(strstr(e.help, "`linear`"));
	table_free(&t);
}

Test(linear, options_are_checked)
{
	check_options("{\"l2\": -1}", "`l2` must lie");
	check_options("{\"l2\": null}", "`l2` must lie");
	check_options("{\"max_iter\": 0}", "`max_iter` must lie");
	check_options("{\"tol\": 0}", "`tol` must lie");
	check_options("{\"objective\": \"hinge\"}", "\"logistic\" or \"squared\"");
	check_options("{\"lr\": 0.1}", "no option `lr`");
	check_options("{\"l2\": \"1\"}", "options");
	check_options("{\"l2\": 1", "options");
	check_options("[]", "options");
}

Test(linear, too_few_steps_are_an_error_that_says_what_to_do)
{
	struct table t = table_new(200);
	struct mlf_fit_spec spec = {.target = "y",
		.options = "{\"max_iter\": 1}",
		.columns = (const char *const[]){"a", "b", NULL}};
	struct mlf_frame *f = table_sample(&t);
	check_refused(f, &spec, "no convergence after 1 steps");
	check_refused(f, &spec, "raise max_iter");
	table_free(&t);
}

/* ---- prediction */

Test(linear, predictions_are_the_sigmoid_of_the_linear_term)
{
	struct table t = table_new(200);
	struct mlf_model *head = table_fit(&t, NULL);
	struct mlf_frame *f = NULL, *out = NULL;
	const struct linear *m = (const struct linear *)head;
	struct table u = table_new(200);
	struct err e = {0};
	f = table_sample(&u);
	cr_assert_eq(model_predict(head, f, u.sc, &out, &e), 0, "%s", e.msg);
	cr_assert_eq(mlf_columns(out), 2);
	struct mlf_f64s a = mlf_f64(f, "a"), b = mlf_f64(f, "b"), c = mlf_f64(f, "c");
	struct mlf_f64s score = mlf_f64(out, "score");
	struct mlf_i64s label = mlf_i64(out, "prediction");
	cr_assert_eq(score.n, 200);
	for (int i = 0; i < 200; i++) {
		double z = m->intercepts[0] + m->coefficients[0] * a.v[i] +
			m->coefficients[1] * b.v[i] + m->coefficients[2] * c.v[i];
		cr_expect_float_eq(score.v[i], 1 / (1 + exp(-z)), 1e-14);
		cr_expect_eq(label.v[i], score.v[i] >= 0.5);
	}
	cr_expect_null(scope_error(u.sc));
	model_unref(head);
	table_free(&t);
	table_free(&u);
}

/* A model of y from x alone, trained on rows that were cut at 3. */
static struct mlf_model *
step_model(struct table *t, struct mlf_frame *f, const char *target)
{
	struct mlf_fit_spec spec = {.target = target, .columns = (const char *const[]){"x", NULL}};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	cr_assert_null(scope_error(t->sc));
	return m;
}

Test(linear, classes_keep_their_own_numbers)
{
	struct table t = table_new(4);
	struct mlf_frame *f = two_columns(&t, (double[]){1, 2, 3, 4}, (int64_t[]){70, 70, -3, -3});
	struct mlf_model *m = step_model(&t, f, "y");
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(model_predict(m, f, t.sc, &out, &e), 0, "%s", e.msg);
	struct mlf_i64s label = mlf_i64(out, "prediction");
	cr_expect_eq(label.v[0], 70);
	cr_expect_eq(label.v[3], -3);
	cr_expect_gt(mlf_f64(out, "score").v[0], 0.5, "the score is that of the larger class");
	model_unref(m);
	table_free(&t);
}

Test(linear, a_boolean_target_is_predicted_as_boolean)
{
	struct table t = table_new(4);
	int x = mlf_add_column(t.b, "x", MLF_BOOL), y = mlf_add_column(t.b, "y", MLF_BOOL);
	for (int i = 0; i < 4; i++) {
		mlf_push_bool(t.b, x, i > 1);
		mlf_push_bool(t.b, y, i > 1);
	}
	struct mlf_frame *f = mlf_finish(t.b), *out = NULL;
	struct mlf_model *m = step_model(&t, f, "y");
	struct err e = {0};
	cr_assert_eq(model_predict(m, f, t.sc, &out, &e), 0, "%s", e.msg);
	struct mlf_bools label = mlf_bool(out, "prediction");
	cr_expect_null(scope_error(t.sc));
	cr_expect(!mlf_bool_at(&label, 0));
	cr_expect(mlf_bool_at(&label, 3));
	model_unref(m);
	table_free(&t);
}

Test(linear, rows_without_all_features_are_predicted_as_null)
{
	struct table t = table_new(4), u = table_new(4);
	struct mlf_model *m = step_model(
		&t, two_columns(&t, (double[]){1, 2, 3, 4}, (int64_t[]){0, 0, 1, 1}), "y");
	double *x = mlf_new_f64(u.b, "x", 4);
	x[0] = 1;
	x[1] = NAN;
	x[2] = INFINITY;
	mlf_set_null(u.b, "x", 3);
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(model_predict(m, mlf_finish(u.b), u.sc, &out, &e), 0, "%s", e.msg);
	struct mlf_f64s score = mlf_f64(out, "score");
	cr_expect_eq(score.nulls, 3);
	cr_expect(!mlf_is_null(score.valid, score.off, 0));
	cr_expect_eq(mlf_i64(out, "prediction").nulls, 3);
	model_unref(m);
	table_free(&t);
	table_free(&u);
}

Test(linear, a_missing_or_textual_column_is_named)
{
	struct table t = table_new(4), u = table_new(1), v = table_new(1);
	struct mlf_model *m = step_model(
		&t, two_columns(&t, (double[]){1, 2, 3, 4}, (int64_t[]){0, 0, 1, 1}), "y");
	struct mlf_frame *out = NULL;
	struct err e = {0};
	mlf_new_f64(u.b, "z", 1);
	cr_expect_eq(model_predict(m, mlf_finish(u.b), u.sc, &out, &e), -1);
	cr_expect(strstr(e.msg, "needs column `x`"), "%s", e.msg);
	mlf_push_str(v.b, mlf_add_column(v.b, "x", MLF_UTF8), "1", 1);
	cr_expect_eq(model_predict(m, mlf_finish(v.b), v.sc, &out, &e), -1);
	cr_expect(strstr(e.msg, "it is utf8"), "%s", e.msg);
	model_unref(m);
	table_free(&t);
	table_free(&u);
	table_free(&v);
}

Test(linear, no_rows_give_no_predictions)
{
	struct table t = table_new(200), u = table_new(0);
	struct mlf_model *m = table_fit(&t, NULL);
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(model_predict(m, table_sample(&u), u.sc, &out, &e), 0, "%s", e.msg);
	cr_expect_eq(mlf_rows(out), 0);
	cr_expect_eq(mlf_columns(out), 2);
	model_unref(m);
	table_free(&t);
	table_free(&u);
}

Test(linear, a_model_lives_until_its_last_reference)
{
	struct table t = table_new(200);
	struct mlf_model *m = table_fit(&t, NULL);
	cr_expect_eq(model_ref(m), m);
	model_unref(m);
	cr_expect_eq(m->n_inputs, 3);
	model_unref(m);
	model_unref(NULL);
	table_free(&t);
}

/* Doubles, whole numbers and booleans, some of them null. */
static struct mlf_frame *
mixed_rows(struct table *t)
{
	double *a = mlf_new_f64(t->b, "a", t->n);
	int64_t *b = mlf_new_i64(t->b, "b", t->n);
	uint8_t *c = mlf_new_bool(t->b, "c", t->n);
	for (int64_t i = 0; i < t->n; i++) {
		a[i] = (double)(i * 37 % 1001) / 10;
		b[i] = i * 13 % 97 - 40;
		mlf_set_bool(c, i, i % 7 < 3);
		if (i % 1009 == 5)
			mlf_set_null(t->b, (const char *const[]){"a", "b", "c"}[i % 3], i);
	}
	return mlf_finish(t->b);
}

Test(linear, many_rows_are_predicted_as_in_parts)
{
	enum { MANY = 140000, SOME = 9001 };
	struct table t = table_new(200), u = table_new(MANY);
	struct mlf_model *m = table_fit(&t, NULL);
	struct mlf_frame *rows = mixed_rows(&u), *all = NULL, *part = NULL;
	struct err e = {0};
	int64_t nulls = 0;
	cr_assert_eq(model_predict(m, rows, u.sc, &all, &e), 0, "%s", e.msg);
	struct mlf_f64s is = mlf_f64(all, "score");
	for (int64_t from = 0; from < MANY; from += SOME) {
		int64_t n = MANY - from < SOME ? MANY - from : SOME;
		cr_assert_eq(model_predict(m, mlf_slice(rows, from, n), u.sc, &part, &e), 0);
		struct mlf_f64s was = mlf_f64(part, "score");
		for (int64_t i = 0; i < n; i++) {
			bool null = mlf_is_null(was.valid, was.off, i);
			cr_assert(null == mlf_is_null(is.valid, is.off, from + i));
			cr_assert(null || was.v[i] == is.v[from + i]);
			nulls += null;
		}
	}
	cr_expect(nulls == 139, "%lld", (long long)nulls);
	model_unref(m);
	table_free(&t);
	table_free(&u);
}
