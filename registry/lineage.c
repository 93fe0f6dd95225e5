/* SPDX-License-Identifier: Apache-2.0
 * Where the content of a dataset came from and where it went, as runs recorded it. Within a run the
 * name of a dataset leads from node to node; between runs the hash does: what was read is what somebody
 * wrote before only if it is the same content.
 *
 *	upstream    made by a node of the run -> its inputs; read -> the newest run before that wrote the
 *	            same content; nobody did -> it came from outside
 *	downstream  each node that read this content, in its newest run -> its outputs; versions of models
 *	            at the end */
#include "registry/store.h"

#define DEPTH_MAX 64
#define ROWS_MAX 10000

struct walk {
	struct store *s;
	struct arena *a;
	struct lineage_row *v; /* owned */
	size_t n, cap;
	struct map seen; /* "data_id" of the rows whose beyond is listed already */
};

/* ---- one fact */

struct fact {
	struct lineage_row row;
	int64_t data_id, node_id, num;
};

#define FACT                                                                                   \
	"SELECT d.dataset, d.hash, d.rows, d.bytes, d.type, d.path, d.schema, n.name, r.name," \
	" r.run_id, d.data_id, d.node_id, n.num, coalesce(n.start_ms, r.start_ms)"             \
	" FROM mlc_data d JOIN mlc_nodes n ON n.node_id = d.node_id"                           \
	" JOIN mlc_runs r ON r.num = n.num "

static void
fill_fact(struct arena *a, const struct rows *rows, void *one)
{
	*(struct fact *)one = (struct fact){
		.row = {.dataset = rows__text(a, rows, 0),
			.hash = rows__text(a, rows, 1),
			.rows = rows_null(rows, 2) ? -1 : rows_i64(rows, 2),
			.bytes = rows_i64(rows, 3),
			.type = rows__text(a, rows, 4),
			.path = rows__text(a, rows, 5),
			.schema = rows__text(a, rows, 6),
			.node = rows__text(a, rows, 7),
			.run = rows__text(a, rows, 8),
			.run_id = rows__text(a, rows, 9),
			.time_ms = rows_i64(rows, 13)},
		.data_id = rows_i64(rows, 10),
		.node_id = rows_i64(rows, 11),
		.num = rows_i64(rows, 12),
	};
}

static const struct row_shape fact_shape = {sizeof(struct fact), fill_fact};

/* Takes over the query. */
static int
collect(struct walk *w, struct rows *rows, struct fact **out, size_t *n, struct err *e)
{
	struct row_list list = {0};
	int rc = rows__collect(rows, w->a, &fact_shape, &list, e);

	*out = list.v;
	*n = list.n;
	return rc;
}

/* Adds the row. 1: what is beyond it has to be listed; 0: it stands above already. */
static int
add(struct walk *w, const struct fact *f, int depth, bool output)
{
	bool fresh = map_put(&w->seen, arena_printf(w->a, "%lld", (long long)f->data_id), w);

	if (w->n == ROWS_MAX)
		return 0;
	w->v = mem_grow(w->v, &w->cap, w->n + 1, sizeof *w->v);
	w->v[w->n] = f->row;
	w->v[w->n].depth = depth;
	w->v[w->n].output = output;
	w->v[w->n].again = !fresh;
	w->n++;
	return fresh && depth < DEPTH_MAX;
}

/* ---- upstream */

static const char SQL_INPUTS[] = FACT "WHERE d.node_id = ? AND d.output = 0 ORDER BY d.data_id";
static const char SQL_MADE_IN[] = FACT "WHERE d.dataset = ? AND d.output = 1 AND n.num = ?";
static const char SQL_MADE_BEFORE[] =
	FACT "WHERE d.dataset = ? AND d.output = 1 AND d.hash = ? AND d.data_id < ?"
	     " ORDER BY d.data_id DESC LIMIT 1";

static int go_up(struct walk *w, const struct fact *made, int depth, struct err *e);

/* An input: in its run somebody made it, or before, or it came from outside. */
static int
trace(struct walk *w, const struct fact *in, int depth, struct err *e)
{
	struct rows *rows = NULL;
	struct fact *made = NULL;
	size_t n = 0;
	int rc = db_query(w->s->db, &rows, e, SQL_MADE_IN, "si", in->row.dataset, in->num);

	if (rc == 0)
		rc = collect(w, rows, &made, &n, e);
	if (rc == 0 && n == 0 && in->row.hash) {
		rc = db_query(w->s->db, &rows, e, SQL_MADE_BEFORE, "ssi", in->row.dataset,
			in->row.hash, in->data_id);
		if (rc == 0)
			rc = collect(w, rows, &made, &n, e);
	}
	if (rc < 0)
		return -1;
	if (n == 0) {
		(void)add(w, in, depth, false);
		return 0;
	}
	return add(w, &made[0], depth, true) ? go_up(w, &made[0], depth + 1, e) : 0;
}

