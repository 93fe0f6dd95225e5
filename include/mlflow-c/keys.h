/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: which rows came before, by the cells of some columns, across batches. */
#ifndef MLFLOW_C_KEYS_H
#define MLFLOW_C_KEYS_H

#include <mlflow-c/tools.h>
#include <stdlib.h>

/* Keys that came before: 128 bits of each, so that no two that differ will ever be taken for one. */
struct mlf_seen {
	uint64_t (*v)[2]; /* free() it */
	uint64_t slots, n;
};

static inline bool
mlf_seen_grow(struct mlf_seen *s)
{
	uint64_t slots = s->slots ? 2 * s->slots : 1024;
	uint64_t(*v)[2] = calloc(slots, sizeof(*v));
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

/* The same of a row of n columns. */
static inline int
mlf_seen_row(struct mlf_seen *s, const struct mlf_cells *cells, int n, int64_t i)
{
	uint64_t h[2] = {1, 2};
	for (int c = 0; c < n; c++) {
		uint64_t bits = mlf_cell_bits(&cells[c], i) + (uint64_t)mlf_cell_null(&cells[c], i);
		h[0] = mlf_mix(h[0], bits);
		h[1] = mlf_mix(h[1] * 0xbf58476d1ce4e5b9u, bits ^ h[1] >> 32);
		if (cells[c].type == MLF_UTF8 &&
			!mlf_cell_null(&cells[c], i)) /* 64 bits are too few */
			h[1] = mlf_mix(h[1], mlf_text_hash_of(mlf_str_at(&cells[c].strs, i), 7));
	}
	return mlf_seen_add(s, h[0], h[1]);
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
