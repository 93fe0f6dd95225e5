/* SPDX-License-Identifier: Apache-2.0
 * Datasets on a server, of types that locate:
 *
 *	path, and target     postgres://localhost:5432/shop#public.loans
 *	stage                runs/.stage/.postgres.RUN.NODE.=ENVIRONMENT=DATASET.stage
 *
 * A stage holds no secret, nor does the intent that names it. But its name says whose entry it is of,
 * and whoever commits it looks the entry up:
 *
 *	in the run           the catalog is at hand: the entry itself
 *	in a recovery        the project is opened again, in the environment of the run */
#include "catalog/inside.h"

#include <string.h>

#define STAGES "runs/.stage"
#define PLACE_MAX 1024

bool
dataset_is_remote(const struct dataset *d)
{
	return d->type->locate != NULL;
}

bool
path_is_remote(const char *path)
{
	const char *colon = strstr(path, "://");

	return colon && !memchr(path, '/', (size_t)(colon - path));
}

bool
dataset_is_registered(const struct dataset *d)
{
	return d->kind == MLF_MODEL && d->path && str_starts(d->path, MODEL_URI);
}

int
remote_locate(struct host *h, struct arena *a, const char **path)
{
	const struct mlf_dataset_type *type = h->d->type;
	char place[PLACE_MAX] = "";

	if (!type->locate)
		return 0;
	if (type->locate(&h->pub, place, sizeof(place)) < 0)
		return -1;
	*path = arena_printf(a, "%s://%s", type->name, place);
	return 0;
}

char *
remote_home(const char *target)
{
	struct str home = {0};

	str_addf(&home, STAGES "/%.*s", (int)strcspn(target, ":"), target);
	return home.s;
}

/* --- notes --------------------------------------------------------------------------------------- */

/* Neither a dataset nor an environment can have a `=` in its name. */
void
remote_add_note(struct str *name, const struct dataset *d)
{
	str_addf(name, "=%s=%s", d->conf ? d->conf : "base", d->name);
}

/* The two names, in the arena of the host; false if they are not there. */
static bool
read_note(struct host *h, const char *stage, char **conf, char **name)
{
	static const char end[] = ".stage";
	const char *first = strchr(stage, '='), *second = first ? strchr(first + 1, '=') : NULL;
	size_t n = second ? strlen(second + 1) : 0, tail = sizeof(end) - 1;

	if (n <= tail || !str_ends(stage, end))
		return false;
	*conf = arena_printf(&h->texts, "%.*s", (int)(second - first - 1), first + 1);
	*name = arena_printf(&h->texts, "%.*s", (int)(n - tail), second + 1);
	return true;
}

static int
look_up(struct host *h, int rootfd, const char *conf, const char *name, struct errs *found)
{
	char root[64];
	struct project_opts o = {.dir = root, .env = conf};

	(void)snprintf(root, sizeof(root), "/proc/self/fd/%d", rootfd);
	if (project_open(&h->project, &o, found) < 0 ||
		catalog_load(&h->catalog, h->project, found) < 0)
		return -1;
	h->d = catalog_find(h->catalog, name, found);
	return h->d ? 0 : -1;
}

static int
not_found(struct host *h, const char *conf, const char *name, const struct errs *found)
{
	err_set(h->e, MLC_PUBLISH, "the configuration %s does not say how to reach `%s`: %s", conf,
		name, found->n ? found->v[0].msg : "its catalog has no such entry");
	return err_help(h->e, "it is looked up again because the run died before it was through");
}

int
remote_recall(struct host *h, int rootfd, const char *stage)
{
	const struct dataset *asked = h->d;
	struct errs found = {0};
	char *conf, *name;
	int rc = 0;

	if (!read_note(h, stage, &conf, &name))
		return err_set(h->e, MLC_PUBLISH, "`%s` is not what a stage is called", stage);
	if (look_up(h, rootfd, conf, name, &found) < 0) {
		rc = not_found(h, conf, name, &found);
	} else if (!h->d->path || !str_eq(h->d->path, asked->path)) {
		rc = err_set(h->e, MLC_PUBLISH, "dataset `%s` of the configuration %s is `%s` now",
			name, conf, h->d->path ? h->d->path : "in memory");
	}
	if (rc < 0)
		h->d = asked;
	errs_fini(&found);
	return rc;
}
