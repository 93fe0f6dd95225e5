/* SPDX-License-Identifier: Apache-2.0
 * Errors: how a report is put together on its way up, and lists of them.
 *
 * Invariant: every text in a struct err is NUL-terminated and never ends inside a UTF-8 sequence,
 * however it was cut. Arguments may point into the very error that is being written (wrapping one's
 * own message is common), so all text is formatted aside first. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include "base/mem.h"

#define ERRS_MAX 100

/* Drops a UTF-8 sequence that begins within the first len bytes and ends beyond them. */
static size_t
whole_chars(const char *s, size_t len)
{
	size_t i = len;
	unsigned char lead;
	size_t want;

	while (i > 0 && len - i < 3 && ((unsigned char)s[i - 1] & 0xC0) == 0x80)
		i--;
	if (i == 0)
		return len;
	lead = (unsigned char)s[i - 1];
	want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	return want > len - (i - 1) ? i - 1 : len;
}

/* Appends src to the text in dst[cap], cutting what does not fit. */
static void
add_text(char *dst, size_t cap, const char *src)
{
	size_t at = strlen(dst), n = strlen(src);

	if (n > cap - 1 - at)
		n = whole_chars(src, cap - 1 - at);
	memcpy(dst + at, src, n);
	dst[at + n] = '\0';
}

static void
set_text(char *dst, size_t cap, const char *src)
{
	dst[0] = '\0';
	add_text(dst, cap, src);
}

/* vsnprintf that cuts between characters. */
PRINTF(3, 0)
static void
format(char *buf, size_t cap, const char *fmt, va_list ap)
{
	int n = vsnprintf(buf, cap, fmt, ap);

	if (n < 0)
		buf[0] = '\0';
	else if ((size_t)n >= cap)
		buf[whole_chars(buf, cap - 1)] = '\0';
}

static void
start(struct err *e, enum err_code code, const char *msg)
{
	e->code = code;
	set_text(e->msg, sizeof(e->msg), msg);
	e->file[0] = e->label[0] = e->help[0] = e->note[0] = '\0';
	e->line = e->col = e->end_col = 0;
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	char text[sizeof(e->msg)];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	start(e, code, text);
	return -1;
}

static bool
is_disk_fault(int no)
{
	return no == ENOSPC || no == EDQUOT || no == EROFS || no == EIO || no == EFBIG;
}

int
err_errno(struct err *e, enum err_code code, const char *fmt, ...)
{
	int no = errno; /* before anything here can change it */
	char text[sizeof(e->msg)];
	const char *why = strerrordesc_np(no); /* unlike strerror: no shared buffer, no locale */
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	start(e, is_disk_fault(no) ? MLC_DISK : code, text);
	add_text(e->msg, sizeof(e->msg), ": ");
	add_text(e->msg, sizeof(e->msg), why ? why : "unknown error");
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char text[sizeof(e->msg)];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_text(text, sizeof(text), ": ");
	add_text(text, sizeof(text), e->msg);
	set_text(e->msg, sizeof(e->msg), text);
	return -1;
}

int
err_at(struct err *e, const struct place *at, const char *label)
{
	if (!e || !at)
		return -1;
	set_text(e->file, sizeof(e->file), at->file ? at->file : "");
	set_text(e->label, sizeof(e->label), label ? label : "");
	e->line = at->line;
	e->col = at->col;
	e->end_col = at->end_col;
	return -1;
}

/* Several helps or notes stand one a line. */
static void
add_line(char *dst, size_t cap, const char *line)
{
	if (dst[0])
		add_text(dst, cap, "\n");
	add_text(dst, cap, line);
}

int
err_help(struct err *e, const char *fmt, ...)
{
	char text[sizeof(e->help)];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_line(e->help, sizeof(e->help), text);
	return -1;
}

int
err_note(struct err *e, const char *fmt, ...)
{
	char text[sizeof(e->note)];
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_line(e->note, sizeof(e->note), text);
	return -1;
}

void
errs_add(struct errs *list, struct err *e)
{
	if (!e)
		return;
	if (list->n >= ERRS_MAX) {
		list->dropped++;
	} else {
		list->v = mem_grow(list->v, &list->cap, list->n + 1, sizeof(*list->v));
		list->v[list->n++] = *e;
	}
	start(e, MLC_OK, "");
}

void
errs_fini(struct errs *list)
{
	free(list->v);
	*list = (struct errs){0};
}
