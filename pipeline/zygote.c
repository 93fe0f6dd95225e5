/* SPDX-License-Identifier: Apache-2.0
 * The zygote: the small process, forked before anything else exists, that is the parent of all
 * workers. It alone forks, signals and reaps them, so a pid it signals is never somebody else's.
 *
 *	runner  --SPAWN+fds-->  zygote  --fork-->  worker (own group, limits, scratch folder)
 *	        --KILL------->          --kill-->
 *	        <--EXIT-------          <--wait4-
 *	runner  <============ control socket =====>  worker (job, progress, DONE)
 *
 * It has a session of its own, so Ctrl-C reaches only the runner. Each worker adopts its own orphans;
 * what outlives it falls to the zygote, which kills it and counts it. When the runner dies the zygote
 * learns it from the socket and from its death signal, kills everything it has and ends; if it is
 * killed itself, the kernel kills the workers (their death signal). */
#include "pipeline/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/pipeline.h"
#include "pipeline/program.h"
#include "pipeline/worker.h"

struct zygote {
	int sock;
	pid_t pid;
	uint64_t asked; /* jobs of zygote_ask count down from the top */
};

/* ---- in the zygote ---------------------------------------------------------------------------- */

struct child {
	uint64_t job;
	pid_t pid;
	int strays;       /* what it left behind, killed */
	char folder[512]; /* its working folder, absolute */
};
#define STRAYS_KNOWN 64
struct server {
	int sock, sigfd;
	pid_t self;
	sigset_t old_mask;
	struct child *children;
	size_t n, cap;
	struct exit_msg *exits; /* not told yet, oldest first */
	size_t n_exits, cap_exits;
	pid_t strays[STRAYS_KNOWN]; /* the last that were killed */
	size_t n_strays;
};

/* The environment a worker sees: what programs need to find themselves, and nothing else. */
static void
keep_environment(void)
{
	char *value[32] = {0};
	for (size_t i = 0; i < 32 && program_variables[i]; i++)
		value[i] = mem_strdup(getenv(program_variables[i]));
	clearenv();
	for (size_t i = 0; i < 32 && program_variables[i]; i++) {
		if (value[i])
			setenv(program_variables[i], value[i], 1);
		free(value[i]);
	}
}

static void
limit(__rlimit_resource_t what, int64_t value)
{
	struct rlimit l = {(rlim_t)value, (rlim_t)value};
	(void)setrlimit(what, &l);
}

/* In the child: becomes a worker. Descriptors: 0 null, 1 and 2 the log, 3 the control socket. */
NORETURN static void
become_worker(struct server *s, const struct spawn_msg *m, int ctl, int log)
{
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != s->self) /* it died before we asked */
		_exit(1);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int high = fcntl(ctl, F_DUPFD_CLOEXEC, 10);
	if (null < 0 || high < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 ||
		dup3(high, WORKER_CTL, O_CLOEXEC) < 0)
		_exit(WORKER_SETUP_FAILED);
	(void)close_range(WORKER_CTL + 1, ~0u, 0);
	limit(RLIMIT_CORE, 0);
	if (m->memory)
		limit(RLIMIT_DATA, m->memory);
	if (m->folder[0] && chdir(m->folder) < 0)
		_exit(WORKER_SETUP_FAILED);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	worker_main();
}

static struct child *
find_child(const struct server *s, pid_t pid)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->children[i].pid == pid)
			return &s->children[i];
	return NULL;
}

static bool
is_dead(pid_t pid)
{
	siginfo_t si = {0};
	return waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid;
}

/* The worker that left us this process: the dead one, or if several are dead the one in whose folder
 * the process is. NULL: that of none. */
static struct child *
whose(const struct server *s, pid_t stray)
{
	char link[64], cwd[sizeof(s->children->folder)];
	struct child *owner = NULL;
	int dead = 0;
	(void)snprintf(link, sizeof(link), "/proc/%d/cwd", (int)stray);
	ssize_t len = readlink(link, cwd, sizeof(cwd) - 1);
	cwd[len > 0 ? len : 0] = '\0';
	for (size_t i = 0; i < s->n; i++) {
		if (!is_dead(s->children[i].pid))
			continue;
		if (str_eq(s->children[i].folder, cwd))
			return &s->children[i];
		owner = &s->children[i];
		dead++;
	}
	return dead == 1 ? owner : NULL;
}

static void
kill_stray(struct server *s, pid_t pid)
{
	struct child *owner = whose(s, pid);
	if (kill(pid, SIGKILL) < 0 || !owner)
		return;
	for (size_t i = 0; i < STRAYS_KNOWN; i++)
		if (s->strays[i] == pid) /* it takes its time to die, and is counted already */
			return;
	s->strays[s->n_strays++ % STRAYS_KNOWN] = pid;
	owner->strays++;
}

