/* SPDX-License-Identifier: Apache-2.0
 * Slicing: which nodes of the graph run, and why. As in Kedro, each filter is applied to the whole
 * graph and the results are intersected, never chained; a filter with no names selects nothing.
 *
 *	x        as dataset: x and all x@format        x@format: only itself
 *	a.b      as namespace: a.b, a.b.c, not a.bc
 *
 * What is left is a graph of its own, with layers of its own.
 *
 * What --only-missing-outputs leaves out comes last, looking at files: from the end of the order
 * backwards, a node runs if it writes nothing, if a file it writes is not there, or if a node that
 * runs reads from it what is not there. */
#include "pipeline/pipeline.h"

enum how { ONLY, AND_AFTER, AND_BEFORE };

/* One filter at work. */
struct filter {
	const struct graph *g;
	const char **names; /* arena */
	size_t n;
	int *by;      /* by node: 1 + index of the name that selects it, 0: none */
	bool *direct; /* by node: selected itself, not through others */
};
typedef int matcher(struct filter *f, size_t name, struct err *e);

static void
mark(struct filter *f, size_t node, size_t name)
{
	if (!f->by[node])
		f->by[node] = (int)name + 1;
	f->direct[node] = true;
}

/* Carries the marks downstream or upstream. Works on the sorted order, so one pass is enough. */
static void
spread(struct filter *f, enum how how)
{
	const struct graph *g = f->g;
	for (size_t k = 0; how == AND_AFTER && k < g->n_order; k++) {
		const struct spec_node *n = &g->spec->nodes[g->order[k]];
		int *by = &f->by[g->order[k]];
		for (size_t i = 0; i < n->n_inputs && !*by; i++) {
			int p = graph_producer(g, &n->inputs[i]);
			*by = p >= 0 ? f->by[p] : 0;
		}
	}
	for (size_t k = g->n_order; how == AND_BEFORE && k-- > 0;) {
		const struct spec_node *n = &g->spec->nodes[g->order[k]];
		int by = f->by[g->order[k]];
		for (size_t i = 0; by && i < n->n_inputs; i++) {
			int p = graph_producer(g, &n->inputs[i]);
			if (p >= 0 && !f->by[p])
				f->by[p] = by;
		}
	}
}

/* ---- what the names mean */

static int
unknown(const struct filter *f, const char *what, const char *name, const struct map *known,
	struct err *e)
{
	const char *near = map_near(known, name);
	err_set(e, MLC_NOT_FOUND, "pipeline `%s` has no %s `%s`", f->g->spec->name, what, name);
	for (size_t i = 0; !near && i < known->n; i++) { /* one that has it behind a namespace */
		size_t len = strlen(known->keys[i]), end = strlen(name);
		if (len > end && known->keys[i][len - end - 1] == '.' &&
			str_ends(known->keys[i], name))
			near = known->keys[i];
	}
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else if (known == &f->g->nodes)
		err_help(e, "its nodes: mlflow-c run --dry-run");
	return -1;
}

static int
match_node(struct filter *f, size_t name, struct err *e)
{
	const struct spec_node *n = map_get(&f->g->nodes, f->names[name]);
	if (!n)
		return unknown(f, "node", f->names[name], &f->g->nodes, e);
	mark(f, (size_t)(n - f->g->spec->nodes), name);
	return 0;
}

static int
match_tag(struct filter *f, size_t name, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < f->g->spec->n; i++)
		for (size_t t = 0; t < f->g->spec->nodes[i].n_tags; t++)
			if (str_eq(f->g->spec->nodes[i].tags[t], f->names[name]))
				mark(f, i, name);
	return 0;
}

static int
match_namespace(struct filter *f, size_t name, struct err *e)
{
	struct map known = {0};
	size_t len = strlen(f->names[name]);
	bool found = false;
	for (size_t i = 0; i < f->g->spec->n; i++) {
		const char *ns = f->g->spec->nodes[i].namespace_;
		if (ns && str_starts(ns, f->names[name]) && (!ns[len] || ns[len] == '.')) {
			mark(f, i, name);
			found = true;
		} else if (ns) {
			map_put(&known, ns, f);
		}
	}
	int rc = found ? 0 : unknown(f, "namespace", f->names[name], &known, e);
	map_fini(&known);
	return rc;
}

static bool
names_port(const char *name, const struct spec_port *p)
{
	return str_eq(name, p->dataset) || (!p->param && str_eq(name, p->base));
}

/* Marks the nodes that read (or write) the dataset; it must be some port's. */
static int
match_dataset(struct filter *f, size_t name, bool reads, struct err *e)
{
	const char *want = f->names[name];
	bool found = false;
	for (size_t i = 0; i < f->g->spec->n; i++) {
		const struct spec_node *n = &f->g->spec->nodes[i];
		for (size_t k = 0; k < n->n_inputs + n->n_outputs; k++) {
			bool input = k < n->n_inputs;
			const struct spec_port *p =
				input ? &n->inputs[k] : &n->outputs[k - n->n_inputs];
			if (!names_port(want, p))
				continue;
			found = true;
			if (input == reads)
				mark(f, i, name);
		}
	}
	return found ? 0 : unknown(f, "dataset", want, &f->g->by_name, e);
}

static int
match_input(struct filter *f, size_t name, struct err *e)
{
	return match_dataset(f, name, true, e);
}

static int
match_output(struct filter *f, size_t name, struct err *e)
{
	return match_dataset(f, name, false, e);
}

