/* SPDX-License-Identifier: Apache-2.0
 * pipeline/graph.c: who waits for whom, in which order, and what is no graph. */
#include "tests/unit/pipeline_kit.h"

LEAK_SUITE(pipeline_graph);

#define NODES "main:\n  nodes:\n"

Test(pipeline_graph, layers_go_before_names)
{
	struct kit k;

	kit_graph(&k,
		NODES "    - {name: a, inputs: y, outputs: z}\n"
		      "    - {name: z, outputs: x}\n"
		      "    - {name: c, outputs: w}\n"
		      "    - {name: b, inputs: [w, x], outputs: y}\n"
		      "    - {name: d, inputs: file, outputs: v}\n"
		      "    - {name: C, inputs: w}\n");
	cr_assert(k.rc == 0);
	kit_expect_order(&k, "c d z C b a");
	kit_close(&k);
}

Test(pipeline_graph, a_dataset_knows_its_producer_and_each_reader_once)
{
	struct kit k;

	kit_graph(&k,
		NODES "    - {name: w, outputs: x}\n"
		      "    - {name: r, inputs: {a: x, b: x, c: file}, outputs: y}\n"
		      "    - {name: s, inputs: x}\n");
	cr_assert(k.rc == 0);
	const struct graph_dataset *x = graph_dataset(&k.graph, "x");
	cr_assert(x != NULL);
	cr_expect(x->producer == 0);
	cr_assert(x->n_readers == 2);
	cr_expect(x->readers[0] == 1 && x->readers[1] == 2);
	const struct graph_dataset *file = graph_dataset(&k.graph, "file");
	cr_expect(file->producer == -1 && file->n_readers == 1);
	cr_expect(graph_dataset(&k.graph, "y")->n_readers == 0);
	cr_expect(!graph_dataset(&k.graph, "none"));
	kit_expect_order(&k, "w r s");
	kit_close(&k);
}

Test(pipeline_graph, a_node_without_ports_is_a_graph)
{
	struct kit k;

	kit_graph(&k, NODES "    - {name: alone}\n");
	cr_expect(k.rc == 0);
	kit_expect_order(&k, "alone");
	kit_close(&k);
}

Test(pipeline_graph, readers_of_one_dataset_may_be_many)
{
	struct str yaml = {0};
	struct kit k;

	str_add(&yaml, NODES "    - {name: w, outputs: x}\n");
	for (int i = 0; i < 1000; i++)
		str_addf(&yaml, "    - {name: r%03d, inputs: x, outputs: y%d}\n", i, i);
	str_add(&yaml, "    - {name: all, inputs: [y0");
	for (int i = 1; i < 1000; i++)
		str_addf(&yaml, ", y%d", i);
	str_add(&yaml, "]}\n");
	kit_graph(&k, yaml.s);
	cr_assert(k.rc == 0);
	cr_expect(graph_dataset(&k.graph, "x")->n_readers == 1000);
	cr_assert(k.graph.n_order == 1002);
	cr_expect_str_eq(k.spec.nodes[k.graph.order[0]].name, "w");
	cr_expect_str_eq(k.spec.nodes[k.graph.order[1]].name, "r000");
	cr_expect_str_eq(k.spec.nodes[k.graph.order[1000]].name, "r999");
	cr_expect_str_eq(k.spec.nodes[k.graph.order[1001]].name, "all");
	kit_close(&k);
	str_fini(&yaml);
}

Test(pipeline_graph, a_chain_of_10000_nodes_is_sorted_at_once, .timeout = 20)
{
	struct str yaml = {0};
	struct kit k;

	str_add(&yaml, NODES);
	for (int i = 9999; i >= 0; i--)
		str_addf(&yaml, "    - {name: n%d, inputs: d%d, outputs: d%d}\n", i, i, i + 1);
	kit_graph(&k, yaml.s);
	cr_assert(k.rc == 0);
	cr_assert(k.graph.n_order == 10000);
	for (int i = 0; i < 10000; i++)
		cr_assert(k.graph.order[i] == 9999 - i);
	kit_close(&k);
	str_fini(&yaml);
}

