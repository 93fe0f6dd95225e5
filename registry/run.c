/* SPDX-License-Identifier: Apache-2.0
 * A run's life: from the row and its lock, taken together, to the row that says how it ended.
 *
 *	run_begin:  BEGIN IMMEDIATE -> recover the dead -> does a live run write what we will?
 *	            -> rows, folder, lock -> COMMIT
 *	run_end:    BEGIN IMMEDIATE -> rows -> COMMIT -> unlock
 *
 * The invariant both keep: whoever can see a row that says `running` finds its lock taken, unless the
 * process is dead. mlc_writes has rows of running runs only. */
#include "registry/store.h"

#include <pwd.h>
#include <unistd.h>

static const struct {
	const char *ours, *mlflow;
} states[] = {
	[RUN_OK] = {"ok", "FINISHED"},
	[RUN_FAILED] = {"failed", "FAILED"},
	[RUN_CONTRACT_FAILED] = {"contract_failed", "FAILED"},
	[RUN_CANCELLED] = {"cancelled", "KILLED"},
	[RUN_INTERRUPTED] = {"interrupted", "KILLED"},
};

const char *
run_status_name(enum run_status st)
{
	return states[st].ours;
}

/* --- two runs, one target ------------------------------------------------------------------------ */

static const char SQL_WRITERS[] =
	"SELECT r.num, r.name, r.pid, r.start_ms, r.host = ?2 OR r.boot = ?3, r.folder,"
	" (SELECT x.artifact_uri FROM runs x WHERE x.run_uuid = r.run_id)"
	" FROM mlc_writes w JOIN mlc_runs r ON r.num = w.num"
	" WHERE w.target = ?1 AND r.status = 'running'";

/* "03:00:01", with the day in front if it was not within the last day. Local time. */
static void
say_since(int64_t ms, int64_t now, char *out, size_t cap)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	localtime_r(&t, &tm);
	(void)strftime(out, cap, now - ms < 86400000 ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
}

static int
refuse(const struct store *s, const struct rows *rows, const char *target, struct err *e)
{
	char since[32];
	const char *name = rows_str(rows, 1);

	say_since(rows_i64(rows, 3), clock_now_ms(s->clock), since, sizeof since);
	err_set(e, MLC_LOCKED, "`%s` is being written by run %s (pid %lld, since %s)", target, name,
		(long long)rows_i64(rows, 2), since);
	return err_help(
		e, "wait for it with --lock-wait 10m, or look: mlflow-c runs show %s", name);
}

/* The dead of this machine were recovered just before, in the same transaction: what still says
 * `running` here is alive. Of a run on another machine we know only what the lock tells. */
static int
check_target(const struct store *s, const char *target, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_WRITERS, "sss", target, s->host, s->boot);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = recover__elsewhere(s, rows_str(rows, 6), rows_str(rows, 5), e);
		if (rc != 0) {
			rc = rc < 0 ? -1 : 0;
			continue;
		}
		if (rows_i64(rows, 4) || lock__held(&s->locks, rows_i64(rows, 0)))
			rc = refuse(s, rows, target, e);
	}
	rows_end(rows);
	return rc;
}

static int
check_targets(const struct store *s, const struct run_new *r, struct err *e)
{
	for (const char *const *w = r->writes; w && *w; w++)
		if (check_target(s, *w, e) < 0)
			return -1;
	return 0;
}

/* --- beginning ----------------------------------------------------------------------------------- */

static int
check_new(const struct store *s, const struct run_new *r, struct err *e)
{
	if (!s->db || s->mode != STORE_WRITE)
		return err_set(e, MLC_BUG, "a run was begun in a registry opened for reading");
	if (!r->name)
		return 0;
	if (str_is_name(r->name) && strlen(r->name) < sizeof((struct run_id *)0)->name)
		return 0;
	err_set(e, MLC_NAME, "`%.200s` cannot be the name of a run", r->name);
	return err_help(e, "use up to %zu letters, digits and any of _ . -, not a dot first",
		sizeof((struct run_id *)0)->name - 1);
}

static const char SQL_ADD_OURS[] =
	"INSERT INTO mlc_runs (run_id, name, status, pipeline, env, command, seed, folder, host,"
	" boot, pid, start_ms, config, options, helper)"
	" VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static int
add_ours(struct store *s, const struct run_new *r, struct run_id *out, int64_t now, struct err *e)
{
	char seed[24];

	(void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)r->seed);
	if (db_run(s->db, e, SQL_ADD_OURS, "sssssssssiissi", out->id, out->name, r->pipeline,
		    r->env, r->command, seed, out->folder, s->host, s->boot, (int64_t)getpid(), now,
		    r->config, r->options, r->helper) < 0)
		return -1;
	out->num = db_last_id(s->db);
	return 0;
}

static const char SQL_ADD_THEIRS[] =
	"INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id,"
	" status, start_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
	" VALUES (?, ?, 'UNKNOWN', '', '', ?, 'RUNNING', ?, '', 'active', ?, ?)";

