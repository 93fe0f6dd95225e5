/* SPDX-License-Identifier: Apache-2.0
 * base/yaml*.c. What text means and where errors stand is table data: tests/data/yaml.test. Here are
 * the limits, the ways in, and the functions on trees. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/base.h"

LEAK_SUITE(base_yaml);

static struct ynode *
parse(struct arena *a, const char *text)
{
	struct ynode *n = NULL;
	struct err e = {0};

	cr_assert(yaml_parse(a, "t.yml", text, strlen(text), &n, &e) == 0, "%s: %s", text, e.msg);
	return n;
}

static void
add_json(struct str *out, const struct ynode *n, bool mask)
{
	struct jw w;

	jw_init(&w, out);
	yaml_to_json(&w, n, mask);
}

/* --- the table ---------------------------------------------------------------------------------- */

struct kase {
	struct str name, text, args, want;
	int line;
};

/* Adds a line of a case's text, with <XX> and <EOF> put in place. */
static void
add_decoded(struct str *out, const char *line)
{
	unsigned byte;
	int n;

	for (; *line; line++) {
		if (str_starts(line, "<EOF>")) {
			if (out->len)
				out->len--;
			return;
		}
		n = 0;
		if (sscanf(line, "<%2X>%n", &byte, &n) == 1 && n == 4) {
			str_addc(out, (char)byte);
			line += 3;
		} else {
			str_addc(out, *line);
		}
	}
	str_addc(out, '\n');
}

static void
add_kind(struct str *out, const struct ynode *n)
{
	static const char *const names[] = {"null", "bool", "int", "float", "text", "list", "map"};

	str_addf(out, "%s %d:%d", names[n->kind], n->at.line, n->at.col);
	if (n->at.end_col)
		str_addf(out, "-%d", n->at.end_col);
	str_addc(out, '\n');
	for (size_t i = 0; i < n->n; i++) {
		if (n->kind == Y_MAP) {
			const struct ypair *p = &n->u.pairs[i];

			str_addf(out, "%s %d:%d-%d ", p->key, p->at.line, p->at.col, p->at.end_col);
			add_kind(out, p->value);
		} else {
			add_kind(out, n->u.items[i]);
		}
	}
}

static void
run_case(const struct kase *k)
{
	struct arena a = {0};
	struct ynode *n = NULL;
	struct err e = {0};
	struct str got = {0};
	char code[16];

	if (yaml_parse(&a, "t.yml", str_text(&k->text), k->text.len, &n, &e) != 0) {
		str_addf(&got, "%s %d:%d", code_name(e.code, code), e.line, e.col);
		if (e.end_col)
			str_addf(&got, "-%d", e.end_col);
		str_addf(&got, " %s\n", e.msg);
	} else if (str_eq(k->args.s, "places")) {
		add_kind(&got, n);
	} else {
		add_json(&got, n, false);
		str_addc(&got, '\n');
	}
	cr_expect(str_eq(got.s, k->want.s), "yaml.test:%d: %s\nwant %sgot  %s", k->line, k->name.s,
		k->want.s, got.s);
	str_fini(&got);
	arena_fini(&a);
}

static void
kase_fini(struct kase *k)
{
	str_fini(&k->name);
	str_fini(&k->text);
	str_fini(&k->args);
	str_fini(&k->want);
	*k = (struct kase){0};
}

Test(base_yaml, text_means_what_the_table_says)
{
	struct kase k = {0};
	char line[4096];
	int number = 0, cases = 0;
	FILE *f = fopen("tests/data/yaml.test", "r");

	cr_assert(f, "run from the root of the repository");
	while (fgets(line, sizeof(line), f)) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (str_starts(line, "== ")) {
			str_add(&k.name, line + 3);
			k.line = number;
		} else if (str_starts(line, "=> ")) {
			str_add(&k.args, line + 3);
		} else if (k.args.len && line[0]) {
			add_decoded(&k.want, line);
		} else if (k.args.len) {
			run_case(&k);
			kase_fini(&k);
			cases++;
		} else if (k.name.len) {
			add_decoded(&k.text, line);
		}
	}
	if (k.args.len)
		run_case(&k);
	kase_fini(&k);
	fclose(f);
	cr_expect(cases > 70, "only %d cases were found", cases);
}

