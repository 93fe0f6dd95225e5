/* SPDX-License-Identifier: Apache-2.0
 * The sqlite type: what its files share.
 *
 *	sqlite_read.c     a table or a query -> batches
 *	sqlite_write.c    batches -> the staged database
 *	sqlite_commit.c   the staged database -> the table, in one transaction
 *	sqlite.c          options, types, one way to report; the type itself
 *
 * What is staged is a database of its own, beside the target. It says itself what is to be done with
 * it, so that whoever finds it can finish the work without the catalog:
 *
 *	mlc_stage (mode, name, keys, columns, decls, sets)     one row, SQL that is ready to be used
 *	rows      the columns of the table, and its rows */
#ifndef CATALOG_SQLITE_H
#define CATALOG_SQLITE_H

#include <sqlite3.h>

#include "catalog/inside.h"

/* The table of ours in every database that we write to: which token each table was made by. */
#define SQLITE_PUBLISHED "mlc_published"

struct sqlite_options {
	const char *table, *query; /* one of them is NULL */
	const char *mode;          /* "replace", "append", "upsert" */
	const char *key;           /* JSON array of texts, or NULL */
	struct map types;          /* dtype: column to type */
	enum mlf_type every;       /* dtype of all columns; 0: none */
};

MUST_CHECK int sqlite_options(struct mlf_dataset_host *h, struct sqlite_options *o);
void sqlite_options_fini(struct sqlite_options *o);

/* What we declare a column as, and what a declaration means: 0, nothing that we know. */
const char *sqlite_decl(enum mlf_type type);
enum mlf_type sqlite_type_of(const char *decl);

/* Opens a database: it waits for locks, loads no extensions. On failure *db is NULL and said. */
MUST_CHECK int
sqlite_connect(struct mlf_dataset_host *h, const char *path, int flags, sqlite3 **db);
/* Reports what the database said, about a row (0: none). Returns -1. */
int sqlite_fail(struct mlf_dataset_host *h, sqlite3 *db, int64_t row);
/* Reports a text, with a way out or NULL. Returns -1. */
int sqlite_say(struct mlf_dataset_host *h, int64_t row, const char *text, const char *advice);
MUST_CHECK int sqlite_exec(struct mlf_dataset_host *h, sqlite3 *db, const char *sql);
void sqlite_add_name(struct str *sql, const char *name); /* "name", quoted */
void sqlite_add_text(struct str *sql, const char *text); /* 'text', quoted */

int sqlite_read_open(struct mlf_dataset_host *h, void **state);
int sqlite_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch);
void sqlite_read_close(void *state);
int sqlite_exists(struct mlf_dataset_host *h, const char *target);
int sqlite_write_open(struct mlf_dataset_host *h, void **state);
int sqlite_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch);
int sqlite_write_end(struct mlf_dataset_host *h, void *state, bool ok);
int
sqlite_commit(struct mlf_dataset_host *h, const char *stage, const char *target, const char *token);
int sqlite_probe(struct mlf_dataset_host *h, const char *target, const char *token);

#endif
