/* SPDX-License-Identifier: Apache-2.0
 * Zstandard through libzstd, on the calling thread, with a checksum at the end of each frame. */
#include "catalog/pack.h"

#include <zstd.h>

static void *
read_new(void)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();

	if (!d)
		mem_exhausted();
	return d;
}

static int
decode(void *state, struct pack_io *io)
{
	ZSTD_inBuffer in = {io->in, io->n_in, 0};
	ZSTD_outBuffer out = {io->out, io->n_out, 0};
	size_t rc = ZSTD_decompressStream(state, &out, &in);

	io->in += in.pos;
	io->n_in -= in.pos;
	io->out += out.pos;
	io->n_out -= out.pos;
	return ZSTD_isError(rc) ? -1 : rc == 0;
}

static void
read_free(void *state)
{
	(void)ZSTD_freeDCtx(state);
}

static void *
write_new(int level)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();

	if (!c || ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level)) ||
		ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1)))
		mem_exhausted();
	return c;
}

static int
encode(void *state, struct pack_io *io, bool end)
{
	ZSTD_inBuffer in = {io->in, io->n_in, 0};
	ZSTD_outBuffer out = {io->out, io->n_out, 0};
	size_t rc = ZSTD_compressStream2(state, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);

	io->in += in.pos;
	io->n_in -= in.pos;
	io->out += out.pos;
	io->n_out -= out.pos;
	return ZSTD_isError(rc) ? -1 : end && rc == 0;
}

static void
write_free(void *state)
{
	(void)ZSTD_freeCCtx(state);
}

const struct pack_format pack_zstd = {
	.name = "zstd",
	.suffix = ".zst",
	.level_min = 1,
	.level_max = 19,
	.level = 3,
	.read_new = read_new,
	.decode = decode,
	.read_free = read_free,
	.write_new = write_new,
	.encode = encode,
	.write_free = write_free,
};