/* --- limits ------------------------------------------------------------------------------------- */

static void
repeat(struct str *out, const char *s, int times)
{
	for (int i = 0; i < times; i++)
		str_add(out, s);
}

static enum err_code
code_of(const struct str *text, struct err *e)
{
	struct arena a = {0};
	struct ynode *n = NULL;
	int rc = yaml_parse(&a, "t.yml", str_text(text), text->len, &n, e);

	arena_fini(&a);
	return rc == 0 ? MLC_OK : e->code;
}

Test(base_yaml, depth_of_64_is_allowed_and_65_is_not)
{
	struct str text = {0};
	struct err e = {0};

	repeat(&text, "[", 64);
	repeat(&text, "]", 64);
	cr_expect_eq(code_of(&text, &e), MLC_OK);
	str_reset(&text);
	repeat(&text, "[", 65);
	repeat(&text, "]", 65);
	cr_expect_eq(code_of(&text, &e), MLC_YAML_LIMIT);
	cr_expect_eq(e.col, 65);
	str_fini(&text);
}

/* A quadratic reader needs minutes for these, not milliseconds; the bound leaves room for sanitizers. */
Test(base_yaml, deep_nesting_is_refused_at_once, .timeout = 10)
{
	static const char *const openers[] = {"[", "{a: ", "- ", "? ", "{[", "[{? "};
	struct err e = {0};

	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		struct str text = {0};
		int64_t start;

		repeat(&text, openers[i], (1 << 20) / (int)strlen(openers[i]));
		start = clock_mono_us();
		cr_expect_neq(code_of(&text, &e), MLC_OK, "%s", openers[i]);
		cr_expect_eq(e.line, 1);
		cr_expect(e.col <= 64 * 4 + 1, "%s: %d", openers[i], e.col);
		cr_expect(clock_mono_us() - start < 500000, "%s", openers[i]);
		str_fini(&text);
	}
}

