/* SPDX-License-Identifier: Apache-2.0
 * Charts as one SVG file, below each other. Colours follow the reader's light or dark theme; every name
 * is escaped. */
#include "cmd/plot.h"

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

static const char *const colors[] = {
	"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#777777"};

static const char *
color_of(size_t i)
{
	return colors[i % (sizeof colors / sizeof colors[0])];
}

static void
add_name(struct str *out, const char *s)
{
	struct str safe = {0};
	term_add_safe(&safe, s);
	for (const char *p = str_text(&safe); *p; p++) {
		if (*p == '<')
			str_add(out, "&lt;");
		else if (*p == '&')
			str_add(out, "&amp;");
		else
			str_addc(out, *p);
	}
	str_fini(&safe);
}

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
	return LEFT + (step - (double)c->from) / (double)(c->to - c->from) * width;
}

static double
y_of(const struct chart *c, double v)
{
	return TOP + (c->high - v) / (c->high - c->low) * (HEIGHT - TOP - BOTTOM);
}

static void
add_text(struct str *out, double x, double y, const char *anchor, const char *text)
{
	str_addf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	add_name(out, text);
	str_add(out, "</text>\n");
}

static void
add_axes(struct str *out, const struct chart *c)
{
	struct str text = {0};
	for (int i = 0; i <= TICKS; i++) {
		double v = c->low + (c->high - c->low) * i / TICKS;
		str_addf(out,
			"<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n",
			LEFT, WIDTH - RIGHT, y_of(c, v), y_of(c, v));
		str_reset(&text);
		plot_number(&text, v);
		add_text(out, LEFT - 8, y_of(c, v) + 4, "end", str_text(&text));
	}
	for (int i = 0; i <= TICKS; i++) {
		int64_t step = c->from + (c->to - c->from) * i / TICKS;
		if (i > 0 && step == c->from + (c->to - c->from) * (i - 1) / TICKS)
			continue;
		str_reset(&text);
		str_addf(&text, "%lld", (long long)step);
		add_text(out, x_of(c, (double)step), HEIGHT - BOTTOM + 18, "middle", text.s);
	}
	str_fini(&text);
}

/* A value that is no number breaks the line. */
static void
add_line(struct str *out, const struct chart *c, size_t s)
{
	bool open = false;
	str_addf(out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"", color_of(s));
	for (size_t i = 0; i < c->series[s].n; i++) {
		const struct metric *m = &c->series[s].v[i];
		if (isfinite(m->value))
			str_addf(out, "%s%.1f %.1f", open ? "L" : "M", x_of(c, (double)m->step),
				y_of(c, m->value));
		open = isfinite(m->value);
	}
	str_add(out, "\"/>\n");
	for (size_t i = 0; c->series[s].n <= 60 && i < c->series[s].n; i++)
		if (isfinite(c->series[s].v[i].value))
			str_addf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
				x_of(c, (double)c->series[s].v[i].step),
				y_of(c, c->series[s].v[i].value), color_of(s));
}

static void
add_lines(struct str *out, const struct chart *c)
{
	add_axes(out, c);
	for (size_t s = 0; s < c->n; s++)
		add_line(out, c, s);
	for (size_t s = 0; s < c->n; s++) {
		double y = HEIGHT + (double)s * LEGEND;
		str_addf(out,
			"<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"12\" fill=\"%s\"/>\n",
			LEFT, y - 2, color_of(s));
		add_text(out, LEFT + 20, y + 8, "start", c->series[s].label);
	}
}

static void
add_bars(struct str *out, const struct chart *c)
{
	double most = fmax(fabs(c->low), fabs(c->high)), room = WIDTH - LEFT - RIGHT - 240;
	struct str text = {0};
	for (size_t s = 0; s < c->n; s++) {
		double v = c->series[s].v[0].value, y = TOP + (double)s * BAR,
		       width = isfinite(v) && most > 0 ? fabs(v) / most * room : 0;
		add_text(out, LEFT + 72, y + 12, "end", c->series[s].label);
		str_addf(out,
			"<rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"16\" fill=\"%s\"/>\n",
			LEFT + 80, y, width, color_of(s));
		str_reset(&text);
		str_add_f64(&text, v);
		add_text(out, LEFT + 86 + width, y + 12, "start", text.s);
	}
	str_fini(&text);
}

void
plot_svg(struct str *out, const struct chart *charts, size_t n)
{
	int height = 0;
	for (size_t i = 0; i < n; i++)
		height += height_of(&charts[i]);
	str_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
		"<style>svg{background:#fff}text{fill:#222}.grid{stroke:#ddd}.title{font-weight:"
		"bold}"
		"@media (prefers-color-scheme:dark){svg{background:#1b1e23}text{fill:#ddd}"
		".grid{stroke:#3a3f47}}</style>\n",
		WIDTH, height, WIDTH, height);
	height = 0;
	for (size_t i = 0; i < n; i++) {
		str_addf(out,
			"<g transform=\"translate(0 %d)\">\n<text class=\"title\" x=\"16\" "
			"y=\"20\">",
			height);
		add_name(out, charts[i].metric);
		str_add(out, "</text>\n");
		if (charts[i].empty)
			add_text(out, 16, TOP + 12, "start", "no number among its values");
		else if (charts[i].bars)
			add_bars(out, &charts[i]);
		else
			add_lines(out, &charts[i]);
		str_add(out, "</g>\n");
		height += height_of(&charts[i]);
	}
	str_add(out, "</svg>\n");
}
