/* SPDX-License-Identifier: Apache-2.0
 * Contracts and data as data: tests/data/contract_*.test.
 *
 * `contract` is a whole file, `schema` what follows the head in contract_kit.h (from line 8 on).
 * Then either `errors`, or any number of `batch` and the `result`: a line for each check but those
 * of columns that are as promised: status rule column: expected / found [rows]. */
#include "tests/unit/contract_kit.h"

LEAK_SUITE(contract_tables);

static const char *
status(const struct check_result *c)
{
	if (c->skipped)
		return "skip";
	return c->passed ? "pass" : c->on_fail == ON_FAIL_WARN ? "warn" : "fail";
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

static void
run_batches(struct kit *k, const struct tcase *c, struct str *got)
{
	struct contract_run *run = contract_begin(k->contract);
	struct contract_result r;

	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->sections[i].name, "batch"))
			contract_batch(run, kit_batch(k, str_text(&c->sections[i].text)));
	contract_end(run, &r);
	cr_expect(r.n == contract_checks(k->contract));
	add_result(got, &r);
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
