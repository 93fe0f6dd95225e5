/* SPDX-License-Identifier: Apache-2.0
 * The room model/: flavors (fit, predict, save, load), the MLmodel folder, metrics of quality.
 *
 * A saved model is an MLflow model folder. Run id, time and uuid enter its MLmodel only when it is
 * registered, so the same training gives the same bytes. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <mlflow-c/model.h>
#include <mlflow-c/quality.h>
#include "base/base.h"
#include "frame/frame.h"

struct mlf_model; /* counted */
struct importance;

/* A flavor; the table of them is in model/model.c. */
struct flavor {
	const char *name;
	int (*fit)(struct mlf_frame *f, const struct mlf_fit_spec *spec, struct mlf_model **out,
		struct err *e);
	/* A new model that has also seen these rows; NULL: there is no going on with a model of this flavor. */
	int (*update)(const struct mlf_model *m, struct mlf_frame *f, const char *options,
		struct mlf_model **out, struct err *e);
	int (*predict)(const struct mlf_model *m, struct mlf_frame *f, struct scope *sc,
		struct mlf_frame **out, struct err *e);
	int (*save)(const struct mlf_model *m, int dirfd, struct jw *mlmodel, struct err *e);
	int (*load)(int dirfd, struct mlf_model **out, struct err *e);
	/* How much each input counts, in the arena; NULL: there are no inputs. */
	void (*explain)(const struct mlf_model *m, struct arena *a, struct importance *out);
	void (*free)(struct mlf_model *m);
	/* How many rounds were kept, of what learns in rounds and may stop early; NULL: it does not. */
	int64_t (*rounds)(const struct mlf_model *m);
	const char *data; /* its file in the model folder; save may write others beside it */
	/* What MLflow knows as well: its name there, the entries of MLmodel for it, each a line beneath
	 * `flavors:`, and loading from a file that MLmodel names, also of folders that are not ours. */
	const char *mlflow;
	void (*add_flavors)(const struct mlf_model *m, struct str *out);
	/* Lines of requirements.txt beside mlflow, numpy and pandas; NULL: none. */
	void (*add_requirements)(const struct mlf_model *m, struct str *out);
	int (*load_data)(int dirfd, const char *data, const struct ynode *mlmodel,
		struct mlf_model **out, struct err *e);
};

/* One column of a signature. */
struct sig_column {
	const char *name; /* arena of the model */
	enum mlf_type type;
};
/* The columns that predicting needs, and those that it gives; borrowed from the model. */
const struct sig_column *model_inputs(const struct mlf_model *m, size_t *n);
const struct sig_column *model_outputs(const struct mlf_model *m, size_t *n);
const char *model_flavor(const struct mlf_model *m); /* "linear", ... */

MUST_CHECK int model_fit(const char *flavor, struct mlf_frame *f, const struct mlf_fit_spec *spec,
	struct mlf_model **out, struct err *e);
/* A new model that goes on from m with new rows, which have its columns and target. options: JSON; NULL. */
MUST_CHECK int model_update(const struct mlf_model *m, struct mlf_frame *f, const char *options,
	struct mlf_model **out, struct err *e);
/* A frame with `prediction` (and `score`), one row for each row of f; made in sc. */
MUST_CHECK int model_predict(const struct mlf_model *m, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e);
/* A frame with `feature` and `importance`, and figures of the flavor's own: one row for each input, the most
 * important one first; made in sc. */
MUST_CHECK int
model_explain(const struct mlf_model *m, struct scope *sc, struct mlf_frame **out, struct err *e);
/* Writes the folder (which must not exist) at path beneath rootfd, every file fsynced. */
MUST_CHECK int model_save(const struct mlf_model *m, int rootfd, const char *path, struct err *e);
MUST_CHECK int model_load(int rootfd, const char *path, struct mlf_model **out, struct err *e);
/* Rounds of what learns in rounds; 0 of other models. */
int64_t model_rounds(const struct mlf_model *m);
struct mlf_model *model_ref(struct mlf_model *m);
void model_unref(struct mlf_model *m); /* NULL is fine */

/* Copies a model folder to dst beneath rootfd for registration: MLmodel gains run_id,
 * utc_time_created and model_uuid in place of what it had of them. dst must not exist. */
struct model_stamp {
	const char *run_id, *uuid; /* 32 hex digits each */
	int64_t time_ms;
};
MUST_CHECK int model_copy_stamped(int rootfd, const char *src, const char *dst,
	const struct model_stamp *stamp, struct err *e);

/* A recipe: fitted feature steps. It never changes; counted. */
struct recipe;
struct recipe_spec {
	const char *steps;  /* JSON list */
	const char *target; /* a column that steps leave alone; NULL: none */
	uint64_t seed;      /* of the folds of target_encode */
};
/* Fits the steps on the table. *out is the table as a model should learn from it (made in sc). Of
 * mistakes in the steps the code is MLC_PARAM; what is wrong in one step has it as its place, the
 * "line" of RECIPE_STEPS. */
#define RECIPE_STEPS "steps"
MUST_CHECK int recipe_fit(const struct recipe_spec *spec, struct mlf_frame *table, struct scope *sc,
	struct mlf_frame **out, struct recipe **recipe, struct err *e);
/* The columns of the fitted table, in its order, made of those of f; the target only if f has it. */
MUST_CHECK int recipe_apply(const struct recipe *r, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e);
void recipe_write(const struct recipe *r, struct str *json);
MUST_CHECK int recipe_read(const char *json, size_t len, struct recipe **out, struct err *e);
struct recipe *recipe_ref(struct recipe *r);
void recipe_unref(struct recipe *r); /* NULL is fine */
/* Puts the recipe into a model that nobody else has yet: from now on the model takes raw rows. Fails
 * unless all that the model reads comes out of the recipe. */
MUST_CHECK int model_use_recipe(struct mlf_model *m, struct recipe *r, struct err *e);

/* Quality of scores (probability of the positive class) against 0/1 truth; AUC exact by rank with
 * ties at half. NaN scores or truths are an error. One class only: auc is NaN. */
MUST_CHECK int model_quality(const double *score, const double *truth, int64_t n,
	struct mlf_quality *out, struct err *e);
/* All there is to say of what a model said; the verdict and what it points to are in the arena, names of
 * classes apart. What is no number, or out of range, is an error that names the row. */
MUST_CHECK int model_judge(
	const struct mlf_judged *j, struct arena *a, const struct mlf_verdict **out, struct err *e);
/* A verdict as a picture or page, see mlf_draw; false if it has nothing of the kind. */
bool model_draw(const struct mlf_page *page, const char *what, struct str *out);
/* "curves" or "confusion" as a table, made in sc; see mlf_verdict_table. */
struct mlf_frame *model_table(const struct mlf_verdict *v, const char *what, struct scope *sc);

#endif
