/* SPDX-License-Identifier: Apache-2.0
 * train: learns to predict one column of a table from all the others; if asked to, with the options that do
 * best on rows left out.
 *
 *	search -> trials: options      grid: all of them; random: n, drawn by the seed
 *	       -> folds                each row in one, classes shared out evenly
 *	       -> for each trial and fold: fit on the others, predict the fold, judge
 *	       -> the trial with the best mean is fitted on all rows
 *
 * All of it depends on table, parameters and seed alone. Of equals the first trial wins. */
#include <mlflow-c/gather.h>

#include <math.h>

enum { DIMENSIONS = 16, TRIALS_MAX = 10000, FOLDS_MAX = 50, CLASSES_FOLDED = 20 };

/* ---- options as JSON */

struct text {
	char *s;
	size_t len, cap;
	bool full; /* of memory */
};

static void
add(struct text *t, const char *s)
{
	size_t n = strlen(s);
	if (t->len + n + 1 > t->cap) {
		size_t cap = 2 * (t->len + n) + 256;
		char *wide = realloc(t->s, cap);
		t->full |= !wide;
		if (!wide)
			return;
		t->s = wide;
		t->cap = cap;
	}
	memcpy(t->s + t->len, s, n + 1);
	t->len += n;
}

static void
add_pair(struct text *t, const char *key, const char *json)
{
	char c[2] = "";
	add(t, t->len > 1 ? ", \"" : "\"");
	for (; *key; key++) {
		c[0] = *key;
		if (*key == '"' || *key == '\\')
			add(t, "\\");
		add(t, c);
	}
	add(t, "\": ");
	add(t, json);
}

struct option {
	const char *key;
	char json[400];
};
struct train {
	struct mlf_ctx *ctx;
	struct mlf_frame *table;
	const char *target, *flavor, *metric, *positive;
	uint64_t seed;
	int64_t folds, trials;
	bool random, lower; /* lower figures are better */
	int dims;
	const struct mlf_value *space[DIMENSIONS];
	int64_t *fold;  /* of each row */
	double *figure; /* trials x folds */
	double *mean, *sd;
	bool *keep;
	int64_t patience; /* rounds without a better one after which a fit of the search stops; 0: none */
	int64_t *rounds; /* of each trial, summed over the folds */
	int64_t at;      /* the trial at work */
};

/* The options of a trial on top of the node's own; `linear` has three parameters of its own. */
static void
options_of(const struct train *t, const struct option *over, struct text *out)
{
	const struct mlf_value *base = mlf_param_value(t->ctx, "options");
	struct option own[3] = {{"l2", ""}, {"max_iter", ""}, {"standardize", ""}};
	(void)snprintf(own[0].json, sizeof(own[0].json), "%.17g", mlf_param_f64(t->ctx, "l2"));
	(void)snprintf(own[1].json, sizeof(own[1].json), "%lld",
		(long long)mlf_param_i64(t->ctx, "max_iter"));
	(void)snprintf(own[2].json, sizeof(own[2].json), "%s",
		mlf_param_bool(t->ctx, "standardize") ? "true" : "false");
	int n = over ? t->dims : 0;
	add(out, "{");
	for (int k = 0; k < 3 && strcmp(t->flavor, "linear") == 0; k++) {
		bool given = mlf_value_get(base, own[k].key);
		for (int d = 0; d < n; d++)
			given |= strcmp(over[d].key, own[k].key) == 0;
		if (!given)
			add_pair(out, own[k].key, own[k].json);
	}
	for (int64_t k = 0; k < base->n; k++) {
		bool given = false;
		for (int d = 0; d < n; d++)
			given |= strcmp(over[d].key, base->items[k].key) == 0;
		if (!given)
			add_pair(out, base->items[k].key, base->items[k].json);
	}
	for (int d = 0; d < n; d++)
		add_pair(out, over[d].key, over[d].json);
	if (t->patience && t->keep) {
		char json[32];
		(void)snprintf(json, sizeof(json), "%lld", (long long)t->patience);
		add_pair(out, "early_stopping_rounds", json);
	}
	add(out, "}");
}

/* ---- trials */

static double
chance(uint64_t seed, int64_t trial, int dim)
{
	return (double)(mlf_scatter(seed, (uint64_t)trial * DIMENSIONS + (uint64_t)dim) >> 11) *
		0x1p-53;
}

