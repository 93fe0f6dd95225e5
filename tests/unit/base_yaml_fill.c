/* SPDX-License-Identifier: Apache-2.0
 * base/yaml_fill.c. */
#include "tests/unit/unit.h"

#include <stddef.h>
#include "base/base.h"

LEAK_SUITE(base_yaml_fill);

struct node_spec {
	const char *name;
	int64_t retries, timeout, memory;
	double rate;
	bool cached;
	struct ynode *inputs;
};

static const struct yfield node_fields[] = {
	{"name", YF_STR, true, offsetof(struct node_spec, name), "the node's name"},
	{"retries", YF_INT, false, offsetof(struct node_spec, retries), NULL},
	{"timeout", YF_DURATION, false, offsetof(struct node_spec, timeout), NULL},
	{"memory", YF_SIZE, false, offsetof(struct node_spec, memory), NULL},
	{"rate", YF_FLOAT, false, offsetof(struct node_spec, rate), NULL},
	{"cached", YF_BOOL, false, offsetof(struct node_spec, cached), NULL},
	{"inputs", YF_NODE, false, offsetof(struct node_spec, inputs), NULL},
	{0},
};

static struct ynode *
parse(struct arena *a, const char *text)
{
	struct ynode *n = NULL;
	struct err e = {0};

	cr_assert(yaml_parse(a, "t.yml", text, strlen(text), &n, &e) == 0, "%s: %s", text, e.msg);
	return n;
}

static int
fill(struct arena *a, const char *text, struct node_spec *spec, struct errs *found)
{
	return yaml_fill(parse(a, text), node_fields, spec, "node `train`", found);
}

Test(base_yaml_fill, fill_sets_every_type)
{
	struct arena a = {0};
	struct errs found = {0};
	struct node_spec s = {0};

	cr_assert_eq(fill(&a,
			     "name: train\nretries: 2\ntimeout: 10m\nmemory: 2GiB\nrate: 1\n"
			     "cached: true\ninputs: [x]\n",
			     &s, &found),
		0);
	cr_expect_str_eq(s.name, "train");
	cr_expect_eq(s.retries, 2);
	cr_expect_eq(s.timeout, 600000);
	cr_expect_eq(s.memory, 2LL << 30);
	cr_expect_eq(s.rate, 1.0);
	cr_expect(s.cached);
	cr_expect_eq(s.inputs->kind, Y_LIST);
	cr_expect_eq(found.n, 0);
	errs_fini(&found);
	arena_fini(&a);
}

Test(base_yaml_fill, fill_leaves_defaults_for_absent_and_null_keys)
{
	struct arena a = {0};
	struct errs found = {0};
	struct node_spec s = {.retries = 5, .timeout = 7, .rate = 0.5};

	cr_expect_eq(fill(&a, "name: x\nretries: ~\ntimeout:\n", &s, &found), 0);
	cr_expect_eq(s.retries, 5);
	cr_expect_eq(s.timeout, 7);
	cr_expect_eq(s.rate, 0.5);
	errs_fini(&found);
	arena_fini(&a);
}

Test(base_yaml_fill, fill_finds_everything_at_once)
{
	struct arena a = {0};
	struct errs found = {0};
	struct node_spec s = {0};

	cr_expect_eq(fill(&a,
			     "retires: 2\ncached: yes\ntimeout: 10\nmemory: lots\nretries: '3'\n"
			     "zzz: 1\n",
			     &s, &found),
		-1);
	cr_assert_eq(found.n, 7);
	cr_expect_eq(found.v[0].code, MLC_CONF_UNKNOWN);
	cr_expect_str_eq(found.v[0].msg, "unknown key `retires` in node `train`");
	cr_expect_str_eq(found.v[0].help, "did you mean `retries`?");
	cr_expect_eq(found.v[1].code, MLC_CONF_TYPE);
	cr_expect_str_eq(found.v[1].help, "write true or false: in YAML 1.2, yes is text");
	cr_expect_str_eq(
		found.v[1].msg, "`cached` of node `train` must be true or false, not text");
	cr_expect_eq(found.v[1].col, 9);
	cr_expect_eq(found.v[1].end_col, 12);
	cr_expect_eq(found.v[2].code, MLC_CONF_VALUE);
	cr_expect_eq(found.v[3].code, MLC_CONF_VALUE);
	cr_expect_eq(found.v[3].line, 4);
	cr_expect_str_eq(found.v[4].help, "remove the quotes");
	cr_expect(str_starts(found.v[5].help, "known keys: `name`, `retries`"));
	cr_expect_eq(found.v[6].code, MLC_CONF_MISSING);
	cr_expect_str_eq(found.v[6].msg, "`name` is missing in node `train`");
	cr_expect_str_eq(found.v[6].help, "add `name: ...`: the node's name");
	errs_fini(&found);
	arena_fini(&a);
}

Test(base_yaml_fill, fill_wants_a_map)
{
	struct arena a = {0};
	struct errs found = {0};
	struct node_spec s = {0};

	cr_expect_eq(fill(&a, "[1]", &s, &found), -1);
	cr_expect_eq(found.v[0].code, MLC_CONF_TYPE);
	cr_expect_str_eq(found.v[0].msg, "node `train` must be a map, not a list");
	cr_expect_eq(fill(&a, "name:", &s, &found), -1);
	cr_expect_str_eq(found.v[1].msg, "`name` is empty in node `train`");
	cr_expect_eq(yaml_fill(NULL, node_fields, &s, "x", &found), -1);
	cr_expect_eq(found.v[2].code, MLC_CONF_MISSING);
	cr_expect_eq(found.v[2].line, 0);
	errs_fini(&found);
	arena_fini(&a);
}

Test(base_yaml_fill, fill_never_shows_a_secret)
{
	struct arena a = {0};
	struct errs found = {0};
	struct node_spec s = {0};
	struct ynode *n = parse(&a, "name: 12345\n");

	yaml_get(n, "name")->secret = true;
	cr_expect_eq(yaml_fill(n, node_fields, &s, "entry", &found), -1);
	cr_expect(!strstr(found.v[0].msg, "12345") && !strstr(found.v[0].help, "12345"));
	errs_fini(&found);
	arena_fini(&a);
}
