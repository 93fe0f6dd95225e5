/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/model_table.h"

#include <sys/stat.h>
#include "model/flavor.h"
#include "model/linear.h"

LEAK_SUITE(folder);

static const struct model_stamp stamp = {
	.run_id = "0193a1b2c3d4e5f60718293a4b5c6d7e",
	.uuid = "ffeeddccbbaa99887766554433221100",
	.time_ms = 1736910000123,
};

/* A scratch folder with the sample's model saved as m. */
static struct scratch
saved_sample(void)
{
	struct scratch s = scratch_new();
	struct table t = table_new(200);
	struct mlf_model *m = table_fit(&t, NULL);
	struct err e = {0};
	cr_assert_eq(model_save(m, s.fd, "m", &e), 0, "%s", e.msg);
	model_unref(m);
	table_free(&t);
	return s;
}

static void
expect_load_error(const struct scratch *s, const char *why)
{
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_expect_eq(model_load(s->fd, "m", &m, &e), -1, "loaded in spite of: %s", why);
	cr_expect_null(m);
	cr_expect(strstr(e.msg, why), "wanted `%s`, got `%s`", why, e.msg);
}

Test(folder, mlmodel_is_what_mlflow_reads)
{
	struct scratch s = saved_sample();
	char *text = scratch_read(&s, "m/MLmodel");
	cr_expect_str_eq(text,
		"flavors:\n"
		"  mlflow_c: {\"flavor\":\"linear\",\"data\":\"linear.json\",\"version\":1}\n"
		"  python_function: {\"loader_module\": \"mlflow_c_model\", \"code\": \"code\", "
		"\"env\": {\"conda\": \"conda.yaml\", \"virtualenv\": "
		"\"python_env.yaml\"}}\n"
		"signature:\n"
		"  inputs: "
		"'[{\"type\":\"double\",\"name\":\"a\"},{\"type\":\"long\",\"name\":\"b\"},"
		"{\"type\":\"double\",\"name\":\"c\"}]'\n"
		"  outputs: '[{\"type\":\"long\",\"name\":\"prediction\"},"
		"{\"type\":\"double\",\"name\":\"score\"}]'\n"
		"saved_input_example_info: {\"artifact_path\": \"input_example.json\", \"type\": "
		"\"dataframe\", \"pandas_orient\": \"split\"}\n");
	free(text);
	scratch_free(&s);
}

Test(folder, the_same_training_gives_the_same_bytes)
{
	struct scratch s = saved_sample(), t = saved_sample();
	char a[HASH_SHA_HEX], b[HASH_SHA_HEX];
	uint64_t bytes;
	struct err e = {0};
	cr_assert_eq(hash_tree(s.fd, "m", a, &bytes, &e), 0);
	cr_assert_eq(hash_tree(t.fd, "m", b, &bytes, &e), 0);
	cr_expect_str_eq(a, b);
	scratch_free(&s);
	scratch_free(&t);
}

Test(folder, loading_gives_the_same_model_to_the_last_bit)
{
	struct scratch s = saved_sample();
	struct table t = table_new(200);
	struct mlf_model *m = table_fit(&t, NULL), *back = NULL;
	struct err e = {0};
	cr_assert_eq(model_load(s.fd, "m", &back, &e), 0, "%s", e.msg);
	const struct linear *a = (const struct linear *)m, *b = (const struct linear *)back;
	cr_expect_eq(a->intercepts[0], b->intercepts[0]);
	cr_expect_arr_eq(a->coefficients, b->coefficients, 3 * sizeof(double));
	cr_expect_str_eq(b->target, "y");
	cr_expect_eq(b->training.rows, 200);
	cr_assert_eq(model_save(back, s.fd, "again", &e), 0, "%s", e.msg);
	for (const char *const *name = (const char *const[]){"MLmodel", "linear.json", NULL}; *name;
		name++) {
		char from[64], to[64];
		snprintf(from, sizeof(from), "m/%s", *name);
		snprintf(to, sizeof(to), "again/%s", *name);
		char *x = scratch_read(&s, from), *y = scratch_read(&s, to);
		cr_expect_str_eq(x, y);
		free(x);
		free(y);
	}
	model_unref(m);
	model_unref(back);
	table_free(&t);
	scratch_free(&s);
}