static void
draw(const struct mlf_value *range, double u, char json[400])
{
	double low = mlf_value_number(range, "low", 0), high = mlf_value_number(range, "high", 1),
	       v;
	bool log_scale = mlf_value_number(range, "log", 0) > 0;
	if (mlf_value_number(range, "int", 0) > 0 && !log_scale) {
		(void)snprintf(json, 400, "%.0f", low + floor(u * (high - low + 1)));
		return;
	}
	v = log_scale ? exp(log(low) + u * (log(high) - log(low))) : low + u * (high - low);
	v = fmin(fmax(v, low), high);
	if (mlf_value_number(range, "int", 0) > 0)
		(void)snprintf(json, 400, "%.0f", rint(v));
	else
		(void)snprintf(json, 400, "%.6g", v); /* as many digits as anybody wants to read */
}

static void
trial_options(const struct train *t, int64_t trial, struct option *out)
{
	int64_t rest = trial;
	for (int d = t->dims - 1; d >= 0; d--) {
		const struct mlf_value *s = t->space[d];
		double u = chance(t->seed, trial, d);
		out[d].key = s->key;
		if (s->kind == MLF_MAP) {
			draw(s, u, out[d].json);
			continue;
		}
		int64_t at = t->random ? (int64_t)(u * (double)s->n) : rest % s->n;
		rest /= s->n;
		(void)snprintf(out[d].json, sizeof(out[d].json), "%s", s->items[at].json);
	}
}

static int
read_space(struct train *t, const struct mlf_value *space)
{
	int64_t all = 1;
	if (!space || space->kind != MLF_MAP || !space->n || space->n > DIMENSIONS)
		return mlf_fail(
			t->ctx, "search: `space` must be a map of 1 to %d options", DIMENSIONS);
	for (int64_t k = 0; k < space->n; k++) {
		const struct mlf_value *s = t->space[t->dims++] = &space->items[k];
		double low = mlf_value_number(s, "low", NAN),
		       high = mlf_value_number(s, "high", NAN);
		bool log_scale = mlf_value_number(s, "log", 0) > 0;
		if (s->kind == MLF_MAP &&
			mlf_value_keys(t->ctx, s, "search.space", "low high log int") < 0)
			return -1;
		if (s->kind == MLF_MAP && (!t->random || !(low < high) || (log_scale && low <= 0)))
			return mlf_fail(t->ctx,
				"search.space.%s: a range is for `random`, from low to a high "
				"above it, "
				"both above 0 with log",
				s->key);
		if (s->kind != MLF_MAP && (s->kind != MLF_LIST || !s->n))
			return mlf_fail(t->ctx,
				"search.space.%s must be a list of values or a range", s->key);
		for (int64_t i = 0; s->kind == MLF_LIST && i < s->n; i++)
			if (strlen(s->items[i].json) >= sizeof(((struct option *)0)->json))
				return mlf_fail(
					t->ctx, "search.space.%s: a value is too long", s->key);
		all = s->kind == MLF_LIST && all <= TRIALS_MAX ? all * s->n : all;
	}
	if (!t->random)
		t->trials = all;
	return t->trials <= TRIALS_MAX
		? 0
		: mlf_fail(t->ctx, "the grid has more than %d trials", TRIALS_MAX);
}

static int
read_search(struct train *t, const struct mlf_value *search)
{
	const char *method = mlf_value_text(search, "method", "grid");
	double n = mlf_value_number(search, "n", 20), folds = mlf_value_number(search, "folds", 5);
	if (mlf_value_keys(t->ctx, search, "search",
		    "method n folds metric space positive early_stopping") < 0)
		return -1;
	t->random = strcmp(method, "random") == 0;
	t->metric = mlf_value_text(search, "metric", "");
	t->positive = mlf_value_text(search, "positive", "");
	if (!t->random && strcmp(method, "grid") != 0)
		return mlf_fail(
			t->ctx, "search: `method` is `%s`; it must be grid or random", method);
	if (!(n >= 1 && n <= TRIALS_MAX) || !(folds >= 2 && folds <= FOLDS_MAX))
		return mlf_fail(t->ctx, "search: `n` is from 1 to %d and `folds` from 2 to %d",
			TRIALS_MAX, FOLDS_MAX);
	t->patience = (int64_t)mlf_value_number(search, "early_stopping", 0);
	if (t->patience &&
		mlf_value_get(mlf_param_value(t->ctx, "options"), "early_stopping_rounds"))
		return mlf_fail(t->ctx,
			"give either `early_stopping` of search or `early_stopping_rounds` of "
			"options");
	t->trials = (int64_t)n;
	t->folds = (int64_t)folds;
	return read_space(t, mlf_value_get(search, "space"));
}

