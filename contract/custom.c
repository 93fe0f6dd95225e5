/* SPDX-License-Identifier: Apache-2.0
 * Checks that ODCS has no metric for: quality rules of `type: custom` with `engine: mlflow-c`. The
 * implementation is a map with the name of the check, what it needs, and the operator that the number
 * which comes of it is compared with.
 *
 *	{type: custom, engine: mlflow-c, implementation: {check: mean, mustBeBetween: [0, 1]}}
 *
 *	about a column   min, max, sum, mean, stddev, quantile (q), share (values), age, monotonic (strict),
 *	                 distribution (edges, shares), references (to)
 *	about the table  compare (left, op, right), columns */
#include "contract/rules.h"

#include <math.h>

struct custom {
	const struct ynode *n, *args; /* the whole rule; its implementation */
	const struct about *about;
	const struct limit *limit;
	const struct check_kind *kind;
};
struct check_kind {
	const char *name;
	bool column, table; /* where it may stand */
	const char *keys[3];
	void (*load)(struct loader *l, const struct custom *c);
	enum measure measure;
	bool measures; /* the number is that of the measure, not one of rows */
};

static struct rule *
add(struct loader *l, enum rule_kind kind, const struct custom *c, const char *none)
{
	struct rule *r = loader_rule(l, kind, c->kind->name, c->about, &c->n->at);

	r->limit = *c->limit;
	r->expected = limit_text(l->arena, c->limit, none, c->kind->name);
	return r;
}

static bool
is_number(enum mlf_type type)
{
	return type == MLF_F64 || type == MLF_I64;
}

