/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/model_recipe.h"

#include "model/recipe.h"

LEAK_SUITE(recipe);

/* ---- wrong steps */

Test(recipe, mistakes_in_the_list_name_their_step)
{
	expect_refused("[]", "a list of at least one");
	expect_refused("{\"impute\": 1}", "a list of at least one");
	expect_refused("[1]", "step 1 must be one name with its options");
	expect_refused("[{}]", "step 1 must be one name with its options");
	expect_refused(
		"[{\"drop\": \"x\"}, {\"onehot\": \"s\"}]", "step 2: there is no step `onehot`");
	expect_refused("[{\"onehot\": \"s\"}]", "did you mean `one_hot`?");
	expect_refused("[{\"one_hot\": {\"columns\": [\"s\"], \"max_categries\": 3}}]",
		"unknown key `max_categries`");
	expect_refused("[{\"one_hot\": {\"max_categories\": 3}}]", "columns");
	expect_refused("[{\"one_hot\": {\"columns\": [\"s\"], \"max_categories\": \"many\"}}]",
		"must be a whole number, not text");
	expect_refused("[{\"keep\": [\"nothing\"]}]", "there is no column `nothing`");
	expect_refused("[{\"drop\": [\"x\", \"k\", \"b\", \"s\", \"when\"]}]", "leave no column");
}

Test(recipe, mistakes_about_columns_name_step_and_column)
{
	expect_refused(
		"[{\"standardize\": [\"xx\"]}]", "step 1 (standardize): there is no column `xx`");
	expect_refused("[{\"drop\": \"x\"}, {\"log\": \"x\"}]",
		"step 2 (log): there is no column `x` at this point");
	expect_refused("[{\"standardize\": [\"s\"]}]",
		"column `s` is utf8; the step takes bool, int64, float64");
	expect_refused("[{\"standardize\": [\"x\", \"x\"]}]", "column `x` is named twice");
	expect_refused("[{\"drop\": \"y\"}]", "`y` is the target: steps leave it alone");
	expect_refused("[{\"rename\": {\"x\": \"k\"}}]", "there is one already");
	expect_refused("[{\"log\": {\"columns\": [\"x\", \"k\"], \"as\": [\"l\"]}}]",
		"a name for each of the 2 columns");
	expect_refused("[{\"impute\": {\"columns\": \"s\", \"strategy\": \"mean\"}}]",
		"column `s` is text, which has no mean");
	expect_refused("[{\"impute\": {\"columns\": \"x\", \"strategy\": \"middle\"}}]",
		"there is no strategy `middle`");
}

Test(recipe, a_column_without_values_teaches_nothing)
{
	const char *empty =
		"[{\"standardize\": {\"columns\": \"k\", \"scale\": false}}, {\"clip\": "
		"{\"columns\": \"k\", \"max\": -1}}, {\"log\": \"k\"}, ";
	char steps[300];
	snprintf(steps, sizeof(steps), "%s{\"impute\": \"k\"}]", empty);
	expect_refused(steps, "step 4 (impute): column `k` has no values in 6 rows");
	snprintf(steps, sizeof(steps), "%s{\"minmax\": \"k\"}]", empty);
	expect_refused(steps, "column `k` has no values in 6 rows");
}

Test(recipe, an_empty_table_and_a_missing_target_are_refused)
{
	struct sample s = sample_new();
	struct recipe_spec spec = {"[{\"drop\": \"x\"}]", "z", 1};
	struct mlf_frame *out;
	struct recipe *r;
	struct err e = {0};
	cr_expect_eq(recipe_fit(&spec, s.f, s.sc, &out, &r, &e), -1);
	cr_expect(strstr(e.msg, "no column `z` to be the target"), "%s", e.msg);
	spec.target = "y";
	cr_expect_eq(recipe_fit(&spec, mlf_slice(s.f, 0, 0), s.sc, &out, &r, &e), -1);
	cr_expect(strstr(e.msg, "no rows"), "%s", e.msg);
	spec = (struct recipe_spec){"[{\"target_encode\": \"s\"}]", NULL, 1};
	cr_expect_eq(recipe_fit(&spec, s.f, s.sc, &out, &r, &e), -1);
	cr_expect(strstr(e.msg, "it needs a target"), "%s", e.msg);
	sample_free(&s);
}

/* ---- later rows */

/* A table of one row. */
static struct mlf_frame *
one_row(struct sample *s, double x, const char *text)
{
	struct mlf_builder *b = scope_builder(s->sc);
	add_numbers(b, "x", MLF_F64, &x, 1);
	add_texts(b, "s", &text, 1);
	return mlf_finish(b);
}

static const char few[] = "[{\"keep\": [\"x\", \"s\"]}, {\"impute\": \"x\"}, {\"one_hot\": \"s\"}]";

