/* SPDX-License-Identifier: Apache-2.0
 * Rules of type sql: one query over the rows that stay, through SQLite. This is the second pass: the
 * batches are kept (counted, not copied) until the end, and a virtual table shows their columns.
 *
 *	select count(*) from {object} where abs(a - b) > 0.5   ->   one number, for the operator
 *
 * {object} is the table, {property} the column that the rule stands at; ${table} and ${column} are the same. The connection is in memory
 * and may only read: nothing can be attached, written or loaded. Timestamps are microseconds, booleans
 * 0 and 1. */
#include "contract/rules.h"

#include <math.h>
#include <sqlite3.h>

struct vtab {
	sqlite3_vtab base;
	const struct kept *kept;
};
struct cursor {
	sqlite3_vtab_cursor base;
	const struct kept *kept;
	size_t batch;
	int64_t row;
};

/* --- the table ----------------------------------------------------------------------------------- */

/* To the next row that is there, from this one on. */
static void
settle(struct cursor *c)
{
	for (; c->batch < c->kept->n; c->batch++, c->row = 0) {
		const struct kept_batch *b = &c->kept->v[c->batch];

		while (c->row < frame_rows(b->frame) && b->taken && b->taken[c->row])
			c->row++;
		if (c->row < frame_rows(b->frame))
			return;
	}
}

static int
table_connect(sqlite3 *db, void *kept, int argc, const char *const *argv, sqlite3_vtab **out,
	char **message)
{
	const struct frame *f = ((const struct kept *)kept)->v[0].frame;
	struct str sql = {0};
	struct vtab *t;
	int rc;

	(void)argc, (void)argv, (void)message;
	str_add(&sql, "CREATE TABLE x(");
	for (int i = 0; i < frame_columns(f); i++) {
		char *name = sqlite3_mprintf("%s\"%w\"", i ? ", " : "", frame_column(f, i)->name);

		str_add(&sql, name ? name : "");
		sqlite3_free(name);
	}
	str_addc(&sql, ')');
	rc = sqlite3_declare_vtab(db, str_text(&sql));
	str_fini(&sql);
	t = rc == SQLITE_OK ? sqlite3_malloc(sizeof(*t)) : NULL;
	if (!t)
		return rc == SQLITE_OK ? SQLITE_NOMEM : rc;
	*t = (struct vtab){.kept = kept};
	*out = &t->base;
	return SQLITE_OK;
}

static int
table_plan(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	info->estimatedCost = 1e6; /* there is one way: all rows */
	return SQLITE_OK;
}

static int
table_disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

static int
cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	struct cursor *c = sqlite3_malloc(sizeof(*c));

	if (!c)
		return SQLITE_NOMEM;
	*c = (struct cursor){.kept = ((struct vtab *)t)->kept};
	*out = &c->base;
	return SQLITE_OK;
}

static int
cursor_close(sqlite3_vtab_cursor *c)
{
	sqlite3_free(c);
	return SQLITE_OK;
}

static int
cursor_first(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;

	(void)plan, (void)text, (void)argc, (void)argv;
	c->batch = 0;
	c->row = 0;
	settle(c);
	return SQLITE_OK;
}

static int
cursor_next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	c->row++;
	settle(c);
	return SQLITE_OK;
}

static int
cursor_eof(sqlite3_vtab_cursor *base)
{
	const struct cursor *c = (struct cursor *)base;

	return c->batch >= c->kept->n;
}

static int
cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int i)
{
	const struct cursor *c = (struct cursor *)base;
	const struct column *col = frame_column(c->kept->v[c->batch].frame, i);
	int64_t at = col->off + c->row;

	if (column_null(col, c->row)) {
		sqlite3_result_null(out);
	} else if (col->type == MLF_F64) {
		sqlite3_result_double(out, ((const double *)col->data)[at]);
	} else if (col->type == MLF_BOOL) {
		sqlite3_result_int(out, ((const uint8_t *)col->data)[at >> 3] >> (at & 7) & 1);
	} else if (col->type == MLF_UTF8) {
		const int32_t *ends = (const int32_t *)col->data + at;

		sqlite3_result_text(out, ends[1] > ends[0] ? col->bytes + ends[0] : "",
			ends[1] - ends[0], SQLITE_STATIC);
	} else {
		sqlite3_result_int64(out, ((const int64_t *)col->data)[at]);
	}
	return SQLITE_OK;
}

static int
cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	const struct cursor *c = (struct cursor *)base;

	*out = (sqlite3_int64)(c->batch << 40) + c->row;
	return SQLITE_OK;
}

static const sqlite3_module table = {
	.iVersion = 1,
	.xConnect = table_connect, /* no xCreate: the table is there by its module's name */
	.xBestIndex = table_plan,
	.xDisconnect = table_disconnect,
	.xOpen = cursor_open,
	.xClose = cursor_close,
	.xFilter = cursor_first,
	.xNext = cursor_next,
	.xEof = cursor_eof,
	.xColumn = cursor_column,
	.xRowid = cursor_rowid,
};

