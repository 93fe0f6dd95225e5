/* SPDX-License-Identifier: Apache-2.0
 * The room registry/: the record. One SQLite file that MLflow itself can open; what MLflow has no
 * table for lives in tables named mlc_*.
 *
 *	store_open -> run_begin -> (run_nodes | intent_* | run_register)* -> run_end -> store_close
 *
 * A run is alive as long as its process holds an fcntl lock on its byte of `<store>-mlc-locks`; the
 * kernel lets go when the process dies, and whoever opens the store next marks the run interrupted
 * and rolls its committed intents forward. The lock file is opened once per store and its descriptor
 * is never duplicated: closing any descriptor of that file would drop the locks. So a process has one
 * store open at a time for each file; a second store_open of it is refused (MLC_BUG). */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/base.h"
#include "catalog/catalog.h"

struct store;

enum store_mode { STORE_READ, STORE_WRITE };
/* Opens the store at path (absolute or relative to the project root, which rootfd is); STORE_WRITE
 * creates it if absent. Both first recover what dead runs left behind (STORE_READ does so through a
 * second, short-lived writing connection if there is anything to do and it may). An absent store in
 * STORE_READ mode gives an empty list of everything, and is not created. */
struct store_opts {
	const char *root; /* absolute */
	int rootfd;
	const char *path;       /* "runs/mlflow.db" */
	const char *experiment; /* name; created on first use */
	struct clock *clock;
	enum store_mode mode;
};
MUST_CHECK int store_open(struct store **out, const struct store_opts *o, struct err *e);
void store_close(struct store *s); /* NULL is fine */
/* Dead runs that this open marked interrupted, by name; for the note cmd/ prints. */
size_t store_recovered(const struct store *s, size_t i, const char **name);

/* Runs. */
struct run_new {
	const char *name; /* NULL: a memorable one is made */
	const char *pipeline, *env, *command;
	const char *config;        /* effective configuration as JSON, secrets masked */
	const char *options;       /* what it was asked for, as JSON, secrets masked; or NULL */
	const char *resumes;       /* name of the run that it continues, or NULL */
	int64_t helper;            /* pid of the process that its workers end with; 0: none */
	const char *const *writes; /* targets this run will write, for the lock; NULL-terminated */
	uint64_t seed;
};
/* Folders beneath a run's that are of use only while it lives. */
#define RUN_SCRATCH "scratch"
#define RUN_MEMORY "memory"
/* Where it keeps the sources that no commit holds. */
#define RUN_SOURCE "artifacts/source"
/* The name that process has, in comm. */
#define RUN_HELPER "mlflow-c zygote"
struct run_id {
	char id[33];
	char name[128];
	int64_t num;      /* its byte in the lock file */
	char folder[512]; /* runs/<experiment>/<run>, relative to the root; exists */
};
/* Inserts the run and takes its lock in one transaction. If a live run writes one of the targets:
 * MLC_LOCKED, naming it. */
MUST_CHECK int
run_begin(struct store *s, const struct run_new *r, struct run_id *out, struct err *e);

enum run_status { RUN_OK, RUN_FAILED, RUN_CONTRACT_FAILED, RUN_CANCELLED, RUN_INTERRUPTED };
const char *run_status_name(enum run_status st);
MUST_CHECK int run_end(struct store *s, const struct run_id *r, enum run_status st, struct err *e);

/* What a node did. Recorded in batches: all of them in one transaction, or none. */
struct metric {
	const char *key;
	double value;
	int64_t step, time_ms;
};
struct tag {
	const char *key, *value;
};
struct data_fact {                                         /* one dataset a node read or wrote */
	const char *dataset, *path, *hash, *schema, *type; /* path, schema may be NULL */
	int64_t rows, bytes;
	bool output;
	const char *contract; /* contract_result_json, or NULL */
};
struct node_fact {
	const char *name, *plugin, *plugin_hash,
		*status;   /* ok, failed, timeout, contract_failed, skipped, cancelled, cached */
	const char *error; /* diag_json, or NULL */
	int order, attempts;
	int64_t start_ms, wall_us, cpu_us, rss_bytes;
	const struct metric *metrics;
	size_t n_metrics;
	const struct tag *tags;
	size_t n_tags;
	const struct data_fact *data;
	size_t n_data;
	const char
		*basis; /* what its result rests on, as pipeline/basis.c writes it; NULL: unknown */
};
MUST_CHECK int run_nodes(struct store *s, const struct run_id *r, const struct node_fact *nodes,
	size_t n, struct err *e);
