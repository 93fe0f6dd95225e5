/* SPDX-License-Identifier: Apache-2.0
 * From what somebody writes to one version of a model, and what is on record about it.
 *
 *	loan . loan/latest    the newest          loan@champion    by alias
 *	loan@3 . loan/3       by number           loan/Production  the newest of a stage */
#include "registry/store.h"

struct ref {
	const char *name;          /* arena */
	const char *alias, *stage; /* into the text that was asked for */
	int64_t number;
	bool by_number;
};

#define NO_PROMPT                                                                    \
	" NOT EXISTS (SELECT 1 FROM registered_model_tags t WHERE"                   \
	" t.name = registered_models.name AND t.key = 'mlflow.prompt.is_prompt' AND" \
	" t.value = 'true')"
static const char SQL_MODEL[] =
	"SELECT name, description, creation_time, last_updated_time FROM registered_models"
	" WHERE name = ? AND" NO_PROMPT;

/* 1 found, 0 none. */
static int
find_model(
	struct store *s, struct arena *a, const char *name, struct model_info *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = s->db ? db_query(s->db, &rows, e, SQL_MODEL, "s", name) : 0;

	if (rc == 0 && rows)
		rc = rows_next(rows, e);
	if (rc == 1)
		*out = (struct model_info){rows__text(a, rows, 0), rows__text(a, rows, 1),
			rows_i64(rows, 2), rows_i64(rows, 3)};
	rows_end(rows);
	return rc;
}

static const char SQL_NAMES[] =
	"SELECT name FROM registered_models WHERE" NO_PROMPT " ORDER BY name LIMIT 10000";

static int
no_model(struct store *s, const char *name, struct err *e)
{
	struct map names = {0};
	struct rows *rows = NULL;
	const char *near = NULL;

	if (s->db && db_query(s->db, &rows, NULL, SQL_NAMES, "") == 0)
		while (rows_next(rows, NULL) == 1)
			map_put(&names, rows_str(rows, 0), &names);
	rows_end(rows);
	near = map_near(&names, name);
	err_set(e, MLC_NOT_FOUND, "there is no model `%.200s`", name);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e, "all of them: mlflow-c registry list");
	map_fini(&names);
	return -1;
}

int
store_model(
	struct store *s, struct arena *a, const char *name, struct model_info *out, struct err *e)
{
	int rc = find_model(s, a, name, out, e);

	return rc == 0 ? no_model(s, name, e) : rc < 0 ? -1 : 0;
}

/* ---- which version */

static bool
is_number(const char *s, int64_t *out)
{
	s += *s == 'v' || *s == 'V';
	return *s && strspn(s, "0123456789") == strlen(s) && str_to_i64(s, out) == 0;
}

/* The name is what stands before the last @ or /, if the whole is not a name itself. */
static int
parse(struct store *s, struct arena *a, const char *which, struct ref *out, struct err *e)
{
	struct model_info info;
	const char *at = strrchr(which, '@'), *slash = strrchr(which, '/'), *cut = at ? at : slash;
	int rc = find_model(s, a, which, &info, e);

	*out = (struct ref){.name = which};
	if (rc != 0 || !cut)
		return rc < 0 ? -1 : 0;
	out->name = arena_strndup(a, which, (size_t)(cut - which));
	out->by_number = is_number(cut + 1, &out->number);
	if (out->by_number)
		return 0;
	if (at)
		out->alias = cut + 1;
	else if (!str_eq(cut + 1, "latest"))
		out->stage = cut + 1;
	return 0;
}

static const char SQL_NEWEST[] = "SELECT max(version) FROM model_versions WHERE name = ?1"
				 " AND current_stage <> 'Deleted_Internal'"
				 " AND (?2 IS NULL OR current_stage = ?2 COLLATE NOCASE)";
static const char SQL_HOLDER[] =
	"SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?";

static int
find_number(struct store *s, struct ref *r, struct err *e)
{
	if (r->by_number)
		return 0;
	if (r->alias)
		return db_get_i64(s->db, &r->number, e, SQL_HOLDER, "ss", r->name, r->alias);
	return db_get_i64(s->db, &r->number, e, SQL_NEWEST, "ss", r->name, r->stage);
}

static const char SQL_SPAN[] = "SELECT count(*), min(version), max(version) FROM model_versions"
			       " WHERE name = ? AND current_stage <> 'Deleted_Internal'";
static const char SQL_SOME_ALIASES[] =
	"SELECT group_concat(alias, ', ') FROM (SELECT alias FROM registered_model_aliases"
	" WHERE name = ? ORDER BY alias LIMIT 10)";

static void
say_what_there_is(struct store *s, const struct ref *r, struct err *e)
{
	struct rows *rows = NULL;
	const char *aliases;

	if (r->alias) {
		if (db_query(s->db, &rows, NULL, SQL_SOME_ALIASES, "s", r->name) == 0 &&
			rows_next(rows, NULL) == 1) {
			aliases = rows_str(rows, 0);
			err_help(e, aliases ? "it has: %s" : "it has no aliases%s",
				aliases ? aliases : "");
		}
	} else if (db_query(s->db, &rows, NULL, SQL_SPAN, "s", r->name) == 0 &&
		rows_next(rows, NULL) == 1 && rows_i64(rows, 0) > 0) {
		err_help(e, "it has %lld, from %lld to %lld: mlflow-c registry versions %s",
			(long long)rows_i64(rows, 0), (long long)rows_i64(rows, 1),
			(long long)rows_i64(rows, 2), r->name);
	}
	rows_end(rows);
}

