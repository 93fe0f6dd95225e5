/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/model_table.h"
#include "tests/unit/model_trees.h"

#include "model/flavor.h"
#include "model/xgboost.h"

LEAK_SUITE(xgboost);

static void
expect_options_error(const char *json, const char *why)
{
	struct xgb_options o;
	struct err e = {0};
	cr_expect_eq(xgb_options_read(json, 0, &o, &e), -1, "taken: %s", json);
	cr_expect(strstr(e.msg, why), "wanted `%s`, got `%s`", why, e.msg);
}

Test(xgboost, options_have_the_names_of_the_library_and_of_python)
{
	struct xgb_options o;
	struct err e = {0};
	cr_expect_eq(
		xgb_options_read("{\"eta\": 0.1, \"reg_lambda\": 2, \"n_jobs\": 3}", 7, &o, &e), 0,
		"%s", e.msg);
	cr_expect_eq(o.eta, 0.1);
	cr_expect_eq(o.lambda, 2);
	cr_expect_eq(o.nthread, 3);
	cr_expect_eq(o.seed, 7);
	cr_expect_eq(xgb_options_read("{\"class_weight\": null, \"seed\": 5}", 7, &o, &e), 0);
	cr_expect_eq(o.seed, 5);
	cr_expect_not(o.balanced);
}

Test(xgboost, wrong_options_are_named)
{
	expect_options_error("{\"max_depth\": 31}", "option `max_depth` must lie between 1 and 30");
	expect_options_error("{\"max_depth\": 1.5}", "the flavor's options");
	expect_options_error("{\"eta\": null}", "option `learning_rate` must lie");
	expect_options_error("{\"depth\": 3}", "has no option `depth`");
	expect_options_error("{\"class_weight\": \"some\"}", "\"balanced\" or left out");
	expect_options_error(
		"{\"class_weight\": \"balanced\", \"scale_pos_weight\": 2}", "exclude");
	expect_options_error(
		"{\"objective\": \"reg:squarederror\", \"class_weight\": \"balanced\"}",
		"is for classes");
}

/* A folder as Python's MLflow makes it of this model. */
static struct scratch
their_folder(const struct small *s, const char *file, const char *signature)
{
	struct scratch folder = scratch_new();
	struct str json = {0}, mlmodel = {0}, path = {0};
	small_json(&json, s);
	str_addf(&mlmodel,
		"flavors:\n  python_function:\n    data: %s\n    loader_module: mlflow.xgboost\n"
		"  xgboost:\n    data: %s\n    model_class: xgboost.core.Booster\n%s",
		file, file, signature);
	str_addf(&path, "m/%s", file);
	scratch_write(&folder, path.s, json.s);
	scratch_write(&folder, "m/MLmodel", mlmodel.s);
	str_fini(&json);
	str_fini(&mlmodel);
	str_fini(&path);
	return folder;
}

/* Two columns, a whole and b with a null; four rows. */
static struct mlf_frame *
rows(struct table *t)
{
	int64_t *a = mlf_new_i64(t->b, "a", 4);
	double *b = mlf_new_f64(t->b, "b", 4);
	static const int64_t as[] = {0, 0, 1, 0};
	static const double bs[] = {-2, 0, 0, 0};
	memcpy(a, as, sizeof(as));
	memcpy(b, bs, sizeof(bs));
	mlf_set_null(t->b, "b", 3);
	return mlf_finish(t->b);
}

static struct mlf_model *
need_load(const struct scratch *s, const char *path)
{
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_load(s->fd, path, &m, &e), 0, "%s", e.msg);
	return m;
}

static struct mlf_frame *
need_predict(const struct mlf_model *m, struct table *t)
{
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(model_predict(m, rows(t), t->sc, &out, &e), 0, "%s", e.msg);
	return out;
}

Test(xgboost, a_folder_of_mlflow_is_loaded_and_predicts)
{
	struct scratch s = their_folder(&(struct small){0}, "model.json",
		"signature:\n  inputs: '[{\"type\": \"long\", \"name\": \"a\", \"required\": "
		"true}, "
		"{\"type\": \"double\", \"name\": \"b\"}]'\n  outputs: '[{\"type\": \"tensor\", "
		"\"tensor-spec\": {\"dtype\": \"float32\", \"shape\": [-1]}}]'\n");
	struct mlf_model *m = need_load(&s, "m");
	struct table t = table_new(4);
	struct mlf_frame *out = need_predict(m, &t);
	struct mlf_f64s p = mlf_f64(out, "prediction");
	static const double want[] = {-1.5, 4.5, 8.5, -1.5};
	for (int i = 0; i < 4; i++)
		cr_expect_eq(p.v[i], want[i], "row %d: %g", i, p.v[i]);
	cr_expect_eq(p.nulls, 0);
	cr_expect_eq(m->inputs[0].type, MLF_I64);
	table_free(&t);
	model_unref(m);
	scratch_free(&s);
}

