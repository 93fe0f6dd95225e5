/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c config show: what the configuration comes to, and where each value was written. */
#include "cmd/tree.h"

struct config_args {
	struct param_opts params; /* first, see TAKES_PARAMS */
	bool origin;
};

static void
print_json(struct app *a, const struct ynode *n, bool hidden, bool origin)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	if (hidden)
		jw_str(&w, TREE_MASK);
	else
		tree_json(&w, n, origin);
	answer_end(&w, &out);
}

static int
run(struct app *a)
{
	const struct config_args *args = a->opts;
	struct str out = {0};
	struct err e;
	bool hidden;
	const struct ynode *n =
		tree_find(tree_of(a->project), a->n_args ? a->args[0] : "", &hidden, &e);
	if (!n)
		return report(a, &e);
	if (a->g.json) {
		print_json(a, n, hidden, args->origin);
		return 0;
	}
	if (hidden)
		str_add(&out, TREE_MASK "\n");
	else
		tree_text(&out, n, 0, args->origin);
	(void)fputs(str_text(&out), stdout);
	str_fini(&out);
	return 0;
}

static const char *const examples[] = {"mlflow-c config show", "everything, secrets masked",
	"mlflow-c config show catalog.loans", "one part of it", "mlflow-c config show --origin",
	"with file and line of each value", NULL};
static const struct opt opts[] = {
	{"origin", 0, OPT_FLAG, offsetof(struct config_args, origin), NULL,
		"say where each value comes from"},
	PARAM_OPTS(struct config_args),
	{0},
};
const struct cmd cmd_config_show = {
	.name = "config show",
	.args = "[KEY]",
	.max_args = 1,
	.summary = "What the configuration comes to.",
	.examples = examples,
	.needs = NEEDS_PROJECT | TAKES_PARAMS,
	.opts = opts,
	.opts_size = sizeof(struct config_args),
	.run = run,
};
