/* SPDX-License-Identifier: Apache-2.0
 * Ports: where a node's inputs come from, and the beginning and end of both directions (outputs: ctx_out.c).
 *
 *	input   handed over in memory?  -> lend the frame           (no file is touched)
 *	        else                    -> read the dataset, checking its contract on the way
 *	output  has a catalog entry?    -> stage it, checking its contract on the way
 *	        a later node reads it?  -> keep it as well, to be handed over */
#include "pipeline/ctx.h"

#include "model/model.h"

/* ---- finding ports; a wrong name or kind is the author's mistake and says so */

int
ctx_no_port(struct ctx *c, const char *what, const char *port)
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
	ctx_no_port(c, "input", port);
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
char *
ctx_absolute(const struct ctx *c, const char *path)
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
		in->path = ctx_absolute(c, in->in->entry->path);
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

int
ctx_finish(struct ctx *c, struct err *e)
{
	for (size_t i = 0; i < c->job->n_outputs; i++)
		if (ctx_out_finish(c, &c->outs[i], e) < 0)
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

void
ctx_close(struct ctx *c)
{
	for (size_t i = 0; i < c->job->n_inputs; i++)
		close_in(&c->ins[i]);
	for (size_t i = 0; i < c->job->n_outputs; i++)
		ctx_out_close(&c->outs[i]);
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
