/* SPDX-License-Identifier: Apache-2.0
 * Searching runs with MLflow's grammar. */
#include "tests/unit/registry_fixture.h"

LEAK_SUITE(registry_search);

/* Four runs of ours, oldest first, and one that another program recorded. */
static struct store *
shelf(struct fixture *f)
{
	static const struct {
		const char *name, *model;
		double auc;
		int metric;
		enum run_status end;
	} runs[] = {{"one", "linear", 0.90, 1, RUN_OK}, {"two", "xgboost", 0.95, 1, RUN_OK},
		{"three", "Linear", (double)NAN, 1, RUN_FAILED}, {"four", "a b", 0, 0, RUN_OK}};
	struct store *s = fixture_open(f, STORE_WRITE);

	for (size_t i = 0; i < 4; i++) {
		const struct metric m = {"auc", runs[i].auc, 0, 1};
		const struct data_fact d = {.dataset = "loans",
			.path = "data/loans.csv",
			.hash = i < 2 ? "aaaa" : "bbbb",
			.type = "csv",
			.rows = 1};
		const struct node_fact n = {.name = "evaluate",
			.status = "ok",
			.metrics = &m,
			.n_metrics = (size_t)runs[i].metric,
			.data = &d,
			.n_data = 1};
		const struct tag p = {"model", runs[i].model};
		struct run_id id;

		f->clock.fixed_ms = 1000 + (int64_t)i;
		id = fixture_run(f, s, runs[i].name);
		cr_assert(run_nodes(s, &id, &n, 1, &f->e) == 0, "%s", f->e.msg);
		cr_assert(run_params(s, &id, &p, 1, &f->e) == 0, "%s", f->e.msg);
		cr_assert(run_end(s, &id, runs[i].end, &f->e) == 0, "%s", f->e.msg);
	}
	fixture_change(f,
		"INSERT INTO runs (run_uuid, name, user_id, status, start_time, end_time,"
		" lifecycle_stage, artifact_uri, experiment_id) VALUES"
		" ('00000000000000000000000000000007', 'theirs', 'ada', 'KILLED', 500, 700,"
		" 'active', '/tmp/x', 0);"
		"INSERT INTO tags VALUES ('team', '50% off', '00000000000000000000000000000007')");
	return s;
}

/* The names that a search gives, with blanks between them; or its error. */
static char *
names(struct fixture *f, struct store *s, const struct run_search *q)
{
	struct arena a = {0};
	struct str out = {0};
	struct run_row *rows;
	size_t n;

	str_add(&out, "");
	if (store_runs(s, &a, q, &rows, &n, &f->e) < 0)
		str_addf(&out, "%d:%d-%d %s", f->e.code, f->e.col, f->e.end_col, f->e.msg);
	else
		for (size_t i = 0; i < n; i++)
			str_addf(&out, "%s%s", i ? " " : "", rows[i].name);
	arena_fini(&a);
	return out.s;
}

static void
expect(struct fixture *f, struct store *s, const char *filter, const char *order, const char *want)
{
	const struct run_search q = {.filter = filter, .order_by = order, .limit = 10};
	char *got = names(f, s, &q);

	cr_expect(str_eq(got, want), "%s | %s\n  gave: %s\n  want: %s", filter ? filter : "",
		order ? order : "", got, want);
	free(got);
}

Test(registry_search, comparisons_find_the_runs_that_have_the_key_and_fit)
{
	static const char *const cases[][2] = {
		{"", "theirs four three two one"},
		{"metrics.auc > 0.9", "two"},
		{"metrics.auc >= 0.9", "two one"},
		{"metric.auc = 0.95", "two"},
		{"metrics.auc != 0.95", "three one"}, /* NaN is not 0.95 */
		{"metrics.auc < 1e0", "two one"},
		{"metrics.\"auc\" <= +0.9", "one"},
		{"metrics.`auc` > -1", "two one"},
		{"params.model = 'linear'", "one"},
		{"params.model != \"linear\"", "four three two"},
		{"params.model LIKE 'l%'", "one"},
		{"params.model ilike 'LIN_AR'", "three one"},
		{"parameters.model in ('a b', 'xgboost')", "four two"},
		{"params.model NOT IN ('a b', 'xgboost')", "three one"},
		{"tags.team = '50% off'", "theirs"},
		{"tags.team is null", "four three two one"},
		{"tags.team IS NOT NULL", "theirs"},
		{"tags.none is null and metrics.auc is not null", "three two one"},
		{"status = 'FAILED'", "three"},
		{"attributes.status = 'KILLED'", "theirs"},
		{"state = 'failed'", "three"},
		{"pipeline = 'training'", "four three two one"},
		{"run_name = 'two'", "two"},
		{"attr.user_id = 'ada'", "theirs"},
		{"run.run_id LIKE '%7' and user = 'ada'", "theirs"},
		{"start_time >= 1002", "four three"},
		{"attributes.created < 1000", "theirs"},
		{"datasets.digest = 'aaaa'", "two one"},
		{"dataset.name LIKE 'loan_' AND dataset.context = 'evaluate'",
			"four three two one"},
		{"conf = 'base' and params.model LIKE '% %'", "four"},
	};
	struct fixture f = fixture_make();
	struct store *s = shelf(&f);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(&f, s, cases[i][0], NULL, cases[i][1]);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_search, and_binds_tighter_than_or_and_parentheses_bind_tightest)
{
	struct fixture f = fixture_make();
	struct store *s = shelf(&f);

