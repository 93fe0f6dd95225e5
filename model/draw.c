/* SPDX-License-Identifier: Apache-2.0
 * Charts of a verdict as SVG.
 *
 *	+-- title ---------------+
 *	| y |  plot, 0..WIDE     |     data coordinates become pixels in px() and py() alone
 *	|   +------- x ----------|
 *	+------------------------+
 *
 * Colours are plain rules of classes, which every renderer knows; a second set is for dark screens. */
#include "model/draw.h"

#include <math.h>
#include <string.h>

enum { WIDE = 400, HIGH = 300, LEFT = 64, TOP = 44, RIGHT = 24, BOTTOM = 52, TICKS = 5 };

struct chart {
	struct str *out;
	double x0, x1, y0, y1; /* what the plot shows */
};

void
draw_number(struct str *out, double v)
{
	if (isnan(v))
		str_add(out, "\xe2\x80\x93");
	else if (v == rint(v) && fabs(v) < 1e15)
		str_addf(out, "%.0f", v);
	else
		str_addf(out, fabs(v) < 10 && fabs(v) >= 1e-3 ? "%.4f" : "%.5g", v);
}

const struct mlf_figure *
draw_figure(const struct mlf_verdict *v, const char *name)
{
	for (int32_t i = 0; i < v->n_figures; i++)
		if (str_eq(v->figures[i].name, name))
			return &v->figures[i];
	return NULL;
}

static double
px(const struct chart *c, double x)
{
	return LEFT + (x - c->x0) / (c->x1 - c->x0) * WIDE;
}

static double
py(const struct chart *c, double y)
{
	return TOP + HIGH - (y - c->y0) / (c->y1 - c->y0) * HIGH;
}

static void
begin(struct str *out, int width, int height, const char *title)
{
	str_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" role=\"img\" aria-label=\"",
		width, height, width, height);
	str_add_xml(out, title);
	str_add(out,
		"\">\n<style>\n"
		"svg{font:13px "
		"system-ui,sans-serif}.bg{fill:#fff}text{fill:#1f2328}.soft{fill:#59636e}"
		".grid{stroke:#d1d9e0}.base{stroke:#59636e;stroke-dasharray:4 4;fill:none}"
		".curve{stroke:#0757b8;stroke-width:2;fill:none;stroke-linejoin:round}"
		".dot{fill:#0757b8}.bar{stroke:#0757b8;stroke-width:1.5}\n"
		"@media(prefers-color-scheme:dark){.bg{fill:#0d1117}text{fill:#f0f6fc}"
		".soft{fill:#9198a1}.grid{stroke:#3d444d}.base{stroke:#9198a1}"
		".curve,.bar{stroke:#6cb6ff}.dot{fill:#6cb6ff}}\n</style>\n");
	str_addf(out, "<rect class=\"bg\" width=\"%d\" height=\"%d\"/>\n", width, height);
	str_addf(out, "<text x=\"%d\" y=\"26\" font-size=\"15\" font-weight=\"600\">", LEFT);
	str_add_xml(out, title);
	str_add(out, "</text>\n");
}

