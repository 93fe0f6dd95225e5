/* SPDX-License-Identifier: Apache-2.0
 * pipeline/zygote.c: workers are forked, signalled, reaped and counted, and none outlives the runner. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pipeline/pipeline.h"
#include "pipeline/worker.h"
#include "pipeline/zygote.h"

LEAK_SUITE(pipeline_zygote);

static struct zygote *
start(void)
{
	struct zygote *z = NULL;
	struct err e = {0};

	cr_assert(zygote_start(&z, &e) == 0, "%s", e.msg);
	return z;
}

/* Forks a worker that waits for its question; gives the socket to it. */
static int
spawn(struct zygote *z, uint64_t job, int log)
{
	const struct spawn_msg m = {.job = job};
	struct err e = {0};
	int ctl = -1;

	cr_assert(zygote_spawn(z, &m, log, &ctl, &e) == 0, "%s", e.msg);
	return ctl;
}

/* The next EXIT, within ten seconds. */
static struct exit_msg
await(struct zygote *z)
{
	struct pollfd p = {zygote_fd(z), POLLIN, 0};
	struct wire_msg m = {0};
	struct exit_msg end = {0};
	struct err e = {0};

	cr_assert(poll(&p, 1, 10000) == 1, "no EXIT came");
	cr_assert(wire_recv(zygote_fd(z), &m, &e) == 1, "%s", e.msg);
	cr_assert(m.kind == WIRE_EXIT && m.body.len == sizeof(end));
	memcpy(&end, m.body.s, sizeof(end));
	wire_msg_fini(&m);
	return end;
}

static int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* The first child of a process, or 0. */
static pid_t
child_of(pid_t pid)
{
	char path[64];
	int child = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	FILE *f = fopen(path, "r");
	if (f && fscanf(f, "%d", &child) != 1)
		child = 0;
	if (f)
		fclose(f);
	return child;
}

/* True once the process is gone, within two seconds; zombies that fell to us are reaped. */
static bool
gone(pid_t pid)
{
	for (int i = 0; i < 200; i++) {
		(void)waitpid(pid, NULL, WNOHANG);
		if (kill(pid, 0) < 0 && errno == ESRCH)
			return true;
		usleep(10000);
	}
	return false;
}

