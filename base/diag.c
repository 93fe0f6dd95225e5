/* SPDX-License-Identifier: Apache-2.0
 * An error as a reader sees it, and the same as JSON.
 *
 *	error[MLC0312]: node `train` reads unknown dataset `clean_user`
 *	  --> conf/base/pipeline.yml:14:14
 *	13 |     func: train_model
 *	14 |     inputs: [clean_user, params:train]
 *	   |              ^^^^^^^^^^ not in the catalog
 *	  help: a dataset with a similar name exists: `clean_users`
 *	  note: catalog read from conf/base/catalog.yml
 *
 * Columns count characters, but the caret stands by display columns: tabs are expanded, wide
 * characters take two, controls are shown as escapes. Lines too long are cut to a window around the
 * caret. Source lines of credentials files are never shown, nor any that
 * holds a secret: a password in a connection string, say. */
#include "base/os.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/json.h"
#include "base/utf8.h"

#define TAB 8
#define SOURCE_MAX ((off_t)64 << 20) /* larger files are not read again for an excerpt */
#define LINE_MAX_PIPE 200            /* columns of source shown where no terminal cuts them */
#define LINE_MIN 20

enum paint { RED, BLUE, GREEN, CYAN, BOLD };

struct page {
	struct str *out;
	const struct term *term;
	int gutter; /* columns of the line numbers */
	int limit;  /* columns of source that fit */
};

static void
paint(struct page *p, enum paint color, const char *text)
{
	static const char *const codes[] = {
		[RED] = "1;31", [BLUE] = "1;34", [GREEN] = "1;32", [CYAN] = "1;36", [BOLD] = "1"};

	if (p->term->color)
		str_addf(p->out, "\033[%sm%s\033[0m", codes[color], text);
	else
		str_add(p->out, text);
}

/* Data, in bold where there is colour. */
static void
paint_data(struct page *p, enum paint color, const char *data)
{
	struct str safe = {0};

	term_add_safe(&safe, data);
	paint(p, color, str_text(&safe));
	str_fini(&safe);
}

/* --- one source line, laid out ------------------------------------------------------------------ */

/* A line as it is shown; the span of the error in display columns from 0. */
struct layout {
	struct str text;
	int width;
	int from, to;
};

/* Lays out the characters of s; the span [col, end_col) counts characters from 1. */
static void
lay_out(struct layout *l, const char *s, const char *end, int col, int end_col)
{
	struct str one = {0};
	uint32_t point;

	*l = (struct layout){.from = -1, .to = -1};
	for (int at = 1; s < end; at++) {
		char cell[5] = {0};
		size_t n = utf8_next(s, end, &point);

		if (at == col)
			l->from = l->width;
		if (at == end_col)
			l->to = l->width;
		memcpy(cell, s, n);
		str_reset(&one);
		if (point == '\t')
			str_addf(&one, "%*s", TAB - l->width % TAB, "");
		else if (point == 0)
			str_add(&one, "\\x00");
		else
			term_add_safe(&one, cell);
		str_add(&l->text, one.s);
		l->width += term_width_of(one.s);
		s += n;
	}
	/* behind the end of the line: an error about what is not there */
	l->from = l->from < 0 ? l->width : l->from;
	l->to = l->to < 0 ? l->width : l->to;
	if (l->to <= l->from)
		l->to = l->from + 1;
	str_fini(&one);
}

/* Cuts the layout to at most `limit` columns around the span. */
static void
cut(struct layout *l, int limit, const char *dots)
{
	int dots_width = term_width_of(dots), room = limit - 2 * dots_width;
	int first = l->from <= room / 2 ? 0 : l->from - room / 2, at = 0;
	const char *p = str_text(&l->text), *end = p + l->text.len;
	struct str kept = {0};
	uint32_t point;

	if (l->width <= limit)
		return;
	if (first > 0)
		str_add(&kept, dots);
	while (p < end) {
		size_t n = utf8_next(p, end, &point);
		int width = utf8_width(point);

		if (at < first && at + width > first)
			first = at + width; /* do not begin in the middle of a wide one */
		if (at >= first && at + width <= first + room)
			str_addn(&kept, p, n);
		at += width;
		p += n;
	}
	if (at > first + room)
		str_add(&kept, dots);
	l->from += first > 0 ? dots_width - first : 0;
	l->to += first > 0 ? dots_width - first : 0;
	l->to = l->to > room + dots_width ? room + dots_width : l->to;
	str_fini(&l->text);
	l->text = kept;
}

