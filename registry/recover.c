/* SPDX-License-Identifier: Apache-2.0
 * What dead runs left behind is put in order by whoever comes next. Recovery only rolls forward.
 *
 *	row `running`, lock free  ->  interrupted, its claims on targets and its hidden files gone
 *	intent open, run over     ->  published again (harmless if it had happened): done
 *	                              stage and content both gone: nothing to put in place: lost
 *
 * All of it is one immediate transaction, so of two recoverers the second finds nothing to do, and no
 * new run can begin in between: an old stage is never put over what a later run wrote. Rows of other
 * machines are left alone: their locks cannot be seen from here. A row of this machine is one with
 * our host name (maybe from before a reboot) or our boot id (maybe from another container). Runs of
 * another project that shares the store are its own to recover: their paths are relative to its root. */
#include "registry/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HELPER_LOOK_US 10000
#define HELPER_LOOKS 500 /* 5 s */

struct dead {
	struct run_id run;
	int64_t last_ms;      /* its last sign of life */
	int64_t helper;       /* pid of the parent of its workers */
	const char **targets; /* owned; the texts are in the arena */
	size_t n_targets, cap_targets;
};

struct open_intent {
	int64_t id;
	const char *run_name; /* arena, like the texts of the item */
	struct publish_item item;
};

/* Found first and acted upon afterwards, so that no query runs over rows that are being changed. */
struct findings {
	struct arena arena;
	struct dead *dead; /* owned */
	size_t n_dead, cap_dead;
	struct open_intent *intents; /* owned */
	size_t n_intents, cap_intents;
};

static void
findings_fini(struct findings *f)
{
	arena_fini(&f->arena);
	for (size_t i = 0; i < f->n_dead; i++)
		free(f->dead[i].targets);
	free(f->dead);
	free(f->intents);
}

#define URI "(SELECT x.artifact_uri FROM runs x WHERE x.run_uuid = r.run_id)"

/* 1 there, 0 not there, -1 that cannot be told now. */
static int
look_at(int dirfd, const char *path, struct stat *st, struct err *e)
{
	if (fstatat(dirfd, path, st, 0) == 0)
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return err_errno(e, MLC_STORE, "cannot look at `%s`, the folder of a run", path);
}

int
recover__elsewhere(const struct store *s, const char *uri, const char *folder, struct err *e)
{
	static const char tail[] = "/artifacts";
	struct stat theirs, ours;
	struct str path = {0};
	size_t n = sizeof tail - 1;
	int there, here;

	if (!uri || strlen(uri) <= n)
		return 0;
	str_addn(&path, uri, strlen(uri) - n);
	there = look_at(AT_FDCWD, path.s, &theirs, e);
	here = there == 1 ? look_at(s->rootfd, folder, &ours, e) : 0;
	str_fini(&path);
	if (there != 1) /* nothing there: this project has been moved */
		return there;
	if (here != 1)
		return here < 0 ? -1 : 1;
	return theirs.st_dev != ours.st_dev || theirs.st_ino != ours.st_ino;
}

static const char SQL_RUNNING[] =
	"SELECT num, run_id, name, folder, max(start_ms,"
	"  coalesce((SELECT max(start_ms + wall_us / 1000) FROM mlc_nodes n"
	"            WHERE n.num = r.num), 0),"
	"  coalesce((SELECT max(created_ms) FROM mlc_intents i"
	"            WHERE i.num = r.num AND i.state = 'open'), 0)), " URI
	" FROM mlc_runs r WHERE status = 'running' AND (host = ? OR boot = ?) ORDER BY num";

static int
find_dead(const struct store *s, struct findings *f, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_RUNNING, "ss", s->host, s->boot);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		struct dead *d;

		rc = 0;
		if (lock__held(&s->locks, rows_i64(rows, 0)))
			continue;
		rc = recover__elsewhere(s, rows_str(rows, 5), rows_str(rows, 3), e);
		if (rc != 0) {
			rc = rc < 0 ? -1 : 0;
			continue;
		}
		f->dead = mem_grow(f->dead, &f->cap_dead, f->n_dead + 1, sizeof *f->dead);
		d = &f->dead[f->n_dead++];
		*d = (struct dead){.run.num = rows_i64(rows, 0), .last_ms = rows_i64(rows, 4)};
		(void)snprintf(d->run.id, sizeof d->run.id, "%s", rows_str(rows, 1));
		(void)snprintf(d->run.name, sizeof d->run.name, "%s", rows_str(rows, 2));
		(void)snprintf(d->run.folder, sizeof d->run.folder, "%s", rows_str(rows, 3));
	}
	rows_end(rows);
	return rc;
}

/* The + keeps SQLite from walking the whole table in the order it is asked for. */
static const char SQL_OPEN[] =
	"SELECT i.intent_id, i.stage, i.target, i.hash, i.folder, i.outside, r.name,"
	" r.run_id, r.folder, " URI " FROM mlc_intents i JOIN mlc_runs r ON r.num = i.num"
	" WHERE i.state = 'open' AND r.status <> 'running' AND (r.host = ? OR r.boot = ?)"
	" ORDER BY +i.intent_id";

static int
find_open(const struct store *s, struct findings *f, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_OPEN, "ss", s->host, s->boot);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		struct open_intent *i;

		rc = recover__elsewhere(s, rows_str(rows, 9), rows_str(rows, 8), e);
		if (rc != 0) {
			rc = rc < 0 ? -1 : 0;
			continue;
		}
		f->intents =
			mem_grow(f->intents, &f->cap_intents, f->n_intents + 1, sizeof *f->intents);
		i = &f->intents[f->n_intents++];
		*i = (struct open_intent){.id = rows_i64(rows, 0)};
		i->run_name = arena_strdup(&f->arena, rows_str(rows, 6));
		i->item.stage = arena_strdup(&f->arena, rows_str(rows, 1));
		i->item.target = arena_strdup(&f->arena, rows_str(rows, 2));
		i->item.hash = arena_strdup(&f->arena, rows_str(rows, 3));
		i->item.folder = rows_i64(rows, 4) != 0;
		i->item.outside = rows_i64(rows, 5) != 0;
		i->item.run = arena_strdup(&f->arena, rows_str(rows, 7));
	}
	rows_end(rows);
	return rc;
}

