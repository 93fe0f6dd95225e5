/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include "tests/unit/unit.h"

#include "base/base.h"
#include "model/newton.h"

LEAK_SUITE(newton);

enum { K = 3, TERMS = 4, UNKNOWNS = TERMS * (K + 1) };

struct data {
	double *x[K], *y;
	struct column columns[K];
	double mean[K], scale[K], penalty[TERMS * (K + 1)], prior[TERMS * (K + 1)], weights[TERMS];
	double hold[UNKNOWNS * UNKNOWNS];
	struct problem p;
};

static struct data *
data_new(int64_t n, enum loss loss)
{
	struct data *d = mem_alloc(sizeof(*d));
	d->y = mem_alloc((size_t)n * sizeof(double));
	for (int j = 0; j < K; j++) {
		d->x[j] = mem_alloc((size_t)n * sizeof(double));
		d->columns[j] = (struct column){.type = MLF_F64, .data = d->x[j]};
		d->mean[j] = j * 0.25;
		d->scale[j] = 1.5 - j * 0.4;
		for (int64_t i = 0; i < n; i++)
			d->x[j][i] = sin((double)(i * (j + 2) + j));
	}
	for (int64_t i = 0; i < n; i++)
		d->y[i] = loss == LOSS_LOGISTIC ? (i * 7 % 11) < 4
			: loss == LOSS_SOFTMAX  ? (double)((i * i + i / 3) % 7 % TERMS)
						: cos((double)i);
	for (int j = 0; j < UNKNOWNS; j++)
		d->penalty[j] = j % (K + 1) ? 0.5 + j % (K + 1) - 1 : 0;
	d->p = (struct problem){.loss = loss,
		.n = n,
		.k = K,
		.terms = loss == LOSS_SOFTMAX ? TERMS : 1,
		.x = d->columns,
		.mean = d->mean,
		.scale = d->scale,
		.intercept = true,
		.penalty = d->penalty,
		.y = d->y,
		.max_iter = 50,
		.tol = 1e-10};
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

/* The loss of one row, and what each of its linear terms changes it by, in long double. */
static long double
row_loss(const struct problem *p, const long double *z, double y, long double *r)
{
	long double sum = 0;
	if (p->loss == LOSS_SQUARED) {
		r[0] = z[0] - y;
		return r[0] * r[0] / 2;
	}
	if (p->loss == LOSS_LOGISTIC) {
		r[0] = 1 / (1 + expl(-z[0])) - y;
		return logl(1 + expl(y > 0 ? -z[0] : z[0]));
	}
	for (int a = 0; a < p->terms; a++)
		sum += expl(z[a]);
	for (int a = 0; a < p->terms; a++)
		r[a] = expl(z[a]) / sum - (a == y);
	return logl(sum) - z[(int)y];
}

/* The objective and its gradient from the definition, in long double. */
static long double
objective(const struct problem *p, const double *w, long double *g)
{
	long double sum = 0;
	size_t n = problem_unknowns(p);
	for (size_t j = 0; g && j < n; j++)
		g[j] = 0;
	for (int64_t i = 0; i < p->n; i++) {
		long double z[TERMS] = {0}, u[K + 1] = {p->intercept}, r[TERMS];
		double weight = p->weights ? p->weights[(int)p->y[i]] : 1;
		for (int j = 0; j < p->k; j++)
			u[j + 1] = ((long double)((const double *)p->x[j].data)[i] - p->mean[j]) *
				p->scale[j];
		for (int a = 0; a < p->terms; a++)
			for (int j = 0; j <= p->k; j++)
				z[a] += w[a * (p->k + 1) + j] * u[j];
		sum += weight * row_loss(p, z, p->y[i], r);
		for (int a = 0; g && a < p->terms; a++)
			for (int j = 0; j <= p->k; j++)
				g[a * (p->k + 1) + j] += weight * r[a] * u[j];
	}
	for (size_t j = 0; j < n; j++) {
		long double off = w[j] - (p->prior ? p->prior[j] : 0);
		sum += p->penalty[j] * off * off / 2;
		if (g)
			g[j] += p->penalty[j] * off;
	}
	for (size_t j = 0; p->hold && j < n * n; j++) {
		size_t a = j / n, b = j % n, low = a > b ? j : b * n + a;
		long double v = w[a] - p->prior[a], u = w[b] - p->prior[b];
		sum += p->hold[low] * u * v / 2;
		if (g)
			g[a] += p->hold[low] * u;
	}
	return sum;
}

static void
check_pass_of(struct data *d)
{
	size_t unknowns = problem_unknowns(&d->p);
	double n = (double)d->p.n;
	struct pass *pass = pass_new(&d->p, CURVE_FULL);
	struct sums s, diagonal, plain;
	double w[UNKNOWNS] = {
		0.3, -0.7, 1.1, 0.2, 0, 0.5, -0.1, 0.4, -1, 0.9, 0.1, -0.6, 0.3, 0.3, -0.2, 1};
	long double g[UNKNOWNS];
	sums_init(&s, unknowns, CURVE_FULL);
	sums_init(&diagonal, unknowns, CURVE_FULL);
	sums_init(&plain, unknowns, CURVE_FULL);
	pass_run(pass, w, CURVE_FULL, &s);
	pass_run(pass, w, CURVE_DIAGONAL, &diagonal);
	pass_run(pass, w, CURVE_NONE, &plain);
	long double want = objective(&d->p, w, g);
	cr_expect_float_eq(s.value, (double)want, 3e-13 * n + 1e-13, "n=%g", n);
	cr_expect(plain.value == s.value && diagonal.value == s.value);
	for (size_t j = 0; j < unknowns; j++) {
		cr_expect_float_eq(s.g[j], (double)g[j], 3e-13 * n + 1e-13);
		cr_expect(plain.g[j] == s.g[j] && diagonal.g[j] == s.g[j]);
		cr_expect_eq(diagonal.h[j], s.h[j * (unknowns + 1)], "%zu", j);
	}
	/* Hessian: central differences of the gradient */
	for (size_t j = 0; j < unknowns; j++) {
		long double up[UNKNOWNS], down[UNKNOWNS];
		double keep = w[j], step = 1e-4;
		w[j] = keep + step;
		objective(&d->p, w, up);
		w[j] = keep - step;
		objective(&d->p, w, down);
		w[j] = keep;
		for (size_t l = 0; l <= j; l++)
			cr_expect_float_eq(s.h[j * unknowns + l],
				(double)((up[l] - down[l]) / (2 * (long double)step)),
				1e-7 * n + 1e-7, "n=%g H[%zu][%zu]", n, j, l);
	}
	sums_fini(&s);
	sums_fini(&diagonal);
	sums_fini(&plain);
	pass_free(pass);
}

static void
check_pass(int64_t n, enum loss loss)
{
	struct data *d = data_new(n, loss);
	check_pass_of(d);
	if (n > 1000) {
		data_free(d);
		return;
	}
	for (int j = 0; j < UNKNOWNS; j++) {
		d->prior[j] = j * 0.1 - 0.3;
		d->penalty[j] = j % 3;
	}
	d->p.prior = d->prior;
	d->p.k = 2;
	check_pass_of(d);
	d->p.intercept = false;
	check_pass_of(d);
	for (int j = 0; j < UNKNOWNS * UNKNOWNS; j++)
		d->hold[j] = 0.1 * (j % 7) + (j % 3 == 0);
	d->p.hold = d->hold;
	check_pass_of(d);
	if (loss != LOSS_SQUARED) {
		for (int a = 0; a < TERMS; a++)
			d->weights[a] = 0.5 + a * a;
		d->p.weights = d->weights;
		check_pass_of(d);
	}
	data_free(d);
}

Test(newton, a_pass_gives_the_defined_sums_around_block_and_chunk_ends)
{
	const int64_t sizes[] = {1, 2, 127, 128, 129, 256, 300, 32767, 32768, 32769};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		check_pass(sizes[i], LOSS_LOGISTIC);
		check_pass(sizes[i], LOSS_SQUARED);
		check_pass(sizes[i], LOSS_SOFTMAX);
	}
}

