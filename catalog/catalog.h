/* SPDX-License-Identifier: Apache-2.0
 * The room catalog/: a dataset's name becomes a dataset that can be read, staged and published.
 *
 *	worker:  dataset_open -> reader_next ...            reading, batch by batch
 *	worker:  stage_begin -> stage_* -> stage_end        a hidden sibling of the target, fsynced
 *	runner:  publish_all                                the only way a target changes
 *
 * Publishing is drawn in catalog/publish.c. Paths are relative to the project root. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include <mlflow-c/dataset.h>
#include "base/base.h"
#include "frame/frame.h"
#include "project/project.h"

struct catalog;

/* A catalog entry. Immutable; lives in its catalog's (or decoder's) arena. */
struct dataset {
	const char *name;
	const struct mlf_dataset_type *type;
	enum mlf_kind kind;  /* what ports it fits */
	const char *path;    /* relative to the root; NULL for memory; TYPE://PLACE on a server */
	bool outside;        /* allow_outside */
	bool versioned;      /* path is the folder of its versions, see dataset_at_version */
	const char *version; /* path is that of this version; NULL: there are none */
	const char *layer;   /* metadata.layer, or NULL */
	const char *model;   /* NAME@VERSION of the registered model that path leads to, or NULL */
	struct ynode *entry; /* load_args, save_args and the type's other options */
	const char *conf;    /* the environment it comes from; NULL: of no catalog */
	struct place at;
};

MUST_CHECK int catalog_load(struct catalog **out, struct project *p, struct errs *found);
void catalog_free(struct catalog *c); /* NULL is fine */
/* The entry called `name`, else the one that the most specific pattern makes, or NULL: then the
 * dataset is held in memory for the run. A pattern whose entry is wrong for this name counts as none;
 * catalog_find reports what is wrong, once a name. */
const struct dataset *catalog_get(const struct catalog *c, const char *name);
const struct dataset *catalog_find(const struct catalog *c, const char *name, struct errs *found);
size_t catalog_count(const struct catalog *c);
const struct dataset *catalog_at(const struct catalog *c, size_t i); /* in order of names */
const char *catalog_near(const struct catalog *c, const char *word); /* did-you-mean, or NULL */

/* An entry as JSON, for a worker; credentials inside, so it goes nowhere else. */
void dataset_encode(const struct dataset *d, struct jw *w);
MUST_CHECK int
dataset_decode(struct arena *a, const char *json, size_t len, struct dataset **out, struct err *e);
/* A dataset type by its name, built in or a module, or NULL. */
const struct mlf_dataset_type *catalog_type(const char *name);
bool dataset_exists(const struct dataset *d, int rootfd); /* any version, if it is versioned */

/* loose.c: files that no catalog names. The type that the end of a file's name tells, or NULL; and the file
 * as a dataset, all borrowed but what the arena holds. It may lie anywhere; type is a name of ours. */
const char *catalog_type_of_file(const char *path);
struct dataset *
dataset_of_file(struct arena *a, const char *name, const char *path, const char *type);

/* Versions of a versioned dataset, in order of time: names of [A-Za-z0-9_.-]. */
struct versions {
	const char **v; /* arena */
	size_t n;
};
MUST_CHECK int dataset_versions(
	const struct dataset *d, int rootfd, struct arena *a, struct versions *out, struct err *e);
/* The dataset as it was at a version; NULL: at the last one, and d itself if there is none. */
MUST_CHECK int dataset_at_version(struct arena *a, const struct dataset *d, int rootfd,
	const char *version, const struct dataset **out, struct err *e);
/* The dataset as a version that is yet to be written. */
MUST_CHECK int dataset_new_version(struct arena *a, const struct dataset *d, int rootfd,
	const char *version, const struct dataset **out, struct err *e);
void version_of_time(int64_t ms, char out[static 32]); /* YYYY-MM-DDThh.mm.ss.mmmZ */
const char *dataset_kind_name(enum mlf_kind kind);     /* "table", "model", ... */

/* Expected columns, from a contract or from an earlier write. */
struct schema {
	size_t n;
	struct schema_column {
		const char *name;
		enum mlf_type type;
	} * columns; /* arena */
};
/* From frame_schema_json's text. */
MUST_CHECK int
schema_decode(struct arena *a, const char *json, size_t len, struct schema *out, struct err *e);

/* Reading. Rows that cannot be read, of a dataset with on_bad_lines: skip or quarantine, go to a sink. */
struct reject_sink {
	void *arg;
	int (*put)(void *arg, const struct mlf_data_fault *why, const char *text, size_t n,
		struct err *e);
};
/* True if the rows that cannot be read are to be kept: on_bad_lines: quarantine. */
bool dataset_keeps_bad_lines(const struct dataset *d);
/* The entry NAME + suffix, for rows that are put aside; a CSV file under data/quarantine, called
 * `file`, if the catalog has none. NULL after a report to found. Of `name@csv` it is that of `name`. */
const struct dataset *catalog_aside(struct arena *a, const struct catalog *c, const char *name,
	const char *suffix, const char *file_suffix, struct errs *found);
struct read_opts {
	int rootfd;
	struct segs *segs; /* where the batches live */
	const struct schema
		*schema;  /* types to read as; columns not named are inferred; NULL: all */
	const char *path; /* where it is read from instead: what is staged for it; or NULL */
	const int *
		fd; /* instead of a file: this descriptor, a pipe maybe, which stays the caller's; or NULL */
	const char *known_hash;            /* if the file's hash is this one ... */
	const struct schema *known;        /* ... it is read with exactly this schema */
	const struct reject_sink *rejects; /* NULL: they are only counted */
	const char *upto; /* of an incremental dataset, the last partition to read; NULL: all */
};
struct reader;
MUST_CHECK int dataset_open(
	const struct dataset *d, const struct read_opts *o, struct reader **out, struct err *e);
