/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c validate: everything that can be known to be wrong before a run, all at once. */
#include "cmd/cmd.h"

#include "contract/contract.h"

struct validate_args {
	struct param_opts params; /* first, see TAKES_PARAMS */
	const char *pipeline;
};

/* Contracts of every dataset that the plan touches. */
static void
check_contracts(struct app *a, struct loaded *l, struct errs *found)
{
	struct map seen = {0};
	for (size_t i = 0; i < l->plan.n; i++) {
		const struct plan_node *n = &l->plan.nodes[i];
		for (size_t p = 0; p < n->n_inputs + n->n_outputs; p++) {
			const struct plan_port *port =
				p < n->n_inputs ? &n->inputs[p] : &n->outputs[p - n->n_inputs];
			const struct contract *c;
			if (port->contract && map_put(&seen, port->contract, l))
				(void)!contract_load(
					&l->arena, a->project->rootfd, port->contract, &c, found);
		}
	}
	map_fini(&seen);
}

static int
run(struct app *a)
{
	const struct validate_args *args = a->opts;
	struct load_opts o = {.pipeline = args->pipeline};
	struct errs found = {0};
	struct loaded l;
	int code = 0;
	if (load_plan(a, &o, &l, &found) == 0)
		check_contracts(a, &l, &found);
	if (found.n)
		code = report_all(a, &found);
	else if (a->g.json) {
		struct str out = {0};
		struct jw w;
		answer_begin(a, &w, &out);
		jw_object(&w);
		jw_kv_i64(&w, "nodes", (int64_t)l.plan.n);
		jw_end(&w, '}');
		answer_end(&w, &out);
	} else if (!a->g.quiet) {
		(void)fprintf(stderr, "ok: %zu nodes\n", l.plan.n);
	}
	loaded_fini(&l);
	return code;
}

static const char *const examples[] = {
	"mlflow-c validate --conf prod", "check what production would run", NULL};
static const struct opt opts[] = {
	{"pipeline", 'p', OPT_STR, offsetof(struct validate_args, pipeline), "NAME", "pipeline"},
	PARAM_OPTS(struct validate_args),
	{0},
};
const struct cmd cmd_validate = {
	.name = "validate",
	.args = "",
	.summary = "Check configuration, graph, plugins and contracts.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_WORKERS | TAKES_PARAMS,
	.opts = opts,
	.opts_size = sizeof(struct validate_args),
	.run = run,
};
