/* SPDX-License-Identifier: Apache-2.0
 * Private to base/yaml*.c: the text under the tree, and how its parts work together.
 *
 *	yaml_read.c     the ways in: text, file, one value
 *	yaml_build.c    events -> tree, with the limits
 *	yaml_text.c     checks the bytes, turns character indexes into places
 *	yaml_syntax.c   says what libyaml found wrong, in our words
 *	yaml_type.c     the core schema: text -> null, bool, int, float */
#ifndef BASE_YAML_PARTS_H
#define BASE_YAML_PARTS_H

#include <yaml.h>
#include "base/str.h"
#include "base/yaml.h"

#define YAML_TEXT_MAX ((size_t)16 << 20)
#define YAML_DEPTH_MAX 64
#define YAML_NODES_MAX 1000000
#define YAML_ANCHORS_MAX 1000
#define YAML_ALIAS_NODES_MAX 10000

/* A checked text: UTF-8 without control characters. libyaml counts characters from its start; lines
 * are what editors and grep call lines, those that end in \n: to libyaml a lone \r ends one, too. */
struct ytext {
	const char *file; /* borrowed, as errors show it */
	const char *s;    /* borrowed; without a byte order mark */
	size_t len, chars;
	uint32_t *starts; /* owned; the index of each line's first character */
	size_t n, cap;
};

MUST_CHECK int
ytext_init(struct ytext *t, const char *file, const char *s, size_t len, struct err *e);
void ytext_fini(struct ytext *t);
/* The span from one character index to another, or to the end of the line where it begins. */
struct place ytext_place(const struct ytext *t, size_t from, size_t to);
/* The bytes from that character on. */
const char *ytext_at(const struct ytext *t, size_t index);

/* Builds the tree of a text; *out stays as it is if there is no document. */
MUST_CHECK int
yaml__build(struct arena *a, const struct ytext *t, struct ynode **out, struct err *e);

/* Reports the error that p stopped at while `open` was the innermost list or map (NULL: none).
 * Returns -1. */
int yaml__syntax(
	const struct ytext *t, const yaml_parser_t *p, const struct ynode *open, struct err *e);

/* Gives n the kind and value that its text has as a plain scalar. Numbers too large are errors. */
MUST_CHECK int yaml__type(struct ynode *n, struct err *e);

#endif
