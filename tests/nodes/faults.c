/* SPDX-License-Identifier: Apache-2.0
 * Nodes that misbehave, one way each: what the runner must survive and name. */
#include <mlflow-c/node.h>

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int
give(struct mlf_ctx *ctx, int64_t rows)
{
	struct mlf_builder *b = mlf_build(ctx);
	int64_t *v = mlf_new_i64(b, "n", rows);
	for (int64_t i = 0; i < rows; i++)
		v[i] = i;
	return mlf_output(ctx, "table", mlf_finish(b));
}

static int
good(struct mlf_ctx *ctx)
{
	mlf_log(ctx, "all is well");
	return give(ctx, 3);
}

static int
large(struct mlf_ctx *ctx)
{
	return give(ctx, 1 << 20);
}

static int
segv(struct mlf_ctx *ctx)
{
	mlf_log(ctx, "about to write to address 0");
	(void)give(ctx, 3);
	raise(SIGSEGV);
	return 0;
}

static int
aborts(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	abort();
}

static int
exits(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	exit(0);
}

static int
exits_3(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	_exit(3);
}

static int
loops(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	for (volatile int on = 1; on;)
		;
	return 0;
}

static int
overflows(struct mlf_ctx *ctx)
{
	volatile char frame[4096];
	frame[0] = 1;
	return ctx ? overflows(ctx) + frame[0] : 0;
}

static int
returns_minus_1(struct mlf_ctx *ctx)
{
	(void)ctx;
	return -1;
}

static int
fails(struct mlf_ctx *ctx)
{
	return mlf_fail(ctx, "the source has %d rows, 3 are needed", 2);
}

static int
wrong_kind(struct mlf_ctx *ctx)
{
	return mlf_output_bytes(ctx, "table", "{}", 2);
}

static int
wrong_column(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	struct mlf_f64s v = mlf_f64(in, "mm");
	double sum = 0;
	for (int64_t i = 0; i < v.n; i++)
		sum += v.v[i];
	mlf_metric(ctx, "sum", sum, 0);
	return mlf_output(ctx, "table", in);
}

static int
skips_output(struct mlf_ctx *ctx)
{
	(void)ctx;
	return 0;
}

static int
unknown_output(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	return mlf_output(ctx, "tabel", mlf_finish(mlf_build(ctx)));
}

static int
closes_all(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	for (int fd = 0; fd < 64; fd++)
		close(fd);
	return 0;
}

/* A daemon: a session of its own, and no parent. */
static int
leaves_child(struct mlf_ctx *ctx)
{
	pid_t middle = fork();
	if (middle == 0) {
		setsid();
		if (fork() == 0)
			for (;;)
				pause();
		_exit(0);
	}
	(void)waitpid(middle, NULL, 0);
	return give(ctx, 3);
}

/* Three processes, each the child of the one before, each in a session of its own. */
static int
leaves_family(struct mlf_ctx *ctx)
{
	pid_t self = getpid();
	int ready[2];
	char all;
	if (pipe(ready) < 0)
		return mlf_fail(ctx, "no pipe");
	for (int depth = 0; depth < 3 && fork() == 0; depth++) {
		setsid();
		if (depth == 2 && write(ready[1], "", 1) != 1)
			_exit(1);
	}
	while (getpid() != self)
		pause();
	if (read(ready[0], &all, 1) != 1)
		return mlf_fail(ctx, "the family is not complete");
	return give(ctx, 3);
}

/* Writes our pid into $TMPDIR/NAME, for a session that waits for it. */
static void
tell_pid(const char *name)
{
	char path[4096], text[32];
	(void)snprintf(path, sizeof(path), "%s/%s", getenv("TMPDIR"), name);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (fd >= 0 && write(fd, text, (size_t)n) == n)
		(void)close(fd);
}

/* Never ends, and has a child in a session of its own that never ends. */
static int
waits(struct mlf_ctx *ctx)
{
	int ready[2];
	char byte = 0;
	(void)give(ctx, 3);
	if (pipe(ready) < 0)
		return mlf_fail(ctx, "no pipe");
	if (fork() == 0) {
		setsid();
		tell_pid("child");
		(void)!write(ready[1], &byte, 1);
	} else if (read(ready[0], &byte, 1) == 1) {
		tell_pid("node"); /* last, so whoever sees it may read the other */
	}
	while (pause() < 0)
		;
	return 0;
}

