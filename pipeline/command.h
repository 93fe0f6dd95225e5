/* SPDX-License-Identifier: Apache-2.0
 * Nodes that are programs: what the plan makes of `command:`, and what runs it.
 *
 *	plan_node.argv    JSON: a list for each argument, of texts and {"input"|"output": PORT}
 *	plan_node.files   JSON: {file beneath the root: its SHA-256}, which the arguments name
 */
#ifndef PIPELINE_COMMAND_H
#define PIPELINE_COMMAND_H

#include "pipeline/plan.h"

/* Binds a node with a command: program, arguments, definition, hash. Nodes before it in the plan's
 * order are bound already, and so are all plugins. -1 after reporting. */
struct command_in {
	struct arena *a;
	const struct plan_input *in;
	const struct plan *plan;
	const int *place; /* graph node -> plan index, -1 */
	struct errs *found;
};
MUST_CHECK int command_bind(const struct command_in *c, struct plan_node *node);
/* Gives the ports, once they are bound, the types they are handed over as; reports what does not fit. */
void command_types(const struct command_in *c, struct plan_node *node);

/* command_run.c: what runs in the place of a plugin's function. */
extern const struct mlf_node command_node;

#endif
