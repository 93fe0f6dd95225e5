/* SPDX-License-Identifier: Apache-2.0
 * The end of an attempt: what it was, and what follows from it.
 *
 *	verdict  signal? exit code? DONE? its error?     -> status and one clear message
 *	ok       intent -> rename -> record (one commit) -> register wishes -> dependents ready
 *	failed   stages removed -> again, or dependents skipped; the old datasets are untouched
 */
#include "pipeline/run.h"

#include <signal.h>
#include <sys/wait.h>

#include "pipeline/plan.h"
#include "pipeline/worker.h"

static struct node_result *
result_of(const struct slot *s)
{
	return &s->run->out->nodes[task_index(s->run, s->task)];
}

/* ---- verdict */

/* What failed, for an error that says nothing more. */
static void
note_origin(const struct plan_node *n, struct err *e)
{
	if (n->program)
		err_note(e, "command %s", n->plugin->path);
	else
		err_note(e, "plugin %s, node %s", n->plugin->path, n->def->name);
}

/* The attempt was killed by a signal that neither the timeout nor an interrupt sent. */
static enum node_status
crashed(const struct slot *s, struct err *e)
{
	const struct plan_node *n = s->task->node;
	int sig = WTERMSIG(s->end.status);
	const char *abbrev = sigabbrev_np(sig);
	err_set(e, MLC_NODE_CRASHED, "node `%s` was killed by SIG%s (%s)", n->spec->name,
		abbrev ? abbrev : "?", strsignal(sig));
	err_note(e, "plugin %s, node %s; nothing it wrote was published", n->plugin->path,
		n->def->name);
	err_help(
		e, "debug it in this process: mlflow-c run --nodes %s --in-process", n->spec->name);
	return NODE_FAILED;
}

static void
over_memory(const struct spec_node *n, struct err *e)
{
	struct str limit = {0};
	str_add_bytes(&limit, (uint64_t)n->memory);
	err_set(e, MLC_NODE_MEMORY, "node `%s` needed more than its memory limit of %s", n->name,
		str_text(&limit));
	err_at(e, &n->at, NULL);
	err_help(e, "raise `resources: {memory: ...}` of the node, or let it work in batches");
	str_fini(&limit);
}

/* The process ended by itself, without DONE. */
static enum node_status
left(const struct slot *s, struct err *e)
{
	const struct spec_node *n = s->task->node->spec;
	int code = WEXITSTATUS(s->end.status);
	if (code == WORKER_MUTE) {
		err_set(e, MLC_NODE_EXITED, "node `%s` lost its connection to the runner", n->name);
		err_help(e, "a node closes only descriptors that it opened itself");
	} else if (code == 70 && n->memory) {
		over_memory(n, e);
	} else if (code == WORKER_SETUP_FAILED && !s->log.path) {
		err_set(e, MLC_WORKER, "the worker for node `%s` could not be set up", n->name);
	} else {
		err_set(e, MLC_NODE_EXITED,
			"node `%s` ended its process with exit code %d before it "
			"was done",
			n->name, code);
		err_help(e, "a node returns from its function; it must not call exit()");
	}
	return NODE_FAILED;
}

static enum node_status
verdict(const struct slot *s, struct err *e)
{
	const struct spec_node *n = s->task->node->spec;
	bool fine = s->has_done && !s->done.err.code;
	if (s->stopped && !fine) {
		err_set(e, MLC_CANCELLED, "node `%s` was stopped", n->name);
		return NODE_CANCELLED;
	}
	if (s->timed_out && !fine) {
		struct str t = {0};
		str_add_duration(&t, (uint64_t)n->timeout_ms);
		err_set(e, MLC_NODE_TIMEOUT, "node `%s` ran longer than its timeout of %s", n->name,
			str_text(&t));
		err_at(e, &n->at, NULL);
		str_fini(&t);
		return NODE_TIMEOUT;
	}
	if (fine)
		return NODE_OK;
	if (s->has_done) {
		*e = s->done.err;
		if (e->code == MLC_OOM && n->memory) {
			over_memory(n, e);
			err_note(e, "%s", s->done.err.msg);
		}
		return e->code == MLC_CONTRACT ? NODE_CONTRACT : NODE_FAILED;
	}
	if (!s->end.pid) {
		err_set(e, MLC_WORKER, "cannot fork a worker for node `%s`: %s", n->name,
			strerror(s->end.status));
		return NODE_FAILED;
	}
	return WIFSIGNALED(s->end.status) ? crashed(s, e) : left(s, e);
}

