/* SPDX-License-Identifier: Apache-2.0
 * A run in progress: what runner.c, the executors and finish.c share.
 *
 *	task   a node of the plan and how far it is
 *	slot   a place to run one task at a time; holds everything of the current attempt
 *	held   a dataset kept in memory for later nodes
 */
#ifndef PIPELINE_RUN_H
#define PIPELINE_RUN_H

#include <uv.h>

#include "pipeline/hook.h"
#include "pipeline/pipeline.h"
#include "pipeline/zygote.h"

struct run;
struct slot;

struct task {
	const struct plan_node *node;
	int blockers;  /* inputs whose producers are not ok yet */
	bool *awaited; /* owned; per node->next: it counts us among its blockers */
	bool queued;   /* in the ready heap */
	int64_t rank;  /* the highest goes first, see ready.c */
	/* --changed, see settle.c */
	bool revived;   /* runs for what it leaves in memory, though nothing changed */
	bool tentative; /* cached as far as we know: may yet be revived */
};
struct retry { /* a failed node that waits for its next attempt */
	uv_timer_t timer;
	struct run *run;
	struct task *task;
	struct retry *next;
};

/* A segment of memory: the writable descriptor, and a read-only one for readers. Counted. */
struct segment {
	uint64_t id, bytes;
	int fd, read_fd;
	int refs;
	struct segment *next; /* of those that nobody needs */
};
struct held {
	const char *dataset;
	int readers;           /* nodes that have yet to read it */
	struct frame *frame;   /* threads; counted */
	char *json;            /* processes; owned descriptor */
	char *hash;            /* of its file; owned, NULL: it has none */
	struct segment **segs; /* owned vector, counted elements */
	size_t n_segs;
};

/* Output of a node on its way to its log: the head goes straight to the file, the tail waits here. */
struct capture {
	char *path; /* owned, beneath the root; NULL until something was written */
	int fd;
	uint64_t total;
	char *tail; /* owned ring */
};

struct hook_item { /* hooks to be called, see run_hooks.c */
	enum hook_point point;
	int node; /* plan index, -1: the run */
};

struct slot {
	struct run *run;
	struct task *task;     /* NULL: idle, the question about git, or hooks */
	struct hook_item hook; /* of the slot for hooks */
	uint64_t job;
	struct arena arena; /* of this attempt */
	struct job j;
	struct done done;
	bool has_done, timed_out, stopped;
	bool ended; /* the node is finished; its process may still be going away */
	struct exit_msg end;
	struct segment **fresh; /* segments that came with DONE; owned vector */
	size_t n_fresh;
	int64_t start_us, start_ms;
	uv_timer_t timer; /* timeout, then the grace before SIGKILL */
	struct capture log;
	struct conn *ctl, *out; /* worker executor */
	char scratch[512];      /* working folder, absolute */
};

/* Where nodes run. start begins the slot's job and later calls slot_ended, exactly once, and may
 * call slot_done before. */
struct executor {
	const char *name;
	int (*open)(struct run *r, struct err *e); /* leaves nothing open if it fails */
	int (*start)(struct slot *s, struct err *e);
	void (*stop)(struct slot *s, int signal);
	void (*close)(struct run *r);
};
extern const struct executor worker_executor, thread_executor;

struct pending { /* a node's record that waits for the next commit */
	struct node_fact fact;
	struct arena arena;
};

struct run {
	const struct run_opts *o;
	struct run_result *out;
	const struct executor *exec;
	void *exec_state, *workers; /* workers: of exec_worker.c, for nodes or for hooks alone */
	uv_loop_t loop;
	uv_signal_t sig[3];
	uv_poll_t zygote_poll;
	uv_timer_t flush_timer, tick_timer;
	struct task *tasks;
	int *ready; /* heap of plan indexes: the plan's order decides */
	size_t n_ready;
	int cpus;        /* places taken by those at work */
	uint64_t memory; /* and memory, by their limits */
	struct slot
		*slots; /* twice o->jobs, for those that are ended; one for hooks, one for git */
	int n_slots, running, busy;    /* busy: slots with a job, also one that is ended */
	struct retry *retries;         /* owned list */
	bool opened, stopping, failed; /* opened: the executor */
	uint64_t next_job, seed;
	struct map held; /* dataset -> struct held * */
	uint64_t held_bytes, held_limit;
	struct segment *unheld; /* owned: to be closed */
	struct pending *pending;
	size_t n_pending;
	struct str scratch;      /* for building messages */
	struct changed *changed; /* --changed, else NULL */
	struct map upto;         /* incremental dataset -> the last id it has in this run */
	struct map made;         /* dataset -> hash of what it holds since this run */
	struct map registered;   /* models:/... -> struct dataset *, see registered.c */
	struct arena kept;       /* those hashes */
	struct hook_item *hooks; /* owned; what the runner's hooks are to be called for */
	size_t n_hooks, cap_hooks, next_hook;
	bool hooks_first, hooks_closed; /* before_run is under way; the last were queued */
	int64_t begun_us;
};

