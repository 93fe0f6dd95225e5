/* SPDX-License-Identifier: Apache-2.0
 * The table of functions a node calls (struct mlf_host), except for its ports (ctx_io.c).
 *
 * Every mistake is kept, the first one wins, and all later calls are harmless: so a node needs no
 * error handling, and a careless one still fails with the message about the cause. */
#include "pipeline/ctx.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/model.h"
#include "pipeline/plan.h"
#include "pipeline/wire.h"

struct ctx *
ctx_of(struct mlf_ctx *pub)
{
	return (struct ctx *)(void *)pub; /* pub is the first member */
}

int
ctx_fail(struct ctx *c, const struct err *e)
{
	if (!c->err.code)
		c->err = *e;
	return -1;
}

bool
ctx_failed(struct ctx *c)
{
	for (size_t i = 0; i < c->job->n_inputs && !c->err.code; i++)
		if (c->ins[i].batch && scope_error(c->ins[i].batch)) {
			c->err = *scope_error(c->ins[i].batch);
			err_wrap(&c->err, "node `%s`", c->job->node);
		}
	if (c->scratch && scope_error(c->scratch) && !c->err.code) {
		c->err = *scope_error(c->scratch);
		err_wrap(&c->err, "node `%s`", c->job->node);
	}
	return c->err.code || scope_error(c->scope);
}

/* ---- parameters */

static const struct param *
param_of(struct ctx *c, const char *key, enum mlf_param_type type)
{
	static const struct param nothing = {.json = "null", .text = ""};
	const struct param *p = map_get(&c->params, key);
	struct err e;
	if (!p) {
		err_set(&e, MLC_PARAM,
			"node `%s` asks for parameter `%s`, which it does not declare",
			c->job->node, key);
		ctx_fail(c, &e);
		return &nothing;
	}
	for (const struct mlf_param *d = c->def->params; type != MLF_ANY && d && d->key; d++)
		if (str_eq(d->key, key) && d->type != type &&
			!(type == MLF_FLOAT && d->type == MLF_INT)) {
			err_set(&e, MLC_PARAM,
				"node `%s` reads parameter `%s` as another type than it declares",
				c->job->node, key);
			ctx_fail(c, &e);
		}
	return p;
}

static int64_t
host_param_i64(struct mlf_ctx *pub, const char *key)
{
	return param_of(ctx_of(pub), key, MLF_INT)->i;
}

static double
host_param_f64(struct mlf_ctx *pub, const char *key)
{
	return param_of(ctx_of(pub), key, MLF_FLOAT)->f;
}

static bool
host_param_bool(struct mlf_ctx *pub, const char *key)
{
	return param_of(ctx_of(pub), key, MLF_BOOLEAN)->b;
}

static const char *
host_param_str(struct mlf_ctx *pub, const char *key)
{
	return param_of(ctx_of(pub), key, MLF_STR)->text;
}

static const char *
host_param_json(struct mlf_ctx *pub, const char *key)
{
	return param_of(ctx_of(pub), key, MLF_ANY)->json;
}

/* ---- what a node reports */

/* Records of several nodes are one transaction, all or nothing: what the registry would refuse has to
 * fail its own node, here. */
static bool
key_fits(struct ctx *c, const char *what, const char *key)
{
	struct err e;
	if (record_key_ok(key))
		return true;
	err_set(&e, MLC_NAME, "node `%s`: `%.300s` cannot be the name of a %s", c->job->node,
		key ? key : "", what);
	err_help(&e,
		"use up to 250 letters, digits and any of _ - . : / and blank, with no empty "
		"or dotted part between slashes");
	ctx_fail(c, &e);
	return false;
}

static void
host_metric(struct mlf_ctx *pub, const char *key, double value, int64_t step)
{
	struct ctx *c = ctx_of(pub);
	if (!key_fits(c, "metric", key))
		return;
	c->metrics = mem_grow(c->metrics, &c->cap_metrics, c->n_metrics + 1, sizeof(*c->metrics));
	c->metrics[c->n_metrics++] =
		(struct metric){arena_strdup(c->arena, key), value, step, c->job->now_ms};
}

