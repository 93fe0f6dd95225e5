/* SPDX-License-Identifier: Apache-2.0
 * Checks that ODCS has no metric for: quality rules of `type: custom` with `engine: mlflow-c`. The
 * implementation is a map with the name of the check, what it needs, and the operator that the number
 * which comes of it is compared with.
 *
 *	{type: custom, engine: mlflow-c, implementation: {check: mean, mustBeBetween: [0, 1]}}
 *
 *	about a column   min, max, sum, mean, stddev, quantile (q), share (values), age, monotonic (strict),
 *	                 psi and ks (drift_load.c)
 *	about the table  compare (left, op, right), freshness (column), columnCount, columnOrder */
#include "contract/rules.h"

#include <math.h>

struct custom {
	const struct ynode *n, *args; /* the whole rule; its implementation */
	const struct about *about;
	const struct limit *limit;
	const struct check_kind *kind;
};
/* What an operator compares: a number of rows, which has to be 0 if there is none; another number; or
 * nothing, so that there is none. */
enum compared { OF_ROWS, OF_NUMBER, OF_NOTHING };
struct check_kind {
	const char *name;
	bool column, table; /* where it may stand */
	const char *keys[5];
	void (*load)(struct loader *l, const struct custom *c);
	enum measure measure;
	enum compared compared;
};

static struct rule *
add(struct loader *l, enum rule_kind kind, const struct custom *c, const char *none)
{
	struct rule *r = loader_rule(l, kind, c->kind->name, c->about, &c->n->at);

	r->limit = *c->limit;
	r->expected = limit_text(l->arena, c->limit, none, c->kind->name);
	return r;
}

static void
load_measure(struct loader *l, const struct custom *c)
{
	struct rule *r;

	if (c->kind->measure == MEASURE_AGE ? c->about->type != MLF_TIMESTAMP
					    : !type_is_number(c->about->type)) {
		loader_fail(l, &c->n->at, NULL, "`%s` is about a column of %s", c->kind->name,
			c->kind->measure == MEASURE_AGE ? "timestamps" : "numbers");
		return;
	}
	r = add(l, RULE_MEASURE, c, NULL);
	r->measure = c->kind->measure;
	r->whole = true;
}

static void
load_quantile(struct loader *l, const struct custom *c)
{
	const struct ynode *q = yaml_get(c->args, "q");
	double x = !q                ? -1.0
		: q->kind == Y_INT   ? (double)q->v.i
		: q->kind == Y_FLOAT ? q->v.f
				     : -1.0;
	size_t before = l->contract->n_rules;

	if (!(x >= 0.0 && x <= 1.0)) {
		loader_fail(l, q ? &q->at : &c->args->at, "write `q: 0.5` for the median",
			"a quantile has a `q` from 0 to 1");
		return;
	}
	load_measure(l, c);
	if (l->contract->n_rules > before)
		l->contract->rules[before].q = x;
}

/* The percentage of rows that have one of these values. */
static void
load_share(struct loader *l, const struct custom *c)
{
	const struct ynode *list = yaml_get(c->args, "values");
	const struct values *values;
	struct rule *r;

	if (!list) {
		loader_fail(
			l, &c->args->at, "write `values: [1]`", "a share is that of some `values`");
		return;
	}
	values = values_load(l, list, c->about->type);
	if (!values)
		return;
	r = add(l, RULE_MISSING, c, NULL);
	r->values = values;
	r->limit.percent = true;
	r->expected = limit_text(l->arena, &r->limit, NULL, "share");
	r->whole = true;
}

static void
load_monotonic(struct loader *l, const struct custom *c)
{
	const struct ynode *strict = yaml_get(c->args, "strict");
	struct rule *r;

	if (!type_has_order(c->about->type)) {
		loader_fail(l, &c->n->at, NULL, "only numbers and timestamps have an order");
		return;
	}
	if (strict && strict->kind != Y_BOOL) {
		loader_fail(l, &strict->at, NULL, "strict is true or false");
		return;
	}
	r = add(l, RULE_ORDER, c,
		strict && strict->v.b ? "always more than the row before"
				      : "never less than the row before");
	r->strict = strict && strict->v.b;
}

