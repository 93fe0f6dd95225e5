/* SPDX-License-Identifier: Apache-2.0
 * Credentials files that others can read. Only where a secret stands in so many words: a file of
 * ${env:...} references gives nothing away, and a user's name is no secret. A warning, because files
 * that a container mounts have whatever mode it gives them. */
#include "project/parts.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Parts of the names under which secrets stand. */
static const char *const names[] = {
	"password", "passwd", "secret", "token", "key", "dsn", "uri", "url", "con", NULL};

static bool
is_telling(const char *key)
{
	for (const char *const *n = names; *n; n++)
		if (strcasestr(key, *n))
			return true;
	return false;
}

static void
check_file(struct project *p, const struct place *at)
{
	struct err e;
	struct stat st;
	int fd = file_open(p->rootfd, at->file, O_PATH | O_CLOEXEC, false, NULL);
	bool open_to_others = fd >= 0 && fstat(fd, &st) == 0 && st.st_mode & (S_IRGRP | S_IROTH);

	if (fd >= 0)
		close(fd);
	if (!open_to_others)
		return;
	err_set(&e, MLC_EXPOSED, "%s holds a secret, and others can read it (mode %03o)", at->file,
		(unsigned)st.st_mode & 0777);
	err_at(&e, at, NULL);
	err_help(&e, "chmod 600 %s; or take the value from the environment: ${env:NAME}", at->file);
	errs_add(&p->warnings, &e);
}

static void
look(struct project *p, const char *key, const struct ynode *n, struct map *seen)
{
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		look(p, key, n->u.items[i], seen);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
		look(p, n->u.pairs[i].key, n->u.pairs[i].value, seen);
	if (yaml_str(n) && n->kind != Y_NULL && !strstr(yaml_str(n), "${") && is_telling(key) &&
		map_put(seen, n->at.file, p))
		check_file(p, &n->at);
}

void
exposed_check(struct project *p, const struct ynode *credentials)
{
	struct map seen = {0};

	look(p, "", credentials, &seen);
	map_fini(&seen);
}
