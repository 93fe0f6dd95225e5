/* SPDX-License-Identifier: Apache-2.0
 * Finds libgit2's functions. The Debian soname comes first because the structs of the headers have its
 * layout; the plain name is for systems built from source. */
#include "project/git.h"

#include <dlfcn.h>

#define SYMBOL(member, name)                           \
	{                                              \
		offsetof(struct git_api, member), name \
	}

static const struct symbol {
	size_t offset;
	const char *name;
} symbols[] = {
	SYMBOL(init, "git_libgit2_init"),
	SYMBOL(shutdown, "git_libgit2_shutdown"),
	SYMBOL(version, "git_libgit2_version"),
	SYMBOL(error_last, "git_error_last"),
	SYMBOL(open_ext, "git_repository_open_ext"),
	SYMBOL(repository_free, "git_repository_free"),
	SYMBOL(head, "git_repository_head"),
	SYMBOL(head_detached, "git_repository_head_detached"),
	SYMBOL(name_to_id, "git_reference_name_to_id"),
	SYMBOL(shorthand, "git_reference_shorthand"),
	SYMBOL(reference_free, "git_reference_free"),
	SYMBOL(oid_tostr, "git_oid_tostr"),
	SYMBOL(remote_list, "git_remote_list"),
	SYMBOL(strarray_dispose, "git_strarray_dispose"),
	SYMBOL(remote_lookup, "git_remote_lookup"),
	SYMBOL(remote_url, "git_remote_url"),
	SYMBOL(remote_free, "git_remote_free"),
	SYMBOL(status_new, "git_status_list_new"),
	SYMBOL(status_count, "git_status_list_entrycount"),
	SYMBOL(status_free, "git_status_list_free"),
	SYMBOL(status_options, "git_status_options_init"),
	SYMBOL(commit_lookup, "git_commit_lookup"),
	SYMBOL(commit_tree, "git_commit_tree"),
	SYMBOL(commit_free, "git_commit_free"),
	SYMBOL(tree_free, "git_tree_free"),
	SYMBOL(oid_fromstr, "git_oid_fromstr"),
	SYMBOL(workdir, "git_repository_workdir"),
	SYMBOL(status_entry, "git_status_byindex"),
	SYMBOL(diff_options, "git_diff_options_init"),
	SYMBOL(diff_workdir, "git_diff_tree_to_workdir_with_index"),
	SYMBOL(diff_count, "git_diff_num_deltas"),
	SYMBOL(diff_delta, "git_diff_get_delta"),
	SYMBOL(diff_parse, "git_diff_from_buffer"),
	SYMBOL(diff_free, "git_diff_free"),
	SYMBOL(patch_new, "git_patch_from_diff"),
	SYMBOL(patch_text, "git_patch_to_buf"),
	SYMBOL(patch_free, "git_patch_free"),
	SYMBOL(buf_free, "git_buf_dispose"),
	SYMBOL(apply, "git_apply_to_tree"),
	SYMBOL(index_free, "git_index_free"),
	SYMBOL(checkout_options, "git_checkout_options_init"),
	SYMBOL(checkout_tree, "git_checkout_tree"),
	SYMBOL(checkout_index, "git_checkout_index"),
};

static int
load_api(struct git_api *git, struct err *e)
{
	const int flags = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
	void *lib = dlopen("libgit2.so.1.5", flags);
	void *fn;

	if (!lib)
		lib = dlopen("libgit2.so", flags);
	if (!lib)
		return err_set(e, MLC_MODULE, "libgit2 is not installed (Debian: libgit2-1.5)");
	for (size_t i = 0; i < sizeof(symbols) / sizeof(*symbols); i++) {
		fn = dlsym(lib, symbols[i].name);
		if (!fn) {
			dlclose(lib);
			return err_set(e, MLC_MODULE, "libgit2 lacks %s", symbols[i].name);
		}
		/* POSIX promises that this conversion works; ISO C has no cast for it. */
		memcpy((char *)git + symbols[i].offset, &fn, sizeof(fn));
	}
	dlclose(lib); /* RTLD_NODELETE: it stays loaded */
	return 0;
}

int
git__failed(const struct git_api *git, const char *what, struct err *e)
{
	const git_error *last = git->error_last();

	return err_set(
		e, MLC_FILE, "%s: %s", what, last && last->message ? last->message : "failed");
}

int
git__begin(struct git_api *git, struct err *e)
{
	int major, minor, patch;

	if (load_api(git, e) != 0)
		return -1;
	(void)git->version(&major, &minor, &patch);
	if (major != LIBGIT2_VER_MAJOR)
		return err_set(e, MLC_MODULE, "libgit2 %d.%d.%d is another version than %s", major,
			minor, patch, LIBGIT2_VERSION);
	return git->init() < 0 ? git__failed(git, "libgit2", e) : 0;
}

void
git__end(const struct git_api *git)
{
	(void)git->shutdown();
}

int
git__open(const struct git_api *git, const char *root, git_repository **out, struct err *e)
{
	int rc = git->open_ext(out, root, 0, NULL);

	if (rc == GIT_ENOTFOUND)
		return err_set(e, MLC_FILE, "not in a git repository");
	return rc != 0 ? git__failed(git, "repository", e) : 0;
}
