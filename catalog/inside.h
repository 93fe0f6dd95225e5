/* SPDX-License-Identifier: Apache-2.0
 * What catalog/'s own files know of dataset types and of the host they run on.
 *
 *	struct host  =  struct mlf_dataset_host  +  the dataset, its file, the scope of the batch
 *	                what a type sees            what stands behind it
 *
 * One host serves one reading or one writing (or, without a file, one check of options). */
#ifndef CATALOG_INSIDE_H
#define CATALOG_INSIDE_H

#include "catalog/catalog.h"

#define DATASET_ABI_MAJOR MLF_DATASET_ABI_MAJOR
#define DATASET_ABI_MINOR MLF_DATASET_ABI_MINOR
/* How the path of a registered model begins. */
#define MODEL_URI "models:/"

/* The rows and the bytes of text of a batch that is read for streaming. */
#define BATCH_ROWS 65536
#define BATCH_BYTES (INT64_C(64) << 20)

/* --- types --------------------------------------------------------------------------------------- */

/* Fails: no type is called `name`. Says which one is meant, as far as that can be guessed. */
int dataset_type_unknown(const char *name, const struct place *at, struct err *e);

/* A type that is a module (module.c), or NULL and why: missing, refused, of another ABI. */
const struct mlf_dataset_type *module_type(const char *name, struct err *e);
/* True if there is a module of that name, or should be. */
bool module_expected(const char *name);

extern const struct mlf_dataset_type arrow_type;
extern const struct mlf_dataset_type csv_type;
extern const struct mlf_dataset_type jsonl_type;
extern const struct mlf_dataset_type sqlite_type;
extern const struct mlf_dataset_type parts_type;

/* Opens a reader; whole: one that gives all of a file in one batch. */
MUST_CHECK int reader_open(const struct dataset *d, const struct read_opts *o, bool whole,
	struct reader **out, struct err *e);

/* --- options ------------------------------------------------------------------------------------- */

/* Checks the options of one place of the entry against the table of the type: keys, types, and that
 * nothing is missing. For "" the keys are not checked. 0, or -1 if anything was found. */
MUST_CHECK int options_check(const struct dataset *d, const char *where, struct errs *found);
/* The value of an option as text for a type, made in the arena; NULL if it is not given. */
const char *
option_text(struct arena *a, const struct dataset *d, const char *where, const char *key);
/* The place of an option, or of the next thing around it that is there. */
struct place option_place(const struct dataset *d, const char *where, const char *key);

/* The option load_args.dtype: columns to enum mlf_type, or one type for every column. */
MUST_CHECK int dtype_read(struct mlf_dataset_host *h, struct map *types, enum mlf_type *every);

/* What a type lists that may be compressed. */
#define PACK_OPTIONS                                                                        \
	{"", "compression", MLF_OPT_STR, false, "none, gzip or zstd (default: by suffix)"}, \
	{                                                                                   \
		"", "compression_level", MLF_OPT_INT, false,                                \
			"gzip: 1 to 9 (default: 6); zstd: 1 to 19 (default: 3)"             \
	}

/* --- the host ------------------------------------------------------------------------------------ */

struct host {
	struct mlf_dataset_host pub;
	const struct dataset *d; /* borrowed */
	struct arena texts;      /* of options */
	struct err *e;           /* where the call that runs reports; borrowed */
	struct scope *scope;     /* of the batch that is made; borrowed */
	int fd;                  /* owned; -1: no file */
	bool seeks;              /* the type took fd: nothing was hashed on the way */
	struct pack *pack;       /* between type and file; owned; NULL: none */
	struct hash_xxh *hash;   /* of the bytes so far; owned */
	struct content *content; /* of a type that commits, instead of the bytes; owned */
	uint64_t bytes;
	struct schema known, wanted;       /* types to read as, the first before the second */
	const struct reject_sink *rejects; /* borrowed; NULL: none */
	int64_t rejected;
	/* of a commit for which a catalog was opened, see remote.c */
	struct project *project; /* owned */
	struct catalog *catalog; /* owned */
};

void host_init(struct host *h, const struct dataset *d, int fd);
/* Takes up the compression that the entry asks for, and writes what it held back. */
MUST_CHECK int host_begin(struct host *h, bool writes);
MUST_CHECK int host_end(struct host *h);
/* The bytes of the file itself, hashed. */
int64_t host_read(struct host *h, void *into, size_t n);
MUST_CHECK int host_write(struct host *h, const void *p, size_t n);
/* Ends the file: its hash and size. After a type that seeks this reads all of it. */
MUST_CHECK int
host_hash(struct host *h, char hex[static HASH_XXH_HEX], uint64_t *bytes, struct err *e);
void host_fini(struct host *h); /* closes fd */
/* Where the batch that is read is made, for our own types that make it in bulk; borrowed. */
struct scope *host_scope(struct mlf_dataset_host *pub);

/* --- contents of tables -------------------------------------------------------------------------- */

/* A hash of names, types and values in the order of the rows, however they come in batches: what a
 * table in a database is known by, whose file holds other tables too. */
struct content;
struct content *content_new(void);
void content_add(struct content *c, const struct frame *batch);
/* Hash, and how many bytes the values took. */
void content_end(struct content *c, char hex[static HASH_XXH_HEX], uint64_t *bytes);
void content_free(struct content *c); /* NULL is fine */

/* --- tables in databases ------------------------------------------------------------------------- */

/* What a type that commits publishes is called TYPE:PATH#TABLE. The type, if a target is one, and the
 * path as a copy; else NULL. */
const struct mlf_dataset_type *table_target(const char *target, char **path);
/* The name, owned. */
char *table_target_name(const struct dataset *d);
/* Commits what is staged for such a target and removes the stage; harmless if it had happened. */
MUST_CHECK int table_publish(int rootfd, const struct publish_item *item, struct err *e);
/* Whether the file, open as fd, holds what the entry names; true if that cannot be told. */
bool table_exists(const struct dataset *d, int fd);
/* Tries it in this process, without a trace. */
MUST_CHECK int table_rehearse(
	const struct dataset *d, int dirfd, const char *stage, const char *target, struct err *e);

/* --- on a server --------------------------------------------------------------------------------- */

/* For a type that locates: its path, made in the arena; others keep theirs. */
MUST_CHECK int remote_locate(struct host *h, struct arena *a, const char **path);
/* Where the stages of a remote target are put: beside a file of this name. */
char *remote_home(const char *target); /* owned */
/* Appends whose entry a stage is of, as part of its name. */
void remote_add_note(struct str *name, const struct dataset *d);
/* Gives the host the entry that the name of a stage notes, from the project as it is now. */
MUST_CHECK int remote_recall(struct host *h, int rootfd, const char *stage);

/* --- files --------------------------------------------------------------------------------------- */

/* Fails if json or text content is none; other kinds may hold anything. */
MUST_CHECK int
content_check(enum mlf_kind kind, const char *shown, const char *p, size_t n, struct err *e);
size_t parent_len(const char *path); /* of "a/b" in "a/b/c"; 0: the root */
/* Brings a folder and all in it to the disk. */
MUST_CHECK int folder_sync(int dirfd, const char *name, const char *shown, struct err *e);

#endif
