/* SPDX-License-Identifier: Apache-2.0
 * Publishing a table that is no file of its own: its type commits what is staged, in one transaction
 * that writes down a token as well, so that it happens once however often it is tried.
 *
 *	          stage      token in the target      what table_publish does
 *	staged    there      no                       commits, removes the stage
 *	left      there      yes                      (killed in between) removes the stage
 *	done      none       yes                      nothing
 *	lost      none       no                       fails: MLC_PUBLISH
 *
 * The commit runs in a process of its own: a database's library may wait for locks, crash, or leave
 * threads and locks behind, and the runner is no place for that. With --in-process the runner has
 * threads already, from which a process cannot safely be forked; there it commits itself.
 *
 *	target    sqlite:data/warehouse.db#loans
 *	stage     data/.warehouse.db.RUN.NODE.DATASET.stage
 *
 * The token is the run and the last part of the stage. */
#include "catalog/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct commit {
	const struct mlf_dataset_type *type;
	struct dataset d; /* for messages */
	char *path;       /* owned: of the target */
	char stage[PATH_MAX], target[PATH_MAX];
	const char *staged; /* its last part */
	char *token;        /* owned */
	int dirfd;          /* owned */
	int rootfd;         /* borrowed */
};

bool
dataset_is_shared(const struct dataset *d)
{
	if (dataset_is_incremental(d)) /* what it holds depends on its checkpoint */
		return true;
	return d->type->commit != NULL;
}

bool
dataset_appends(const struct dataset *d)
{
	struct arena a = {0};
	bool appends = d->type->commit && str_eq(option_text(&a, d, "save_args", "mode"), "append");

	arena_fini(&a);
	return appends;
}

const struct mlf_dataset_type *
table_target(const char *target, char **path)
{
	const char *colon = strchr(target, ':'), *hash = strrchr(target, '#');
	const struct mlf_dataset_type *type;
	char *name;

	if (!colon || !hash || hash < colon)
		return NULL;
	name = mem_strdup(target);
	name[colon - target] = '\0';
	type = catalog_type(name);
	free(name);
	if (!type || !type->commit)
		return NULL;
	if (path && type->locate) {
		*path = mem_strdup(target);
	} else if (path) {
		*path = mem_strdup(colon + 1);
		(*path)[hash - colon - 1] = '\0';
	}
	return type;
}

char *
table_target_name(const struct dataset *d)
{
	struct arena a = {0};
	const char *table = option_text(&a, d, "", "table");
	struct str name = {0};

	if (dataset_is_remote(d)) {
		arena_fini(&a);
		return mem_strdup(d->path);
	}
	str_addf(&name, "%s:%s#%s", d->type->name, d->path, table ? table : "");
	arena_fini(&a);
	return name.s;
}

/* --- one commit ---------------------------------------------------------------------------------- */

/* Paths through the open folder: nothing can be put in its place meanwhile. */
static void
through(char path[static PATH_MAX], int dirfd, const char *name)
{
	(void)snprintf(path, PATH_MAX, "/proc/self/fd/%d/%s", dirfd, name);
}

/* SQLite would follow a link, out of the project; a database is changed where it lies. */
static int
check_link(int dirfd, const char *name, const struct dataset *d, struct err *e)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(st.st_mode))
		return 0;
	err_set(e, MLC_OUTSIDE, "`%s` is a link, and a database is not written through one",
		d->path);
	return err_help(e, "give the path of the database itself");
}

/* What lies on a server is reached with what its entry says. */
static int
know_entry(const struct commit *c, struct host *h)
{
	if (!c->type->locate || c->d.entry)
		return 0;
	return remote_recall(h, c->rootfd, c->staged);
}

static int
call(const struct commit *c, const char *token, struct err *e)
{
	struct host h;
	int rc;

	host_init(&h, &c->d, -1);
	h.e = e;
	rc = know_entry(c, &h);
	if (rc == 0)
		rc = c->type->commit(&h.pub, c->stage, c->target, token);
	host_fini(&h);
	return rc;
}

