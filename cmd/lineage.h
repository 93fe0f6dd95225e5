/* SPDX-License-Identifier: Apache-2.0
 * OpenLineage events of a run: from the runner's watch to a file, a server, or both.
 *
 *	lineage.c        a face (view.h): what happens -> events, a journal of what is open
 *	lineage_asked.c  flag, environment, mlflow-c.yml -> where events go
 *	lineage_file.c   one line an event, appended
 *	lineage_send.c   a process of its own that posts them, so that the run never waits
 *	lineage_dead.c   the last events of a run that died, once it is found
 *
 * Nothing that goes wrong here fails a run: it becomes one warning for each place. */
#ifndef CMD_LINEAGE_H
#define CMD_LINEAGE_H

#include "cmd/cmd.h"

/* Where events go. Texts are the project's or the environment's. */
struct lineage_asked {
	const char *file;  /* absolute; NULL: none */
	const char *shown; /* the same as it was given */
	const char *url;   /* NULL: none */
	const char *key;   /* of the server; NULL: none */
	const char *namespace_;
};
/* flag: --lineage-file, or NULL. Fails for mistakes in mlflow-c.yml only. */
MUST_CHECK int
lineage_asked(struct app *a, const char *flag, struct lineage_asked *out, struct errs *found);

/* lineage_file.c: appends whole lines, each in one write. */
struct lineage_file {
	const char *shown; /* borrowed */
	int fd;            /* -1: not open */
	bool ragged;       /* somebody else's last line has no end */
	struct err why;    /* the first failure; no more is written after it */
};
void lineage_file_open(struct lineage_file *f, const char *path, const char *shown);
void lineage_file_add(struct lineage_file *f, const struct str *event);
void lineage_file_close(struct lineage_file *f);

/* lineage_send.c */
struct sender;
MUST_CHECK int sender_start(struct sender **out, const char *url, const char *key, struct err *e);
void sender_add(struct sender *s, const struct str *event);
/* Waits for the last events, a few seconds at most. -1: some were lost, and why. Frees s. */
MUST_CHECK int sender_end(struct sender *s, struct err *e);

/* Both at once. */
struct lineage_out {
	struct lineage_file file;
	struct sender *sender; /* NULL: none */
	struct err unsent;     /* why there is none though it was asked for */
};
void lineage_out_open(struct lineage_out *o, const struct lineage_asked *asked);
void lineage_out_add(struct lineage_out *o, const struct str *event);
/* tell is called with each warning. */
void lineage_out_close(struct lineage_out *o, void (*tell)(void *arg, const char *text), void *arg);

/* lineage.c */
struct lineage_run;
/* NULL if nobody asked for events. Call it before the run begins: it may fork. */
struct lineage_run *lineage_open(struct app *a, const struct lineage_asked *asked);
struct view;
/* After the run, before its end is shown: sends the last event; warnings are shown and recorded. */
void lineage_end(struct view *v, struct run_result *r);
void lineage_close(struct lineage_run *l); /* NULL is fine */

/* In the folder of a run, while it goes on: what has begun and not ended. */
#define LINEAGE_JOURNAL "lineage.open"
/* lineage_dead.c: ABORT for what runs had open that app_store found dead. */
void lineage_dead(struct app *a, size_t n);

/* mask.c: text without the project's secrets. */
struct masks {
	struct arena arena;
	const char **v; /* owned; texts in the arena */
	size_t n, cap;
};
void
masks_collect(struct masks *m, const struct project *p, const char *also); /* also may be NULL */
void masks_add(const struct masks *m, const char *text, struct str *out);
void masks_fini(struct masks *m);

#endif
