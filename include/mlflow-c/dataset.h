/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: how to write a dataset type.
 *
 * A type is a const struct of functions and a table of options; what it does not do is NULL. The
 * host opens files, beneath the project root, and a type never sees a path: it reads and writes
 * bytes through its host, which hashes them on the way. Batches cross as frames (frame.h).
 *
 *	reading:  read_open -> read_next ... until NULL -> read_close
 *	writing:  write_open -> write_next ... -> write_end
 *	          -> commit                                     tables in a database only
 *
 * A type may be built in, or be a module: a shared object of the name of the type in the folder
 * lib/mlflow-c/datasets, which ends with MLF_DATASET(type) and is loaded when a catalog names it.
 *
 * A call that fails says so once, through mlf_data_fail or mlf_option_fail, and returns -1; what a
 * host call reported (it returned -1) is not reported again. A type keeps no state but its own. */
#ifndef MLFLOW_C_DATASET_H
#define MLFLOW_C_DATASET_H

#include <mlflow-c/frame.h>

#define MLF_DATASET_ABI_MAJOR 1
#define MLF_DATASET_ABI_MINOR 3

/* How the value of an option is written in the catalog, and how the type gets it:
 * text as it is, numbers and booleans as text ("-7", "0.5", "true"), TEXTS (a list, or one alone) as
 * a JSON array of strings, ANY as JSON. */
enum mlf_option_type {
	MLF_OPT_STR = 1,
	MLF_OPT_INT,
	MLF_OPT_FLOAT,
	MLF_OPT_BOOL,
	MLF_OPT_TEXTS,
	MLF_OPT_ANY
};

/* An option of a catalog entry: `where` is "load_args", "save_args", "credentials", or "" for the
 * entry itself. Keys that no option of the type names are errors. */
struct mlf_option {
	const char *where, *key; /* the last entry of a list has no key */
	enum mlf_option_type type;
	bool required;
	const char *help;
};

/* What a failure is about. */
struct mlf_data_fault {
	int64_t row;        /* row of data, from 1; 0: none */
	int64_t line;       /* physical line of the file, from 1; 0: none */
	int column;         /* character in that line, from 1; 0: none */
	const char *text;   /* what is wrong */
	const char *advice; /* what to do about it, or NULL */
	bool disk;          /* since 1.3: not the data is to blame, but the disk */
};

/* What the host hands to every call; use the wrappers below. */
struct mlf_dataset_host {
	uint32_t size;
	/* A batch may have so many rows at most, and should end when its text takes so many bytes.
	 * Readers of a whole table ask for everything in one batch. */
	int64_t batch_rows, batch_bytes;
	const char *(*option)(
		struct mlf_dataset_host *, const char *where, const char *key, const char *def);
	enum mlf_type (*expected)(struct mlf_dataset_host *, const char *column);
	struct mlf_builder *(*build)(struct mlf_dataset_host *);
	int64_t (*read)(struct mlf_dataset_host *, void *into, size_t n);
	int (*write)(struct mlf_dataset_host *, const void *p, size_t n);
	int (*fd)(struct mlf_dataset_host *);
	int (*data_fail)(struct mlf_dataset_host *, const struct mlf_data_fault *);
	int (*option_fail)(struct mlf_dataset_host *, const char *where, const char *key,
		const char *text, const char *advice);
	const char *(*expected_name)(struct mlf_dataset_host *, size_t i);
	/* Since 1.3. */
	int (*reject)(struct mlf_dataset_host *, const struct mlf_data_fault *, const char *text,
		size_t n);
};

