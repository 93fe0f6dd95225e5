/* SPDX-License-Identifier: Apache-2.0
 * A verdict as one HTML page: its figures, its charts and its slices, in one file without scripts. */
#include "model/draw.h"

#include <math.h>

static const char head[] =
	"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<style>\n"
	":root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#59636e;--line:#d1d9e0;"
	"--a:#0757b8}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#f0f6fc;--soft:#9198a1;"
	"--line:#3d444d;--a:#6cb6ff}}\n"
	"body{background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif;margin:0 "
	"auto;max-width:1040px;padding:24px}\n"
	"h1{font-size:24px;margin:0}h2{font-size:17px;margin:32px 0 "
	"8px}p{color:var(--soft);margin:4px "
	"0 0}\n"
	".charts{display:flex;flex-wrap:wrap;gap:16px}.charts "
	"svg{max-width:100%;height:auto;border:1px "
	"solid var(--line);border-radius:6px}\n"
	"table{border-collapse:collapse}th,td{padding:4px 16px 4px 0;border-bottom:1px solid "
	"var(--line);text-align:right;font-variant-numeric:tabular-nums}\n"
	"th{font-weight:600;color:var(--soft)}th:first-child,td:first-child,.text{text-align:left}."
	"text{white-space:nowrap}"
	"\n"
	".span{position:relative;min-width:220px;padding:0}.span "
	"i{position:absolute;top:50%;height:2px;"
	"background:var(--a)}.span b{position:absolute;top:calc(50% - 3px);width:8px;height:8px;"
	"margin-left:-4px;border-radius:4px;background:var(--a)}\n</style>\n";

static void
number_cell(struct str *out, double v)
{
	str_add(out, "<td>");
	draw_number(out, v);
	str_add(out, "</td>");
}

static void
text_cell(struct str *out, const char *text)
{
	str_add(out, "<td class=\"text\">");
	str_add_xml(out, text);
	str_add(out, "</td>");
}

static void
figures(const struct mlf_verdict *v, struct str *out)
{
	str_add(out,
		"<h2>Figures</h2>\n<table>\n<tr><th>figure</th><th>value</th><th>from</th>"
		"<th>to</th></tr>\n");
	for (int32_t i = 0; i < v->n_figures; i++) {
		const struct mlf_figure *f = &v->figures[i];
		str_add(out, "<tr>");
		text_cell(out, f->name);
		number_cell(out, f->value);
		number_cell(out, f->low);
		number_cell(out, f->high);
		str_add(out, "</tr>\n");
	}
	str_add(out, "</table>\n");
}

static void
charts(const struct mlf_verdict *v, struct str *out)
{
	str_add(out, "<h2>Charts</h2>\n<div class=\"charts\">\n");
	(void)draw_roc(v, out);
	(void)draw_pr(v, out);
	(void)draw_calibration(v, out);
	(void)draw_numbers(v, out);
	(void)draw_confusion(v, out);
	str_add(out, "</div>\n");
}

static void
classes(const struct mlf_verdict *v, struct str *out)
{
	if (!v->each)
		return;
	str_add(out, "<h2>Classes</h2>\n<table>\n<tr><th>class</th>");
	for (int32_t i = 0; i < v->n_each; i++)
		str_addf(out, "<th>%s</th>", v->each[i].name);
	str_add(out, "</tr>\n");
	for (int32_t k = 0; k < v->classes; k++) {
		str_add(out, "<tr>");
		text_cell(out, v->names[k]);
		for (int32_t i = 0; i < v->n_each; i++)
			number_cell(out, v->each[k * v->n_each + i].value);
		str_add(out, "</tr>\n");
	}
	str_add(out, "</table>\n");
}

static double
percent(double v, const double ends[2])
{
	double at = ends[1] > ends[0] ? (v - ends[0]) / (ends[1] - ends[0]) * 100 : 50;
	return fmin(fmax(at, 0), 100);
}

static void
slices(const struct mlf_page *p, struct str *out)
{
	double ends[2] = {INFINITY, -INFINITY};
	if (!p->n_slices)
		return;
	for (int32_t i = 0; i < p->n_slices; i++) {
		const struct mlf_slice_row *s = &p->slices[i];
		ends[0] = fmin(ends[0], isnan(s->low) ? s->figure : s->low);
		ends[1] = fmax(ends[1], isnan(s->high) ? s->figure : s->high);
	}
	str_addf(out,
		"<h2>Slices</h2>\n<table>\n<tr><th>column</th><th "
		"class=\"text\">value</th><th>rows</th><th>%s</th><th>from</th><th>to</th>"
		"<th></th></tr>\n",
		p->slice_figure ? p->slice_figure : "");
	for (int32_t i = 0; i < p->n_slices; i++) {
		const struct mlf_slice_row *s = &p->slices[i];
		str_add(out, "<tr>");
		text_cell(out, s->column);
		text_cell(out, s->value);
		number_cell(out, (double)s->rows);
		number_cell(out, s->figure);
		number_cell(out, s->low);
		number_cell(out, s->high);
		str_add(out, "<td class=\"span\">");
		if (!isnan(s->low))
			str_addf(out, "<i style=\"left:%.1f%%;width:%.1f%%\"></i>",
				percent(s->low, ends),
				percent(s->high, ends) - percent(s->low, ends));
		if (!isnan(s->figure))
			str_addf(out, "<b style=\"left:%.1f%%\"></b>", percent(s->figure, ends));
		str_add(out, "</td></tr>\n");
	}
	str_add(out, "</table>\n");
}

static void
page(const struct mlf_page *p, struct str *out)
{
	const struct mlf_verdict *v = p->verdict;
	str_add(out, head);
	str_add(out, "<title>");
	str_add_xml(out, p->title ? p->title : "");
	str_add(out, "</title>\n</head>\n<body>\n<h1>");
	str_add_xml(out, p->title ? p->title : "");
	str_add(out, "</h1>\n<p>");
	str_add_count(out, v->n);
	str_add(out, v->n == 1 ? " row" : " rows");
	if (v->task == MLF_BINARY) {
		str_add(out, ", share of positives ");
		draw_number(out, v->base);
	}
	str_add(out, "</p>\n");
	figures(v, out);
	charts(v, out);
	classes(v, out);
	slices(p, out);
	str_add(out, "</body>\n</html>\n");
}

bool
model_draw(const struct mlf_page *p, const char *what, struct str *out)
{
	static const struct {
		const char *name;
		bool (*draw)(const struct mlf_verdict *, struct str *);
	} pictures[] = {{"roc", draw_roc}, {"pr", draw_pr}, {"calibration", draw_calibration},
		{"numbers", draw_numbers}, {"confusion", draw_confusion}};
	if (str_eq(what, "page")) {
		page(p, out);
		return true;
	}
	if (str_eq(what, "json")) {
		draw_json(p, out);
		return true;
	}
	for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++)
		if (str_eq(what, pictures[i].name))
			return pictures[i].draw(p->verdict, out);
	return false;
}
