/* SPDX-License-Identifier: Apache-2.0
 * Going on with a linear model where new rows have come in.
 *
 * What the rows of before had to say is kept as the second derivative of their objective where it ended: near
 * that place the objective is this parabola. So
 *
 *	new model = the least of   loss of the new rows + decay * (w - old w)' curvature (w - old w) / 2
 *
 * which the solvers of training find from the old w, with the same tolerance. Nothing is drawn by chance and
 * there is no learning rate: the same rows give the same bytes. Least squares come out as if trained on all
 * rows at once; classes nearly so, for their objective is a parabola only near its place. With many
 * unknowns only the diagonal is kept, so that columns that vary together are each held alone: then an update
 * is a step in the right direction.
 *
 * Invariant: means, deviations, classes, their weights and which columns take part stay those of training. */
#include "model/linear.h"

#include <stdlib.h>

/* What holds the old w: the curvature, in the solver's order. */
static void
take_curve(struct setup *s, const struct linear *m, double decay)
{
	size_t n = problem_unknowns(&s->p), k = m->head.n_inputs;
	if (s->keep == CURVE_FULL)
		s->hold = mem_alloc(n * n * sizeof(double));
	for (size_t i = 0; i < n; i++) {
		size_t row = setup_place(s, i, k);
		if (s->keep == CURVE_DIAGONAL)
			s->penalty[i] += decay * m->curvature[row];
		for (size_t j = 0; s->keep == CURVE_FULL && j <= i; j++)
			s->hold[i * n + j] =
				decay * m->curvature[row * (row + 1) / 2 + setup_place(s, j, k)];
	}
	s->p.hold = s->hold;
}

/* The solver's view of the model. */
static void
take_model(struct setup *s, const struct linear *m, double decay)
{
	size_t terms = m->n_terms, width = (size_t)s->p.k + 1;
	for (size_t a = 0; a < terms; a++) {
		double *prior = s->prior + a * width, intercept = m->intercepts[a] - s->y_mean;
		for (int j = 0; j < s->p.k; j++) {
			double c = m->coefficients[(size_t)s->column[j] * terms + a];
			prior[j + 1] = c / (s->scale[j] * s->y_scale);
			intercept += c * s->mean[j];
		}
		if (s->p.intercept)
			prior[0] = intercept / s->y_scale;
	}
	memcpy(s->w, s->prior, terms * width * sizeof(double));
	s->p.prior = s->prior;
	s->p.weights = m->training.weights;
	take_curve(s, m, decay);
}

static void
copy_numbers(double *to, const double *from, size_t n)
{
	memcpy(to, from, n * sizeof(double));
}

/* A model with all that an update leaves as it is. */
static struct linear *
child_of(const struct linear *m)
{
	struct mlf_model *head = model_new(&flavor_linear, sizeof(struct linear));
	struct linear *c = (struct linear *)head;
	struct arena *a = &head->arena;
	size_t k = m->head.n_inputs;
	c->loss = m->loss;
	c->target = arena_strdup(a, m->target);
	c->target_type = m->target_type;
	c->target_mean = m->target_mean;
	c->target_sd = m->target_sd;
	c->can_update = true;
	labels_copy(&m->labels, a, &c->labels);
	linear_allot(c, k);
	head->n_inputs = k;
	for (size_t j = 0; j < k; j++)
		head->inputs[j] = (struct sig_column){
			arena_strdup(a, m->head.inputs[j].name), m->head.inputs[j].type};
	copy_numbers(c->mean, m->mean, k);
	copy_numbers(c->sd, m->sd, k);
	c->training = m->training;
	if (m->training.weights) {
		c->training.weights = arena_alloc(a, m->labels.n * sizeof(double));
		copy_numbers(c->training.weights, m->training.weights, m->labels.n);
	}
	labels_outputs(&c->labels, c->target_type, &c->head);
	return c;
}

static void
record(struct linear *c, const struct linear *m, int64_t rows)
{
	struct str text = {0};
	char hex[HASH_SHA_HEX];
	linear_text(m, &text);
	hash_sha256(text.s, text.len, hex);
	str_fini(&text);
	c->updates = (struct linear_updates){
		.n = m->updates.n + 1,
		.rows = m->updates.rows + rows,
		.parent = arena_strdup(&c->head.arena, hex),
	};
}

static int
run_update(const struct linear *m, struct design *d, const struct linear_options *o,
	struct linear *c, struct err *e)
{
	struct scaling by = {m->mean, m->sd, m->target_mean, m->target_sd, m->training.intercept};
	struct setup s;
	struct newton r;
	setup_init(&s, d, m->loss, (int)m->n_terms, &by);
	take_model(&s, m, o->decay);
	s.p.max_iter = o->max_iter;
	s.p.tol = o->tol;
	int rc = setup_solve(&s, d,
		problem_unknowns(&s.p) <= LINEAR_NEWTON_MAX ? SOLVER_NEWTON : SOLVER_LBFGS, &r, e);
	if (rc == 0)
		rc = setup_finish(&s, c, e);
	setup_fini(&s);
	return rc;
}

int
linear_update(const struct mlf_model *head, struct mlf_frame *f, const char *options,
	struct mlf_model **out, struct err *e)
{
	const struct linear *m = (const struct linear *)head;
	struct linear_options o;
	struct design d = {0};
	int rc = linear_update_options_read(options, &o, e);
	if (rc == 0 && !m->can_update) {
		err_set(e, MLC_MODEL, "the model's file is too old to be updated");
		rc = err_help(e, "train it again");
	}
	if (rc == 0)
		rc = design_for(f, m, &d, e);
	if (rc == 0) {
		struct linear *c = child_of(m);
		rc = run_update(m, &d, &o, c, e);
		record(c, m, d.n);
		if (rc == 0)
			*out = &c->head;
		else
			model_unref(&c->head);
	}
	design_fini(&d);
	linear_options_fini(&o);
	return rc;
}
