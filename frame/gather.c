/* SPDX-License-Identifier: Apache-2.0
 * Filtering: a new frame of some rows of another.
 *
 * It goes by blocks of rows. Of each block the places of the rows to keep are written down
 * once, in a list that stays in the nearest cache, and each column gathers by that list:
 *
 *	keep  1 0 0 1 1 0 1      at  0 3 4 6      column  a b c d e f g  ->  a d e g
 *
 * Where only few go, what lies between them is copied as a whole. */
#include "frame/build.h"

#include <string.h>
#include "frame/bits.h"

#define BLOCK 4096

/* Rows of one block to keep, by their place in it. */
struct picks {
	int64_t first; /* row of the frame the block begins with */
	int64_t done;  /* rows kept in blocks before */
	int n;
	uint16_t at[BLOCK];
	int runs;                      /* of neighbouring rows */
	uint16_t begin[BLOCK / 2 + 2]; /* the pick that begins each, and n behind the last */
};

/* --- filtering ----------------------------------------------------------------------------------- */

static void
pick(struct picks *p, const uint8_t *keep, int64_t n)
{
	int k = 0;

	for (int64_t i = 0; i < n; i++) {
		p->at[k] = (uint16_t)i;
		k += keep[i] != 0;
	}
	p->n = k;
	p->runs = 0;
	for (int j = 0; j < k; j++) {
		p->begin[p->runs] = (uint16_t)j;
		p->runs += j == 0 || p->at[j] != p->at[j - 1] + 1;
	}
	p->begin[p->runs] = (uint16_t)k;
}

static void
gather_words(int64_t *to, const int64_t *from, const struct picks *p)
{
	bool few = p->runs < p->n / 16;

	for (int r = 0; few && r < p->runs; r++)
		memcpy(to + p->begin[r], from + p->at[p->begin[r]],
			(size_t)(p->begin[r + 1] - p->begin[r]) * sizeof(*to));
	for (int j = 0; !few && j < p->n; j++)
		to[j] = from[p->at[j]];
}

static void
gather_bits(uint8_t *to, const uint8_t *from, int64_t off, const struct picks *p)
{
	for (int j = 0; j < p->n; j++)
		bit_push(to, p->done + j, bit_get(from, off + p->at[j]));
}

static void
gather_text(struct builder *b, struct bcol *to, const struct column *c, const struct picks *p)
{
	const int32_t *ends = column_ends(c) + p->first;
	int32_t *out = (int32_t *)to->data + p->done + 1;
	char *bytes = p->n ? bcol_text(b, to, ends[p->at[p->n - 1] + 1] - ends[p->at[0]]) : NULL;

	for (int r = 0; bytes && r < p->runs; r++) {
		int j = p->begin[r], next = p->begin[r + 1];
		int32_t begin = ends[p->at[j]], shift = (int32_t)to->text - begin;
		int32_t len = ends[p->at[next - 1] + 1] - begin;

		memcpy(to->bytes + to->text, c->bytes + begin, (size_t)len);
		to->text += len;
		for (; j < next; j++)
			out[j] = ends[p->at[j] + 1] + shift;
	}
}

static void
gather(struct builder *b, struct bcol *to, const struct column *c, const struct picks *p)
{
	int64_t off = c->off + p->first;

	if (to->valid)
		gather_bits(to->valid, c->valid, off, p);
	if (c->type == MLF_BOOL)
		gather_bits(to->data, c->data, off, p);
	else if (c->type == MLF_UTF8)
		gather_text(b, to, c, p);
	else
		gather_words((int64_t *)to->data + p->done, (const int64_t *)c->data + off, p);
}

static int64_t
count_kept(const uint8_t *keep, int64_t n)
{
	int64_t kept = 0;

	for (int64_t i = 0; i < n; i++)
		kept += keep[i] != 0;
	return kept;
}

/* A column like c with memory for n rows, and a bitmap if c has nulls. NULL after a mistake. */
static struct bcol *
column_like(struct builder *b, const struct column *c, int64_t n, bool nulls)
{
	struct bcol *to = builder_whole(b, c->name, c->type, n);

	if (!to || (nulls && !bcol_valid(b, to)))
		return NULL;
	buf_populate(to->buf[DATA], 0, type_bytes(c->type, n));
	if (c->type == MLF_UTF8)
		*(int32_t *)to->data = 0;
	return to;
}

static void
filter_into(struct builder *b, const struct frame *f, const uint8_t *keep, int64_t kept)
{
	struct picks p = {0};

	for (int i = 0; i < f->n; i++) {
		const struct column *c = frame_column(f, i);

		if (!column_like(b, c, kept, c->nulls > 0))
			return;
	}
	for (; p.first < f->rows; p.first += BLOCK, p.done += p.n) {
		int64_t rest = f->rows - p.first;

		pick(&p, keep + p.first, rest < BLOCK ? rest : BLOCK);
		for (int i = 0; i < f->n; i++)
			gather(b, &b->cols[i], frame_column(f, i), &p);
	}
	for (int i = 0; i < f->n; i++)
		if (b->cols[i].valid)
			b->cols[i].nulls = kept - bits_count(b->cols[i].valid, 0, kept);
}

struct mlf_frame *
filter_rows(struct mlf_frame *mf, const bool *keep)
{
	struct lent *l = lent_of(mf);
	/* As bytes: a plugin may have put other numbers than 0 and 1 there. */
	const uint8_t *bytes = (const uint8_t *)keep;
	struct frame *f = l->frame;
	struct mlf_builder *b;
	int64_t kept;

	if (!keep && f->rows > 0) {
		scope_mistake(l->scope, "mlf_filter without a list of rows to keep (NULL)");
		return scope_nothing(l->scope, 0);
	}
	kept = count_kept(bytes, f->rows);
	if (kept == f->rows)
		return scope_lend(l->scope, f);
	if (f->n == 0)
		return scope_nothing(l->scope, kept);
	b = scope_builder(l->scope);
	filter_into(builder_of(b), f, bytes, kept);
	return build_finish(b);
}
