/* SPDX-License-Identifier: Apache-2.0
 * Tables for people and for scripts: aligned by display width, or tab-separated with --plain. */
#include "cmd/cmd.h"

#include <stdarg.h>

void
table_cell(struct table *t, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	t->cells = mem_grow(t->cells, &t->cap, t->n + 1, sizeof(*t->cells));
	struct str *c = &t->cells[t->n++];
	*c = (struct str){0};
	term_add_safe(c, buf);
}

void
table_head(struct table *t, const char *const *names)
{
	for (int i = 0; i < t->columns; i++)
		table_cell(t, "%s", names[i]);
}

void
table_number(struct table *t, double v)
{
	struct str text = {0};
	str_add_f64(&text, v);
	table_cell(t, "%s", text.s);
	str_fini(&text);
}

void
table_time(struct table *t, int64_t ms)
{
	char when[32];
	clock_rfc3339(ms, when);
	table_cell(t, "%.10s %.5s", when, when + 11);
}

static int
column_width(const struct table *t, int column)
{
	int width = 0;
	for (size_t i = (size_t)column; i < t->n; i += (size_t)t->columns) {
		int w = term_width_of(str_text(&t->cells[i]));
		width = w > width ? w : width;
	}
	return width;
}

static void
add_padded(struct str *line, const struct table *t, size_t i, const int *widths)
{
	int column = (int)(i % (size_t)t->columns);
	const char *text = str_text(&t->cells[i]);
	int pad = widths[column] - term_width_of(text);
	bool right = column < TABLE_RIGHT && (t->right >> column & 1),
	     last = column == t->columns - 1;
	for (int k = 0; right && k < pad; k++)
		str_addc(line, ' ');
	str_add(line, text);
	for (int k = 0; !right && !last && k < pad; k++)
		str_addc(line, ' ');
	if (!last)
		str_add(line, "  ");
}

void
table_drop(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		str_fini(&t->cells[i]);
	free(t->cells);
	*t = (struct table){0};
}

void
table_print(struct app *a, struct table *t)
{
	int *widths = mem_alloc(((size_t)t->columns + 1) * sizeof(*widths));
	struct str out = {0};
	for (int c = 0; c < t->columns; c++)
		widths[c] = column_width(t, c);
	size_t first = a->g.quiet ? (size_t)t->columns : 0;
	for (size_t i = first; i < t->n; i++) {
		bool last = i % (size_t)t->columns == (size_t)t->columns - 1;
		if (a->g.plain) {
			str_add(&out, str_text(&t->cells[i]));
			str_addc(&out, last ? '\n' : '\t');
			continue;
		}
		add_padded(&out, t, i, widths);
		if (last) {
			while (out.len && out.s[out.len - 1] == ' ')
				out.s[--out.len] = '\0';
			str_addc(&out, '\n');
		}
	}
	(void)fputs(str_text(&out), stdout);
	str_fini(&out);
	free(widths);
	table_drop(t);
}

void
table_section(struct app *a, struct table *t)
{
	if (t->n <= (size_t)t->columns) {
		table_drop(t);
		return;
	}
	(void)printf("\n");
	table_print(a, t);
}
