/* SPDX-License-Identifier: Apache-2.0
 * The flavor `linear`: logistic regression for two classes, softmax regression for more, ridge regression
 * for numbers.
 *
 *	two classes    prediction (a class), score (probability of the second)
 *	more           prediction, score_LABEL for each class
 *	a number       prediction */
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

size_t
linear_terms(const struct linear *m)
{
	return m->loss == LOSS_SOFTMAX ? m->labels.n : 1;
}

size_t
linear_most(size_t n_terms)
{
	size_t most = LINEAR_UNKNOWNS_MAX / n_terms;
	return most < LINEAR_FEATURES_MAX ? most : LINEAR_FEATURES_MAX;
}

bool
linear_curve_full(size_t unknowns)
{
	return unknowns <= LINEAR_NEWTON_MAX;
}

size_t
linear_curve_size(const struct linear *m)
{
	size_t n = m->n_terms * (m->head.n_inputs + 1);
	return linear_curve_full(n) ? n * (n + 1) / 2 : n;
}

void
linear_allot(struct linear *m, size_t k)
{
	struct arena *a = &m->head.arena;
	size_t n = linear_terms(m);
	m->n_terms = n;
	m->head.inputs = arena_alloc(a, k * sizeof(*m->head.inputs));
	m->intercepts = arena_alloc(a, n * sizeof(double));
	m->coefficients = arena_alloc(a, k * n * sizeof(double));
	m->mean = arena_alloc(a, k * sizeof(double));
	m->sd = arena_alloc(a, k * sizeof(double));
}

/* Importance is what a coefficient moves the linear term by when its column moves by one standard deviation,
 * whatever the direction; on average over the classes. */
static void
explain(const struct mlf_model *head, struct arena *a, struct importance *out)
{
	const struct linear *m = (const struct linear *)head;
	size_t n = m->n_terms;
	const char **names = arena_alloc(a, (1 + 2 * n) * sizeof(*names));
	*out = (struct importance){.names = names, .n = 1 + 2 * n};
	out->values = arena_alloc(a, head->n_inputs * out->n * sizeof(double));
	names[0] = "importance";
	for (size_t t = 0; t < n; t++) {
		const char *label = n > 1 ? labels_text(&m->labels, t, a) : NULL;
		names[1 + t] = label ? arena_printf(a, "coefficient_%s", label) : "coefficient";
		names[1 + n + t] =
			label ? arena_printf(a, "standardized_%s", label) : "standardized";
	}
	for (size_t j = 0; j < head->n_inputs; j++) {
		double *v = out->values + j * out->n;
		double unit = m->labels.n  ? m->sd[j]
			: m->target_sd > 0 ? m->sd[j] / m->target_sd
					   : 0;
		for (size_t t = 0; t < n; t++) {
			v[1 + t] = m->coefficients[j * n + t];
			v[1 + n + t] = v[1 + t] * unit;
			v[0] += fabs(v[1 + n + t]) / (double)n;
		}
	}
}

static int
save(const struct mlf_model *m, int dirfd, struct jw *mlmodel, struct err *e)
{
	jw_kv_i64(mlmodel, "version", 1);
	return linear_save((const struct linear *)m, dirfd, e);
}

static int
load(int dirfd, struct mlf_model **out, struct err *e)
{
	struct mlf_model *m = model_new(&flavor_linear, sizeof(struct linear));
	if (linear_load((struct linear *)m, dirfd, e) < 0) {
		model_unref(m);
		return -1;
	}
	*out = m;
	return 0;
}

static void
linear_free(struct mlf_model *m)
{
	arena_fini(&m->arena);
	free(m);
}

const struct flavor flavor_linear = {
	.name = "linear",
	.fit = linear_fit,
	.update = linear_update,
	.predict = linear_predict,
	.save = save,
	.load = load,
	.explain = explain,
	.free = linear_free,
	.data = LINEAR_FILE,
};