/* Kills every child we do not know: an orphan that a dead worker left to us. -1 if the kernel does
 * not tell our children. */
static int
kill_strays(struct server *s)
{
	char path[64], list[4096];
	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ssize_t n = read(fd, list, sizeof(list) - 1);
	close(fd);
	list[n > 0 ? n : 0] = '\0';
	for (char *p = list, *end; *p; p = end) {
		pid_t pid = (pid_t)strtol(p, &end, 10);
		if (end == p)
			break;
		while (*end == ' ')
			end++;
		if (!find_child(s, pid) && waitpid(pid, NULL, WNOHANG) == 0)
			kill_stray(s, pid);
	}
	return 0;
}

/* The runner is gone, or done with us: nothing of ours stays behind. What is killed may leave us
 * children of its own, hence the loop. */
NORETURN static void
shut_down(struct server *s)
{
	for (size_t i = 0; i < s->n; i++)
		(void)kill(-s->children[i].pid, SIGKILL);
	s->n = 0;
	while (kill_strays(s) >= 0 && waitpid(-1, NULL, 0) > 0)
		;
	_exit(0);
}

/* Says what fits into the socket. Never waits: the runner may be waiting for us to take a SPAWN. */
static void
tell_exits(struct server *s)
{
	struct pollfd p = {s->sock, POLLOUT, 0};
	struct err e;
	size_t n = 0;
	for (; n < s->n_exits && poll(&p, 1, 0) == 1 && p.revents & POLLOUT; n++) {
		struct wire_out out = {&s->exits[n], sizeof(s->exits[n]), NULL, 0};
		if (wire_send(s->sock, WIRE_EXIT, &out, &e) < 0)
			shut_down(s);
	}
	s->n_exits -= n;
	if (s->n_exits)
		memmove(s->exits, s->exits + n, s->n_exits * sizeof(*s->exits));
}

static void
add_exit(struct server *s, struct exit_msg m)
{
	s->exits = mem_grow(s->exits, &s->cap_exits, s->n_exits + 1, sizeof(*s->exits));
	s->exits[s->n_exits++] = m;
	tell_exits(s);
}

static void
spawn(struct server *s, struct wire_msg *msg)
{
	struct spawn_msg m;
	if (msg->body.len != sizeof(m) || msg->n_fds != 2)
		_exit(1);
	memcpy(&m, msg->body.s, sizeof(m));
	s->children = mem_grow(s->children, &s->cap, s->n + 1, sizeof(*s->children));
	pid_t pid = fork();
	if (pid == 0)
		become_worker(s, &m, msg->fds[0], msg->fds[1]);
	if (pid < 0) {
		add_exit(s, (struct exit_msg){.job = m.job, .status = errno});
		return;
	}
	s->children[s->n] = (struct child){.job = m.job, .pid = pid};
	memcpy(s->children[s->n++].folder, m.folder, sizeof(m.folder));
}

static void
kill_child(struct server *s, const struct wire_msg *msg)
{
	struct kill_msg m;
	if (msg->body.len != sizeof(m))
		_exit(1);
	memcpy(&m, msg->body.s, sizeof(m));
	for (size_t i = 0; i < s->n; i++)
		if (s->children[i].job == m.job) {
			if (m.group)
				(void)kill(-s->children[i].pid, m.signal);
			(void)kill(s->children[i].pid, m.signal);
		}
}

