/* SPDX-License-Identifier: Apache-2.0
 * What openlineage.c and openlineage_data.c share. */
#ifndef PIPELINE_OPENLINEAGE_PARTS_H
#define PIPELINE_OPENLINEAGE_PARTS_H

#include "base/base.h"

enum ol_facet {
	OL_PARENT,
	OL_ERROR,
	OL_ENGINE,
	OL_JOB_TYPE,
	OL_DOCUMENTATION,
	OL_SCHEMA,
	OL_VERSION,
	OL_ASSERTIONS,
	OL_IN_STATISTICS,
	OL_OUT_STATISTICS
};
/* Begins a facet, with its key; its own keys and jw_end are the caller's. version: of mlflow-c. */
void ol__facet(struct jw *w, enum ol_facet which, const char *version);

#endif
