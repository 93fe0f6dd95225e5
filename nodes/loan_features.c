/* SPDX-License-Identifier: Apache-2.0
 * loan_features: makes loans into numbers, and parts them into a train and a test table.
 *
 * Texts become one boolean column for each of their values but the first (which the others tell),
 * income and amount also their logarithms, and two ratios are added; numbers stay as they are. The
 * parting keeps the share of approvals equal on both sides and depends on `seed` alone. */
#include <mlflow-c/tools.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TARGET "loan_status"

static const char *const kept[] = {"person_age", "person_income", "person_emp_exp", "loan_amnt",
	"loan_int_rate", "loan_percent_income", "cb_person_cred_hist_length", "credit_score",
	TARGET, NULL};

static const struct {
	const char *from, *as;
} logs[] = {{"person_income", "log_income"}, {"loan_amnt", "log_amount"}};

static const struct {
	const char *of, *by, *as;
} ratios[] = {{"loan_amnt", "person_income", "loan_to_income"},
	{"cb_person_cred_hist_length", "person_age", "credit_years_per_age"}};

/* A text column, its values, and the column that each becomes; the first one becomes none. */
static const struct encoding {
	const char *column;
	struct {
		const char *value, *as;
	} to[7];
} encodings[] = {
	{"person_gender", {{"female", NULL}, {"male", "gender_male"}}},
	{"person_education",
		{{"High School", NULL}, {"Associate", "education_associate"},
			{"Bachelor", "education_bachelor"}, {"Master", "education_master"},
			{"Doctorate", "education_doctorate"}}},
	{"person_home_ownership",
		{{"RENT", NULL}, {"MORTGAGE", "home_mortgage"}, {"OWN", "home_own"},
			{"OTHER", "home_other"}}},
	{"loan_intent",
		{{"PERSONAL", NULL}, {"EDUCATION", "intent_education"},
			{"MEDICAL", "intent_medical"}, {"VENTURE", "intent_venture"},
			{"DEBTCONSOLIDATION", "intent_debts"}, {"HOMEIMPROVEMENT", "intent_home"}}},
	{"previous_loan_defaults_on_file", {{"No", NULL}, {"Yes", "defaulted_before"}}},
};

/* The two tables that are made at once, row by row of the input: what goes where was drawn before, so
 * that no table of all rows is ever made. */
struct sides {
	const bool *test; /* of each row: whether it goes to side 1 (test) or 0 (train) */
	int64_t rows[2];
	struct mlf_builder *b[2];
};

/* A column of both sides. */
struct column {
	double *to[2];
};

static struct column
add_column(struct sides *s, const char *name)
{
	return (struct column){
		{mlf_new_f64(s->b[0], name, s->rows[0]), mlf_new_f64(s->b[1], name, s->rows[1])}};
}

/* The values of a column, by the byte they begin with. */
struct values {
	struct mlf_str v[7];
	int first[256], next[7]; /* places + 1; 0: none */
};

static void
add_value(struct values *all, int k, const char *text)
{
	int *first = &all->first[(unsigned char)*text];
	all->v[k] = (struct mlf_str){text, (int64_t)strlen(text)};
	all->next[k] = *first;
	*first = k + 1;
}

/* Which of the values a text is; -1 if none. */
static int
value_of(const struct values *all, struct mlf_str s)
{
	int k = s.len ? all->first[(unsigned char)*s.s] - 1 : -1;
	while (k >= 0 && !mlf_str_same(all->v[k], s))
		k = all->next[k] - 1;
	return k;
}

