/* SPDX-License-Identifier: Apache-2.0
 * Incremental datasets. What a run reads of one is settled when the first node asks: all nodes of the
 * run see the partitions that were there then. The node that confirms it publishes the last of their ids
 * as its checkpoint, in the same intent as its outputs: what they were made of is neither read again nor
 * lost.
 *
 *	runner:  run_upto -> job_input.upto (readers), job.confirms (the node that confirms)
 *	worker:  ctx_confirm stages the checkpoint, once the node's outputs are staged */
#include "pipeline/run.h"

#include "pipeline/ctx.h"

const char *
run_upto(struct run *r, const struct dataset *d, struct err *e)
{
	const char *upto = map_get(&r->upto, d->name);

	if (upto)
		return upto;
	if (dataset_parts_last(d, r->o->plan->project->rootfd, &r->kept, &upto, e) < 0)
		return NULL;
	map_put(&r->upto, d->name, (void *)(uintptr_t)upto);
	return upto;
}

int
job_confirms(struct slot *s, struct err *e)
{
	const struct spec_node *n = s->task->node->spec;
	struct job *j = &s->j;

	j->confirms = arena_alloc(&s->arena, (n->n_confirms + 1) * sizeof(*j->confirms));
	for (size_t i = 0; i < n->n_confirms; i++) {
		const struct dataset *d =
			catalog_get(s->run->o->plan->catalog, n->confirms[i].dataset);
		const char *upto = d ? run_upto(s->run, d, e) : "";

		if (!upto)
			return -1;
		if (*upto)
			j->confirms[j->n_confirms++] =
				(struct job_confirm){dataset_checkpoint(&s->arena, d), upto};
	}
	return 0;
}

int
ctx_confirm(struct ctx *c, struct err *e)
{
	char token[300];

	stage_token(c->job->run_id, c->job->node, token);
	c->confirmed = arena_alloc(c->arena, (c->job->n_confirms + 1) * sizeof(*c->confirmed));
	for (size_t i = 0; i < c->job->n_confirms; i++) {
		const struct job_confirm *f = &c->job->confirms[i];
		struct stage *s;

		if (stage_begin(f->entry, c->job->rootfd, token, &s, e) < 0)
			return -1;
		if (stage_bytes(s, f->upto, strlen(f->upto), e) < 0 ||
			stage_bytes(s, "\n", 1, e) < 0 || stage_end(s, &c->confirmed[i], e) < 0) {
			stage_abort(s);
			return -1;
		}
		c->n_confirmed++;
	}
	return 0;
}

void
ctx_confirm_close(struct ctx *c)
{
	for (size_t i = 0; i < c->n_confirmed; i++)
		staged_fini(&c->confirmed[i]);
}