static void
host_tag(struct mlf_ctx *pub, const char *key, const char *value)
{
	struct ctx *c = ctx_of(pub);
	if (!key_fits(c, "tag", key))
		return;
	c->tags = mem_grow(c->tags, &c->cap_tags, c->n_tags + 1, sizeof(*c->tags));
	c->tags[c->n_tags++] = (struct tag){
		arena_strdup(c->arena, key), arena_strdup(c->arena, value ? value : "")};
}

static void
host_artifact(struct mlf_ctx *pub, const char *name, const void *p, size_t len)
{
	struct ctx *c = ctx_of(pub);
	struct str path = {0};
	struct err e;
	if (!str_is_name(name)) {
		err_set(&e, MLC_NAME, "artifact name `%s` may hold only letters, digits, _ . and -",
			name);
		ctx_fail(c, &e);
		return;
	}
	str_addf(&path, "%s/artifacts/%s", c->job->run_folder, name);
	if (file_mkdirs(c->job->rootfd, path.s, false, &e) < 0 ||
		file_publish(c->job->rootfd, path.s, p, len, &e) < 0)
		ctx_fail(c, &e);
	str_fini(&path);
}

static void
host_log(struct mlf_ctx *pub, const char *text)
{
	struct str line = {0};
	(void)pub;
	str_add(&line, text);
	str_addc(&line, '\n');
	struct err ignored; /* a node does not fail because its log does */
	(void)!file_write_all(STDERR_FILENO, line.s, line.len, &ignored);
	str_fini(&line);
}

static void
host_progress(struct mlf_ctx *pub, int64_t done, int64_t total)
{
	struct ctx *c = ctx_of(pub);
	struct progress_msg m = {done, total};
	struct wire_out out = {&m, sizeof(m), NULL, 0};
	struct err ignored;
	if (c->host->ctl >= 0)
		(void)!wire_send(c->host->ctl, WIRE_PROGRESS, &out, &ignored);
}

/* In a worker SIGTERM means "stop". It ends a node that never asks, and a node that asks once has
 * it held back from then on, so that it can tidy up; the runner kills after its grace anyway. */
static bool
host_cancelled(struct mlf_ctx *pub)
{
	struct ctx *c = ctx_of(pub);
	sigset_t set;
	if (c->host->cancelled)
		return atomic_load(c->host->cancelled);
	if (!c->term_blocked) {
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		(void)sigprocmask(SIG_BLOCK, &set, NULL);
		c->term_blocked = true;
	}
	return sigpending(&set) == 0 && sigismember(&set, SIGTERM) == 1;
}

static int
host_fail(struct mlf_ctx *pub, const char *text)
{
	struct ctx *c = ctx_of(pub);
	struct err e;
	err_set(&e, MLC_NODE_FAILED, "node `%s`: %s", c->job->node, text);
	return ctx_fail(c, &e);
}

static uint64_t
host_seed(struct mlf_ctx *pub)
{
	return ctx_of(pub)->job->seed;
}

static int64_t
host_now(struct mlf_ctx *pub)
{
	return ctx_of(pub)->job->now_ms;
}

/* ---- frames and models */

static struct mlf_builder *
host_build(struct mlf_ctx *pub)
{
	return scope_builder(ctx_of(pub)->scope);
}

static struct mlf_frame *
host_import(struct mlf_ctx *pub, struct ArrowSchema *schema, struct ArrowArray *array)
{
	return scope_import(ctx_of(pub)->scope, schema, array);
}

/* Models live as long as the node. */
static struct mlf_model *
keep_model(struct ctx *c, struct mlf_model *m)
{
	c->models =
		mem_grow(c->models, &c->cap_models, c->n_models + 1, sizeof(struct mlf_model *));
	c->models[c->n_models++] = m;
	return m;
}

