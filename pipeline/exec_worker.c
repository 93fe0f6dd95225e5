/* SPDX-License-Identifier: Apache-2.0
 * The executor of isolated nodes: each attempt is a worker forked by the zygote.
 *
 *	start   pipe for its output, spawn, job and descriptors down the control socket
 *	        <- progress, DONE (control), output (pipe)          any time
 *	        <- EXIT (zygote)                                    the attempt is over
 *
 * DONE finishes the node: its readers start while its process still goes away, for tearing down a
 * large table takes milliseconds. EXIT ends the attempt: whatever the worker said before it is
 * already in our sockets, so both are drained then, and nobody waits for descriptors that a stray
 * process keeps open. */
#include "pipeline/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* A polled descriptor, freed by libuv's close callback. */
struct conn {
	uv_poll_t poll;
	struct slot *slot; /* NULL once closed */
	int fd;
	struct wire_msg part; /* descriptors whose message is on its way */
};
struct state {
	struct wire_msg msg; /* its buffers are kept between messages */
};

static void
conn_gone(uv_handle_t *h)
{
	free(h->data);
}

static void
conn_close(struct conn **c)
{
	if (!*c)
		return;
	(*c)->slot = NULL;
	uv_close((uv_handle_t *)&(*c)->poll, conn_gone);
	close((*c)->fd);
	wire_msg_fini(&(*c)->part);
	*c = NULL;
}

static int
conn_open(struct slot *s, int fd, uv_poll_cb cb, struct conn **out, struct err *e)
{
	struct conn *c = mem_alloc(sizeof(*c));
	c->slot = s;
	c->fd = fd;
	int rc = uv_poll_init(&s->run->loop, &c->poll, fd);
	if (rc < 0) {
		free(c);
		close(fd);
		return err_set(e, MLC_WORKER, "cannot watch a worker: %s", uv_strerror(rc));
	}
	c->poll.data = c;
	*out = c;
	rc = uv_poll_start(&c->poll, UV_READABLE, cb);
	if (rc < 0)
		return err_set(e, MLC_WORKER, "cannot watch a worker: %s", uv_strerror(rc));
	return 0;
}

/* ---- what a worker says */

static void
add_fresh(struct slot *s, uint64_t id, int fd)
{
	struct segment *seg = mem_alloc(sizeof(*seg));
	struct stat st;
	*seg = (struct segment){.id = id, .fd = fd, .read_fd = -1, .refs = 1};
	if (fstat(fd, &st) == 0)
		seg->bytes = (uint64_t)st.st_blocks * 512;
	s->run->held_bytes += seg->bytes;
	s->fresh[s->n_fresh++] = seg;
}

/* Takes over the segments that came with DONE, in the order in which it lists their ids. */
static void
take_fresh(struct slot *s, struct wire_msg *m)
{
	struct jr r;
	const char *key, *ids = s->done.segments ? s->done.segments : "[]";
	s->fresh = mem_alloc((m->n_fds + 1) * sizeof(struct segment *));
	jr_init(&r, ids, strlen(ids));
	if (jr_array(&r))
		for (size_t i = 0; i < m->n_fds && jr_next(&r, &key); i++) {
			add_fresh(s, (uint64_t)jr_i64(&r), m->fds[i]);
			m->fds[i] = -1;
		}
	jr_fini(&r);
}

static void
drain_out(struct slot *s, int times)
{
	char buf[16384];
	while (s->out && times-- > 0) {
		ssize_t n = read(s->out->fd, buf, sizeof(buf));
		if (n > 0)
			capture_add(s, buf, (size_t)n);
		else if (n == 0 || errno != EINTR) {
			if (n == 0 || errno != EAGAIN)
				(void)uv_poll_stop(&s->out->poll);
			return;
		}
	}
}

static void
take_message(struct slot *s, struct wire_msg *m)
{
	struct run *r = s->run;
	struct progress_msg p;
	struct err e;
	if (m->kind == WIRE_PROGRESS && m->body.len == sizeof(p) && s->task) {
		memcpy(&p, m->body.s, sizeof(p));
		if (r->o->watch.node_progress)
			r->o->watch.node_progress(
				r->o->watch.arg, task_index(r, s->task), p.done, p.total);
	}
	if (m->kind != WIRE_DONE || s->has_done)
		return;
	s->has_done = true;
	if (slot_is_git(s)) {
		record_git(r, str_text(&m->body));
		slot_done(s);
		return;
	}
	if (done_decode(&s->arena, str_text(&m->body), m->body.len, &s->done, &e) < 0)
		s->done = (struct done){.err = e};
	take_fresh(s, m);
	drain_out(s, 16);
	slot_done(s);
}

/* What came over the control socket was no message: the node wrote there itself. Nothing it says
 * can be believed any more. */
