/* SPDX-License-Identifier: Apache-2.0
 * Any bytes as a contract. What cannot be understood is reported, each time with code and place; what
 * can be is run over a small table with awkward values: no row is lost between what stays, what is
 * quarantined and what is dropped, and a contract compared with itself has not changed. */
#include <stdlib.h>
#include <string.h>
#include "contract/contract.h"

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* Columns of the names that the seeds use: numbers, integers, texts, times and booleans. */
static struct frame *
table(struct scope *sc)
{
	static const double f[] = {0.0, -0.0, 1e308, -3.5, 22.0};
	static const char *const s[] = {"", "a", "female", "x@y.org", "\xc3\xa9t\xc3\xa9"};
	struct mlf_builder *b = scope_builder(sc);
	int a = mlf_add_column(b, "a", MLF_F64), i = mlf_add_column(b, "b", MLF_I64);
	int t = mlf_add_column(b, "c", MLF_UTF8), when = mlf_add_column(b, "d", MLF_TIMESTAMP);
	int yes = mlf_add_column(b, "e", MLF_BOOL);

	for (int k = 0; k < 12; k++) {
		if (k % 6 == 5) {
			for (int c = 0; c < 5; c++)
				mlf_push_null(b, c);
			continue;
		}
		mlf_push_f64(b, a, f[k % 6]);
		mlf_push_i64(b, i, k % 2 ? INT64_MIN : k);
		mlf_push_str(b, t, s[k % 6], (int64_t)strlen(s[k % 6]));
		mlf_push_i64(b, when, k * 1000000);
		mlf_push_bool(b, yes, k % 2);
	}
	return frame_of(mlf_finish(b));
}

static void
run(const struct contract *c, struct scope *sc)
{
	struct contract_run *r = contract_begin(c);
	struct contract_result result;
	struct contract_split split;
	struct frame *f = table(sc);
	struct str text = {0};
	struct jw w;
	struct err e;
	int64_t kept = 0, away = 0;

	for (size_t i = 0; i < contract_others(c); i++) /* some are there, some are not */
		if (i % 3 == 0)
			contract_other_failed(r, i, "gone");
		else if (i % 3 == 1)
			contract_other_batch(r, i, f);
	for (int i = 0; i < 2; i++) {
		require(contract_take(r, sc, f, "run", &split, &e) == 0);
		kept += mlf_rows(split.kept);
		away += split.away ? mlf_rows(split.away) : 0;
	}
	contract_end(r, &result);
	require(result.rows == kept && result.quarantined == away);
	require(kept + away + result.dropped == 2 * frame_rows(f));
	require(result.n == contract_checks(c));
	jw_init(&w, &text);
	contract_result_json(&result, &w);
	str_fini(&text);
	contract_result_fini(&result);
}

static void
check(const struct contract *c)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct scope *sc = scope_new(segs);
	struct contract_diff diff;

	run(c, sc);
	contract_compare(c, c, &diff);
	require(diff.n == 0);
	contract_diff_fini(&diff);
	scope_free(sc);
	segs_free(segs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct errs found = {0};
	struct str text = {0};
	const struct contract *c;

	str_addn(&text, data, size);
	if (contract_parse(&arena, "c.yml", &text, &c, &found) == 0) {
		require(found.n == 0);
		check(c);
	} else {
		require(found.n > 0);
		for (size_t i = 0; i < found.n; i++)
			require(found.v[i].code && found.v[i].msg[0]);
	}
	errs_fini(&found);
	str_fini(&text);
	arena_fini(&arena);
	return 0;
}
