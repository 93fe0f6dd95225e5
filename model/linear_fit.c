/* SPDX-License-Identifier: Apache-2.0
 * Training a linear model.
 *
 *	design --setup_init--> problem --newton or lbfgs--> w --setup_finish--> struct linear
 *
 * The solver always works on standardised columns, for its numbers' sake. With `standardize: false`
 * the penalty is rescaled, so that the optimum is that of the raw columns. Without an intercept columns are
 * not centred, and divided by their spread about 0. Columns that do not vary so never reach the solver: their
 * coefficient is 0. */
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

/* Keeps penalties of columns with a tiny spread within what the factor can hold. */
static const double penalty_max = 1e100;

/* What separates classes perfectly has no best coefficients without a penalty: they grow until the
 * loss per row is nothing. */
static const double separated = 1e-6;
static const double weight_max = 1e9;
enum { LBFGS_STEPS = 50 }; /* for each of max_iter */

/* ---- the solver's view */

/* What a column is divided by; 0 if it does not vary. */
static double
spread(double mean, double sd, bool intercept)
{
	double s = intercept ? sd : hypot(mean, sd);
	return isfinite(1 / s) ? s : 0;
}

static void
scale_target(struct setup *s, struct design *d, const struct scaling *by)
{
	double sd = spread(by->y_mean, by->y_sd, by->intercept);
	s->y_mean = by->intercept ? by->y_mean : 0;
	s->y_scale = sd > 0 ? sd : 1;
	for (int64_t i = 0; i < d->n; i++)
		d->y[i] = (d->y[i] - s->y_mean) / s->y_scale;
}

void
setup_init(struct setup *s, struct design *d, enum loss loss, int terms, const struct scaling *by)
{
	size_t k = (size_t)d->k, unknowns = (size_t)terms * (k + 1);
	*s = (struct setup){
		.p = {.loss = loss,
			.n = d->n,
			.terms = terms,
			.y = d->y,
			.intercept = by->intercept},
		.x = mem_alloc(k * sizeof(*s->x)),
		.mean = mem_alloc(k * sizeof(double)),
		.scale = mem_alloc(k * sizeof(double)),
		.column = mem_alloc(k * sizeof(int)),
		.penalty = mem_alloc(unknowns * sizeof(double)),
		.prior = mem_alloc(unknowns * sizeof(double)),
		.w = mem_alloc(unknowns * sizeof(double)),
		.y_scale = 1,
	};
	int used = 0;
	for (int j = 0; j < d->k; j++) {
		double sd = spread(by->mean[j], by->sd[j], by->intercept);
		if (!(sd > 0))
			continue;
		s->x[used] = d->columns[j].x;
		s->mean[used] = by->intercept ? by->mean[j] : 0;
		s->scale[used] = 1 / sd;
		s->column[used++] = j;
	}
	s->p.k = used;
	s->p.x = s->x;
	s->p.mean = s->mean;
	s->p.scale = s->scale;
	s->p.penalty = s->penalty;
	for (int a = 0; a < terms && !by->intercept; a++)
		s->penalty[(size_t)a * ((size_t)used + 1)] = 1;
	unknowns = problem_unknowns(&s->p);
	s->keep = linear_curve_full((size_t)terms * (k + 1)) ? CURVE_FULL : CURVE_DIAGONAL;
	s->curve = mem_alloc((s->keep == CURVE_FULL ? unknowns : 1) * unknowns * sizeof(double));
	if (loss == LOSS_SQUARED)
		scale_target(s, d, by);
}

void
setup_fini(struct setup *s)
{
	free(s->x);
	free(s->mean);
	free(s->scale);
	free(s->column);
	free(s->penalty);
	free(s->prior);
	free(s->w);
	free(s->hold);
	free(s->curve);
	free(s->weights);
}

