/* SPDX-License-Identifier: Apache-2.0
 * For the tests of recipes: a small table of all types, and columns as texts.
 *
 *	x      1 2 null 4 100 NaN       float64
 *	k      10 20 30 20 null 20      int64
 *	b      true false true null true true
 *	s      red blue null red green red
 *	when   2024-02-29T23:59:30Z, null, 1969-12-31T00:00:00Z, three times 2023-07-01T12:00:00Z
 *	y      1 0 1 0 1 0              int64, the target */
#ifndef TESTS_UNIT_MODEL_RECIPE_H
#define TESTS_UNIT_MODEL_RECIPE_H

#include "tests/unit/model_table.h"

struct sample {
	struct segs *segs;
	struct scope *sc;
	struct mlf_frame *f;
};

/* Adds a column of texts; NULL is null. */
static inline void
add_texts(struct mlf_builder *b, const char *name, const char *const *v, int64_t n)
{
	int c = mlf_add_column(b, name, MLF_UTF8);
	for (int64_t i = 0; i < n; i++)
		if (v[i])
			mlf_push_str(b, c, v[i], (int64_t)strlen(v[i]));
		else
			mlf_push_null(b, c);
}

/* Adds a column of numbers; -99 is null. */
static inline void
add_numbers(struct mlf_builder *b, const char *name, enum mlf_type type, const double *v, int64_t n)
{
	int c = mlf_add_column(b, name, type);
	for (int64_t i = 0; i < n; i++)
		if (v[i] == -99)
			mlf_push_null(b, c);
		else if (type == MLF_F64)
			mlf_push_f64(b, c, v[i]);
		else
			mlf_push_i64(b, c, (int64_t)v[i]);
}

static inline struct sample
sample_new(void)
{
	struct sample s = {.segs = segs_new(SEGS_PRIVATE, 1)};
	s.sc = scope_new(s.segs);
	struct mlf_builder *b = scope_builder(s.sc);
	add_numbers(b, "x", MLF_F64, (double[]){1, 2, -99, 4, 100, NAN}, 6);
	add_numbers(b, "k", MLF_I64, (double[]){10, 20, 30, 20, -99, 20}, 6);
	add_numbers(b, "b", MLF_BOOL, (double[]){1, 0, 1, -99, 1, 1}, 6);
	add_texts(b, "s", (const char *[]){"red", "blue", NULL, "red", "green", "red"}, 6);
	add_numbers(b, "when", MLF_TIMESTAMP,
		(double[]){1709251170e6, -99, -86400e6, 1688212800e6, 1688212800e6, 1688212800e6},
		6);
	add_numbers(b, "y", MLF_I64, (double[]){1, 0, 1, 0, 1, 0}, 6);
	s.f = mlf_finish(b);
	return s;
}

static inline void
sample_free(struct sample *s)
{
	scope_free(s->sc);
	segs_free(s->segs);
}

/* "1 2 null 4.5", or "(none)" if there is no such column. */
static inline char *
column_text(struct mlf_frame *f, const char *name)
{
	struct str out = {0};
	int i = frame_find(frame_of(f), name);
	enum mlf_type type = i < 0 ? 0 : mlf_column_type(f, i);
	if (i < 0)
		return mem_strdup("(none)");
	const struct column *c = frame_column(frame_of(f), i);
	for (int64_t row = 0; row < c->n; row++) {
		if (row)
			str_addc(&out, ' ');
		if (column_null(c, row)) {
			str_add(&out, "null");
		} else if (type == MLF_UTF8) {
			struct mlf_strs v = mlf_utf8(f, name);
			str_addn(&out, mlf_str_at(&v, row).s, (size_t)mlf_str_at(&v, row).len);
		} else if (type == MLF_TIMESTAMP) {
			str_addf(&out, "%lld", (long long)mlf_timestamp(f, name).v[row]);
		} else {
			str_add_f64(&out, mlf_f64(f, name).v[row]);
		}
	}
	return out.s ? out.s : mem_strdup("");
}

static inline void
expect_column(struct mlf_frame *f, const char *name, const char *want)
{
	char *got = column_text(f, name);
	cr_expect_str_eq(got, want, "%s: want %s, got %s", name, want, got);
	free(got);
}

/* The names of the columns, "x,k,...". */
static inline void
expect_names(struct mlf_frame *f, const char *want)
{
	struct str got = {0};
	for (int i = 0; i < mlf_columns(f); i++)
		str_addf(&got, "%s%s", i ? "," : "", mlf_column_name(f, i));
	cr_expect_str_eq(str_text(&got), want, "want %s, got %s", want, str_text(&got));
	str_fini(&got);
}

/* Fits steps on the sample; the recipe is the caller's. */
static inline struct mlf_frame *
fit(struct sample *s, const char *steps, struct recipe **r)
{
	struct recipe_spec spec = {steps, "y", 7};
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(recipe_fit(&spec, s->f, s->sc, &out, r, &e), 0, "%s: %s", steps, e.msg);
	cr_assert_null(scope_error(s->sc), "%s", scope_error(s->sc)->msg);
	return out;
}

static inline struct mlf_frame *
apply(struct sample *s, const struct recipe *r, struct mlf_frame *f)
{
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_assert_eq(recipe_apply(r, f, s->sc, &out, &e), 0, "%s", e.msg);
	cr_assert_null(scope_error(s->sc), "%s", scope_error(s->sc)->msg);
	return out;
}

/* Fits, and expects a column of the fitted table, of the recipe applied to the same rows, and of the
 * recipe after a way through its file. */
static inline void
expect_step(const char *steps, const char *column, const char *want)
{
	struct sample s = sample_new();
	struct recipe *r = NULL, *back = NULL;
	struct str json = {0}, again = {0};
	struct err e = {0};
	expect_column(fit(&s, steps, &r), column, want);
	expect_column(apply(&s, r, s.f), column, want);
	recipe_write(r, &json);
	cr_assert_eq(recipe_read(json.s, json.len, &back, &e), 0, "%s", e.msg);
	expect_column(apply(&s, back, s.f), column, want);
	recipe_write(back, &again);
	cr_expect_str_eq(json.s, again.s);
	str_fini(&json);
	str_fini(&again);
	recipe_unref(r);
	recipe_unref(back);
	sample_free(&s);
}

static inline void
expect_refused(const char *steps, const char *why)
{
	struct sample s = sample_new();
	struct recipe_spec spec = {steps, "y", 7};
	struct recipe *r = NULL;
	struct mlf_frame *out = NULL;
	struct err e = {0};
	cr_expect_eq(recipe_fit(&spec, s.f, s.sc, &out, &r, &e), -1, "%s", steps);
	cr_expect(strstr(e.msg, why) || strstr(e.help, why), "%s\nwant: %s\n got: %s (%s)", steps,
		why, e.msg, e.help);
	recipe_unref(r);
	sample_free(&s);
}

#endif
