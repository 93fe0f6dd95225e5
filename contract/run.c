/* SPDX-License-Identifier: Apache-2.0
 * A contract over the batches of one dataset.
 *
 * Batches may differ in nothing but their rows; a column that is missing or mistyped in any of them
 * is reported by its own rule, and every other rule that needs it is skipped: neither kept nor
 * broken, since nobody looked. */
#include "contract/rules.h"

/* A column of the contract, as the batches have it. */
struct slot {
	const struct column *now; /* in this batch; NULL: missing or mistyped */
	enum mlf_type type;       /* in the first batch that had it; 0: none yet */
};

struct contract_run {
	const struct contract *contract;
	struct tally *tallies; /* one a rule */
	struct slot *slots;    /* one a column */
	int64_t rows;
	bool began; /* a batch was seen */
};

struct contract_run *
contract_begin(const struct contract *c)
{
	struct contract_run *r = mem_alloc(sizeof(*r));

	r->contract = c;
	r->tallies = mem_alloc((c->n_rules + 1) * sizeof(*r->tallies));
	r->slots = mem_alloc((c->schema.n + 1) * sizeof(*r->slots));
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].pattern) /* it compiled when the contract was loaded */
			r->tallies[i].has_re =
				pattern_compile(&r->tallies[i].re, c->rules[i].pattern, NULL) == 0;
	return r;
}

static void
note_row(struct tally *t, int64_t row)
{
	if (t->n_samples < CONTRACT_SAMPLES)
		t->sample[t->n_samples++] = row;
}

/* Whole numbers are numbers: an int64 column keeps the promise `number`. */
static bool
type_fits(enum mlf_type have, enum mlf_type want)
{
	return have == want || (want == MLF_F64 && have == MLF_I64);
}

/* Finds the contract's columns in a batch; complaints go to the rules present and type. */
static void
find_columns(struct contract_run *r, const struct frame *batch)
{
	for (size_t i = 0; i < r->contract->schema.n; i++) {
		const struct schema_column *want = &r->contract->schema.columns[i];
		int at = frame_find(batch, want->name);
		const struct column *c = at < 0 ? NULL : frame_column(batch, at);
		struct slot *s = &r->slots[i];

		s->now = c;
		if (!c)
			continue;
		if (!s->type)
			s->type = c->type;
		if (!type_fits(c->type, want->type) || s->type != c->type)
			s->now = NULL;
	}
}

static void
check_present(
	struct contract_run *r, const struct rule *rule, struct tally *t, const struct frame *batch)
{
	if (t->bad || frame_find(batch, rule->column) >= 0)
		return;
	t->bad = 1;
	(void)snprintf(t->found, sizeof(t->found), "no such column%s", r->began ? " any more" : "");
}

static void
check_type(
	struct contract_run *r, const struct rule *rule, struct tally *t, const struct frame *batch)
{
	const struct slot *s = &r->slots[rule->columns[0]];
	int at = frame_find(batch, rule->column);
	enum mlf_type have;

	if (at < 0)
		t->skipped = true;
	if (at < 0 || s->now || t->bad)
		return;
	t->bad = 1;
	have = frame_column(batch, at)->type;
	if (have == s->type)
		(void)snprintf(t->found, sizeof(t->found), "%s", type_name(have));
	else
		(void)snprintf(t->found, sizeof(t->found), "%s after %s", type_name(have),
			type_name(s->type));
}

static void
check_extra(const struct contract_run *r, struct tally *t, const struct frame *batch)
{
	const struct schema *schema = &r->contract->schema;
	struct map known = {0};

	for (size_t i = 0; i < schema->n; i++)
		map_put(&known, schema->columns[i].name, NULL);
	for (int i = 0; i < frame_columns(batch) && !t->bad; i++) {
		const char *name = frame_column(batch, i)->name;

		if (map_has(&known, name))
			continue;
		t->bad = 1;
		(void)snprintf(t->found, sizeof(t->found), "also `%.100s`", name);
	}
	map_fini(&known);
}

/* The rule's columns in this batch. False if one of them cannot be looked at. */
static bool
columns_of(const struct contract_run *r, const struct rule *rule, const struct column **out)
{
	for (size_t k = 0; k < rule->n_columns; k++) {
		out[k] = r->slots[rule->columns[k]].now;
		if (!out[k])
			return false;
	}
	return true;
}

static void
check_rows(const struct contract_run *r, const struct rule *rule, struct tally *t, int64_t rows)
{
	const struct column **columns = mem_alloc((rule->n_columns + 1) * sizeof(*columns));
	struct block b = {.columns = columns};
	uint8_t bad[BLOCK];

	if (!columns_of(r, rule, columns)) {
		t->skipped = true;
		rows = 0;
	} else if (rule->kind == RULE_NULLS && columns[0]->nulls == 0) {
		rows = 0; /* nothing to find */
	}
	for (b.from = 0; b.from < rows; b.from += BLOCK) {
		int count = 0;

		b.n = (int)(rows - b.from < BLOCK ? rows - b.from : BLOCK);
		check_block(rule, t, &b, bad);
		for (int i = 0; i < b.n; i++)
			count += bad[i];
		t->bad += count;
		for (int i = 0; i < b.n && count && t->n_samples < CONTRACT_SAMPLES; i++)
			if (bad[i])
				note_row(t, r->rows + b.from + i + 1);
	}
	free(columns);
}

