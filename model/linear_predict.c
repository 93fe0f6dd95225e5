/* SPDX-License-Identifier: Apache-2.0
 * Predicting with a linear model: one pass over the columns for the linear terms, then one over the rows. A
 * row whose features are not all finite numbers is predicted as null. */
#include "model/columns.h"
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

enum { PIECE = 2048, MANY_ROWS = 1 << 16 }; /* many: for two threads */

struct combination {
	const struct linear *m;
	struct column *x; /* the inputs */
	double *z;
	int64_t n;
};

/* For the rows of one piece z[a] = intercept + sum of coefficient * column, term by term; NaN where a value is
 * missing. */
static void
combine_piece(void *arg, size_t piece)
{
	const struct combination *c = arg;
	const struct linear *m = c->m;
	double room[PIECE], *z = c->z + piece * PIECE;
	int64_t from = (int64_t)piece * PIECE, rows = c->n - from < PIECE ? c->n - from : PIECE;
	for (size_t a = 0; a < m->n_terms; a++)
		for (int64_t i = 0; i < rows; i++)
			z[(int64_t)a * c->n + i] = m->intercepts[a];
	for (size_t j = 0; j < m->head.n_inputs; j++) {
		const struct column *s = &c->x[j];
		const double *x = column_doubles(s, from, rows, room);
		for (size_t a = 0; a < m->n_terms; a++) {
			double b = m->coefficients[j * m->n_terms + a], *to = z + (int64_t)a * c->n;
			for (int64_t i = 0; i < rows; i++)
				to[i] += b * x[i];
		}
		for (int64_t i = 0; s->nulls && i < rows; i++)
			if (mlf_is_null(s->valid, s->off, from + i))
				z[i] = NAN; /* the first term stands for all */
	}
}

static void
combine(const struct linear *m, struct mlf_frame *f, double *z, int64_t n)
{
	size_t k = m->head.n_inputs;
	struct combination c = {m, mem_alloc((k + 1) * sizeof(*c.x)), z, n};
	for (size_t j = 0; j < k; j++)
		c.x[j] = *frame_column(frame_of(f), mlf_find(f, m->head.inputs[j].name));
	share_out((size_t)((n + PIECE - 1) / PIECE), n >= MANY_ROWS, combine_piece, &c);
	free(c.x);
}

static void
add_numbers(struct mlf_builder *b, const double *z, int64_t n)
{
	double *out = mlf_new_f64(b, "prediction", n);
	for (int64_t i = 0; i < n; i++)
		if (isfinite(z[i]))
			out[i] = z[i];
		else
			mlf_set_null(b, "prediction", i);
}

static double
probability(double z)
{
	double e = exp(-fabs(z));
	return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

static void
add_two(struct mlf_builder *b, const struct linear *m, const double *z, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		if (!isfinite(z[i])) {
			mlf_push_null(b, 0);
			mlf_push_null(b, 1);
			continue;
		}
		double p = probability(z[i]);
		labels_push(&m->labels, p >= 0.5, b, 0);
		mlf_push_f64(b, 1, p);
	}
}

/* One row of many classes; z of its classes lie n apart. */
static void
add_row(struct mlf_builder *b, const struct linear *m, double *z, int64_t n)
{
	size_t most = 0;
	bool finite = true;
	double sum = 0;
	for (size_t a = 0; a < m->n_terms; a++) {
		finite = finite && isfinite(z[(int64_t)a * n]);
		most = z[(int64_t)a * n] > z[(int64_t)most * n] ? a : most;
	}
	double top = z[(int64_t)most * n];
	for (size_t a = 0; finite && a < m->n_terms; a++)
		sum += z[(int64_t)a * n] = exp(z[(int64_t)a * n] - top);
	if (finite)
		labels_push(&m->labels, most, b, 0);
	else
		mlf_push_null(b, 0);
	for (size_t a = 0; a < m->n_terms; a++)
		if (finite)
			mlf_push_f64(b, (int)a + 1, z[(int64_t)a * n] / sum);
		else
			mlf_push_null(b, (int)a + 1);
}

int
linear_predict(const struct mlf_model *head, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e)
{
	const struct linear *m = (const struct linear *)head;
	int64_t n = mlf_rows(f);
	if (check_inputs(head, f, e) < 0)
		return -1;
	double *z = mem_alloc((size_t)n * m->n_terms * sizeof(double));
	struct mlf_builder *b = scope_builder(sc);
	combine(m, f, z, n);
	for (size_t i = 0; m->loss != LOSS_SQUARED && i < head->n_outputs; i++)
		(void)mlf_add_column(b, head->outputs[i].name, head->outputs[i].type);
	if (m->loss == LOSS_SQUARED)
		add_numbers(b, z, n);
	else if (m->loss == LOSS_LOGISTIC)
		add_two(b, m, z, n);
	else
		for (int64_t i = 0; i < n; i++)
			add_row(b, m, z + i, n);
	*out = mlf_finish(b);
	free(z);
	return 0;
}