Test(folder, column_names_of_any_kind_survive)
{
	static const char *const names[] = {"it's", "quote\" back\\",
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "new\nline",
		"del\x7f c1\xc2\x85 bom\xef\xbb\xbf", "a: b # c", NULL};
	struct table t = table_new(10);
	for (int k = 0; names[k]; k++) {
		double *x = mlf_new_f64(t.b, names[k], 10);
		for (int i = 0; i < 10; i++)
			x[i] = (i * (k + 3)) % 7;
	}
	int64_t *y = mlf_new_i64(t.b, "y", 10);
	for (int i = 0; i < 10; i++)
		y[i] = i % 2;
	struct mlf_fit_spec spec = {.target = "y"};
	struct mlf_model *m = NULL, *back = NULL;
	struct scratch s = scratch_new();
	struct err e = {0};
	cr_assert_eq(model_fit("linear", mlf_finish(t.b), &spec, &m, &e), 0, "%s", e.msg);
	cr_assert_eq(model_save(m, s.fd, "deep/er/m", &e), 0, "%s", e.msg);
	cr_assert_eq(model_load(s.fd, "deep/er/m", &back, &e), 0, "%s", e.msg);
	for (int k = 0; names[k]; k++)
		cr_expect_str_eq(back->inputs[k].name, names[k]);
	model_unref(m);
	model_unref(back);
	table_free(&t);
	scratch_free(&s);
}

Test(folder, an_existing_folder_is_not_written_to)
{
	struct scratch s = saved_sample();
	struct table t = table_new(200);
	struct mlf_model *m = table_fit(&t, "{\"l2\": 3}");
	struct err e = {0};
	char *before = scratch_read(&s, "m/linear.json");
	cr_expect_eq(model_save(m, s.fd, "m", &e), -1);
	cr_expect(strstr(e.msg, "exists already"), "%s", e.msg);
	char *after = scratch_read(&s, "m/linear.json");
	cr_expect_str_eq(before, after);
	free(before);
	free(after);
	model_unref(m);
	table_free(&t);
	scratch_free(&s);
}

/* ---- hostile folders */

Test(folder, what_is_missing_is_named)
{
	struct scratch s = scratch_new();
	expect_load_error(&s, "loading the model `m`");
	scratch_write(&s, "m/linear.json", "{}");
	expect_load_error(&s, "MLmodel");
	scratch_write(&s, "m/MLmodel", "");
	expect_load_error(&s, "names no flavor that can be loaded");
	scratch_write(&s, "m/MLmodel", "flavors: 7\n");
	expect_load_error(&s, "names no flavor that can be loaded");
	scratch_write(&s, "m/MLmodel", "- a list\n");
	expect_load_error(&s, "names no flavor that can be loaded");
	scratch_write(&s, "m/MLmodel", "flavors: {sklearn: {pickled_model: model.pkl}}\n");
	expect_load_error(&s, "names no flavor that can be loaded");
	scratch_write(&s, "m/MLmodel", "flavors: {mlflow_c: {flavor: evil}}\n");
	expect_load_error(&s, "no model flavor `evil`");
	scratch_write(&s, "m/MLmodel", "flavors: {mlflow_c: [1]}\n");
	expect_load_error(&s, "no model flavor ``");
	scratch_write(
		&s, "m/MLmodel", "flavors: {mlflow_c: {flavor: linear, data: ../../etc/passwd}}\n");
	expect_load_error(&s, "keeps its data in linear.json");
	scratch_write(
		&s, "m/MLmodel", "flavors: {mlflow_c: {flavor: linear, data: linear.json}}\n");
	expect_load_error(&s, "keys are missing");
	scratch_write(&s, "m/MLmodel", "flavors: [unclosed\n");
	expect_load_error(&s, "loading the model `m`");
	scratch_free(&s);
}

