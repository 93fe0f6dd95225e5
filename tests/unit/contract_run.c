/* SPDX-License-Identifier: Apache-2.0
 * What tables of a few rows cannot show: blocks, slices, many rows; and what is told in the end. */
#include "tests/unit/contract_kit.h"
#include "contract/rules.h"

#include <math.h>

LEAK_SUITE(contract_run);

static const char all_types[] = "  properties:\n"
				"  - {name: i, logicalType: integer, required: true, "
				"logicalTypeOptions: {minimum: 0}}\n"
				"  - {name: f, logicalType: number, "
				"logicalTypeOptions: {maximum: 1e6}, unique: true}\n"
				"  - {name: s, logicalType: string, "
				"logicalTypeOptions: {maxLength: 6, pattern: '^[0-9]*$'}}\n"
				"  - {name: b, logicalType: boolean, quality: [{metric: "
				"invalidValues, arguments: {validValues: [true]}, mustBe: 0}]}\n";

/* n rows; row `bad` (from 0) breaks every rule, every seventh row is null in f, s and b. */
static struct frame *
make_rows(struct kit *k, int64_t from, int64_t n, int64_t bad)
{
	struct mlf_builder *b = scope_builder(k->sc);
	char text[32];

	(void)mlf_add_column(b, "i", MLF_I64);
	(void)mlf_add_column(b, "f", MLF_F64);
	(void)mlf_add_column(b, "s", MLF_UTF8);
	(void)mlf_add_column(b, "b", MLF_BOOL);
	for (int64_t row = from; row < from + n; row++) {
		int len = snprintf(text, sizeof(text), "%lld", (long long)row % 100000);
		bool null = row % 7 == 0 && row != bad;

		mlf_push_i64(b, 0, row == bad ? -1 : row);
		null ? mlf_push_null(b, 1) : mlf_push_f64(b, 1, row == bad ? 1e7 : (double)row);
		null ? mlf_push_null(b, 2)
		     : mlf_push_str(b, 2, row == bad ? "bad text" : text, row == bad ? 8 : len);
		null ? mlf_push_null(b, 3) : mlf_push_bool(b, 3, row != bad);
	}
	return frame_of(mlf_finish(b));
}

static void
expect_found_once(const struct contract_result *r, int64_t row)
{
	static const char *const broken[][2] = {
		{"range", "i"}, {"range", "f"}, {"length", "s"}, {"pattern", "s"}, {"in_set", "b"}};

	cr_expect(r->n_failed == 5, "%zu", r->n_failed);
	for (size_t i = 0; i < 5; i++) {
		const struct check_result *c = find_check(r, broken[i][0], broken[i][1]);

		cr_expect(c->failed == 1, "%s: %lld", c->rule, (long long)c->failed);
		cr_expect(c->n_samples == 1 && c->sample[0] == row, "%s: row %lld, not %lld",
			c->rule, (long long)c->sample[0], (long long)row);
	}
}

static void
run_one(struct kit *k, const struct frame *f, struct contract_result *r)
{
	struct contract_run *run = contract_begin(k->contract);

	contract_batch(run, f);
	contract_end(run, r);
}

Test(contract_run, one_bad_row_is_found_wherever_it_stands_in_a_block)
{
	static const int64_t rows[] = {0, 1, 63, 64, 1022, 1023, 1024, 2047, 2048, 2999};
	struct contract_result r;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, all_types);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		run_one(&k, make_rows(&k, 0, 3000, rows[i]), &r);
		expect_found_once(&r, rows[i] + 1);
		contract_result_fini(&r);
	}
	kit_close(&k);
}

static const char ranges[] = "  properties:\n"
			     "  - {name: i, logicalType: integer, logicalTypeOptions: "
			     "{minimum: -3, maximum: 9}}\n"
			     "  - {name: f, logicalType: number, logicalTypeOptions: "
			     "{minimum: -1.5, maximum: 2.5}}\n";