/* True if MLflow allows it as the key of a metric, parameter or tag; other keys are refused with
 * MLC_NAME, and a batch is all or nothing, so ask before. */
bool record_key_ok(const char *key);
/* Parameters (write-once) and tags of the whole run. Over-long values are cut as MLflow cuts them. */
MUST_CHECK int run_params(
	struct store *s, const struct run_id *r, const struct tag *params, size_t n, struct err *e);
MUST_CHECK int
run_tags(struct store *s, const struct run_id *r, const struct tag *tags, size_t n, struct err *e);

/* Publishing intents: committed before the first rename, closed together with the node's record. */
MUST_CHECK int intent_write(struct store *s, const struct run_id *r, const char *node,
	const struct publish_item *items, size_t n, struct err *e);
/* The node's outputs are in place: records the node and closes its intents in one transaction. */
MUST_CHECK int
intent_done(struct store *s, const struct run_id *r, const struct node_fact *node, struct err *e);

/* The schema and hash last written to a dataset, for reading its file back: 1 found, 0 none. The
 * texts are put into the arena. */
MUST_CHECK int store_written(struct store *s, struct arena *a, const char *path, const char **hash,
	const char **schema, struct err *e);

/* The plugin's hash and the basis of a node's last good run in an environment: 1 found, 0 none. A
 * good run without a basis hides the ones before it: it changed what they left. Into the arena. */
struct good_run {
	const char *plugin_hash, *basis;
};
MUST_CHECK int store_last_good(struct store *s, struct arena *a, const char *node, const char *env,
	struct good_run *out, struct err *e);
/* The same of a node that was ok or cached in one run, or 0: what it then rested on. */
MUST_CHECK int store_finished(struct store *s, struct arena *a, int64_t num, const char *node,
	struct good_run *out, struct err *e);
/* Gives a node that is on record its basis, once all that belongs to it has happened. */
MUST_CHECK int run_basis(struct store *s, const struct run_id *r, const char *node,
	const char *basis, struct err *e);

/* Models. */
struct register_wish {
	const char *name, *alias; /* alias may be NULL */
	const char *condition;    /* see mlf_register; NULL: always */
	const char *model_path;   /* the model folder, relative to the root */
	const char *node,
		*basis; /* of the node whose last wish this is: its basis, set with it; or NULL */
};
struct registered {
	int64_t version;
	bool holds; /* the condition does, or there is none */
	bool alias_moved;
	int64_t previous; /* who had the alias before it moved; 0: nobody */
	char why[160];    /* why the alias moved or not: "auc 0.951 > 0.949 (version 3)" */
};
/* What run_register would refuse for the wish's own sake: its names and condition. */
MUST_CHECK int wish_check(const struct register_wish *wish, struct err *e);
/* Copies the model under the run's artifacts, inserts the next version and moves the alias if the
 * condition holds, in one transaction. */
MUST_CHECK int run_register(struct store *s, const struct run_id *r,
	const struct register_wish *wish, struct registered *out, struct err *e);

/* Lists; every pointer is in the arena. */
struct version_row {
	const char *name, *run_id, *run_name, *source;
	const char *stage, *status, *description; /* MLflow's words; description may be NULL */
	const char *path,
		*hash; /* the folder, relative to the root, and its hash; NULL: not ours */
	int64_t version, created_ms, bytes; /* bytes: -1 if another program registered it */
	const char **aliases;               /* NULL-terminated */
	struct metric *metrics;
	size_t n_metrics;
};
/* Newest first within a model; model may be NULL: all. */
MUST_CHECK int store_versions(struct store *s, struct arena *a, const char *model,
	struct version_row **out, size_t *n, struct err *e);
/* The version that somebody means, also with `models:/` in front: NAME and NAME/latest the newest,
 * NAME@3, NAME/3 by number, NAME@ALIAS, NAME/STAGE. MLC_NOT_FOUND with what there is. */
MUST_CHECK int store_version(struct store *s, struct arena *a, const char *which,
	struct version_row *out, struct err *e);
/* A registered model: by its name alone. MLC_NOT_FOUND with what is near. */
struct model_info {
	const char *name, *description; /* description may be NULL */
	int64_t created_ms, updated_ms;
};
MUST_CHECK int store_model(
	struct store *s, struct arena *a, const char *name, struct model_info *out, struct err *e);
