/* SPDX-License-Identifier: Apache-2.0
 * A verdict as JSON: the figures by name, and then what belongs to them. */
#include "model/draw.h"

#include <math.h>

static void
intervals(const struct mlf_verdict *v, struct jw *w)
{
	jw_key(w, "intervals");
	jw_object(w);
	for (int32_t i = 0; i < v->n_figures; i++) {
		const struct mlf_figure *f = &v->figures[i];
		if (isnan(f->low))
			continue;
		jw_key(w, f->name);
		jw_array(w);
		jw_f64(w, f->low);
		jw_f64(w, f->high);
		jw_end(w, ']');
	}
	jw_end(w, '}');
}

static void
classes(const struct mlf_verdict *v, struct jw *w)
{
	if (!v->confusion)
		return;
	jw_key(w, "classes");
	jw_array(w);
	for (int32_t k = 0; k < v->classes; k++) {
		jw_object(w);
		jw_kv_str(w, "class", v->names[k]);
		for (int32_t i = 0; v->each && i < v->n_each; i++)
			jw_kv_f64(w, v->each[k * v->n_each + i].name,
				v->each[k * v->n_each + i].value);
		jw_end(w, '}');
	}
	jw_end(w, ']');
	jw_key(w, "confusion");
	jw_array(w);
	for (int32_t t = 0; t < v->classes; t++) {
		jw_array(w);
		for (int32_t s = 0; s < v->classes; s++)
			jw_i64(w, v->confusion[t * v->classes + s]);
		jw_end(w, ']');
	}
	jw_end(w, ']');
}

static void
slices(const struct mlf_page *p, struct jw *w)
{
	if (!p->n_slices)
		return;
	jw_key(w, "slices");
	jw_array(w);
	for (int32_t i = 0; i < p->n_slices; i++) {
		const struct mlf_slice_row *s = &p->slices[i];
		jw_object(w);
		jw_kv_str(w, "column", s->column);
		jw_kv_str(w, "value", s->value);
		jw_kv_i64(w, "rows", s->rows);
		jw_kv_f64(w, p->slice_figure ? p->slice_figure : "figure", s->figure);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

/* A figure a line, then what is nested. */
void
draw_json(const struct mlf_page *p, struct str *out)
{
	const struct mlf_verdict *v = p->verdict;
	struct str rest = {0};
	struct jw w;
	str_addf(out, "{\n  \"rows\": %lld", (long long)v->n);
	if (v->task == MLF_BINARY && v->confusion)
		str_addf(out, ",\n  \"positives\": %lld",
			(long long)(v->confusion[2] + v->confusion[3]));
	for (int32_t i = 0; i < v->n_figures; i++)
		str_addf(out, ",\n  \"%s\": %.17g", v->figures[i].name, v->figures[i].value);
	jw_init(&w, &rest);
	jw_object(&w);
	intervals(v, &w);
	classes(v, &w);
	slices(p, &w);
	jw_end(&w, '}');
	str_addf(out, ",\n  %.*s\n}\n", (int)rest.len - 2, str_text(&rest) + 1);
	str_fini(&rest);
}
