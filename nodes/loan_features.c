/* SPDX-License-Identifier: Apache-2.0
 * loan_features: makes loans into numbers, and parts them into a train and a test table.
 *
 * Texts become one boolean column for each of their values but the first (which the others tell),
 * income and amount also their logarithms, and two ratios are added; numbers stay as they are. The
 * parting keeps the share of approvals equal on both sides and depends on `seed` alone. */
#include <mlflow-c/share.h>
#include <mlflow-c/tools.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TARGET "loan_status"

static const char *const kept[] = {"person_age", "person_income", "person_emp_exp", "loan_amnt",
	"loan_int_rate", "loan_percent_income", "cb_person_cred_hist_length", "credit_score",
	TARGET};

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

enum {
	KEPT = sizeof(kept) / sizeof(kept[0]),
	LOGS = sizeof(logs) / sizeof(logs[0]),
	RATIOS = sizeof(ratios) / sizeof(ratios[0]),
	ENCODINGS = sizeof(encodings) / sizeof(encodings[0]),
	PIECES = KEPT + LOGS + RATIOS + ENCODINGS,
	VALUES = 7,
	MANY_ROWS = 100000
};

/* The two tables that are made at once, row by row of the input: what goes where was drawn before, so
 * that no table of all rows is ever made. */
struct sides {
	struct mlf_frame *in;
	const bool *test; /* of each row: whether it goes to side 1 (test) or 0 (train) */
	int64_t n, rows[2];
	struct mlf_builder *b[2];
};

/* The values of a column, by the byte they begin with. */
struct values {
	struct mlf_str v[VALUES];
	int first[256], next[VALUES]; /* places + 1; 0: none */
};

/* Columns of both sides, and what they are made of. Pieces do not need each other. */
struct piece {
	const struct sides *s;
	const char *column;
	int64_t (*fill)(const struct piece *p); /* the row that stands in the way, or -1 */
	struct mlf_cells cells;
	struct mlf_f64s x, y;
	void *to[2];
	struct values values;
	uint8_t *bits[2][VALUES]; /* the first is nobody's: `none` */
	uint8_t *none;
	int64_t bad;
};

/* ---- filling: what two threads do */

static int64_t
fill_kept(const struct piece *p)
{
	uint64_t *to[2] = {p->to[0], p->to[1]};
	for (int64_t i = 0; i < p->s->n; i++)
		*to[p->s->test[i]]++ = p->cells.v[i];
	return -1;
}

static int64_t
fill_log(const struct piece *p)
{
	double *to[2] = {p->to[0], p->to[1]};
	for (int64_t i = 0; i < p->s->n; i++) {
		if (!(p->x.v[i] > 0))
			return i;
		*to[p->s->test[i]]++ = log(p->x.v[i]);
	}
	return -1;
}

