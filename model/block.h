/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_BLOCK_H
#define MODEL_BLOCK_H

#include "model/newton.h"

enum { BLOCK = 128 };

/* What one thread has for looking at rows. */
struct block {
	const struct problem *p;
	double *u;        /* owned: k + 1 columns of BLOCK */
	double *z, *r;    /* inside u's memory: linear terms and residuals, one column a term */
	double *h;        /* curvature */
	double *t, *y;    /* scratch; the last targets, padded */
	struct sums part; /* what it comes to */
	int64_t next;     /* where the next block begins */
	int every;        /* which blocks are looked at; 1: all */
	/* Adds rows from..from + m to part; m is BLOCK, or less at the end. */
	void (*look)(struct block *s, const double *w, enum curvature curve, int64_t from, int m);
};
void block_init(struct block *s, const struct problem *p, enum curvature most);
void block_fini(struct block *s);

#endif