/* True only if there is nothing, not if there may be something that cannot be reached now. */
static bool
is_gone(int rootfd, const char *path)
{
	struct stat st;

	return fstatat(rootfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 &&
		(errno == ENOENT || errno == ENOTDIR);
}

static const char SQL_CLOSE[] =
	"UPDATE mlc_intents SET state = ?, closed_ms = ? WHERE intent_id = ?";

static int
roll_forward(struct store *s, const struct open_intent *i, struct err *e)
{
	const char *state = "done";

	if (publish_all(s->rootfd, &i->item, 1, e) < 0) {
		if (!is_gone(s->rootfd, i->item.stage)) {
			err_wrap(e, "putting `%s` of run %s in place, which died before it could",
				i->item.target, i->run_name);
			return err_help(e,
				"mend the cause and try again; or give that output up: rm -r %s",
				i->item.stage);
		}
		if (e)
			*e = (struct err){0};
		state = "lost";
	}
	return db_run(s->db, e, SQL_CLOSE, "sii", state, clock_now_ms(s->clock), i->id);
}

static const char SQL_HELPER[] = "SELECT helper FROM mlc_runs WHERE num = ?";
static const char SQL_TARGETS[] = "SELECT target FROM mlc_writes WHERE num = ?";

static int
find_rest(const struct store *s, struct findings *f, struct dead *d, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_get_i64(s->db, &d->helper, e, SQL_HELPER, "i", d->run.num);

	if (rc >= 0)
		rc = db_query(s->db, &rows, e, SQL_TARGETS, "i", d->run.num);
	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		d->targets =
			mem_grow(d->targets, &d->cap_targets, d->n_targets + 1, sizeof(char *));
		d->targets[d->n_targets++] = arena_strdup(&f->arena, rows_str(rows, 0));
	}
	rows_end(rows);
	return rc;
}

/* Whether `stat` of a process ("PID (NAME) STATE ...") is that of a helper at work. One that has ended
 * stays as a zombie for as long as its new parent likes: in a container for ever, maybe. */
static bool
is_helper(const char *stat)
{
	const char *name = strchr(stat, '('), *end = strrchr(stat, ')');

	return name && end && str_starts(name + 1, RUN_HELPER) && !str_starts(end, ") Z") &&
		!str_starts(end, ") X");
}

/* Workers may live a moment longer than their run, and stage files meanwhile: their parent ends when
 * none is left. A pid that has become somebody else's has another name; if not, we do not wait long. */
static void
await_helper(int64_t pid)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
	for (int i = 0; pid && i < HELPER_LOOKS; i++) {
		struct str stat = {0};
		bool there = file_read(AT_FDCWD, path, true, &stat, NULL) == 0 &&
			is_helper(str_text(&stat));

		str_fini(&stat);
		if (!there)
			return;
		(void)usleep(HELPER_LOOK_US);
	}
}

/* Removes the files that were of use to the run only. What cannot be removed is no harm. */
static void
sweep(const struct store *s, const struct dead *d)
{
	static const char *const names[] = {RUN_SCRATCH, RUN_MEMORY};
	struct str path = {0};

	await_helper(d->helper);
	for (size_t i = 0; i < d->n_targets; i++)
		stage_sweep(s->rootfd, d->targets[i], d->run.id);
	for (size_t i = 0; i < 2; i++) {
		str_reset(&path);
		str_addf(&path, "%s/%s", d->run.folder, names[i]);
		(void)!file_remove_tree(s->rootfd, path.s, NULL);
	}
	str_fini(&path);
}

static void
note_recovered(struct store *s, const char *name)
{
	s->recovered =
		mem_grow(s->recovered, &s->cap_recovered, s->n_recovered + 1, sizeof *s->recovered);
	s->recovered[s->n_recovered++] = mem_strdup(name);
}

int
recover__dead(struct store *s, struct err *e)
{
	struct findings f = {0};
	int rc = find_dead(s, &f, e);

	for (size_t i = 0; rc == 0 && i < f.n_dead; i++)
		rc = find_rest(s, &f, &f.dead[i], e);
	for (size_t i = 0; rc == 0 && i < f.n_dead; i++)
		rc = run__close(s, &f.dead[i].run, RUN_INTERRUPTED, f.dead[i].last_ms, e);
	if (rc == 0)
		rc = find_open(s, &f, e);
	for (size_t i = 0; rc == 0 && i < f.n_intents; i++)
		rc = roll_forward(s, &f.intents[i], e);
	for (size_t i = 0; rc == 0 && i < f.n_dead; i++) {
		sweep(s, &f.dead[i]);
		note_recovered(s, f.dead[i].run.name);
	}
	findings_fini(&f);
	return rc;
}

bool
recover__needed(struct store *s)
{
	struct findings f = {0};
	/* what cannot be told is looked at again by recover__dead, which says why */
	bool needed = find_dead(s, &f, NULL) != 0 || f.n_dead > 0 || find_open(s, &f, NULL) != 0 ||
		f.n_intents > 0;

	findings_fini(&f);
	return needed;
}

int
recover__all(struct store *s, struct err *e)
{
	if (!recover__needed(s))
		return 0;
	if (db_begin(s->db, e) < 0)
		return -1;
	if (recover__dead(s, e) < 0 || db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}
