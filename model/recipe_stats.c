/* SPDX-License-Identifier: Apache-2.0
 * What a recipe learns of numbers, and what a column typically holds. Values without NaN; infinities
 * are values like others. */
#include <mlflow-c/stats.h>
#include "model/recipe.h"

#include <math.h>
#include <stdlib.h>

double *
values_of(const double *x, int64_t n, int64_t *found)
{
	double *v = mem_resize(NULL, (size_t)(n + 1) * sizeof(*v));
	*found = 0;
	for (int64_t i = 0; i < n; i++) {
		v[*found] = x[i];
		*found += !isnan(x[i]);
	}
	return v;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double
value_quantile(double *v, int64_t n, double q)
{
	double at = q * (double)(n - 1);
	int64_t k = (int64_t)floor(at);
	double share = at - (double)k, low = mlf_select(v, n, k);
	if (share <= 0 || k + 1 >= n)
		return low;
	double high = v[k + 1];
	for (int64_t i = k + 2; i < n; i++)
		high = fmin(high, v[i]);
	/* also exact where both are the same, also infinite */
	return high > low ? low + share * (high - low) : low;
}

double
value_mode(double *v, int64_t n)
{
	double best = v[0];
	int64_t most = 0;
	qsort(v, (size_t)n, sizeof(*v), compare);
	for (int64_t from = 0, to; from < n; from = to) {
		for (to = from; to < n && v[from] == v[to];)
			to++;
		if (to - from > most) {
			most = to - from;
			best = v[from];
		}
	}
	return best + 0.0; /* one zero */
}

/* ---- typical values: of the first rows, since any will do */

enum { SAMPLE = 1001 };

static void
typical_text(struct mlf_frame *f, const char *name, struct jw *w)
{
	struct mlf_strs c = mlf_utf8(f, name);
	struct dict d = {.type = MLF_UTF8};
	struct arena a = {0};
	for (int64_t i = 0; i < c.n; i++)
		if (!mlf_is_null(c.valid, c.off, i))
			dict_add_text(&d, &a, mlf_str_at(&c, i));
	if (d.n) {
		int32_t *order = dict_by_count(&d);
		jw_strn(w, d.texts[order[0]].s, (size_t)d.texts[order[0]].len);
		free(order);
	} else {
		jw_null(w);
	}
	dict_fini(&d);
	arena_fini(&a);
}

static void
typical_time(struct mlf_frame *f, const char *name, struct jw *w)
{
	struct mlf_i64s c = mlf_timestamp(f, name);
	for (int64_t i = 0; i < c.n; i++)
		if (!mlf_is_null(c.valid, c.off, i)) {
			char text[32];
			clock_rfc3339(c.v[i] / 1000, text);
			text[19] = 0; /* MLflow's times have no zone */
			jw_str(w, text);
			return;
		}
	jw_null(w);
}

static void
typical_number(struct mlf_frame *f, const char *name, enum mlf_type type, struct jw *w)
{
	struct mlf_f64s c = mlf_f64(f, name);
	double v[SAMPLE];
	int64_t n = 0;
	for (int64_t i = 0; i < c.n; i++)
		if (!mlf_is_null(c.valid, c.off, i) && isfinite(c.v[i]))
			v[n++] = c.v[i];
	double middle = n ? mlf_select(v, n, n / 2) : NAN;
	if (n && type == MLF_BOOL)
		jw_bool(w, middle > 0);
	else if (n && type == MLF_I64 && fabs(middle) < 9e15)
		jw_i64(w, (int64_t)middle);
	else
		jw_f64(w, middle);
}

const char *
typical_value(struct mlf_frame *table, int column, struct arena *a)
{
	const char *name = mlf_column_name(table, column);
	enum mlf_type type = mlf_column_type(table, column);
	int64_t rows = mlf_rows(table);
	struct mlf_frame *f = mlf_slice(table, 0, rows < SAMPLE ? rows : SAMPLE);
	struct str text = {0};
	struct jw w;
	jw_init(&w, &text);
	if (type == MLF_UTF8)
		typical_text(f, name, &w);
	else if (type == MLF_TIMESTAMP)
		typical_time(f, name, &w);
	else
		typical_number(f, name, type, &w);
	const char *json = arena_strdup(a, str_text(&text));
	str_fini(&text);
	return json;
}
