/* SPDX-License-Identifier: Apache-2.0
 * Reading flatbuffers that may be anything. Only `load` looks at bytes, and each caller of it has
 * checked that they are inside; numbers are put together byte by byte, so nothing needs to be aligned.
 * Nothing here recurs or loops over what the bytes say. */
#include "catalog/flatbuf.h"

static uint64_t
load(const struct fb *b, size_t at, size_t size)
{
	uint64_t v = 0;

	for (size_t i = 0; i < size; i++)
		v |= (uint64_t)b->p[at + i] << (8 * i);
	return v;
}

static bool
inside(struct fb *b, size_t at, uint64_t size)
{
	if (at <= b->n && size <= b->n - at)
		return true;
	b->bad = true;
	return false;
}

int64_t
fb_at(const struct fb *b, size_t at, size_t size)
{
	uint64_t v = load(b, at, size), sign = UINT64_C(1) << (8 * size - 1);

	return (int64_t)(size < 8 ? (v ^ sign) - sign : v);
}

/* Where the four bytes at `at` point to; 0: outside. */
static size_t
follow(struct fb *b, size_t at)
{
	uint64_t to;

	if (!inside(b, at, 4))
		return 0;
	to = at + load(b, at, 4);
	if (to > at && inside(b, to, 4))
		return to;
	b->bad = true;
	return 0;
}

static bool
table_at(struct fb *b, size_t at, struct fb_table *out)
{
	int64_t vtable;
	size_t vsize, size;

	if (at == 0 || !inside(b, at, 4))
		return false;
	vtable = (int64_t)at - fb_at(b, at, 4);
	if (vtable < 0 || !inside(b, (size_t)vtable, 4)) {
		b->bad = true;
		return false;
	}
	vsize = load(b, (size_t)vtable, 2);
	size = load(b, (size_t)vtable + 2, 2);
	if (vsize < 4 || size < 4 || !inside(b, (size_t)vtable, vsize) || !inside(b, at, size)) {
		b->bad = true;
		return false;
	}
	*out = (struct fb_table){b, at, (size_t)vtable, size, vsize};
	return true;
}

/* The place of a field of so many bytes; 0: it is not there. */
static size_t
field_at(const struct fb_table *t, int field, size_t size)
{
	size_t slot = 4 + 2 * (size_t)field, off;

	if (slot + 2 > t->vsize)
		return 0;
	off = load(t->fb, t->vtable + slot, 2);
	if (off == 0)
		return 0;
	if (off < 4 || off + size > t->size) {
		t->fb->bad = true;
		return 0;
	}
	return t->at + off;
}

bool
fb_root(struct fb *b, struct fb_table *out)
{
	return table_at(b, follow(b, 0), out);
}

int64_t
fb_int(const struct fb_table *t, int field, size_t size, int64_t def)
{
	size_t at = field_at(t, field, size);

	return at ? fb_at(t->fb, at, size) : def;
}

bool
fb_has(const struct fb_table *t, int field)
{
	return field_at(t, field, 1) != 0;
}

bool
fb_sub(const struct fb_table *t, int field, struct fb_table *out)
{
	size_t at = field_at(t, field, 4);

	return at && table_at(t->fb, follow(t->fb, at), out);
}

struct fb_list
fb_list(const struct fb_table *t, int field, size_t size)
{
	size_t at = field_at(t, field, 4), list = at ? follow(t->fb, at) : 0;
	uint64_t n = list ? load(t->fb, list, 4) : 0;

	if (!list || !inside(t->fb, list + 4, n * size))
		return (struct fb_list){0, 0};
	return (struct fb_list){list + 4, (size_t)n};
}

bool
fb_text(const struct fb_table *t, int field, const char **s, size_t *n)
{
	struct fb_list l = fb_list(t, field, 1);

	*s = l.at ? (const char *)t->fb->p + l.at : "";
	*n = l.n;
	return l.at != 0;
}

bool
fb_item(struct fb *b, const struct fb_list *l, size_t i, struct fb_table *out)
{
	return i < l->n && table_at(b, follow(b, l->at + 4 * i), out);
}
