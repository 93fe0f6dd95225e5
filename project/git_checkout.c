/* SPDX-License-Identifier: Apache-2.0
 * The sources that a run was made from, in a folder of their own. The repository's index and working
 * tree are not touched.
 *
 *	commit -> tree [+ patch -> index] -> files, + the untracked ones */
#include "project/git.h"
#include "project/project.h"

#include <fcntl.h>
#include <unistd.h>

struct checkout {
	const struct git_api *git;
	git_repository *repo;
	const char *commit, *saved, *into;
	git_checkout_options opts;
};

/* The commit with the patch. */
static int
write_changed(struct checkout *c, git_tree *tree, const struct str *patch, struct err *e)
{
	const struct git_api *git = c->git;
	git_diff *diff = NULL;
	git_index *index = NULL;
	int rc = git->diff_parse(&diff, patch->s, patch->len);

	if (rc == 0)
		rc = git->apply(&index, c->repo, tree, diff, NULL);
	if (rc == 0)
		rc = git->checkout_index(c->repo, index, &c->opts);
	if (rc != 0)
		git__failed(git, "the recorded changes do not apply", e);
	git->index_free(index);
	git->diff_free(diff);
	return rc == 0 ? 0 : -1;
}

static int
write_tree(struct checkout *c, const struct str *patch, struct err *e)
{
	const struct git_api *git = c->git;
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_oid id;
	int rc = git->oid_fromstr(&id, c->commit);

	if (rc == 0)
		rc = git->commit_lookup(&commit, c->repo, &id);
	if (rc == 0)
		rc = git->commit_tree(&tree, commit);
	if (rc != 0) {
		git__failed(git, "the commit is not in this repository", e);
		rc = err_help(e, "fetch it: git fetch origin %s", c->commit);
	} else if (patch->len) {
		rc = write_changed(c, tree, patch, e);
	} else if (git->checkout_tree(c->repo, (const git_object *)(const void *)tree, &c->opts) !=
		0) {
		rc = git__failed(git, "checkout", e);
	}
	git->tree_free(tree);
	git->commit_free(commit);
	return rc;
}

/* The untracked files lie beneath the project. */
static int
write_saved(struct checkout *c, const char *project, struct err *e)
{
	struct str from = {0};
	int rc = 0, saved, into;

	str_addf(&from, "%s/" GIT_UNTRACKED, c->saved);
	saved = file_open(AT_FDCWD, from.s, O_RDONLY | O_DIRECTORY, true, NULL);
	if (saved >= 0) {
		into = file_open(AT_FDCWD, project, O_RDONLY | O_DIRECTORY, true, e);
		rc = into < 0 ? -1 : file_copy_into(saved, into, e);
		if (into >= 0)
			close(into);
		close(saved);
	}
	str_fini(&from);
	return rc;
}

static int
write_all(struct checkout *c, const char *root, struct str *project, struct err *e)
{
	struct str patch = {0}, path = {0};
	int rc = 0;

	if (c->saved) {
		str_addf(&path, "%s/" GIT_CHANGES, c->saved);
		if (access(path.s, F_OK) == 0)
			rc = file_read(AT_FDCWD, path.s, true, &patch, e);
	}
	str_addf(project, "%s/", c->into);
	if (rc == 0)
		rc = git__inside(c->git, c->repo, root, project, e);
	if (rc == 0)
		rc = write_tree(c, &patch, e);
	if (rc == 0 && c->saved)
		rc = write_saved(c, project->s, e);
	str_fini(&patch);
	str_fini(&path);
	return rc;
}

int
project_git_checkout(const char *root, const char *commit, const char *saved, const char *into,
	struct str *project, struct err *e)
{
	git_repository *repo = NULL;
	struct git_api git;
	struct checkout c = {&git, NULL, commit, saved, into, {0}};
	int rc;

	if (git__begin(&git, e) != 0)
		return -1;
	rc = git__open(&git, root, &repo, e);
	c.repo = repo;
	if (rc == 0 && git.checkout_options(&c.opts, GIT_CHECKOUT_OPTIONS_VERSION) != 0)
		rc = git__failed(&git, "checkout", e);
	c.opts.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX;
	c.opts.target_directory = into;
	if (rc == 0)
		rc = write_all(&c, root, project, e);
	git.repository_free(repo);
	git__end(&git);
	return rc;
}
