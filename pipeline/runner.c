/* SPDX-License-Identifier: Apache-2.0
 * The runner: one thread on a libuv loop that decides which node runs when. It never loads a plugin
 * and never blocks on a node.
 *
 *	                    +------------------------- retry (1, 2, 4 ... 60 s) ------+
 *	                    v                                                         |
 *	PENDING --blockers 0--> ready heap --slot free--> RUNNING --DONE or end--> node_finish
 *	   |                                                                     |    |    |
 *	   +--- a producer failed: SKIPPED                                     OK  FAILED  TIMEOUT,
 *	   +--- interrupted: CANCELLED                                  dependents ready   CONTRACT
 *
 * Legal at any moment: a signal (nothing new starts, workers get SIGTERM, 5 s later SIGKILL). The
 * loop ends when nothing runs, nothing waits and nothing can start. */
#include "pipeline/run.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define GRACE_MS 5000
#define GIT_MS 10000 /* a repository on a dead network drive must not keep the run from ending */

const char *
node_status_name(enum node_status st)
{
	static const char *const names[] = {"pending", "running", "ok", "failed", "timeout",
		"contract_failed", "skipped", "cancelled", "cached"};
	return names[st];
}

size_t
task_index(const struct run *r, const struct task *t)
{
	return (size_t)(t - r->tasks);
}

/* ---- one attempt */

static struct slot *
free_slot(struct run *r)
{
	for (int i = 0; i < r->n_slots - 2; i++)
		if (!r->slots[i].job)
			return &r->slots[i];
	return NULL;
}

struct slot *
run_slot(struct run *r, uint64_t job)
{
	for (int i = 0; i < r->n_slots; i++)
		if (r->slots[i].job == job)
			return &r->slots[i];
	return NULL;
}

bool
slot_is_git(const struct slot *s)
{
	return s == &s->run->slots[s->run->n_slots - 1];
}

/* What runs beside the nodes runs in workers, wherever they run. */
static void
stop_slot(struct slot *s, int signal)
{
	if (s->task)
		s->run->exec->stop(s, signal);
	else
		ask_stop(s, signal);
}

/* The timeout: ask, and after the grace kill. */
static void
on_timer(uv_timer_t *t)
{
	struct slot *s = t->data;
	const struct run *r = s->run;
	bool asked = s->timed_out || s->stopped || s->ended;
	if (!s->stopped && !s->ended)
		s->timed_out = true;
	stop_slot(s, asked ? SIGKILL : SIGTERM);
	if (!asked && r->o->in_process && s->task && !s->task->node->program &&
		r->o->watch.node_late)
		r->o->watch.node_late(r->o->watch.arg, task_index(r, s->task));
	if (!asked)
		(void)uv_timer_start(&s->timer, on_timer, GRACE_MS, 0);
}

static void
slot_clear(struct slot *s)
{
	(void)uv_timer_stop(&s->timer);
	for (size_t i = 0; i < s->n_fresh; i++)
		segment_unref(s->run, s->fresh[i]);
	free(s->fresh);
	s->fresh = NULL;
	s->n_fresh = 0;
	for (size_t i = 0; i < s->done.n_data; i++)
		frame_unref(s->done.data[i].frame);
	arena_fini(&s->arena);
	free(s->log.path);
	s->log.path = NULL;
	memset(&s->done, 0, sizeof(s->done));
	memset(&s->end, 0, sizeof(s->end));
	s->has_done = s->timed_out = s->stopped = s->ended = false;
	s->task = NULL;
	s->job = 0;
	s->run->busy--;
}

/* The verdict, and what follows from it. */
static void
finish(struct slot *s)
{
	s->ended = true;
	if (!s->task) { /* the question about git, or hooks */
		if (!slot_is_git(s))
			run_hook_done(s);
		return;
	}
	ready_leave(s->run, s->task);
	node_finish(s);
}

/* Nothing of the attempt is left: the slot is free again. */
static void
vacate(struct slot *s)
{
	if (s->end.strays) {
		char line[128];
		int n = snprintf(line, sizeof(line),
			"mlflow-c: killed %d process%s that the node left behind\n", s->end.strays,
			s->end.strays == 1 ? "" : "es");
		capture_add(s, line, (size_t)n);
	}
	capture_end(s);
	if (!s->ended)
		finish(s);
	slot_clear(s);
}

