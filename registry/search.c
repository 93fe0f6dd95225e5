/* SPDX-License-Identifier: Apache-2.0
 * Runs that a search finds, in the order it asks for.
 *
 *	each comparison   one constant query: the runs that have the key, in order of their ids;
 *	                  of metrics those in a range, of parameters those that are equal
 *	AND, OR           two such sets, walked side by side
 *	the order         newest first, as recorded, then a stable sort by the keys that were asked for
 *
 * Values are compared here and not by SQLite: one query for each kind of key serves every operator,
 * and no SQL is ever made of what somebody typed. The cost is the number of runs that have the key. */
#include "registry/search.h"

#include <math.h>
#include <strings.h>

struct ids {            /* run ids in order, each once */
	const char **v; /* owned; the texts are in the arena */
	size_t n, cap;
};

static void
ids_add(struct ids *s, const char *id)
{
	s->v = mem_grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
	s->v[s->n++] = id;
}

/* ---- one comparison */

static bool
number_fits(enum search_op op, double value, double bound)
{
	switch (op) {
	case OP_EQ: return value == bound;
	case OP_NE: return value != bound;
	case OP_LT: return value < bound;
	case OP_LE: return value <= bound;
	case OP_GT: return value > bound;
	case OP_GE: return value >= bound;
	default: return false;
	}
}

static bool
text_fits(const struct search *t, const char *value)
{
	bool listed = false;

	for (size_t i = 0; i < t->n_texts; i++)
		listed |= str_eq(t->texts[i], value);
	switch (t->op) {
	case OP_EQ:
	case OP_IN: return listed;
	case OP_NE:
	case OP_NOT_IN: return !listed;
	default: return search__like(t->texts[0], value, t->op == OP_ILIKE);
	}
}

static bool
is_number(const struct search_key *k)
{
	return k->entity == S_METRIC || (k->attr && k->attr->number);
}

static double
number_of(const struct search_key *k, const struct rows *rows)
{
	if (k->entity == S_METRIC && rows_i64(rows, 2))
		return (double)NAN;
	return rows_f64(rows, 1);
}

static bool
fits(const struct search *t, const struct rows *rows)
{
	if (t->op == OP_NULL || t->op == OP_NOT_NULL)
		return !rows_null(rows, 1);
	if (rows_null(rows, 1))
		return false;
	if (is_number(&t->what))
		return number_fits(t->op, number_of(&t->what, rows), t->number);
	return text_fits(t, rows_str(rows, 1));
}

static int
open_values(struct store *s, const struct search_key *k, struct rows **out, struct err *e)
{
	const char *sql = search__sql(k);

	return k->attr ? db_query(s->db, out, e, sql, "")
		       : db_query(s->db, out, e, sql, "s", k->key);
}

static const char SQL_RANGE[] = "SELECT run_uuid, value, is_nan FROM latest_metrics"
				" WHERE key = ? AND value BETWEEN ? AND ? ORDER BY +run_uuid";
static const char SQL_EQUAL[] =
	"SELECT run_uuid, value FROM params WHERE key = ? AND value = ? ORDER BY +run_uuid";

/* The rows that may fit: few of them where an index knows the values. */
static int
open_likely(struct store *s, const struct search *t, struct rows **out, struct err *e)
{
	static const struct {
		bool low, high;
	} bounds[OP_NOT_NULL + 1] = {[OP_EQ] = {true, true},
		[OP_LT] = {false, true},
		[OP_LE] = {false, true},
		[OP_GT] = {true, false},
		[OP_GE] = {true, false}};
	bool low = bounds[t->op].low, high = bounds[t->op].high;

	if (t->what.entity == S_METRIC && (low || high))
		return db_query(s->db, out, e, SQL_RANGE, "sdd", t->what.key,
			low ? t->number : (double)-INFINITY, high ? t->number : (double)INFINITY);
	if (t->what.entity == S_PARAM && t->op == OP_EQ)
		return db_query(s->db, out, e, SQL_EQUAL, "ss", t->what.key, t->texts[0]);
	return open_values(s, &t->what, out, e);
}

static int
find(struct store *s, struct arena *a, const struct search *t, struct ids *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = 0;

	if (t->what.attr && t->what.attr->ours && s->level == 0) /* nothing has it */
		return 0;
	rc = open_likely(s, t, &rows, e);
	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		const char *id = rows_str(rows, 0);

		rc = 0;
		/* several datasets of one run stand side by side */
		if (fits(t, rows) && (!out->n || !str_eq(out->v[out->n - 1], id)))
			ids_add(out, arena_strdup(a, id));
	}
	rows_end(rows);
	return rc;
}

/* ---- sets */

/* What is in both, or in either. */
static struct ids
join(const struct ids *a, const struct ids *b, bool both)
{
	struct ids out = {0};
	size_t i = 0, k = 0;

	while (i < a->n || k < b->n) {
		int order = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->v[i], b->v[k]);

		if (!both || order == 0)
			ids_add(&out, order <= 0 ? a->v[i] : b->v[k]);
		i += order <= 0;
		k += order >= 0;
	}
	return out;
}

