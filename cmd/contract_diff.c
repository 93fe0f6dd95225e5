/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c contract diff: what a newer contract changes for those who read the dataset, and which
 * nodes those are. The older one is a file, or what a revision of git has under the same path. */
#include "cmd/contracts.h"

#include <unistd.h>

struct diff_args {
	const char *against;
	bool exit_code;
};

struct sides {
	struct arena arena;
	const struct contract *from, *to;
	const char *dataset; /* NULL: only the files are known */
	struct contract_diff diff;
	struct loaded graph; /* with dataset */
	const struct graph_dataset *links;
};

static int
wrong_usage(struct errs *found)
{
	struct err e = {0};

	err_set(&e, MLC_USAGE, "contract diff wants two files, or a dataset and --against");
	err_help(&e, "such as: mlflow-c contract diff loans --against HEAD~1");
	errs_add(found, &e);
	return -1;
}

static int
read_both(struct app *a, struct sides *s, struct errs *found)
{
	const struct diff_args *args = a->opts;
	const char *path;
	struct err e = {0};

	if ((a->n_args == 2) == (args->against != NULL))
		return wrong_usage(found);
	if (a->n_args == 2)
		return contract_at_path(&s->arena, a->args[0], &s->from, found) |
			contract_at_path(&s->arena, a->args[1], &s->to, found);
	s->dataset = a->args[0];
	path = project_contract(a->project, s->dataset);
	if (!path) {
		err_set(&e, MLC_CONTRACT_NONE, "`%s` has no contract", s->dataset);
		errs_add(found, &e);
		return -1;
	}
	if (contract_load(&s->arena, a->project->rootfd, path, &s->to, found) < 0)
		return -1;
	if (access(args->against, R_OK) == 0)
		return contract_at_path(&s->arena, args->against, &s->from, found);
	return contract_at_revision(a, &s->arena, args->against, path, &s->from, found);
}

/* --- what is told -------------------------------------------------------------------------------- */

static const char *
kind_of(const struct contract_change *c)
{
	return c->breaking ? "breaking" : c->tighter ? "tighter" : "compatible";
}

static const char *
node_name(const struct sides *s, int node)
{
	return s->graph.spec.nodes[node].name;
}

static void
print_json(struct app *a, const struct sides *s)
{
	struct str out = {0};
	struct jw w;

	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "dataset", s->dataset);
	jw_kv_bool(&w, "breaking", s->diff.n_breaking > 0);
	jw_key(&w, "changes");
	jw_array(&w);
	for (size_t i = 0; i < s->diff.n; i++) {
		const struct contract_change *c = &s->diff.v[i];

		jw_object(&w);
		jw_kv_str(&w, "kind", kind_of(c));
		jw_kv_str(&w, "column", c->column);
		jw_kv_str(&w, "rule", c->rule);
		jw_kv_str(&w, "was", c->was[0] ? c->was : NULL);
		jw_kv_str(&w, "is", c->is[0] ? c->is : NULL);
		jw_kv_str(&w, "file", c->at.file);
		jw_kv_i64(&w, "line", c->at.line);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	jw_kv_str(&w, "writer",
		s->links && s->links->producer >= 0 ? node_name(s, s->links->producer) : NULL);
	jw_key(&w, "readers");
	jw_array(&w);
	for (int i = 0; s->links && i < (int)s->links->n_readers; i++)
		jw_str(&w, node_name(s, s->links->readers[i]));
	jw_end(&w, ']');
	jw_key(&w, "checkers");
	jw_array(&w);
	for (size_t i = 0; i < s->graph.graph.n_waits; i++)
		if (str_eq(s->graph.graph.waits[i].dataset, s->dataset))
			jw_str(&w, node_name(s, s->graph.graph.waits[i].then));
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static void
print_table(struct app *a, const struct sides *s)
{
	static const char *const head[] = {"CHANGE", "COLUMN", "RULE", "WAS", "IS"};
	struct table t = {.columns = 5};

	if (!s->diff.n)
		return;
	table_head(&t, head);
	for (size_t i = 0; i < s->diff.n; i++) {
		const struct contract_change *c = &s->diff.v[i];

		table_cell(&t, "%s", kind_of(c));
		table_cell(&t, "%s", c->column ? c->column : "(table)");
		table_cell(&t, "%s", c->rule);
		table_cell(&t, "%s", c->was[0] ? c->was : "-");
		table_cell(&t, "%s", c->is[0] ? c->is : "-");
	}
	table_print(a, &t);
}

/* Whom it concerns: readers, if less is promised; the writer, if more is. */
static void
print_nodes(const struct sides *s)
{
	bool tighter = false;

	for (size_t i = 0; i < s->diff.n; i++)
		tighter |= s->diff.v[i].tighter;
	if (s->diff.n_breaking && s->links && s->links->n_readers) {
		(void)fprintf(stderr, "breaking for");
		for (int i = 0; i < (int)s->links->n_readers; i++)
			(void)fprintf(stderr, "%s `%s`", i ? "," : "",
				node_name(s, s->links->readers[i]));
		(void)fprintf(stderr, ", which read%s `%s`\n", s->links->n_readers == 1 ? "s" : "",
			s->dataset);
	}
	for (size_t i = 0; s->diff.n_breaking && i < s->graph.graph.n_waits; i++)
		if (str_eq(s->graph.graph.waits[i].dataset, s->dataset))
			(void)fprintf(stderr,
				"breaking for the contract that `%s` checks against `%s`\n",
				node_name(s, s->graph.graph.waits[i].then), s->dataset);
	if (tighter && s->links && s->links->producer >= 0)
		(void)fprintf(stderr, "tighter for `%s`, which writes `%s`\n",
			node_name(s, s->links->producer), s->dataset);
	if (!s->diff.n)
		(void)fprintf(stderr, "nothing that is checked differs\n");
}

static int
run(struct app *a)
{
	const struct diff_args *args = a->opts;
	struct sides s = {.from = NULL};
	struct errs found = {0};
	int code = 0, rc = read_both(a, &s, &found);

	if (rc == 0 && s.dataset)
		rc = load_graph(a, NULL, &s.graph, &found);
	if (rc < 0) {
		code = report_all(a, &found);
	} else {
		if (s.dataset)
			s.links = graph_dataset(&s.graph.graph, s.dataset);
		contract_compare(s.from, s.to, &s.diff);
		if (a->g.json)
			print_json(a, &s);
		else
			print_table(a, &s);
		if (!a->g.json && !a->g.quiet)
			print_nodes(&s);
		code = args->exit_code && s.diff.n_breaking ? EXIT_DIFFERS : 0;
	}
	contract_diff_fini(&s.diff);
	if (s.dataset)
		loaded_fini(&s.graph);
	errs_fini(&found);
	arena_fini(&s.arena);
	return code;
}

static const char *const examples[] = {"mlflow-c contract diff loans --against HEAD~1",
	"since the last commit", "mlflow-c contract diff old.yml new.yml --exit-code",
	"exit 10 if readers break", NULL};
static const struct opt opts[] = {
	{"against", 0, OPT_STR, offsetof(struct diff_args, against), "REV",
		"the older one: a revision of git, or a file"},
	{"exit-code", 0, OPT_FLAG, offsetof(struct diff_args, exit_code), NULL,
		"exit 10 if a change is breaking"},
	{0},
};
const struct cmd cmd_contract_diff = {
	.name = "contract diff",
	.args = "DATASET | OLD NEW",
	.min_args = 1,
	.max_args = 2,
	.summary = "What a newer contract changes, and for which nodes.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.opts = opts,
	.opts_size = sizeof(struct diff_args),
	.run = run,
};
