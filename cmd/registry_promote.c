/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry promote and registry alias: which version stands for what. */
#include "cmd/registry.h"

#include <strings.h>

#define CHAMPION "champion"
#define WHY_AT 58 /* where the last column of the moves begins, with names of usual length */

struct promote_args {
	const char *to, *condition, *stage;
	bool yes;
};

/* What others serve from. */
static bool
is_production(const struct promotion *p)
{
	return (p->alias && str_eq(p->alias, "production")) ||
		(p->stage && strcasecmp(p->stage, "production") == 0);
}

static int
ask(const struct app *a, const struct version_row *v, const struct promotion *p, bool yes,
	struct err *e)
{
	struct str what = {0};
	int rc;
	if (!is_production(p))
		return 0;
	str_addf(&what, "%s version %lld will be `production`", v->name, (long long)v->version);
	rc = confirm(a, yes, what.s, e);
	str_fini(&what);
	return rc;
}

static void
say(struct app *a, const struct version_row *v, const struct promotion *p,
	const struct registered *r)
{
	struct str out = {0};
	struct jw w;
	if (a->g.json) {
		answer_begin(a, &w, &out);
		jw_object(&w);
		jw_kv_str(&w, "name", v->name);
		jw_kv_i64(&w, "version", v->version);
		jw_kv_str(&w, "alias", p->alias);
		jw_kv_bool(&w, "moved", r->alias_moved);
		jw_kv_i64(&w, "previous", r->previous);
		jw_kv_str(&w, "why", p->alias ? r->why : NULL);
		jw_kv_str(&w, "stage", p->stage);
		jw_end(&w, '}');
		answer_end(&w, &out);
		return;
	}
	if (a->g.quiet)
		return;
	const char *why = p->condition ? r->why : "";
	if (p->alias && !r->alias_moved)
		(void)fprintf(stderr, "%s: the alias %s stays where it is: %s\n", v->name, p->alias,
			r->why);
	else if (p->alias && r->previous)
		(void)fprintf(stderr, "%s: version %lld has the alias %s in place of %lld%s%s\n",
			v->name, (long long)v->version, p->alias, (long long)r->previous,
			*why ? ": " : "", why);
	else if (p->alias)
		(void)fprintf(stderr, "%s: version %lld has the alias %s%s%s\n", v->name,
			(long long)v->version, p->alias, *why ? ": " : "", why);
	if (p->stage && (!p->condition || r->holds))
		(void)fprintf(stderr, "%s: version %lld is in the stage %s\n", v->name,
			(long long)v->version, p->stage);
}

static int
promote(struct app *a, const struct promotion *p, bool yes)
{
	struct arena arena = {0};
	struct version_row v;
	struct registered out = {0};
	struct err e = {0};
	int code = 0;
	if (app_store(a, STORE_WRITE, &e) < 0 ||
		store_version(a->store, &arena, a->args[0], &v, &e) < 0 ||
		ask(a, &v, p, yes, &e) < 0 || store_promote(a->store, &v, p, &out, &e) < 0) {
		code = report(a, &e);
	} else {
		say(a, &v, p, &out);
		if (p->condition && !out.holds)
			code = EXIT_DIFFERS;
	}
	arena_fini(&arena);
	return code;
}

static int
run_promote(struct app *a)
{
	const struct promote_args *args = a->opts;
	struct promotion p = {args->to, args->condition, args->stage};
	if (!p.alias && (!p.stage || p.condition))
		p.alias = CHAMPION;
	return promote(a, &p, args->yes);
}

/* ---- alias */

struct alias_args {
	bool remove, yes;
};

static void
moves_json(struct app *a, const struct alias_row *rows, size_t n)
{
	struct str out = {0};
	struct jw w;
	char when[32];
	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < n; i++) {
		jw_object(&w);
		jw_kv_str(&w, "alias", rows[i].alias);
		jw_kv_i64(&w, "version", rows[i].version);
		jw_kv_i64(&w, "previous", rows[i].previous);
		clock_rfc3339(rows[i].moved_ms, when);
		jw_kv_str(&w, "moved", when);
		jw_kv_str(&w, "who", rows[i].who);
		jw_kv_str(&w, "why", rows[i].why);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
}

static void
version_cell(struct table *t, int64_t version)
{
	if (version)
		table_cell(t, "%lld", (long long)version);
	else
		table_cell(t, "-");
}

static void
moves_text(struct app *a, const struct alias_row *rows, size_t n)
{
	static const char *const head[] = {"MOVED", "ALIAS", "FROM", "TO", "BY", "WHY"};
	struct table t = {.columns = 6, .right = 0xc};
	table_head(&t, head);
	for (size_t i = 0; i < n; i++) {
		table_time(&t, rows[i].moved_ms);
		table_cell(&t, "%s", rows[i].alias);
		version_cell(&t, rows[i].previous);
		version_cell(&t, rows[i].version);
		table_cell(&t, "%s", rows[i].who ? rows[i].who : "-");
		/* on a terminal a line stays one line; --json has the whole */
		table_cell(&t, "%.*s", a->out.tty ? a->out.width - WHY_AT : 200,
			rows[i].why ? rows[i].why : "-");
	}
	table_print(a, &t);
}

