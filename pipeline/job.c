/* SPDX-License-Identifier: Apache-2.0
 * Running a job: from the definition of a node and a job to what came of it.
 *
 *	open contracts -> run the node -> its mistakes? -> finish outputs (stage, check) -> collect
 *
 * Called in a worker process, or on a thread with --in-process; it knows no difference. */
#include "pipeline/job.h"

#include "pipeline/ctx.h"

/* Parameters were checked by the plan; here they only get their C types. */
static void
read_params(struct ctx *c)
{
	struct jr r, one;
	const char *key;
	size_t len;
	jr_init(&r, c->job->params ? c->job->params : "{}",
		c->job->params ? strlen(c->job->params) : 2);
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			struct param *p = arena_alloc(c->arena, sizeof(*p));
			map_put(&c->params, key, p);
			const char *json = jr_raw(&r, &len);
			p->json = json ? arena_strndup(c->arena, json, len) : "null";
			p->text = "";
			jr_init(&one, p->json, strlen(p->json));
			switch (jr_peek(&one)) {
			case J_STRING: p->text = arena_strdup(c->arena, jr_str(&one)); break;
			case J_NUMBER:
				p->f = jr_f64(&one);
				p->i = (int64_t)strtoll(p->json, NULL, 10);
				break;
			case J_BOOL: p->b = jr_bool(&one); break;
			default: break;
			}
			jr_fini(&one);
		}
	jr_fini(&r);
}

static void
collect_input(struct ctx *c, struct in_state *in, struct done_data *d)
{
	*d = (struct done_data){.port = in->in->port,
		.dataset = in->in->dataset,
		.given = in->used && !in->in->value, /* parameters are no dataset */
		.rows = in->in->kind == MLF_TABLE ? in->rows : -1,
		.bytes = in->facts.bytes,
		.rejected = in->facts.rejected};
	if (in->facts.hash[0])
		d->hash = arena_strdup(c->arena, in->facts.hash);
	ctx_collect_check(c, &in->check, d);
}

/* A kept frame as a descriptor (shared memory) or as a pointer (threads). */
static void
collect_frame(struct ctx *c, struct out_state *out, struct done_data *d)
{
	struct str s = {0};
	struct jw w;
	if (!out->kept)
		return;
	if (c->host->ctl < 0) {
		d->frame = frame_ref(out->kept);
		return;
	}
	jw_init(&w, &s);
	frame_encode(out->kept, &w);
	d->frame_json = arena_strdup(c->arena, str_text(&s));
	str_fini(&s);
}

static void
collect_output(struct ctx *c, struct out_state *out, struct done_data *d)
{
	*d = (struct done_data){.port = out->out->port,
		.dataset = out->out->dataset,
		.output = true,
		.given = out->given,
		.rows = out->rows,
		.bytes = out->bytes,
		.folder = out->staged.folder,
		.outside = out->staged.outside,
		.stage = arena_strdup(c->arena, out->staged.path),
		.target = arena_strdup(c->arena, out->staged.target),
		.schema = arena_strdup(c->arena, out->staged.schema)};
	if (out->staged.hash[0]) {
		d->hash = arena_strdup(c->arena, out->staged.hash);
		d->bytes = out->staged.bytes;
	}
	ctx_collect_check(c, &out->check, d);
}

/* Copies a vector into the arena. */
static void *
settle(struct arena *a, const void *v, size_t n, size_t size)
{
	void *copy = arena_alloc(a, n * size + 1);
	if (n)
		memcpy(copy, v, n * size);
	return copy;
}

/* What hooks reported counts for the node. */
static void
collect_hooked(struct ctx *c, struct done *out)
{
	const struct hook_sink *h = &c->hooked;
	for (size_t i = 0; i < h->n_tags; i++) {
		c->tags = mem_grow(c->tags, &c->cap_tags, c->n_tags + 1, sizeof(*c->tags));
		c->tags[c->n_tags++] = h->tags[i];
	}
	for (size_t i = 0; i < h->n_metrics; i++) {
		c->metrics = mem_grow(
			c->metrics, &c->cap_metrics, c->n_metrics + 1, sizeof(*c->metrics));
		c->metrics[c->n_metrics++] = h->metrics[i];
	}
	out->warnings = settle(c->arena, h->warnings, h->n_warnings, sizeof(*h->warnings));
	out->n_warnings = h->n_warnings;
}

