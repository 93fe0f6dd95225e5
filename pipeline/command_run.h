/* SPDX-License-Identifier: Apache-2.0
 * What the files that run a program as a node share: command_run.c, command_data.c, command_report.c. */
#ifndef PIPELINE_COMMAND_RUN_H
#define PIPELINE_COMMAND_RUN_H

#include "pipeline/ctx.h"

struct report { /* what the program reports, as far as it was read */
	int fd;
	struct str text; /* the line that is not complete yet */
	int line;
	uint64_t bytes;
};
struct command_run {
	struct ctx *c;
	const char *folder;  /* of this attempt, beneath the root: job, report, tables */
	const char **in;     /* absolute paths, by input; NULL: absent */
	const char **out;    /* by output */
	const char *program; /* as messages call it */
	struct report report;
};

/* command_data.c: gives every input a file and every output a path; takes the outputs in. */
MUST_CHECK int command_inputs(struct command_run *r, struct err *e);
MUST_CHECK int command_outputs(struct command_run *r, struct err *e);
MUST_CHECK int command_take(struct command_run *r, struct err *e);
/* The dataset type of an input or output: of its entry, or that it is handed over as. */
const char *command_type(const struct dataset *entry, const char *type, enum mlf_kind kind);
/* Writes a small file beneath the root. */
MUST_CHECK int
command_write(const struct ctx *c, const char *path, const struct str *text, struct err *e);

/* command_report.c: takes what was added to the report. A line that says nothing sensible fails the
 * node. The last line needs no newline once the program is over. */
void report_take(struct command_run *r, bool over);

#endif
