/* SPDX-License-Identifier: Apache-2.0
 * Contracts and data as data: tests/data/contract_*.test.
 *
 * `contract` is a whole file, `schema` what follows the head in contract_kit.h (from line 8 on).
 * `other NAME` is a batch of a dataset that the contract looks at. Then either `errors`, or any number of `batch` and the `result`: a line for each check but those
 * of columns that are as promised: status rule column: expected / found [rows]. Contracts that take
 * rows out have lines more: what was quarantined, and how many rows stay. */
#include "tests/unit/contract_kit.h"

LEAK_SUITE(contract_tables);

static const char *
status(const struct check_result *c)
{
	return c->skipped ? "skip" : check_status(c) == CHECK_INFO ? "info" : check_status_name(c);
}

static void
add_result(struct str *out, const struct contract_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct check_result *c = &r->checks[i];

		if (c->passed && (str_eq(c->rule, "present") || str_eq(c->rule, "type")))
			continue;
		str_addf(out, "%s %s %s: %s / %s", status(c), c->rule, c->column ? c->column : "-",
			c->expected, c->found);
		for (int k = 0; k < c->n_samples; k++)
			str_addf(out, "%s%lld", k ? "," : " [", (long long)c->sample[k]);
		str_add(out, c->n_samples ? "]\n" : "\n");
	}
}

/* The quarantined rows of a batch, and that every other row of it was kept or dropped. */
static void
add_away(struct kit *k, const struct contract_split *split, struct str *out)
{
	struct mlf_i64s row = mlf_i64(split->away, QUARANTINE_ROW);
	struct mlf_strs rules = mlf_utf8(split->away, QUARANTINE_RULES);
	struct mlf_strs run = mlf_utf8(split->away, QUARANTINE_RUN);

	cr_expect(mlf_columns(split->away) == mlf_columns(split->kept) + 3);
	for (int64_t i = 0; i < row.n; i++) {
		struct mlf_str text = mlf_str_at(&rules, i), id = mlf_str_at(&run, i);

		cr_expect(id.len == 3 && memcmp(id.s, "run", 3) == 0);
		str_addf(out, "away %lld: %.*s\n", (long long)row.v[i], (int)text.len, text.s);
	}
	cr_expect(!scope_error(k->sc));
}

static void
take_batch(
	struct kit *k, struct contract_run *run, const char *text, struct str *away, int64_t *kept)
{
	struct frame *batch = kit_batch(k, text);
	struct contract_split split;
	struct err e;

	if (!contract_takes(k->contract)) {
		contract_batch(run, batch);
		return;
	}
	cr_assert(contract_take(run, k->sc, batch, "run", &split, &e) == 0);
	*kept += mlf_rows(split.kept);
	cr_expect(contract_quarantines(k->contract) == (split.away != NULL));
	if (split.away)
		add_away(k, &split, away);
}

/* `other NAME`: a batch of another dataset; or `!` and why there is none. */
static void
show_others(struct kit *k, const struct tcase *c, struct contract_run *run)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *name = c->sections[i].name, *text = str_text(&c->sections[i].text);
		size_t o = 0;

		if (!str_starts(name, "other "))
			continue;
		while (o < contract_others(k->contract) &&
			!str_eq(contract_other(k->contract, o), name + strlen("other ")))
			o++;
		cr_assert(
			o < contract_others(k->contract), "%s: nobody looks at %s", c->title, name);
		if (*text == '!')
			contract_other_failed(run, o, "it is gone");
		else
			contract_other_batch(run, o, kit_batch(k, text));
	}
}

static void
run_batches(struct kit *k, const struct tcase *c, struct str *got)
{
	struct contract_run *run = contract_begin(k->contract);
	struct contract_result r;
	struct str away = {0};
	int64_t kept = 0;

	show_others(k, c, run);
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->sections[i].name, "batch"))
			take_batch(k, run, str_text(&c->sections[i].text), &away, &kept);
	contract_end(run, &r);
	cr_expect(r.n == contract_checks(k->contract));
	add_result(got, &r);
	str_add(got, str_text(&away));
	if (contract_takes(k->contract)) {
		cr_expect(r.rows == kept, "%s", c->title);
		str_addf(got, "%lld rows stay, %lld quarantined, %lld dropped\n", (long long)r.rows,
			(long long)r.quarantined, (long long)r.dropped);
	}
	str_fini(&away);
	contract_result_fini(&r);
}

static void
run_case(const struct tcase *c)
{
	const char *errors = tcase_text(c, "errors"), *whole = tcase_text(c, "contract");
	const char *result = tcase_text(c, "result");
	struct str got = {0};
	struct kit k;
	int rc;

	kit_open(&k);
	rc = kit_load(&k, whole ? "" : HEAD, whole ? whole : tcase_text(c, "schema"));
	add_errs(&got, &k.found);
	cr_expect_str_eq(str_text(&got), errors ? errors : "", "%s\n got: %s want: %s", c->title,
		str_text(&got), errors ? errors : "");
	cr_expect(rc == (k.found.n ? -1 : 0), "%s", c->title);
	str_reset(&got);
	if (rc == 0 && result) {
		run_batches(&k, c, &got);
		cr_expect_str_eq(str_text(&got), result, "%s\n got: %s want: %s", c->title,
			str_text(&got), result);
	}
	kit_close(&k);
	str_fini(&got);
}

static void
run_file(const char *path, size_t at_least)
{
	struct tcase c = {.n = 0};
	struct tfile t;
	size_t n = 0;

	tfile_open(&t, path);
	for (; tfile_next(&t, &c); n++)
		run_case(&c);
	cr_expect(n >= at_least, "%s: only %zu cases", path, n);
}

Test(contract_tables, files_are_understood_or_refused_with_their_place)
{
	run_file("tests/data/contract_load.test", 15);
}

Test(contract_tables, rules_find_what_breaks_them)
{
	run_file("tests/data/contract_check.test", 30);
}
