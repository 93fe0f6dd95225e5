/* SPDX-License-Identifier: Apache-2.0
 * evaluate: judges a model by rows it has not seen, whatever it predicts: one of two classes, one of many, or
 * numbers. The figures become metrics of the run, a JSON report, tables, and pictures.
 *
 *	batches -> predict -> truth, said, scores, codes of the slices     16 bytes and more a row
 *	        -> judge -> figures; and once more for each slice
 *
 * Rows themselves do not stay in memory. */
#include <mlflow-c/gather.h>

#include <math.h>

enum { SLICES_MAX = 16, SLICE_VALUES = 20, SLICE_PARTS = 5, LABELS_MAX = 1000 };

/* By which rows are parted. */
struct slice {
	const char *column;
	struct mlf_labels labels;
	int32_t *codes;  /* of each row; -1: null, -2: more values than are counted */
	double *numbers; /* of each row, if the column holds numbers */
	bool many;
};
/* What all batches come to. */
struct gathered {
	struct mlf_gathered rows;
	int64_t cap; /* of the slices */
	struct slice slices[SLICES_MAX];
	int64_t n_slices;
};

static void
slices_free(struct gathered *g)
{
	for (int64_t k = 0; k < g->n_slices; k++) {
		mlf_labels_free(&g->slices[k].labels);
		free(g->slices[k].codes);
		free(g->slices[k].numbers);
	}
}

static bool
make_room(struct gathered *g, int64_t n)
{
	if (n <= g->cap)
		return true;
	while (g->cap < n)
		g->cap = g->cap ? 2 * g->cap : 65536;
	for (int64_t k = 0; k < g->n_slices; k++) {
		struct slice *s = &g->slices[k];
		int32_t *codes = realloc(s->codes, (size_t)g->cap * sizeof(*codes));
		s->codes = codes ? codes : s->codes;
		double *numbers = realloc(s->numbers, (size_t)g->cap * sizeof(*numbers));
		s->numbers = numbers ? numbers : s->numbers;
		if (!codes || !numbers)
			return false;
	}
	return true;
}

/* The codes of a batch, whose rows end at the last one gathered. */
static int
note_slice(struct mlf_ctx *ctx, struct slice *s, struct mlf_frame *f, int64_t to)
{
	struct mlf_cells cells;
	if (mlf_cells_of(ctx, f, s->column, &cells) < 0)
		return -1;
	for (int64_t i = 0; i < cells.n; i++, to++) {
		bool null = mlf_cell_null(&cells, i);
		int64_t label = null || s->labels.n > LABELS_MAX
			? -1
			: mlf_label(&s->labels, &cells, i, true);
		bool other = !null && (label < 0 || label >= LABELS_MAX);
		s->many |= other;
		s->codes[to] = null ? -1 : other ? -2 : (int32_t)label;
		s->numbers[to] = null || cells.type == MLF_UTF8 ? NAN : mlf_cell_number(&cells, i);
	}
	return 0;
}

/* Rows without truth or score fail the node at the end, so that here every row counts. */
static int
take_batch(struct mlf_ctx *ctx, struct gathered *g, struct mlf_frame *f)
{
	struct mlf_frame *said = mlf_predict(ctx, mlf_input_model(ctx, "model"), f);
	int64_t from = g->rows.n;
	if (mlf_gather(ctx, &g->rows, f, said) < 0)
		return -1;
	if (g->rows.no_truth || g->rows.no_score)
		return 0;
	if (!make_room(g, g->rows.n))
		return mlf_fail(ctx, "no memory for %lld rows more", (long long)mlf_rows(f));
	for (int64_t k = 0; k < g->n_slices; k++)
		if (note_slice(ctx, &g->slices[k], f, from) < 0)
			return -1;
	return 0;
}

/* ---- slices */

/* Rows of the slices as a table, and for the page. */
struct parts {
	const struct mlf_judged *whole;
	struct gathered *g;
	struct mlf_builder *b;
	struct mlf_slice_row *rows; /* for the page */
	int32_t n, cap;
	const char *figure; /* that the page shows */
	int64_t least;
	double *truth, *said, **scores; /* the rows of one part */
};