static int
find_column(struct loader *l, const struct custom *c, const char *key, size_t *out)
{
	const struct ynode *n = yaml_get(c->args, key);

	if (n && yaml_str(n))
		return load_column(l, n, yaml_str(n), out);
	return loader_fail(l, n ? &n->at : &c->args->at, NULL, "`%s` names a property", key);
}

/* The age of a column, as a promise of the table. */
static void
load_freshness(struct loader *l, const struct custom *c)
{
	const struct schema *s = &l->contract->schema;
	struct about about = *c->about;
	struct rule *r;

	if (find_column(l, c, "column", &about.index) != 0)
		return;
	about.column = s->columns[about.index].name;
	if (s->columns[about.index].type != MLF_TIMESTAMP) {
		loader_fail(l, &yaml_get(c->args, "column")->at, NULL,
			"freshness is that of a column of timestamps");
		return;
	}
	r = loader_rule(l, RULE_MEASURE, "freshness", &about, &c->n->at);
	r->limit = *c->limit;
	r->expected = limit_text(l->arena, c->limit, NULL, "age in hours");
	r->measure = MEASURE_AGE;
	r->whole = true;
}

static void
load_column_count(struct loader *l, const struct custom *c)
{
	struct rule *r = loader_rule(l, RULE_COLUMNS, "column_count", c->about, &c->n->at);

	r->limit = *c->limit;
	r->expected = limit_text(l->arena, c->limit, NULL, "columns");
}

static void
load_column_order(struct loader *l, const struct custom *c)
{
	(void)loader_rule(l, RULE_ORDERED, "column_order", c->about, &c->n->at);
}

/* "psi from loans.age", "psi from (25, 75) at (30)", "psi from (60, 40) of (open, done)" */
static const char *
distance_text(struct loader *l, const struct custom *c, const struct rule *r)
{
	const struct ynode *edges = yaml_get(c->args, "edges");

	if (r->other)
		return arena_printf(l->arena, "%s from %s", c->kind->name, r->other->shown);
	return arena_printf(l->arena, "%s from (%s) %s (%s)", c->kind->name,
		list_text(l->arena, yaml_get(c->args, "shares")), edges ? "at" : "of",
		list_text(l->arena, edges ? edges : yaml_get(c->args, "values")));
}

static void
load_distance(struct loader *l, const struct custom *c)
{
	struct rule *r = load_drift(l, c->n, c->args, c->about, c->kind->name);

	if (!r)
		return;
	r->limit = *c->limit;
	r->expected = limit_text(l->arena, c->limit, NULL, distance_text(l, c, r));
	if (r->min_rows)
		r->expected = arena_printf(l->arena, "%s, if %lld values or more", r->expected,
			(long long)r->min_rows);
}

static void
load_compare(struct loader *l, const struct custom *c)
{
	static const char *const ops[] = {"<", "<=", "=", "!=", ">=", ">"};
	const struct ynode *op = yaml_get(c->args, "op");
	const struct schema_column *columns = l->contract->schema.columns;
	const char *name = op ? yaml_str(op) : NULL;
	size_t left, right, i = 0;
	struct rule *r;

	if (find_column(l, c, "left", &left) != 0 || find_column(l, c, "right", &right) != 0)
		return;
	while (i < 6 && !str_eq(name, ops[i]))
		i++;
	if (i == 6 || (columns[left].type == MLF_UTF8) != (columns[right].type == MLF_UTF8)) {
		loader_fail(l, op ? &op->at : &c->args->at, "op is < <= = != >= or >",
			"`%s` cannot be compared with `%s` like this", columns[left].name,
			columns[right].name);
		return;
	}
	r = add(l, RULE_PAIR, c,
		arena_printf(l->arena, "%s %s %s", columns[left].name, name, columns[right].name));
	r->columns = arena_alloc(l->arena, 2 * sizeof(*r->columns));
	r->columns[0] = left;
	r->columns[1] = right;
	r->n_columns = 2;
	r->pair = ops[i];
}