static void
disown(struct slot *s, const struct err *e)
{
	struct err ignored;
	if (!s->has_done) {
		s->has_done = true;
		s->done.err = *e;
		if (s->task)
			err_wrap(&s->done.err, "node `%s`", s->task->node->spec->name);
		if (!s->done.err.help[0])
			err_help(&s->done.err,
				"a node writes only to descriptors that it opened itself");
	}
	(void)!zygote_kill(s->run->o->zygote, s->job, SIGKILL, true, &ignored);
}

/* Reads what is there. An end is no news: EXIT is what counts. */
static void
drain_ctl(struct slot *s)
{
	struct state *st = s->run->workers;
	struct err e;
	for (int i = 0; s->ctl && i < 1000; i++) {
		struct wire_msg *m = s->ctl->part.n_fds ? &s->ctl->part : &st->msg;
		int rc = wire_recv(s->ctl->fd, m, &e);
		if (rc == 2 && m == &st->msg && m->n_fds) {
			s->ctl->part = *m;
			*m = (struct wire_msg){0};
		}
		if (rc == 1)
			take_message(s, m);
		if (rc != 2)
			wire_msg_reset(m);
		if (rc == -1)
			disown(s, &e);
		if (rc == 0 || rc == -1)
			(void)uv_poll_stop(&s->ctl->poll);
		if (rc != 1)
			return;
	}
}

static void
on_ctl(uv_poll_t *p, int status, int events)
{
	struct conn *c = p->data;
	(void)status;
	(void)events;
	if (c->slot)
		drain_ctl(c->slot);
}

static void
on_out(uv_poll_t *p, int status, int events)
{
	struct conn *c = p->data;
	(void)status;
	(void)events;
	if (c->slot)
		drain_out(c->slot, 4);
}

/* A working folder is for one attempt: what the node left in it goes. Nothing in it must survive a
 * power cut, so it is made without the care that base/ takes for data. */
static void
clean_scratch(struct slot *s)
{
	struct err ignored;
	struct str path = {0};
	DIR *d = s->task ? opendir(s->scratch) : NULL;
	int entries = 0;
	while (d && readdir(d))
		entries++;
	if (d)
		closedir(d);
	if (entries <= 2) /* . and .. */
		return;
	int rootfd = s->run->o->plan->project->rootfd;
	str_add(&path, s->scratch + strlen(s->run->o->plan->project->root) + 1);
	(void)!file_remove_tree(rootfd, path.s, &ignored);
	(void)mkdir(s->scratch, 0700);
	str_fini(&path);
}

static void
end_attempt(struct slot *s)
{
	conn_close(&s->ctl);
	conn_close(&s->out);
	clean_scratch(s);
	slot_ended(s);
}

static void
on_exit_message(struct run *r, const struct exit_msg *m)
{
	struct slot *s = run_slot(r, m->job);
	if (!s)
		return;
	s->end = *m;
	drain_ctl(s);
	drain_out(s,
		1 << 12); /* at most 64 MiB: what the pipe held, not what a stray goes on writing */
	end_attempt(s);
}

/* The worker is dead or dying, and nobody tells when it is gone: its end of the socket closes then. What it
 * staged is removed after that, or it would write it once more. */
static void
outlive(struct slot *s)
{
	if (!s->ctl)
		return;
	struct pollfd p = {s->ctl->fd, 0, 0};
	(void)poll(&p, 1, 2000);
}

static void
on_zygote(uv_poll_t *p, int status, int events)
{
	struct run *r = p->data;
	struct wire_msg msg = {0};
	struct exit_msg m;
	struct err e = {0};
	(void)events;
	int rc = status < 0 ? 0 : 1;
	while (rc == 1) {
		rc = wire_recv(zygote_fd(r->o->zygote), &msg, &e);
		if (rc == 1 && msg.kind == WIRE_EXIT && msg.body.len == sizeof(m)) {
			memcpy(&m, msg.body.s, sizeof(m));
			on_exit_message(r, &m);
		}
		wire_msg_reset(&msg);
	}
	wire_msg_fini(&msg);
	if (rc == 2 || !r->exec)
		return;
	(void)uv_poll_stop(p);
	err_set(&e, MLC_WORKER, "the process that starts workers is gone");
	run_broken(r, &e);
	zygote_end(r->o->zygote);
	for (int i = 0; i < r->n_slots; i++)
		if (r->slots[i].job) {
			outlive(&r->slots[i]);
			r->slots[i].has_done = true;
			r->slots[i].done.err = e;
			end_attempt(&r->slots[i]);
		}
	run_schedule(r);
}

/* ---- starting */

struct fds {
	int *v; /* owned, the descriptors are not */
	size_t n, cap;
};

