/* SPDX-License-Identifier: Apache-2.0
 * The sqlite type as a catalog entry knows it, and what its files share.
 *
 *	loans:
 *	  type: sqlite
 *	  filepath: data/warehouse.db
 *	  table: loans                                   or query: SELECT ..., to be read only
 *	  save_args: {mode: upsert, key: [id]}           replace (default), append, upsert */
#include "catalog/sqlite.h"

#include <ctype.h>
#include <string.h>

#define PATIENCE_MS 20000

/* --- options ------------------------------------------------------------------------------------- */

static int
check_what(struct mlf_dataset_host *h, const struct sqlite_options *o)
{
	if (!o->table && !o->query)
		return mlf_option_fail(h, "", "table", "neither `table` nor `query` is given",
			"add `table: name`, or `query: SELECT ...`");
	if (o->table && o->query)
		return mlf_option_fail(
			h, "", "query", "both `table` and `query` are given", "keep one of them");
	if (o->table &&
		(!*o->table || sqlite3_strnicmp(o->table, "sqlite_", 7) == 0 ||
			sqlite3_stricmp(o->table, SQLITE_PUBLISHED) == 0))
		return mlf_option_fail(h, "", "table", "no table of yours can have that name",
			"names that begin with sqlite_ are SQLite's, " SQLITE_PUBLISHED
			" is the table in which we note what was published");
	return 0;
}

static int
check_mode(struct mlf_dataset_host *h, const struct sqlite_options *o)
{
	bool upsert = str_eq(o->mode, "upsert"), keyed = o->key && !str_eq(o->key, "[]");

	if (!upsert && !str_eq(o->mode, "replace") && !str_eq(o->mode, "append"))
		return mlf_option_fail(h, "save_args", "mode",
			"`mode` is neither `replace` nor `append` nor `upsert`",
			"replace: the table holds what was written last; append: rows are added; "
			"upsert: rows with a known key take the place of the old ones");
	if (upsert && !keyed)
		return mlf_option_fail(h, "save_args", "mode", "`mode: upsert` needs a `key`",
			"add `key: [column, ...]` to save_args");
	if (!upsert && keyed)
		return mlf_option_fail(h, "save_args", "key", "`key` is for `mode: upsert` only",
			"remove `key`, or write `mode: upsert`");
	return 0;
}

int
sqlite_options(struct mlf_dataset_host *h, struct sqlite_options *o)
{
	*o = (struct sqlite_options){
		.table = mlf_option(h, "", "table", NULL),
		.query = mlf_option(h, "", "query", NULL),
		.mode = mlf_option(h, "save_args", "mode", "replace"),
		.key = mlf_option(h, "save_args", "key", NULL),
	};
	if (check_what(h, o) == 0 && check_mode(h, o) == 0 &&
		dtype_read(h, &o->types, &o->every) == 0)
		return 0;
	sqlite_options_fini(o);
	return -1;
}

void
sqlite_options_fini(struct sqlite_options *o)
{
	map_fini(&o->types);
}

static int
check(struct mlf_dataset_host *h)
{
	struct sqlite_options o;

	if (sqlite_options(h, &o) < 0)
		return -1;
	sqlite_options_fini(&o);
	return 0;
}

/* --- types --------------------------------------------------------------------------------------- */

const char *
sqlite_decl(enum mlf_type type)
{
	static const char *const decls[] = {[MLF_BOOL] = "BOOLEAN",
		[MLF_I64] = "INTEGER",
		[MLF_F64] = "REAL",
		[MLF_UTF8] = "TEXT",
		[MLF_TIMESTAMP] = "TIMESTAMP"};

	return decls[type];
}

/* SQLite's own rule, which looks for parts of the words; before it, the words it knows nothing of. */
enum mlf_type
sqlite_type_of(const char *decl)
{
	static const struct {
		const char *part;
		enum mlf_type type;
	} parts[] = {{"BOOL", MLF_BOOL}, {"TIMESTAMP", MLF_TIMESTAMP}, {"DATE", MLF_TIMESTAMP},
		{"INT", MLF_I64}, {"CHAR", MLF_UTF8}, {"CLOB", MLF_UTF8}, {"TEXT", MLF_UTF8},
		{"REAL", MLF_F64}, {"FLOA", MLF_F64}, {"DOUB", MLF_F64}};
	struct str upper = {0};
	enum mlf_type type = 0;

	for (const char *p = decl; p && *p; p++)
		str_addc(&upper, (char)toupper((unsigned char)*p));
	for (size_t i = 0; type == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(str_text(&upper), parts[i].part))
			type = parts[i].type;
	str_fini(&upper);
	return type;
}

