/* SPDX-License-Identifier: Apache-2.0
 * Opening and closing a store.
 *
 *	STORE_WRITE: folders, lock file -> create if absent -> is it one? -> migrate -> recover
 *	STORE_READ:  absent: empty lists -> is it one? -> dead runs? a short STORE_WRITE on the side
 *
 * Whether the file is a store is decided on a read-only connection, so that nothing of a file that is
 * something else, or damaged, is ever changed. The path is resolved first: the lock file must be the
 * same one for everybody, whatever links they came by. */
#include "registry/store.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/utsname.h>
#include <unistd.h>

static void
read_boot_id(char *out, size_t cap)
{
	struct str text = {0};

	if (file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", true, &text, NULL) < 0)
		str_add(&text, "unknown");
	(void)snprintf(out, cap, "%.*s", (int)strcspn(text.s, "\n"), text.s);
	str_fini(&text);
}

/* The path without links; as much of it as exists. */
static char *
resolve(const char *root, const char *path)
{
	struct str b = {0};
	char real[PATH_MAX], *slash;

	str_addf(&b, "%s%s%s", *path == '/' ? "" : root, *path == '/' ? "" : "/", path);
	if (realpath(b.s, real)) {
		str_reset(&b);
		str_add(&b, real);
		return b.s;
	}
	slash = strrchr(b.s, '/');
	*slash = '\0';
	if (realpath(*b.s ? b.s : "/", real)) {
		char *whole = NULL;
		struct str joined = {0};

		str_addf(&joined, "%s/%s", str_eq(real, "/") ? "" : real, slash + 1);
		whole = joined.s;
		str_fini(&b);
		return whole;
	}
	*slash = '/';
	return b.s;
}

static struct store *
store_new(const struct store_opts *o)
{
	struct store *s = mem_alloc(sizeof *s);
	struct utsname machine;

	s->path = resolve(o->root, o->path);
	s->shown = mem_strdup(o->path);
	s->root = mem_strdup(o->root);
	s->experiment = mem_strdup(o->experiment);
	s->rootfd = o->rootfd;
	s->clock = o->clock;
	s->mode = o->mode;
	s->locks.fd = -1;
	if (uname(&machine) == 0)
		(void)snprintf(s->host, sizeof s->host, "%s", machine.nodename);
	read_boot_id(s->boot, sizeof s->boot);
	return s;
}

/* Is the file a store? Read-only, and the connection stays open if keep. */
static int
inspect(struct store *s, bool keep, struct err *e)
{
	if (schema__check_file(s, e) < 0)
		return -1;
	if (db_open(&s->db, s->path, DB_READ, e) < 0)
		return schema__unreadable(s, e);
	if (schema__check(s, e) < 0)
		return -1;
	if (!keep) {
		db_close(s->db);
		s->db = NULL;
	}
	return 0;
}

static int
check_experiment(const struct store *s, struct err *e)
{
	if (s->experiment && str_is_name(s->experiment))
		return 0;
	err_set(e, MLC_NAME, "`%.200s` cannot be the name of an experiment",
		s->experiment ? s->experiment : "");
	return err_help(e,
		"let `experiment:` in mlflow-c.yml be up to 128 letters, digits and any "
		"of _ . -, not a dot first");
}

/* A store that several projects share is where they agree on. */
static bool
lies_outside(const char *path)
{
	return *path == '/' || str_starts(path, "../");
}

static int
open_writing(struct store *s, const struct store_opts *o, struct err *e)
{
	if (check_experiment(s, e) < 0 ||
		file_mkdirs(s->rootfd, o->path, lies_outside(o->path), e) < 0)
		return -1;
	free(s->path);
	s->path = resolve(o->root, o->path); /* the folder may exist only now */
	if (lock__open(&s->locks, s->path, LOCK_HOLD, e) < 0)
		return -1;
	if (access(s->path, F_OK) < 0 && create__store(s, e) < 0)
		return -1;
	if (inspect(s, false, e) < 0)
		return -1;
	if (db_open(&s->db, s->path, DB_WRITE, e) < 0)
		return schema__unreadable(s, e);
	if (schema__migrate(s, e) < 0)
		return -1;
	return recover__all(s, e);
}

/* Best effort: what cannot be recovered now, in a read-only folder for instance, is listed as it is. */
static void
recover_aside(struct store *s, const struct store_opts *o)
{
	struct store_opts writing = *o;
	struct store *other;
	bool needed;

	if (s->level == 0 || lock__open(&s->locks, s->path, LOCK_LOOK, NULL) < 0)
		return;
	needed = recover__needed(s);
	lock__close(&s->locks);
	writing.mode = STORE_WRITE;
	if (!needed || store_open(&other, &writing, NULL) < 0)
		return;
	s->recovered = other->recovered;
	s->n_recovered = other->n_recovered;
	other->recovered = NULL;
	other->n_recovered = 0;
	store_close(other);
}

static int
open_reading(struct store *s, const struct store_opts *o, struct err *e)
{
	if (access(s->path, F_OK) < 0)
		return 0;
	if (inspect(s, true, e) < 0)
		return -1;
	recover_aside(s, o);
	return 0;
}

int
store_open(struct store **out, const struct store_opts *o, struct err *e)
{
	struct store *s = store_new(o);
	int rc = o->mode == STORE_WRITE ? open_writing(s, o, e) : open_reading(s, o, e);

	*out = rc == 0 ? s : NULL;
	if (rc < 0)
		store_close(s);
	return rc;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	db_close(s->db);
	lock__close(&s->locks);
	for (size_t i = 0; i < s->n_recovered; i++)
		free(s->recovered[i]);
	free(s->recovered);
	free(s->path);
	free(s->shown);
	free(s->root);
	free(s->experiment);
	free(s);
}

size_t
store_recovered(const struct store *s, size_t i, const char **name)
{
	if (name)
		*name = i < s->n_recovered ? s->recovered[i] : NULL;
	return s->n_recovered;
}
