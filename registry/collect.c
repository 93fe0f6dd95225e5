/* SPDX-License-Identifier: Apache-2.0
 * All rows of a query as a vector in an arena. */
#include "registry/store.h"

int
rows__collect(struct rows *rows, struct arena *a, const struct row_shape *shape,
	struct row_list *out, struct err *e)
{
	char *v = NULL;
	size_t n = 0, cap = 0;
	int rc;

	while ((rc = rows_next(rows, e)) == 1) {
		v = mem_grow(v, &cap, n + 1, shape->size);
		memset(v + n * shape->size, 0, shape->size);
		shape->fill(a, rows, v + n++ * shape->size);
	}
	rows_end(rows);
	*out = (struct row_list){arena_alloc(a, (n + 1) * shape->size), n};
	if (n > 0)
		memcpy(out->v, v, n * shape->size);
	free(v);
	return rc;
}

const char *
rows__text(struct arena *a, const struct rows *rows, int col)
{
	return rows_null(rows, col) ? NULL : arena_strdup(a, rows_str(rows, col));
}