static void
load_measure(struct loader *l, const struct custom *c)
{
	struct rule *r;

	if (c->kind->measure == MEASURE_AGE ? c->about->type != MLF_TIMESTAMP
					    : !is_number(c->about->type)) {
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

/* A list of numbers, or NULL after a report. */
static double *
load_numbers(struct loader *l, const struct custom *c, const char *key, size_t *n)
{
	const struct ynode *list = yaml_get(c->args, key);
	double *v;

	*n = list && list->kind == Y_LIST ? list->n : 0;
	v = arena_alloc(l->arena, (*n + 1) * sizeof(*v));
	for (size_t i = 0; i < *n; i++) {
		const struct ynode *x = list->u.items[i];

		v[i] = x->kind == Y_INT ? (double)x->v.i : x->kind == Y_FLOAT ? x->v.f : NAN;
		if (isnan(v[i])) {
			loader_fail(l, &x->at, NULL, "`%s` is a list of numbers", key);
			return NULL;
		}
	}
	if (*n > 0)
		return v;
	loader_fail(l, list ? &list->at : &c->args->at,
		"write edges: [18, 30], shares: [0.1, 0.6, 0.3]",
		"a distribution has `%s`, a list of numbers", key);
	return NULL;
}

/* Ascending edges, and one share more, which add up to one. */
static int
check_bins(struct loader *l, const struct custom *c, const struct rule *r, size_t n_shares)
{
	double sum = 0;

	for (size_t i = 1; i < r->n_edges; i++)
		if (!(r->edges[i] > r->edges[i - 1]))
			return loader_fail(
				l, &yaml_get(c->args, "edges")->at, NULL, "`edges` do not ascend");
	if (n_shares != r->n_edges + 1)
		return loader_fail(l, &yaml_get(c->args, "shares")->at,
			"the first is that of values below the first edge, the last that of the "
			"rest",
			"%zu edges make %zu shares, not %zu", r->n_edges, r->n_edges + 1, n_shares);
	for (size_t i = 0; i < n_shares; i++) {
		if (r->shares[i] < 0)
			return loader_fail(
				l, &yaml_get(c->args, "shares")->at, NULL, "a share is below 0");
		sum += r->shares[i];
	}
	if (fabs(sum - 1) > 0.01)
		return loader_fail(l, &yaml_get(c->args, "shares")->at, NULL,
			"`shares` add up to %.3g, not to 1", sum);
	return 0;
}

static void
load_distribution(struct loader *l, const struct custom *c)
{
	size_t before = l->contract->n_rules, n_shares;
	struct rule bins = {.n_edges = 0}, *r;
	struct str text = {0};

	bins.edges = load_numbers(l, c, "edges", &bins.n_edges);
	bins.shares = bins.edges ? load_numbers(l, c, "shares", &n_shares) : NULL;
	if (!bins.shares || check_bins(l, c, &bins, n_shares) != 0)
		return;
	load_measure(l, c);
	if (l->contract->n_rules == before)
		return;
	r = &l->contract->rules[before];
	r->edges = bins.edges;
	r->shares = bins.shares;
	r->n_edges = bins.n_edges;
	for (size_t i = 0; i <= r->n_edges; i++)
		str_addf(&text, i < r->n_edges ? "%.17g < %.17g < " : "%.17g", r->shares[i],
			i < r->n_edges ? r->edges[i] : 0.0);
	r->ref = arena_strdup(l->arena, str_text(&text));
	str_fini(&text);
}

static void
load_reference(struct loader *l, const struct ynode *to, const struct about *about,
	const struct place *at, const char *name)
{
	const char *text = to ? yaml_str(to) : NULL, *dot = text ? strrchr(text, '.') : NULL;
	struct rule *r;

	if (!dot || dot == text || !dot[1]) {
		loader_fail(l, to ? &to->at : at, "write to: customers.id",
			"`to` names a dataset and its column");
		return;
	}
	if (about->type == MLF_F64 || about->type == MLF_BOOL) {
		loader_fail(l, at, NULL, "a reference is a text, a whole number or a timestamp");
		return;
	}
	r = loader_rule(l, RULE_REFERENCE, name, about, at);
	r->ref = text;
	r->ref_dataset = arena_strndup(l->arena, text, (size_t)(dot - text));
	r->ref_column = dot + 1;
	r->expected = arena_printf(l->arena, "values of %s", text);
}

/* relationships: [{type: foreignKey, to: customers.id}]; foreignKey is the only type, and the usual one. */
void
load_relations(struct loader *l, const struct ynode *n, const struct about *about)
{
	struct ynode **items;
	size_t count = load_list(l, n, "a list of relationships", &items);

	for (size_t i = 0; i < count; i++) {
		const struct ynode *type =
			items[i]->kind == Y_MAP ? yaml_get(items[i], "type") : NULL;

		if (items[i]->kind != Y_MAP || (type && !str_eq(yaml_str(type), "foreignKey")))
			loader_fail(l, type ? &type->at : &items[i]->at,
				"write {type: foreignKey, to: customers.id}",
				"the only type of relationship is foreignKey");
		else
			load_reference(
				l, yaml_get(items[i], "to"), about, &items[i]->at, "foreign_key");
	}
}

static void
load_references(struct loader *l, const struct custom *c)
{
	load_reference(l, yaml_get(c->args, "to"), c->about, &c->n->at, c->kind->name);
}

static void
load_width(struct loader *l, const struct custom *c)
{
	add(l, RULE_WIDTH, c, NULL)->whole = true;
}

static void
load_monotonic(struct loader *l, const struct custom *c)
{
	const struct ynode *strict = yaml_get(c->args, "strict");
	struct rule *r;

	if (!is_number(c->about->type) && c->about->type != MLF_TIMESTAMP) {
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
	const char *name = n ? yaml_str(n) : NULL;
	void *at = name ? map_get(&l->columns, name) : NULL;

	if (!at)
		return loader_fail(l, n ? &n->at : &c->args->at, NULL,
			name ? "the contract has no property `%s`" : "`%s` names a property",
			name ? name : key);
	*out = (size_t)(uintptr_t)at - 1;
	return 0;
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
	{"min", true, false, {NULL}, load_measure, MEASURE_MIN, true},
	{"max", true, false, {NULL}, load_measure, MEASURE_MAX, true},
	{"sum", true, false, {NULL}, load_measure, MEASURE_SUM, true},
	{"mean", true, false, {NULL}, load_measure, MEASURE_MEAN, true},
	{"stddev", true, false, {NULL}, load_measure, MEASURE_STDDEV, true},
	{"age", true, false, {NULL}, load_measure, MEASURE_AGE, true},
	{"quantile", true, false, {"q"}, load_quantile, MEASURE_QUANTILE, true},
	{"share", true, false, {"values"}, load_share, 0, true},
	{"distribution", true, false, {"edges", "shares"}, load_distribution, MEASURE_DISTRIBUTION,
		true},
	{"references", true, false, {"to"}, load_references, 0, false},
	{"columns", false, true, {NULL}, load_width, 0, true},
	{"monotonic", true, false, {"strict"}, load_monotonic, 0, false},
	{"compare", false, true, {"left", "op", "right"}, load_compare, 0, false},
};

bool
custom_counts_rows(const struct ynode *args)
{
	const struct ynode *name = yaml_get(args, "check");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_eq(yaml_str(name), kinds[i].name))
			return !kinds[i].measures;
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
		     : "checks are min, max, sum, mean, stddev, quantile, share, distribution, "
		       "age, monotonic, references, columns and compare",
		"unknown check `%s`", text ? text : yaml_kind_name(name->kind));
	return NULL;
}

static int
known_keys(struct loader *l, const struct custom *c)
{
	for (size_t i = 0; i < c->args->n; i++) {
		const struct ypair *p = &c->args->u.pairs[i];
		bool known = str_eq(p->key, "check") || is_operator(p->key) ||
			(str_eq(p->key, "unit") && !c->kind->measures);

		for (size_t k = 0; k < 3 && c->kind->keys[k]; k++)
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
