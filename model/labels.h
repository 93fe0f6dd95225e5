/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: the classes of a target. They are booleans, whole numbers or texts, and are numbered
 * in ascending order (texts by their bytes). */
#ifndef MODEL_LABELS_H
#define MODEL_LABELS_H

#include "model/model.h"

enum { LABELS_MAX = 1000 };

/* Zero: none, the target is a number. */
struct labels {
	enum mlf_type type; /* MLF_BOOL, MLF_I64 or MLF_UTF8 */
	size_t n;
	int64_t *numbers;   /* arena; of booleans 0 and 1; NULL for texts */
	const char **texts; /* arena; NULL for numbers */
};

/* Finds the classes of a column that exists and has no nulls, two at least; y[i] becomes the class of row i. */
MUST_CHECK int labels_find(struct mlf_frame *f, const char *name, struct arena *a,
	struct labels *out, double *y, struct err *e);
/* Sets y to the classes of a column by labels that are known already. */
MUST_CHECK int labels_apply(
	struct mlf_frame *f, const char *name, const struct labels *l, double *y, struct err *e);
void labels_copy(const struct labels *l, struct arena *a, struct labels *out);
/* The class as text: `3`, `true`, `red`. */
const char *labels_text(const struct labels *l, size_t i, struct arena *a);
/* The class called so, or -1. */
int labels_index(const struct labels *l, const char *text);
void labels_push(const struct labels *l, size_t i, struct mlf_builder *b, int column);
/* The names of score columns: `score`, of the second of two classes; or `score_LABEL` for each. How many
 * there are. */
size_t labels_scores(const struct labels *l, struct arena *a, const char **names);

/* Sets what a model predicts: `prediction`, a label or, without labels, a number; and the scores. */
void labels_outputs(const struct labels *l, enum mlf_type type, struct mlf_model *m);

/* As JSON: [0, 1] or ["no", "yes"]. Reading takes ascending lists alone; false: it is none. */
void labels_write(const struct labels *l, struct jw *w);
bool labels_read(struct labels *l, enum mlf_type type, struct arena *a, struct jr *r);

#endif