Test(recipe, later_rows_need_no_target_and_no_columns_that_went)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	(void)fit(&s, few, &r);
	expect_names(apply(&s, r, one_row(&s, 5, "red")), "x,s_blue,s_green,s_red");
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, unseen_categories_are_zeros_or_an_error_as_the_step_says)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	struct mlf_frame *out;
	struct err e = {0};
	(void)fit(&s, few, &r);
	out = apply(&s, r, one_row(&s, -99, "pink"));
	expect_column(out, "x", "3");
	expect_column(out, "s_red", "0");
	recipe_unref(r);
	(void)fit(&s,
		"[{\"keep\": [\"x\", \"s\"]}, {\"one_hot\": {\"columns\": \"s\", \"unknown\": "
		"\"error\", \"max_categories\": 2}}]",
		&r);
	expect_column(apply(&s, r, one_row(&s, 1, "blue")), "s_other", "1");
	cr_expect_eq(recipe_apply(r, one_row(&s, 1, "pink"), s.sc, &out, &e), -1);
	cr_expect(strstr(e.msg, "step 2 (one_hot): column `s`, row 1: `pink` is none of the 3"),
		"%s", e.msg);
	recipe_unref(r);
	(void)fit(&s,
		"[{\"keep\": [\"x\", \"s\"]}, {\"one_hot\": {\"columns\": \"s\", "
		"\"max_categories\": 2}}]",
		&r);
	expect_column(apply(&s, r, one_row(&s, 1, "pink")), "s_other", "1");
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, a_wrong_or_missing_column_is_named_with_the_step_that_reads_it)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	struct mlf_frame *out;
	struct err e = {0};
	(void)fit(&s, few, &r);
	struct mlf_builder *b = scope_builder(s.sc);
	add_texts(b, "x", (const char *[]){"five"}, 1);
	add_texts(b, "s", (const char *[]){"red"}, 1);
	cr_expect_eq(recipe_apply(r, mlf_finish(b), s.sc, &out, &e), -1);
	cr_expect(strstr(e.msg,
			  "step 2 (impute) of the recipe was fitted on column `x` as float64, and "
			  "now "
			  "it is utf8"),
		"%s", e.msg);
	b = scope_builder(s.sc);
	add_texts(b, "s", (const char *[]){"red"}, 1);
	cr_expect_eq(recipe_apply(r, mlf_finish(b), s.sc, &out, &e), -1);
	cr_expect(strstr(e.msg, "step 2 (impute) of the recipe needs column `x`"), "%s", e.msg);
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, a_column_without_values_may_be_of_any_type)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	(void)fit(&s, few, &r);
	struct mlf_builder *b = scope_builder(s.sc);
	double none = -99;
	add_texts(b, "x", (const char *[]){NULL}, 1);
	add_numbers(b, "s", MLF_I64, &none, 1);
	struct mlf_frame *out = apply(&s, r, mlf_finish(b));
	expect_column(out, "x", "3");
	expect_column(out, "s_red", "0");
	recipe_unref(r);
	(void)fit(&s, "[{\"keep\": [\"x\", \"s\"]}, {\"rename\": {\"x\": \"z\"}}]", &r);
	b = scope_builder(s.sc);
	add_texts(b, "x", (const char *[]){NULL}, 1);
	add_numbers(b, "s", MLF_I64, &none, 1);
	out = apply(&s, r, mlf_finish(b));
	expect_column(out, "z", "null");
	cr_expect_eq(mlf_column_type(out, 0), MLF_F64);
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, whole_numbers_come_as_floats_and_floats_as_whole_numbers)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	(void)fit(&s, "[{\"keep\": [\"x\", \"k\"]}, {\"one_hot\": \"k\"}]", &r);
	struct mlf_builder *b = scope_builder(s.sc);
	add_numbers(b, "x", MLF_I64, (double[]){1, 2, 3}, 3);
	add_numbers(b, "k", MLF_F64, (double[]){20, 20.5, NAN}, 3);
	struct mlf_frame *out = apply(&s, r, mlf_finish(b));
	expect_column(out, "k_20", "1 0 0");
	cr_expect_eq(mlf_column_type(out, mlf_find(out, "x")), MLF_F64);
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, whole_numbers_beyond_what_doubles_hold_are_told_apart_as_categories)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	struct mlf_builder *b = scope_builder(s.sc);
	int64_t *id = mlf_new_i64(b, "id", 2);
	id[0] = INT64_C(9007199254740993);
	id[1] = INT64_C(9007199254740992);
	s.f = mlf_finish(b);
	struct recipe_spec spec = {"[{\"one_hot\": \"id\"}]", NULL, 1};
	struct mlf_frame *out;
	struct err e = {0};
	cr_assert_eq(recipe_fit(&spec, s.f, s.sc, &out, &r, &e), 0, "%s", e.msg);
	expect_column(out, "id_9007199254740992", "0 1");
	expect_column(out, "id_9007199254740993", "1 0");
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, no_rows_give_no_rows)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	(void)fit(&s, few, &r);
	struct mlf_frame *out = apply(&s, r, mlf_slice(s.f, 0, 0));
	cr_expect_eq(mlf_rows(out), 0);
	expect_names(out, "x,s_blue,s_green,s_red,y");
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, a_slice_is_as_good_as_a_table)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	(void)fit(&s, "[{\"impute\": [\"x\", \"k\", \"b\", \"s\"]}, {\"one_hot\": [\"s\", \"b\"]}]",
		&r);
	struct mlf_frame *out = apply(&s, r, mlf_slice(s.f, 2, 3));
	expect_column(out, "x", "3 4 100");
	expect_column(out, "s_red", "1 1 0");
	expect_column(out, "b_true", "1 1 1");
	recipe_unref(r);
	sample_free(&s);
}