/* Trains, and puts the recipe into the model if there is one. */
static int
fit_after(const char *flavor, struct mlf_frame *f, const struct mlf_fit_spec *spec,
	const struct mlf_recipe *recipe, struct mlf_model **out, struct err *e)
{
	struct recipe *r = NULL;
	if (recipe && recipe->json && recipe_read(recipe->json, recipe->len, &r, e) < 0)
		return -1;
	int rc = model_fit(flavor, f, spec, out, e);
	if (rc == 0 && r && model_use_recipe(*out, r, e) < 0) {
		model_unref(*out);
		*out = NULL;
		rc = -1;
	}
	recipe_unref(r);
	return rc;
}

static struct mlf_model *
host_fit_after(struct mlf_ctx *pub, const char *flavor, struct mlf_frame *f,
	const struct mlf_fit_spec *spec, const struct mlf_recipe *recipe)
{
	struct ctx *c = ctx_of(pub);
	struct mlf_model *m = NULL;
	struct err e;
	if (ctx_failed(c))
		return NULL;
	if (fit_after(flavor, f, spec, recipe, &m, &e) < 0) {
		ctx_fail(c, &e);
		return NULL;
	}
	return keep_model(c, m);
}

static struct mlf_model *
host_update(struct mlf_ctx *pub, struct mlf_model *old, struct mlf_frame *f, const char *options)
{
	struct ctx *c = ctx_of(pub);
	struct mlf_model *m = NULL;
	struct err e;
	if (!old && !c->err.code) {
		err_set(&e, MLC_MODEL, "node `%s` updates no model", c->job->node);
		ctx_fail(c, &e);
	}
	if (ctx_failed(c))
		return NULL;
	if (model_update(old, f, options, &m, &e) < 0) {
		ctx_fail(c, &e);
		return NULL;
	}
	return keep_model(c, m);
}

static struct mlf_model *
host_fit(struct mlf_ctx *pub, const char *flavor, struct mlf_frame *f,
	const struct mlf_fit_spec *spec)
{
	return host_fit_after(pub, flavor, f, spec, NULL);
}

/* The place of a mistake in a step becomes that of an item of a parameter, if the steps are one: the
 * runner knows where that was written (params.c). */
static void
place_step(struct ctx *c, const char *steps, struct err *e)
{
	const char *key = NULL;
	if (!str_eq(e->file, RECIPE_STEPS))
		return;
	for (size_t i = 0; i < c->params.n; i++)
		if (((const struct param *)c->params.values[i])->json == steps)
			key = c->params.keys[i];
	*e->file = 0;
	if (key)
		(void)snprintf(e->file, sizeof(e->file), PLACE_PARAM "%s", key);
	else
		e->line = 0;
}

static struct mlf_frame *
host_recipe_fit(struct mlf_ctx *pub, struct mlf_frame *f, const struct mlf_recipe_spec *spec,
	struct mlf_recipe *out)
{
	struct ctx *c = ctx_of(pub);
	const struct recipe_spec ours = {spec->steps, spec->target, spec->seed};
	struct mlf_frame *table = NULL;
	struct recipe *r = NULL;
	struct str json = {0};
	struct err e;
	*out = (struct mlf_recipe){0};
	if (ctx_failed(c) || recipe_fit(&ours, f, scope_of(f), &table, &r, &e) < 0) {
		if (!ctx_failed(c)) {
			err_wrap(&e, "node `%s`", c->job->node);
			place_step(c, spec->steps, &e);
			ctx_fail(c, &e);
		}
		return scope_nothing(scope_of(f), mlf_rows(f));
	}
	recipe_write(r, &json);
	out->json = arena_strndup(c->arena, json.s, json.len);
	out->len = json.len;
	str_fini(&json);
	recipe_unref(r);
	return table;
}

