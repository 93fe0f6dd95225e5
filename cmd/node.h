/* SPDX-License-Identifier: Apache-2.0
 * Nodes that are programs, and plugins that were built. */
#ifndef CMD_NODE_H
#define CMD_NODE_H

#include "cmd/cmd.h"

/* Loads the nodes of all pipelines; says so if it cannot, and then there are none. */
void commands_load(struct app *a, struct loaded *l);
/* The next node that is a program, from *i on; NULL: no more. */
const struct spec_node *commands_next(const struct loaded *l, size_t *i);
void command_json(struct jw *w, const struct spec_node *n);
/* Describes the program `name`; false, without a word, if no node of that name is one. */
bool command_describe(struct app *a, const char *name);

/* True if a node of that name is a program. */
bool command_is(struct app *a, const char *name);

#endif
