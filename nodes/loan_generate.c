/* SPDX-License-Identifier: Apache-2.0
 * loan_generate: an invented loan book with the shape of the well-known "loan approval" table.
 *
 * 45,000 rows x 14 columns, of which 10,000 are approved, whoever defaulted before is refused, and
 * seven people are older than 100 (errors, there to be found). Every column draws from a random
 * stream of its own, so changing one column leaves the others as they are, and the same seed gives
 * the same table. Other numbers of rows keep the proportions. */
#include <mlflow-c/node.h>

#include <math.h>
#include <stdlib.h>

/* ---- chance: PCG32, one stream a column */

enum stream {
	AGE,
	GENDER,
	EDUCATION,
	INCOME,
	EXPERIENCE,
	HOME,
	AMOUNT,
	INTENT,
	RATE,
	HISTORY,
	SCORE,
	DEFAULTED,
	STATUS,
	MISSING
};

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
pcg_stream(int64_t seed, enum stream stream)
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

/* Marsaglia and Tsang; shape at least 1. */
static double
gamma_of(struct pcg *g, double shape, double scale)
{
	double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
	for (;;) {
		double x = normal(g), v = 1 + c * x;
		v = v * v * v;
		if (v > 0 && log(uniform(g)) < 0.5 * x * x + d - d * v + d * log(v))
			return scale * d * v;
	}
}

