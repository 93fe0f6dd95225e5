/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: what models said, and what was true, gathered for mlf_judge: batch by batch, 16 bytes a row and 8
 * more for each class.
 *
 *	struct mlf_gathered g = {.target = "y"};
 *	while (...)
 *		mlf_gather(ctx, &g, table, mlf_predict(ctx, model, table));
 *	struct mlf_judged j = mlf_gathered_judged(&g);
 *	... mlf_judge(ctx, &j) ...
 *	mlf_gathered_free(&g);
 *
 * Models of two classes say `score`, those of more `score_CLASS`; `prediction` they say all. */
#ifndef MLFLOW_C_GATHER_H
#define MLFLOW_C_GATHER_H

#include <mlflow-c/labels.h>

enum { MLF_CLASSES_MAX = 1000 };

struct mlf_gathered {
	const char *target; /* the column of the truth */
	/* Of two classes, the value that is 1; NULL or "": 1, or the text that the score is for. */
	const char *positive;
	const char *task_asked; /* auto, binary, multiclass, regression; NULL: auto */
	/* The rest is filled. */
	enum mlf_task task;
	int64_t n, cap;
	double *truth, *said;
	double **scores;            /* one for each class, or NULL */
	int64_t no_truth, no_score; /* rows that were left out */
	/* Of two classes: the label that the score is for, and the other; "": not seen yet. Turned: the score is not
	 * for `positive`, and 1 less it was taken. */
	char is[256], is_not[256];
	bool turned;
	struct mlf_labels classes;
};

static inline void
mlf_gathered_free(struct mlf_gathered *g)
{
	for (int64_t k = 0; g->scores && k < g->classes.n; k++)
		free(g->scores[k]);
	mlf_labels_free(&g->classes);
	free(g->scores);
	free(g->truth);
	free(g->said);
	g->scores = NULL;
	g->truth = g->said = NULL;
	g->n = g->cap = 0;
	g->task = (enum mlf_task)0;
}

static inline struct mlf_judged
mlf_gathered_judged(const struct mlf_gathered *g)
{
	return (struct mlf_judged){.task = g->task,
		.n = g->n,
		.truth = g->truth,
		.said = g->said,
		.scores = (const double *const *)g->scores,
		.classes = (int32_t)g->classes.n,
		.names = g->task == MLF_CLASSES ? (const char *const *)g->classes.names : NULL,
		.threshold = 0.5};
}

/* Room for so many rows more. */
static inline bool
mlf_gathered_room(struct mlf_gathered *g, int64_t more)
{
	int64_t cap = g->cap;
	while (cap < g->n + more)
		cap = cap ? 2 * cap : 65536;
	if (cap == g->cap)
		return true;
	double **all[] = {&g->truth, &g->said};
	for (int64_t k = 0; k < 2 + (g->scores ? g->classes.n : 0); k++) {
		double **one = k < 2 ? all[k] : &g->scores[k - 2];
		double *wide = realloc(*one, (size_t)cap * sizeof(*wide));
		if (!wide)
			return false;
		*one = wide;
	}
	g->cap = cap;
	return true;
}

/* Finds the task, by what the model says: score_CLASS columns, a score, classes that are texts, or numbers. */
static inline int
mlf_gathered_task(struct mlf_ctx *ctx, struct mlf_gathered *g, struct mlf_frame *said)
{
	static const char *const names[] = {"auto", "binary", "multiclass", "regression"};
	const char *asked = g->task_asked ? g->task_asked : "auto";
	int64_t with_scores = 0;
	for (int c = 0; c < mlf_columns(said); c++) {
		const char *name = mlf_column_name(said, c);
		struct mlf_str s = {name + 6, (int64_t)strlen(name) - 6};
		if (strncmp(name, "score_", 6) == 0 && mlf_label_text(&g->classes, s, true) >= 0)
			with_scores++;
	}
	int at = mlf_find(said, "prediction");
	enum mlf_type type = at < 0 ? MLF_F64 : mlf_column_type(said, at);
	g->task = with_scores                          ? MLF_CLASSES
		: mlf_find(said, "score") >= 0         ? MLF_BINARY
		: type == MLF_UTF8 || type == MLF_BOOL ? MLF_CLASSES
						       : MLF_NUMBERS;
	for (int k = 0; k < 4; k++)
		if (strcmp(asked, names[k]) == 0) {
			if (k)
				g->task = (enum mlf_task)k;
			if (g->task == MLF_CLASSES && with_scores)
				g->scores = calloc((size_t)with_scores + 1, sizeof(double *));
			return 0;
		}
	return mlf_fail(
		ctx, "`task` is `%s`; it must be auto, binary, multiclass or regression", asked);
}

/* A cell as text; `room` holds what is no text already. */
static inline struct mlf_str
mlf_cell_str(const struct mlf_cells *c, int64_t i, char room[40])
{
	struct mlf_str s = {room, 0};
	if (c->type == MLF_UTF8)
		return mlf_str_at(&c->strs, i);
	s.len = mlf_cell_show(c, i, room);
	return s;
}

/* The number of a class. Classes that the model has no score for cannot be judged by scores. */
static inline int
mlf_gathered_class(struct mlf_ctx *ctx, struct mlf_gathered *g, const struct mlf_cells *c,
	int64_t i, double *to)
{
	char room[40];
	int64_t label = mlf_label(&g->classes, c, i, !g->scores);
	*to = (double)label;
	if (label >= MLF_CLASSES_MAX)
		return mlf_fail(ctx, "more than %d classes", MLF_CLASSES_MAX);
	if (label >= 0)
		return 0;
	struct mlf_str s = mlf_cell_str(c, i, room);
	return mlf_fail(ctx, "a row is of the class `%.*s`, which the model does not know",
		(int)(s.len < 200 ? s.len : 200), s.s);
}