/* Replaces the first `from` in the saved file by `to`, and expects the load to fail with `why`. */
static void
check_damage(const char *file, const char *from, const char *to, const char *why)
{
	struct scratch s = saved_sample();
	char *text = scratch_read(&s, file);
	char *at = strstr(text, from);
	cr_assert(at != NULL, "%s is not in %s", from, text);
	struct str changed = {0};
	str_addn(&changed, text, (size_t)(at - text));
	str_add(&changed, to);
	str_add(&changed, at + strlen(from));
	scratch_write(&s, file, str_text(&changed));
	expect_load_error(&s, why);
	str_fini(&changed);
	free(text);
	scratch_free(&s);
}

Test(folder, every_field_of_linear_json_is_checked)
{
	static const struct {
		const char *from, *to, *why;
	} damage[] = {
		{"mlflow-c/linear", "mlflow-c/forest", "`format`"},
		{"\"version\":1", "\"version\":2", "`version`"},
		{"\"logistic\"", "\"hinge\"", "`objective`"},
		{"\"logistic\"", "\"squared\"", "`target`"},
		{"\"logistic\"", "null", "`objective`"},
		{"\"objective\":\"logistic\",", "", "`target`"},
		{"[0,1]", "[1,0]", "`target`"},
		{"[0,1]", "[0,0]", "`target`"},
		{"[0,1]", "[0]", "`target`"},
		{"[0,1]", "[0,1,2]", "`target`"},
		{"[0,1]", "[0,1e99]", "linear.json"},
		{"\"name\":\"y\"", "\"name\":\"\"", "`target`"},
		{"\"name\":\"y\"", "\"name\":null", "`target`"},
		{"\"name\":\"y\",\"type\":\"int64\"", "\"name\":\"y\",\"type\":\"bool\",\"x\":1",
			"`target`"},
		{"\"name\":\"y\",\"type\":\"int64\"", "\"name\":\"y\",\"type\":\"utf8\"",
			"linear.json"},
		{"[0,1]", "[0,1],\"mean\":1", "`target`"},
		{"[0,1]", "[0,1],\"mean\":1,\"sd\":1", "`target`"},
		{"\"intercept\":-", "\"intercept\":null,\"x\":-", "`intercept`"},
		{"\"intercept\":-", "\"intercept\":1e999,\"x\":-", "linear.json"},
		{"\"name\":\"b\"", "\"name\":\"a\"", "`features`"},
		{"\"name\":\"b\"", "\"name\":\"\"", "`features`"},
		{"\"name\":\"b\"", "\"name\":null", "`features`"},
		{"\"name\":\"b\"", "\"name\":\"b\\u0000\"", "linear.json"},
		{"\"name\":\"b\"", "\"name\":\"q\"", "signature's inputs"},
		{"\"name\":\"a\",\"type\":\"float64\"", "\"name\":\"a\",\"type\":\"utf8\"",
			"`features`"},
		{"\"name\":\"a\",\"type\":\"float64\"", "\"name\":\"a\",\"type\":\"bool\"",
			"signature's inputs"},
		{"\"coefficient\"", "\"weight\"", "`features`"},
		{"\"coefficient\"", "\"coefficient\":null,\"coefficient\"", "`features`"},
		{"\"coefficient\":", "\"coefficient\":[1,2],\"x\":", "linear.json"},
		{"\"sd\":", "\"sd\":-1,\"x\":", "`features`"},
		{"\"mean\":", "\"mean\":null,\"x\":", "`features`"},
		{"\"curvature\":[", "\"curvature\":[1,", "`curvature`"},
		{"\"curvature\":[", "\"curvature\":[null],\"x\":[", "`curvature`"},
		{"\"curvature\":[", "\"curvature\":[],\"x\":[", "`curvature`"},
		{"\"solver\":\"newton\"", "\"solver\":\"sgd\"", "`training`"},
		{"\"solver\":\"newton\"", "\"solver\":\"newton\",\"class_weights\":[1]",
			"`training`"},
		{"\"solver\":\"newton\"", "\"solver\":\"newton\",\"class_weights\":[1,-1]",
			"`training`"},
		{"}\n", ",\"updates\":{\"n_updates\":1,\"rows\":9,\"parent\":\"ab\"}}\n",
			"`updates`"},
		{"}\n", ",\"updates\":{\"n_updates\":2,\"rows\":9}}\n", "`updates`"},
		{"\"rows\":200", "\"rows\":0", "`training`"},
		{"\"rows\":200", "\"rows\":\"200\"", "linear.json"},
		{"\"iterations\":", "\"iterations\":99999999", "`training`"},
		{"\"standardize\":true", "\"standardize\":true,\"more\":1", "`training`"},
		{",\"standardize\":true", "", "`training`"},
		{"}\n", "}}\n", "linear.json"},
		{"}\n", "", "linear.json"},
		{"{", "[", "linear.json"},
	};
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++)
		check_damage("m/linear.json", damage[i].from, damage[i].to, damage[i].why);
}

