/* SPDX-License-Identifier: Apache-2.0
 * One rule over one block of rows: the hot loops of a contract.
 *
 * A block is at most 1,024 rows. The kernel, chosen once a block, writes one byte a row into bad[]
 * without looking at nulls; then the rows that are null are taken out again with the bitmap. Loops
 * over numbers are free of branches, so that compilers make vector code of them; the bytes of
 * bad[] stay in the first-level cache. NaN lies in no range and in no set. */
#define XXH_INLINE_ALL
#include "contract/rules.h"

#include <math.h>
#include <xxhash.h>

/* As wide as every processor has them. */
enum { LANES = 2 };
typedef double reals VECTOR(16, 8);
typedef uint64_t bits VECTOR(16, 8);

static bool
has_nulls(const struct column *c)
{
	return c->valid && c->nulls != 0;
}

/* ok[i] = row i of the block is not null. */
static void
unpack_valid(const struct column *c, const struct block *b, uint8_t *ok)
{
	int64_t first = c->off + b->from;

	if (!has_nulls(c)) {
		memset(ok, 1, (size_t)b->n);
		return;
	}
	for (int i = 0; i < b->n; i++)
		ok[i] = (uint8_t)(c->valid[(first + i) >> 3] >> ((first + i) & 7) & 1);
}

static const int64_t *
i64_of(const struct column *c, const struct block *b)
{
	return (const int64_t *)c->data + c->off + b->from;
}

static const double *
f64_of(const struct column *c, const struct block *b)
{
	return (const double *)c->data + c->off + b->from;
}

/* ends[i]..ends[i + 1] are the bytes of row i of the block. */
static const int32_t *
ends_of(const struct column *c, const struct block *b)
{
	return (const int32_t *)c->data + c->off + b->from;
}

static bool
bit_of(const struct column *c, const struct block *b, int i)
{
	int64_t at = c->off + b->from + i;

	return ((const uint8_t *)c->data)[at >> 3] >> (at & 7) & 1;
}

/* 0 <-> 1, eight at a time. */
static void
flip(uint8_t *marks, int n)
{
	int i = 0;

	for (uint64_t word; i + 8 <= n; i += 8) {
		memcpy(&word, marks + i, 8);
		word ^= UINT64_C(0x0101010101010101);
		memcpy(marks + i, &word, 8);
	}
	for (; i < n; i++)
		marks[i] ^= 1;
}

static void
mark_nulls(const struct column *c, const struct block *b, uint8_t *bad)
{
	unpack_valid(c, b, bad);
	flip(bad, b->n);
}

/* Whether all rows are in range: what is the case of nearly every block is found out without a byte for
 * each of them. */
static bool
all_within_f64(const double *v, int n, double lo, double hi)
{
	bits in = ~(bits){0};
	int i = 0;

	for (; i + LANES <= n; i += LANES) {
		reals x = *(const reals *)(v + i);

		in &= (bits)(x >= lo) & (bits)(x <= hi);
	}
	for (; i < n; i++)
		in[0] &= v[i] >= lo && v[i] <= hi ? ~UINT64_C(0) : 0;
	return (in[0] & in[1]) != 0;
}

static bool
all_within_i64(const int64_t *v, int n, int64_t lo, int64_t hi)
{
	uint64_t span = (uint64_t)hi - (uint64_t)lo, over = lo > hi;

	for (int i = 0; i < n; i++)
		over |= (uint64_t)v[i] - (uint64_t)lo > span;
	return !over;
}

static void
mark_range(const struct rule *r, const struct column *c, const struct block *b, uint8_t *bad)
{
	const struct bounds *to = &r->bounds;

	if (c->type == MLF_F64 && !all_within_f64(f64_of(c, b), b->n, to->lo_f, to->hi_f)) {
		const double *v = f64_of(c, b);

		for (int i = 0; i < b->n; i++)
			bad[i] = (uint8_t) !((v[i] >= to->lo_f) & (v[i] <= to->hi_f));
	} else if (c->type != MLF_F64 && !all_within_i64(i64_of(c, b), b->n, to->lo_i, to->hi_i)) {
		const int64_t *v = i64_of(c, b);

		for (int i = 0; i < b->n; i++)
			bad[i] = (uint8_t)((v[i] < to->lo_i) | (v[i] > to->hi_i));
	} else {
		memset(bad, 0, (size_t)b->n);
	}
}

/* NaN is no multiple. A fraction is allowed for what a step such as 0.1 loses in binary. */
static void
mark_multiple(const struct rule *r, const struct column *c, const struct block *b, uint8_t *bad)
{
	bool whole = c->type != MLF_F64;

	for (int i = 0; i < b->n && whole && r->step_i; i++)
		bad[i] = i64_of(c, b)[i] % r->step_i != 0;
	for (int i = 0; i < b->n && !(whole && r->step_i); i++) {
		double v = whole ? (double)i64_of(c, b)[i] : f64_of(c, b)[i], q = v / r->step;

		bad[i] = !(fabs(q - nearbyint(q)) <= 1e-9 * (fabs(q) > 1.0 ? fabs(q) : 1.0));
	}
}

