/* SPDX-License-Identifier: Apache-2.0
 * A model folder becomes version N of a registered model.
 *
 *	copy, stamped, to runs/<experiment>/<run>/artifacts/<name>  (synced, hashed)
 *	-> BEGIN IMMEDIATE -> model row, version row, alias, tag of the run -> COMMIT
 *
 * The files come first: a version in the table always has its bytes. A copy that no row came to name
 * is removed, and if we die before that it lies in the folder of a run that is `interrupted`. Version
 * numbers are never reused: MLflow keeps the row of a deleted version, and so it counts here. */
#include "registry/store.h"

#include <strings.h>
#include "model/model.h"

#define HISTORY_MAX 5000  /* what a tag holds; beyond it the oldest entries go */
#define HISTORY_DROPS 100 /* and beyond that the list stays as it was */

struct copy {
	struct str path; /* relative to the root */
	char hash[HASH_SHA_HEX], bare[HASH_SHA_HEX], uuid[33];
	struct file_list files;
	int64_t time_ms;
};

/* --- names --------------------------------------------------------------------------------------- */

/* MLflow keeps these for itself: `latest`, and `v` with a number. */
static bool
is_reserved(const char *alias)
{
	return strcasecmp(alias, "latest") == 0 || strspn(alias, "0123456789") == strlen(alias) ||
		((*alias == 'v' || *alias == 'V') && alias[1] &&
			strspn(alias + 1, "0123456789") == strlen(alias + 1));
}

int
alias__check(const char *alias, struct err *e)
{
	if (str_is_name(alias) && !strchr(alias, '.') && !is_reserved(alias))
		return 0;
	err_set(e, MLC_NAME, "`%.200s` cannot be an alias", alias);
	return err_help(e,
		"use up to 128 letters, digits and any of _ -; `latest`, numbers and v1, v2, ... "
		"mean "
		"versions");
}

int
wish_check(const struct register_wish *w, struct err *e)
{
	struct condition c;

	if (!w->name || !str_is_name(w->name)) {
		err_set(e, MLC_NAME, "`%.200s` cannot be the name of a model",
			w->name ? w->name : "");
		return err_help(
			e, "use up to 128 letters, digits and any of _ . -, not a dot first");
	}
	if (w->alias && alias__check(w->alias, e) < 0)
		return -1;
	return w->condition ? condition__parse(w->condition, &c, e) : 0;
}

/* --- files --------------------------------------------------------------------------------------- */

/* Brings to the disk the names that lead to the copy: its own, `artifacts` and the run's folder. A run makes its
 * folder without asking the disk; a version must not outlive its files. */
static int
sync_way(struct store *s, const struct run_id *r, const char *copy, struct err *e)
{
	struct str artifacts = {0};
	int rc;

	str_addf(&artifacts, "%s/artifacts", r->folder);
	rc = file_fsync_dir_of(s->rootfd, copy, e) < 0 ||
			file_fsync_dir_of(s->rootfd, artifacts.s, e) < 0 ||
			file_fsync_dir_of(s->rootfd, r->folder, e) < 0
		? -1
		: 0;
	str_fini(&artifacts);
	return rc;
}

static int
copy_files(struct store *s, const struct run_id *r, const struct register_wish *w, struct copy *out,
	struct err *e)
{
	struct model_stamp stamp = {.run_id = r->id, .uuid = out->uuid};

	str_addf(&out->path, "%s/artifacts/%s", r->folder, w->name);
	for (int i = 2; file_exists(s->rootfd, out->path.s); i++) {
		str_reset(&out->path);
		str_addf(&out->path, "%s/artifacts/%s-%d", r->folder, w->name, i);
	}
	clock_uuid7(s->clock, out->uuid);
	stamp.time_ms = out->time_ms = clock_now_ms(s->clock);
	if (model_copy_stamped(s->rootfd, w->model_path, out->path.s, &stamp, e) < 0 ||
		hash_tree(s->rootfd, w->model_path, out->bare, NULL, e) < 0 ||
		files__hash(s->rootfd, out->path.s, &out->files, out->hash, e) < 0)
		return -1;
	return sync_way(s, r, out->path.s, e);
}

