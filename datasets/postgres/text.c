/* SPDX-License-Identifier: Apache-2.0
 * Texts that grow. Lists come as JSON that the host has written, so nothing is said about mistakes. */
#include "datasets/postgres/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
get_memory(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		abort();
	return p;
}

static void
make_room(struct text *t, size_t more)
{
	size_t cap = t->cap ? t->cap : 64;

	while (cap < t->n + more + 1)
		cap *= 2;
	if (cap == t->cap)
		return;
	t->s = realloc(t->s, cap);
	if (!t->s)
		abort();
	t->cap = cap;
}

void
text_addn(struct text *t, const void *p, size_t n)
{
	make_room(t, n);
	if (n)
		memcpy(t->s + t->n, p, n);
	t->n += n;
	t->s[t->n] = '\0';
}

void
text_add(struct text *t, const char *s)
{
	text_addn(t, s, strlen(s));
}

void
text_addf(struct text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	make_room(t, (size_t)n);
	va_start(args, fmt);
	(void)vsnprintf(t->s + t->n, (size_t)n + 1, fmt, args);
	va_end(args);
	t->n += (size_t)n;
}

void
text_add_name(struct text *t, const char *name)
{
	text_addn(t, "\"", 1);
	for (; *name; name++) {
		if (*name == '"')
			text_addn(t, "\"", 1);
		text_addn(t, name, 1);
	}
	text_addn(t, "\"", 1);
}

void
text_add_part(struct text *t, const char *part)
{
	for (; *part; part++)
		if (isalnum((unsigned char)*part) || strchr("._-,", *part))
			text_addn(t, part, 1);
		else
			text_addf(t, "%%%02X", (unsigned)(unsigned char)*part);
}

const char *
text_of(const struct text *t)
{
	return t->s ? t->s : "";
}

void
text_fini(struct text *t)
{
	free(t->s);
	*t = (struct text){0};
}

/* --- lists --------------------------------------------------------------------------------------- */

static unsigned
hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4 && isxdigit((unsigned char)p[i]); i++)
		v = v * 16 +
			(unsigned)(isdigit((unsigned char)p[i]) ? p[i] - '0'
								: (p[i] | 32) - 'a' + 10);
	return v;
}

static void
add_utf8(struct text *t, unsigned c)
{
	char s[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	s[0] = (char)(n == 1 ? c : (0xF00u >> n & 0xFF) | c >> 6 * (n - 1));
	for (size_t i = 1; i < n; i++)
		s[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3F));
	text_addn(t, s, n);
}

/* What follows a backslash; gives what follows that. */
static const char *
unescape(struct text *t, const char *p)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *found = *p ? strchr(from, *p) : NULL;
	unsigned c;

	if (*p != 'u') {
		text_addn(t, found ? to + (found - from) : p, 1);
		return p + 1;
	}
	if (strlen(p) < 5)
		return p + strlen(p);
	c = hex4(p + 1);
	p += 5;
	if (c >= 0xD800 && c < 0xDC00 && strlen(p) >= 6 && p[0] == '\\' && p[1] == 'u') {
		c = 0x10000 + ((c - 0xD800) << 10) + ((hex4(p + 2) - 0xDC00) & 0x3FF);
		p += 6;
	}
	add_utf8(t, c);
	return p;
}

/* A string, from its first quote; NULL if it does not end. */
static const char *
parse_string(struct texts *list, const char *p)
{
	struct text t = {0};

	text_add(&t, "");
	for (p++; *p && *p != '"';)
		if (*p == '\\' && p[1]) {
			p = unescape(&t, p + 1);
		} else {
			text_addn(&t, p, 1);
			p++;
		}
	if (list->n == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 8;
		list->v = realloc(list->v, list->cap * sizeof(*list->v));
		if (!list->v)
			abort();
	}
	list->v[list->n++] = t.s;
	return *p ? p + 1 : NULL;
}

bool
texts_parse(struct texts *list, const char *json)
{
	const char *p = json;

	while (p && *p)
		if (*p == '"')
			p = parse_string(list, p);
		else if (strchr("[]{},: \t\r\n", *p))
			p++;
		else
			return false;
	return p != NULL;
}

bool
texts_have(const struct texts *list, const char *s)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], s) == 0)
			return true;
	return false;
}

void
texts_fini(struct texts *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i]);
	free(list->v);
	*list = (struct texts){0};
}
