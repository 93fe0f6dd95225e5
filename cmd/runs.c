/* SPDX-License-Identifier: Apache-2.0
 * What the commands about single runs share. */
#include "cmd/runs.h"

#define OUR_TAGS "mlflow_c."

int
run_about_open(struct app *a, const char *which, struct run_about *out, struct err *e)
{
	*out = (struct run_about){0};
	if (store_run(a->store, &out->arena, which, &out->run, e) < 0)
		return -1;
	return store_detail(a->store, &out->arena, &out->run, &out->detail, e);
}

void
run_about_fini(struct run_about *r)
{
	arena_fini(&r->arena);
}

const char *
run_about_tag(const struct run_about *r, const char *key)
{
	for (size_t i = 0; i < r->detail.n_tags; i++)
		if (str_eq(r->detail.tags[i].key, key))
			return r->detail.tags[i].value;
	return NULL;
}

bool
run_about_makes(const struct run_detail *d, const char *dataset)
{
	for (size_t i = 0; i < d->n_data; i++)
		if (d->data[i].output && str_eq(d->data[i].dataset, dataset))
			return true;
	return false;
}

void
run_row_json(const struct app *a, struct jw *w, const struct run_row *r)
{
	char when[32];
	clock_rfc3339(r->start_ms, when);
	jw_kv_str(w, "run_id", r->run_id);
	jw_kv_str(w, "name", r->name);
	jw_kv_str(w, "status", r->status);
	jw_kv_str(w, "pipeline", r->pipeline);
	jw_kv_str(w, "conf", r->env);
	jw_kv_str(w, "start", when);
	jw_key(w, "ms");
	if (r->end_ms)
		jw_i64(w, (int64_t)app_ms(a, (r->end_ms - r->start_ms) * 1000));
	else
		jw_null(w);
	jw_kv_str(w, "experiment", r->experiment);
	jw_kv_bool(w, "deleted", r->deleted);
}

int
run_tag_parse(struct arena *a, const char *arg, struct tag *out, struct err *e)
{
	const char *eq = strchr(arg, '=');
	if (!eq || eq == arg) {
		err_set(e, MLC_USAGE, "`%s` is no tag", arg);
		return err_help(e, "write KEY=VALUE, such as team=risk");
	}
	*out = (struct tag){arena_strndup(a, arg, (size_t)(eq - arg)), eq + 1};
	if (str_starts(out->key, OUR_TAGS)) {
		err_set(e, MLC_NAME, "the tag `%s` is mlflow-c's own", out->key);
		return err_help(e, "take a name that does not begin with " OUR_TAGS);
	}
	if (record_key_ok(out->key))
		return 0;
	err_set(e, MLC_NAME, "`%s` cannot be the name of a tag", out->key);
	return err_help(e, "use letters, digits and any of _ - . : / and blank");
}

int
run_tags_parse(struct arena *a, const struct app *app, const char *remove, struct tag_list *out,
	struct err *e)
{
	*out = (struct tag_list){arena_alloc(a, ((size_t)app->n_args + 1) * sizeof(*out->v)), 0};
	for (int i = 1; i < app->n_args; i++)
		if (run_tag_parse(a, app->args[i], &out->v[out->n++], e) < 0)
			return -1;
	if (remove)
		out->v[out->n++] = (struct tag){remove, NULL};
	if (out->n)
		return 0;
	err_set(e, MLC_USAGE, "there is no tag to set or to remove");
	return err_help(e, "write KEY=VALUE, or --remove KEY");
}
