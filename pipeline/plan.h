/* SPDX-License-Identifier: Apache-2.0
 * What plan.c, params.c and command.c share. */
#ifndef PIPELINE_PLAN_H
#define PIPELINE_PLAN_H

#include "pipeline/pipeline.h"
#include "pipeline/plugin.h"

/* Checks a node's parameters against what its definition declares and fills node->params. */
void
plan_params(struct arena *a, const struct project *p, struct plan_node *node, struct errs *found);

/* A worker does not know where parameters were written. It gives a mistake in item N of a list the file
 * PLACE_PARAM "KEY" and the line N; param_place makes a place of it that can be shown, or none. */
#define PLACE_PARAM "parameter "
void param_place(const struct project *p, const struct spec_node *node, struct err *e);

/* Makes the entry of a versioned dataset that of one version; port->produced is known. */
void plan_version(struct arena *a, const struct plan_input *in, struct plan_port *port, bool writes,
	struct errs *found);
/* Whether --load-versions names versions that there are, of datasets that the run reads. */
void plan_check_versions(struct arena *a, const struct plan_input *in, struct errs *found);

/* The port that a dataset is bound to, by name or by place; NULL: there is none. */
const struct mlf_port *
plan_find_port(const struct mlf_port *ports, const struct spec_port *s, size_t index);

#endif
