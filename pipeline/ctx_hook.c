/* SPDX-License-Identifier: Apache-2.0
 * The points at which a node's own worker calls hooks: the node, what it loads, what it saves.
 *
 *	before_load   an input is asked for the first time       after_load   it was read to its end
 *	before_save   an output is given the first time          after_save   it is staged and checked
 *
 * Saved is not published: a required hook that fails here keeps everything from being seen. */
#include "pipeline/ctx.h"

int
ctx_hook(struct ctx *c, const struct hook_event *ev, struct err *e)
{
	if (c->job->n_hooks == 0)
		return 0;
	c->hooked.a = c->arena;
	return hooks_fire(c->job, c->host, ev, &c->hooked, e);
}

static struct hook_event
load_event(const struct in_state *in, enum hook_point point)
{
	struct hook_event ev = HOOK_EVENT(point);
	ev.dataset = in->in->dataset;
	ev.port = in->in->port;
	ev.path = in->in->entry ? in->in->entry->path : NULL;
	return ev;
}

int
ctx_before_load(struct ctx *c, struct in_state *in)
{
	struct hook_event ev = load_event(in, BEFORE_LOAD);
	struct err e;
	if (in->announced)
		return 0;
	in->announced = true;
	return ctx_hook(c, &ev, &e) < 0 ? ctx_fail(c, &e) : 0;
}

int
ctx_after_load(struct ctx *c, struct in_state *in)
{
	struct hook_event ev = load_event(in, AFTER_LOAD);
	struct err e;
	if (in->loaded)
		return 0;
	in->loaded = true;
	if (in->in->kind == MLF_TABLE && in->rows >= 0)
		ev.rows = in->rows;
	if (in->facts.hash[0])
		ev.hash = in->facts.hash;
	if (in->facts.bytes)
		ev.bytes = (int64_t)in->facts.bytes;
	return ctx_hook(c, &ev, &e) < 0 ? ctx_fail(c, &e) : 0;
}

static struct hook_event
save_event(const struct out_state *out, enum hook_point point)
{
	struct hook_event ev = HOOK_EVENT(point);
	ev.dataset = out->out->dataset;
	ev.port = out->out->port;
	ev.path = out->out->entry ? out->out->entry->path : NULL;
	return ev;
}

int
ctx_before_save(struct ctx *c, struct out_state *out)
{
	struct hook_event ev = save_event(out, BEFORE_SAVE);
	struct err e;
	if (out->announced)
		return 0;
	out->announced = true;
	return ctx_hook(c, &ev, &e) < 0 ? ctx_fail(c, &e) : 0;
}

int
ctx_after_save(struct ctx *c, struct out_state *out, struct err *e)
{
	struct hook_event ev = save_event(out, AFTER_SAVE);
	ev.rows = out->out->kind == MLF_TABLE ? out->rows : -1;
	ev.hash = out->staged.hash[0] ? out->staged.hash : NULL;
	ev.bytes = (int64_t)(ev.hash ? out->staged.bytes : out->bytes);
	return ctx_hook(c, &ev, e);
}

int
ctx_after_node(struct ctx *c, int64_t begun_us, struct err *e)
{
	struct hook_event ev = HOOK_EVENT(AFTER_NODE);
	ev.status = "ok";
	ev.ms = (clock_mono_us() - begun_us) / 1000;
	for (size_t i = 0; i < c->job->n_outputs && ev.rows < 0; i++)
		if (c->outs[i].given && c->job->outputs[i].kind == MLF_TABLE)
			ev.rows = c->outs[i].rows;
	return ctx_hook(c, &ev, e);
}