/* --- the library --------------------------------------------------------------------------------- */

int
sqlite_say(struct mlf_dataset_host *h, int64_t row, const char *text, const char *advice)
{
	struct mlf_data_fault fault = {.row = row, .text = text, .advice = advice};

	return mlf_data_fail(h, &fault);
}

static const char *
way_out(int code)
{
	static const struct {
		int code;
		const char *text;
	} ways[] = {
		{SQLITE_BUSY, "another program holds the database locked: let it finish"},
		{SQLITE_NOTADB, "`filepath` names a file that is no SQLite database"},
		{SQLITE_FULL, "make room on the disk and run it again"},
		{SQLITE_READONLY, "the file or its folder may not be written to"},
		{SQLITE_CANTOPEN, "the file or its folder may not be read or written"},
		{SQLITE_CONSTRAINT,
			"the table promises something that these rows break; nothing "
			"of them was written"},
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (ways[i].code == (code & 0xff))
			return ways[i].text;
	return NULL;
}

int
sqlite_fail(struct mlf_dataset_host *h, sqlite3 *db, int64_t row)
{
	int code = sqlite3_errcode(db) & 0xff;
	struct mlf_data_fault fault = {
		.row = row,
		.text = sqlite3_errmsg(db),
		.advice = way_out(code),
		.disk = code == SQLITE_FULL || code == SQLITE_IOERR,
	};

	return mlf_data_fail(h, &fault);
}

int
sqlite_connect(struct mlf_dataset_host *h, const char *path, int flags, sqlite3 **db)
{
	if (sqlite3_open_v2(path, db, flags, NULL) == SQLITE_OK &&
		sqlite3_busy_timeout(*db, PATIENCE_MS) == SQLITE_OK &&
		sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK &&
		sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK)
		return 0;
	(void)sqlite_fail(h, *db, 0);
	(void)sqlite3_close(*db);
	*db = NULL;
	return -1;
}

int
sqlite_exec(struct mlf_dataset_host *h, sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sqlite_fail(h, db, 0);
}

static void
add_quoted(struct str *sql, const char *text, char quote)
{
	str_addc(sql, quote);
	for (; *text; text++) {
		if (*text == quote)
			str_addc(sql, quote);
		str_addc(sql, *text);
	}
	str_addc(sql, quote);
}

void
sqlite_add_name(struct str *sql, const char *name)
{
	add_quoted(sql, name, '"');
}

void
sqlite_add_text(struct str *sql, const char *text)
{
	add_quoted(sql, text, '\'');
}

/* --- the type ------------------------------------------------------------------------------------ */

static const struct mlf_option options[] = {
	{"", "table", MLF_OPT_STR, false, "the table that is read and written"},
	{"", "query", MLF_OPT_STR, false, "instead: a SELECT whose rows are read"},
	{"load_args", "dtype", MLF_OPT_ANY, false, "a type for all columns, or column: type"},
	{"save_args", "mode", MLF_OPT_STR, false, "replace, append or upsert (default: replace)"},
	{"save_args", "key", MLF_OPT_TEXTS, false, "upsert: the columns that tell rows apart"},
	{0},
};

const struct mlf_dataset_type sqlite_type = {
	.size = sizeof(sqlite_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "sqlite",
	.help = "A table of a SQLite database, or what a query gives.",
	.kind = MLF_TABLE,
	.options = options,
	.check = check,
	.read_open = sqlite_read_open,
	.read_next = sqlite_read_next,
	.read_close = sqlite_read_close,
	.write_open = sqlite_write_open,
	.write_next = sqlite_write_next,
	.write_end = sqlite_write_end,
	.commit = sqlite_commit,
	.probe = sqlite_probe,
	.exists = sqlite_exists,
};
