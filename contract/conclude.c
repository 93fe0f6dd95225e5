/* SPDX-License-Identifier: Apache-2.0
 * What a rule comes to once all batches were shown: a number, whether the operator holds for it, and
 * that in words. */
#include "contract/rules.h"

/* The rows that a rule's number is a part of: those that were there when it was asked. */
static int64_t
rows_of(const struct contract_run *r, const struct rule *rule)
{
	return rule->on_fail >= ON_FAIL_DROP ? r->rows : r->rows - r->dropped - r->quarantined;
}

bool
limit_holds_value(const struct limit *l, double x)
{
	if (x != x)
		return false;
	switch (l->op) {
	case OP_BE: return x == l->a;
	case OP_NOT_BE: return x != l->a;
	case OP_GT: return x > l->a;
	case OP_GE: return x >= l->a;
	case OP_LT: return x < l->a;
	case OP_LE: return x <= l->a;
	case OP_BETWEEN: return x > l->a && x < l->b;
	case OP_NOT_BETWEEN: return x <= l->a || x >= l->b;
	case OP_ANY: return true;
	}
	return false;
}

bool
limit_holds(const struct limit *l, int64_t count, int64_t rows)
{
	double x = (double)count;

	if (l->percent)
		x = rows ? 100.0 * x / (double)rows : 0.0;
	return limit_holds_value(l, x);
}

/* What was found, in words, unless the check said it already. */
static void
describe(const struct contract_run *r, const struct rule *rule, const struct tally *t,
	struct check_result *out)
{
	int64_t rows = rows_of(r, rule);
	struct str s = {0};

	if (t->skipped && !t->error && rule->kind != RULE_DRIFT) {
		str_add(&s, "not checked");
	} else if (t->found[0]) {
		str_add(&s, t->found);
	} else if (t->skipped) {
		str_add(&s, "not checked");
	} else if (rule->kind == RULE_PRESENT || rule->kind == RULE_TYPE ||
		rule->kind == RULE_EXTRA || rule->kind == RULE_ORDERED) {
		str_add(&s, "as promised");
	} else if (rule->kind == RULE_COLUMNS) {
		str_add_count(&s, t->bad);
		str_add(&s, " columns");
	} else if (rule->kind == RULE_ROWS) {
		str_add_count(&s, rows);
		str_add(&s, " rows");
	} else {
		str_add_count(&s, t->bad);
		str_add(&s, " of ");
		str_add_count(&s, rows);
		str_add(&s, " rows");
		if (t->bad)
			str_addf(&s, " (%.3g %%)", out->percent);
	}
	(void)snprintf(out->found, sizeof(out->found), "%s", str_text(&s));
	str_fini(&s);
}

bool
rule_has_no_rows(const struct rule *r)
{
	switch (r->kind) {
	case RULE_PRESENT:
	case RULE_TYPE:
	case RULE_EXTRA:
	case RULE_ORDERED:
	case RULE_COLUMNS:
	case RULE_ROWS:
	case RULE_MEASURE:
	case RULE_DRIFT:
	case RULE_SQL: return true;
	default: return false;
	}
}

static bool
has_value(const struct rule *r)
{
	return r->kind == RULE_MEASURE || r->kind == RULE_SQL || r->kind == RULE_DRIFT;
}

/* Found: the number itself. */
static void
conclude_value(const struct contract_run *r, const struct rule *rule, struct tally *t)
{
	struct str s = {0};

	if (rule->kind == RULE_SQL)
		t->error = sql_result(rule, &r->kept, &t->value, t->found) < 0;
	else if (rule->kind == RULE_DRIFT)
		drift_result(rule, t);
	else
		t->value = measure_result(rule, t, r->now_us);
	if (t->found[0])
		return;
	str_addf(&s, "%s ", rule->kind == RULE_SQL ? "result" : rule->name);
	if (t->value != t->value)
		str_add(&s, "of no value");
	else
		str_add_f64(&s, t->value);
	(void)snprintf(t->found, sizeof(t->found), "%s", str_text(&s));
	str_fini(&s);
}

static const char *
rule_metric(const struct rule *r)
{
	static const char *const names[] = {[RULE_PRESENT] = "present",
		[RULE_TYPE] = "type",
		[RULE_EXTRA] = "extraColumns",
		[RULE_NULLS] = "nullValues",
		[RULE_RANGE] = "range",
		[RULE_LENGTH] = "length",
		[RULE_VALID] = "invalidValues",
		[RULE_MISSING] = "missingValues",
		[RULE_UNIQUE] = "duplicateValues",
		[RULE_ROWS] = "rowCount",
		[RULE_SQL] = "sql",
		[RULE_MULTIPLE] = "multipleOf",
		[RULE_REFERENCE] = "foreignKey",
		[RULE_COLUMNS] = "columnCount",
		[RULE_ORDERED] = "columnOrder",
		[RULE_PAIR] = NULL};
	bool own = (size_t)r->kind >= sizeof(names) / sizeof(*names) || !names[r->kind] ||
		(r->whole && r->kind == RULE_MISSING); /* a share */

	return own ? r->name : names[r->kind];
}

/* Those that keep the rows, or the values, until the end, or read another dataset. */
static bool
needs_second_pass(const struct rule *r)
{
	return r->kind == RULE_SQL || r->other ||
		(r->kind == RULE_MEASURE && r->measure == MEASURE_QUANTILE);
}

void
rule_conclude(const struct contract_run *r, size_t i, struct check_result *out)
{
	const struct rule *rule = &r->contract->rules[i];
	struct tally *t = &r->tallies[i];
	int64_t rows = rows_of(r, rule);

	if (!r->began && rule->kind == RULE_PRESENT) {
		t->bad = 1;
		(void)snprintf(t->found, sizeof(t->found), "no data at all");
	} else if (!r->began && rule->column && rule->kind != RULE_SQL) {
		t->skipped = true;
	}
	if (rule->kind == RULE_REFERENCE && !t->skipped)
		refer_end(t);
	if (has_value(rule) && !t->skipped && !t->error)
		conclude_value(r, rule, t);
	*out = (struct check_result){.id = rule->id,
		.rule = rule->name,
		.metric = rule_metric(rule),
		.column = rule->column,
		.on_fail = rule->on_fail,
		.failed = rule_has_no_rows(rule) ? 0 : t->bad,
		.percent = rule_has_no_rows(rule) || !rows ? 0.0
							   : 100.0 * (double)t->bad / (double)rows,
		.n_samples = t->n_samples,
		.at = rule->at,
		.skipped = t->skipped && !t->error,
		.error = t->error,
		.second_pass = needs_second_pass(rule)};
	if (has_value(rule))
		out->passed = limit_holds_value(&rule->limit, t->value);
	else
		out->passed =
			limit_holds(&rule->limit, rule->kind == RULE_ROWS ? rows : t->bad, rows);
	out->passed &= !t->skipped && !t->error;
	memcpy(out->sample, t->sample, sizeof(out->sample));
	(void)snprintf(out->expected, sizeof(out->expected), "%s", rule->expected);
	describe(r, rule, t, out);
}
