/* SPDX-License-Identifier: Apache-2.0
 * The flavor `linear` with labels of all kinds, weights, solvers and without an intercept. Its numbers stand
 * beside scikit-learn's in tests/interop/sklearn.t; here is what they must be by reason. */
#include "tests/unit/model_table.h"

#include "model/linear.h"

LEAK_SUITE(linear_classes);

static const char *const kinds[] = {"red", "amber", "green"};

/* Numbers a and b, and a class of three as text (kind), whole number (code) and of two as text (half). */
static struct mlf_frame *
kinds_sample(struct table *t)
{
	double *a = mlf_new_f64(t->b, "a", t->n), *b = mlf_new_f64(t->b, "b", t->n);
	int64_t *code = mlf_new_i64(t->b, "code", t->n);
	int kind = mlf_add_column(t->b, "kind", MLF_UTF8);
	int half = mlf_add_column(t->b, "half", MLF_UTF8);
	for (int64_t i = 0; i < t->n; i++) {
		a[i] = (double)(i * 37 % 101) / 10 - 5;
		b[i] = (double)(i * i * 13 % 97) / 20 - 2;
		double s = a[i] - b[i] + (double)(i * 7919 % 199) / 40 - 2.5;
		int k = s < -2 ? 0 : s < 2 ? 1 : 2;
		code[i] = k * 5 - 3;
		mlf_push_str(t->b, kind, kinds[k], (int64_t)strlen(kinds[k]));
		mlf_push_str(t->b, half, k ? "yes" : "no", k ? 3 : 2);
	}
	return mlf_finish(t->b);
}

static const char *const features[] = {"a", "b", NULL};

static struct linear *
learn(struct mlf_frame *f, const char *target, const char *options)
{
	struct mlf_fit_spec spec = {.target = target, .columns = features, .options = options};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
	return (struct linear *)m;
}

static void
refused(struct mlf_frame *f, const char *target, const char *options, const char *why)
{
	struct mlf_fit_spec spec = {.target = target, .columns = features, .options = options};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_expect_eq(model_fit("linear", f, &spec, &m, &e), -1, "%s", why);
	cr_expect(strstr(e.msg, why) || strstr(e.help, why), "wanted `%s`, got `%s` (%s)", why,
		e.msg, e.help);
}

static void
close_to(const struct linear *a, const struct linear *b, double within)
{
	cr_assert_eq(a->n_terms, b->n_terms);
	for (size_t i = 0; i < a->n_terms; i++)
		cr_expect_float_eq(a->intercepts[i], b->intercepts[i], within);
	for (size_t i = 0; i < a->n_terms * a->head.n_inputs; i++)
		cr_expect_float_eq(a->coefficients[i], b->coefficients[i], within);
}

Test(linear_classes, three_classes_have_a_score_each_and_the_likeliest_is_predicted)
{
	struct table t = table_new(600);
	struct mlf_frame *f = kinds_sample(&t), *out = NULL;
	struct linear *m = learn(f, "kind", NULL);
	struct err e = {0};
	cr_assert_eq(m->labels.n, 3);
	cr_expect_str_eq(m->labels.texts[0], "amber", "labels ascend");
	cr_assert_eq(model_predict(&m->head, f, t.sc, &out, &e), 0, "%s", e.msg);
	cr_assert_eq(mlf_columns(out), 4);
	struct mlf_f64s p[3] = {mlf_f64(out, "score_amber"), mlf_f64(out, "score_green"),
		mlf_f64(out, "score_red")};
	struct mlf_strs said = mlf_utf8(out, "prediction"), truth = mlf_utf8(f, "kind");
	int right = 0;
	for (int i = 0; i < 600; i++) {
		struct mlf_str s = mlf_str_at(&said, i), w = mlf_str_at(&truth, i);
		int most = p[1].v[i] > p[0].v[i];
		most = p[2].v[i] > p[most].v[i] ? 2 : most;
		cr_expect_float_eq(p[0].v[i] + p[1].v[i] + p[2].v[i], 1, 1e-12);
		cr_expect(strncmp(s.s, m->labels.texts[most], (size_t)s.len) == 0);
		right += s.len == w.len && memcmp(s.s, w.s, (size_t)s.len) == 0;
	}
	cr_expect_gt(right, 420);
	cr_expect_null(scope_error(t.sc));
	model_unref(&m->head);
	table_free(&t);
}