/* ---- folds */

struct lot {
	uint64_t luck;
	int64_t class, row;
};

static int
by_class(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;
	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->luck != y->luck)
		return x->luck < y->luck ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Rows are sorted by class and chance and then dealt out in turn: so folds differ by one row at most, and each
 * class is spread over them. A target of many values is one class. */
static int
make_folds(struct train *t)
{
	struct mlf_cells c;
	struct mlf_labels l = {0};
	int64_t n = mlf_rows(t->table);
	if (n < t->folds)
		return mlf_fail(t->ctx, "%lld rows are too few for %lld folds", (long long)n,
			(long long)t->folds);
	if (mlf_cells_of(t->ctx, t->table, t->target, &c) < 0)
		return -1;
	struct lot *lots = calloc((size_t)n + 1, sizeof(*lots));
	for (int64_t i = 0; lots && i < n; i++) {
		lots[i] = (struct lot){mlf_scatter(~t->seed, (uint64_t)i), -1, i};
		if (l.n <= CLASSES_FOLDED && !mlf_cell_null(&c, i))
			lots[i].class = mlf_label(&l, &c, i, true);
	}
	for (int64_t i = 0; lots && l.n > CLASSES_FOLDED && i < n; i++)
		lots[i].class = 0;
	mlf_labels_free(&l);
	if (!lots)
		return mlf_fail(t->ctx, "no memory for the folds");
	qsort(lots, (size_t)n, sizeof(*lots), by_class);
	for (int64_t k = 0; k < n; k++)
		t->fold[lots[k].row] = k % t->folds;
	free(lots);
	return 0;
}

/* ---- one trial on one fold */

static int
take_figure(struct train *t, const struct mlf_gathered *g, double *out)
{
	struct mlf_judged j = mlf_gathered_judged(g);
	if (g->no_truth || g->no_score)
		return mlf_fail(
			t->ctx, "rows of a fold have no target, or the model has no answer");
	const struct mlf_verdict *v = mlf_judge(t->ctx, &j);
	if (!v)
		return -1;
	if (!*t->metric)
		t->metric = v->task == MLF_BINARY ? "auc"
			: v->task == MLF_NUMBERS  ? "rmse"
			: g->scores               ? "log_loss"
						  : "f1_macro";
	for (int32_t k = 0; k < v->n_figures; k++)
		if (strcmp(v->figures[k].name, t->metric) == 0) {
			*out = v->figures[k].value;
			return 0;
		}
	return mlf_fail(
		t->ctx, "search: there is no metric `%s` of this model and fold", t->metric);
}

/* A recipe becomes a part of the model; models that only judge options take features, and get none. */
static struct mlf_model *
fit(const struct train *t, struct mlf_frame *rows, const struct option *over,
	const struct mlf_recipe *recipe)
{
	struct text options = {0};
	options_of(t, over, &options);
	struct mlf_fit_spec spec = {
		.target = t->target, .options = options.s, .seed = mlf_seed(t->ctx)};
	struct mlf_model *m =
		options.full ? NULL : mlf_fit_after(t->ctx, t->flavor, rows, &spec, recipe);
	if (options.full)
		mlf_fail(t->ctx, "no memory for the options");
	free(options.s);
	return m;
}

static int
try_fold(struct train *t, const struct option *over, int64_t fold, double *out)
{
	struct mlf_frame *all = mlf_scratch(t->ctx, t->table);
	struct mlf_gathered g = {.target = t->target, .positive = t->positive};
	int64_t n = mlf_rows(all);
	for (int64_t i = 0; i < n; i++)
		t->keep[i] = t->fold[i] != fold;
	struct mlf_model *m = fit(t, mlf_filter(all, t->keep), over, &(struct mlf_recipe){0});
	if (!m)
		return -1;
	t->rounds[t->at] += mlf_model_rounds(t->ctx, m);
	for (int64_t i = 0; i < n; i++)
		t->keep[i] = !t->keep[i];
	struct mlf_frame *rest = mlf_filter(all, t->keep);
	int rc = mlf_gather(t->ctx, &g, rest, mlf_predict(t->ctx, m, rest));
	if (rc == 0)
		rc = take_figure(t, &g, out);
	mlf_gathered_free(&g);
	return rc;
}

