/* SPDX-License-Identifier: Apache-2.0
 * The bytes of a file as lines: LF ends one, and so does the end of the file. A CR before it is a
 * blank, as everywhere in JSON. Lines of blanks alone are skipped; a mark of UTF-8 in front is too.
 *
 * Memory: the longest line and a block. */
#include "catalog/jsonl.h"

#include <string.h>

struct jsonl_lines {
	struct mlf_dataset_host *h; /* borrowed */
	char *buf;                  /* owned */
	size_t at, end, cap;        /* what is left in buf */
	size_t block;
	int64_t row, line;
	bool eof;
};

struct jsonl_lines *
jsonl_lines_new(struct mlf_dataset_host *h, size_t block)
{
	struct jsonl_lines *l = mem_alloc(sizeof(*l));

	l->h = h;
	l->block = block;
	return l;
}

void
jsonl_lines_free(struct jsonl_lines *l)
{
	if (!l)
		return;
	free(l->buf);
	free(l);
}

static int
fail(struct jsonl_lines *l, const char *text, const char *advice)
{
	struct mlf_data_fault fault = {
		.row = l->row + 1, .line = l->line + 1, .text = text, .advice = advice};

	return mlf_data_fail(l->h, &fault);
}

/* More bytes behind those that are left. */
static int
refill(struct jsonl_lines *l)
{
	int64_t got;

	if (l->end - l->at > JSONL_LINE_MAX)
		return fail(l, "a line is larger than 64 MiB",
			"each object stands on a line of its own; is this file one JSON value? "
			"then it is of type json");
	if (l->at > 0)
		memmove(l->buf, l->buf + l->at, l->end - l->at);
	l->end -= l->at;
	l->at = 0;
	if (l->cap < l->end + l->block)
		l->buf = mem_grow(l->buf, &l->cap, l->end + l->block, 1);
	got = mlf_read(l->h, l->buf + l->end, l->cap - l->end);
	if (got < 0)
		return -1;
	l->eof = got == 0;
	l->end += (size_t)got;
	return 0;
}

/* The next line, whatever stands in it. */
static int
take(struct jsonl_lines *l, struct jsonl_line *line)
{
	size_t seen = 0; /* bytes behind `at` without a line end */
	const char *lf = NULL;

	for (;;) {
		if (l->end > l->at + seen)
			lf = memchr(l->buf + l->at + seen, '\n', l->end - l->at - seen);
		if (lf || l->eof)
			break;
		seen = l->end - l->at;
		if (refill(l) < 0)
			return -1;
	}
	if (!lf && l->at == l->end)
		return 0;
	line->s = l->buf + l->at;
	line->n = lf ? (size_t)(lf - line->s) : l->end - l->at;
	l->at += line->n + (lf ? 1 : 0);
	line->line = ++l->line;
	return 1;
}

static bool
is_blank(const struct jsonl_line *line)
{
	for (size_t i = 0; i < line->n; i++)
		if (!strchr(" \t\r", line->s[i]) || !line->s[i])
			return false;
	return true;
}

int
jsonl_lines_next(struct jsonl_lines *l, struct jsonl_line *line)
{
	int rc;

	do {
		rc = take(l, line);
		if (rc != 1)
			return rc;
		if (l->line == 1 && line->n >= 3 && memcmp(line->s, "\xEF\xBB\xBF", 3) == 0) {
			line->s += 3;
			line->n -= 3;
		}
	} while (is_blank(line));
	line->row = ++l->row;
	return 1;
}
