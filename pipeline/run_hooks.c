/* SPDX-License-Identifier: Apache-2.0
 * The runner's hooks: around the run, and for nodes that failed, whose worker may be gone.
 *
 *	queue -> a worker of its own in the slot beside git's -> what it reported -> the next one
 *
 * One at a time, in the order of what happened; the loop never waits. No node starts before those of
 * before_run have ended, and the run does not end before the last one has. After an interrupt none is
 * begun. */
#include "pipeline/run.h"

#include <sys/wait.h>

#include "pipeline/hook.h"

#define SLACK_MS 10000 /* for a worker, beyond the timeouts of its hooks */

static struct slot *
hook_slot(struct run *r)
{
	return &r->slots[r->n_slots - 2];
}

void
run_warn(struct run *r, const char *text)
{
	struct run_result *out = r->out;
	out->warnings = mem_resize(out->warnings, (out->n_warnings + 1) * sizeof(char *));
	out->warnings[out->n_warnings++] = mem_strdup(text);
	if (r->o->watch.warned)
		r->o->watch.warned(r->o->watch.arg, text);
}

/* ---- beginning */

static const char *
error_text(struct arena *a, const struct err *err)
{
	struct str s = {0};
	struct jw w;
	jw_init(&w, &s);
	diag_json(&w, err);
	const char *copy = arena_strdup(a, str_text(&s));
	str_fini(&s);
	return copy;
}

static struct hook_event
event_of(struct slot *s)
{
	const struct run *r = s->run;
	struct hook_event ev = HOOK_EVENT(s->hook.point);
	const struct err *err = r->out->err.code ? &r->out->err : NULL;
	if (s->hook.node >= 0) {
		const struct node_result *res = &r->out->nodes[s->hook.node];
		ev.status = node_status_name(res->status);
		ev.ms = res->wall_us / 1000;
		err = res->err;
	} else if (s->hook.point != BEFORE_RUN) {
		ev.status = run_status_name(run_final_status(r));
		ev.ms = (clock_mono_us() - r->begun_us) / 1000;
	}
	if (err) {
		ev.error = error_text(&s->arena, err);
		ev.message = arena_strdup(&s->arena, err->msg);
	}
	return ev;
}

static const struct plan_node *
node_of(const struct run *r, int node)
{
	return node < 0 ? NULL : &r->o->plan->nodes[node];
}

static void
begin(struct slot *s, struct hook_item item)
{
	struct run *r = s->run;
	const struct plan_node *node = node_of(r, item.node);
	const struct plan *p = r->o->plan;
	struct err e = {0};
	struct jw w;
	s->hook = item;
	s->job = ++r->next_job;
	r->busy++;
	struct hook_ask q = {.job = {.id = s->job,
				     .root = p->project->root,
				     .run_id = r->out->id.id,
				     .run_folder = r->out->id.folder,
				     .node = node ? node->spec->name : "",
				     .run_name = r->out->id.name,
				     .pipeline = p->graph->spec->name,
				     .conf = p->project->env,
				     .seed = r->seed,
				     .now_ms = clock_now_ms(r->o->clock)},
		.event = event_of(s)};
	q.job.hooks = hooks_at(&s->arena, p, item.point, node, &q.job.n_hooks);
	int64_t ms = SLACK_MS;
	for (size_t i = 0; i < q.job.n_hooks; i++)
		ms += q.job.hooks[i].timeout_ms + SLACK_MS;
	str_reset(&r->scratch);
	jw_init(&w, &r->scratch);
	hook_ask_encode(&q, &w);
	if (ask_hook(s, &r->scratch, &e) < 0) {
		s->done.err = e;
		s->has_done = true;
		slot_ended(s);
	} else
		slot_limit(s, (uint64_t)ms);
}

void
run_hooks_next(struct run *r)
{
	struct slot *s = r->slots ? hook_slot(r) : NULL;
	if (s && !s->job && r->next_hook < r->n_hooks && !r->out->signal)
		begin(s, r->hooks[r->next_hook++]);
}

bool
run_hook(struct run *r, enum hook_point point, int node)
{
	struct arena a = {0};
	size_t n = 0;
	if (r->o->plan->n_hooks && r->opened && !r->out->signal)
		(void)hooks_at(&a, r->o->plan, point, node_of(r, node), &n);
	arena_fini(&a);
	if (n == 0)
		return false;
	r->hooks = mem_grow(r->hooks, &r->cap_hooks, r->n_hooks + 1, sizeof(*r->hooks));
	r->hooks[r->n_hooks++] = (struct hook_item){point, node};
	return true;
}

bool
run_hooks_last(struct run *r)
{
	if (r->hooks_closed)
		return false;
	r->hooks_closed = true;
	if (!run_hook(r, r->out->err.code ? ON_RUN_ERROR : AFTER_RUN, -1))
		return false;
	run_hooks_next(r);
	return r->busy > 0;
}

/* ---- the end */

static void
no_answer(const struct slot *s, struct err *e)
{
	if (!s->end.pid)
		err_set(e, MLC_WORKER, "cannot fork a worker for hooks: %s",
			strerror(s->end.status));
	else if (WIFSIGNALED(s->end.status))
		err_set(e, MLC_HOOK, "the worker of %s hooks was killed by SIG%s",
			hook_point_name(s->hook.point), sigabbrev_np(WTERMSIG(s->end.status)));
	else
		err_set(e, MLC_HOOK, "the worker of %s hooks ended with exit code %d",
			hook_point_name(s->hook.point), WEXITSTATUS(s->end.status));
}

void
run_hook_done(struct slot *s)
{
	struct run *r = s->run;
	struct err e = s->done.err, failed;
	if (s->hook.point == BEFORE_RUN)
		r->hooks_first = false;
	if (r->out->signal) /* it was stopped with all the others */
		return;
	if (!s->has_done)
		no_answer(s, &e);
	for (size_t i = 0; i < s->done.n_warnings; i++)
		run_warn(r, s->done.warnings[i].text);
	if (s->done.n_tags &&
		run_tags(r->o->store, &r->out->id, s->done.tags, s->done.n_tags, &failed) < 0)
		run_broken(r, &failed);
	if (!e.code)
		return;
	if (s->log.path)
		err_note(&e, "what it printed is in %s", s->log.path);
	if (s->hook.point == BEFORE_RUN)
		run_broken(r, &e);
	else if (s->hook.point == AFTER_RUN) {
		r->out->err = e;
		r->out->broken = true;
	} else
		run_warn(r, e.msg);
}

int
run_hooks_record(struct run *r, struct err *e)
{
	const struct run_result *out = r->out;
	struct arena a = {0};
	struct tag *tags = arena_alloc(&a, (out->n_warnings + 1) * sizeof(*tags));
	for (size_t i = 0; i < out->n_warnings; i++)
		tags[i] = (struct tag){
			arena_printf(&a, "mlflow_c.warning.%zu", i + 1), out->warnings[i]};
	int rc = out->n_warnings ? run_tags(r->o->store, &out->id, tags, out->n_warnings, e) : 0;
	arena_fini(&a);
	free(r->hooks);
	return rc;
}
