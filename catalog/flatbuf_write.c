/* SPDX-License-Identifier: Apache-2.0
 * Writing flatbuffers forwards: a table comes before what it points to, so its pointers are filled in
 * afterwards. Places are aligned from the first byte, which the caller puts at a multiple of 8. */
#include "catalog/flatbuf.h"

static void
fill(struct str *b, size_t n)
{
	while (n-- > 0)
		str_addc(b, '\0');
}

/* Fills up until the byte that comes `ahead` after the end is at a multiple of `to`. */
static void
align(struct str *b, size_t ahead, size_t to)
{
	fill(b, (to - (b->len + ahead) % to) % to);
}

void
fbw_put(struct str *b, size_t at, size_t size, int64_t v)
{
	for (size_t i = 0; i < size; i++)
		b->s[at + i] = (char)(uint8_t)((uint64_t)v >> (8 * i));
}

void
fbw_point(struct str *b, size_t from, size_t to)
{
	fbw_put(b, from, 4, (int64_t)(to - from));
}

void
fbw_begin(struct str *b)
{
	str_reset(b);
	fill(b, 4);
}

size_t
fbw_table(struct str *b, struct fbw_field *fields, size_t n)
{
	size_t vsize = 4 + 2 * n, vtable, at;

	align(b, vsize, 8);
	vtable = b->len;
	fill(b, vsize);
	at = b->len;
	fill(b, 4);
	for (size_t i = 0; i < n; i++) {
		struct fbw_field *f = &fields[i];

		if (f->size == 0)
			continue;
		align(b, 0, f->size);
		f->at = b->len;
		fill(b, f->size);
		fbw_put(b, f->at, f->size, f->value);
		fbw_put(b, vtable + 4 + 2 * i, 2, (int64_t)(f->at - at));
	}
	fbw_put(b, vtable, 2, (int64_t)vsize);
	fbw_put(b, vtable + 2, 2, (int64_t)(b->len - at));
	fbw_put(b, at, 4, (int64_t)(at - vtable));
	return at;
}

size_t
fbw_text(struct str *b, const char *s, size_t n)
{
	size_t at;

	align(b, 0, 4);
	at = b->len;
	fill(b, 4);
	fbw_put(b, at, 4, (int64_t)n);
	str_addn(b, s, n);
	fill(b, 1);
	return at;
}

size_t
fbw_list(struct str *b, size_t n, size_t size)
{
	size_t at;

	align(b, 4, 8);
	at = b->len;
	fill(b, 4 + n * size);
	fbw_put(b, at, 4, (int64_t)n);
	return at;
}
