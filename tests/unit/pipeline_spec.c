/* SPDX-License-Identifier: Apache-2.0
 * pipeline/spec.c: all forms in which pipeline.yml can say something, and what it cannot say. */
#include "tests/unit/pipeline_kit.h"

LEAK_SUITE(pipeline_spec);

#define NODES "main:\n  nodes:\n"

static const struct spec_node *
node(const struct kit *k, const char *name)
{
	for (size_t i = 0; i < k->spec.n; i++)
		if (str_eq(k->spec.nodes[i].name, name))
			return &k->spec.nodes[i];
	cr_assert(false, "there is no node %s", name);
	return NULL;
}

/* The names of the nodes, as they stand. */
static void
expect_nodes(const struct kit *k, const char *names)
{
	struct str s = {0};

	cr_assert(k->rc == 0, "%s", k->found.n ? k->found.v[0].msg : "?");
	for (size_t i = 0; i < k->spec.n; i++)
		str_addf(&s, "%s%s", i ? " " : "", k->spec.nodes[i].name);
	cr_expect_str_eq(str_text(&s), names);
	str_fini(&s);
}

Test(pipeline_spec, a_bare_node_has_a_name_that_is_also_its_plugin)
{
	struct kit k;

	kit_load(&k, NODES "    - name: clean\n", NULL);
	expect_nodes(&k, "clean");
	const struct spec_node *n = node(&k, "clean");
	cr_expect_str_eq(n->plugin, "clean");
	cr_expect(!n->params && !n->n_inputs && !n->n_outputs && !n->n_tags);
	cr_expect(n->retries == 0 && n->timeout_ms == 0 && n->memory == 0);
	cr_expect(n->at.line == 3 && n->at.col == 13);
	cr_expect_str_eq(n->at.file, "conf/base/pipeline.yml");
	kit_close(&k);
}

Test(pipeline_spec, a_full_node_has_everything)
{
	struct kit k;

	kit_load(&k,
		NODES "    - name: clean\n"
		      "      plugin: tools:scrub\n"
		      "      description: Washes.\n"
		      "      inputs: {table: raw, more: extra}\n"
		      "      outputs: {table: washed}\n"
		      "      params: clean.strict\n"
		      "      tags: [daily, wet]\n"
		      "      retries: 3\n"
		      "      timeout: 10m\n"
		      "      resources: {memory: 2GiB}\n",
		"main");
	expect_nodes(&k, "clean");
	const struct spec_node *n = node(&k, "clean");
	cr_expect_str_eq(n->plugin, "tools:scrub");
	cr_expect_str_eq(n->pipeline, "main");
	cr_assert(n->n_inputs == 2 && n->n_outputs == 1);
	cr_expect_str_eq(n->inputs[1].port, "more");
	cr_expect_str_eq(n->inputs[1].dataset, "extra");
	cr_expect(n->inputs[1].at.line == 6);
	cr_expect_str_eq(n->outputs[0].port, "table");
	cr_expect_str_eq(n->params, "clean.strict");
	cr_expect(n->params_at.line == 8);
	cr_assert(n->n_tags == 2);
	cr_expect_str_eq(n->tags[1], "wet");
	cr_expect(n->retries == 3 && n->timeout_ms == 600000 && n->memory == 2ll << 30);
	kit_close(&k);
}

Test(pipeline_spec, ports_are_named_or_by_position_or_the_only_one)
{
	struct kit k;

	kit_load(&k, NODES "    - {name: a, inputs: [x, y], outputs: z, tags: one}\n", NULL);
	const struct spec_node *n = node(&k, "a");
	cr_assert(n->n_inputs == 2 && n->n_outputs == 1 && n->n_tags == 1);
	cr_expect(!n->inputs[0].port && !n->inputs[1].port && !n->outputs[0].port);
	cr_expect_str_eq(n->inputs[0].dataset, "x");
	cr_expect_str_eq(n->inputs[1].dataset, "y");
	cr_expect_str_eq(n->outputs[0].dataset, "z");
	cr_expect_str_eq(n->tags[0], "one");
	kit_close(&k);
}

Test(pipeline_spec, empty_lists_are_as_good_as_none)
{
	struct kit k;

	kit_load(&k,
		NODES "    - {name: a, inputs: [], outputs: {}, tags: [], resources: {}}\n"
		      "    - {name: b, inputs: null, outputs: , tags: ~, params: , retries: }\n",
		NULL);
	expect_nodes(&k, "a b");
	cr_expect(!node(&k, "a")->n_inputs && !node(&k, "a")->n_outputs && !node(&k, "a")->n_tags);
	cr_expect(!node(&k, "b")->n_inputs && !node(&k, "b")->params);
	kit_close(&k);
}

Test(pipeline_spec, datasets_that_look_like_numbers_are_names)
{
	struct kit k;

	kit_load(&k, NODES "    - {name: \"1\", inputs: 2024, outputs: [1.5, true]}\n", NULL);
	expect_nodes(&k, "1");
	cr_expect_str_eq(node(&k, "1")->inputs[0].dataset, "2024");
	cr_expect_str_eq(node(&k, "1")->outputs[0].dataset, "1.5");
	cr_expect_str_eq(node(&k, "1")->outputs[1].dataset, "true");
	kit_close(&k);
}

