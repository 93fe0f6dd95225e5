/* SPDX-License-Identifier: Apache-2.0
 * Hooks: programs and plugin functions that are called at fixed points of a run.
 *
 *	hook_plan.c   what mlflow-c.yml says -> struct hook, checked
 *	hook_fire.c   calls those of a job that wait for a point; in workers and threads
 *	run_hooks.c   the runner's: run-level points and failed nodes, in workers of their own
 */
#ifndef PIPELINE_HOOK_H
#define PIPELINE_HOOK_H

#include "pipeline/job.h"
#include "pipeline/pipeline.h"

enum hook_point {
	BEFORE_RUN,
	AFTER_RUN,
	ON_RUN_ERROR,
	BEFORE_NODE,
	AFTER_NODE,
	ON_NODE_ERROR,
	BEFORE_LOAD,
	AFTER_LOAD,
	BEFORE_SAVE,
	AFTER_SAVE,
	HOOK_POINTS
};
const char *hook_point_name(enum hook_point point);

/* Lives in the plan; crosses to workers as part of a job. */
struct hook {
	const char *name; /* as messages call it */
	int64_t points;   /* a bit for each */
	int64_t timeout_ms;
	bool required;              /* if it fails, so does the node or the run */
	const char *program, *argv; /* absolute path, JSON list of texts; or ... */
	const char *plugin, *def;   /* plugin file and the name in it */
	struct plugin_id plugin_id;
	const char *plugin_hash;
	const struct mlf_hook *loaded; /* with --in-process: in this very process; else NULL */
	const char *datasets;          /* JSON list of patterns for dataset points; NULL: all */
	/* the plan's alone: which nodes; NULL: all */
	const char **nodes, **tags;
	size_t n_nodes, n_tags;
};

/* What happened; the rest is the job's. */
struct hook_event {
	int point;                  /* enum hook_point */
	const char *status, *error; /* error: diag_json; may be NULL */
	const char *message;        /* of the error */
	const char *dataset, *port, *path, *hash;
	int64_t rows, bytes, ms; /* -1: unknown */
};
#define HOOK_EVENT(p)                                                \
	{                                                            \
		.point = (int)(p), .rows = -1, .bytes = -1, .ms = -1 \
	}

/* hook_plan.c */
void hooks_load(struct arena *a, const struct plan_input *in, struct plan *out, struct errs *found);
/* The hooks a node's own worker calls, in the arena. */
struct hook *
hooks_of(struct arena *a, const struct plan *p, const struct plan_node *node, size_t *n);
/* Those the runner calls at a point; node: NULL, or the one that failed. */
struct hook *hooks_at(struct arena *a, const struct plan *p, enum hook_point point,
	const struct plan_node *node, size_t *n);

/* hook_fire.c: calls what waits for the event, in order, after_* in reverse. What they report is
 * added to `to`: tags, metrics, and as warnings the failures that change nothing. -1 if one that is
 * required failed. */
struct hook_sink {
	struct arena *a;
	struct tag *tags; /* owned vectors, texts in the arena */
	struct metric *metrics;
	struct done_warning *warnings;
	size_t n_tags, cap_tags, n_metrics, cap_metrics, n_warnings, cap_warnings;
};
MUST_CHECK int hooks_fire(const struct job *j, const struct job_host *h,
	const struct hook_event *ev, struct hook_sink *to, struct err *e);
void hook_sink_fini(struct hook_sink *s);

/* A question to a worker: WIRE_HOOK. */
struct hook_ask {
	struct job job;
	struct hook_event event;
};
/* job_wire.c */
void hook_ask_encode(const struct hook_ask *q, struct jw *w);
MUST_CHECK int
hook_ask_decode(struct arena *a, const char *json, size_t len, struct hook_ask *out, struct err *e);

#endif
