/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: the calls a node makes, one sentence each. Included by node.h. */
#ifndef MLFLOW_C_NODE_CALLS_H
#define MLFLOW_C_NODE_CALLS_H

#include <mlflow-c/node.h>
#include <stdarg.h>
#include <stdio.h>

/* The whole table at an input port; an optional port without data gives NULL. */
static inline struct mlf_frame *
mlf_input(struct mlf_ctx *ctx, const char *port)
{
	return ctx->host->input(ctx, port);
}
/* The next batch of the table at an input port, NULL at the end. The batch before, and what was cut or
 * predicted from it, is gone then: so memory stays flat. */
static inline struct mlf_frame *
mlf_input_next(struct mlf_ctx *ctx, const char *port)
{
	return ctx->host->input_next(ctx, port);
}
/* The content of a json, text or bytes port, NUL-terminated as well; NULL as above. */
static inline const char *
mlf_input_bytes(struct mlf_ctx *ctx, const char *port, size_t *len)
{
	return ctx->host->input_bytes(ctx, port, len);
}
/* The file or folder behind any input port, for code that wants to read it itself. */
static inline const char *
mlf_input_path(struct mlf_ctx *ctx, const char *port)
{
	return ctx->host->input_path(ctx, port);
}
/* The model at an input port; an optional port without one gives NULL (no champion yet). */
static inline struct mlf_model *
mlf_input_model(struct mlf_ctx *ctx, const char *port)
{
	return ctx->host->input_model(ctx, port);
}

/* Gives the whole table of an output port. */
static inline int
mlf_output(struct mlf_ctx *ctx, const char *port, struct mlf_frame *f)
{
	return ctx->host->output(ctx, port, f);
}
/* Adds a batch to an output port; same columns every time. */
static inline int
mlf_output_append(struct mlf_ctx *ctx, const char *port, struct mlf_frame *f)
{
	return ctx->host->output_append(ctx, port, f);
}
/* Gives the content of a json, text or bytes port; JSON is checked. */
static inline int
mlf_output_bytes(struct mlf_ctx *ctx, const char *port, const void *p, size_t len)
{
	return ctx->host->output_bytes(ctx, port, p, len);
}
/* A path to write an output port's file or folder to; it is published after the node returned. */
static inline const char *
mlf_output_path(struct mlf_ctx *ctx, const char *port)
{
	return ctx->host->output_path(ctx, port);
}
/* Gives the model of an output port. */
static inline int
mlf_output_model(struct mlf_ctx *ctx, const char *port, struct mlf_model *m)
{
	return ctx->host->output_model(ctx, port, m);
}

/* Begins a new table. */
static inline struct mlf_builder *
mlf_build(struct mlf_ctx *ctx)
{
	return ctx->host->build(ctx);
}
/* Takes a record batch from an Arrow library (copied) and releases it. */
static inline struct mlf_frame *
mlf_import(struct mlf_ctx *ctx, struct ArrowSchema *schema, struct ArrowArray *array)
{
	return ctx->host->import_arrow(ctx, schema, array);
}

/* Declared parameters, already checked against type and range. */
static inline int64_t
mlf_param_i64(struct mlf_ctx *ctx, const char *key)
{
	return ctx->host->param_i64(ctx, key);
}
static inline double
mlf_param_f64(struct mlf_ctx *ctx, const char *key)
{
	return ctx->host->param_f64(ctx, key);
}
static inline bool
mlf_param_bool(struct mlf_ctx *ctx, const char *key)
{
	return ctx->host->param_bool(ctx, key);
}
static inline const char *
mlf_param_str(struct mlf_ctx *ctx, const char *key)
{
	return ctx->host->param_str(ctx, key);
}
/* Any parameter as JSON text, for lists and maps. */
static inline const char *
mlf_param_json(struct mlf_ctx *ctx, const char *key)
{
	return ctx->host->param_json(ctx, key);
}