/* Whether the two values are found outside, in row `at` of 1,003 good ones. */
static void
expect_outside(struct kit *k, int at, int64_t i, double f, bool outside)
{
	struct mlf_builder *b = scope_builder(k->sc);
	int64_t *is = mlf_new_i64(b, "i", 1003);
	double *fs = mlf_new_f64(b, "f", 1003);
	struct contract_result r;

	for (int row = 0; row < 1003; row++)
		fs[row] = row % 2 ? -1.5 : 2.5;
	is[at] = i;
	fs[at] = f;
	run_one(k, frame_of(mlf_finish(b)), &r);
	cr_expect(
		find_check(&r, "range", "i")->failed == outside, "row %d: %lld", at, (long long)i);
	cr_expect(find_check(&r, "range", "f")->failed == outside, "row %d: %.17g", at, f);
	contract_result_fini(&r);
}

Test(contract_run, values_just_inside_and_outside_a_range_are_told_apart_in_every_row)
{
	static const int rows[] = {0, 1, 2, 3, 4, 511, 999, 1000, 1001, 1002};
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, ranges);
	for (size_t n = 0; n < sizeof(rows) / sizeof(*rows); n++) {
		expect_outside(&k, rows[n], -3, -1.5, false);
		expect_outside(&k, rows[n], 9, 2.5, false);
		expect_outside(&k, rows[n], -4, nextafter(-1.5, -2), true);
		expect_outside(&k, rows[n], 10, nextafter(2.5, 3), true);
		expect_outside(&k, rows[n], INT64_MIN, (double)NAN, true);
		expect_outside(&k, rows[n], INT64_MAX, (double)INFINITY, true);
		expect_outside(&k, rows[n], INT64_MIN + 9, (double)-INFINITY, true);
	}
	kit_close(&k);
}

Test(contract_run, many_rows_are_told_the_same_as_in_small_batches)
{
	enum { MANY = 140000, SOME = 35000 };
	struct contract_result all, parts;
	struct contract_run *run;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, all_types);
	run_one(&k, make_rows(&k, 0, MANY, 99999), &all);
	run = contract_begin(k.contract);
	for (int64_t from = 0; from < MANY; from += SOME)
		contract_batch(run, make_rows(&k, from, SOME, 99999));
	contract_end(run, &parts);
	expect_found_once(&all, 100000);
	cr_assert(all.n == parts.n);
	for (size_t i = 0; i < all.n; i++)
		cr_expect(all.checks[i].failed == parts.checks[i].failed &&
				check_status(&all.checks[i]) == check_status(&parts.checks[i]),
			"%s", all.checks[i].rule);
	contract_result_fini(&all);
	contract_result_fini(&parts);
	kit_close(&k);
}

/* The texts abc..., of 0 to 40 letters, one of each length, are the set. Row i of the batch is the i-th with its
 * letter `at` changed; those that are shorter stay as they are. */
static int64_t
count_strangers(struct kit *k, int at, char into)
{
	struct mlf_builder *b = scope_builder(k->sc);
	struct contract_result r;
	char text[48];
	int64_t failed;

	(void)mlf_add_column(b, "s", MLF_UTF8);
	for (int n = 0; n <= 40; n++) {
		for (int i = 0; i < n; i++)
			text[i] = (char)(i == at ? into : 'a' + i % 26);
		mlf_push_str(b, 0, text, n);
	}
	run_one(k, frame_of(mlf_finish(b)), &r);
	failed = find_check(&r, "in_set", "s")->failed;
	contract_result_fini(&r);
	return failed;
}

Test(contract_run, texts_of_a_set_are_told_from_those_that_differ_in_one_byte)
{
	struct str text = {0};
	struct kit k;

	kit_open(&k);
	str_add(&text,
		"  properties:\n  - {name: s, logicalType: string, quality: [{metric: "
		"invalidValues, mustBe: 0, arguments: {validValues: [");
	for (int n = 0; n <= 40; n++) {
		str_add(&text, n ? ", \"" : "\"");
		for (int i = 0; i < n; i++)
			str_addc(&text, (char)('a' + i % 26));
		str_addc(&text, '"');
	}
	str_add(&text, "]}}]}\n");
	kit_must_load(&k, text.s);
	cr_expect(count_strangers(&k, 99, '.') == 0);
	for (int at = 0; at < 40; at++) {
		cr_expect(count_strangers(&k, at, '.') == 40 - at, "%d", at);
		cr_expect(count_strangers(&k, at, '\0') == 40 - at, "%d: NUL", at);
	}
	str_fini(&text);
	kit_close(&k);
}