static int
go_up(struct walk *w, const struct fact *made, int depth, struct err *e)
{
	struct rows *rows = NULL;
	struct fact *v;
	size_t n;

	if (db_query(w->s->db, &rows, e, SQL_INPUTS, "i", made->node_id) < 0 ||
		collect(w, rows, &v, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (trace(w, &v[i], depth, e) < 0)
			return -1;
	return 0;
}

/* ---- downstream */

/* Of each node that read the content, its newest run; in the run itself the name is enough, since what
 * is handed over in memory has no hash. */
static const char SQL_READERS[] =
	FACT "WHERE d.data_id IN (SELECT max(x.data_id) FROM mlc_data x"
	     "   JOIN mlc_nodes y ON y.node_id = x.node_id WHERE x.dataset = ?1 AND x.output = 0"
	     "   AND (x.hash = ?2 OR y.num = ?3) GROUP BY y.name)"
	     " ORDER BY d.data_id";
static const char SQL_OUTPUTS[] = FACT "WHERE d.node_id = ? AND d.output = 1 ORDER BY d.data_id";
static const char SQL_VERSIONS[] =
	"SELECT name, version FROM model_versions WHERE run_id = ?"
	" AND current_stage <> 'Deleted_Internal' ORDER BY name, version";

/* At a node that makes nothing its run has ended: with what it registered. */
static int
add_versions(struct walk *w, const struct fact *reader, int depth, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(w->s->db, &rows, e, SQL_VERSIONS, "s", reader->row.run_id);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		w->v = mem_grow(w->v, &w->cap, w->n + 1, sizeof *w->v);
		w->v[w->n] = (struct lineage_row){.depth = depth,
			.model = rows__text(w->a, rows, 0),
			.version = rows_i64(rows, 1),
			.run = reader->row.run,
			.rows = -1};
		w->n++;
	}
	rows_end(rows);
	return rc;
}

static int
go_down(struct walk *w, const struct fact *f, int depth, struct err *e)
{
	struct rows *rows = NULL;
	struct fact *readers, *made;
	size_t n, k;

	if (db_query(w->s->db, &rows, e, SQL_READERS, "ssi", f->row.dataset, f->row.hash, f->num) <
			0 ||
		collect(w, rows, &readers, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!add(w, &readers[i], depth, false))
			continue;
		if (db_query(w->s->db, &rows, e, SQL_OUTPUTS, "i", readers[i].node_id) < 0 ||
			collect(w, rows, &made, &k, e) < 0)
			return -1;
		for (size_t m = 0; m < k; m++)
			if (add(w, &made[m], depth + 1, true) &&
				go_down(w, &made[m], depth + 2, e) < 0)
				return -1;
		if (k == 0 && add_versions(w, &readers[i], depth + 1, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- from where */

/* The last that is on record of it: as somebody made it, else as somebody read it. */
static const char SQL_LAST[] = FACT
	"WHERE d.dataset = ? AND d.hash IS NOT NULL ORDER BY d.output DESC, d.data_id DESC LIMIT 1";

int
store_lineage(struct store *s, struct arena *a, const char *dataset, bool upstream,
	struct lineage *out, struct err *e)
{
	struct walk w = {.s = s, .a = a};
	struct rows *rows = NULL;
	struct fact *last = NULL;
	size_t found = 0;
	int rc = 0;

	*out = (struct lineage){0};
	if (!s->db || s->level < LEVEL_VERSIONS)
		return 0;
	rc = db_script(s->db, "BEGIN", e);
	if (rc == 0)
		rc = db_query(s->db, &rows, e, SQL_LAST, "s", dataset);
	if (rc == 0)
		rc = collect(&w, rows, &last, &found, e);
	if (rc == 0 && found && add(&w, last, 0, true))
		rc = upstream ? go_up(&w, last, 1, e) : go_down(&w, last, 1, e);
	db_rollback(s->db);
	if (rc == 0 && w.n) {
		out->v = arena_alloc(a, w.n * sizeof *out->v);
		memcpy(out->v, w.v, w.n * sizeof *out->v);
		out->n = w.n;
	}
	free(w.v);
	map_fini(&w.seen);
	return rc;
}