Test(newton, huge_linear_terms_neither_overflow_nor_lose_the_loss)
{
	struct data *d = data_new(4, LOSS_LOGISTIC);
	struct pass *pass = pass_new(&d->p, CURVE_FULL);
	struct sums s;
	double w[K + 1] = {-5000, 0, 0, 0};
	sums_init(&s, K + 1, CURVE_FULL);
	pass_run(pass, w, CURVE_FULL, &s);
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
	double w[K + 1] = {0}, curve[(K + 1) * (K + 1)];
	long double g[K + 1];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	objective(&d->p, w, g);
	for (int j = 0; j <= K; j++)
		cr_expect_float_eq((double)g[j], 0, 1e-7);
	cr_expect_leq(r.iterations, 8);
	data_free(d);
}

/* From 131,072 rows on samples lead the way, and the last step is foreseen and not looked at. */
static void
check_many(enum loss loss)
{
	struct data *d = data_new((1 << 18) + 77, loss);
	double w[UNKNOWNS] = {0}, curve[UNKNOWNS * UNKNOWNS];
	long double g[UNKNOWNS];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
	d->p.tol = 1e-12;
	for (int64_t i = 0; i < d->p.n && loss != LOSS_SQUARED; i++) {
		double v = d->x[0][i] - d->x[1][i] + 2 * sin(0.37 * (double)i * (double)i);
		d->y[i] = loss == LOSS_SOFTMAX ? floor((v + 4) / 8 * TERMS) : v > 0.5;
	}
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	long double value = objective(&d->p, w, g);
	for (size_t j = 0; j < problem_unknowns(&d->p); j++)
		cr_expect_float_eq((double)g[j] / (double)d->p.n, 0, d->p.tol, "g[%zu] %g", j,
			(double)g[j] / (double)d->p.n);
	cr_expect_leq(r.gradient, d->p.tol);
	cr_expect_float_eq(r.value, (double)value, 1e-12 * (double)value);
	data_free(d);
}

