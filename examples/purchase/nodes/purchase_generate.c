/* SPDX-License-Identifier: Apache-2.0
 * purchase_generate: an invented shop: its users, what they bought, and what they looked at.
 *
 * Day by day each user has an interest in the shop, which rises and falls slowly. It makes both visits
 * and purchases likelier, so what somebody looked at this week tells something of what is bought in the
 * next; a visit that ends in the cart tells more. How often somebody buys at all differs between
 * segments and people. The same seed gives the same shop. */
#include <mlflow-c/node.h>

#include <math.h>

/* ---- chance: PCG32, a stream for each user, so that more users leave the others as they are */

struct pcg {
	uint64_t state, inc;
};

static uint32_t
pcg_next(struct pcg *g)
{
	uint64_t old = g->state;
	g->state = old * 6364136223846793005u + g->inc;
	uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27), rot = (uint32_t)(old >> 59);
	return x >> rot | x << (-rot & 31);
}

static struct pcg
pcg_stream(int64_t seed, int64_t stream)
{
	struct pcg g = {0, (uint64_t)stream << 1 | 1};
	pcg_next(&g);
	g.state += (uint64_t)seed;
	pcg_next(&g);
	return g;
}

/* Between 0 and 1, both excluded. */
static double
uniform(struct pcg *g)
{
	return (pcg_next(g) + 0.5) * 0x1p-32;
}

static double
normal(struct pcg *g)
{
	double r = sqrt(-2 * log(uniform(g)));
	return r * cos(6.283185307179586 * uniform(g));
}

static int
below(struct pcg *g, int n)
{
	return (int)(uniform(g) * n);
}

/* ---- the shop */

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))
#define DAY INT64_C(86400000000) /* microseconds */

static const struct {
	const char *name;
	double share, appetite; /* logarithm of how much more often they buy */
} segments[] = {
	{"new", 0.3, -0.5}, {"casual", 0.45, -0.2}, {"loyal", 0.2, 0.7}, {"business", 0.05, 1.0}};
static const char *const categories[] = {"books", "garden", "kitchen", "music", "sports", "toys"};
static const double prices[] = {18, 35, 45, 15, 60, 25};
static const char *const channels[] = {"web", "app", "shop"};
static const char *const devices[] = {"phone", "desktop", "tablet"};

struct user {
	int64_t id, signup;
	int segment, category; /* what is bought most often */
	double appetite, interest, phone;
	struct pcg g;
};

struct shop {
	struct mlf_builder *users, *purchases, *events;
	int64_t start, n_purchases, n_events;
	int days;
};

static void
text(struct mlf_builder *b, int column, const char *s)
{
	int64_t n = 0;
	while (s[n])
		n++;
	mlf_push_str(b, column, s, n);
}

/* ---- days */

static void
look(struct shop *s, struct user *u, int64_t when, const char *page)
{
	struct mlf_builder *b = s->events;
	int device = uniform(&u->g) < u->phone ? 0 : 1 + (uniform(&u->g) < 0.15);
	mlf_push_i64(b, 0, ++s->n_events);
	mlf_push_i64(b, 1, u->id);
	mlf_push_i64(b, 2, when);
	text(b, 3, page);
	text(b, 4, devices[device]);
}

static void
buy(struct shop *s, struct user *u, int64_t when)
{
	struct mlf_builder *b = s->purchases;
	int category = uniform(&u->g) < 0.5 ? u->category : below(&u->g, COUNT(categories));
	double amount = prices[category] * exp(0.5 * normal(&u->g)) * (u->segment == 3 ? 2.5 : 1);
	mlf_push_i64(b, 0, ++s->n_purchases);
	mlf_push_i64(b, 1, u->id);
	mlf_push_i64(b, 2, when);
	mlf_push_f64(b, 3, round(amount * 100) / 100);
	text(b, 4, categories[category]);
	text(b, 5, channels[uniform(&u->g) < u->phone ? 1 : 2 * (uniform(&u->g) < 0.2)]);
}

/* A visit: the front page, products, maybe the cart. True if it came to the cart. */
static bool
visit(struct shop *s, struct user *u, int64_t when)
{
	int products = below(&u->g, 3) + (uniform(&u->g) < 0.3 + 0.15 * u->interest);
	look(s, u, when, "front");
	for (int i = 0; i < products; i++)
		look(s, u, when += 1000000 * (10 + below(&u->g, 110)), "product");
	if (!products || uniform(&u->g) > 0.25 + 0.12 * u->interest)
		return false;
	look(s, u, when + 1000000 * (10 + below(&u->g, 110)), "cart");
	return true;
}

