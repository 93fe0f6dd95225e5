/* SPDX-License-Identifier: Apache-2.0
 * run --resume: from a run on record to the same question asked again.
 *
 *	its options --> run_args      its environment and parameters --> the project, opened anew
 *
 * The options are the flags that decide what runs and with which values. What only says how (--jobs,
 * --keep-going, ...) is up to the new command. */
#include "cmd/run.h"

#include <limits.h>

/* The flags on record, in the order of the help. */
static const struct {
	const char *name;
	size_t offset; /* of a text in struct run_args */
} flags[] = {
	{"pipeline", offsetof(struct run_args, pipeline)},
	{"nodes", offsetof(struct run_args, slice.nodes)},
	{"from-nodes", offsetof(struct run_args, slice.from_nodes)},
	{"to-nodes", offsetof(struct run_args, slice.to_nodes)},
	{"from-inputs", offsetof(struct run_args, slice.from_inputs)},
	{"to-outputs", offsetof(struct run_args, slice.to_outputs)},
	{"tags", offsetof(struct run_args, slice.tags)},
	{"namespaces", offsetof(struct run_args, slice.namespaces)},
	{"load-versions", offsetof(struct run_args, load_versions)},
	{"params", offsetof(struct run_args, params.params)},
	{"params-file", offsetof(struct run_args, params.params_file)},
};
#define N_FLAGS (sizeof(flags) / sizeof(flags[0]))
#define ONLY_MISSING "only-missing-outputs"

static const char **
flag_of(struct run_args *args, size_t i)
{
	return (const char **)(void *)((char *)args + flags[i].offset);
}

/* What may change between a run and its continuation. */
static bool
is_params(size_t i)
{
	return str_starts(flags[i].name, "params");
}

void
run_options(const struct run_args *args, struct str *out)
{
	struct run_args copy = *args;
	struct str masked = {0};
	char real[PATH_MAX];
	struct jw w;
	if (args->params.params)
		secret_mask_arg(&masked, args->params.params);
	if (args->params.params)
		copy.params.params = masked.s;
	if (args->params.params_file && realpath(args->params.params_file, real))
		copy.params.params_file = real;
	jw_init(&w, out);
	jw_object(&w);
	for (size_t i = 0; i < N_FLAGS; i++)
		if (*flag_of(&copy, i))
			jw_kv_str(&w, flags[i].name, *flag_of(&copy, i));
	if (args->slice.only_missing)
		jw_kv_bool(&w, ONLY_MISSING, true);
	jw_end(&w, '}');
	str_fini(&masked);
}

/* ---- what is continued */

static int
contradicts(struct run_args *args, struct err *e)
{
	const char *given = args->slice.only_missing ? ONLY_MISSING
		: args->changed                      ? "changed"
						     : NULL;
	for (size_t i = 0; i < N_FLAGS && !given; i++)
		if (*flag_of(args, i) && !is_params(i))
			given = flags[i].name;
	if (!given)
		return 0;
	err_set(e, MLC_USAGE, "--resume takes what to run from the run, and --%s was given", given);
	return err_help(e, "leave out --%s, or --resume", given);
}

static int
check_state(const struct run_row *r, struct err *e)
{
	if (!r->num) {
		err_set(e, MLC_RESUME, "run %s was recorded by another program", r->name);
		return err_help(e, "only runs of mlflow-c can be continued");
	}
	if (str_eq(r->status, run_status_name(RUN_OK))) {
		err_set(e, MLC_RESUME, "run %s is ok: there is nothing to continue", r->name);
		return err_help(e, "run what changed since: mlflow-c run --changed");
	}
	if (!str_eq(r->status, "running"))
		return 0;
	err_set(e, MLC_LOCKED, "run %s is still running", r->name);
	return err_help(e, "wait until it has ended: mlflow-c runs list");
}

