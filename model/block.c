/* SPDX-License-Identifier: Apache-2.0
 * What a pass does with one block of rows, which fits the cache. It is turned into its centred and scaled
 * columns u[0..k] (u[0] is all ones, the intercept), padded to full length; padding weighs nothing
 * because its r and h are 0.
 *
 *	x[0] x[1] ... --block--> u --w--> z --loss--> r, h --> g += u'r,  H += u' diag(h) u
 *
 * Invariant: the sums depend on the rows alone. A dot product has four running sums, joined in a fixed order. So
 * wider registers are used where there are some without changing a bit: what is in here is compiled twice. */
#include "model/block.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

/* Columns of a block lie a cache line further apart than they are long: a power of two between them would
 * make them share a few lines of the cache. */
enum { STRIDE = BLOCK + 8, LANES = 4 };

typedef double reals VECTOR(32, 8);
typedef uint64_t bits VECTOR(32, 8);
/* Lane by lane, what a comparison chose. A macro, for no function can give back wide vectors everywhere. */
#define PICK(choice, yes, no) \
	((reals)(((bits)(choice) & (bits)(yes)) | (~(bits)(choice) & (bits)(no))))

/* All loops have one length, known to the compiler. */

/* The lanes together, in the one order there is. */
static ALWAYS_INLINE double
join(const reals *v)
{
	reals s = *v;
	return (s[0] + s[2]) + (s[1] + s[3]);
}

static ALWAYS_INLINE double
dot(const double *a, const double *b)
{
	reals sum = {0};
	for (int i = 0; i < BLOCK; i += LANES)
		sum += *(const reals *)(a + i) * *(const reals *)(b + i);
	return join(&sum);
}

/* The running sums of dot products with four columns. */
struct quad {
	reals a, b, c, d;
};

static ALWAYS_INLINE void
quad_add(struct quad *s, const double *a, const double *u)
{
	reals v = *(const reals *)a;
	s->a += v * *(const reals *)u;
	s->b += v * *(const reals *)(u + STRIDE);
	s->c += v * *(const reals *)(u + 2 * STRIDE);
	s->d += v * *(const reals *)(u + 3 * STRIDE);
}

static ALWAYS_INLINE void
quad_join(const struct quad *s, double out[4])
{
	out[0] = join(&s->a);
	out[1] = join(&s->b);
	out[2] = join(&s->c);
	out[3] = join(&s->d);
}

/* The dot products of four columns with a. */
static ALWAYS_INLINE void
dots(const double *a, const double *u, double out[4])
{
	struct quad s = {0};
	for (int i = 0; i < BLOCK; i += LANES)
		quad_add(&s, a + i, u + i);
	quad_join(&s, out);
}

/* And with three columns at once: so many are on their way that no sum waits for the last one, and what is
 * loaded is used more than once. */
static ALWAYS_INLINE void
dots_three(const double *a, const double *u, double out[3][4])
{
	struct quad s0 = {0}, s1 = {0}, s2 = {0};
	for (int i = 0; i < BLOCK; i += LANES) {
		quad_add(&s0, a + i, u + i);
		quad_add(&s1, a + STRIDE + i, u + i);
		quad_add(&s2, a + 2 * STRIDE + i, u + i);
	}
	quad_join(&s0, out[0]);
	quad_join(&s1, out[1]);
	quad_join(&s2, out[2]);
}

/* v -> e^v for numbers that are not above 0; below -708 as if they were -708. Within one unit in the last
 * place: 2^n e^r with |r| <= log(2) / 2, by its series. libm's exp would take a fifth of all time. */
static ALWAYS_INLINE void
raise_e(double *v)
{
	static const double series[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800,
		1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120,
		1.0 / 24, 1.0 / 6, 0.5, 1, 1};
	const reals least = {-708, -708, -708, -708};
	for (int i = 0; i < BLOCK; i += LANES) {
		reals x = *(reals *)(v + i);
		x = PICK(x < least, least, x);
		/* adding 1.5 * 2^52 leaves the rounded number in the low bits */
		reals shifted = x * 0x1.71547652b82fep0 + 0x1.8p52;
		reals n = shifted - 0x1.8p52;
		reals r = (x - n * 0x1.62e42fefa38p-1) - n * 0x1.ef35793c7673p-45;
		reals sum = r * series[0] + series[1];
		for (int k = 2; k < 14; k++)
			sum = sum * r + series[k];
		*(reals *)(v + i) = (reals)((bits)sum + ((bits)shifted << 52));
	}
}