Test(xgboost, what_was_loaded_is_saved_as_it_was)
{
	struct scratch s =
		their_folder(&(struct small){.objective = "binary:logistic"}, "model.json", "");
	struct mlf_model *m = need_load(&s, "m"), *again;
	struct err e = {0};
	cr_assert_eq(model_save(m, s.fd, "n", &e), 0, "%s", e.msg);
	again = need_load(&s, "n");
	char *first = scratch_read(&s, "m/model.json"), *second = scratch_read(&s, "n/model.json");
	cr_expect_str_eq(first, second);
	struct table t = table_new(4);
	struct mlf_frame *out = need_predict(again, &t);
	cr_expect_eq(mlf_i64(out, "prediction").v[0], 0);
	cr_expect_eq(mlf_i64(out, "prediction").v[2], 1);
	cr_expect_float_eq(mlf_f64(out, "score").v[2], 1 / (1 + exp(-8)), 1e-7);
	free(first);
	free(second);
	table_free(&t);
	model_unref(m);
	model_unref(again);
	scratch_free(&s);
}

/* A model of three classes whose attribute says so of them. */
static struct scratch
three_classes(const char *said)
{
	char attributes[512];
	(void)snprintf(attributes, sizeof(attributes),
		"{\"mlflow_c\": "
		"\"{\\\"target\\\":\\\"y\\\",%s,\\\"inputs\\\":[\\\"int64\\\",\\\"float64\\\"]}\"}",
		said);
	return their_folder(&(struct small){.objective = "multi:softprob",
				    .classes = "3",
				    .info = "[0, 1, 2]",
				    .trees = LEAF("0", "1") ", " LEAF("1", "2") ", " TREE("2"),
				    .attributes = attributes},
		"model.ubj", "");
}

#define SAYS(type, classes) "\\\"type\\\":\\\"" type "\\\",\\\"classes\\\":[" classes "]"
#define Q(text) "\\\"" text "\\\""

Test(xgboost, classes_have_the_values_that_the_file_says)
{
	struct scratch s = three_classes(SAYS("int64", "-5,0,70"));
	struct mlf_model *m = need_load(&s, "m");
	struct table t = table_new(4);
	struct mlf_frame *out = need_predict(m, &t);
	static const int64_t want[] = {0, 70, 70, 0};
	struct mlf_i64s p = mlf_i64(out, "prediction");
	for (int i = 0; i < 4; i++)
		cr_expect_eq(p.v[i], want[i], "row %d: %lld", i, (long long)p.v[i]);
	cr_expect_eq(mlf_columns(out), 5);
	cr_expect_eq(mlf_f64(out, "score").v[1], mlf_f64(out, "score_70").v[1]);
	cr_expect_float_eq(mlf_f64(out, "score_-5").v[1] + mlf_f64(out, "score_0").v[1] +
			mlf_f64(out, "score_70").v[1],
		1, 1e-6);
	table_free(&t);
	model_unref(m);
	scratch_free(&s);
}

Test(xgboost, classes_may_be_texts)
{
	struct scratch s = three_classes(SAYS("utf8", Q("") "," Q("bl\u00e9") "," Q("oak")));
	struct mlf_model *m = need_load(&s, "m");
	struct table t = table_new(4);
	struct mlf_frame *out = need_predict(m, &t);
	struct mlf_strs p = mlf_utf8(out, "prediction");
	static const char *const want[] = {"bl\u00e9", "oak", "oak", "bl\u00e9"};
	for (int i = 0; i < 4; i++) {
		struct mlf_str v = mlf_str_at(&p, i);
		cr_expect(v.len == (int64_t)strlen(want[i]) &&
			!memcmp(v.s, want[i], strlen(want[i])));
	}
	cr_expect_eq(mlf_f64(out, "score").v[1], mlf_f64(out, "score_oak").v[1]);
	cr_expect_geq(mlf_find(out, "score_"), 0);
	table_free(&t);
	model_unref(m);
	scratch_free(&s);
}

