/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: which rows came before, by the cells of some columns, across batches. */
#ifndef MLFLOW_C_KEYS_H
#define MLFLOW_C_KEYS_H

#include <mlflow-c/tools.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Keys that came before: 128 bits of each, so that no two that differ will ever be taken for one. */
struct mlf_seen {
	uint64_t (*v)[2]; /* free() it */
	uint64_t slots, n;
};

/* Room for n slots, all free; NULL without memory. Where it is reached at random, large pages are what matters. */
static inline uint64_t (*mlf_seen_room(uint64_t n))[2]
{
	enum { LARGE = 1 << 21 };
	uint64_t(*v)[2] = NULL;
	size_t bytes = n * sizeof(*v);
	v = bytes < LARGE ? malloc(bytes) : aligned_alloc(LARGE, bytes);
	if (v && bytes >= LARGE)
		(void)madvise(v, bytes, MADV_HUGEPAGE);
	if (v)
		memset(v, 0, bytes); /* a page that is read before it is written is made twice */
	return v;
}

static inline bool
mlf_seen_grow(struct mlf_seen *s)
{
	uint64_t slots = s->slots ? 2 * s->slots : 4096;
	uint64_t(*v)[2] = mlf_seen_room(slots);
	if (!v)
		return false;
	for (uint64_t i = 0; i < s->slots; i++) {
		uint64_t at = s->v[i][0] & (slots - 1);
		while (s->v[i][0] && v[at][0])
			at = (at + 1) & (slots - 1);
		if (s->v[i][0])
			memcpy(v[at], s->v[i], sizeof(*v));
	}
	free(s->v);
	s->v = v;
	s->slots = slots;
	return true;
}

/* 1 if the key is new, 0 if it came before, -1 without memory. */
static inline int
mlf_seen_add(struct mlf_seen *s, uint64_t a, uint64_t z)
{
	if (2 * (s->n + 1) > s->slots && !mlf_seen_grow(s))
		return -1;
	a |= a == 0; /* 0 is a free slot */
	uint64_t at = a & (s->slots - 1);
	for (; s->v[at][0]; at = (at + 1) & (s->slots - 1))
		if (s->v[at][0] == a && s->v[at][1] == z)
			return 0;
	s->v[at][0] = a;
	s->v[at][1] = z;
	s->n++;
	return 1;
}

/* Two hashes, each of all that went into them. */
static inline void
mlf_hash_add(uint64_t h[2], uint64_t bits)
{
	h[0] = mlf_mix(h[0], bits);
	h[1] = mlf_mix(h[1] * 0xbf58476d1ce4e5b9u, bits ^ h[1] >> 32);
}

/* All bytes of a text, and how many there are. */
static inline void
mlf_hash_text(uint64_t h[2], struct mlf_str s)
{
	uint32_t low = 0, high = 0;
	uint64_t word;
	mlf_hash_add(h, (uint64_t)s.len);
	for (; s.len > 8; s.s += 8, s.len -= 8) {
		memcpy(&word, s.s, 8);
		mlf_hash_add(h, word);
	}
	if (s.len >= 4) {
		memcpy(&low, s.s, 4);
		memcpy(&high, s.s + s.len - 4, 4);
	} else if (s.len > 0) {
		low = (uint32_t)(unsigned char)s.s[0] << 8 | (unsigned char)s.s[s.len / 2];
		high = (unsigned char)s.s[s.len - 1];
	}
	mlf_hash_add(h, (uint64_t)high << 32 | low);
}

static inline void
mlf_hash_null(uint64_t h[2])
{
	mlf_hash_add(h, 0x6e756c6c);
	mlf_hash_add(h, 0x6c6c756e); /* one step more than any number has */
}

static inline void
mlf_hash_cells(const struct mlf_cells *c, int64_t rows, uint64_t (*h)[2])
{
	const struct mlf_cells cells = *c;
	if (cells.nulls == 0 && cells.type != MLF_UTF8 && cells.type != MLF_BOOL) {
		for (int64_t i = 0; i < rows; i++)
			mlf_hash_add(h[i], cells.v[i]);
		return;
	}
	for (int64_t i = 0; i < rows; i++)
		if (mlf_cell_null(&cells, i))
			mlf_hash_null(h[i]);
		else if (cells.type == MLF_UTF8)
			mlf_hash_text(h[i], mlf_str_at(&cells.strs, i));
		else
			mlf_hash_add(h[i],
				cells.type == MLF_BOOL ? mlf_bool_at(&cells.bools, i) : cells.v[i]);
}

/* 128 bits for each row of n columns, column by column; to be freed, NULL without memory. */
static inline uint64_t (*mlf_hash_rows(const struct mlf_cells *cells, int n, int64_t rows))[2]
{
	uint64_t(*h)[2] = calloc((size_t)rows + 1, sizeof(*h));
	for (int c = 0; h && c < n; c++)
		mlf_hash_cells(&cells[c], rows, h);
	return h;
}

/* Keys that are asked for soon: memory is slower than we are. */
#define MLF_SEEN_AHEAD 16
static inline void
mlf_seen_expect(const struct mlf_seen *s, uint64_t (*h)[2], int64_t rows, int64_t i)
{
	if (s->slots && i + MLF_SEEN_AHEAD < rows)
		__builtin_prefetch(&s->v[h[i + MLF_SEEN_AHEAD][0] & (s->slots - 1)], 1);
}

/* The columns that a parameter names: a list, one, or all with "*" or nothing. How many, in *out, to be freed;
 * -1 after a mistake. */
static inline int
mlf_cells_by(struct mlf_ctx *ctx, struct mlf_frame *f, const struct mlf_value *by,
	struct mlf_cells **out)
{
	bool all = !by || by->kind == MLF_NOTHING || strcmp(by->text, "*") == 0;
	int n = all ? mlf_columns(f) : by->kind == MLF_LIST ? (int)by->n : 1;
	*out = calloc((size_t)n + 1, sizeof(**out));
	if (!*out)
		return mlf_fail(ctx, "no memory for %d columns", n);
	for (int k = 0; k < n; k++)
		if (all)
			(*out)[k] = mlf_cells_at(f, k);
		else if (mlf_cells_of(ctx, f, by->kind == MLF_LIST ? by->items[k].text : by->text,
				 &(*out)[k]) < 0)
			return -1;
	return n;
}

#endif
