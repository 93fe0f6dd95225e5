/* SPDX-License-Identifier: Apache-2.0
 * Output ports: what a node gives is checked, staged if it has a catalog entry, and kept in memory as well if
 * a later node reads it. Nothing of it is visible under its name before the runner has published it. */
#include "pipeline/ctx.h"

#include "model/model.h"

static struct out_state *
find_out(struct ctx *c, const char *port, enum mlf_kind kind)
{
	for (size_t i = 0; i < c->job->n_outputs; i++) {
		struct out_state *out = &c->outs[i];
		if (!str_eq(out->out->port, port))
			continue;
		bool fits = out->out->kind == kind ||
			(kind == MLF_BYTES && out->out->kind >= MLF_JSON &&
				out->out->kind <= MLF_BYTES);
		struct err e;
		if (fits && !(out->given && out->whole))
			return ctx_before_save(c, out) < 0 ? NULL : out;
		if (fits)
			err_set(&e, MLC_NODE_OUTPUT, "node `%s` gives output `%s` twice",
				c->job->node, port);
		else
			err_set(&e, MLC_NODE_OUTPUT,
				"node `%s` gives output `%s` as %s; it is declared as %s",
				c->job->node, port, dataset_kind_name(kind),
				dataset_kind_name(out->out->kind));
		ctx_fail(c, &e);
		return NULL;
	}
	ctx_no_port(c, "output", port);
	return NULL;
}

/* Opens the stage of an output that has a catalog entry. */
static int
open_stage(struct ctx *c, struct out_state *out, struct err *e)
{
	char token[300];
	if (!out->out->entry || out->stage)
		return 0;
	stage_token(c->job->run_id, c->job->node, token);
	return stage_begin(out->out->entry, c->job->rootfd, token, &out->stage, e);
}

static void
forget(struct out_state *out)
{
	frame_unref(out->kept);
	scope_free(out->join);
	out->kept = NULL;
	out->join = NULL;
}

static int
join_verdict(const struct out_state *out, struct err *e)
{
	if (!scope_error(out->join))
		return 0;
	*e = *scope_error(out->join);
	return -1;
}

/* Keeps a batch for later nodes: the first as it is, others are copied below it, so that what they are
 * made of is free for the next one. What is more than the budget has left is given up, where there is a
 * file to read instead. */
static int
keep(struct ctx *c, struct out_state *out, struct frame *f, struct err *e)
{
	out->kept_bytes += frame_bytes(f);
	out->by_file |= out->stage && out->kept_bytes > c->job->keep_bytes;
	if (out->by_file) {
		forget(out);
		return 0;
	}
	if (!out->kept && !out->join) {
		out->kept = frame_ref(f);
		return 0;
	}
	if (!out->join) {
		out->join = scope_new(c->host->segs);
		out->below = scope_builder(out->join);
		scope_append(out->below, out->kept);
		frame_unref(out->kept);
		out->kept = NULL;
	}
	scope_append(out->below, f);
	return join_verdict(out, e);
}

int
ctx_put_table(struct ctx *c, struct out_state *out, struct frame *given, struct err *e)
{
	struct frame *f = frame_ref(given);
	int rc = open_stage(c, out, e);
	if (rc == 0)
		rc = ctx_check(c, &out->check, &f, e);
	if (rc == 0 && out->stage)
		rc = stage_table(out->stage, f, e);
	if (rc == 0 && out->out->keep)
		rc = keep(c, out, f, e);
	if (rc == 0) {
		out->rows += frame_rows(f);
		out->bytes += frame_bytes(f);
	}
	frame_unref(f);
	return rc;
}

static int
give_table(struct mlf_ctx *pub, const char *port, struct mlf_frame *f, bool whole)
{
	struct ctx *c = ctx_of(pub);
	struct out_state *out = find_out(c, port, MLF_TABLE);
	struct err e;
	if (!out || ctx_failed(c))
		return -1;
	if (!f) {
		err_set(&e, MLC_NODE_OUTPUT, "node `%s` gives no table to output `%s`",
			c->job->node, port);
		return ctx_fail(c, &e);
	}
	out->whole = whole;
	int rc = whole ? behind_end(out, &e) : behind_put(c, out, frame_of(f), &e);
	if (whole && rc == 0)
		rc = ctx_put_table(c, out, frame_of(f), &e);
	out->given |= rc == 0;
	return rc < 0 ? ctx_fail(c, &e) : 0;
}

