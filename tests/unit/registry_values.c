/* SPDX-License-Identifier: Apache-2.0
 * Metrics, parameters and tags by MLflow's rules. */
#include "tests/unit/registry_fixture.h"

LEAK_SUITE(registry_values);

struct ready {
	struct fixture f;
	struct store *s;
	struct run_id id;
};

static struct ready
ready(void)
{
	struct ready r = {.f = fixture_make()};

	r.s = fixture_open(&r.f, STORE_WRITE);
	r.id = fixture_run(&r.f, r.s, NULL);
	return r;
}

static void
done(struct ready *r)
{
	store_close(r->s);
	fixture_drop(&r->f);
}

static int
record(struct ready *r, const char *node, const struct metric *m, size_t n)
{
	struct node_fact fact = {.name = node,
		.plugin = "p",
		.status = "ok",
		.attempts = 1,
		.metrics = m,
		.n_metrics = n};

	r->f.e = (struct err){0};
	return run_nodes(r->s, &r->id, &fact, 1, &r->f.e);
}

Test(registry_values, nan_and_infinities_are_written_as_mlflow_writes_them)
{
	const struct metric m[] = {{"a", (double)NAN, 0, 5}, {"b", (double)INFINITY, 0, 5},
		{"c", -(double)INFINITY, 0, 5}, {"d", -0.5, -3, 5}};
	struct ready r = ready();
	double v;

	cr_assert(record(&r, "n", m, 4) == 0, "%s", r.f.e.msg);
	expect_sql(&r.f,
		"SELECT key, value = 0, value > 1.797e308, value < -1.797e308, is_nan, step, "
		"timestamp"
		" FROM metrics ORDER BY key",
		7, "a|1|0|0|1|0|5\nb|0|1|0|0|0|5\nc|0|0|1|0|0|5\nd|0|0|0|0|-3|5\n");
	expect_sql(&r.f,
		"SELECT count(*) FROM metrics m JOIN latest_metrics l USING (key, run_uuid)"
		" WHERE (m.value, m.is_nan, m.step, m.timestamp)"
		" IS (l.value, l.is_nan, l.step, l.timestamp)",
		1, "4\n");
	cr_expect(value__latest(r.s, r.id.id, "a", &v, NULL) == 1 && isnan(v));
	cr_expect(value__latest(r.s, r.id.id, "d", &v, NULL) == 1 && v == -0.5);
	cr_expect(value__latest(r.s, r.id.id, "x", &v, NULL) == 0);
	done(&r);
}

Test(registry_values, the_latest_metric_is_the_greatest_by_step_time_and_value)
{
	static const struct {
		struct metric m[3];
		const char *latest;
	} cases[] = {
		{{{"k", 1, 0, 9}, {"k", 2, 1, 1}, {"k", 3, 0, 99}}, "2\n"}, /* step first */
		{{{"k", 1, 5, 3}, {"k", 2, 5, 2}, {"k", 3, 5, 1}}, "1\n"},  /* then time */
		{{{"k", 1, 5, 3}, {"k", 7, 5, 3}, {"k", 3, 5, 3}}, "7\n"},  /* then value */
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ready r = ready();

		cr_assert(record(&r, "n", cases[i].m, 3) == 0, "%s", r.f.e.msg);
		expect_sql(&r.f, "SELECT CAST(value AS INTEGER) FROM latest_metrics", 1,
			cases[i].latest);
		expect_sql(&r.f, "SELECT count(*) FROM metrics", 1, "3\n");
		done(&r);
	}
}

Test(registry_values, the_same_point_twice_is_one_point)
{
	const struct metric m[] = {{"k", 1.5, 2, 3}, {"k", 1.5, 2, 3}};
	struct ready r = ready();

	cr_assert(record(&r, "n", m, 2) == 0, "%s", r.f.e.msg);
	expect_sql(&r.f, "SELECT count(*) FROM metrics", 1, "1\n");
	done(&r);
}

