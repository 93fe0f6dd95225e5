/* SPDX-License-Identifier: Apache-2.0
 * Private to registry/: the open store and what its files do for one another.
 *
 * Functions that say "in a transaction" leave beginning and ending it to their caller. */
#ifndef REGISTRY_STORE_H
#define REGISTRY_STORE_H

#include <sys/types.h>
#include "registry/registry.h"

/* lock.c: the bytes of `<store>-mlc-locks`. Byte 0 belongs to whoever creates the store, byte `num`
 * to run `num`. */
#define LOCK_CREATE 0
struct locks {
	int fd; /* -1: there is no lock file, so nobody holds anything */
	int64_t *
		held; /* owned; the runs this store holds: the kernel never reports our own locks */
	size_t n, cap;
};
enum lock_mode { LOCK_LOOK, LOCK_HOLD };
/* LOCK_LOOK never creates the file. */
MUST_CHECK int
lock__open(struct locks *l, const char *store_path, enum lock_mode mode, struct err *e);
void lock__close(struct locks *l); /* lets go of everything */
MUST_CHECK int lock__take(struct locks *l, int64_t num, struct err *e);
/* The same, but waits while another process has it. */
MUST_CHECK int lock__wait(struct locks *l, int64_t num, struct err *e);
void lock__drop(struct locks *l, int64_t num);
bool lock__held(const struct locks *l, int64_t num); /* by anyone, us included */

struct store {
	struct db *db;       /* owned; NULL: there is no store yet (STORE_READ only) */
	char *path;          /* owned, absolute, links resolved */
	char *shown;         /* owned; the path as messages name it */
	char *root;          /* owned, absolute */
	char *experiment;    /* owned */
	int rootfd;          /* borrowed */
	struct clock *clock; /* borrowed */
	enum store_mode mode;
	int64_t level; /* the last of our migrations that the file has; 0: none */
	struct locks locks;
	char host[256], boot[64]; /* this machine, and this start of its kernel */
	char **recovered;         /* owned, like the names */
	size_t n_recovered, cap_recovered;
};

/* From this migration on there are the files and bare hashes of versions, who moved an alias, and the
 * index for lineage. */
#define LEVEL_VERSIONS 4

/* ddl.c: the texts. */
#define MLFLOW_REVISION "acf3f17fdcc7"
extern const char *const ddl__mlflow[];  /* NULL-terminated */
extern const char *const ddl__ours[];    /* migration i + 1; NULL-terminated */
extern const char *const ddl__indexes[]; /* on MLflow's tables; NULL-terminated */

/* schema.c: recognises a store, whoever wrote it, and brings our tables up to date. */
/* Before SQLite touches the file: it is there, a file, and not empty. */
MUST_CHECK int schema__check_file(const struct store *s, struct err *e);
MUST_CHECK int schema__check(struct store *s, struct err *e);
/* Names the file in what SQLite said of it. Returns -1. */
int schema__unreadable(const struct store *s, struct err *e);
MUST_CHECK int schema__revision(const struct store *s, char *out, size_t cap, struct err *e);
MUST_CHECK int schema__migrate(struct store *s, struct err *e);
/* Fills an empty database: MLflow's tables, its version row, experiment 0, our tables. */
MUST_CHECK int schema__fill(struct db *db, const char *root, int64_t now, struct err *e);

/* create.c: puts a whole new store at s->path; another process may be doing the same. Needs the
 * lock file open. */
MUST_CHECK int create__store(struct store *s, struct err *e);

/* recover.c */
bool recover__needed(struct store *s); /* true also when it cannot be told */
/* 1 if a run is that of another project on this machine: where MLflow is told its artifacts are; 0, or -1
 * if that cannot be told now. */
int recover__elsewhere(const struct store *s, const char *uri, const char *folder, struct err *e);
MUST_CHECK int recover__dead(struct store *s, struct err *e); /* in a transaction */
MUST_CHECK int recover__all(struct store *s, struct err *e);

/* names.c: id, name and folder of a new run, in a transaction. The folder is made; if out->folder is
 * set it is the caller's to remove when the run does not come to be. given may be NULL. */
MUST_CHECK int name__choose(struct store *s, const char *given, struct run_id *out, struct err *e);

/* The same for a name and an id that are known: the folder is made. */
MUST_CHECK int
name__take(const struct store *s, const char *name, struct run_id *out, struct err *e);

/* run.c: who is asking, as Python's getpass says it. */
const char *run__user(void);

/* run.c: writes down how the run ended, in a transaction. */
MUST_CHECK int run__close(
	struct store *s, const struct run_id *r, enum run_status st, int64_t end_ms, struct err *e);

