/* SPDX-License-Identifier: Apache-2.0
 * What the files of releasing quarantined rows share. */
#ifndef PIPELINE_RELEASE_H
#define PIPELINE_RELEASE_H

#include "pipeline/pipeline.h"

/* release_where.c: marks the rows for which `where` is true. */
MUST_CHECK int release_where(const char *where, const struct frame *f, bool *marks, struct err *e);

#endif
