/* SPDX-License-Identifier: Apache-2.0
 * quality: rules with a metric, its arguments, and one operator that says what the number must be.
 *
 *	{metric: invalidValues, arguments: {validValues: [a, b]}, mustBeLessThan: 5, unit: percent}
 *
 *	about a column   nullValues, missingValues, invalidValues, duplicateValues
 *	about the table  rowCount, duplicateValues over arguments.properties
 *
 * severity error (the default) fails, warning warns and info only tells; onFail in customProperties
 * has the last word. Rules of type text are prose; those of type sql and custom are read by
 * sql.c and custom.c. */
#include "contract/rules.h"

#include <math.h>
#include <stddef.h>

struct item {
	const char *id, *type, *metric, *rule, *unit;
	const char *engine, *query;
	struct ynode *severity;
	struct ynode *arguments, *custom, *implementation, *ignored;
};

#define DOC(what)                                                                        \
	{                                                                                \
		.key = (what), .type = YF_NODE, .offset = offsetof(struct item, ignored) \
	}

static const struct yfield item_fields[] = {
	{"type", YF_STR, false, offsetof(struct item, type), "library or text"},
	{"metric", YF_STR, false, offsetof(struct item, metric), "what is counted"},
	{"rule", YF_STR, false, offsetof(struct item, rule), "the older name of metric"},
	{"arguments", YF_NODE, false, offsetof(struct item, arguments), "of the metric"},
	{"unit", YF_STR, false, offsetof(struct item, unit), "rows or percent"},
	{"id", YF_STR, false, offsetof(struct item, id), "of the check, in results"},
	{"severity", YF_NODE, false, offsetof(struct item, severity), "error, warning or info"},
	{"customProperties", YF_NODE, false, offsetof(struct item, custom), "onFail"},
	{"engine", YF_STR, false, offsetof(struct item, engine), "of a custom rule: mlflow-c"},
	{"implementation", YF_NODE, false, offsetof(struct item, implementation), "of it"},
	DOC("mustBe"), /* the operators are read by name, below */
	DOC("mustNotBe"),
	DOC("mustBeGreaterThan"),
	DOC("mustBeGreaterOrEqualTo"),
	DOC("mustBeLessThan"),
	DOC("mustBeLessOrEqualTo"),
	DOC("mustBeBetween"),
	DOC("mustNotBeBetween"),
	DOC("name"),
	DOC("description"),
	DOC("dimension"),
	DOC("method"),
	DOC("businessImpact"),
	DOC("scheduler"), /* every write is checked, whatever the schedule */
	DOC("schedule"),
	DOC("authoritativeDefinitions"),
	DOC("tags"),
	{"query", YF_STR, false, offsetof(struct item, query), "of a rule of type sql"},
	{0},
};
#undef DOC

static const struct comparison {
	const char *key, *shown;
} operators[] = {
	[OP_BE] = {"mustBe", "="},
	[OP_NOT_BE] = {"mustNotBe", "!="},
	[OP_GT] = {"mustBeGreaterThan", ">"},
	[OP_GE] = {"mustBeGreaterOrEqualTo", ">="},
	[OP_LT] = {"mustBeLessThan", "<"},
	[OP_LE] = {"mustBeLessOrEqualTo", "<="},
	[OP_BETWEEN] = {"mustBeBetween", "between"},
	[OP_NOT_BETWEEN] = {"mustNotBeBetween", "not between"},
};
#define N_OPERATORS (sizeof(operators) / sizeof(*operators))

static int
read_number(struct loader *l, const struct ynode *n, double *out)
{
	if (n->kind == Y_INT)
		*out = (double)n->v.i;
	else if (n->kind == Y_FLOAT && !isnan(n->v.f))
		*out = n->v.f;
	else
		return loader_fail(l, &n->at, NULL,
			"an operator compares with a number, not with %s", yaml_kind_name(n->kind));
	return 0;
}

