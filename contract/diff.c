/* SPDX-License-Identifier: Apache-2.0
 * Two contracts of one dataset compared: does the newer one promise less (that breaks readers), more
 * (that may fail writers), or the same in other words?
 *
 *	gone, or weaker   breaking      a column, a rule, a wider range, more values, fail -> warn
 *	new, or stronger  compatible    a column, a rule, a narrower range, fewer values
 *	not comparable    breaking      another type, another pattern
 *
 * Rules are pairs if they are of one kind about the same columns, the first with the first. */
#include "contract/rules.h"

#include <math.h>

/* How a promise changed. */
enum change { SAME, TIGHTER, WEAKER };

static enum change
worst(enum change a, enum change b)
{
	return a > b ? a : b;
}

/* lo and hi: below 0 if the new bound is further in, above 0 if it is further out. */
static enum change
by_bounds(int lo, int hi)
{
	if (lo > 0 || hi > 0)
		return WEAKER;
	return lo < 0 || hi < 0 ? TIGHTER : SAME;
}

static int
order_f(double a, double b)
{
	return a < b ? -1 : a > b;
}

static int
order_i(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static enum change
compare_bounds(const struct rule *a, const struct rule *b)
{
	const struct bounds *x = &a->bounds, *y = &b->bounds;

	return worst(by_bounds(order_f(x->lo_f, y->lo_f), order_f(y->hi_f, x->hi_f)),
		by_bounds(order_i(x->lo_i, y->lo_i), order_i(y->hi_i, x->hi_i)));
}

/* How many of the values of a are none of b. */
static size_t
values_missing(const struct values *a, const struct values *b)
{
	size_t n = a->null && !b->null;

	for (size_t i = 0; i < a->n; i++)
		switch (a->type) {
		case MLF_F64: n += !values_have_f64(b, a->f[i]); break;
		case MLF_UTF8: n += !values_have_text(b, a->s[i].s, (size_t)a->s[i].len); break;
		default: n += !values_have_i64(b, a->i[i]); break;
		}
	return n;
}

/* More valid values promise less; more values that count as missing promise more. */
static enum change
compare_values(const struct rule *a, const struct rule *b)
{
	bool gone, added;

	if (!a->values && !b->values)
		return SAME;
	if (!a->values || !b->values || a->values->type != b->values->type)
		return WEAKER;
	gone = values_missing(a->values, b->values) > 0;
	added = values_missing(b->values, a->values) > 0;
	if (a->kind == RULE_MISSING)
		return gone ? WEAKER : added ? TIGHTER : SAME;
	return added ? WEAKER : gone ? TIGHTER : SAME;
}

static enum change
compare_limit(const struct limit *a, const struct limit *b)
{
	int moved = order_f(a->a, b->a);

	if (a->op != b->op || a->percent != b->percent)
		return a->op == OP_ANY ? TIGHTER : WEAKER;
	switch (a->op) {
	case OP_LT:
	case OP_LE: return moved < 0 ? WEAKER : moved > 0 ? TIGHTER : SAME;
	case OP_GT:
	case OP_GE: return moved > 0 ? WEAKER : moved < 0 ? TIGHTER : SAME;
	case OP_BETWEEN: return by_bounds(moved, order_f(b->b, a->b));
	case OP_ANY: return SAME;
	default: return moved || a->b != b->b ? WEAKER : SAME;
	}
}

/* Every multiple of 10 is one of 5. */
static enum change
compare_steps(const struct rule *a, const struct rule *b)
{
	double times;

	if (a->step == b->step)
		return SAME;
	times = b->step / a->step;
	return times > 1.0 && fabs(times - nearbyint(times)) < 1e-9 * times ? TIGHTER : WEAKER;
}

static bool
same_shares(const struct shares *a, const struct shares *b)
{
	if (!a || !b || a->n != b->n || !a->edges != !b->edges)
		return a == b;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i] != b->v[i] || (a->edges && i + 1 < a->n && a->edges[i] != b->edges[i]))
			return false;
	return a->edges ||
		(a->values->type == b->values->type && !values_missing(a->values, b->values) &&
			!values_missing(b->values, a->values) &&
			memcmp(a->of_value, b->of_value, a->values->n * sizeof(size_t)) == 0);
}

/* What values are compared with: other keys or another distribution cannot be compared themselves.
 * Fewer rows that are enough to judge promise more. */
static enum change
compare_others(const struct rule *a, const struct rule *b)
{
	if (!str_eq(a->other ? a->other->shown : NULL, b->other ? b->other->shown : NULL) ||
		!same_shares(a->shares, b->shares) || a->min_rows < b->min_rows)
		return WEAKER;
	return a->min_rows > b->min_rows ? TIGHTER : SAME;
}

/* Rows that break the promise are in the dataset nevertheless. */
static bool
is_loose(const struct rule *r)
{
	return r->on_fail == ON_FAIL_WARN || r->on_fail == ON_FAIL_INFO;
}

