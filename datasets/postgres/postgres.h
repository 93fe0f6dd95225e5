/* SPDX-License-Identifier: Apache-2.0
 * The postgres type, a module: what its files share. It sees <mlflow-c/dataset.h> and libpq only.
 *
 *	read.c      a table or a query -> COPY ... TO STDOUT, binary -> batches
 *	write.c     batches -> the stage: what to do with them, and the rows as COPY wants them
 *	commit.c    the stage -> the table, in one transaction
 *	session.c   connections, statements, and what the server says of them
 *	text.c      texts that grow
 *	postgres.c  options, types; the type itself
 *
 * The stage is a file. Numbers are big-endian, as in PostgreSQL's own format:
 *
 *	"mlflow-c postgres 1\n"
 *	u32 + text, six times: schema, table, mode, keys and columns and decls as SQL
 *	u32 columns; for each: u32 + name, u32 oid, u32 whether it is one of the keys
 *	a stream of COPY ... FROM STDIN (FORMAT binary), up to the end */
#ifndef POSTGRES_H
#define POSTGRES_H

#include <libpq-fe.h>
#include <mlflow-c/dataset.h>
#include "datasets/postgres/text.h"

/* The table of ours in every schema that we write to: which token each table was made by. */
#define PUBLISHED "mlc_published"
#define STAGE_MAGIC "mlflow-c postgres 1\n"
#define NAME_BYTES 63 /* longer names are cut off by the server */
/* From 1970 to 2000, where PostgreSQL's time begins. */
#define EPOCH_US INT64_C(946684800000000)

/* The server's types that we know, by the numbers that they have in every server. */
enum {
	OID_BOOL = 16,
	OID_NAME = 19,
	OID_I8 = 20,
	OID_I2 = 21,
	OID_I4 = 23,
	OID_TEXT = 25,
	OID_F4 = 700,
	OID_F8 = 701,
	OID_BPCHAR = 1042,
	OID_VARCHAR = 1043,
	OID_DATE = 1082,
	OID_TIMESTAMP = 1114,
	OID_TIMESTAMPTZ = 1184,
	OID_NUMERIC = 1700
};

struct options {
	const char *con, *schema;
	const char *table, *query; /* one of them is NULL */
	const char *mode;          /* "replace", "append", "upsert" */
	struct texts key, dtype;   /* dtype: column, type, column, type, ...; or one type */
};
int options_get(struct mlf_dataset_host *h, struct options *o);
void options_fini(struct options *o);
/* What `dtype` says of a column; 0: nothing. */
enum mlf_type options_dtype(const struct options *o, const char *column);

/* What we declare a column as, by number and in words; what a column of the server means, or 0. */
Oid type_oid(enum mlf_type type);
const char *type_decl(enum mlf_type type);
enum mlf_type type_of_oid(Oid oid);
const char *type_word(enum mlf_type type);

/* --- the server ---------------------------------------------------------------------------------- */

struct session {
	struct mlf_dataset_host *h;
	PGconn *conn;
	char *password; /* owned: what no message may show; NULL: none */
};
/* Every call of these that fails has said so, and gives -1. */
int session_open(struct session *s, struct mlf_dataset_host *h, const char *con);
int session_run(struct session *s, const char *sql);
/* The rows of a query with up to two texts as parameters; NULL: failed. PQclear it. */
PGresult *session_query(struct session *s, const char *sql, const char *a, const char *b);
/* Whether such a query gives a row: 1, 0, -1. */
int session_asks(struct session *s, const char *sql, const char *a, const char *b);
/* Reports what the server said in r (NULL: the connection), about a row (0: none). Returns -1. */
int session_fail(struct session *s, const PGresult *r, int64_t row);
void session_close(struct session *s);

/* Reports a text, with a way out or NULL. Returns -1. */
int say(struct mlf_dataset_host *h, int64_t row, const char *text, const char *advice);
/* Where a connection string leads, without secrets: host:port/database. */
int place_of(struct mlf_dataset_host *h, const char *con, struct text *place);

/* --- the type's calls ------------------------------------------------------------------------------ */

int pg_read_open(struct mlf_dataset_host *h, void **state);
int pg_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch);
void pg_read_close(void *state);
int pg_write_open(struct mlf_dataset_host *h, void **state);
int pg_write_next(struct mlf_dataset_host *h, void *state, struct mlf_frame *batch);
int pg_write_end(struct mlf_dataset_host *h, void *state, bool ok);
int pg_commit(struct mlf_dataset_host *h, const char *stage, const char *target, const char *token);
int pg_probe(struct mlf_dataset_host *h, const char *target, const char *token);
int pg_exists(struct mlf_dataset_host *h, const char *target);

#endif