static struct mlf_frame *
host_recipe_apply(struct mlf_ctx *pub, const struct mlf_recipe *recipe, struct mlf_frame *f)
{
	struct ctx *c = ctx_of(pub);
	struct mlf_frame *out = NULL;
	struct recipe *r = NULL;
	struct err e;
	if (!ctx_failed(c) &&
		(recipe_read(recipe->json ? recipe->json : "", recipe->len, &r, &e) < 0 ||
			recipe_apply(r, f, scope_of(f), &out, &e) < 0))
		ctx_fail(c, &e);
	recipe_unref(r);
	return out ? out : scope_nothing(scope_of(f), mlf_rows(f));
}

static struct mlf_frame *
host_predict(struct mlf_ctx *pub, struct mlf_model *m, struct mlf_frame *f)
{
	struct ctx *c = ctx_of(pub);
	struct mlf_frame *out = NULL;
	struct err e;
	if (!m && !c->err.code) {
		err_set(&e, MLC_MODEL, "node `%s` predicts without a model", c->job->node);
		ctx_fail(c, &e);
	}
	/* what is made of a batch lives as long as the batch */
	if (!ctx_failed(c) && model_predict(m, f, scope_of(f), &out, &e) < 0)
		ctx_fail(c, &e);
	return out ? out : scope_nothing(scope_of(f), mlf_rows(f));
}

static int
host_quality(struct mlf_ctx *pub, const double *score, const double *truth, int64_t n,
	struct mlf_quality *out)
{
	struct err e;
	memset(out, 0, sizeof(*out));
	if (model_quality(score, truth, n, out, &e) < 0)
		return ctx_fail(ctx_of(pub), &e);
	return 0;
}

static void
host_register(struct mlf_ctx *pub, const char *name, const char *port, const char *alias,
	const char *condition)
{
	struct ctx *c = ctx_of(pub);
	const char *path = ctx_model_path(c, port);
	const struct register_wish wish = {
		.name = name, .alias = alias, .condition = condition, .model_path = path};
	struct err e;
	if (wish_check(&wish, &e) < 0) {
		err_wrap(&e, "node `%s`", c->job->node);
		ctx_fail(c, &e);
		return;
	}
	if (!path) {
		err_set(&e, MLC_PORT,
			"node `%s` wants to register port `%s`, which is no model port",
			c->job->node, port);
		ctx_fail(c, &e);
		return;
	}
	c->wishes = mem_grow(c->wishes, &c->cap_wishes, c->n_wishes + 1, sizeof(*c->wishes));
	c->wishes[c->n_wishes++] = (struct done_wish){arena_strdup(c->arena, name),
		arena_strdup(c->arena, alias), arena_strdup(c->arena, condition), path};
}

const struct mlf_host ctx_host = {
	.size = sizeof(struct mlf_host),
	.input = ctx_input,
	.input_next = ctx_input_next,
	.input_bytes = ctx_input_bytes,
	.input_path = ctx_input_path,
	.input_model = ctx_input_model,
	.output = ctx_output,
	.output_append = ctx_output_append,
	.output_bytes = ctx_output_bytes,
	.output_path = ctx_output_path,
	.output_model = ctx_output_model,
	.build = host_build,
	.import_arrow = host_import,
	.param_i64 = host_param_i64,
	.param_f64 = host_param_f64,
	.param_bool = host_param_bool,
	.param_str = host_param_str,
	.param_json = host_param_json,
	.metric = host_metric,
	.tag = host_tag,
	.artifact = host_artifact,
	.log = host_log,
	.progress = host_progress,
	.cancelled = host_cancelled,
	.fail = host_fail,
	.seed = host_seed,
	.now = host_now,
	.fit = host_fit,
	.predict = host_predict,
	.quality = host_quality,
	.want_registered = host_register,
	.update = host_update,
	.recipe_fit = host_recipe_fit,
	.recipe_apply = host_recipe_apply,
	.fit_after = host_fit_after,
	.tools = &ctx_tools,
};
