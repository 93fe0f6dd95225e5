/* SPDX-License-Identifier: Apache-2.0
 * Models of a node: folders of the project, or elsewhere if the catalog or `node run` says so. */
#include "pipeline/ctx.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "model/model.h"

/* Opens the folder above a model, which may stand outside of the project; *name is the model's in it. */
static int
open_above(const struct ctx *c, const struct dataset *d, const char *path, const char **name,
	struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *above = mem_strdup(slash ? path : ".");

	if (slash)
		above[slash > path ? slash - path : 1] = '\0';
	int fd = file_open(c->job->rootfd, above, O_RDONLY | O_DIRECTORY, d->outside, e);
	*name = slash ? slash + 1 : path;
	free(above);
	return fd;
}

int
ctx_load_model(const struct ctx *c, const struct dataset *d, struct mlf_model **out, struct err *e)
{
	const char *name;
	int above = open_above(c, d, d->path, &name, e);
	int rc = above < 0 ? -1 : model_load(above, name, out, e);

	if (above >= 0)
		close(above);
	return rc;
}

int
ctx_save_model(const struct ctx *c, const struct dataset *d, const char *path,
	const struct mlf_model *m, struct err *e)
{
	const char *name;
	int above = open_above(c, d, path, &name, e);
	int rc = above < 0 ? -1 : model_save(m, above, name, e);

	if (above >= 0)
		close(above);
	return rc;
}
