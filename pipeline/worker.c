/* SPDX-License-Identifier: Apache-2.0
 * A worker: a forked process that answers one message on its control socket and is gone.
 *
 *	JOB       load the plugin, run the node, send DONE with the fresh segments
 *	DESCRIBE  load the plugin, send its description
 *	GIT       send the facts about the project's repository
 *	HOOK      call hooks, send DONE with what they reported
 *
 * It says DONE only when everything it staged is on disk; leaving without DONE is a failure,
 * whatever the exit code. It ends by _exit: no destructor of a plugin runs after the verdict. */
#include "pipeline/worker.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "pipeline/codec.h"
#include "pipeline/command.h"
#include "pipeline/hook.h"
#include "pipeline/job.h"
#include "pipeline/wire.h"
#include "project/project.h"

struct question { /* DESCRIBE, GIT */
	const char *root, *plugin, *save;
};
static const struct field question_fields[] = {
	{.key = "root", .type = F_TEXT, .offset = offsetof(struct question, root)},
	{.key = "save", .type = F_TEXT, .offset = offsetof(struct question, save)},
	{.key = "plugin", .type = F_TEXT, .offset = offsetof(struct question, plugin)},
	{0},
};
static const struct shape question_shape = {sizeof(struct question), question_fields};

/* The segments this process wrote; of a node that failed nobody wants them. */
struct fresh {
	int *fds; /* owned, the descriptors are not */
	size_t n;
	struct str ids; /* JSON list */
	uint64_t bytes;
};

static struct fresh
collect(const struct segs *segs, bool failed)
{
	struct fresh f = {.n = failed ? 0 : segs_fresh(segs, 0, NULL)};
	struct jw w;
	f.fds = mem_alloc((f.n + 1) * sizeof(*f.fds));
	jw_init(&w, &f.ids);
	jw_array(&w);
	for (size_t i = 0; i < f.n; i++) {
		struct seg_info info;
		(void)segs_fresh(segs, i, &info);
		f.fds[i] = info.fd;
		f.bytes += info.bytes;
		jw_i64(&w, (int64_t)info.id);
	}
	jw_end(&w, ']');
	return f;
}

static int
answer(const struct str *body, struct err *e)
{
	struct wire_out out = {str_text(body), body->len, NULL, 0};
	return wire_send(WORKER_CTL, WIRE_DONE, &out, e);
}

static void
say_error(struct str *body, const struct err *failed)
{
	struct jw w;
	str_reset(body);
	jw_init(&w, body);
	codec_write(&w, &err_shape, failed);
}

/* Attaches the segments the inputs need; their descriptors came in the order of the ids. */
static void
attach(struct segs *segs, const struct job *j, struct wire_msg *m)
{
	struct jr r;
	size_t i = 0;
	if (!j->segments)
		return;
	jr_init(&r, j->segments, strlen(j->segments));
	if (jr_array(&r))
		for (const char *key; jr_next(&r, &key) && i < m->n_fds; i++) {
			segs_attach(segs, (uint64_t)jr_i64(&r), m->fds[i]);
			m->fds[i] = -1;
		}
	jr_fini(&r);
}

/* What this process and the programs it waited for have used: all there is to know, for it ends right
 * after saying so. */
