/* SPDX-License-Identifier: Apache-2.0
 * Nodes that take their time, for what is shown of a run while it goes on. */
#include <mlflow-c/node.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int
done(struct mlf_ctx *ctx)
{
	return mlf_output_bytes(ctx, "json", "{}", 2);
}

/* Four steps. */
static int
walks(struct mlf_ctx *ctx)
{
	for (int i = 1; i <= 4; i++)
		mlf_progress(ctx, i, 4);
	return done(ctx);
}

/* Knows how far it is, but not how far it has to go. */
static int
wanders(struct mlf_ctx *ctx)
{
	mlf_progress(ctx, 12345, 0);
	return done(ctx);
}

static int
tells(struct mlf_ctx *ctx)
{
	mlf_log(ctx, "first the one,\nthen the other");
	return done(ctx);
}

/* Says so ten thousand times in half a second. */
static int
chatters(struct mlf_ctx *ctx)
{
	for (int i = 1; i <= 10000; i++) {
		mlf_progress(ctx, i, 10000);
		if (i % 20 == 0)
			usleep(1000);
	}
	return done(ctx);
}

/* Half done, it makes the file $TMPDIR/node and waits to be ended. */
static int
pauses(struct mlf_ctx *ctx)
{
	char path[4096];
	mlf_progress(ctx, 1, 2);
	(void)snprintf(path, sizeof(path), "%s/node", getenv("TMPDIR"));
	FILE *f = fopen(path, "w");
	if (!f || fprintf(f, "%d\n", (int)getpid()) < 0 || fclose(f) != 0)
		return mlf_fail(ctx, "no file to write to");
	for (;;)
		pause();
}

/* Prints what a service or a terminal might obey, and fails. */
static int
tempts(struct mlf_ctx *ctx)
{
	mlf_log(ctx, "::error::not from you");
	mlf_log(ctx, "##[error]nor this");
	mlf_log(ctx, "50%% done\r\033[2J");
	return mlf_fail(ctx, "no: 100%%, <b>`sorry`</b>");
}

static int
takes(struct mlf_ctx *ctx)
{
	size_t len;
	return mlf_input_bytes(ctx, "json", &len) ? 0 : -1;
}

static const struct mlf_port none[] = {{0}};
static const struct mlf_port json[] = {{"json", MLF_JSON, 0, "a document"}, {0}};
static const struct mlf_node nodes[] = {
	{"walks", "Takes four steps.", none, json, NULL, walks},
	{"wanders", "Does not know how far it is.", none, json, NULL, wanders},
	{"tells", "Logs two lines.", none, json, NULL, tells},
	{"chatters", "Reports too often.", none, json, NULL, chatters},
	{"pauses", "Waits half way.", none, json, NULL, pauses},
	{"tempts", "Prints commands and fails.", none, json, NULL, tempts},
	{"takes", "Reads a document.", json, none, NULL, takes},
};
MLF_PLUGIN("paces", "1.0", nodes);