	expect(&f, s, "run_name = 'one' or run_name = 'two' and metrics.auc > 1", NULL, "one");
	expect(&f, s, "(run_name = 'one' or run_name = 'two') and metrics.auc > 0.9", NULL, "two");
	expect(&f, s, "tags.team is null and (state = 'failed' or metrics.auc > 0.9)", NULL,
		"three two");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_search, an_order_puts_nan_behind_numbers_and_what_is_missing_last)
{
	struct fixture f = fixture_make();
	struct store *s = shelf(&f);

	expect(&f, s, NULL, "metrics.auc DESC", "two one three theirs four");
	expect(&f, s, NULL, "metrics.auc", "one two three theirs four");
	expect(&f, s, NULL, "attributes.start_time ASC", "theirs one two three four");
	expect(&f, s, NULL, "params.model desc, run_name", "two one four three theirs");
	expect(&f, s, "state = 'ok'", "params.model", "four one two");
	expect(&f, s, NULL, "status, start_time", "three one two four theirs");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_search, mistakes_have_their_place_and_say_what_was_expected)
{
	static const char *const cases[][2] = {
		{"metrics.auc", "707:12-13 a comparison was expected, and the search ends here"},
		{"metrics.auc > 'x'", "707:15-18 a number was expected, not `'x'`"},
		{"metrics.auc > ", "707:15-16 a number was expected, and the search ends here"},
		{"params.model = linear", "707:16-22 a text in quotes was expected, not `linear`"},
		{"params.model = 'linear",
			"707:16-23 a quote that is opened must be closed, not `'linear`"},
		{"params.model > 'a'",
			"707:16-19 texts are compared with = != LIKE ILIKE IN, not `'a'`"},
		{"metrics.auc like 'a'",
			"707:18-21 numbers are compared with = != < <= > >=, not `'a'`"},
		{"staus = 'FAILED'", "707:1-6 an attribute of runs was expected, not `staus`"},
		{"datasets.nme = 'x'",
			"707:1-13 a dataset is searched by name, digest or "
			"context, not `datasets.nme`"},
		{"run_name = 'a' run_name = 'b'",
			"707:16-24 AND, OR or the end was expected, not `run_name`"},
		{"(run_name = 'a'",
			"707:16-17 AND, OR or `)` was expected, and the search ends "
			"here"},
		{"params.a in 'x'", "707:13-16 a list was expected, not `'x'`"},
		{"params.a in ('x' 'y')", "707:18-21 the list must be closed, not `'y'`"},
		{"tags.a is 3", "707:11-12 NULL must follow IS, not `3`"},
		{"= 3", "707:1-2 a key was expected, not `=`"},
		{"metrics. > 3", "707:1-9 a key must follow the dot, not `metrics.`"},
	};
	struct fixture f = fixture_make();
	struct store *s = shelf(&f);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		expect(&f, s, cases[i][0], NULL, cases[i][1]);
		cr_expect(f.e.help[0], "%s", cases[i][0]);
	}
	expect(&f, s, NULL, "metrics.auc down",
		"707:13-17 ASC, DESC or a comma was expected, not `down`");
	expect(&f, s, NULL, "", "707:1-2 a key was expected, and the search ends here");
	store_close(s);
	fixture_drop(&f);
}