Test(pipeline_graph, a_cycle_is_told_in_the_direction_of_the_data)
{
	struct kit k;

	kit_graph(&k,
		NODES "    - {name: first, inputs: c, outputs: a}\n"
		      "    - {name: second, inputs: a, outputs: b}\n"
		      "    - {name: third, inputs: b, outputs: c}\n");
	const struct err *e = kit_error(&k, 0);
	cr_expect(k.found.n == 1);
	cr_expect(e->code == MLC_CYCLE);
	/* any of the three may begin it */
	static const char *const ways[] = {"first -> second -> third -> first",
		"second -> third -> first -> second", "third -> first -> second -> third"};
	bool told = false;
	for (size_t i = 0; i < 3; i++)
		told |= strstr(e->msg, ways[i]) != NULL;
	cr_expect(told, "%s", e->msg);
	cr_expect(e->line >= 3 && e->line <= 5 && e->help[0]);
	kit_close(&k);
}

Test(pipeline_graph, nodes_before_and_behind_a_cycle_are_not_part_of_it)
{
	struct kit k;

	kit_graph(&k,
		NODES "    - {name: behind, inputs: y, outputs: z}\n"
		      "    - {name: before, outputs: w}\n"
		      "    - {name: one, inputs: [w, y], outputs: x}\n"
		      "    - {name: two, inputs: [w, x], outputs: y}\n");
	const struct err *e = kit_error(&k, 0);
	cr_expect(k.found.n == 1 && e->code == MLC_CYCLE);
	cr_expect(!strstr(e->msg, "before") && !strstr(e->msg, "behind"), "%s", e->msg);
	cr_expect(strstr(e->msg, "one -> two -> one") || strstr(e->msg, "two -> one -> two"), "%s",
		e->msg);
	kit_close(&k);
}

Test(pipeline_graph, two_producers_are_told_with_both_places)
{
	struct kit k;

	kit_graph(&k,
		NODES "    - {name: one, outputs: x}\n"
		      "    - {name: two, outputs: {port: x}}\n"
		      "    - {name: three, outputs: [y, x]}\n");
	kit_expect(&k, 0, MLC_TWO_PRODUCERS, "nodes `one` and `two` both write `x`", 4, 35);
	kit_expect(&k, 1, MLC_TWO_PRODUCERS, "nodes `one` and `three` both write `x`", 5, 34);
	cr_expect(k.found.n == 2);
	cr_expect(
		strstr(k.found.v[0].note, "conf/base/pipeline.yml:3:14"), "%s", k.found.v[0].note);
	kit_close(&k);
}

Test(pipeline_graph, one_node_cannot_write_a_dataset_twice)
{
	struct kit k;

	kit_graph(&k, NODES "    - {name: one, outputs: {a: x, b: x}}\n");
	cr_expect(kit_error(&k, 0)->code == MLC_TWO_PRODUCERS);
	kit_close(&k);
}

Test(pipeline_graph, a_node_that_reads_what_it_writes_is_no_cycle_but_a_self_loop)
{
	struct kit k;

	kit_graph(&k, NODES "    - {name: self, inputs: [a, x], outputs: x}\n");
	kit_expect(&k, 0, MLC_SELF_LOOP, "node `self` reads and writes `x`", 3, 32);
	cr_expect(k.found.n == 1);
	kit_close(&k);
}

Test(pipeline_graph, names_are_unique_and_all_doubles_are_told)
{
	struct kit k;

	kit_graph(&k,
		NODES "    - {name: a, outputs: x}\n"
		      "    - {name: b, outputs: y}\n"
		      "    - {name: a, outputs: z}\n"
		      "    - {name: a}\n"
		      "    - {name: A}\n");
	kit_expect(&k, 0, MLC_DUPLICATE_NODE, "two nodes are called `a`", 5, 14);
	kit_expect(&k, 1, MLC_DUPLICATE_NODE, "two nodes are called `a`", 6, 14);
	cr_expect(k.found.n == 2);
	cr_expect(strstr(k.found.v[1].note, "pipeline.yml:3:14"), "%s", k.found.v[1].note);
	kit_close(&k);
}

/* ---- slice.c */

#define DIAMOND                                                             \
	NODES "    - {name: a, outputs: x, tags: [red]}\n"                  \
	      "    - {name: b, inputs: x, outputs: y, tags: [red, blue]}\n" \
	      "    - {name: c, inputs: x, outputs: z, tags: blue}\n"        \
	      "    - {name: d, inputs: [y, z], outputs: w}\n"               \
	      "    - {name: e, inputs: w}\n"                                \
	      "    - {name: far, outputs: v, tags: [green]}\n"

