/* SPDX-License-Identifier: Apache-2.0
 * Private to project/git*.c: libgit2, opened at first use.
 *
 *	git_api.c       libgit2's functions
 *	git.c           what is told of a repository: commit, branch, remote, dirty
 *	git_save.c      what is not committed, into a folder
 *	git_checkout.c  a recorded commit, with what was not committed, into a folder
 *
 * libgit2 costs milliseconds of dynamic linking, so it is no dependency of the program. Its headers
 * lend the types only (<git2.h> itself would bring a field with a banned name). */
#ifndef PROJECT_GIT_H
#define PROJECT_GIT_H

#include <git2/apply.h>
#include <git2/buffer.h>
#include <git2/checkout.h>
#include <git2/commit.h>
#include <git2/diff.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/oid.h>
#include <git2/patch.h>
#include <git2/refs.h>
#include <git2/remote.h>
#include <git2/repository.h>
#include <git2/status.h>
#include <git2/tree.h>
#include <git2/version.h>
#include "base/base.h"

struct git_api {
	__typeof__(git_libgit2_init) *init;
	__typeof__(git_libgit2_shutdown) *shutdown;
	__typeof__(git_libgit2_version) *version;
	__typeof__(git_error_last) *error_last;
	__typeof__(git_repository_open_ext) *open_ext;
	__typeof__(git_repository_free) *repository_free;
	__typeof__(git_repository_head) *head;
	__typeof__(git_repository_head_detached) *head_detached;
	__typeof__(git_reference_name_to_id) *name_to_id;
	__typeof__(git_reference_shorthand) *shorthand;
	__typeof__(git_reference_free) *reference_free;
	__typeof__(git_oid_tostr) *oid_tostr;
	__typeof__(git_remote_list) *remote_list;
	__typeof__(git_strarray_dispose) *strarray_dispose;
	__typeof__(git_remote_lookup) *remote_lookup;
	__typeof__(git_remote_url) *remote_url;
	__typeof__(git_remote_free) *remote_free;
	__typeof__(git_status_list_new) *status_new;
	__typeof__(git_status_list_entrycount) *status_count;
	__typeof__(git_status_list_free) *status_free;
	__typeof__(git_status_options_init) *status_options;
	__typeof__(git_commit_lookup) *commit_lookup;
	__typeof__(git_commit_tree) *commit_tree;
	__typeof__(git_commit_free) *commit_free;
	__typeof__(git_tree_free) *tree_free;
	__typeof__(git_oid_fromstr) *oid_fromstr;
	__typeof__(git_repository_workdir) *workdir;
	__typeof__(git_status_byindex) *status_entry;
	__typeof__(git_diff_options_init) *diff_options;
	__typeof__(git_diff_tree_to_workdir_with_index) *diff_workdir;
	__typeof__(git_diff_num_deltas) *diff_count;
	__typeof__(git_diff_get_delta) *diff_delta;
	__typeof__(git_diff_from_buffer) *diff_parse;
	__typeof__(git_diff_free) *diff_free;
	__typeof__(git_patch_from_diff) *patch_new;
	__typeof__(git_patch_to_buf) *patch_text;
	__typeof__(git_patch_free) *patch_free;
	__typeof__(git_buf_dispose) *buf_free;
	__typeof__(git_apply_to_tree) *apply;
	void (*index_free)(git_index *index);
	__typeof__(git_checkout_options_init) *checkout_options;
	__typeof__(git_checkout_tree) *checkout_tree;
	__typeof__(git_checkout_index) *checkout_index;
};

/* Loads libgit2 and starts it; git__end ends it. */
MUST_CHECK int git__begin(struct git_api *git, struct err *e);
void git__end(const struct git_api *git);
/* libgit2's last error, read at once, because its next call may change it. Returns -1. */
int git__failed(const struct git_api *git, const char *what, struct err *e);
/* The repository that root lies in. */
MUST_CHECK int
git__open(const struct git_api *git, const char *root, git_repository **out, struct err *e);

/* Saves what is not committed into the folder `save` beneath root, which is made if there is anything.
 * What is left out, and why, is added to left_out. */
MUST_CHECK int git__save(const struct git_api *git, git_repository *repo, const char *root,
	const char *save, struct str *left_out, struct err *e);
/* Where the project lies in the repository: "" or "a/b". */
MUST_CHECK int git__inside(const struct git_api *git, git_repository *repo, const char *root,
	struct str *out, struct err *e);

/* Appends a remote's url without user, password and query; ssh keeps its user. */
void git__public_url(const char *url, struct str *out);

#endif