Test(base_yaml, alias_bomb_is_refused)
{
	struct str text = {0};
	struct err e = {0};

	str_add(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 10; i++) {
		str_addf(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			str_addf(&text, "%s*a%d", j ? ", " : "", i - 1);
		str_add(&text, "]\n");
	}
	cr_expect_eq(code_of(&text, &e), MLC_YAML_LIMIT);
	cr_expect_eq(e.line, 4);
	str_fini(&text);
}

Test(base_yaml, aliases_make_at_most_10000_values)
{
	struct str text = {0};
	struct err e = {0};

	str_add(&text, "a: &a [");
	repeat(&text, "1, ", 99);
	str_add(&text, "]\nb: [");
	repeat(&text, "*a, ", 100);
	str_add(&text, "]\n");
	cr_expect_eq(code_of(&text, &e), MLC_OK);
	str_add(&text, "c: [*a]\n");
	cr_expect_eq(code_of(&text, &e), MLC_YAML_LIMIT);
	cr_expect_eq(e.line, 3);
	str_fini(&text);
}

Test(base_yaml, aliases_cannot_nest_deeper_than_text_may)
{
	struct str text = {0};
	struct err e = {0};

	str_add(&text, "a: &a ");
	repeat(&text, "[", 40);
	repeat(&text, "]", 40);
	str_add(&text, "\nb: ");
	repeat(&text, "[", 30);
	str_add(&text, "*a");
	repeat(&text, "]", 30);
	cr_expect_eq(code_of(&text, &e), MLC_YAML_LIMIT);
	cr_expect_eq(e.line, 2);
	str_fini(&text);
}

Test(base_yaml, at_most_1000_anchors)
{
	struct str text = {0};
	struct err e = {0};

	for (int i = 0; i < 1000; i++)
		str_addf(&text, "- &a%d x\n", i);
	cr_expect_eq(code_of(&text, &e), MLC_OK);
	str_add(&text, "- &b x\n");
	cr_expect_eq(code_of(&text, &e), MLC_YAML_LIMIT);
	cr_expect_eq(e.line, 1001);
	str_fini(&text);
}

Test(base_yaml, at_most_a_million_values)
{
	struct str text = {0};
	struct err e = {0};

	str_add(&text, "[");
	repeat(&text, "1,", 999999);
	str_add(&text, "]");
	cr_expect_eq(code_of(&text, &e), MLC_OK);
	text.len--;
	str_add(&text, "1]");
	cr_expect_eq(code_of(&text, &e), MLC_YAML_LIMIT);
	str_fini(&text);
}

Test(base_yaml, at_most_16_mib)
{
	struct str text = {0};
	struct err e = {0};

	str_add(&text, "a: ");
	repeat(&text, "xxxxxxxxxxxxxxxx", 1 << 20);
	text.len = (16 << 20);
	cr_expect_eq(code_of(&text, &e), MLC_OK);
	text.len++;
	cr_expect_eq(code_of(&text, &e), MLC_YAML_LIMIT);
	cr_expect_eq(e.line, 0);
	str_fini(&text);
}

Test(base_yaml, many_keys_cost_linear_time, .timeout = 20)
{
	struct str text = {0};
	struct err e = {0};

	for (int i = 0; i < 200000; i++)
		str_addf(&text, "key_%d: 1\n", i);
	cr_expect_eq(code_of(&text, &e), MLC_OK);
	str_fini(&text);
}

#ifndef UNIT_ASAN /* which cannot live with such a limit */
Test(base_yaml, out_of_memory_ends_with_70, .exit_code = 70)
{
	struct arena a = {0};
	struct ynode *n;
	struct str text = {0};
	struct rlimit limit = {.rlim_cur = 64 << 20, .rlim_max = 64 << 20};

	str_add(&text, "[");
	repeat(&text, "x,", 900000);
	str_add(&text, "]");
	setrlimit(RLIMIT_AS, &limit);
	if (yaml_parse(&a, "t.yml", text.s, text.len, &n, NULL) == 0)
		_exit(0);
	_exit(1);
}
#endif

/* --- errors ------------------------------------------------------------------------------------- */

static struct err
error_of(const char *text)
{
	struct arena a = {0};
	struct ynode *n = NULL;
	struct err e = {0};

	cr_expect_eq(yaml_parse(&a, "conf/t.yml", text, strlen(text), &n, &e), -1);
	arena_fini(&a);
	return e;
}

Test(base_yaml, duplicate_key_names_both_places)
{
	struct err e = error_of("a: 1\nb: 2\na: 3\n");

	cr_expect_str_eq(e.file, "conf/t.yml");
	cr_expect_str_eq(e.label, "second use");
	cr_expect_str_eq(e.note, "`a` was first used at conf/t.yml:1:1");
}

Test(base_yaml, alias_cycle_names_both_places)
{
	struct err e = error_of("k:\n  &x [1,\n   *x]\n");

	cr_expect_eq(e.line, 3);
	cr_expect_str_eq(e.note, "its anchor stands at conf/t.yml:2:3");
}

Test(base_yaml, unclosed_list_names_its_start)
{
	struct err e = error_of("a: [1, 2\nb: 3\n");

	cr_expect_eq(e.line, 2);
	cr_expect(strstr(e.note, "begins at conf/t.yml:1:4"), "%s", e.note);
}

Test(base_yaml, unknown_alias_is_met_with_a_near_one)
{
	cr_expect_str_eq(error_of("a: &base 1\nb: *bsae\n").help, "did you mean `*base`?");
}

Test(base_yaml, no_message_quotes_a_value)
{
	static const char *const texts[] = {"p: 99999999999999999999\n", "p: *hunter2\n",
		"p: !hunter2 x\n", "p: @hunter2\n", "p: \"hunter2\n", "p: \"hunter2\\q\"\n"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err e = error_of(texts[i]);

		cr_expect(!strstr(e.msg, "hunter2") && !strstr(e.msg, "9999"), "%s", e.msg);
		cr_expect(!strstr(e.help, "hunter2") && !strstr(e.help, "9999"), "%s", e.help);
		cr_expect(!strstr(e.note, "hunter2"), "%s", e.note);
	}
}

Test(base_yaml, failing_without_a_report_is_fine)
{
	struct arena a = {0};
	struct ynode *n = NULL;

	cr_expect_eq(yaml_parse(&a, "t", "[", 1, &n, NULL), -1);
	cr_expect_eq(yaml_parse(&a, "t", "a: 1\na: 2", 9, &n, NULL), -1);
	cr_expect_null(n);
	arena_fini(&a);
}

/* --- files -------------------------------------------------------------------------------------- */

Test(base_yaml, file_is_read_and_named_as_shown)
{
	struct arena a = {0};
	struct ynode *n = NULL;
	struct err e = {0};
	char path[] = "/tmp/mlc-yaml-XXXXXX";
	int fd = mkstemp(path);

	cr_assert(fd >= 0 && write(fd, "a: 1\n", 5) == 5);
	cr_assert_eq(yaml_parse_file(&a, path, "conf/a.yml", &n, &e), 0, "%s", e.msg);
	cr_expect_str_eq(yaml_get(n, "a")->at.file, "conf/a.yml");
	cr_expect_eq(ftruncate(fd, (16 << 20) + 1), 0);
	cr_expect_eq(yaml_parse_file(&a, path, "conf/a.yml", &n, &e), -1);
	cr_expect_eq(e.code, MLC_YAML_LIMIT);
	cr_expect_str_eq(e.file, "conf/a.yml");
	unlink(path);
	close(fd);
	arena_fini(&a);
}

Test(base_yaml, absent_files_and_folders_are_errors)
{
	struct arena a = {0};
	struct ynode *n = NULL;
	struct err e = {0};

	cr_expect_eq(yaml_parse_file(&a, "/nonexistent", "x.yml", &n, &e), -1);
	cr_expect_eq(e.code, MLC_FILE);
	cr_expect_str_eq(e.msg, "cannot read x.yml: No such file or directory");
	cr_expect_eq(yaml_parse_file(&a, "/tmp", "x.yml", &n, &e), -1);
	cr_expect_eq(e.code, MLC_FILE);
	cr_expect_str_eq(e.msg, "cannot read x.yml: Is a directory");
	arena_fini(&a);
}

/* --- values of the command line ----------------------------------------------------------------- */

struct value {
	const char *text, *json;
};

Test(base_yaml, command_line_values_are_typed)
{
	static const struct value values[] = {{"1", "1"}, {"1e3", "1000"}, {"true", "true"},
		{"", "null"}, {"  ", "null"}, {" 5 ", "5"}, {"[1, a]", "[1,\"a\"]"},
		{"{q: 1}", "{\"q\":1}"}, {"\"1\"", "\"1\""}, {"'x'", "\"x\""}, {"a: b", "\"a: b\""},
		{"*.csv", "\"*.csv\""}, {"#fff", "\"#fff\""}, {"- x", "\"- x\""}, {"@x", "\"@x\""},
		{"!x", "\"!x\""}, {"10:30", "\"10:30\""}, {"a #b", "\"a #b\""},
		{"1_000", "\"1_000\""}, {"%d", "\"%d\""}};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct arena a = {0};
		struct ynode *n = NULL;
		struct err e = {0};
		struct str got = {0};

		cr_expect_eq(
			yaml_parse_value(&a, "--params", values[i].text, &n, &e), 0, "%s", e.msg);
		add_json(&got, n, false);
		cr_expect_str_eq(str_text(&got), values[i].json, "%s", values[i].text);
		str_fini(&got);
		arena_fini(&a);
	}
}