/* runner.c */
size_t task_index(const struct run *r, const struct task *t); /* in the plan */
void run_retry(struct run *r, struct task *t);                /* again, after the back-off */
void slot_done(struct slot *s);  /* the node has said DONE: its dependents need not wait longer */
void slot_ended(struct slot *s); /* nothing of the attempt is left: done/end say how it went */
void run_broken(struct run *r, const struct err *e); /* the run itself cannot go on */
void run_schedule(struct run *r); /* starts what can start, ends the loop if nothing is left */
/* confirm.c: the last partition of an incremental dataset that this run reads, "" if it has none; NULL
 * after a failure. And the checkpoints that the slot's job is to publish. */
const char *run_upto(struct run *r, const struct dataset *d, struct err *e);
MUST_CHECK int job_confirms(struct slot *s, struct err *e);
/* The quarantine or the bad lines of that name, which stand at no port; or NULL. */
const struct dataset *aside_of(const struct slot *s, const char *name);
struct slot *run_slot(struct run *r, uint64_t job);
bool slot_is_git(const struct slot *s); /* the last; the one before it is for hooks */

void slot_limit(struct slot *s, uint64_t ms); /* its time from now on */
enum run_status run_final_status(const struct run *r);

/* run_hooks.c: hooks the runner calls. */
bool
run_hook(struct run *r, enum hook_point point, int node); /* queues; false: none waits for it */
void run_hooks_next(struct run *r);                       /* begins the next, if it can */
bool run_hooks_last(struct run *r); /* at the end of the run: true if there is one to wait for */
void run_hook_done(struct slot *s);
void run_warn(struct run *r, const char *text); /* shown, and recorded at the end */
MUST_CHECK int run_hooks_record(struct run *r, struct err *e);

/* ready.c: which task is next. */
void run_ready(struct run *r, struct task *t);   /* its producers are ok */
void run_unblock(struct run *r, struct task *t); /* it is ok: those behind it need not wait */
struct task *ready_take(struct run *r);          /* the first, if there is room for it; or NULL */
void ready_occupy(struct run *r, const struct task *t);
void ready_leave(struct run *r, const struct task *t);
void ready_rank(struct run *r); /* before the first is ready */

/* prepare.c: the job of a node, in the slot's arena. */
MUST_CHECK int job_make(struct slot *s, struct err *e);

/* finish.c: verdict and publishing. */
void node_finish(struct slot *s);
void node_skip(struct run *r, size_t i, enum node_status st, const char *blocker);
void node_settled(struct run *r, size_t i); /* it keeps its status without running: says so */

/* changed.c: what differs from the last good run. */
MUST_CHECK int changed_open(struct changed **out, const struct forecast_of *of, struct err *e);
void changed_close(struct changed *c); /* NULL is fine */
/* Why node i has to run, given what ran before it; NULL: it need not. Lives as long as `changed`. */
const char *changed_why(const struct run *r, size_t i);
const char *changed_cached(const struct changed *c);                /* why a node is left out */
int changed_producer(const struct changed *c, const char *dataset); /* plan index, -1: none */
const char *changed_held(const struct changed *c, size_t i, const char *dataset); /* hash, NULL */
/* The basis of a node that is ok, in the slot's arena. */
const char *changed_basis(struct slot *s);

/* settle.c: --changed while the run goes on. True if the ready node does not start now: it is
 * cached, or waits for a producer of something in memory. */
bool run_settle(struct run *r, struct task *t);
void run_settle_rest(struct run *r); /* at the end: what stayed cached is so for good */
int held_readers(const struct run *r, const struct task *t, const struct plan_port *out);

/* record.c: what goes into the registry. */
MUST_CHECK int record_begin(struct run *r, struct err *e);
MUST_CHECK int record_end(struct run *r, struct err *e);
void record_git(struct run *r, const char *json); /* the facts about git have arrived */
/* Commits the node's record now, with its publishing intents; or later, with others. */
MUST_CHECK int record_published(struct slot *s, struct err *e);
void record_later(struct slot *s);
void record_skipped(struct run *r, size_t i);
/* Commits pending records; if that fails the run is broken. */
MUST_CHECK int run_flush(struct run *r, struct err *e);
uint64_t run_memory_limit(const struct project *p);

/* held.c */
void held_add(struct slot *s, const struct done_data *d, int readers, bool has_file);
const struct held *held_get(const struct run *r, const char *dataset);
void held_read(struct run *r, const char *dataset); /* one reader less */
void held_close(struct run *r);
void segment_unref(struct run *r, struct segment *seg);
/* Closes what nobody needs any more; its pages are freed by this, ten milliseconds for a hundred megabytes. */
void segments_close(struct run *r);

/* capture.c */
void capture_add(struct slot *s, const char *p, size_t n);
void capture_end(struct slot *s); /* leaves log.path for the record */

/* exec_worker.c: questions to workers beside the nodes, and what they need if nodes run on threads. */
MUST_CHECK int ask_git(struct slot *s, struct err *e);
MUST_CHECK int ask_hook(struct slot *s, const struct str *body, struct err *e);
void ask_stop(struct slot *s, int signal);
MUST_CHECK int workers_open(struct run *r, struct err *e);
void workers_close(struct run *r);

/* registered.c: as registered_find, but within a run always the version that it meant first. */
MUST_CHECK int
run_registered(struct run *r, const struct dataset *d, const struct dataset **out, struct err *e);

#endif