Test(newton, many_rows_end_where_there_is_no_gradient_as_well)
{
	check_many(LOSS_LOGISTIC);
	check_many(LOSS_SOFTMAX);
	check_many(LOSS_SQUARED);
}

Test(newton, least_squares_take_one_step)
{
	struct data *d = data_new(600, LOSS_SQUARED);
	double w[K + 1] = {0}, curve[(K + 1) * (K + 1)];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	cr_expect_eq(r.iterations, 1);
	data_free(d);
}

Test(newton, too_few_steps_are_reported)
{
	struct data *d = data_new(1000, LOSS_LOGISTIC);
	double w[K + 1] = {0}, curve[(K + 1) * (K + 1)];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
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
	d->penalty[1] = 1e-3;
	double last = INFINITY;
	for (int steps = 1; steps <= 40; steps++) {
		double w[K + 1] = {log(1.0 / 201)}, curve[(K + 1) * (K + 1)];
		struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
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
	double w[K + 1] = {0}, curve[(K + 1) * (K + 1)];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
	for (int64_t i = 0; i < 100; i++)
		d->x[2][i] = 2 * d->x[0][i] - d->x[1][i];
	for (int j = 1; j <= K; j++)
		d->penalty[j] = 0;
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_COLLINEAR);
	cr_expect_eq(r.column, 2);
	d->penalty[1] = d->penalty[2] = d->penalty[3] = 1e-3;
	cr_expect_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	data_free(d);
}

Test(newton, no_columns_leave_the_mean)
{
	struct data *d = data_new(11, LOSS_LOGISTIC);
	double w[K + 1] = {0}, curve[(K + 1) * (K + 1)];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
	d->p.k = 0;
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	cr_expect_float_eq(w[0], log(4.0 / 7.0), 1e-9);
	data_free(d);
}

/* Solves the problem from 0 by both, and compares. */
static void
check_same(struct data *d)
{
	size_t n = problem_unknowns(&d->p);
	double w[UNKNOWNS] = {0}, v[UNKNOWNS] = {0}, curve[UNKNOWNS * UNKNOWNS],
	       other[UNKNOWNS * UNKNOWNS];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve},
		      l = {.w = v, .keep = CURVE_FULL, .curve = other};
	d->p.max_iter = 1000;
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE, "gradient %g", r.gradient);
	cr_assert_eq(lbfgs_solve(&d->p, &l), NEWTON_DONE, "gradient %g", l.gradient);
	cr_expect_float_eq(l.value, r.value, 1e-10 * fabs(r.value));
	cr_expect_leq(l.gradient, d->p.tol);
	for (size_t j = 0; j < n; j++) {
		cr_expect_float_eq(v[j], w[j], 1e-6, "%zu: %.17g, %.17g", j, v[j], w[j]);
		for (size_t q = 0; q <= j; q++)
			cr_expect_float_eq(other[j * n + q], curve[j * n + q],
				1e-4 * (1 + fabs(curve[j * n + q])));
	}
}

Test(newton, lbfgs_finds_the_same_place)
{
	const enum loss losses[] = {LOSS_LOGISTIC, LOSS_SQUARED, LOSS_SOFTMAX};
	for (size_t i = 0; i < 3; i++) {
		struct data *d = data_new(1000, losses[i]);
		check_same(d);
		for (int a = 0; a < TERMS; a++)
			d->weights[a] = 0.5 + a;
		if (losses[i] != LOSS_SQUARED)
			d->p.weights = d->weights;
		check_same(d);
		d->p.intercept = false;
		for (int a = 0; a < TERMS; a++)
			d->penalty[a * (K + 1)] = 1;
		check_same(d);
		data_free(d);
	}
}

