/* SPDX-License-Identifier: Apache-2.0
 * Compression between a type and its file.
 *
 *	type <-> host <-> struct pack <-> hash <-> file
 *
 * So every type that reads and writes bytes in order has it by listing PACK_OPTIONS, and a hash is
 * always that of the file as it lies there. */
#ifndef CATALOG_PACK_H
#define CATALOG_PACK_H

#include "catalog/inside.h"

/* What lies before and behind a step of a format. */
struct pack_io {
	const unsigned char *in;
	size_t n_in;
	unsigned char *out;
	size_t n_out;
};

/* A format. A step moves in and out as far as it can. */
struct pack_format {
	const char *name, *suffix;
	int level_min, level_max, level; /* the last: if nobody asks for one */
	void *(*read_new)(void);
	int (*decode)(void *state, struct pack_io *io); /* 1: a member ended, 0, -1: damaged */
	void (*read_free)(void *state);
	void *(*write_new)(int level);
	int (*encode)(void *state, struct pack_io *io, bool end); /* 1: all is out, 0, -1 */
	void (*write_free)(void *state);
};

extern const struct pack_format pack_gzip, pack_zstd;

struct pack;
/* What the entry asks for, by `compression` or by the suffix of its file; *out is NULL if that is
 * nothing. Fails on options that go together with nothing. */
MUST_CHECK int pack_new(struct host *h, bool writes, struct pack **out);
/* Like mlf_read and mlf_write; pack_end writes what is held back. */
int64_t pack_read(struct pack *c, struct host *h, void *into, size_t n);
MUST_CHECK int pack_write(struct pack *c, struct host *h, const void *p, size_t n);
MUST_CHECK int pack_end(struct pack *c, struct host *h);
void pack_free(struct pack *c); /* NULL is fine */

#endif
