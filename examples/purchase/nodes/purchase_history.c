/* SPDX-License-Identifier: Apache-2.0
 * purchase_history: users, purchases and events joined into one row a user, as it was known at a moment.
 *
 *	----- 90 days -----|-- 7 days --|cutoff|-- horizon --|
 *	      counted                          bought or not
 *
 * Nothing at or behind the cutoff is looked at, but by the column `bought`, which is there only if a
 * horizon is given: training asks for it, scoring does not know it yet. The cutoff lies `back` days
 * before the end of the day of the last event. */
#include <mlflow-c/node.h>

#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400000000) /* microseconds */

/* What is known of one user. */
struct history {
	int64_t user, signup, last; /* last purchase */
	double spent, spent_90d;
	int64_t purchases, purchases_30d, purchases_90d;
	int64_t events_7d, events_30d, products_7d, carts_7d, carts_30d, phone_30d;
	bool bought;
};

struct table {
	struct history *v; /* by user; owned */
	int64_t n, cutoff, until;
};

static int
by_user(const void *a, const void *b)
{
	const struct history *x = a, *y = b;
	return (x->user > y->user) - (x->user < y->user);
}

static struct history *
find(const struct table *t, int64_t user)
{
	struct history key = {.user = user};
	return bsearch(&key, t->v, (size_t)t->n, sizeof(key), by_user);
}

static bool
is(struct mlf_str s, const char *word)
{
	return s.len == (int64_t)strlen(word) && memcmp(s.s, word, (size_t)s.len) == 0;
}

static int
add_purchases(struct mlf_ctx *ctx, struct table *t)
{
	struct mlf_frame *in = mlf_input(ctx, "purchases");
	struct mlf_i64s user = mlf_i64(in, "user_id"), ts = mlf_timestamp(in, "ts");
	struct mlf_f64s amount = mlf_f64(in, "amount");
	for (int64_t i = 0; i < user.n; i++) {
		struct history *h = find(t, user.v[i]);
		int64_t ago = t->cutoff - ts.v[i];
		if (!h)
			return mlf_fail(ctx, "purchases, row %lld: there is no user %lld",
				(long long)i + 1, (long long)user.v[i]);
		if (ago <= 0) {
			h->bought |= ts.v[i] < t->until;
			continue;
		}
		h->last = ts.v[i] > h->last ? ts.v[i] : h->last;
		h->purchases++;
		h->spent += amount.v[i];
		h->purchases_30d += ago <= 30 * DAY;
		h->purchases_90d += ago <= 90 * DAY;
		h->spent_90d += ago <= 90 * DAY ? amount.v[i] : 0;
	}
	return 0;
}

static int
add_events(struct mlf_ctx *ctx, struct table *t)
{
	struct mlf_frame *in = mlf_input(ctx, "events");
	struct mlf_i64s user = mlf_i64(in, "user_id"), ts = mlf_timestamp(in, "ts");
	struct mlf_strs page = mlf_utf8(in, "page"), device = mlf_utf8(in, "device");
	for (int64_t i = 0; i < user.n; i++) {
		struct history *h = find(t, user.v[i]);
		int64_t ago = t->cutoff - ts.v[i];
		if (!h)
			return mlf_fail(ctx, "events, row %lld: there is no user %lld",
				(long long)i + 1, (long long)user.v[i]);
		if (ago <= 0 || ago > 30 * DAY)
			continue;
		bool week = ago <= 7 * DAY, cart = is(mlf_str_at(&page, i), "cart");
		h->events_30d++;
		h->events_7d += week;
		h->products_7d += week && is(mlf_str_at(&page, i), "product");
		h->carts_30d += cart;
		h->carts_7d += week && cart;
		h->phone_30d += is(mlf_str_at(&device, i), "phone");
	}
	return 0;
}

/* One entry a user; cutoff and horizon as the parameters want them. */
static int
begin(struct mlf_ctx *ctx, struct mlf_frame *users, struct table *t)
{
	struct mlf_i64s id = mlf_i64(users, "user_id"), signup = mlf_timestamp(users, "signup_ts");
	struct mlf_i64s seen = mlf_timestamp(mlf_input(ctx, "events"), "ts");
	int64_t end = 0;
	for (int64_t i = 0; i < seen.n; i++)
		end = seen.v[i] > end ? seen.v[i] : end;
	t->cutoff = (end / DAY + 1) * DAY - mlf_param_i64(ctx, "back") * DAY;
	t->until = t->cutoff + mlf_param_i64(ctx, "horizon") * DAY;
	t->v = calloc((size_t)id.n + 1, sizeof(*t->v));
	if (!t->v)
		return mlf_fail(ctx, "no memory for %lld users", (long long)id.n);
	for (int64_t i = 0; i < id.n; i++)
		if (signup.v[i] < t->cutoff) /* the others are not known yet */
			t->v[t->n++] = (struct history){.user = id.v[i], .signup = signup.v[i]};
	qsort(t->v, (size_t)t->n, sizeof(*t->v), by_user);
	return 0;
}

