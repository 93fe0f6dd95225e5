/* SPDX-License-Identifier: Apache-2.0
 * What all flavors ask of columns. Every complaint names the column, and the row where one is to blame. */
#include "model/columns.h"

#include <math.h>

bool
is_number(enum mlf_type type)
{
	return type == MLF_F64 || type == MLF_I64 || type == MLF_BOOL;
}

enum mlf_type
column_type(struct mlf_frame *f, const char *name, struct err *e)
{
	struct map names = {0};
	int i = mlf_find(f, name);
	if (i >= 0)
		return mlf_column_type(f, i);
	for (int k = 0; k < mlf_columns(f); k++)
		map_put(&names, mlf_column_name(f, k), &names);
	const char *near = map_near(&names, name);
	err_set(e, MLC_MODEL, "there is no column `%s`", name);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	map_fini(&names);
	return 0;
}

enum mlf_type
feature_type(struct mlf_frame *f, const char *name, struct err *e)
{
	enum mlf_type type = column_type(f, name, e);
	if (!type || is_number(type))
		return type;
	err_set(e, MLC_MODEL, "column `%s` is %s; features must be numbers or booleans", name,
		type_name(type));
	err_help(e, "make numbers of it in a node `features` (%s), or leave it out",
		type == MLF_UTF8 ? "one_hot, ordinal, target_encode" : "date_parts");
	return 0;
}

int
complain_nulls(struct mlf_frame *f, const char *name, struct err *e)
{
	const struct column *c = frame_column(frame_of(f), mlf_find(f, name));
	int64_t first = 0;
	while (first < c->n && !column_null(c, first))
		first++;
	err_set(e, MLC_MODEL, "column `%s` is null in %lld of %lld rows, first in row %lld", name,
		(long long)c->nulls, (long long)c->n, (long long)first + 1);
	return err_help(e, "fill or drop these rows before training");
}

int
complain_values(const char *name, const double *x, int64_t n, struct err *e)
{
	int64_t bad = 0, first = 0;
	for (int64_t i = n; i-- > 0;)
		if (!isfinite(x[i])) {
			bad++;
			first = i;
		}
	if (!bad)
		return err_set(e, MLC_MODEL,
			"the values of column `%s` are too large to be squared", name);
	err_set(e, MLC_MODEL,
		"column `%s` is not a finite number in %lld of %lld rows, first in row %lld", name,
		(long long)bad, (long long)n, (long long)first + 1);
	return err_help(e, "NaN and infinity must be replaced before training");
}

enum mlf_type
target_type(struct mlf_frame *f, const char *name, struct err *e)
{
	if (!name) {
		err_set(e, MLC_MODEL, "no target column was named");
		return 0;
	}
	if (mlf_rows(f) == 0) {
		err_set(e, MLC_MODEL, "the table has no rows");
		return 0;
	}
	enum mlf_type type = column_type(f, name, e);
	if (type && frame_column(frame_of(f), mlf_find(f, name))->nulls) {
		complain_nulls(f, name, e);
		return 0;
	}
	return type;
}

int
check_inputs(const struct mlf_model *m, struct mlf_frame *f, struct err *e)
{
	for (size_t j = 0; j < m->n_inputs; j++) {
		const char *name = m->inputs[j].name;
		int i = mlf_find(f, name);
		if (i < 0)
			return err_set(e, MLC_MODEL, "the model needs column `%s`", name);
		if (!is_number(mlf_column_type(f, i)))
			return err_set(e, MLC_MODEL,
				"the model needs numbers in column `%s`, and it is %s", name,
				type_name(mlf_column_type(f, i)));
	}
	return 0;
}