static int64_t
fill_ratio(const struct piece *p)
{
	double *to[2] = {p->to[0], p->to[1]};
	for (int64_t i = 0; i < p->s->n; i++)
		*to[p->s->test[i]]++ = p->y.v[i] > 0 ? p->x.v[i] / p->y.v[i] : 0;
	return -1;
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

static int64_t
fill_bits(const struct piece *p)
{
	int64_t at[2] = {0};
	for (int64_t i = 0; i < p->s->n; i++) {
		int is = value_of(&p->values, mlf_str_at(&p->cells.strs, i));
		int side = p->s->test[i];
		if (is < 0)
			return i;
		mlf_set_bool(p->bits[side][is], at[side]++, true);
	}
	return -1;
}

static void
fill(void *pieces, int k)
{
	struct piece *p = (struct piece *)pieces + k;
	p->bad = p->fill(p);
}

/* ---- the columns, made beforehand */

static void
add_columns(struct piece *p, const char *as, enum mlf_type type)
{
	for (int side = 0; side < 2; side++) {
		struct mlf_builder *b = p->s->b[side];
		int64_t n = p->s->rows[side];
		p->to[side] =
			type == MLF_I64 ? (void *)mlf_new_i64(b, as, n) : mlf_new_f64(b, as, n);
	}
}

/* A number keeps its type. */
static int
add_kept(struct mlf_ctx *ctx, struct piece *p, const char *name)
{
	p->fill = fill_kept;
	if (mlf_cells_of(ctx, p->s->in, name, &p->cells) < 0)
		return -1;
	if (p->cells.type != MLF_I64 && p->cells.type != MLF_F64)
		return mlf_fail(ctx, "column %s is no number", name);
	add_columns(p, name, p->cells.type);
	return 0;
}

static void
add_value(struct values *all, int k, const char *text)
{
	int *first = &all->first[(unsigned char)*text];
	all->v[k] = (struct mlf_str){text, (int64_t)strlen(text)};
	all->next[k] = *first;
	*first = k + 1;
}

static int
add_encoding(struct mlf_ctx *ctx, struct piece *p, const struct encoding *e)
{
	p->fill = fill_bits;
	p->column = e->column;
	p->cells.strs = mlf_utf8(p->s->in, e->column);
	p->none = calloc((size_t)p->s->n / 8 + 1, 1);
	if (!p->none)
		return mlf_fail(ctx, "no memory to encode %s", e->column);
	for (int k = 0; k < VALUES && e->to[k].value; k++) {
		add_value(&p->values, k, e->to[k].value);
		for (int side = 0; side < 2; side++)
			p->bits[side][k] = k
				? mlf_new_bool(p->s->b[side], e->to[k].as, p->s->rows[side])
				: p->none;
	}
	return 0;
}

static int
add_pieces(struct mlf_ctx *ctx, const struct sides *s, struct piece *p)
{
	int rc = 0;
	for (int k = 0; k < PIECES; k++)
		p[k].s = s;
	for (int k = 0; rc == 0 && k < KEPT; k++, p++)
		rc = add_kept(ctx, p, p->column = kept[k]);
	for (int k = 0; rc == 0 && k < LOGS; k++, p++) {
		p->fill = fill_log;
		p->x = mlf_f64(s->in, p->column = logs[k].from);
		add_columns(p, logs[k].as, MLF_F64);
	}
	for (int k = 0; rc == 0 && k < RATIOS; k++, p++) {
		p->fill = fill_ratio;
		p->x = mlf_f64(s->in, p->column = ratios[k].of);
		p->y = mlf_f64(s->in, ratios[k].by);
		add_columns(p, ratios[k].as, MLF_F64);
	}
	for (int k = 0; rc == 0 && k < ENCODINGS; k++, p++)
		rc = add_encoding(ctx, p, &encodings[k]);
	return rc;
}

/* ---- afterwards */

/* Numbers that are missing stay so. */
static void
copy_nulls(const struct piece *p)
{
	int64_t at[2] = {0};
	for (int64_t i = 0; p->cells.nulls && i < p->s->n; i++) {
		int side = p->s->test[i];
		if (mlf_cell_null(&p->cells, i))
			mlf_set_null(p->s->b[side], p->column, at[side]);
		at[side]++;
	}
}

static int
complain(struct mlf_ctx *ctx, const struct piece *p)
{
	struct mlf_str s = {0};
	if (p->fill == fill_log)
		return mlf_fail(ctx, "column %s, row %lld: %g has no logarithm", p->column,
			(long long)p->bad + 1, p->x.v[p->bad]);
	s = mlf_str_at(&p->cells.strs, p->bad);
	return mlf_fail(ctx, "column %s, row %lld: unknown value `%.*s`", p->column,
		(long long)p->bad + 1, (int)s.len, s.s);
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

static int
make_sides(struct mlf_ctx *ctx, struct mlf_frame *in, const bool *test, struct piece *pieces)
{
	struct sides to = {in, test, mlf_rows(in), {0}, {mlf_build(ctx), mlf_build(ctx)}};
	for (int64_t i = 0; i < to.n; i++)
		to.rows[test[i]]++;
	if (add_pieces(ctx, &to, pieces) < 0)
		return -1;
	mlf_share(PIECES, to.n >= MANY_ROWS, fill, pieces);
	for (int k = 0; k < PIECES; k++)
		if (pieces[k].bad >= 0)
			return complain(ctx, &pieces[k]);
	for (int k = 0; k < KEPT; k++)
		copy_nulls(&pieces[k]);
	mlf_metric(ctx, "train_rows", (double)to.rows[0], 0);
	mlf_metric(ctx, "test_rows", (double)to.rows[1], 0);
	int rc = mlf_output(ctx, "train", mlf_finish(to.b[0]));
	return rc == 0 ? mlf_output(ctx, "test", mlf_finish(to.b[1])) : rc;
}

static int
run(struct mlf_ctx *ctx)
{
	struct mlf_frame *in = mlf_input(ctx, "table");
	struct mlf_i64s target = mlf_i64(in, TARGET);
	bool *test = calloc((size_t)target.n + 1, sizeof(*test));
	struct piece *pieces = calloc(PIECES, sizeof(*pieces));
	int rc = test && pieces ? draw(ctx, &target, test)
				: mlf_fail(ctx, "no memory to part the table");
	if (rc == 0)
		rc = make_sides(ctx, in, test, pieces);
	for (int k = 0; pieces && k < PIECES; k++)
		free(pieces[k].none);
	free(pieces);
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