/* --- the run's list of models -------------------------------------------------------------------- */

/* Appends the members of the MLmodel that MLflow's UI looks at to the open object. */
static int
add_mlmodel(struct store *s, const struct copy *c, struct jw *w, struct err *e)
{
	static const char *const members[] = {"utc_time_created", "flavors"};
	struct arena a = {0};
	struct str path = {0}, text = {0};
	struct ynode *tree = NULL;
	int rc;

	str_addf(&path, "%s/MLmodel", c->path.s);
	rc = file_read(s->rootfd, path.s, false, &text, e);
	if (rc == 0)
		rc = yaml_parse(&a, path.s, str_text(&text), text.len, &tree, e);
	for (size_t i = 0; rc == 0 && i < sizeof members / sizeof members[0]; i++) {
		const struct ynode *member = yaml_get(tree, members[i]);

		if (!member)
			continue;
		jw_key(w, members[i]);
		yaml_to_json(w, member, false);
	}
	str_fini(&path);
	str_fini(&text);
	arena_fini(&a);
	return rc;
}

static int
make_entry(struct store *s, const struct run_id *r, const struct copy *c, struct str *out,
	struct err *e)
{
	struct jw w;
	int rc;

	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "run_id", r->id);
	jw_kv_str(&w, "artifact_path", strrchr(c->path.s, '/') + 1);
	jw_kv_str(&w, "model_uuid", c->uuid);
	rc = add_mlmodel(s, c, &w, e);
	jw_end(&w, '}');
	return rc;
}

/* The entries of `old` after the first `drop`, then the new one. Another program's tag that is no
 * list is replaced. */
static void
join_entries(const char *old, size_t drop, const char *entry, struct str *out)
{
	const char *key;
	struct jr r;
	struct jw w;
	size_t i = 0, n;

	str_reset(out);
	jw_init(&w, out);
	jw_array(&w);
	jr_init(&r, old, strlen(old));
	if (jr_array(&r))
		while (jr_next(&r, &key)) {
			const char *raw = jr_raw(&r, &n);
			char *text = raw && i++ >= drop ? strndup(raw, n) : NULL;

			if (text)
				jw_raw(&w, text);
			free(text);
		}
	jr_fini(&r);
	jw_raw(&w, entry);
	jw_end(&w, ']');
}

static const char SQL_HISTORY[] = "SELECT value FROM tags WHERE key = ? AND run_uuid = ?";

static int
add_to_history(struct store *s, const struct run_id *r, const char *entry, struct err *e)
{
	static const char key[] = "mlflow.log-model.history";
	struct rows *rows = NULL;
	struct str old = {0}, all = {0};
	size_t drop = 0;
	int rc = db_query(s->db, &rows, e, SQL_HISTORY, "ss", key, r->id);

	if (rc == 0)
		rc = rows_next(rows, e);
	str_add(&old, rc == 1 && rows_str(rows, 0) ? rows_str(rows, 0) : "[]");
	rows_end(rows);
	do
		join_entries(old.s, drop, entry, &all);
	while (all.len > HISTORY_MAX && ++drop <= HISTORY_DROPS);
	if (rc >= 0 && all.len <= HISTORY_MAX)
		rc = value__tag(s, r->id, key, all.s, e);
	str_fini(&old);
	str_fini(&all);
	return rc < 0 ? -1 : 0;
}

/* --- rows ---------------------------------------------------------------------------------------- */

static const char SQL_TOUCH_MODEL[] =
	"UPDATE registered_models SET last_updated_time = ? WHERE name = ?";
static const char SQL_ADD_MODEL[] =
	"INSERT INTO registered_models (name, creation_time, last_updated_time) VALUES (?, ?, ?)";