/* With an intercept the scores of a class sum to its rows, whatever the penalty. */
Test(linear_classes, scores_sum_to_the_rows_of_each_class)
{
	struct table t = table_new(600);
	struct mlf_frame *f = kinds_sample(&t), *out = NULL;
	struct linear *m = learn(f, "code", "{\"l2\": 50}");
	struct err e = {0};
	static const char *const names[] = {"score_-3", "score_2", "score_7"};
	struct mlf_i64s code = mlf_i64(f, "code");
	cr_assert_eq(model_predict(&m->head, f, t.sc, &out, &e), 0, "%s", e.msg);
	for (int c = 0; c < 3; c++) {
		struct mlf_f64s p = mlf_f64(out, names[c]);
		double sum = 0;
		for (int i = 0; i < 600; i++)
			sum += p.v[i] - (code.v[i] == c * 5 - 3);
		cr_expect_float_eq(sum, 0, 1e-6, "%s", names[c]);
	}
	model_unref(&m->head);
	table_free(&t);
}

Test(linear_classes, labels_of_text_are_learnt_as_those_of_numbers)
{
	struct table t = table_new(300);
	struct mlf_frame *f = kinds_sample(&t), *out = NULL;
	struct linear *m = learn(f, "half", NULL);
	struct err e = {0};
	cr_expect_eq(m->n_terms, 1);
	cr_assert_eq(model_predict(&m->head, f, t.sc, &out, &e), 0, "%s", e.msg);
	struct mlf_strs said = mlf_utf8(out, "prediction");
	struct mlf_f64s score = mlf_f64(out, "score");
	for (int i = 0; i < 300; i++)
		cr_expect_eq(mlf_str_at(&said, i).len, score.v[i] >= 0.5 ? 3 : 2);
	model_unref(&m->head);
	table_free(&t);
}

Test(linear_classes, weights_count_as_so_many_rows)
{
	struct table once = table_new(200), more = table_new(0);
	struct mlf_frame *f = kinds_sample(&once);
	/* the same rows, those of `red` three times */
	struct mlf_f64s a = mlf_f64(f, "a"), b = mlf_f64(f, "b");
	struct mlf_strs kind = mlf_utf8(f, "kind");
	int columns[3] = {mlf_add_column(more.b, "a", MLF_F64),
		mlf_add_column(more.b, "b", MLF_F64), mlf_add_column(more.b, "kind", MLF_UTF8)};
	for (int i = 0; i < 200; i++) {
		struct mlf_str s = mlf_str_at(&kind, i);
		for (int k = 0; k < (s.len == 3 ? 3 : 1); k++) {
			mlf_push_f64(more.b, columns[0], a.v[i]);
			mlf_push_f64(more.b, columns[1], b.v[i]);
			mlf_push_str(more.b, columns[2], s.s, s.len);
		}
	}
	struct linear *m =
		learn(f, "kind", "{\"class_weight\": {\"red\": 3}, \"standardize\": false}");
	struct linear *n = learn(mlf_finish(more.b), "kind", "{\"standardize\": false}");
	close_to(m, n, 1e-7);
	cr_expect_eq(m->training.weights[2], 3);
	cr_expect_eq(m->training.weights[0], 1);
	cr_expect_null(n->training.weights);
	model_unref(&m->head);
	model_unref(&n->head);
	table_free(&once);
	table_free(&more);
}

Test(linear_classes, balanced_weights_make_all_classes_weigh_the_same)
{
	struct table t = table_new(300);
	struct mlf_frame *f = kinds_sample(&t);
	struct linear *m = learn(f, "code", "{\"class_weight\": \"balanced\"}");
	struct mlf_i64s code = mlf_i64(f, "code");
	double mass[3] = {0};
	for (int i = 0; i < 300; i++) {
		int c = (int)(code.v[i] + 3) / 5;
		mass[c] += m->training.weights[c];
	}
	for (int c = 0; c < 3; c++)
		cr_expect_float_eq(mass[c], 100, 1e-9);
	model_unref(&m->head);
	table_free(&t);
}

Test(linear_classes, weights_are_checked)
{
	struct table t = table_new(100);
	struct mlf_frame *f = kinds_sample(&t);
	refused(f, "kind", "{\"class_weight\": {\"gren\": 2}}", "did you mean `green`?");
	refused(f, "kind", "{\"class_weight\": {\"green\": 0}}", "above 0");
	refused(f, "kind", "{\"class_weight\": {\"green\": \"2\"}}", "`class_weight`");
	refused(f, "kind", "{\"class_weight\": \"even\"}", "\"balanced\" or a map");
	refused(f, "kind", "{\"class_weight\": 3}", "\"balanced\" or a map");
	refused(f, "a", "{\"objective\": \"squared\", \"class_weight\": \"balanced\"}",
		"`class_weight` is for classes");
	refused(f, "kind", "{\"solver\": \"sgd\"}", "`solver` is");
	refused(f, "kind", "{\"objective\": \"softmax\"}", "also for more than two");
	struct linear *m = learn(f, "kind", "{\"class_weight\": null}");
	cr_expect_null(m->training.weights);
	model_unref(&m->head);
	table_free(&t);
}

