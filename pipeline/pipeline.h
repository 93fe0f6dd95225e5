/* SPDX-License-Identifier: Apache-2.0
 * The room pipeline/: YAML to graph to slice to plan to run, and the processes that run nodes.
 *
 *	project_open -> pipeline_load -> graph_build -> graph_slice -> plan_make -> run_execute
 *
 * The runner decides, publishes and records, on one thread; it never loads a plugin. Nodes run in
 * workers forked from the zygote, which main starts before anything else exists. */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include <mlflow-c/hook.h>
#include "base/base.h"
#include "catalog/catalog.h"
#include "contract/contract.h"
#include "pipeline/openlineage.h"
#include "project/project.h"
#include "registry/registry.h"

/* ---- spec.c: what pipeline.yml says. Everything lives in the arena given to pipeline_load. */

struct spec_port {
	const char *port;    /* NULL: by position, or the only one */
	const char *dataset; /* or `parameters`, `params:a.b` */
	struct place at,
		port_at;  /* of the dataset, of the name before it; the same if there is none */
	const char *base; /* the dataset without @format: its vertex in the graph */
	bool param;       /* stands for parameters, and is no dataset */
};
struct spec_node {
	const char *name, *plugin; /* the name with its namespaces in front */
	const char *pipeline;      /* the top-level key it stands under */
	struct spec_port *inputs, *outputs;
	size_t n_inputs, n_outputs;
	const char **tags;
	size_t n_tags;
	const char *params; /* dotted key of its parameters; NULL: none */
	struct place params_at;
	int64_t retries, timeout_ms, memory;
	int64_t cpus; /* places of --jobs that it takes; 0: one */
	struct place at, plugin_at;
	const char *namespace_; /* "a.b"; NULL: none */
	struct spec_port *confirms;
	size_t n_confirms;
	int copy; /* which one of its foreach or matrix, from 1; 0: it has none */
	const struct ynode *command; /* the list of a node that is a program; NULL: a plugin */
	const struct ynode *types; /* of a program: how ports in memory are handed over, or NULL */
};
struct spec {
	const char *name; /* the pipeline's name */
	struct spec_node *nodes;
	size_t n;
};
/* Reads pipeline `name`, or the union of several ("a,b"). NULL: `__default__`, or the union of all if
 * there is none. */
MUST_CHECK int pipeline_load(struct arena *a, const struct project *p, const char *name,
	struct spec *out, struct errs *found);

/* ---- graph.c: who waits for whom. */

/* A node that reads nothing of another and waits for it nevertheless: its contract looks at a dataset
 * that the other one writes. */
struct graph_wait {
	int first, then; /* node indexes */
	const char *dataset;
	struct place at; /* of the rule */
};
struct graph_dataset {
	const char *name; /* without @format: all formats are one vertex */
	int producer;     /* node index, -1: none */
	int *readers;     /* arena */
	size_t n_readers;
	const struct spec_port *plain, *coded; /* a use without a format, and one with */
};
struct graph {
	const struct spec *spec;
	struct map by_name; /* dataset name -> struct graph_dataset * */
	int *order;         /* node indexes in Kedro's order: layers, then names */
	size_t n_order;
	struct arena *a;
	struct map nodes; /* node name -> struct spec_node * */
	int *listed; /* in order, what the filters select; `order` leaves out what need not run */
	size_t n_listed;
	const char **why;               /* by node: why it runs, or need not */
	const struct graph_wait *waits; /* arena */
	size_t n_waits;
};
/* Orders the nodes anew with these waits, which are in an arena that lives as long. */
MUST_CHECK int
graph_wait(struct graph *g, const struct graph_wait *waits, size_t n, struct errs *found);
MUST_CHECK int
graph_build(struct arena *a, const struct spec *spec, struct graph *out, struct errs *found);
void graph_fini(struct graph *g);
const struct graph_dataset *graph_dataset(const struct graph *g, const char *name);
/* Orders a part of the nodes as a graph of its own; part says of each node whether it belongs to it. */
void graph_sort(struct graph *g, const bool *part);
/* The node that writes what the port reads; -1: none. */
int graph_producer(const struct graph *g, const struct spec_port *input);

/* ---- slice.c: the part of the graph to run. Comma-separated names, NULL: not given. */

struct slice {
	const char *nodes, *from_nodes, *to_nodes, *tags;
	const char *from_inputs, *to_outputs, *namespaces;
	bool only_missing; /* leave out what would write only what exists; needs the next two */
	const struct catalog *catalog;
	int rootfd;
};
/* Drops from g->order what is not selected: each filter on the whole graph, results intersected. */
MUST_CHECK int graph_slice(struct graph *g, const struct slice *s, struct err *e);

/* ---- plan.c: everything known about the run before it starts. */