static void
account(struct done *done)
{
	static const int whose[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
	struct rusage ru;
	for (size_t i = 0; i < 2; i++) {
		if (getrusage(whose[i], &ru) < 0)
			continue;
		int64_t rss = (int64_t)ru.ru_maxrss * 1024;
		done->rss_bytes = rss > done->rss_bytes ? rss : done->rss_bytes;
		done->cpu_us += (int64_t)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000 +
			ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
	}
}

/* Says DONE and goes. Whatever the process still holds, the kernel takes back while the readers
 * begin: for a large table that takes milliseconds, at a low priority from before DONE on, so that it
 * cannot keep the runner and the readers from the processor. */
NORETURN static void
deliver(void *arg, const struct done *d)
{
	struct done done = *d;
	struct fresh fresh = collect(arg, d->err.code != 0);
	struct str body = {0};
	struct jw w;
	struct err e = {0};
	account(&done);
	done.segments = str_text(&fresh.ids);
	jw_init(&w, &body);
	done_encode(&done, &w);
	if (fresh.bytes > 1 << 20)
		(void)setpriority(PRIO_PROCESS, 0, 15);
	struct wire_out out = {str_text(&body), body.len, fresh.fds, fresh.n};
	if (wire_send(WORKER_CTL, WIRE_DONE, &out, &e) == 0)
		_exit(0);
	done = (struct done){.err = e}; /* too much to say; why it failed always fits */
	str_reset(&body);
	jw_init(&w, &body);
	done_encode(&done, &w);
	if (answer(&body, &e) == 0)
		_exit(0);
	dprintf(STDERR_FILENO, "worker: %s\n", e.msg);
	_exit(WORKER_MUTE);
}

static int
do_job(struct wire_msg *m, struct arena *a, struct err *e)
{
	struct job j;
	struct plugin plugin;
	struct done done = {0};
	struct rlimit memory;
	if (job_decode(a, str_text(&m->body), m->body.len, &j, e) < 0)
		return -1;
	struct segs *segs = segs_new(SEGS_SHARED, j.id << 20);
	struct job_host host = {.segs = segs, .ctl = WORKER_CTL, .deliver = deliver, .arg = segs};
	if (getrlimit(RLIMIT_DATA, &memory) == 0 && memory.rlim_cur != RLIM_INFINITY)
		segs_limit(segs, memory.rlim_cur); /* which does not count shared memory */
	attach(segs, &j, m);
	j.rootfd = open(j.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (j.rootfd < 0)
		return err_errno(e, MLC_WORKER, "cannot open the project folder");
	const struct plugin_expected expected = {j.plugin_id, j.plugin_hash};
	if (j.program)
		job_run(&j, &command_node, &host, a, &done);
	else if (plugin_load(a, j.root, j.plugin, &expected, &plugin, &done.err) == 0) {
		const struct mlf_node *def = NULL;
		for (size_t i = 0; i < plugin.info.n; i++)
			if (str_eq(plugin.info.nodes[i].name, j.def))
				def = &plugin.info.nodes[i];
		if (def)
			job_run(&j, def, &host, a, &done);
		else
			err_set(&done.err, MLC_PLUGIN_STALE, "plugin %s has no node `%s` any more",
				j.plugin, j.def);
	}
	deliver(segs, &done);
}

/* Hooks that no node's worker can call. */
static int
do_hook(struct wire_msg *m, struct arena *a, struct err *e)
{
	struct hook_ask q;
	struct done done = {0};
	struct hook_sink sink = {.a = a};
	if (hook_ask_decode(a, str_text(&m->body), m->body.len, &q, e) < 0)
		return -1;
	struct segs *segs = segs_new(SEGS_SHARED, q.job.id << 20);
	const struct job_host host = {.segs = segs, .ctl = WORKER_CTL};
	q.job.rootfd = open(q.job.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (q.job.rootfd < 0)
		return err_errno(e, MLC_WORKER, "cannot open the project folder");
	(void)!hooks_fire(&q.job, &host, &q.event, &sink, &done.err); /* done says it */
	done.tags = sink.tags;
	done.metrics = sink.metrics;
	done.warnings = sink.warnings;
	done.n_tags = sink.n_tags;
	done.n_metrics = sink.n_metrics;
	done.n_warnings = sink.n_warnings;
	deliver(segs, &done);
}

static int
do_describe(struct wire_msg *m, struct arena *a, struct str *body, struct err *e)
{
	struct question q = {0};
	struct plugin plugin;
	struct jw w;
	struct err failed = {0};
	if (codec_read(a, str_text(&m->body), m->body.len, &question_shape, &q, e) < 0)
		return -1;
	jw_init(&w, body);
	if (plugin_load(a, q.root, q.plugin, NULL, &plugin, &failed) == 0)
		plugin_encode(&plugin.info, &w);
	else
		say_error(body, &failed);
	return answer(body, e);
}

static int
do_git(struct wire_msg *m, struct arena *a, struct str *body, struct err *e)
{
	struct question q = {0};
	struct jw w;
	if (codec_read(a, str_text(&m->body), m->body.len, &question_shape, &q, e) < 0)
		return -1;
	jw_init(&w, body);
	project_git_facts(q.root, q.save, &w);
	return answer(body, e);
}

void
worker_main(void)
{
	/* what a node prints must not wait in a buffer: the process ends by _exit, or by a signal */
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	struct wire_msg m = {0};
	struct arena a = {0};
	struct str body = {0};
	struct err e = {0};
	int rc = -1;
	if (wire_recv(WORKER_CTL, &m, &e) == 1) {
		if (m.kind == WIRE_JOB)
			rc = do_job(&m, &a, &e);
		else if (m.kind == WIRE_DESCRIBE)
			rc = do_describe(&m, &a, &body, &e);
		else if (m.kind == WIRE_HOOK)
			rc = do_hook(&m, &a, &e);
		else if (m.kind == WIRE_GIT)
			rc = do_git(&m, &a, &body, &e);
	}
	if (rc < 0 && e.code) /* a runner that asks nothing is no mistake */
		dprintf(STDERR_FILENO, "worker: %s\n", e.msg);
	_exit(rc < 0 ? WORKER_MUTE : 0);
}