static int
read_between(struct loader *l, const struct ypair *pair, struct limit *limit)
{
	const struct ynode *n = pair->value;

	if (n->kind != Y_LIST || n->n != 2)
		return loader_fail(
			l, &n->at, "write [10, 20]", "`%s` wants two numbers", pair->key);
	if (read_number(l, n->u.items[0], &limit->a) != 0 ||
		read_number(l, n->u.items[1], &limit->b) != 0)
		return -1;
	if (limit->a >= limit->b)
		return loader_fail(
			l, &n->at, "the smaller number comes first", "nothing lies between them");
	return 0;
}

bool
is_operator(const char *key)
{
	for (size_t i = 0; i < N_OPERATORS; i++)
		if (str_eq(key, operators[i].key))
			return true;
	return false;
}

/* The first operator of the map, or NULL. */
static const struct ypair *
find_operator(const struct ynode *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (is_operator(n->u.pairs[i].key))
			return &n->u.pairs[i];
	return NULL;
}

static int
read_limit(struct loader *l, const struct ynode *n, const struct item *it, struct limit *limit)
{
	const struct ypair *pair = NULL;

	for (size_t i = 0; i < N_OPERATORS; i++) {
		const struct ypair *here = yaml_pair(n, operators[i].key);

		if (!here)
			continue;
		if (pair)
			return loader_fail(l, &here->at, "make it two rules",
				"a rule has one operator; this one has `%s` too", pair->key);
		pair = here;
		limit->op = (enum op)i;
	}
	if (!pair)
		return loader_fail(l, &n->at, "say what the number must be, as in `mustBe: 0`",
			"the rule has no operator");
	limit->percent = str_eq(it->unit, "percent");
	if (it->unit && !limit->percent && !str_eq(it->unit, "rows"))
		return loader_fail(l, value_place(n, "unit"), NULL,
			"a unit is `rows` or `percent`, not `%s`", it->unit);
	if (limit->op == OP_BETWEEN || limit->op == OP_NOT_BETWEEN)
		return read_between(l, pair, limit);
	return read_number(l, pair->value, &limit->a);
}

const char *
limit_text(struct arena *a, const struct limit *limit, const char *none, const char *what)
{
	const char *unit = limit->percent ? " %" : "", *text;
	struct str s = {0};

	if (none && limit->op == OP_BE && limit->a == 0.0)
		return none;
	str_addf(&s, "%s %s ", what, operators[limit->op].shown);
	str_add_f64(&s, limit->a);
	if (limit->op == OP_BETWEEN || limit->op == OP_NOT_BETWEEN) {
		str_add(&s, " and ");
		str_add_f64(&s, limit->b);
	}
	str_add(&s, unit);
	text = arena_strdup(a, str_text(&s));
	str_fini(&s);
	return text;
}

/* The arguments' value of that key. Any other argument is an error. */
static int
read_arguments(struct loader *l, const struct ynode *args, const char *first, const char *second)
{
	if (!args || args->kind == Y_NULL)
		return 0;
	if (args->kind != Y_MAP)
		return loader_fail(l, &args->at, NULL, "arguments is a map, not %s",
			yaml_kind_name(args->kind));
	for (size_t i = 0; i < args->n; i++) {
		const char *key = args->u.pairs[i].key, *near = NULL;

		if (str_eq(key, first) || str_eq(key, second))
			continue;
		if (first && str_near(key, first, NULL))
			near = first;
		else if (second && str_near(key, second, NULL))
			near = second;
		return loader_fail(l, &args->u.pairs[i].at,
			near ? arena_printf(l->arena, "did you mean `%s`?", near) : NULL,
			"the metric has no argument `%s`", key);
	}
	return 0;
}

const char *
list_text(struct arena *a, const struct ynode *list)
{
	struct str s = {0};
	const char *text;

	for (size_t i = 0; i < list->n && s.len < 100; i++)
		str_addf(&s, "%s%s", i ? ", " : "",
			yaml_str(list->u.items[i]) ? yaml_str(list->u.items[i]) : "null");
	text = arena_strdup(a, str_text(&s));
	str_fini(&s);
	return text;
}