Test(base_yaml, broken_command_line_values_are_refused)
{
	static const char *const texts[] = {"[1", "\"a\": b", "'a': b", "[a]: b", "{a: 1, a: 2}",
		"\"a\" b", "x\x01", "\xff", "99999999999999999999"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena a = {0};
		struct ynode *n = NULL;
		struct err e = {0};

		cr_expect_eq(
			yaml_parse_value(&a, "--params", texts[i], &n, &e), -1, "%s", texts[i]);
		cr_expect_str_eq(e.file, "--params");
		arena_fini(&a);
	}
}

/* --- trees -------------------------------------------------------------------------------------- */

Test(base_yaml, keys_are_found_or_not)
{
	struct arena a = {0};
	struct ynode *n = parse(&a, "a: {b: {c: 7}, bc: 8}\nd: ~\n");

	cr_expect_eq(yaml_path(n, "a.b.c")->v.i, 7);
	cr_expect_eq(yaml_path(n, "a.bc")->v.i, 8);
	cr_expect_null(yaml_path(n, "a.b.x"));
	cr_expect_null(yaml_path(n, "a.b.c.d"));
	cr_expect_null(yaml_path(n, "a..b"));
	cr_expect_null(yaml_path(n, ""));
	cr_expect_null(yaml_path(NULL, "a"));
	cr_expect_null(yaml_get(n, "x"));
	cr_expect_null(yaml_get(NULL, "x"));
	cr_expect_null(yaml_get(yaml_get(n, "d"), "x"));
	cr_expect_eq(yaml_pair(n, "d")->at.line, 2);
	cr_expect_null(yaml_str(yaml_get(n, "d")));
	cr_expect_null(yaml_str(yaml_get(n, "a")));
	cr_expect_null(yaml_str(NULL));
	cr_expect_str_eq(yaml_str(yaml_path(n, "a.bc")), "8");
	arena_fini(&a);
}