static const char SQL_ALL_IDS[] = "SELECT run_uuid FROM runs ORDER BY run_uuid";

/* Every run that is not in the set. */
static int
complement(struct store *s, struct arena *a, struct ids *set, struct err *e)
{
	struct rows *rows = NULL;
	struct ids out = {0};
	size_t i = 0;
	int rc = db_query(s->db, &rows, e, SQL_ALL_IDS, "");

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		const char *id = rows_str(rows, 0);

		rc = 0;
		while (i < set->n && strcmp(set->v[i], id) < 0)
			i++;
		if (i == set->n || !str_eq(set->v[i], id))
			ids_add(&out, arena_strdup(a, id));
	}
	rows_end(rows);
	free(set->v);
	*set = out;
	return rc;
}

static int
evaluate(struct store *s, struct arena *a, const struct search *t, struct ids *out, struct err *e)
{
	struct ids left = {0}, right = {0};
	int rc;

	*out = (struct ids){0};
	if (t->kind == SEARCH_TERM) {
		rc = find(s, a, t, out, e);
		return rc == 0 && t->op == OP_NULL ? complement(s, a, out, e) : rc;
	}
	rc = evaluate(s, a, t->left, &left, e);
	if (rc == 0)
		rc = evaluate(s, a, t->right, &right, e);
	if (rc == 0)
		*out = join(&left, &right, t->kind == SEARCH_AND);
	free(left.v);
	free(right.v);
	return rc;
}

/* ---- order */

struct candidate {
	const char *id;
	size_t place; /* newest first */
	double number;
	const char *text; /* arena */
	bool missing;
};

static int
by_id(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static int
by_place(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

/* NaN comes after all numbers, and what has no value comes last, whatever the direction. */
static int
by_value(const void *a, const void *b, void *arg)
{
	const struct search_order *o = arg;
	const struct candidate *x = a, *y = b;
	int order;

	if (x->missing || y->missing)
		order = x->missing - y->missing;
	else if (isnan(x->number) || isnan(y->number))
		order = isnan(x->number) - isnan(y->number);
	else {
		order = is_number(&o->what) ? (x->number > y->number) - (x->number < y->number)
					    : strcmp(x->text, y->text);
		order = o->descending ? -order : order;
	}
	return order ? order : by_place(x, y);
}

/* The value of one key for every candidate, in the order of their ids. */
static int
fetch(struct store *s, struct arena *a, const struct search_order *o, struct candidate *v, size_t n,
	struct err *e)
{
	struct rows *rows = NULL;
	size_t i = 0;
	int rc = 0;

	for (size_t k = 0; k < n; k++)
		v[k].missing = true;
	if (o->what.attr && o->what.attr->ours && s->level == 0)
		return 0;
	rc = open_values(s, &o->what, &rows, e);
	while (rc == 0 && i < n && (rc = rows_next(rows, e)) == 1) {
		const char *id = rows_str(rows, 0);

		rc = 0;
		while (i < n && strcmp(v[i].id, id) < 0)
			i++;
		if (i == n || !str_eq(v[i].id, id) || rows_null(rows, 1))
			continue;
		v[i].missing = false;
		if (is_number(&o->what))
			v[i].number = number_of(&o->what, rows);
		else
			v[i].text = arena_strdup(a, rows_str(rows, 1));
	}
	rows_end(rows);
	return rc;
}

/* By the last key first: the sort keeps the order of what is equal. */
static int
arrange(struct store *s, struct arena *a, const struct run_search *q, struct candidate *v, size_t n,
	struct err *e)
{
	struct search_order orders[ORDERS_MAX];
	size_t n_orders = 0;

	if (search__parse_order(a, "--order-by", q->order_by, orders, &n_orders, e) < 0)
		return -1;
	while (n && n_orders-- > 0) {
		qsort(v, n, sizeof *v, by_id);
		if (fetch(s, a, &orders[n_orders], v, n, e) < 0)
			return -1;
		qsort_r(v, n, sizeof *v, by_value, &orders[n_orders]);
		for (size_t i = 0; i < n; i++)
			v[i].place = i;
	}
	return 0;
}

/* ---- all of it */

/* MLflow's table grows with each run, and its migrations copy it in that order. */
static const char SQL_NEWEST[] =
	"SELECT run_uuid FROM runs WHERE lifecycle_stage IN (?, ?) ORDER BY rowid DESC";

/* Of few runs it is faster to ask for each than to look at all. */
#define FEW 5000
static const char SQL_WHERE[] =
	"SELECT rowid, lifecycle_stage IN (?, ?) FROM runs WHERE run_uuid = ?";

static bool
holds(const struct ids *set, const char *id)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(set->v[mid], id);

		if (order == 0)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

struct candidates {
	struct candidate *v; /* owned */
	size_t n, cap;
};

static const char *const stages[][2] = {[RUNS_ACTIVE] = {"active", "active"},
	[RUNS_DELETED] = {"deleted", "deleted"},
	[RUNS_ALL] = {"active", "deleted"}};

static void
add_candidate(struct candidates *out, const char *id, size_t place)
{
	out->v = mem_grow(out->v, &out->cap, out->n + 1, sizeof *out->v);
	out->v[out->n++] = (struct candidate){.id = id, .place = place};
}

/* Adds a run if the view has it: 1, else 0. Its place is by age. */
static int
add_found(struct store *s, const struct run_search *q, const char *id, struct candidates *out,
	struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(
		s->db, &rows, e, SQL_WHERE, "sss", stages[q->view][0], stages[q->view][1], id);

	if (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		rc = rows_i64(rows, 1) != 0;
		if (rc == 1)
			add_candidate(out, id, SIZE_MAX - (size_t)rows_i64(rows, 0));
	}
	rows_end(rows);
	return rc;
}

/* The few that were found, newest first. */
static int
list_few(struct store *s, const struct run_search *q, const struct ids *found,
	struct candidates *out, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < found->n; i++)
		rc = add_found(s, q, found->v[i], out, e);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_place);
	for (size_t i = 0; i < out->n; i++)
		out->v[i].place = i;
	return rc < 0 ? -1 : 0;
}

