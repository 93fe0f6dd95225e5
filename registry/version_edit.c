/* SPDX-License-Identifier: Apache-2.0
 * Changes of model versions that are on record: aliases, stages, tags, descriptions, deletion. The
 * rows are those that MLflow's own client would write. The files of a version are never changed. */
#include "registry/store.h"

#include <strings.h>

#define DELETED "Deleted_Internal"

static const char SQL_HAS_WORKSPACES[] =
	"SELECT count(*) FROM pragma_table_info('registered_models') WHERE name = 'workspace'";
static const char SQL_WORKSPACES[] =
	"SELECT count(*) FROM registered_models WHERE workspace <> 'default'";

/* Newer MLflows may keep models of one name in several workspaces: we would change all of them. */
static int
check_workspace(struct store *s, struct err *e)
{
	int64_t has = 0, others = 0;

	if (db_get_i64(s->db, &has, e, SQL_HAS_WORKSPACES, "") < 0 ||
		(has && db_get_i64(s->db, &others, e, SQL_WORKSPACES, "") < 0))
		return -1;
	if (!others)
		return 0;
	err_set(e, MLC_STORE, "the registry `%s` has models in several workspaces", s->shown);
	return err_help(e, "mlflow-c knows one only; change them with MLflow's own client");
}

static int
begin(struct store *s, struct err *e)
{
	if (!s->db || s->mode != STORE_WRITE)
		return err_set(e, MLC_BUG, "a registry opened for reading was to be changed");
	return check_workspace(s, e) < 0 ? -1 : db_begin(s->db, e);
}