Test(recipe, the_seed_moves_the_folds_and_nothing_else)
{
	struct sample s = sample_new();
	const char *steps = "[{\"target_encode\": {\"columns\": [\"s\"], \"folds\": 2}}]";
	struct str json[3] = {{0}};
	char *rows[3];
	for (int i = 0; i < 3; i++) {
		struct recipe_spec spec = {steps, "y", i == 2 ? 12 : 5};
		struct recipe *r = NULL;
		struct mlf_frame *out;
		struct err e = {0};
		cr_assert_eq(recipe_fit(&spec, s.f, s.sc, &out, &r, &e), 0, "%s", e.msg);
		rows[i] = column_text(out, "s");
		recipe_write(r, &json[i]);
		recipe_unref(r);
	}
	cr_expect_str_eq(json[0].s, json[1].s);
	cr_expect_str_eq(json[0].s, json[2].s);
	cr_expect_str_eq(rows[0], rows[1]);
	cr_expect_str_neq(rows[0], rows[2]);
	for (int i = 0; i < 3; i++) {
		str_fini(&json[i]);
		free(rows[i]);
	}
	sample_free(&s);
}

/* ---- the file */

static void
expect_bad_file(const char *from, const char *to, const char *why)
{
	struct sample s = sample_new();
	struct recipe *r = NULL, *back = NULL;
	struct str json = {0}, bad = {0};
	struct err e = {0};
	(void)fit(&s,
		"[{\"impute\": \"x\"}, {\"standardize\": \"x\"}, {\"bucketise\": {\"columns\": "
		"\"k\", "
		"\"edges\": [1, 2]}}, {\"one_hot\": \"s\"}, {\"date_parts\": {\"columns\": "
		"\"when\", "
		"\"parts\": [\"year\"]}}, {\"rename\": {\"b\": \"c\"}}]",
		&r);
	recipe_write(r, &json);
	const char *at = strstr(json.s, from);
	cr_assert_not_null(at, "%s\n%s", from, json.s);
	str_addn(&bad, json.s, (size_t)(at - json.s));
	str_add(&bad, to);
	str_add(&bad, at + strlen(from));
	cr_expect_eq(recipe_read(bad.s, bad.len, &back, &e), -1, "%s -> %s", from, to);
	cr_expect_null(back);
	cr_expect(strstr(e.msg, why), "%s -> %s\nwant: %s\n got: %s", from, to, why, e.msg);
	recipe_unref(back);
	recipe_unref(r);
	str_fini(&json);
	str_fini(&bad);
	sample_free(&s);
}

Test(recipe, every_part_of_the_file_is_checked)
{
	expect_bad_file("mlflow-c/recipe", "mlflow-c/other", "`format`");
	expect_bad_file("\"version\":1", "\"version\":2", "`version`");
	expect_bad_file("\"rows\":6", "\"rows\":0", "`rows`");
	expect_bad_file("\"rows\":6", "\"colour\":6", "`colour`");
	expect_bad_file("{\"name\":\"x\",\"type\":\"float64\",\"nulls\"",
		"{\"name\":\"x\",\"type\":\"real\",\"nulls\"", "`inputs`");
	expect_bad_file("\"op\":\"fill\"", "\"op\":\"empty\"", "op 1 makes no sense");
	expect_bad_file("\"value\":3", "\"value\":null", "op 1");
	expect_bad_file("\"value\":3", "\"value\":\"3\"", "op 1");
	expect_bad_file("\"in\":[\"x\"]", "\"in\":[\"s\"]", "op 1");
	expect_bad_file("\"in\":[\"x\"]", "\"in\":[\"none\"]", "op 1");
	expect_bad_file("\"in\":[\"x\"]", "\"in\":[\"x\",\"k\"]", "op 1");
	expect_bad_file("\"by\":", "\"by\":0,\"plus\":", "op 2");
	expect_bad_file("\"edges\":[1,2]", "\"edges\":[2,2]", "op 3");
	expect_bad_file("\"values\":[0,1,2]", "\"values\":[0,1,3]", "op 4");
	expect_bad_file("\"values\":[0,1,2]", "\"values\":[0,1]", "op 4");
	expect_bad_file("\"blue\",\"green\"", "\"blue\",\"blue\"", "op 4");
	expect_bad_file("\"part\":\"year\"", "\"part\":\"age\"", "op 6");
	expect_bad_file("\"outputs\":[", "\"outputs\":[{\"name\":\"q\",\"type\":\"bool\"},",
		"its ops do not make its outputs");
	expect_bad_file("\"ops\"", "\"more\"", "`more`");
	expect_bad_file("}]}", "}]", "");
}

