/* SPDX-License-Identifier: Apache-2.0
 * YAML as a small tree: built from libyaml's events, every node knows where it stands.
 *
 * Limits: 16 MiB a file, depth 64, 1,000,000 nodes, 1,000 anchors, 10,000 nodes made by aliases.
 * Refused: duplicate keys, several documents, tags, merge keys (<<), UTF-16, control characters,
 * numbers that do not fit. Plain scalars are typed by YAML 1.2's core schema: `no` is text. Trees live
 * in the arena they were parsed into. No error message quotes a value, since it may be a secret. */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/mem.h"

struct jw;

enum ykind { Y_NULL, Y_BOOL, Y_INT, Y_FLOAT, Y_STR, Y_LIST, Y_MAP };

struct ypair;
struct ynode {
	enum ykind kind;
	bool quoted; /* the scalar was quoted, so it is text whatever it looks like */
	bool secret; /* from a credentials file: never printed */
	struct place at;
	const char *text; /* scalars: as written; NULL for lists and maps */
	const char *via;  /* the ${...} it was made from; NULL: it was written as it is */
	union {
		bool b;
		int64_t i;
		double f;
	} v;
	size_t n; /* items or pairs */
	union {
		struct ynode **items;
		struct ypair *pairs;
	} u;
	size_t cap; /* what yaml_put made room for; 0 or n elsewhere */
};

struct ypair {
	const char *key;
	struct place at; /* the key's place */
	struct ynode *value;
};

/* Parses text; `file` is the name errors show. An empty document gives an empty map. */
MUST_CHECK int yaml_parse(struct arena *a, const char *file, const char *text, size_t len,
	struct ynode **out, struct err *e);
/* Parses the file at path; errors show `shown`. */
MUST_CHECK int yaml_parse_file(
	struct arena *a, const char *path, const char *shown, struct ynode **out, struct err *e);
/* One scalar or flow value as `--params a=VALUE` types it; nothing gives null. Only [, {, " and '
 * begin YAML syntax, anything else is a plain scalar as it stands (*.csv, #fff). */
MUST_CHECK int yaml_parse_value(
	struct arena *a, const char *shown, const char *text, struct ynode **out, struct err *e);

struct ynode *yaml_get(const struct ynode *map, const char *key);        /* NULL if absent */
const struct ypair *yaml_pair(const struct ynode *map, const char *key); /* NULL if absent */
struct ynode *yaml_path(const struct ynode *map, const char *dotted);    /* "a.b.c", or NULL */
const char *yaml_str(const struct ynode *n); /* text of a scalar; NULL for null, list, map */
const char *yaml_kind_name(enum ykind kind); /* "text", "a list", ... */
struct ynode *yaml_new(struct arena *a, enum ykind kind, struct place at);
void yaml_put(struct arena *a, struct ynode *map, const struct ypair *pair); /* replaces or adds */
/* True if both trees hold the same values (places, quoting aside). */
bool yaml_equal(const struct ynode *a, const struct ynode *b);
/* Writes the tree as JSON; secrets as "***" if mask (a secret list or map as a whole). */
void yaml_to_json(struct jw *w, const struct ynode *n, bool mask);

/* Filling structs from maps. A table of keys ends with {0}. */
enum yfield_type { YF_STR, YF_INT, YF_FLOAT, YF_BOOL, YF_NODE, YF_DURATION, YF_SIZE };
struct yfield {
	const char *key;
	enum yfield_type type; /* target: const char *, int64_t, double, bool, struct ynode *,
				  int64_t milliseconds ("10m"), int64_t bytes ("2GiB") */
	bool required;
	size_t offset;
	const char *help;
};

/* Fills *into from the map; keys that are absent or null leave what is there. Unknown, missing and
 * mistyped keys go to `found`, all of them. Returns 0, or -1 if anything was found. `what` names the
 * thing in messages ("node `train`"). */
MUST_CHECK int yaml_fill(const struct ynode *map, const struct yfield *fields, void *into,
	const char *what, struct errs *found);

#endif