static const struct check_kind kinds[] = {
	{"min", true, false, {NULL}, load_measure, MEASURE_MIN, OF_NUMBER},
	{"max", true, false, {NULL}, load_measure, MEASURE_MAX, OF_NUMBER},
	{"sum", true, false, {NULL}, load_measure, MEASURE_SUM, OF_NUMBER},
	{"mean", true, false, {NULL}, load_measure, MEASURE_MEAN, OF_NUMBER},
	{"stddev", true, false, {NULL}, load_measure, MEASURE_STDDEV, OF_NUMBER},
	{"age", true, false, {NULL}, load_measure, MEASURE_AGE, OF_NUMBER},
	{"quantile", true, false, {"q"}, load_quantile, MEASURE_QUANTILE, OF_NUMBER},
	{"share", true, false, {"values"}, load_share, 0, OF_NUMBER},
	{"psi", true, false, {"reference", "edges", "values", "shares", "minRows"}, load_distance,
		0, OF_NUMBER},
	{"ks", true, false, {"reference", "minRows"}, load_distance, 0, OF_NUMBER},
	{"monotonic", true, false, {"strict"}, load_monotonic, 0, OF_ROWS},
	{"compare", false, true, {"left", "op", "right"}, load_compare, 0, OF_ROWS},
	{"freshness", false, true, {"column"}, load_freshness, MEASURE_AGE, OF_NUMBER},
	{"columnCount", false, true, {NULL}, load_column_count, 0, OF_NUMBER},
	{"columnOrder", false, true, {NULL}, load_column_order, 0, OF_NOTHING},
};

bool
custom_counts_rows(const struct ynode *args)
{
	const struct ynode *name = yaml_get(args, "check");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_eq(yaml_str(name), kinds[i].name))
			return kinds[i].compared != OF_NUMBER;
	return true; /* it will be refused */
}

static const struct check_kind *
find_kind(struct loader *l, const struct ynode *name)
{
	const char *text = yaml_str(name), *near = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (str_eq(text, kinds[i].name))
			return &kinds[i];
		if (text && str_near(text, kinds[i].name, NULL))
			near = kinds[i].name;
	}
	loader_fail(l, &name->at,
		near ? arena_printf(l->arena, "did you mean `%s`?", near)
		     : "checks are min, max, sum, mean, stddev, quantile, share, age, psi, ks, "
		       "monotonic, compare, freshness, columnCount and columnOrder",
		"unknown check `%s`", text ? text : yaml_kind_name(name->kind));
	return NULL;
}

static int
known_keys(struct loader *l, const struct custom *c)
{
	for (size_t i = 0; i < c->args->n; i++) {
		const struct ypair *p = &c->args->u.pairs[i];
		bool known = str_eq(p->key, "check") ||
			(is_operator(p->key) && c->kind->compared != OF_NOTHING) ||
			(str_eq(p->key, "unit") && c->kind->compared == OF_ROWS);

		for (size_t k = 0;
			k < sizeof(c->kind->keys) / sizeof(*c->kind->keys) && c->kind->keys[k]; k++)
			known |= str_eq(p->key, c->kind->keys[k]);
		if (!known)
			return loader_fail(l, &p->at, NULL, "the check `%s` knows no `%s`",
				c->kind->name, p->key);
	}
	return 0;
}

void
load_custom_check(struct loader *l, const struct ynode *n, const struct ynode *args,
	const struct about *about, const struct limit *limit)
{
	const struct ynode *name = yaml_get(args, "check");
	struct custom c = {.n = n, .args = args, .about = about, .limit = limit};

	c.kind = find_kind(l, name);
	if (!c.kind || known_keys(l, &c) != 0)
		return;
	if (about->column ? c.kind->column : c.kind->table)
		c.kind->load(l, &c);
	else
		loader_fail(l, &name->at, NULL, "`%s` is about a %s", c.kind->name,
			about->column ? "table" : "property");
}
