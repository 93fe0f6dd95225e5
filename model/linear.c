/* SPDX-License-Identifier: Apache-2.0
 * The flavor `linear`: logistic regression for two classes, ridge regression for numbers.
 *
 * The solver always works on standardised columns, for its numbers' sake. With `standardize: false`
 * the penalty is rescaled, so that the optimum is that of the raw columns. Constant columns never
 * reach the solver: beside a free intercept their coefficient is 0. */
#include "model/linear.h"

#include <math.h>
#include <stdlib.h>

/* Keeps penalties of columns with a tiny spread within what the factor can hold. */
static const double penalty_max = 1e100;

/* What separates classes perfectly has no best coefficients without a penalty: they grow until the
 * loss per row is nothing. */
static const double separated = 1e-6;

/* ---- fit */

/* The solver's view of a design: the columns that vary. */
struct setup {
	struct problem p;
	const double **x;               /* owned, k pointers */
	double *mean, *scale, *penalty; /* owned */
	double *w;                      /* owned, k + 1 */
	int *column;                    /* owned: index into the design's columns */
};

static void
setup_init(struct setup *s, const struct design *d, const struct linear_options *o)
{
	size_t k = (size_t)d->k;
	*s = (struct setup){
		.p = {.loss = o->loss,
			.n = d->n,
			.y = d->y,
			.max_iter = o->max_iter,
			.tol = o->tol},
		.x = mem_alloc(k * sizeof(*s->x)),
		.mean = mem_alloc(k * sizeof(double)),
		.scale = mem_alloc(k * sizeof(double)),
		.penalty = mem_alloc(k * sizeof(double)),
		.w = mem_alloc((k + 1) * sizeof(double)),
		.column = mem_alloc(k * sizeof(int)),
	};
	int used = 0;
	for (int j = 0; j < d->k; j++) {
		const struct design_column *c = &d->columns[j];
		if (!(c->sd > 0))
			continue;
		double scale = 1 / c->sd;
		s->x[used] = c->x;
		s->mean[used] = c->mean;
		s->scale[used] = scale;
		s->penalty[used] =
			o->standardize ? o->l2 : fmin(o->l2 * scale * scale, penalty_max);
		s->column[used++] = j;
	}
	s->p.k = used;
	s->p.x = s->x;
	s->p.mean = s->mean;
	s->p.scale = s->scale;
	s->p.penalty = s->penalty;
}