/* The labels of two classes, by what the model says of rows that it is sure of. If `positive` is the one that the
 * score is not for, scores are turned, also those that are here. */
static inline void
mlf_gathered_sides(struct mlf_ctx *ctx, struct mlf_gathered *g, struct mlf_frame *said,
	const struct mlf_cells *score)
{
	bool asked = g->positive && *g->positive;
	struct mlf_cells label;
	char room[40];
	int at = mlf_find(said, "prediction");
	enum mlf_type type = at < 0 ? MLF_F64 : mlf_column_type(said, at);
	if (type == MLF_F64 || (!asked && type != MLF_UTF8) ||
		mlf_cells_of(ctx, said, "prediction", &label) < 0)
		return;
	for (int64_t i = 0; i < mlf_rows(said) && !(*g->is && *g->is_not); i++) {
		double v = mlf_cell_null(score, i) || mlf_cell_null(&label, i)
			? 0.5
			: mlf_cell_number(score, i);
		char *to = v > 0.5 ? g->is : v < 0.5 ? g->is_not : room;
		struct mlf_str s = mlf_cell_str(&label, i, room);
		if (to != room && !*to && s.len < (int64_t)sizeof(g->is))
			memcpy(to, s.s, (size_t)s.len);
	}
	if (g->turned || !asked || strcmp(g->positive, g->is_not) != 0)
		return;
	g->turned = true;
	for (int64_t i = 0; i < g->n; i++)
		g->said[i] = 1 - g->said[i];
}

/* The truth of a row: a number; of two classes, whether it is the one that counts as 1. */
static inline double
mlf_gathered_truth(const struct mlf_gathered *g, const struct mlf_cells *truth, int64_t i)
{
	bool asked = g->positive && *g->positive;
	char room[40];
	if (g->task != MLF_BINARY || (!asked && truth->type != MLF_UTF8))
		return mlf_cell_number(truth, i);
	const char *label = asked ? g->positive : *g->is ? g->is : g->is_not;
	bool same = mlf_str_same(
		mlf_cell_str(truth, i, room), (struct mlf_str){label, (int64_t)strlen(label)});
	return same == (asked || *g->is);
}

/* One row; those without truth or answer are counted and left out. */
static inline int
mlf_gather_row(
	struct mlf_ctx *ctx, struct mlf_gathered *g, const struct mlf_cells cells[2], int64_t i)
{
	const struct mlf_cells *truth = &cells[0], *said = &cells[1];
	if (mlf_cell_null(truth, i) || mlf_cell_null(said, i)) {
		g->no_truth += mlf_cell_null(truth, i);
		g->no_score += mlf_cell_null(said, i);
		return 0;
	}
	if (g->task == MLF_CLASSES) {
		if (mlf_gathered_class(ctx, g, truth, i, &g->truth[g->n]) < 0 ||
			mlf_gathered_class(ctx, g, said, i, &g->said[g->n]) < 0)
			return -1;
		g->n++;
		return 0;
	}
	g->said[g->n] = g->turned ? 1 - mlf_cell_number(said, i) : mlf_cell_number(said, i);
	g->truth[g->n] = mlf_gathered_truth(g, truth, i);
	g->n++;
	return 0;
}

static inline int
mlf_gather_scores(
	struct mlf_ctx *ctx, struct mlf_gathered *g, struct mlf_frame *said, int64_t before)
{
	char name[256];
	for (int64_t k = 0; g->scores && k < g->classes.n; k++) {
		(void)snprintf(name, sizeof(name), "score_%s", g->classes.names[k]);
		struct mlf_f64s c = mlf_f64(said, name);
		if (c.n != g->n - before) /* rows were left out: nobody will judge them */
			return 0;
		if (c.nulls)
			return mlf_fail(ctx, "a row has a prediction and no `%s`", name);
		memcpy(g->scores[k] + before, c.v, (size_t)c.n * sizeof(double));
	}
	return 0;
}

/* Adds rows and what a model said of them: 0 or -1. */
static inline int
mlf_gather(struct mlf_ctx *ctx, struct mlf_gathered *g, struct mlf_frame *f, struct mlf_frame *said)
{
	struct mlf_cells cells[2];
	int64_t before = g->n;
	if (!g->task && mlf_gathered_task(ctx, g, said) < 0)
		return -1;
	if (mlf_rows(f) == 0 && mlf_find(f, g->target) >= 0) /* no rows, no types */
		return 0;
	if (mlf_cells_of(ctx, f, g->target, &cells[0]) < 0 ||
		mlf_cells_of(ctx, said, g->task == MLF_BINARY ? "score" : "prediction", &cells[1]) <
			0)
		return -1;
	bool text = cells[0].type == MLF_UTF8, positive = g->positive && *g->positive;
	if (g->task == MLF_BINARY && (text || positive))
		mlf_gathered_sides(ctx, g, said, &cells[1]);
	if (text && g->task == MLF_BINARY && !positive && !*g->is && !*g->is_not)
		return mlf_fail(ctx,
			"the target is text: say with `positive` which value the score is for");
	if (g->task == MLF_NUMBERS && (text || cells[1].type == MLF_UTF8))
		return mlf_fail(ctx, "target or prediction is text, and numbers are judged");
	if (!mlf_gathered_room(g, mlf_rows(f)))
		return mlf_fail(ctx, "no memory for %lld rows more", (long long)mlf_rows(f));
	for (int64_t i = 0; i < mlf_rows(f); i++)
		if (mlf_gather_row(ctx, g, cells, i) < 0)
			return -1;
	return mlf_gather_scores(ctx, g, said, before);
}

#endif
