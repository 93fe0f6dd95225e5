/* SPDX-License-Identifier: Apache-2.0
 * The postgres type as a catalog entry knows it.
 *
 *	loans:
 *	  type: postgres
 *	  credentials: warehouse                         con: postgresql://user:password@host/database
 *	  table: loans                                   or query: SELECT ..., to be read only
 *	  save_args: {mode: upsert, key: [id]}           replace (default), append, upsert */
#include "datasets/postgres/postgres.h"

#include <stdio.h>
#include <string.h>

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* --- types --------------------------------------------------------------------------------------- */

static const struct {
	Oid oid;
	enum mlf_type type;
} known_oids[] = {{OID_BOOL, MLF_BOOL}, {OID_I2, MLF_I64}, {OID_I4, MLF_I64}, {OID_I8, MLF_I64},
	{OID_F4, MLF_F64}, {OID_F8, MLF_F64}, {OID_NUMERIC, MLF_F64}, {OID_TEXT, MLF_UTF8},
	{OID_VARCHAR, MLF_UTF8}, {OID_BPCHAR, MLF_UTF8}, {OID_NAME, MLF_UTF8},
	{OID_DATE, MLF_TIMESTAMP}, {OID_TIMESTAMP, MLF_TIMESTAMP},
	{OID_TIMESTAMPTZ, MLF_TIMESTAMP}};

static const struct {
	Oid oid;
	const char *decl, *word;
} types[] = {[MLF_BOOL] = {OID_BOOL, "boolean", "bool"},
	[MLF_I64] = {OID_I8, "bigint", "int64"},
	[MLF_F64] = {OID_F8, "double precision", "float64"},
	[MLF_UTF8] = {OID_TEXT, "text", "utf8"},
	[MLF_TIMESTAMP] = {OID_TIMESTAMPTZ, "timestamptz", "timestamp"}};

Oid
type_oid(enum mlf_type type)
{
	return types[type].oid;
}

const char *
type_decl(enum mlf_type type)
{
	return types[type].decl;
}

const char *
type_word(enum mlf_type type)
{
	return types[type].word;
}

enum mlf_type
type_of_oid(Oid oid)
{
	for (size_t i = 0; i < sizeof(known_oids) / sizeof(known_oids[0]); i++)
		if (known_oids[i].oid == oid)
			return known_oids[i].type;
	return 0;
}

static enum mlf_type
type_of_word(const char *word)
{
	for (enum mlf_type t = MLF_BOOL; t <= MLF_TIMESTAMP; t++)
		if (same(types[t].word, word))
			return t;
	return 0;
}

/* --- options ------------------------------------------------------------------------------------- */

static int
check_name(struct mlf_dataset_host *h, const char *key, const char *name)
{
	if (name && (!*name || same(name, PUBLISHED)))
		return mlf_option_fail(h, "", key, "no table of yours can have that name",
			PUBLISHED " is the table in which we note what was published");
	if (name && strlen(name) > NAME_BYTES)
		return mlf_option_fail(h, "", key, "PostgreSQL's names have up to 63 bytes", NULL);
	return 0;
}

static int
check_what(struct mlf_dataset_host *h, const struct options *o)
{
	if (!o->table && !o->query)
		return mlf_option_fail(h, "", "table", "neither `table` nor `query` is given",
			"add `table: name`, or `query: SELECT ...`");
	if (o->table && o->query)
		return mlf_option_fail(
			h, "", "query", "both `table` and `query` are given", "keep one of them");
	if (check_name(h, "table", o->table) < 0)
		return -1;
	return check_name(h, "schema", o->schema);
}

static int
check_mode(struct mlf_dataset_host *h, const struct options *o)
{
	bool upsert = same(o->mode, "upsert");

	if (!upsert && !same(o->mode, "replace") && !same(o->mode, "append"))
		return mlf_option_fail(h, "save_args", "mode",
			"`mode` is neither `replace` nor `append` nor `upsert`",
			"replace: the table holds what was written last; append: rows are added; "
			"upsert: rows with a known key take the place of the old ones");
	if (upsert && !o->key.n)
		return mlf_option_fail(h, "save_args", "mode", "`mode: upsert` needs a `key`",
			"add `key: [column, ...]` to save_args");
	if (!upsert && o->key.n)
		return mlf_option_fail(h, "save_args", "key", "`key` is for `mode: upsert` only",
			"remove `key`, or write `mode: upsert`");
	return 0;
}

