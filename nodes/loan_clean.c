/* SPDX-License-Identifier: Apache-2.0
 * loan_clean: drops loans that cannot be (people above `max_age`, no known outcome) and fills what is
 * missing: numbers with the column's median, texts with its most frequent value. */
#include <mlflow-c/tools.h>

#include <stdlib.h>
#include <string.h>

/* In the order of bytes. */
static int
compare_texts(struct mlf_str x, struct mlf_str y)
{
	int64_t shorter = x.len < y.len ? x.len : y.len;
	int c = memcmp(x.s, y.s, (size_t)shorter);
	return c ? c : (x.len > y.len) - (x.len < y.len);
}

/* Room for n values; none fails the node. */
static void *
room(struct mlf_ctx *ctx, int64_t n, size_t size)
{
	void *p = calloc((size_t)n + 1, size);
	if (!p)
		mlf_fail(ctx, "no memory for %lld values", (long long)n);
	return p;
}

/* The bits of a number such that they grow with it; -0 is 0. */
static uint64_t
sortable(double v)
{
	uint64_t bits;
	v += 0.0;
	memcpy(&bits, &v, sizeof(bits));
	return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double
number_of(uint64_t sorted)
{
	uint64_t bits = sorted >> 63 ? sorted & ~((uint64_t)1 << 63) : ~sorted;
	double v;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

enum { STEP = 16, TOP = 64 - STEP, COUNTS = 1 << STEP };

/* The bits that the left-th of those that were counted has; *left becomes its place among those that share
 * them. */
static uint64_t
find_digit(const int64_t *count, int64_t *left)
{
	uint64_t digit = 0;
	while (digit < COUNTS - 1 && count[digit] <= *left)
		*left -= count[digit++];
	return digit;
}

/* The left-th of n numbers that share their upper bits; moves them. */
static double
find_among(uint64_t *v, int64_t n, int64_t left, int64_t *count)
{
	for (int low = TOP - STEP; low >= 0; low -= STEP) {
		int64_t m = 0;
		memset(count, 0, COUNTS * sizeof(*count));
		for (int64_t i = 0; i < n; i++)
			count[v[i] >> low & (COUNTS - 1)]++;
		uint64_t digit = find_digit(count, &left);
		for (int64_t i = 0; i < n; i++)
			if ((v[i] >> low & (COUNTS - 1)) == digit)
				v[m++] = v[i];
		n = m;
	}
	return number_of(v[0]);
}

/* The lower median of the values there are; 0 if there are none. Its bits are found 16 at a time, the
 * upper ones first, by counting the values that share those found before: nothing is put in order. */
static double
median(struct mlf_ctx *ctx, const struct mlf_f64s *c)
{
	int64_t left = (c->n - c->nulls - 1) / 2, n = 0;
	int64_t *count = c->n > c->nulls ? room(ctx, COUNTS, sizeof(*count)) : NULL;
	double middle = 0;
	if (!count)
		return 0;
	for (int64_t i = 0; i < c->n; i++)
		if (!mlf_is_null(c->valid, c->off, i))
			count[sortable(c->v[i]) >> TOP]++;
	uint64_t found = find_digit(count, &left);
	uint64_t *among = room(ctx, count[found], sizeof(*among));
	for (int64_t i = 0; among && i < c->n; i++)
		if (!mlf_is_null(c->valid, c->off, i) && sortable(c->v[i]) >> TOP == found)
			among[n++] = sortable(c->v[i]);
	if (among)
		middle = find_among(among, n, left, count);
	free(among);
	free(count);
	return middle;
}

/* A text and how often it came; n is 0 where there is none yet. */
struct kind {
	struct mlf_str s;
	int64_t n;
};

/* The place of s, or of what may become it. slots is a power of two. */
static struct kind *
kind_of(struct kind *all, uint64_t slots, struct mlf_str s)
{
	uint64_t h = mlf_text_hash(s);
	for (uint64_t at = h ^ h >> 32;; at++) {
		struct kind *k = &all[at & (slots - 1)];
		if (k->n == 0 || mlf_str_same(k->s, s))
			return k;
	}
}

/* Twice the slots, with what there is; NULL if there is no memory. Frees all. */
static struct kind *
grow(struct mlf_ctx *ctx, struct kind *all, uint64_t *slots)
{
	struct kind *more = room(ctx, (int64_t)(2 * *slots), sizeof(*more));
	for (uint64_t i = 0; more && i < *slots; i++)
		if (all[i].n > 0)
			*kind_of(more, 2 * *slots, all[i].s) = all[i];
	free(all);
	*slots *= 2;
	return more;
}

/* The most frequent text, the first in order among equals; empty if there is none. */
static struct mlf_str
mode(struct mlf_ctx *ctx, const struct mlf_strs *c)
{
	uint64_t slots = 64, used = 0;
	struct kind *all = room(ctx, (int64_t)slots, sizeof(*all)), best = {{"", 0}, 0};
	for (int64_t i = 0; all && i < c->n; i++) {
		if (mlf_is_null(c->valid, c->off, i))
			continue;
		struct kind *k = kind_of(all, slots, mlf_str_at(c, i));
		if (k->n++ > 0)
			continue;
		k->s = mlf_str_at(c, i);
		if (2 * ++used > slots)
			all = grow(ctx, all, &slots);
	}
	for (uint64_t i = 0; all && i < slots; i++)
		if (all[i].n > best.n ||
			(all[i].n > 0 && all[i].n == best.n && compare_texts(all[i].s, best.s) < 0))
			best = all[i];
	free(all);
	return best.s;
}

static int64_t
fill_f64(struct mlf_ctx *ctx, struct mlf_builder *b, struct mlf_frame *f, const char *name)
{
	struct mlf_f64s c = mlf_f64(f, name);
	double *v = c.nulls ? mlf_new_f64(b, name, c.n) : NULL;
	double middle = c.nulls ? median(ctx, &c) : 0;
	for (int64_t i = 0; v && i < c.n; i++)
		v[i] = mlf_is_null(c.valid, c.off, i) ? middle : c.v[i];
	return c.nulls;
}

static int64_t
fill_i64(struct mlf_ctx *ctx, struct mlf_builder *b, struct mlf_frame *f, const char *name)
{
	struct mlf_i64s c = mlf_i64(f, name);
	if (!c.nulls)
		return 0;
	struct mlf_f64s rough = mlf_f64(f, name); /* good enough to find the middle */
	int64_t *v = mlf_new_i64(b, name, c.n), middle = (int64_t)median(ctx, &rough);
	for (int64_t i = 0; v && i < c.n; i++)
		v[i] = mlf_is_null(c.valid, c.off, i) ? middle : c.v[i];
	return c.nulls;
}

static int64_t
fill_text(struct mlf_ctx *ctx, struct mlf_builder *b, struct mlf_frame *f, const char *name)
{
	struct mlf_strs c = mlf_utf8(f, name);
	if (!c.nulls)
		return 0;
	struct mlf_str usual = mode(ctx, &c);
	int column = mlf_add_column(b, name, MLF_UTF8);
	for (int64_t i = 0; i < c.n; i++) {
		struct mlf_str s = mlf_is_null(c.valid, c.off, i) ? usual : mlf_str_at(&c, i);
		mlf_push_str(b, column, s.s, s.len);
	}
	return c.nulls;
}

/* Fills a column if it has nulls, and takes it over as it is if not. Times and booleans stay. */
static int64_t
fill(struct mlf_ctx *ctx, struct mlf_builder *b, struct mlf_frame *f, int column)
{
	const char *name = mlf_column_name(f, column);
	enum mlf_type type = mlf_column_type(f, column);
	int64_t filled = type == MLF_F64 ? fill_f64(ctx, b, f, name)
		: type == MLF_I64        ? fill_i64(ctx, b, f, name)
		: type == MLF_UTF8       ? fill_text(ctx, b, f, name)
					 : 0;
	if (!filled)
		mlf_graft(b, f, name, name);
	return filled;
}

/* The rows that can be: an age up to the limit (or none, which is filled) and a known outcome. */
static struct mlf_frame *
drop_impossible(struct mlf_ctx *ctx, struct mlf_frame *in)
{
	struct mlf_f64s age = mlf_f64(in, mlf_param_str(ctx, "age"));
	struct mlf_i64s target = mlf_i64(in, mlf_param_str(ctx, "target"));
	double limit = mlf_param_f64(ctx, "max_age");
	bool *keep = room(ctx, age.n, sizeof(*keep));
	if (!keep)
		return in;
	for (int64_t i = 0; i < age.n; i++)
		keep[i] = !mlf_is_null(target.valid, target.off, i) &&
			(mlf_is_null(age.valid, age.off, i) || age.v[i] <= limit);
	struct mlf_frame *out = mlf_filter(in, keep);
	free(keep);
	return out;
}

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table"), *kept = drop_impossible(ctx, in);
	struct mlf_builder *b = mlf_build(ctx);
	int64_t filled = 0;
	for (int c = 0; c < mlf_columns(kept); c++)
		filled += fill(ctx, b, kept, c);
	mlf_metric(ctx, "dropped_rows", (double)(mlf_rows(in) - mlf_rows(kept)), 0);
	mlf_metric(ctx, "filled_values", (double)filled, 0);
	mlf_log(ctx, "%lld rows in, %lld out, %lld values filled", (long long)mlf_rows(in),
		(long long)mlf_rows(kept), (long long)filled);
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "loan_clean",
	.help = "Drops impossible loans and fills what is missing.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "loans"}, {0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "loans without holes"}, {0}},
	.params = (const struct mlf_param[]){{"age", MLF_STR, "person_age", 0, 0,
						     "the column of ages"},
		{"max_age", MLF_FLOAT, "100", 0, 200, "older people are mistakes"},
		{"target", MLF_STR, "loan_status", 0, 0, "the outcome; rows without are dropped"},
		{0}},
	.run = run,
}};
MLF_PLUGIN("loan_clean", "1.0", nodes);