static void
start(struct run *r, struct slot *s, struct task *t)
{
	size_t i = task_index(r, t);
	struct node_result *res = &r->out->nodes[i];
	struct err e = {0};
	s->task = t;
	s->job = ++r->next_job;
	s->start_us = clock_mono_us();
	s->start_ms = clock_now_ms(r->o->clock);
	res->status = NODE_RUNNING;
	res->attempts++;
	ready_occupy(r, t);
	r->busy++;
	if (r->o->watch.node_started)
		r->o->watch.node_started(r->o->watch.arg, i, res->attempts);
	if (job_make(s, &e) < 0 || r->exec->start(s, &e) < 0) {
		s->has_done = true;
		s->done.err = e;
		vacate(s);
		return;
	}
	if (t->node->spec->timeout_ms)
		(void)uv_timer_start(&s->timer, on_timer, (uint64_t)t->node->spec->timeout_ms, 0);
}

void
slot_limit(struct slot *s, uint64_t ms)
{
	(void)uv_timer_start(&s->timer, on_timer, ms, 0);
}

/* The process has nothing left to do but to go; it gets the grace for that. */
void
slot_done(struct slot *s)
{
	if (s->ended)
		return;
	(void)uv_timer_start(&s->timer, on_timer, GRACE_MS, 0);
	finish(s);
	run_schedule(s->run);
}

void
slot_ended(struct slot *s)
{
	struct run *r = s->run;
	vacate(s);
	run_schedule(r);
}

/* ---- retries */

static void
retry_gone(uv_handle_t *h)
{
	free(h->data);
}

static void
drop_retry(struct run *r, struct retry *gone)
{
	struct retry **p = &r->retries;
	while (*p != gone)
		p = &(*p)->next;
	*p = gone->next;
	uv_close((uv_handle_t *)&gone->timer, retry_gone);
}

static void
on_retry(uv_timer_t *t)
{
	struct retry *again = t->data;
	struct run *r = again->run;
	run_ready(r, again->task);
	drop_retry(r, again);
	run_schedule(r);
}

/* 1, 2, 4 ... 60 s, each 20 % more or less. */
void
run_retry(struct run *r, struct task *t)
{
	struct retry *again = mem_alloc(sizeof(*again));
	int attempts = r->out->nodes[task_index(r, t)].attempts;
	uint64_t ms = 1000u << (attempts > 6 ? 6 : attempts - 1);
	if (ms > 60000)
		ms = 60000;
	ms = ms * 4 / 5 + clock_random(r->o->clock) % (ms * 2 / 5 + 1);
	*again = (struct retry){.run = r, .task = t, .next = r->retries};
	again->timer.data = again;
	r->retries = again;
	(void)uv_timer_init(&r->loop, &again->timer);
	(void)uv_timer_start(&again->timer, on_retry, ms, 0);
	if (r->o->watch.node_waits)
		r->o->watch.node_waits(r->o->watch.arg, task_index(r, t));
}

/* ---- stopping */

static void
stop_running(struct run *r, int signal)
{
	for (int i = 0; i < r->n_slots; i++) {
		struct slot *s = &r->slots[i];
		if (!s->job)
			continue;
		s->stopped = true;
		stop_slot(s, signal);
		if (signal == SIGTERM)
			(void)uv_timer_start(&s->timer, on_timer, GRACE_MS, 0);
	}
}

static void
on_signal(uv_signal_t *h, int signum)
{
	struct run *r = h->data;
	bool again = r->stopping;
	r->stopping = true;
	if (!again)
		r->out->signal = signum;
	if (r->o->watch.stopping && !again)
		r->o->watch.stopping(r->o->watch.arg, r->running);
	/* a thread cannot be killed: a second Ctrl-C ends the program, as if we had never asked */
	for (int i = 0; i < 3 && r->o->in_process; i++)
		(void)uv_signal_stop(&r->sig[i]);
	stop_running(r, again ? SIGKILL : SIGTERM);
	run_schedule(r);
}

void
run_broken(struct run *r, const struct err *e)
{
	r->stopping = true;
	if (!r->out->err.code) {
		r->out->err = *e;
		r->out->broken = true;
	}
	stop_running(r, SIGTERM);
}

/* ---- the loop */

static void
end_loop(struct run *r)
{
	while (r->retries)
		drop_retry(r, r->retries);
	run_settle_rest(r);
	for (size_t i = 0; i < r->o->plan->n; i++)
		if (r->out->nodes[i].status == NODE_PENDING)
			node_skip(r, i, r->stopping ? NODE_CANCELLED : NODE_SKIPPED, NULL);
	for (int i = 0; i < 3; i++)
		uv_close((uv_handle_t *)&r->sig[i], NULL);
	for (int i = 0; i < r->n_slots; i++)
		uv_close((uv_handle_t *)&r->slots[i].timer, NULL);
	uv_close((uv_handle_t *)&r->flush_timer, NULL);
	uv_close((uv_handle_t *)&r->tick_timer, NULL);
	if (r->opened)
		r->exec->close(r);
	if (r->workers)
		workers_close(r);
	r->exec = NULL;
}

