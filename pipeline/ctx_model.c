/* SPDX-License-Identifier: Apache-2.0
 * Models of a node: folders of the project, or elsewhere if the catalog or `node run` says so. */
#include "pipeline/ctx.h"

#include <unistd.h>
#include "model/model.h"

/* Where to look for a model, and what it is called from there: the root, which stays open, or the folder
 * above a model elsewhere. */
static int
open_above(const struct ctx *c, const struct dataset *d, const char **path, struct err *e)
{
	return d->outside ? file_open_parent(c->job->rootfd, *path, true, path, e) : c->job->rootfd;
}

static void
close_above(const struct ctx *c, int fd)
{
	if (fd >= 0 && fd != c->job->rootfd)
		close(fd);
}

int
ctx_load_model(const struct ctx *c, const struct dataset *d, struct mlf_model **out, struct err *e)
{
	const char *path = d->path;
	int above = open_above(c, d, &path, e);
	int rc = above < 0 ? -1 : model_load(above, path, out, e);

	close_above(c, above);
	return rc;
}

int
ctx_save_model(const struct ctx *c, const struct dataset *d, const char *path,
	const struct mlf_model *m, struct err *e)
{
	int above = open_above(c, d, &path, e);
	int rc = above < 0 ? -1 : model_save(m, above, path, e);

	close_above(c, above);
	return rc;
}
