/* SPDX-License-Identifier: Apache-2.0
 * The files that `new`, `init` and `node new` write. scripts/templates makes the array of them from
 * templates/list when the program is built. */
#ifndef CMD_TEMPLATES_H
#define CMD_TEMPLATES_H

#include <stdbool.h>
#include <stddef.h>

#define TEMPLATE_NODE "+node" /* of a node, and not of a project */

struct template_file {
	const char *template, *path; /* the last entry has none */
	const unsigned char *data;
	size_t size;
	bool fill;    /* @name@ and its like stand for values */
	bool program; /* is to be executable */
	bool around;  /* belongs to what stands around a pipeline, as workflows do */
};
extern const struct template_file template_files[];

#endif
