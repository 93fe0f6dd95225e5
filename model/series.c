/* SPDX-License-Identifier: Apache-2.0 */
#include "model/series.h"

#include <string.h>

struct series
series_of(struct mlf_frame *f, const char *name)
{
	int column = mlf_find(f, name);
	enum mlf_type type = column < 0 ? MLF_F64 : mlf_column_type(f, column);

	if (type == MLF_BOOL) {
		struct mlf_bools c = mlf_bool(f, name);
		return (struct series){type, c.bits, c.off, c.valid, c.off, c.nulls};
	}
	if (type == MLF_I64) {
		struct mlf_i64s c = mlf_i64(f, name);
		return (struct series){type, c.v, 0, c.valid, c.off, c.nulls};
	}
	struct mlf_f64s c = mlf_f64(f, name);
	return (struct series){MLF_F64, c.v, 0, c.valid, c.off, c.nulls};
}

/* Rows of bits, four at a time. */
static void
read_bits(const uint8_t *bits, int64_t at, int64_t m, double *to)
{
	static const double four[16][4] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 0},
		{0, 0, 1, 0}, {1, 0, 1, 0}, {0, 1, 1, 0}, {1, 1, 1, 0}, {0, 0, 0, 1}, {1, 0, 0, 1},
		{0, 1, 0, 1}, {1, 1, 0, 1}, {0, 0, 1, 1}, {1, 0, 1, 1}, {0, 1, 1, 1}, {1, 1, 1, 1}};
	int64_t i = 0;

	for (; i + 4 <= m; i += 4, at += 4) {
		unsigned shift = at & 7, byte = bits[at >> 3] >> shift;

		if (shift > 4)
			byte |= (unsigned)bits[(at >> 3) + 1] << (8 - shift);
		memcpy(to + i, four[byte & 15], sizeof(four[0]));
	}
	for (; i < m; i++, at++)
		to[i] = bits[at >> 3] >> (at & 7) & 1;
}

const double *
series_read(const struct series *s, int64_t from, int64_t m, double *room)
{
	int64_t at = s->off + from;

	if (s->type == MLF_F64)
		return (const double *)s->v + at;
	if (s->type == MLF_BOOL)
		read_bits(s->v, at, m, room);
	else
		for (int64_t i = 0; i < m; i++)
			room[i] = (double)((const int64_t *)s->v)[at + i];
	return room;
}

const char *
series_at(const struct series *s, int64_t i)
{
	int64_t at = s->off + i;

	return (const char *)s->v + (s->type == MLF_BOOL ? at / 8 : at * 8);
}