/* ---- the output: rows in the order of the users' table */

static void
push_rest(struct mlf_builder *b, const struct history *h, int64_t cutoff)
{
	const int64_t counts[] = {h->purchases, h->purchases_30d, h->purchases_90d, h->events_7d,
		h->events_30d, h->products_7d, h->carts_7d, h->carts_30d};
	int column = 3;
	mlf_push_f64(b, column++, (double)(cutoff - h->signup) / (double)DAY);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		mlf_push_i64(b, column++, counts[i]);
	mlf_push_f64(b, column++, h->spent_90d);
	if (h->purchases) {
		mlf_push_f64(b, column++, h->spent / (double)h->purchases);
		mlf_push_f64(b, column++, (double)(cutoff - h->last) / (double)DAY);
	} else {
		mlf_push_null(b, column++);
		mlf_push_null(b, column++);
	}
	if (h->events_30d)
		mlf_push_f64(b, column++, (double)h->phone_30d / (double)h->events_30d);
	else
		mlf_push_null(b, column++);
}

static const struct {
	const char *name;
	enum mlf_type type;
} columns[] = {{"user_id", MLF_I64}, {"segment", MLF_UTF8}, {"age", MLF_I64},
	{"days_known", MLF_F64}, {"purchases", MLF_I64}, {"purchases_30d", MLF_I64},
	{"purchases_90d", MLF_I64}, {"events_7d", MLF_I64}, {"events_30d", MLF_I64},
	{"products_7d", MLF_I64}, {"carts_7d", MLF_I64}, {"carts_30d", MLF_I64},
	{"spent_90d", MLF_F64}, {"mean_amount", MLF_F64}, {"days_since_last", MLF_F64},
	{"phone_share", MLF_F64}};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static struct mlf_frame *
write_rows(struct mlf_ctx *ctx, struct mlf_frame *users, const struct table *t)
{
	struct mlf_i64s id = mlf_i64(users, "user_id"), age = mlf_i64(users, "age");
	struct mlf_strs segment = mlf_utf8(users, "segment");
	struct mlf_builder *b = mlf_build(ctx);
	bool told = t->until > t->cutoff;
	for (int c = 0; c < COLUMNS; c++)
		mlf_add_column(b, columns[c].name, columns[c].type);
	if (told)
		mlf_add_column(b, "bought", MLF_I64);
	for (int64_t i = 0; i < id.n; i++) {
		const struct history *h = find(t, id.v[i]);
		struct mlf_str s = mlf_str_at(&segment, i);
		if (!h)
			continue;
		mlf_push_i64(b, 0, h->user);
		mlf_push_str(b, 1, s.s, s.len);
		if (mlf_is_null(age.valid, age.off, i))
			mlf_push_null(b, 2);
		else
			mlf_push_i64(b, 2, age.v[i]);
		push_rest(b, h, t->cutoff);
		if (told)
			mlf_push_i64(b, COLUMNS, h->bought);
	}
	return mlf_finish(b);
}

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *users = mlf_input(ctx, "users");
	struct table t = {0};
	int rc = begin(ctx, users, &t);
	if (rc == 0)
		rc = add_purchases(ctx, &t);
	if (rc == 0)
		rc = add_events(ctx, &t);
	if (rc == 0)
		rc = mlf_output(ctx, "table", write_rows(ctx, users, &t));
	free(t.v);
	return rc;
}

static const struct mlf_node nodes[] = {{
	.name = "purchase_history",
	.help = "Joins users, purchases and events into one row a user.",
	.inputs =
		(const struct mlf_port[]){{"users", MLF_TABLE, 0, "who, since when, segment, age"},
			{"purchases", MLF_TABLE, 0, "who, when, amount"},
			{"events", MLF_TABLE, 0, "who, when, page, device"}, {0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "one row a user"}, {0}},
	.params = (const struct mlf_param[]){{"back", MLF_INT, "0", 0, 3650,
						     "days between the cutoff and the last event"},
		{"horizon", MLF_INT, "0", 0, 3650,
			"days behind the cutoff in which `bought` looks; 0: no such column"},
		{0}},
	.run = run,
}};
MLF_PLUGIN("purchase_history", "1.0", nodes);
