/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry verify: are the files of the versions those that were registered? */
#include "cmd/registry.h"

/* What is verified: everything, a model, or one version. */
static int
choose(struct app *a, struct arena *arena, struct version_row **rows, size_t *n, struct err *e)
{
	struct model_info model;
	const char *which = a->n_args ? a->args[0] : NULL;
	if (!which)
		return store_versions(a->store, arena, NULL, rows, n, e);
	if (store_model(a->store, arena, which, &model, NULL) == 0)
		return store_versions(a->store, arena, model.name, rows, n, e);
	*rows = arena_alloc(arena, sizeof(**rows));
	*n = 1;
	return store_version(a->store, arena, which, *rows, e);
}

static const char *
state_of(const struct version_row *v, const struct err *e)
{
	return !e->code                    ? "ok"
		: e->code == MLC_CHANGED   ? "changed"
		: e->code != MLC_NOT_FOUND ? "unreadable"
		: v->hash                  ? "gone"
					   : "not hashed";
}

static void
add_json(struct jw *w, const struct version_row *v, const struct err *e)
{
	jw_object(w);
	jw_kv_str(w, "name", v->name);
	jw_kv_i64(w, "version", v->version);
	jw_kv_str(w, "state", state_of(v, e));
	jw_kv_str(w, "why", e->code ? e->msg : NULL);
	jw_end(w, '}');
}

/* Versions that nobody hashed are listed, but are no failure. */
static int
check(struct app *a, const struct version_row *rows, size_t n)
{
	static const char *const head[] = {"MODEL", "VERSION", "STATE", "WHY"};
	struct table t = {.columns = 4, .right = 2};
	struct str out = {0};
	struct jw w;
	struct err first = {0};
	if (a->g.json) {
		answer_begin(a, &w, &out);
		jw_array(&w);
	}
	table_head(&t, head);
	for (size_t i = 0; i < n; i++) {
		struct err e = {0};
		if (store_verify(a->store, &rows[i], &e) < 0 && rows[i].hash && !first.code)
			first = e;
		if (a->g.json)
			add_json(&w, &rows[i], &e);
		table_cell(&t, "%s", rows[i].name);
		table_cell(&t, "%lld", (long long)rows[i].version);
		table_cell(&t, "%s", state_of(&rows[i], &e));
		table_cell(&t, "%s", e.code ? e.msg : "-");
	}
	if (a->g.json) {
		jw_end(&w, ']');
		answer_end(&w, &out);
		table_drop(&t);
		return first.code ? code_exit(MLC_CHANGED) : 0;
	}
	table_print(a, &t);
	if (!first.code)
		return 0;
	(void)report(a, &first);
	return code_exit(MLC_CHANGED);
}

static int
run(struct app *a)
{
	struct arena arena = {0};
	struct version_row *rows = NULL;
	struct err e = {0};
	size_t n = 0;
	int code;
	if (choose(a, &arena, &rows, &n, &e) < 0)
		code = report(a, &e);
	else
		code = check(a, rows, n);
	arena_fini(&arena);
	return code;
}

static const char *const examples[] = {"mlflow-c registry verify", "every version of every model",
	"mlflow-c registry verify loan@champion", "one version", NULL};
const struct cmd cmd_registry_verify = {
	.name = "registry verify",
	.args = "[MODEL[@VERSION]]",
	.max_args = 1,
	.summary = "Hash the files of versions again, and name what changed.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