Test(contract_run, slices_are_read_from_their_own_first_row)
{
	struct contract_result r;
	struct frame *all;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, all_types);
	all = make_rows(&k, 0, 3000, 1501);
	for (int64_t from = 0; from < 1500; from += 211) {
		struct mlf_frame *part = mlf_slice(scope_lend(k.sc, all), from, 3000 - from);

		run_one(&k, frame_of(part), &r);
		expect_found_once(&r, 1501 - from + 1);
		contract_result_fini(&r);
		run_one(&k, frame_of(mlf_slice(scope_lend(k.sc, all), from, 1501 - from)), &r);
		cr_expect(r.n_failed == 0, "from %lld", (long long)from);
		contract_result_fini(&r);
	}
	kit_close(&k);
}

Test(contract_run, rows_are_counted_over_batches_of_any_size)
{
	static const int64_t sizes[] = {1, 1023, 1024, 1025, 1, 5000};
	struct contract_run *run;
	struct contract_result r;
	int64_t from = 0;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, all_types);
	run = contract_begin(k.contract);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		contract_batch(run, make_rows(&k, from, sizes[i], 4000));
		from += sizes[i];
	}
	contract_end(run, &r);
	expect_found_once(&r, 4001);
	contract_result_fini(&r);
	kit_close(&k);
}

/* Rows from..from+n of the column u; value row / every. */
static struct frame *
make_numbers(struct kit *k, int64_t from, int64_t n, int64_t every)
{
	struct mlf_builder *b = scope_builder(k->sc);
	int64_t *v = mlf_new_i64(b, "u", n);

	for (int64_t i = 0; i < n; i++)
		v[i] = (from + i) / every;
	return frame_of(mlf_finish(b));
}

Test(contract_run, uniqueness_holds_for_a_million_rows_and_sees_one_repetition)
{
	struct contract_run *run;
	struct contract_result r;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, "  properties:\n  - {name: u, logicalType: integer, unique: true}\n");
	run = contract_begin(k.contract);
	for (int64_t from = 0; from < 1000000; from += 50000)
		contract_batch(run, make_numbers(&k, from, 50000, 1));
	contract_batch(run, make_numbers(&k, 777777, 1, 1));
	contract_end(run, &r);
	cr_expect(find_check(&r, "unique", "u")->failed == 1);
	cr_expect(find_check(&r, "unique", "u")->sample[0] == 1000001);
	contract_result_fini(&r);
	run_one(&k, make_numbers(&k, 0, 100000, 2), &r);
	cr_expect(find_check(&r, "unique", "u")->failed == 50000);
	contract_result_fini(&r);
	kit_close(&k);
}

Test(contract_run, the_hash_that_means_empty_is_a_hash_too)
{
	struct seen s = {0};
	struct seen_hash h[3] = {{0, 0}, {0, 0}, {1, 0}};
	uint8_t keep[3] = {1, 1, 0}, bad[3];

	seen_add(&s, h, keep, 3, bad);
	cr_expect(!bad[0] && bad[1] && !bad[2]);
	seen_add(&s, h + 2, keep, 1, bad);
	cr_expect(!bad[0]);
	seen_fini(&s);
}

Test(contract_run, schema_version_and_number_of_checks_are_told)
{
	const struct schema *s;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, all_types);
	s = contract_schema(k.contract);
	cr_assert(s->n == 4);
	cr_expect(s->columns[0].type == MLF_I64 && s->columns[1].type == MLF_F64);
	cr_expect(s->columns[2].type == MLF_UTF8 && s->columns[3].type == MLF_BOOL);
	cr_expect_str_eq(s->columns[2].name, "s");
	cr_expect_str_eq(contract_version(k.contract), "1.0.0");
	cr_expect(contract_checks(k.contract) == 8 + 7); /* present, type; and the rest */
	kit_close(&k);
}