/* --- queries ------------------------------------------------------------------------------------- */

static int
only_reading(void *arg, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)arg, (void)a, (void)c, (void)d;
	if (action == SQLITE_FUNCTION && str_eq(b, "load_extension"))
		return SQLITE_DENY;
	return action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_FUNCTION ||
			action == SQLITE_RECURSIVE
		? SQLITE_OK
		: SQLITE_DENY;
}

/* The first value of the first row; NaN if there is none. */
static int
query(sqlite3 *db, const char *sql, double *out, char message[static 128])
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	*out = (double)NAN;
	if (rc == SQLITE_OK && st)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL)
		*out = sqlite3_column_double(st, 0);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE && rc != SQLITE_OK)
		(void)snprintf(message, 128, "cannot be run: %s", sqlite3_errmsg(db));
	sqlite3_finalize(st);
	return message[0] ? -1 : 0;
}

int
sql_result(const struct rule *r, const struct kept *kept, double *out, char message[static 128])
{
	sqlite3 *db = NULL;

	*out = (double)NAN;
	if (!kept->n) {
		(void)snprintf(message, 128, "no data at all");
		return -1;
	}
	/* The module only reads what it is given; SQLite's signature has no const. Once the table is
	 * known, nothing but reading is allowed. */
	if (sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
		sqlite3_create_module_v2(db, "object", &table, (void *)(uintptr_t)kept, NULL) !=
			SQLITE_OK ||
		sqlite3_exec(db, "select 1 from object limit 0", NULL, NULL, NULL) != SQLITE_OK) {
		(void)snprintf(message, 128, "cannot be run: %s", sqlite3_errmsg(db));
	} else {
		sqlite3_set_authorizer(db, only_reading, NULL);
		(void)query(db, r->sql, out, message);
	}
	(void)sqlite3_close(db);
	return message[0] ? -1 : 0;
}

void
kept_add(struct kept *k, const struct frame *batch, const uint8_t *taken)
{
	struct kept_batch *b;
	size_t n = (size_t)frame_rows(batch);

	k->v = mem_grow(k->v, &k->cap, k->n + 1, sizeof(*k->v));
	b = &k->v[k->n++];
	b->frame = frame_ref((struct frame *)(uintptr_t)batch); /* counting is no change */
	b->taken = NULL;
	if (!taken || !n)
		return;
	b->taken = mem_alloc(n);
	memcpy(b->taken, taken, n);
}

void
kept_fini(struct kept *k)
{
	for (size_t i = 0; i < k->n; i++) {
		frame_unref(k->v[i].frame);
		free(k->v[i].taken);
	}
	free(k->v);
	*k = (struct kept){0};
}

/* --- loading ------------------------------------------------------------------------------------- */

/* The length of {name} or {other}, also with a $ in front, at the beginning of the text; or 0. */
static size_t
stands_for(const char *text, const char *name, const char *other)
{
	size_t dollar = *text == '$', n = strcspn(text, "}");

	if (text[dollar] != '{' || !text[n])
		return 0;
	for (int i = 0; i < 2; i++) {
		const char *word = i ? other : name;

		if (n == dollar + 1 + strlen(word) && str_starts(text + dollar + 1, word))
			return n + 1;
	}
	return 0;
}

/* The query with {object} and {property} replaced; NULL after a report. */
static const char *
expand(struct loader *l, const struct ynode *n, const char *text, const char *column)
{
	struct str out = {0};
	const char *sql;
	bool object = false;

	while (*text) {
		size_t whole = stands_for(text, "object", "table");
		size_t property = whole ? 0 : stands_for(text, "property", "column");

		if (whole) {
			str_add(&out, "object");
			text += whole;
			object = true;
		} else if (property && column) {
			char *name = sqlite3_mprintf("\"%w\"", column);

			str_add(&out, name ? name : "");
			sqlite3_free(name);
			text += property;
		} else {
			str_addc(&out, *text++);
		}
	}
	sql = arena_strdup(l->arena, str_text(&out));
	str_fini(&out);
	if (object)
		return sql;
	loader_fail(l, &n->at, "write `select count(*) from {object} where ...`",
		"the query does not name the table as {object}");
	return NULL;
}

void
load_sql(struct loader *l, const struct ynode *n, const char *text, const struct about *about,
	const struct limit *limit)
{
	const struct ynode *node = yaml_get(n, "query");
	const char *sql;
	struct about mine = *about;
	struct rule *r;

	if (!text || !node) {
		loader_fail(l, &n->at, "write `query: select count(*) from {object} where ...`",
			"a rule of type sql has a query");
		return;
	}
	sql = expand(l, node, text, about->column);
	if (!sql)
		return;
	mine.column = NULL; /* it may look at any column */
	r = loader_rule(l, RULE_SQL, "sql", &mine, &n->at);
	r->column = about->column;
	r->sql = sql;
	r->whole = true;
	r->limit = *limit;
	r->expected = limit_text(l->arena, limit, NULL, "result");
}