Test(folder, a_signature_that_does_not_fit_is_refused)
{
	check_damage("m/MLmodel", "\"type\":\"long\",\"name\":\"b\"",
		"\"type\":\"double\",\"name\":\"b\"", "signature's inputs");
	check_damage(
		"m/MLmodel", ",{\"type\":\"double\",\"name\":\"c\"}", "", "signature's inputs");
	check_damage("m/MLmodel", "\"score\"", "\"other\"", "signature's outputs");
	check_damage("m/MLmodel", "'[{", "'{", "signature inputs");
	check_damage("m/MLmodel", "  outputs:", "  results:", "no signature outputs");
}

Test(folder, keys_of_newer_signatures_are_skipped)
{
	struct scratch s = saved_sample();
	struct mlf_model *m = NULL;
	struct err e = {0};
	scratch_write(&s, "m/MLmodel",
		"mlflow_version: 3.11.0\n"
		"flavors: {mlflow_c: {flavor: linear, data: linear.json, version: 1}}\n"
		"signature:\n"
		"  inputs: '[{\"name\": \"a\", \"type\": \"double\", \"required\": true},"
		" {\"name\": \"b\", \"type\": \"long\"}, {\"name\": \"c\", \"type\": "
		"\"double\"}]'\n"
		"  outputs: '[{\"type\": \"long\", \"name\": \"prediction\"},"
		" {\"type\": \"double\", \"name\": \"score\"}]'\n"
		"  params: null\n");
	cr_expect_eq(model_load(s.fd, "m", &m, &e), 0, "%s", e.msg);
	model_unref(m);
	scratch_free(&s);
}

Test(folder, files_that_are_too_large_or_no_files_are_refused)
{
	struct scratch s = saved_sample();
	int fd = openat(s.fd, "m/linear.json", O_WRONLY | O_CLOEXEC);
	cr_assert_eq(ftruncate(fd, 128 << 20), 0);
	close(fd);
	expect_load_error(&s, "134217728 bytes");
	cr_assert_eq(unlinkat(s.fd, "m/linear.json", 0), 0);
	cr_assert_eq(mkfifoat(s.fd, "m/linear.json", 0600), 0);
	expect_load_error(&s, "no regular file");
	cr_assert_eq(unlinkat(s.fd, "m/linear.json", 0), 0);
	cr_assert_eq(symlinkat("/etc/passwd", s.fd, "m/linear.json"), 0);
	expect_load_error(&s, "linear.json");
	scratch_free(&s);
}

/* ---- registration */

Test(folder, a_stamped_copy_has_an_identity_and_else_the_same_bytes)
{
	struct scratch s = saved_sample();
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_copy_stamped(s.fd, "m", "runs/1/m", &stamp, &e), 0, "%s", e.msg);
	char *before = scratch_read(&s, "m/MLmodel"), *after = scratch_read(&s, "runs/1/m/MLmodel");
	cr_expect(str_starts(after, before));
	cr_expect_str_eq(after + strlen(before),
		"model_uuid: ffeeddccbbaa99887766554433221100\n"
		"run_id: 0193a1b2c3d4e5f60718293a4b5c6d7e\n"
		"utc_time_created: '2025-01-15 03:00:00.123000'\n");
	free(before);
	free(after);
	before = scratch_read(&s, "m/linear.json");
	after = scratch_read(&s, "runs/1/m/linear.json");
	cr_expect_str_eq(before, after);
	free(before);
	free(after);
	cr_expect_eq(model_load(s.fd, "runs/1/m", &m, &e), 0, "%s", e.msg);
	model_unref(m);
	scratch_free(&s);
}