/* --- the excerpt -------------------------------------------------------------------------------- */

static void
add_gutter(struct page *p, int line)
{
	char text[32];

	if (line)
		(void)snprintf(text, sizeof(text), "%*d |", p->gutter, line);
	else
		(void)snprintf(text, sizeof(text), "%*s |", p->gutter, "");
	paint(p, BLUE, text);
}

static void
add_source(struct page *p, int line, const struct layout *l)
{
	add_gutter(p, line);
	if (l->text.len)
		str_addf(p->out, " %s", l->text.s);
	str_addc(p->out, '\n');
}

static void
add_caret(struct page *p, const struct layout *l, const char *label)
{
	struct str marks = {0};

	for (int i = l->from; i < l->to; i++)
		str_addc(&marks, '^');
	if (label[0]) {
		str_addc(&marks, ' ');
		term_add_safe(&marks, label);
	}
	add_gutter(p, 0);
	str_addf(p->out, " %*s", l->from, "");
	paint(p, RED, str_text(&marks));
	str_addc(p->out, '\n');
	str_fini(&marks);
}

/* The line of that number, without its end; false if the text is shorter. */
static bool
find_line(const struct str *text, int line, const char **start, const char **end)
{
	const char *p = str_text(text), *stop = p + text->len, *eol;

	for (int at = 1;; at++) {
		eol = memchr(p, '\n', (size_t)(stop - p));
		if (at == line)
			break;
		if (!eol)
			return false;
		p = eol + 1;
	}
	*start = p;
	*end = eol ? eol : stop;
	if (*end > *start && (*end)[-1] == '\r')
		(*end)--;
	if (line == 1 && *end - *start >= 3 && memcmp(*start, "\xEF\xBB\xBF", 3) == 0)
		*start += 3; /* a byte order mark is no column */
	return true;
}

static bool
is_blank(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return s == end;
}

/* The line before gives context, unless the window has moved away from the margin. */
static void
add_line_before(struct page *p, const struct err *e, const struct str *text)
{
	const char *start, *end;
	struct layout l;

	if (!find_line(text, e->line - 1, &start, &end) || is_blank(start, end) ||
		secret_in_text(start, (size_t)(end - start)))
		return;
	lay_out(&l, start, end, 1, 2);
	cut(&l, p->limit, p->term->utf8 ? "…" : "...");
	add_source(p, e->line - 1, &l);
	str_fini(&l.text);
}

static void
add_excerpt(struct page *p, const struct err *e, const struct str *text)
{
	const char *start, *end;
	struct layout l;

	if (!find_line(text, e->line, &start, &end) || secret_in_text(start, (size_t)(end - start)))
		return;
	lay_out(&l, start, end, e->col, e->end_col > e->col ? e->end_col : e->col + 1);
	if (e->line > 1 && l.width <= p->limit)
		add_line_before(p, e, text);
	cut(&l, p->limit, p->term->utf8 ? "…" : "...");
	add_source(p, e->line, &l);
	if (e->col > 0)
		add_caret(p, &l, e->label);
	str_fini(&l.text);
}

/* Any part of the path that begins as Kedro's pattern for credentials files does. */
static bool
is_credentials(const char *path)
{
	static const char word[] = "credentials";

	for (const char *p = path; (p = strstr(p, word)); p++)
		if (p == path || p[-1] == '/')
			return true;
	return false;
}

