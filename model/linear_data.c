/* SPDX-License-Identifier: Apache-2.0
 * From a frame to what the solver takes: columns of finite doubles with mean and standard deviation,
 * and a target of classes' numbers (or of numbers).
 *
 * Invariant: what passes here cannot upset the solver; every complaint about data is made here, and
 * names the column. */
#include "model/columns.h"
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

enum { PIECE = 2048 };        /* values that stay in the cache between two looks */
enum { MANY_ROWS = 1 << 17 }; /* columns of so many are looked at by two threads */

/* Sum of x - shift, and of its square, in four strands joined in a fixed order. */
static double
sum_of(const double *x, int64_t n, double shift)
{
	double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
	int64_t i = 0;
	for (; i + 4 <= n; i += 4) {
		s0 += x[i] - shift;
		s1 += x[i + 1] - shift;
		s2 += x[i + 2] - shift;
		s3 += x[i + 3] - shift;
	}
	for (; i < n; i++)
		s0 += x[i] - shift;
	return (s0 + s2) + (s1 + s3);
}

static double
squares_of(const double *x, int64_t n, double shift)
{
	double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
	int64_t i = 0;
	for (; i + 4 <= n; i += 4) {
		double a = x[i] - shift, b = x[i + 1] - shift;
		double c = x[i + 2] - shift, d = x[i + 3] - shift;
		s0 += a * a;
		s1 += b * b;
		s2 += c * c;
		s3 += d * d;
	}
	for (; i < n; i++)
		s0 += (x[i] - shift) * (x[i] - shift);
	return (s0 + s2) + (s1 + s3);
}

/* Piece by piece, each joined to those before it (Chan); as a constant column differs from its first value
 * nowhere, its sd is 0 exactly. */
int
column_moments(const struct column *x, int64_t n, double *mean, double *sd)
{
	double room[PIECE], off = 0, squares = 0; /* off: the mean less the first value */
	const double first = *column_doubles(x, 0, 1, room);
	for (int64_t i = 0; i < n; i += PIECE) {
		int64_t m = n - i < PIECE ? n - i : PIECE;
		const double *v = column_doubles(x, i, m, room);
		double here = sum_of(v, m, first) / (double)m, delta = here - off;
		squares += squares_of(v, m, first + here);
		squares += delta * delta * ((double)i * (double)m / (double)(i + m));
		off += delta * ((double)m / (double)(i + m));
	}
	if (!isfinite(off) || !isfinite(squares) || !isfinite(first))
		return -1;
	*mean = first + off;
	*sd = sqrt(squares / (double)n);
	if (!isfinite(1 / *sd)) /* constant, or its spread is below what doubles can divide by */
		*sd = 0;
	return 0;
}

int
moments(const double *x, int64_t n, double *mean, double *sd)
{
	return column_moments(&(struct column){.type = MLF_F64, .data = x}, n, mean, sd);
}

static int
add_feature(struct mlf_frame *f, const char *name, struct design *d, struct err *e)
{
	struct design_column *c = &d->columns[d->k];
	*c = (struct design_column){.name = name, .type = feature_type(f, name, e)};
	if (!c->type)
		return -1;
	c->x = *frame_column(frame_of(f), mlf_find(f, name));
	if (c->x.nulls)
		return complain_nulls(f, name, e);
	d->k++;
	return 0;
}

static void
measure(void *arg, size_t j)
{
	struct design *d = arg;
	struct design_column *c = &d->columns[j];
	c->bad = column_moments(&c->x, d->n, &c->mean, &c->sd) < 0;
}

static int
measure_features(struct mlf_frame *f, struct design *d, struct err *e)
{
	share_out((size_t)d->k, d->n >= MANY_ROWS, measure, d);
	for (int j = 0; j < d->k; j++)
		if (d->columns[j].bad)
			return complain_values(
				d->columns[j].name, mlf_f64(f, d->columns[j].name).v, d->n, e);
	return 0;
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
	return rc < 0 ? rc : measure_features(f, d, e);
}

static int
class_target(struct mlf_frame *f, const char *name, struct design *d, struct err *e)
{
	if (labels_find(f, name, &d->arena, &d->labels, d->y, e) < 0)
		return d->target_type == MLF_F64
			? err_help(e, "for a number use objective \"squared\"")
			: -1;
	return 0;
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
	memcpy(d->y, v, (size_t)d->n * sizeof(double));
	return 0;
}

static int
open_target(struct mlf_frame *f, const char *name, struct design *d, struct err *e)
{
	*d = (struct design){.n = mlf_rows(f), .target_type = target_type(f, name, e)};
	if (!d->target_type)
		return -1;
	d->y = mem_alloc((size_t)d->n * sizeof(double));
	return 0;
}

int
design_make(struct mlf_frame *f, const struct mlf_fit_spec *spec, enum loss loss,
	struct design *out, struct err *e)
{
	if (open_target(f, spec->target, out, e) < 0)
		return -1;
	if (loss == LOSS_SQUARED ? number_target(f, spec->target, out, e) < 0
				 : class_target(f, spec->target, out, e) < 0)
		return -1;
	return add_features(f, spec, out, e);
}

int
design_for(struct mlf_frame *f, const struct linear *m, struct design *out, struct err *e)
{
	if (open_target(f, m->target, out, e) < 0)
		return -1;
	if (m->labels.n ? labels_apply(f, m->target, &m->labels, out->y, e) < 0
			: number_target(f, m->target, out, e) < 0)
		return -1;
	out->columns = mem_alloc(m->head.n_inputs * sizeof(*out->columns));
	for (size_t j = 0; j < m->head.n_inputs; j++)
		if (add_feature(f, m->head.inputs[j].name, out, e) < 0)
			return -1;
	return measure_features(f, out, e);
}

void
design_fini(struct design *d)
{
	free(d->columns);
	free(d->y);
	arena_fini(&d->arena);
}