/* What only a look at one version needs. */
struct file_row {
	const char *name, *hash;
	int64_t bytes;
};
struct version_detail {
	struct file_row *files; /* by name; none: nobody wrote them down */
	struct tag *tags, *model_tags;
	size_t n_files, n_tags, n_model_tags;
	const char
		*bare; /* hash of the folder before it got run id, time and uuid; NULL: unknown */
};
MUST_CHECK int store_version_detail(struct store *s, struct arena *a, const struct version_row *v,
	struct version_detail *out, struct err *e);
/* Who had an alias, newest first. */
struct alias_row {
	const char *alias, *why, *who; /* who: the run or the person that moved it */
	int64_t version, previous;     /* 0: nobody */
	int64_t moved_ms;
};
MUST_CHECK int store_alias_history(struct store *s, struct arena *a, const char *model,
	struct alias_row **out, size_t *n, struct err *e);
/* Where the version's folder is on this machine, in *out: 0, or -1: it is elsewhere, or gone. */
MUST_CHECK int
store_version_folder(struct store *s, const struct version_row *v, struct str *out, struct err *e);
/* Hashes the files again. The first that is not what was registered is named: MLC_CHANGED. */
MUST_CHECK int store_verify(struct store *s, const struct version_row *v, struct err *e);

/* Changes of versions and models; the store is open for writing. */
struct promotion {
	const char *alias;     /* NULL: none */
	const char *condition; /* as in register_wish; NULL: always */
	const char *stage; /* NULL: as it is. Staging and Production have one version at a time */
};
/* All of it in one transaction; *out says what became of the alias. */
MUST_CHECK int store_promote(struct store *s, const struct version_row *v,
	const struct promotion *p, struct registered *out, struct err *e);
MUST_CHECK int
store_alias_drop(struct store *s, const char *model, const char *alias, struct err *e);
/* Tags of a version, or with version NULL of the model; one without a value is removed. */
MUST_CHECK int store_model_tag(struct store *s, const char *model, const int64_t *version,
	const struct tag *tags, size_t n, struct err *e);
MUST_CHECK int store_describe(struct store *s, const char *model, const int64_t *version,
	const char *text, struct err *e);
/* As MLflow deletes: a version's row stays, hidden and without its source, so that no number comes
 * twice; a model goes with all of its versions. The files stay until `runs gc`. */
MUST_CHECK int store_version_delete(struct store *s, const struct version_row *v, struct err *e);
MUST_CHECK int store_model_delete(struct store *s, const char *model, struct err *e);

/* The store as a file. */
struct store_report {
	const char *path;  /* absolute; of the store */
	char revision[64]; /* of MLflow's tables */
	int64_t level;     /* of ours; 0: it has none */
	int64_t runs, versions, bytes;
	char **problems; /* owned; none: it is whole */
	size_t n_problems, cap;
};
MUST_CHECK int store_check(struct store *s, struct store_report *out, struct err *e);
void store_report_fini(struct store_report *r);
/* Writes a copy, of one moment, to a file that is not there yet. */
MUST_CHECK int store_backup(struct store *s, const char *path, struct err *e);
MUST_CHECK int store_vacuum(struct store *s, struct err *e);
/* Lets the absolute paths that begin with `from` begin with the root instead; NULL: with what the
 * root was at the newest run. *was gets that, *n the number of paths. */
MUST_CHECK int
store_relocate(struct store *s, const char *from, struct str *was, int64_t *n, struct err *e);

/* How long a node took in its last good run of the pipeline. */
struct duration {
	const char *node;
	int64_t wall_us;
};
struct durations {
	struct duration *v; /* arena */
	size_t n;
};
/* Of every node that was ok in one of the last five runs of the pipeline in env. */
MUST_CHECK int store_durations(struct store *s, struct arena *a, const char *pipeline,
	const char *env, struct durations *out, struct err *e);
/* A run as lists show it: ours, or one that another program recorded in the same store. */
struct run_row {
	const char *run_id, *name;
	const char *status;         /* run_status_name, or `running`, `scheduled` */
	const char *pipeline, *env; /* NULL: not ours */
	const char *experiment, *user;
	int64_t start_ms, end_ms; /* end 0: not known */
	int64_t nodes, nodes_ok;
	const char *folder; /* of its logs and artifacts, relative to the root; NULL: not ours */
	int64_t num;        /* 0: not ours */
	bool deleted;
};
enum run_view { RUNS_ACTIVE, RUNS_DELETED, RUNS_ALL };
/* What to look for, in MLflow's search grammar; docs/runs.md has it. Mistakes are MLC_SEARCH with
 * their place in `--filter` or `--order-by`. */
