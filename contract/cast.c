/* SPDX-License-Identifier: Apache-2.0
 * Whole numbers in a column of floats: 22.0 keeps the promise `integer`, 22.5 does not. The dataset
 * stays as it is; only the rules see integers. */
#include "contract/rules.h"

bool
cast_whole(struct cast *c, const struct column *from, int64_t *row)
{
	const double *v = (const double *)from->data + from->off;
	const double limit = 9007199254740992.0; /* 2^53: from there on no double has a fraction */

	/* as many in front as the column has, so that both share their bits of nulls */
	c->values =
		mem_grow(c->values, &c->cap, (size_t)(from->off + from->n) + 1, sizeof(*c->values));
	for (int64_t i = 0; i < from->n; i++) {
		bool fits = v[i] > -limit && v[i] < limit;
		int64_t whole = fits ? (int64_t)v[i] : 0;

		c->values[from->off + i] = whole;
		if ((fits && (double)whole == v[i]) || column_null(from, i))
			continue;
		*row = i;
		return false;
	}
	c->column = *from;
	c->column.type = MLF_I64;
	c->column.data = c->values;
	return true;
}