/* ---- in a model */

static struct mlf_model *
train(struct sample *s, struct mlf_frame *f)
{
	struct mlf_fit_spec spec = {.target = "y"};
	struct mlf_model *m = NULL;
	struct err e = {0};
	(void)s;
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	return m;
}

static const char all[] =
	"[{\"impute\": [\"x\", \"s\"]}, {\"keep\": [\"x\", \"s\"]}, {\"one_hot\": \"s\"}]";

Test(recipe, a_model_takes_the_raw_columns_that_its_features_are_made_of)
{
	struct sample s = sample_new();
	struct scratch dir = scratch_new();
	struct recipe *r = NULL;
	struct err e = {0};
	struct mlf_frame *a = NULL, *b = NULL;
	struct mlf_model *m = train(&s, fit(&s, all, &r)), *back = NULL;
	cr_assert_eq(model_use_recipe(m, r, &e), 0, "%s", e.msg);
	cr_assert_eq(model_predict(m, one_row(&s, -99, "red"), s.sc, &a, &e), 0, "%s", e.msg);
	cr_assert_eq(model_save(m, dir.fd, "m", &e), 0, "%s", e.msg);
	cr_assert_eq(model_load(dir.fd, "m", &back, &e), 0, "%s", e.msg);
	cr_assert_eq(model_predict(back, one_row(&s, -99, "red"), s.sc, &b, &e), 0, "%s", e.msg);
	cr_expect(frame_equal(frame_of(a), frame_of(b)));
	char *mlmodel = scratch_read(&dir, "m/MLmodel");
	cr_expect(strstr(mlmodel,
			  "inputs: '[{\"type\":\"double\",\"name\":\"x\"},"
			  "{\"type\":\"string\",\"name\":\"s\"}]'"),
		"%s", mlmodel);
	free(mlmodel);
	char *example = scratch_read(&dir, "m/input_example.json");
	cr_expect_str_eq(example, "{\"columns\":[\"x\",\"s\"],\"data\":[[4,\"red\"]]}");
	free(example);
	model_unref(m);
	model_unref(back);
	recipe_unref(r);
	scratch_free(&dir);
	sample_free(&s);
}

Test(recipe, a_recipe_that_does_not_make_the_features_is_refused)
{
	struct sample s = sample_new();
	struct recipe *r = NULL, *other = NULL;
	struct err e = {0};
	struct mlf_model *m = train(&s, fit(&s, all, &r));
	(void)fit(&s, "[{\"keep\": [\"x\", \"s\"]}]", &other);
	cr_expect_eq(model_use_recipe(m, other, &e), -1);
	cr_expect(strstr(e.msg, "the recipe makes no column `s_blue`"), "%s", e.msg);
	model_unref(m);
	recipe_unref(r);
	recipe_unref(other);
	sample_free(&s);
}

Test(recipe, an_update_takes_raw_rows_too_and_the_new_model_keeps_the_recipe)
{
	struct sample s = sample_new();
	struct recipe *r = NULL;
	struct err e = {0};
	struct mlf_frame *out = NULL;
	struct mlf_model *m = train(&s, fit(&s, all, &r)), *next = NULL;
	cr_assert_eq(model_use_recipe(m, r, &e), 0, "%s", e.msg);
	cr_assert_eq(model_update(m, s.f, NULL, &next, &e), 0, "%s", e.msg);
	cr_assert_eq(model_predict(next, one_row(&s, -99, "pink"), s.sc, &out, &e), 0, "%s", e.msg);
	cr_expect_eq(mlf_f64(out, "score").nulls, 0);
	cr_expect_eq(next->raw->n_inputs, 2);
	model_unref(m);
	model_unref(next);
	recipe_unref(r);
	sample_free(&s);
}
