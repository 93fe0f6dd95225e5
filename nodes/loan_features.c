/* SPDX-License-Identifier: Apache-2.0
 * loan_features: makes loans into numbers, and parts them into a train and a test table.
 *
 * Texts become one column of 0 and 1 for each of their values but the first (which the others tell),
 * income and amount also their logarithms, and two ratios are added; numbers stay as they are. The
 * parting keeps the share of approvals equal on both sides and depends on `seed` alone. */
#include <mlflow-c/node.h>

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

static int
encode(struct mlf_ctx *ctx, struct mlf_builder *b, struct mlf_frame *in, const struct encoding *e)
{
	struct mlf_strs c = mlf_utf8(in, e->column);
	double *out[7] = {0};
	for (int k = 1; k < 7 && e->to[k].value; k++)
		out[k] = mlf_new_f64(b, e->to[k].as, c.n);
	for (int64_t i = 0; i < c.n; i++) {
		struct mlf_str s = mlf_str_at(&c, i);
		int k = 0;
		while (k < 7 && e->to[k].value &&
			((int64_t)strlen(e->to[k].value) != s.len ||
				memcmp(e->to[k].value, s.s, (size_t)s.len) != 0))
			k++;
		if (k == 7 || !e->to[k].value)
			return mlf_fail(ctx, "column %s, row %lld: unknown value `%.*s`", e->column,
				(long long)i + 1, (int)s.len, s.s);
		if (out[k])
			out[k][i] = 1;
	}
	return 0;
}

static int
add_numbers(struct mlf_ctx *ctx, struct mlf_builder *b, struct mlf_frame *in)
{
	for (int k = 0; kept[k]; k++)
		mlf_graft(b, in, kept[k], kept[k]);
	for (size_t k = 0; k < sizeof(logs) / sizeof(logs[0]); k++) {
		struct mlf_f64s c = mlf_f64(in, logs[k].from);
		double *out = mlf_new_f64(b, logs[k].as, c.n);
		for (int64_t i = 0; i < c.n; i++) {
			if (!(c.v[i] > 0))
				return mlf_fail(ctx, "column %s, row %lld: %g has no logarithm",
					logs[k].from, (long long)i + 1, c.v[i]);
			out[i] = log(c.v[i]);
		}
	}
	for (size_t k = 0; k < sizeof(ratios) / sizeof(ratios[0]); k++) {
		struct mlf_f64s of = mlf_f64(in, ratios[k].of), by = mlf_f64(in, ratios[k].by);
		double *out = mlf_new_f64(b, ratios[k].as, of.n);
		for (int64_t i = 0; i < of.n; i++)
			out[i] = by.v[i] > 0 ? of.v[i] / by.v[i] : 0;
	}
	return 0;
}

/* A number that looks random and is the same for the same seed and row (splitmix64). */
static uint64_t
scatter(int64_t seed, int64_t row)
{
	uint64_t z = (uint64_t)seed * 0xd1342543de82ef95u + (uint64_t)row * 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
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

/* Marks the luckiest share of each class. */
static int
draw_test(struct mlf_ctx *ctx, const struct mlf_i64s *target, bool *test)
{
	struct ticket *t = calloc((size_t)target->n + 1, sizeof(*t));
	int64_t seed = mlf_param_i64(ctx, "seed");
	double share = mlf_param_f64(ctx, "test_share");
	if (!t)
		return mlf_fail(ctx, "no memory to part the table");
	for (int class = 0; class <= 1; class ++) {
		int64_t n = 0;
		for (int64_t i = 0; i < target->n; i++)
			if ((target->v[i] != 0) == class)
				t[n++] = (struct ticket){scatter(seed, i), i};
		qsort(t, (size_t)n, sizeof(*t), by_luck);
		for (int64_t k = 0; k < (int64_t)(share * (double)n + 0.5); k++)
			test[t[k].row] = true;
	}
	free(t);
	return 0;
}

static int
part(struct mlf_ctx *ctx, struct mlf_frame *all)
{
	struct mlf_i64s target = mlf_i64(all, TARGET);
	bool *in = calloc((size_t)target.n + 1, sizeof(*in));
	if (!in)
		return mlf_fail(ctx, "no memory to part the table");
	int rc = draw_test(ctx, &target, in);
	struct mlf_frame *test = mlf_filter(all, in);
	for (int64_t i = 0; i < target.n; i++)
		in[i] = !in[i];
	struct mlf_frame *train = mlf_filter(all, in);
	free(in);
	mlf_metric(ctx, "train_rows", (double)mlf_rows(train), 0);
	mlf_metric(ctx, "test_rows", (double)mlf_rows(test), 0);
	if (rc == 0)
		rc = mlf_output(ctx, "train", train);
	return rc == 0 ? mlf_output(ctx, "test", test) : rc;
}

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	struct mlf_builder *b = mlf_build(ctx);
	int rc = add_numbers(ctx, b, in);
	for (size_t k = 0; rc == 0 && k < sizeof(encodings) / sizeof(encodings[0]); k++)
		rc = encode(ctx, b, in, &encodings[k]);
	return rc == 0 ? part(ctx, mlf_finish(b)) : rc;
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
