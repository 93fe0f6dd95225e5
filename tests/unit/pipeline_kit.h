/* SPDX-License-Identifier: Apache-2.0
 * What the tests of pipeline/ share: a project of one pipeline.yml, loaded; and errors by code. */
#ifndef TESTS_UNIT_PIPELINE_KIT_H
#define TESTS_UNIT_PIPELINE_KIT_H

#include "tests/unit/project_kit.h"

#include "pipeline/pipeline.h"

/* A loaded pipeline and all it stands on. */
struct kit {
	struct dir dir;
	struct project *project;
	struct arena arena;
	struct spec spec;
	struct graph graph;
	struct errs found;
	int rc; /* of the last step */
};

static inline void
kit_open(struct kit *k, const char *yaml)
{
	*k = (struct kit){0};
	dir_open(&k->dir);
	dir_write(&k->dir, "conf/base/pipeline.yml", yaml);
	k->project = must_open(&k->dir, NULL);
}

static inline void
kit_load(struct kit *k, const char *yaml, const char *pipeline)
{
	kit_open(k, yaml);
	k->rc = pipeline_load(&k->arena, k->project, pipeline, &k->spec, &k->found);
}

/* Loads what must load, and builds its graph. */
static inline void
kit_graph(struct kit *k, const char *yaml)
{
	kit_load(k, yaml, NULL);
	cr_assert(k->rc == 0, "%s", k->found.n ? k->found.v[0].msg : "?");
	k->rc = graph_build(&k->arena, &k->spec, &k->graph, &k->found);
}

static inline void
kit_close(struct kit *k)
{
	graph_fini(&k->graph);
	arena_fini(&k->arena);
	errs_fini(&k->found);
	project_close(k->project);
	dir_close(&k->dir);
}

/* The i-th mistake that was found. */
static inline const struct err *
kit_error(const struct kit *k, size_t i)
{
	cr_assert(k->rc == -1, "nothing was found");
	cr_assert(i < k->found.n, "only %zu were found", k->found.n);
	return &k->found.v[i];
}

static inline void
kit_expect(const struct kit *k, size_t i, enum err_code code, const char *msg, int line, int col)
{
	const struct err *e = kit_error(k, i);

	cr_expect(e->code == code, "%zu: code %d: %s", i, e->code, e->msg);
	cr_expect_str_eq(e->msg, msg);
	cr_expect(
		e->line == line && e->col == col, "%zu: at %d:%d: %s", i, e->line, e->col, e->msg);
}

/* The names of the order, "a b c"; owned. */
static inline char *
kit_order(const struct kit *k)
{
	struct str s = {0};

	for (size_t i = 0; i < k->graph.n_order; i++)
		str_addf(&s, "%s%s", i ? " " : "", k->spec.nodes[k->graph.order[i]].name);
	return s.s ? s.s : mem_strdup("");
}

static inline void
kit_expect_order(const struct kit *k, const char *names)
{
	char *order = kit_order(k);

	cr_expect_str_eq(order, names);
	free(order);
}

#endif