/* One column of a block: u from x, and its share of the first term. */
static ALWAYS_INLINE void
centre(double mean, double scale, double weight, const double *x, double *u, double *z)
{
	for (int i = 0; i < BLOCK; i += LANES) {
		reals v = (*(const reals *)(x + i) - mean) * scale;
		*(reals *)(u + i) = v;
		*(reals *)(z + i) += weight * v;
	}
}

/* Two columns, which halves what z costs. */
static ALWAYS_INLINE void
centre_two(struct block *s, int j, const double *w, int64_t from)
{
	const struct problem *p = s->p;
	const double *x = column_doubles(&p->x[j], from, BLOCK, s->t);
	const double *y = column_doubles(&p->x[j + 1], from, BLOCK, s->t + STRIDE);
	double *u = s->u + (j + 1) * STRIDE, *z = s->z;
	double mean = p->mean[j], scale = p->scale[j], weight = w[j + 1];
	double mean1 = p->mean[j + 1], scale1 = p->scale[j + 1], weight1 = w[j + 2];
	for (int i = 0; i < BLOCK; i += LANES) {
		reals v = (*(const reals *)(x + i) - mean) * scale;
		reals v1 = (*(const reals *)(y + i) - mean1) * scale1;
		*(reals *)(u + i) = v;
		*(reals *)(u + STRIDE + i) = v1;
		*(reals *)(z + i) = (*(reals *)(z + i) + weight * v) + weight1 * v1;
	}
}

static ALWAYS_INLINE void
add_scaled(double weight, const double *u, double *z)
{
	for (int i = 0; i < BLOCK; i += LANES)
		*(reals *)(z + i) += weight * *(const reals *)(u + i);
}

static ALWAYS_INLINE void
weigh(const double *h, const double *u, double *t)
{
	for (int i = 0; i < BLOCK; i += LANES)
		*(reals *)(t + i) = *(const reals *)(h + i) * *(const reals *)(u + i);
}

/* Fills u[1..k] with rows from..from + m, and z. A short block is padded with the columns' means. */
static ALWAYS_INLINE void
load(struct block *s, const double *w, int64_t from, int m)
{
	const struct problem *p = s->p;
	size_t d = (size_t)p->k + 1;
	for (int a = 0; a < p->terms; a++)
		for (int i = 0; i < BLOCK; i++)
			s->z[a * STRIDE + i] = p->intercept ? w[(size_t)a * d] : 0;
	int j = 0;
	for (; m == BLOCK && j + 2 <= p->k; j += 2)
		centre_two(s, j, w, from);
	for (; j < p->k; j++) {
		const double *x = column_doubles(&p->x[j], from, m, s->t);
		if (m < BLOCK) {
			memmove(s->t, x, (size_t)m * sizeof(double));
			for (int i = m; i < BLOCK; i++)
				s->t[i] = p->mean[j];
			x = s->t;
		}
		centre(p->mean[j], p->scale[j], w[j + 1], x, s->u + (j + 1) * STRIDE, s->z);
	}
	for (int a = 1; a < p->terms; a++)
		for (j = 0; j < p->k; j++)
			add_scaled(w[(size_t)a * d + (size_t)j + 1], s->u + (j + 1) * STRIDE,
				s->z + a * STRIDE);
}

/* With v = z for y = 0 and -z for y = 1, the loss of a row is log(1 + e^v), and e^-|v| never
 * overflows. The logarithm is taken once a block and class: 32 factors between 1 and 2 in each of four lanes
 * stay below 2^128. */
static ALWAYS_INLINE double
logistic(struct block *s, const double *y)
{
	const double *weights = s->p->weights;
	double w0 = weights ? weights[0] : 1, w1 = weights ? weights[1] : 1;
	const reals zero = {0}, one = {1, 1, 1, 1}, weight[2] = {zero + w0, zero + w1};
	reals linear[2] = {zero, zero}, product[2] = {one, one};
	for (int i = 0; i < BLOCK; i += LANES) {
		reals z = *(reals *)(s->z + i);
		*(reals *)(s->t + i) = PICK(z > zero, -z, z);
	}
	raise_e(s->t);
	for (int i = 0; i < BLOCK; i += LANES) {
		reals z = *(reals *)(s->z + i), e = *(reals *)(s->t + i);
		reals target = *(const reals *)(y + i);
		bits yes = (bits)(target > zero);
		reals v = PICK(yes, -z, z), more = one + e, q = one / more;
		reals above = PICK(v > zero, v, zero), of_row = PICK(yes, weight[1], weight[0]);
		/* the probability of the other class */
		reals miss = PICK(v >= zero, q, e * q) * of_row;
		linear[0] += PICK(yes, zero, above);
		linear[1] += PICK(yes, above, zero);
		product[0] *= PICK(yes, one, more);
		product[1] *= PICK(yes, more, one);
		*(reals *)(s->r + i) = PICK(yes, -miss, miss);
		*(reals *)(s->h + i) = e * q * q * of_row;
	}
	double loss[2];
	for (int c = 0; c < 2; c++) {
		reals q = product[c], l = linear[c];
		loss[c] = ((l[0] + l[2]) + (l[1] + l[3])) + log((q[0] * q[2]) * (q[1] * q[3]));
	}
	return w0 * loss[0] + w1 * loss[1];
}

