/* SPDX-License-Identifier: Apache-2.0
 * The flavor `xgboost`: boosted trees. The module flavors/xgboost trains them with libxgboost; predicting,
 * saving and loading need no library.
 *
 *	binary:logistic    prediction (a class), score (probability of the larger class)
 *	multi:softprob     prediction, score (its probability), score_CLASS for each class
 *	multi:softmax      prediction
 *	reg:*              prediction
 *
 * Nulls and NaN are missing values, which trees know what to do with; so every row gets a prediction. */
#include "model/columns.h"
#include "model/xgboost.h"

#include <math.h>
#include <stdlib.h>

static void
xgb_free(struct mlf_model *head)
{
	struct xgb *m = (struct xgb *)head;
	trees_fini(&m->trees);
	str_fini(&m->bytes);
	arena_fini(&head->arena);
	free(head);
}

/* A model of the bytes of a file, which it takes over. */
static int
make_model(struct str *bytes, const struct ynode *mlmodel, struct mlf_model **out, struct err *e)
{
	struct mlf_model *m = model_new(&flavor_xgboost, sizeof(struct xgb));
	if (xgb_understand((struct xgb *)m, bytes, mlmodel, e) < 0) {
		model_unref(m);
		return -1;
	}
	*out = m;
	return 0;
}

static int
fit(struct mlf_frame *f, const struct mlf_fit_spec *spec, struct mlf_model **out, struct err *e)
{
	struct xgb_options o;
	struct xgb_table t = {0};
	struct str bytes = {0};
	int rc = -1;
	if (xgb_options_read(spec->options, spec->seed, &o, e) == 0 &&
		xgb_table_make(f, spec, &o, &t, e) == 0 &&
		xgb_train(&o, &t, spec->target, &bytes, e) == 0)
		rc = make_model(&bytes, NULL, out, e);
	xgb_table_fini(&t);
	str_fini(&bytes);
	return rc;
}

/* ---- predict */

enum { BLOCK = 1024 };

/* n rows from row `from` on, side by side. */
static void
gather(const struct mlf_f64s *views, size_t k, int64_t from, int64_t n, float *x)
{
	for (size_t j = 0; j < k; j++) {
		const struct mlf_f64s *c = &views[j];
		for (int64_t i = 0; i < n; i++)
			x[(size_t)i * k + j] = (float)c->v[from + i];
		for (int64_t i = 0; c->nulls && i < n; i++)
			if (mlf_is_null(c->valid, c->off, from + i))
				x[(size_t)i * k + j] = NAN;
	}
}

/* One row's margins -> the columns of the answer. */
static void
push_row(struct mlf_builder *b, const struct xgb *m, float *row)
{
	size_t most = 0;
	if (m->task == XGB_CLASS || m->task == XGB_PROBABILITIES)
		for (size_t i = 1; i < m->labels.n; i++)
			most = row[i] > row[most] ? i : most;
	trees_link(&m->trees, row);
	if (m->labels.n == 0) {
		mlf_push_f64(b, 0, (double)row[0]);
		return;
	}
	if (m->task == XGB_BINARY)
		most = row[0] >= 0.5f;
	labels_push(&m->labels, most, b, 0);
	if (m->task == XGB_BINARY)
		mlf_push_f64(b, 1, (double)row[0]);
	if (m->task != XGB_PROBABILITIES)
		return;
	mlf_push_f64(b, 1, (double)row[most]);
	for (size_t i = 0; i < m->labels.n; i++)
		mlf_push_f64(b, (int)i + 2, (double)row[i]);
}

static void
push_rows(struct mlf_builder *b, const struct xgb *m, const struct mlf_f64s *views, int64_t n)
{
	size_t k = m->head.n_inputs, outputs = (size_t)m->trees.n_outputs;
	float *x = mem_alloc(BLOCK * k * sizeof(float));
	float *margins = mem_alloc(BLOCK * outputs * sizeof(float));
	for (size_t i = 0; i < m->head.n_outputs; i++)
		(void)mlf_add_column(b, m->head.outputs[i].name, m->head.outputs[i].type);
	for (int64_t from = 0; from < n; from += BLOCK) {
		int64_t rows = n - from < BLOCK ? n - from : BLOCK;
		gather(views, k, from, rows, x);
		trees_margins(&m->trees, x, rows, margins);
		for (int64_t i = 0; i < rows; i++)
			push_row(b, m, margins + (size_t)i * outputs);
	}
	free(x);
	free(margins);
}

static int
predict(const struct mlf_model *head, struct mlf_frame *f, struct scope *sc, struct mlf_frame **out,
	struct err *e)
{
	const struct xgb *m = (const struct xgb *)head;
	struct mlf_f64s *views = mem_alloc(head->n_inputs * sizeof(*views));
	int rc = check_inputs(head, f, e);
	for (size_t j = 0; rc == 0 && j < head->n_inputs; j++)
		views[j] = mlf_f64(f, head->inputs[j].name);
	if (rc == 0) {
		struct mlf_builder *b = scope_builder(sc);
		push_rows(b, m, views, mlf_rows(f));
		*out = mlf_finish(b);
	}
	free(views);
	return rc;
}

/* The figures of Python's get_score, for features that no split uses 0; importance is the share of gain, as
 * scikit-learn's interface has it. */
static void
explain(const struct mlf_model *head, struct arena *a, struct importance *out)
{
	static const char *const names[] = {
		"importance", "gain", "weight", "cover", "total_gain", "total_cover"};
	enum { FIGURES = sizeof(names) / sizeof(names[0]) };
	const struct trees *t = &((const struct xgb *)head)->trees;
	double sum = 0;
	*out = (struct importance){.names = names, .n = FIGURES};
	out->values = arena_alloc(a, head->n_inputs * FIGURES * sizeof(double));
	for (size_t j = 0; j < head->n_inputs; j++) {
		float uses = t->uses[j] > 1 ? (float)t->uses[j] : 1;
		double *v = out->values + j * FIGURES;
		v[1] = (double)(t->gain[j] / uses);
		v[2] = (double)t->uses[j];
		v[3] = (double)(t->cover[j] / uses);
		v[4] = (double)t->gain[j];
		v[5] = (double)t->cover[j];
		sum += v[1];
	}
	for (size_t j = 0; sum > 0 && j < head->n_inputs; j++)
		out->values[j * FIGURES] = out->values[j * FIGURES + 1] / sum;
}

/* ---- the flavor */

static int
load(int dirfd, const char *data, const struct ynode *mlmodel, struct mlf_model **out,
	struct err *e)
{
	struct str bytes = {0};
	int rc = -1;
	if (!str_is_name(data))
		return err_set(e, MLC_MODEL, MLMODEL " names no file of data in the folder");
	if (folder_read(dirfd, data, XGB_FILE_CAP, &bytes, e) == 0)
		rc = make_model(&bytes, mlmodel, out, e);
	str_fini(&bytes);
	return rc < 0 ? err_wrap(e, "%s", data) : 0;
}

static int64_t
rounds(const struct mlf_model *m)
{
	return ((const struct xgb *)(const void *)m)->trees.n_rounds;
}

const struct flavor flavor_xgboost = {
	.name = "xgboost",
	.fit = fit,
	.predict = predict,
	.save = xgb_save,
	.load_data = load,
	.explain = explain,
	.free = xgb_free,
	.rounds = rounds,
	.data = XGB_FILE,
	.mlflow = "xgboost",
	.add_flavors = xgb_add_flavors,
	.add_requirements = xgb_add_requirements,
};