Test(xgboost, classes_that_do_not_fit_the_trees_are_refused)
{
	static const char *const said[] = {SAYS("int64", "1,2"), SAYS("int64", "1,2,3,4"),
		SAYS("int64", "1,1,2"), SAYS("int64", "2,1,3"),
		SAYS("int64", Q("a") "," Q("b") "," Q("c")), SAYS("utf8", "1,2,3"),
		SAYS("utf8", Q("b") "," Q("a") "," Q("c")), SAYS("bool", "0,1"),
		SAYS("bool", "0,1,2"), SAYS("float64", "0,1,2"), SAYS("none", "0,1,2"),
		"\\\"type\\\":\\\"int64\\\"", "\\\"classes\\\":[0,1,2],\\\"type\\\":\\\"utf8\\\""};
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct scratch s = three_classes(said[i]);
		struct mlf_model *m = NULL;
		struct err e = {0};
		cr_expect_lt(model_load(s.fd, "m", &m, &e), 0, "%s", said[i]);
		cr_expect(e.code && strstr(e.msg, XGB_ATTRIBUTE), "%s: %s", said[i], e.msg);
		model_unref(m);
		scratch_free(&s);
	}
}

/* What predicts the first row, 0 or 1 of two trees of 1 and 2 upon 0.5. */
static double
first_row(const char *attributes)
{
	struct scratch s = their_folder(&(struct small){.attributes = attributes,
						.info = "[0, 0]",
						.trees = LEAF("0", "1") ", " LEAF("1", "2")},
		"model.json", "");
	struct mlf_model *m = need_load(&s, "m");
	struct table t = table_new(4);
	double v = mlf_f64(need_predict(m, &t), "prediction").v[0];
	table_free(&t);
	model_unref(m);
	scratch_free(&s);
	return v;
}

Test(xgboost, only_a_model_of_scikit_learn_ends_at_its_best_round)
{
	cr_expect_eq(first_row("{\"best_iteration\": \"0\"}"), 3.5);
	cr_expect_eq(first_row("{\"best_iteration\": \"0\", \"scikit_learn\": \"{}\"}"), 1.5);
	cr_expect_eq(first_row("{\"scikit_learn\": \"{}\"}"), 3.5);
}

static void
expect_no_load(const struct small *small, const char *signature, const char *why)
{
	struct scratch s = their_folder(small, "model.json", signature);
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_expect_eq(model_load(s.fd, "m", &m, &e), -1, "loaded in spite of: %s", why);
	cr_expect(strstr(e.msg, why), "wanted `%s`, got `%s`", why, e.msg);
	scratch_free(&s);
}

Test(xgboost, a_folder_that_contradicts_its_model_is_refused)
{
	expect_no_load(&(struct small){0},
		"signature: {inputs: '[{\"type\": \"long\", \"name\": \"a\"}]'}",
		"the signature has 1 columns, and the model 2");
	expect_no_load(&(struct small){0},
		"signature: {inputs: '[{\"type\": \"long\", \"name\": \"b\"}, {\"type\": \"long\", "
		"\"name\": \"a\"}]'}",
		"column 1 is `b` in the signature, and `a` in the model");
	expect_no_load(&(struct small){.attributes = "{\"mlflow_c\": \"{}\"}"}, "",
		"attribute mlflow_c does not fit");
	expect_no_load(
		&(struct small){.attributes = "{\"mlflow_c\": \"[\"}"}, "", "attribute mlflow_c");
	expect_no_load(&(struct small){.booster = "dart"}, "", "booster `dart`");
}

Test(xgboost, a_file_outside_the_folder_is_not_read)
{
	struct scratch s = scratch_new();
	struct mlf_model *m = NULL;
	struct err e = {0};
	scratch_write(&s, "m/MLmodel", "flavors: {xgboost: {data: ../other.json}}\n");
	cr_expect_eq(model_load(s.fd, "m", &m, &e), -1);
	cr_expect(strstr(e.msg, "names no file of data"), "%s", e.msg);
	scratch_free(&s);
}

Test(xgboost, a_column_that_is_missing_is_named)
{
	struct scratch s = their_folder(&(struct small){.names = "[]"}, "model.json", "");
	struct mlf_model *m = need_load(&s, "m");
	struct table t = table_new(4);
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_expect_str_eq(m->inputs[1].name, "f1");
	cr_expect_eq(model_predict(m, rows(&t), t.sc, &out, &e), -1);
	cr_expect(strstr(e.msg, "needs column `f0`"), "%s", e.msg);
	table_free(&t);
	model_unref(m);
	scratch_free(&s);
}
