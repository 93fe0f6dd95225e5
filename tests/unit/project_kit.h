/* SPDX-License-Identifier: Apache-2.0
 * What the tests of project/ share: a folder of its own, files in it, and opening it. */
#ifndef TESTS_UNIT_PROJECT_KIT_H
#define TESTS_UNIT_PROJECT_KIT_H

#include "tests/unit/triplets.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include "project/project.h"

struct dir {
	char path[PATH_MAX]; /* without links */
	int fd;
};

static inline void
dir_open(struct dir *d)
{
	char name[] = "/tmp/mlc-project-XXXXXX";

	cr_assert(mkdtemp(name));
	cr_assert(realpath(name, d->path));
	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(d->fd >= 0);
}

static inline void
dir_write(const struct dir *d, const char *path, const char *text)
{
	struct err e = {0};

	cr_assert(file_mkdirs(d->fd, path, false, &e) == 0, "%s", e.msg);
	cr_assert(file_publish(d->fd, path, text, strlen(text), &e) == 0, "%s", e.msg);
}

static inline void
dir_mkdir(const struct dir *d, const char *path)
{
	char inner[PATH_MAX];
	struct err e = {0};

	(void)snprintf(inner, sizeof(inner), "%s/x", path);
	cr_assert(file_mkdirs(d->fd, inner, false, &e) == 0, "%s", e.msg);
}

static inline void
dir_close(struct dir *d)
{
	char parent[] = "/tmp";
	struct err e = {0};
	int tmp = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	close(d->fd);
	cr_expect(file_remove_tree(tmp, strrchr(d->path, '/') + 1, &e) == 0, "%s", e.msg);
	close(tmp);
}

/* Opens what must open. */
static inline struct project *
must_open(const struct dir *d, const struct project_opts *extra)
{
	struct project_opts opts = extra ? *extra : (struct project_opts){0};
	struct project *p = NULL;
	struct errs found = {0};

	opts.dir = opts.dir ? opts.dir : d->path;
	cr_assert(project_open(&p, &opts, &found) == 0, "%s", found.n ? found.v[0].msg : "?");
	errs_fini(&found);
	return p;
}

/* Opens what must not, and gives its first error. */
static inline struct err
must_fail(const struct dir *d, const struct project_opts *extra)
{
	struct project_opts opts = extra ? *extra : (struct project_opts){0};
	struct project *p = NULL;
	struct errs found = {0};
	struct err e = {0};

	opts.dir = opts.dir ? opts.dir : d->path;
	cr_assert(project_open(&p, &opts, &found) == -1);
	cr_assert(!p);
	cr_assert(found.n > 0);
	e = found.v[0];
	errs_fini(&found);
	return e;
}

#endif
