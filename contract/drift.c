/* SPDX-License-Identifier: Apache-2.0
 * How far the values of a column are from those of a reference.
 *
 *	psi   sum of (c - r) ln(c / r) over bins. The bins are those of the contract; or, of a
 *	      reference, ten of about the same number of its values, and for text and booleans
 *	      one for each value. Half a row more in each bin keeps empty ones from being infinite.
 *	ks    greatest distance of the two distribution functions
 *
 * Nulls, NaNs and rows that left do not count. Numbers of a reference are kept until the end, 8 bytes
 * each; ks keeps those of the dataset too. */
#include "contract/rules.h"

#include <math.h>

#define BINS 10
#define MAX_CATEGORIES 65536
#define EMPTY_SHARE 1e-4 /* of a bin that the contract says is empty */

static double
number_at(const struct column *c, int64_t i)
{
	return c->type == MLF_F64 ? ((const double *)c->data)[c->off + i]
				  : (double)((const int64_t *)c->data)[c->off + i];
}

static void
keep_value(struct values_seen *s, double v)
{
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = v;
}

static struct drift_count *
count_at(struct drifted *d, size_t place)
{
	size_t had = d->n;

	if (place < d->n)
		return &d->counts[place];
	d->counts = mem_grow(d->counts, &d->cap, place + 1, sizeof(*d->counts));
	d->n = place + 1;
	memset(&d->counts[had], 0, (d->n - had) * sizeof(*d->counts));
	return &d->counts[place];
}

/* The value as text, up to a NUL if there is one in it. */
static const char *
category(const struct column *c, int64_t i, struct str *text)
{
	const int32_t *ends = (const int32_t *)c->data + c->off + i;
	int64_t at = c->off + i;

	str_reset(text);
	if (c->type == MLF_BOOL)
		str_add(text,
			((const uint8_t *)c->data)[at >> 3] >> (at & 7) & 1 ? "true" : "false");
	else if (ends[1] > ends[0])
		str_addn(text, c->bytes + ends[0], (size_t)(ends[1] - ends[0]));
	return str_text(text);
}

/* The place of a category; a new one if it is not known. */
static size_t
place_of_category(struct tally *t, const char *text)
{
	struct drifted *d = &t->drifted;
	size_t place = (size_t)(uintptr_t)map_get(&d->places, text);

	if (place)
		return place - 1;
	if (d->places.n == MAX_CATEGORIES) {
		t->error = true;
		(void)snprintf(t->found, sizeof(t->found), "more than %d different values",
			MAX_CATEGORIES);
	} else {
		map_put(&d->places, text, (void *)(uintptr_t)(d->places.n + 1));
	}
	return d->places.n - 1;
}

/* --- the reference ------------------------------------------------------------------------------- */

void
drift_reference(const struct rule *rule, struct tally *t, const struct frame *batch)
{
	int at = frame_find(batch, rule->other->columns[0]);
	const struct column *c = at < 0 ? NULL : frame_column(batch, at);
	struct drifted *d = &t->drifted;
	struct str text = {0};

	if (!c || c->type == MLF_UTF8 || c->type == MLF_BOOL ? !c || c->type != rule->types[0]
							     : !type_has_order(rule->types[0]) ||
				(c->type == MLF_TIMESTAMP) != (rule->types[0] == MLF_TIMESTAMP)) {
		t->error = true;
		(void)snprintf(t->found, sizeof(t->found),
			c ? "%.70s is %s, not %s" : "there is no %.70s", rule->other->shown,
			c ? type_name(c->type) : "", type_name(rule->types[0]));
		return;
	}
	for (int64_t i = 0; i < c->n && !t->error; i++) {
		if (column_null(c, i) || (type_has_order(c->type) && isnan(number_at(c, i))))
			continue;
		d->n_reference++;
		if (type_has_order(c->type))
			keep_value(&d->reference, number_at(c, i));
		else
			count_at(d, place_of_category(t, category(c, i, &text)))->reference++;
	}
	str_fini(&text);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
sort_values(struct values_seen *s)
{
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_value);
}

