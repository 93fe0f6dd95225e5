/* SPDX-License-Identifier: Apache-2.0
 * loan_clean: drops loans that cannot be (people above `max_age`, no known outcome) and fills what is
 * missing: numbers with the column's median, texts with its most frequent value. */
#include <mlflow-c/share.h>
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

/* The lower median of the values there are, of which there is one at least. Its bits are found 16 at a time,
 * the upper ones first, by counting the values that share those found before: nothing is put in order. False
 * without memory. */
static bool
median(const struct mlf_f64s *c, double *middle)
{
	int64_t left = (c->n - c->nulls - 1) / 2, n = 0;
	int64_t *count = calloc(COUNTS, sizeof(*count));
	for (int64_t i = 0; count && i < c->n; i++)
		if (!mlf_is_null(c->valid, c->off, i))
			count[sortable(c->v[i]) >> TOP]++;
	uint64_t found = count ? find_digit(count, &left) : 0;
	uint64_t *among = count ? calloc((size_t)count[found] + 1, sizeof(*among)) : NULL;
	for (int64_t i = 0; among && i < c->n; i++)
		if (!mlf_is_null(c->valid, c->off, i) && sortable(c->v[i]) >> TOP == found)
			among[n++] = sortable(c->v[i]);
	if (among)
		*middle = find_among(among, n, left, count);
	bool done = among != NULL;
	free(among);
	free(count);
	return done;
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
grow(struct kind *all, uint64_t *slots)
{
	struct kind *more = calloc(2 * *slots, sizeof(*more));
	for (uint64_t i = 0; more && i < *slots; i++)
		if (all[i].n > 0)
			*kind_of(more, 2 * *slots, all[i].s) = all[i];
	free(all);
	*slots *= 2;
	return more;
}

/* The most frequent text, the first in order among equals; empty if there is none. False without memory. */
static bool
mode(const struct mlf_strs *c, struct mlf_str *usual)
{
	uint64_t slots = 64, used = 0;
	struct kind *all = calloc(slots, sizeof(*all)), best = {{"", 0}, 0};
	for (int64_t i = 0; all && i < c->n; i++) {
		if (mlf_is_null(c->valid, c->off, i))
			continue;
		struct kind *k = kind_of(all, slots, mlf_str_at(c, i));
		if (k->n++ > 0)
			continue;
		k->s = mlf_str_at(c, i);
		if (2 * ++used > slots)
			all = grow(all, &slots);
	}
	for (uint64_t i = 0; all && i < slots; i++)
		if (all[i].n > best.n ||
			(all[i].n > 0 && all[i].n == best.n && compare_texts(all[i].s, best.s) < 0))
			best = all[i];
	bool done = all != NULL;
	free(all);
	*usual = best.s;
	return done;
}

enum { MANY_ROWS = 100000 };

/* A column with holes. */
struct holes {
	const char *name;
	enum mlf_type type;
	struct mlf_f64s f; /* of whole numbers too: good enough to find the middle */
	struct mlf_i64s i;
	struct mlf_strs s;
	void *to;             /* the new column of a number */
	struct mlf_str usual; /* what takes the place of a text */
	bool done;
};

static void
fill_number(struct holes *h)
{
	double middle = 0, *f = h->to;
	int64_t *w = h->to;
	h->done = h->f.nulls == h->f.n || median(&h->f, &middle);
	for (int64_t i = 0; i < h->f.n && h->type == MLF_F64; i++)
		f[i] = mlf_is_null(h->f.valid, h->f.off, i) ? middle : h->f.v[i];
	for (int64_t i = 0; i < h->f.n && h->type == MLF_I64; i++)
		w[i] = mlf_is_null(h->i.valid, h->i.off, i) ? (int64_t)middle : h->i.v[i];
}

/* Two threads do this. */
static void
fill(void *all, int k)
{
	struct holes *h = (struct holes *)all + k;
	if (h->type == MLF_UTF8)
		h->done = mode(&h->s, &h->usual);
	else
		fill_number(h);
}

static void
push_texts(struct mlf_builder *b, const struct holes *h)
{
	int column = mlf_add_column(b, h->name, MLF_UTF8);
	for (int64_t i = 0; i < h->s.n; i++) {
		struct mlf_str s =
			mlf_is_null(h->s.valid, h->s.off, i) ? h->usual : mlf_str_at(&h->s, i);
		mlf_push_str(b, column, s.s, s.len);
	}
}

/* Looks whether a column has holes that can be filled: times and booleans stay as they are. */
static int64_t
look(struct mlf_frame *f, int column, struct holes *h)
{
	h->name = mlf_column_name(f, column);
	h->type = mlf_column_type(f, column);
	if (h->type == MLF_I64)
		h->i = mlf_i64(f, h->name);
	if (h->type == MLF_F64 || h->i.nulls)
		h->f = mlf_f64(f, h->name);
	if (h->type == MLF_UTF8)
		h->s = mlf_utf8(f, h->name);
	return h->type == MLF_UTF8 ? h->s.nulls : h->f.nulls;
}

/* All columns, in their order: those with holes filled, the others as they are. Numbers are filled where they
 * will be, texts are put one behind the other when it is known with what. */
static int
fill_all(struct mlf_ctx *ctx, struct mlf_frame *f, struct mlf_frame **out, int64_t *filled)
{
	struct mlf_builder *numbers = mlf_build(ctx), *b = mlf_build(ctx);
	int columns = mlf_columns(f), n = 0, at = 0;
	struct holes *h = calloc((size_t)columns + 1, sizeof(*h));
	int64_t nulls;
	if (!h)
		return mlf_fail(ctx, "no memory for %d columns", columns);
	for (int c = 0; c < columns; c++, h[n] = (struct holes){0}) {
		if (!(nulls = look(f, c, &h[n])))
			continue;
		*filled += nulls;
		h[n].to = h[n].type == MLF_F64 ? mlf_new_f64(numbers, h[n].name, h[n].f.n)
			: h[n].type == MLF_I64 ? (void *)mlf_new_i64(numbers, h[n].name, h[n].f.n)
					       : NULL;
		n++;
	}
	mlf_share(n, mlf_rows(f) >= MANY_ROWS, fill, h);
	struct mlf_frame *done = mlf_finish(numbers);
	bool all = true;
	for (int c = 0; c < columns; c++) {
		const char *name = mlf_column_name(f, c);
		bool here = at < n && strcmp(h[at].name, name) == 0;
		all &= !here || h[at].done;
		if (here && h[at].type == MLF_UTF8)
			push_texts(b, &h[at]);
		else
			mlf_graft(b, here ? done : f, name, name);
		at += here;
	}
	free(h);
	*out = mlf_finish(b);
	return all ? 0 : mlf_fail(ctx, "no memory to find what fills the holes");
}

/* The rows that can be: an age up to the limit (or none, which is filled) and a known outcome. */
static struct mlf_frame *
drop_impossible(struct mlf_ctx *ctx, struct mlf_frame *in)
{
	struct mlf_f64s age = mlf_f64(in, mlf_param_str(ctx, "age"));
	struct mlf_i64s target = mlf_i64(in, mlf_param_str(ctx, "target"));
	double limit = mlf_param_f64(ctx, "max_age");
	bool *keep = calloc((size_t)age.n + 1, sizeof(*keep));
	if (!keep) {
		mlf_fail(ctx, "no memory for %lld rows", (long long)age.n);
		return in;
	}
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
	struct mlf_frame *full = NULL;
	int64_t filled = 0;
	if (fill_all(ctx, kept, &full, &filled) < 0)
		return -1;
	mlf_metric(ctx, "dropped_rows", (double)(mlf_rows(in) - mlf_rows(kept)), 0);
	mlf_metric(ctx, "filled_values", (double)filled, 0);
	mlf_log(ctx, "%lld rows in, %lld out, %lld values filled", (long long)mlf_rows(in),
		(long long)mlf_rows(kept), (long long)filled);
	return mlf_output(ctx, "table", full);
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
