/* SPDX-License-Identifier: Apache-2.0
 * How a program of somebody else is run: no shell, a reduced environment, no descriptors of ours, and
 * an end that is certain.
 *
 *	fork -> exec          a failing exec comes back through a pipe, as the errno it had
 *	stop or timeout       SIGTERM, PROGRAM_GRACE_MS later SIGKILL; to its group if it has one
 *	the caller dies       so does the program (death signal)
 *
 * Called in workers and on the threads of --in-process: between fork and exec only what is safe after
 * a fork of one thread among many. */
#include "pipeline/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 100

const char *const program_variables[] = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG",
	"LC_ALL", "LC_NUMERIC", "TZ", "TMPDIR", "OMP_NUM_THREADS", "ASAN_OPTIONS", "LSAN_OPTIONS",
	"UBSAN_OPTIONS", "TSAN_OPTIONS", NULL};

/* ---- finding */

static bool
can_run(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

const char *
program_find(struct arena *a, const char *root, const char *name)
{
	const char *dir = getenv("PATH"), *path;
	if (strchr(name, '/')) {
		path = name[0] == '/' ? name : arena_printf(a, "%s/%s", root, name);
		return can_run(path) ? path : NULL;
	}
	for (size_t n; dir && *dir; dir += n + (dir[n] == ':')) {
		n = strcspn(dir, ":");
		path = arena_printf(a, "%.*s/%s", (int)n, dir, name);
		if (n && dir[0] == '/' && can_run(path))
			return path;
	}
	return NULL;
}

int
program_file(int rootfd, const char *path)
{
	struct err ignored;
	struct stat st;
	if (path[0] == '/' || !path[0])
		return -1;
	int fd = file_open(rootfd, path, O_RDONLY | O_NONBLOCK, false, &ignored);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---- starting */

/* The environment: what every program gets, then what this one gets. Owned vector; its texts are in
 * the arena. */
static char **
make_environment(struct arena *a, const char *const *more)
{
	char **env = NULL;
	size_t n = 0, cap = 0;
	for (size_t i = 0; program_variables[i]; i++) {
		const char *value = getenv(program_variables[i]);
		env = mem_grow(env, &cap, n + 2, sizeof(*env));
		if (value)
			env[n++] = arena_printf(a, "%s=%s", program_variables[i], value);
	}
	for (; more && *more; more++) {
		env = mem_grow(env, &cap, n + 2, sizeof(*env));
		env[n++] = arena_strdup(a, *more);
	}
	env[n] = NULL;
	return env;
}

struct launch {
	const struct program *p;
	char **env;
	pid_t parent;
	int null, failed; /* failed: the writing end, closed by a successful exec */
};

NORETURN static void
become_program(const struct launch *l)
{
	const struct program *p = l->p;
	sigset_t none;
	sigemptyset(&none);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != l->parent)
		_exit(1);
	if (p->grouped)
		(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (p->call) {
		close(l->failed);
		int code = p->call(p->arg);
		(void)fflush(NULL);
		_exit(code);
	}
	(void)close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	if (dup2(p->input >= 0 ? p->input : l->null, STDIN_FILENO) >= 0 &&
		(!p->folder || chdir(p->folder) == 0))
		(void)execve(p->path, (char *const *)(uintptr_t)p->argv, l->env);
	int why = errno;
	(void)!write(l->failed, &why, sizeof(why));
	_exit(127);
}

/* The pid, or -1 with errno. */
static pid_t
launch(const struct program *p, char **env)
{
	int failed[2], why = 0;
	struct launch l = {.p = p, .env = env, .parent = getpid()};
	l.null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (l.null < 0 || pipe2(failed, O_CLOEXEC) < 0) {
		why = errno;
		if (l.null >= 0)
			close(l.null);
		errno = why;
		return -1;
	}
	l.failed = failed[1];
	if (p->call)
		(void)fflush(NULL); /* or the fork would write it once more */
	pid_t pid = fork();
	if (pid == 0)
		become_program(&l);
	if (pid < 0)
		why = errno;
	close(l.null);
	close(failed[1]);
	while (pid > 0 && read(failed[0], &why, sizeof(why)) < 0 && errno == EINTR)
		;
	close(failed[0]);
	if (pid > 0 && why) {
		(void)waitpid(pid, NULL, 0);
		pid = -1;
	}
	errno = why;
	return pid;
}

/* ---- watching */

static void
send_signal(const struct program *p, pid_t pid, int sig)
{
	if (p->grouped)
		(void)kill(-pid, sig);
	(void)kill(pid, sig);
}

/* Waits until it is over, and no longer. */
static void
watch(const struct program *p, pid_t pid, int pidfd, const struct program_watch *w,
	struct program_end *end)
{
	int64_t begun = clock_mono_us(), asked = 0;
	struct pollfd over = {pidfd, POLLIN, 0};
	for (;;) {
		int left = TICK_MS;
		if (w->timeout_ms > 0 && w->timeout_ms < left)
			left = (int)w->timeout_ms;
		int rc = poll(&over, 1, left);
		if (rc > 0 || (rc < 0 && errno != EINTR))
			return;
		if (w->tick)
			w->tick(w->arg);
		int64_t now = clock_mono_us();
		if (!asked && w->stop && w->stop(w->arg))
			end->stopped = true;
		else if (!asked && w->timeout_ms && now - begun >= w->timeout_ms * 1000)
			end->timed_out = true;
		if (!asked && (end->stopped || end->timed_out)) {
			send_signal(p, pid, SIGTERM);
			asked = now;
		} else if (asked && now - asked >= PROGRAM_GRACE_MS * 1000) {
			send_signal(p, pid, SIGKILL);
		}
	}
}

int
program_run(const struct program *p, const struct program_watch *w, struct program_end *end,
	struct err *e)
{
	struct arena a = {0};
	char **env = make_environment(&a, p->env);
	*end = (struct program_end){0};
	pid_t pid = launch(p, env);
	if (pid < 0)
		err_errno(e, MLC_PROGRAM, "cannot start %s", p->path);
	free(env);
	arena_fini(&a);
	if (pid < 0)
		return -1;
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd >= 0) {
		watch(p, pid, pidfd, w, end);
		close(pidfd);
	}
	siginfo_t si;
	while (p->grouped && waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	if (p->grouped) /* before it is reaped its group is nobody else's */
		(void)kill(-pid, SIGKILL);
	while (waitpid(pid, &end->status, 0) < 0 && errno == EINTR)
		;
	return 0;
}