/* Sets one bit a row. Those of the first value, which becomes no column, go to `none`. */
static int
fill_bits(struct mlf_ctx *ctx, struct sides *to, struct mlf_frame *in, const struct encoding *e,
	uint8_t *none)
{
	struct mlf_strs c = mlf_utf8(in, e->column);
	uint8_t *bits[2][7] = {{none}, {none}};
	struct values values = {0};
	int64_t at[2] = {0};
	for (int k = 0; k < 7 && e->to[k].value; k++) {
		add_value(&values, k, e->to[k].value);
		for (int side = 0; side < 2 && k > 0; side++)
			bits[side][k] = mlf_new_bool(to->b[side], e->to[k].as, to->rows[side]);
	}
	for (int64_t i = 0; i < c.n; i++) {
		struct mlf_str s = mlf_str_at(&c, i);
		int is = value_of(&values, s), side = to->test[i];
		if (is < 0)
			return mlf_fail(ctx, "column %s, row %lld: unknown value `%.*s`", e->column,
				(long long)i + 1, (int)s.len, s.s);
		mlf_set_bool(bits[side][is], at[side]++, true);
	}
	return 0;
}

static int
encode(struct mlf_ctx *ctx, struct sides *to, struct mlf_frame *in, const struct encoding *e)
{
	uint8_t *none = calloc((size_t)(to->rows[0] + to->rows[1]) / 8 + 1, 1);
	int rc = none ? fill_bits(ctx, to, in, e, none)
		      : mlf_fail(ctx, "no memory to encode %s", e->column);
	free(none);
	return rc;
}

static int
add_logs(struct mlf_ctx *ctx, struct sides *to, struct mlf_frame *in)
{
	for (size_t k = 0; k < sizeof(logs) / sizeof(logs[0]); k++) {
		struct mlf_f64s c = mlf_f64(in, logs[k].from);
		struct column out = add_column(to, logs[k].as);
		for (int64_t i = 0; i < c.n; i++) {
			if (!(c.v[i] > 0))
				return mlf_fail(ctx, "column %s, row %lld: %g has no logarithm",
					logs[k].from, (long long)i + 1, c.v[i]);
			*out.to[to->test[i]]++ = log(c.v[i]);
		}
	}
	return 0;
}

static void
add_ratios(struct sides *to, struct mlf_frame *in)
{
	for (size_t k = 0; k < sizeof(ratios) / sizeof(ratios[0]); k++) {
		struct mlf_f64s of = mlf_f64(in, ratios[k].of), by = mlf_f64(in, ratios[k].by);
		struct column out = add_column(to, ratios[k].as);
		for (int64_t i = 0; i < of.n; i++)
			*out.to[to->test[i]]++ = by.v[i] > 0 ? of.v[i] / by.v[i] : 0;
	}
}

struct ticket {
	uint64_t luck;
	int64_t row;
};