/* Ends what begin began: rc < 0 undoes it. */
static int
end(struct store *s, int rc, struct err *e)
{
	if (rc >= 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	return -1;
}

static const char SQL_TOUCH[] = "UPDATE registered_models SET last_updated_time = ? WHERE name = ?";

static int
touch(struct store *s, const char *model, int64_t now, struct err *e)
{
	return db_run(s->db, e, SQL_TOUCH, "is", now, model);
}

static const char SQL_THERE[] =
	"SELECT count(*) FROM model_versions WHERE name = ? AND version = ? AND run_id IS ?"
	" AND current_stage <> '" DELETED "'";

/* Somebody may have deleted it since it was looked up, while a question waited for its answer. */
static int
check_there(struct store *s, const struct version_row *v, struct err *e)
{
	int64_t n = 0;

	if (db_get_i64(s->db, &n, e, SQL_THERE, "sis", v->name, v->version, v->run_id) < 0)
		return -1;
	if (n == 1)
		return 0;
	err_set(e, MLC_NOT_FOUND, "`%s` has no version %lld any more", v->name,
		(long long)v->version);
	return err_help(e, "somebody deleted it meanwhile: mlflow-c registry versions %s", v->name);
}

/* ---- stages and aliases */

static const char *
stage_name(const char *given)
{
	static const char *const names[] = {"None", "Staging", "Production", "Archived"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(given, names[i]) == 0)
			return names[i];
	return NULL;
}

static int
check_promotion(const struct promotion *p, struct err *e)
{
	struct condition c;

	if (p->alias && alias__check(p->alias, e) < 0)
		return -1;
	if (p->stage && !stage_name(p->stage)) {
		err_set(e, MLC_NAME, "`%.100s` is no stage", p->stage);
		return err_help(e, "there are None, Staging, Production and Archived");
	}
	return p->condition ? condition__parse(p->condition, &c, e) : 0;
}

static const char SQL_ARCHIVE[] =
	"UPDATE model_versions SET current_stage = 'Archived', last_updated_time = ?"
	" WHERE name = ? AND current_stage = ? AND version <> ?";
static const char SQL_STAGE[] = "UPDATE model_versions SET current_stage = ?, last_updated_time = ?"
				" WHERE name = ? AND version = ?";

static int
move_stage(struct store *s, const struct version_row *v, const char *stage, struct err *e)
{
	int64_t now = clock_now_ms(s->clock);
	bool one = str_eq(stage, "Staging") || str_eq(stage, "Production");

	if (one && db_run(s->db, e, SQL_ARCHIVE, "issi", now, v->name, stage, v->version) < 0)
		return -1;
	if (db_run(s->db, e, SQL_STAGE, "sisi", stage, now, v->name, v->version) < 0)
		return -1;
	return touch(s, v->name, now, e);
}

int
store_promote(struct store *s, const struct version_row *v, const struct promotion *p,
	struct registered *out, struct err *e)
{
	const struct alias_claim claim = {v->name, p->alias, p->condition,
		v->run_id ? v->run_id : "", run__user(), v->version};
	int rc = check_promotion(p, e);

	*out = (struct registered){.version = v->version};
	if (rc < 0 || begin(s, e) < 0)
		return -1;
	rc = check_there(s, v, e);
	if (rc == 0 && p->alias)
		rc = alias__move(s, &claim, out, e);
	/* a condition that does not hold stops the stage as well */
	if (rc == 0 && p->stage && (!p->condition || out->holds))
		rc = move_stage(s, v, stage_name(p->stage), e);
	return end(s, rc, e);
}

int
store_alias_drop(struct store *s, const char *model, const char *alias, struct err *e)
{
	const struct alias_claim claim = {.model = model, .alias = alias, .who = run__user()};
	int rc = begin(s, e);

	if (rc < 0)
		return -1;
	rc = alias__drop(s, &claim, "removed", e);
	if (rc == 0) {
		err_set(e, MLC_NOT_FOUND, "no version of `%s` has the alias `%.200s`", model,
			alias);
		err_help(e, "see: mlflow-c registry alias %s", model);
		rc = -1;
	}
	return end(s, rc, e);
}

/* ---- tags and descriptions */

static const char SQL_TAG[] =
	"INSERT INTO model_version_tags (key, value, name, version)"
	" VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
static const char SQL_UNTAG[] =
	"DELETE FROM model_version_tags WHERE key = ? AND name = ? AND version = ?";
static const char SQL_MODEL_TAG[] =
	"INSERT INTO registered_model_tags (key, value, name)"
	" VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value";
static const char SQL_MODEL_UNTAG[] =
	"DELETE FROM registered_model_tags WHERE key = ? AND name = ?";

static int
set_tag(struct store *s, const char *model, const int64_t *version, const struct tag *t,
	struct err *e)
{
	if (version && t->value)
		return db_run(s->db, e, SQL_TAG, "sssi", t->key, t->value, model, *version);
	if (version)
		return db_run(s->db, e, SQL_UNTAG, "ssi", t->key, model, *version);
	if (t->value)
		return db_run(s->db, e, SQL_MODEL_TAG, "sss", t->key, t->value, model);
	return db_run(s->db, e, SQL_MODEL_UNTAG, "ss", t->key, model);
}

#define TAG_MAX 5000

int
store_model_tag(struct store *s, const char *model, const int64_t *version, const struct tag *tags,
	size_t n, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		if (tags[i].value && strlen(tags[i].value) > TAG_MAX) {
			err_set(e, MLC_NAME, "the value of the tag `%s` is too long", tags[i].key);
			return err_help(e, "MLflow keeps %d bytes of it", TAG_MAX);
		}
	if (begin(s, e) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = set_tag(s, model, version, &tags[i], e);
	return end(s, rc, e);
}

static const char SQL_DESCRIBE[] =
	"UPDATE model_versions SET description = ?, last_updated_time = ?"
	" WHERE name = ? AND version = ?";
static const char SQL_DESCRIBE_MODEL[] =
	"UPDATE registered_models SET description = ? WHERE name = ?";

int
store_describe(
	struct store *s, const char *model, const int64_t *version, const char *text, struct err *e)
{
	int64_t now = clock_now_ms(s->clock);
	int rc;

	if (text && strlen(text) > TAG_MAX) {
		err_set(e, MLC_NAME, "the description is too long");
		return err_help(e, "MLflow keeps %d bytes of it", TAG_MAX);
	}
	if (begin(s, e) < 0)
		return -1;
	rc = version ? db_run(s->db, e, SQL_DESCRIBE, "sisi", text, now, model, *version)
		     : db_run(s->db, e, SQL_DESCRIBE_MODEL, "ss", text, model);
	if (rc == 0)
		rc = touch(s, model, now, e);
	return end(s, rc, e);
}

/* ---- deletion */

static const char SQL_HIDE[] =
	"UPDATE model_versions SET current_stage = '" DELETED "', last_updated_time = ?,"
	" description = NULL, user_id = NULL, status_message = NULL,"
	" source = 'REDACTED-SOURCE-PATH', run_id = 'REDACTED-RUN-ID',"
	" run_link = 'REDACTED-RUN-LINK' WHERE name = ? AND version = ?";
static const char SQL_ALIASES_OF[] =
	"SELECT alias FROM registered_model_aliases WHERE name = ? AND version = ? LIMIT 1";

/* Its aliases end with it, and the history says so. */
static int
drop_aliases(struct store *s, const struct version_row *v, struct err *e)
{
	int rc;

	do {
		struct alias_claim claim = {.model = v->name, .who = run__user()};
		char alias[257];
		struct rows *rows = NULL;

		rc = db_query(s->db, &rows, e, SQL_ALIASES_OF, "si", v->name, v->version);
		if (rc == 0)
			rc = rows_next(rows, e);
		if (rc == 1)
			(void)snprintf(alias, sizeof alias, "%s", rows_str(rows, 0));
		rows_end(rows);
		claim.alias = alias;
		if (rc == 1)
			rc = alias__drop(s, &claim, "version deleted", e);
	} while (rc == 1);
	return rc;
}

int
store_version_delete(struct store *s, const struct version_row *v, struct err *e)
{
	int64_t now = clock_now_ms(s->clock);
	int rc = begin(s, e);

	if (rc < 0)
		return -1;
	rc = check_there(s, v, e);
	if (rc == 0)
		rc = drop_aliases(s, v, e);
	if (rc == 0)
		rc = db_run(s->db, e, SQL_HIDE, "isi", now, v->name, v->version);
	if (rc == 0)
		rc = touch(s, v->name, now, e);
	return end(s, rc, e);
}

/* Ours of the versions stay, so that their numbers do. */
static const char *const removals[] = {
	"DELETE FROM registered_model_aliases WHERE name = ?",
	"DELETE FROM registered_model_tags WHERE name = ?",
	"DELETE FROM model_version_tags WHERE name = ?",
	"DELETE FROM model_versions WHERE name = ?",
	"DELETE FROM registered_models WHERE name = ?",
};

int
store_model_delete(struct store *s, const char *model, struct err *e)
{
	int rc = begin(s, e);

	if (rc < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < sizeof removals / sizeof removals[0]; i++)
		rc = db_run(s->db, e, removals[i], "s", model);
	return end(s, rc, e);
}
