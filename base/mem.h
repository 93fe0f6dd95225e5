/* SPDX-License-Identifier: Apache-2.0
 * Memory: an arena for things that die together, a growing vector, and allocation that cannot fail.
 *
 * Out of memory ends the process with exit code 70 after one line on stderr: every state on disk is
 * crash-safe, so there is nothing better to do (docs/design/02-errors.md). */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include "base/attr.h"

void *mem_alloc(size_t n);           /* zeroed, owned by the caller, free() it */
void *mem_resize(void *p, size_t n); /* realloc; new bytes are not zeroed */
char *mem_strdup(const char *s);     /* owned; NULL gives NULL */
NORETURN void mem_exhausted(void);

/* Makes room for `need` elements of `size` bytes in a vector {*v, *cap}: doubles, starting at 8. */
void *mem_grow(void *v, size_t *cap, size_t need, size_t size);

/* An arena: allocation is a bump, nothing is freed alone. Zero is an empty arena. */
struct arena_block;
struct arena {
	struct arena_block *head; /* owned */
	size_t used;              /* bytes used in head */
};

void *arena_alloc(struct arena *a, size_t n); /* zeroed, 16-byte aligned */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
void arena_fini(struct arena *a);

#endif
