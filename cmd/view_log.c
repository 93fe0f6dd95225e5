/* SPDX-License-Identifier: Apache-2.0
 * The log of a node, read again to be shown: line by line, safe for a terminal. */
#include "cmd/view.h"

#define TAIL_LINES 5
#define TAIL_BYTES 4096

bool
log_read(struct log_text *l, int rootfd, const char *path)
{
	struct err ignored;
	*l = (struct log_text){0};
	if (!path || file_read(rootfd, path, true, &l->text, &ignored) < 0 || !l->text.len) {
		str_fini(&l->text);
		return false;
	}
	l->at = l->text.s;
	l->end = l->at + l->text.len;
	return true;
}

void
log_close(struct log_text *l)
{
	str_fini(&l->text);
}

/* Few lines, and not much of a log that knows no lines. */
void
log_tail(struct log_text *l)
{
	size_t lines = 0;
	const char *least = l->end - l->at > TAIL_BYTES ? l->end - TAIL_BYTES : l->at;
	char *from = l->end;
	for (; from > least; from--)
		if (from < l->end && from[-1] == '\n' && ++lines == TAIL_LINES)
			break;
	l->at = from;
}

size_t
log_lines(const struct log_text *l)
{
	size_t n = 0;
	for (const char *p = l->at; p < l->end; n++) {
		const char *line_end = memchr(p, '\n', (size_t)(l->end - p));
		p = line_end ? line_end + 1 : l->end;
	}
	return n;
}

bool
log_next(struct log_text *l, struct str *line)
{
	str_reset(line);
	if (l->at >= l->end)
		return false;
	char *line_end = memchr(l->at, '\n', (size_t)(l->end - l->at));
	if (!line_end)
		line_end = l->end;
	*line_end = '\0'; /* at the end of the text there is one already */
	for (char *p = l->at; p <= line_end; p += strlen(p) + 1) {
		if (p > l->at)
			str_add(line, "\\x00");
		term_add_safe(line, p);
	}
	l->at = line_end + 1;
	return true;
}