static const struct filter_kind {
	size_t offset; /* of the list in struct slice */
	enum how how;
	matcher *match;
	const char *why; /* of those selected themselves; the name follows, but for nodes */
} kinds[] = {
	{offsetof(struct slice, nodes), ONLY, match_node, "named"},
	{offsetof(struct slice, from_nodes), AND_AFTER, match_node, "start of --from-nodes"},
	{offsetof(struct slice, to_nodes), AND_BEFORE, match_node, "end of --to-nodes"},
	{offsetof(struct slice, from_inputs), AND_AFTER, match_input, "reads"},
	{offsetof(struct slice, to_outputs), AND_BEFORE, match_output, "writes"},
	{offsetof(struct slice, tags), ONLY, match_tag, "tag"},
	{offsetof(struct slice, namespaces), ONLY, match_namespace, "namespace"},
};

/* ---- the filters */

/* Splits a list with commas into the arena. */
static void
split(struct filter *f, const char *list)
{
	f->names = arena_alloc(f->g->a, (strlen(list) / 2 + 2) * sizeof(*f->names));
	while (*list) {
		size_t n = strcspn(list, ", ");
		if (n)
			f->names[f->n++] = arena_strndup(f->g->a, list, n);
		list += n + (list[n] != '\0');
	}
}

static void
add_why(const struct graph *g, size_t node, const char *text)
{
	const char *old = g->why[node];
	g->why[node] = old ? arena_printf(g->a, "%s; %s", old, text) : text;
}

static void
explain(const struct filter *f, const struct filter_kind *k, size_t node)
{
	const char *name = f->names[f->by[node] - 1];
	bool alone = k->match == match_node && f->direct[node];
	const char *why = f->direct[node] ? k->why
		: k->how == AND_AFTER     ? "downstream of"
					  : "upstream of";
	add_why(f->g, node, alone ? why : arena_printf(f->g->a, "%s %s", why, name));
}

/* Intersects `keep` with what one filter selects. */
static int
filter(const struct graph *g, const struct filter_kind *k, const char *list, bool *keep,
	struct err *e)
{
	struct filter f = {.g = g};
	int rc = 0;
	if (!list)
		return 0;
	split(&f, list);
	f.by = mem_alloc((g->spec->n + 1) * sizeof(*f.by));
	f.direct = mem_alloc(g->spec->n + 1);
	for (size_t i = 0; i < f.n && rc == 0; i++)
		rc = k->match(&f, i, e);
	spread(&f, k->how);
	for (size_t i = 0; i < g->spec->n; i++) {
		keep[i] = keep[i] && f.by[i];
		if (keep[i])
			explain(&f, k, i);
	}
	free(f.by);
	free(f.direct);
	return rc;
}

/* ---- what exists already */

enum there { IN_MEMORY, MISSING, EXISTS };

static enum there
look(const struct slice *s, const char *dataset)
{
	const struct dataset *d = catalog_get(s->catalog, dataset);
	if (!d || !d->path)
		return IN_MEMORY;
	return dataset_exists(d, s->rootfd) ? EXISTS : MISSING;
}

/* Why the node must run; NULL: it need not. `needed` is what nodes that run read, by exact name. */
static const char *
must_run(const struct graph *g, const struct slice *s, const struct spec_node *n,
	const struct map *needed)
{
	if (n->n_outputs == 0)
		return "writes nothing";
	for (size_t o = 0; o < n->n_outputs; o++)
		if (look(s, n->outputs[o].dataset) == MISSING)
			return arena_printf(g->a, "%s is missing", n->outputs[o].dataset);
	for (size_t o = 0; o < n->n_outputs; o++) {
		const char *dataset = n->outputs[o].dataset, *reader = map_get(needed, dataset);
		if (reader && look(s, dataset) != EXISTS)
			return arena_printf(g->a, "%s is needed by %s", dataset, reader);
	}
	return NULL;
}

static void
leave_out_existing(struct graph *g, const struct slice *s)
{
	struct map needed = {0};
	bool *keep = mem_alloc(g->spec->n + 1);
	for (size_t k = g->n_order; k-- > 0;) {
		const struct spec_node *n = &g->spec->nodes[g->order[k]];
		const char *why = must_run(g, s, n, &needed);
		keep[g->order[k]] = why != NULL;
		add_why(g, (size_t)g->order[k], why ? why : "its outputs exist");
		for (size_t i = 0; why && i < n->n_inputs; i++)
			map_put(&needed, n->inputs[i].dataset, (void *)(uintptr_t)n->name);
	}
	graph_sort(g, keep);
	map_fini(&needed);
	free(keep);
}

int
graph_slice(struct graph *g, const struct slice *s, struct err *e)
{
	bool *keep = mem_alloc(g->spec->n + 1);
	int rc = 0;
	memset(keep, true, g->spec->n);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && rc == 0; i++) {
		const char *list;
		memcpy(&list, (const char *)s + kinds[i].offset, sizeof(list));
		rc = filter(g, &kinds[i], list, keep, e);
	}
	graph_sort(g, keep);
	free(keep);
	if (rc < 0)
		return rc;
	if (g->n_order == 0) {
		err_set(e, MLC_EMPTY, "the selection leaves no node of pipeline `%s` to run",
			g->spec->name);
		return err_help(
			e, "each flag selects from the whole pipeline, and all of them must agree");
	}
	g->listed = arena_alloc(g->a, g->n_order * sizeof(*g->listed));
	g->n_listed = g->n_order;
	memcpy(g->listed, g->order, g->n_order * sizeof(*g->listed));
	if (s->only_missing)
		leave_out_existing(g, s);
	for (size_t i = 0; i < g->n_listed; i++)
		if (!g->why[g->listed[i]])
			g->why[g->listed[i]] = "selected";
	return 0;
}
