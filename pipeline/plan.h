/* SPDX-License-Identifier: Apache-2.0
 * What plan.c and params.c share. */
#ifndef PIPELINE_PLAN_H
#define PIPELINE_PLAN_H

#include "pipeline/pipeline.h"
#include "pipeline/plugin.h"

/* Checks a node's parameters against what its definition declares and fills node->params. */
void
plan_params(struct arena *a, const struct project *p, struct plan_node *node, struct errs *found);

#endif
