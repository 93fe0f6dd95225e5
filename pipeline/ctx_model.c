/* SPDX-License-Identifier: Apache-2.0
 * Models of a node: folders of the project, or elsewhere if the catalog or `node run` says so. */
#include "pipeline/ctx.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "model/model.h"

/* The folder beneath which a model is, as a descriptor to be closed; *path becomes what it is called there. */
static int
open_root(const struct ctx *c, const struct dataset *d, const char **path, struct err *e)
{
	const char *slash = strrchr(*path, '/');
	char *above;
	int fd;

	if (!d->outside || !slash)
		return file_open(c->job->rootfd, ".", O_RDONLY | O_DIRECTORY, false, e);
	above = mem_strdup(*path);
	above[slash > *path ? slash - *path : 1] = '\0';
	fd = file_open(c->job->rootfd, above, O_RDONLY | O_DIRECTORY, true, e);
	free(above);
	*path = slash + 1;
	return fd;
}

int
ctx_load_model(const struct ctx *c, const struct dataset *d, struct mlf_model **out, struct err *e)
{
	const char *path = d->path;
	int root = open_root(c, d, &path, e);
	int rc = root < 0 ? -1 : model_load(root, path, out, e);

	if (root >= 0)
		close(root);
	return rc;
}

int
ctx_save_model(const struct ctx *c, const struct dataset *d, const char *path,
	const struct mlf_model *m, struct err *e)
{
	int root = open_root(c, d, &path, e);
	int rc = root < 0 ? -1 : model_save(m, root, path, e);

	if (root >= 0)
		close(root);
	return rc;
}
