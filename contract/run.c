/* SPDX-License-Identifier: Apache-2.0
 * A contract over the batches of one dataset.
 *
 * Batches may differ in nothing but their rows; a column that is missing or mistyped in any of them
 * is reported by its own rule, and every other rule that needs it is skipped: neither kept nor
 * broken, since nobody looked.
 *
 * Once no rule takes rows away any more, those that are left depend on nothing but the batch: two threads
 * share them out, if there are many rows. */
#include "contract/rules.h"

#include <string.h>

#define MANY_ROWS (1 << 17)

/* A column of the contract, as the batches have it. */
struct slot {
	const struct column *now; /* in this batch; NULL: missing or mistyped */
	enum mlf_type type;       /* in the first batch that had it; 0: none yet */
	struct cast cast;         /* of whole floats, where integers are promised */
	int64_t fraction;         /* the row, from 0, that stands in the way of that; or -1 */
};

struct contract_run *
contract_begin(const struct contract *c)
{
	struct contract_run *r = mem_alloc(sizeof(*r));

	r->contract = c;
	r->tallies = mem_alloc((c->n_rules + 1) * sizeof(*r->tallies));
	r->slots = mem_alloc((c->schema.n + 1) * sizeof(*r->slots));
	r->others_read = mem_alloc((c->n_others + 1) * sizeof(*r->others_read));
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].pattern) /* it compiled when the contract was loaded */
			r->tallies[i].has_re =
				pattern_compile(&r->tallies[i].re, c->rules[i].pattern, NULL) == 0;
	return r;
}

void
contract_now(struct contract_run *r, int64_t ms)
{
	r->now_us = ms * 1000;
}

void
contract_is_about(struct contract_run *r, const char *dataset, const char *run_id)
{
	r->dataset = dataset;
	r->run_id = run_id;
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
		s->fraction = -1;
		if (c->type == MLF_F64 && want->type == MLF_I64 && s->type == c->type)
			s->now = cast_whole(&s->cast, c, &s->fraction) ? &s->cast.column : NULL;
		else if (!type_fits(c->type, want->type) || s->type != c->type)
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
	if (have == s->type && s->fraction >= 0)
		(void)snprintf(t->found, sizeof(t->found), "%s, with a fraction in row %lld",
			type_name(have), (long long)(r->rows + s->fraction + 1));
	else if (have == s->type)
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

/* The contract's columns that are there stand in its order. */
static void
check_order(const struct contract_run *r, struct tally *t, const struct frame *batch)
{
	const struct schema *schema = &r->contract->schema;
	int last = -1;

	for (size_t i = 0; i < schema->n && !t->bad; i++) {
		int at = frame_find(batch, schema->columns[i].name);

		if (at < 0)
			continue;
		t->bad = at < last;
		if (t->bad)
			(void)snprintf(t->found, sizeof(t->found), "`%.50s` before `%.50s`",
				schema->columns[i].name, frame_column(batch, last)->name);
		last = at;
	}
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

/* Quarantining a row is stronger than dropping it: nothing is lost. */
static void
take_rows(
	struct contract_run *r, const struct rule *rule, const struct block *b, const uint8_t *bad)
{
	for (int i = 0; i < b->n; i++) {
		uint8_t *taken = &r->taken[b->from + i];

		if (!bad[i])
			continue;
		if (*taken < rule->on_fail)
			*taken = (uint8_t)rule->on_fail;
		if (rule->on_fail != ON_FAIL_QUARANTINE)
			continue;
		r->hits = mem_grow(r->hits, &r->cap_hits, r->n_hits + 1, sizeof(*r->hits));
		r->hits[r->n_hits++] =
			(struct hit){b->from + i, (size_t)(rule - r->contract->rules)};
	}
}

static void
check_rows(struct contract_run *r, const struct rule *rule, struct tally *t, int64_t rows)
{
	const struct column **columns = mem_alloc((rule->n_columns + 1) * sizeof(*columns));
	struct block b = {.columns = columns, .taken = r->taken};
	bool takes = rule->on_fail >= ON_FAIL_DROP;
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
		if (!memchr(bad, 1, (size_t)b.n))
			continue;
		for (int i = 0; i < b.n && b.taken && !takes; i++)
			bad[i] &= !b.taken[b.from + i];
		for (int i = 0; i < b.n; i++)
			count += bad[i];
		if (count && takes)
			take_rows(r, rule, &b, bad);
		t->bad += count;
		for (int i = 0; i < b.n && count && t->n_samples < CONTRACT_SAMPLES; i++)
			if (bad[i])
				note_row(t, r->rows + b.from + i + 1);
	}
	free(columns);
}

/* Rows leave before anything is said about those that stay; uniqueness, which depends on what is
 * there, is asked after the rules that look at one row alone. */
static int
turn_of(const struct rule *rule)
{
	if (rule->on_fail < ON_FAIL_DROP)
		return 2;
	return rule->kind == RULE_UNIQUE;
}

static void
check_measure(const struct contract_run *r, const struct rule *rule, struct tally *t)
{
	const struct column *c;

	if (columns_of(r, rule, &c))
		measure_rows(rule, t, c, r->taken);
	else
		t->skipped = true;
}

static void
check_drift(const struct contract_run *r, const struct rule *rule, struct tally *t)
{
	const struct column *c;

	if (columns_of(r, rule, &c))
		drift_rows(rule, t, c, r->taken);
	else
		t->skipped = true;
}

/* A foreign key into the table itself. */
static void
check_self(const struct contract_run *r, const struct rule *rule, struct tally *t, int64_t rows)
{
	size_t n = rule->n_columns;
	const struct column **keys = mem_alloc((2 * n + 1) * sizeof(*keys)), **columns = keys + n;
	bool there = columns_of(r, rule, columns);

	for (size_t i = 0; i < n && there; i++) {
		keys[i] = r->slots[rule->keys[i]].now;
		there = keys[i] != NULL;
	}
	t->skipped |= !there;
	if (there)
		refer_self(&(struct refer_batch){keys, columns, r->taken, r->rows, rows}, rule, t);
	free(keys);
}

static void
check_rule(struct contract_run *r, size_t i, const struct frame *batch)
{
	const struct rule *rule = &r->contract->rules[i];
	struct tally *t = &r->tallies[i];

	if (t->error)
		return;
	switch (rule->kind) {
	case RULE_PRESENT: check_present(r, rule, t, batch); break;
	case RULE_TYPE: check_type(r, rule, t, batch); break;
	case RULE_EXTRA: check_extra(r, t, batch); break;
	case RULE_ROWS:
	case RULE_SQL: break;
	case RULE_MEASURE: check_measure(r, rule, t); break;
	case RULE_DRIFT: check_drift(r, rule, t); break;
	case RULE_ORDERED: check_order(r, t, batch); break;
	case RULE_COLUMNS: t->bad = frame_columns(batch); break;
	case RULE_REFERENCE:
		if (!rule->other->dataset) {
			check_self(r, rule, t, frame_rows(batch));
			break;
		} /* fall through */
	default: check_rows(r, rule, t, frame_rows(batch)); break;
	}
}

/* Rules that look at what nobody read say so. */
static void
check_others(struct contract_run *r)
{
	for (size_t i = 0; i < r->contract->n_others; i++)
		if (!r->others_read[i])
			contract_other_failed(r, i, "it was not read");
}

struct rest {
	struct contract_run *r;
	const struct frame *batch;
};

static void
check_rest(void *arg, size_t i)
{
	const struct rest *rest = arg;

	if (turn_of(&rest->r->contract->rules[i]) == 2)
		check_rule(rest->r, i, rest->batch);
}

/* Nothing of the batch is taken yet. */
static void
clear_taken(struct contract_run *r, int64_t rows)
{
	r->n_hits = 0;
	if (!contract_takes(r->contract))
		return;
	r->taken = mem_grow(r->taken, &r->cap_taken, (size_t)rows + 1, 1);
	memset(r->taken, 0, (size_t)rows + 1);
}

static bool
has_sql(const struct contract *c)
{
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].kind == RULE_SQL)
			return true;
	return false;
}