static void
push_slice(struct parts *p, const struct mlf_slice_row *row, const struct mlf_verdict *v)
{
	for (int32_t i = 0; v && i < v->n_figures; i++) {
		const struct mlf_figure *f = &v->figures[i];
		mlf_push_str(p->b, 0, row->column, (int64_t)strlen(row->column));
		mlf_push_str(p->b, 1, row->value, (int64_t)strlen(row->value));
		mlf_push_i64(p->b, 2, row->rows);
		mlf_push_str(p->b, 3, f->name, (int64_t)strlen(f->name));
		mlf_push_f64(p->b, 4, f->value);
		const double ends[] = {f->low, f->high};
		for (int k = 0; k < 2; k++)
			if (isnan(ends[k]))
				mlf_push_null(p->b, 5 + k);
			else
				mlf_push_f64(p->b, 5 + k, ends[k]);
	}
}

/* Judges the rows of a part: those of one code. */
static int
judge_part(struct mlf_ctx *ctx, struct parts *p, const struct slice *s, int32_t code, char *value)
{
	struct mlf_judged j = *p->whole;
	int64_t n = 0;
	for (int64_t i = 0; i < p->g->rows.n; i++) {
		if (s->codes[i] != code)
			continue;
		p->truth[n] = p->g->rows.truth[i];
		p->said[n] = p->g->rows.said[i];
		for (int32_t k = 0; j.scores && k < j.classes; k++)
			p->scores[k][n] = p->g->rows.scores[k][i];
		n++;
	}
	if (n < p->least || n == 0 || p->n == p->cap) {
		free(value);
		return 0;
	}
	j.n = n;
	j.truth = p->truth;
	j.said = p->said;
	if (j.scores)
		j.scores = (const double *const *)p->scores;
	const struct mlf_verdict *v = mlf_judge(ctx, &j);
	struct mlf_slice_row *row = &p->rows[p->n++];
	*row = (struct mlf_slice_row){s->column, value, n, NAN, NAN, NAN};
	for (int32_t i = 0; v && i < v->n_figures; i++)
		if (strcmp(v->figures[i].name, p->figure) == 0) {
			row->figure = v->figures[i].value;
			row->low = v->figures[i].low;
			row->high = v->figures[i].high;
		}
	push_slice(p, row, v);
	return v ? 0 : -1;
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Numbers of too many values become parts of about as many rows each. */
static int
judge_quantiles(struct mlf_ctx *ctx, struct parts *p, struct slice *s)
{
	double *sorted = malloc((size_t)(p->g->rows.n + 1) * sizeof(*sorted)),
	       edges[SLICE_PARTS + 1];
	int64_t n = 0;
	if (!sorted)
		return mlf_fail(ctx, "no memory for the slices");
	for (int64_t i = 0; i < p->g->rows.n; i++)
		if (!isnan(s->numbers[i]))
			sorted[n++] = s->numbers[i];
	qsort(sorted, (size_t)n, sizeof(*sorted), compare_numbers);
	for (int k = 0; k <= SLICE_PARTS; k++)
		edges[k] = n ? sorted[(n - 1) * k / SLICE_PARTS] : 0;
	free(sorted);
	for (int64_t i = 0; i < p->g->rows.n; i++) {
		int k = 0;
		while (k < SLICE_PARTS - 1 && s->numbers[i] >= edges[k + 1])
			k++;
		s->codes[i] = isnan(s->numbers[i]) ? -1 : k;
	}
	for (int k = 0; k < SLICE_PARTS; k++) {
		char *value = malloc(80);
		if (!value)
			return mlf_fail(ctx, "no memory for the slices");
		(void)snprintf(value, 80, "%.6g to %.6g", edges[k], edges[k + 1]);
		if (judge_part(ctx, p, s, k, value) < 0)
			return -1;
	}
	return judge_part(ctx, p, s, -1, strdup("(null)"));
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Texts of too many values: all but the most frequent are one part. */
static void
fold(struct gathered *g, struct slice *s)
{
	int64_t counts[LABELS_MAX + 2] = {0}, kept = 0, least = 1;
	for (int64_t i = 0; i < g->rows.n; i++)
		if (s->codes[i] >= 0)
			counts[s->codes[i]]++;
	for (;; least++) { /* the count from which on not too many labels are left */
		kept = 0;
		for (int64_t k = 0; k <= LABELS_MAX; k++)
			kept += counts[k] >= least;
		if (kept <= SLICE_VALUES)
			break;
	}
	for (int64_t i = 0; i < g->rows.n; i++)
		if (s->codes[i] >= 0 && counts[s->codes[i]] < least)
			s->codes[i] = -2;
}

static int
judge_slice(struct mlf_ctx *ctx, struct parts *p, struct slice *s)
{
	bool numbers = false;
	for (int64_t i = 0; i < p->g->rows.n && !numbers; i++)
		numbers = !isnan(s->numbers[i]);
	if ((s->many || s->labels.n > SLICE_VALUES) && numbers)
		return judge_quantiles(ctx, p, s);
	if (s->labels.n > SLICE_VALUES)
		fold(p->g, s);
	char **names = malloc((size_t)(s->labels.n + 1) * sizeof(*names));
	if (!names)
		return mlf_fail(ctx, "no memory for the slices");
	memcpy(names, s->labels.names, (size_t)s->labels.n * sizeof(*names));
	qsort(names, (size_t)s->labels.n, sizeof(*names), compare_names);
	int rc = 0;
	for (int64_t k = 0; rc == 0 && k < s->labels.n; k++) {
		struct mlf_str name = {names[k], (int64_t)strlen(names[k])};
		int64_t code = mlf_label_text(&s->labels, name, false);
		if (code < LABELS_MAX)
			rc = judge_part(ctx, p, s, (int32_t)code, strdup(names[k]));
	}
	free(names);
	if (rc == 0)
		rc = judge_part(ctx, p, s, -2, strdup("(other)"));
	return rc == 0 ? judge_part(ctx, p, s, -1, strdup("(null)")) : rc;
}

static int
judge_slices(struct mlf_ctx *ctx, struct parts *p)
{
	static const char *const columns[] = {
		"column", "value", "rows", "metric", "figure", "low", "high"};
	static const enum mlf_type types[] = {
		MLF_UTF8, MLF_UTF8, MLF_I64, MLF_UTF8, MLF_F64, MLF_F64, MLF_F64};
	size_t n = (size_t)p->g->rows.n + 1;
	int rc = 0;
	p->b = mlf_build(ctx);
	for (int k = 0; k < 7; k++)
		(void)mlf_add_column(p->b, columns[k], types[k]);
	p->cap = SLICES_MAX * (SLICE_VALUES + 3);
	p->rows = calloc((size_t)p->cap, sizeof(*p->rows));
	p->truth = malloc(n * sizeof(double));
	p->said = malloc(n * sizeof(double));
	p->scores = calloc((size_t)p->g->rows.classes.n + 1, sizeof(double *));
	bool ok = p->rows && p->truth && p->said && p->scores;
	for (int64_t k = 0; ok && p->whole->scores && k < p->g->rows.classes.n; k++)
		ok = (p->scores[k] = malloc(n * sizeof(double)));
	if (!ok)
		rc = mlf_fail(ctx, "no memory for the slices");
	for (int64_t k = 0; rc == 0 && k < p->g->n_slices; k++)
		rc = judge_slice(ctx, p, &p->g->slices[k]);
	return rc == 0 ? mlf_output(ctx, "slices", mlf_finish(p->b)) : rc;
}

static void
parts_free(struct parts *p)
{
	for (int32_t i = 0; i < p->n; i++)
		free((char *)(uintptr_t)p->rows[i].value);
	for (int64_t k = 0; p->scores && k < p->g->rows.classes.n; k++)
		free(p->scores[k]);
	free(p->scores);
	free(p->truth);
	free(p->said);
	free(p->rows);
}

/* ---- what goes out */

static void
give_artifacts(struct mlf_ctx *ctx, const struct mlf_page *page)
{
	static const char *const pictures[] = {"roc", "pr", "calibration", "confusion", "numbers"};
	const char *prefix = mlf_param_str(ctx, "artifacts");
	char name[300];
	size_t len;
	if (!*prefix)
		return;
	for (size_t k = 0; mlf_param_bool(ctx, "pictures") && k < 5; k++) {
		const char *svg = mlf_draw(ctx, page, pictures[k], &len);
		(void)snprintf(name, sizeof(name), "%s_%s.svg", prefix, pictures[k]);
		if (svg)
			mlf_artifact(ctx, name, svg, len);
	}
	const char *html = mlf_draw(ctx, page, "page", &len);
	(void)snprintf(name, sizeof(name), "%s.html", prefix);
	if (html)
		mlf_artifact(ctx, name, html, len);
}

static void
give_metrics(struct mlf_ctx *ctx, const struct mlf_verdict *v)
{
	const char *prefix = mlf_param_str(ctx, "prefix");
	char name[300];
	for (int32_t i = 0; i < v->n_figures; i++) {
		const struct mlf_figure *f = &v->figures[i];
		(void)snprintf(name, sizeof(name), "%s%s", prefix, f->name);
		mlf_metric(ctx, name, f->value, 0);
		if (isnan(f->low) || !mlf_param_bool(ctx, "interval_metrics"))
			continue;
		(void)snprintf(name, sizeof(name), "%s%s_low", prefix, f->name);
		mlf_metric(ctx, name, f->low, 0);
		(void)snprintf(name, sizeof(name), "%s%s_high", prefix, f->name);
		mlf_metric(ctx, name, f->high, 0);
	}
}

static int
give(struct mlf_ctx *ctx, const struct mlf_page *page)
{
	const struct mlf_verdict *v = page->verdict;
	char line[200];
	size_t len = 0;
	int used = 0;
	for (int32_t i = 0; i < v->n_figures && i < 3; i++)
		used += snprintf(line + used, sizeof(line) - (size_t)used, "%s%s %.4f",
			i ? ", " : "", v->figures[i].name, v->figures[i].value);
	mlf_log(ctx, "%lld rows: %s", (long long)v->n, line);
	give_metrics(ctx, v);
	give_artifacts(ctx, page);
	const char *report = mlf_draw(ctx, page, "json", &len);
	if (!report || mlf_output_bytes(ctx, "report", report, len) < 0)
		return -1;
	return mlf_output(ctx, "curves", mlf_verdict_table(ctx, v, "curves")) < 0
		? -1
		: mlf_output(ctx, "confusion", mlf_verdict_table(ctx, v, "confusion"));
}

static int
judge(struct mlf_ctx *ctx, struct gathered *g)
{
	const char *best = mlf_param_str(ctx, "best"), *shown = mlf_param_str(ctx, "slice_metric");
	struct mlf_judged j = mlf_gathered_judged(&g->rows);
	j.threshold = mlf_param_f64(ctx, "threshold");
	j.confidence = mlf_param_f64(ctx, "confidence");
	j.bins = (int32_t)mlf_param_i64(ctx, "bins");
	j.by_youden = strcmp(best, "youden") == 0;
	if (!j.by_youden && strcmp(best, "f1") != 0)
		return mlf_fail(ctx, "`best` is `%s`; it must be f1 or youden", best);
	const struct mlf_verdict *v = mlf_judge(ctx, &j);
	if (!v)
		return -1;
	if (g->rows.task == MLF_BINARY && v->base <= 0 && *mlf_param_str(ctx, "positive"))
		return mlf_fail(ctx, "no row's `%s` is `%s`, which `positive` says",
			mlf_param_str(ctx, "target"), mlf_param_str(ctx, "positive"));
	if (g->rows.task == MLF_BINARY && (v->base <= 0 || v->base >= 1))
		return mlf_fail(ctx, "all %lld rows are of one class", (long long)v->n);
	if (!*shown)
		shown = g->rows.task == MLF_NUMBERS  ? "rmse"
			: g->rows.task == MLF_BINARY ? "auc"
						     : "accuracy";
	struct parts p = {
		.whole = &j, .g = g, .figure = shown, .least = mlf_param_i64(ctx, "min_slice")};
	int rc = judge_slices(ctx, &p);
	struct mlf_page page = {v, mlf_param_str(ctx, "title"), shown, p.rows, p.n};
	if (rc == 0)
		rc = give(ctx, &page);
	parts_free(&p);
	return rc;
}

static int
run(struct mlf_ctx *ctx)
{
	const struct mlf_value *slices = mlf_param_value(ctx, "slices");
	struct gathered g = {.rows = {.target = mlf_param_str(ctx, "target"),
				     .positive = mlf_param_str(ctx, "positive"),
				     .task_asked = mlf_param_str(ctx, "task")}};
	int rc = 0;
	if (slices->kind != MLF_LIST || slices->n > SLICES_MAX)
		return mlf_fail(ctx, "`slices` must be a list of at most %d columns", SLICES_MAX);
	for (int64_t k = 0; k < slices->n; k++)
		g.slices[g.n_slices++].column = slices->items[k].text;
	for (struct mlf_frame *f; rc == 0 && (f = mlf_input_next(ctx, "table"));)
		rc = take_batch(ctx, &g, f);
	if (rc == 0 && (g.rows.no_truth || g.rows.no_score))
		rc = mlf_fail(ctx, "%lld rows have no score and %lld no truth",
			(long long)g.rows.no_score, (long long)g.rows.no_truth);
	if (rc == 0)
		rc = judge(ctx, &g);
	mlf_gathered_free(&g.rows);
	slices_free(&g);
	return rc;
}

static const struct mlf_node nodes[] = {{
	.name = "evaluate",
	.help = "Measures how good a model is, in figures, tables and pictures.",
	.inputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "the model to judge"},
		{"table", MLF_TABLE, 0, "rows it has not seen"}, {0}},
	.outputs = (const struct mlf_port[]){{"report", MLF_JSON, MLF_OPTIONAL, "the figures"},
		{"curves", MLF_TABLE, MLF_OPTIONAL, "ROC, precision-recall and calibration"},
		{"slices", MLF_TABLE, MLF_OPTIONAL, "the figures of parts of the rows"},
		{"confusion", MLF_TABLE, MLF_OPTIONAL, "classes by truth and prediction"}, {0}},
	.params =
		(const struct mlf_param[]){
			{"target", MLF_STR, NULL, 0, 0, "the column that holds the truth"},
			{"task", MLF_STR, "auto", 0, 0, "auto, binary, multiclass or regression"},
			{"positive", MLF_STR, "", 0, 0, "two classes: the value that counts as 1"},
			{"threshold", MLF_FLOAT, "0.5", 0, 1,
				"two classes: from which score on it is a yes"},
			{"best", MLF_STR, "f1", 0, 0,
				"what the best threshold is best at: f1 or youden"},
			{"confidence", MLF_FLOAT, "0.95", 0, 0.9999, "of the intervals; 0: none"},
			{"interval_metrics", MLF_BOOLEAN, "false", 0, 0,
				"the ends of intervals become metrics, too"},
			{"bins", MLF_INT, "10", 1, 1000, "of the calibration"},
			{"slices", MLF_ANY, "[]", 0, 0, "columns by which rows are parted"},
			{"min_slice", MLF_INT, "1", 1, 1e15, "parts of fewer rows are left out"},
			{"slice_metric", MLF_STR, "", 0, 0,
				"the figure that the page shows of slices"},
			{"prefix", MLF_STR, "", 0, 0, "in front of the names of metrics"},
			{"artifacts", MLF_STR, "evaluation", 0, 0,
				"name of the page among the files of the run; empty: none"},
			{"pictures", MLF_BOOLEAN, "false", 0, 0,
				"each chart of the page as a file, too"},
			{"title", MLF_STR, "Evaluation", 0, 0, "of the page"}, {0}},
	.run = run,
}};
MLF_PLUGIN("evaluate", "2.0", nodes);
