/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: configuration trees as people and scripts see them. Secrets never get out: not the
 * values of credentials files, and not what stands under a name such as `api_token`. */
#ifndef CMD_TREE_H
#define CMD_TREE_H

#include "cmd/cmd.h"

/* All trees of the project as one map: catalog, parameters, pipelines, settings, credentials. */
struct ynode *tree_of(struct project *p);
/* What the dotted key names: keys of maps, positions in lists; "" is the whole tree. *hidden: a key
 * on the way makes it a secret. NULL, and an error with a suggestion, if there is nothing. */
const struct ynode *
tree_find(const struct ynode *root, const char *key, bool *hidden, struct err *e);
/* True if the value of this key must not be shown. */
bool tree_hides(const char *key, const struct ynode *value);

/* The lines of a map, list or scalar as YAML, each indented by `indent`. With origin each value is
 * followed by a comment that tells where it was written. */
void tree_text(struct str *out, const struct ynode *n, int indent, bool origin);
/* The same as JSON; with origin each value is {"value": ..., "origin": ...}. */
void tree_json(struct jw *w, const struct ynode *n, bool origin);
/* One value on one line: a scalar as YAML, anything else as JSON. */
void tree_value(struct str *out, const struct ynode *n);
/* "conf/base/catalog.yml:5:13", "--params", and the reference it was made from, if there is one. */
void tree_origin(struct str *out, const struct ynode *n);
#define TREE_MASK "***"

#endif
