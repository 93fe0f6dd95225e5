/* SPDX-License-Identifier: Apache-2.0
 * The flavor `baseline`, and what all flavors say of the importance of their inputs. */
#include "tests/unit/model_table.h"

#include "model/flavor.h"

LEAK_SUITE(baseline);

static struct mlf_model *
learn(const char *flavor, struct mlf_frame *f, const char *target, const char *options)
{
	struct mlf_fit_spec spec = {.target = target, .options = options};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit(flavor, f, &spec, &m, &e), 0, "%s", e.msg);
	return m;
}

static void
refused(struct mlf_frame *f, const char *target, const char *options, const char *why)
{
	struct mlf_fit_spec spec = {.target = target, .options = options};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_expect_eq(model_fit("baseline", f, &spec, &m, &e), -1, "%s", why);
	cr_expect_null(m);
	cr_expect(strstr(e.msg, why) || strstr(e.help, why), "wanted `%s`, got `%s` (%s)", why,
		e.msg, e.help);
}

static struct mlf_frame *
answer(const struct mlf_model *m, struct mlf_frame *f, struct table *t)
{
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(model_predict(m, f, t->sc, &out, &e), 0, "%s", e.msg);
	cr_assert_null(scope_error(t->sc));
	return out;
}

/* Eight rows: whole numbers 1, 1, 1, 0, ..., texts of three kinds, and numbers. */
static struct mlf_frame *
sample(struct table *t)
{
	static const char *const texts[] = {"b", "c", "c", "a", "c", "b", "b", "c"};
	int64_t *y = mlf_new_i64(t->b, "y", 8);
	double *v = mlf_new_f64(t->b, "v", 8);
	int kind = mlf_add_column(t->b, "kind", MLF_UTF8);
	for (int i = 0; i < 8; i++) {
		y[i] = i % 4 != 3;
		v[i] = i * i;
		mlf_push_str(t->b, kind, texts[i], 1);
	}
	return mlf_finish(t->b);
}

Test(baseline, the_largest_class_is_predicted_with_the_shares_of_all)
{
	struct table t = table_new(8), other = table_new(3);
	struct mlf_frame *f = sample(&t);
	mlf_new_f64(other.b, "nothing", 3);
	struct mlf_frame *rows = mlf_finish(other.b);
	struct mlf_model *two = learn("baseline", f, "y", NULL);
	struct mlf_model *three = learn("baseline", f, "kind", "{\"strategy\": \"majority\"}");
	struct mlf_frame *out = answer(two, rows, &other);
	cr_expect_eq(mlf_rows(out), 3, "no feature is needed");
	cr_expect_eq(mlf_i64(out, "prediction").v[2], 1);
	cr_expect_eq(mlf_f64(out, "score").v[0], 0.75);
	out = answer(three, rows, &other);
	struct mlf_strs said = mlf_utf8(out, "prediction");
	cr_expect_eq(mlf_str_at(&said, 1).s[0], 'c');
	cr_expect_eq(mlf_f64(out, "score_a").v[0], 0.125);
	cr_expect_eq(mlf_f64(out, "score_b").v[0], 0.375);
	cr_expect_eq(mlf_f64(out, "score_c").v[0], 0.5);
	cr_expect_eq(mlf_columns(out), 4);
	model_unref(two);
	model_unref(three);
	table_free(&t);
	table_free(&other);
}

Test(baseline, a_number_is_predicted_by_its_mean_or_median)
{
	struct table t = table_new(8);
	struct mlf_frame *f = sample(&t);
	struct mlf_model *mean = learn("baseline", f, "v", NULL);
	struct mlf_model *median = learn("baseline", f, "v", "{\"strategy\": \"median\"}");
	struct mlf_model *whole = learn("baseline", f, "y", "{\"strategy\": \"mean\"}");
	cr_expect_eq(mlf_f64(answer(mean, f, &t), "prediction").v[7], 17.5);
	cr_expect_eq(mlf_f64(answer(median, f, &t), "prediction").v[0], 12.5);
	cr_expect_eq(mlf_f64(answer(whole, f, &t), "prediction").v[0], 0.75);
	cr_expect_eq(mlf_columns(answer(mean, f, &t)), 1);
	model_unref(mean);
	model_unref(median);
	model_unref(whole);
	table_free(&t);
}