struct plugin_info; /* private: plugin.h */
struct hook;
struct plan_port {
	const struct mlf_port *port;
	const char *dataset;
	const struct dataset *entry;      /* NULL: in memory for the run */
	const char *contract;             /* file, or NULL */
	const struct dataset *quarantine; /* where the contract puts bad rows, or NULL */
	const struct dataset *bad_lines;  /* inputs: where rows go that cannot be read, or NULL */
	bool produced;                    /* inputs: a node of this plan writes it */
	int readers;                      /* outputs: nodes of this plan that read it */
	struct place at;
	const char *value; /* inputs that stand for parameters: their JSON; else NULL */
	const char
		*type; /* of a program, in memory: the dataset type it is handed over as, or NULL */
};
/* A dataset that contracts of a node's ports look at. */
struct plan_other {
	const char *dataset;
	const struct dataset *entry;
	bool produced; /* a node of this plan writes it */
};
struct plan_node {
	const struct spec_node *spec;
	const struct plugin_info *plugin;
	const struct mlf_node *def;
	struct plan_port *inputs, *outputs;
	size_t n_inputs, n_outputs;
	const char *params; /* JSON object of the checked parameters, defaults filled in */
	const char *program, *argv, *files; /* of a program, see command.h; else NULL */
	int *next;                          /* plan indexes of nodes that wait for this one */
	size_t n_next;
	int blockers;              /* how many nodes of the plan it waits for */
	struct plan_other *others; /* arena */
	size_t n_others;
};
struct plan {
	struct project *project;
	struct catalog *catalog;
	const struct graph *graph;
	struct plan_node *nodes; /* in order */
	size_t n;
	const struct hook *hooks; /* as mlflow-c.yml lists them, see hook.h */
	size_t n_hooks;
};
struct zygote;
struct plan_input {
	struct project *project;
	struct catalog *catalog;
	const struct graph *graph;
	struct zygote *zygote;
	const char *plugin_dir; /* relative to the root: build/nodes */
	const char *version;    /* of what is written to versioned datasets */
	const char
		*load_versions; /* DATASET:VERSION,... to read instead of the last; may be NULL */
};
MUST_CHECK int
plan_make(struct arena *a, const struct plan_input *in, struct plan *out, struct errs *found);

/* ---- zygote.c: the parent of all workers. */

/* Forks the zygote; call it first in main. The child never returns. */
MUST_CHECK int zygote_start(struct zygote **out, struct err *e);
void zygote_stop(struct zygote *z); /* NULL is fine; kills what still runs */

/* ---- plugin.c: plugins as others see them. */

/* Where the plugin called `file` (a name) lies: in the project's folder of plugins, relative to the root,
 * else with the program, absolute. A name of which the project has the source is the project's own, built
 * or not. NULL: nowhere. */
const char *
plugin_find(struct arena *a, const struct project *p, const char *dir, const char *file);
/* True of a path that plugin_find gave for one that came with the program. */
bool plugin_is_shipped(const char *path);

/* plugin_names.c: the names of plugins, those of the project before those that came with the program; owned. */
struct plugin_names {
	char **v;
	size_t n, cap;
	size_t own; /* how many of them are the project's */
};
void plugin_names(const struct project *p, const char *dir, struct plugin_names *out);
void plugin_names_fini(struct plugin_names *names);
/* The name of a plugin that is much like this one, or NULL; in the arena. */
const char *
plugin_near(struct arena *a, const struct project *p, const char *dir, const char *file);

/* Describes the plugin file in a worker of its own: name, version, hashes, nodes, ports, parameters.
 * A plugin that crashes while loading is an error here and nothing else. */
MUST_CHECK int plugin_describe(struct zygote *z, struct arena *a, const struct project *p,
	const char *path, const struct plugin_info **out, struct err *e);
const struct mlf_node *plugin_node(const struct plugin_info *info, const char *name); /* or NULL */
size_t plugin_nodes(const struct plugin_info *info, const struct mlf_node **nodes);
size_t plugin_hooks(const struct plugin_info *info, const struct mlf_hook **hooks);
const char *plugin_hash(const struct plugin_info *info);
const char *plugin_path(const struct plugin_info *info);

/* ---- secret.c: what must not get into the record. */

/* Writes a tree with everything secret as "***". */
void secret_json(struct jw *w, const struct ynode *n);
/* Adds an argument of the command line, `--params=db.api_token=***,x=1`. */
void secret_mask_arg(struct str *out, const char *arg);

/* ---- alone.c: one node alone, in this process, on files. */

struct alone_file {
	const char *port, *path;
};
struct alone_opts {
	const struct project *project;
	const char *plugin; /* file, relative to the root */
	const char *node;
	const struct alone_file *in, *out;
	size_t n_in, n_out;
	int64_t now_ms;
	void (*metric)(void *arg, const char *key, double value); /* may be NULL */
	void *arg;
};
MUST_CHECK int node_run_alone(const struct alone_opts *o, struct err *e);

/* ---- runner.c: the run. */

enum node_status {
	NODE_PENDING,
	NODE_RUNNING,
	NODE_OK,
	NODE_FAILED,
	NODE_TIMEOUT,
	NODE_CONTRACT,
	NODE_SKIPPED,
	NODE_CANCELLED,
	NODE_CACHED /* nothing it depends on has changed since its last good run */
};
const char *node_status_name(enum node_status st);

