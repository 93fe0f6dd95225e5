/* SPDX-License-Identifier: Apache-2.0
 * Calling hooks, from the process or thread in which something happens.
 *
 *	a program         gets the event as JSON on its stdin, ends with 0
 *	a plugin's hook   is called in a fork of the worker, and answers with a struct done in a memfd;
 *	                  with --in-process on the thread itself, for a fork of many threads is not safe
 *
 * Either way there is a timeout, and what goes wrong is a warning unless the hook is required. */
#include "pipeline/hook.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mlflow-c/hook.h>

#include "pipeline/ctx.h"
#include "pipeline/plugin.h"
#include "pipeline/program.h"

/* ---- the event */

static void
number(struct jw *w, const char *key, int64_t v)
{
	if (v >= 0)
		jw_kv_i64(w, key, v);
}

static void
text(struct jw *w, const char *key, const char *s)
{
	if (s && s[0])
		jw_kv_str(w, key, s);
}

static void
event_json(const struct job *j, const struct hook_event *ev, struct str *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "event", hook_point_name((enum hook_point)ev->point));
	jw_kv_str(&w, "run_id", j->run_id);
	jw_kv_str(&w, "run", j->run_name);
	jw_kv_str(&w, "pipeline", j->pipeline);
	jw_kv_str(&w, "conf", j->conf);
	jw_kv_str(&w, "project", j->root);
	text(&w, "node", j->node);
	text(&w, "status", ev->status);
	text(&w, "dataset", ev->dataset);
	text(&w, "port", ev->port);
	text(&w, "path", ev->path);
	text(&w, "hash", ev->hash);
	number(&w, "rows", ev->rows);
	number(&w, "bytes", ev->bytes);
	number(&w, "ms", ev->ms);
	if (ev->error) {
		jw_key(&w, "error");
		jw_raw(&w, ev->error);
	}
	jw_end(&w, '}');
	str_addc(out, '\n');
}