Test(linear_classes, both_solvers_find_the_same_model)
{
	struct table t = table_new(400);
	struct mlf_frame *f = kinds_sample(&t);
	static const char *const targets[] = {"kind", "half", "b"};
	static const char *const options[] = {"", ", \"fit_intercept\": false", ", \"l2\": 0.01"};
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			const char *columns[] = {"a", i < 2 ? "b" : "code", NULL};
			char text[2][160];
			struct mlf_model *m[2];
			for (int k = 0; k < 2; k++) {
				snprintf(text[k], sizeof(text[k]),
					"{\"objective\": \"%s\", \"solver\": \"%s\"%s}",
					i < 2 ? "logistic" : "squared", k ? "lbfgs" : "newton",
					options[j]);
				struct mlf_fit_spec spec = {.target = targets[i],
					.columns = columns,
					.options = text[k]};
				struct err e = {0};
				cr_assert_eq(
					model_fit("linear", f, &spec, &m[k], &e), 0, "%s", e.msg);
			}
			close_to((struct linear *)m[0], (struct linear *)m[1], 1e-6);
			model_unref(m[0]);
			model_unref(m[1]);
		}
	table_free(&t);
}

Test(linear_classes, without_an_intercept_a_constant_column_is_one)
{
	struct table t = table_new(300), u = table_new(300);
	double *one = mlf_new_f64(u.b, "one", 300);
	for (int i = 0; i < 300; i++)
		one[i] = 4;
	struct mlf_frame *f = kinds_sample(&t), *g = kinds_sample(&u);
	struct linear *m = learn(f, "half", "{\"l2\": 0}");
	struct mlf_fit_spec spec = {.target = "half",
		.columns = (const char *const[]){"one", "a", "b", NULL},
		.options = "{\"l2\": 0, \"fit_intercept\": false}"};
	struct mlf_model *n = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", g, &spec, &n, &e), 0, "%s", e.msg);
	const struct linear *k = (const struct linear *)n;
	cr_expect_eq(k->intercepts[0], 0);
	cr_expect_float_eq(k->coefficients[0] * 4, m->intercepts[0], 1e-7);
	cr_expect_float_eq(k->coefficients[1], m->coefficients[0], 1e-7);
	model_unref(&m->head);
	model_unref(n);
	table_free(&t);
	table_free(&u);
}

/* 210 columns: more unknowns than Newton is taken for. */
Test(linear_classes, many_columns_are_solved_without_the_second_derivative)
{
	struct table t = table_new(900);
	char name[16];
	double *first = NULL;
	for (int j = 0; j < 210; j++) {
		snprintf(name, sizeof(name), "c%03d", j);
		double *x = mlf_new_f64(t.b, name, 900);
		first = first ? first : x;
		for (int i = 0; i < 900; i++)
			x[i] = sin((double)(i * (j + 3) + j * j));
	}
	int64_t *y = mlf_new_i64(t.b, "y", 900);
	for (int i = 0; i < 900; i++)
		y[i] = first[i] + sin(i * 1.7) > 0;
	struct mlf_frame *f = mlf_finish(t.b);
	struct mlf_model *m[2];
	struct err e = {0};
	struct mlf_fit_spec spec = {.target = "y"};
	cr_assert_eq(model_fit("linear", f, &spec, &m[0], &e), 0, "%s", e.msg);
	spec.options = "{\"solver\": \"newton\"}";
	cr_assert_eq(model_fit("linear", f, &spec, &m[1], &e), 0, "%s", e.msg);
	cr_expect_eq(((struct linear *)m[0])->training.solver, SOLVER_LBFGS);
	close_to((struct linear *)m[0], (struct linear *)m[1], 1e-6);
	model_unref(m[0]);
	model_unref(m[1]);
	table_free(&t);
}