static int
show_moves(struct app *a)
{
	struct arena arena = {0};
	struct alias_row *rows = NULL;
	struct model_info model;
	struct err e = {0};
	size_t n = 0;
	int code = 0;
	if (app_store(a, STORE_READ, &e) < 0 ||
		store_model(a->store, &arena, a->args[0], &model, &e) < 0 ||
		store_alias_history(a->store, &arena, model.name, &rows, &n, &e) < 0)
		code = report(a, &e);
	else if (a->g.json)
		moves_json(a, rows, n);
	else
		moves_text(a, rows, n);
	arena_fini(&arena);
	return code;
}

/* Of a model, or only if that version has it. */
static int
drop(struct app *a, struct arena *arena, const struct promotion *p, bool yes, struct err *e)
{
	struct model_info model;
	struct version_row v;
	if (app_store(a, STORE_WRITE, e) < 0)
		return -1;
	if (is_production(p) && confirm(a, yes, "the alias `production` will be removed", e) < 0)
		return -1;
	if (store_model(a->store, arena, a->args[0], &model, NULL) == 0)
		return store_alias_drop(a->store, model.name, p->alias, e);
	if (store_version(a->store, arena, a->args[0], &v, e) < 0)
		return -1;
	for (const char **alias = v.aliases; *alias; alias++)
		if (str_eq(*alias, p->alias))
			return store_alias_drop(a->store, v.name, p->alias, e);
	err_set(e, MLC_NOT_FOUND, "%s does not have the alias `%s`", a->args[0], p->alias);
	return err_help(e, "who has which: mlflow-c registry alias %s", v.name);
}

static int
remove_alias(struct app *a, const struct promotion *p, bool yes)
{
	struct arena arena = {0};
	struct err e = {0};
	int rc = drop(a, &arena, p, yes, &e);
	arena_fini(&arena);
	return rc < 0 ? report(a, &e) : 0;
}

static int
run_alias(struct app *a)
{
	const struct alias_args *args = a->opts;
	const struct promotion p = {.alias = a->n_args > 1 ? a->args[1] : NULL};
	struct err e = {0};
	if (a->n_args == 1 && !args->remove)
		return show_moves(a);
	if (a->n_args == 1) {
		err_set(&e, MLC_USAGE, "there is no alias to remove");
		return report(a, &e);
	}
	if (!args->remove)
		return promote(a, &p, args->yes);
	return remove_alias(a, &p, args->yes);
}

static const char *const promote_examples[] = {"mlflow-c registry promote loan@8",
	"it is the champion now", "mlflow-c registry promote loan --if \"auc > current\"",
	"if it is better", NULL};
static const struct opt promote_opts[] = {
	{"to", 0, OPT_STR, offsetof(struct promote_args, to), "ALIAS", "default: " CHAMPION},
	{"if", 0, OPT_STR, offsetof(struct promote_args, condition), "COND",
		"only if, such as \"auc >= current + 0.01\"; else 10"},
	{"stage", 0, OPT_STR, offsetof(struct promote_args, stage), "STAGE",
		"Staging, Production, Archived, None"},
	{"yes", 'y', OPT_FLAG, offsetof(struct promote_args, yes), NULL, "do not ask"},
	{0},
};
const struct cmd cmd_registry_promote = {
	.name = "registry promote",
	.args = "MODEL[@VERSION]",
	.min_args = 1,
	.max_args = 1,
	.summary = "Let a version stand for the model: alias, stage, or both.",
	.examples = promote_examples,
	.needs = NEEDS_PROJECT,
	.opts = promote_opts,
	.opts_size = sizeof(struct promote_args),
	.run = run_promote,
};

static const char *const alias_examples[] = {"mlflow-c registry alias loan@8 staging",
	"give it to a version", "mlflow-c registry alias loan", "who had which, and why", NULL};
static const struct opt alias_opts[] = {
	{"remove", 0, OPT_FLAG, offsetof(struct alias_args, remove), NULL, "take it away"},
	{"yes", 'y', OPT_FLAG, offsetof(struct alias_args, yes), NULL, "do not ask"},
	{0},
};
const struct cmd cmd_registry_alias = {
	.name = "registry alias",
	.args = "MODEL[@VERSION] [ALIAS]",
	.min_args = 1,
	.max_args = 2,
	.summary = "Give a version an alias, take it away, or show the moves.",
	.examples = alias_examples,
	.needs = NEEDS_PROJECT,
	.opts = alias_opts,
	.opts_size = sizeof(struct alias_args),
	.run = run_alias,
};
