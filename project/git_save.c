/* SPDX-License-Identifier: Apache-2.0
 * What a run was made from and no commit holds: changes of tracked files as one patch, and untracked
 * sources as they are. Data, results and what the project's .gitignore names are no sources. What may
 * hold a secret stays where it is, and is said to be left out: artifacts are for showing. */
#include "project/git.h"
#include "project/project.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((off_t)1 << 20)
#define ALL_MAX ((off_t)16 << 20)
#define FILES_MAX 1000
#define NAMES_MAX 4000 /* what a tag holds of the names that are left out */

struct save {
	const struct git_api *git;
	git_repository *repo;
	const char *root, *folder; /* folder: relative to root */
	int rootfd;
	struct str inside;    /* of the project in the repository */
	struct str *left_out; /* borrowed */
	off_t bytes;
	int files;
};

static void
leave_out(struct save *s, const char *path, const char *why)
{
	if (s->left_out->len < NAMES_MAX)
		str_addf(s->left_out, "%s%s (%s)", s->left_out->len ? ", " : "", path, why);
}

static bool
is_secret_name(const char *path)
{
	static const char *const ends[] = {".pem", ".key", ".p12", ".env"};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (str_ends(name, ends[i]))
			return true;
	return str_starts(name, "credentials") || str_starts(name, ".env") ||
		strcasestr(name, "secret") || strcasestr(name, "password");
}

/* What may hold settings: all but sources, in which `token = next()` is no secret. */
static bool
is_settings(const char *path)
{
	static const char *const sources[] = {".c", ".h", ".py", ".md"};

	for (size_t k = 0; k < sizeof sources / sizeof sources[0]; k++)
		if (str_ends(path, sources[k]))
			return false;
	return true;
}

static bool
may_show(struct save *s, const char *path, const char *text, size_t n)
{
	if (!is_secret_name(path) && !memmem(text, n, "PRIVATE KEY-----", 16) &&
		!(is_settings(path) && secret_in_text(text, n)))
		return true;
	leave_out(s, path, "may hold a secret");
	return false;
}

/* ---- tracked files */

static int
add_patch(struct save *s, git_diff *diff, size_t i, struct str *out, struct err *e)
{
	const git_diff_delta *delta = s->git->diff_delta(diff, i);
	const char *path = delta->new_file.path ? delta->new_file.path : delta->old_file.path;
	git_patch *patch = NULL;
	git_buf text = {0};
	int rc = s->git->patch_new(&patch, diff, i);

	if (rc == 0 && patch)
		rc = s->git->patch_text(&text, patch);
	if (rc != 0)
		rc = git__failed(s->git, "diff", e);
	else if (text.size && may_show(s, path, text.ptr, text.size))
		str_addn(out, text.ptr, text.size);
	s->git->buf_free(&text);
	s->git->patch_free(patch);
	return rc;
}

static int
open_diff(struct save *s, git_diff **out, struct err *e)
{
	const struct git_api *git = s->git;
	git_diff_options opts;
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_oid id;
	int rc = git->name_to_id(&id, s->repo, "HEAD");

	if (rc == 0)
		rc = git->commit_lookup(&commit, s->repo, &id);
	if (rc == 0)
		rc = git->commit_tree(&tree, commit);
	if (rc == 0)
		rc = git->diff_options(&opts, GIT_DIFF_OPTIONS_VERSION);
	opts.flags = GIT_DIFF_SHOW_BINARY;
	opts.id_abbrev = GIT_OID_HEXSZ;
	if (rc == 0)
		rc = git->diff_workdir(out, s->repo, tree, &opts);
	git->tree_free(tree);
	git->commit_free(commit);
	return rc == 0 ? 0 : git__failed(git, "diff", e);
}

static int
save_changes(struct save *s, struct err *e)
{
	struct str patch = {0}, path = {0};
	git_diff *diff = NULL;
	int rc = open_diff(s, &diff, e);
	size_t n = rc == 0 ? s->git->diff_count(diff) : 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_patch(s, diff, i, &patch, e);
	str_addf(&path, "%s/" GIT_CHANGES, s->folder);
	if (rc == 0 && patch.len > (size_t)ALL_MAX)
		leave_out(s, GIT_CHANGES, "too large");
	else if (rc == 0 && patch.len && (rc = file_mkdirs(s->rootfd, path.s, false, e)) == 0)
		rc = file_publish(s->rootfd, path.s, patch.s, patch.len, e);
	s->git->diff_free(diff);
	str_fini(&patch);
	str_fini(&path);
	return rc;
}

/* ---- untracked files */

/* The sources in the project, as paths in the repository; the texts are owned. What runs and tools make
 * is not even looked at: it may be a lot. */
