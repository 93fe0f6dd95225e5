/* SPDX-License-Identifier: Apache-2.0
 * Numbers about all values of a column: what the operators of custom checks are given. Nulls, NaNs and
 * rows that left the dataset do not count; of no value at all there is no number, and no operator
 * holds. A quantile keeps its values: 8 bytes a row. */
#include "contract/rules.h"

#include <math.h>

/* Welford's: no catastrophic cancellation, whatever the mean. */
static void
note_value(const struct rule *r, struct measured *m, double v)
{
	double before = v - m->mean;

	m->n++;
	m->mean += before / (double)m->n;
	m->squares += before * (v - m->mean);
	m->sum += v;
	m->min = m->n == 1 || v < m->min ? v : m->min;
	m->max = m->n == 1 || v > m->max ? v : m->max;
	if (r->measure != MEASURE_QUANTILE)
		return;
	m->values = mem_grow(m->values, &m->cap, (size_t)m->n, sizeof(*m->values));
	m->values[m->n - 1] = v;
}

void
measure_rows(const struct rule *r, struct tally *t, const struct column *c, const uint8_t *taken)
{
	for (int64_t i = 0; i < c->n; i++) {
		double v;

		if ((taken && taken[i]) || column_null(c, i))
			continue;
		v = c->type == MLF_F64 ? ((const double *)c->data)[c->off + i]
				       : (double)((const int64_t *)c->data)[c->off + i];
		if (!isnan(v))
			note_value(r, &t->measured, v);
	}
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Between two values in proportion, as numpy and pandas do by default. */
static double
quantile(struct measured *m, double q)
{
	double at = q * (double)(m->n - 1);
	int64_t low = (int64_t)at, high = low + 1 < m->n ? low + 1 : low;

	qsort(m->values, (size_t)m->n, sizeof(*m->values), by_value);
	return m->values[low] + (at - (double)low) * (m->values[high] - m->values[low]);
}

double
measure_result(const struct rule *r, struct tally *t, int64_t now_us)
{
	struct measured *m = &t->measured;

	if (m->n == 0)
		return r->measure == MEASURE_SUM ? 0.0 : (double)NAN;
	switch (r->measure) {
	case MEASURE_MIN: return m->min;
	case MEASURE_MAX: return m->max;
	case MEASURE_SUM: return m->sum;
	case MEASURE_MEAN: return m->mean;
	case MEASURE_STDDEV: return m->n > 1 ? sqrt(m->squares / (double)(m->n - 1)) : 0.0;
	case MEASURE_QUANTILE: return quantile(m, r->q);
	case MEASURE_AGE: return ((double)now_us - m->max) / 3600e6;
	}
	return (double)NAN;
}
