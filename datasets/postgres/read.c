/* SPDX-License-Identifier: Apache-2.0
 * Rows of a table or a query as batches, through COPY in binary: a row at a time, so that memory stays
 * flat, in one transaction that writes nothing and sees one state of the database.
 *
 * A column's type is what is expected, else what `dtype` says, else what the server's type means. What
 * the server can turn into it without loss it does, by a cast in the statement:
 *
 *	SELECT ... -> prepared, for names and types
 *	           -> COPY (SELECT c1, c2::text, ... FROM (SELECT ...) AS q (c1, c2, ...)) TO STDOUT */
#include "datasets/postgres/postgres.h"

#include <stdlib.h>
#include <string.h>

#define HEAD 19 /* bytes before the first row, without the extension */

struct column {
	char *name; /* owned */
	Oid oid;    /* of what comes */
	enum mlf_type type;
};

struct reader {
	struct session s;
	struct column *columns; /* owned */
	int n;
	int64_t rows;
	char *row; /* of libpq; NULL: none */
	bool headed, begun, ended;
};

/* --- types --------------------------------------------------------------------------------------- */

static bool
turns_into(Oid oid, enum mlf_type want)
{
	enum mlf_type is = type_of_oid(oid);

	return is == want || want == MLF_UTF8 || (is == MLF_I64 && want == MLF_F64) ||
		(is == MLF_BOOL && want == MLF_I64);
}

/* What the server is asked to make of a column; NULL: it comes as it is. */
static const char *
cast_of(Oid oid, enum mlf_type want)
{
	if (want == MLF_UTF8)
		return type_of_oid(oid) == MLF_UTF8 ? NULL : "text";
	if (oid == OID_NUMERIC || (want == MLF_F64 && type_of_oid(oid) == MLF_I64))
		return "float8";
	if (oid == OID_DATE)
		return "timestamp";
	return oid == OID_BOOL && want == MLF_I64 ? "int4" : NULL;
}

static Oid
cast_oid(const char *cast, Oid oid)
{
	static const struct {
		const char *cast;
		Oid oid;
	} oids[] = {{"text", OID_TEXT}, {"float8", OID_F8}, {"timestamp", OID_TIMESTAMP},
		{"int4", OID_I4}};

	for (size_t i = 0; cast && i < sizeof(oids) / sizeof(oids[0]); i++)
		if (strcmp(oids[i].cast, cast) == 0)
			return oids[i].oid;
	return oid;
}

static int
unfit(struct reader *r, const struct column *c, int mod, enum mlf_type want)
{
	static const char sql[] = "SELECT format_type($1::oid, $2::int)";
	char oid[16], typmod[16];
	struct text text = {0}, advice = {0};
	PGresult *name;

	(void)snprintf(oid, sizeof(oid), "%u", c->oid);
	(void)snprintf(typmod, sizeof(typmod), "%d", mod);
	name = session_query(&r->s, sql, oid, typmod);
	if (!name)
		return -1;
	text_addf(&text, "column `%s` is of the server's type %s, which ", c->name,
		PQgetvalue(name, 0, 0));
	if (want)
		text_addf(&text, "cannot be read as %s", type_word(want));
	else
		text_add(&text, "means none of ours");
	text_addf(&advice,
		"cast it in `query`: SELECT \"%s\"::%s ...; or read it as text: load_args: "
		"{dtype: {%s: utf8}}",
		c->name, want ? type_decl(want) : "text", c->name);
	(void)say(r->s.h, 0, text.s, advice.s);
	PQclear(name);
	text_fini(&text);
	text_fini(&advice);
	return -1;
}

static void
add_column(struct text *sql, int i, const char *cast)
{
	text_addf(sql, "%sc%d", i ? ", " : "", i);
	if (cast)
		text_addf(sql, "::%s", cast);
}

/* Takes names and types from the description, and adds the list of what is asked for. */
static int
take_columns(struct reader *r, const struct options *o, const PGresult *d, struct text *sql)
{
	r->n = PQnfields(d);
	r->columns = get_memory((size_t)r->n * sizeof(*r->columns) + 1);
	for (int i = 0; i < r->n; i++) {
		struct column *c = &r->columns[i];
		enum mlf_type want = mlf_expected(r->s.h, PQfname(d, i));
		const char *cast;

		c->name = strdup(PQfname(d, i));
		c->oid = PQftype(d, i);
		if (!want)
			want = options_dtype(o, c->name);
		c->type = want ? want : type_of_oid(c->oid);
		if (!c->type || !turns_into(c->oid, c->type))
			return unfit(r, c, PQfmod(d, i), want);
		cast = cast_of(c->oid, c->type);
		c->oid = cast_oid(cast, c->oid);
		add_column(sql, i, cast);
	}
	return 0;
}

