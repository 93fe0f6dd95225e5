/* SPDX-License-Identifier: Apache-2.0
 * A chart of letters, for any terminal: lines on a grid of cells, or bars. */
#include "cmd/plot.h"

#include <math.h>

#define ROWS 12
#define LABEL 11 /* columns of a number at the axis */
#define WIDTH_MAX 100

static const char marks[] = "*o+x#@%&";

struct grid {
	char cells[ROWS][WIDTH_MAX];
	int width;
};

static char
mark_of(size_t i)
{
	return marks[i % (sizeof marks - 1)];
}

static int
row_of(const struct chart *c, double v)
{
	return (int)lround((c->high - v) / (c->high - c->low) * (ROWS - 1));
}

static int
column_of(const struct chart *c, int width, int64_t step)
{
	if (c->to == c->from)
		return width / 2;
	return (int)lround(
		((double)step - (double)c->from) / ((double)c->to - (double)c->from) * (width - 1));
}

/* The cells between two points; what another line has drawn stays. */
static void
draw_line(struct grid *g, const int from[2], const int to[2], char mark)
{
	int n = abs(to[0] - from[0]) > abs(to[1] - from[1]) ? abs(to[0] - from[0])
							    : abs(to[1] - from[1]);
	for (int i = 0; i <= n; i++) {
		double t = n ? (double)i / n : 0;
		int x = (int)lround(from[0] + t * (to[0] - from[0])),
		    y = (int)lround(from[1] + t * (to[1] - from[1]));
		if (g->cells[y][x] == ' ')
			g->cells[y][x] = i == 0 || i == n ? mark : '.';
		else if (i == 0 || i == n)
			g->cells[y][x] = mark;
	}
}

static void
draw(struct grid *g, const struct chart *c)
{
	for (size_t s = 0; s < c->n; s++) {
		int last[2];
		bool has_last = false;
		for (size_t i = 0; i < c->series[s].n; i++) {
			const struct metric *m = &c->series[s].v[i];
			if (!plot_drawable(m->value)) {
				has_last = false;
				continue;
			}
			int here[2] = {column_of(c, g->width, m->step), row_of(c, m->value)};
			draw_line(g, has_last ? last : here, here, mark_of(s));
			memcpy(last, here, sizeof(last));
			has_last = true;
		}
	}
}

static void
add_label(struct str *out, double v)
{
	struct str text = {0};
	plot_number(&text, v);
	str_addf(out, "%*s |", LABEL, str_text(&text));
	str_fini(&text);
}

static void
add_lines(struct str *out, const struct chart *c, int width)
{
	struct grid g = {.width = width};
	struct str from = {0}, to = {0};
	memset(g.cells, ' ', sizeof(g.cells));
	draw(&g, c);
	for (int y = 0; y < ROWS; y++) {
		if (y == 0 || y == ROWS - 1 || y == ROWS / 2)
			add_label(out, c->high - (c->high - c->low) * y / (ROWS - 1));
		else
			str_addf(out, "%*s |", LABEL, "");
		str_addn(out, g.cells[y], (size_t)width);
		while (out->s[out->len - 1] == ' ')
			out->s[--out->len] = '\0';
		str_addc(out, '\n');
	}
	str_addf(&from, "%lld", (long long)c->from);
	str_addf(&to, "%lld", (long long)c->to);
	str_addf(out, "%*s +", LABEL, "step");
	for (int i = 0; i < width; i++)
		str_addc(out, '-');
	str_addf(out, "\n%*s  %s%*s\n", LABEL, "", from.s, width - (int)from.len, to.s);
	for (size_t s = 0; s < c->n; s++) {
		str_addf(out, "%*s  %c ", LABEL, "", mark_of(s));
		term_add_safe(out, c->series[s].label);
		str_addc(out, '\n');
	}
	str_fini(&from);
	str_fini(&to);
}

/* From zero, as long as the value is large. */
static void
add_bars(struct str *out, const struct chart *c, int width, const struct term *t)
{
	double most = fmax(fabs(c->low), fabs(c->high));
	for (size_t s = 0; s < c->n; s++) {
		const struct metric *m = &c->series[s].v[0];
		struct str label = {0};
		term_add_safe(&label, c->series[s].label);
		int cells = plot_drawable(m->value) && most > 0
			? (int)lround(fabs(m->value) / most * (width - 24))
			: 0;
		str_addf(out, "  %-20.20s ", str_text(&label));
		for (int i = 0; i < cells; i++)
			str_add(out, t->utf8 ? "█" : "#");
		str_addf(out, " %.6g\n", m->value);
		str_fini(&label);
	}
}

void
plot_text(struct str *out, const struct chart *c, const struct term *t)
{
	int width = t->width - LABEL - 3;
	width = width > WIDTH_MAX ? WIDTH_MAX : width < 20 ? 20 : width;
	term_add_safe(out, c->metric);
	str_addc(out, '\n');
	if (c->empty)
		str_add(out, "  no number among its values\n");
	else if (c->bars)
		add_bars(out, c, width, t);
	else
		add_lines(out, c, width);
}
