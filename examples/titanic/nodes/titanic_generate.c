/* SPDX-License-Identifier: Apache-2.0
 * titanic_generate: an invented list of passengers with the columns of the well-known one.
 *
 * People travel in parties: alone, as couples, as families, or with friends. A party shares its class, port,
 * ticket and fare, and a family its surname, so SibSp, Parch, Name and Ticket fit together. Who is
 * saved is drawn last, from sex, age, class and the size of the party. The same seed gives the same
 * list; all chance comes from one stream, so another number of rows is a longer or shorter list. */
#include <mlflow-c/node.h>

#include <math.h>
#include <stdlib.h>

/* ---- chance: PCG32 */

struct pcg {
	uint64_t state;
};

static uint32_t
pcg_next(struct pcg *g)
{
	uint64_t old = g->state;
	g->state = old * 6364136223846793005u + 1442695040888963407u;
	uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27), rot = (uint32_t)(old >> 59);
	return x >> rot | x << (-rot & 31);
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

/* 0 .. n-1 */
static int
below(struct pcg *g, int n)
{
	return (int)(uniform(g) * n);
}

/* The index that a list of shares, which add up to 1, gives this time. */
static int
pick(struct pcg *g, const double *shares, int n)
{
	double left = uniform(g);
	int i = 0;
	while (i < n - 1 && left >= shares[i])
		left -= shares[i++];
	return i;
}

/* ---- words */

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

static const char *const surnames[] = {"Abbing", "Barlow", "Carver", "Dahl", "Eklund", "Farrell",
	"Goode", "Hansen", "Ivers", "Jansson", "Kelly", "Lindell", "Moran", "Nasser", "Olsen",
	"Peters", "Quick", "Rice", "Sandstrom", "Turner", "Ullman", "Vance", "Webber", "Yarrow",
	"Zabor", "Ashdown", "Bowen", "Connolly", "Dooley", "Emanuel", "Fortescue", "Gallagher",
	"Harknett", "Ilmakangas", "Johnston", "Kink", "Larsson", "Mellors", "Novel", "Osman"};
static const char *const men[] = {"John", "William", "James", "Karl", "Thomas", "Henry", "George",
	"Johan", "Patrick", "Albert", "Edward", "Anders", "Samuel", "Joseph", "Emil", "Oscar"};
static const char *const women[] = {"Mary", "Anna", "Elizabeth", "Margaret", "Bridget", "Ellen",
	"Maria", "Alice", "Helen", "Kate", "Ida", "Agnes", "Edith", "Sofia", "Nora", "Augusta"};
static const char *const ports[] = {"S", "C", "Q"};

/* ---- passengers */

enum role { SINGLE, SPOUSE, CHILD, FRIEND };

struct passenger {
	const char *surname, *first;
	int class, sibsp, parch, port; /* port -1: unknown */
	bool female, married, saved;
	double age, fare;
	bool age_known;
	int ticket, deck; /* deck 0: not on record */
};

struct ship {
	struct passenger *v;
	int64_t n, room;
	struct pcg g;
};

/* Ages of grown-ups, by class: the first is older. */
static double
adult_age(struct pcg *g, int class)
{
	static const double mean[] = {0, 39, 32, 28};
	double age = mean[class] + 11.5 * normal(g);
	return age < 16 ? 16 + below(g, 8) * 0.5 : age > 80 ? 80 : floor(age * 2) / 2;
}

static void
board(struct ship *s, const struct passenger *party, enum role role, bool female)
{
	if (s->n == s->room)
		return;
	struct passenger *p = &s->v[s->n++];
	*p = *party;
	p->female = female;
	p->married = role == SPOUSE;
	p->first = female ? women[below(&s->g, COUNT(women))] : men[below(&s->g, COUNT(men))];
	if (role == FRIEND)
		p->surname = surnames[below(&s->g, COUNT(surnames))];
	if (role == CHILD)
		p->age = floor(0.4 + 15 * uniform(&s->g) * uniform(&s->g) * 1.5);
	else
		p->age = adult_age(&s->g, p->class);
	if (role == CHILD && p->age < 1)
		p->age = 0.75;
	p->age_known = uniform(&s->g) > (p->class == 3 ? 0.27 : 0.1);
}

/* Whoever travels together: one fare for all of them. */
static void
board_party(struct ship *s)
{
	static const double classes[] = {0.24, 0.21, 0.55};
	static const double harbours[3][3] = {
		{0.59, 0.40, 0.01}, {0.90, 0.08, 0.02}, {0.72, 0.13, 0.15}};
	static const double kinds[] = {0.70, 0.13, 0.10, 0.07};
	static const double per_head[] = {0, 44, 13.2, 8.05}, spread[] = {0, 0.62, 0.12, 0.12};
	struct pcg *g = &s->g;
	struct passenger party = {.class = 1 + pick(g, classes, 3)};
	int kind = pick(g, kinds, 4);
	int children = kind == 2 ? 1 + below(g, party.class == 3 ? 5 : 2) : 0;
	int heads = kind == 0 ? 1 : kind == 1 ? 2 : kind == 2 ? 2 + children : 2 + below(g, 2);
	party.surname = surnames[below(g, COUNT(surnames))];
	party.port = uniform(g) < 0.002 ? -1 : pick(g, harbours[party.class - 1], 3);
	party.ticket = 1000 + below(g, 398000);
	party.deck = uniform(g) < (party.class == 1 ? 0.8 : 0.06) ? 1 + below(g, 5) : 0;
	double fare = heads * per_head[party.class] * exp(spread[party.class] * normal(g));
	party.fare = round(fare * 80) / 80 * (uniform(g) < 0.015 ? 0 : 1);
	bool woman = uniform(g) < (party.class == 3 ? 0.25 : 0.3);
	if (kind == 0)
		board(s, &party, SINGLE, woman);
	else if (kind == 3)
		for (int i = 0; i < heads; i++)
			board(s, &party, i ? FRIEND : SINGLE, i ? uniform(g) < 0.35 : woman);
	if (kind != 1 && kind != 2)
		return;
	party.sibsp = 1;
	party.parch = children;
	board(s, &party, SPOUSE, false);
	board(s, &party, SPOUSE, true);
	party.sibsp = children - 1;
	party.parch = 2;
	for (int i = 0; i < children; i++)
		board(s, &party, CHILD, uniform(g) < 0.5);
}