static void
load_nulls(struct loader *l, const struct ynode *n, const struct item *it,
	const struct about *about, const struct limit *limit)
{
	struct rule *r;

	if (read_arguments(l, it->arguments, NULL, NULL) != 0)
		return;
	r = loader_rule(l, RULE_NULLS, "not_null", about, &n->at);
	r->limit = *limit;
	r->expected = limit_text(l->arena, limit, "no nulls", "null rows");
}

static void
load_missing(struct loader *l, const struct ynode *n, const struct item *it,
	const struct about *about, const struct limit *limit)
{
	const struct ynode *list;
	const struct values *values;
	struct rule *r;

	if (read_arguments(l, it->arguments, "missingValues", NULL) != 0)
		return;
	list = it->arguments ? yaml_get(it->arguments, "missingValues") : NULL;
	if (!list) {
		loader_fail(l, &n->at, "write `arguments: {missingValues: [null, '']}`",
			"missingValues must say which values count as missing");
		return;
	}
	values = values_load(l, list, about->type);
	if (!values)
		return;
	r = loader_rule(l, RULE_MISSING, "not_missing", about, &n->at);
	r->limit = *limit;
	r->values = values;
	r->expected = limit_text(l->arena, limit, "no missing values", "missing rows");
}

/* Compiles the pattern as a test; 0 too if there is none. */
static int
read_pattern(struct loader *l, const struct ynode *pattern, const struct about *about)
{
	struct err e = {0};
	regex_t re;

	if (!pattern)
		return 0;
	if (about->type != MLF_UTF8 || !yaml_str(pattern))
		return loader_fail(
			l, &pattern->at, NULL, "a pattern is a text, about a column of text");
	if (pattern_compile(&re, yaml_str(pattern), &e) != 0) {
		err_at(&e, &pattern->at, NULL);
		errs_add(l->found, &e);
		return -1;
	}
	regfree(&re); /* each run compiles its own */
	return 0;
}

static void
load_invalid(struct loader *l, const struct ynode *n, const struct item *it,
	const struct about *about, const struct limit *limit)
{
	const struct ynode *list, *pattern;
	const struct values *values = NULL;
	const char *none;
	struct rule *r;

	if (read_arguments(l, it->arguments, "validValues", "pattern") != 0)
		return;
	list = it->arguments ? yaml_get(it->arguments, "validValues") : NULL;
	pattern = it->arguments ? yaml_get(it->arguments, "pattern") : NULL;
	if (!list && !pattern) {
		loader_fail(l, &n->at, "write `arguments: {validValues: [a, b]}`, or a pattern",
			"invalidValues must say which values are valid");
		return;
	}
	if (read_pattern(l, pattern, about) != 0 ||
		(list && !(values = values_load(l, list, about->type))))
		return;
	none = list ? arena_printf(l->arena, "one of %s", list_text(l->arena, list))
		    : arena_printf(l->arena, "matches %s", yaml_str(pattern));
	r = loader_rule(l, RULE_VALID, list ? "in_set" : "pattern", about, &n->at);
	r->limit = *limit;
	r->values = values;
	r->pattern = pattern ? yaml_str(pattern) : NULL;
	r->expected = limit_text(l->arena, limit, none, "invalid rows");
}

int
load_column(struct loader *l, const struct ynode *n, const char *name, size_t *out)
{
	void *at = name ? map_get(&l->columns, name) : NULL;
	const char *near = name && !at ? map_near(&l->columns, name) : NULL;

	if (!at)
		return loader_fail(l, &n->at,
			near ? arena_printf(l->arena, "did you mean `%s`?", near) : NULL,
			"the contract has no property `%s`", name ? name : "");
	*out = (size_t)(uintptr_t)at - 1;
	return 0;
}

/* The columns that arguments.properties names. */
static size_t *
read_columns(struct loader *l, const struct ynode *list, size_t *n)
{
	struct ynode **items;
	size_t count = load_list(l, list, "a list of properties", &items), *columns;

	columns = arena_alloc(l->arena, (count + 1) * sizeof(*columns));
	for (*n = 0; *n < count; (*n)++)
		if (load_column(l, items[*n], yaml_str(items[*n]), &columns[*n]) != 0)
			return NULL;
	return count ? columns : NULL;
}

