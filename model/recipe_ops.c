/* SPDX-License-Identifier: Apache-2.0
 * What each op does to whole columns. The same arithmetic, in the same order, is in mlflow_c_model.py, so
 * that Python gives the same bits: change both.
 *
 * Missing in, missing out, unless the op says otherwise; what has no value (the logarithm of nothing,
 * a division by zero) is missing, too. */
#include "model/recipe.h"

#include <math.h>
#include <stdlib.h>

const char *const op_names[OP_KINDS] = {
	[OP_FILL] = "fill",
	[OP_MISSING] = "missing",
	[OP_SCALE] = "scale",
	[OP_CLIP] = "clip",
	[OP_ONE_HOT] = "one_hot",
	[OP_MAP] = "map",
	[OP_BUCKET] = "bucket",
	[OP_LOG] = "log",
	[OP_LOG1P] = "log1p",
	[OP_RATIO] = "ratio",
	[OP_PRODUCT] = "product",
	[OP_DATE] = "date",
	[OP_RENAME] = "rename",
	[OP_DROP] = "drop",
};

const char *const date_names[DATE_PARTS] = {
	[DATE_YEAR] = "year",
	[DATE_QUARTER] = "quarter",
	[DATE_MONTH] = "month",
	[DATE_DAY] = "day",
	[DATE_WEEKDAY] = "weekday",
	[DATE_YEARDAY] = "yearday",
	[DATE_HOUR] = "hour",
	[DATE_MINUTE] = "minute",
	[DATE_WEEKEND] = "weekend",
};

enum mlf_type
type_class(enum mlf_type type)
{
	return type == MLF_UTF8 || type == MLF_TIMESTAMP ? type : MLF_F64;
}

enum mlf_type
op_wants(const struct op *o)
{
	switch (o->kind) {
	case OP_FILL: return o->types[0] == MLF_UTF8 ? MLF_UTF8 : MLF_F64;
	case OP_ONE_HOT:
	case OP_MAP: return o->dict.type == MLF_UTF8 ? MLF_UTF8 : MLF_F64;
	case OP_DATE: return MLF_TIMESTAMP;
	case OP_MISSING:
	case OP_RENAME:
	case OP_DROP: return 0;
	default: return MLF_F64;
	}
}

/* A new column of doubles for output k; until op_run ends it does not stand in the table. */
static double *
make(struct rtable *t, struct rcol *out, const struct op *o, size_t k)
{
	double *y = rtable_buffer(t, (size_t)t->n * sizeof(*y));
	out[k] = (struct rcol){.there = true, .type = o->types[k], .source = -1, .num = y};
	return y;
}

/* ---- numbers */

static void
run_number(const struct op *o, const double *x, double *y, int64_t n)
{
	switch (o->kind) {
	case OP_FILL:
		for (int64_t i = 0; i < n; i++)
			y[i] = isnan(x[i]) ? o->a : x[i];
		break;
	case OP_SCALE:
		for (int64_t i = 0; i < n; i++)
			y[i] = (x[i] - o->a) / o->b * o->c + o->d;
		break;
	case OP_CLIP: /* a comparison with NaN is false: no limit, and missing stays */
		for (int64_t i = 0; i < n; i++)
			y[i] = x[i] < o->a ? o->a : x[i] > o->b ? o->b : x[i];
		break;
	case OP_LOG:
		for (int64_t i = 0; i < n; i++)
			y[i] = x[i] > 0 ? log(x[i]) : NAN;
		break;
	case OP_LOG1P:
		for (int64_t i = 0; i < n; i++)
			y[i] = x[i] > -1 ? log1p(x[i]) : NAN;
		break;
	default: break;
	}
}

static void
run_pair(const struct op *o, const double *x, const double *z, double *y, int64_t n)
{
	if (o->kind == OP_PRODUCT)
		for (int64_t i = 0; i < n; i++)
			y[i] = x[i] * z[i];
	else
		for (int64_t i = 0; i < n; i++)
			y[i] = z[i] != 0 ? x[i] / z[i] : NAN;
}

static void
run_bucket(const struct op *o, const double *x, double *y, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		size_t low = 0, high = o->n_edges;
		while (low < high) {
			size_t middle = (low + high) / 2;
			if (o->edges[middle] <= x[i])
				low = middle + 1;
			else
				high = middle;
		}
		y[i] = isnan(x[i]) ? NAN : (double)low;
	}
}

/* ---- categories */

/* Fails on a category that was not there when the recipe was fitted; it names the value. */
static int
complain_unseen(
	const struct recipe *r, const struct op *o, struct rtable *t, int64_t row, struct err *e)
{
	const struct rcol *c = &t->cols[o->in[0]];
	struct str value = {0};
	if (o->dict.type == MLF_UTF8) {
		bool null = c->empty || mlf_is_null(c->strs.valid, c->strs.off, row);
		struct mlf_str s = null ? c->fill : mlf_str_at(&c->strs, row);
		str_addn(&value, s.s, (size_t)(s.len < 60 ? s.len : 60));
	} else {
		str_add_f64(&value, rtable_numbers(t, o->in[0])[row]);
	}
	err_set(e, MLC_MODEL,
		"step %d (%s): column `%s`, row %lld: `%s` is none of the %zu values it was fitted "
		"on",
		o->step, o->name, r->names[o->in[0]], (long long)row + 1, str_text(&value),
		o->dict.n);
	str_fini(&value);
	return err_help(e, "`unknown` of the step says what becomes of such values");
}