/* What was quarantined, behind the datasets that the node itself knows. */
static void
collect_away(struct ctx *c, struct done *out)
{
	for (size_t i = 0; i < c->job->n_inputs; i++) {
		const struct in_state *in = &c->ins[i];

		out->n_data += ctx_collect_away(
			c, &in->check.away, in->check.quarantine, &out->data[out->n_data]);
		out->n_data += ctx_collect_away(
			c, &in->rejected.away, in->rejected.to, &out->data[out->n_data]);
	}
	for (size_t i = 0; i < c->job->n_outputs; i++)
		out->n_data += ctx_collect_away(c, &c->outs[i].check.away,
			c->outs[i].check.quarantine, &out->data[out->n_data]);
	for (size_t i = 0; i < c->n_confirmed; i++)
		out->n_data += ctx_collect_away(
			c, &c->confirmed[i], c->job->confirms[i].entry, &out->data[out->n_data]);
}

static void
collect(struct ctx *c, struct done *out)
{
	const struct job *j = c->job;
	out->data = arena_alloc(c->arena,
		(3 * j->n_inputs + 2 * j->n_outputs + j->n_confirms + 1) * sizeof(*out->data));
	for (size_t i = 0; i < j->n_inputs; i++)
		if (!j->inputs[i].absent)
			collect_input(c, &c->ins[i], &out->data[out->n_data++]);
	for (size_t i = 0; i < j->n_outputs; i++) {
		if (j->outputs[i].nowhere) /* it is no dataset */
			continue;
		struct done_data *d = &out->data[out->n_data++];
		collect_output(c, &c->outs[i], d);
		if (!out->err.code)
			collect_frame(c, &c->outs[i], d);
	}
	collect_away(c, out);
	collect_hooked(c, out);
	out->metrics = settle(c->arena, c->metrics, c->n_metrics, sizeof(*c->metrics));
	out->tags = settle(c->arena, c->tags, c->n_tags, sizeof(*c->tags));
	out->wishes = settle(c->arena, c->wishes, c->n_wishes, sizeof(*c->wishes));
	out->n_metrics = c->n_metrics;
	out->n_tags = c->n_tags;
	out->n_wishes = c->n_wishes;
}

/* Why the node failed, if it did. A node that stopped because it was asked to says so. */
static void
verdict(struct ctx *c, int rc, struct err *e)
{
	if (ctx_failed(c) && c->err.code)
		*e = c->err;
	else if (scope_error(c->scope)) {
		*e = *scope_error(c->scope);
		err_wrap(e, "node `%s`", c->job->node);
	} else if (rc != 0)
		err_set(e, MLC_NODE_FAILED, "node `%s` returned %d without saying why",
			c->job->node, rc);
	else
		(void)!ctx_finish(c, e);
}

/* From here on no thread of the node's ports is left. */
static void
end_overlap(struct ctx *c)
{
	struct err e;
	for (size_t i = 0; i < c->job->n_inputs; i++)
		ahead_close(&c->ins[i]);
	for (size_t i = 0; i < c->job->n_outputs; i++)
		if (behind_end(&c->outs[i], &e) < 0)
			ctx_fail(c, &e);
}

void
job_run(const struct job *j, const struct mlf_node *def, const struct job_host *h, struct arena *a,
	struct done *out)
{
	struct ctx c = {.pub = {&ctx_host}, .job = j, .def = def, .host = h, .arena = a};
	memset(out, 0, sizeof(*out));
	c.scope = scope_new(h->segs);
	c.ins = mem_alloc((j->n_inputs + 1) * sizeof(*c.ins));
	c.outs = mem_alloc((j->n_outputs + 1) * sizeof(*c.outs));
	read_params(&c);
	const struct hook_event before = HOOK_EVENT(BEFORE_NODE);
	int64_t begun_us = j->n_hooks ? clock_mono_us() : 0;
	if (ctx_open(&c, &out->err) == 0 && ctx_hook(&c, &before, &out->err) == 0) {
		int said = def->run(&c.pub);
		end_overlap(&c);
		verdict(&c, said, &out->err);
		if (!out->err.code)
			(void)!ctx_after_node(&c, begun_us, &out->err);
	}
	collect(&c, out);
	if (h->deliver)
		h->deliver(h->arg, out);
	ctx_close(&c);
}