/* ---- pipelines */

#define THREE                                               \
	"one: {nodes: [{name: a}]}\n"                       \
	"two: {nodes: [{name: b}, {name: c}]}\n"            \
	"both: {include: [two, one], nodes: [{name: d}]}\n" \
	"again: {include: [both, one, two]}\n"              \
	"alias: both\n"                                     \
	"short: {include: one}\n"

Test(pipeline_spec, a_pipeline_by_name_has_its_own_nodes)
{
	struct kit k;

	kit_load(&k, THREE, "two");
	expect_nodes(&k, "b c");
	cr_expect_str_eq(k.spec.name, "two");
	kit_close(&k);
}

Test(pipeline_spec, includes_come_first_and_each_pipeline_once)
{
	struct kit k;

	kit_load(&k, THREE, "both");
	expect_nodes(&k, "b c a d");
	kit_close(&k);
	kit_load(&k, THREE, "again");
	expect_nodes(&k, "b c a d");
	kit_close(&k);
	kit_load(&k, THREE, "short");
	expect_nodes(&k, "a");
	kit_close(&k);
}

Test(pipeline_spec, a_name_may_stand_for_another_pipeline)
{
	struct kit k;

	kit_load(&k, THREE, "alias");
	expect_nodes(&k, "b c a d");
	kit_close(&k);
}

Test(pipeline_spec, without_a_name_all_pipelines_run_together)
{
	struct kit k;

	kit_load(&k, THREE, NULL);
	expect_nodes(&k, "a b c d");
	cr_expect_str_eq(k.spec.name, "__default__");
	kit_close(&k);
}

Test(pipeline_spec, the_default_is_what_it_says)
{
	struct kit k;

	kit_load(&k, THREE "__default__: two\n", NULL);
	expect_nodes(&k, "b c");
	kit_close(&k);
	kit_load(&k, THREE "__default__: {include: [one], nodes: [{name: z}]}\n", NULL);
	expect_nodes(&k, "a z");
	kit_close(&k);
	kit_load(&k, THREE "__default__: alias\n", NULL);
	expect_nodes(&k, "b c a d");
	kit_close(&k);
}

Test(pipeline_spec, an_unknown_pipeline_is_answered_with_the_one_that_was_meant)
{
	struct kit k;

	kit_load(&k, THREE, "boht");
	cr_expect(kit_error(&k, 0)->code == MLC_PIPELINE);
	cr_expect(strstr(k.found.v[0].help, "`both`"), "%s", k.found.v[0].help);
	kit_close(&k);
	kit_load(&k, THREE, "entirely_else");
	cr_expect(kit_error(&k, 0)->code == MLC_PIPELINE);
	cr_expect(strstr(k.found.v[0].help, "`one`, `two`"), "%s", k.found.v[0].help);
	kit_close(&k);
	kit_load(&k, "", "any");
	cr_expect(kit_error(&k, 0)->code == MLC_PIPELINE);
	cr_expect(k.found.v[0].help[0]);
	kit_close(&k);
}

Test(pipeline_spec, an_include_of_nothing_points_at_it)
{
	struct kit k;

	kit_load(&k, "one: {nodes: [{name: a}]}\nall:\n  include: [one, tow]\n", "all");
	kit_expect(&k, 0, MLC_PIPELINE, "there is no pipeline `tow`", 3, 18);
	kit_close(&k);
}

Test(pipeline_spec, includes_in_a_circle_are_told_as_a_path)
{
	struct kit k;

	kit_load(&k, "a: {include: [b]}\nb: {include: c}\nc: {include: [a]}\n", "a");
	kit_expect(&k, 0, MLC_CYCLE, "pipelines include each other: a -> b -> c -> a", 3, 15);
	cr_expect(k.found.n == 1);
	kit_close(&k);
	kit_load(&k, "a: {include: a}\n", NULL);
	cr_expect(kit_error(&k, 0)->code == MLC_CYCLE);
	kit_close(&k);
	kit_load(&k, "a: b\nb: a\n", "a"); /* names that stand for each other */
	cr_expect(kit_error(&k, 0)->code == MLC_CYCLE || k.found.v[0].code == MLC_EMPTY);
	kit_close(&k);
}

Test(pipeline_spec, includes_too_deep_are_refused_and_do_not_overflow)
{
	struct str yaml = {0};
	struct kit k;

	for (int i = 0; i < 200; i++)
		str_addf(&yaml, "p%d: {include: p%d}\n", i, i + 1);
	str_add(&yaml, "p200: {nodes: [{name: x}]}\n");
	kit_load(&k, yaml.s, "p0");
	cr_expect(kit_error(&k, 0)->code == MLC_CYCLE);
	kit_close(&k);
	str_fini(&yaml);
}

