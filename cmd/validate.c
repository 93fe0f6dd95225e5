/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c validate: everything that can be known to be wrong before a run, all at once. */
#include "cmd/cmd.h"

struct validate_args {
	struct param_opts params; /* first, see TAKES_PARAMS */
	const char *pipeline;
};

static int
run(struct app *a)
{
	const struct validate_args *args = a->opts;
	struct load_opts o = {.pipeline = args->pipeline};
	struct errs found = {0};
	struct loaded l;
	int code = 0;
	if (load_plan(a, &o, &l, &found) < 0)
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