Test(folder, a_copy_has_the_folders_in_the_folder_but_follows_no_link)
{
	struct scratch s = saved_sample();
	struct err e = {0};
	cr_assert_eq(model_copy_stamped(s.fd, "m", "copy", &stamp, &e), 0, "%s", e.msg);
	char *a = scratch_read(&s, "m/code/mlflow_c_model.py");
	char *b = scratch_read(&s, "copy/code/mlflow_c_model.py");
	cr_expect(strlen(a) > 1000);
	cr_expect_str_eq(a, b);
	free(a);
	free(b);
	cr_assert_eq(symlinkat("/etc", s.fd, "m/code/more"), 0);
	cr_expect_eq(model_copy_stamped(s.fd, "m", "other", &stamp, &e), -1);
	cr_expect(!file_exists(s.fd, "other"));
	scratch_free(&s);
}

Test(folder, an_example_of_other_columns_is_not_taken_over)
{
	struct scratch s = saved_sample();
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_load(s.fd, "m", &m, &e), 0, "%s", e.msg);
	cr_expect_not_null(m->examples);
	model_unref(m);
	scratch_write(&s, "m/input_example.json", "{\"columns\":[\"a\"],\"data\":[[1]]}");
	cr_assert_eq(model_load(s.fd, "m", &m, &e), 0, "%s", e.msg);
	cr_expect_null(m->examples);
	model_unref(m);
	scratch_write(&s, "m/input_example.json", "{\"columns\":[");
	cr_assert_eq(model_load(s.fd, "m", &m, &e), 0, "%s", e.msg);
	cr_expect_null(m->examples);
	model_unref(m);
	scratch_free(&s);
}

Test(folder, a_stamp_replaces_the_one_before)
{
	struct scratch s = saved_sample();
	struct model_stamp other = stamp;
	struct err e = {0};
	other.run_id = "00000000000000000000000000000001";
	cr_assert_eq(model_copy_stamped(s.fd, "m", "first", &other, &e), 0, "%s", e.msg);
	cr_assert_eq(model_copy_stamped(s.fd, "first", "second", &stamp, &e), 0, "%s", e.msg);
	cr_assert_eq(model_copy_stamped(s.fd, "m", "direct", &stamp, &e), 0, "%s", e.msg);
	char *a = scratch_read(&s, "second/MLmodel"), *b = scratch_read(&s, "direct/MLmodel");
	cr_expect_str_eq(a, b);
	free(a);
	free(b);
	scratch_free(&s);
}

Test(folder, a_failed_copy_leaves_nothing)
{
	struct scratch s = saved_sample();
	struct err e = {0};
	cr_assert_eq(mkfifoat(s.fd, "m/code/pipe", 0644), 0);
	cr_expect_eq(model_copy_stamped(s.fd, "m", "copy", &stamp, &e), -1);
	cr_expect(strstr(e.msg, "`code`: `pipe` is no regular file"), "%s", e.msg);
	cr_expect(!file_exists(s.fd, "copy"));
	cr_expect_eq(model_copy_stamped(s.fd, "absent", "copy", &stamp, &e), -1);
	cr_expect(!file_exists(s.fd, "copy"));
	scratch_free(&s);
}

Test(folder, a_copy_onto_an_existing_folder_is_refused)
{
	struct scratch s = saved_sample();
	struct err e = {0};
	cr_expect_eq(model_copy_stamped(s.fd, "m", "m", &stamp, &e), -1);
	cr_expect(strstr(e.msg, "exists already"), "%s", e.msg);
	cr_expect(file_exists(s.fd, "m/linear.json"));
	scratch_free(&s);
}

Test(folder, stamps_must_be_hex)
{
	struct scratch s = saved_sample();
	struct model_stamp bad = stamp;
	struct err e = {0};
	bad.run_id = "x\nflavors: {}";
	cr_expect_eq(model_copy_stamped(s.fd, "m", "copy", &bad, &e), -1);
	cr_expect_eq(e.code, MLC_BUG);
	scratch_free(&s);
}
