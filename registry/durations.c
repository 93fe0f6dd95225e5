/* SPDX-License-Identifier: Apache-2.0
 * How long nodes took the last time. Only the newest runs are looked at, so that a long history makes
 * no run start later. */
#include "registry/store.h"

/* The thousand newest runs of all pipelines are searched for five of this one. */
static const char SQL_DURATIONS[] =
	"SELECT n.name, n.wall_us FROM (SELECT num FROM mlc_runs"
	"  WHERE num > (SELECT max(num) FROM mlc_runs) - 1000 AND pipeline = ? AND env = ?"
	"  ORDER BY num DESC LIMIT 5) r"
	" CROSS JOIN mlc_nodes n ON n.num = r.num WHERE n.status = 'ok' ORDER BY n.num DESC";

struct found {
	struct duration *v; /* owned */
	size_t n, cap;
	struct map seen;
};

static void
add(struct found *list, struct arena *a, const char *node, int64_t wall_us)
{
	if (!map_put(&list->seen, node, list))
		return; /* a newer run had it */
	list->v = mem_grow(list->v, &list->cap, list->n + 1, sizeof *list->v);
	list->v[list->n++] = (struct duration){arena_strdup(a, node), wall_us};
}

int
store_durations(struct store *s, struct arena *a, const char *pipeline, const char *env,
	struct durations *out, struct err *e)
{
	struct found list = {0};
	struct rows *rows = NULL;
	int rc;

	*out = (struct durations){0};
	if (!s->db || s->level == 0)
		return 0;
	rc = db_query(s->db, &rows, e, SQL_DURATIONS, "ss", pipeline, env);
	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		add(&list, a, rows_str(rows, 0), rows_i64(rows, 1));
	}
	rows_end(rows);
	if (rc == 0 && list.n > 0) {
		out->v = arena_alloc(a, list.n * sizeof *out->v);
		memcpy(out->v, list.v, list.n * sizeof *out->v);
		out->n = list.n;
	}
	free(list.v);
	map_fini(&list.seen);
	return rc;
}