struct mlf_dataset_type {
	uint32_t size; /* of this struct */
	uint16_t abi_major, abi_minor;
	const char *name; /* what `type:` in catalog.yml says */
	const char *help;
	enum mlf_kind kind;
	bool folder; /* the path is a folder, written by the caller */
	bool memory; /* no path: lives for one run */
	const struct mlf_option *options;
	/* Looks at the options together, when the catalog is loaded; has no data to read or write. */
	int (*check)(struct mlf_dataset_host *);
	/* Reading a table: open gives a state, next a batch or NULL at the end (a table without rows
	 * is one batch without rows), close is called once after a successful open. */
	int (*read_open)(struct mlf_dataset_host *, void **state);
	int (*read_next)(struct mlf_dataset_host *, void *state, struct mlf_frame **batch);
	void (*read_close)(void *state);
	/* Writing a table to an empty file: the columns are the same in every batch. end is called once
	 * after a successful open, also when something failed (ok: false) and nobody wants the file. */
	int (*write_open)(struct mlf_dataset_host *, void **state);
	int (*write_next)(struct mlf_dataset_host *, void *state, struct mlf_frame *batch);
	int (*write_end)(struct mlf_dataset_host *, void *state, bool ok);
	/* Since 1.2, for tables in something that is no file of theirs alone, such as a database: the
	 * file that was written is the stage, and commit makes it the dataset. It has to be one
	 * transaction, which writes the token down as well and does nothing if it stands there already;
	 * it may run again, after a crash, and then in another process. Token NULL: a rehearsal, which
	 * does all of it but leaves no trace. probe: 1 if the token stands there, 0, or -1. Stage and
	 * target are paths that can be opened; the entry's options are not there: all that commit needs
	 * to know is in the stage. */
	int (*commit)(struct mlf_dataset_host *, const char *stage, const char *target,
		const char *token);
	int (*probe)(struct mlf_dataset_host *, const char *target, const char *token);
	/* 1 if what the entry names is in the target, which is there; 0, or -1. */
	int (*exists)(struct mlf_dataset_host *, const char *target);
	/* Since 1.3, for what lies on a server: there is no `filepath`, reading gets no bytes, and the
	 * stage lies beneath runs/. Gives the place as host:port/database#table, without secrets, the
	 * same for whoever names the same table; the target is TYPE://PLACE. Connects to nothing.
	 * Unlike others, commit and probe of such a type do get the options of the entry, credentials
	 * as well, from the configuration as it is then: none of them belongs into the stage. */
	int (*locate)(struct mlf_dataset_host *, char *place, size_t n);
};

/* Exports the type of a module. Once, at the end of a file. */
#define MLF_DATASET(type)                                                                          \
	const struct mlf_dataset_type *mlf_dataset_v1(void);                                       \
	__attribute__((visibility("default"))) const struct mlf_dataset_type *mlf_dataset_v1(void) \
	{                                                                                          \
		return &(type);                                                                    \
	}

/* The value of an option, or `def` if the entry does not give it. Lasts as long as the host. */
static inline const char *
mlf_option(struct mlf_dataset_host *h, const char *where, const char *key, const char *def)
{
	return h->option(h, where, key, def);
}
/* The type a column is to be read as; 0: infer it. */
static inline enum mlf_type
mlf_expected(struct mlf_dataset_host *h, const char *column)
{
	return h->expected(h, column);
}
/* The name of the i-th column that is expected, from 0; NULL behind the last. For formats in which a
 * table without rows says nothing about its columns. */
static inline const char *
mlf_expected_name(struct mlf_dataset_host *h, size_t i)
{
	return h->expected_name(h, i);
}
/* Begins a batch. Finish it with mlf_finish; mistakes made with it fail read_next by themselves. */
static inline struct mlf_builder *
mlf_batch(struct mlf_dataset_host *h)
{
	return h->build(h);
}
/* Reads up to n bytes: how many there were, 0 at the end, -1 after a failure. */
static inline int64_t
mlf_read(struct mlf_dataset_host *h, void *into, size_t n)
{
	return h->read(h, into, n);
}
/* Writes all n bytes. Collect small pieces first. */
static inline int
mlf_write(struct mlf_dataset_host *h, const void *p, size_t n)
{
	return h->write(h, p, n);
}
/* The descriptor itself, for formats that seek; it stays the host's, which then hashes the file once
 * it is done. A type uses this or mlf_read and mlf_write, not both. */
static inline int
mlf_data_fd(struct mlf_dataset_host *h)
{
	return h->fd(h);
}
/* Reports what is wrong with the data. Returns -1. */
static inline int
mlf_data_fail(struct mlf_dataset_host *h, const struct mlf_data_fault *fault)
{
	return h->data_fail(h, fault);
}
/* Gives away a row that cannot be read, of an entry that tolerates those: what is wrong with it, and its
 * text as it is. 0, or -1 after a failure. */
static inline int
mlf_reject(
	struct mlf_dataset_host *h, const struct mlf_data_fault *fault, const char *text, size_t n)
{
	return h->reject(h, fault, text, n);
}
/* Reports what is wrong with an option; advice may be NULL. Returns -1. */
static inline int
mlf_option_fail(struct mlf_dataset_host *h, const char *where, const char *key, const char *text,
	const char *advice)
{
	return h->option_fail(h, where, key, text, advice);
}

#endif