static int
by_luck(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;
	if (x->luck != y->luck)
		return x->luck < y->luck ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* The luckiest of a class are found by the upper bits of their luck: counted first, then taken up to the
 * one count in which the share ends; only the rows of that one are put in order. */
enum { LUCKS = 1 << 12, LUCK_SHIFT = 64 - 12 };
struct draw {
	int64_t count[LUCKS], n;
	int64_t last, left; /* the count in which the share ends, and how many of it are taken */
	struct ticket *t;   /* its rows */
	int64_t m;
};

static int
find_last(struct mlf_ctx *ctx, struct draw *d)
{
	d->left = (int64_t)(mlf_param_f64(ctx, "test_share") * (double)d->n + 0.5);
	while (d->last < LUCKS - 1 && d->count[d->last] <= d->left)
		d->left -= d->count[d->last++];
	d->t = calloc((size_t)d->count[d->last] + 1, sizeof(*d->t));
	return d->t ? 0 : mlf_fail(ctx, "no memory to part the table");
}

static void
take_luckiest(struct draw *d, bool *test)
{
	qsort(d->t, (size_t)d->m, sizeof(*d->t), by_luck);
	for (int64_t k = 0; k < d->left && k < d->m; k++)
		test[d->t[k].row] = true;
}

/* Marks the share of either class. */
static int
draw(struct mlf_ctx *ctx, const struct mlf_i64s *target, bool *test)
{
	uint64_t seed = (uint64_t)mlf_param_i64(ctx, "seed");
	struct draw of[2] = {0};
	for (int64_t i = 0; i < target->n; i++) {
		struct draw *d = &of[target->v[i] != 0];
		d->count[mlf_scatter(seed, (uint64_t)i) >> LUCK_SHIFT]++;
		d->n++;
	}
	int rc = find_last(ctx, &of[0]) < 0 || find_last(ctx, &of[1]) < 0 ? -1 : 0;
	for (int64_t i = 0; rc == 0 && i < target->n; i++) {
		struct draw *d = &of[target->v[i] != 0];
		uint64_t luck = mlf_scatter(seed, (uint64_t)i);
		test[i] = (int64_t)(luck >> LUCK_SHIFT) < d->last;
		if ((int64_t)(luck >> LUCK_SHIFT) == d->last)
			d->t[d->m++] = (struct ticket){luck, i};
	}
	for (int k = 0; k < 2; k++) {
		if (rc == 0)
			take_luckiest(&of[k], test);
		free(of[k].t);
	}
	return rc;
}

/* The numbers that stay as they are, of the rows of one side. */
static void
keep_numbers(struct mlf_ctx *ctx, struct mlf_builder *to, struct mlf_frame *in, const bool *rows)
{
	struct mlf_builder *b = mlf_build(ctx);
	for (int k = 0; kept[k]; k++)
		mlf_graft(b, in, kept[k], kept[k]);
	struct mlf_frame *part = mlf_filter(mlf_finish(b), rows);
	for (int k = 0; kept[k]; k++)
		mlf_graft(to, part, kept[k], kept[k]);
}

static int
make_sides(struct mlf_ctx *ctx, struct mlf_frame *in, bool *test, int64_t n)
{
	struct sides to = {test, {0}, {mlf_build(ctx), mlf_build(ctx)}};
	for (int64_t i = 0; i < n; i++)
		to.rows[test[i]]++;
	keep_numbers(ctx, to.b[1], in, test);
	for (int64_t i = 0; i < n; i++)
		test[i] = !test[i];
	keep_numbers(ctx, to.b[0], in, test);
	for (int64_t i = 0; i < n; i++)
		test[i] = !test[i];
	int rc = add_logs(ctx, &to, in);
	if (rc == 0)
		add_ratios(&to, in);
	for (size_t k = 0; rc == 0 && k < sizeof(encodings) / sizeof(encodings[0]); k++)
		rc = encode(ctx, &to, in, &encodings[k]);
	if (rc != 0)
		return rc;
	mlf_metric(ctx, "train_rows", (double)to.rows[0], 0);
	mlf_metric(ctx, "test_rows", (double)to.rows[1], 0);
	rc = mlf_output(ctx, "train", mlf_finish(to.b[0]));
	return rc == 0 ? mlf_output(ctx, "test", mlf_finish(to.b[1])) : rc;
}

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	struct mlf_i64s target = mlf_i64(in, TARGET);
	bool *test = calloc((size_t)target.n + 1, sizeof(*test));
	if (!test)
		return mlf_fail(ctx, "no memory to part the table");
	int rc = draw(ctx, &target, test);
	if (rc == 0)
		rc = make_sides(ctx, in, test, target.n);
	free(test);
	return rc;
}

static const struct mlf_node nodes[] = {{
	.name = "loan_features",
	.help = "Turns loans into numbers and parts them into train and test.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "clean loans"}, {0}},
	.outputs = (const struct mlf_port[]){{"train", MLF_TABLE, 0, "to learn from"},
		{"test", MLF_TABLE, 0, "to be judged by"}, {0}},
	.params = (const struct mlf_param[]){{"test_share", MLF_FLOAT, "0.2", 0.01, 0.99,
						     "part of each class put aside"},
		{"seed", MLF_INT, "1", 0, 0, "another seed, another parting"}, {0}},
	.run = run,
}};
MLF_PLUGIN("loan_features", "1.0", nodes);
