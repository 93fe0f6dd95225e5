/* SPDX-License-Identifier: Apache-2.0
 * How a run is shown while it goes on. */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include "cmd/cmd.h"

struct view {
	struct app *app;
	const struct plan *plan;
	int jobs, ended;
	bool in_process;
	size_t width; /* of the longest node name */
};
void view_watch(struct view *v, struct run_watch *w);
/* After the run: errors with the tails of their logs, models, the closing line. */
void view_end(struct view *v, const struct run_result *r);
void view_json(struct app *a, const struct plan *p, const struct run_result *r);

/* dry_run.c: both give the exit code. */
int dry_run(struct app *a, const struct graph *g);
int nothing_to_do(struct app *a, const struct graph *g);

#endif
