/* SPDX-License-Identifier: Apache-2.0
 * From a frame to what the solver takes: columns of finite doubles with mean and standard deviation,
 * and a target of zeros and ones (or a standardised number).
 *
 * Invariant: what passes here cannot upset the solver; every complaint about data is made here, and
 * names the column. */
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

/* Sums of (x - shift) and of its square, in four strands joined in a fixed order. */
static void
shifted_sums(const double *x, int64_t n, double shift, double *sum, double *squares)
{
	double s0 = 0, s1 = 0, s2 = 0, s3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0;
	int64_t i = 0;
	for (; i + 4 <= n; i += 4) {
		double a = x[i] - shift, b = x[i + 1] - shift;
		double c = x[i + 2] - shift, d = x[i + 3] - shift;
		s0 += a;
		s1 += b;
		s2 += c;
		s3 += d;
		q0 += a * a;
		q1 += b * b;
		q2 += c * c;
		q3 += d * d;
	}
	for (; i < n; i++) {
		double a = x[i] - shift;
		s0 += a;
		q0 += a * a;
	}
	*sum = (s0 + s2) + (s1 + s3);
	*squares = (q0 + q2) + (q1 + q3);
}

int
moments(const double *x, int64_t n, double *mean, double *sd)
{
	double sum, squares;
	shifted_sums(x, n, x[0], &sum, &squares);
	if (!isfinite(sum) || !isfinite(squares) || !isfinite(x[0]))
		return -1;
	*mean = x[0] + sum / (double)n;
	*sd = 0;
	if (squares > 0) {
		shifted_sums(x, n, *mean, &sum, &squares);
		*sd = sqrt(squares / (double)n);
	}
	if (!isfinite(1 / *sd)) /* constant, or its spread is below what doubles can divide by */
		*sd = 0;
	return 0;
}

static const char *
known_names(struct mlf_frame *f, const char *wanted, struct map *names)
{
	for (int i = 0; i < mlf_columns(f); i++)
		map_put(names, mlf_column_name(f, i), names);
	return map_near(names, wanted);
}

/* The type of a column, or 0 and an error. */
static enum mlf_type
column_type(struct mlf_frame *f, const char *name, struct err *e)
{
	struct map names = {0};
	int i = mlf_find(f, name);
	if (i >= 0)
		return mlf_column_type(f, i);
	const char *near = known_names(f, name, &names);
	err_set(e, MLC_MODEL, "there is no column `%s`", name);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	map_fini(&names);
	return 0;
}

static int
complain_nulls(const char *name, int64_t nulls, int64_t n, struct err *e)
{
	err_set(e, MLC_MODEL, "column `%s` is null in %lld of %lld rows", name, (long long)nulls,
		(long long)n);
	return err_help(e, "fill or drop these rows before training");
}

static int
complain_values(const char *name, const double *x, int64_t n, struct err *e)
{
	int64_t bad = 0;
	for (int64_t i = 0; i < n; i++)
		bad += !isfinite(x[i]);
	if (!bad)
		return err_set(e, MLC_MODEL,
			"the values of column `%s` are too large to be squared", name);
	err_set(e, MLC_MODEL, "column `%s` is not a finite number in %lld of %lld rows", name,
		(long long)bad, (long long)n);
	return err_help(e, "NaN and infinity must be replaced before training");
}

static bool
is_number(enum mlf_type type)
{
	return type == MLF_F64 || type == MLF_I64 || type == MLF_BOOL;
}

static int
add_feature(struct mlf_frame *f, const char *name, struct design *d, struct err *e)
{
	struct design_column *c = &d->columns[d->k];
	*c = (struct design_column){.name = name, .type = column_type(f, name, e)};
	if (!c->type)
		return -1;
	if (!is_number(c->type)) {
		err_set(e, MLC_MODEL, "column `%s` is %s; features must be numbers or booleans",
			name, type_name(c->type));
		return err_help(e, "encode the column before training, or leave it out");
	}
	struct mlf_f64s view = mlf_f64(f, name);
	if (view.nulls)
		return complain_nulls(name, view.nulls, d->n, e);
	c->x = view.v;
	d->k++;
	return moments(c->x, d->n, &c->mean, &c->sd) < 0 ? complain_values(name, c->x, d->n, e) : 0;
}

