/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry tag and registry describe: what people say about a model or a version. A name alone
 * is the model, NAME@VERSION the version. */
#include "cmd/registry.h"

struct tag_args {
	const char *remove;
};

struct subject {
	struct arena arena;
	const char *model;
	int64_t number;
	const int64_t *version; /* &number, or NULL: the model itself */
	const char *description;
	struct version_detail detail;
};

static int
open_subject(struct app *a, struct subject *s, struct err *e)
{
	struct version_row v = {0};
	struct model_info model = {0};
	if (store_model(a->store, &s->arena, a->args[0], &model, NULL) == 0) {
		s->model = model.name;
		s->description = model.description;
		v = (struct version_row){.name = model.name};
		return store_version_detail(a->store, &s->arena, &v, &s->detail, e);
	}
	if (store_version(a->store, &s->arena, a->args[0], &v, e) < 0)
		return -1;
	s->model = v.name;
	s->number = v.version;
	s->version = &s->number;
	s->description = v.description;
	return store_version_detail(a->store, &s->arena, &v, &s->detail, e);
}

static bool
has_tag(const struct subject *s, const char *key)
{
	const struct tag *v = s->version ? s->detail.tags : s->detail.model_tags;
	size_t n = s->version ? s->detail.n_tags : s->detail.n_model_tags;
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].key, key))
			return true;
	return false;
}

static int
change(struct app *a, const struct tag_args *args, struct subject *s, struct err *e)
{
	struct tag_list tags;
	if (run_tags_parse(&s->arena, a, args->remove, &tags, e) < 0)
		return -1;
	if (args->remove && !has_tag(s, args->remove)) {
		err_set(e, MLC_NOT_FOUND, "%s has no tag `%s`", a->args[0], args->remove);
		return err_help(e, "its tags: mlflow-c registry show %s", a->args[0]);
	}
	return store_model_tag(a->store, s->model, s->version, tags.v, tags.n, e);
}

static int
run_tag(struct app *a)
{
	struct subject s = {0};
	struct err e = {0};
	int code = 0;
	if (app_store(a, STORE_WRITE, &e) < 0 || open_subject(a, &s, &e) < 0 ||
		change(a, a->opts, &s, &e) < 0)
		code = report(a, &e);
	arena_fini(&s.arena);
	return code;
}

static int
run_describe(struct app *a)
{
	struct subject s = {0};
	struct err e = {0};
	int code = 0;
	bool writes = a->n_args > 1;
	const char *text = writes && *a->args[1] ? a->args[1] : NULL;
	if (app_store(a, writes ? STORE_WRITE : STORE_READ, &e) < 0 ||
		open_subject(a, &s, &e) < 0 ||
		(writes && store_describe(a->store, s.model, s.version, text, &e) < 0))
		code = report(a, &e);
	else if (!writes && s.description)
		(void)printf("%s\n", s.description);
	arena_fini(&s.arena);
	return code;
}

static const char *const tag_examples[] = {"mlflow-c registry tag loan@3 audited=yes",
	"a version; several may follow", "mlflow-c registry tag loan team=risk", "the model", NULL};
static const struct opt tag_opts[] = {
	{"remove", 0, OPT_STR, offsetof(struct tag_args, remove), "KEY", "remove this tag"}, {0}};
const struct cmd cmd_registry_tag = {
	.name = "registry tag",
	.args = "MODEL[@VERSION] [KEY=VALUE...]",
	.min_args = 1,
	.max_args = 100,
	.summary = "Set tags of a model or a version, or remove one.",
	.examples = tag_examples,
	.needs = NEEDS_PROJECT,
	.opts = tag_opts,
	.opts_size = sizeof(struct tag_args),
	.run = run_tag,
};

static const char *const describe_examples[] = {
	"mlflow-c registry describe loan@3 \"after the audit\"", "write",
	"mlflow-c registry describe loan", "read", NULL};
const struct cmd cmd_registry_describe = {
	.name = "registry describe",
	.args = "MODEL[@VERSION] [TEXT]",
	.min_args = 1,
	.max_args = 2,
	.summary = "Describe a model or a version, or read that.",
	.examples = describe_examples,
	.needs = NEEDS_PROJECT,
	.run = run_describe,
};
