/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: what every flavor's model begins with, and the files of a model folder. */
#ifndef MODEL_FLAVOR_H
#define MODEL_FLAVOR_H

#include <stdatomic.h>
#include "model/model.h"

/* The head of every model; a flavor's own struct begins with it. */
struct mlf_model {
	const struct flavor *flavor;
	const char *data; /* its file, if it is not the one that the flavor names; static */
	atomic_int refs;
	struct arena arena;                  /* whatever the model points to */
	struct sig_column *inputs, *outputs; /* what the flavor reads and gives */
	size_t n_inputs, n_outputs;
	struct raw *raw;       /* owned; what the model takes if that is not the inputs; or NULL */
	const char **examples; /* arena; JSON of a typical value of each input; NULL: unknown */
};

/* A zeroed model of `size` bytes with one reference; the flavor's free ends it. */
struct mlf_model *model_new(const struct flavor *flavor, size_t size);
/* The flavor called `name`, or NULL and an error that names the ones there are. */
const struct flavor *flavor_need(const char *name, struct err *e);
/* The flavor for an MLmodel that is not ours, and its entry there; or NULL. */
const struct flavor *flavor_of_mlflow(const struct ynode *mlmodel, const struct ynode **entry);

/* ---- raw.c: models that take raw rows, by a recipe. */

struct raw {
	struct recipe *recipe;     /* counted */
	struct recipe_part *part;  /* owned; makes the flavor's inputs */
	struct sig_column *inputs; /* owned; names are the recipe's */
	const char **examples;     /* owned; texts are the recipe's */
	size_t n_inputs;
};
void raw_free(struct raw *raw); /* NULL is fine */
/* Typical values of the columns that model_inputs gives (NULL: unknown). */
const char *const *model_examples(const struct mlf_model *m);
/* What the flavor is to read, made of f by the recipe, if there is one. */
MUST_CHECK int raw_prepare(const struct mlf_model *m, struct mlf_frame *f, struct scope *sc,
	struct mlf_frame **out, struct err *e);
/* The same, with the columns of f beside it that are not among them, as the target is. */
MUST_CHECK int raw_prepare_training(
	const struct mlf_model *m, struct mlf_frame *f, struct mlf_frame **out, struct err *e);
/* Keeps typical values of the inputs, as a table has them. */
void model_learn_examples(struct mlf_model *m, struct mlf_frame *f);

/* ---- environment.c: what MLflow in Python needs to load the folder. */

/* The loader that is in the folder (code/mlflow_c_model.py), input_example.json and the files of
 * requirements, as far as they are not the flavor's own business. */
MUST_CHECK int environment_write(const struct mlf_model *m, int dirfd, struct err *e);
/* The entries of MLmodel for all that: beneath `flavors:`, and at the end. */
void environment_add_flavors(const struct mlf_model *m, struct str *out);
void environment_add_example(const struct mlf_model *m, struct str *out);
/* Takes the example of a folder, if it fits. */
void environment_read_example(struct mlf_model *m, const struct ynode *mlmodel, int dirfd);
extern const char loader_text[];
extern const char loader_text_end[];

/* ---- folder.c: files directly in a model folder. */

#define MLMODEL "MLmodel"
enum { MLMODEL_CAP = 4 << 20 };

MUST_CHECK int folder_open(int rootfd, const char *path, struct err *e); /* fd or -1 */
/* Makes the folder, which must not exist, and opens it. */
MUST_CHECK int folder_make(int rootfd, const char *path, struct err *e);
/* Ends a folder that was being written: durable if rc is 0, removed if not. Closes dirfd. */
MUST_CHECK int folder_end(int rootfd, const char *path, int dirfd, int rc, struct err *e);
/* Reading refuses all but regular files of at most `cap` bytes; writing fsyncs. */
MUST_CHECK int folder_read(int dirfd, const char *name, size_t cap, struct str *out, struct err *e);
MUST_CHECK int folder_write(int dirfd, const char *name, const void *p, size_t n, struct err *e);

/* ---- importance.c */

#define IMPORTANCE_FILE "importance.json"
/* n figures a model's input; the first one is called importance, is not negative and says all in one. */
struct importance {
	const char *const *names;
	size_t n;
	double *values; /* input by input */
};
MUST_CHECK int importance_save(const struct mlf_model *m, int dirfd, struct err *e);

/* ---- signature.c */

/* A signature side as MLflow writes it: [{"type": "double", "name": "age"}, ...], in ASCII. */
void signature_json(const struct sig_column *columns, size_t n, struct str *out);
/* Fails unless the text says the same; `side` is "inputs" or "outputs". */
MUST_CHECK int signature_check(const char *json, size_t len, const struct sig_column *columns,
	size_t n, const char *side, struct err *e);

/* The columns of the text, in the arena; NULL if it is of tensors. */
MUST_CHECK int signature_read(
	const char *json, struct arena *a, struct sig_column **out, size_t *n, struct err *e);

extern const struct flavor flavor_baseline, flavor_linear, flavor_xgboost;

#endif
