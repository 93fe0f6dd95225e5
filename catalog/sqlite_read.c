/* SPDX-License-Identifier: Apache-2.0
 * Rows of a table or a query as batches. The statement runs in one read transaction from the first
 * row to the last, so that a reader never sees half of what somebody commits meanwhile.
 *
 * A column's type is what is expected, else what `dtype` says, else what the column is declared as.
 * An expression has no declaration: the first rows tell, and the rest has to agree. SQLite lets every
 * value be of any type, so each one is checked; none is converted. */
#include "catalog/sqlite.h"

#include <math.h>
#include <string.h>
#include "catalog/values.h"

#define SAMPLE 65536
#define EXACT (INT64_C(1) << 53)

struct reader {
	sqlite3 *db;          /* owned */
	sqlite3_stmt *stmt;   /* owned */
	enum mlf_type *types; /* owned */
	int n;
	int64_t rows;
	bool begun, ended; /* there was a batch; there are no more rows */
};

/* --- opening ------------------------------------------------------------------------------------- */

static int
no_table(struct mlf_dataset_host *h, const char *table)
{
	struct str text = {0};
	int rc;

	str_addf(&text, "there is no table `%s` in it", table);
	rc = sqlite_say(h, 0, text.s, "run the node that writes it, or correct `table`");
	str_fini(&text);
	return rc;
}

static bool
has_table(sqlite3 *db, const char *table)
{
	static const char sql[] = "SELECT 1 FROM pragma_table_info(?)";
	sqlite3_stmt *stmt = NULL;
	bool any = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK ||
		sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC) != SQLITE_OK ||
		sqlite3_step(stmt) !=
			SQLITE_DONE; /* a broken database fails later, with its text */

	(void)sqlite3_finalize(stmt);
	return any;
}

static int
prepare(struct mlf_dataset_host *h, struct reader *r, const struct sqlite_options *o)
{
	struct str sql = {0};
	const char *tail = "";
	int rc = 0;

	if (o->table) {
		str_add(&sql, "SELECT * FROM ");
		sqlite_add_name(&sql, o->table);
	} else {
		str_add(&sql, o->query);
	}
	if (o->table && !has_table(r->db, o->table))
		rc = no_table(h, o->table);
	else if (sqlite3_prepare_v2(r->db, sql.s, -1, &r->stmt, &tail) != SQLITE_OK)
		rc = sqlite_fail(h, r->db, 0);
	else if (tail[strspn(tail, " \t\r\n;")] || !r->stmt || !sqlite3_stmt_readonly(r->stmt) ||
		sqlite3_column_count(r->stmt) == 0)
		rc = sqlite_say(h, 0, "`query` is not one SELECT",
			"a query reads; what writes belongs into a node");
	str_fini(&sql);
	return rc;
}

/* The type that a value shows by itself; of null, what was known before. */
static enum mlf_type
seen(sqlite3_stmt *stmt, int i, enum mlf_type before)
{
	int type = sqlite3_column_type(stmt, i);

	if (type == SQLITE_NULL || (type == SQLITE_INTEGER && before == MLF_F64))
		return before;
	return type == SQLITE_INTEGER ? MLF_I64 : type == SQLITE_FLOAT ? MLF_F64 : MLF_UTF8;
}

/* Runs ahead over the first rows for the columns whose type nothing tells. */
static int
sample(struct mlf_dataset_host *h, struct reader *r)
{
	enum mlf_type *types = mem_alloc(((size_t)r->n + 1) * sizeof(*types));
	int unknown = 0, rc = SQLITE_ROW;

	for (int i = 0; i < r->n; i++)
		unknown += r->types[i] == 0;
	for (int64_t row = 0; unknown && row < SAMPLE; row++) {
		rc = sqlite3_step(r->stmt);
		if (rc != SQLITE_ROW)
			break;
		for (int i = 0; i < r->n; i++)
			types[i] = seen(r->stmt, i, types[i]);
	}
	for (int i = 0; i < r->n; i++)
		if (r->types[i] == 0)
			r->types[i] = types[i] ? types[i] : MLF_UTF8;
	free(types);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return sqlite_fail(h, r->db, 0);
	return sqlite3_reset(r->stmt) == SQLITE_OK ? 0 : sqlite_fail(h, r->db, 0);
}

static int
take_types(struct mlf_dataset_host *h, struct reader *r, const struct sqlite_options *o)
{
	r->n = sqlite3_column_count(r->stmt);
	r->types = mem_alloc(((size_t)r->n + 1) * sizeof(*r->types));
	for (int i = 0; i < r->n; i++) {
		const char *name = sqlite3_column_name(r->stmt, i);

		r->types[i] = mlf_expected(h, name);
		if (!r->types[i])
			r->types[i] = (enum mlf_type)(intptr_t)map_get(&o->types, name);
		if (!r->types[i])
			r->types[i] = o->every;
		if (!r->types[i])
			r->types[i] = sqlite_type_of(sqlite3_column_decltype(r->stmt, i));
	}
	return sample(h, r);
}

int
sqlite_read_open(struct mlf_dataset_host *h, void **state)
{
	struct sqlite_options o;
	struct reader *r;
	char path[64];

	if (sqlite_options(h, &o) < 0)
		return -1;
	r = mem_alloc(sizeof(*r));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", mlf_data_fd(h));
	if (sqlite_connect(h, path, SQLITE_OPEN_READONLY, &r->db) < 0 ||
		sqlite_exec(h, r->db, "BEGIN") < 0 || prepare(h, r, &o) < 0 ||
		take_types(h, r, &o) < 0) {
		sqlite_read_close(r);
		r = NULL;
	}
	sqlite_options_fini(&o);
	*state = r;
	return r ? 0 : -1;
}

