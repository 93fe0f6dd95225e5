/* SPDX-License-Identifier: Apache-2.0
 * split: parts the rows of a table into train, test and (if asked for) validation.
 *
 *	random       exact shares of all rows, by chance
 *	stratified   exact shares of each value of a column
 *	time         the last rows in order of a column are the test, those before them the validation
 *	group        all rows of a group stay together; shares as near as the groups allow
 *	hash         by the content of columns alone: a row stays on its side when others come and go
 *
 * Shares are exact to the row: round(share * n) rows. Chance is the seed and the number of the row, nothing
 * else; rows keep their order. */
#include <mlflow-c/keys.h>
#include <mlflow-c/labels.h>

#include <math.h>

enum side { TRAIN, TEST, VALIDATION };

/* Something to be drawn: a row, or a group of rows. */
struct lot {
	uint64_t luck;
	int64_t what, rows;
};
struct split {
	struct mlf_ctx *ctx;
	struct mlf_frame *f;
	int64_t n;
	double test, validation;
	uint64_t seed;
	uint8_t *side;
	struct lot *lots;
};

static int
by_luck(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;
	if (x->luck != y->luck)
		return x->luck < y->luck ? -1 : 1;
	return (x->what > y->what) - (x->what < y->what);
}

static int64_t
share_of(double share, int64_t n)
{
	int64_t rows = (int64_t)(share * (double)n + 0.5);
	return rows < n ? rows : n;
}

/* The first lots, in order of luck, are the test; the next the validation. */
static void
deal(struct split *s, int64_t n)
{
	int64_t test = share_of(s->test, n), validation = share_of(s->test + s->validation, n);
	qsort(s->lots, (size_t)n, sizeof(*s->lots), by_luck);
	for (int64_t k = 0; k < n; k++)
		s->side[s->lots[k].what] = k < test ? TEST : k < validation ? VALIDATION : TRAIN;
}

static int
split_random(struct split *s)
{
	for (int64_t i = 0; i < s->n; i++)
		s->lots[i] = (struct lot){mlf_scatter(s->seed, (uint64_t)i), i, 1};
	deal(s, s->n);
	return 0;
}

static int
column_of(struct split *s, struct mlf_cells *out)
{
	const char *name = mlf_param_str(s->ctx, "column");
	if (!*name)
		return mlf_fail(
			s->ctx, "split by %s wants a `column`", mlf_param_str(s->ctx, "by"));
	return mlf_cells_of(s->ctx, s->f, name, out);
}

/* The value of each row as a number, null as the last one. Returns how many, or -1. */
static int64_t
values_of(struct split *s, const struct mlf_cells *cells, int64_t *code)
{
	struct mlf_labels l = {0};
	int64_t nulls = 0;
	for (int64_t i = 0; i < s->n; i++) {
		bool null = mlf_cell_null(cells, i);
		code[i] = null ? -1 : mlf_label(&l, cells, i, true);
		nulls += null;
		if (code[i] < 0 && !null) {
			mlf_labels_free(&l);
			return mlf_fail(s->ctx, "no memory for the values of a column");
		}
	}
	for (int64_t i = 0; i < s->n && nulls; i++)
		if (code[i] < 0)
			code[i] = l.n;
	int64_t n = l.n + (nulls > 0);
	mlf_labels_free(&l);
	return n;
}

/* Rows of one value lie together in `order`, from starts[value] on. */
static int
split_stratified(struct split *s)
{
	struct mlf_cells cells;
	int64_t *code = calloc((size_t)s->n + 1, sizeof(*code)), *starts = NULL, k = 0;
	struct lot *all = s->lots, *order = NULL;
	if (!code || column_of(s, &cells) < 0 || (k = values_of(s, &cells, code)) < 0) {
		free(code);
		return -1;
	}
	starts = calloc((size_t)k + 2, sizeof(*starts));
	order = calloc((size_t)s->n + 1, sizeof(*order));
	if (!starts || !order) {
		free(code);
		free(starts);
		free(order);
		return mlf_fail(s->ctx, "no memory to part the table");
	}
	for (int64_t i = 0; i < s->n; i++)
		starts[code[i] + 1]++;
	for (int64_t v = 0; v < k; v++)
		starts[v + 1] += starts[v];
	for (int64_t i = 0; i < s->n; i++)
		order[starts[code[i]]++] = (struct lot){mlf_scatter(s->seed, (uint64_t)i), i, 1};
	for (int64_t v = 0, from = 0; v < k; from = starts[v++]) {
		s->lots = order + from; /* starts[v] is where the next value begins now */
		deal(s, starts[v] - from);
	}
	s->lots = all;
	free(code);
	free(starts);
	free(order);
	return 0;
}