static int
no_version(struct store *s, struct arena *a, const struct ref *r, struct err *e)
{
	struct model_info info;
	int rc = find_model(s, a, r->name, &info, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return no_model(s, r->name, e);
	if (r->alias)
		err_set(e, MLC_NOT_FOUND, "no version of `%s` has the alias `%.200s`", r->name,
			r->alias);
	else if (r->stage)
		err_set(e, MLC_NOT_FOUND, "no version of `%s` is in the stage `%.200s`", r->name,
			r->stage);
	else if (r->by_number)
		err_set(e, MLC_NOT_FOUND, "`%s` has no version %lld", r->name,
			(long long)r->number);
	else
		err_set(e, MLC_NOT_FOUND, "`%s` has no version", r->name);
	say_what_there_is(s, r, e);
	return -1;
}

int
store_version(
	struct store *s, struct arena *a, const char *which, struct version_row *out, struct err *e)
{
	struct ref r;
	int rc;

	which += str_starts(which, "models:/") ? strlen("models:/") : 0;
	if (!s->db)
		return no_model(s, which, e);
	if (parse(s, a, which, &r, e) < 0 || find_number(s, &r, e) < 0)
		return -1;
	rc = versions__one(s, a, r.name, r.number, out, e);
	return rc == 0 ? no_version(s, a, &r, e) : rc < 0 ? -1 : 0;
}

/* ---- what is on record about it */

static void
fill_pair(struct arena *a, const struct rows *rows, void *one)
{
	*(struct tag *)one = (struct tag){rows__text(a, rows, 0), rows__text(a, rows, 1)};
}

static const char SQL_TAGS[] =
	"SELECT key, value FROM model_version_tags WHERE name = ? AND version = ? ORDER BY key";
static const char SQL_MODEL_TAGS[] =
	"SELECT key, value FROM registered_model_tags WHERE name = ? ORDER BY key";

static const char SQL_BARE[] = "SELECT bare FROM mlc_model_versions WHERE name = ? AND version = ?";

static int
read_bare(struct store *s, struct arena *a, const struct version_row *v, const char **out,
	struct err *e)
{
	struct rows *rows = NULL;
	int rc;

	*out = NULL;
	if (s->level < LEVEL_VERSIONS || !v->hash)
		return 0;
	rc = db_query(s->db, &rows, e, SQL_BARE, "si", v->name, v->version);
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1)
		*out = rows__text(a, rows, 0);
	rows_end(rows);
	return rc < 0 ? -1 : 0;
}

int
store_version_detail(struct store *s, struct arena *a, const struct version_row *v,
	struct version_detail *out, struct err *e)
{
	static const struct row_shape shape = {sizeof(struct tag), fill_pair};
	struct row_list files, tags, model;
	struct rows *rows = NULL;

	if (files__read(s, a, v, &files, e) < 0 ||
		db_query(s->db, &rows, e, SQL_TAGS, "si", v->name, v->version) < 0 ||
		rows__collect(rows, a, &shape, &tags, e) < 0 ||
		db_query(s->db, &rows, e, SQL_MODEL_TAGS, "s", v->name) < 0 ||
		rows__collect(rows, a, &shape, &model, e) < 0)
		return -1;
	*out = (struct version_detail){files.v, tags.v, model.v, files.n, tags.n, model.n, NULL};
	return read_bare(s, a, v, &out->bare, e);
}

static void
fill_move(struct arena *a, const struct rows *rows, void *one)
{
	*(struct alias_row *)one = (struct alias_row){
		.alias = rows__text(a, rows, 0),
		.version = rows_i64(rows, 1),
		.previous = rows_i64(rows, 2),
		.why = rows__text(a, rows, 3),
		.moved_ms = rows_i64(rows, 4),
		.who = rows__text(a, rows, 5),
	};
}

static const char SQL_MOVES[] =
	"SELECT h.alias, h.version, h.previous, h.why, h.moved_ms,"
	" coalesce(h.who, (SELECT r.name FROM runs r WHERE r.run_uuid = h.run_id), h.run_id)"
	" FROM mlc_alias_history h WHERE h.name = ? ORDER BY h.move_id DESC";

int
store_alias_history(struct store *s, struct arena *a, const char *model, struct alias_row **out,
	size_t *n, struct err *e)
{
	static const struct row_shape shape = {sizeof(struct alias_row), fill_move};
	struct row_list list;
	struct rows *rows = NULL;

	*out = NULL;
	*n = 0;
	if (!s->db || s->level < LEVEL_VERSIONS)
		return 0;
	if (db_query(s->db, &rows, e, SQL_MOVES, "s", model) < 0 ||
		rows__collect(rows, a, &shape, &list, e) < 0)
		return -1;
	*out = list.v;
	*n = list.n;
	return 0;
}