/* --- values -------------------------------------------------------------------------------------- */

static const char *
type_found(int type)
{
	switch (type) {
	case SQLITE_INTEGER: return "an integer";
	case SQLITE_FLOAT: return "a float";
	case SQLITE_TEXT: return "a text";
	default: return "a blob";
	}
}

static int
unfit(struct mlf_dataset_host *h, const struct reader *r, int i)
{
	int type = sqlite3_column_type(r->stmt, i);
	struct str text = {0}, advice = {0};
	int rc;

	str_addf(&text, "column `%s` is %s, and the value is %s", sqlite3_column_name(r->stmt, i),
		type_name(r->types[i]), type_found(type));
	if (type != SQLITE_BLOB)
		str_addf(&text, ": `%.60s`", (const char *)sqlite3_column_text(r->stmt, i));
	str_addf(&advice,
		"correct the value, or read the column as another type: load_args: "
		"{dtype: {%s: ...}}",
		sqlite3_column_name(r->stmt, i));
	rc = sqlite_say(h, r->rows, text.s, advice.s);
	str_fini(&text);
	str_fini(&advice);
	return rc;
}

/* Integers that a float holds exactly are floats; NaN, which SQLite does not have, is the text NaN. */
static bool
as_f64(sqlite3_stmt *stmt, int i, double *v)
{
	int type = sqlite3_column_type(stmt, i);
	int64_t whole;

	if (type == SQLITE_TEXT) {
		*v = (double)NAN;
		return str_eq((const char *)sqlite3_column_text(stmt, i), "NaN");
	}
	if (type == SQLITE_INTEGER) {
		whole = sqlite3_column_int64(stmt, i);
		*v = (double)whole;
		return whole >= -EXACT && whole <= EXACT;
	}
	*v = sqlite3_column_double(stmt, i);
	return type == SQLITE_FLOAT;
}

static bool
as_i64(sqlite3_stmt *stmt, int i, enum mlf_type type, int64_t *v)
{
	const char *text;

	if (type == MLF_TIMESTAMP) {
		text = (const char *)sqlite3_column_text(stmt, i);
		return sqlite3_column_type(stmt, i) == SQLITE_TEXT &&
			value_timestamp(text, (size_t)sqlite3_column_bytes(stmt, i), v);
	}
	*v = sqlite3_column_int64(stmt, i);
	return sqlite3_column_type(stmt, i) == SQLITE_INTEGER &&
		(type == MLF_I64 || *v == 0 || *v == 1);
}

static int
push(struct mlf_dataset_host *h, const struct reader *r, struct mlf_builder *b, int i)
{
	double f;
	int64_t v;

	if (sqlite3_column_type(r->stmt, i) == SQLITE_NULL) {
		mlf_push_null(b, i);
	} else if (r->types[i] == MLF_F64) {
		if (!as_f64(r->stmt, i, &f))
			return unfit(h, r, i);
		mlf_push_f64(b, i, f);
	} else if (r->types[i] == MLF_UTF8) {
		if (sqlite3_column_type(r->stmt, i) != SQLITE_TEXT)
			return unfit(h, r, i);
		mlf_push_str(b, i, (const char *)sqlite3_column_text(r->stmt, i),
			sqlite3_column_bytes(r->stmt, i));
	} else {
		if (!as_i64(r->stmt, i, r->types[i], &v))
			return unfit(h, r, i);
		mlf_push_i64(b, i, v);
	}
	return 0;
}

/* --- batches ------------------------------------------------------------------------------------- */

/* One row into the batch: 1, 0 at the end, -1. Counts the bytes of its texts. */
static int
next_row(struct mlf_dataset_host *h, struct reader *r, struct mlf_builder *b, int64_t *bytes)
{
	int rc = sqlite3_step(r->stmt);

	if (rc == SQLITE_DONE)
		return 0;
	r->rows++;
	if (rc != SQLITE_ROW)
		return sqlite_fail(h, r->db, r->rows);
	for (int i = 0; i < r->n; i++) {
		if (push(h, r, b, i) < 0)
			return -1;
		if (r->types[i] == MLF_UTF8)
			*bytes += sqlite3_column_bytes(r->stmt, i);
	}
	return 1;
}

int
sqlite_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	struct reader *r = state;
	struct mlf_builder *b;
	int64_t n = 0, bytes = 0;
	int rc = 1;

	*batch = NULL;
	if (r->ended)
		return 0;
	b = mlf_batch(h);
	for (int i = 0; i < r->n; i++)
		(void)mlf_add_column(b, sqlite3_column_name(r->stmt, i), r->types[i]);
	while (n < h->batch_rows && bytes < h->batch_bytes && (rc = next_row(h, r, b, &bytes)) == 1)
		n++;
	if (rc < 0)
		return -1;
	r->ended = rc == 0;
	if (n > 0 || !r->begun)
		*batch = mlf_finish(b);
	r->begun = true;
	return 0;
}

void
sqlite_read_close(void *state)
{
	struct reader *r = state;

	(void)sqlite3_finalize(r->stmt);
	(void)sqlite3_close(r->db);
	free(r->types);
	free(r);
}

int
sqlite_exists(struct mlf_dataset_host *h, const char *target)
{
	const char *table = mlf_option(h, "", "table", NULL);
	sqlite3 *db;
	int rc;

	if (!table)
		return 1; /* whether a query can run shows when it runs */
	if (sqlite_connect(h, target, SQLITE_OPEN_READONLY, &db) < 0)
		return -1;
	rc = has_table(db, table);
	(void)sqlite3_close(db);
	return rc;
}
