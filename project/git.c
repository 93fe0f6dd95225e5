/* SPDX-License-Identifier: Apache-2.0
 * What git knows about the project: commit, branch, remote, and whether tracked files changed.
 *
 * libgit2 costs milliseconds of dynamic linking, so it is no dependency of the program: it is opened
 * here, at first use, and stays loaded. Its headers lend the types only (<git2.h> itself would bring a
 * field with a banned name). The Debian soname comes first
 * because the structs below have its layout; the plain name is for systems built from source.
 *
 * Nothing here fails: what cannot be told (no library, no repository, no commit yet, a repository of
 * someone else, which libgit2 refuses) is {"unknown": why}. */
#include "project/project.h"

#include <dlfcn.h>
#include <git2/errors.h>
#include <git2/global.h>
#include <git2/oid.h>
#include <git2/refs.h>
#include <git2/remote.h>
#include <git2/repository.h>
#include <git2/status.h>
#include <git2/version.h>
#include "project/git.h"

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
};

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
};

/* What is told in the end; texts are owned. */
struct facts {
	char commit[GIT_OID_HEXSZ + 1];
	struct str branch, remote; /* empty: none */
	bool dirty;
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

/* libgit2's last error, read at once, because its next call may change it. */
static int
git_failed(const struct git_api *git, const char *what, struct err *e)
{
	const git_error *last = git->error_last();

	return err_set(
		e, MLC_FILE, "%s: %s", what, last && last->message ? last->message : "failed");
}

void
git__public_url(const char *url, struct str *out)
{
	const char *scheme = strstr(url, "://"), *host, *path, *at = NULL, *colon;
	bool ssh = str_starts(url, "ssh://") || str_starts(url, "git+ssh://");

	if (!scheme) { /* a path, or git@host:path: there is no room for a password */
		str_add(out, url);
		return;
	}
	host = scheme + 3;
	path = host + strcspn(host, "/?#");
	for (const char *p = host; p < path; p++)
		if (*p == '@')
			at = p;
	str_addn(out, url, (size_t)(host - url));
	if (at && ssh) { /* the user of ssh is part of the address; a password is not */
		colon = memchr(host, ':', (size_t)(at - host));
		str_addn(out, host, (size_t)((colon ? colon : at) - host));
		str_addc(out, '@');
	}
	host = at ? at + 1 : host;
	str_addn(out, host, strcspn(host, "?#")); /* tokens also travel in queries */
}

static int
read_head(const struct git_api *git, git_repository *repo, struct facts *f, struct err *e)
{
	git_reference *head = NULL;
	git_oid id;
	int rc = git->head(&head, repo);

	if (rc == GIT_EUNBORNBRANCH)
		return err_set(e, MLC_FILE, "the repository has no commit yet");
	if (rc != 0 || git->name_to_id(&id, repo, "HEAD") != 0) {
		git_failed(git, "HEAD", e);
		git->reference_free(head);
		return -1;
	}
	git->oid_tostr(f->commit, sizeof(f->commit), &id);
	if (git->head_detached(repo) == 0)
		str_add(&f->branch, git->shorthand(head));
	git->reference_free(head);
	return 0;
}

/* `origin`, else the first remote, else none. */
static int
read_remote(const struct git_api *git, git_repository *repo, struct facts *f, struct err *e)
{
	git_strarray names = {0};
	git_remote *remote = NULL;
	int rc = git->remote_lookup(&remote, repo, "origin");

	if (rc == GIT_ENOTFOUND && git->remote_list(&names, repo) == 0 && names.count > 0)
		rc = git->remote_lookup(&remote, repo, names.strings[0]);
	git->strarray_dispose(&names);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc != 0)
		return git_failed(git, "remote", e);
	if (git->remote_url(remote))
		git__public_url(git->remote_url(remote), &f->remote);
	git->remote_free(remote);
	return 0;
}

static int
read_dirty(const struct git_api *git, git_repository *repo, struct facts *f, struct err *e)
{
	git_status_list *list = NULL;
	git_status_options opts;

	if (git->status_options(&opts, GIT_STATUS_OPTIONS_VERSION) != 0)
		return git_failed(git, "status", e);
	opts.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	opts.flags = 0; /* tracked files only */
	if (git->status_new(&list, repo, &opts) != 0)
		return git_failed(git, "status", e);
	f->dirty = git->status_count(list) > 0;
	git->status_free(list);
	return 0;
}

static int
read_facts(const char *root, struct facts *f, struct err *e)
{
	git_repository *repo = NULL;
	struct git_api git;
	int major, minor, patch, rc;

	if (load_api(&git, e) != 0)
		return -1;
	(void)git.version(&major, &minor, &patch);
	if (major != LIBGIT2_VER_MAJOR)
		return err_set(e, MLC_MODULE, "libgit2 %d.%d.%d is another version than %s", major,
			minor, patch, LIBGIT2_VERSION);
	if (git.init() < 0)
		return git_failed(&git, "libgit2", e);
	rc = git.open_ext(&repo, root, 0, NULL);
	if (rc == GIT_ENOTFOUND)
		rc = err_set(e, MLC_FILE, "not in a git repository");
	else if (rc != 0)
		rc = git_failed(&git, "repository", e);
	else if (read_head(&git, repo, f, e) != 0 || read_remote(&git, repo, f, e) != 0 ||
		read_dirty(&git, repo, f, e) != 0)
		rc = -1;
	git.repository_free(repo);
	(void)git.shutdown();
	return rc;
}

void
project_git_facts(const char *root, struct jw *w)
{
	struct facts f = {0};
	struct err e = {0};

	jw_object(w);
	if (read_facts(root, &f, &e) != 0) {
		jw_kv_str(w, "unknown", e.msg);
	} else {
		jw_kv_str(w, "commit", f.commit);
		jw_kv_str(w, "branch", f.branch.s); /* null: a detached HEAD */
		jw_kv_str(w, "remote", f.remote.s); /* null: none */
		jw_kv_bool(w, "dirty", f.dirty);
	}
	jw_end(w, '}');
	str_fini(&f.branch);
	str_fini(&f.remote);
}
