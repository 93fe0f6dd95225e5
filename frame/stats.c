/* SPDX-License-Identifier: Apache-2.0
 * Column statistics in one pass over the memory.
 *
 * Rows are taken in fixed blocks. Within a block sums are compensated (Kahan); blocks are joined by
 * Chan's rule for means and squared deviations. The order never varies, so neither does the result.
 * sd is the sample's (n - 1): NaN below two values. NaNs are counted, and are no values.
 *
 * Distinct values are counted in a set that is given up when it would grow past its limit. */
#include "frame/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include "frame/bits.h"

#define BLOCK 1024
#define DISTINCT_MAX 65536

/* --- numbers ------------------------------------------------------------------------------------- */

/* A sum that does not lose its small summands. */
struct kahan {
	double sum, lost;
};

static inline void
kahan_add(struct kahan *k, double v)
{
	double y = v - k->lost, t = k->sum + y;

	k->lost = isfinite(t) ? (t - k->sum) - y : 0;
	k->sum = t;
}

/* Count, mean and sum of squared deviations from it. */
struct moments {
	int64_t n;
	double mean, squares;
	struct kahan total;
};

/* In four lanes, because one addition would wait for the other. */
static struct moments
moments_of(const double *v, int n)
{
	struct moments m = {.n = n};
	struct kahan lane[4] = {{0}};
	double squares[4] = {0};

	for (int i = 0; i < n; i++)
		kahan_add(&lane[i & 3], v[i]);
	for (int k = 0; k < 4; k++)
		kahan_add(&m.total, lane[k].sum);
	m.mean = m.total.sum / n;
	for (int i = 0; i < n; i++)
		squares[i & 3] += (v[i] - m.mean) * (v[i] - m.mean);
	m.squares = (squares[0] + squares[1]) + (squares[2] + squares[3]);
	return m;
}

static void
moments_join(struct moments *a, const struct moments *b)
{
	double between = b->mean - a->mean, n = (double)(a->n + b->n);

	a->squares += b->squares + between * between * ((double)a->n * (double)b->n / n);
	kahan_add(&a->total, b->total.sum);
	a->n += b->n;
	a->mean = a->total.sum / n;
}

static double
number_at(const struct column *c, int64_t i)
{
	if (c->type == MLF_F64)
		return ((const double *)c->data)[c->off + i];
	if (c->type == MLF_BOOL)
		return bit_get(c->data, c->off + i);
	return (double)((const int64_t *)c->data)[c->off + i];
}

/* The values of a block of rows, without nulls and NaNs; returns how many. */
static int
block_values(const struct column *c, int64_t from, double *v, struct col_stats *out)
{
	int64_t end = c->n - from < BLOCK ? c->n : from + BLOCK;
	int n = 0;

	for (int64_t i = from; i < end; i++) {
		if (column_null(c, i))
			continue;
		v[n] = number_at(c, i);
		if (isnan(v[n]))
			out->nans++;
		else
			n++;
	}
	return n;
}

static void
number_stats(const struct column *c, struct col_stats *out)
{
	struct moments all = {0};
	double v[BLOCK];

	for (int64_t i = 0; i < c->n; i += BLOCK) {
		int n = block_values(c, i, v, out);
		struct moments block;

		if (n == 0)
			continue;
		block = moments_of(v, n);
		moments_join(&all, &block);
		for (int j = 0; j < n; j++) {
			/* Negated, so that the NaN there is at first gives way. */
			if (!(out->min <= v[j]))
				out->min = v[j];
			if (!(out->max >= v[j]))
				out->max = v[j];
		}
	}
	if (all.n > 0)
		out->mean = all.mean;
	if (all.n > 1)
		out->sd = sqrt(all.squares / (double)(all.n - 1));
}

/* --- text ---------------------------------------------------------------------------------------- */

static void
text_stats(const struct column *c, struct col_stats *out)
{
	const int32_t *ends = column_ends(c);
	bool first = true;

	for (int64_t i = 0; i < c->n; i++) {
		int64_t len = ends[i + 1] - ends[i];

		if (column_null(c, i))
			continue;
		if (first || len < out->min_len)
			out->min_len = len;
		if (first || len > out->max_len)
			out->max_len = len;
		first = false;
	}
}