static int64_t
micros(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

/* Takes the dead in. A worker is looked at before it is reaped: until then its pid, which is also
 * that of its group, is nobody else's. */
static void
reap(struct server *s)
{
	siginfo_t si = {0};
	struct rusage ru;
	int status;
	while (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid) {
		pid_t pid = si.si_pid;
		struct child *c = find_child(s, pid);
		(void)kill_strays(s);
		if (c)
			(void)kill(-pid, SIGKILL); /* those of its group that have a parent */
		if (wait4(pid, &status, 0, &ru) == pid && c) {
			struct exit_msg m = {.job = c->job,
				.pid = pid,
				.status = status,
				.strays = c->strays,
				.cpu_us = micros(&ru.ru_utime) + micros(&ru.ru_stime),
				.rss_bytes = (int64_t)ru.ru_maxrss * 1024};
			*c = s->children[--s->n];
			add_exit(s, m);
		}
		si.si_pid = 0;
	}
}

NORETURN static void
serve(struct server *s)
{
	struct wire_msg msg = {0};
	struct err e;
	struct pollfd p[2] = {{s->sock, POLLIN, 0}, {s->sigfd, POLLIN, 0}};
	for (;;) {
		p[0].events = s->n_exits ? POLLIN | POLLOUT : POLLIN;
		if (poll(p, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			_exit(1);
		}
		if (p[1].revents) {
			struct signalfd_siginfo si;
			if (read(s->sigfd, &si, sizeof(si)) > 0 && si.ssi_signo == SIGTERM)
				shut_down(s);
			reap(s);
		}
		if (p[0].revents & POLLOUT)
			tell_exits(s);
		if (!(p[0].revents & ~POLLOUT))
			continue;
		if (wire_recv(s->sock, &msg, &e) != 1)
			break;
		if (msg.kind == WIRE_SPAWN)
			spawn(s, &msg);
		else if (msg.kind == WIRE_KILL)
			kill_child(s, &msg);
		wire_msg_reset(&msg);
	}
	shut_down(s);
}

NORETURN static void
become_zygote(int sock, pid_t runner)
{
	struct server s = {.sock = sock, .self = getpid()};
	(void)setsid();
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* not SIGKILL: we tidy up, see shut_down() */
	if (getppid() != runner)
		_exit(0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	(void)prctl(PR_SET_NAME, RUN_HELPER);
	keep_environment();
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, &s.old_mask);
	s.sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s.sigfd < 0)
		_exit(1);
	serve(&s);
}

/* ---- in the runner ---------------------------------------------------------------------------- */

int
zygote_start(struct zygote **out, struct err *e)
{
	int pair[2];
	if (wire_pair(pair, e) < 0)
		return -1;
	pid_t self = getpid(), pid = fork();
	if (pid == 0) {
		close(pair[0]);
		become_zygote(pair[1], self);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return err_errno(e, MLC_WORKER, "cannot start the worker process");
	}
	*out = mem_alloc(sizeof(**out));
	**out = (struct zygote){.sock = pair[0], .pid = pid, .asked = UINT64_MAX};
	return 0;
}

void
zygote_end(struct zygote *z)
{
	siginfo_t si;
	(void)shutdown(z->sock, SHUT_RDWR);
	while (waitid(P_PID, (id_t)z->pid, &si, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
}

void
zygote_stop(struct zygote *z)
{
	if (!z)
		return;
	zygote_end(z);
	close(z->sock);
	(void)waitpid(z->pid, NULL, 0);
	free(z);
}

pid_t
zygote_pid(const struct zygote *z)
{
	return z->pid;
}

int
zygote_fd(const struct zygote *z)
{
	return z->sock;
}

int
zygote_spawn(struct zygote *z, const struct spawn_msg *s, int log, int *ctl, struct err *e)
{
	int pair[2];
	if (wire_pair(pair, e) < 0)
		return -1;
	struct wire_out out = {s, sizeof(*s), (int[]){pair[1], log}, 2};
	int rc = wire_send(z->sock, WIRE_SPAWN, &out, e);
	close(pair[1]);
	if (rc < 0)
		close(pair[0]);
	else
		*ctl = pair[0];
	return rc;
}

int
zygote_kill(struct zygote *z, uint64_t job, int sig, bool group, struct err *e)
{
	struct kill_msg m = {job, sig, group};
	struct wire_out out = {&m, sizeof(m), NULL, 0};
	return wire_send(z->sock, WIRE_KILL, &out, e);
}

/* Waits for the end of the worker of one job; the ends of others are of no interest. */
static int
await_exit(struct zygote *z, uint64_t job, struct exit_msg *end, struct err *e)
{
	struct wire_msg msg = {0};
	int rc;
	do {
		rc = wire_recv(z->sock, &msg, e);
		if (rc == 1 && msg.body.len == sizeof(*end))
			memcpy(end, msg.body.s, sizeof(*end));
		else if (rc >= 0)
			rc = err_set(e, MLC_WORKER, "the process that starts workers is gone");
		wire_msg_reset(&msg);
	} while (rc == 1 && end->job != job);
	wire_msg_fini(&msg);
	return rc < 0 ? -1 : 0;
}

int
zygote_ask(struct zygote *z, enum wire_kind kind, const char *json, struct wire_msg *answer,
	struct exit_msg *end, struct err *e)
{
	struct spawn_msg s = {.job = z->asked--};
	struct wire_out out = {json, strlen(json), NULL, 0};
	int ctl = -1;
	if (zygote_spawn(z, &s, STDERR_FILENO, &ctl, e) < 0)
		return -1;
	int got = wire_send(ctl, kind, &out, e) < 0 ? -1 : wire_recv(ctl, answer, e);
	close(ctl);
	struct err ignored;
	if (await_exit(z, s.job, end, got < 0 ? &ignored : e) < 0 || got < 0)
		return -1;
	if (got == 0) /* no answer: how it ended says why */
		answer->kind = 0;
	return 0;
}