static ALWAYS_INLINE double
squared(struct block *s, const double *y)
{
	reals sum = {0};
	for (int i = 0; i < BLOCK; i += LANES) {
		reals r = *(reals *)(s->z + i) - *(const reals *)(y + i);
		sum += r * r;
		*(reals *)(s->r + i) = r;
	}
	for (int i = 0; i < BLOCK; i++)
		s->h[i] = 1;
	return ((sum[0] + sum[2]) + (sum[1] + sum[3])) / 2;
}

/* z -> probabilities in place, and residuals; the loss of a row is log(sum of e^z) - z[y]. */
static ALWAYS_INLINE double
softmax(struct block *s, const double *y, int m)
{
	const struct problem *p = s->p;
	double *most = s->t, *sum = s->t + STRIDE, loss = 0;
	memcpy(most, s->z, BLOCK * sizeof(double));
	for (int a = 1; a < p->terms; a++)
		for (int i = 0; i < BLOCK; i++)
			most[i] = s->z[a * STRIDE + i] > most[i] ? s->z[a * STRIDE + i] : most[i];
	memset(sum, 0, BLOCK * sizeof(double));
	for (int i = 0; i < m; i++)
		s->h[i] = s->z[(int)y[i] * STRIDE + i] - most[i];
	for (int a = 0; a < p->terms; a++) {
		double *z = s->z + a * STRIDE;
		for (int i = 0; i < BLOCK; i++)
			z[i] -= most[i];
		raise_e(z);
		add_scaled(1, z, sum);
	}
	for (int i = 0; i < m; i++) {
		double weight = p->weights ? p->weights[(int)y[i]] : 1;
		loss += weight * (log(sum[i]) - s->h[i]);
		sum[i] = 1 / sum[i];
		s->h[i] = weight;
	}
	for (int i = m; i < BLOCK; i++)
		s->h[i] = 0;
	for (int a = 0; a < p->terms; a++) {
		weigh(sum, s->z + a * STRIDE, s->z + a * STRIDE);
		for (int i = 0; i < m; i++)
			s->r[a * STRIDE + i] = (s->z[a * STRIDE + i] - (y[i] == a)) * s->h[i];
		for (int i = m; i < BLOCK; i++)
			s->r[a * STRIDE + i] = 0;
	}
	return loss;
}

/* The rows of the next block are sent for while there is something to count, column by column: the processor
 * does not foresee so many short streams. They go to the second cache: in the first, columns that lie alike in
 * their pages would push each other out. What lies behind the last block is asked for in vain. */
static ALWAYS_INLINE void
send_for(const struct block *s, size_t column, size_t n)
{
	for (size_t j = column; j < column + n && j < (size_t)s->p->k; j++) {
		const struct column *x = &s->p->x[j];
		int64_t row = x->off + s->next;
		const char *at = (const char *)x->data + (x->type == MLF_BOOL ? row / 8 : row * 8);
		for (int i = 0; i < BLOCK && (i == 0 || x->type != MLF_BOOL); i += 8)
			__builtin_prefetch(at + (size_t)i * 8, 0, 2);
	}
}

/* One pair of terms: adds u' diag(h) u to the square at `to`, whose rows are `width` apart; below and on
 * its diagonal alone. Behind the last column stands other memory of ours; what comes of it is left out. */
static ALWAYS_INLINE void
add_square(struct block *s, const double *h, double *to, size_t width)
{
	size_t d = (size_t)s->p->k + 1;
	double out[3][4];
	for (size_t j = 0; j < d; j += 3) {
		size_t rows = j + 2 < d ? 3 : d - j;
		for (size_t r = 0; r < rows; r++)
			weigh(h, s->u + (j + r) * STRIDE, s->t + r * STRIDE);
		for (size_t l = 0; l < j + rows; l += 4) {
			dots_three(s->t, s->u + l * STRIDE, out);
			for (size_t r = 0; r < rows; r++)
				for (size_t c = 0; c < 4 && l + c <= j + r; c++)
					to[(j + r) * width + l + c] += out[r][c];
		}
	}
}

