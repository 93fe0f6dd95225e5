/* SPDX-License-Identifier: Apache-2.0
 * One look at all rows: objective, gradient and second derivative in a single pass over the columns.
 *
 * Blocks are added up within a chunk, every other chunk within a strand, and the strands in the end:
 *
 *	rows      | chunk | chunk | chunk | chunk | ...
 *	strand 0     + ------------- + ----------- ...
 *	strand 1             + ------------- + --- ...
 *
 * So the sums depend on the rows alone, and the second strand is a second thread where there is a second
 * processor. */
#include "model/block.h"

#include <stdlib.h>
#include "base/base.h"

enum { CHUNK = 256 * BLOCK };

struct strand {
	struct block block;
	int64_t first, step; /* its chunks */
	const double *w;
	enum curvature curve;
	struct sums *out; /* what they come to */
};

struct pass {
	const struct problem *p;
	int n; /* strands */
	struct strand strands[2];
	struct sums second; /* what the second one comes to */
	bool alone;         /* there is one processor */
};

struct pass *
pass_new(const struct problem *p, enum curvature most)
{
	struct pass *s = mem_alloc(sizeof(*s));
	s->p = p;
	s->n = p->n > CHUNK ? 2 : 1;
	s->alone = processors() < 2;
	for (int k = 0; k < s->n; k++) {
		s->strands[k].first = (int64_t)k * CHUNK;
		s->strands[k].step = (int64_t)s->n * CHUNK;
		block_init(&s->strands[k].block, p, most);
	}
	sums_init(&s->second, problem_unknowns(p), most);
	return s;
}

void
pass_free(struct pass *s)
{
	if (!s)
		return;
	for (int k = 0; k < s->n; k++)
		block_fini(&s->strands[k].block);
	sums_fini(&s->second);
	free(s);
}

void
pass_sample(struct pass *s, int every)
{
	for (int k = 0; k < s->n; k++)
		s->strands[k].block.every = every;
}

/* Squares of two different terms were filled below their diagonals; they are symmetric. */
static void
mirror(const struct problem *p, double *h)
{
	size_t d = (size_t)p->k + 1, width = problem_unknowns(p);
	for (size_t a = 0; a < (size_t)p->terms; a++)
		for (size_t b = 0; b < a; b++)
			for (size_t j = 0; j < d; j++)
				for (size_t l = 0; l < j; l++)
					h[(a * d + l) * width + b * d + j] =
						h[(a * d + j) * width + b * d + l];
}

static void
add_penalty(const struct problem *p, const double *w, enum curvature curve, struct sums *out)
{
	size_t n = problem_unknowns(p);
	for (size_t j = 0; j < n; j++) {
		double off = w[j] - (p->prior ? p->prior[j] : 0);
		out->value += p->penalty[j] * off * off / 2;
		out->g[j] += p->penalty[j] * off;
		if (curve == CURVE_FULL)
			out->h[j * n + j] += p->penalty[j];
		else if (curve == CURVE_DIAGONAL)
			out->h[j] += p->penalty[j];
	}
}

static void
add_hold(const struct problem *p, const double *w, enum curvature curve, struct sums *out)
{
	size_t n = problem_unknowns(p);
	for (size_t j = 0; j < n; j++) {
		const double *row = p->hold + j * n;
		double off = w[j] - p->prior[j], sum = 0;
		for (size_t l = 0; l < j; l++) {
			sum += row[l] * (w[l] - p->prior[l]);
			out->g[l] += row[l] * off;
		}
		out->value += off * (sum + row[j] * off / 2);
		out->g[j] += sum + row[j] * off;
		if (curve == CURVE_DIAGONAL)
			out->h[j] += row[j];
		for (size_t l = 0; curve == CURVE_FULL && l <= j; l++)
			out->h[j * n + l] += row[l];
	}
}

static void
run_chunk(struct strand *s, int64_t from)
{
	struct block *b = &s->block;
	int64_t n = b->p->n, end = n - from < CHUNK ? n : from + CHUNK;
	sums_clear(&b->part, problem_unknowns(b->p), s->curve);
	for (int64_t i = from; i < end; i += (int64_t)BLOCK * b->every)
		b->look(b, s->w, s->curve, i, end - i < BLOCK ? (int)(end - i) : BLOCK);
}

static void
run_strand(void *arg)
{
	struct strand *s = arg;
	const struct problem *p = s->block.p;
	sums_clear(s->out, problem_unknowns(p), s->curve);
	for (int64_t i = s->first; i < p->n; i += s->step) {
		run_chunk(s, i);
		sums_add(s->out, &s->block.part, problem_unknowns(p), s->curve);
	}
}

static void
run_strands(struct pass *s)
{
	struct strand *second = &s->strands[1];
	struct beside other;
	if (s->n > 1 && !s->alone)
		beside_begin(&other, run_strand, second);
	run_strand(&s->strands[0]);
	if (s->n > 1 && !s->alone)
		beside_end(&other);
	else if (s->n > 1)
		run_strand(second);
}

void
pass_run(struct pass *s, const double *w, enum curvature curve, struct sums *out)
{
	const struct problem *p = s->p;
	size_t unknowns = problem_unknowns(p);
	for (int k = 0; k < s->n; k++) {
		s->strands[k].w = w;
		s->strands[k].curve = curve;
		s->strands[k].out = k ? &s->second : out;
	}
	run_strands(s);
	if (s->n > 1)
		sums_add(out, &s->second, unknowns, curve);
	if (s->strands[0].block.every > 1)
		sums_scale(out, unknowns, curve, s->strands[0].block.every);
	if (curve == CURVE_FULL)
		mirror(p, out->h);
	add_penalty(p, w, curve, out);
	if (p->hold)
		add_hold(p, w, curve, out);
}