Test(pipeline_zygote, a_start_and_a_stop_leave_nothing)
{
	int before = open_fds();

	for (int i = 0; i < 5; i++)
		zygote_stop(start());
	zygote_stop(NULL);
	cr_expect(open_fds() == before);
	cr_expect(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

Test(pipeline_zygote, a_worker_that_is_not_asked_ends)
{
	struct zygote *z = start();

	close(spawn(z, 7, STDERR_FILENO));
	struct exit_msg end = await(z);
	cr_expect(end.job == 7 && end.pid > 0 && end.strays == 0);
	cr_expect(WIFEXITED(end.status) && WEXITSTATUS(end.status) == WORKER_MUTE);
	cr_expect(end.rss_bytes > 0);
	zygote_stop(z);
}

Test(pipeline_zygote, a_worker_that_does_not_understand_says_so_in_its_log)
{
	struct zygote *z = start();
	struct wire_out out = {"{", 1, NULL, 0};
	struct err e;
	char text[256] = "";
	int log[2];

	cr_assert(pipe2(log, O_CLOEXEC) == 0);
	int ctl = spawn(z, 1, log[1]);
	close(log[1]);
	cr_assert(wire_send(ctl, WIRE_JOB, &out, &e) == 0);
	cr_expect(WEXITSTATUS(await(z).status) == WORKER_MUTE);
	cr_expect(read(log[0], text, sizeof(text) - 1) > 0);
	cr_expect(strncmp(text, "worker: ", 8) == 0, "%s", text);
	cr_expect(read(log[0], text, 1) == 0); /* nobody else holds the log */
	close(log[0]);
	close(ctl);
	zygote_stop(z);
}

Test(pipeline_zygote, a_signal_reaches_the_worker_of_that_job)
{
	struct zygote *z = start();
	struct err e;
	int a = spawn(z, 1, STDERR_FILENO), b = spawn(z, 2, STDERR_FILENO);

	cr_expect(zygote_kill(z, 99, SIGKILL, true, &e) == 0); /* unknown: nothing happens */
	cr_expect(zygote_kill(z, 2, SIGKILL, true, &e) == 0);
	struct exit_msg end = await(z);
	cr_expect(end.job == 2 && WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGKILL);
	cr_expect(zygote_kill(z, 1, SIGTERM, false, &e) == 0);
	end = await(z);
	cr_expect(end.job == 1 && WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGTERM);
	cr_expect(zygote_kill(z, 1, SIGKILL, true, &e) == 0); /* gone: nothing happens */
	close(a);
	close(b);
	zygote_stop(z);
}

Test(pipeline_zygote, every_one_of_many_workers_is_told_once)
{
	enum { N = 150 };
	struct zygote *z = start();
	int seen[N] = {0}, ctl[N];

	for (int i = 0; i < N; i++)
		ctl[i] = spawn(z, (uint64_t)i, STDERR_FILENO);
	for (int i = 0; i < N; i++)
		close(ctl[i]);
	for (int i = 0; i < N; i++) {
		struct exit_msg end = await(z);
		cr_assert(end.job < N && end.pid > 0);
		seen[end.job]++;
	}
	for (int i = 0; i < N; i++)
		cr_expect(seen[i] == 1, "job %d: %d times", i, seen[i]);
	zygote_stop(z);
}

Test(pipeline_zygote, a_stop_ends_workers_that_still_run)
{
	struct zygote *z = start();
	int ctl = spawn(z, 1, STDERR_FILENO);
	pid_t zygote = child_of(getpid()), worker = 0;

	for (int i = 0; i < 200 && !worker; i++) {
		worker = child_of(zygote);
		usleep(5000);
	}
	cr_assert(worker > 0);
	zygote_stop(z);
	cr_expect(gone(worker));
	close(ctl);
}

Test(pipeline_zygote, a_question_gets_its_answer_or_the_end_of_who_was_asked)
{
	struct zygote *z = start();
	struct wire_msg answer = {0};
	struct exit_msg end;
	struct err e = {0};
	int before = open_fds();

	for (int i = 0; i < 3; i++) {
		cr_expect(zygote_ask(z, WIRE_DESCRIBE, "{\"root\": \"/\", \"plugin\": \"none.so\"}",
				  &answer, &end, &e) == 0);
		cr_expect(answer.kind == WIRE_DONE && strstr(answer.body.s, "none.so"));
		cr_expect(WIFEXITED(end.status) && WEXITSTATUS(end.status) == 0);
		cr_expect(zygote_ask(z, WIRE_DESCRIBE, "{", &answer, &end, &e) == 0);
		cr_expect(answer.kind == 0);
		cr_expect(WIFEXITED(end.status) && WEXITSTATUS(end.status) == WORKER_MUTE);
	}
	wire_msg_fini(&answer);
	cr_expect(open_fds() == before);
	zygote_stop(z);
}

Test(pipeline_zygote, a_question_is_not_answered_by_the_end_of_another_worker)
{
	struct zygote *z = start();
	struct wire_msg answer = {0};
	struct exit_msg end;
	struct err e = {0};

	close(spawn(
		z, 5, STDERR_FILENO)); /* its EXIT is in the socket already, or comes meanwhile */
	usleep(50000);
	cr_assert(zygote_ask(z, WIRE_DESCRIBE, "{\"root\": \"/\", \"plugin\": \"none.so\"}",
			  &answer, &end, &e) == 0);
	cr_expect(end.job != 5 && WEXITSTATUS(end.status) == 0);
	wire_msg_fini(&answer);
	zygote_stop(z);
}

/* A process that plays the runner: a zygote, a worker; says their pids; waits to be killed. */
static pid_t
play_runner(pid_t *zygote, pid_t *worker)
{
	int says[2];
	pid_t pids[2] = {0};

	cr_assert(pipe2(says, O_CLOEXEC) == 0);
	pid_t runner = fork();
	if (runner == 0) {
		(void)spawn(start(), 1, STDERR_FILENO);
		pids[0] = child_of(getpid());
		while (!(pids[1] = child_of(pids[0])))
			usleep(1000);
		(void)!write(says[1], pids, sizeof(pids));
		for (;;)
			pause();
	}
	close(says[1]);
	cr_assert(read(says[0], pids, sizeof(pids)) == sizeof(pids));
	close(says[0]);
	*zygote = pids[0];
	*worker = pids[1];
	return runner;
}

Test(pipeline_zygote, zygote_and_workers_die_with_the_runner)
{
	pid_t zygote, worker;

	cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	pid_t runner = play_runner(&zygote, &worker);
	cr_assert(kill(runner, SIGKILL) == 0 && waitpid(runner, NULL, 0) == runner);
	cr_expect(gone(zygote), "the zygote lives on");
	cr_expect(gone(worker), "the worker lives on");
}

Test(pipeline_zygote, workers_die_with_the_zygote_and_the_runner_is_told)
{
	struct zygote *z = start();
	struct wire_msg m = {0};
	struct err e;
	int ctl = spawn(z, 1, STDERR_FILENO);
	pid_t zygote = child_of(getpid()), worker = 0;

	cr_assert(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
	for (int i = 0; i < 200 && !worker; i++) {
		worker = child_of(zygote);
		usleep(5000);
	}
	cr_assert(worker > 0);
	usleep(50000); /* until it has asked for its death signal */
	cr_assert(kill(zygote, SIGKILL) == 0);
	cr_expect(wire_recv(zygote_fd(z), &m, &e) == 0);
	cr_expect(gone(worker), "the worker lives on");
	cr_expect(wire_recv(ctl, &m, &e) == 0);
	const struct spawn_msg again = {.job = 2};
	int none = -1;
	cr_expect(zygote_spawn(z, &again, STDERR_FILENO, &none, &e) == -1);
	cr_expect(e.code == MLC_WORKER && none == -1);
	wire_msg_fini(&m);
	close(ctl);
	zygote_stop(z);
}

/* A terminal's Ctrl-C goes to its foreground process group. */
Test(pipeline_zygote, ctrl_c_reaches_neither_zygote_nor_workers)
{
	struct zygote *z = start();
	int ctl = spawn(z, 1, STDERR_FILENO);
	pid_t zygote = child_of(getpid()), worker = 0;

	for (int i = 0; i < 200 && !worker; i++) {
		worker = child_of(zygote);
		usleep(5000);
	}
	cr_assert(worker > 0);
	usleep(50000);
	cr_expect(getsid(zygote) == zygote);
	cr_expect(getpgid(zygote) != getpgid(0) && getpgid(worker) == worker);
	close(ctl);
	cr_expect(await(z).job == 1);
	zygote_stop(z);
}