/* values.c: metrics, parameters and tags as MLflow's store keeps them; in a transaction. */
/* s as valid UTF-8 of at most max characters: s itself if it is that already, else made in buf. */
const char *text__fit(struct str *buf, const char *s, size_t max);
MUST_CHECK int
value__metric(struct store *s, const char *run_id, const struct metric *m, struct err *e);
MUST_CHECK int
value__tag(struct store *s, const char *run_id, const char *key, const char *value, struct err *e);
/* The latest value of a metric: 1 found, 0 none. */
MUST_CHECK int
value__latest(struct store *s, const char *run_id, const char *key, double *out, struct err *e);

/* nodes.c, inputs.c; in a transaction. */
MUST_CHECK int nodes__record(struct store *s, const struct run_id *r, const struct node_fact *nodes,
	size_t n, struct err *e);
MUST_CHECK int input__record(struct store *s, const struct run_id *r, const char *node,
	const struct data_fact *d, struct err *e);

/* experiment.c: the id of s->experiment, made if absent; in a transaction. */
MUST_CHECK int experiment__id(struct store *s, int64_t *out, struct err *e);

/* collect.c: ends the query and leaves its rows, as structs, in the arena. After the last there is one
 * of zeros. */
struct row_shape {
	size_t size;
	void (*fill)(struct arena *a, const struct rows *rows, void *one);
};
struct row_list {
	void *v; /* arena */
	size_t n;
};
MUST_CHECK int rows__collect(struct rows *rows, struct arena *a, const struct row_shape *shape,
	struct row_list *out, struct err *e);
const char *rows__text(struct arena *a, const struct rows *rows, int col); /* NULL for NULL */

void
rows__metric(struct arena *a, const struct rows *rows, void *one); /* list.c: a struct metric */

/* list.c: one version that is not deleted: 1 found, 0 none. */
MUST_CHECK int versions__one(struct store *s, struct arena *a, const char *model, int64_t version,
	struct version_row *out, struct err *e);

/* export.c, import.c */
#define RUN_SCHEMA "mlflow-c/run"

/* files.c: the files of a model folder, with their hashes. */
struct file_list {
	struct arena *arena; /* of the texts; the caller sets it */
	struct file_row *v;  /* owned; by name */
	size_t n, cap;
	int64_t bytes; /* of all */
};
MUST_CHECK int files__hash(int rootfd, const char *path, struct file_list *out,
	char hash[static HASH_SHA_HEX], struct err *e);
void files__fini(struct file_list *list);
/* What is wrong with the first file that differs, and its name; NULL: none does. Rows of the list are
 * struct file_row; both are in the order of names. */
const char *
files__compare(const struct row_list *want, const struct file_list *got, const char **name);
MUST_CHECK int files__insert(struct store *s, const char *name, int64_t version,
	const struct file_list *list, struct err *e); /* in a transaction */
/* What was written down of a version's files: none if another program, or an older mlflow-c, did. */
MUST_CHECK int files__read(struct store *s, struct arena *a, const struct version_row *v,
	struct row_list *out, struct err *e);

/* search.c: the ids of the runs that are searched, in order. */
MUST_CHECK int search__runs(struct store *s, struct arena *a, const struct run_search *q,
	const char ***ids, size_t *n, struct err *e);

/* condition.c: "auc >= current + 0.01". */
struct condition {
	char metric[251];
	char op[3]; /* ">", ">=", "<", "<=" */
	bool current;
	double number; /* the bound, or what is added to `current` */
};
MUST_CHECK int condition__parse(const char *text, struct condition *out, struct err *e);
bool condition__holds(const struct condition *c, double own, double bound);

/* alias.c: moves an alias to a version if the condition holds, and says why in out; in a transaction. */
struct alias_claim {
	const char *model, *alias;
	const char *condition; /* NULL: always */
	const char *run_id;    /* the version's run: its metrics are compared */
	const char *who;       /* NULL: the run itself claims it */
	int64_t version;       /* of alias__drop: 0 */
};
MUST_CHECK int
alias__move(struct store *s, const struct alias_claim *w, struct registered *out, struct err *e);
/* 1, or 0: nobody had it. */
MUST_CHECK int
alias__drop(struct store *s, const struct alias_claim *w, const char *why, struct err *e);

/* model.c */
struct version_files {
	const char *path; /* relative to the root */
	const char *hash, *bare;
	int64_t bytes;
};
/* The next version of a model, which may be new, from the run; in a transaction. */
MUST_CHECK int version__insert(struct store *s, const struct run_id *r, const char *name,
	const struct version_files *f, int64_t *version, struct err *e);
MUST_CHECK int alias__check(const char *alias, struct err *e);

#endif