int
ctx_output(struct mlf_ctx *pub, const char *port, struct mlf_frame *f)
{
	return give_table(pub, port, f, true);
}

int
ctx_output_append(struct mlf_ctx *pub, const char *port, struct mlf_frame *f)
{
	return give_table(pub, port, f, false);
}

static int
check_json(const struct ctx *c, const char *port, const void *p, size_t len, struct err *e)
{
	struct jr r;
	jr_init(&r, p, len);
	jr_skip(&r);
	int rc = jr_done(&r, e);
	jr_fini(&r);
	return rc < 0 ? err_wrap(e, "node `%s`, output `%s`", c->job->node, port) : 0;
}

int
ctx_output_bytes(struct mlf_ctx *pub, const char *port, const void *p, size_t len)
{
	struct ctx *c = ctx_of(pub);
	struct out_state *out = find_out(c, port, MLF_BYTES);
	struct err e;
	if (!out || ctx_failed(c))
		return -1;
	if ((out->out->kind == MLF_JSON && check_json(c, port, p, len, &e) < 0) ||
		open_stage(c, out, &e) < 0 ||
		(out->stage && stage_bytes(out->stage, p, len, &e) < 0))
		return ctx_fail(c, &e);
	out->given = out->whole = true;
	out->rows = -1;
	return 0;
}

const char *
ctx_stage_path(struct ctx *c, struct out_state *out, struct err *e)
{
	if (open_stage(c, out, e) < 0)
		return NULL;
	if (!out->path)
		out->path = ctx_absolute(c, stage_path(out->stage));
	return out->path;
}

const char *
ctx_output_path(struct mlf_ctx *pub, const char *port)
{
	struct ctx *c = ctx_of(pub);
	struct out_state *out = find_out(c, port, MLF_PATH);
	struct err e;
	if (!out)
		return NULL;
	if (!ctx_stage_path(c, out, &e)) {
		ctx_fail(c, &e);
		return NULL;
	}
	out->given = true;
	out->rows = -1;
	return out->path;
}

int
ctx_output_model(struct mlf_ctx *pub, const char *port, struct mlf_model *m)
{
	struct ctx *c = ctx_of(pub);
	struct out_state *out = find_out(c, port, MLF_MODEL);
	struct err e;
	if (!out || ctx_failed(c))
		return -1;
	if (!m) {
		err_set(&e, MLC_NODE_OUTPUT, "node `%s` gives no model to output `%s`",
			c->job->node, port);
		return ctx_fail(c, &e);
	}
	if (open_stage(c, out, &e) < 0 ||
		(out->stage &&
			ctx_save_model(c, out->out->entry, stage_path(out->stage), m, &e) < 0))
		return ctx_fail(c, &e);
	out->given = out->whole = true;
	out->rows = -1;
	return 0;
}

/* Readers get one table, and of it one pointer per column. */
static int
join_kept(struct out_state *out, struct err *e)
{
	if (!out->join)
		return 0;
	struct mlf_frame *all = mlf_finish(out->below);
	if (mlf_columns(all) == 0)
		all = scope_nothing(out->join, out->rows);
	out->kept = frame_ref(frame_of(all));
	return join_verdict(out, e);
}

int
ctx_out_finish(struct ctx *c, struct out_state *out, struct err *e)
{
	if (!out->given && out->out->optional)
		return 0;
	if (!out->given) {
		err_set(e, MLC_NODE_OUTPUT, "node `%s` left out its output `%s` (dataset `%s`)",
			c->job->node, out->out->port, out->out->dataset);
		return err_help(e, "give it with mlf_output(ctx, \"%s\", ...) before returning 0",
			out->out->port);
	}
	if (join_kept(out, e) < 0)
		return -1;
	if (ctx_check_end(&out->check, out->out->dataset, e) < 0)
		return -1;
	if (out->stage) {
		struct stage *s = out->stage;
		if (stage_end(s, &out->staged, e) < 0)
			return -1;
		out->stage = NULL;
	}
	return ctx_after_save(c, out, e);
}

void
ctx_out_close(struct out_state *out)
{
	behind_close(out);
	ctx_check_close(&out->check);
	if (out->stage)
		stage_abort(out->stage);
	forget(out);
	free(out->path);
	staged_fini(&out->staged);
}