/* Order as a number: null comes first, so that what has no time is learnt from and not judged by. */
static int
split_time(struct split *s)
{
	struct mlf_cells cells;
	if (column_of(s, &cells) < 0)
		return -1;
	if (cells.type == MLF_UTF8 || cells.type == MLF_BOOL)
		return mlf_fail(s->ctx, "column `%s` is %s and has no order of time",
			mlf_param_str(s->ctx, "column"), mlf_type_shown(cells.type));
	for (int64_t i = 0; i < s->n; i++) {
		uint64_t bits = mlf_cell_null(&cells, i) ? 0 : cells.v[i];
		bool null = mlf_cell_null(&cells, i) ||
			(cells.type == MLF_F64 && isnan(mlf_cell_number(&cells, i)));
		if (cells.type == MLF_F64) /* the bits of doubles in the order of their values */
			bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
		else
			bits ^= UINT64_C(1) << 63;
		/* latest first, of equals the later row */
		s->lots[i] = (struct lot){null ? UINT64_MAX : ~bits, -i, 1};
	}
	qsort(s->lots, (size_t)s->n, sizeof(*s->lots), by_luck);
	int64_t test = share_of(s->test, s->n), both = share_of(s->test + s->validation, s->n);
	for (int64_t k = 0; k < s->n; k++)
		s->side[-s->lots[k].what] = k < test ? TEST : k < both ? VALIDATION : TRAIN;
	return 0;
}

/* Groups are drawn by chance; each goes to the first side that still has half of its rows free. */
static int
split_group(struct split *s)
{
	struct mlf_cells cells;
	int64_t *code = calloc((size_t)s->n + 1, sizeof(*code)), k = -1, test = 0, validation = 0;
	int64_t want_test = share_of(s->test, s->n);
	int64_t want_validation = share_of(s->validation, s->n);
	if (code && column_of(s, &cells) == 0)
		k = values_of(s, &cells, code);
	uint8_t *side = k < 0 ? NULL : calloc((size_t)k + 1, 1);
	for (int64_t v = 0; side && v < k; v++)
		s->lots[v] = (struct lot){mlf_scatter(s->seed, (uint64_t)v), v, 0};
	for (int64_t i = 0; side && i < s->n; i++)
		s->lots[code[i]].rows++;
	if (side)
		qsort(s->lots, (size_t)k, sizeof(*s->lots), by_luck);
	for (int64_t v = 0; side && v < k; v++) {
		struct lot *l = &s->lots[v];
		if (2 * (want_test - test) >= l->rows) {
			side[l->what] = TEST;
			test += l->rows;
		} else if (2 * (want_validation - validation) >= l->rows) {
			side[l->what] = VALIDATION;
			validation += l->rows;
		}
	}
	for (int64_t i = 0; side && i < s->n; i++)
		s->side[i] = side[code[i]];
	free(code);
	if (!side)
		return k < 0 ? -1 : mlf_fail(s->ctx, "no memory for the groups");
	free(side);
	return 0;
}

/* A number from 0 to 1 of the cells of a row. */
static double
place_of(const struct mlf_cells *cells, int n, int64_t i, uint64_t seed)
{
	uint64_t h = seed;
	for (int c = 0; c < n; c++)
		h = mlf_scatter(h, mlf_cell_bits(&cells[c], i));
	return (double)(h >> 11) * 0x1p-53;
}

static int
split_hash(struct split *s)
{
	const struct mlf_value *by = mlf_param_value(s->ctx, "columns");
	struct mlf_cells *cells;
	int n = mlf_cells_by(s->ctx, s->f, by->n ? by : NULL, &cells);
	for (int64_t i = 0; n >= 0 && i < s->n; i++) {
		double at = place_of(cells, n, i, s->seed);
		s->side[i] = at < s->test              ? TEST
			: at < s->test + s->validation ? VALIDATION
						       : TRAIN;
	}
	free(cells);
	return n < 0 ? -1 : 0;
}