static int
add_theirs(struct store *s, const struct run_id *r, const char *user, int64_t now, struct err *e)
{
	struct str artifacts = {0};
	int64_t experiment = 0;
	int rc = experiment__id(s, &experiment, e);

	str_addf(&artifacts, "%s/%s/artifacts", s->root, r->folder);
	if (rc == 0)
		rc = db_run(s->db, e, SQL_ADD_THEIRS, "sssisi", r->id, r->name, user, now,
			artifacts.s, experiment);
	str_fini(&artifacts);
	return rc;
}

/* As Python's getpass does it, so that both tools write the same name. */
const char *
run__user(void)
{
	static const char *const variables[] = {"LOGNAME", "USER", "LNAME", "USERNAME"};
	const struct passwd *pw;

	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
		const char *v = getenv(variables[i]);

		if (v && *v)
			return v;
	}
	pw = getpwuid(geteuid());
	return pw ? pw->pw_name : "unknown";
}

static int
add_tags(struct store *s, const struct run_new *r, const struct run_id *id, const char *user,
	struct err *e)
{
	const struct tag tags[] = {
		{"mlflow.runName", id->name},
		{"mlflow.user", user},
		{"mlflow.source.name", r->command ? r->command : "mlflow-c"},
		{"mlflow.source.type", "LOCAL"},
		{"mlflow_c.pipeline", r->pipeline},
		{"mlflow_c.env", r->env},
		{"mlflow_c.resumes", r->resumes},
	};

	for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
		if (tags[i].value && value__tag(s, id->id, tags[i].key, tags[i].value, e) < 0)
			return -1;
	return 0;
}

static const char SQL_ADD_WRITE[] =
	"INSERT INTO mlc_writes (num, target) VALUES (?, ?) ON CONFLICT DO NOTHING";

static int
add_writes(struct store *s, const struct run_new *r, const struct run_id *id, struct err *e)
{
	for (const char *const *w = r->writes; w && *w; w++)
		if (db_run(s->db, e, SQL_ADD_WRITE, "is", id->num, *w) < 0)
			return -1;
	return 0;
}

static int
insert_run(struct store *s, const struct run_new *r, struct run_id *out, struct err *e)
{
	struct str buf = {0};
	int64_t now = clock_now_ms(s->clock);
	const char *user = text__fit(&buf, run__user(), 256);
	int rc = name__choose(s, r->name, out, e);

	if (rc == 0)
		rc = add_ours(s, r, out, now, e);
	if (rc == 0)
		rc = lock__take(&s->locks, out->num, e);
	if (rc == 0)
		rc = add_theirs(s, out, user, now, e);
	if (rc == 0)
		rc = add_tags(s, r, out, user, e);
	if (rc == 0)
		rc = add_writes(s, r, out, e);
	str_fini(&buf);
	return rc;
}

int
run_begin(struct store *s, const struct run_new *r, struct run_id *out, struct err *e)
{
	*out = (struct run_id){0};
	if (check_new(s, r, e) < 0 || db_begin(s->db, e) < 0)
		return -1;
	if (recover__dead(s, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	if (check_targets(s, r, e) < 0) {
		/* what was recovered stays so; if not, the next one does it again */
		if (db_commit(s->db, NULL) < 0)
			db_rollback(s->db);
		return -1;
	}
	if (insert_run(s, r, out, e) == 0 && db_commit(s->db, e) == 0)
		return 0;
	db_rollback(s->db);
	lock__drop(&s->locks, out->num);
	if (*out->folder)
		(void)!file_remove_tree(s->rootfd, out->folder, NULL);
	return -1;
}

/* --- ending -------------------------------------------------------------------------------------- */

static const char SQL_END_OURS[] = "UPDATE mlc_runs SET status = ?, end_ms = ?"
				   " WHERE num = ? AND run_id = ? AND status = 'running'";
static const char SQL_END_THEIRS[] = "UPDATE runs SET status = ?, end_time = ?"
				     " WHERE run_uuid = ? AND status = 'RUNNING'";
static const char SQL_END_WRITES[] = "DELETE FROM mlc_writes WHERE num = ?";

int
run__close(
	struct store *s, const struct run_id *r, enum run_status st, int64_t end_ms, struct err *e)
{
	if (db_run(s->db, e, SQL_END_OURS, "siis", states[st].ours, end_ms, r->num, r->id) < 0)
		return -1;
	if (db_changes(s->db) == 0)
		return err_set(e, MLC_STORE, "the run %s has ended already", r->name);
	if (db_run(s->db, e, SQL_END_THEIRS, "sis", states[st].mlflow, end_ms, r->id) < 0 ||
		db_run(s->db, e, SQL_END_WRITES, "i", r->num) < 0)
		return -1;
	return value__tag(s, r->id, "mlflow_c.status", states[st].ours, e);
}

int
run_end(struct store *s, const struct run_id *r, enum run_status st, struct err *e)
{
	if (db_begin(s->db, e) < 0)
		return -1;
	if (run__close(s, r, st, clock_now_ms(s->clock), e) < 0 || db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	lock__drop(&s->locks, r->num);
	return 0;
}