static int
check_end(enum newton_end end, const struct newton *r, const struct setup *s,
	const struct design *d, struct err *e)
{
	switch (end) {
	case NEWTON_COLLINEAR:
		err_set(e, MLC_MODEL, "column `%s` is a linear combination of other columns",
			d->columns[s->column[r->column]].name);
		return err_help(e, "leave it out, or set l2 above 0");
	case NEWTON_LIMIT:
		err_set(e, MLC_MODEL,
			"no convergence after %d steps: the gradient is %.3g a row, wanted is %.3g",
			r->iterations, r->gradient, s->p.tol);
		return err_help(e, "raise max_iter, l2 or tol");
	case NEWTON_DONE: break;
	}
	return 0;
}

int
setup_solve(struct setup *s, const struct design *d, enum linear_solver solver, struct newton *r,
	struct err *e)
{
	enum newton_end end;
	*r = (struct newton){.w = s->w, .keep = s->keep, .curve = s->curve};
	if (solver == SOLVER_NEWTON) {
		end = newton_solve(&s->p, r);
	} else {
		s->p.max_iter *= LBFGS_STEPS;
		end = lbfgs_solve(&s->p, r);
	}
	return check_end(end, r, s, d, e);
}

size_t
setup_place(const struct setup *s, size_t i, size_t k)
{
	size_t width = (size_t)s->p.k + 1, j = i % width;
	return i / width * (k + 1) + (j ? (size_t)s->column[j - 1] + 1 : 0);
}

static void
keep_curve(const struct setup *s, struct linear *m)
{
	size_t n = problem_unknowns(&s->p), k = m->head.n_inputs;
	m->curvature = arena_alloc(&m->head.arena, linear_curve_size(m) * sizeof(double));
	for (size_t i = 0; i < n; i++) {
		size_t row = setup_place(s, i, k);
		if (!s->p.intercept && row % (k + 1) == 0)
			continue;
		if (s->keep == CURVE_DIAGONAL)
			m->curvature[row] = s->curve[i];
		for (size_t j = 0; s->keep == CURVE_FULL && j <= i; j++)
			m->curvature[row * (row + 1) / 2 + setup_place(s, j, k)] =
				s->curve[i * n + j];
	}
}

/* Back from standardised columns (and target) to raw ones. */
int
setup_finish(const struct setup *s, struct linear *m, struct err *e)
{
	size_t terms = m->n_terms, width = (size_t)s->p.k + 1;
	bool finite = true;
	for (size_t a = 0; a < terms; a++) {
		const double *w = s->w + a * width;
		double intercept = s->p.intercept ? w[0] * s->y_scale + s->y_mean : 0;
		for (int j = 0; j < s->p.k; j++) {
			double c = w[j + 1] * s->scale[j] * s->y_scale;
			m->coefficients[(size_t)s->column[j] * terms + a] = c;
			intercept -= c * s->mean[j];
			finite = finite && isfinite(c);
		}
		m->intercepts[a] = intercept;
		finite = finite && isfinite(intercept);
	}
	if (!finite)
		return err_set(e, MLC_MODEL, "the coefficients are beyond what doubles can hold");
	keep_curve(s, m);
	return 0;
}

/* ---- weights of classes */

static int
complain_label(const struct design *d, const char *label, struct err *e)
{
	struct map names = {0};
	struct arena a = {0};
	for (size_t i = 0; i < d->labels.n; i++)
		map_put(&names, labels_text(&d->labels, i, &a), &names);
	const char *near = map_near(&names, label);
	err_set(e, MLC_MODEL, "option `class_weight` has class `%s`, which no row has", label);
	err_help(e, near ? "did you mean `%s`?" : "the first class there is is `%s`",
		near ? near : labels_text(&d->labels, 0, &a));
	map_fini(&names);
	arena_fini(&a);
	return -1;
}