/* Ends when it is asked to, and says so. */
static int
polite(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	(void)mlf_cancelled(ctx);
	tell_pid("node");
	while (!mlf_cancelled(ctx))
		usleep(1000);
	mlf_log(ctx, "stopping as asked");
	return mlf_fail(ctx, "stopped half way");
}

static int
stubborn(struct mlf_ctx *ctx)
{
	signal(SIGTERM, SIG_IGN);
	tell_pid("node");
	mlf_log(ctx, "nobody stops me");
	return loops(ctx);
}

/* Fails the first time it is tried: a file outside of its scratch folder remembers. */
static int
flaky(struct mlf_ctx *ctx)
{
	char path[4096];
	(void)snprintf(path, sizeof(path), "%s/flaky", getenv("TMPDIR"));
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd < 0)
		return give(ctx, 3);
	close(fd);
	(void)give(ctx, 2);
	return mlf_fail(ctx, "the source did not answer");
}

static int
prints_codes(struct mlf_ctx *ctx)
{
	static const char text[] = "::error::not from you\n\033[2J\033]0;title\a\r\0\xff\xfe end\n";
	(void)!write(1, text, sizeof(text) - 1);
	return mlf_fail(ctx, "the name is \033[31mred\033[0m\a");
}

/* Changes everything about its process that a program could rely on. */
static int
messes(struct mlf_ctx *ctx)
{
	(void)!chdir("/");
	(void)umask(0777);
	(void)setenv("LC_ALL", "C", 1);
	(void)setenv("TZ", "Asia/Tokyo", 1);
	(void)setlocale(LC_ALL, "");
	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_IGN);
	(void)close(0);
	return give(ctx, 3);
}

/* Leaves a file in its working folder and fails if it finds one. */
static int
litters(struct mlf_ctx *ctx)
{
	int fd = open("litter", O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd < 0)
		return mlf_fail(ctx, "somebody was here before");
	close(fd);
	return give(ctx, 3);
}

static int
not_json(struct mlf_ctx *ctx)
{
	return mlf_output_bytes(ctx, "json", "{\"a\": }", 8);
}

static int
gives_twice(struct mlf_ctx *ctx)
{
	(void)give(ctx, 3);
	return give(ctx, 4);
}

static int
prints(struct mlf_ctx *ctx)
{
	static char line[1024];
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 24 * 1024; i++)
		if (write(1, line, sizeof(line)) < 0)
			return -1;
	return give(ctx, 3);
}

/* By mmap, which a sanitizer's allocator leaves alone. */
static int
eats_memory(struct mlf_ctx *ctx)
{
	const size_t size = 16u << 20;
	for (int i = 0; i < 64;
		i++) { /* 1 GiB: more would be taken from others if nothing stops it */
		char *p = mmap(
			NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			return mlf_fail(ctx, "no memory left for a table of 16 MiB");
		memset(p, 1, size);
	}
	return give(ctx, 3);
}

static int
passes(struct mlf_ctx *ctx)
{
	return mlf_output(ctx, "table", mlf_input(ctx, "table"));
}

static const struct mlf_port none[] = {{0}};
static const struct mlf_port table[] = {{"table", MLF_TABLE, 0, "a table"}, {0}};
static const struct mlf_port json[] = {{"json", MLF_JSON, 0, "a document"}, {0}};

#define SOURCE(function)                                              \
	{                                                             \
#function, "Misbehaves.", none, table, NULL, function \
	}
static const struct mlf_node nodes[] = {
	SOURCE(good),
	SOURCE(large),
	SOURCE(segv),
	SOURCE(aborts),
	SOURCE(exits),
	SOURCE(exits_3),
	SOURCE(loops),
	SOURCE(overflows),
	SOURCE(returns_minus_1),
	SOURCE(fails),
	SOURCE(wrong_kind),
	SOURCE(skips_output),
	SOURCE(unknown_output),
	SOURCE(closes_all),
	SOURCE(leaves_child),
	SOURCE(leaves_family),
	SOURCE(stubborn),
	SOURCE(waits),
	SOURCE(polite),
	SOURCE(flaky),
	SOURCE(prints_codes),
	SOURCE(messes),
	SOURCE(litters),
	SOURCE(gives_twice),
	{"not_json", "Gives a document that is none.", none, json, NULL, not_json},
	SOURCE(prints),
	SOURCE(eats_memory),
	{"wrong_column", "Asks for a column that is not there.", table, table, NULL, wrong_column},
	{"passes", "Passes the table on.", table, table, NULL, passes},
};
MLF_PLUGIN("faults", "1.0", nodes);
