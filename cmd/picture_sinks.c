/* SPDX-License-Identifier: Apache-2.0
 * A picture in each of its forms. Every form has its own way to write a name, so that a name can
 * never become part of the form: it may hold quotes, markup or anything else that YAML allows. */
#include "cmd/picture.h"

/* ---- text: one line a node */

static void
text_side(struct str *out, const struct spec_port *ports, size_t n, const char *arrow)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_add(out, ", ");
		term_add_safe(out, ports[i].dataset);
	}
	if (n)
		str_add(out, arrow);
}

void
picture_text(struct str *out, const struct graph *g, const struct term *t)
{
	const char *arrow = t->utf8 ? " → " : " -> ";
	for (size_t i = 0; i < g->n_order; i++) {
		const struct spec_node *n = &g->spec->nodes[g->order[i]];
		text_side(out, n->inputs, n->n_inputs, arrow);
		str_addc(out, '[');
		term_add_safe(out, n->name);
		str_addc(out, ']');
		if (n->n_outputs)
			str_add(out, arrow);
		text_side(out, n->outputs, n->n_outputs, "");
		str_addc(out, '\n');
	}
}

/* ---- dot */

static void
dot_name(struct str *out, const char *s)
{
	struct str safe = {0};
	term_add_safe(&safe, s);
	for (const char *p = str_text(&safe); *p; p++) {
		if (*p == '"' || *p == '\\')
			str_addc(out, '\\');
		str_addc(out, *p);
	}
	str_fini(&safe);
}

void
picture_dot(struct str *out, const struct picture *p, const char *title)
{
	static const char *const styles[] = {"shape=box, style=filled, fillcolor=\"#dbe9f6\"",
		"shape=ellipse", "shape=ellipse, style=dashed"};
	str_add(out, "digraph \"");
	dot_name(out, title);
	str_add(out, "\" {\n\trankdir=TB;\n\tnode [fontname=\"monospace\", fontsize=11];\n");
	for (size_t i = 0; i < p->n; i++) {
		str_addf(out, "\tv%zu [label=\"", i);
		dot_name(out, p->spots[i].name);
		str_addf(out, "\", %s];\n", styles[p->spots[i].shape]);
	}
	for (size_t i = 0; i < p->n_arrows; i++)
		str_addf(out, "\tv%zu -> v%zu;\n", p->arrows[i].from, p->arrows[i].to);
	str_add(out, "}\n");
}

/* ---- mermaid */

/* All but letters, digits and the harmless as entities, which Mermaid writes #35; */
static void
mermaid_name(struct str *out, const char *s)
{
	struct str safe = {0};
	term_add_safe(&safe, s);
	for (const char *p = str_text(&safe); *p; p++) {
		unsigned char c = (unsigned char)*p;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c >= 0x80 || strchr("_.- :", c);
		if (plain)
			str_addc(out, *p);
		else
			str_addf(out, "#%u;", (unsigned)c);
	}
	str_fini(&safe);
}

void
picture_mermaid(struct str *out, const struct picture *p)
{
	static const char *const open[] = {"[\"", "([\"", "([\""};
	static const char *const close[] = {"\"]", "\"])", "\"])"};
	str_add(out, "flowchart TD\n");
	for (size_t i = 0; i < p->n; i++) {
		str_addf(out, "    v%zu%s", i, open[p->spots[i].shape]);
		mermaid_name(out, p->spots[i].name);
		str_addf(out, "%s:::%s\n", close[p->spots[i].shape], shape_name(p->spots[i].shape));
	}
	for (size_t i = 0; i < p->n_arrows; i++)
		str_addf(out, "    v%zu --> v%zu\n", p->arrows[i].from, p->arrows[i].to);
	str_add(out,
		"    classDef node fill:#dbe9f6,stroke:#2f6690\n"
		"    classDef dataset fill:#ffffff,stroke:#6b7280\n"
		"    classDef parameters fill:#ffffff,stroke:#6b7280,stroke-dasharray:4\n");
}

/* ---- json */

