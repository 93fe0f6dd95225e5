/* SPDX-License-Identifier: Apache-2.0
 * Newton's method with a Cholesky factor of the full Hessian.
 *
 *	at w ---> direction d = -(H + damp * diag H)^-1 g ---> try w + d, w + d/2, ... ---> next w
 *
 * Invariant: the objective never rises (but for the rounding of its sum). Damping is zero unless
 * the factor breaks down, which happens where probabilities reach 0 or 1 in floating point. */
#include "model/newton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

/* A pivot this much smaller than its diagonal is rounding and no information. */
static const double pivot_floor = 1e-12;
static const double smallest_step = 1e-12;
static const double damp_max = 1e10;
/* Of this many rows samples lead the way: each so many-th block. */
enum { SAMPLED_FROM = 1 << 17, N_SAMPLES = 2, SAMPLE_STEPS = 20 };
static const int samples[N_SAMPLES] = {128, 16};
/* Finer than a sample is true, but where only few rows speak against a column its weight is far from where it goes
 * while the gradient is small already: each step by all rows that is spared is worth dozens by a sample. */
static const double sample_tol = 1e-5;
/* From here on the curvature hardly changes any more. */
static const double near_tol = 1e-4;
/* What a step by the curvature of before has to leave of the gradient at most. */
static const double fast = 0.01;
/* What a foreseen gradient is multiplied by, to be sure. */
static const double certain = 2;

/* Where the search stands: the point, what the pass found there, and the next candidate. */
struct search {
	const struct problem *p;
	size_t n; /* unknowns */
	struct pass *pass;
	double *w, *trial, *d; /* owned, n each */
	double *factor;        /* owned, n^2 */
	double *pins;          /* owned, k + 1; NULL: there is one term */
	struct sums at, next;
	bool here;     /* at.h is the curvature at w, of all rows */
	bool near;     /* it is at least that of all rows at a place not far from w */
	bool factored; /* the factor is at.h's */
};

/* Lower Cholesky factor of the second derivative with `damp` of its diagonal added, and pins; -1, or the row
 * that broke down. */
static int
factorise(struct search *s, double damp)
{
	size_t n = s->n, d = (size_t)s->p->k + 1;
	for (size_t i = 0; i < n; i++) {
		double *fi = s->factor + i * n;
		const double *hi = s->at.h + i * n;
		for (size_t j = 0; j <= i; j++) {
			const double *fj = s->factor + j * n;
			double v = hi[j];
			if (s->pins && i % d == j % d)
				v += s->pins[i % d];
			if (i == j)
				v += damp * v;
			for (size_t l = 0; l < j; l++)
				v -= fi[l] * fj[l];
			if (j < i)
				fi[j] = v / fj[j];
			else if (v > pivot_floor * hi[i])
				fi[i] = sqrt(v);
			else
				return (int)i;
		}
	}
	return -1;
}

/* d = -(f f')^-1 g */
static void
back_substitute(const double *f, const double *g, size_t n, double *d)
{
	for (size_t i = 0; i < n; i++) {
		double v = -g[i];
		for (size_t l = 0; l < i; l++)
			v -= f[i * n + l] * d[l];
		d[i] = v / f[i * n + i];
	}
	for (size_t i = n; i-- > 0;) {
		double v = d[i];
		for (size_t l = i + 1; l < n; l++)
			v -= f[l * n + i] * d[l];
		d[i] = v / f[i * n + i];
	}
}

static void
search_init(struct search *s, const struct problem *p)
{
	size_t n = problem_unknowns(p);
	*s = (struct search){.p = p, .n = n, .pass = pass_new(p, CURVE_FULL)};
	s->w = mem_alloc(n * sizeof(double));
	s->trial = mem_alloc(n * sizeof(double));
	s->d = mem_alloc(n * sizeof(double));
	s->factor = mem_alloc(n * n * sizeof(double));
	if (p->loss == LOSS_SOFTMAX)
		s->pins = mem_alloc(((size_t)p->k + 1) * sizeof(double));
	sums_init(&s->at, n, CURVE_FULL);
	sums_init(&s->next, n, CURVE_FULL);
}