static int
touch_model(struct store *s, const char *name, int64_t now, struct err *e)
{
	if (db_run(s->db, e, SQL_TOUCH_MODEL, "is", now, name) < 0)
		return -1;
	if (db_changes(s->db) > 0)
		return 0;
	return db_run(s->db, e, SQL_ADD_MODEL, "sii", name, now, now);
}

/* Over our rows, too: MLflow forgets the versions of a model that is deleted as a whole. */
static const char SQL_NEXT[] =
	"SELECT max(coalesce((SELECT max(version) FROM model_versions WHERE name = ?1), 0),"
	" coalesce((SELECT max(version) FROM mlc_model_versions WHERE name = ?1), 0)) + 1";
static const char SQL_ADD_VERSION[] =
	"INSERT INTO model_versions (name, version, creation_time, last_updated_time,"
	" current_stage, source, run_id, status, storage_location)"
	" VALUES (?1, ?2, ?3, ?3, 'None', ?4, ?5, 'READY', ?4)";
static const char SQL_ADD_OURS[] =
	"INSERT INTO mlc_model_versions (name, version, run_id, path, hash, bytes, bare)"
	" VALUES (?, ?, ?, ?, ?, ?, ?)";

int
version__insert(struct store *s, const struct run_id *r, const char *name,
	const struct version_files *f, int64_t *version, struct err *e)
{
	struct str source = {0};
	int64_t now = clock_now_ms(s->clock);
	int rc = touch_model(s, name, now, e);

	str_addf(&source, "%s/%s", s->root, f->path);
	if (rc == 0)
		rc = db_get_i64(s->db, version, e, SQL_NEXT, "s", name) < 0 ? -1 : 0;
	if (rc == 0)
		rc = db_run(
			s->db, e, SQL_ADD_VERSION, "siiss", name, *version, now, source.s, r->id);
	if (rc == 0)
		rc = db_run(s->db, e, SQL_ADD_OURS, "sisssis", name, *version, r->id, f->path,
			f->hash, f->bytes, f->bare);
	str_fini(&source);
	return rc;
}

static int
insert_all(struct store *s, const struct run_id *r, const struct register_wish *w,
	const struct copy *c, struct registered *out, struct err *e)
{
	struct alias_claim claim = {w->name, w->alias, w->condition, r->id, NULL, 0};
	const struct version_files f = {c->path.s, c->hash, c->bare, c->files.bytes};
	struct str entry = {0};
	int rc = make_entry(s, r, c, &entry, e);

	if (rc == 0)
		rc = db_begin(s->db, e);
	if (rc == 0) {
		if (version__insert(s, r, w->name, &f, &claim.version, e) < 0 ||
			files__insert(s, w->name, claim.version, &c->files, e) < 0 ||
			(w->alias && alias__move(s, &claim, out, e) < 0) ||
			add_to_history(s, r, entry.s, e) < 0 ||
			(w->basis && run_basis(s, r, w->node, w->basis, e) < 0) ||
			db_commit(s->db, e) < 0) {
			db_rollback(s->db);
			rc = -1;
		}
	}
	out->version = claim.version;
	str_fini(&entry);
	return rc;
}

int
run_register(struct store *s, const struct run_id *r, const struct register_wish *wish,
	struct registered *out, struct err *e)
{
	struct arena arena = {0};
	struct copy c = {.files.arena = &arena};
	int rc = wish_check(wish, e);

	*out = (struct registered){0};
	if (rc == 0)
		rc = copy_files(s, r, wish, &c, e);
	if (rc == 0)
		rc = insert_all(s, r, wish, &c, out, e);
	if (rc < 0 && c.path.s)
		(void)!file_remove_tree(s->rootfd, c.path.s, NULL);
	if (rc < 0) {
		*out = (struct registered){0};
		err_wrap(e, "registering `%s`", wish->name ? wish->name : "");
	}
	str_fini(&c.path);
	files__fini(&c.files);
	arena_fini(&arena);
	return rc;
}
