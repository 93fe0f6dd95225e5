/* SPDX-License-Identifier: Apache-2.0
 * OpenLineage: what a run tells the outside world, as JSON of spec 2-0-2. Text only: where it goes is
 * cmd/lineage.h's business.
 *
 *	job      NAMESPACE / PIPELINE for the run, NAMESPACE / PIPELINE.NODE for a node
 *	run      the run's id (UUIDv7); of a node an id (UUIDv8) made from it and the node's name
 *	dataset  file / PATH, sqlite / PATH/TABLE, memory / PIPELINE/NAME */
#ifndef PIPELINE_OPENLINEAGE_H
#define PIPELINE_OPENLINEAGE_H

#include "base/base.h"

struct plan;
struct plan_node;
struct node_fact;

enum ol_type { OL_START, OL_COMPLETE, OL_FAIL, OL_ABORT };

/* Everything is borrowed. */
struct ol_event {
	enum ol_type type;
	int64_t time_ms;
	const char *run_id;                 /* 32 hex digits, of the run */
	const char *namespace_;             /* of jobs */
	const char *pipeline, *node;        /* node NULL: the run itself */
	const char *version;                /* of mlflow-c */
	const char *error;                  /* NULL: none */
	const char *description;            /* of the job, or NULL */
	const struct str *inputs, *outputs; /* from ol_datasets; may be NULL */
};

#define OL_UUID 37
/* A run id with dashes; the id of a node's run. */
void ol_uuid(const char *hex, char out[static OL_UUID]);
void ol_node_uuid(const char *run_id, const char *node, char out[static OL_UUID]);

/* One event as a JSON object, without a newline. */
void ol_event_json(const struct ol_event *e, struct str *out);

/* The inputs or outputs of a node as a JSON array: as planned, with what is on record of them (facts
 * NULL: nothing yet). What a node that failed wrote was not published: of it only the results of its
 * contract are told. */
struct ol_datasets {
	const struct plan *plan;
	const struct plan_node *node;
	const struct node_fact *facts;
	const char *version; /* of mlflow-c */
	bool outputs;
};
void ol_datasets_json(const struct ol_datasets *d, struct str *out);

#endif
