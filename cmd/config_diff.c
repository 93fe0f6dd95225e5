/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c config diff: what one environment has that another has not.
 *
 * Both are compared after overlay and interpolation, leaf by leaf; a list is one value. */
#include "cmd/tree_diff.h"

struct diff_args {
	bool exit_code;
};

static void
compare(struct app *a, struct tree_diff *d, const struct sides *s)
{
	const struct ynode *v[SIDES] = {tree_of(s->p[LEFT]), tree_of(s->p[RIGHT])};
	struct str out = {0}, path = {0};
	struct jw w;
	d->out = &out;
	d->w = &w;
	tree_diff_sides(d, s);
	if (d->json) {
		answer_begin(a, &w, &out);
		jw_object(&w);
		jw_kv_str(&w, "left", d->env[LEFT]);
		jw_kv_str(&w, "right", d->env[RIGHT]);
		jw_key(&w, "changes");
		jw_array(&w);
	}
	tree_diff_walk(d, &path, v);
	if (d->json) {
		jw_end(&w, ']');
		jw_end(&w, '}');
		answer_end(&w, &out);
	} else {
		(void)fputs(str_text(&out), stdout);
		if (!a->g.quiet)
			(void)fprintf(stderr, "%zu changed, %zu added, %zu removed\n", d->changed,
				d->added, d->removed);
	}
	str_fini(&out);
	str_fini(&path);
}

static int
run(struct app *a)
{
	const struct diff_args *args = a->opts;
	struct tree_diff d = {.side_names = {"left", "right"}, .json = a->g.json};
	struct sides s = {.env = {a->args[0], a->args[1]}};
	struct errs found = {0};
	int code = 0;
	if (sides_open(a, &s, &found) < 0) {
		code = report_all(a, &found);
	} else {
		compare(a, &d, &s);
		if (args->exit_code && d.added + d.removed + d.changed)
			code = EXIT_DIFFERS;
	}
	sides_close(&s);
	return code;
}

static const char *const examples[] = {
	"mlflow-c config diff base prod", "what production changes", NULL};
static const struct opt opts[] = {
	{"exit-code", 0, OPT_FLAG, offsetof(struct diff_args, exit_code), NULL,
		"exit 10 if there are differences"},
	{0},
};
const struct cmd cmd_config_diff = {
	.name = "config diff",
	.args = "ENV_A ENV_B",
	.min_args = 2,
	.max_args = 2,
	.summary = "What an environment changes.",
	.examples = examples,
	.opts = opts,
	.opts_size = sizeof(struct diff_args),
	.run = run,
};