static void
live(struct shop *s, struct user *u, int day)
{
	int64_t when = s->start + day * DAY + (int64_t)(uniform(&u->g) * 80000) * 1000000;
	u->interest = 0.95 * u->interest + 0.3122 * normal(&u->g);
	if (when < u->signup)
		return;
	double drive = u->appetite + 1.2 * u->interest;
	bool cart = uniform(&u->g) < 0.1 * exp(0.6 * drive) && visit(s, u, when);
	if (cart)
		u->interest += 0.3;
	if (uniform(&u->g) < (cart ? 0.15 : 0.005) * exp(1.1 * drive)) {
		buy(s, u, when + 600 * INT64_C(1000000));
		u->interest -= 0.3;
	}
}

static void
sign_up(struct shop *s, struct user *u, int64_t id, int64_t seed)
{
	double left;
	u->id = id;
	u->g = pcg_stream(seed, id);
	left = uniform(&u->g);
	while (u->segment < COUNT(segments) - 1 && left >= segments[u->segment].share)
		left -= segments[u->segment++].share;
	u->category = below(&u->g, COUNT(categories));
	u->appetite = segments[u->segment].appetite + 1.2 * normal(&u->g);
	u->interest = normal(&u->g);
	u->phone = uniform(&u->g);
	/* new users came during the time that is told of, the others in the two years before */
	double ago =
		u->segment == 0 ? -uniform(&u->g) * fmin(80, s->days - 14) : uniform(&u->g) * 730;
	u->signup = s->start - (int64_t)(ago * 86400) * 1000000;
	mlf_push_i64(s->users, 0, id);
	mlf_push_i64(s->users, 1, u->signup);
	text(s->users, 2, segments[u->segment].name);
	if (uniform(&u->g) < 0.1)
		mlf_push_null(s->users, 3);
	else
		mlf_push_i64(s->users, 3, 18 + (int64_t)(60 * uniform(&u->g) * uniform(&u->g)));
}

/* ---- the tables */

struct column {
	const char *name;
	enum mlf_type type;
};

static struct mlf_builder *
table(struct mlf_ctx *ctx, const struct column *columns)
{
	struct mlf_builder *b = mlf_build(ctx);
	for (; columns->name; columns++)
		mlf_add_column(b, columns->name, columns->type);
	return b;
}

static const struct column user_columns[] = {{"user_id", MLF_I64}, {"signup_ts", MLF_TIMESTAMP},
	{"segment", MLF_UTF8}, {"age", MLF_I64}, {NULL, 0}};
static const struct column purchase_columns[] = {{"purchase_id", MLF_I64}, {"user_id", MLF_I64},
	{"ts", MLF_TIMESTAMP}, {"amount", MLF_F64}, {"category", MLF_UTF8}, {"channel", MLF_UTF8},
	{NULL, 0}};
static const struct column event_columns[] = {{"event_id", MLF_I64}, {"user_id", MLF_I64},
	{"ts", MLF_TIMESTAMP}, {"page", MLF_UTF8}, {"device", MLF_UTF8}, {NULL, 0}};

static int
run(struct mlf_ctx *ctx)
{
	struct shop s = {.users = table(ctx, user_columns),
		.purchases = table(ctx, purchase_columns),
		.events = table(ctx, event_columns),
		.start = INT64_C(1735689600000000), /* 2025-01-01 */
		.days = (int)mlf_param_i64(ctx, "days")};
	int64_t n = mlf_param_i64(ctx, "users"), seed = mlf_param_i64(ctx, "seed");
	for (int64_t i = 1; i <= n && !mlf_cancelled(ctx); i++) {
		struct user u = {0};
		sign_up(&s, &u, i, seed);
		for (int day = 0; day < s.days; day++)
			live(&s, &u, day);
		mlf_progress(ctx, i, n);
	}
	mlf_log(ctx, "%lld users, %lld purchases, %lld events", (long long)n,
		(long long)s.n_purchases, (long long)s.n_events);
	int rc = mlf_output(ctx, "users", mlf_finish(s.users));
	if (rc == 0)
		rc = mlf_output(ctx, "purchases", mlf_finish(s.purchases));
	return rc == 0 ? mlf_output(ctx, "events", mlf_finish(s.events)) : rc;
}

static const struct mlf_node nodes[] = {{
	.name = "purchase_generate",
	.help = "Invents a shop, the same for the same seed.",
	.inputs = (const struct mlf_port[]){{0}},
	.outputs = (const struct mlf_port[]){{"users", MLF_TABLE, 0, "who signed up, and when"},
		{"purchases", MLF_TABLE, 0, "what they bought"},
		{"events", MLF_TABLE, 0, "pages that they looked at"}, {0}},
	.params = (const struct mlf_param[]){{"users", MLF_INT, "3000", 1, 10000000, "how many"},
		{"days", MLF_INT, "100", 30, 3650, "from 2025-01-01 on"},
		{"seed", MLF_INT, "1", 0, 0, "another seed, another shop"}, {0}},
	.run = run,
}};
MLF_PLUGIN("purchase_generate", "1.0", nodes);