/* The map says how much each class weighs; those it leaves out weigh 1. */
static int
read_weights(const struct str *map, const struct design *d, double *weights, struct err *e)
{
	struct jr r;
	const char *key;
	jr_init(&r, str_text(map), map->len);
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			int c = labels_index(&d->labels, key);
			if (c < 0) {
				complain_label(d, key, e);
				jr_fini(&r);
				return -1;
			}
			weights[c] = jr_f64(&r);
		}
	if (jr_done(&r, e) < 0)
		return err_wrap(e, "option `class_weight`");
	for (size_t c = 0; c < d->labels.n; c++)
		if (!(weights[c] > 0 && weights[c] <= weight_max))
			return err_set(e, MLC_MODEL,
				"weights in option `class_weight` must lie above 0, up to %g",
				weight_max);
	return 0;
}

/* Sets s->weights, and gives the weight of each class's rows together in `mass`. */
static int
weigh_classes(struct setup *s, const struct design *d, const struct class_weight *w, double *mass,
	struct err *e)
{
	size_t n = d->labels.n;
	for (int64_t i = 0; i < d->n; i++)
		mass[(size_t)d->y[i]]++;
	if (!w->balanced && !w->map.len)
		return 0;
	s->weights = mem_alloc(n * sizeof(double));
	s->p.weights = s->weights;
	for (size_t c = 0; c < n; c++)
		s->weights[c] = w->balanced ? (double)d->n / ((double)n * mass[c]) : 1;
	if (w->map.len && read_weights(&w->map, d, s->weights, e) < 0)
		return -1;
	for (size_t c = 0; c < n; c++)
		mass[c] *= s->weights[c];
	return 0;
}

/* The best intercepts beside coefficients of 0. */
static int
start(struct setup *s, const struct design *d, const struct linear_options *o, double *whole,
	struct err *e)
{
	size_t n = d->labels.n, width = (size_t)s->p.k + 1;
	double *mass = mem_alloc(n * sizeof(double)), mean = 0;
	int rc = weigh_classes(s, d, &o->weight, mass, e);
	*whole = 0;
	for (size_t c = 0; c < n; c++) {
		*whole += mass[c];
		mean += log(mass[c]) / (double)n;
	}
	if (rc == 0 && o->intercept && s->p.terms > 1)
		for (size_t c = 0; c < n; c++)
			s->w[c * width] = log(mass[c]) - mean;
	else if (rc == 0 && o->intercept)
		s->w[0] = log(mass[1] / mass[0]);
	free(mass);
	return rc;
}

/* ---- fit */

static void
penalise(struct setup *s, const struct linear_options *o)
{
	size_t width = (size_t)s->p.k + 1;
	for (int j = 0; j < s->p.k; j++) {
		double scale = s->scale[j];
		double l2 = o->standardize ? o->l2 : fmin(o->l2 * scale * scale, penalty_max);
		for (int a = 0; a < s->p.terms; a++)
			s->penalty[(size_t)a * width + (size_t)j + 1] = l2;
	}
}

static int
check_size(const struct setup *s, const struct linear_options *o, struct err *e)
{
	size_t unknowns = problem_unknowns(&s->p);
	if (o->l2 <= 0 && s->p.k + o->intercept > s->p.n) {
		err_set(e, MLC_MODEL, "%d columns and only %lld rows leave no best coefficients",
			s->p.k, (long long)s->p.n);
		return err_help(e, "set l2 above 0, or use fewer columns");
	}
	if (unknowns > LINEAR_UNKNOWNS_MAX)
		return err_set(e, MLC_MODEL,
			"%d columns for each of %d classes are more than %d numbers", s->p.k,
			s->p.terms, LINEAR_UNKNOWNS_MAX);
	if (o->solver == SOLVER_NEWTON && unknowns > LINEAR_HESSIAN_MAX) {
		err_set(e, MLC_MODEL, "%zu coefficients are too many for solver \"newton\"",
			unknowns);
		return err_help(e, "leave option `solver` out");
	}
	return 0;
}

