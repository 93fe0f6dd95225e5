/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_SERIES_H
#define MODEL_SERIES_H

#include <mlflow-c/frame.h>

/* A column of numbers as it lies in a frame: doubles, whole numbers or booleans, of which row 0 is the one at
 * `off`. */
struct series {
	enum mlf_type type;
	const void *v;
	int64_t off;
	const uint8_t *valid; /* as of a view: NULL, or row 0 is at valid_off */
	int64_t valid_off, nulls;
};
/* A column that is there and has numbers or booleans. */
struct series series_of(struct mlf_frame *f, const char *name);
/* Rows from..from + m as doubles: where they are, or in `room`, which has m. */
const double *series_read(const struct series *s, int64_t from, int64_t m, double *room);
/* Where row i lies, or the eight rows around it. */
const char *series_at(const struct series *s, int64_t i);

#endif