Test(registry_search, a_limit_takes_the_first_and_a_view_the_deleted)
{
	struct fixture f = fixture_make();
	struct store *s = shelf(&f);
	struct run_search q = {.limit = 2};
	char *got;

	got = names(&f, s, &q);
	cr_expect_str_eq(got, "theirs four");
	free(got);
	q.order_by = "metrics.auc desc";
	got = names(&f, s, &q);
	cr_expect_str_eq(got, "two one");
	free(got);
	fixture_change(&f, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE name = 'two'");
	q = (struct run_search){.limit = -1, .view = RUNS_DELETED};
	got = names(&f, s, &q);
	cr_expect_str_eq(got, "two");
	free(got);
	q.view = RUNS_ALL;
	got = names(&f, s, &q);
	cr_expect_str_eq(got, "theirs four three two one");
	free(got);
	store_close(s);
	fixture_drop(&f);
}

Test(registry_search, like_knows_percent_underscore_and_characters_of_several_bytes)
{
	extern bool search__like(const char *, const char *, bool);
	cr_expect(search__like("%", "", false) && search__like("a%c", "abbbc", false));
	cr_expect(search__like("%b%b%", "abcb", false) && !search__like("%b%b%", "abc", false));
	cr_expect(search__like("caf_", "caf\xc3\xa9", false));
	cr_expect(!search__like("caf__", "caf\xc3\xa9", false));
	cr_expect(!search__like("A", "a", false) && search__like("A", "a", true));
	cr_expect(!search__like("", "a", false) && search__like("", "", false));
	cr_expect(search__like("%aab", "aaaaaaaaab", false));
}

Test(registry_search, a_run_is_found_by_name_id_beginning_of_its_id_and_last)
{
	struct fixture f = fixture_make();
	struct store *s = shelf(&f);
	struct arena a = {0};
	struct run_row r;

	cr_assert(store_run(s, &a, "last", &r, &f.e) == 0, "%s", f.e.msg);
	cr_expect_str_eq(r.name, "theirs");
	cr_assert(store_run(s, &a, "two", &r, &f.e) == 0, "%s", f.e.msg);
	cr_expect_str_eq(r.status, "ok");
	cr_expect(r.num == 2 && r.nodes == 1 && r.end_ms >= r.start_ms);
	cr_assert(store_run(s, &a, r.run_id, &r, &f.e) == 0 && str_eq(r.name, "two"));
	cr_assert(store_run(s, &a, "000000000", &r, &f.e) < 0, "several begin so");
	cr_assert(store_run(s, &a, "00000000000000000000000000000007", &r, &f.e) == 0);
	cr_expect(str_eq(r.name, "theirs") && str_eq(r.status, "cancelled") && r.num == 0);
	cr_expect(str_eq(r.experiment, "Default") && str_eq(r.user, "ada"));
	cr_expect(store_run(s, &a, "tow", &r, &f.e) < 0 && f.e.code == MLC_NOT_FOUND);
	cr_expect_str_eq(f.e.help, "did you mean `two`?");
	arena_fini(&a);
	store_close(s);
	fixture_drop(&f);
}

/* The first k by a metric are read from an index; all of them are sorted: both have one order. */
static void
expect_prefixes(struct fixture *f, struct store *s, const char *order)
{
	struct run_search all = {.order_by = order, .limit = -1};
	struct arena a = {0};
	struct run_row *want, *got;
	size_t n, k;

	cr_assert(store_runs(s, &a, &all, &want, &n, &f->e) == 0, "%s", f->e.msg);
	for (int64_t limit = 1; limit <= (int64_t)n + 1; limit++) {
		const struct run_search first = {.order_by = order, .limit = limit};

		cr_assert(store_runs(s, &a, &first, &got, &k, &f->e) == 0, "%s", f->e.msg);
		cr_expect(k == (limit < (int64_t)n ? (size_t)limit : n));
		for (size_t i = 0; i < k; i++)
			cr_expect(str_eq(got[i].run_id, want[i].run_id),
				"%s, limit %lld, row %zu: %s, not %s", order, (long long)limit, i,
				got[i].name, want[i].name);
	}
	arena_fini(&a);
}

Test(registry_search, the_first_by_a_metric_are_those_of_the_whole_order)
{
	struct fixture f = fixture_make();
	struct store *s = fixture_open(&f, STORE_WRITE);

	for (int i = 0; i < 40; i++) {
		const struct metric m = {"auc", i % 9 == 8 ? (double)NAN : (i * 7) % 5, 0, 1};
		const struct node_fact n = {
			.name = "n", .status = "ok", .metrics = &m, .n_metrics = i % 11 != 10};
		struct run_id id = fixture_run(&f, s, NULL);

		cr_assert(run_nodes(s, &id, &n, 1, &f.e) == 0, "%s", f.e.msg);
		cr_assert(run_end(s, &id, RUN_OK, &f.e) == 0);
		if (i % 6 == 5) {
			const struct run_row row = {.run_id = id.id, .name = id.name};

			cr_assert(store_delete(s, &row, true, &f.e) == 0);
		}
	}
	expect_prefixes(&f, s, "metrics.auc DESC");
	expect_prefixes(&f, s, "metrics.auc ASC");
	expect_prefixes(&f, s, "metrics.none");
	store_close(s);
	fixture_drop(&f);
}