/* How many of the sorted edges are not above x: the bin that x is in. */
static size_t
bin_of(const double *edges, size_t n, double x)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (edges[mid] <= x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Edges between ten parts of the reference; equal ones, of many equal values, count once. */
static void
make_bins(struct drifted *d)
{
	struct values_seen *s = &d->reference;

	d->binned = true;
	sort_values(s);
	d->edges = mem_alloc(BINS * sizeof(*d->edges));
	for (size_t i = 1; i < BINS && s->n; i++) {
		double edge = s->v[s->n * i / BINS];

		if (!d->n_edges || edge > d->edges[d->n_edges - 1])
			d->edges[d->n_edges++] = edge;
	}
	(void)count_at(d, d->n_edges);
	for (size_t i = 0; i < s->n; i++)
		count_at(d, bin_of(d->edges, d->n_edges, s->v[i]))->reference++;
}

/* --- the dataset --------------------------------------------------------------------------------- */

/* Which of the contract's shares the value belongs to. */
static size_t
place_in_shares(const struct shares *s, const struct column *c, int64_t i, struct str *text)
{
	int64_t at;

	if (s->edges)
		return bin_of(s->edges, s->n - 1, number_at(c, i));
	if (c->type == MLF_UTF8) {
		(void)category(c, i, text);
		at = values_place_text(s->values, str_text(text), text->len);
	} else if (c->type == MLF_BOOL) {
		at = values_place_i64(s->values, str_eq(category(c, i, text), "true"));
	} else if (s->values->type == MLF_F64) {
		at = values_place_f64(s->values, number_at(c, i));
	} else {
		at = values_place_i64(s->values, ((const int64_t *)c->data)[c->off + i]);
	}
	return at < 0 ? s->n - 1 : s->of_value[at];
}

static void
note_now(const struct rule *rule, struct tally *t, const struct column *c, int64_t i,
	struct str *text)
{
	struct drifted *d = &t->drifted;
	size_t place;

	d->n_now++;
	if (rule->drift == DRIFT_KS) {
		keep_value(&d->now, number_at(c, i));
		return;
	}
	if (rule->shares)
		place = place_in_shares(rule->shares, c, i, text);
	else if (type_has_order(c->type))
		place = bin_of(d->edges, d->n_edges, number_at(c, i));
	else
		place = place_of_category(t, category(c, i, text));
	count_at(d, place)->now++;
}

void
drift_rows(const struct rule *rule, struct tally *t, const struct column *c, const uint8_t *taken)
{
	struct str text = {0};

	if (rule->drift == DRIFT_PSI && rule->other && type_has_order(c->type) &&
		!t->drifted.binned)
		make_bins(&t->drifted);
	for (int64_t i = 0; i < c->n && !t->error; i++) {
		if ((taken && taken[i]) || column_null(c, i) ||
			(type_has_order(c->type) && isnan(number_at(c, i))))
			continue;
		note_now(rule, t, c, i, &text);
	}
	str_fini(&text);
}

/* --- the number ---------------------------------------------------------------------------------- */

static double
psi(const struct rule *rule, struct drifted *d)
{
	const struct shares *s = rule->shares;
	size_t n = s ? s->n : d->n;
	double sum = 0.0, b;

	/* of all other values there are none, as the contract has it */
	n -= s && s->values && s->v[n - 1] == 0.0 && !count_at(d, n - 1)->now;
	b = 0.5 * (double)n;
	for (size_t i = 0; i < n; i++) {
		const struct drift_count *k = count_at(d, i);
		double c = ((double)k->now + 0.5) / ((double)d->n_now + b);
		double r = ((double)k->reference + 0.5) / ((double)d->n_reference + b);

		if (s)
			r = s->v[i] > EMPTY_SHARE ? s->v[i] : EMPTY_SHARE;
		sum += (c - r) * log(c / r);
	}
	return sum;
}

static double
ks(struct drifted *d)
{
	const struct values_seen *a = &d->reference, *b = &d->now;
	double most = 0.0;

	sort_values(&d->reference);
	sort_values(&d->now);
	for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
		double x = a->v[i] < b->v[k] ? a->v[i] : b->v[k], gap;

		while (i < a->n && a->v[i] <= x)
			i++;
		while (k < b->n && b->v[k] <= x)
			k++;
		gap = fabs((double)i / (double)a->n - (double)k / (double)b->n);
		most = gap > most ? gap : most;
	}
	return most;
}

void
drift_result(const struct rule *rule, struct tally *t)
{
	struct drifted *d = &t->drifted;
	struct str s = {0};

	t->value = (double)NAN;
	if (t->error)
		return;
	if (rule->other && !d->n_reference) {
		t->error = true;
		(void)snprintf(
			t->found, sizeof(t->found), "%.70s has no values", rule->other->shown);
	} else if (!d->n_now || d->n_now < rule->min_rows) {
		t->skipped = true;
		(void)snprintf(t->found, sizeof(t->found),
			"not checked: %lld values are too few to tell", (long long)d->n_now);
	} else {
		t->value = rule->drift == DRIFT_KS ? ks(d) : psi(rule, d);
		str_addf(&s, "%s %.4g of ", rule->name, t->value);
		str_add_count(&s, d->n_now);
		str_add(&s, " values");
		(void)snprintf(t->found, sizeof(t->found), "%s", str_text(&s));
		str_fini(&s);
	}
}

void
drift_fini(struct drifted *d)
{
	free(d->reference.v);
	free(d->now.v);
	free(d->counts);
	free(d->edges);
	map_fini(&d->places);
	*d = (struct drifted){0};
}
