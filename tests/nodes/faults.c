/* SPDX-License-Identifier: Apache-2.0
 * Nodes that misbehave, one way each: what the runner must survive and name. */
#include <mlflow-c/node.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

static int
leaves_child(struct mlf_ctx *ctx)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			for (;;)
				pause();
		_exit(0);
	}
	return give(ctx, 3);
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

static int
eats_memory(struct mlf_ctx *ctx)
{
	for (int i = 0; i < 1024; i++) {
		char *p = malloc(16u << 20);
		if (!p)
			return mlf_fail(ctx, "out of memory after %d MiB", i * 16);
		memset(p, 1, 16u << 20);
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

#define SOURCE(function)                                              \
	{                                                             \
#function, "Misbehaves.", none, table, NULL, function \
	}
static const struct mlf_node nodes[] = {
	SOURCE(good),
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
	SOURCE(prints),
	SOURCE(eats_memory),
	{"wrong_column", "Asks for a column that is not there.", table, table, NULL, wrong_column},
	{"passes", "Passes the table on.", table, table, NULL, passes},
};
MLF_PLUGIN("faults", "1.0", nodes);