/* What the child says of a failure, through a pipe; nothing: it went well. */
static int
listen_to(int fd, pid_t pid, struct err *e)
{
	struct err said;
	size_t n = 0;
	ssize_t got = 1;
	int status = 0;

	while (n < sizeof(said) && got != 0) {
		got = read(fd, (char *)&said + n, sizeof(said) - n);
		if (got < 0 && errno != EINTR)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n == sizeof(said)) {
		if (e)
			*e = said;
		return -1;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(e, MLC_PUBLISH, "the process that commits was killed by SIG%s",
			sigabbrev_np(WTERMSIG(status)));
	return err_set(e, MLC_PUBLISH, "the process that commits ended with exit code %d",
		WEXITSTATUS(status));
}

/* In the child: nothing of the parent is freed, closed or flushed. */
static _Noreturn void
commit_and_leave(const struct commit *c, int fd)
{
	struct err e = {0};
	int rc;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	rc = call(c, c->token, &e);
	if (rc < 0)
		(void)!file_write_all(fd, &e, sizeof(e), NULL);
	_exit(rc < 0);
}

static bool
has_threads(void)
{
	struct stat st;

	return stat("/proc/self/task", &st) == 0 && st.st_nlink > 3;
}

static int
call_apart(const struct commit *c, struct err *e)
{
	int fds[2], rc;
	pid_t pid;

	if (has_threads())
		return call(c, c->token, e);
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_errno(e, MLC_PUBLISH, "cannot make a pipe");
	pid = fork();
	if (pid == 0)
		commit_and_leave(c, fds[1]);
	close(fds[1]);
	rc = pid < 0 ? err_errno(e, MLC_PUBLISH, "cannot fork") : listen_to(fds[0], pid, e);
	close(fds[0]);
	return rc;
}

/* --- publishing ---------------------------------------------------------------------------------- */

/* 1: the token stands in the target, 0, -1: that cannot be told now. */
static int
ask_token(const struct commit *c, struct err *e)
{
	struct host h;
	int rc = 0;

	host_init(&h, &c->d, -1);
	h.e = e;
	if (c->type->locate)
		rc = know_entry(c, &h) < 0 ? -1 : c->type->probe(&h.pub, c->target, c->token);
	else if (file_exists(c->dirfd, strrchr(c->target, '/') + 1))
		rc = c->type->probe(&h.pub, c->target, c->token);
	host_fini(&h);
	return rc;
}

/* The stage is gone: fine if the token is there. */
static int
check_done(const struct commit *c, struct err *e)
{
	if (ask_token(c, e) > 0)
		return 0;
	err_set(e, MLC_PUBLISH, "`%s` cannot be published: what was staged for it is gone",
		c->d.name);
	return err_help(e, "somebody removed it; run the node that writes it again");
}

/* A commit of which nothing was heard may have happened all the same. A file that cannot be asked has a
 * journal to be rolled back: there it did not. */
static int
commit(const struct commit *c, struct err *e)
{
	struct err ignored;

	if (call_apart(c, e) == 0 || ask_token(c, &ignored) == 1)
		return 0;
	return -1;
}

/* The folder of stage and target; on a server there is nothing but the stage. */
static int
open_folder(struct commit *c, int rootfd, const struct publish_item *item, struct err *e)
{
	const char *name;

	if (c->type->locate) {
		c->dirfd = file_open_parent(rootfd, item->stage, false, &name, e);
		(void)snprintf(c->target, sizeof(c->target), "%s", item->target);
		return c->dirfd < 0 ? -1 : 0;
	}
	c->dirfd = file_open_parent(rootfd, c->path, item->outside, &name, e);
	if (c->dirfd < 0 || check_link(c->dirfd, name, &c->d, e) < 0)
		return -1;
	through(c->target, c->dirfd, name);
	return 0;
}

static int
open_commit(struct commit *c, int rootfd, const struct publish_item *item, struct err *e)
{
	struct str token = {0};

	c->type = table_target(item->target, &c->path);
	c->rootfd = rootfd;
	c->d = (struct dataset){.name = item->target, .type = c->type, .path = c->path};
	if (c->type->locate && item->entry)
		c->d = *item->entry;
	c->staged = item->stage + (parent_len(item->stage) ? parent_len(item->stage) + 1 : 0);
	str_addf(&token, "%s %s", item->run ? item->run : "", c->staged);
	c->token = token.s;
	if (open_folder(c, rootfd, item, e) < 0)
		return -1;
	through(c->stage, c->dirfd, c->staged);
	return 0;
}

static void
commit_fini(struct commit *c)
{
	if (c->dirfd >= 0)
		close(c->dirfd);
	free(c->path);
	free(c->token);
}

int
table_publish(int rootfd, const struct publish_item *item, struct err *e)
{
	struct commit c = {.dirfd = -1};
	int rc = open_commit(&c, rootfd, item, e);

	if (rc == 0 && !file_exists(c.dirfd, c.staged))
		rc = check_done(&c, e);
	else if (rc == 0 && (rc = commit(&c, e)) == 0)
		rc = file_remove_tree(c.dirfd, c.staged, e);
	if (rc < 0)
		err_wrap(e, "cannot publish `%s`", item->target);
	commit_fini(&c);
	return rc < 0 ? -1 : 0;
}

bool
publish_unsure(int rootfd, const struct publish_item *items, size_t n)
{
	bool unsure = false;

	for (size_t i = 0; i < n && !unsure; i++) {
		struct commit c = {.dirfd = -1};
		struct err ignored;

		if (!path_is_remote(items[i].target))
			continue;
		unsure = open_commit(&c, rootfd, &items[i], &ignored) < 0 ||
			ask_token(&c, &ignored) < 0;
		commit_fini(&c);
	}
	return unsure;
}

int
table_rehearse(
	const struct dataset *d, int dirfd, const char *stage, const char *target, struct err *e)
{
	struct commit c = {.type = d->type, .d = *d, .dirfd = dirfd};

	through(c.stage, dirfd, stage);
	if (dataset_is_remote(d)) {
		(void)snprintf(c.target, sizeof(c.target), "%s", d->path);
		return call(&c, NULL, e);
	}
	if (check_link(dirfd, target, d, e) < 0)
		return -1;
	if (!file_exists(dirfd, target)) /* there is nothing that could refuse */
		return 0;
	through(c.target, dirfd, target);
	return call(&c, NULL, e);
}

bool
table_exists(const struct dataset *d, int fd)
{
	char path[64];
	struct err ignored;
	struct host h;
	int rc;

	if (!d->type->exists)
		return true;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	host_init(&h, d, -1);
	h.e = &ignored;
	rc = d->type->exists(&h.pub, dataset_is_remote(d) ? d->path : path);
	host_fini(&h);
	return rc != 0;
}

/* --- contents ------------------------------------------------------------------------------------ */

int
dataset_content(const struct dataset *d, int rootfd, char hash[static HASH_XXH_HEX], struct err *e)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct read_opts o = {.rootfd = rootfd, .segs = segs};
	struct read_facts facts;
	struct reader *r = NULL;
	struct frame *f;
	int rc = dataset_open(d, &o, &r, e);

	while (rc == 0 && (rc = reader_next(r, &f, e)) == 1) {
		frame_unref(f);
		rc = 0;
	}
	if (r && rc == 0) {
		reader_facts(r, &facts);
		memcpy(hash, facts.hash, HASH_XXH_HEX);
	}
	reader_close(r);
	segs_free(segs);
	return rc;
}
