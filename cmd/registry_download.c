/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry download: the folder of a version, verified, to where it is wanted. */
#include "cmd/outdir.h"
#include "cmd/registry.h"

#include <fcntl.h>
#include <unistd.h>

static int
fetch(struct app *a, const struct version_row *v, const struct outdir *o, struct err *e)
{
	struct str folder = {0};
	int from = -1, rc = 0;
	if (v->hash) /* another program's version is taken as it is */
		rc = store_verify(a->store, v, e);
	if (rc == 0)
		rc = store_version_folder(a->store, v, &folder, e);
	if (rc == 0)
		rc = from = file_open(AT_FDCWD, folder.s, O_RDONLY | O_DIRECTORY, true, e);
	if (from >= 0) {
		rc = file_copy_into(from, o->fd, e);
		close(from);
	}
	str_fini(&folder);
	return rc;
}

static int
run(struct app *a)
{
	struct arena arena = {0};
	struct version_row v;
	struct outdir o;
	struct err e = {0};
	int code = 0;
	if (store_version(a->store, &arena, a->args[0], &v, &e) < 0) {
		code = report(a, &e);
	} else {
		int rc = outdir_begin(&o, a->args[1], &e);
		if (rc == 0)
			rc = fetch(a, &v, &o, &e);
		if (outdir_end(&o, rc, &e) < 0)
			code = report(a, &e);
		else if (!a->g.quiet)
			(void)fprintf(stderr, "%s version %lld is in %s\n", v.name,
				(long long)v.version, a->args[1]);
	}
	arena_fini(&arena);
	return code;
}

static const char *const examples[] = {
	"mlflow-c registry download loan@champion model", "into the new folder `model`", NULL};
const struct cmd cmd_registry_download = {
	.name = "registry download",
	.args = "MODEL[@VERSION] DIR",
	.min_args = 2,
	.max_args = 2,
	.summary = "Copy the folder of a version, verified.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run,
};