Test(contract_run, an_aborted_run_leaves_nothing)
{
	struct contract_run *run;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, all_types);
	run = contract_begin(k.contract);
	contract_batch(run, make_rows(&k, 0, 5000, -1));
	contract_abort(run);
	contract_abort(NULL);
	kit_close(&k);
}

Test(contract_run, a_file_that_is_not_there_is_an_error)
{
	struct arena a = {0};
	struct errs found = {0};
	const struct contract *c;
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	cr_assert(contract_load(&a, fd, "mlc-no-such-contract.yml", &c, &found) == -1);
	cr_expect(!c && found.n == 1 && found.v[0].code == MLC_FILE);
	errs_fini(&found);
	arena_fini(&a);
	close(fd);
}

static const char told[] = "  properties:\n"
			   "  - {name: age, logicalType: integer, required: true}\n"
			   "  - {name: city, logicalType: string, unique: true, "
			   "customProperties: [{property: onFail, value: warn}]}\n"
			   "  - {name: gone, logicalType: string}\n";

Test(contract_run, error_names_the_broken_rules_with_place_and_rows)
{
	struct contract_result r;
	struct err e = {0};
	struct kit k;

	kit_open(&k);
	kit_must_load(&k, told);
	run_one(&k, kit_batch(&k, "age:int64|city:utf8\n1|x\nnull|x\n"), &r);
	cr_expect(contract_error(&r, "loans", &e) == -1);
	cr_expect(e.code == MLC_CONTRACT);
	cr_expect_str_eq(e.msg, "`loans` breaks 2 of the 8 promises of its contract");
	cr_expect_str_eq(e.file, "c.yml");
	cr_expect(e.line == 9, "%d", e.line);
	cr_expect_str_eq(e.label, "not_null");
	cr_expect_str_eq(e.note,
		"not_null  age   expected no nulls, found 1 of 2 rows (50 %): row 2\n"
		"present   gone  expected a column, found no such column");
	cr_expect(e.help[0]);
	cr_expect(contract_error(&r, "loans", NULL) == -1);
	contract_result_fini(&r);
	kit_close(&k);
}

Test(contract_run, a_note_ends_in_how_many_more_there_are)
{
	struct str text = {0};
	struct contract_result r;
	struct err e = {0};
	struct kit k;

	kit_open(&k);
	str_add(&text, "  properties:\n");
	for (int i = 0; i < 40; i++)
		str_addf(&text, "  - {name: column_%02d, logicalType: string}\n", i);
	kit_must_load(&k, text.s);
	run_one(&k, kit_batch(&k, "other:int64\n1\n"), &r);
	cr_expect(contract_error(&r, "t", &e) == -1);
	cr_expect(str_ends(e.note, " more"), "%s", e.note);
	cr_expect(strstr(e.note, "column_00"));
	contract_result_fini(&r);
	str_fini(&text);
	kit_close(&k);
}