/* What happened to a node, for whoever shows or reports it. */
struct node_result {
	enum node_status status;
	int attempts;
	int checks, checks_failed;
	int64_t dropped, quarantined; /* rows that contracts took out */
	int64_t rejected;             /* rows that could not be read */
	int64_t wall_us, cpu_us, rss_bytes;
	int64_t rows;        /* of its first table output; -1: none */
	char *log;           /* owned; path of its log beneath the root; NULL: it wrote nothing */
	struct err *err;     /* owned; NULL: none */
	const char *blocker; /* skipped: the dataset it needed; the plan's */
	char *why;           /* owned; with `changed`, why it ran or not; else NULL */
};
struct model_result {
	char name[129];
	int64_t version;
	bool alias_moved;
	char alias[129], why[160];
};
struct run_watch { /* every function may be NULL */
	void *arg;
	void (*started)(void *arg, const struct run_id *run, const struct plan *plan);
	void (*node_started)(void *arg, size_t i, int attempt);
	void (*node_progress)(void *arg, size_t i, int64_t done, int64_t total);
	/* past its timeout; said only where it cannot be killed, with in_process */
	void (*node_late)(void *arg, size_t i);
	void (*node_ended)(void *arg, size_t i, const struct node_result *r);
	/* What goes on record of it, before it has ended; only of nodes that ran. */
	void (*node_facts)(void *arg, size_t i, const struct node_fact *f);
	void (*stopping)(void *arg, int running);
	/* What the node printed or logged, as it comes; not with in_process. */
	void (*node_output)(void *arg, size_t i, const char *p, size_t n);
	void (*node_waits)(void *arg, size_t i); /* it failed, and will be tried again */
	void (*warned)(void *arg, const char *text);
	void (*tick)(void *arg); /* every tick_ms, from the loop */
	unsigned tick_ms;
};
/* A run that stopped, and is to be continued. */
struct resume {
	const char *name; /* its name */
	int64_t num;
	uint64_t seed;
};
struct run_opts {
	const struct plan *plan;
	struct zygote *zygote;
	struct store *store;
	struct clock *clock;
	const char *name;    /* of the run; NULL: made up */
	const char *command; /* the command line, for the record */
	int jobs;            /* at most so many nodes at once */
	uint64_t shuffle;    /* for tests: not 0, and ready nodes go in an order of chance */
	bool in_process, keep_going;
	struct run_watch watch;
	bool changed;                /* leave out nodes that would only make again what is there */
	const struct resume *resume; /* leave out what that run finished; NULL: none */
	const uint64_t *seed;        /* NULL: that of mlflow-c.yml, else chance */
	const char *options;         /* what was asked for, for the record */
	const struct tag *tags;      /* of the run */
	size_t n_tags;
};
struct run_result {
	struct run_id id;
	enum run_status status;
	struct node_result *nodes; /* owned; one per plan node */
	size_t n_nodes;
	struct model_result *models; /* owned */
	size_t n_models;
	int signal;      /* that stopped it, 0: none */
	struct err err;  /* the first failure in time */
	bool broken;     /* that failure is the run's own, not a node's */
	char **warnings; /* owned; of hooks that failed and need not succeed */
	size_t n_warnings;
	int64_t wall_us;
};
/* Runs the plan. 0 if the run took place, whatever became of it; -1 if it could not. */
MUST_CHECK int run_execute(const struct run_opts *o, struct run_result *out, struct err *e);
void run_result_fini(struct run_result *r);

/* ---- changed.c: what --changed or --resume would do, as far as it can be known before anything
 * runs. */

struct forecast {
	bool run;
	bool stale; /* resume: it was finished, and plugin, settings or input are others since */
	const char *why; /* arena */
};
/* One per node of the plan, in the arena; resume NULL: since the last good run of each. A node that
 * reads what another one makes again may still be left out when the run finds the new content to be
 * the old one. */
struct forecast_of {
	const struct plan *plan;
	struct store *store;
	const struct resume *resume;
};
MUST_CHECK int
run_forecast(struct arena *a, const struct forecast_of *of, struct forecast **out, struct err *e);

/* ---- release.c: quarantined rows are checked again, and those that pass go into the dataset. */

struct release {
	struct project *project;
	struct store *store; /* open for writing */
	struct clock *clock;
	const struct dataset *target, *quarantine;
	const struct contract *contract;
	const struct catalog *catalog; /* of the datasets that the contract looks at */
	const struct dataset
		*corrected;  /* rows to use instead of those of the same run and row, or NULL */
	const char *where;   /* COLUMN OP VALUE: only those rows; NULL: all */
	const char *command; /* for the record */
};
struct release_result {
	struct run_id run;
	int64_t tried, released,
		kept; /* rows; kept: in quarantine, also those that were not tried */
	struct contract_result contract;
};
/* A run of its own: locked, with intent, on record. -1 if nothing was changed, and why. */
MUST_CHECK int release_rows(const struct release *o, struct release_result *out, struct err *e);
void release_result_fini(struct release_result *r);

/* ---- registered.c: an entry models:/NAME... as the folder of the version that it means now; MLC_NOT_FOUND. */
MUST_CHECK int registered_find(struct arena *a, struct store *s, const struct dataset *d,
	const struct dataset **out, struct err *e);

#endif
