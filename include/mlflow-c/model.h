/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: models, as a node sees them.
 *
 * A model is trained by a flavor ("linear"), predicts on frames, and is saved as an MLflow model
 * folder. Models belong to the host: you never free them. The calls are mlf_fit, mlf_update, mlf_predict,
 * mlf_measure, mlf_input_model, mlf_output_model and mlf_register in node_calls.h. */
#ifndef MLFLOW_C_MODEL_H
#define MLFLOW_C_MODEL_H

#include <mlflow-c/frame.h>

struct mlf_model; /* belongs to the host */

/* What to train. */
struct mlf_fit_spec {
	const char *target; /* the column to predict */
	const char *const
		*columns;    /* the feature columns, NULL-terminated; NULL: all but the target */
	const char *options; /* JSON object of the flavor's options; NULL: defaults */
	uint64_t seed;       /* take mlf_seed(ctx) */
};

/* Fitted feature steps, as the JSON in which they travel. Zero is none. */
struct mlf_recipe {
	const char *json; /* belongs to the host, or came from an input port */
	size_t len;
};
/* What steps to fit. */
struct mlf_recipe_spec {
	const char *steps; /* JSON list, as mlf_param_json gives it; docs/models.md has the steps */
	const char *target; /* the column that steps leave alone; NULL or empty: none */
	uint64_t seed;      /* take mlf_seed(ctx) */
};

/* How good scores are: what mlf_measure fills. Thresholded figures are at score >= 0.5. */
struct mlf_quality {
	double auc, accuracy, log_loss, brier, precision, recall, f1;
	int64_t n, positives;
};

#endif