static int
check_codes(const struct recipe *r, const struct op *o, struct rtable *t, const int32_t *codes,
	struct err *e)
{
	for (int64_t i = 0; o->strict && i < t->n; i++)
		if (codes[i] == DICT_UNSEEN)
			return complain_unseen(r, o, t, i, e);
	return 0;
}

static void
run_one_hot(const struct op *o, struct rtable *t, const int32_t *codes, struct rcol *out)
{
	double **y = mem_alloc((o->n_out + 1) * sizeof(*y));
	for (size_t k = 0; k < o->n_out; k++) {
		y[k] = make(t, out, o, k);
		memset(y[k], 0, (size_t)t->n * sizeof(double));
	}
	for (int64_t i = 0; i < t->n; i++) {
		double at = codes[i] >= 0         ? o->values[codes[i]]
			: codes[i] == DICT_UNSEEN ? o->other
						  : -1;
		if (at >= 0)
			y[(size_t)at][i] = 1;
	}
	free(y);
}

static int
run_categories(const struct recipe *r, const struct op *o, struct rtable *t, struct rcol *out,
	struct err *e)
{
	int32_t *codes = rtable_buffer(t, (size_t)t->n * sizeof(*codes));
	rtable_codes(t, o->in[0], &o->dict, codes);
	if (check_codes(r, o, t, codes, e) < 0)
		return -1;
	if (o->kind == OP_ONE_HOT) {
		run_one_hot(o, t, codes, out);
		return 0;
	}
	double *y = make(t, out, o, 0);
	for (int64_t i = 0; i < t->n; i++)
		y[i] = codes[i] >= 0              ? o->values[codes[i]]
			: codes[i] == DICT_UNSEEN ? o->other
						  : o->missing;
	return 0;
}

/* ---- times */

enum { DAY_S = 86400 };

/* The date of a day since 1970-01-01 (Hinnant's civil_from_days). */
static void
civil(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static double
date_part(enum date_part part, int64_t us)
{
	int64_t s = us / 1000000 - (us % 1000000 < 0);
	int64_t days = s / DAY_S - (s % DAY_S < 0), rest = s - days * DAY_S;
	int64_t weekday = ((days + 3) % 7 + 7) % 7, hour = rest / 3600, year, month, day, quarter;
	civil(days, &year, &month, &day);
	quarter = (month + 2) / 3;
	switch (part) {
	case DATE_YEAR: return (double)year;
	case DATE_QUARTER: return (double)quarter;
	case DATE_MONTH: return (double)month;
	case DATE_DAY: return (double)day;
	case DATE_WEEKDAY: return (double)weekday;
	case DATE_YEARDAY: return (double)(days - days_of(year, 1, 1) + 1);
	case DATE_HOUR: return (double)hour;
	case DATE_MINUTE: return (double)(rest / 60 % 60);
	case DATE_WEEKEND: return weekday >= 5;
	case DATE_PARTS: break;
	}
	return NAN;
}

static void
run_date(const struct op *o, struct rtable *t, double *y)
{
	const struct rcol *c = &t->cols[o->in[0]];
	struct mlf_i64s v = {0};
	if (!c->empty)
		v = mlf_timestamp(t->frame, mlf_column_name(t->frame, c->source));
	for (int64_t i = 0; i < t->n; i++)
		y[i] = c->empty || mlf_is_null(v.valid, v.off, i) ? NAN
								  : date_part(o->part, v.v[i]);
}

/* ---- any */

static void
fill_text(const struct op *o, struct rtable *t, struct rcol *out)
{
	*out = t->cols[o->in[0]];
	out->source = -1;
	out->type = MLF_UTF8;
	if (!out->fill.s)
		out->fill = o->text;
}

static int
run_one(const struct recipe *r, const struct op *o, struct rtable *t, struct rcol *out,
	struct err *e)
{
	switch (o->kind) {
	case OP_RENAME: out[0] = t->cols[o->in[0]]; break;
	case OP_DROP: break;
	case OP_MISSING: (void)rtable_missing(t, o->in[0], make(t, out, o, 0)); break;
	case OP_ONE_HOT:
	case OP_MAP: return run_categories(r, o, t, out, e);
	case OP_DATE: run_date(o, t, make(t, out, o, 0)); break;
	case OP_BUCKET: run_bucket(o, rtable_numbers(t, o->in[0]), make(t, out, o, 0), t->n); break;
	case OP_RATIO:
	case OP_PRODUCT:
		run_pair(o, rtable_numbers(t, o->in[0]), rtable_numbers(t, o->in[1]),
			make(t, out, o, 0), t->n);
		break;
	case OP_FILL:
		if (o->types[0] == MLF_UTF8) {
			fill_text(o, t, out);
			break;
		}
		/* fall through */
	default: run_number(o, rtable_numbers(t, o->in[0]), make(t, out, o, 0), t->n);
	}
	return 0;
}

int
op_run(const struct recipe *r, const struct op *o, struct rtable *t, struct err *e)
{
	struct rcol *out = mem_alloc((o->n_out + 1) * sizeof(*out));
	int rc = run_one(r, o, t, out, e);
	if (rc == 0 && (o->kind == OP_RENAME || o->kind == OP_DROP))
		t->cols[o->in[0]].there = false;
	for (size_t k = 0; rc == 0 && k < o->n_out; k++)
		t->cols[o->out[k]] = out[k];
	free(out);
	return rc;
}
