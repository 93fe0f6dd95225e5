/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c config diff, catalog diff: what one environment has that another has not, of everything or of
 * the datasets alone.
 *
 * Both are compared after overlay and interpolation, leaf by leaf; a list is one value. */
#include "cmd/tree.h"

struct diff_args {
	bool exit_code;
};

enum side { LEFT, RIGHT, SIDES };
struct diff {
	const char *env[SIDES];
	bool json, datasets; /* datasets: the catalog alone */
	struct jw *w;
	struct str *out;
	int width; /* of the longer name of an environment */
	size_t added, removed, changed;
};

static void
side_json(struct jw *w, const struct ynode *n, bool hidden)
{
	struct str origin = {0};
	if (!n) {
		jw_null(w);
		return;
	}
	tree_origin(&origin, n);
	jw_object(w);
	jw_key(w, "value");
	if (hidden)
		jw_str(w, TREE_MASK);
	else
		tree_json(w, n, false);
	jw_kv_str(w, "origin", str_text(&origin));
	jw_end(w, '}');
	str_fini(&origin);
}

static void
side_text(const struct diff *d, enum side side, const struct ynode *n, bool hidden)
{
	if (!n)
		return;
	term_add_safe(d->out, "    ");
	str_addf(d->out, "%-*s  ", d->width, d->env[side]);
	if (hidden)
		str_add(d->out, TREE_MASK);
	else
		tree_value(d->out, n);
	str_add(d->out, "  # ");
	tree_origin(d->out, n);
	str_addc(d->out, '\n');
}

static void
differ(struct diff *d, const char *path, const struct ynode *const v[static SIDES], bool hidden)
{
	static const char *const names[] = {"changed", "added", "removed"};
	static const char marks[] = "~+-";
	int how = !v[LEFT] ? 1 : !v[RIGHT] ? 2 : 0;
	size_t *const counts[] = {&d->changed, &d->added, &d->removed};
	++*counts[how];
	if (!d->json) {
		str_addf(d->out, "%c ", marks[how]);
		term_add_safe(d->out, path);
		str_addc(d->out, '\n');
		side_text(d, LEFT, v[LEFT], hidden);
		side_text(d, RIGHT, v[RIGHT], hidden);
		return;
	}
	jw_object(d->w);
	jw_kv_str(d->w, "key", path);
	jw_kv_str(d->w, "change", names[how]);
	for (int s = LEFT; s < SIDES; s++) {
		jw_key(d->w, s == LEFT ? "left" : "right");
		side_json(d->w, v[s], hidden);
	}
	jw_end(d->w, '}');
}

static void walk(struct diff *d, struct str *path, const struct ynode *const v[static SIDES]);

static void
walk_pair(struct diff *d, struct str *path, const char *key,
	const struct ynode *const maps[static SIDES])
{
	const struct ynode *v[SIDES] = {maps[LEFT] ? yaml_get(maps[LEFT], key) : NULL,
		maps[RIGHT] ? yaml_get(maps[RIGHT], key) : NULL};
	bool hidden =
		(v[LEFT] && tree_hides(key, v[LEFT])) || (v[RIGHT] && tree_hides(key, v[RIGHT]));
	size_t len = path->len;
	str_addf(path, "%s%s", len ? "." : "", key);
	if (!hidden)
		walk(d, path, v);
	else if (!yaml_equal(v[LEFT], v[RIGHT]))
		differ(d, str_text(path), v, true);
	path->len = len;
	path->s[len] = '\0';
}

/* What only one side has is walked too, so that each of its values has a line. */
static void
walk(struct diff *d, struct str *path, const struct ynode *const v[static SIDES])
{
	bool maps = true;
	for (int s = LEFT; s < SIDES; s++)
		maps &= !v[s] || (v[s]->kind == Y_MAP && v[s]->n);
	if (!maps) {
		if (!yaml_equal(v[LEFT], v[RIGHT]))
			differ(d, str_text(path), v, false);
		return;
	}
	for (size_t i = 0; v[LEFT] && i < v[LEFT]->n; i++)
		walk_pair(d, path, v[LEFT]->u.pairs[i].key, v);
	for (size_t i = 0; v[RIGHT] && i < v[RIGHT]->n; i++)
		if (!v[LEFT] || !yaml_get(v[LEFT], v[RIGHT]->u.pairs[i].key))
			walk_pair(d, path, v[RIGHT]->u.pairs[i].key, v);
}

static void
compare(struct app *a, struct diff *d, struct project *const p[static SIDES])
{
	const struct ynode *v[SIDES] = {d->datasets ? p[LEFT]->catalog : tree_of(p[LEFT]),
		d->datasets ? p[RIGHT]->catalog : tree_of(p[RIGHT])};
	struct str out = {0}, path = {0};
	struct jw w;
	d->out = &out;
	d->w = &w;
	if (d->json) {
		answer_begin(a, &w, &out);
		jw_object(&w);
		jw_kv_str(&w, "left", d->env[LEFT]);
		jw_kv_str(&w, "right", d->env[RIGHT]);
		jw_key(&w, "changes");
		jw_array(&w);
	}
	walk(d, &path, v);
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
diff(struct app *a, bool datasets)
{
	const struct diff_args *args = a->opts;
	struct diff d = {.env = {a->args[0], a->args[1]}, .json = a->g.json, .datasets = datasets};
	struct project *p[SIDES] = {0};
	struct errs found = {0};
	int code = 0;
	for (int s = LEFT; s < SIDES; s++) {
		struct project_opts o = {
			.dir = a->g.dir ? a->g.dir : getenv("MLFLOW_C_PROJECT"), .env = d.env[s]};
		int width = term_width_of(d.env[s]);
		d.width = width > d.width ? width : d.width;
		if (code == 0 && project_open(&p[s], &o, &found) < 0)
			code = report_all(a, &found);
	}
	if (p[LEFT] && p[RIGHT]) {
		compare(a, &d, p);
		if (args->exit_code && d.added + d.removed + d.changed)
			code = EXIT_DIFFERS;
	}
	project_close(p[LEFT]);
	project_close(p[RIGHT]);
	return code;
}

static int
run(struct app *a)
{
	return diff(a, false);
}

static int
run_catalog(struct app *a)
{
	return diff(a, true);
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

static const char *const catalog_examples[] = {
	"mlflow-c catalog diff base prod", "which datasets production has elsewhere", NULL};
const struct cmd cmd_catalog_diff = {
	.name = "catalog diff",
	.args = "ENV_A ENV_B",
	.min_args = 2,
	.max_args = 2,
	.summary = "Datasets that differ between two environments.",
	.examples = catalog_examples,
	.opts = opts,
	.opts_size = sizeof(struct diff_args),
	.run = run_catalog,
};
