/* SPDX-License-Identifier: Apache-2.0
 * The growing string and questions about C strings.
 *
 * Invariant: s is NULL, or s[len] is NUL and cap > len. Text with NUL bytes inside may be added with
 * str_addn; len counts them. What is added must not lie within the same string. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/mem.h"

/* Room for n more bytes and the NUL. */
static char *
reserve(struct str *b, size_t n)
{
	if (n > SIZE_MAX - 1 - b->len)
		mem_exhausted();
	b->s = mem_grow(b->s, &b->cap, b->len + n + 1, 1);
	return b->s + b->len;
}

void
str_addn(struct str *b, const void *p, size_t n)
{
	char *to = reserve(b, n);

	if (n)
		memcpy(to, p, n);
	to[n] = '\0';
	b->len += n;
}

void
str_add(struct str *b, const char *s)
{
	str_addn(b, s, strlen(s));
}

void
str_addc(struct str *b, char c)
{
	str_addn(b, &c, 1);
}

void
str_addf(struct str *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(reserve(b, (size_t)n), (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
str_reset(struct str *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

void
str_fini(struct str *b)
{
	free(b->s);
	*b = (struct str){0};
}

const char *
str_text(const struct str *b)
{
	return b->s ? b->s : "";
}

bool
str_eq(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool
str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool
str_is_name(const char *s)
{
	size_t n = 0;

	if (!s || s[0] == '.')
		return false;
	for (; s[n]; n++) {
		char c = s[n];
		bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';

		if (!ok || n == 128)
			return false;
	}
	return n > 0;
}

#define NEAR_MAX 3
#define NEAR_WORD 64 /* longer words are not compared */

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b; optimal string alignment,
 * three rows of the usual table: before[], last[] and now[]. */
static int
edit_distance(const char *a, size_t n, const char *b, size_t m)
{
	int rows[3][NEAR_WORD + 1] = {{0}};
	int *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= m; j++)
		last[j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		int *spare = before;

		now[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			bool same = fold(a[i - 1]) == fold(b[j - 1]);
			bool swap = i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
				fold(a[i - 2]) == fold(b[j - 1]);

			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + !same);
			if (swap)
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

bool
str_near(const char *a, const char *b, int *distance)
{
	size_t n = strlen(a), m = strlen(b);
	size_t longer = n > m ? n : m, shorter = n > m ? m : n;
	int d;

	if (longer == 0 || longer > NEAR_WORD || longer - shorter > NEAR_MAX)
		return false;
	d = edit_distance(a, n, b, m);
	if (distance)
		*distance = d;
	return d <= NEAR_MAX && (size_t)d * 3 <= longer;
}

void
str_add_xml(struct str *b, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '&': str_add(b, "&amp;"); break;
		case '<': str_add(b, "&lt;"); break;
		case '>': str_add(b, "&gt;"); break;
		case '"': str_add(b, "&quot;"); break;
		case '\n':
		case '\t': str_addc(b, *s); break;
		default: str_addc(b, (unsigned char)*s < ' ' ? ' ' : *s);
		}
}
