/* SPDX-License-Identifier: Apache-2.0
 * How the files of project/ divide the work of project_open; private to the room.
 *
 *	env_choose -> conf_read (base, environment) -> conf_overlay -> params_apply -> interpolate
 *
 * Every step reports all it finds to `found` and goes on, so that the user sees it at once. */
#ifndef PROJECT_PARTS_H
#define PROJECT_PARTS_H

#include "project/project.h"

/* The kinds of configuration; a tree each. */
enum conf_kind {
	CONF_SETTINGS,
	CONF_GLOBALS, /* for ${globals:name} only */
	CONF_PARAMS,
	CONF_CATALOG,
	CONF_PIPELINES,
	CONF_CREDENTIALS,
	CONF_KINDS
};

/* MERGE_WHOLE replaces top-level keys ("destructive"), MERGE_DEEP merges maps ("soft"). */
enum merge_rule { MERGE_WHOLE, MERGE_DEEP };

/* Picks the environment as project_opts says; arena. Fails if conf/<env> is no folder. */
MUST_CHECK int
env_choose(struct arena *a, int rootfd, const char *wanted, const char **env, struct err *e);

/* All files of one kind in conf/<env> as one map, in sorted order of the files. Never NULL. */
struct ynode *
conf_read(struct arena *a, int rootfd, const char *env, enum conf_kind kind, struct errs *found);
const char *conf_kind_name(enum conf_kind kind); /* "catalog": what `merge:` calls it */

/* base overlaid by over. Shares nodes with both and changes neither. */
struct ynode *
conf_overlay(struct arena *a, struct ynode *base, struct ynode *over, enum merge_rule rule);
/* The rule of each kind: the defaults, changed by `merge:` of the settings. */
void conf_rules(
	const struct ynode *settings, enum merge_rule rules[static CONF_KINDS], struct errs *found);

/* What --params-file and --params say, as one map; the latter wins. Never NULL. root makes the
 * file's shown name relative. */
struct ynode *params_runtime(
	struct arena *a, const char *root, const char *file, const char *text, struct errs *found);

/* Resolves ${...} in all trees, in place. runtime is what params_runtime gave. */
/* exposed.c: warns of credentials files that others can read; before interpolation. */
void exposed_check(struct project *p, const struct ynode *credentials);

void interpolate(struct arena *a, struct ynode *trees[static CONF_KINDS],
	const struct ynode *runtime, struct errs *found);

/* Checks the settings against the table of all that exist. */
void settings_check(const struct ynode *settings, struct errs *found);

/* The key of map most like word, or NULL. */
const char *near_key(const struct ynode *map, const char *word);

#endif