struct run_search {
	const char *filter;   /* NULL: everything */
	const char *order_by; /* NULL: newest first */
	int64_t limit;        /* negative: all */
	enum run_view view;
};
MUST_CHECK int store_runs(struct store *s, struct arena *a, const struct run_search *q,
	struct run_row **out, size_t *n, struct err *e);
/* The run that somebody names: by its name (the newest of that name), id, the beginning of an id that
 * only one has, or `last`. MLC_NOT_FOUND with what is near. */
MUST_CHECK int
store_run(struct store *s, struct arena *a, const char *which, struct run_row *out, struct err *e);

/* What a run of ours was asked for: its options as run_new had them, and its seed. 1, or 0: not on
 * record, as of runs of an older mlflow-c. */
struct run_asked {
	const char *options; /* arena */
	uint64_t seed;
};
MUST_CHECK int store_asked(struct store *s, struct arena *a, const struct run_row *run,
	struct run_asked *out, struct err *e);

/* Everything on record about one run; all of it in the arena. Of a run that is not ours there are
 * params, metrics, tags and models. */
struct node_row {
	const char *name, *plugin, *plugin_hash, *status;
	const char *error; /* diag_json, or NULL */
	int64_t attempts, start_ms, wall_us, cpu_us, rss_bytes;
};
struct data_row {
	const char *node, *dataset, *path, *type, *hash; /* path, hash may be NULL */
	int64_t rows, bytes;
	bool output;
	const char *contract; /* contract_result_json, or NULL */
};
struct model_row {
	const char *name;
	int64_t version;
};
struct run_detail {
	struct node_row *nodes; /* in order */
	struct data_row *data;
	struct tag *params, *tags; /* by key */
	struct metric *metrics;    /* the latest of each, by key */
	struct model_row *models;
	size_t n_nodes, n_data, n_params, n_tags, n_metrics, n_models;
};
MUST_CHECK int store_detail(struct store *s, struct arena *a, const struct run_row *run,
	struct run_detail *out, struct err *e);
/* Where the last content of a dataset came from, or what was made of it: a tree, parents first. The
 * first row is the dataset itself; none: nothing is on record. */
struct lineage_row {
	int depth;
	const char *dataset, *hash, *type, *path, *schema; /* the last two may be NULL */
	const char *node, *run, *run_id;                   /* that made it, or read it */
	const char *model;                     /* a version that came of it, else NULL */
	int64_t version, rows, bytes, time_ms; /* rows -1: not known */
	bool output; /* the node made it; else it read it, and upstream that is where it ends */
	bool again;  /* what is beyond it stands above already */
};
struct lineage {
	struct lineage_row *v; /* arena */
	size_t n;
};
MUST_CHECK int store_lineage(struct store *s, struct arena *a, const char *dataset, bool upstream,
	struct lineage *out, struct err *e);

/* Every point of a metric, or with key NULL of all, by key, step and time. */
struct points {
	struct metric *v; /* arena */
	size_t n;
};
MUST_CHECK int store_history(struct store *s, struct arena *a, const char *run_id, const char *key,
	struct points *out, struct err *e);
/* A run as a folder: RUN_FILE, artifacts/ and logs/; with `only` the files and the row of that version
 * alone. dirfd is an empty folder. */
#define RUN_FILE "run.json"
MUST_CHECK int store_export(struct store *s, const struct run_row *run,
	const struct version_row *only, int dirfd, struct err *e);
/* Takes such a folder in, or nothing of it. MLC_CHANGED: a file is not what was exported. */
#define IMPORT_MODELS 16
struct import_result {
	struct run_id run;
	struct {
		char name[129];
		int64_t version;
	} models[IMPORT_MODELS]; /* the first of them */
	size_t n_models;
};
MUST_CHECK int store_import(struct store *s, int dirfd, struct import_result *out, struct err *e);

/* Changes of runs on record; the store is open for writing. A tag without a value is removed. */
MUST_CHECK int store_tag(struct store *s, const struct run_row *run, const struct tag *tags,
	size_t n, struct err *e);
MUST_CHECK int
store_delete(struct store *s, const struct run_row *run, bool deleted, struct err *e);
/* Removes a deleted run for good, with its folder. *kept says why it has to stay, or is NULL. */
MUST_CHECK int
store_purge(struct store *s, const struct run_row *run, const char **kept, struct err *e);

#endif
