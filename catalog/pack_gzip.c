/* SPDX-License-Identifier: Apache-2.0
 * gzip through zlib. The header holds neither name nor time, so that one table is one file. */
#include "catalog/pack.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

#define GZIP (15 + 16) /* the largest window, and gzip's header instead of zlib's */

struct gzip {
	z_stream z;
	bool ended; /* a member did; the next byte begins another */
};

static void
point(z_stream *z, struct pack_io *io)
{
	z->next_in = (unsigned char *)(uintptr_t)io->in;
	z->avail_in = io->n_in < UINT_MAX ? (uInt)io->n_in : UINT_MAX;
	z->next_out = io->out;
	z->avail_out = io->n_out < UINT_MAX ? (uInt)io->n_out : UINT_MAX;
}

static void
advance(const z_stream *z, struct pack_io *io)
{
	io->n_in -= (size_t)(z->next_in - io->in);
	io->n_out -= (size_t)(z->next_out - io->out);
	io->in = z->next_in;
	io->out = z->next_out;
}

static void *
read_new(void)
{
	struct gzip *g = mem_alloc(sizeof(*g));

	if (inflateInit2(&g->z, GZIP) != Z_OK)
		mem_exhausted();
	return g;
}

static int
decode(void *state, struct pack_io *io)
{
	struct gzip *g = state;
	int rc;

	if (g->ended && inflateReset(&g->z) != Z_OK)
		return -1;
	point(&g->z, io);
	rc = inflate(&g->z, Z_NO_FLUSH);
	advance(&g->z, io);
	g->ended = rc == Z_STREAM_END;
	if (rc == Z_MEM_ERROR)
		mem_exhausted();
	return g->ended ? 1 : rc == Z_OK || rc == Z_BUF_ERROR ? 0 : -1;
}

static void
read_free(void *state)
{
	struct gzip *g = state;

	(void)inflateEnd(&g->z);
	free(g);
}

static void *
write_new(int level)
{
	struct gzip *g = mem_alloc(sizeof(*g));

	if (deflateInit2(&g->z, level, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		mem_exhausted();
	return g;
}

static int
encode(void *state, struct pack_io *io, bool end)
{
	struct gzip *g = state;
	int rc;

	point(&g->z, io);
	rc = deflate(&g->z, end ? Z_FINISH : Z_NO_FLUSH);
	advance(&g->z, io);
	return rc == Z_STREAM_END ? 1 : rc == Z_OK || rc == Z_BUF_ERROR ? 0 : -1;
}

static void
write_free(void *state)
{
	struct gzip *g = state;

	(void)deflateEnd(&g->z);
	free(g);
}

const struct pack_format pack_gzip = {
	.name = "gzip",
	.suffix = ".gz",
	.level_min = 1,
	.level_max = 9,
	.level = 6,
	.read_new = read_new,
	.decode = decode,
	.read_free = read_free,
	.write_new = write_new,
	.encode = encode,
	.write_free = write_free,
};
