/* SPDX-License-Identifier: Apache-2.0
 * Memory that is there or ends the process, and the arena.
 *
 * An arena is a list of blocks; only the newest, the head, is bumped. A request too large for a
 * block gets one of its own, put behind the head so that the head's free end stays in use:
 *
 *	arena.head -> [ used ....| free ] -> [ full ] -> [ one big thing ] -> [ full ]
 *
 * Invariant: bytes behind `used` in the head were never handed out, so they are still calloc's
 * zeros and arena_alloc need not clear anything. */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/codes.h"

#define BLOCK_FIRST ((size_t)4 << 10)
#define BLOCK_MAX ((size_t)1 << 20)

struct arena_block {
	struct arena_block *next; /* owned */
	size_t cap;
	_Alignas(16) unsigned char data[];
};

/* No stdio here: it may want memory itself. No atexit handlers: they may as well. */
NORETURN void
mem_exhausted(void)
{
	static const char line[] = "mlflow-c: error[MLC0071]: out of memory\n";
	ssize_t ignored UNUSED = write(STDERR_FILENO, line, sizeof(line) - 1);

	_exit(70);
}

void *
mem_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		mem_exhausted();
	return p;
}

void *
mem_resize(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		mem_exhausted();
	return p;
}

char *
mem_strdup(const char *s)
{
	size_t n = s ? strlen(s) + 1 : 0;

	return s ? memcpy(mem_resize(NULL, n), s, n) : NULL;
}

void *
mem_grow(void *v, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap ? *cap : 8;

	if (need <= *cap)
		return v;
	while (want < need)
		want = want > SIZE_MAX / 2 ? need : want * 2;
	if (size && want > SIZE_MAX / size)
		mem_exhausted();
	*cap = want;
	return mem_resize(v, want * size);
}

static struct arena_block *
block_new(size_t cap)
{
	struct arena_block *b;

	if (cap > SIZE_MAX - sizeof(*b))
		mem_exhausted();
	b = mem_alloc(sizeof(*b) + cap);
	b->cap = cap;
	return b;
}

/* A block for n bytes: doubles from one head to the next, until BLOCK_MAX. */
static void
arena_extend(struct arena *a, size_t n)
{
	size_t cap = a->head ? a->head->cap * 2 : BLOCK_FIRST;
	struct arena_block *b;

	if (cap > BLOCK_MAX)
		cap = BLOCK_MAX;
	while (cap < n)
		cap *= 2;
	b = block_new(cap);
	b->next = a->head;
	a->head = b;
	a->used = 0;
}

static void *
arena_alloc_alone(struct arena *a, size_t n)
{
	struct arena_block *b = block_new(n);

	b->next = a->head->next;
	a->head->next = b;
	return b->data;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p;

	if (n > SIZE_MAX - 15)
		mem_exhausted();
	n = (n + 15) & ~(size_t)15;
	if (!a->head || n > a->head->cap - a->used) {
		if (!a->head)
			arena_extend(a, n > BLOCK_MAX / 4 ? 0 : n);
		if (n > BLOCK_MAX / 4)
			return arena_alloc_alone(a, n);
		if (n > a->head->cap - a->used)
			arena_extend(a, n);
	}
	p = a->head->data + a->used;
	a->used += n;
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p;

	if (!s)
		return NULL;
	p = arena_alloc(a, n + 1);
	memcpy(p, s, n);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return arena_strdup(a, "");
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_fini(struct arena *a)
{
	struct arena_block *b, *next;

	for (b = a->head; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena){0};
}
