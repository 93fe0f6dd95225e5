/* SPDX-License-Identifier: Apache-2.0
 * What git knows about the project: commit, branch, remote, and whether tracked files changed.
 *
 * Nothing here fails: what cannot be told (no library, no repository, no commit yet, a repository of
 * someone else, which libgit2 refuses) is {"unknown": why}. */
#include "project/git.h"
#include "project/project.h"

/* What is told in the end; texts are owned. */
struct facts {
	char commit[GIT_OID_HEXSZ + 1];
	struct str branch, remote, left_out; /* empty: none */
	bool dirty;
};

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
		git__failed(git, "HEAD", e);
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
		return git__failed(git, "remote", e);
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
		return git__failed(git, "status", e);
	opts.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
	opts.flags = 0; /* tracked files only */
	if (git->status_new(&list, repo, &opts) != 0)
		return git__failed(git, "status", e);
	f->dirty = git->status_count(list) > 0;
	git->status_free(list);
	return 0;
}

static int
read_facts(const char *root, const char *save, struct facts *f, struct err *e)
{
	git_repository *repo = NULL;
	struct git_api git;
	struct err why = {0};
	int rc;

	if (git__begin(&git, e) != 0)
		return -1;
	rc = git__open(&git, root, &repo, e);
	if (rc == 0 &&
		(read_head(&git, repo, f, e) != 0 || read_remote(&git, repo, f, e) != 0 ||
			read_dirty(&git, repo, f, e) != 0))
		rc = -1;
	if (rc == 0 && save && git__save(&git, repo, root, save, &f->left_out, &why) != 0)
		str_addf(&f->left_out, "everything: %s", why.msg);
	git.repository_free(repo);
	git__end(&git);
	return rc;
}

void
project_git_facts(const char *root, const char *save, struct jw *w)
{
	struct facts f = {0};
	struct err e = {0};

	jw_object(w);
	if (read_facts(root, save, &f, &e) != 0) {
		jw_kv_str(w, "unknown", e.msg);
	} else {
		jw_kv_str(w, "commit", f.commit);
		jw_kv_str(w, "branch", f.branch.s); /* null: a detached HEAD */
		jw_kv_str(w, "remote", f.remote.s); /* null: none */
		jw_kv_bool(w, "dirty", f.dirty);
		jw_kv_str(w, "left_out", f.left_out.s); /* null: nothing */
	}
	jw_end(w, '}');
	str_fini(&f.branch);
	str_fini(&f.remote);
	str_fini(&f.left_out);
}
