/* SPDX-License-Identifier: Apache-2.0
 * From a frame to what the library takes: rows of floats in which NaN is a missing value, and a label.
 *
 * Features may be null, that is what trees are good at; but not infinite, which the library refuses without
 * saying where. Labels are all there; classes are numbered in the order of their values. */
#include "model/columns.h"
#include "model/xgboost.h"

#include <math.h>
#include <stdlib.h>

/* ---- features */

/* Copies a column into the rows. */
static int
add_values(struct mlf_frame *f, struct xgb_table *t, int j, struct err *e)
{
	struct mlf_f64s c = mlf_f64(f, t->names[j]);
	int64_t infinite = 0, first = 0;
	for (int64_t i = 0; i < t->n; i++) {
		float v = mlf_is_null(c.valid, c.off, i) ? NAN : (float)c.v[i];
		if (isinf(v) && infinite++ == 0)
			first = i;
		t->x[i * t->k + j] = v;
	}
	if (c.nulls)
		t->types[j] = MLF_F64; /* what MLflow makes of integers that may be missing */
	if (!infinite)
		return 0;
	err_set(e, MLC_MODEL,
		"column `%s` is infinite in single precision in %lld of %lld rows, first in row "
		"%lld",
		t->names[j], (long long)infinite, (long long)t->n, (long long)first + 1);
	return err_help(
		e, "infinities must be replaced before training; nulls and NaN need not be");
}

static int
add_name(struct mlf_frame *f, const struct mlf_fit_spec *spec, struct xgb_table *t,
	const char *name, struct err *e)
{
	if (str_eq(name, spec->target))
		return err_set(e, MLC_MODEL, "column `%s` is the target and a feature", name);
	for (int j = 0; j < t->k; j++)
		if (str_eq(t->names[j], name))
			return err_set(e, MLC_MODEL, "column `%s` is named twice", name);
	if (t->k == XGB_FEATURES_MAX)
		return err_set(e, MLC_MODEL, "more than %d features", XGB_FEATURES_MAX);
	t->types[t->k] = feature_type(f, name, e);
	if (!t->types[t->k])
		return -1;
	t->names[t->k++] = name;
	return 0;
}

/* The named columns, or all but the target. */
static int
add_features(
	struct mlf_frame *f, const struct mlf_fit_spec *spec, struct xgb_table *t, struct err *e)
{
	t->names = mem_alloc(XGB_FEATURES_MAX * sizeof(*t->names));
	t->types = mem_alloc(XGB_FEATURES_MAX * sizeof(*t->types));
	for (size_t i = 0; spec->columns && spec->columns[i]; i++)
		if (add_name(f, spec, t, spec->columns[i], e) < 0)
			return -1;
	for (int i = 0; !spec->columns && i < mlf_columns(f); i++)
		if (!str_eq(mlf_column_name(f, i), spec->target) &&
			add_name(f, spec, t, mlf_column_name(f, i), e) < 0)
			return -1;
	if (t->k == 0)
		return err_set(e, MLC_MODEL, "there are no feature columns");
	t->x = mem_alloc((size_t)t->n * (size_t)t->k * sizeof(float));
	for (int j = 0; j < t->k; j++)
		if (add_values(f, t, j, e) < 0)
			return -1;
	return 0;
}

/* ---- the target */

static int
complain_many(const char *name, size_t most, struct err *e)
{
	err_set(e, MLC_MODEL, "target `%s` has more than %zu values", name, most);
	return err_help(e, "%sfor a number \"reg:squarederror\" is the objective",
		most == 2 ? "for more classes \"multi:softprob\", " : "");
}

static int
class_target(struct mlf_frame *f, const char *name, const struct xgb_options *o,
	struct xgb_table *t, struct err *e)
{
	size_t most = o->task == XGB_BINARY ? 2 : LABELS_MAX;
	double *y = mem_alloc((size_t)t->n * sizeof(*y));
	int rc = labels_find(f, name, &t->arena, &t->labels, y, e);
	for (int64_t i = 0; rc == 0 && i < t->n; i++)
		t->y[i] = (float)y[i];
	free(y);
	if (t->labels.n > most || (rc < 0 && t->labels.n == LABELS_MAX))
		return complain_many(name, most, e);
	if (rc < 0 && t->target_type == MLF_F64)
		err_help(e, "for a number use objective \"reg:squarederror\"");
	return rc;
}

static int
number_target(struct mlf_frame *f, const char *name, const struct xgb_options *o,
	struct xgb_table *t, struct err *e)
{
	if (t->target_type != MLF_F64 && t->target_type != MLF_I64)
		return err_set(e, MLC_MODEL, "target `%s` is %s; a number is wanted", name,
			type_name(t->target_type));
	const double *v = mlf_f64(f, name).v;
	for (int64_t i = 0; i < t->n; i++) {
		t->y[i] = (float)v[i];
		if (!isfinite(t->y[i]))
			return err_set(e, MLC_MODEL, "target `%s` is no finite number in row %lld",
				name, (long long)i + 1);
		if (o->task == XGB_SHARE && !(v[i] >= 0 && v[i] <= 1))
			return err_set(e, MLC_MODEL,
				"target `%s` is %g in row %lld; objective \"reg:logistic\" wants 0 "
				"to 1",
				name, v[i], (long long)i + 1);
	}
	return 0;
}

static int
add_target(struct mlf_frame *f, const char *name, const struct xgb_options *o, struct xgb_table *t,
	struct err *e)
{
	t->target_type = target_type(f, name, e);
	if (!t->target_type)
		return -1;
	t->y = mem_alloc((size_t)t->n * sizeof(float));
	return xgb_has_classes(o->task) ? class_target(f, name, o, t, e)
					: number_target(f, name, o, t, e);
}

/* Every class gets the same weight in all, and the rows 1 on average. */
static void
balance(struct xgb_table *t)
{
	int64_t *rows = mem_alloc(t->labels.n * sizeof(*rows));
	t->w = mem_alloc((size_t)t->n * sizeof(float));
	for (int64_t i = 0; i < t->n; i++)
		rows[(size_t)t->y[i]]++;
	for (int64_t i = 0; i < t->n; i++)
		t->w[i] = (float)((double)t->n /
			((double)t->labels.n * (double)rows[(size_t)t->y[i]]));
	free(rows);
}

int
xgb_table_make(struct mlf_frame *f, const struct mlf_fit_spec *spec, const struct xgb_options *o,
	struct xgb_table *out, struct err *e)
{
	*out = (struct xgb_table){.n = mlf_rows(f)};
	if (add_target(f, spec->target, o, out, e) < 0 || add_features(f, spec, out, e) < 0)
		return -1;
	if (o->balanced)
		balance(out);
	return 0;
}

void
xgb_table_fini(struct xgb_table *t)
{
	free(t->names);
	free(t->types);
	free(t->x);
	free(t->y);
	free(t->w);
	arena_fini(&t->arena);
	*t = (struct xgb_table){0};
}
