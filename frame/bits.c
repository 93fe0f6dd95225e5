/* SPDX-License-Identifier: Apache-2.0
 * Bitmaps, many bits at a time: whole bytes in the middle, single bits at the ragged ends. */
#include "frame/bits.h"

#include <string.h>

int64_t
bits_count(const uint8_t *bits, int64_t off, int64_t n)
{
	int64_t end = off + n, count = 0;
	uint64_t word;

	for (; off < end && (off & 7); off++)
		count += bit_get(bits, off);
	for (; end - off >= 64; off += 64) {
		memcpy(&word, bits + (off >> 3), sizeof(word));
		count += __builtin_popcountll(word);
	}
	for (; off < end; off++)
		count += bit_get(bits, off);
	return count;
}

/* Four at a time. */
void
bits_doubles(const uint8_t *bits, int64_t off, int64_t n, double *to)
{
	static const double four[16][4] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 0},
		{0, 0, 1, 0}, {1, 0, 1, 0}, {0, 1, 1, 0}, {1, 1, 1, 0}, {0, 0, 0, 1}, {1, 0, 0, 1},
		{0, 1, 0, 1}, {1, 1, 0, 1}, {0, 0, 1, 1}, {1, 0, 1, 1}, {0, 1, 1, 1}, {1, 1, 1, 1}};
	int64_t i = 0;

	for (; i + 4 <= n; i += 4, off += 4) {
		unsigned shift = off & 7, byte = bits[off >> 3] >> shift;

		if (shift > 4)
			byte |= (unsigned)bits[(off >> 3) + 1] << (8 - shift);
		memcpy(to + i, four[byte & 15], sizeof(four[0]));
	}
	for (; i < n; i++, off++)
		to[i] = bit_get(bits, off);
}

void
bits_push_ones(uint8_t *to, int64_t at, int64_t n)
{
	int64_t whole;

	for (; n > 0 && (at & 7); at++, n--)
		bit_push(to, at, true);
	whole = n >> 3;
	if (whole > 0)
		memset(to + (at >> 3), 0xff, (size_t)whole);
	for (at += whole * 8, n -= whole * 8; n > 0; at++, n--)
		bit_push(to, at, true);
}

void
bits_push(uint8_t *to, int64_t at, const uint8_t *from, int64_t off, int64_t n)
{
	int64_t whole;

	for (; n > 0 && (at & 7); at++, off++, n--)
		bit_push(to, at, bit_get(from, off));
	whole = n >> 3;
	if (whole > 0 && !(off & 7)) {
		memcpy(to + (at >> 3), from + (off >> 3), (size_t)whole);
	} else {
		const uint8_t *src = from + (off >> 3);
		uint8_t *dst = to + (at >> 3);
		int low = off & 7;

		for (int64_t i = 0; i < whole; i++)
			dst[i] = (uint8_t)(src[i] >> low | src[i + 1] << (8 - low));
	}
	for (at += whole * 8, off += whole * 8, n -= whole * 8; n > 0; at++, off++, n--)
		bit_push(to, at, bit_get(from, off));
}
