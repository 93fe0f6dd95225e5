/* SPDX-License-Identifier: Apache-2.0
 * What every kind of processor must find alike in a text of CSV; used by tests/fuzz/csv.c, too. */
#ifndef TESTS_UNIT_CATALOG_SCANS_H
#define TESTS_UNIT_CATALOG_SCANS_H

#include <string.h>
#include "base/base.h"
#include "catalog/csv_scan.h"

/* The text is copied, because 64 bytes behind it are read. */
static inline struct csv_scan
scan_by(const struct csv_processor *p, const char *text, size_t n, char sep)
{
	uint32_t *room = mem_alloc(3 * (n + 16) * sizeof(*room));
	struct csv_scan scan = {
		.ends = room, .special = room + n + 16, .inner = room + 2 * (n + 16)};
	char *copy = mem_alloc(n + CSV_PIECE);

	memset(copy + n, '"', CSV_PIECE);
	if (n)
		memcpy(copy, text, n);
	csv_scan(p, copy, n, (const char[2]){sep, '"'}, &scan);
	free(copy);
	return scan;
}

static inline bool
same_places(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
	return n_a == n_b && memcmp(a, b, n_a * sizeof(*a)) == 0;
}

/* NULL, or the name of a processor that finds other things than the last one, which runs everywhere. */
static inline const char *
scans_differ(const char *text, size_t n, char sep)
{
	const char *differs = NULL;
	struct csv_scan plain;
	size_t last = 0;

	while (csv_processor(last + 1))
		last++;
	plain = scan_by(csv_processor(last), text, n, sep);
	for (size_t i = 0; i < last && !differs; i++) {
		struct csv_scan s = scan_by(csv_processor(i), text, n, sep);

		if (!same_places(s.ends, s.n, plain.ends, plain.n) ||
			!same_places(s.special, s.n_special, plain.special, plain.n_special) ||
			!same_places(s.inner, s.n_inner, plain.inner, plain.n_inner) ||
			s.lines != plain.lines || s.ascii != plain.ascii ||
			s.doubled != plain.doubled || s.broken != plain.broken)
			differs = csv_processor(i)->name;
		free(s.ends);
	}
	free(plain.ends);
	return differs;
}

#endif
