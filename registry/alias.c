/* SPDX-License-Identifier: Apache-2.0
 * Moving an alias to a version, if its condition holds. Comparison and move share the caller's
 * immediate transaction, so the champion that was compared with is the one that is replaced,
 * however many register at once. Every move is kept in mlc_alias_history.
 *
 *	own metric   none, or NaN: the alias stays
 *	`current`    nobody has the alias, or the metric of who has it is NaN: the condition holds
 *	             the version that has it lacks the metric: the alias stays */
#include "registry/store.h"

#include <math.h>

static const char SQL_HOLDER[] =
	"SELECT a.version, v.run_id FROM registered_model_aliases a"
	" JOIN model_versions v ON v.name = a.name AND v.version = a.version"
	" WHERE a.name = ? AND a.alias = ? AND v.current_stage <> 'Deleted_Internal'";

/* Who has the alias now; version 0: nobody. */
struct holder {
	int64_t version;
	char run_id[65];
};

static int
find_holder(struct store *s, const struct alias_claim *w, struct holder *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_HOLDER, "ss", w->model, w->alias);

	*out = (struct holder){0};
	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1) {
		const char *run_id = rows_str(rows, 1);

		out->version = rows_i64(rows, 0);
		(void)snprintf(out->run_id, sizeof out->run_id, "%s", run_id ? run_id : "");
	}
	rows_end(rows);
	return rc < 0 ? -1 : 0;
}

/* "auc 0.951 > 0.949": short, unless the short forms would hide the difference. */
static void
say_numbers(const struct condition *c, double own, double bound, char *out, size_t cap)
{
	char a[32], b[32];

	(void)snprintf(a, sizeof a, "%.6g", own);
	(void)snprintf(b, sizeof b, "%.6g", bound);
	if (str_eq(a, b) && own != bound) {
		(void)snprintf(a, sizeof a, "%.17g", own);
		(void)snprintf(b, sizeof b, "%.17g", bound);
	}
	(void)snprintf(out, cap, "%.80s %s %s%s %s", c->metric, a,
		condition__holds(c, own, bound) ? "" : "is not ", c->op, b);
}

/* Compares with the metric of the version that has the alias: 1 move, 0 stay. */
static int
judge_current(struct store *s, const struct condition *c, const struct holder *h, double own,
	struct registered *out, struct err *e)
{
	double theirs = 0, bound;
	char text[sizeof out->why];
	int rc;

	if (h->version == 0) {
		(void)snprintf(out->why, sizeof out->why,
			"%.80s %.6g, and no version had the alias", c->metric, own);
		return 1;
	}
	rc = value__latest(s, h->run_id, c->metric, &theirs, e);
	if (rc < 0)
		return -1;
	if (rc == 0 || isnan(theirs)) {
		(void)snprintf(out->why, sizeof out->why, "%.80s of version %lld is %s", c->metric,
			(long long)h->version, rc == 0 ? "unknown" : "NaN");
		return rc;
	}
	bound = theirs + c->number;
	say_numbers(c, own, bound, text, sizeof text);
	(void)snprintf(
		out->why, sizeof out->why, "%.130s (version %lld)", text, (long long)h->version);
	return condition__holds(c, own, bound);
}

static const char SQL_METRICS[] = "SELECT key FROM latest_metrics WHERE run_uuid = ?";

/* A name that is only misspelt would keep the alias where it is for ever. */
static int
say_unknown(struct store *s, const char *run_id, const char *metric, char *out, size_t cap,
	struct err *e)
{
	struct map names = {0};
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_METRICS, "s", run_id);

	while (rc >= 0 && (rc = rows_next(rows, e)) == 1)
		map_put(&names, rows_str(rows, 0), s);
	rows_end(rows);
	if (rc == 0) {
		const char *near = map_near(&names, metric);

		(void)snprintf(out, cap, "this run has no metric %.80s%s%.80s%s", metric,
			near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	}
	map_fini(&names);
	return rc;
}

static int
judge(struct store *s, const struct alias_claim *w, const struct holder *h, struct registered *out,
	struct err *e)
{
	struct condition parsed, *c = &parsed;
	double own = 0;
	int rc = condition__parse(w->condition, c, e);

	if (rc == 0)
		rc = value__latest(s, w->run_id, c->metric, &own, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return say_unknown(s, w->run_id, c->metric, out->why, sizeof out->why, e);
	if (isnan(own)) {
		(void)snprintf(out->why, sizeof out->why, "%.80s is NaN", c->metric);
		return 0;
	}
	if (c->current)
		return judge_current(s, c, h, own, out, e);
	say_numbers(c, own, c->number, out->why, sizeof out->why);
	return condition__holds(c, own, c->number);
}

static const char SQL_SET[] =
	"INSERT INTO registered_model_aliases (alias, version, name)"
	" VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version";
static const char SQL_HISTORY[] =
	"INSERT INTO mlc_alias_history (name, alias, version, previous, run_id, why, moved_ms, who)"
	" VALUES (?, ?, ?, nullif(?, 0), ?, ?, ?, ?)";

static int
write_history(struct store *s, const struct alias_claim *w, const struct holder *h, const char *why,
	struct err *e)
{
	return db_run(s->db, e, SQL_HISTORY, "ssiissis", w->model, w->alias, w->version, h->version,
		w->who ? NULL : w->run_id, why, clock_now_ms(s->clock), w->who);
}

int
alias__move(struct store *s, const struct alias_claim *w, struct registered *out, struct err *e)
{
	struct holder h;
	int move = 1;

	if (find_holder(s, w, &h, e) < 0)
		return -1;
	(void)snprintf(out->why, sizeof out->why, w->who ? "by hand" : "no condition");
	if (w->condition)
		move = judge(s, w, &h, out, e);
	out->holds = move == 1;
	if (move <= 0)
		return move;
	if (h.version == w->version) {
		(void)snprintf(out->why, sizeof out->why, "it has the alias already");
		return 0;
	}
	out->alias_moved = true;
	out->previous = h.version;
	if (db_run(s->db, e, SQL_SET, "sis", w->alias, w->version, w->model) < 0)
		return -1;
	return write_history(s, w, &h, out->why, e);
}

static const char SQL_DROP[] = "DELETE FROM registered_model_aliases WHERE name = ? AND alias = ?";

int
alias__drop(struct store *s, const struct alias_claim *w, const char *why, struct err *e)
{
	struct holder h;

	if (find_holder(s, w, &h, e) < 0 ||
		db_run(s->db, e, SQL_DROP, "ss", w->model, w->alias) < 0)
		return -1;
	if (db_changes(s->db) == 0)
		return 0;
	return write_history(s, w, &h, why, e) < 0 ? -1 : 1;
}
