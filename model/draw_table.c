/* SPDX-License-Identifier: Apache-2.0
 * Parts of a verdict as tables, for whoever draws or joins them elsewhere. */
#include "model/model.h"

#include <math.h>

enum { CURVE, X, Y, THRESHOLD, ROWS };

static void
push_name(struct mlf_builder *b, int column, const char *name)
{
	mlf_push_str(b, column, name, (int64_t)strlen(name));
}

static void
add_curve(struct mlf_builder *b, const char *name, const struct mlf_point *p, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		push_name(b, CURVE, name);
		mlf_push_f64(b, X, p[i].x);
		mlf_push_f64(b, Y, p[i].y);
		if (isinf(p[i].at))
			mlf_push_null(b, THRESHOLD);
		else
			mlf_push_f64(b, THRESHOLD, p[i].at);
		mlf_push_null(b, ROWS);
	}
}

static void
curves(const struct mlf_verdict *v, struct mlf_builder *b)
{
	(void)mlf_add_column(b, "curve", MLF_UTF8);
	(void)mlf_add_column(b, "x", MLF_F64);
	(void)mlf_add_column(b, "y", MLF_F64);
	(void)mlf_add_column(b, "threshold", MLF_F64);
	(void)mlf_add_column(b, "rows", MLF_I64);
	add_curve(b, "roc", v->roc, v->n_roc);
	add_curve(b, "pr", v->pr, v->n_pr);
	for (int32_t i = 0; i < v->n_bins; i++) {
		push_name(b, CURVE, "calibration");
		mlf_push_f64(b, X, v->bins[i].said);
		mlf_push_f64(b, Y, v->bins[i].seen);
		mlf_push_null(b, THRESHOLD);
		mlf_push_i64(b, ROWS, v->bins[i].n);
	}
}

static void
confusion(const struct mlf_verdict *v, struct mlf_builder *b)
{
	(void)mlf_add_column(b, "truth", MLF_UTF8);
	(void)mlf_add_column(b, "said", MLF_UTF8);
	(void)mlf_add_column(b, "rows", MLF_I64);
	for (int32_t i = 0; v->confusion && i < v->classes * v->classes; i++) {
		push_name(b, 0, v->names[i / v->classes]);
		push_name(b, 1, v->names[i % v->classes]);
		mlf_push_i64(b, 2, v->confusion[i]);
	}
}

struct mlf_frame *
model_table(const struct mlf_verdict *v, const char *what, struct scope *sc)
{
	struct mlf_builder *b = scope_builder(sc);
	if (str_eq(what, "curves"))
		curves(v, b);
	else
		confusion(v, b);
	return mlf_finish(b);
}
