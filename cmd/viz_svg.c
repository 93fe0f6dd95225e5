/* SPDX-License-Identifier: Apache-2.0
 * The graph of the page: bands of layers, arrows, spots. Spot i has the id `s<i>`, an arrow tells its ends,
 * so that a script can find both. */
#include "cmd/viz.h"

/* Names of layers stand to the left of all spots. */
static double
margin(const struct bands *b)
{
	int longest = 0;
	for (size_t i = 0; i < b->n; i++) {
		int width = term_width_of(b->v[i].name);
		longest = width > longest ? width : longest;
	}
	return longest ? longest * 7 + 16 : 0;
}

static void
add_band(struct str *out, const struct picture *p, const struct band *b, double left)
{
	double top = 0, bottom = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct spot *s = &p->spots[i];
		if (s->rank == b->first)
			top = s->y - RANK_HEIGHT / 2 + 4;
		if (s->rank == b->last)
			bottom = s->y + RANK_HEIGHT / 2 - 4;
	}
	str_addf(out,
		"<rect x=\"%.0f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>"
		"<text x=\"%.0f\" y=\"%.1f\">",
		-left, top, p->width + left, bottom - top, 10 - left, (top + bottom) / 2 + 4);
	picture_svg_name(out, b->name);
	str_add(out, "</text>\n");
}

static void
add_arrow(struct str *out, const struct picture *p, const struct arrow *w)
{
	str_addf(out, "<path data-from=\"%zu\" data-to=\"%zu\" d=\"", w->from, w->to);
	picture_svg_line(out, p, w);
	str_add(out, "\"/>\n");
}

static void
add_spot(struct str *out, const struct spot *s, size_t i, bool buttons)
{
	str_addf(out, "<g id=\"s%zu\" class=\"spot %s", i, shape_name(s->shape));
	if (s->state) {
		str_addc(out, ' ');
		str_add_xml(out, s->state);
	}
	str_addf(out, "\"%s>", buttons ? " tabindex=\"0\" role=\"button\"" : "");
	picture_svg_box(out, s);
	str_add(out, "</g>\n");
}

void
viz_svg(struct str *out, const struct picture *p, const struct bands *bands, bool buttons)
{
	double left = margin(bands);
	str_addf(out,
		"<svg id=\"graph\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
		"height=\"%.0f\" "
		"viewBox=\"%.0f 0 %.0f %.0f\" aria-label=\"The graph of the pipeline\">\n"
		"<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"6\" refY=\"4\" "
		"markerWidth=\"7\" "
		"markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\n"
		"<g class=\"bands\">\n",
		p->width + left, p->height, -left, p->width + left, p->height);
	for (size_t i = 0; i < bands->n; i++)
		add_band(out, p, &bands->v[i], left);
	str_add(out, "</g>\n<g class=\"arrows\">\n");
	for (size_t i = 0; i < p->n_arrows; i++)
		add_arrow(out, p, &p->arrows[i]);
	str_add(out, "</g>\n");
	for (size_t i = 0; i < p->n; i++)
		add_spot(out, &p->spots[i], i, buttons);
	str_add(out, "</svg>\n");
}
