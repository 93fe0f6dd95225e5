/* SPDX-License-Identifier: Apache-2.0
 * Events on their way to a server. A process of its own posts them, one after another, so that they
 * arrive in order and the run never waits for a network.
 *
 *	runner  == pipe: a line an event ==>  sender  -- POST -->  server
 *	        <-- shared page: delivered, why not --
 *
 * An event is tried twice, after a failure the next ones once, until one gets through. At the end of the
 * run there are END_MS for what is left; then the sender is killed. If the runner dies, the sender has
 * the same time for what it was told. It has a session of its own, so that Ctrl-C does not reach it. */
#include "cmd/lineage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRY_MS 2000
#define TRIES 2
#define END_MS (TRY_MS * TRIES)
#define PAUSE_US 100000
#define ENDPOINT "/api/v1/lineage"

/* Written by the sender, read once it is gone. */
struct report {
	int64_t delivered;
	char why[300]; /* of the first failure */
};
struct sender {
	struct http_url to;
	const char *key; /* borrowed */
	pid_t pid;
	int fd;             /* what the sender reads */
	struct str pending; /* not in the pipe yet */
	int64_t given;
	struct report *report; /* mapped, shared */
};

/* ---- in the sender ---------------------------------------------------------------------------- */

static void
note(struct sender *s, const char *why)
{
	if (!s->report->why[0])
		(void)snprintf(s->report->why, sizeof(s->report->why), "%s", why);
}

/* One try; *again: another one may end otherwise. */
static bool
post(struct sender *s, const char *event, size_t n, bool *again)
{
	struct http_post p = {.to = &s->to,
		.type = "application/json",
		.bearer = s->key,
		.body = event,
		.n = n,
		.timeout_ms = TRY_MS};
	struct err e = {0};
	struct str why = {0};
	char text[64];
	int status = 0;
	*again = true;
	if (http_post(&p, &status, &e) < 0) {
		str_addf(&why, e.help[0] ? "%s; %s" : "%s", e.msg, e.help);
		note(s, str_text(&why));
		str_fini(&why);
		return false;
	}
	*again = status >= 500 || status == 429;
	(void)snprintf(text, sizeof(text), "the server answers with status %d", status);
	if (status >= 300)
		note(s, text);
	return status < 300;
}

static void
deliver(struct sender *s, const char *event, size_t n, bool *healthy)
{
	bool again = true, done = false;
	for (int i = 0; !done && again && i < (*healthy ? TRIES : 1); i++) {
		if (i)
			(void)usleep(PAUSE_US);
		done = post(s, event, n, &again);
	}
	s->report->delivered += done;
	*healthy = done;
}

static void
on_orphaned(int signum)
{
	(void)signum;
	(void)alarm(END_MS / 1000);
}

/* Only what it needs: nothing that would keep a terminal, a pipe or a lock of the run open. */
static void
settle_in(int *fd, pid_t runner)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	(void)setsid();
	(void)prctl(PR_SET_NAME, "mlflow-c events");
	(void)signal(SIGUSR1, on_orphaned);
	(void)signal(SIGALRM, SIG_DFL);
	(void)prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() != runner)
		on_orphaned(0);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(1);
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, 10);
	if (high < 0 || dup2(high, 3) < 0)
		_exit(1);
	(void)close_range(4, ~0u, 0);
	*fd = 3;
}

NORETURN static void
become_sender(struct sender *s, int fd, pid_t runner)
{
	struct str text = {0};
	bool healthy = true;
	char some[65536];
	settle_in(&fd, runner);
	for (;;) {
		ssize_t n = read(fd, some, sizeof(some));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		str_addn(&text, some, (size_t)n);
		size_t from = 0;
		for (char *end; (end = memchr(text.s + from, '\n', text.len - from));) {
			size_t len = (size_t)(end - text.s) - from;
			deliver(s, text.s + from, len, &healthy);
			from += len + 1;
		}
		memmove(text.s, text.s + from, text.len - from);
		text.len -= from;
	}
	_exit(0);
}