/* Reading again must not hang on a pipe, whatever the file was called on the command line. */
static bool
read_source(const struct err *e, int rootfd, struct str *text)
{
	struct stat st;

	if (rootfd < 0 && rootfd != AT_FDCWD)
		return false;
	if (e->line <= 0 || is_credentials(e->file))
		return false;
	if (fstatat(rootfd, e->file, &st, 0) != 0 || !S_ISREG(st.st_mode) ||
		st.st_size > SOURCE_MAX)
		return false;
	return file_read(rootfd, e->file, true, text, NULL) == 0;
}

static int
digits_of(int n)
{
	int digits = 1;

	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

static void
add_place(struct page *p, const struct err *e, int rootfd)
{
	struct str text = {0};
	int room;

	str_add(p->out, "  ");
	paint(p, BLUE, "-->");
	str_addc(p->out, ' ');
	term_add_safe(p->out, e->file);
	if (e->line > 0)
		str_addf(p->out, ":%d", e->line);
	if (e->line > 0 && e->col > 0)
		str_addf(p->out, ":%d", e->col);
	str_addc(p->out, '\n');
	p->gutter = digits_of(e->line);
	room = (p->term->tty ? p->term->width : LINE_MAX_PIPE) - p->gutter - 3;
	p->limit = room < LINE_MIN ? LINE_MIN : room;
	if (read_source(e, rootfd, &text))
		add_excerpt(p, e, &text);
	str_fini(&text);
}

/* --- the whole ---------------------------------------------------------------------------------- */

/* Moves the first line of text into line and returns what follows; err_help and err_note put several facts one a line. */
static const char *
next_line(const char *text, struct str *line)
{
	size_t n = strcspn(text, "\n");

	str_reset(line);
	str_addn(line, text, n);
	return text[n] ? text + n + 1 : text + n;
}

static void
add_lines(struct page *p, enum paint color, const char *name, const char *text)
{
	struct str line = {0};

	while (*text) {
		text = next_line(text, &line);
		str_add(p->out, "  ");
		paint(p, color, name);
		str_addc(p->out, ' ');
		term_add_safe(p->out, str_text(&line));
		str_addc(p->out, '\n');
	}
	str_fini(&line);
}

void
diag_render(struct str *out, const struct err *e, int rootfd, const struct term *t)
{
	struct page p = {.out = out, .term = t};
	char name[16], head[32];

	(void)snprintf(head, sizeof(head), "error[%s]", code_name(e->code, name));
	paint(&p, RED, head);
	str_add(out, ": ");
	paint_data(&p, BOLD, e->msg);
	str_addc(out, '\n');
	if (e->file[0])
		add_place(&p, e, rootfd);
	add_lines(&p, GREEN, "help:", e->help);
	add_lines(&p, CYAN, "note:", e->note);
}

static void
json_number(struct jw *w, const char *key, int v)
{
	jw_key(w, key);
	if (v > 0)
		jw_i64(w, v);
	else
		jw_null(w);
}

static const char *
or_null(const char *s)
{
	return s[0] ? s : NULL;
}

void
diag_json(struct jw *w, const struct err *e)
{
	bool span = e->file[0] && e->line > 0 && e->col > 0;
	const char *note = e->note;
	struct str line = {0};
	char name[16];

	jw_object(w);
	jw_kv_str(w, "code", code_name(e->code, name));
	jw_kv_str(w, "severity", "error");
	jw_kv_str(w, "message", e->msg);
	jw_kv_str(w, "file", or_null(e->file));
	json_number(w, "line", e->file[0] ? e->line : 0);
	json_number(w, "col", span ? e->col : 0);
	json_number(w, "end_col", !span ? 0 : e->end_col > e->col ? e->end_col : e->col + 1);
	jw_kv_str(w, "label", or_null(e->label));
	jw_kv_str(w, "help", or_null(e->help));
	jw_key(w, "related");
	jw_array(w);
	while (*note) {
		note = next_line(note, &line);
		jw_object(w);
		jw_kv_str(w, "message", str_text(&line));
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_end(w, '}');
	str_fini(&line);
}