static double
clip(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

/* ---- categories, with how often each occurs among 45,000 */

struct category {
	const char *name; /* the last of a list has none */
	int count;
	double level; /* median income; mean credit score; nothing */
};

static const struct category genders[] = {{"male", 24841, 0}, {"female", 20159, 0}, {0}};
static const struct category educations[] = {{"High School", 11972, 619}, {"Associate", 12028, 629},
	{"Bachelor", 13399, 638}, {"Master", 6980, 647}, {"Doctorate", 621, 668}, {0}};
static const struct category homes[] = {{"RENT", 23443, 57000}, {"MORTGAGE", 18489, 85100},
	{"OWN", 2951, 55000}, {"OTHER", 117, 72100}, {0}};
static const struct category intents[] = {{"EDUCATION", 9153, 0}, {"MEDICAL", 8548, 0},
	{"VENTURE", 7819, 0}, {"PERSONAL", 7552, 0}, {"DEBTCONSOLIDATION", 7145, 0},
	{"HOMEIMPROVEMENT", 4783, 0}, {0}};
enum { HOME_RENT, HOME_MORTGAGE, HOME_OWN };
enum { FOR_EDUCATION, FOR_MEDICAL, FOR_VENTURE, FOR_PERSONAL, FOR_DEBTS, FOR_HOME };

static int
pick(struct pcg *g, const struct category *list)
{
	double left = uniform(g) * 45000;
	int i = 0;
	while (list[i + 1].name && left >= list[i].count)
		left -= list[i++].count;
	return i;
}

/* ---- one person */

struct person {
	double age, income, amount, rate, share, history;
	int gender, education, home, intent, experience, score;
	double threshold; /* approved if the cut lies above it */
	bool approved, defaulted;
};

/* Known ages of the seven impossible rows, repeated for larger tables. */
static const int impossible[7] = {144, 109, 123, 144, 116, 144, 123};

/* Which of the impossible rows row i of n is, or -1; they lie evenly spread. */
static int64_t
oddity(int64_t i, int64_t n)
{
	int64_t count = n * 7 / 45000, every = count ? n / count : n;
	return i % every == every / 2 && i / every < count ? i / every : -1;
}

/* Loans of 500 to 35,000, growing with income (correlation of the logarithms 0.41). */
static double
draw_amount(struct pcg *g, double income)
{
	double z = (log(income) - 11.122) / 0.558;
	double amount = exp(8.99 + 0.62 * (0.405 * z + 0.914 * normal(g)));
	double step = uniform(g) < 0.7 ? 500 : 25;
	amount = clip(round(amount / step) * step, 500, 35000);
	return fmin(amount, floor(0.66 * income));
}

/* 2-4 years at up to 26, 5-10 at up to 36, 11-17 at up to 45, then up to 30. */
static double
draw_history(struct pcg *g, double age)
{
	int low = age <= 26 ? 2 : age <= 36 ? 5 : age <= 45 ? 11 : 18;
	int high = age <= 26 ? 4 : age <= 36 ? 10 : age <= 45 ? 17 : 30;
	return low + (int)(uniform(g) * (high - low + 1));
}

/* What speaks for an approval, as log-odds without the constant. */
static double
log_odds(const struct person *p)
{
	static const double by_intent[] = {-0.3, 0.1, -0.7, 0, 0.4, 0.8};
	static const double by_home[] = {0, -0.2, -2.2, 0};
	bool dear = p->rate > 14, poor = p->income < 25000, rents = p->home == HOME_RENT;
	bool pressing = p->intent == FOR_MEDICAL || p->intent == FOR_DEBTS;
	double s = -0.8 * (log(p->income) - 11) + 2 * p->share + 0.3 * (p->rate - 11);
	s += 4.8 * (p->share > 0.245 && rents);
	s += 0.6 * dear - 0.6 * (dear && p->home == HOME_OWN) + 1.4 * (dear && pressing);
	s += 0.2 * poor + 4.6 * (poor && p->share > 0.12);
	return 1.25 * (s + by_intent[p->intent] + by_home[p->home]);
}

static void
draw_person(struct person *p, struct pcg *g, int64_t odd)
{
	p->gender = pick(&g[GENDER], genders);
	p->education = pick(&g[EDUCATION], educations);
	p->home = pick(&g[HOME], homes);
	p->intent = pick(&g[INTENT], intents);
	p->age = fmin(20 + floor(gamma_of(&g[AGE], 1.645, 4.71) + 0.5), 94);
	p->income = homes[p->home].level * exp(0.52 * normal(&g[INCOME]));
	if (odd >= 0) {
		p->age = impossible[odd % 7];
		p->income *= 40;
	}
	p->income = clip(round(p->income), 8000, 7200766);
	double years = p->age - 22.35 + 1.83 * normal(&g[EXPERIENCE]);
	p->experience = (int)clip(round(years), 0, 125);
	p->amount = draw_amount(&g[AMOUNT], p->income);
	p->share = round(p->amount / p->income * 100) / 100;
	p->rate = round(clip(11 + 3.05 * normal(&g[RATE]), 5.42, 20) * 100) / 100;
	if (uniform(&g[RATE]) < 0.07)
		p->rate = 11.01;
	p->history = draw_history(&g[HISTORY], p->age);
	double score = educations[p->education].level + 49 * normal(&g[SCORE]);
	p->score = (int)clip(round(score), 390, 850);
	double u = uniform(&g[STATUS]);
	p->threshold = log(u / (1 - u)) - log_odds(p);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Approves two of nine: those with the lowest thresholds, that is, all whose log-odds plus one
 * common constant beat their luck. Defaults go to refused people only. */
static void
decide(struct person *p, int64_t n, struct pcg *g, double *sorted)
{
	for (int64_t i = 0; i < n; i++)
		sorted[i] = p[i].threshold;
	qsort(sorted, (size_t)n, sizeof(*sorted), by_value);
	int64_t approved = (2 * n + 4) / 9;
	for (int64_t i = 0; i < n; i++) {
		double u = uniform(&g[DEFAULTED]);
		p[i].approved = approved > 0 && p[i].threshold <= sorted[approved - 1];
		p[i].defaulted = !p[i].approved && u < 0.6531;
	}
}

/* ---- the table */

static void
push_text(struct mlf_builder *b, int column, const char *s)
{
	int64_t len = 0;
	while (s[len])
		len++;
	mlf_push_str(b, column, s, len);
}

static const struct {
	const char *name;
	enum mlf_type type;
} columns[] = {{"person_age", MLF_F64}, {"person_gender", MLF_UTF8}, {"person_education", MLF_UTF8},
	{"person_income", MLF_F64}, {"person_emp_exp", MLF_I64},
	{"person_home_ownership", MLF_UTF8}, {"loan_amnt", MLF_F64}, {"loan_intent", MLF_UTF8},
	{"loan_int_rate", MLF_F64}, {"loan_percent_income", MLF_F64},
	{"cb_person_cred_hist_length", MLF_F64}, {"credit_score", MLF_I64},
	{"previous_loan_defaults_on_file", MLF_UTF8}, {"loan_status", MLF_I64}};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

/* Pushes a row; education, rate and credit score are left out now and then. */
static void
push_person(struct mlf_builder *b, const struct person *p, struct pcg *missing, double share)
{
	mlf_push_f64(b, 0, p->age);
	push_text(b, 1, genders[p->gender].name);
	if (uniform(missing) < share)
		mlf_push_null(b, 2);
	else
		push_text(b, 2, educations[p->education].name);
	mlf_push_f64(b, 3, p->income);
	mlf_push_i64(b, 4, p->experience);
	push_text(b, 5, homes[p->home].name);
	mlf_push_f64(b, 6, p->amount);
	push_text(b, 7, intents[p->intent].name);
	if (uniform(missing) < share)
		mlf_push_null(b, 8);
	else
		mlf_push_f64(b, 8, p->rate);
	mlf_push_f64(b, 9, p->share);
	mlf_push_f64(b, 10, p->history);
	if (uniform(missing) < share)
		mlf_push_null(b, 11);
	else
		mlf_push_i64(b, 11, p->score);
	push_text(b, 12, p->defaulted ? "Yes" : "No");
	mlf_push_i64(b, 13, p->approved);
}

static int
run(struct mlf_ctx *ctx)
{
	int64_t n = mlf_param_i64(ctx, "rows"), seed = mlf_param_i64(ctx, "seed");
	double share = mlf_param_f64(ctx, "missing");
	struct pcg streams[MISSING + 1];
	struct person *p = calloc((size_t)n, sizeof(*p));
	double *sorted = calloc((size_t)n, sizeof(*sorted));
	if (!p || !sorted) {
		free(p);
		free(sorted);
		return mlf_fail(ctx, "no memory for %lld rows", (long long)n);
	}
	for (int s = 0; s <= MISSING; s++)
		streams[s] = pcg_stream(seed, (enum stream)s);
	for (int64_t i = 0; i < n; i++)
		draw_person(&p[i], streams, oddity(i, n));
	decide(p, n, streams, sorted);

	struct mlf_builder *b = mlf_build(ctx);
	for (int c = 0; c < COLUMNS; c++)
		mlf_add_column(b, columns[c].name, columns[c].type);
	for (int64_t i = 0; i < n; i++)
		push_person(b, &p[i], &streams[MISSING], share);
	free(p);
	free(sorted);
	mlf_metric(ctx, "generated_rows", (double)n, 0);
	return mlf_output(ctx, "table", mlf_finish(b));
}

static const struct mlf_node nodes[] = {{
	.name = "loan_generate",
	.help = "Invents a loan book, the same for the same seed.",
	.inputs = (const struct mlf_port[]){{0}},
	.outputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "one row a loan"}, {0}},
	.params = (const struct mlf_param[]){{"rows", MLF_INT, "45000", 1, 100000000,
						     "how many loans"},
		{"seed", MLF_INT, "1", 0, 0, "another seed, another book"},
		{"missing", MLF_FLOAT, "0.0", 0, 0.5, "share of nulls in three columns"}, {0}},
	.run = run,
}};
MLF_PLUGIN("loan_generate", "1.0", nodes);