/* The runs to choose from, newest first; found NULL: all. Stops at most. */
static int
list(struct store *s, struct arena *a, const struct run_search *q, const struct ids *found,
	struct candidates *out, struct err *e)
{
	size_t most = q->order_by ? SIZE_MAX : (size_t)q->limit;
	struct rows *rows = NULL;
	int rc;

	if (found && found->n <= FEW)
		return list_few(s, q, found, out, e);
	rc = db_query(s->db, &rows, e, SQL_NEWEST, "ss", stages[q->view][0], stages[q->view][1]);

	while (rc == 0 && out->n < most && (rc = rows_next(rows, e)) == 1) {
		rc = 0;
		if (found && !holds(found, rows_str(rows, 0)))
			continue;
		add_candidate(out, arena_strdup(a, rows_str(rows, 0)), out->n);
	}
	rows_end(rows);
	return rc;
}

/* ---- the best of a metric */

#define TOP_MAX 1000
static const char SQL_BEST[] = "SELECT run_uuid, value FROM latest_metrics WHERE key = ?"
			       " AND is_nan = 0 ORDER BY value DESC";
static const char SQL_LEAST[] = "SELECT run_uuid, value FROM latest_metrics WHERE key = ?"
				" AND is_nan = 0 ORDER BY value";

/* Reads the index from its end until there are enough, and all that are equal to the last of them. */
static int
read_top(struct store *s, struct arena *a, const struct run_search *q, const struct search_order *o,
	struct candidates *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, o->descending ? SQL_BEST : SQL_LEAST, "s", o->what.key);

	while (rc == 0 && (rc = rows_next(rows, e)) == 1) {
		double value = rows_f64(rows, 1);

		rc = 0;
		if (out->n >= (size_t)q->limit && value != out->v[out->n - 1].number)
			break;
		rc = add_found(s, q, arena_strdup(a, rows_str(rows, 0)), out, e);
		if (rc == 1)
			out->v[out->n - 1].number = value;
		rc = rc < 0 ? -1 : 0;
	}
	rows_end(rows);
	return rc;
}

/* 1: all runs by one metric, as many as are asked for; 0: that has to be found out by looking at all. */
static int
find_top(struct store *s, struct arena *a, const struct run_search *q, struct candidates *out,
	struct err *e)
{
	struct search_order orders[ORDERS_MAX];
	size_t n = 0;

	if (q->filter || !q->order_by || q->limit < 1 || q->limit > TOP_MAX)
		return 0;
	if (search__parse_order(a, "--order-by", q->order_by, orders, &n, e) < 0)
		return -1;
	if (n != 1 || orders[0].what.entity != S_METRIC)
		return 0;
	if (read_top(s, a, q, &orders[0], out, e) < 0)
		return -1;
	if (out->n < (size_t)q->limit) { /* those without the metric come after */
		out->n = 0;
		return 0;
	}
	qsort_r(out->v, out->n, sizeof *out->v, by_value, &orders[0]);
	return 1;
}

int
search__runs(struct store *s, struct arena *a, const struct run_search *q, const char ***ids,
	size_t *n, struct err *e)
{
	struct search *tree = NULL;
	struct ids found = {0};
	struct candidates c = {0};
	int rc = q->filter ? search__parse(a, "--filter", q->filter, &tree, e) : 0;
	int top = rc == 0 ? find_top(s, a, q, &c, e) : 0;

	rc = top < 0 ? -1 : rc;
	if (rc == 0 && tree)
		rc = evaluate(s, a, tree, &found, e);
	if (rc == 0 && !top)
		rc = list(s, a, q, tree ? &found : NULL, &c, e);
	if (rc == 0 && !top && q->order_by)
		rc = arrange(s, a, q, c.v, c.n, e);
	*n = rc < 0 ? 0 : c.n < (size_t)q->limit ? c.n : (size_t)q->limit;
	*ids = arena_alloc(a, (*n + 1) * sizeof **ids);
	for (size_t i = 0; i < *n; i++)
		(*ids)[i] = c.v[i].id;
	free(found.v);
	free(c.v);
	return rc;
}