Test(linear_classes, every_kind_of_model_reads_back_as_it_was)
{
	struct table t = table_new(300);
	struct mlf_frame *f = kinds_sample(&t);
	struct scratch s = scratch_new();
	static const struct {
		const char *target, *options;
	} all[] = {{"kind", "{\"class_weight\": \"balanced\"}"}, {"code", NULL},
		{"half", "{\"fit_intercept\": false}"},
		{"b", "{\"objective\": \"squared\", \"solver\": \"lbfgs\"}"}};
	for (int i = 0; i < 4; i++) {
		char path[2][8] = {{'m', (char)('0' + i)}, {'n', (char)('0' + i)}}, file[32];
		const char *columns[] = {"a", i < 3 ? "b" : "code", NULL};
		struct mlf_fit_spec spec = {
			.target = all[i].target, .columns = columns, .options = all[i].options};
		struct mlf_model *m = NULL, *back = NULL;
		struct err e = {0};
		cr_assert_eq(model_fit("linear", f, &spec, &m, &e), 0, "%s", e.msg);
		cr_assert_eq(model_save(m, s.fd, path[0], &e), 0, "%s", e.msg);
		cr_assert_eq(model_load(s.fd, path[0], &back, &e), 0, "%s", e.msg);
		cr_assert_eq(model_save(back, s.fd, path[1], &e), 0, "%s", e.msg);
		for (int k = 0; k < 2; k++) {
			char *text[2];
			for (int q = 0; q < 2; q++) {
				snprintf(file, sizeof(file), "%s/%s", path[q],
					k ? "MLmodel" : "linear.json");
				text[q] = scratch_read(&s, file);
			}
			cr_expect_str_eq(text[0], text[1]);
			free(text[0]);
			free(text[1]);
		}
		model_unref(m);
		model_unref(back);
	}
	scratch_free(&s);
	table_free(&t);
}

/* ---- updates */

static struct linear *
go_on(const struct linear *m, struct mlf_frame *f, const char *options)
{
	struct mlf_model *c = NULL;
	struct err e = {0};
	cr_assert_eq(model_update(&m->head, f, options, &c, &e), 0, "%s", e.msg);
	return (struct linear *)c;
}

static void
no_update(const struct linear *m, struct mlf_frame *f, const char *options, const char *why)
{
	struct mlf_model *c = NULL;
	struct err e = {0};
	cr_expect_eq(model_update(&m->head, f, options, &c, &e), -1, "%s", why);
	cr_expect_null(c);
	cr_expect(strstr(e.msg, why) || strstr(e.help, why), "wanted `%s`, got `%s` (%s)", why,
		e.msg, e.help);
}

/* How far from the model of all rows, in the units of its largest coefficient. */
static double
distance(const struct linear *a, const struct linear *all)
{
	double off = 0, most = 0;
	for (size_t i = 0; i < a->n_terms * a->head.n_inputs; i++) {
		off = fmax(off, fabs(a->coefficients[i] - all->coefficients[i]));
		most = fmax(most, fabs(all->coefficients[i]));
	}
	return off / most;
}

Test(linear_classes, updates_come_near_what_all_rows_give)
{
	static const char *const targets[] = {"half", "kind"};
	for (int k = 0; k < 2; k++) {
		struct table t = table_new(6000);
		struct mlf_frame *f = kinds_sample(&t);
		struct linear *all = learn(f, targets[k], NULL);
		struct linear *m = learn(mlf_slice(f, 0, 300), targets[k], NULL);
		double before = distance(m, all);
		for (int64_t from = 300; from < 6000; from += 300) {
			struct linear *next = go_on(m, mlf_slice(f, from, 300), NULL);
			model_unref(&m->head);
			m = next;
		}
		cr_expect_lt(distance(m, all), before / 5, "%g", before);
		cr_expect_lt(distance(m, all), 0.03, "%g", distance(m, all));
		cr_expect_eq(m->updates.n, 19);
		cr_expect_eq(m->updates.rows, 5700);
		model_unref(&m->head);
		model_unref(&all->head);
		table_free(&t);
	}
}

/* Their objective is a parabola everywhere. */
Test(linear_classes, updates_of_least_squares_are_exact)
{
	struct table t = table_new(60);
	struct mlf_frame *f = table_sample(&t);
	static const char *const options[] = {
		"{\"objective\": \"squared\", \"l2\": 3, \"standardize\": false}",
		"{\"objective\": \"squared\", \"l2\": 3, \"standardize\": false, "
		"\"fit_intercept\": false}"};
	for (int k = 0; k < 2; k++) {
		struct mlf_fit_spec spec = {.target = "t",
			.columns = (const char *const[]){"a", "b", "c", NULL},
			.options = options[k]};
		struct mlf_model *all = NULL, *m = NULL;
		struct err e = {0};
		cr_assert_eq(model_fit("linear", f, &spec, &all, &e), 0, "%s", e.msg);
		cr_assert_eq(
			model_fit("linear", mlf_slice(f, 0, 24), &spec, &m, &e), 0, "%s", e.msg);
		for (int i = 24; i < 60; i += 12) {
			struct linear *c = go_on((struct linear *)m, mlf_slice(f, i, 12), NULL);
			model_unref(m);
			m = &c->head;
		}
		close_to((struct linear *)m, (struct linear *)all, 1e-8);
		model_unref(all);
		model_unref(m);
	}
	table_free(&t);
}

