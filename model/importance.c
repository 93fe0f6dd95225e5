/* SPDX-License-Identifier: Apache-2.0
 * How much each input of a model counts: a table, and the file importance.json in the model folder.
 *
 *	{"format": "mlflow-c/importance", "version": 1, "flavor": "linear", "features": [
 *	 {"feature": "age", "importance": 0.63, "coefficient": 0.1, "standardized": 0.63}]}
 *
 * Every flavor says how important an input is in one number, and what it took that from in figures of
 * its own. The most important one comes first; equals keep the order of the inputs. */
#include "model/flavor.h"

#include <stdlib.h>

#define FORMAT "mlflow-c/importance"
enum { FORMAT_VERSION = 1 };

/* The figures, and the order in which inputs are told. */
struct told {
	struct arena arena;
	struct importance figures;
	size_t *order; /* arena */
};

static double
figure(const struct told *t, size_t input, size_t k)
{
	return t->figures.values[input * t->figures.n + k];
}

/* Inserts one after the other: there are some thousand at most, and this keeps the order of equals. */
static void
sort(struct told *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = i;
		while (at > 0 && figure(t, t->order[at - 1], 0) < figure(t, i, 0)) {
			t->order[at] = t->order[at - 1];
			at--;
		}
		t->order[at] = i;
	}
}

static void
told_init(struct told *t, const struct mlf_model *m)
{
	static const char *const alone[] = {"importance"};
	*t = (struct told){0};
	t->figures = (struct importance){.names = alone, .n = 1};
	if (m->flavor->explain)
		m->flavor->explain(m, &t->arena, &t->figures);
	t->order = arena_alloc(&t->arena, (m->n_inputs + 1) * sizeof(*t->order));
	sort(t, m->n_inputs);
}

int
model_explain(const struct mlf_model *m, struct scope *sc, struct mlf_frame **out, struct err *e)
{
	struct mlf_builder *b = scope_builder(sc);
	struct told t;
	(void)e;
	told_init(&t, m);
	(void)mlf_add_column(b, "feature", MLF_UTF8);
	for (size_t k = 0; k < t.figures.n; k++)
		(void)mlf_add_column(b, t.figures.names[k], MLF_F64);
	for (size_t i = 0; i < m->n_inputs; i++) {
		const char *name = m->inputs[t.order[i]].name;
		mlf_push_str(b, 0, name, (int64_t)strlen(name));
		for (size_t k = 0; k < t.figures.n; k++)
			mlf_push_f64(b, (int)k + 1, figure(&t, t.order[i], k));
	}
	*out = mlf_finish(b);
	arena_fini(&t.arena);
	return 0;
}

int
importance_save(const struct mlf_model *m, int dirfd, struct err *e)
{
	struct str text = {0};
	struct told t;
	struct jw w;
	told_init(&t, m);
	jw_init(&w, &text);
	jw_object(&w);
	jw_kv_str(&w, "format", FORMAT);
	jw_kv_i64(&w, "version", FORMAT_VERSION);
	jw_kv_str(&w, "flavor", m->flavor->name);
	jw_key(&w, "features");
	jw_array(&w);
	for (size_t i = 0; i < m->n_inputs; i++) {
		jw_object(&w);
		jw_kv_str(&w, "feature", m->inputs[t.order[i]].name);
		for (size_t k = 0; k < t.figures.n; k++)
			jw_kv_f64(&w, t.figures.names[k], figure(&t, t.order[i], k));
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_end(&w, '}');
	str_addc(&text, '\n');
	int rc = folder_write(dirfd, IMPORTANCE_FILE, text.s, text.len, e);
	str_fini(&text);
	arena_fini(&t.arena);
	return rc;
}