/* A step of 1, 2 or 5 times a power of ten that gives about TICKS of them. */
static double
nice_step(double span)
{
	double rough = span / TICKS, power = pow(10, floor(log10(rough))), lead = rough / power;
	return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

/* The ticks of an axis: on multiples of `step`, counted, since t + step may be t. */
struct ticks {
	double first, step;
	int n;
};

static struct ticks
ticks(double from, double to)
{
	double step = nice_step(to - from), first = ceil(from / step - 1e-9);
	double n = floor(to / step + 1e-9) - first + 1;
	return (struct ticks){first, step, n > 0 && n < 4 * TICKS ? (int)n : 0};
}

static double
tick(const struct ticks *t, int i)
{
	return (t->first + i) * t->step;
}

static void
axes(const struct chart *c, const char *x, const char *y)
{
	struct str *o = c->out;
	struct ticks along = ticks(c->x0, c->x1), up = ticks(c->y0, c->y1);
	for (int i = 0; i < along.n; i++) {
		double t = tick(&along, i);
		str_addf(o,
			"<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
			"<text class=\"soft\" x=\"%.1f\" y=\"%d\" "
			"text-anchor=\"middle\">%.6g</text>\n",
			px(c, t), px(c, t), TOP, TOP + HIGH, px(c, t), TOP + HIGH + 18, t);
	}
	for (int i = 0; i < up.n; i++) {
		double t = tick(&up, i);
		str_addf(o,
			"<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text class=\"soft\" x=\"%d\" y=\"%.1f\" "
			"text-anchor=\"end\">%.6g</text>\n",
			LEFT, LEFT + WIDE, py(c, t), py(c, t), LEFT - 8, py(c, t) + 4, t);
	}
	str_addf(o, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", LEFT + WIDE / 2,
		TOP + HIGH + 40, x);
	str_addf(o,
		"<text transform=\"translate(16 %d) rotate(-90)\" "
		"text-anchor=\"middle\">%s</text>\n",
		TOP + HIGH / 2, y);
}

static void
straight(const struct chart *c, double x0, double y0, double x1, double y1)
{
	str_addf(c->out, "<path class=\"base\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", px(c, x0),
		py(c, y0), px(c, x1), py(c, y1));
}

static void
curve(const struct chart *c, const struct mlf_point *p, int32_t n)
{
	str_add(c->out, "<path class=\"curve\" d=\"");
	for (int32_t i = 0; i < n; i++)
		str_addf(c->out, "%c%.1f %.1f", i ? 'L' : 'M', px(c, p[i].x), py(c, p[i].y));
	str_add(c->out, "\"/>\n");
}

/* A figure in the corner where there is room. */
static void
caption(const struct chart *c, const struct mlf_figure *f, const char *what, bool top)
{
	if (!f)
		return;
	str_addf(c->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s ",
		top ? LEFT + 10 : LEFT + WIDE - 10, top ? TOP + 20 : TOP + HIGH - 12,
		top ? "start" : "end", what);
	draw_number(c->out, f->value);
	if (!isnan(f->low)) {
		str_add(c->out, " (");
		draw_number(c->out, f->low);
		str_add(c->out, " to ");
		draw_number(c->out, f->high);
		str_addc(c->out, ')');
	}
	str_add(c->out, "</text>\n");
}

bool
draw_roc(const struct mlf_verdict *v, struct str *out)
{
	struct chart c = {out, 0, 1, 0, 1};
	if (!v->n_roc)
		return false;
	begin(out, LEFT + WIDE + RIGHT, TOP + HIGH + BOTTOM, "ROC curve");
	axes(&c, "false positive rate", "true positive rate");
	straight(&c, 0, 0, 1, 1);
	curve(&c, v->roc, v->n_roc);
	caption(&c, draw_figure(v, "auc"), "AUC", false);
	str_add(out, "</svg>\n");
	return true;
}

bool
draw_pr(const struct mlf_verdict *v, struct str *out)
{
	struct chart c = {out, 0, 1, 0, 1};
	if (!v->n_pr)
		return false;
	begin(out, LEFT + WIDE + RIGHT, TOP + HIGH + BOTTOM, "Precision and recall");
	axes(&c, "recall", "precision");
	straight(&c, 0, v->base, 1, v->base);
	curve(&c, v->pr, v->n_pr);
	caption(&c, draw_figure(v, "average_precision"), "AP", v->base > 0.5);
	str_add(out, "</svg>\n");
	return true;
}

/* What was seen against what was said, with intervals. */
static void
dots(const struct chart *c, const struct mlf_verdict *v)
{
	for (int32_t i = 0; i < v->n_bins; i++) {
		const struct mlf_bin *b = &v->bins[i];
		if (!isnan(b->low))
			str_addf(c->out,
				"<line class=\"bar\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
				"y2=\"%.1f\"/>\n",
				px(c, b->said), px(c, b->said), py(c, fmax(b->low, c->y0)),
				py(c, fmin(b->high, c->y1)));
		str_addf(c->out,
			"<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>%lld "
			"rows</title></circle>\n",
			px(c, b->said), py(c, b->seen), (long long)b->n);
	}
}

bool
draw_calibration(const struct mlf_verdict *v, struct str *out)
{
	struct chart c = {out, 0, 1, 0, 1};
	if (v->task != MLF_BINARY || !v->n_bins)
		return false;
	begin(out, LEFT + WIDE + RIGHT, TOP + HIGH + BOTTOM, "Calibration");
	axes(&c, "mean score", "share of positives");
	straight(&c, 0, 0, 1, 1);
	dots(&c, v);
	caption(&c, draw_figure(v, "ece"), "ECE", true);
	str_add(out, "</svg>\n");
	return true;
}

bool
draw_numbers(const struct mlf_verdict *v, struct str *out)
{
	double low = INFINITY, high = -INFINITY;
	if (v->task != MLF_NUMBERS || !v->n_bins)
		return false;
	for (int32_t i = 0; i < v->n_bins; i++) {
		const struct mlf_bin *b = &v->bins[i];
		low = fmin(low, fmin(b->said, isnan(b->low) ? b->seen : b->low));
		high = fmax(high, fmax(b->said, isnan(b->high) ? b->seen : b->high));
	}
	double room = high > low ? (high - low) * 0.04 : fabs(low) * 0.1 + 1;
	struct chart c = {out, low - room, high + room, low - room, high + room};
	begin(out, LEFT + WIDE + RIGHT, TOP + HIGH + BOTTOM, "Predicted and true");
	axes(&c, "prediction (mean of a bin)", "truth (mean of a bin)");
	straight(&c, c.x0, c.y0, c.x1, c.y1);
	dots(&c, v);
	caption(&c, draw_figure(v, "r2"), "R2", true);
	str_add(out, "</svg>\n");
	return true;
}

static void
label(struct str *out, double x, double y, const char *how, const char *text)
{
	struct str cut = {0};
	size_t n = strlen(text), most = 14;
	while (n > most && most > 8 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--; /* not within a character */
	str_addn(&cut, text, n > most ? most : n);
	str_addf(out, "<text class=\"soft\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, how);
	str_add_xml(out, str_text(&cut));
	str_add(out, n > most ? "\xe2\x80\xa6</text>\n" : "</text>\n");
	str_fini(&cut);
}

/* A cell is as dark as its share of the rows of its truth. */
static void
cell(struct str *out, double x, double y, double side, const double pair[2])
{
	double share = pair[1] > 0 ? pair[0] / pair[1] : 0;
	str_addf(out,
		"<rect class=\"dot\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		"fill-opacity=\"%.3f\"/>\n",
		x, y, side, side, share * 0.55);
	if (side >= 26)
		str_addf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.0f</text>\n",
			x + side / 2, y + side / 2 + 4, pair[0]);
}

bool
draw_confusion(const struct mlf_verdict *v, struct str *out)
{
	int32_t k = v->classes;
	if (!v->confusion || k < 2 || k > 40)
		return false;
	double side = k <= 4 ? 84 : k <= 10 ? 56 : 26, left = 140, top = 84;
	begin(out, (int)(left + side * k + 32), (int)(top + side * k + 24), "Confusion");
	label(out, left + side * k / 2, 52, "middle", "said");
	label(out, 40, top + side * k / 2 + 4, "middle", "true");
	for (int32_t t = 0; t < k; t++) {
		double rows = 0;
		for (int32_t s = 0; s < k; s++)
			rows += (double)v->confusion[t * k + s];
		label(out, left - 8, top + side * (t + 0.5) + 4, "end", v->names[t]);
		if (side >= 56)
			label(out, left + side * (t + 0.5), top - 10, "middle", v->names[t]);
		for (int32_t s = 0; s < k; s++) {
			const double pair[2] = {(double)v->confusion[t * k + s], rows};
			cell(out, left + side * s, top + side * t, side, pair);
		}
	}
	str_add(out, "</svg>\n");
	return true;
}
