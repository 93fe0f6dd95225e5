/* SPDX-License-Identifier: Apache-2.0
 * LIKE and ILIKE. SQLite's own LIKE folds case unless a pragma says otherwise, and MLflow sets it. */
#include "registry/search.h"

#include <ctype.h>

static bool
same(char a, char b, bool fold)
{
	return a == b || (fold && tolower((unsigned char)a) == tolower((unsigned char)b));
}

/* A character of UTF-8 may have several bytes. */
static const char *
after(const char *s)
{
	do
		s++;
	while ((*s & 0xc0) == 0x80);
	return s;
}

/* On a mismatch the last % takes one character more: earlier ones need no second try. */
bool
search__like(const char *pattern, const char *text, bool fold)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == '%') {
			star = ++pattern;
			from = text;
		} else if (*pattern == '_') {
			pattern++;
			text = after(text);
		} else if (same(*pattern, *text, fold)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = from = after(from);
		} else {
			return false;
		}
	}
	while (*pattern == '%')
		pattern++;
	return !*pattern;
}