static void
setup_fini(struct setup *s)
{
	free(s->x);
	free(s->mean);
	free(s->scale);
	free(s->penalty);
	free(s->w);
	free(s->column);
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

static int
solve(const struct design *d, const struct linear_options *o, struct setup *s, struct newton *r,
	struct err *e)
{
	if (o->l2 <= 0 && s->p.k >= d->n) {
		err_set(e, MLC_MODEL, "%d columns and only %lld rows leave no best coefficients",
			s->p.k, (long long)d->n);
		return err_help(e, "set l2 above 0, or use fewer columns");
	}
	if (check_end(newton_solve(&s->p, r), r, s, d, e) < 0)
		return -1;
	if (o->loss == LOSS_LOGISTIC && o->l2 <= 0 && r->value < separated * (double)d->n) {
		err_set(e, MLC_MODEL,
			"the columns separate the classes perfectly, so no best coefficients "
			"exist");
		return err_help(e, "set l2 above 0");
	}
	return 0;
}

/* Back from standardised columns (and target) to raw ones. */
static void
unscale(struct linear *m, const struct design *d, const struct setup *s)
{
	double factor = m->loss == LOSS_SQUARED ? d->y_sd : 1;
	m->intercept = s->w[0] * factor + d->y_mean;
	for (int j = 0; j < s->p.k; j++) {
		double c = s->w[j + 1] * s->scale[j] * factor;
		m->coefficients[s->column[j]] = c;
		m->intercept -= c * s->mean[j];
	}
}

void
linear_outputs(struct linear *m)
{
	struct sig_column *out = arena_alloc(&m->head.arena, 2 * sizeof(*out));
	bool classes = m->loss == LOSS_LOGISTIC;
	out[0] = (struct sig_column){"prediction", classes ? m->target_type : MLF_F64};
	out[1] = (struct sig_column){"score", MLF_F64};
	m->head.outputs = out;
	m->head.n_outputs = classes ? 2 : 1;
}

static struct mlf_model *
make_model(const char *target, const struct design *d, const struct linear_options *o,
	const struct setup *s, const struct newton *r)
{
	struct mlf_model *head = model_new(&flavor_linear, sizeof(struct linear));
	struct linear *m = (struct linear *)head;
	m->loss = o->loss;
	m->target = arena_strdup(&head->arena, target);
	m->target_type = d->target_type;
	m->classes[0] = d->classes[0];
	m->classes[1] = d->classes[1];
	m->rows = d->n;
	m->iterations = r->iterations;
	m->objective = r->value;
	m->l2 = o->l2;
	m->tol = o->tol;
	m->standardize = o->standardize;
	head->n_inputs = (size_t)d->k;
	head->inputs = arena_alloc(&head->arena, head->n_inputs * sizeof(*head->inputs));
	m->coefficients = arena_alloc(&head->arena, head->n_inputs * sizeof(double));
	for (int j = 0; j < d->k; j++)
		head->inputs[j] = (struct sig_column){
			arena_strdup(&head->arena, d->columns[j].name), d->columns[j].type};
	unscale(m, d, s);
	linear_outputs(m);
	return head;
}

static bool
all_finite(const struct linear *m)
{
	bool finite = isfinite(m->intercept);
	for (size_t j = 0; j < m->head.n_inputs; j++)
		finite = finite && isfinite(m->coefficients[j]);
	return finite;
}

static int
fit(struct mlf_frame *f, const struct mlf_fit_spec *spec, struct mlf_model **out, struct err *e)
{
	struct linear_options o;
	struct design d = {0};
	struct setup s = {0};
	struct newton r = {0};
	int rc = -1;
	if (linear_options_read(spec->options, &o, e) < 0 ||
		design_make(f, spec, o.loss, &d, e) < 0)
		goto out;
	setup_init(&s, &d, &o);
	r.w = s.w;
	if (solve(&d, &o, &s, &r, e) < 0)
		goto out;
	*out = make_model(spec->target, &d, &o, &s, &r);
	rc = 0;
	if (!all_finite((struct linear *)*out)) {
		model_unref(*out);
		*out = NULL;
		rc = err_set(e, MLC_MODEL, "the coefficients are beyond what doubles can hold");
	}
out:
	setup_fini(&s);
	design_fini(&d);
	return rc;
}

/* ---- predict: a row whose features are not all finite numbers is predicted as null. */

static int
check_inputs(const struct linear *m, struct mlf_frame *f, struct err *e)
{
	for (size_t j = 0; j < m->head.n_inputs; j++) {
		const char *name = m->head.inputs[j].name;
		int i = mlf_find(f, name);
		if (i < 0)
			return err_set(e, MLC_MODEL, "the model needs column `%s`", name);
		enum mlf_type type = mlf_column_type(f, i);
		if (type != MLF_F64 && type != MLF_I64 && type != MLF_BOOL)
			return err_set(e, MLC_MODEL,
				"the model needs numbers in column `%s`, and it is %s", name,
				type_name(type));
	}
	return 0;
}

/* z = intercept + sum of coefficient * column; NaN where a value is missing. */
static void
combine(const struct linear *m, struct mlf_frame *f, double *z, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		z[i] = m->intercept;
	for (size_t j = 0; j < m->head.n_inputs; j++) {
		struct mlf_f64s x = mlf_f64(f, m->head.inputs[j].name);
		double c = m->coefficients[j];
		for (int64_t i = 0; i < n; i++)
			z[i] += c * x.v[i];
		for (int64_t i = 0; x.nulls && i < n; i++)
			if (mlf_is_null(x.valid, x.off, i))
				z[i] = NAN;
	}
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
add_classes(struct mlf_builder *b, const struct linear *m, const double *z, int64_t n)
{
	int label = mlf_add_column(b, "prediction", m->target_type);
	int score = mlf_add_column(b, "score", MLF_F64);
	for (int64_t i = 0; i < n; i++) {
		if (!isfinite(z[i])) {
			mlf_push_null(b, label);
			mlf_push_null(b, score);
			continue;
		}
		double p = probability(z[i]);
		mlf_push_i64(b, label, m->classes[p >= 0.5]);
		mlf_push_f64(b, score, p);
	}
}

static int
predict(const struct mlf_model *head, struct mlf_frame *f, struct scope *sc, struct mlf_frame **out,
	struct err *e)
{
	const struct linear *m = (const struct linear *)head;
	int64_t n = mlf_rows(f);
	if (check_inputs(m, f, e) < 0)
		return -1;
	double *z = mem_alloc((size_t)n * sizeof(double));
	struct mlf_builder *b = scope_builder(sc);
	combine(m, f, z, n);
	if (m->loss == LOSS_SQUARED)
		add_numbers(b, z, n);
	else
		add_classes(b, m, z, n);
	*out = mlf_finish(b);
	free(z);
	return 0;
}

/* ---- the flavor */

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
	.fit = fit,
	.predict = predict,
	.save = save,
	.load = load,
	.free = linear_free,
	.data = LINEAR_FILE,
};
