/* SPDX-License-Identifier: Apache-2.0
 * L-BFGS: Newton's method where the second derivative is too large to hold. What it does to a vector is told
 * from the last steps and what they changed the gradient by, and from its diagonal at the start.
 *
 *	s[i] = w[i + 1] - w[i]     y[i] = g[i + 1] - g[i]     direction = -(H from s, y, diagonal) g
 *
 * Invariant: the objective never rises, but for the rounding of its sum. Of columns that are combinations of
 * each other the start's share is kept, so that equal columns get equal coefficients. */
#include "model/newton.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

enum { KEPT = 12 };
static const double smallest_step = 1e-12;
/* How much of the descent that the slope promises a step has to bring. */
static const double promised = 1e-4;

struct memory {
	double *s, *y; /* inside search.space; n each */
	double sy;     /* s * y, above 0 */
};
struct search {
	const struct problem *p;
	size_t n; /* unknowns */
	struct pass *pass;
	double *space;     /* owned: all vectors */
	double *w, *trial; /* inside it, n each, as the others */
	double *d;         /* direction */
	double *diagonal;  /* of the second derivative at the start */
	struct memory kept[KEPT];
	int n_kept, newest; /* a ring */
	struct sums at, next;
};

static void
search_init(struct search *s, const struct problem *p, enum curvature keep)
{
	size_t n = problem_unknowns(p);
	*s = (struct search){
		.p = p, .n = n, .pass = pass_new(p, keep > CURVE_DIAGONAL ? keep : CURVE_DIAGONAL)};
	s->space = mem_alloc((4 + 2 * KEPT) * n * sizeof(double));
	s->w = s->space;
	s->trial = s->w + n;
	s->d = s->trial + n;
	s->diagonal = s->d + n;
	for (size_t i = 0; i < KEPT; i++) {
		s->kept[i].s = s->diagonal + (1 + 2 * i) * n;
		s->kept[i].y = s->kept[i].s + n;
	}
	sums_init(&s->at, n, CURVE_DIAGONAL);
	sums_init(&s->next, n, CURVE_DIAGONAL);
}

static void
search_fini(struct search *s)
{
	pass_free(s->pass);
	free(s->space);
	sums_fini(&s->at);
	sums_fini(&s->next);
}

static double
product(const double *a, const double *b, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static void
add(double *to, double factor, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += factor * v[i];
}

/* The k-th newest step; 0 is the newest. */
static const struct memory *
step(const struct search *s, int k)
{
	return &s->kept[(s->newest - k + KEPT) % KEPT];
}

/* How much larger the newest step found the curvature than the diagonal says. */
static double
stretch(const struct search *s)
{
	const struct memory *m = step(s, 0);
	double sum = 0;
	if (!s->n_kept)
		return 1;
	for (size_t i = 0; i < s->n; i++)
		sum += m->y[i] * m->y[i] / s->diagonal[i];
	return sum > 0 ? m->sy / sum : 1;
}

/* Sets d by the two loops of Nocedal. */
static void
direct(struct search *s)
{
	double share[KEPT] = {0};
	for (size_t i = 0; i < s->n; i++)
		s->d[i] = -s->at.g[i];
	for (int k = 0; k < s->n_kept; k++) {
		const struct memory *m = step(s, k);
		share[k] = product(m->s, s->d, s->n) / m->sy;
		add(s->d, -share[k], m->y, s->n);
	}
	double scale = stretch(s);
	for (size_t i = 0; i < s->n; i++)
		s->d[i] *= scale / s->diagonal[i];
	for (int k = s->n_kept - 1; k >= 0; k--) {
		const struct memory *m = step(s, k);
		add(s->d, share[k] - product(m->y, s->d, s->n) / m->sy, m->s, s->n);
	}
}

/* Keeps the step from w to trial; one along which the gradient does not grow says nothing. */
static void
keep(struct search *s)
{
	int slot = (s->newest + 1) % KEPT;
	struct memory *m = &s->kept[slot];
	for (size_t i = 0; i < s->n; i++) {
		m->s[i] = s->trial[i] - s->w[i];
		m->y[i] = s->next.g[i] - s->at.g[i];
	}
	m->sy = product(m->s, m->y, s->n);
	if (!(m->sy > 0 && isfinite(1 / m->sy)))
		return;
	s->newest = slot;
	if (s->n_kept < KEPT)
		s->n_kept++;
}

static void
move(struct search *s)
{
	double *w = s->w;
	struct sums at = s->at;
	keep(s);
	s->w = s->trial;
	s->trial = w;
	s->at = s->next;
	s->next = at;
}

/* Goes along d as far as it brings what it promised; false if it does not however short the step. */
static bool
advance(struct search *s)
{
	double slope = product(s->d, s->at.g, s->n), noise = VALUE_NOISE * fabs(s->at.value);
	if (!(slope < 0))
		return false;
	for (double t = 1; t > smallest_step; t /= 2) {
		memcpy(s->trial, s->w, s->n * sizeof(double));
		add(s->trial, t, s->d, s->n);
		pass_run(s->pass, s->trial, CURVE_NONE, &s->next);
		if (!(s->next.value <= s->at.value + promised * t * slope + noise))
			continue;
		move(s);
		return true;
	}
	return false;
}

/* One number for a column in all classes, so that their coefficients go on summing to what they did. */
static void
set_diagonal(struct search *s)
{
	size_t d = (size_t)s->p->k + 1, terms = (size_t)s->p->terms;
	for (size_t j = 0; j < d; j++) {
		double mean = 0;
		for (size_t a = 0; a < terms; a++)
			mean += s->at.h[a * d + j] / (double)terms;
		for (size_t a = 0; a < terms; a++)
			s->diagonal[a * d + j] = mean > 0 ? mean : 1;
	}
}

static enum newton_end
descend(struct search *s, struct newton *out)
{
	const struct problem *p = s->p;
	pass_run(s->pass, s->w, CURVE_DIAGONAL, &s->at);
	set_diagonal(s);
	for (out->iterations = 0;; out->iterations++) {
		out->gradient = steepest(p, s->at.g);
		if (out->gradient <= p->tol)
			return NEWTON_DONE;
		if (out->iterations == p->max_iter)
			return NEWTON_LIMIT;
		direct(s);
		if (advance(s))
			continue;
		if (!s->n_kept)
			return out->gradient <= STALL_TOL ? NEWTON_DONE : NEWTON_LIMIT;
		s->n_kept = 0; /* once more, from the diagonal alone */
	}
}

/* The second derivative where the search ended. */
static void
look_back(struct search *s, struct newton *out)
{
	struct sums end;
	size_t n = out->keep == CURVE_FULL ? s->n * s->n : s->n;
	sums_init(&end, s->n, out->keep);
	pass_run(s->pass, s->w, out->keep, &end);
	memcpy(out->curve, end.h, n * sizeof(double));
	sums_fini(&end);
}

enum newton_end
lbfgs_solve(const struct problem *p, struct newton *out)
{
	struct search s;
	search_init(&s, p, out->keep);
	memcpy(s.w, out->w, s.n * sizeof(double));
	enum newton_end end = descend(&s, out);
	memcpy(out->w, s.w, s.n * sizeof(double));
	out->value = s.at.value;
	if (out->keep != CURVE_NONE)
		look_back(&s, out);
	search_fini(&s);
	return end;
}
