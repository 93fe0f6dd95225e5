/* SPDX-License-Identifier: Apache-2.0
 * Slicing: which nodes of the graph run. As in Kedro, each filter is applied to the whole graph and
 * the results are intersected, never chained. */
#include "pipeline/pipeline.h"

enum how { ONLY, AND_AFTER, AND_BEFORE };

/* Marks everything reachable from the marked nodes, downstream or upstream. Works on the sorted
 * order, so one pass is enough. */
static void
spread(const struct graph *g, bool *mark, enum how how)
{
	for (size_t k = 0; how == AND_AFTER && k < g->n_order; k++) {
		const struct spec_node *n = &g->spec->nodes[g->order[k]];
		for (size_t i = 0; i < n->n_inputs; i++) {
			int p = graph_dataset(g, n->inputs[i].dataset)->producer;
			if (p >= 0 && mark[p])
				mark[g->order[k]] = true;
		}
	}
	for (size_t k = g->n_order; how == AND_BEFORE && k-- > 0;) {
		const struct spec_node *n = &g->spec->nodes[g->order[k]];
		for (size_t i = 0; mark[g->order[k]] && i < n->n_inputs; i++) {
			int p = graph_dataset(g, n->inputs[i].dataset)->producer;
			if (p >= 0)
				mark[p] = true;
		}
	}
}

static int
unknown_node(const struct graph *g, const char *name, struct err *e)
{
	struct map names = {0};
	for (size_t i = 0; i < g->spec->n; i++)
		map_put(&names, g->spec->nodes[i].name, &names);
	err_set(e, MLC_NOT_FOUND, "pipeline `%s` has no node `%s`", g->spec->name, name);
	const char *near = map_near(&names, name);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e, "its nodes: mlflow-c run --dry-run");
	map_fini(&names);
	return -1;
}

static int
mark_node(const struct graph *g, const char *name, bool *mark, struct err *e)
{
	for (size_t i = 0; i < g->spec->n; i++)
		if (str_eq(g->spec->nodes[i].name, name)) {
			mark[i] = true;
			return 0;
		}
	return unknown_node(g, name, e);
}

static void
mark_tag(const struct graph *g, const char *tag, bool *mark)
{
	for (size_t i = 0; i < g->spec->n; i++)
		for (size_t t = 0; t < g->spec->nodes[i].n_tags; t++)
			if (str_eq(g->spec->nodes[i].tags[t], tag))
				mark[i] = true;
}

/* Takes the next name of a comma-separated list into buf; NULL at the end. */
static const char *
next_name(const char **list, char *buf, size_t size)
{
	const char *p = *list;
	while (*p == ',' || *p == ' ')
		p++;
	size_t n = strcspn(p, ", ");
	if (n == 0)
		return NULL;
	(void)snprintf(buf, size, "%.*s", (int)n, p);
	*list = p + n;
	return buf;
}

/* Intersects `keep` with what one filter selects. */
static int
filter(const struct graph *g, const char *list, bool tags, enum how how, bool *keep, struct err *e)
{
	char name[256];
	int rc = 0;
	if (!list)
		return 0;
	bool *mark = mem_alloc(g->spec->n + 1);
	while (rc == 0 && next_name(&list, name, sizeof(name)))
		if (tags)
			mark_tag(g, name, mark);
		else
			rc = mark_node(g, name, mark, e);
	spread(g, mark, how);
	for (size_t i = 0; i < g->spec->n; i++)
		keep[i] = keep[i] && mark[i];
	free(mark);
	return rc;
}

int
graph_slice(struct graph *g, const struct slice *s, struct err *e)
{
	bool *keep = mem_alloc(g->spec->n + 1);
	memset(keep, true, g->spec->n);
	int rc = filter(g, s->nodes, false, ONLY, keep, e);
	if (rc == 0)
		rc = filter(g, s->from_nodes, false, AND_AFTER, keep, e);
	if (rc == 0)
		rc = filter(g, s->to_nodes, false, AND_BEFORE, keep, e);
	if (rc == 0)
		rc = filter(g, s->tags, true, ONLY, keep, e);
	size_t n = 0;
	for (size_t i = 0; i < g->n_order; i++)
		if (keep[g->order[i]])
			g->order[n++] = g->order[i];
	g->n_order = n;
	if (rc == 0 && n == 0) {
		rc = err_set(e, MLC_EMPTY, "the selection leaves no node of pipeline `%s` to run",
			g->spec->name);
		err_help(
			e, "each flag selects from the whole pipeline, and all of them must agree");
	}
	free(keep);
	return rc;
}
