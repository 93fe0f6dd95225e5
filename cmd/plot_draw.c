/* SPDX-License-Identifier: Apache-2.0
 * Where everything in a picture of charts stands, whatever it is painted with. */
#include "cmd/canvas.h"

#include <math.h>

enum {
	WIDTH = 720,
	HEIGHT = 260,
	LEFT = 84,
	RIGHT = 16,
	TOP = 34,
	BOTTOM = 34,
	LEGEND = 18,
	BAR = 24
};
#define TICKS 4

static int
height_of(const struct chart *c)
{
	if (c->bars || c->empty)
		return TOP + (int)c->n * BAR + 12;
	return HEIGHT + (int)c->n * LEGEND;
}

static double
x_of(const struct chart *c, double step)
{
	double width = WIDTH - LEFT - RIGHT;
	if (c->to == c->from)
		return LEFT + width / 2;
	return LEFT + (step - (double)c->from) / ((double)c->to - (double)c->from) * width;
}

static double
y_of(const struct chart *c, double v)
{
	return TOP + (c->high - v) / (c->high - c->low) * (HEIGHT - TOP - BOTTOM);
}

static void
add_axes(struct canvas *to, const struct chart *c)
{
	struct str text = {0};
	for (int i = 0; i <= TICKS; i++) {
		double v = c->low + (c->high - c->low) * i / TICKS, y = y_of(c, v);
		to->line(to, (double[]){LEFT, y}, (double[]){WIDTH - RIGHT, y}, COLOR_GRID, 1);
		str_reset(&text);
		plot_number(&text, v);
		to->text(to, LEFT - 8, y + 4, ANCHOR_END, str_text(&text));
	}
	for (int i = 0; i <= TICKS; i++) {
		double part = ((double)c->to - (double)c->from) / TICKS,
		       step = floor((double)c->from + part * i);
		if (i > 0 && step == floor((double)c->from + part * (i - 1)))
			continue;
		str_reset(&text);
		str_addf(&text, "%.0f", step);
		to->text(to, x_of(c, step), HEIGHT - BOTTOM + 18, ANCHOR_MIDDLE, text.s);
	}
	str_fini(&text);
}

/* A value that is no number breaks the line. */
static void
add_line(struct canvas *to, const struct chart *c, size_t s)
{
	const struct series *line = &c->series[s];
	double last[2] = {0};
	bool open = false;
	for (size_t i = 0; i < line->n; i++) {
		double here[] = {x_of(c, (double)line->v[i].step), y_of(c, line->v[i].value)};
		if (plot_drawable(line->v[i].value) && open)
			to->line(to, last, here, (int)(s % COLORS), 2);
		open = plot_drawable(line->v[i].value);
		if (open && line->n <= 60)
			to->rect(to, here[0] - 2.5, here[1] - 2.5, 5, 5, (int)(s % COLORS));
		memcpy(last, here, sizeof(last));
	}
}

static void
add_lines(struct canvas *to, const struct chart *c)
{
	add_axes(to, c);
	for (size_t s = 0; s < c->n; s++)
		add_line(to, c, s);
	for (size_t s = 0; s < c->n; s++) {
		double y = HEIGHT + (double)s * LEGEND;
		to->rect(to, LEFT, y - 2, 12, 12, (int)(s % COLORS));
		to->text(to, LEFT + 20, y + 8, ANCHOR_START, c->series[s].label);
	}
}

static void
add_bars(struct canvas *to, const struct chart *c)
{
	double most = fmax(fabs(c->low), fabs(c->high)), room = WIDTH - LEFT - RIGHT - 240;
	struct str text = {0};
	for (size_t s = 0; s < c->n; s++) {
		double v = c->series[s].v[0].value, y = TOP + (double)s * BAR,
		       width = plot_drawable(v) && most > 0 ? fabs(v) / most * room : 0;
		to->text(to, LEFT + 72, y + 12, ANCHOR_END, c->series[s].label);
		to->rect(to, LEFT + 80, y, width, 16, (int)(s % COLORS));
		str_reset(&text);
		str_add_f64(&text, v);
		to->text(to, LEFT + 86 + width, y + 12, ANCHOR_START, text.s);
	}
	str_fini(&text);
}

void
plot_size(const struct chart *charts, size_t n, int size[2])
{
	size[0] = WIDTH;
	size[1] = 0;
	for (size_t i = 0; i < n; i++)
		size[1] += height_of(&charts[i]);
}

void
plot_draw(struct canvas *to, const struct chart *charts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		to->text(to, 16, 20, ANCHOR_START, charts[i].metric);
		if (charts[i].empty)
			to->text(to, 16, TOP + 12, ANCHOR_START, "no number among its values");
		else if (charts[i].bars)
			add_bars(to, &charts[i]);
		else
			add_lines(to, &charts[i]);
		to->top += height_of(&charts[i]);
	}
}