void
contract_batch(struct contract_run *r, const struct frame *batch)
{
	const struct contract *c = r->contract;

	find_columns(r, batch);
	for (size_t i = 0; i < c->n_rules; i++) {
		const struct rule *rule = &c->rules[i];
		struct tally *t = &r->tallies[i];

		switch (rule->kind) {
		case RULE_PRESENT: check_present(r, rule, t, batch); break;
		case RULE_TYPE: check_type(r, rule, t, batch); break;
		case RULE_EXTRA: check_extra(r, t, batch); break;
		case RULE_ROWS: break;
		default: check_rows(r, rule, t, frame_rows(batch)); break;
		}
	}
	r->rows += frame_rows(batch);
	r->began = true;
}

bool
limit_holds(const struct limit *l, int64_t count, int64_t rows)
{
	double x = (double)count;

	if (l->percent)
		x = rows ? 100.0 * x / (double)rows : 0.0;
	switch (l->op) {
	case OP_BE: return x == l->a;
	case OP_NOT_BE: return x != l->a;
	case OP_GT: return x > l->a;
	case OP_GE: return x >= l->a;
	case OP_LT: return x < l->a;
	case OP_LE: return x <= l->a;
	case OP_BETWEEN: return x > l->a && x < l->b;
	case OP_NOT_BETWEEN: return x <= l->a || x >= l->b;
	}
	return false;
}

/* What was found, in words, unless the check said it already. */
static void
describe(const struct contract_run *r, const struct rule *rule, const struct tally *t,
	struct check_result *out)
{
	struct str s = {0};

	if (t->skipped) {
		str_add(&s, "not checked");
	} else if (t->found[0]) {
		str_add(&s, t->found);
	} else if (rule->kind == RULE_PRESENT || rule->kind == RULE_TYPE ||
		rule->kind == RULE_EXTRA) {
		str_add(&s, "as promised");
	} else if (rule->kind == RULE_ROWS) {
		str_add_count(&s, r->rows);
		str_add(&s, " rows");
	} else {
		str_add_count(&s, t->bad);
		str_add(&s, " of ");
		str_add_count(&s, r->rows);
		str_add(&s, " rows");
		if (t->bad)
			str_addf(&s, " (%.3g %%)", 100.0 * (double)t->bad / (double)r->rows);
	}
	(void)snprintf(out->found, sizeof(out->found), "%s", str_text(&s));
	str_fini(&s);
}

/* True for rules about the table as such, whose `bad` is no number of rows. */
static bool
without_rows(const struct rule *r)
{
	return r->kind == RULE_PRESENT || r->kind == RULE_TYPE || r->kind == RULE_EXTRA ||
		r->kind == RULE_ROWS;
}

static void
conclude(const struct contract_run *r, size_t i, struct check_result *out)
{
	const struct rule *rule = &r->contract->rules[i];
	struct tally *t = &r->tallies[i];

	if (!r->began && rule->kind == RULE_PRESENT) {
		t->bad = 1;
		(void)snprintf(t->found, sizeof(t->found), "no data at all");
	} else if (!r->began && rule->column) {
		t->skipped = true;
	}
	*out = (struct check_result){.rule = rule->name,
		.column = rule->column,
		.on_fail = rule->on_fail,
		.failed = without_rows(rule) ? 0 : t->bad,
		.n_samples = t->n_samples,
		.at = rule->at,
		.skipped = t->skipped};
	out->passed = !t->skipped &&
		limit_holds(&rule->limit, rule->kind == RULE_ROWS ? r->rows : t->bad, r->rows);
	memcpy(out->sample, t->sample, sizeof(out->sample));
	(void)snprintf(out->expected, sizeof(out->expected), "%s", rule->expected);
	describe(r, rule, t, out);
}

void
contract_end(struct contract_run *r, struct contract_result *out)
{
	*out = (struct contract_result){.n = r->contract->n_rules};
	out->checks = mem_alloc((out->n + 1) * sizeof(*out->checks));
	for (size_t i = 0; i < out->n; i++) {
		struct check_result *c = &out->checks[i];

		conclude(r, i, c);
		if (c->passed || c->skipped)
			continue;
		out->n_failed += c->on_fail == ON_FAIL_FAIL;
		out->n_warned += c->on_fail == ON_FAIL_WARN;
	}
	contract_abort(r);
}

void
contract_abort(struct contract_run *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->contract->n_rules; i++) {
		seen_fini(&r->tallies[i].seen);
		if (r->tallies[i].has_re)
			regfree(&r->tallies[i].re);
	}
	free(r->tallies);
	free(r->slots);
	free(r);
}