/* Characters are Unicode code points, of one to four bytes: mostly the bytes alone decide. */
static void
mark_length(const struct rule *r, const struct column *c, const struct block *b, uint8_t *bad)
{
	const int32_t *ends = ends_of(c, b);
	int64_t lo = r->bounds.lo_i, hi = r->bounds.hi_i;

	for (int i = 0; i < b->n; i++) {
		int64_t bytes = ends[i + 1] - ends[i], chars = 0;

		bad[i] = bytes < lo;
		if (bad[i] || (bytes <= hi && (bytes + 3) / 4 >= lo))
			continue;
		for (int32_t k = ends[i]; k < ends[i + 1]; k++)
			chars += ((unsigned char)c->bytes[k] & 0xC0) != 0x80;
		bad[i] = (uint8_t)((chars < lo) | (chars > hi));
	}
}

/* in[i] = row i is one of the values. */
static void
mark_members(const struct values *v, const struct column *c, const struct block *b, uint8_t *in)
{
	switch (c->type) {
	case MLF_BOOL:
		for (int i = 0; i < b->n; i++)
			in[i] = values_have_i64(v, bit_of(c, b, i));
		break;
	case MLF_I64:
	case MLF_TIMESTAMP:
		for (int i = 0; i < b->n && v->type != MLF_F64; i++)
			in[i] = values_have_i64(v, i64_of(c, b)[i]);
		for (int i = 0; i < b->n && v->type == MLF_F64; i++)
			in[i] = values_have_f64(v, (double)i64_of(c, b)[i]);
		break;
	case MLF_F64:
		for (int i = 0; i < b->n; i++)
			in[i] = values_have_f64(v, f64_of(c, b)[i]);
		break;
	case MLF_UTF8: values_mark_texts(v, c->bytes, ends_of(c, b), b->n, in); break;
	}
}

static void
mark_pattern(const regex_t *re, const struct column *c, const struct block *b, uint8_t *bad)
{
	const int32_t *ends = ends_of(c, b);

	for (int i = 0; i < b->n; i++) {
		regmatch_t part = {0, ends[i + 1] - ends[i]}; /* texts have no NUL at their end */
		const char *s = part.rm_eo ? c->bytes + ends[i] : "";

		bad[i] = regexec(re, s, 1, &part, REG_STARTEND) != 0;
	}
}

static void
mark_valid(const struct rule *r, const struct tally *t, const struct column *c,
	const struct block *b, uint8_t *bad)
{
	uint8_t other[BLOCK];

	memset(bad, 0, (size_t)b->n);
	if (r->values) {
		mark_members(r->values, c, b, bad);
		flip(bad, b->n);
	}
	if (!t->has_re)
		return;
	mark_pattern(&t->re, c, b, other);
	for (int i = 0; i < b->n; i++)
		bad[i] |= other[i];
}

static struct seen_hash
hash_of(const void *p, size_t n)
{
	XXH128_hash_t h = XXH3_128bits(p, n);

	return (struct seen_hash){h.low64, h.high64};
}

/* Equal floats have equal hashes: 0 and -0, and all NaNs; whole ones have those of integers. */
static struct seen_hash
hash_f64(double v)
{
	const double limit = 9223372036854775808.0; /* 2^63 */

	if (v >= -limit && v < limit && v == (double)(int64_t)v) {
		int64_t whole = (int64_t)v;

		return hash_of(&whole, sizeof(whole));
	}
	v = v != v ? (double)__builtin_nanf("") : v;
	return hash_of(&v, sizeof(v));
}

/* One hash a row. */
static void
hash_column(const struct column *c, const struct block *b, struct seen_hash *out)
{
	const int32_t *ends = c->type == MLF_UTF8 ? ends_of(c, b) : NULL;

	for (int i = 0; i < b->n && c->type == MLF_BOOL; i++)
		out[i] = hash_of(bit_of(c, b, i) ? "1" : "0", 1);
	for (int i = 0; i < b->n && (c->type == MLF_I64 || c->type == MLF_TIMESTAMP); i++)
		out[i] = hash_of(&i64_of(c, b)[i], sizeof(int64_t));
	for (int i = 0; i < b->n && c->type == MLF_F64; i++)
		out[i] = hash_f64(f64_of(c, b)[i]);
	for (int i = 0; i < b->n && ends; i++)
		out[i] = hash_of(ends[i + 1] > ends[i] ? c->bytes + ends[i] : "",
			(size_t)(ends[i + 1] - ends[i]));
}

/* A row of several columns has the hash of its columns' hashes, folded one by one. */
void
block_hashes(const struct block *b, size_t n_columns, struct seen_hash *rows, uint8_t *keep)
{
	struct seen_hash next[BLOCK], pair[2];
	uint8_t ok[BLOCK];

	for (int i = 0; i < b->n; i++)
		keep[i] = !b->taken || !b->taken[b->from + i];
	for (size_t k = 0; k < n_columns; k++) {
		hash_column(b->columns[k], b, k ? next : rows);
		unpack_valid(b->columns[k], b, ok);
		for (int i = 0; i < b->n; i++)
			keep[i] &= ok[i];
		for (int i = 0; k && i < b->n; i++) {
			pair[0] = rows[i];
			pair[1] = next[i];
			rows[i] = hash_of(pair, sizeof(pair));
		}
	}
}

