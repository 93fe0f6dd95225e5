/* SPDX-License-Identifier: Apache-2.0
 * Ports: where a node's inputs come from and where its outputs go.
 *
 *	input   handed over in memory?  -> lend the frame           (no file is touched)
 *	        else                    -> read the dataset, checking its contract on the way
 *	output  has a catalog entry?    -> stage it, checking its contract on the way
 *	        a later node reads it?  -> keep it as well, to be handed over
 *
 * Nothing a node writes is visible under its name before the runner has published it. */
#include "pipeline/ctx.h"

#include <fcntl.h>
#include <unistd.h>

#include "model/model.h"

/* ---- finding ports; a wrong name or kind is the author's mistake and says so */

static int
no_port(struct ctx *c, const char *what, const char *port)
{
	struct err e;
	err_set(&e, MLC_PORT, "node `%s` asks for %s `%s`, which it does not declare", c->job->node,
		what, port);
	return ctx_fail(c, &e);
}

static struct in_state *
find_in(struct ctx *c, const char *port, enum mlf_kind kind)
{
	for (size_t i = 0; i < c->job->n_inputs; i++) {
		struct in_state *in = &c->ins[i];
		if (!str_eq(in->in->port, port))
			continue;
		if (kind == MLF_PATH || in->in->kind == kind ||
			(kind == MLF_BYTES && in->in->kind >= MLF_JSON &&
				in->in->kind <= MLF_BYTES)) {
			in->used = true;
			return in->in->absent || ctx_before_load(c, in) < 0 ? NULL : in;
		}
		struct err e;
		err_set(&e, MLC_NODE_OUTPUT,
			"node `%s` reads input `%s` as %s; it is declared as %s", c->job->node,
			port, dataset_kind_name(kind), dataset_kind_name(in->in->kind));
		ctx_fail(c, &e);
		return NULL;
	}
	no_port(c, "input", port);
	return NULL;
}

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
	no_port(c, "output", port);
	return NULL;
}

/* ---- inputs */

static struct read_opts
reading(struct ctx *c, struct in_state *in, struct schema *known)
{
	struct read_opts o = {.rootfd = c->job->rootfd, .segs = c->host->segs};
	struct err ignored;
	if (in->check.contract)
		o.schema = contract_schema(in->check.contract);
	o.upto = in->in->upto;
	o.rejects = ctx_reject_sink(c, &in->rejected, in->in->bad_lines);
	if (in->in->known_hash && in->in->known_schema &&
		schema_decode(c->arena, in->in->known_schema, strlen(in->in->known_schema), known,
			&ignored) == 0) {
		o.known_hash = in->in->known_hash;
		o.known = known;
	}
	return o;
}

static int
read_whole(struct ctx *c, struct in_state *in, struct err *e)
{
	struct schema known;
	if (in->in->frame) {
		in->whole = frame_ref(in->in->frame);
		return 0;
	}
	if (in->in->frame_json)
		return frame_decode(c->host->segs, in->in->frame_json, strlen(in->in->frame_json),
			&in->whole, e);
	struct read_opts o = reading(c, in, &known);
	if (dataset_read_table(in->in->entry, &o, &in->whole, &in->facts, e) < 0)
		return err_wrap(e, "input `%s`", in->in->dataset);
	if (ctx_reject_end(&in->rejected, e) < 0)
		return -1;
	return ctx_check(c, &in->check, &in->whole, e) < 0
		? -1
		: ctx_check_end(&in->check, in->in->dataset, e);
}

struct mlf_frame *
ctx_input(struct mlf_ctx *pub, const char *port)
{
	struct ctx *c = ctx_of(pub);
	struct in_state *in = find_in(c, port, MLF_TABLE);
	struct err e;
	if (!in)
		return c->err.code ? scope_nothing(c->scope, 0) : NULL;
	if (in->reader) {
		err_set(&e, MLC_NODE_OUTPUT,
			"node `%s` reads input `%s` both in batches and as a whole", c->job->node,
			port);
		ctx_fail(c, &e);
		return scope_nothing(c->scope, 0);
	}
	if (!in->whole) {
		if (read_whole(c, in, &e) < 0) {
			ctx_fail(c, &e);
			return scope_nothing(c->scope, 0);
		}
		in->rows = frame_rows(in->whole);
		if (ctx_after_load(c, in) < 0)
			return scope_nothing(c->scope, 0);
	}
	return scope_lend(c->scope, in->whole);
}

