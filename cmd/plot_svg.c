/* SPDX-License-Identifier: Apache-2.0
 * Charts as an SVG file. Colours follow the reader's light or dark theme; every name is escaped. */
#include "cmd/canvas.h"

/* Told apart also by those who see few colours (Okabe and Ito). */
const unsigned canvas_colors[COLORS] = {
	0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x8a6d00, 0x777777};

static void
add_name(struct str *out, const char *s)
{
	struct str safe = {0};
	term_add_safe(&safe, s);
	str_add_xml(out, str_text(&safe));
	str_fini(&safe);
}

static void
svg_line(struct canvas *to, const double *from, const double *until, int color, double width)
{
	struct str *out = to->out;
	str_addf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" ", from[0],
		from[1] + to->top, until[0], until[1] + to->top);
	if (color == COLOR_GRID)
		str_add(out, "class=\"grid\"/>\n");
	else
		str_addf(out, "stroke=\"#%06x\" stroke-width=\"%g\"/>\n", canvas_colors[color],
			width);
}

static void
svg_rect(struct canvas *to, double x, double y, double w, double h, int color)
{
	str_addf(to->out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%06x\"/>\n", x,
		y + to->top, w, h, canvas_colors[color]);
}

static void
svg_text(struct canvas *to, double x, double y, enum anchor anchor, const char *text)
{
	static const char *const names[] = {"start", "middle", "end"};
	struct str *out = to->out;
	str_addf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y + to->top,
		names[anchor]);
	add_name(out, text);
	str_add(out, "</text>\n");
}

void
plot_svg(struct str *out, const struct chart *charts, size_t n)
{
	struct canvas to = {svg_line, svg_rect, svg_text, 0, out};
	int size[2];
	plot_size(charts, n, size);
	str_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
		"<style>svg{background:#fff}text{fill:#222}.grid{stroke:#ddd}"
		"@media (prefers-color-scheme:dark){svg{background:#1b1e23}text{fill:#ddd}"
		".grid{stroke:#3a3f47}}</style>\n",
		size[0], size[1], size[0], size[1]);
	plot_draw(&to, charts, n);
	str_add(out, "</svg>\n");
}
