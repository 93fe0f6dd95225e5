/* SPDX-License-Identifier: Apache-2.0
 * Contracts from elsewhere than the project's configuration: from a file or folder that is named, and
 * from a revision of git. A folder holds the parts of one contract, as in the project. */
#include "cmd/contracts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The texts of a contract; paths in the arena. */
struct parts {
	struct arena *a;
	struct contract_text *v; /* owned, with their texts */
	size_t n, cap;
};

static struct contract_text *
add_part(struct parts *p, const char *path)
{
	p->v = mem_grow(p->v, &p->cap, p->n + 1, sizeof(*p->v));
	p->v[p->n] = (struct contract_text){.path = arena_strdup(p->a, path)};
	return &p->v[p->n++];
}

static int
by_path(const void *a, const void *b)
{
	const struct contract_text *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* Parses them in the order of their names, unless reading failed; frees them in any case. */
static int
parts_parse(struct parts *p, int rc, struct err *e, const struct contract **out, struct errs *found)
{
	*out = NULL;
	if (rc < 0) {
		errs_add(found, e);
	} else {
		qsort(p->v, p->n, sizeof(*p->v), by_path);
		rc = contract_parse_all(p->a, p->v, p->n, out, found);
	}
	for (size_t i = 0; i < p->n; i++)
		str_fini(&p->v[i].text);
	free(p->v);
	return rc;
}

static bool
is_yaml(const char *name)
{
	return name[0] != '.' && (str_ends(name, ".yml") || str_ends(name, ".yaml"));
}

/* ---- from files */

static int
read_part(struct parts *p, const char *path, struct err *e)
{
	struct contract_text *part;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return err_errno(e, MLC_FILE, "cannot open %s", path);
	part = add_part(p, path);
	rc = file_read_fd(fd, path, &part->text, e);
	close(fd);
	return rc;
}

static int
read_folder(struct parts *p, const char *path, struct err *e)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int rc = 0;

	if (!dir)
		return err_errno(e, MLC_FILE, "cannot open %s", path);
	while (rc == 0 && (errno = 0, d = readdir(dir)))
		if (is_yaml(d->d_name))
			rc = read_part(p, arena_printf(p->a, "%s/%s", path, d->d_name), e);
	if (rc == 0 && errno)
		rc = err_errno(e, MLC_FILE, "cannot list %s", path);
	closedir(dir);
	if (rc == 0 && !p->n)
		rc = err_set(e, MLC_CONTRACT_FILE, "the folder %s holds no contract", path);
	return rc;
}

int
contract_at_path(struct arena *a, const char *path, const struct contract **out, struct errs *found)
{
	struct parts p = {.a = a};
	struct err e = {0};
	struct stat st;
	bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	int rc = folder ? read_folder(&p, path, &e) : read_part(&p, path, &e);

	return parts_parse(&p, rc, &e, out, found);
}

/* ---- from git */

/* What `git show REV:./PATH` prints in the project's folder. -1 with git's own words on stderr, unless
 * they are not wanted. */
static int
git_show(const struct app *a, const char *object, bool quiet, struct str *out, struct err *e)
{
	char *const argv[] = {(char *)(uintptr_t) "git", (char *)(uintptr_t) "-C", a->project->root,
		(char *)(uintptr_t) "show", (char *)(uintptr_t)object, NULL};
	posix_spawn_file_actions_t actions;
	int fds[2], status = -1, rc = -1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_errno(e, MLC_BUG, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	if (quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, "git", &actions, NULL, argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	if (pid > 0)
		rc = file_read_fd(fds[0], object, out, e);
	close(fds[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == 0)
		return rc;
	err_set(e, MLC_NOT_FOUND, "git does not show %s", object);
	return err_help(e, "--against wants a file, or a revision that has the contract");
}

/* git shows a folder as "tree OBJECT", an empty line, and the names in it. */
static int
show_folder(const struct app *a, struct parts *p, const char *object, char *names, struct err *e)
{
	int rc = 0;

	for (char *name = strsep(&names, "\n"); name && rc == 0; name = strsep(&names, "\n")) {
		struct contract_text *part;

		if (!is_yaml(name))
			continue;
		part = add_part(p, arena_printf(p->a, "%s/%s", object, name));
		rc = git_show(a, part->path, false, &part->text, e);
	}
	return rc;
}

static int
show(const struct app *a, struct parts *p, const char *object, bool quiet, struct err *e)
{
	struct str text = {0};
	int rc = git_show(a, object, quiet, &text, e);
	bool folder = str_starts(str_text(&text), "tree ");

	if (rc == 0 && folder)
		rc = show_folder(a, p, object, text.s, e);
	if (rc == 0 && folder && !p->n)
		rc = err_set(e, MLC_CONTRACT_FILE, "the folder %s holds no contract", object);
	if (rc == 0 && !folder)
		str_addn(&add_part(p, object)->text, str_text(&text), text.len);
	str_fini(&text);
	return rc;
}

/* What was a file may be a folder by now, and the other way round. */
static const char *
other_form(struct arena *a, const char *path)
{
	return is_yaml(path) ? arena_printf(a, "%.*s", (int)(strrchr(path, '.') - path), path)
			     : arena_printf(a, "%s.yml", path);
}

int
contract_at_revision(struct app *a, struct arena *arena, const char *rev, const char *path,
	const struct contract **out, struct errs *found)
{
	const char *object = arena_printf(arena, "%s:./%s", rev, path);
	const char *other = arena_printf(arena, "%s:./%s", rev, other_form(arena, path));
	struct parts p = {.a = arena};
	struct err e = {0};
	int rc = show(a, &p, object, true, &e);

	if (rc < 0)
		rc = show(a, &p, other, true, &e);
	if (rc < 0)
		rc = show(a, &p, object, false, &e);
	return parts_parse(&p, rc, &e, out, found);
}