static int
solve(struct setup *s, const struct design *d, struct linear_options *o, struct newton *r,
	struct err *e)
{
	double whole = 0;
	if (check_size(s, o, e) < 0 || (d->labels.n && start(s, d, o, &whole, e) < 0))
		return -1;
	if (o->solver == SOLVER_AUTO)
		o->solver =
			problem_unknowns(&s->p) <= LINEAR_NEWTON_MAX ? SOLVER_NEWTON : SOLVER_LBFGS;
	s->p.max_iter = o->max_iter;
	s->p.tol = o->tol;
	penalise(s, o);
	if (setup_solve(s, d, o->solver, r, e) < 0)
		return -1;
	if (d->labels.n && o->l2 <= 0 && r->value < separated * whole) {
		err_set(e, MLC_MODEL,
			"the columns separate the classes perfectly, so no best coefficients "
			"exist");
		return err_help(e, "set l2 above 0");
	}
	return 0;
}

static void
record(struct linear *m, const struct design *d, const struct linear_options *o,
	const struct setup *s, const struct newton *r)
{
	m->training = (struct linear_training){
		.rows = d->n,
		.iterations = r->iterations,
		.objective = r->value,
		.l2 = o->l2,
		.tol = o->tol,
		.standardize = o->standardize,
		.intercept = o->intercept,
		.solver = o->solver,
	};
	if (!s->weights)
		return;
	m->training.weights = arena_alloc(&m->head.arena, d->labels.n * sizeof(double));
	memcpy(m->training.weights, s->weights, d->labels.n * sizeof(double));
}

static struct linear *
make_model(const char *target, const struct design *d, enum loss loss)
{
	struct mlf_model *head = model_new(&flavor_linear, sizeof(struct linear));
	struct linear *m = (struct linear *)head;
	m->loss = loss;
	m->target = arena_strdup(&head->arena, target);
	m->target_type = d->target_type;
	m->target_mean = d->y_mean;
	m->target_sd = d->y_sd;
	m->can_update = true;
	labels_copy(&d->labels, &head->arena, &m->labels);
	linear_allot(m, (size_t)d->k);
	head->n_inputs = (size_t)d->k;
	for (int j = 0; j < d->k; j++) {
		const struct design_column *c = &d->columns[j];
		head->inputs[j] = (struct sig_column){arena_strdup(&head->arena, c->name), c->type};
		m->mean[j] = c->mean;
		m->sd[j] = c->sd;
	}
	labels_outputs(&m->labels, m->target_type, &m->head);
	return m;
}

static int
fit_design(struct design *d, const char *target, struct linear_options *o, struct mlf_model **out,
	struct err *e)
{
	enum loss loss = o->loss == LOSS_LOGISTIC && d->labels.n > 2 ? LOSS_SOFTMAX : o->loss;
	struct linear *m = make_model(target, d, loss);
	struct scaling by = {m->mean, m->sd, d->y_mean, d->y_sd, o->intercept};
	struct setup s;
	struct newton r;
	setup_init(&s, d, loss, (int)m->n_terms, &by);
	int rc = solve(&s, d, o, &r, e);
	if (rc == 0)
		rc = setup_finish(&s, m, e);
	if (rc == 0)
		record(m, d, o, &s, &r);
	setup_fini(&s);
	if (rc == 0)
		*out = &m->head;
	else
		model_unref(&m->head);
	return rc;
}

int
linear_fit(
	struct mlf_frame *f, const struct mlf_fit_spec *spec, struct mlf_model **out, struct err *e)
{
	struct linear_options o;
	struct design d = {0};
	int rc = linear_options_read(spec->options, &o, e);
	if (rc == 0)
		rc = design_make(f, spec, o.loss, &d, e);
	if (rc == 0)
		rc = fit_design(&d, spec->target, &o, out, e);
	design_fini(&d);
	linear_options_fini(&o);
	return rc;
}
