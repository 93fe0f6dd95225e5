/* SPDX-License-Identifier: Apache-2.0
 * Hooks for sessions: one that tells what it is told, and some that misbehave. */
#include <mlflow-c/hook.h>

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const char *
or_dash(const char *s)
{
	return s ? s : "-";
}

static int
tell(struct mlf_ctx *ctx, const struct mlf_event *event)
{
	mlf_log(ctx, "hook: %s node=%s status=%s dataset=%s path=%s rows=%" PRId64 " error=%s",
		event->point, or_dash(event->node), or_dash(event->status), or_dash(event->dataset),
		or_dash(event->path), event->rows, or_dash(event->error));
	return 0;
}

static int
marks(struct mlf_ctx *ctx, const struct mlf_event *event)
{
	mlf_tag(ctx, "marked", event->point);
	if (event->node)
		mlf_metric(ctx, "marked.rows", (double)event->rows, 0);
	return 0;
}

static int
fails(struct mlf_ctx *ctx, const struct mlf_event *event)
{
	return mlf_fail(ctx, "%s is not to my liking", event->dataset ? event->dataset : "this");
}

static int
crashes(struct mlf_ctx *ctx, const struct mlf_event *event)
{
	(void)ctx;
	(void)event;
	(void)raise(SIGSEGV);
	return 0;
}

static int
hangs(struct mlf_ctx *ctx, const struct mlf_event *event)
{
	(void)ctx;
	(void)event;
	while (pause() != 0)
		;
	return 0;
}

static int
exits(struct mlf_ctx *ctx, const struct mlf_event *event)
{
	(void)ctx;
	(void)event;
	exit(0);
	return 0;
}

static const struct mlf_hook hooks[] = {{"tell", "Logs what it is told.", tell},
	{"marks", "Sets a tag and a metric.", marks}, {"fails", "Fails.", fails},
	{"crashes", "Is killed by a signal.", crashes}, {"hangs", "Never returns.", hangs},
	{"exits", "Ends its process.", exits}};
MLF_HOOKS("hooks", "1.0", hooks);