/* A descriptor from which the text can be read. */
static int
reading_end(const struct str *s, struct err *e)
{
	int fd = memfd_create("mlflow-c event", MFD_CLOEXEC);
	if (fd < 0)
		return err_errno(e, MLC_HOOK, "cannot make a file in memory");
	if (file_write_all(fd, str_text(s), s->len, e) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* ---- one call */

struct call {
	const struct job *j;
	const struct job_host *h;
	const struct hook *hook;
	const struct hook_event *ev;
	struct arena *a;
	const char *json;
	const struct mlf_hook *def;
	int answer; /* in the fork: where the result goes */
	struct done done;
};

static bool
is_cancelled(void *arg)
{
	const struct call *c = arg;
	return c->h->cancelled && atomic_load(c->h->cancelled);
}

/* How it ended, if not well. */
static int
judge(const struct call *c, const struct program_end *end, struct err *e)
{
	struct str limit = {0};
	int sig = WIFSIGNALED(end->status) ? WTERMSIG(end->status) : 0;
	const char *abbrev = sig ? sigabbrev_np(sig) : NULL;
	if (end->timed_out) {
		str_add_duration(&limit, (uint64_t)c->hook->timeout_ms);
		err_set(e, MLC_HOOK, "it ran longer than its timeout of %s", str_text(&limit));
		str_fini(&limit);
		return -1;
	}
	if (end->stopped)
		return err_set(e, MLC_HOOK, "it was stopped");
	if (sig)
		return err_set(e, MLC_HOOK, "it was killed by SIG%s", abbrev ? abbrev : "?");
	if (WEXITSTATUS(end->status))
		return err_set(e, MLC_HOOK, "it ended with exit code %d", WEXITSTATUS(end->status));
	return 0;
}

static const char *const *
arguments(const struct call *c)
{
	struct jr r;
	const char *key;
	size_t n = 0;
	const char **argv = arena_alloc(c->a, (strlen(c->hook->argv) + 2) * sizeof(*argv));
	jr_init(&r, c->hook->argv, strlen(c->hook->argv));
	if (jr_array(&r))
		while (jr_next(&r, &key))
			argv[n++] = arena_strdup(c->a, jr_str(&r));
	jr_fini(&r);
	return argv;
}

static int
call_program(struct call *c, int event, struct err *e)
{
	const char *point = hook_point_name((enum hook_point)c->ev->point);
	const char *env[] = {arena_printf(c->a, "MLFLOW_C_EVENT=%s", point), NULL};
	struct program p = {.path = c->hook->program,
		.argv = arguments(c),
		.env = env,
		.folder = c->j->root,
		.input = event,
		.grouped = true};
	struct program_watch w = {c, NULL, is_cancelled, c->hook->timeout_ms};
	struct program_end end;
	return program_run(&p, &w, &end, e) < 0 ? -1 : judge(c, &end, e);
}

/* ---- a plugin's hook: a job without ports */

static int
trampoline(struct mlf_ctx *pub)
{
	const struct call *c = ctx_of(pub)->host->arg;
	const struct hook_event *ev = c->ev;
	const struct mlf_event event = {.size = sizeof(event),
		.point = hook_point_name((enum hook_point)ev->point),
		.run_id = c->j->run_id,
		.run = c->j->run_name,
		.pipeline = c->j->pipeline,
		.conf = c->j->conf,
		.node = c->j->node[0] ? c->j->node : NULL,
		.status = ev->status,
		.error = ev->message,
		.dataset = ev->dataset,
		.port = ev->port,
		.path = ev->path,
		.hash = ev->hash,
		.rows = ev->rows,
		.bytes = ev->bytes,
		.ms = ev->ms,
		.json = c->json};
	return c->def->run(pub, &event);
}

/* Calls the loaded hook; the result is in c->done. */
static void
call_here(struct call *c)
{
	static const struct mlf_node node = {.name = "hook", .run = trampoline};
	struct job j = *c->j;
	struct job_host h = {.segs = c->h->segs, .ctl = -1, .cancelled = c->h->cancelled, .arg = c};
	char said[200]; /* what mlf_fail puts in front of a node's words */
	char *msg = c->done.err.msg;
	j.n_inputs = j.n_outputs = j.n_hooks = 0;
	j.params = NULL;
	j.node = c->hook->name;
	job_run(&j, &node, &h, c->a, &c->done);
	(void)snprintf(said, sizeof(said), "node `%s`: ", j.node);
	if (str_starts(msg, said))
		memmove(msg, msg + strlen(said), strlen(msg + strlen(said)) + 1);
}

/* In the fork. */
static int
call_in_fork(void *arg)
{
	struct call *c = arg;
	struct str body = {0};
	struct jw w;
	struct err ignored;
	struct plugin plugin;
	const struct plugin_expected expected = {c->hook->plugin_id, c->hook->plugin_hash};
	close(c->h->ctl); /* the worker's alone */
	if (plugin_load(c->a, c->j->root, c->hook->plugin, &expected, &plugin, &c->done.err) == 0)
		c->def = plugin_hook(&plugin.info, c->hook->def);
	if (c->def)
		call_here(c);
	jw_init(&w, &body);
	done_encode(&c->done, &w);
	return file_write_all(c->answer, str_text(&body), body.len, &ignored) < 0 ? 1 : 0;
}

static int
call_forked(struct call *c, struct err *e)
{
	struct program p = {.path = c->hook->plugin,
		.call = call_in_fork,
		.arg = c,
		.input = -1,
		.grouped = true};
	struct program_watch w = {c, NULL, NULL, c->hook->timeout_ms};
	struct program_end end;
	struct str body = {0};
	c->answer = memfd_create("mlflow-c answer", MFD_CLOEXEC);
	if (c->answer < 0)
		return err_errno(e, MLC_HOOK, "cannot make a file in memory");
	int rc = program_run(&p, &w, &end, e) < 0 || judge(c, &end, e) < 0 ? -1 : 0;
	if (rc == 0 && lseek(c->answer, 0, SEEK_END) == 0)
		rc = err_set(e, MLC_HOOK, "it ended its process");
	if (rc == 0 &&
		(lseek(c->answer, 0, SEEK_SET) < 0 ||
			file_read_fd(c->answer, "answer", &body, e) < 0 ||
			done_decode(c->a, str_text(&body), body.len, &c->done, e) < 0))
		rc = -1;
	close(c->answer);
	str_fini(&body);
	return rc;
}

static int
call_plugin(struct call *c, struct err *e)
{
	c->def = c->hook->loaded;
	if (c->def)
		call_here(c);
	else if (call_forked(c, e) < 0)
		return -1;
	if (c->done.n_metrics && !c->j->node[0])
		err_set(&c->done.err, MLC_HOOK, "metrics are for nodes; there is none here");
	if (!c->done.err.code)
		return 0;
	*e = c->done.err;
	e->code = MLC_HOOK;
	return -1;
}

/* ---- all of them */

static void
take_done(struct hook_sink *to, const struct done *d)
{
	for (size_t i = 0; i < d->n_tags; i++) {
		to->tags = mem_grow(to->tags, &to->cap_tags, to->n_tags + 1, sizeof(*to->tags));
		to->tags[to->n_tags++] = d->tags[i];
	}
	for (size_t i = 0; i < d->n_metrics; i++) {
		to->metrics = mem_grow(
			to->metrics, &to->cap_metrics, to->n_metrics + 1, sizeof(*to->metrics));
		to->metrics[to->n_metrics++] = d->metrics[i];
	}
}

static void
warn(struct hook_sink *to, const char *message)
{
	to->warnings = mem_grow(
		to->warnings, &to->cap_warnings, to->n_warnings + 1, sizeof(*to->warnings));
	to->warnings[to->n_warnings++] = (struct done_warning){arena_strdup(to->a, message)};
}

static bool
wants(const struct hook *h, const struct hook_event *ev)
{
	struct jr r;
	const char *key;
	bool match = !h->datasets || !ev->dataset;
	if (!(h->points >> ev->point & 1))
		return false;
	if (match)
		return true;
	jr_init(&r, h->datasets, strlen(h->datasets));
	if (jr_array(&r))
		while (jr_next(&r, &key)) {
			const char *pattern = jr_str(&r);
			match |= pattern && fnmatch(pattern, ev->dataset, 0) == 0;
		}
	jr_fini(&r);
	return match;
}

static int
call_one(struct call *c, struct err *e)
{
	struct str json = {0};
	event_json(c->j, c->ev, &json);
	c->json = arena_strdup(c->a, str_text(&json));
	int rc, fd = c->hook->program ? reading_end(&json, e) : -1;
	str_fini(&json);
	if (c->hook->plugin)
		return call_plugin(c, e);
	if (fd < 0)
		return -1;
	rc = call_program(c, fd, e);
	close(fd);
	return rc;
}

int
hooks_fire(const struct job *j, const struct job_host *h, const struct hook_event *ev,
	struct hook_sink *to, struct err *e)
{
	const char *point = hook_point_name((enum hook_point)ev->point);
	bool reverse = str_starts(point, "after_");
	for (size_t i = 0; i < j->n_hooks; i++) {
		const struct hook *hook = &j->hooks[reverse ? j->n_hooks - 1 - i : i];
		struct call c = {.j = j, .h = h, .hook = hook, .ev = ev, .a = to->a};
		struct err failed = {0};
		if (!wants(hook, ev))
			continue;
		if (call_one(&c, &failed) == 0) {
			take_done(to, &c.done);
			continue;
		}
		const char *subject = ev->dataset ? ev->dataset : j->node;
		err_wrap(&failed, "hook `%s`, %s%s%s", hook->name, point, subject[0] ? " of " : "",
			subject);
		failed.code = MLC_HOOK;
		if (hook->required) {
			*e = failed;
			if (!j->node[0])
				return -1;
			err_wrap(e, "node `%s`", j->node);
			return err_note(
				e, "the hook is required; nothing the node wrote was published");
		}
		warn(to, failed.msg);
	}
	return 0;
}

void
hook_sink_fini(struct hook_sink *s)
{
	free(s->tags);
	free(s->metrics);
	free(s->warnings);
}