/* The batch before is gone, which keeps memory flat; a mistake made with it stays. */
static void
end_batch(struct ctx *c, struct in_state *in)
{
	(void)ctx_failed(c);
	scope_free(in->batch);
	in->batch = NULL;
}

/* Once a port: from then on the reader and its sink for rejects may be in use by a thread. */
static int
open_reader(struct ctx *c, struct in_state *in, struct err *e)
{
	struct schema known;
	struct read_opts o = reading(c, in, &known);
	return dataset_open(in->in->entry, &o, &in->reader, e);
}

struct mlf_frame *
ctx_input_next(struct mlf_ctx *pub, const char *port)
{
	struct ctx *c = ctx_of(pub);
	struct in_state *in = find_in(c, port, MLF_TABLE);
	struct frame *batch = NULL;
	struct err e;
	if (!in)
		return NULL;
	end_batch(c, in);
	if (in->at_end || c->err.code)
		return NULL;
	if (in->whole || in->in->frame || in->in->frame_json) { /* one batch: it is all there */
		in->at_end = true;
		return ctx_input(pub, port);
	}
	int rc = in->reader ? 0 : open_reader(c, in, &e);
	if (rc == 0)
		rc = ahead_next(c, in, &batch, &e);
	if (rc == 1) {
		in->rows += frame_rows(batch);
		in->batch = scope_new(c->host->segs);
		struct mlf_frame *lent = scope_lend(in->batch, batch);
		frame_unref(batch);
		return lent;
	}
	in->at_end = true;
	ahead_close(in);
	if (rc == 0) {
		reader_facts(in->reader, &in->facts);
		rc = ctx_reject_end(&in->rejected, &e);
	}
	if (rc == 0)
		rc = ctx_check_end(&in->check, in->in->dataset, &e);
	if (rc < 0)
		ctx_fail(c, &e);
	else
		(void)ctx_after_load(c, in);
	return NULL;
}

const char *
ctx_input_bytes(struct mlf_ctx *pub, const char *port, size_t *len)
{
	struct ctx *c = ctx_of(pub);
	struct in_state *in = find_in(c, port, MLF_BYTES);
	struct err e;
	*len = 0;
	if (!in)
		return NULL;
	if (!in->bytes.s && in->in->value) {
		str_add(&in->bytes, in->in->value);
	} else if (!in->bytes.s) {
		if (dataset_read_bytes(in->in->entry, c->job->rootfd, &in->bytes, &e) < 0) {
			ctx_fail(c, &e);
			return NULL;
		}
		hash_xxh3(str_text(&in->bytes), in->bytes.len, in->facts.hash);
		in->facts.bytes = in->bytes.len;
	}
	if (ctx_after_load(c, in) < 0)
		return NULL;
	*len = in->bytes.len;
	return str_text(&in->bytes);
}

/* Absolute path of something beneath the root; owned. */
static char *
absolute(const struct ctx *c, const char *path)
{
	struct str s = {0};
	if (path[0] != '/')
		str_addf(&s, "%s/", c->job->root);
	str_add(&s, path);
	return s.s;
}

const char *
ctx_input_path(struct mlf_ctx *pub, const char *port)
{
	struct ctx *c = ctx_of(pub);
	struct in_state *in = find_in(c, port, MLF_PATH);
	struct err e;
	if (!in)
		return NULL;
	if (!in->in->entry || !in->in->entry->path) {
		err_set(&e, MLC_NODE_OUTPUT, "input `%s` of node `%s` is in memory and has no path",
			port, c->job->node);
		err_help(&e, "give `%s` an entry in the catalog", in->in->dataset);
		ctx_fail(c, &e);
		return NULL;
	}
	if (!in->path)
		in->path = absolute(c, in->in->entry->path);
	return in->path; /* who reads it, and when, nobody can tell */
}

