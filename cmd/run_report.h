/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: the parts of a run's report, each a piece of HTML, or nothing where there is nothing to say. */
#ifndef CMD_RUN_REPORT_H
#define CMD_RUN_REPORT_H

#include "cmd/page.h"
#include "cmd/runs.h"

/* run_report_html.c: text is escaped, always. */
void html(struct str *out, const char *tag, const char *text); /* <tag>text</tag> */
void html_fact(
	struct str *out, const char *name, const char *value); /* of a list; NULL and "": nothing */
void html_cell(struct str *out, const char *class, const char *text); /* of a table */
void html_head(struct str *out, const char *const *names, unsigned right);
void html_state(struct str *out, const char *status);

/* Each reads what is on record. */
void report_head(struct app *a, const struct run_about *r, struct str *out);
void report_failures(struct app *a, const struct run_about *r, struct str *out);
void report_times(struct app *a, const struct run_about *r, struct str *out);
void report_data(const struct run_about *r, struct str *out);
void report_contracts(const struct run_about *r, struct str *out);
void report_params(const struct run_about *r, struct str *out);
/* run_report_picture.c: metrics with their curves, the graph as it ran, what nodes left as files. */
MUST_CHECK int report_metrics(struct app *a, struct run_about *r, struct str *out, struct err *e);
MUST_CHECK int report_lineage(struct run_about *r, struct str *out, struct err *e);
MUST_CHECK int report_artifacts(struct app *a, struct run_about *r, struct str *out, struct err *e);

#endif