static int
list_sources(struct save *s, git_strarray *out, struct err *e)
{
	struct str path = {0};
	struct dirent *entry;
	size_t cap = 0;
	DIR *d = opendir(s->root);
	int rc;

	if (!d)
		return err_errno(e, MLC_FILE, "cannot read the project");
	while ((errno = 0, entry = readdir(d))) {
		if (!project_is_source(entry->d_name))
			continue;
		str_reset(&path);
		str_addf(&path, "%s%s%s", str_text(&s->inside), s->inside.len ? "/" : "",
			entry->d_name);
		out->strings = mem_grow(out->strings, &cap, out->count + 1, sizeof *out->strings);
		out->strings[out->count++] = mem_strdup(path.s);
	}
	rc = errno ? err_errno(e, MLC_FILE, "cannot read the project") : 0;
	closedir(d);
	str_fini(&path);
	return rc;
}

static int
save_file(struct save *s, const char *path, struct err *e)
{
	struct str text = {0}, to = {0};
	struct stat st;
	int rc = 0;

	if (fstatat(s->rootfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return 0; /* it went away, or is nothing that can be kept */
	if (st.st_size > FILE_MAX || s->bytes + st.st_size > ALL_MAX || s->files == FILES_MAX) {
		leave_out(s, path, "too large");
		return 0;
	}
	if (file_read(s->rootfd, path, false, &text, NULL) < 0)
		leave_out(s, path, "cannot be read");
	else if (may_show(s, path, str_text(&text), text.len)) {
		s->files++;
		s->bytes += st.st_size;
		str_addf(&to, "%s/" GIT_UNTRACKED "/%s", s->folder, path);
		rc = file_copy(s->rootfd, path, s->rootfd, to.s, e);
	}
	str_fini(&text);
	str_fini(&to);
	return rc;
}

/* The path within the project, or NULL: it lies beside it. */
static const char *
within(const struct save *s, const char *path)
{
	if (!s->inside.len)
		return path;
	return str_starts(path, s->inside.s) && path[s->inside.len] == '/'
		? path + s->inside.len + 1
		: NULL;
}

static int
save_listed(struct save *s, const git_strarray *paths, struct err *e)
{
	git_status_list *list = NULL;
	git_status_options opts;
	int rc = 0;

	if (s->git->status_options(&opts, GIT_STATUS_OPTIONS_VERSION) != 0)
		return git__failed(s->git, "status", e);
	opts.show = GIT_STATUS_SHOW_WORKDIR_ONLY;
	opts.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
		GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH;
	opts.pathspec = *paths;
	if (s->git->status_new(&list, s->repo, &opts) != 0)
		return git__failed(s->git, "status", e);
	size_t n = s->git->status_count(list);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const git_status_entry *entry = s->git->status_entry(list, i);
		const char *path;

		if (entry->status != GIT_STATUS_WT_NEW || !entry->index_to_workdir)
			continue;
		path = within(s, entry->index_to_workdir->new_file.path);
		if (path)
			rc = save_file(s, path, e);
	}
	s->git->status_free(list);
	return rc;
}

static int
save_untracked(struct save *s, struct err *e)
{
	git_strarray paths = {0};
	int rc = list_sources(s, &paths, e);

	if (rc == 0 && paths.count) /* none would mean all */
		rc = save_listed(s, &paths, e);
	for (size_t i = 0; i < paths.count; i++)
		free(paths.strings[i]);
	free(paths.strings);
	return rc;
}

int
git__inside(const struct git_api *git, git_repository *repo, const char *root, struct str *out,
	struct err *e)
{
	const char *workdir = git->workdir(repo);
	char real[PATH_MAX], work[PATH_MAX];
	size_t n;

	if (!workdir)
		return err_set(e, MLC_FILE, "the repository has no working tree");
	if (!realpath(root, real) || !realpath(workdir, work))
		return err_errno(e, MLC_FILE, "cannot find the repository");
	n = strlen(work);
	if (strncmp(real, work, n) == 0 && real[n] == '/')
		str_add(out, real + n + 1);
	return 0;
}

int
git__save(const struct git_api *git, git_repository *repo, const char *root, const char *save,
	struct str *left_out, struct err *e)
{
	struct save s = {
		.git = git, .repo = repo, .root = root, .folder = save, .left_out = left_out};
	int rc;

	s.rootfd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s.rootfd < 0)
		return err_errno(e, MLC_FILE, "cannot open the project");
	rc = git__inside(git, repo, root, &s.inside, e);
	if (rc == 0)
		rc = save_changes(&s, e);
	if (rc == 0)
		rc = save_untracked(&s, e);
	close(s.rootfd);
	str_fini(&s.inside);
	return rc;
}
