/* SPDX-License-Identifier: Apache-2.0
 * What a pass over rows adds up: objective, gradient, second derivative. */
#include "model/newton.h"

#include <stdlib.h>
#include <string.h>
#include "base/base.h"

size_t
problem_unknowns(const struct problem *p)
{
	return (size_t)p->terms * ((size_t)p->k + 1);
}

static size_t
curve_size(size_t unknowns, enum curvature curve)
{
	return curve == CURVE_FULL ? unknowns * unknowns : curve == CURVE_DIAGONAL ? unknowns : 0;
}

void
sums_init(struct sums *s, size_t unknowns, enum curvature most)
{
	s->value = 0;
	s->g = mem_alloc(unknowns * sizeof(double));
	s->h = mem_alloc((curve_size(unknowns, most) + 1) * sizeof(double));
}

void
sums_fini(struct sums *s)
{
	free(s->g);
	free(s->h);
}

void
sums_clear(struct sums *s, size_t unknowns, enum curvature curve)
{
	s->value = 0;
	memset(s->g, 0, unknowns * sizeof(double));
	memset(s->h, 0, curve_size(unknowns, curve) * sizeof(double));
}

void
sums_add(struct sums *to, const struct sums *part, size_t unknowns, enum curvature curve)
{
	size_t n = curve_size(unknowns, curve);
	to->value += part->value;
	for (size_t j = 0; j < unknowns; j++)
		to->g[j] += part->g[j];
	for (size_t j = 0; j < n; j++)
		to->h[j] += part->h[j];
}

void
sums_scale(struct sums *s, size_t unknowns, enum curvature curve, double factor)
{
	s->value *= factor;
	for (size_t j = 0; j < unknowns; j++)
		s->g[j] *= factor;
	for (size_t j = 0; j < curve_size(unknowns, curve); j++)
		s->h[j] *= factor;
}
