/* SPDX-License-Identifier: Apache-2.0
 * A job: everything one node needs to run once; and what came of it.
 *
 * The same struct drives a worker process (decoded from JSON, answered in JSON) and a thread of
 * --in-process (passed as it is). Everything is in the arena of whoever made it unless it says
 * otherwise. */
#ifndef PIPELINE_JOB_H
#define PIPELINE_JOB_H

#include <stdatomic.h>

#include "pipeline/plugin.h"
#include "catalog/catalog.h"
#include "frame/frame.h"
#include "registry/registry.h"

struct hook;

struct job_input {
	const char *port;
	enum mlf_kind kind;
	bool optional, absent; /* absent: nothing connected */
	const char *dataset;
	const struct dataset *entry;           /* NULL: handed over in memory only */
	struct frame *frame;                   /* handed over by pointer (threads); borrowed */
	const char *frame_json;                /* handed over by descriptor (processes) */
	const char *known_hash, *known_schema; /* of our last write of it, or NULL */
	const char *contract;                  /* checked while it is read, or NULL */
	const struct dataset *quarantine;      /* of rows that the contract takes out, or NULL */
	const struct dataset *bad_lines;       /* of rows that cannot be read, or NULL */
	const char *upto;  /* of an incremental dataset: the last partition to read, or NULL */
	const char *value; /* of parameters at a port: their JSON, instead of a dataset */
	const char *type;  /* of a program: what a table in memory is handed over as, or NULL */
	const char *hash, *stamp; /* the runner's: what the file was before it was read, or NULL */
};
struct job_output {
	const char *port;
	enum mlf_kind kind;
	const char *dataset;
	const struct dataset *entry; /* NULL: in memory only */
	const char *contract;
	const struct dataset *quarantine; /* as above */
	bool keep;                        /* a later node of this run reads it */
	bool optional;                    /* the node may leave it out */
	bool nowhere;                     /* a table of a port that nothing is connected to */
	const char *type;                 /* as above */
};
/* An incremental dataset: its checkpoint, and the id to write there. */
struct job_confirm {
	const struct dataset *entry;
	const char *upto;
};
struct job_other { /* that a contract looks at */
	const char *dataset;
	const struct dataset *entry;
};
struct job {
	uint64_t id;      /* unique in this runner; segments get the ids id << 20 ... */
	const char *root; /* absolute */
	int rootfd;
	const char *run_id, *run_folder, *node;
	const char *run_name, *pipeline, *conf;
	const char *plugin, *def;   /* plugin file, name of the node in it */
	struct plugin_id plugin_id; /* with the hash: what the plan knows it by */
	const char *plugin_hash;
	const char *program, *argv, *files; /* of a program, see command.h; else NULL */
	const char *params;                 /* JSON object */
	const char *segments; /* JSON list of the ids of the descriptors sent along, or NULL */
	uint64_t seed;
	uint64_t keep_bytes; /* of an output with a file, the most that is kept for later nodes */
	int64_t now_ms;
	struct job_input *inputs;
	struct job_output *outputs;
	size_t n_inputs, n_outputs;
	struct job_confirm *confirms;
	size_t n_confirms;
	struct job_other *others;
	size_t n_others;
	struct hook *hooks; /* that this node's worker calls, see hook.h */
	size_t n_hooks;
};

/* A dataset that was read or written. */
struct done_data {
	const char *port, *dataset;
	bool output, given;
	const char *stage, *target; /* outputs with an entry */
	bool folder, outside;
	const char *hash, *schema; /* may be NULL */
	int64_t rows;              /* -1: not a table */
	uint64_t bytes;
	struct frame *frame;       /* kept outputs in threads: owned, unref it */
	const char *frame_json;    /* kept outputs in processes */
	const char *contract_json; /* NULL: no contract */
	int checks, checks_failed;
	int64_t dropped, quarantined; /* rows that the contract took out */
	int64_t rejected;             /* rows that could not be read */
};
struct done_wish {
	const char *name, *alias, *condition, *model_path;
};
struct done_warning { /* what went wrong and changes nothing */
	const char *text;
};
struct done {
	struct err err; /* code 0: the node did what it declared */
	struct done_data *data;
	struct metric *metrics;
	struct tag *tags;
	struct done_wish *wishes;
	struct done_warning *warnings;
	size_t n_data, n_metrics, n_tags, n_wishes, n_warnings;
	const char *segments;      /* JSON list of the ids of the descriptors sent along, or NULL */
	int64_t cpu_us, rss_bytes; /* of the process that ran it */
};

/* Where a running job reports to. */
struct job_host {
	struct segs *segs;
	int ctl;                /* control socket for progress; -1: none */
	atomic_bool *cancelled; /* threads; NULL in a worker: SIGTERM says it */
	/* Called with the result while the node's memory still stands, or NULL. A worker sends it and
	 * exits there: tearing down what the kernel takes back anyway would keep the readers waiting. */
	void (*deliver)(void *arg, const struct done *d);
	void *arg;
};

/* Runs the node: loads nothing, `def` is the loaded definition. Always fills *out. */
void job_run(const struct job *j, const struct mlf_node *def, const struct job_host *h,
	struct arena *a, struct done *out);

/* job_wire.c */
void job_encode(const struct job *j, struct jw *w);
MUST_CHECK int
job_decode(struct arena *a, const char *json, size_t len, struct job *out, struct err *e);
void done_encode(const struct done *d, struct jw *w);
MUST_CHECK int
done_decode(struct arena *a, const char *json, size_t len, struct done *out, struct err *e);

#endif