static int
try_all(struct train *t)
{
	struct option over[DIMENSIONS];
	for (int64_t k = 0; k < t->trials; k++) {
		double *figure = t->figure + k * t->folds, sum = 0, squares = 0;
		trial_options(t, k, over);
		t->at = k;
		for (int64_t f = 0; f < t->folds; f++) {
			if (mlf_cancelled(t->ctx))
				return mlf_fail(t->ctx, "stopped in trial %lld", (long long)k + 1);
			if (try_fold(t, over, f, &figure[f]) < 0)
				return -1;
			mlf_progress(t->ctx, k * t->folds + f + 1, t->trials * t->folds);
			sum += figure[f];
		}
		t->mean[k] = sum / (double)t->folds;
		for (int64_t f = 0; f < t->folds; f++)
			squares += (figure[f] - t->mean[k]) * (figure[f] - t->mean[k]);
		t->sd[k] = sqrt(squares / (double)(t->folds - 1));
	}
	t->lower = mlf_lower_is_better(t->metric);
	return 0;
}

/* ---- what came of it */

static int64_t
rank_of(const struct train *t, int64_t trial)
{
	int64_t rank = 1;
	for (int64_t k = 0; k < t->trials; k++) {
		double less = t->lower ? t->mean[k] - t->mean[trial] : t->mean[trial] - t->mean[k];
		rank += less < 0 || (less == 0 && k < trial);
	}
	return rank;
}

static void
add_trial(struct text *out, const struct train *t, const struct option *over)
{
	add(out, "{");
	for (int d = 0; d < t->dims; d++) {
		struct text one = {0};
		add(&one, "{");
		add_pair(&one, over[d].key, over[d].json);
		add(out, d ? ", " : "");
		add(out, one.s ? one.s + 1 : "");
		free(one.s);
	}
	add(out, "}");
}

static int
give_trials(struct train *t)
{
	struct mlf_builder *b = mlf_build(t->ctx);
	struct option over[DIMENSIONS];
	char name[300];
	int64_t folds = t->folds;
	int trial = mlf_add_column(b, "trial", MLF_I64), rank = mlf_add_column(b, "rank", MLF_I64);
	int options = mlf_add_column(b, "options", MLF_UTF8);
	int mean = mlf_add_column(b, t->metric, MLF_F64), sd = mlf_add_column(b, "sd", MLF_F64);
	for (int64_t f = 0; f < folds; f++) {
		(void)snprintf(name, sizeof(name), "fold_%lld", (long long)f + 1);
		(void)mlf_add_column(b, name, MLF_F64);
	}
	(void)snprintf(name, sizeof(name), "search_%s", t->metric);
	for (int64_t k = 0; k < t->trials; k++) {
		struct text tried = {0};
		trial_options(t, k, over);
		add_trial(&tried, t, over);
		mlf_push_i64(b, trial, k + 1);
		mlf_push_i64(b, rank, rank_of(t, k));
		mlf_push_str(b, options, tried.s ? tried.s : "", (int64_t)tried.len);
		mlf_push_f64(b, mean, t->mean[k]);
		mlf_push_f64(b, sd, t->sd[k]);
		for (int64_t f = 0; f < folds; f++)
			mlf_push_f64(b, sd + 1 + (int)f, t->figure[k * folds + f]);
		mlf_metric(t->ctx, name, t->mean[k], k + 1);
		if (rank_of(t, k) == 1 && tried.s) {
			mlf_tag(t->ctx, "search.best_options", tried.s);
			mlf_metric(t->ctx, "search_best", t->mean[k], 0);
			mlf_log(t->ctx, "trial %lld of %lld is best: %s, %s %.6g", (long long)k + 1,
				(long long)t->trials, tried.s, t->metric, t->mean[k]);
		}
		free(tried.s);
	}
	return mlf_output(t->ctx, "trials", mlf_finish(b));
}

