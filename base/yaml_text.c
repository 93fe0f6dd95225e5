/* SPDX-License-Identifier: Apache-2.0
 * The bytes under a tree: refuses what is no YAML text at all, and knows where each character is.
 *
 * libyaml reports bad bytes at 1:1 with a byte offset only; since all bytes are checked here first,
 * it never gets to see one. */
#include "base/yaml_parts.h"

#include <stdlib.h>
#include <string.h>
#include "base/utf8.h"

/* A place for an error at byte p, before the index of lines is complete. */
static struct place
place_here(const struct ytext *t)
{
	size_t start = t->starts[t->n - 1];

	return (struct place){
		.file = t->file, .line = (int)t->n, .col = (int)(t->chars - start + 1)};
}

static int
refuse(const struct ytext *t, const char *p, uint32_t point, struct err *e)
{
	struct place at = place_here(t);

	if (point == 0) {
		err_set(e, MLC_YAML_SYNTAX, "the file holds a NUL character");
		err_help(e, "save the file as UTF-8 text");
	} else if (point == UTF8_BAD) {
		err_set(e, MLC_YAML_SYNTAX, "byte 0x%02X is not valid UTF-8", (unsigned char)*p);
		err_help(e, "save the file as UTF-8 text");
	} else {
		err_set(e, MLC_YAML_SYNTAX, "the character U+%04X is not allowed", (unsigned)point);
		err_help(e, "remove it, or write it as \"\\u%04X\" in double quotes",
			(unsigned)point);
	}
	return err_at(e, &at, "");
}

/* What YAML calls printable, without the four that YAML 1.2 takes for text but libyaml, by 1.1, for
 * line ends (NEL, LS, PS) or for nothing (a byte order mark that does not come first). */
static bool
is_allowed(uint32_t c)
{
	if (c < 0x80)
		return (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r';
	if (c == 0x2028 || c == 0x2029 || c == 0xFEFF)
		return false;
	return (c >= 0xA0 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

static bool
is_utf16(const char *s, size_t len)
{
	if (len < 2)
		return false;
	return memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0 || !s[0] != !s[1];
}

static int
check_whole(const struct ytext *t, struct err *e)
{
	const struct place at = {.file = t->file};

	if (t->len > YAML_TEXT_MAX) {
		err_set(e, MLC_YAML_LIMIT, "the file is larger than 16 MiB");
		return err_at(e, &at, "");
	}
	if (is_utf16(t->s, t->len)) {
		err_set(e, MLC_YAML_UNSUPPORTED, "the file is UTF-16");
		err_at(e, &at, "");
		return err_help(e, "save the file as UTF-8 text");
	}
	return 0;
}

static void
add_line(struct ytext *t)
{
	t->starts = mem_grow(t->starts, &t->cap, t->n + 1, sizeof(*t->starts));
	t->starts[t->n++] = (uint32_t)t->chars;
}

int
ytext_init(struct ytext *t, const char *file, const char *s, size_t len, struct err *e)
{
	const char *p, *end;
	uint32_t point;

	*t = (struct ytext){.file = file, .s = s, .len = len};
	if (check_whole(t, e) != 0)
		return -1;
	if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) {
		t->s += 3;
		t->len -= 3;
	}
	add_line(t);
	for (p = t->s, end = t->s + t->len; p < end;) {
		size_t n = utf8_next(p, end, &point);

		if (!is_allowed(point))
			return refuse(t, p, point, e);
		p += n;
		t->chars++;
		if (point == '\n')
			add_line(t);
	}
	return 0;
}

void
ytext_fini(struct ytext *t)
{
	free(t->starts);
	t->starts = NULL;
}

/* The line, from 0, that holds a character. */
static size_t
line_of(const struct ytext *t, size_t index)
{
	size_t low = 0, high = t->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (t->starts[mid] <= index)
			low = mid;
		else
			high = mid;
	}
	return low;
}

const char *
ytext_at(const struct ytext *t, size_t index)
{
	const char *p = t->s, *end = t->s + t->len;
	uint32_t point;

	for (; index > 0 && p < end; index--)
		p += utf8_next(p, end, &point);
	return p;
}

struct place
ytext_place(const struct ytext *t, size_t from, size_t to)
{
	size_t line, stop;

	from = from < t->chars ? from : t->chars;
	line = line_of(t, from);
	stop = line + 1 < t->n ? t->starts[line + 1] - 1 : t->chars;
	to = to < stop ? to : stop;
	return (struct place){
		.file = t->file,
		.line = (int)line + 1,
		.col = (int)(from - t->starts[line]) + 1,
		.end_col = to > from ? (int)(to - t->starts[line]) + 1 : 0,
	};
}
