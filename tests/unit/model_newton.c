/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "base/base.h"
#include "model/newton.h"

LEAK_SUITE(newton);

enum { K = 3 };

struct data {
	double *x[K], *y;
	const double *columns[K];
	double mean[K], scale[K], penalty[K];
	struct problem p;
};

static struct data *
data_new(int64_t n, enum loss loss)
{
	struct data *d = mem_alloc(sizeof(*d));
	d->y = mem_alloc((size_t)n * sizeof(double));
	for (int j = 0; j < K; j++) {
		d->x[j] = mem_alloc((size_t)n * sizeof(double));
		d->columns[j] = d->x[j];
		d->mean[j] = j * 0.25;
		d->scale[j] = 1.5 - j * 0.4;
		d->penalty[j] = 0.5 + j;
		for (int64_t i = 0; i < n; i++)
			d->x[j][i] = sin((double)(i * (j + 2) + j));
	}
	for (int64_t i = 0; i < n; i++)
		d->y[i] = loss == LOSS_LOGISTIC ? (i * 7 % 11) < 4 : cos((double)i);
	d->p = (struct problem){
		loss, n, K, d->columns, d->mean, d->scale, d->penalty, d->y, 50, 1e-10};
	return d;
}

static void
data_free(struct data *d)
{
	for (int j = 0; j < K; j++)
		free(d->x[j]);
	free(d->y);
	free(d);
}

/* The objective and its gradient from the definition, in long double. */
static long double
objective(const struct problem *p, const double *w, long double *g)
{
	long double sum = 0;
	for (int j = 0; g && j <= p->k; j++)
		g[j] = 0;
	for (int64_t i = 0; i < p->n; i++) {
		long double z = w[0], u[K + 1] = {1}, r;
		for (int j = 0; j < p->k; j++) {
			u[j + 1] = ((long double)p->x[j][i] - p->mean[j]) * p->scale[j];
			z += w[j + 1] * u[j + 1];
		}
		if (p->loss == LOSS_LOGISTIC) {
			sum += logl(1 + expl(p->y[i] > 0 ? -z : z));
			r = 1 / (1 + expl(-z)) - p->y[i];
		} else {
			sum += (z - p->y[i]) * (z - p->y[i]) / 2;
			r = z - p->y[i];
		}
		for (int j = 0; g && j <= p->k; j++)
			g[j] += r * u[j];
	}
	for (int j = 0; j < p->k; j++) {
		sum += p->penalty[j] * (long double)w[j + 1] * w[j + 1] / 2;
		if (g)
			g[j + 1] += p->penalty[j] * (long double)w[j + 1];
	}
	return sum;
}

static void
check_pass(int64_t n, enum loss loss)
{
	struct data *d = data_new(n, loss);
	struct pass *pass = pass_new(&d->p);
	struct sums s;
	double w[K + 1] = {0.3, -0.7, 1.1, 0.2};
	long double g[K + 1];
	sums_init(&s, K);
	pass_run(pass, w, &s);
	long double want = objective(&d->p, w, g);
	cr_expect_float_eq(s.value, (double)want, 1e-13 * (double)n + 1e-13, "n=%ld", (long)n);
	for (int j = 0; j <= K; j++)
		cr_expect_float_eq(s.g[j], (double)g[j], 1e-13 * (double)n + 1e-13);
	/* Hessian: central differences of the gradient */
	for (int j = 0; j <= K; j++) {
		long double up[K + 1], down[K + 1];
		double keep = w[j], step = 1e-4;
		w[j] = keep + step;
		objective(&d->p, w, up);
		w[j] = keep - step;
		objective(&d->p, w, down);
		w[j] = keep;
		for (int l = 0; l <= j; l++)
			cr_expect_float_eq(s.h[j * (K + 1) + l],
				(double)((up[l] - down[l]) / (2 * (long double)step)),
				1e-7 * (double)n + 1e-7, "n=%ld H[%d][%d]", (long)n, j, l);
	}
	sums_fini(&s);
	pass_free(pass);
	data_free(d);
}

