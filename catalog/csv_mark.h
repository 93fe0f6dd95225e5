/* SPDX-License-Identifier: Apache-2.0
 * What the scan of csv_scan.c asks of the processor: bytes to bits, and bits to places.
 * 64 bytes are a piece, and each of them is a bit of a word. */
#ifndef CATALOG_CSV_MARK_H
#define CATALOG_CSV_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSV_PIECE 64

struct csv_marks {
	uint64_t quote, sep, lf;
	uint64_t parity; /* of the quotes up to each byte */
	uint64_t blank;  /* ' ' or below */
	uint64_t low;    /* CR or below, as NUL is */
	uint64_t high;   /* not ASCII */
};

struct csv_processor {
	const char *name;
	bool counts; /* the bits of a word with one instruction */
	/* marked: separator and quote. */
	void (*mark)(
		const char *s, size_t pieces, const char marked[static 2], struct csv_marks *out);
	/* Where bits are set, the first piece at `base`: how many. Up to 16 more are overwritten. */
	size_t (*place)(const uint64_t *bits, size_t pieces, uint32_t base, uint32_t *out);
};
/* Those that run here, the fastest first; NULL behind the last one, which runs everywhere. */
const struct csv_processor *csv_processor(size_t i);

#endif