/* ---- */

static const struct {
	const char *name;
	int (*part)(struct split *);
} ways[] = {{"random", split_random}, {"stratified", split_stratified}, {"time", split_time},
	{"group", split_group}, {"hash", split_hash}};

static int
give(struct split *s, int64_t rows[3])
{
	static const char *const ports[] = {"train", "test", "validation"};
	bool *keep = malloc((size_t)s->n + 1);
	int rc = keep ? 0 : mlf_fail(s->ctx, "no memory to part the table");
	for (int k = TRAIN; rc == 0 && k <= VALIDATION; k++) {
		for (int64_t i = 0; i < s->n; i++) {
			keep[i] = s->side[i] == k;
			rows[k] += keep[i];
		}
		rc = mlf_output_append(s->ctx, ports[k], mlf_filter(s->f, keep));
	}
	free(keep);
	return rc;
}

static int
take(struct split *s, size_t way, int64_t rows[3])
{
	s->n = mlf_rows(s->f);
	s->side = calloc((size_t)s->n + 1, 1);
	s->lots = calloc((size_t)s->n + 1, sizeof(*s->lots));
	int rc = s->side && s->lots ? ways[way].part(s)
				    : mlf_fail(s->ctx, "no memory for %lld rows", (long long)s->n);
	if (rc == 0)
		rc = give(s, rows);
	free(s->side);
	free(s->lots);
	return rc;
}

static int
run(struct mlf_ctx *ctx)
{
	const char *by = mlf_param_str(ctx, "by");
	int64_t seed = mlf_param_i64(ctx, "seed"), rows[3] = {0};
	struct split s = {.ctx = ctx,
		.test = mlf_param_f64(ctx, "test_share"),
		.validation = mlf_param_f64(ctx, "validation_share"),
		.seed = seed >= 0 ? (uint64_t)seed : mlf_seed(ctx)};
	size_t way = 0, n = sizeof(ways) / sizeof(ways[0]);
	int rc = 0;
	while (way < n && strcmp(ways[way].name, by) != 0)
		way++;
	if (way == n)
		return mlf_fail(ctx,
			"`by` is `%s`; it must be random, stratified, time, group or hash", by);
	if (s.test + s.validation >= 1)
		return mlf_fail(ctx, "test and validation leave nothing to train on");
	if (ways[way].part != split_hash) {
		s.f = mlf_input(ctx, "table");
		rc = take(&s, way, rows);
	} else {
		while (rc == 0 && (s.f = mlf_input_next(ctx, "table")))
			rc = take(&s, way, rows);
	}
	mlf_metric(ctx, "train_rows", (double)rows[TRAIN], 0);
	mlf_metric(ctx, "test_rows", (double)rows[TEST], 0);
	if (s.validation > 0)
		mlf_metric(ctx, "validation_rows", (double)rows[VALIDATION], 0);
	return rc;
}

static const struct mlf_node nodes[] = {
	{
		.name = "split",
		.help = "Parts a table into train, test and validation.",
		.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "any table"}, {0}},
		.outputs = (const struct mlf_port[]){{"train", MLF_TABLE, 0, "to learn from"},
			{"test", MLF_TABLE, 0, "to be judged by"},
			{"validation", MLF_TABLE, MLF_OPTIONAL, "to choose by"}, {0}},
		.params =
			(const struct mlf_param[]){
				{"by", MLF_STR, "random", 0, 0,
					"random, stratified, time, group or hash"},
				{"column", MLF_STR, "", 0, 0, "of stratified, time and group"},
				{"columns", MLF_ANY, "[]", 0, 0, "of hash; none: all"},
				{"test_share", MLF_FLOAT, "0.2", 0,
					0.99, "part of the rows for the test"},
				{"validation_share", MLF_FLOAT, "0", 0, 0.99,
					"part for the validation"},
				{"seed", MLF_INT, "1", 0, 0,
					"another seed, another parting; -1: the run's"},
				{0}},
		.run = run,
	}};
MLF_PLUGIN("split", "1.0", nodes);
