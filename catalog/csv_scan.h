/* SPDX-License-Identifier: Apache-2.0
 * Where the fields of plain CSV text end, found 64 bytes at a time.
 *
 * Plain text is what needs no parser: each quote opens a field at its very start, or closes one at its
 * very end, or is one of two inside a field; line ends are LF or CRLF; no line is without anything and
 * no byte is NUL. The scan stops before the first byte that is otherwise. What it finds is what libcsv
 * finds, by tests/fuzz/csv.c. */
#ifndef CATALOG_CSV_SCAN_H
#define CATALOG_CSV_SCAN_H

#include "catalog/csv_mark.h"

struct csv_scan {
	uint32_t *
		ends; /* in: room for 16 more than there are bytes; out: separators and line ends */
	size_t lines; /* line ends among them */
	size_t n;     /* so many of them */
	/* Fields that are not simply what lies between two ends, by number and in order: empty ones, and
	 * those with a quote or with a blank (or what else is no more than one) at either end. */
	uint32_t *special; /* in: as much room */
	size_t n_special;
	uint32_t *inner; /* in: as much room; out: ends of lines inside of quotes */
	size_t n_inner;
	bool ascii;   /* not a byte of the text above 127 */
	bool doubled; /* a field has two quotes somewhere */
	bool broken;  /* it did not come to the end of the text */
};
/* marked: separator and quote. The text begins a row, and 64 bytes behind it can be read. */
void csv_scan(const struct csv_processor *p, const char *text, size_t n,
	const char marked[static 2], struct csv_scan *out);

#endif