void
run_schedule(struct run *r)
{
	struct slot *s;
	struct task *t;
	if (!r->exec)
		return;
	run_hooks_next(r);
	while (!r->hooks_first && !r->stopping && (!r->failed || r->o->keep_going) &&
		(s = free_slot(r)) && (t = ready_take(r)))
		if (!run_settle(r, t))
			start(r, s, t);
	segments_close(r); /* while those work that were started */
	bool more = r->retries && !r->stopping && (!r->failed || r->o->keep_going);
	if (!r->busy && !more && !run_hooks_last(r))
		end_loop(r);
}

/* ---- beginning */

static void
make_slots(struct run *r)
{
	r->n_slots = 2 * r->o->jobs + 2;
	r->slots = mem_alloc((size_t)r->n_slots * sizeof(*r->slots));
	for (int i = 0; i < r->n_slots; i++) {
		struct slot *s = &r->slots[i];
		s->run = r;
		s->log.fd = -1;
		(void)uv_timer_init(&r->loop, &s->timer);
		s->timer.data = s;
	}
}

/* The folder in which each slot's node works; the folders themselves are made when needed. */
static int
make_scratch(struct run *r, struct err *e)
{
	const char *root = r->o->plan->project->root;
	struct str parent = {0};
	str_addf(&parent, "%s/%s/" RUN_SCRATCH, root, r->out->id.folder);
	int rc = r->o->in_process || mkdir(parent.s, 0777) == 0 || errno == EEXIST
		? 0
		: err_errno(e, MLC_FILE, "cannot make %s", parent.s);
	for (int i = 0; rc == 0 && i < r->n_slots; i++) {
		struct slot *s = &r->slots[i];
		int n = snprintf(s->scratch, sizeof(s->scratch), "%s/%d", parent.s, i);
		if (n >= (int)sizeof(s->scratch))
			rc = err_set(e, MLC_FILE, "the path of the project folder is too long");
	}
	str_fini(&parent);
	return rc;
}

/* Under nohup SIGHUP is ignored, and stays so. */
static bool
is_ignored(int signum)
{
	struct sigaction old;
	return signum == SIGHUP && sigaction(signum, NULL, &old) == 0 && old.sa_handler == SIG_IGN;
}

static void
watch_signals(struct run *r)
{
	static const int signums[] = {SIGINT, SIGTERM, SIGHUP};
	for (int i = 0; i < 3; i++) {
		(void)uv_signal_init(&r->loop, &r->sig[i]);
		r->sig[i].data = r;
		if (!is_ignored(signums[i]))
			(void)uv_signal_start(&r->sig[i], on_signal, signums[i]);
	}
}

static void
start_git(struct run *r)
{
	struct slot *s = &r->slots[r->n_slots - 1];
	struct err ignored;
	const char *on = project_setting(r->o->plan->project, "git", "true");
	if (!r->o->zygote || r->o->in_process || str_eq(on, "false"))
		return;
	s->job = ++r->next_job;
	r->busy++;
	if (ask_git(s, &ignored) < 0)
		slot_clear(s);
	else
		(void)uv_timer_start(&s->timer, on_timer, GIT_MS, 0);
}

static void
on_tick(uv_timer_t *t)
{
	const struct run *r = t->data;
	r->o->watch.tick(r->o->watch.arg);
}

static void
start_ticks(struct run *r)
{
	const struct run_watch *w = &r->o->watch;
	(void)uv_timer_init(&r->loop, &r->tick_timer);
	r->tick_timer.data = r;
	if (w->tick && w->tick_ms)
		(void)uv_timer_start(&r->tick_timer, on_tick, w->tick_ms, w->tick_ms);
}

static int
open_executor(struct run *r, struct err *e)
{
	if (r->exec->open(r, e) < 0)
		return -1;
	if (!r->o->in_process || r->o->plan->n_hooks == 0 || workers_open(r, e) == 0)
		return 0;
	r->exec->close(r);
	return -1;
}

static void *
take(size_t n)
{
	return mem_resize(NULL, n);
}

static void *
take_zeroed(size_t n, size_t size)
{
	return mem_alloc(n * size);
}