Test(baseline, of_equally_large_classes_the_first_is_predicted)
{
	struct table t = table_new(4);
	int64_t *y = mlf_new_i64(t.b, "y", 4);
	y[0] = y[2] = 9;
	y[1] = y[3] = -9;
	struct mlf_frame *f = mlf_finish(t.b);
	struct mlf_model *m = learn("baseline", f, "y", NULL);
	cr_expect_eq(mlf_i64(answer(m, f, &t), "prediction").v[0], -9);
	model_unref(m);
	table_free(&t);
}

Test(baseline, what_is_wrong_is_named)
{
	struct table t = table_new(8), u = table_new(0), v = table_new(3);
	struct mlf_frame *f = sample(&t);
	refused(f, "w", NULL, "no column `w`");
	refused(f, NULL, NULL, "no target");
	refused(f, "kind", "{\"strategy\": \"mean\"}", "`kind` is utf8; a number is wanted");
	refused(f, "v", "{\"strategy\": \"majority\"}", "`v` is float64; classes must be");
	refused(f, "v", "{\"strategy\": \"mode\"}", "\"majority\", \"mean\" or");
	refused(f, "v", "{\"strategy\": null}", "\"majority\", \"mean\" or");
	refused(f, "v", "{\"l2\": 1}", "no option `l2`");
	refused(f, "v", "[]", "options");
	mlf_new_i64(u.b, "y", 0);
	refused(mlf_finish(u.b), "y", NULL, "no rows");
	int64_t *y = mlf_new_i64(v.b, "y", 3);
	double *x = mlf_new_f64(v.b, "x", 3);
	mlf_new_i64(v.b, "z", 3);
	mlf_set_null(v.b, "z", 1);
	y[0] = y[1] = y[2] = 4;
	x[1] = INFINITY;
	struct mlf_frame *g = mlf_finish(v.b);
	refused(g, "y", NULL, "`y` is 4 in every row");
	refused(g, "x", NULL, "`x` is not a finite number in 1 of 3 rows, first in row 2");
	refused(g, "z", NULL, "`z` is null in 1 of 3 rows, first in row 2");
	table_free(&t);
	table_free(&u);
	table_free(&v);
}

Test(baseline, it_reads_back_as_it_was)
{
	static const struct {
		const char *target, *options;
	} all[] = {{"y", NULL}, {"kind", NULL}, {"v", NULL}, {"v", "{\"strategy\": \"median\"}"}};
	struct table t = table_new(8);
	struct mlf_frame *f = sample(&t);
	struct scratch s = scratch_new();
	for (int i = 0; i < 4; i++) {
		char path[2][8] = {{'m', (char)('0' + i)}, {'n', (char)('0' + i)}}, file[32];
		struct mlf_model *m = learn("baseline", f, all[i].target, all[i].options), *back;
		static const char *const files[] = {"baseline.json", "MLmodel", "importance.json"};
		struct err e = {0};
		cr_assert_eq(model_save(m, s.fd, path[0], &e), 0, "%s", e.msg);
		cr_assert_eq(model_load(s.fd, path[0], &back, &e), 0, "%s", e.msg);
		cr_assert_eq(model_save(back, s.fd, path[1], &e), 0, "%s", e.msg);
		for (int k = 0; k < 3; k++) {
			char *text[2];
			for (int q = 0; q < 2; q++) {
				snprintf(file, sizeof(file), "%s/%s", path[q], files[k]);
				text[q] = scratch_read(&s, file);
			}
			cr_expect_str_eq(text[0], text[1]);
			cr_expect(k != 1 || !strstr(text[0], "inputs"));
			free(text[0]);
			free(text[1]);
		}
		model_unref(m);
		model_unref(back);
	}
	scratch_free(&s);
	table_free(&t);
}

static void
check_file(const char *text, const char *why)
{
	struct table t = table_new(8);
	struct scratch s = scratch_new();
	struct mlf_model *m = learn("baseline", sample(&t), "y", NULL), *back = NULL;
	struct err e = {0};
	cr_assert_eq(model_save(m, s.fd, "m", &e), 0, "%s", e.msg);
	scratch_write(&s, "m/baseline.json", text);
	int rc = model_load(s.fd, "m", &back, &e);
	if (why)
		cr_expect(rc < 0 && strstr(e.msg, why), "wanted `%s`, got `%s`", why, e.msg);
	else
		cr_expect_eq(rc, 0, "%s", e.msg);
	model_unref(m);
	model_unref(back);
	scratch_free(&s);
	table_free(&t);
}

#define HEAD "{\"format\":\"mlflow-c/baseline\",\"version\":1,"
#define THE_TARGET "\"target\":{\"name\":\"y\",\"type\":\"int64\",\"classes\":[0,1]},"
#define END "\"training\":{\"rows\":8}}"