Test(registry_values, keys_follow_mlflows_rule)
{
	static const char *const good[] = {"auc", "a.b-c_d: e/f", "train.max_iter", "x",
		"\xc3\xa4uc", "a..b", "mlflow.source.git.commit"};
	static const char *const bad[] = {"", "/a", "a/", "a//b", "../a", "a/../b", "./a", ".",
		"..", "..a", "a\nb", "a'b", "a\"b", "auc@10", "a;b",
		"a\xff"
		"b",
		NULL};
	char longest[251], too_long[252];

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		cr_expect(record_key_ok(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_expect(!record_key_ok(bad[i]), "%s", bad[i] ? bad[i] : "NULL");
	memset(longest, 'k', 250);
	longest[250] = '\0';
	memset(too_long, 'k', 251);
	too_long[251] = '\0';
	cr_expect(record_key_ok(longest));
	cr_expect(!record_key_ok(too_long));
}

Test(registry_values, one_bad_key_and_nothing_of_the_batch_is_recorded)
{
	const struct metric m[] = {{"fine", 1, 0, 0}, {"'; DROP TABLE metrics; --", 2, 0, 0}};
	struct ready r = ready();

	cr_expect(record(&r, "train", m, 2) == -1);
	cr_expect(r.f.e.code == MLC_NAME && strstr(r.f.e.msg, "train"), "%s", r.f.e.msg);
	expect_sql(&r.f, "SELECT (SELECT count(*) FROM metrics) + (SELECT count(*) FROM mlc_nodes)",
		1, "0\n");
	cr_expect(record(&r, "train", m, 1) == 0, "%s", r.f.e.msg);
	done(&r);
}

Test(registry_values, parameters_are_written_once)
{
	const struct tag first[] = {{"a", "1"}, {"b", NULL}}, same[] = {{"a", "1"}, {"b", ""}},
			 other[] = {{"c", "3"}, {"a", "2"}};
	struct ready r = ready();

	cr_expect(run_params(r.s, &r.id, first, 2, &r.f.e) == 0, "%s", r.f.e.msg);
	cr_expect(run_params(r.s, &r.id, same, 2, &r.f.e) == 0, "%s", r.f.e.msg);
	cr_expect(run_params(r.s, &r.id, other, 2, &r.f.e) == -1);
	cr_expect(strstr(r.f.e.msg, "`a`") != NULL, "%s", r.f.e.msg);
	expect_sql(&r.f, "SELECT key, value FROM params ORDER BY key", 2, "a|1\nb|\n");
	done(&r);
}

Test(registry_values, a_tag_keeps_its_last_value)
{
	const struct tag tags[] = {{"note", "one"}, {"note", "two"}, {"q'uote", "x"}};
	struct ready r = ready();

	cr_expect(run_tags(r.s, &r.id, tags, 2, &r.f.e) == 0, "%s", r.f.e.msg);
	cr_expect(run_tags(r.s, &r.id, tags, 3, &r.f.e) == -1 && r.f.e.code == MLC_NAME);
	expect_sql(&r.f, "SELECT value FROM tags WHERE key = 'note'", 1, "two\n");
	done(&r);
}

Test(registry_values, long_values_are_cut_between_characters)
{
	struct str text = {0};
	struct ready r = ready();
	struct tag t = {"long", NULL};

	for (int i = 0; i < 9000; i++)
		str_add(&text, "\xe2\x82\xac");
	t.value = text.s;
	cr_expect(run_params(r.s, &r.id, &t, 1, &r.f.e) == 0, "%s", r.f.e.msg);
	cr_expect(run_params(r.s, &r.id, &t, 1, &r.f.e) == 0, "cut values differ: %s", r.f.e.msg);
	cr_expect(run_tags(r.s, &r.id, &t, 1, &r.f.e) == 0, "%s", r.f.e.msg);
	expect_sql(&r.f,
		"SELECT length(p.value), length(t.value), substr(p.value, -1) = '\xe2\x82\xac'"
		" FROM params p JOIN tags t USING (key, run_uuid)",
		3, "6000|5000|1\n");
	str_fini(&text);
	done(&r);
}

Test(registry_values, text_that_fits_is_left_alone_and_bad_bytes_are_marked)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} cases[] = {
		{"", 5, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc"},
		{"abc", 0, ""},
		{"\xc3\xa4\xe2\x82\xac\xf0\x9f\xa6\xa6", 3, "\xc3\xa4\xe2\x82\xac\xf0\x9f\xa6\xa6"},
		{"\xc3\xa4\xe2\x82\xac\xf0\x9f\xa6\xa6", 2, "\xc3\xa4\xe2\x82\xac"},
		{"a\xff"
		 "b",
			9,
			"a\xef\xbf\xbd"
			"b"},                                  /* no lead byte */
		{"\xc0\xaf", 9, "\xef\xbf\xbd\xef\xbf\xbd"},   /* overlong */
		{"\xed\xa0\x80", 1, "\xef\xbf\xbd"},           /* surrogate */
		{"\xf4\x90\x80\x80", 1, "\xef\xbf\xbd"},       /* beyond U+10FFFF */
		{"x\xe2\x82", 9, "x\xef\xbf\xbd\xef\xbf\xbd"}, /* cut off */
		{NULL, 9, ""},
	};
	struct str buf = {0};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *got = text__fit(&buf, cases[i].in, cases[i].max);

		cr_expect_str_eq(got, cases[i].out, "case %zu: %s", i, got);
	}
	str_fini(&buf);
}