static void
load_duplicates(struct loader *l, const struct ynode *n, const struct item *it,
	const struct about *about, const struct limit *limit)
{
	const struct ynode *list;
	size_t *columns = NULL, count = 0;
	struct rule *r;

	if (read_arguments(l, it->arguments, about->column ? NULL : "properties", NULL) != 0)
		return;
	list = it->arguments ? yaml_get(it->arguments, "properties") : NULL;
	if (!about->column && (!list || list->n == 0)) {
		loader_fail(l, &n->at, "write `arguments: {properties: [a, b]}`",
			"duplicateValues of a table must say which properties count");
		return;
	}
	if (!about->column && !(columns = read_columns(l, list, &count)))
		return;
	r = loader_rule(l, RULE_UNIQUE, "unique", about, &n->at);
	r->limit = *limit;
	r->columns = columns ? columns : r->columns;
	r->n_columns = columns ? count : r->n_columns;
	r->expected = limit_text(l->arena, limit,
		columns ? arena_printf(l->arena, "no (%s) twice", list_text(l->arena, list))
			: "no value twice",
		"repeated rows");
}

static void
load_rows(struct loader *l, const struct ynode *n, const struct item *it, const struct about *about,
	const struct limit *limit)
{
	struct rule *r;

	if (read_arguments(l, it->arguments, NULL, NULL) != 0)
		return;
	if (limit->percent) {
		loader_fail(l, value_place(n, "unit"), "remove the unit",
			"a number of rows is no percentage");
		return;
	}
	r = loader_rule(l, RULE_ROWS, "row_count", about, &n->at);
	r->limit = *limit;
	r->expected = limit_text(l->arena, limit, NULL, "rows");
}

static const struct metric {
	const char *name;
	bool column, table; /* where it may stand */
	void (*load)(struct loader *, const struct ynode *, const struct item *,
		const struct about *, const struct limit *);
} metrics[] = {
	{"nullValues", true, false, load_nulls},
	{"missingValues", true, false, load_missing},
	{"invalidValues", true, false, load_invalid},
	{"duplicateValues", true, true, load_duplicates},
	{"rowCount", false, true, load_rows},
};

static const struct metric *
find_metric(const char *name, const char **near)
{
	for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++) {
		if (str_eq(name, metrics[i].name))
			return &metrics[i];
		if (str_near(name, metrics[i].name, NULL))
			*near = metrics[i].name;
	}
	return NULL;
}

int
read_severity(struct loader *l, const struct ynode *value, struct about *about)
{
	const char *s = yaml_str(value);

	if (str_eq(s, "warning") || str_eq(s, "warn"))
		about->on_fail = ON_FAIL_WARN;
	else if (str_eq(s, "info"))
		about->on_fail = ON_FAIL_INFO;
	else if (str_eq(s, "error"))
		about->on_fail = ON_FAIL_FAIL;
	else
		return loader_fail(l, &value->at, "write error, warning or info",
			"unknown severity `%s`", s ? s : yaml_kind_name(value->kind));
	return 0;
}

/* Its id, and what severity and onFail say about a failure. */
static int
read_item(struct loader *l, const struct item *it, struct about *about)
{
	about->id = it->id;
	if (it->severity && read_severity(l, it->severity, about) != 0)
		return -1;
	load_custom(l, it->custom, about, NULL);
	return 0;
}

static void
load_library(
	struct loader *l, const struct ynode *n, const struct item *it, const struct about *about)
{
	const char *name = it->metric ? it->metric : it->rule, *near = NULL;
	const struct metric *m = name ? find_metric(name, &near) : NULL;
	struct about mine = *about;
	struct limit limit = {0};