void
picture_json(struct jw *w, const struct picture *p)
{
	jw_object(w);
	jw_key(w, "vertices");
	jw_array(w);
	for (size_t i = 0; i < p->n; i++) {
		jw_object(w);
		jw_kv_i64(w, "id", (int64_t)i);
		jw_kv_str(w, "kind", shape_name(p->spots[i].shape));
		jw_kv_str(w, "name", p->spots[i].name);
		jw_kv_i64(w, "rank", p->spots[i].rank);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_key(w, "edges");
	jw_array(w);
	for (size_t i = 0; i < p->n_arrows; i++) {
		jw_object(w);
		jw_kv_i64(w, "from", (int64_t)p->arrows[i].from);
		jw_kv_i64(w, "to", (int64_t)p->arrows[i].to);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_end(w, '}');
}

/* ---- svg */

void
picture_svg_name(struct str *out, const char *s)
{
	struct str safe = {0};
	term_add_safe(&safe, s);
	str_add_xml(out, str_text(&safe));
	str_fini(&safe);
}

void
picture_svg_line(struct str *out, const struct picture *p, const struct arrow *w)
{
	const struct spot *from = &p->spots[w->from], *to = &p->spots[w->to];
	double x = from->x, y = from->y + from->h / 2;
	double step = (to->y - from->y) / (to->rank - from->rank);
	str_addf(out, "M%.1f %.1f", x, y);
	for (int r = from->rank + 1; r <= to->rank; r++) {
		bool end = r == to->rank;
		double nx = end ? to->x : w->xs[r - from->rank - 1];
		double top = from->y + (r - from->rank) * step - to->h / 2;
		double middle = (y + top) / 2;
		str_addf(out, " C%.1f %.1f %.1f %.1f %.1f %.1f", x, middle, nx, middle, nx,
			end ? top - 2 : top);
		x = nx;
		y = top;
		if (!end) /* straight through the rank */
			str_addf(out, " V%.1f", y += to->h);
	}
}

void
picture_svg_box(struct str *out, const struct spot *s)
{
	str_addf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		"rx=\"%d\"/><text x=\"%.1f\" y=\"%.1f\">",
		s->x - s->w / 2, s->y - s->h / 2, s->w, s->h, s->shape == SHAPE_NODE ? 4 : 15, s->x,
		s->y + 4);
	picture_svg_name(out, s->name);
	str_add(out, "</text>");
}

static void
svg_spot(struct str *out, const struct spot *s)
{
	str_addf(out, "<g class=\"%s\">", shape_name(s->shape));
	picture_svg_box(out, s);
	str_add(out, "</g>\n");
}

void
picture_svg(struct str *out, const struct picture *p, const char *title)
{
	str_addf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n<title>",
		p->width, p->height, p->width, p->height);
	picture_svg_name(out, title);
	str_add(out,
		"</title>\n"
		"<style>\n"
		"text { font: 12px monospace; text-anchor: middle; fill: #1f2937; }\n"
		".node rect { fill: #dbe9f6; stroke: #2f6690; stroke-width: 1.5; }\n"
		".node text { font-weight: bold; }\n"
		".dataset rect { fill: #ffffff; stroke: #6b7280; }\n"
		".parameters rect { fill: #ffffff; stroke: #6b7280; "
		"stroke-dasharray: 4; }\n"
		".arrows path { fill: none; stroke: #6b7280; marker-end: url(#tip); }\n"
		"</style>\n"
		"<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"6\" refY=\"4\" "
		"markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
		"<path d=\"M0 0L8 4L0 8z\" style=\"fill: #6b7280; stroke: none\"/>"
		"</marker></defs>\n"
		"<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
		"<g class=\"arrows\">\n");
	for (size_t i = 0; i < p->n_arrows; i++) {
		str_add(out, "<path d=\"");
		picture_svg_line(out, p, &p->arrows[i]);
		str_add(out, "\"/>\n");
	}
	str_add(out, "</g>\n");
	for (size_t i = 0; i < p->n; i++)
		svg_spot(out, &p->spots[i]);
	str_add(out, "</svg>\n");
}
