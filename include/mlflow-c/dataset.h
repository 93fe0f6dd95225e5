/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: how to write a dataset type.
 *
 * A type is a const struct of functions and a table of options; what it does not do is NULL. Files
 * are opened by the host, beneath the project root: a type reads from and writes to descriptors and
 * never sees a path. Batches cross as frames (frame.h). Failing calls report through `fail` and
 * return -1. */
#ifndef MLFLOW_C_DATASET_H
#define MLFLOW_C_DATASET_H

#include <mlflow-c/frame.h>

enum mlf_option_type { MLF_OPT_STR = 1, MLF_OPT_INT, MLF_OPT_FLOAT, MLF_OPT_BOOL, MLF_OPT_ANY };

/* An option of a catalog entry: `where` is "load_args", "save_args" or "" (the entry itself). */
struct mlf_option {
	const char *where, *key; /* the last entry of a list has no key */
	enum mlf_option_type type;
	bool required;
	const char *help;
};

/* What the host hands to every call. */
struct mlf_dataset_host {
	uint32_t size;
	/* Options of the entry: text as written, or the default; JSON for lists and maps. */
	const char *(*option)(
		struct mlf_dataset_host *, const char *where, const char *key, const char *def);
	struct mlf_builder *(*build)(struct mlf_dataset_host *);
	/* The type a column is expected to have; 0: infer it. */
	enum mlf_type (*expected)(struct mlf_dataset_host *, const char *column);
	/* Reports a failure, with the row of data and the physical line it is about (0: none). */
	int (*fail)(struct mlf_dataset_host *, int64_t row, int64_t line, const char *text);
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
	/* Reading a table: open gives a state, next a batch of at most 65,536 rows or NULL at the
	 * end, close is called once after a successful open. */
	int (*read_open)(struct mlf_dataset_host *, int fd, void **state);
	int (*read_next)(struct mlf_dataset_host *, void *state, struct mlf_frame **batch);
	void (*read_close)(void *state);
	/* Writing a table to an empty file; end is called once, also after a failure. */
	int (*write_open)(struct mlf_dataset_host *, int fd, void **state);
	int (*write_next)(struct mlf_dataset_host *, void *state, struct mlf_frame *batch);
	int (*write_end)(struct mlf_dataset_host *, void *state, bool ok);
};

#endif