/* Everything that scripts may rely on, in its order. */
static const char whole_result[] =
	"{\"contract\":\"c.yml\",\"contract_id\":\"t\",\"version\":\"1.0.0\",\"run_id\":\"r1\","
	"\"dataset\":\"numbers\",\"success\":false,\"statistics\":{\"checks\":4,\"passed\":2,"
	"\"warned\":1,\"failed\":1,\"errors\":0,\"passed_percent\":50,\"info\":1,\"skipped\":0,"
	"\"rows\":1,\"dropped_rows\":0,\"quarantined_rows\":0},\"checks\":["
	"{\"id\":\"a.present\",\"column\":\"a\",\"metric\":\"present\",\"rule\":\"present\","
	"\"status\":\"pass\",\"severity\":\"error\",\"expected\":\"a column\","
	"\"observed\":\"as promised\",\"on_fail\":\"fail\",\"failed_rows\":0,"
	"\"failed_percent\":0,\"sample\":[],\"skipped\":false,\"second_pass\":false,"
	"\"file\":\"c.yml\",\"line\":9,\"col\":6},"
	"{\"id\":\"a.type\",\"column\":\"a\",\"metric\":\"type\",\"rule\":\"type\","
	"\"status\":\"pass\",\"severity\":\"error\",\"expected\":\"int64\","
	"\"observed\":\"as promised\",\"on_fail\":\"fail\",\"failed_rows\":0,"
	"\"failed_percent\":0,\"sample\":[],\"skipped\":false,\"second_pass\":false,"
	"\"file\":\"c.yml\",\"line\":9,\"col\":15},"
	"{\"id\":\"a.not_null\",\"column\":\"a\",\"metric\":\"nullValues\",\"rule\":\"not_null\","
	"\"status\":\"fail\",\"severity\":\"error\",\"expected\":\"no nulls\","
	"\"observed\":\"1 of 1 rows (100 %)\",\"on_fail\":\"fail\",\"failed_rows\":1,"
	"\"failed_percent\":100,\"sample\":[1],\"skipped\":false,\"second_pass\":false,"
	"\"file\":\"c.yml\",\"line\":9,\"col\":37},"
	"{\"id\":\"rows\",\"column\":null,\"metric\":\"rowCount\",\"rule\":\"row_count\","
	"\"status\":\"warn\",\"severity\":\"info\",\"expected\":\"rows > 1\","
	"\"observed\":\"1 rows\",\"on_fail\":\"info\",\"failed_rows\":0,"
	"\"failed_percent\":0,\"sample\":[],\"skipped\":false,\"second_pass\":false,"
	"\"file\":\"c.yml\",\"line\":11,\"col\":5}]}";

Test(contract_run, result_as_json)
{
	struct contract_run *run;
	struct contract_result r;
	struct str out = {0};
	struct jw w;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k,
		"  properties:\n  - {name: a, logicalType: integer, required: true}\n"
		"  quality:\n  - {id: rows, metric: rowCount, mustBeGreaterThan: 1, "
		"severity: info}\n");
	run = contract_begin(k.contract);
	contract_is_about(run, "numbers", "r1");
	contract_batch(run, kit_batch(&k, "a:int64\nnull\n"));
	contract_end(run, &r);
	jw_init(&w, &out);
	contract_result_json(&r, &w);
	cr_expect_str_eq(out.s, whole_result);
	contract_result_fini(&r);
	str_fini(&out);
	kit_close(&k);
}

/* Statuses are four, whatever is between them; and ids are those of one check each. */
Test(contract_run, ids_are_unique_and_statuses_are_four)
{
	static const char *const want[][2] = {{"a.present", "fail"}, {"a.type", "error"},
		{"one", "error"}, {"one-2", "error"}, {"a.not_null", "error"},
		{"a.not_null-2", "error"}, {"sql", "error"}, {"row_count", "warn"}};
	struct contract_result r;
	struct kit k;

	kit_open(&k);
	kit_must_load(&k,
		"  properties:\n  - {name: a, logicalType: integer, quality: ["
		"{id: one, metric: nullValues, mustBe: 0}, {id: one, metric: nullValues, mustBe: "
		"0}, "
		"{metric: nullValues, mustBe: 0}, {metric: nullValues, mustBe: 0}]}\n"
		"  quality:\n  - {type: sql, query: \"select nope from {object}\", mustBe: 0, "
		"severity: "
		"warning}\n  - {metric: rowCount, mustBe: 7, severity: info}\n");
	run_one(&k, kit_batch(&k, "b:int64\n1\n"), &r);
	cr_assert(r.n == sizeof(want) / sizeof(*want), "%zu", r.n);
	for (size_t i = 0; i < r.n; i++) {
		cr_expect_str_eq(r.checks[i].id, want[i][0]);
		cr_expect_str_eq(check_status_name(&r.checks[i]), want[i][1], "%s", want[i][0]);
	}
	cr_expect(r.n_failed == 1 && r.n_warned == 1, "%zu %zu", r.n_failed, r.n_warned);
	cr_expect(r.checks[0].second_pass == false && r.checks[6].second_pass == true);
	contract_result_fini(&r);
	kit_close(&k);
}
