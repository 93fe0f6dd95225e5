/* SPDX-License-Identifier: Apache-2.0
 * Bitmaps in Arrow's order: bit i of a bitmap is bit i % 8, counted from the lowest, of byte i / 8.
 *
 * Bitmaps are filled from their start, never in the middle, and the bits above the last one written
 * stay clear up to the end of its byte. So memory that is recycled needs no zeroing first. */
#ifndef FRAME_BITS_H
#define FRAME_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool
bit_get(const uint8_t *bits, int64_t i)
{
	return bits[i >> 3] >> (i & 7) & 1;
}

/* Writes bit i, the next of a bitmap that is being filled. */
static inline void
bit_push(uint8_t *bits, int64_t i, bool v)
{
	uint8_t bit = (uint8_t)(v << (i & 7));

	bits[i >> 3] = i & 7 ? (uint8_t)(bits[i >> 3] | bit) : bit;
}

static inline int64_t
bits_bytes(int64_t n)
{
	return (n + 7) / 8;
}

/* How many of the n bits from off are set. */
int64_t bits_count(const uint8_t *bits, int64_t off, int64_t n);
/* The n bits from off as numbers. */
void bits_doubles(const uint8_t *bits, int64_t off, int64_t n, double *to);
/* Appends n set bits at bit `at`. */
void bits_push_ones(uint8_t *to, int64_t at, int64_t n);
/* Appends the n bits of `from` that begin at off, at bit `at`. */
void bits_push(uint8_t *to, int64_t at, const uint8_t *from, int64_t off, int64_t n);

#endif