Test(pipeline_spec, a_pipeline_without_nodes_is_an_error)
{
	static const char *const texts[] = {"main: {}\n", "main: {nodes: []}\n", "main:\n",
		"main: {nodes: }\n", "main: {description: soon}\n", ""};
	struct kit k;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		kit_load(&k, texts[i], NULL);
		cr_expect(kit_error(&k, 0)->code == MLC_EMPTY || k.found.v[0].code == MLC_CONF_TYPE,
			"%s: %s", texts[i], k.found.v[0].msg);
		kit_close(&k);
	}
}

/* ---- mistakes: each with its place, and all at once */

Test(pipeline_spec, unknown_keys_point_at_the_key)
{
	struct kit k;

	kit_load(&k,
		"main:\n  node: []\n  nodes:\n    - {name: a, ouputs: b}\n"
		"    - {name: b, resources: {cpu: 1}}\n",
		NULL);
	kit_expect(&k, 0, MLC_CONF_UNKNOWN, "unknown key `node` in a pipeline", 2, 3);
	kit_expect(&k, 1, MLC_CONF_UNKNOWN, "unknown key `ouputs` in a node", 4, 17);
	kit_expect(&k, 2, MLC_CONF_UNKNOWN, "unknown key `cpu` in resources", 5, 29);
	cr_expect(strstr(k.found.v[0].help, "`nodes`") && strstr(k.found.v[1].help, "`outputs`"));
	cr_expect(k.found.n == 3);
	kit_close(&k);
}

Test(pipeline_spec, values_of_the_wrong_kind_point_at_the_value)
{
	struct kit k;

	kit_load(&k,
		NODES "    - text\n"
		      "    - {name: [a]}\n"
		      "    - {name: b, inputs: [{x: y}], outputs: {t: [z]}, tags: {u: v}}\n"
		      "    - {name: c, timeout: soon, retries: few, resources: much}\n"
		      "    - {name: d, retries: -1}\n"
		      "    - {plugin: e}\n",
		NULL);
	static const int lines[] = {3, 4, 5, 5, 5, 6, 6, 6, 7, 8};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		cr_expect(kit_error(&k, i)->line == lines[i], "%zu: line %d: %s", i,
			k.found.v[i].line, k.found.v[i].msg);
	cr_expect(k.found.n == sizeof(lines) / sizeof(lines[0]), "%zu", k.found.n);
	kit_close(&k);
}

Test(pipeline_spec, node_names_go_into_file_names_and_are_held_to_that)
{
	static const char *const bad[] = {"a/b", "..", "../x", "a b", "", "a\\tb", "\xc3\xa9"};
	struct kit k;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct str yaml = {0};
		str_addf(&yaml, NODES "    - {name: \"%s\"}\n", bad[i]);
		kit_load(&k, yaml.s, NULL);
		cr_expect(k.rc == -1, "%s", bad[i]);
		kit_close(&k);
		str_fini(&yaml);
	}
}

Test(pipeline_spec, pipelines_of_the_wrong_kind_are_told)
{
	struct kit k;

	kit_load(&k, "main: [a]\n", NULL);
	cr_expect(kit_error(&k, 0)->code == MLC_CONF_TYPE);
	kit_close(&k);
	kit_load(&k, "main: {nodes: {name: a}}\n", NULL);
	cr_expect(kit_error(&k, 0)->code == MLC_CONF_TYPE);
	kit_close(&k);
	kit_load(&k, "main: {include: 5, nodes: [{name: a}]}\n", NULL);
	cr_expect(kit_error(&k, 0)->code == MLC_PIPELINE);
	kit_close(&k);
}

/* ---- secret.c */

Test(pipeline_spec, secrets_are_known_by_name)
{
	cr_expect(secret_by_name("db_password", "x"));
	cr_expect(secret_by_name("password", ""));
	cr_expect(secret_by_name("service.api_token", "x"));
	cr_expect(secret_by_name("CLIENT_SECRET", NULL));
	cr_expect(secret_by_name("api_key", "12345678"));
	cr_expect(!secret_by_name("api_key", "1234567"));
	cr_expect(!secret_by_name("key", "1234567890"));
	cr_expect(!secret_by_name("key_column", "1234567890"));
	cr_expect(!secret_by_name("tokens", "x"));
	cr_expect(!secret_by_name("password.hint", "x"));
	cr_expect(!secret_by_name("", ""));
}

Test(pipeline_spec, secrets_on_a_command_line_are_masked)
{
	static const char *const cases[][2] = {
		{"run", "run"},
		{"", ""},
		{"a.api_token=x,b=c", "a.api_token=***,b=c"},
		{"b=c,db_password=x y", "b=c,db_password=***"},
		{"--params=db.password=x", "--params=db.password=***"},
		{",a=b,,", ",a=b,,"},
		{"x=y=z", "x=y=z"},
		{"=", "="},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = {0};
		secret_mask_arg(&s, cases[i][0]);
		cr_expect_str_eq(str_text(&s), cases[i][1]);
		str_fini(&s);
	}
}