Test(newton, a_pass_gives_the_defined_sums_around_block_and_chunk_ends)
{
	const int64_t sizes[] = {1, 2, 255, 256, 257, 512, 32767, 32768, 32769};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		check_pass(sizes[i], LOSS_LOGISTIC);
		check_pass(sizes[i], LOSS_SQUARED);
	}
}

Test(newton, huge_linear_terms_neither_overflow_nor_lose_the_loss)
{
	struct data *d = data_new(4, LOSS_LOGISTIC);
	struct pass *pass = pass_new(&d->p);
	struct sums s;
	double w[K + 1] = {-5000, 0, 0, 0};
	sums_init(&s, K);
	pass_run(pass, w, &s);
	int ones = 0;
	for (int i = 0; i < 4; i++)
		ones += d->y[i] > 0;
	cr_assert(ones > 0);
	cr_expect_eq(s.value, 5000.0 * ones);
	cr_expect_eq(s.g[0], -ones);
	sums_fini(&s);
	pass_free(pass);
	data_free(d);
}

Test(newton, the_solution_has_no_gradient)
{
	struct data *d = data_new(1000, LOSS_LOGISTIC);
	double w[K + 1];
	long double g[K + 1];
	struct newton r = {.w = w};
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	objective(&d->p, w, g);
	for (int j = 0; j <= K; j++)
		cr_expect_float_eq((double)g[j], 0, 1e-7);
	cr_expect_leq(r.iterations, 8);
	data_free(d);
}

Test(newton, least_squares_take_one_step)
{
	struct data *d = data_new(600, LOSS_SQUARED);
	double w[K + 1];
	struct newton r = {.w = w};
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	cr_expect_eq(r.iterations, 1);
	data_free(d);
}

Test(newton, too_few_steps_are_reported)
{
	struct data *d = data_new(1000, LOSS_LOGISTIC);
	double w[K + 1];
	struct newton r = {.w = w};
	d->p.max_iter = 1;
	cr_expect_eq(newton_solve(&d->p, &r), NEWTON_LIMIT);
	cr_expect_eq(r.iterations, 1);
	cr_expect_gt(r.gradient, d->p.tol);
	data_free(d);
}

/* A full first step from here takes the objective from 6.3 to 54: one positive among 201. */
Test(newton, the_objective_never_rises)
{
	struct data *d = data_new(202, LOSS_LOGISTIC);
	for (int64_t i = 0; i < 202; i++) {
		d->x[0][i] = i == 200 ? 1 : i == 201 ? 3 : 0;
		d->y[i] = i == 200;
	}
	d->p.k = 1;
	d->mean[0] = 0;
	d->scale[0] = 1;
	d->penalty[0] = 1e-3;
	double w[K + 1], last = INFINITY;
	for (int steps = 1; steps <= 40; steps++) {
		struct newton r = {.w = w};
		d->p.max_iter = steps;
		enum newton_end end = newton_solve(&d->p, &r);
		cr_expect_leq(r.value, last * (1 + 1e-12), "step %d", steps);
		last = r.value;
		if (end == NEWTON_DONE)
			break;
		cr_assert_lt(steps, 40);
	}
	data_free(d);
}

Test(newton, a_column_that_others_make_up_is_named_if_nothing_is_penalised)
{
	struct data *d = data_new(100, LOSS_LOGISTIC);
	double w[K + 1];
	struct newton r = {.w = w};
	for (int64_t i = 0; i < 100; i++)
		d->x[2][i] = 2 * d->x[0][i] - d->x[1][i];
	for (int j = 0; j < K; j++)
		d->penalty[j] = 0;
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_COLLINEAR);
	cr_expect_eq(r.column, 2);
	d->penalty[0] = d->penalty[1] = d->penalty[2] = 1e-3;
	cr_expect_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	data_free(d);
}

Test(newton, no_columns_leave_the_mean)
{
	struct data *d = data_new(11, LOSS_LOGISTIC);
	double w[K + 1];
	struct newton r = {.w = w};
	d->p.k = 0;
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	cr_expect_float_eq(w[0], log(4.0 / 7.0), 1e-12);
	data_free(d);
}
