/* SPDX-License-Identifier: Apache-2.0
 * What the files that read pipeline.yml share: spec.c, spec_command.c, expand.c and include.c. */
#ifndef PIPELINE_SPEC_H
#define PIPELINE_SPEC_H

#include "pipeline/pipeline.h"

#define SPEC_MADE_MAX 10000 /* nodes that foreach, matrix and mapped includes may make */
#define SPEC_DEPTH_MAX 32

struct loader {
	struct arena *a;
	const struct project *p;
	struct errs *found;
	struct spec *spec; /* nodes: owned until the end of the loading */
	size_t cap;
	struct map names;                   /* pipeline -> struct ypair * */
	struct map taken;                   /* pipelines already flattened in */
	const char *within[SPEC_DEPTH_MAX]; /* includes being followed, for a cycle */
	int depth, mapped;                  /* how many of them map names */
	size_t made;                        /* against SPEC_MADE_MAX */
	int copy;                           /* of foreach or matrix, from 1; 0: none */
	bool too_many;
};

/* spec.c */
void spec__report(struct loader *l, struct err *e, const struct place *at, const char *label);
void spec__want(struct loader *l, const struct ynode *n, const char *what, const char *wanted);
/* Counts what was made; false, with one report, if it is too much. */
bool spec__made(struct loader *l, const struct place *at);
/* Fills in what the name of the port's dataset means; reports what no name can be. */
void spec__port(struct loader *l, struct spec_port *port);
bool spec__is_param(const char *dataset);
/* The text before the format; arena, or the text itself. */
const char *spec__base(struct arena *a, const char *dataset);
/* Adds a text or each of a list of texts to an arena array of *n. */
void spec__texts(struct loader *l, const struct ynode *n, const char *what, const char ***out,
	size_t *n_out);

/* spec_command.c: reads `command` and `types` of a node that has its ports; reports what is wrong. */
void spec__command(struct loader *l, const struct ynode *node, struct spec_node *out);

/* expand.c: calls each for the map, or for each copy that its foreach or matrix asks for. */
typedef void spec_each(struct loader *l, const char *pipeline, const struct ynode *map);
void spec__expand(struct loader *l, const char *pipeline, const struct ynode *map, spec_each *each);

/* include.c: an include that is a map. */
struct spec_include {
	const char *pipeline, *namespace_;
	struct ynode *inputs, *outputs, *params, *tags;
	struct place at;
};
/* 0, or -1 after reporting. */
MUST_CHECK int
spec__include_read(struct loader *l, const struct ynode *map, struct spec_include *out);
bool spec__include_maps(const struct spec_include *inc);
/* Renames the nodes from `from` on, which are those of the included pipeline. */
void spec__include_apply(struct loader *l, const struct spec_include *inc, size_t from);

#endif