/* The winner, with as many rounds as it took on average, instead of rows to stop by. */
static int
take_best(struct train *t, int64_t k, struct option *best)
{
	double rounds = rint((double)t->rounds[k] / (double)t->folds);
	trial_options(t, k, best);
	if (!t->patience)
		return 0;
	if (rounds < 1 || t->dims == DIMENSIONS)
		return mlf_fail(
			t->ctx, "search: `early_stopping` is for models that learn in rounds");
	int at = 0;
	while (at < t->dims && strcmp(best[at].key, "n_estimators") != 0)
		at++;
	t->dims += at == t->dims;
	best[at].key = "n_estimators";
	(void)snprintf(best[at].json, sizeof(best[at].json), "%.0f", rounds);
	mlf_metric(t->ctx, "search_rounds", rounds, 0);
	return 0;
}

/* The best options, or -1. */
static int
search(struct train *t, struct option *best)
{
	int64_t rows = mlf_rows(t->table);
	int rc = -1;
	t->fold = calloc((size_t)rows + 1, sizeof(*t->fold));
	t->keep = calloc((size_t)rows + 1, sizeof(*t->keep));
	t->figure = calloc((size_t)(t->trials * (t->folds + 2)) + 1, sizeof(double));
	t->rounds = calloc((size_t)t->trials + 1, sizeof(*t->rounds));
	t->mean = t->figure ? t->figure + t->trials * t->folds : NULL;
	t->sd = t->mean ? t->mean + t->trials : NULL;
	if (!t->fold || !t->keep || !t->figure || !t->rounds)
		mlf_fail(t->ctx, "no memory for %lld trials", (long long)t->trials);
	else if (make_folds(t) == 0 && try_all(t) == 0)
		rc = give_trials(t);
	for (int64_t k = 0; rc == 0 && k < t->trials; k++)
		if (rank_of(t, k) == 1)
			rc = take_best(t, k, best);
	free(t->fold);
	free(t->keep);
	free(t->figure);
	free(t->rounds);
	t->keep = NULL; /* what is fitted from now on has all rows to learn from */
	return rc;
}

static int
run(struct mlf_ctx *ctx)
{
	const struct mlf_value *asked = mlf_param_value(ctx, "search");
	struct option best[DIMENSIONS];
	struct train t = {.ctx = ctx,
		.table = mlf_input(ctx, "table"),
		.target = mlf_param_str(ctx, "target"),
		.flavor = mlf_param_str(ctx, "flavor"),
		.seed = mlf_seed(ctx)};
	bool searching = asked->kind != MLF_MAP || asked->n;
	if (mlf_param_value(ctx, "options")->kind != MLF_MAP)
		return mlf_fail(ctx, "`options` must be a map");
	if (searching && (read_search(&t, asked) < 0 || search(&t, best) < 0))
		return -1;
	mlf_log(ctx, "training on %lld rows, %d columns", (long long)mlf_rows(t.table),
		mlf_columns(t.table) - 1);
	struct mlf_recipe recipe;
	recipe.json = mlf_input_bytes(ctx, "recipe", &recipe.len);
	return mlf_output_model(ctx, "model", fit(&t, t.table, searching ? best : NULL, &recipe));
}

static const struct mlf_node nodes[] = {{
	.name = "train",
	.help = "Trains a model, with the options that do best if it is to search for them.",
	.inputs = (const struct mlf_port[]){{"table", MLF_TABLE, 0, "features and target"},
		{"recipe", MLF_JSON, MLF_OPTIONAL, "the steps that made the features"}, {0}},
	.outputs = (const struct mlf_port[]){{"model", MLF_MODEL, 0, "what was learnt"},
		{"trials", MLF_TABLE, MLF_OPTIONAL, "what the search tried, and how it did"}, {0}},
	.params =
		(const struct mlf_param[]){{"target", MLF_STR, NULL, 0, 0, "the column to predict"},
			{"flavor", MLF_STR, "linear", 0, 0,
				"the kind of model: linear, xgboost, baseline"},
			{"l2", MLF_FLOAT, "1.0", 0, 1e15,
				"linear: how much large coefficients cost"},
			{"max_iter", MLF_INT, "100", 1, 100000, "linear: steps to take at most"},
			{"standardize", MLF_BOOLEAN, "true", 0, 0,
				"linear: give every column the same spread"},
			{"options", MLF_ANY, "{}", 0, 0, "the options of the flavor, a map"},
			{"search", MLF_ANY, "{}", 0, 0,
				"{method: grid or random, n, folds, metric, positive, "
				"early_stopping, space: "
				"{option: [values] or "
				"{low, high, log, int}}}; empty: none"},
			{0}},
	.run = run,
}};
MLF_PLUGIN("train", "2.0", nodes);
