/* SPDX-License-Identifier: Apache-2.0
 * Structs as JSON and back, by tables: what crosses between runner and workers. */
#ifndef PIPELINE_CODEC_H
#define PIPELINE_CODEC_H

#include <stddef.h>

#include "base/base.h"

enum field_type {
	F_TEXT,  /* const char *, arena; NULL is null */
	F_CHARS, /* char[size] */
	F_RAW,   /* const char * holding JSON, arena; NULL is null */
	F_BOOL,
	F_INT,    /* int, or an enum */
	F_I64,    /* int64_t or uint64_t */
	F_DOUBLE, /* every double, NaN and infinities too: its bits */
	F_STRUCT, /* a struct in place */
	F_LIST, /* pointer to structs; a size_t at `count`, or a list ended by one that begins with NULL */
	F_ENTRY, /* const struct dataset *, arena; NULL is null */
};
#define F_NO_COUNT ((size_t)-1)

struct shape;
struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	size_t size;            /* F_CHARS */
	const struct shape *of; /* F_STRUCT, F_LIST */
	size_t count;           /* F_LIST: offset of the count */
};
struct shape {
	size_t size;
	const struct field *fields; /* ends with {0} */
};

void codec_write(struct jw *w, const struct shape *s, const void *from);
/* Fills a zeroed struct; unknown members are skipped. */
MUST_CHECK int codec_read(struct arena *a, const char *json, size_t len, const struct shape *s,
	void *into, struct err *e);

extern const struct shape err_shape;

#endif