/* Women and children first, and whoever was near the boats; large families stayed together. */
static double
log_odds(const struct passenger *p)
{
	double s = p->female ? 1.85 : -1.7;
	s += p->class == 1 ? 1.1 : p->class == 2 ? 0.15 : -1.0;
	s += p->age < 13 ? 1.9 : -0.03 * (p->age - 30);
	s -= 0.55 * (p->sibsp + p->parch > 3) * (p->sibsp + p->parch - 2);
	return s + (p->port == 1 ? 0.35 : 0);
}

/* The list is in no order: who travels together does not stand together. */
static void
shuffle(struct ship *s)
{
	for (int64_t i = s->n - 1; i > 0; i--) {
		int64_t j = (int64_t)(uniform(&s->g) * (double)(i + 1));
		struct passenger p = s->v[i];
		s->v[i] = s->v[j];
		s->v[j] = p;
	}
}

/* ---- the table */

static const struct {
	const char *name;
	enum mlf_type type;
} columns[] = {{"PassengerId", MLF_I64}, {"Survived", MLF_I64}, {"Pclass", MLF_I64},
	{"Name", MLF_UTF8}, {"Sex", MLF_UTF8}, {"Age", MLF_F64}, {"SibSp", MLF_I64},
	{"Parch", MLF_I64}, {"Ticket", MLF_UTF8}, {"Fare", MLF_F64}, {"Cabin", MLF_UTF8},
	{"Embarked", MLF_UTF8}};

static const char *
title(const struct passenger *p)
{
	if (p->female)
		return p->married ? "Mrs" : "Miss";
	return p->age < 13 ? "Master" : "Mr";
}

static void
push(struct mlf_builder *b, struct pcg *g, const struct passenger *p, int64_t id)
{
	char text[96];
	int len = 0;
	mlf_push_i64(b, 0, id);
	mlf_push_i64(b, 1, p->saved);
	mlf_push_i64(b, 2, p->class);
	len = snprintf(text, sizeof(text), "%s, %s. %s", p->surname, title(p), p->first);
	mlf_push_str(b, 3, text, len);
	mlf_push_str(b, 4, p->female ? "female" : "male", p->female ? 6 : 4);
	if (p->age_known)
		mlf_push_f64(b, 5, p->age);
	else
		mlf_push_null(b, 5);
	mlf_push_i64(b, 6, p->sibsp);
	mlf_push_i64(b, 7, p->parch);
	len = snprintf(text, sizeof(text), "%s%d", p->ticket % 7 ? "" : "PC ", p->ticket);
	mlf_push_str(b, 8, text, len);
	mlf_push_f64(b, 9, p->fare);
	len = snprintf(text, sizeof(text), "%c%d", 'A' + p->deck - 1, 2 + below(g, 120));
	if (p->deck)
		mlf_push_str(b, 10, text, len);
	else
		mlf_push_null(b, 10);
	if (p->port >= 0)
		mlf_push_str(b, 11, ports[p->port], 1);
	else
		mlf_push_null(b, 11);
}

static int
run(struct mlf_ctx *ctx)
{
	struct ship s = {.room = mlf_param_i64(ctx, "rows"),
		.g = {(uint64_t)mlf_param_i64(ctx, "seed") * 0x9e3779b97f4a7c15u +
			0x853c49e6748fea9bu}};
	s.v = calloc((size_t)s.room, sizeof(*s.v));
	if (!s.v)
		return mlf_fail(ctx, "no memory for %lld rows", (long long)s.room);
	for (int i = 0; i < 8; i++)
		(void)pcg_next(&s.g); /* small seeds differ in few bits */
	while (s.n < s.room)
		board_party(&s);
	shuffle(&s);
	struct mlf_builder *b = mlf_build(ctx);
	for (int c = 0; c < COUNT(columns); c++)
		mlf_add_column(b, columns[c].name, columns[c].type);
	int64_t saved = 0;
	for (int64_t i = 0; i < s.n; i++) {
		struct passenger *p = &s.v[i];
		double u = uniform(&s.g);
		p->saved = log(u / (1 - u)) < log_odds(p);
		saved += p->saved;
		push(b, &s.g, p, i + 1);
	}
	free(s.v);
	mlf_log(ctx, "%lld of %lld were saved", (long long)saved, (long long)s.room);
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "titanic_generate",
	.help = "Invents a list of passengers, the same for the same seed.",
	.inputs = (const struct mlf_port[]){{0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "one row a passenger"}, {0}},
	.params = (const struct mlf_param[]){{"rows", MLF_INT, "891", 1, 10000000,
						     "how many passengers"},
		{"seed", MLF_INT, "1", 0, 0, "another seed, another ship"}, {0}},
	.run = run,
}};
MLF_PLUGIN("titanic_generate", "1.0", nodes);