/* Parameters that were given now stand for those of the run. */
static int
take_options(struct run_args *args, struct arena *arena, const char *json, struct err *e)
{
	struct jr r;
	const char *key;
	bool own = args->params.params || args->params.params_file;
	jr_init(&r, json, strlen(json));
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			size_t i = 0;
			while (i < N_FLAGS && !str_eq(flags[i].name, key))
				i++;
			if (str_eq(key, ONLY_MISSING))
				args->slice.only_missing = jr_bool(&r);
			else if (i < N_FLAGS && !(is_params(i) && own))
				*flag_of(args, i) = arena_strdup(arena, jr_str(&r));
			else
				jr_skip(&r);
		}
	int rc = jr_done(&r, e);
	jr_fini(&r);
	return rc;
}

static int
check_secrets(const struct run_args *args, const struct run_row *r, struct err *e)
{
	const char *params = args->params.params;
	if (!params || !strstr(params, "=***"))
		return 0;
	err_set(e, MLC_RESUME, "run %s was given a secret parameter, which is not on record",
		r->name);
	return err_help(e, "give its parameters again: --params %s", params);
}

void
argv_add(struct argv *a, const char *arg)
{
	a->v = mem_grow(a->v, &a->cap, a->n + 2, sizeof(*a->v));
	a->v[a->n++] = arg;
	a->v[a->n] = NULL;
}

int
run_options_argv(struct arena *a, const char *options, const struct run_row *r, struct argv *out,
	struct err *e)
{
	struct run_args args = {0};
	if (take_options(&args, a, options, e) < 0 || check_secrets(&args, r, e) < 0)
		return -1;
	for (size_t i = 0; i < N_FLAGS; i++)
		if (*flag_of(&args, i))
			argv_add(
				out, arena_printf(a, "--%s=%s", flags[i].name, *flag_of(&args, i)));
	if (args.slice.only_missing)
		argv_add(out, "--" ONLY_MISSING);
	return 0;
}

static int
read_run(struct app *a, struct run_args *args, struct arena *arena, struct resume *out,
	struct err *e)
{
	struct run_row r;
	struct run_asked asked = {0};
	if (contradicts(args, e) < 0 || app_store(a, STORE_READ, e) < 0 ||
		store_run(a->store, arena, args->resume, &r, e) < 0 || check_state(&r, e) < 0)
		return -1;
	int rc = store_asked(a->store, arena, &r, &asked, e);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		err_set(e, MLC_RESUME, "run %s does not say what it was asked for", r.name);
		return err_help(e, "it was made by an older mlflow-c; run its pipeline again");
	}
	if (a->g.conf && !str_eq(a->g.conf, r.env)) {
		err_set(e, MLC_USAGE, "run %s ran with --conf %s, not with %s", r.name, r.env,
			a->g.conf);
		return err_help(e, "leave out --conf: it is taken from the run");
	}
	if (take_options(args, arena, asked.options, e) < 0 || check_secrets(args, &r, e) < 0)
		return -1;
	a->g.conf = r.env;
	*out = (struct resume){r.name, r.num, asked.seed};
	return 0;
}

int
resume_open(struct app *a, struct run_args *args, struct arena *arena, struct resume *out,
	struct errs *found)
{
	struct err e = {0};
	int rc = read_run(a, args, arena, out, &e);
	store_close(a->store);
	a->store = NULL;
	if (rc < 0) {
		errs_add(found, &e);
		return -1;
	}
	project_close(a->project);
	a->project = NULL;
	return app_project(a, found);
}

/* ---- whether what was done still holds */

int
resume_check(
	const struct plan *p, const struct resume *r, const struct forecast *f, struct errs *found)
{
	struct err e;
	for (size_t i = 0; i < p->n; i++) {
		if (!f[i].stale)
			continue;
		const struct spec_node *n = p->nodes[i].spec;
		err_set(&e, MLC_RESUME, "node `%s` was done in run %s, and since then: %s", n->name,
			r->name, f[i].why);
		err_at(&e, &n->at, NULL);
		err_help(&e, "undo the change; or let --force do the node again");
		errs_add(found, &e);
	}
	return found->n ? -1 : 0;
}
