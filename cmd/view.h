/* SPDX-License-Identifier: Apache-2.0
 * How a run is shown while it goes on, and at its end.
 *
 *	runner --run_watch--> view.c: keeps what is known --> each face: shows it
 *
 * Talk goes to stderr, the events of `--progress json` to stdout. */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include "cmd/cmd.h"

struct view_node {
	bool running, ended;
	int attempt;
	int64_t since_us;    /* start of the attempt */
	int64_t spoke_us;    /* when a face last said something about it */
	int64_t done, total; /* as the node said; total 0: nothing, or it does not know */
	int64_t last_us;     /* how long its last good run took; 0: unknown */
	int64_t took_us;     /* once ended */
	struct str line;     /* of its output, not complete yet */
};

struct lineage_run;
struct view;
/* A face. Every function may be NULL. */
struct face {
	const char *name;
	unsigned tick_ms;
	bool recalls; /* wants to know how long nodes took the last time */
	void (*started)(struct view *v);
	void (*node_started)(struct view *v, size_t i);
	void (*node_progress)(struct view *v, size_t i);
	void (*node_output)(struct view *v, size_t i, const char *line); /* safe to show */
	void (*node_facts)(struct view *v, size_t i, const struct node_fact *f);
	void (*node_ended)(struct view *v, size_t i, const struct node_result *r);
	void (*node_waits)(struct view *v, size_t i); /* for its next attempt */
	void (*node_late)(struct view *v, const char *text);
	void (*warned)(struct view *v, const char *text);
	void (*stopping)(struct view *v, const char *text, int running);
	void (*tick)(struct view *v);
	void (*settle)(struct view *v, const struct run_result *r); /* errors are shown next */
	void (*ended)(struct view *v, const struct run_result *r);
};
extern const struct face tty_face, plain_face, json_face, github_face, lineage_face;

#define TTY_ROWS 10
struct view {
	struct app *app;
	const struct face *faces[3];
	size_t n_faces;
	FILE *talk, *answer; /* borrowed */
	const struct plan *plan;
	const struct run_id *run;
	struct view_node *nodes; /* owned, one per plan node */
	int jobs, running, ended, exit_code;
	size_t width; /* of the longest node name */
	bool in_process, annotate, answer_gone;
	int64_t fixed_ms; /* the injected time of day, 0: none */
	int64_t begun_us, now_us;
	struct arena arena;
	struct {
		struct str lines;    /* finished lines that are not on the screen yet */
		int drawn[TTY_ROWS]; /* columns of the lines that are drawn over next time */
		int n_drawn;
		int64_t drawn_us;
		bool live;
		unsigned frame;
	} tty;
	char token[33];              /* view_github.c */
	struct lineage_run *lineage; /* borrowed; NULL: nobody asked for events */
};

struct view_opts {
	const char *progress; /* auto (or NULL), tty, plain, json, none */
	bool no_annotations, in_process;
	int jobs;
	struct lineage_run *lineage; /* or NULL */
};
MUST_CHECK int view_open(struct view *v, struct app *a, const struct view_opts *o, struct err *e);
void view_watch(struct view *v, struct run_watch *w);
/* After the run: errors with the tails of their logs, models, the closing line. */
void view_end(struct view *v, const struct run_result *r, int exit_code);
void view_warn(struct view *v, const char *text);
void view_close(struct view *v); /* leaves the terminal as it was */
void view_json(struct app *a, const struct plan *p, const struct run_result *r);

/* dry_run.c: both give the exit code. */
/* forecast: of --changed, by place in the order; or NULL */
int dry_run(struct app *a, const struct graph *g, const struct forecast *forecast);
int nothing_to_do(struct app *a, const struct graph *g);
/* For the faces. */
const char *view_name(const struct view *v, size_t i);
uint64_t view_ms(const struct view *v, int64_t since_us); /* until now; 0 under a fixed clock */
int64_t view_time_ms(const struct view *v);               /* of day */
bool node_failed(enum node_status st);
struct view_counts {
	size_t ok, cached, failed, skipped, cancelled;
	int64_t peak_bytes;
};
struct view_counts view_count(const struct run_result *r);

/* view_eta.c: what is left, from the last good runs; -1: cannot tell. */
int64_t eta_ms(const struct view *v);

/* view_log.c */
struct log_text {
	struct str text; /* owned */
	char *at, *end;
};
/* Reads a log; false if there is nothing in it. */
bool log_read(struct log_text *l, int rootfd, const char *path);
void log_tail(struct log_text *l);                   /* skips all but the last lines */
bool log_next(struct log_text *l, struct str *line); /* the next line, safe to show */
size_t log_lines(const struct log_text *l);
void log_close(struct log_text *l);

/* view_end.c */
void view_errors(struct view *v, const struct run_result *r);
void view_models(struct view *v, const struct run_result *r);
void view_timings(struct view *v, const struct run_result *r);

/* view_github.c: errors found before the run, as annotations. */
bool github_on(void);
void github_report(struct app *a, const struct errs *found);
/* view_summary.c: appends to the file that GITHUB_STEP_SUMMARY names. */
void github_summary(struct view *v, const struct run_result *r);

#endif