/* ---- what follows */

/* The catalog's entry of an output: its own, or that of rows that were put aside. */
static const struct dataset *
entry_of(const struct slot *s, const char *dataset)
{
	for (size_t i = 0; i < s->j.n_outputs; i++)
		if (s->j.outputs[i].entry && str_eq(s->j.outputs[i].entry->name, dataset))
			return s->j.outputs[i].entry;
	return aside_of(s, dataset);
}

static size_t
list_items(struct slot *s, struct publish_item **out)
{
	size_t n = 0;
	struct publish_item *items = arena_alloc(&s->arena, (s->done.n_data + 1) * sizeof(*items));
	for (size_t i = 0; i < s->done.n_data; i++) {
		const struct done_data *d = &s->done.data[i];
		if (d->output && d->stage)
			items[n++] = (struct publish_item){d->stage, d->target, d->hash, d->folder,
				d->outside, s->run->out->id.id, entry_of(s, d->dataset)};
	}
	*out = items;
	return n;
}

/* Removes what an attempt left in hidden stages. */
static void
discard_stages(struct slot *s)
{
	char token[300];
	stage_token(s->run->out->id.id, s->task->node->spec->name, token);
	for (size_t i = 0; i < s->j.n_outputs; i++)
		if (s->j.outputs[i].entry)
			stage_discard(s->j.outputs[i].entry, s->j.rootfd, token);
	for (size_t i = 0; i < s->j.n_outputs; i++)
		if (s->j.outputs[i].quarantine)
			stage_discard(s->j.outputs[i].quarantine, s->j.rootfd, token);
	for (size_t i = 0; i < s->j.n_inputs; i++) {
		if (s->j.inputs[i].quarantine)
			stage_discard(s->j.inputs[i].quarantine, s->j.rootfd, token);
		if (s->j.inputs[i].bad_lines)
			stage_discard(s->j.inputs[i].bad_lines, s->j.rootfd, token);
	}
	for (size_t i = 0; i < s->j.n_confirms; i++)
		stage_discard(s->j.confirms[i].entry, s->j.rootfd, token);
}

/* Renames the outputs into place. If that fails half way, the rest stays staged: its intent is open,
 * and whoever opens the store next rolls it forward, for there is no way back. */