static void
expect_slice(const struct slice *s, const char *names)
{
	struct kit k;
	struct err e = {0};

	kit_graph(&k, DIAMOND);
	cr_assert(k.rc == 0);
	cr_expect(graph_slice(&k.graph, s, &e) == 0, "%s", e.msg);
	kit_expect_order(&k, names);
	kit_close(&k);
}

Test(pipeline_slice, without_filters_everything_stays)
{
	expect_slice(&(struct slice){0}, "a far b c d e");
}

Test(pipeline_slice, nodes_are_just_those)
{
	expect_slice(&(struct slice){.nodes = "d"}, "d");
	expect_slice(&(struct slice){.nodes = "e,a"}, "a e");
	expect_slice(&(struct slice){.nodes = " e , a ,, e"}, "a e");
}

Test(pipeline_slice, from_nodes_takes_what_is_behind_and_to_nodes_what_is_before)
{
	expect_slice(&(struct slice){.from_nodes = "b"}, "b d e");
	expect_slice(&(struct slice){.from_nodes = "b,far"}, "far b d e");
	expect_slice(&(struct slice){.to_nodes = "d"}, "a b c d");
	expect_slice(&(struct slice){.to_nodes = "b,far"}, "a far b");
}

Test(pipeline_slice, tags_take_nodes_with_any_of_them)
{
	expect_slice(&(struct slice){.tags = "red"}, "a b");
	expect_slice(&(struct slice){.tags = "red,green"}, "a far b");
	expect_slice(&(struct slice){.tags = "blue,none"}, "b c");
}

/* Not one after the other: from b, then to c would be nothing either way, but to d from the rest. */
Test(pipeline_slice, each_filter_sees_the_whole_graph_and_the_results_are_intersected)
{
	expect_slice(&(struct slice){.from_nodes = "b", .to_nodes = "d"}, "b d");
	expect_slice(&(struct slice){.from_nodes = "a", .to_nodes = "b"}, "a b");
	expect_slice(&(struct slice){.tags = "red", .to_nodes = "d"}, "a b");
	expect_slice(&(struct slice){.nodes = "a,d,e", .from_nodes = "b"}, "d e");
	expect_slice(&(struct slice){.nodes = "a,e", .tags = "red", .to_nodes = "e"}, "a");
}

static struct err
slice_fails(const struct slice *s)
{
	struct kit k;
	struct err e = {0};

	kit_graph(&k, DIAMOND);
	cr_assert(k.rc == 0);
	cr_expect(graph_slice(&k.graph, s, &e) == -1);
	kit_close(&k);
	return e;
}

Test(pipeline_slice, nothing_left_is_an_error)
{
	cr_expect(slice_fails(&(struct slice){.nodes = "a", .tags = "blue"}).code == MLC_EMPTY);
	cr_expect(
		slice_fails(&(struct slice){.from_nodes = "b", .to_nodes = "c"}).code == MLC_EMPTY);
	cr_expect(slice_fails(&(struct slice){.tags = "none"}).code == MLC_EMPTY);
	cr_expect(slice_fails(&(struct slice){.nodes = ""}).code == MLC_EMPTY);
	cr_expect(slice_fails(&(struct slice){.nodes = " , "}).code == MLC_EMPTY);
}

Test(pipeline_slice, an_unknown_node_is_an_error_with_the_one_that_was_meant)
{
	struct err e = slice_fails(&(struct slice){.nodes = "a,fra"});

	cr_expect(e.code == MLC_NOT_FOUND);
	cr_expect(strstr(e.msg, "`fra`"), "%s", e.msg);
	cr_expect(strstr(e.help, "`far`"), "%s", e.help);
	e = slice_fails(&(struct slice){.to_nodes = "entirely_else"});
	cr_expect(e.code == MLC_NOT_FOUND && !strstr(e.help, "mean") && e.help[0], "%s", e.help);
	e = slice_fails(&(struct slice){.from_nodes = "A"});
	cr_expect(e.code == MLC_NOT_FOUND);
}

TestSuite(pipeline_slice, .fini = unit_leak_check, .timeout = 60);
