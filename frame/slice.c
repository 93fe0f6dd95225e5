/* SPDX-License-Identifier: Apache-2.0
 * Rows of a frame without a copy: the same buffers, further in. */
#include "frame/inside.h"

static void
column_slice(struct frame *f, int i, int64_t from, int64_t n, struct fcol *to)
{
	fcol_share(to, f, i, f->cols[i].c.name);
	to->c.off += from;
	to->c.n = n;
	if (to->c.nulls != 0)
		to->c.nulls = -1; /* counted on first use */
}

struct mlf_frame *
slice_rows(struct mlf_frame *mf, int64_t from, int64_t n)
{
	struct lent *l = lent_of(mf);
	struct frame *f = l->frame, *out;

	if (from < 0 || n < 0 || from > f->rows || n > f->rows - from) {
		scope_mistake(l->scope, "rows %lld to %lld of a table of %lld rows",
			(long long)from, (long long)((uint64_t)from + (uint64_t)n),
			(long long)f->rows);
		return scope_nothing(l->scope, n);
	}
	out = frame_make(f->n, n);
	for (int i = 0; i < f->n; i++)
		column_slice(f, i, from, n, &out->cols[i]);
	(void)frame_named(out);
	return scope_give(l->scope, out);
}