static void
mark_seen(const struct rule *r, struct tally *t, const struct block *b, uint8_t *bad)
{
	struct seen_hash rows[BLOCK];
	uint8_t keep[BLOCK];

	block_hashes(b, r->n_columns, rows, keep);
	seen_add(&t->seen, rows, keep, b->n, bad);
}

/* Values as numbers; text is compared byte by byte. */
static double
number_of(const struct column *c, const struct block *b, int i)
{
	if (c->type == MLF_F64)
		return f64_of(c, b)[i];
	return c->type == MLF_BOOL ? (double)bit_of(c, b, i) : (double)i64_of(c, b)[i];
}

static int
compare_text(const struct column *x, const struct column *y, const struct block *b, int i)
{
	const int32_t *s = ends_of(x, b), *t = ends_of(y, b);
	int32_t n = s[i + 1] - s[i], m = t[i + 1] - t[i];
	int32_t both = n < m ? n : m;
	int order = both ? memcmp(x->bytes + s[i], y->bytes + t[i], (size_t)both) : 0;

	return order ? (order > 0) - (order < 0) : (n > m) - (n < m);
}

/* Below, at or above zero; 2 for what has no order, as NaN. Whole numbers are not rounded. */
static int
compare_cells(const struct column *x, const struct column *y, const struct block *b, int i)
{
	if (x->type == MLF_UTF8)
		return compare_text(x, y, b, i);
	if (x->type != MLF_F64 && x->type != MLF_BOOL && y->type == x->type)
		return (i64_of(x, b)[i] > i64_of(y, b)[i]) - (i64_of(x, b)[i] < i64_of(y, b)[i]);
	double u = number_of(x, b, i), v = number_of(y, b, i);
	return u < v ? -1 : u > v ? 1 : u == v ? 0 : 2;
}

/* A pair with a null in it is left out, like every null. */
static void
mark_pair(const struct rule *r, const struct block *b, uint8_t *bad)
{
	const struct column *x = b->columns[0], *y = b->columns[1];
	uint8_t ok[BLOCK];

	unpack_valid(y, b, ok);
	for (int i = 0; i < b->n; i++) {
		int order = ok[i] ? compare_cells(x, y, b, i) : 0;
		bool equal = order == 0, holds = order != 2;

		switch (r->pair[0]) {
		case '<': holds = order < 0 || (equal && r->pair[1]); break;
		case '>': holds = order == 1 || (equal && r->pair[1]); break;
		case '=': holds = equal; break;
		default: holds = !equal; break;
		}
		bad[i] = ok[i] && !holds;
	}
}

/* Against the last row that is there and not null. */
static void
mark_order(const struct rule *r, struct tally *t, const struct block *b, uint8_t *bad)
{
	const struct column *c = b->columns[0];
	uint8_t ok[BLOCK];

	unpack_valid(c, b, ok);
	for (int i = 0; i < b->n; i++) {
		double v;

		bad[i] = 0;
		if (!ok[i] || (b->taken && b->taken[b->from + i]))
			continue;
		v = number_of(c, b, i);
		bad[i] = t->has_before && (r->strict ? !(v > t->before) : !(v >= t->before));
		if (!bad[i])
			t->before = v;
		t->has_before = true;
	}
}

void
check_block(const struct rule *r, struct tally *t, const struct block *b, uint8_t *bad)
{
	const struct column *c = b->columns[0];
	uint8_t ok[BLOCK], null_is_bad = r->kind == RULE_MISSING && r->values->null;

	switch (r->kind) {
	case RULE_NULLS: mark_nulls(c, b, bad); return;
	case RULE_UNIQUE: mark_seen(r, t, b, bad); return;
	case RULE_REFERENCE: refer_block(t, b, r->n_columns, bad); return;
	case RULE_RANGE: mark_range(r, c, b, bad); break;
	case RULE_LENGTH: mark_length(r, c, b, bad); break;
	case RULE_VALID: mark_valid(r, t, c, b, bad); break;
	case RULE_MISSING: mark_members(r->values, c, b, bad); break;
	case RULE_ORDER: mark_order(r, t, b, bad); break;
	case RULE_PAIR: mark_pair(r, b, bad); break;
	case RULE_MULTIPLE: mark_multiple(r, c, b, bad); break;
	case RULE_PRESENT:
	case RULE_TYPE:
	case RULE_EXTRA:
	case RULE_MEASURE:
	case RULE_DRIFT:
	case RULE_COLUMNS:
	case RULE_ORDERED:
	case RULE_SQL:
	case RULE_ROWS: memset(bad, 0, (size_t)b->n); return;
	}
	if (!has_nulls(c))
		return;
	unpack_valid(c, b, ok);
	for (int i = 0; i < b->n; i++)
		bad[i] = (uint8_t)((bad[i] & ok[i]) | (null_is_bad & (ok[i] ^ 1)));
}
