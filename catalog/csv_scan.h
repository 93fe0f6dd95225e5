/* SPDX-License-Identifier: Apache-2.0
 * Where the fields of plain CSV text end, found 64 bytes at a time.
 *
 * Plain text is what needs no parser: each quote opens a field at its very start, or closes one at its
 * very end, or is one of two inside a field; line ends are LF or CRLF; no line is without anything and
 * no byte is NUL. The scan stops before the first byte that is otherwise. What it finds is what libcsv
 * finds, by tests/fuzz/csv.c. */
#ifndef CATALOG_CSV_SCAN_H
#define CATALOG_CSV_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_scan {
	uint32_t *
		ends; /* in: room for 16 more than there are bytes; out: separators and line ends */
	size_t lines; /* line ends among them */
	size_t n;     /* so many of them */
	uint32_t *inner; /* in: as much room; out: ends of lines inside of quotes */
	size_t n_inner;
	bool ascii;   /* not a byte of the text above 127 */
	bool doubled; /* a field has two quotes somewhere */
	bool broken;  /* it did not come to the end of the text */
};
/* marked: separator and quote. The text begins a row, and 64 bytes behind it can be read. */
typedef void
csv_scan_text(const char *text, size_t n, const char marked[static 2], struct csv_scan *out);
/* The fastest one that this processor can run, and the one that runs on all of them. */
csv_scan_text *csv_scan_best(void);
csv_scan_text csv_scan_plain;

#endif