static int
check_dtype(struct mlf_dataset_host *h, struct options *o)
{
	const char *json = mlf_option(h, "load_args", "dtype", NULL);
	bool good = !json || (*json != '[' && texts_parse(&o->dtype, json));

	for (size_t i = o->dtype.n == 1 ? 0 : 1; i < o->dtype.n; i += 2)
		good &= type_of_word(o->dtype.v[i]) != 0;
	if (good)
		return 0;
	return mlf_option_fail(h, "load_args", "dtype",
		"`dtype` is neither a type nor a map of columns to types",
		"the types are bool, int64, float64, utf8 and timestamp");
}

int
options_get(struct mlf_dataset_host *h, struct options *o)
{
	const char *key = mlf_option(h, "save_args", "key", NULL);

	*o = (struct options){
		.con = mlf_option(h, "credentials", "con", ""),
		.schema = mlf_option(h, "", "schema", "public"),
		.table = mlf_option(h, "", "table", NULL),
		.query = mlf_option(h, "", "query", NULL),
		.mode = mlf_option(h, "save_args", "mode", "replace"),
	};
	if (key)
		(void)texts_parse(&o->key, key);
	if (check_what(h, o) == 0 && check_mode(h, o) == 0 && check_dtype(h, o) == 0)
		return 0;
	options_fini(o);
	return -1;
}

void
options_fini(struct options *o)
{
	texts_fini(&o->key);
	texts_fini(&o->dtype);
}

enum mlf_type
options_dtype(const struct options *o, const char *column)
{
	if (o->dtype.n == 1)
		return type_of_word(o->dtype.v[0]);
	for (size_t i = 0; i + 1 < o->dtype.n; i += 2)
		if (same(o->dtype.v[i], column))
			return type_of_word(o->dtype.v[i + 1]);
	return 0;
}

static int
check(struct mlf_dataset_host *h)
{
	struct options o;

	if (options_get(h, &o) < 0)
		return -1;
	options_fini(&o);
	return 0;
}

static int
locate(struct mlf_dataset_host *h, char *place, size_t n)
{
	struct options o;
	struct text text = {0};
	int rc;

	if (options_get(h, &o) < 0)
		return -1;
	rc = place_of(h, o.con, &text);
	if (o.table) {
		text_add(&text, "#");
		text_add_part(&text, o.schema);
		text_add(&text, ".");
		text_add_part(&text, o.table);
	}
	if (rc == 0 && (size_t)snprintf(place, n, "%s", text_of(&text)) >= n)
		rc = mlf_option_fail(h, "credentials", "con", "the place it names is too long",
			"name one host and one database");
	text_fini(&text);
	options_fini(&o);
	return rc;
}

/* --- the type ------------------------------------------------------------------------------------ */

static const struct mlf_option options[] = {
	{"credentials", "con", MLF_OPT_STR, true, "postgresql://user:password@host/database"},
	{"", "table", MLF_OPT_STR, false, "the table that is read and written"},
	{"", "schema", MLF_OPT_STR, false, "the schema it is in (default: public)"},
	{"", "query", MLF_OPT_STR, false, "instead: a SELECT whose rows are read"},
	{"load_args", "dtype", MLF_OPT_ANY, false, "a type for all columns, or column: type"},
	{"save_args", "mode", MLF_OPT_STR, false, "replace, append or upsert (default: replace)"},
	{"save_args", "key", MLF_OPT_TEXTS, false, "upsert: the columns that tell rows apart"},
	{0},
};

static const struct mlf_dataset_type postgres_type = {
	.size = sizeof(postgres_type),
	.abi_major = MLF_DATASET_ABI_MAJOR,
	.abi_minor = MLF_DATASET_ABI_MINOR,
	.name = "postgres",
	.help = "A table of a PostgreSQL database, or what a query gives.",
	.kind = MLF_TABLE,
	.options = options,
	.check = check,
	.read_open = pg_read_open,
	.read_next = pg_read_next,
	.read_close = pg_read_close,
	.write_open = pg_write_open,
	.write_next = pg_write_next,
	.write_end = pg_write_end,
	.commit = pg_commit,
	.probe = pg_probe,
	.exists = pg_exists,
	.locate = locate,
};

MLF_DATASET(postgres_type)