Test(baseline, every_field_of_its_file_is_checked)
{
	static const struct {
		const char *text, *why;
	} damage[] = {
		{"", "baseline.json"},
		{"[]", "baseline.json"},
		{HEAD END, "keys are missing"},
		{HEAD THE_TARGET, "unusable"},
		{HEAD "\"version\":1," END, "unusable"},
		{HEAD "\"strategy\":\"mode\"," THE_TARGET END, "unusable"},
		{HEAD "\"strategy\":\"mean\"," THE_TARGET "\"value\":1," END, "unusable"},
		{HEAD "\"strategy\":\"majority\"," THE_TARGET "\"value\":1," END, "unusable"},
		{HEAD "\"strategy\":\"majority\"," THE_TARGET "\"frequencies\":[1]," END,
			"unusable"},
		{HEAD "\"strategy\":\"majority\"," THE_TARGET "\"frequencies\":[0.5,2]," END,
			"unusable"},
		{HEAD "\"strategy\":\"majority\"," THE_TARGET "\"frequencies\":[0.5,0.5,0]," END,
			"unusable"},
		{HEAD "\"strategy\":\"majority\"," THE_TARGET
		      "\"frequencies\":[0.5,0.5],\"training\":{\"rows\":0}}",
			"unusable"},
		{HEAD "\"strategy\":\"majority\"," THE_TARGET "\"more\":1," END, "unusable"},
		{HEAD "\"strategy\":\"majority\"," THE_TARGET "\"frequencies\":[0.5,0.5]," END,
			NULL},
	};
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++)
		check_file(damage[i].text, damage[i].why);
}

/* ---- importance */

Test(baseline, importance_of_a_linear_model_is_its_standardised_coefficients)
{
	struct table t = table_new(200);
	struct mlf_model *m = table_fit(&t, NULL);
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(model_explain(m, t.sc, &out, &e), 0, "%s", e.msg);
	cr_assert_eq(mlf_rows(out), 3);
	struct mlf_f64s all = mlf_f64(out, "importance"), raw = mlf_f64(out, "coefficient"),
			unit = mlf_f64(out, "standardized");
	struct mlf_strs names = mlf_utf8(out, "feature");
	for (int i = 0; i < 3; i++) {
		cr_expect_eq(all.v[i], fabs(unit.v[i]));
		cr_expect_gt(unit.v[i] / raw.v[i], 0);
		cr_expect(i == 0 || all.v[i] <= all.v[i - 1], "the most important one comes first");
	}
	cr_expect_eq(mlf_str_at(&names, 0).s[0], 'a');
	cr_expect_float_eq(unit.v[0], raw.v[0] * 2.9155, 0.01, "%g", unit.v[0] / raw.v[0]);
	cr_expect_null(scope_error(t.sc));
	model_unref(m);
	table_free(&t);
}

Test(baseline, importance_is_written_beside_the_model_and_is_the_same_each_time)
{
	struct table t = table_new(200);
	struct mlf_model *m = table_fit(&t, NULL), *back = NULL;
	struct scratch s = scratch_new();
	struct err e = {0};
	cr_assert_eq(model_save(m, s.fd, "m", &e), 0, "%s", e.msg);
	cr_assert_eq(model_load(s.fd, "m", &back, &e), 0, "%s", e.msg);
	cr_assert_eq(model_save(back, s.fd, "n", &e), 0, "%s", e.msg);
	char *one = scratch_read(&s, "m/importance.json"),
	     *two = scratch_read(&s, "n/importance.json");
	cr_expect_str_eq(one, two);
	cr_expect(str_starts(one,
			  "{\"format\":\"mlflow-c/importance\",\"version\":1,\"flavor\":\"linear\","
			  "\"features\":[{\"feature\":\"a\",\"importance\":"),
		"%s", one);
	free(one);
	free(two);
	model_unref(m);
	model_unref(back);
	scratch_free(&s);
	table_free(&t);
}

Test(baseline, importance_of_a_baseline_is_empty)
{
	struct table t = table_new(8);
	struct mlf_model *m = learn("baseline", sample(&t), "y", NULL);
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(model_explain(m, t.sc, &out, &e), 0, "%s", e.msg);
	cr_expect_eq(mlf_rows(out), 0);
	cr_expect_eq(mlf_columns(out), 2);
	model_unref(m);
	table_free(&t);
}