Test(linear_classes, an_update_names_its_parent_and_gives_the_same_bytes_each_time)
{
	struct table t = table_new(400);
	struct mlf_frame *f = kinds_sample(&t);
	struct linear *m = learn(mlf_slice(f, 0, 200), "kind", NULL);
	struct linear *c[2] = {
		go_on(m, mlf_slice(f, 200, 200), NULL), go_on(m, mlf_slice(f, 200, 200), NULL)};
	struct str text[3] = {{0}};
	char hex[HASH_SHA_HEX];
	linear_text(m, &text[2]);
	hash_sha256(text[2].s, text[2].len, hex);
	for (int i = 0; i < 2; i++) {
		linear_text(c[i], &text[i]);
		cr_expect_str_eq(c[i]->updates.parent, hex);
	}
	cr_expect_str_eq(text[0].s, text[1].s);
	cr_expect(strstr(text[0].s, "\"n_updates\":1,\"rows\":200"));
	cr_expect_null(strstr(text[2].s, "updates"));
	for (int i = 0; i < 3; i++)
		str_fini(&text[i]);
	model_unref(&m->head);
	model_unref(&c[0]->head);
	model_unref(&c[1]->head);
	table_free(&t);
}

/* The rows turn round: the less the old ones count, the sooner the model does. */
Test(linear_classes, decay_makes_a_model_forget)
{
	struct table t = table_new(400), u = table_new(400);
	struct mlf_frame *f = kinds_sample(&t), *g = NULL;
	struct mlf_f64s a = mlf_f64(f, "a"), b = mlf_f64(f, "b");
	double *x = mlf_new_f64(u.b, "a", 400);
	for (int i = 0; i < 400; i++)
		x[i] = -a.v[i];
	memcpy(mlf_new_f64(u.b, "b", 400), b.v, 400 * sizeof(double));
	struct mlf_strs labels = mlf_utf8(f, "half");
	int half = mlf_add_column(u.b, "half", MLF_UTF8);
	for (int i = 0; i < 400; i++)
		mlf_push_str(u.b, half, mlf_str_at(&labels, i).s, mlf_str_at(&labels, i).len);
	g = mlf_finish(u.b);
	struct linear *m = learn(f, "half", NULL);
	struct linear *keen = go_on(m, g, "{\"decay\": 0.05}"), *slow = go_on(m, g, NULL);
	cr_expect_gt(m->coefficients[0], 0);
	cr_expect_lt(keen->coefficients[0], slow->coefficients[0]);
	cr_expect_lt(slow->coefficients[0], m->coefficients[0]);
	model_unref(&m->head);
	model_unref(&keen->head);
	model_unref(&slow->head);
	table_free(&t);
	table_free(&u);
}

Test(linear_classes, an_update_is_checked_like_training)
{
	struct table t = table_new(300), u = table_new(2), none = table_new(0);
	struct mlf_frame *f = kinds_sample(&t);
	struct linear *m = learn(f, "kind", NULL);
	double *a = mlf_new_f64(u.b, "a", 2), *b = mlf_new_f64(u.b, "b", 2);
	int kind = mlf_add_column(u.b, "kind", MLF_UTF8);
	a[0] = 1;
	b[1] = NAN;
	mlf_push_str(u.b, kind, "red", 3);
	mlf_push_str(u.b, kind, "blue", 4);
	struct mlf_frame *g = mlf_finish(u.b);
	no_update(m, g, NULL, "`kind` is `blue` in row 2, which the model does not know");
	no_update(m, kinds_sample(&none), NULL, "no rows");
	no_update(m, f, "{\"decay\": 0}", "`decay` must lie above 0");
	no_update(m, f, "{\"l2\": 1}", "no option `l2`");
	struct linear *one = go_on(m, mlf_slice(g, 0, 1), NULL);
	cr_expect_eq(one->updates.rows, 1, "rows of one class will do");
	model_unref(&one->head);
	m->can_update = false;
	no_update(m, f, NULL, "too old");
	model_unref(&m->head);
	m = learn(f, "half", NULL);
	no_update(m, mlf_slice(g, 0, 1), NULL, "no column `half`");
	model_unref(&m->head);
	table_free(&t);
	table_free(&u);
	table_free(&none);
}