Test(base_yaml, put_replaces_and_adds_and_keeps_order)
{
	struct arena a = {0};
	struct ynode *n = parse(&a, "k0: 0\nk1: 1\n");
	struct ynode *empty = yaml_new(&a, Y_MAP, (struct place){.line = 1});
	struct str json = {0};

	for (int i = 1; i < 100; i++) {
		struct ynode *v = yaml_new(&a, Y_INT, (struct place){.line = i});
		const struct ypair pair = {.key = arena_printf(&a, "k%d", i), .value = v};

		v->v.i = i * 10;
		yaml_put(&a, n, &pair);
		yaml_put(&a, empty, &pair);
	}
	cr_expect_eq(n->n, 100);
	cr_expect_eq(empty->n, 99);
	for (int i = 0; i < 100; i++) {
		cr_expect_str_eq(n->u.pairs[i].key, arena_printf(&a, "k%d", i));
		cr_expect_eq(n->u.pairs[i].value->v.i, i * 10);
	}
	str_fini(&json);
	arena_fini(&a);
}

Test(base_yaml, equal_means_the_same_values)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {{"{a: 1, b: [x, ~]}", "b:\n- 'x'\n-\na: 1", true}, {"1", "1.0", false},
		{"'1'", "1", false}, {".nan", ".NaN", true}, {"[1, 2]", "[2, 1]", false},
		{"{a: 1}", "{b: 1}", false}, {"{a: 1}", "{a: 1, b: 2}", false},
		{"0x10", "16", true}, {"true", "TRUE", true}, {"true", "false", false},
		{"[]", "{}", false}, {"'a'", "\"a\"", true}, {"null", "~", true},
		{"1.5", "1.25", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a = {0};

		cr_expect_eq(yaml_equal(parse(&a, cases[i].a), parse(&a, cases[i].b)),
			cases[i].equal, "%s and %s", cases[i].a, cases[i].b);
		arena_fini(&a);
	}
	cr_expect(yaml_equal(NULL, NULL));
}

Test(base_yaml, secrets_are_masked_whole)
{
	struct arena a = {0};
	struct ynode *n = parse(&a, "user: me\npassword: x\ntokens: [1, 2]\n");
	struct str json = {0};

	yaml_get(n, "password")->secret = true;
	yaml_get(n, "tokens")->secret = true;
	add_json(&json, n, true);
	cr_expect_str_eq(json.s, "{\"user\":\"me\",\"password\":\"***\",\"tokens\":\"***\"}");
	str_reset(&json);
	add_json(&json, n, false);
	cr_expect_str_eq(json.s, "{\"user\":\"me\",\"password\":\"x\",\"tokens\":[1,2]}");
	str_fini(&json);
	arena_fini(&a);
}
