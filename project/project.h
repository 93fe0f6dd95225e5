/* SPDX-License-Identifier: Apache-2.0
 * The room project/: where the project is and what its configuration says.
 *
 * conf/base is overlaid by one environment (conf/<env>): pipelines and catalog entries are replaced
 * whole, parameters merge deeply; --params comes last. Every value keeps its place. The trees live
 * as long as the project and never change after project_open. */
#ifndef PROJECT_PROJECT_H
#define PROJECT_PROJECT_H

#include "base/base.h"

struct project {
	char *root; /* absolute path, owned */
	int rootfd;
	const char *env; /* arena; "base" if there is no overlay */
	struct arena arena;
	struct ynode *settings;    /* mlflow-c.yml; never NULL, like the others */
	struct ynode *pipelines;   /* pipeline*.yml */
	struct ynode *catalog;     /* catalog*.yml, catalog/ ** */
	struct ynode *params;      /* parameters*.yml with --params applied */
	struct ynode *credentials; /* credentials*.yml, all tagged secret */
	struct errs warnings;      /* what is no mistake, but should not be so */
	struct map contracts;      /* dataset -> its contract file; texts in the arena */
};

struct project_opts {
	const char *dir;         /* where to begin looking upwards; NULL: working folder */
	const char *env;         /* --conf; NULL: MLFLOW_C_CONF, else local if it exists */
	const char *params;      /* --params a.b=1,c=x; may be NULL */
	const char *params_file; /* --params-file; may be NULL */
};

/* Opens the project; every problem of its configuration goes to found. 0, or -1 if there was any. */
MUST_CHECK int
project_open(struct project **out, const struct project_opts *opts, struct errs *found);
void project_close(struct project *p); /* NULL is fine */

/* The nearest folder from dir (NULL: working folder) upwards that holds conf/base: its absolute path
 * (owned) and a descriptor. For those who need the root even where project_open fails, as for
 * showing lines of its files. */
MUST_CHECK int project_find_root(const char *dir, char **root, int *rootfd, struct err *e);

/* A dotted parameter ("train.max_iter"); "" is the whole tree; NULL if absent. */
struct ynode *project_param(const struct project *p, const char *dotted);
/* The contract file of a dataset, relative to the root: conf/<env>/contracts/NAME.yml, else
 * conf/base/contracts/NAME.yml, each also as a folder NAME; arena, or NULL if there is none. */
const char *project_contract(const struct project *p, const char *dataset);
/* A setting of mlflow-c.yml ("store", "experiment") with its default. */
const char *project_setting(const struct project *p, const char *dotted, const char *def);

/* False for a path in the project whose first part is hidden, or holds what runs make. */
bool project_is_source(const char *path);

/* Facts about the git state of root as one JSON object: {commit, branch, remote, dirty, left_out} or
 * {unknown: why}. What is not committed goes into the folder `save` beneath root (NULL: nowhere):
 * GIT_CHANGES, a patch, and GIT_UNTRACKED, the files; left_out names what does not. Loads libgit2,
 * takes many milliseconds, and never fails: call it in a process of its own. */
#define GIT_CHANGES "changes.diff"
#define GIT_UNTRACKED "untracked"
void project_git_facts(const char *root, const char *save, struct jw *w);

/* Puts a commit, with the patch and the untracked files of the folder `saved` (NULL: none), into the
 * empty folder `into` (absolute). *project gets the project's folder in it. */
MUST_CHECK int project_git_checkout(const char *root, const char *commit, const char *saved,
	const char *into, struct str *project, struct err *e);

#endif
