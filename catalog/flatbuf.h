/* SPDX-License-Identifier: Apache-2.0
 * Flatbuffers, as far as Arrow's metadata needs them: read with every offset checked, and written.
 *
 *	bytes       u32 root ---> table: i32 back to its vtable, then the fields that are there
 *	vtable      u16 its size, u16 the table's size, then per field u16 its place in the table; 0: none
 *	list, text  u32 how many, then the elements; of tables, and texts, u32 from there to there
 *
 * All of it is little-endian. Reading trusts nothing: what points outside of the bytes marks them as
 * bad and counts as absent, so a caller looks at `bad` once, at the end. */
#ifndef CATALOG_FLATBUF_H
#define CATALOG_FLATBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/base.h"

/* --- reading ------------------------------------------------------------------------------------- */

struct fb {
	const uint8_t *p; /* borrowed */
	size_t n;
	bool bad; /* something was not as it must be */
};

struct fb_table {
	struct fb *fb;     /* borrowed */
	size_t at, vtable; /* where they stand */
	size_t size, vsize;
};

struct fb_list {
	size_t at, n; /* of the first element; how many */
};

/* False, here and below: there is none, or it is bad. */
bool fb_root(struct fb *b, struct fb_table *out);
/* A number of 1, 2, 4 or 8 bytes, with its sign; `def` if it is not there. */
int64_t fb_int(const struct fb_table *t, int field, size_t size, int64_t def);
bool fb_has(const struct fb_table *t, int field);
bool fb_sub(const struct fb_table *t, int field, struct fb_table *out);
/* The bytes of a text, which no NUL needs to end. */
bool fb_text(const struct fb_table *t, int field, const char **s, size_t *n);
/* A list of elements of `size` bytes; not there: an empty one. */
struct fb_list fb_list(const struct fb_table *t, int field, size_t size);
/* Element i of a list of tables. */
bool fb_item(struct fb *b, const struct fb_list *l, size_t i, struct fb_table *out);
/* A number at a place that is inside, as the elements of a list are. */
int64_t fb_at(const struct fb *b, size_t at, size_t size);

/* --- writing ------------------------------------------------------------------------------------- */

/* A field of a table. Parents are written before their children, then made to point to them. */
struct fbw_field {
	uint8_t size; /* 1, 2, 4, 8; 0: the field is left out */
	int64_t value;
	size_t at; /* out: where it stands */
};

/* Begins the bytes with the root's place. */
void fbw_begin(struct str *b);
/* Adds a table; returns its place. */
size_t fbw_table(struct str *b, struct fbw_field *fields, size_t n);
size_t fbw_text(struct str *b, const char *s, size_t n);
/* Adds a list of n zeroed elements, aligned to 8 bytes; returns its place, 4 before the first. */
size_t fbw_list(struct str *b, size_t n, size_t size);
void fbw_put(struct str *b, size_t at, size_t size, int64_t v);
/* Makes the four bytes at `from` point to `to`, which stands behind them. The root's are at 0. */
void fbw_point(struct str *b, size_t from, size_t to);

#endif