/* --- distinct values ----------------------------------------------------------------------------- */

/* Open addressing over rows: a slot holds a row + 1 and the hash of its value, 0 is free. At most
 * half full. */
struct seen {
	struct {
		int64_t row;
		uint64_t hash;
	} * v; /* owned */
	size_t n, slots;
};

/* The value's bits, such that equal values have equal bits. */
static uint64_t
word_at(const struct column *c, int64_t i)
{
	double v;
	uint64_t word;

	if (c->type == MLF_BOOL)
		return bit_get(c->data, c->off + i);
	if (c->type != MLF_F64)
		return (uint64_t)((const int64_t *)c->data)[c->off + i];
	v = number_at(c, i) + 0.0; /* -0.0 becomes 0.0 */
	memcpy(&word, &v, sizeof(word));
	return word;
}

static uint64_t
hash_at(const struct column *c, int64_t i)
{
	const int32_t *ends = column_ends(c) + i;
	uint64_t word;

	if (c->type == MLF_UTF8)
		return XXH3_64bits(c->bytes + ends[0], (size_t)(ends[1] - ends[0]));
	word = (word_at(c, i) ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
	return word ^ word >> 32;
}

static bool
same_value(const struct column *c, int64_t i, int64_t j)
{
	const int32_t *x = column_ends(c) + i, *y = column_ends(c) + j;
	int32_t len = x[1] - x[0];

	if (c->type != MLF_UTF8)
		return word_at(c, i) == word_at(c, j);
	return len == y[1] - y[0] && memcmp(c->bytes + x[0], c->bytes + y[0], (size_t)len) == 0;
}

/* The slot of row i's value: its own, or the free one where it belongs. */
static size_t
seen_slot(const struct seen *s, const struct column *c, int64_t i, uint64_t hash)
{
	size_t k = hash & (s->slots - 1);

	while (s->v[k].row && (s->v[k].hash != hash || !same_value(c, i, s->v[k].row - 1)))
		k = (k + 1) & (s->slots - 1);
	return k;
}

static void
seen_widen(struct seen *s)
{
	struct seen wide = {.n = s->n, .slots = s->slots ? s->slots * 4 : 256};

	wide.v = mem_alloc(wide.slots * sizeof(*wide.v));
	for (size_t i = 0; i < s->slots; i++) {
		size_t k = s->v[i].hash & (wide.slots - 1);

		if (!s->v[i].row)
			continue;
		while (wide.v[k].row)
			k = (k + 1) & (wide.slots - 1);
		wide.v[k] = s->v[i];
	}
	free(s->v);
	*s = wide;
}

static void
seen_add(struct seen *s, const struct column *c, int64_t i)
{
	uint64_t hash = hash_at(c, i);
	size_t k;

	if (s->n * 2 >= s->slots)
		seen_widen(s);
	k = seen_slot(s, c, i, hash);
	if (s->v[k].row)
		return;
	s->v[k].row = i + 1;
	s->v[k].hash = hash;
	s->n++;
}

static bool
is_nan_at(const struct column *c, int64_t i)
{
	return c->type == MLF_F64 && isnan(number_at(c, i));
}

static int64_t
count_distinct(const struct column *c)
{
	struct seen seen = {0};
	int64_t n;

	for (int64_t i = 0; i < c->n && seen.n <= DISTINCT_MAX; i++)
		if (!column_null(c, i) && !is_nan_at(c, i))
			seen_add(&seen, c, i);
	n = seen.n <= DISTINCT_MAX ? (int64_t)seen.n : -1;
	free(seen.v);
	return n;
}

void
column_stats(const struct column *c, struct col_stats *out)
{
	*out = (struct col_stats){.n = c->n, .nulls = c->nulls};
	out->min = out->max = out->mean = out->sd = (double)NAN;
	if (c->type == MLF_UTF8)
		text_stats(c, out);
	else
		number_stats(c, out);
	out->distinct = count_distinct(c);
}
