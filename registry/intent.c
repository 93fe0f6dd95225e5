/* SPDX-License-Identifier: Apache-2.0
 * Publishing intents: a node's outputs, written down before the first rename, so that whoever finds
 * the run dead can finish what it began (recover.c).
 *
 *	intent_write: open  ->  renames (catalog)  ->  intent_done: the node's record, and done */
#include "registry/store.h"

static const char SQL_ADD[] =
	"INSERT INTO mlc_intents (num, node, stage, target, hash, folder, outside, state,"
	" created_ms)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, 'open', ?)";

static const char SQL_RUNS[] =
	"SELECT 1 FROM mlc_runs WHERE num = ? AND run_id = ? AND status = 'running'";

/* Should another process have taken the run for dead, its targets may be somebody else's by now. */
static int
check_running(struct store *s, const struct run_id *r, struct err *e)
{
	int64_t found;
	int rc = db_get_i64(s->db, &found, e, SQL_RUNS, "is", r->num, r->id);

	if (rc == 0)
		return err_set(e, MLC_STORE, "the run %s has ended already", r->name);
	return rc < 0 ? -1 : 0;
}

int
intent_write(struct store *s, const struct run_id *r, const char *node,
	const struct publish_item *items, size_t n, struct err *e)
{
	int64_t now = clock_now_ms(s->clock);
	int rc;

	if (db_begin(s->db, e) < 0)
		return -1;
	rc = check_running(s, r, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = db_run(s->db, e, SQL_ADD, "issssiii", r->num, node, items[i].stage,
			items[i].target, items[i].hash, (int64_t)items[i].folder,
			(int64_t)items[i].outside, now);
	if (rc == 0)
		rc = db_commit(s->db, e);
	if (rc < 0) {
		db_rollback(s->db);
		err_wrap(e, "writing down what node `%s` is about to publish", node);
	}
	return rc;
}

static const char SQL_DONE[] = "UPDATE mlc_intents SET state = 'done', closed_ms = ?"
			       " WHERE num = ? AND node = ? AND state = 'open'";

int
intent_done(struct store *s, const struct run_id *r, const struct node_fact *node, struct err *e)
{
	if (db_begin(s->db, e) < 0)
		return -1;
	if (nodes__record(s, r, node, 1, e) < 0 ||
		db_run(s->db, e, SQL_DONE, "iis", clock_now_ms(s->clock), r->num, node->name) < 0 ||
		db_commit(s->db, e) < 0) {
		db_rollback(s->db);
		return -1;
	}
	return 0;
}
