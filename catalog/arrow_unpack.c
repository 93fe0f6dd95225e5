/* SPDX-License-Identifier: Apache-2.0
 * Batches whose buffers are compressed, one by one: each begins with its size as 64 bits, or with -1 if
 * it was left as it is. They are unpacked together, and stand in memory where others stand in the file. */
#include "catalog/arrow.h"

#include <lz4frame.h>
#include <string.h>
#include <zstd.h>

#define PREFIX 8
#define BODY_MAX (INT64_C(1) << 31)

/* Fills `to`; false if anything else comes of it. */
typedef bool unpack_buffer(char *to, size_t to_n, const char *from, size_t n);

static bool
unpack_lz4(char *to, size_t to_n, const char *from, size_t n)
{
	LZ4F_dctx *c;
	size_t done = 0, used = 0, left = 1;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&c, LZ4F_VERSION)))
		return false;
	while (left > 0 && used < n) {
		size_t room = to_n - done, some = n - used;

		left = LZ4F_decompress(c, to + done, &room, from + used, &some, NULL);
		if (LZ4F_isError(left) || (room == 0 && some == 0))
			break;
		done += room;
		used += some;
	}
	(void)LZ4F_freeDecompressionContext(c);
	return left == 0 && done == to_n && used == n;
}

static bool
unpack_zstd(char *to, size_t to_n, const char *from, size_t n)
{
	return ZSTD_decompress(to, to_n, from, n) == to_n;
}

/* What a byte can become at most: of LZ4 a byte more of a length, of ZSTD a block of 128 KiB of one byte in
 * four. Who asks for more than that does not get the memory. */
static const struct {
	unpack_buffer *unpack;
	int64_t ratio;
} codecs[] = {{unpack_lz4, 255}, {unpack_zstd, 32768}};

int
arrow_codec(struct arrow_file *f, int64_t codec)
{
	if (codec >= 0 && (size_t)codec < sizeof(codecs) / sizeof(codecs[0]))
		return 0;
	return arrow_fail(f->h, 0, "write it with LZ4 or ZSTD, or without compression",
		"its batches are compressed with a codec that is not known (%lld)",
		(long long)codec);
}

static int64_t
read_i64(const char *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | (uint8_t)p[i];
	return (int64_t)v;
}

/* One buffer: `*at` and `*n` say where it stands in the file, and then where in the body. */
static int
unpack(struct arrow_file *f, int64_t codec, struct arrow_batch *b, int64_t *at, int64_t *n)
{
	size_t packed = (size_t)*n;
	int64_t size;
	bool ok = true;

	if (packed < PREFIX)
		return arrow_damaged(f->h, "a compressed buffer has no size");
	f->packed = mem_grow(f->packed, &f->packed_cap, packed, 1);
	if (arrow_file_read(f, *at, f->packed, packed) < 0)
		return -1;
	size = read_i64(f->packed);
	packed -= PREFIX;
	if (size == -1)
		size = (int64_t)packed;
	else if (size < 0 || size / codecs[codec].ratio > (int64_t)packed)
		return arrow_damaged(f->h, "a compressed buffer says more than it can hold");
	else if (size > BODY_MAX - (int64_t)b->body_n)
		return arrow_fail(f->h, 0, "write it in smaller batches",
			"a batch is larger than 2 GiB when it is unpacked");
	b->body = mem_grow(b->body, &b->body_cap, b->body_n + (size_t)size + 1, 1);
	*at = (int64_t)b->body_n;
	*n = size;
	if (read_i64(f->packed) == -1)
		memcpy(b->body + b->body_n, f->packed + PREFIX, packed);
	else
		ok = codecs[codec].unpack(
			b->body + b->body_n, (size_t)size, f->packed + PREFIX, packed);
	b->body_n += (size_t)size;
	return ok ? 0 : arrow_damaged(f->h, "a compressed buffer cannot be unpacked");
}

int
arrow_unpack(struct arrow_file *f, int64_t codec, size_t columns, struct arrow_batch *b)
{
	b->body_n = 0;
	b->unpacked = true;
	for (size_t i = 0; i < columns; i++)
		for (int part = 0; part < ARROW_PARTS; part++) {
			int64_t *at = &b->places[i].part[part].at, *n = &b->places[i].part[part].n;

			if (*n > 0 && unpack(f, codec, b, at, n) < 0)
				return -1;
		}
	return 0;
}