MUST_CHECK int
reader_next(struct reader *r, struct frame **batch, struct err *e); /* 1, 0 end, -1 */
/* After the end: hash and size of the bytes that were read. */
struct read_facts {
	char hash[HASH_SHA_HEX]; /* XXH3-128 of a file, SHA-256 of the folder of partitions */
	uint64_t bytes;
	int64_t rejected; /* rows that could not be read, with on_bad_lines: skip or quarantine */
};
void reader_facts(const struct reader *r, struct read_facts *facts);
void reader_close(struct reader *r); /* NULL is fine */
/* The whole table as one frame with contiguous columns; facts may be NULL. */
MUST_CHECK int dataset_read_table(const struct dataset *d, const struct read_opts *o,
	struct frame **out, struct read_facts *facts, struct err *e);
/* Partitions (parts.h): whether it is a folder of them; whether only those behind its checkpoint are read;
 * the last id there is, "" for none; and the checkpoint as a dataset of bytes: the last id that was confirmed. */
bool dataset_is_parts(const struct dataset *d);
bool dataset_is_incremental(const struct dataset *d);
MUST_CHECK int dataset_parts_last(
	const struct dataset *d, int rootfd, struct arena *a, const char **out, struct err *e);
const struct dataset *dataset_checkpoint(struct arena *a, const struct dataset *d);
/* True of a table that is no file of its own: what it holds is known by dataset_content alone. */
bool dataset_is_shared(const struct dataset *d);
/* True of what names a version of a registered model, models:/NAME@ALIAS; where that is only the registry
 * knows. */
bool dataset_is_registered(const struct dataset *d);
/* True of what lies on a server: its path is a name and no file. */
bool dataset_is_remote(const struct dataset *d);
bool path_is_remote(const char *path);
/* True if what is staged for it is added to what it holds, instead of taking its place. */
bool dataset_appends(const struct dataset *d);
/* The hash of what such a table holds, as staging and reading give it. */
MUST_CHECK int
dataset_content(const struct dataset *d, int rootfd, char hash[static HASH_XXH_HEX], struct err *e);
/* The content of a json, text or bytes dataset. */
MUST_CHECK int
dataset_read_bytes(const struct dataset *d, int rootfd, struct str *out, struct err *e);

/* Reads one value from its text, as files hold it, into *f (float64) or *i (the others; booleans also as
 * yes and no, 1 and 0); false if it is none. Not for utf8. */
bool cell_read(enum mlf_type type, const char *s, size_t n, int64_t *i, double *f);
/* Appends a value as people read it, text without quotes; false and nothing if it is null. */
bool column_show(const struct column *c, int64_t i, struct str *out);

/* Staging. The token, of run and node, is part of the hidden name, so that two runs never share one.
 * stage_end fsyncs and hashes; an unfinished stage is removed by stage_abort. */
struct stage;
struct staged {
	char *path, *target; /* owned, relative to the root */
	bool folder;
	int64_t rows; /* -1: not a table */
	uint64_t bytes;
	char hash[HASH_SHA_HEX]; /* XXH3-128 of a file, SHA-256 of a folder */
	char *schema;            /* owned JSON; NULL: not a table */
	bool outside;            /* of the dataset: what publish_item wants to know */
};
void stage_token(const char *run_id, const char *node, char token[static 300]);
MUST_CHECK int stage_begin(
	const struct dataset *d, int rootfd, const char *token, struct stage **out, struct err *e);
/* The same for a stream: what is written goes to the descriptor (which stays the caller's) at once, and
 * nothing is left to publish; staged then has no path. */
MUST_CHECK int stage_stream(const struct dataset *d, int fd, struct stage **out, struct err *e);
MUST_CHECK int stage_table(struct stage *s, const struct frame *batch, struct err *e);
MUST_CHECK int stage_bytes(struct stage *s, const void *p, size_t n, struct err *e);
/* For models and path ports: the staged path, relative to the root, to be written by the caller. */
const char *stage_path(const struct stage *s);
MUST_CHECK int
stage_end(struct stage *s, struct staged *out, struct err *e); /* frees s on success */
/* Removes the stage that a dead writer with this token may have left. */
void stage_discard(const struct dataset *d, int rootfd, const char *token);
/* Removes what a dead run left staged for a target, of whichever node. */
void stage_sweep(int rootfd, const char *target, const char *run_id);
void stage_abort(struct stage *s); /* frees s */
void staged_fini(struct staged *s);

/* Publishing: renames and folder fsyncs. Only the runner calls this, after the intent is committed.
 * Each target is old or new at every moment. Replaying a publish that had already happened, whole
 * or in part, is harmless: an item whose stage is gone and whose target has the hash is done. */
struct publish_item {
	const char *stage, *target, *hash;
	bool folder;
	bool outside;    /* the dataset is allowed outside of the root */
	const char *run; /* the id of the run; with the stage's name it is the token of a commit */
	const struct dataset *entry; /* whose target it is, where the catalog is at hand; or NULL */
};
MUST_CHECK int publish_all(int rootfd, const struct publish_item *items, size_t n, struct err *e);
/* After a failure: true if it cannot be told now whether one of the items was published, because its server
 * is away. Then nothing staged may be removed: whoever publishes again finds out. */
bool publish_unsure(int rootfd, const struct publish_item *items, size_t n);

#endif