/* Read-only descriptors for the segments the inputs lie in, in the order of job_make's list. */
static void
collect_fds(struct slot *s, struct fds *out)
{
	char path[64];
	for (size_t i = 0; i < s->j.n_inputs; i++) {
		const struct held *h = held_get(s->run, s->j.inputs[i].dataset);
		for (size_t k = 0; h && k < h->n_segs; k++) {
			struct segment *seg = h->segs[k];
			if (seg->read_fd < 0) {
				(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", seg->fd);
				seg->read_fd = open(path, O_RDONLY | O_CLOEXEC);
			}
			out->v = mem_grow(out->v, &out->cap, out->n + 1, sizeof(*out->v));
			out->v[out->n++] = seg->read_fd;
		}
	}
}

static int
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Forks the worker and connects its output and control socket to the loop. */
static int
launch(struct slot *s, struct err *e)
{
	if (s->task && mkdir(s->scratch, 0700) < 0 && errno != EEXIST)
		return err_errno(e, MLC_FILE, "cannot make the working folder %s", s->scratch);
	struct spawn_msg m = {.job = s->job, .memory = s->task ? s->task->node->spec->memory : 0};
	int out[2], ctl = -1;
	(void)snprintf(m.folder, sizeof(m.folder), "%s", s->task ? s->scratch : "");
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_errno(e, MLC_WORKER, "cannot make a pipe");
	int rc = zygote_spawn(s->run->o->zygote, &m, out[1], &ctl, e);
	close(out[1]);
	if (rc < 0) {
		close(out[0]);
		return -1;
	}
	if (conn_open(s, out[0], on_out, &s->out, e) < 0) {
		close(ctl);
		return -1;
	}
	if (conn_open(s, ctl, on_ctl, &s->ctl, e) < 0)
		return -1;
	if (set_nonblocking(out[0]) < 0 || set_nonblocking(ctl) < 0)
		return err_errno(e, MLC_WORKER, "cannot set up a worker's pipes");
	return 0;
}

static int
send_question(struct slot *s, enum wire_kind kind, const struct str *body, const struct fds *fds,
	struct err *e)
{
	struct wire_out out = {str_text(body), body->len, fds->v, fds->n};
	return wire_send(s->ctl->fd, kind, &out, e);
}

/* For an attempt that could not begin: its worker has no job, and nobody waits for its EXIT. */
static int
call_off(struct slot *s)
{
	struct err ignored;
	(void)!zygote_kill(s->run->o->zygote, s->job, SIGKILL, true, &ignored);
	conn_close(&s->ctl);
	conn_close(&s->out);
	return -1;
}

static int
worker_start(struct slot *s, struct err *e)
{
	struct jw w;
	struct fds fds = {0};
	if (launch(s, e) < 0)
		return call_off(s);
	str_reset(&s->run->scratch);
	jw_init(&w, &s->run->scratch);
	job_encode(&s->j, &w);
	collect_fds(s, &fds);
	int rc = send_question(s, WIRE_JOB, &s->run->scratch, &fds, e);
	free(fds.v);
	return rc < 0 ? call_off(s) : 0;
}

int
ask_git(struct slot *s, struct err *e)
{
	struct jw w;
	struct str save = {0};
	const struct fds none = {0};
	if (launch(s, e) < 0)
		return call_off(s);
	str_reset(&s->run->scratch);
	jw_init(&w, &s->run->scratch);
	jw_object(&w);
	jw_kv_str(&w, "root", s->run->o->plan->project->root);
	str_addf(&save, "%s/" RUN_SOURCE, s->run->out->id.folder);
	jw_kv_str(&w, "save", save.s);
	jw_end(&w, '}');
	str_fini(&save);
	return send_question(s, WIRE_GIT, &s->run->scratch, &none, e) < 0 ? call_off(s) : 0;
}

int
ask_hook(struct slot *s, const struct str *body, struct err *e)
{
	const struct fds none = {0};
	if (launch(s, e) < 0)
		return call_off(s);
	return send_question(s, WIRE_HOOK, body, &none, e) < 0 ? call_off(s) : 0;
}

void
ask_stop(struct slot *s, int signal)
{
	struct err ignored;
	(void)!zygote_kill(s->run->o->zygote, s->job, signal, true, &ignored);
}

/* ---- opening and closing */

void
workers_close(struct run *r)
{
	struct state *st = r->workers;
	uv_close((uv_handle_t *)&r->zygote_poll, NULL);
	wire_msg_fini(&st->msg);
	free(st);
	r->workers = NULL;
}

int
workers_open(struct run *r, struct err *e)
{
	int fd = zygote_fd(r->o->zygote);
	int rc = set_nonblocking(fd) < 0 ? -errno : uv_poll_init(&r->loop, &r->zygote_poll, fd);
	if (rc == 0) {
		r->workers = mem_alloc(sizeof(struct state));
		r->zygote_poll.data = r;
		rc = uv_poll_start(&r->zygote_poll, UV_READABLE, on_zygote);
		if (rc < 0)
			workers_close(r);
	}
	return rc < 0 ? err_set(e, MLC_WORKER, "cannot watch the workers: %s", uv_strerror(rc)) : 0;
}

const struct executor worker_executor = {
	"worker", workers_open, worker_start, ask_stop, workers_close};
