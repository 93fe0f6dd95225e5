/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: what all flavors ask of columns, with one wording for what is wrong with them. */
#ifndef MODEL_COLUMNS_H
#define MODEL_COLUMNS_H

#include "model/flavor.h"

bool is_number(enum mlf_type type); /* or a boolean, which counts as one */
/* The type of a column, or 0 and an error that proposes a name like it. */
enum mlf_type column_type(struct mlf_frame *f, const char *name, struct err *e);
/* The same of a column that is to be learnt from: it holds numbers. */
enum mlf_type feature_type(struct mlf_frame *f, const char *name, struct err *e);
/* For a column that has nulls where it must not: how many, and where the first is. */
int complain_nulls(struct mlf_frame *f, const char *name, struct err *e);
/* For a column with a value that is not finite, or whose squares are not. */
int complain_values(const char *name, const double *x, int64_t n, struct err *e);
/* The target is there and has a value in all rows, of which there is one at least. Its type, or 0. */
enum mlf_type target_type(struct mlf_frame *f, const char *name, struct err *e);
/* All inputs of a model are there, as numbers. */
MUST_CHECK int check_inputs(const struct mlf_model *m, struct mlf_frame *f, struct err *e);

#endif