/* Adds u'r for the residuals of one term. */
static ALWAYS_INLINE void
add_gradient(struct block *s, const double *r, double *to)
{
	size_t d = (size_t)s->p->k + 1;
	double out[4];
	for (size_t l = 0; l < d; l += 4) {
		send_for(s, l, 4);
		dots(r, s->u + l * STRIDE, out);
		for (size_t c = 0; c < 4 && l + c < d; c++)
			to[l + c] += out[c];
	}
}

static ALWAYS_INLINE void
add_diagonal(struct block *s, const double *h, double *to)
{
	for (size_t j = 0; j <= (size_t)s->p->k; j++) {
		weigh(h, s->u + j * STRIDE, s->t);
		to[j] += dot(s->t, s->u + j * STRIDE);
	}
}

/* Of two terms' probabilities p and q, the curvature is p * ((same term) - q) times the row's weight. */
static ALWAYS_INLINE void
add_softmax_curve(struct block *s, enum curvature curve)
{
	size_t terms = (size_t)s->p->terms, d = (size_t)s->p->k + 1, width = terms * d;
	double *weights = s->h, *h = s->h + STRIDE;
	for (size_t a = 0; a < terms; a++)
		for (size_t b = curve == CURVE_FULL ? 0 : a; b <= a; b++) {
			const double *p = s->z + a * STRIDE, *q = s->z + b * STRIDE;
			for (int i = 0; i < BLOCK; i++)
				h[i] = p[i] * ((a == b ? 1 : 0) - q[i]) * weights[i];
			if (curve == CURVE_FULL)
				add_square(s, h, s->part.h + a * d * width + b * d, width);
			else
				add_diagonal(s, h, s->part.h + a * d);
		}
}

static ALWAYS_INLINE void
add_curve(struct block *s, enum curvature curve)
{
	if (s->p->loss == LOSS_SOFTMAX)
		add_softmax_curve(s, curve);
	else if (curve == CURVE_FULL)
		add_square(s, s->h, s->part.h, (size_t)s->p->k + 1);
	else
		add_diagonal(s, s->h, s->part.h);
}

/* The linear term of a row of the first class that costs nothing. */
static const double sure = -1e4;

static ALWAYS_INLINE double
losses(struct block *s, const double *y, int m)
{
	double value;
	if (s->p->loss == LOSS_SOFTMAX)
		return softmax(s, y, m);
	if (m < BLOCK) {
		memcpy(s->y, y, (size_t)m * sizeof(double));
		y = s->y;
		for (int i = m; i < BLOCK; i++) {
			s->y[i] = 0;
			s->z[i] = s->p->loss == LOSS_LOGISTIC ? sure : 0;
		}
	}
	value = s->p->loss == LOSS_LOGISTIC ? logistic(s, y) : squared(s, y);
	for (int i = m; i < BLOCK; i++)
		s->r[i] = s->h[i] = 0;
	return value;
}

static ALWAYS_INLINE void
look(struct block *s, const double *w, enum curvature curve, int64_t from, int m)
{
	const struct problem *p = s->p;
	size_t d = (size_t)p->k + 1;
	s->next = from + (int64_t)BLOCK * s->every;
	load(s, w, from, m);
	s->part.value += losses(s, p->y + from, m);
	for (size_t a = 0; a < (size_t)p->terms; a++)
		add_gradient(s, s->r + a * STRIDE, s->part.g + a * d);
	if (curve != CURVE_NONE)
		add_curve(s, curve);
}

static void
look_plain(struct block *s, const double *w, enum curvature curve, int64_t from, int m)
{
	look(s, w, curve, from, m);
}

#if defined(__x86_64__)
TARGET("avx2")
static void
look_wide(struct block *s, const double *w, enum curvature curve, int64_t from, int m)
{
	look(s, w, curve, from, m);
}

static bool
has_wide(void)
{
	return __builtin_cpu_supports("avx2");
}
#else
#define look_wide look_plain
static bool
has_wide(void)
{
	return false;
}
#endif

void
block_init(struct block *s, const struct problem *p, enum curvature most)
{
	size_t d = (size_t)p->k + 1, terms = (size_t)p->terms;
	*s = (struct block){.p = p, .every = 1, .look = has_wide() ? look_wide : look_plain};
	s->u = mem_alloc((d + 2 * terms + 6) * STRIDE * sizeof(double));
	s->z = s->u + d * STRIDE;
	s->r = s->z + terms * STRIDE;
	s->h = s->r + terms * STRIDE; /* two columns */
	s->t = s->h + 2 * STRIDE;     /* three columns */
	s->y = s->t + 3 * STRIDE;
	for (int i = 0; i < BLOCK; i++)
		s->u[i] = p->intercept ? 1 : 0;
	sums_init(&s->part, problem_unknowns(p), most);
}

void
block_fini(struct block *s)
{
	sums_fini(&s->part);
	free(s->u);
}