static enum change
compare_rules(const struct rule *a, const struct rule *b)
{
	enum change c = worst(compare_bounds(a, b), compare_values(a, b));

	c = worst(c, worst(compare_steps(a, b), compare_others(a, b)));
	/* how many rows may leave says nothing about those that stay */
	if (a->on_fail < ON_FAIL_DROP && b->on_fail < ON_FAIL_DROP)
		c = worst(c, compare_limit(&a->limit, &b->limit));
	if (!str_eq(a->pattern, b->pattern) || !str_eq(a->pair, b->pair) || a->q != b->q ||
		!str_eq(a->sql, b->sql))
		c = WEAKER;
	if (is_loose(a) == is_loose(b))
		return is_loose(a) && c == WEAKER ? SAME : c;
	return is_loose(b) ? WEAKER : worst(c, TIGHTER);
}

static bool
is_pair(const struct contract *from, const struct rule *a, const struct contract *to,
	const struct rule *b)
{
	if (a->kind != b->kind || a->measure != b->measure || a->drift != b->drift ||
		a->n_columns != b->n_columns || !str_eq(a->column, b->column))
		return false;
	for (size_t i = 0; i < a->n_columns; i++)
		if (!str_eq(from->schema.columns[a->columns[i]].name,
			    to->schema.columns[b->columns[i]].name))
			return false;
	return true;
}

static void
say(char out[static 128], const struct rule *r)
{
	(void)snprintf(out, 128, "%s%s%s%s", r->expected, r->on_fail == ON_FAIL_FAIL ? "" : " (",
		r->on_fail == ON_FAIL_FAIL ? "" : on_fail_name(r->on_fail),
		r->on_fail == ON_FAIL_FAIL ? "" : ")");
}

/* a or b is NULL for what is new or gone. */
static void
add_change(struct contract_diff *d, const struct rule *a, const struct rule *b, enum change kind)
{
	const struct rule *r = b ? b : a;
	struct contract_change *c;

	d->v = mem_grow(d->v, &d->cap, d->n + 1, sizeof(*d->v));
	c = &d->v[d->n++];
	*c = (struct contract_change){.breaking = kind == WEAKER,
		.tighter = kind == TIGHTER,
		.column = r->column,
		.rule = r->name,
		.at = r->at};
	if (a)
		say(c->was, a);
	if (b)
		say(c->is, b);
	d->n_breaking += c->breaking;
}

/* Columns that both have stand in one order. */
static enum change
compare_order(const struct contract *from, const struct contract *to)
{
	const struct schema *x = &from->schema, *y = &to->schema;
	size_t last = 0;

	for (size_t i = 0; i < x->n; i++) {
		size_t k = 0;

		while (k < y->n && !str_eq(x->columns[i].name, y->columns[k].name))
			k++;
		if (k < y->n && k < last)
			return WEAKER;
		last = k < y->n ? k : last;
	}
	return SAME;
}

/* The kind of a pair's change; of types, any difference but none is one that readers notice. */
static enum change
change_of(const struct contract *from, const struct rule *a, const struct contract *to,
	const struct rule *b)
{
	if (a->kind == RULE_ORDERED)
		return worst(compare_order(from, to), compare_rules(a, b));
	if (a->kind == RULE_TYPE)
		return str_eq(a->expected, b->expected) ? SAME : WEAKER;
	return compare_rules(a, b);
}

static const struct rule *
find_pair(const struct contract *from, const struct rule *a, const struct contract *to, bool *taken)
{
	for (size_t k = 0; k < to->n_rules; k++)
		if (!taken[k] && is_pair(from, a, to, &to->rules[k])) {
			taken[k] = true;
			return &to->rules[k];
		}
	return NULL;
}

/* True if the column is in the contract at all: what else is said of a column that is gone or new
 * goes without saying. */
static bool
has_column(const struct contract *c, const char *name)
{
	for (size_t i = 0; i < c->schema.n; i++)
		if (str_eq(c->schema.columns[i].name, name))
			return true;
	return false;
}

static bool
goes_without_saying(const struct contract *other, const struct rule *r)
{
	return r->column && r->kind != RULE_PRESENT && !has_column(other, r->column);
}

void
contract_compare(const struct contract *from, const struct contract *to, struct contract_diff *out)
{
	bool *taken = mem_alloc((to->n_rules + 1) * sizeof(*taken));

	*out = (struct contract_diff){0};
	for (size_t i = 0; i < from->n_rules; i++) {
		const struct rule *a = &from->rules[i], *b = find_pair(from, a, to, taken);
		enum change kind = b ? change_of(from, a, to, b) : is_loose(a) ? SAME : WEAKER;
		char was[128], is[128];

		if (!b && goes_without_saying(to, a))
			continue;
		say(was, a);
		say(is, b ? b : a);
		if (!b || kind != SAME || !str_eq(was, is))
			add_change(out, a, b, kind);
	}
	for (size_t k = 0; k < to->n_rules; k++)
		if (!taken[k] && !goes_without_saying(from, &to->rules[k]))
			add_change(
				out, NULL, &to->rules[k], is_loose(&to->rules[k]) ? SAME : TIGHTER);
	free(taken);
}

void
contract_diff_fini(struct contract_diff *d)
{
	free(d->v);
	*d = (struct contract_diff){0};
}