/* The classes' numbers may all be shifted without a change: both solvers keep their sum at 0. */
Test(newton, softmax_sums_to_0_over_the_classes)
{
	struct data *d = data_new(500, LOSS_SOFTMAX);
	for (int j = 0; j < UNKNOWNS; j++)
		d->penalty[j] = 0;
	double w[UNKNOWNS] = {0}, curve[UNKNOWNS * UNKNOWNS];
	struct newton r = {.w = w, .keep = CURVE_FULL, .curve = curve};
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_DONE);
	cr_expect_leq(r.iterations, 8);
	for (int j = 0; j <= K; j++) {
		double sum = 0;
		for (int a = 0; a < TERMS; a++)
			sum += w[a * (K + 1) + j];
		cr_expect_float_eq(sum, 0, 1e-12);
	}
	check_same(d);
	for (int64_t i = 0; i < 500; i++)
		d->x[2][i] = 2 * d->x[0][i] - d->x[1][i];
	memset(w, 0, sizeof(w));
	cr_assert_eq(newton_solve(&d->p, &r), NEWTON_COLLINEAR);
	cr_expect_eq(r.column, 2);
	data_free(d);
}

/* All sums at one point. */
static void
sums_at(const struct problem *p, struct sums *out)
{
	struct pass *pass = pass_new(p, CURVE_FULL);
	double w[UNKNOWNS];

	for (int j = 0; j < UNKNOWNS; j++)
		w[j] = 0.1 * j - 0.3;
	sums_init(out, problem_unknowns(p), CURVE_FULL);
	pass_run(pass, w, CURVE_FULL, out);
	pass_free(pass);
}

Test(newton, one_processor_and_two_find_the_same_sums_to_the_bit)
{
	static const int64_t rows[] = {1000, 32768, 32769, 100001, 200000};
	cpu_set_t all, one;

	cr_assert_eq(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	for (int i = 0; CPU_COUNT(&one) == 0; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &one);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct data *d = data_new(rows[i], LOSS_SOFTMAX);
		size_t n = problem_unknowns(&d->p);
		struct sums many, few;

		sums_at(&d->p, &many);
		cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
		sums_at(&d->p, &few);
		cr_assert_eq(sched_setaffinity(0, sizeof(all), &all), 0);
		cr_expect_eq(memcmp(&many.value, &few.value, sizeof(double)), 0);
		cr_expect_arr_eq(many.g, few.g, n * sizeof(double));
		cr_expect_arr_eq(many.h, few.h, n * n * sizeof(double));
		sums_fini(&many);
		sums_fini(&few);
		data_free(d);
	}
}

Test(newton, a_column_is_looked_at_alike_as_doubles_whole_numbers_and_bits)
{
	enum { N = 70000 };
	struct data *d = data_new(N, LOSS_LOGISTIC);
	struct pass *s = pass_new(&d->p, CURVE_FULL);
	uint8_t *bits = mem_alloc(N / 8 + 2);
	int64_t *whole = mem_alloc(N * sizeof(int64_t));
	double w[K + 1] = {0.25, -1, 2, 0.5};
	struct sums was, is;
	sums_init(&was, K + 1, CURVE_FULL);
	sums_init(&is, K + 1, CURVE_FULL);
	for (int off = 0; off < 8; off++) {
		memset(bits, 0, N / 8 + 2);
		for (int i = 0; i < N; i++) {
			whole[i] = i * 7 % 5 - 2;
			d->x[0][i] = i % 3 == 1 || i % 7 == 2;
			d->x[1][i] = (double)whole[i];
			if (d->x[0][i] > 0)
				mlf_set_bool(bits, i + off, true);
		}
		d->columns[0] = (struct column){.type = MLF_F64, .data = d->x[0]};
		d->columns[1] = (struct column){.type = MLF_F64, .data = d->x[1]};
		pass_run(s, w, CURVE_FULL, &was);
		d->columns[0] = (struct column){.type = MLF_BOOL, .data = bits, .off = off};
		d->columns[1] = (struct column){.type = MLF_I64, .data = whole};
		pass_run(s, w, CURVE_FULL, &is);
		cr_expect(was.value == is.value && memcmp(was.g, is.g, sizeof(w)) == 0 &&
			memcmp(was.h, is.h, (K + 1) * sizeof(w)) == 0);
	}
	sums_fini(&was);
	sums_fini(&is);
	pass_free(s);
	free(bits);
	free(whole);
	data_free(d);
}