/* --- opening ------------------------------------------------------------------------------------- */

static void
add_select(struct text *sql, const struct options *o)
{
	size_t n = o->query ? strlen(o->query) : 0;

	if (o->table) {
		text_add(sql, "SELECT * FROM ");
		text_add_name(sql, o->schema);
		text_add(sql, ".");
		text_add_name(sql, o->table);
		return;
	}
	while (n && strchr("; \t\r\n", o->query[n - 1]))
		n--;
	text_addn(sql, o->query, n);
}

static int
describe(struct reader *r, const char *sql, PGresult **d)
{
	PGresult *prepared = PQprepare(r->s.conn, "", sql, 0, NULL);
	int rc = 0;

	if (PQresultStatus(prepared) != PGRES_COMMAND_OK)
		rc = session_fail(&r->s, prepared, 0);
	PQclear(prepared);
	if (rc < 0)
		return -1;
	*d = PQdescribePrepared(r->s.conn, "");
	if (PQresultStatus(*d) != PGRES_COMMAND_OK)
		return session_fail(&r->s, *d, 0);
	if (PQnfields(*d) == 0 || PQnparams(*d) > 0)
		return say(r->s.h, 0, "`query` is not one SELECT that gives columns",
			"a query reads; what writes belongs into a node");
	return 0;
}

static int
begin_copy(struct reader *r, const char *sql)
{
	PGresult *begun = PQexec(r->s.conn, sql);
	int rc = PQresultStatus(begun) == PGRES_COPY_OUT ? 0 : session_fail(&r->s, begun, 0);

	PQclear(begun);
	return rc;
}

static int
ask(struct reader *r, const struct options *o)
{
	struct text select = {0}, copy = {0};
	PGresult *d = NULL;
	int rc;

	add_select(&select, o);
	rc = describe(r, text_of(&select), &d);
	text_add(&copy, "COPY (SELECT ");
	if (rc == 0)
		rc = take_columns(r, o, d, &copy);
	text_addf(&copy, " FROM (%s\n) AS q (", text_of(&select));
	for (int i = 0; i < r->n; i++)
		add_column(&copy, i, NULL);
	text_add(&copy, ")) TO STDOUT (FORMAT binary)");
	if (rc == 0)
		rc = begin_copy(r, copy.s);
	PQclear(d);
	text_fini(&select);
	text_fini(&copy);
	return rc;
}