void
contract_batch(struct contract_run *r, const struct frame *batch)
{
	int64_t rows = frame_rows(batch);

	find_columns(r, batch);
	clear_taken(r, rows);
	check_others(r);
	for (int turn = r->taken ? 0 : 2; turn < 2; turn++)
		for (size_t i = 0; i < r->contract->n_rules; i++)
			if (turn_of(&r->contract->rules[i]) == turn)
				check_rule(r, i, batch);
	share_out(r->contract->n_rules, rows >= MANY_ROWS, check_rest, &(struct rest){r, batch});
	for (int64_t i = 0; r->taken && i < rows; i++) {
		r->dropped += r->taken[i] == ON_FAIL_DROP;
		r->quarantined += r->taken[i] == ON_FAIL_QUARANTINE;
	}
	if (has_sql(r->contract))
		kept_add(&r->kept, batch, r->taken);
	r->first = r->rows;
	r->rows += rows;
	r->began = true;
}

void
contract_end(struct contract_run *r, struct contract_result *out)
{
	*out = (struct contract_result){.n = r->contract->n_rules,
		.contract = r->contract->path,
		.id = contract_id(r->contract),
		.version = r->contract->version,
		.dataset = r->dataset,
		.run_id = r->run_id,
		.rows = r->rows - r->dropped - r->quarantined,
		.dropped = r->dropped,
		.quarantined = r->quarantined};
	out->checks = mem_alloc((out->n + 1) * sizeof(*out->checks));
	for (size_t i = 0; i < out->n; i++) {
		struct check_result *c = &out->checks[i];

		rule_conclude(r, i, c);
		out->n_failed += check_is_broken(c);
		out->n_warned += check_status(c) == CHECK_WARN ||
			(check_status(c) == CHECK_ERROR && c->on_fail == ON_FAIL_WARN);
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
		refer_fini(&r->tallies[i].keys);
		drift_fini(&r->tallies[i].drifted);
		free(r->tallies[i].measured.values);
		if (r->tallies[i].has_re)
			regfree(&r->tallies[i].re);
	}
	for (size_t i = 0; i < r->contract->schema.n; i++)
		free(r->slots[i].cast.values);
	free(r->tallies);
	free(r->slots);
	free(r->taken);
	free(r->hits);
	free(r->others_read);
	kept_fini(&r->kept);
	free(r);
}