static void
search_fini(struct search *s)
{
	pass_free(s->pass);
	free(s->w);
	free(s->trial);
	free(s->d);
	free(s->factor);
	free(s->pins);
	sums_fini(&s->at);
	sums_fini(&s->next);
}

double
steepest(const struct problem *p, const double *g)
{
	double max = 0;
	for (size_t j = 0; j < problem_unknowns(p); j++)
		max = fmax(max, fabs(g[j]));
	return max / (double)p->n;
}

/* The same number added to every class's z changes no probability, so without this there is no one solution.
 * From a start at which the classes sum to 0 they go on doing so, and what is added here is flat. */
static void
pin_classes(struct search *s)
{
	size_t d = (size_t)s->p->k + 1, terms = (size_t)s->p->terms;
	for (size_t j = 0; j < d; j++) {
		s->pins[j] = 0;
		for (size_t a = 0; a < terms; a++)
			s->pins[j] += s->at.h[(a * d + j) * (s->n + 1)] / (double)terms;
	}
}

/* Sets d. Returns -1, or the unknown whose pivot vanished in the undamped Hessian. */
static int
direct(struct search *s)
{
	size_t n = s->n;
	int broke = -1, row = -1;
	if (s->pins)
		pin_classes(s);
	if (!s->factored)
		broke = row = factorise(s, 0);
	for (double damp = 1e-10; row >= 0 && damp < damp_max; damp *= 10)
		row = factorise(s, damp);
	s->factored = row < 0;
	if (row < 0)
		back_substitute(s->factor, s->at.g, n, s->d);
	else
		memset(s->d, 0, n * sizeof(double)); /* no way on; max_iter ends it */
	return broke;
}

/* Moves along d as far as the objective does not rise; false if it rises however small the step. Without a
 * look at the curvature there, at.h stays that of an earlier point. */
static bool
advance(struct search *s, enum curvature curve)
{
	double limit = s->at.value + VALUE_NOISE * fabs(s->at.value);
	for (double t = 1; t > smallest_step; t /= 2) {
		for (size_t j = 0; j < s->n; j++)
			s->trial[j] = s->w[j] + t * s->d[j];
		pass_run(s->pass, s->trial, curve, &s->next);
		if (!(s->next.value <= limit))
			continue;
		double *w = s->w, *h = s->at.h;
		struct sums at = s->at;
		s->w = s->trial;
		s->trial = w;
		s->at = s->next;
		s->next = at;
		if (curve == CURVE_FULL) {
			s->factored = false;
		} else {
			s->next.h = s->at.h;
			s->at.h = h;
		}
		return true;
	}
	return false;
}

/* Looks at all there is where the search stands. */
static void
look(struct search *s)
{
	pass_run(s->pass, s->w, CURVE_FULL, &s->at);
	s->here = s->near = true;
	s->factored = false;
}

/* Without any penalty on a column, columns may be combinations of each other. */
static bool
unpenalised(const struct problem *p)
{
	size_t d = (size_t)p->k + 1;
	for (size_t j = 0; j < problem_unknowns(p); j++)
		if (j % d && p->penalty[j] > 0)
			return false;
	return !p->hold;
}

/* Steps on samples of the rows, a coarse one and a finer one, cost a fraction, and end so near that few are left
 * for all rows. The place is taken only if it is better for all rows than the start is for the sample; any
 * place is good enough to end at the same one, so this spares a look at all rows. The first step from it goes
 * by the sample's curvature. */
