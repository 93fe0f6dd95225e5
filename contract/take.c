/* SPDX-License-Identifier: Apache-2.0
 * A batch without its bad rows; and those rows, with what is wrong about them.
 *
 *	batch ->  kept                       the rows that no rule took, in their order
 *	      ->  away  run, row, rules | ...  the quarantined ones, every value as it was
 *
 * Rows that are only dropped are counted by run.c and go nowhere. */
#include "contract/rules.h"

bool
contract_takes(const struct contract *c)
{
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].on_fail >= ON_FAIL_DROP)
			return true;
	return false;
}

bool
contract_quarantines(const struct contract *c)
{
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].on_fail == ON_FAIL_QUARANTINE)
			return true;
	return false;
}

/* The rows with this mark, or those without one. */
static struct mlf_frame *
rows_with(const struct contract_run *r, struct mlf_frame *batch, enum on_fail mark)
{
	int64_t n = mlf_rows(batch);
	bool *keep = mem_alloc((size_t)n + 1);
	struct mlf_frame *rows;

	for (int64_t i = 0; i < n; i++)
		keep[i] = r->taken[i] == mark;
	rows = mlf_filter(batch, keep);
	free(keep);
	return rows;
}

static int
by_row(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* "person_age range, loan_amnt not_null" for the hits of one row; returns how many they are. */
static size_t
rules_of(const struct contract_run *r, size_t first, struct str *out)
{
	size_t i = first;

	str_reset(out);
	for (; i < r->n_hits && r->hits[i].row == r->hits[first].row; i++) {
		const struct rule *rule = &r->contract->rules[r->hits[i].rule];

		str_addf(out, "%s%s%s%s", i > first ? ", " : "", rule->column ? rule->column : "",
			rule->column ? " " : "", rule->name);
	}
	return i - first;
}

static const char *const labels[] = {QUARANTINE_RUN, QUARANTINE_ROW, QUARANTINE_RULES};
#define N_LABELS (sizeof(labels) / sizeof(*labels))

static bool
is_label(const char *column)
{
	for (size_t i = 0; i < N_LABELS; i++)
		if (str_eq(column, labels[i]))
			return true;
	return false;
}

static void
graft_values(struct mlf_builder *b, struct mlf_frame *rows)
{
	for (int i = 0; i < mlf_columns(rows); i++)
		if (!is_label(mlf_column_name(rows, i)))
			mlf_graft(b, rows, mlf_column_name(rows, i), mlf_column_name(rows, i));
}

/* Run, row and rules of the quarantined rows, in their order. */
static struct mlf_frame *
make_labels(struct contract_run *r, struct scope *sc, const char *run_id)
{
	struct mlf_builder *b = scope_builder(sc);
	int run = mlf_add_column(b, QUARANTINE_RUN, MLF_UTF8);
	int row = mlf_add_column(b, QUARANTINE_ROW, MLF_I64);
	int rules = mlf_add_column(b, QUARANTINE_RULES, MLF_UTF8);
	struct str text = {0};

	if (r->n_hits)
		qsort(r->hits, r->n_hits, sizeof(*r->hits), by_row);
	for (size_t i = 0; i < r->n_hits;) {
		mlf_push_str(b, run, run_id, (int64_t)strlen(run_id));
		mlf_push_i64(b, row, r->first + r->hits[i].row + 1);
		i += rules_of(r, i, &text);
		mlf_push_str(b, rules, str_text(&text), (int64_t)text.len);
	}
	str_fini(&text);
	return mlf_finish(b);
}

/* Puts run and row of `from`, and the rules of `made`, in front of the quarantined rows. */
static struct mlf_frame *
labelled(struct scope *sc, struct mlf_frame *rows, struct mlf_frame *from, struct mlf_frame *made)
{
	struct mlf_builder *b = scope_builder(sc);

	mlf_graft(b, from, QUARANTINE_RUN, QUARANTINE_RUN);
	mlf_graft(b, from, QUARANTINE_ROW, QUARANTINE_ROW);
	mlf_graft(b, made, QUARANTINE_RULES, QUARANTINE_RULES);
	graft_values(b, rows);
	return mlf_finish(b);
}

static int
scope_verdict(const struct scope *sc, struct err *e)
{
	if (!scope_error(sc))
		return 0;
	*e = *scope_error(sc);
	return -1;
}

int
contract_take(struct contract_run *r, struct scope *sc, struct frame *batch, const char *run_id,
	struct contract_split *out, struct err *e)
{
	int64_t gone = r->dropped + r->quarantined;

	contract_batch(r, batch);
	out->kept = scope_lend(sc, batch);
	out->away = NULL;
	if (contract_quarantines(r->contract)) {
		struct mlf_frame *made = make_labels(r, sc, run_id);

		out->away = labelled(sc, rows_with(r, out->kept, ON_FAIL_QUARANTINE), made, made);
	}
	if (r->dropped + r->quarantined > gone)
		out->kept = rows_with(r, out->kept, 0);
	return scope_verdict(sc, e);
}

int
contract_retake(struct contract_run *r, struct scope *sc, struct frame *batch,
	struct contract_split *out, struct err *e)
{
	struct mlf_frame *all = scope_lend(sc, batch), *away;
	struct mlf_builder *b = scope_builder(sc);

	graft_values(b, all);
	out->kept = mlf_finish(b);
	out->away = NULL;
	if (scope_verdict(sc, e) < 0)
		return -1;
	contract_batch(r, frame_of(out->kept));
	if (!contract_takes(r->contract))
		return 0;
	away = rows_with(r, all, ON_FAIL_QUARANTINE);
	out->away = labelled(sc, away, away, make_labels(r, sc, ""));
	out->kept = rows_with(r, out->kept, 0);
	return scope_verdict(sc, e);
}

const struct dataset *
contract_quarantine(
	struct arena *a, const struct catalog *c, const char *dataset, struct errs *found)
{
	return catalog_aside(a, c, dataset, QUARANTINE_SUFFIX, "", found);
}
