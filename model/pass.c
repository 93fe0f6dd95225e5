/* SPDX-License-Identifier: Apache-2.0
 * One look at all rows: objective, gradient and Hessian in a single pass over the columns.
 *
 * Rows are taken in blocks that fit the cache. A block is turned into its centred and scaled
 * columns u[0..k] (u[0] is all ones, the intercept), padded to full length; padding weighs nothing
 * because its r and h are 0.
 *
 *	x[0] x[1] ... --block--> u --w--> z --loss--> r, h --> g += u'r,  H += u' diag(h) u
 *
 * Invariant: the sums depend on the rows alone. A dot product has eight running sums, joined in
 * a fixed order; blocks are added up within a chunk and chunks after each other. Chunks may therefore
 * be given to threads later, and wider registers used, without changing a bit. */
#include "model/newton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

enum { BLOCK = 256, CHUNK = 128 * BLOCK };

struct pass {
	const struct problem *p;
	double *u;             /* owned: k + 1 columns of BLOCK */
	double *z, *r, *h, *t; /* inside u's memory: linear term, residual, curvature, scratch */
	struct sums part;      /* of one chunk */
};

void
sums_init(struct sums *s, int k)
{
	size_t d = (size_t)k + 1;
	s->value = 0;
	s->g = mem_alloc(d * sizeof(double));
	s->h = mem_alloc(d * d * sizeof(double));
}

void
sums_fini(struct sums *s)
{
	free(s->g);
	free(s->h);
}

static void
sums_clear(struct sums *s, int k)
{
	size_t d = (size_t)k + 1;
	s->value = 0;
	memset(s->g, 0, d * sizeof(double));
	memset(s->h, 0, d * d * sizeof(double));
}

static void
sums_add(struct sums *to, const struct sums *part, int k)
{
	size_t d = (size_t)k + 1;
	to->value += part->value;
	for (size_t j = 0; j < d; j++)
		to->g[j] += part->g[j];
	for (size_t j = 0; j < d * d; j++)
		to->h[j] += part->h[j];
}

struct pass *
pass_new(const struct problem *p)
{
	struct pass *s = mem_alloc(sizeof(*s));
	size_t d = (size_t)p->k + 1;
	s->p = p;
	s->u = mem_alloc((d + 4) * BLOCK * sizeof(double));
	s->z = s->u + d * BLOCK;
	s->r = s->z + BLOCK;
	s->h = s->r + BLOCK;
	s->t = s->h + BLOCK;
	for (int i = 0; i < BLOCK; i++)
		s->u[i] = 1;
	sums_init(&s->part, p->k);
	return s;
}

void
pass_free(struct pass *s)
{
	if (!s)
		return;
	sums_fini(&s->part);
	free(s->u);
	free(s);
}

/* Eight sums by name, because gcc -O2 keeps an array of them in memory: 2.6 times slower. */
static double
dot(const double *a, const double *b)
{
	double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
	for (int i = 0; i < BLOCK; i += 8) {
		s0 += a[i] * b[i];
		s1 += a[i + 1] * b[i + 1];
		s2 += a[i + 2] * b[i + 2];
		s3 += a[i + 3] * b[i + 3];
		s4 += a[i + 4] * b[i + 4];
		s5 += a[i + 5] * b[i + 5];
		s6 += a[i + 6] * b[i + 6];
		s7 += a[i + 7] * b[i + 7];
	}
	return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
}

/* One column of a block: u from x, and its share of z. */
static void
centre(const struct problem *p, int j, double weight, const double *restrict x, double *restrict u,
	double *restrict z)
{
	double mean = p->mean[j], scale = p->scale[j];
	for (int i = 0; i < BLOCK; i++) {
		u[i] = (x[i] - mean) * scale;
		z[i] += weight * u[i];
	}
}

/* Fills u[1..k] with rows from..from + m, and z. A short block is padded with the columns' means,
 * so that every loop here has one length, known to the compiler. */
static void
load(struct pass *s, const double *w, int64_t from, int m)
{
	const struct problem *p = s->p;
	for (int i = 0; i < BLOCK; i++)
		s->z[i] = w[0];
	for (int j = 0; j < p->k; j++) {
		const double *x = p->x[j] + from;
		if (m < BLOCK) {
			memcpy(s->t, x, (size_t)m * sizeof(double));
			for (int i = m; i < BLOCK; i++)
				s->t[i] = p->mean[j];
			x = s->t;
		}
		centre(p, j, w[j + 1], x, s->u + (size_t)(j + 1) * BLOCK, s->z);
	}
}

/* With s = z for y = 0 and -z for y = 1, the loss of a row is log(1 + exp(s)), and exp(-|s|) never
 * overflows. The logarithm is taken once a block: 256 factors between 1 and 2 stay below 2^256. */
static double
logistic(struct pass *s, const double *y, int m)
{
	double linear = 0, product = 1;
	for (int i = 0; i < m; i++) {
		bool yes = y[i] > 0.5;
		double v = yes ? -s->z[i] : s->z[i];
		double e = exp(-fabs(v));
		double q = 1 / (1 + e);
		double miss = v >= 0 ? q : e * q; /* the probability of the other class */
		linear += v > 0 ? v : 0;
		product *= 1 + e;
		s->r[i] = yes ? -miss : miss;
		s->h[i] = e * q * q;
	}
	return linear + log(product);
}

static double
squared(struct pass *s, const double *y, int m)
{
	double sum = 0;
	for (int i = 0; i < m; i++) {
		double r = s->z[i] - y[i];
		sum += r * r;
		s->r[i] = r;
		s->h[i] = 1;
	}
	return sum / 2;
}

static void
weigh(const double *restrict h, const double *restrict u, double *restrict t)
{
	for (int i = 0; i < BLOCK; i++)
		t[i] = h[i] * u[i];
}

static void
block(struct pass *s, const double *w, int64_t from, int m)
{
	const struct problem *p = s->p;
	size_t d = (size_t)p->k + 1;
	load(s, w, from, m);
	s->part.value +=
		p->loss == LOSS_LOGISTIC ? logistic(s, p->y + from, m) : squared(s, p->y + from, m);
	for (int i = m; i < BLOCK; i++)
		s->r[i] = s->h[i] = 0;
	for (size_t j = 0; j < d; j++) {
		const double *u = s->u + j * BLOCK;
		s->part.g[j] += dot(s->r, u);
		weigh(s->h, u, s->t);
		for (size_t l = 0; l <= j; l++)
			s->part.h[j * d + l] += dot(s->t, s->u + l * BLOCK);
	}
}

void
pass_run(struct pass *s, const double *w, struct sums *out)
{
	const struct problem *p = s->p;
	size_t d = (size_t)p->k + 1;
	sums_clear(out, p->k);
	for (int64_t chunk = 0; chunk < p->n; chunk += CHUNK) {
		int64_t end = p->n - chunk < CHUNK ? p->n : chunk + CHUNK;
		sums_clear(&s->part, p->k);
		for (int64_t i = chunk; i < end; i += BLOCK)
			block(s, w, i, end - i < BLOCK ? (int)(end - i) : BLOCK);
		sums_add(out, &s->part, p->k);
	}
	for (int j = 0; j < p->k; j++) {
		double weight = w[j + 1];
		out->value += p->penalty[j] * weight * weight / 2;
		out->g[j + 1] += p->penalty[j] * weight;
		out->h[(size_t)(j + 1) * d + (size_t)j + 1] += p->penalty[j];
	}
}