static void
approach(struct search *s)
{
	const struct problem *p = s->p;
	double *start = mem_alloc(s->n * sizeof(double));
	memcpy(start, s->w, s->n * sizeof(double));
	pass_sample(s->pass, samples[N_SAMPLES - 1]);
	pass_run(s->pass, s->w, CURVE_NONE, &s->at);
	double limit = s->at.value;
	for (int level = 0; level < N_SAMPLES; level++) {
		pass_sample(s->pass, samples[level]);
		look(s);
		for (int i = 0; i < SAMPLE_STEPS && steepest(p, s->at.g) > sample_tol; i++) {
			(void)direct(s);
			if (!advance(s, CURVE_FULL))
				break;
		}
	}
	pass_sample(s->pass, 1);
	pass_run(s->pass, s->w, CURVE_NONE, &s->at);
	s->here = s->near = false;
	if (!(s->at.value <= limit)) {
		memcpy(s->w, start, s->n * sizeof(double));
		look(s);
	}
	free(start);
}

/* One step. Where the gradient is small the curvature of before will do for all that are left, as long as
 * they bring it down fast. */
static bool
step(struct search *s, double gradient)
{
	bool flat = s->p->loss == LOSS_SQUARED; /* it is the same everywhere */
	bool many = s->p->n >= SAMPLED_FROM;    /* with few rows a look costs nothing */
	bool close = many && s->near && gradient <= near_tol;
	enum curvature curve = flat || close ? CURVE_NONE : CURVE_FULL;
	bool moved = advance(s, curve);
	if (moved && curve == CURVE_FULL)
		s->here = s->near = true;
	else if (!moved && s->here)
		return false;
	else if (!moved || steepest(s->p, s->at.g) > fast * gradient)
		s->near = flat;
	s->here = flat || (moved && curve == CURVE_FULL);
	if (!moved)
		look(s);
	return true;
}

/* A step by the curvature of a place nearby leaves of the gradient about twice what the step before left of its
 * own. Where that is certain to be enough there is no need to look: the objective falls by half of what the
 * gradient promises. */
static bool
jump(struct search *s, double before, double tol, double *gradient)
{
	double promise = 0, rest = 2 * *gradient * (*gradient / before);
	if (!s->near || s->here || s->p->loss == LOSS_SQUARED || certain * rest > tol)
		return false;
	for (size_t j = 0; j < s->n; j++) {
		promise += s->at.g[j] * s->d[j];
		s->w[j] += s->d[j];
	}
	s->at.value += promise / 2;
	*gradient = rest;
	return true;
}

static enum newton_end
descend(struct search *s, struct newton *out)
{
	double before = HUGE_VAL;
	const struct problem *p = s->p;
	if (p->loss != LOSS_SQUARED && p->n >= SAMPLED_FROM && !unpenalised(p))
		approach(s);
	else
		look(s);
	for (out->iterations = 0;; out->iterations++) {
		out->gradient = steepest(p, s->at.g);
		if (out->gradient <= p->tol)
			return NEWTON_DONE;
		if (out->iterations == p->max_iter)
			return NEWTON_LIMIT;
		/* At the start every row has its weight, so only the columns can be at fault. */
		int broke = direct(s), column = broke % (p->k + 1);
		if (broke >= 0 && column > 0 && out->iterations == 0 && unpenalised(p)) {
			out->column = column - 1;
			return NEWTON_COLLINEAR;
		}
		if (jump(s, before, p->tol, &out->gradient)) {
			out->iterations++;
			return NEWTON_DONE;
		}
		before = out->gradient;
		if (!step(s, out->gradient))
			return out->gradient <= STALL_TOL ? NEWTON_DONE : NEWTON_LIMIT;
	}
}

enum newton_end
newton_solve(const struct problem *p, struct newton *out)
{
	struct search s;
	search_init(&s, p);
	memcpy(s.w, out->w, s.n * sizeof(double));
	enum newton_end end = descend(&s, out);
	if (!s.near)
		look(&s);
	memcpy(out->w, s.w, s.n * sizeof(double));
	if (out->keep == CURVE_FULL)
		memcpy(out->curve, s.at.h, s.n * s.n * sizeof(double));
	for (size_t j = 0; out->keep == CURVE_DIAGONAL && j < s.n; j++)
		out->curve[j] = s.at.h[j * (s.n + 1)];
	out->value = s.at.value;
	search_fini(&s);
	return end;
}