/* ---- in the runner ---------------------------------------------------------------------------- */

static int
address(struct http_url *to, const char *url, struct err *e)
{
	if (http_url_parse(url, to, e) < 0)
		return -1;
	size_t n = strlen(to->path);
	while (n && to->path[n - 1] == '/')
		to->path[--n] = '\0';
	if (n + sizeof(ENDPOINT) > sizeof(to->path))
		return err_set(e, MLC_USAGE, "the URL is too long");
	memcpy(to->path + n, ENDPOINT, sizeof(ENDPOINT));
	return 0;
}

static int
check_key(const char *key, struct err *e)
{
	for (const char *p = key; p && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return err_set(
				e, MLC_USAGE, "OPENLINEAGE_API_KEY holds a control character");
	return 0;
}

static int
launch(struct sender *s, struct err *e)
{
	int ends[2];
	pid_t self = getpid();
	s->report = mmap(NULL, sizeof(*s->report), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->report == MAP_FAILED) {
		s->report = NULL;
		return err_errno(e, MLC_WORKER, "cannot share memory");
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(e, MLC_WORKER, "cannot make a pipe");
	(void)fflush(NULL);
	s->pid = fork();
	if (s->pid == 0) {
		close(ends[1]);
		become_sender(s, ends[0], self);
	}
	close(ends[0]);
	s->fd = ends[1];
	if (s->pid < 0)
		return err_errno(e, MLC_WORKER, "cannot start a process");
	(void)fcntl(s->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

static void
sender_free(struct sender *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->report)
		(void)munmap(s->report, sizeof(*s->report));
	str_fini(&s->pending);
	free(s);
}

int
sender_start(struct sender **out, const char *url, const char *key, struct err *e)
{
	struct sender *s = mem_alloc(sizeof(*s));
	*s = (struct sender){.key = key, .fd = -1, .pid = -1};
	if (address(&s->to, url, e) < 0 || check_key(key, e) < 0 || launch(s, e) < 0) {
		sender_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

/* As much as the pipe takes now. A sender that is gone takes nothing. */
static void
flush(struct sender *s)
{
	size_t done = 0;
	while (done < s->pending.len) {
		ssize_t n = write(s->fd, s->pending.s + done, s->pending.len - done);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EPIPE)
			done = s->pending.len;
		else if (!(n < 0 && errno == EINTR))
			break;
	}
	if (done)
		memmove(s->pending.s, s->pending.s + done, s->pending.len - done);
	s->pending.len -= done;
}

void
sender_add(struct sender *s, const struct str *event)
{
	s->given++;
	str_addn(&s->pending, event->s, event->len);
	str_addc(&s->pending, '\n');
	flush(s);
}

/* Until the descriptor is ready or the time is over. */
static bool
await(int fd, short events, int64_t until_us)
{
	struct pollfd p = {fd, events, 0};
	int64_t left;
	while ((left = until_us - clock_mono_us()) > 0) {
		int rc = poll(&p, 1, (int)((left + 999) / 1000));
		if (rc > 0)
			return true;
		if (rc < 0 && errno != EINTR)
			break;
	}
	return false;
}

int
sender_end(struct sender *s, struct err *e)
{
	int64_t until_us = clock_mono_us() + END_MS * 1000;
	int pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0);
	while (s->pending.len && await(s->fd, POLLOUT, until_us))
		flush(s);
	close(s->fd);
	s->fd = -1;
	if (pidfd < 0 || !await(pidfd, POLLIN, until_us)) {
		note(s, "there was no answer in time");
		(void)kill(s->pid, SIGKILL);
	}
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	int64_t lost = s->given - s->report->delivered;
	if (lost)
		err_set(e, MLC_FILE, "%lld of %lld events did not reach %s:%s: %s", (long long)lost,
			(long long)s->given, s->to.host, s->to.port,
			s->report->why[0] ? s->report->why : "the process that sends them died");
	sender_free(s);
	return lost ? -1 : 0;
}