static int
put_in_place(struct slot *s, const struct publish_item *items, size_t n, struct err *e)
{
	int rootfd = s->run->o->plan->project->rootfd;
	size_t there = 0;
	if (publish_all(rootfd, items, n, e) == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		there += !file_exists(rootfd, items[i].stage);
	if (there == 0 && publish_unsure(rootfd, items, n))
		err_note(e,
			"whether it was published cannot be told now; the next command finds out, "
			"and publishes it if it was not");
	else if (there == 0)
		discard_stages(s);
	else if (there < n)
		err_note(e, "%zu of its %zu outputs are in place; the next command tries the rest",
			there, n);
	return -1;
}

/* Publishes the outputs and records the node with them. *recorded stays false for a node that
 * publishes nothing: its record can wait. A registry that cannot record ends the run. */
static int
publish(struct slot *s, bool *recorded, struct err *e)
{
	struct run *r = s->run;
	struct publish_item *items;
	size_t n = list_items(s, &items);
	if (n == 0 && s->done.n_wishes == 0)
		return 0;
	if (run_flush(r, e) < 0) {
		discard_stages(s);
		return -1;
	}
	if (n &&
		intent_write(r->o->store, &r->out->id, s->task->node->spec->name, items, n, e) <
			0) {
		discard_stages(s);
		return -1;
	}
	if (n && put_in_place(s, items, n, e) < 0)
		return err_wrap(e, "node `%s`", s->task->node->spec->name);
	if (record_published(s, e) < 0) {
		run_broken(r, e);
		return -1;
	}
	*recorded = true;
	return 0;
}

/* Carries out the wishes. Only then does the node's record say what it rests on. */
static int
register_models(struct slot *s, struct err *e)
{
	struct run_result *out = s->run->out;
	if (s->done.n_wishes == 0)
		return 0;
	for (size_t i = 0; i < s->done.n_wishes; i++) {
		const struct done_wish *w = &s->done.wishes[i];
		bool last = i + 1 == s->done.n_wishes;
		struct register_wish wish = {w->name, w->alias, w->condition, w->model_path,
			s->task->node->spec->name, last ? changed_basis(s) : NULL};
		struct registered got;
		if (run_register(s->run->o->store, &out->id, &wish, &got, e) < 0)
			return err_wrap(e, "node `%s`", s->task->node->spec->name);
		size_t cap = out->n_models;
		out->models = mem_resize(out->models, (out->n_models + 1) * sizeof(*out->models));
		struct model_result *m = &out->models[cap];
		memset(m, 0, sizeof(*m));
		out->n_models++;
		(void)snprintf(m->name, sizeof(m->name), "%s", w->name);
		(void)snprintf(m->alias, sizeof(m->alias), "%s", w->alias ? w->alias : "");
		(void)snprintf(m->why, sizeof(m->why), "%s", got.why);
		m->version = got.version;
		m->alias_moved = got.alias_moved;
	}
	return 0;
}

static void
release_inputs(struct run *r, const struct plan_node *n)
{
	for (size_t i = 0; i < n->n_inputs; i++) {
		bool twice = false; /* a dataset at two ports has one reader */
		for (size_t k = 0; k < i; k++)
			twice |= str_eq(n->inputs[k].dataset, n->inputs[i].dataset);
		if (!twice)
			held_read(r, n->inputs[i].dataset);
	}
}

static void
hold_outputs(struct slot *s)
{
	const struct plan_node *n = s->task->node;
	for (size_t i = 0; i < s->done.n_data; i++) {
		const struct done_data *d = &s->done.data[i];
		for (size_t k = 0; d->output && k < n->n_outputs; k++)
			if (str_eq(n->outputs[k].dataset, d->dataset))
				held_add(s, d, held_readers(s->run, s->task, &n->outputs[k]),
					n->outputs[k].entry != NULL);
	}
}

/* Tells the watcher, once, that the node has its final status. */
static void
announce(struct run *r, size_t i)
{
	if (r->o->watch.node_ended)
		r->o->watch.node_ended(r->o->watch.arg, i, &r->out->nodes[i]);
}

void
node_skip(struct run *r, size_t i, enum node_status st, const char *blocker)
{
	struct node_result *res = &r->out->nodes[i];
	if (res->status != NODE_PENDING)
		return;
	/* one that waited for its next attempt has failed, if nobody asked the run to stop */
	res->status = st == NODE_SKIPPED && res->err ? NODE_FAILED : st;
	res->blocker = blocker;
	release_inputs(r, r->tasks[i].node);
	record_skipped(r, i);
	announce(r, i);
}

void
node_settled(struct run *r, size_t i)
{
	release_inputs(r, r->tasks[i].node);
	record_skipped(r, i);
	announce(r, i);
}

/* The dataset through which `reader` waits for `n`. */
static const char *
link_between(const struct plan_node *n, const struct plan_node *reader)
{
	for (size_t o = 0; o < n->spec->n_outputs; o++)
		for (size_t i = 0; i < reader->spec->n_inputs; i++)
			if (str_eq(n->spec->outputs[o].base, reader->spec->inputs[i].base))
				return n->spec->outputs[o].dataset;
	for (size_t o = 0; o < n->spec->n_outputs; o++)
		for (size_t i = 0; i < reader->n_others; i++)
			if (str_eq(n->spec->outputs[o].base, reader->others[i].dataset))
				return n->spec->outputs[o].dataset;
	return NULL;
}

/* Everything behind a failed node is skipped. Plan order is topological: one pass is enough. */
static void
skip_behind(struct run *r, size_t failed)
{
	const struct plan *p = r->o->plan;
	for (size_t i = failed; i < p->n; i++) {
		enum node_status st = r->out->nodes[i].status;
		if (i != failed && st != NODE_SKIPPED && st != NODE_CANCELLED)
			continue;
		for (size_t k = 0; k < p->nodes[i].n_next; k++) {
			size_t next = (size_t)p->nodes[i].next[k];
			node_skip(
				r, next, NODE_SKIPPED, link_between(&p->nodes[i], &p->nodes[next]));
		}
	}
}

static void
keep_error(struct slot *s, struct node_result *res, const struct err *e)
{
	free(res->err);
	res->err = mem_alloc(sizeof(*res->err));
	*res->err = *e;
	param_place(s->run->o->plan->project, s->task->node->spec, res->err);
	if (!e->note[0] && !e->help[0])
		note_origin(s->task->node, res->err);
}

static void
fill_result(struct slot *s, struct node_result *res)
{
	res->wall_us += clock_mono_us() - s->start_us;
	int64_t rss = s->has_done ? s->done.rss_bytes : s->end.rss_bytes;
	res->cpu_us += s->has_done ? s->done.cpu_us : s->end.cpu_us;
	if (rss > res->rss_bytes)
		res->rss_bytes = rss;
	res->checks = res->checks_failed = 0; /* of this attempt, unlike the times */
	res->dropped = res->quarantined = res->rejected = 0;
	res->rows = -1;
	for (size_t i = 0; i < s->done.n_data; i++) {
		const struct done_data *d = &s->done.data[i];
		res->checks += d->checks;
		res->checks_failed += d->checks_failed;
		res->dropped += d->dropped;
		res->quarantined += d->quarantined;
		res->rejected += d->rejected;
		if (d->output && d->port[0] && d->given && res->rows < 0)
			res->rows = d->rows;
	}
	if (s->log.path) {
		free(res->log);
		res->log = mem_strdup(s->log.path);
	}
}

/* What the datasets hold now, for those who read them: the slot's texts go with the attempt. */
static void
keep_hashes(struct slot *s)
{
	struct run *r = s->run;
	for (size_t i = 0; i < s->done.n_data; i++) {
		const struct done_data *d = &s->done.data[i];
		if (d->output && d->given && d->hash && d->hash[0])
			map_put(&r->made, d->dataset, arena_strdup(&r->kept, d->hash));
	}
}

/* Rows that are missing from what was promised are said aloud, once for each dataset. */
static void
tell_taken(struct slot *s)
{
	for (size_t i = 0; i < s->done.n_data; i++) {
		const struct done_data *d = &s->done.data[i];
		const struct {
			int64_t n;
			const char *what;
		} taken[] = {{d->rejected, "that cannot be read"}, {d->quarantined, "quarantined"},
			{d->dropped, "dropped"}};
		struct str text = {0};

		for (size_t k = 0; k < sizeof(taken) / sizeof(taken[0]); k++) {
			if (!taken[k].n)
				continue;
			str_addf(&text, text.len ? ", " : "`%s`: ", d->dataset);
			str_add_count(&text, taken[k].n);
			str_addf(&text, " row%s %s", taken[k].n == 1 ? "" : "s", taken[k].what);
		}
		if (text.len)
			run_warn(s->run, str_text(&text));
		str_fini(&text);
	}
}

static void
succeed(struct slot *s, bool recorded)
{
	struct run *r = s->run;
	struct node_result *res = result_of(s);
	free(res->err); /* of an earlier attempt */
	res->err = NULL;
	hold_outputs(s);
	keep_hashes(s);
	if (!recorded)
		record_later(s);
	release_inputs(r, s->task->node);
	run_unblock(r, s->task);
	announce(r, task_index(r, s->task));
	tell_taken(s);
}

/* A node whose outputs are published and recorded has no other attempt: only its models are missing,
 * and the record of what it made stays true. */
static void
fail(struct slot *s, enum node_status st, bool recorded, const struct err *e)
{
	struct run *r = s->run;
	const struct plan_node *n = s->task->node;
	struct node_result *res = result_of(s);
	keep_error(s, res, e);
	if (st != NODE_CANCELLED && !recorded && !r->stopping && (!r->failed || r->o->keep_going) &&
		res->attempts <= n->spec->retries) {
		res->status = NODE_PENDING;
		run_retry(r, s->task);
		return;
	}
	res->status = st;
	if (!r->out->err.code)
		r->out->err = *res->err;
	r->failed = true;
	if (!recorded)
		record_later(s);
	release_inputs(r, n);
	announce(r, task_index(r, s->task));
	if (st != NODE_CANCELLED)
		(void)run_hook(r, ON_NODE_ERROR, (int)task_index(r, s->task));
	skip_behind(r, task_index(r, s->task));
}

void
node_finish(struct slot *s)
{
	struct err e = {0};
	bool recorded = false;
	enum node_status st = verdict(s, &e);
	fill_result(s, result_of(s));
	for (size_t i = 0; i < s->done.n_warnings; i++)
		run_warn(s->run, s->done.warnings[i].text);
	if (st != NODE_OK) {
		discard_stages(s);
		fail(s, st, false, &e);
		return;
	}
	result_of(s)->status = NODE_OK;
	if (publish(s, &recorded, &e) < 0 || register_models(s, &e) < 0)
		fail(s, NODE_FAILED, recorded, &e);
	else
		succeed(s, recorded);
}