static int
open_loop(struct run *r, struct err *e)
{
	/* without memory it would abort in places, without a word */
	int rc = uv_replace_allocator(take, mem_resize, take_zeroed, free);
	if (rc == 0)
		rc = uv_loop_init(&r->loop);
	if (rc < 0)
		return err_set(e, MLC_WORKER, "cannot make an event loop: %s", uv_strerror(rc));
	(void)uv_timer_init(&r->loop, &r->flush_timer);
	r->flush_timer.data = r;
	start_ticks(r);
	watch_signals(r);
	make_slots(r);
	const struct forecast_of of = {r->o->plan, r->o->store, r->o->resume};
	bool judged = !(r->o->changed || of.resume) || changed_open(&r->changed, &of, e) == 0;
	r->opened = judged && make_scratch(r, e) == 0 && open_executor(r, e) == 0;
	if (!r->opened)
		run_broken(r, e);
	return 0;
}

static void
begin_tasks(struct run *r)
{
	const struct plan *p = r->o->plan;
	r->tasks = mem_alloc((p->n + 1) * sizeof(*r->tasks));
	r->ready = mem_alloc((p->n + 1) * sizeof(*r->ready));
	r->out->nodes = mem_alloc((p->n + 1) * sizeof(*r->out->nodes));
	r->out->n_nodes = p->n;
	for (size_t i = 0; i < p->n; i++) {
		r->out->nodes[i].rows = -1;
		r->tasks[i] = (struct task){.node = &p->nodes[i],
			.blockers = p->nodes[i].blockers,
			.awaited = mem_alloc(p->nodes[i].n_next + 1)};
		memset(r->tasks[i].awaited, true, p->nodes[i].n_next);
	}
	ready_rank(r);
	for (size_t i = 0; i < p->n; i++)
		if (!r->tasks[i].blockers)
			run_ready(r, &r->tasks[i]);
}

enum run_status
run_final_status(const struct run *r)
{
	if (r->out->signal)
		return RUN_CANCELLED;
	if (!r->out->err.code)
		return RUN_OK;
	return r->out->err.code == MLC_CONTRACT ? RUN_CONTRACT_FAILED : RUN_FAILED;
}

/* The folders a run needs only while it runs. */
static void
remove_scratch(struct run *r)
{
	static const char *const names[] = {RUN_SCRATCH, RUN_MEMORY};
	struct str path = {0};
	struct err ignored;
	for (int i = 0; i < 2; i++) {
		str_reset(&path);
		str_addf(&path, "%s/%s", r->out->id.folder, names[i]);
		(void)!file_remove_tree(r->o->plan->project->rootfd, path.s, &ignored);
	}
	str_fini(&path);
}

int
run_execute(const struct run_opts *o, struct run_result *out, struct err *e)
{
	struct run r = {.o = o,
		.out = out,
		.exec = o->in_process ? &thread_executor : &worker_executor,
		.held_limit = run_memory_limit(o->plan->project),
		.begun_us = clock_mono_us()};
	memset(out, 0, sizeof(*out));
	if (record_begin(&r, e) < 0)
		return -1;
	begin_tasks(&r);
	int rc = open_loop(&r, e);
	if (rc == 0) {
		if (o->watch.started)
			o->watch.started(o->watch.arg, &out->id, o->plan);
		if (r.opened)
			start_git(&r);
		r.hooks_first = run_hook(&r, BEFORE_RUN, -1);
		run_schedule(&r);
		(void)uv_run(&r.loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&r.loop);
	} else
		out->err = *e;
	held_close(&r);
	remove_scratch(&r);
	out->wall_us = clock_mono_us() - r.begun_us;
	struct err ignored;
	(void)!run_flush(&r, &ignored); /* the run is broken then */
	out->status = run_final_status(&r);
	if (record_end(&r, rc < 0 ? &ignored : e) < 0) {
		out->status = RUN_FAILED;
		rc = -1;
	}
	for (size_t i = 0; i < o->plan->n; i++)
		free(r.tasks[i].awaited);
	changed_close(r.changed);
	map_fini(&r.made);
	map_fini(&r.registered);
	map_fini(&r.upto);
	arena_fini(&r.kept);
	free(r.tasks);
	free(r.ready);
	free(r.slots);
	str_fini(&r.scratch);
	return rc;
}

void
run_result_fini(struct run_result *r)
{
	for (size_t i = 0; i < r->n_nodes; i++) {
		free(r->nodes[i].log);
		free(r->nodes[i].why);
		free(r->nodes[i].err);
	}
	for (size_t i = 0; i < r->n_warnings; i++)
		free(r->warnings[i]);
	free(r->warnings);
	free(r->nodes);
	free(r->models);
	memset(r, 0, sizeof(*r));
}