	if (!name) {
		loader_fail(l, &n->at, "write `metric: nullValues`", "the rule has no metric");
		return;
	}
	if (!m) {
		loader_fail(l, value_place(n, it->metric ? "metric" : "rule"),
			near ? arena_printf(l->arena, "did you mean `%s`?", near)
			     : "metrics are nullValues, missingValues, invalidValues, "
			       "duplicateValues and rowCount",
			"unknown metric `%s`", name);
		return;
	}
	if (about->column ? !m->column : !m->table) {
		loader_fail(l, value_place(n, it->metric ? "metric" : "rule"),
			about->column ? "put it into the `quality` of the schema"
				      : "put it into the `quality` of a property",
			"`%s` is about %s", name, about->column ? "a table" : "a property");
		return;
	}
	if (read_item(l, it, &mine) == 0 && read_limit(l, n, it, &limit) == 0)
		m->load(l, n, it, &mine, &limit);
}

/* A custom rule of ours. ODCS has no operators there, so they stand in the implementation; the number
 * of rows that break a rule is 0 unless it says otherwise. */
static void
load_own(struct loader *l, const struct ynode *n, const struct item *it, const struct about *about)
{
	const struct ynode *args = it->implementation, *unit;
	const struct ypair *outside = find_operator(n);
	struct item inside = *it;
	struct about mine = *about;
	struct limit limit = {0};

	if (outside) {
		loader_fail(l, &outside->at, "write `implementation: {check: mean, mustBe: 0}`",
			"the operator of a custom rule stands in its implementation");
		return;
	}
	if (!args || args->kind != Y_MAP || !yaml_get(args, "check")) {
		loader_fail(l, args ? &args->at : &n->at,
			"write `implementation: {check: mean, mustBe: 0}`",
			"the implementation does not say which check it is");
		return;
	}
	unit = yaml_get(args, "unit");
	inside.unit = unit ? yaml_str(unit) : NULL;
	if (read_item(l, it, &mine) == 0 &&
		((custom_counts_rows(args) && !find_operator(args)) ||
			read_limit(l, args, &inside, &limit) == 0))
		load_custom_check(l, n, args, &mine, &limit);
}

static void
load_query(
	struct loader *l, const struct ynode *n, const struct item *it, const struct about *about)
{
	struct about mine = *about;
	struct limit limit = {0};

	if (read_item(l, it, &mine) == 0 && read_limit(l, n, it, &limit) == 0)
		load_sql(l, n, it->query, &mine, &limit);
}

static void
load_item(struct loader *l, const struct ynode *n, const struct about *about)
{
	struct item it = {0};

	if (n->kind != Y_MAP) {
		loader_fail(l, &n->at, "write {metric: nullValues, mustBe: 0}",
			"a rule is a map, not %s", yaml_kind_name(n->kind));
		return;
	}
	if (yaml_fill(n, item_fields, &it, "this rule", l->found) != 0 || str_eq(it.type, "text"))
		return;
	if (str_eq(it.type, "custom") && str_eq(it.engine, "mlflow-c"))
		load_own(l, n, &it, about);
	else if (str_eq(it.type, "sql"))
		load_query(l, n, &it, about);
	else if (str_eq(it.type, "custom"))
		loader_fail(l, value_place(n, "type"),
			"use a library metric, `engine: mlflow-c`, or `type: text` to keep it as "
			"prose",
			"rules of type `%s` are not checked yet", it.type);
	else if (it.type && !str_eq(it.type, "library"))
		loader_fail(l, value_place(n, "type"), "types are library and text",
			"unknown type of rule `%s`", it.type);
	else if (!it.type && (yaml_pair(n, "query") || yaml_pair(n, "implementation")))
		loader_fail(l, &n->at, "write `type: sql`, or `type: custom`",
			"a rule with a query or an implementation has a type");
	else
		load_library(l, n, &it, about);
}

void
load_quality(struct loader *l, const struct ynode *list, const struct about *about)
{
	struct ynode **items;
	size_t n = load_list(l, list, "a list of rules", &items);

	for (size_t i = 0; i < n; i++)
		load_item(l, items[i], about);
}
