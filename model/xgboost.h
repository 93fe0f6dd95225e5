/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: the parts of the flavor `xgboost`.
 *
 *	options   xgboost_options.c   JSON -> struct xgb_options -> the library's parameters
 *	data      xgboost_data.c      frame -> struct xgb_table: rows of floats, a label, weights
 *	train     xgboost_train.c     both -> the bytes of model.ubj, by the module flavors/xgboost
 *	folder    xgboost_folder.c    bytes and MLmodel <-> struct xgb; ours, and those of Python's MLflow
 *	the rest  xgboost.c           fit, predict, the flavor's table */
#ifndef MODEL_XGBOOST_H
#define MODEL_XGBOOST_H

#include <mlflow-c/trainer.h>
#include "model/flavor.h"
#include "model/labels.h"
#include "model/trees.h"

#define XGB_FILE "model.ubj"
#define XGB_JSON_FILE "model.json"
enum { XGB_FEATURES_MAX = 4096, XGB_FILE_CAP = 1 << 29 };

enum xgb_task { XGB_BINARY, XGB_NUMBER, XGB_SHARE, XGB_PROBABILITIES, XGB_CLASS };

struct xgb_options {
	enum xgb_task task;
	int64_t n_estimators, max_depth, max_bin, patience, nthread, seed;
	double eta, subsample, colsample, lambda, alpha, min_child_weight, gamma;
	double validation_share, scale_pos_weight;
	bool balanced; /* rows weigh so that all classes weigh the same */
};
/* json NULL: the defaults. */
MUST_CHECK int
xgb_options_read(const char *json, uint64_t seed, struct xgb_options *out, struct err *e);
/* Name, value, ..., NULL as the library wants them; all in the arena. */
const char *const *xgb_params(const struct xgb_options *o, size_t n_classes, struct arena *a);
const char *xgb_objective(enum xgb_task task);
/* -1: no such objective. */
int xgb_task_of(const char *objective);
bool xgb_has_classes(enum xgb_task task);

/* What was learnt. Inputs of the head are the features, in order. */
struct xgb {
	struct mlf_model head;
	struct trees trees;
	enum xgb_task task;
	const char *target; /* arena; NULL: the file is another program's and does not say */
	enum mlf_type target_type;
	struct labels labels; /* in the head's arena; none of numbers */
	struct str bytes;     /* the file */
};
/* Takes over the bytes and finds out what they say, so that the model is as good as loaded. `mlmodel`
 * tells of the columns of a model that is not ours, and may be NULL. */
MUST_CHECK int
xgb_understand(struct xgb *m, struct str *bytes, const struct ynode *mlmodel, struct err *e);
/* What we keep in the file beside the trees: the value of its attribute. */
#define XGB_ATTRIBUTE "mlflow_c"
struct xgb_table;
void xgb_describe(
	const struct xgb_table *t, const char *target, const char *const *params, struct str *out);
MUST_CHECK int xgb_save(const struct mlf_model *m, int dirfd, struct jw *mlmodel, struct err *e);
/* The entries of MLmodel by which MLflow knows the model. */
void xgb_add_flavors(const struct mlf_model *m, struct str *out);
void xgb_add_requirements(const struct mlf_model *m, struct str *out);

/* A table as the library takes it. Zero is empty. */
struct xgb_table {
	int64_t n;
	int k;
	const char **names;   /* owned; the texts are the frame's */
	enum mlf_type *types; /* owned; a column with nulls is float64 */
	float *x, *y, *w;     /* owned; w NULL: all rows weigh 1 */
	enum mlf_type target_type;
	struct arena arena;
	struct labels labels; /* in the arena; y is the class's number. None of numbers */
};
MUST_CHECK int xgb_table_make(struct mlf_frame *f, const struct mlf_fit_spec *spec,
	const struct xgb_options *o, struct xgb_table *out, struct err *e);
void xgb_table_fini(struct xgb_table *t);

/* Trains; *bytes is the file. Some rows are moved to the end of t if they are to validate by. */
MUST_CHECK int xgb_train(const struct xgb_options *o, struct xgb_table *t, const char *target,
	struct str *bytes, struct err *e);

#endif