int
pg_read_open(struct mlf_dataset_host *h, void **state)
{
	struct reader *r;
	struct options o;
	int rc;

	if (options_get(h, &o) < 0)
		return -1;
	r = get_memory(sizeof(*r));
	rc = session_open(&r->s, h, o.con);
	if (rc == 0)
		rc = session_run(&r->s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	if (rc == 0)
		rc = ask(r, &o);
	options_fini(&o);
	if (rc < 0) {
		pg_read_close(r);
		r = NULL;
	}
	*state = r;
	return rc;
}

/* --- values -------------------------------------------------------------------------------------- */

static uint64_t
number(const char *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static double
as_f64(Oid oid, const char *p)
{
	uint64_t bits = number(p, oid == OID_F4 ? 4 : 8);
	uint32_t half = (uint32_t)bits;
	double d;
	float f;

	if (oid == OID_F4) {
		memcpy(&f, &half, sizeof(f));
		return (double)f;
	}
	memcpy(&d, &bits, sizeof(d));
	return d;
}

static int
as_time(struct reader *r, const struct column *c, const char *p, int64_t *v)
{
	struct text text = {0};

	*v = (int64_t)number(p, 8);
	if (*v != INT64_MAX && *v != INT64_MIN && !__builtin_add_overflow(*v, EPOCH_US, v))
		return 0;
	text_addf(&text, "column `%s` is %s, which is no point in time", c->name,
		*v < 0 ? "-infinity" : "infinity");
	(void)say(r->s.h, r->rows, text.s,
		"make it null in `query`: nullif(column, 'infinity'); or read it as text");
	text_fini(&text);
	return -1;
}

/* How many bytes a value of the type has; 0: as many as come. */
static int
width(Oid oid)
{
	switch (oid) {
	case OID_BOOL: return 1;
	case OID_I2: return 2;
	case OID_I4:
	case OID_F4: return 4;
	case OID_I8:
	case OID_F8:
	case OID_TIMESTAMP:
	case OID_TIMESTAMPTZ: return 8;
	default: return 0;
	}
}

static int
push(struct reader *r, struct mlf_builder *b, int i, const char *p, int n)
{
	const struct column *c = &r->columns[i];
	int64_t v;

	switch (c->type) {
	case MLF_BOOL: mlf_push_bool(b, i, *p != 0); break;
	case MLF_F64: mlf_push_f64(b, i, as_f64(c->oid, p)); break;
	case MLF_UTF8: mlf_push_str(b, i, p, n); break;
	case MLF_TIMESTAMP:
		if (as_time(r, c, p, &v) < 0)
			return -1;
		mlf_push_i64(b, i, v);
		break;
	case MLF_I64:
		v = (int64_t)number(p, n);
		if (n == 2)
			v = (int16_t)v;
		else if (n == 4)
			v = (int32_t)v;
		mlf_push_i64(b, i, v);
		break;
	}
	return 0;
}

/* --- rows ---------------------------------------------------------------------------------------- */

static int
garbled(struct reader *r)
{
	return say(r->s.h, r->rows, "what the server sent is not what COPY in binary looks like",
		"see whether a proxy between here and the server changes what passes");
}

static int
push_row(struct reader *r, struct mlf_builder *b, const char *p, const char *end)
{
	for (int i = 0; i < r->n; i++) {
		Oid oid = r->columns[i].oid;
		int32_t n;

		if (end - p < 4)
			return garbled(r);
		n = (int32_t)number(p, 4);
		p += 4;
		if (n < 0) {
			mlf_push_null(b, i);
			continue;
		}
		if (end - p < n || (width(oid) && n != width(oid)))
			return garbled(r);
		if (push(r, b, i, p, n) < 0)
			return -1;
		p += n;
	}
	return p == end ? 0 : garbled(r);
}

/* The end of COPY: 0 if all went well. */
static int
end_copy(struct reader *r)
{
	PGresult *result = PQgetResult(r->s.conn);
	int rc = PQresultStatus(result) == PGRES_COMMAND_OK ? 0 : session_fail(&r->s, result, 0);

	PQclear(result);
	return rc;
}

/* Skips what stands before the first row: it comes together with that row. */
static bool
skip_head(struct reader *r, const char **p, const char *end)
{
	static const char signature[11] = "PGCOPY\n\377\r\n";
	uint32_t extension;

	if (r->headed)
		return true;
	r->headed = true;
	if (end - *p < HEAD || memcmp(*p, signature, sizeof(signature)) != 0)
		return false;
	extension = (uint32_t)number(*p + HEAD - 4, 4);
	if (extension > (size_t)(end - *p - HEAD))
		return false;
	*p += HEAD + extension;
	return true;
}

/* One row into the batch: 1, 0 at the end, -1. Counts its bytes. A message is a row; the first may be
 * the head alone, the last is a count of -1. */
static int
next_row(struct reader *r, struct mlf_builder *b, int64_t *bytes)
{
	const char *p, *end;
	int n, fields;

	do {
		PQfreemem(r->row);
		r->row = NULL;
		n = PQgetCopyData(r->s.conn, &r->row, 0);
		if (n < 0)
			return n == -1 ? end_copy(r) : session_fail(&r->s, NULL, r->rows);
		p = r->row;
		end = p + n;
		if (!skip_head(r, &p, end) || end - p == 1)
			return garbled(r);
		fields = p == end ? -1 : (int16_t)number(p, 2);
	} while (fields == -1);
	r->rows++;
	*bytes += n;
	if (fields != r->n)
		return garbled(r);
	return push_row(r, b, p + 2, end) < 0 ? -1 : 1;
}

int
pg_read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	struct reader *r = state;
	struct mlf_builder *b;
	int64_t n = 0, bytes = 0;
	int rc = 1;

	*batch = NULL;
	if (r->ended)
		return 0;
	r->s.h = h;
	b = mlf_batch(h);
	for (int i = 0; i < r->n; i++)
		(void)mlf_add_column(b, r->columns[i].name, r->columns[i].type);
	while (n < h->batch_rows && bytes < h->batch_bytes && (rc = next_row(r, b, &bytes)) == 1)
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
pg_read_close(void *state)
{
	struct reader *r = state;

	PQfreemem(r->row);
	session_close(&r->s);
	for (int i = 0; i < r->n; i++)
		free(r->columns[i].name);
	free(r->columns);
	free(r);
}

int
pg_exists(struct mlf_dataset_host *h, const char *target)
{
	static const char sql[] = "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid ="
				  " c.relnamespace WHERE n.nspname = $1 AND c.relname = $2";
	struct options o;
	struct session s;
	int rc;

	(void)target;
	if (options_get(h, &o) < 0)
		return -1;
	if (!o.table) {
		options_fini(&o);
		return 1; /* whether a query can run shows when it runs */
	}
	rc = session_open(&s, h, o.con);
	if (rc == 0) {
		rc = session_asks(&s, sql, o.schema, o.table);
		session_close(&s);
	}
	options_fini(&o);
	return rc;
}