/* Records a metric of the run, a tag, or a small file. */
static inline void
mlf_metric(struct mlf_ctx *ctx, const char *key, double value, int64_t step)
{
	ctx->host->metric(ctx, key, value, step);
}
static inline void
mlf_tag(struct mlf_ctx *ctx, const char *key, const char *value)
{
	ctx->host->tag(ctx, key, value);
}
static inline void
mlf_artifact(struct mlf_ctx *ctx, const char *name, const void *p, size_t len)
{
	ctx->host->artifact(ctx, name, p, len);
}
/* Shows how far the node is; total 0: unknown. */
static inline void
mlf_progress(struct mlf_ctx *ctx, int64_t done, int64_t total)
{
	ctx->host->progress(ctx, done, total);
}
/* True once the run is being stopped: return soon. */
static inline bool
mlf_cancelled(struct mlf_ctx *ctx)
{
	return ctx->host->cancelled(ctx);
}
/* The seed of this node in this run, and the time: recorded, and replayed by `registry reproduce`. */
static inline uint64_t
mlf_seed(struct mlf_ctx *ctx)
{
	return ctx->host->seed(ctx);
}
static inline int64_t
mlf_now(struct mlf_ctx *ctx)
{
	return ctx->host->now(ctx);
}

/* Writes a line to the node's log. */
__attribute__((format(printf, 2, 3))) static inline void
mlf_log(struct mlf_ctx *ctx, const char *fmt, ...)
{
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ctx->host->log(ctx, text);
}
/* Fails the node with a message; return what it returns. */
__attribute__((format(printf, 2, 3))) static inline int
mlf_fail(struct mlf_ctx *ctx, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return ctx->host->fail(ctx, text);
}

/* Trains a model; NULL after a mistake. */
static inline struct mlf_model *
mlf_fit(struct mlf_ctx *ctx, const char *flavor, struct mlf_frame *f,
	const struct mlf_fit_spec *spec)
{
	return ctx->host->fit(ctx, flavor, f, spec);
}
/* Goes on training a model with new rows: a new model, that records how often that was done and from which
 * one. Its columns and target are looked for by name; options is JSON, NULL: defaults. Flavor linear. */
static inline struct mlf_model *
mlf_update(struct mlf_ctx *ctx, struct mlf_model *m, struct mlf_frame *f, const char *options)
{
	return ctx->host->update(ctx, m, f, options);
}
/* Fits feature steps on a table. Gives the table as a model should learn from it, and the recipe, which
 * does the same to later rows. */
static inline struct mlf_frame *
mlf_recipe_fit(struct mlf_ctx *ctx, struct mlf_frame *f, const struct mlf_recipe_spec *spec,
	struct mlf_recipe *out)
{
	return ctx->host->recipe_fit(ctx, f, spec, out);
}
/* Applies a recipe: the columns of the table that it was fitted to; the target only if f has it. */
static inline struct mlf_frame *
mlf_recipe_apply(struct mlf_ctx *ctx, const struct mlf_recipe *recipe, struct mlf_frame *f)
{
	return ctx->host->recipe_apply(ctx, recipe, f);
}
/* Trains on a table that came out of a recipe. The recipe becomes a part of the model, which from then
 * on takes raw rows. Without a recipe (json NULL) it is mlf_fit. */
static inline struct mlf_model *
mlf_fit_after(struct mlf_ctx *ctx, const char *flavor, struct mlf_frame *f,
	const struct mlf_fit_spec *spec, const struct mlf_recipe *recipe)
{
	return ctx->host->fit_after(ctx, flavor, f, spec, recipe);
}
/* Predicts: a frame with the column `prediction` (for classes also `score`, of the last class). */
static inline struct mlf_frame *
mlf_predict(struct mlf_ctx *ctx, struct mlf_model *m, struct mlf_frame *f)
{
	return ctx->host->predict(ctx, m, f);
}
/* Measures scores (probability of the positive class) against 0/1 truth. */
static inline int
mlf_measure(struct mlf_ctx *ctx, const double *score, const double *truth, int64_t n,
	struct mlf_quality *out)
{
	return ctx->host->quality(ctx, score, truth, n, out);
}
/* Asks for the model at an input or output port to be registered once the node is done: under `name`,
 * with `alias` moved to the new version if the condition holds. A condition is NULL (always) or
 * "METRIC > current", "METRIC >= current + 0.01", "METRIC > 0.9": `current` is the metric of the
 * version that has the alias; without such a version a comparison with it holds. */
static inline void
mlf_register(struct mlf_ctx *ctx, const char *name, const char *port, const char *alias,
	const char *condition)
{
	ctx->host->want_registered(ctx, name, port, alias, condition);
}

#endif