/* Adds the named columns, or all but the target. */
static int
add_features(struct mlf_frame *f, const struct mlf_fit_spec *spec, struct design *d, struct err *e)
{
	struct map seen = {0};
	size_t n = 0;
	int rc = 0;
	if (spec->columns)
		while (spec->columns[n])
			n++;
	else
		n = (size_t)mlf_columns(f);
	d->columns = mem_alloc((n + 1) * sizeof(*d->columns));
	map_put(&seen, spec->target, d);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const char *name = spec->columns ? spec->columns[i] : mlf_column_name(f, (int)i);
		if (!spec->columns && str_eq(name, spec->target))
			continue;
		if (!map_put(&seen, name, d))
			rc = err_set(e, MLC_MODEL, "column `%s` is %s", name,
				str_eq(name, spec->target) ? "the target and a feature"
							   : "named twice");
		else if (d->k == LINEAR_FEATURES_MAX)
			rc = err_set(e, MLC_MODEL, "more than %d features", LINEAR_FEATURES_MAX);
		else
			rc = add_feature(f, name, d, e);
	}
	map_fini(&seen);
	if (rc == 0 && d->k == 0)
		rc = err_set(e, MLC_MODEL, "there are no feature columns");
	return rc;
}

/* Finds the two values, the smaller first, and writes 0 and 1 for them. */
static int
two_classes(const char *name, const int64_t *v, struct design *d, struct err *e)
{
	int64_t first = v[0], other = v[0];
	for (int64_t i = 1; i < d->n; i++) {
		if (v[i] == first || v[i] == other)
			continue;
		if (other != first) {
			err_set(e, MLC_MODEL,
				"target `%s` has more than two values: %lld, %lld, %lld", name,
				(long long)first, (long long)other, (long long)v[i]);
			return err_help(e, "for a number use objective \"squared\"");
		}
		other = v[i];
	}
	if (other == first)
		return err_set(e, MLC_MODEL,
			"target `%s` is %lld in every row; two classes are needed", name,
			(long long)first);
	d->classes[0] = first < other ? first : other;
	d->classes[1] = first < other ? other : first;
	for (int64_t i = 0; i < d->n; i++)
		d->y[i] = v[i] == d->classes[1];
	return 0;
}

static int
class_target(struct mlf_frame *f, const char *name, struct design *d, struct err *e)
{
	if (d->target_type == MLF_I64)
		return two_classes(name, mlf_i64(f, name).v, d, e);
	if (d->target_type != MLF_BOOL) {
		err_set(e, MLC_MODEL, "target `%s` is %s; classes must be bool or int64", name,
			type_name(d->target_type));
		return err_help(e, "for a number use objective \"squared\"");
	}
	struct mlf_bools bits = mlf_bool(f, name);
	int64_t *v = mem_alloc((size_t)d->n * sizeof(*v));
	for (int64_t i = 0; i < d->n; i++)
		v[i] = mlf_bool_at(&bits, i);
	int rc = two_classes(name, v, d, e);
	free(v);
	return rc;
}

/* A constant target is learnt as that constant: sd 0 makes every coefficient 0. */
static int
number_target(struct mlf_frame *f, const char *name, struct design *d, struct err *e)
{
	if (d->target_type != MLF_F64 && d->target_type != MLF_I64)
		return err_set(e, MLC_MODEL, "target `%s` is %s; a number is wanted", name,
			type_name(d->target_type));
	const double *v = mlf_f64(f, name).v;
	if (moments(v, d->n, &d->y_mean, &d->y_sd) < 0)
		return complain_values(name, v, d->n, e);
	for (int64_t i = 0; i < d->n; i++)
		d->y[i] = d->y_sd > 0 ? (v[i] - d->y_mean) / d->y_sd : 0;
	return 0;
}

static int
add_target(struct mlf_frame *f, const char *name, enum loss loss, struct design *d, struct err *e)
{
	d->target_type = column_type(f, name, e);
	if (!d->target_type)
		return -1;
	const struct frame *table = frame_of(f);
	int64_t nulls = frame_column(table, mlf_find(f, name))->nulls;
	if (nulls)
		return complain_nulls(name, nulls, d->n, e);
	d->y = mem_alloc((size_t)d->n * sizeof(double));
	return loss == LOSS_LOGISTIC ? class_target(f, name, d, e) : number_target(f, name, d, e);
}

int
design_make(struct mlf_frame *f, const struct mlf_fit_spec *spec, enum loss loss,
	struct design *out, struct err *e)
{
	*out = (struct design){.n = mlf_rows(f)};
	if (!spec->target)
		return err_set(e, MLC_MODEL, "no target column was named");
	if (out->n == 0)
		return err_set(e, MLC_MODEL, "the table has no rows");
	if (add_target(f, spec->target, loss, out, e) < 0)
		return -1;
	return add_features(f, spec, out, e);
}

void
design_fini(struct design *d)
{
	free(d->columns);
	free(d->y);
}