struct mlf_model *
ctx_input_model(struct mlf_ctx *pub, const char *port)
{
	struct ctx *c = ctx_of(pub);
	struct in_state *in = find_in(c, port, MLF_MODEL);
	struct err e;
	if (!in)
		return NULL;
	if (!in->model && ctx_load_model(c, in->in->entry, &in->model, &e) < 0) {
		ctx_fail(c, &e);
		return NULL;
	}
	return ctx_after_load(c, in) < 0 ? NULL : in->model;
}

/* ---- outputs */

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
		out->given = true;
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
	return ctx_put_table(c, out, frame_of(f), &e) < 0 ? ctx_fail(c, &e) : 0;
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
		out->path = absolute(c, stage_path(out->stage));
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

const char *
ctx_model_path(struct ctx *c, const char *port)
{
	for (size_t i = 0; i < c->job->n_inputs; i++)
		if (str_eq(c->job->inputs[i].port, port) && c->job->inputs[i].kind == MLF_MODEL &&
			!c->job->inputs[i].absent)
			return c->job->inputs[i].entry->path;
	for (size_t i = 0; i < c->job->n_outputs; i++)
		if (str_eq(c->job->outputs[i].port, port) && c->job->outputs[i].kind == MLF_MODEL &&
			c->job->outputs[i].entry)
			return c->job->outputs[i].entry->path;
	return NULL;
}

/* ---- beginning and end */

int
ctx_open(struct ctx *c, struct err *e)
{
	for (size_t i = 0; i < c->job->n_inputs; i++) {
		struct in_state *in = &c->ins[i];
		in->in = &c->job->inputs[i];
		const struct under_contract port = {
			in->in->contract, in->in->dataset, in->in->quarantine};
		if (!in->in->absent && ctx_check_open(c, &port, &in->check, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < c->job->n_outputs; i++) {
		struct out_state *out = &c->outs[i];
		out->out = &c->job->outputs[i];
		const struct under_contract port = {
			out->out->contract, out->out->dataset, out->out->quarantine};
		if (ctx_check_open(c, &port, &out->check, e) < 0)
			return -1;
	}
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

static int
finish_output(struct ctx *c, struct out_state *out, struct err *e)
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

int
ctx_finish(struct ctx *c, struct err *e)
{
	for (size_t i = 0; i < c->job->n_outputs; i++)
		if (finish_output(c, &c->outs[i], e) < 0)
			return -1;
	return ctx_confirm(c, e);
}

static void
close_in(struct in_state *in)
{
	ctx_check_close(&in->check);
	ctx_reject_close(&in->rejected);
	scope_free(in->batch);
	reader_close(in->reader);
	frame_unref(in->whole);
	str_fini(&in->bytes);
	model_unref(in->model);
	free(in->path);
}

static void
close_out(struct out_state *out)
{
	ctx_check_close(&out->check);
	if (out->stage)
		stage_abort(out->stage);
	forget(out);
	free(out->path);
	staged_fini(&out->staged);
}

void
ctx_close(struct ctx *c)
{
	for (size_t i = 0; i < c->job->n_inputs; i++)
		close_in(&c->ins[i]);
	for (size_t i = 0; i < c->job->n_outputs; i++)
		close_out(&c->outs[i]);
	for (size_t i = 0; i < c->n_models; i++)
		model_unref(c->models[i]);
	ctx_confirm_close(c);
	scope_free(c->scratch);
	scope_free(c->scope);
	free(c->ins);
	free(c->outs);
	free(c->models);
	free(c->metrics);
	free(c->tags);
	free(c->wishes);
	hook_sink_fini(&c->hooked);
	map_fini(&c->params);
}
