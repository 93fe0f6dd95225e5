/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry diff: what differs between two versions: the runs they come from, their signatures
 * and their files. */
#include "cmd/compare.h"
#include "cmd/registry.h"

struct diff_args {
	bool all, exit_code;
};

static void
add_version(struct comparison *c, size_t i, const struct about_version *v)
{
	struct str text = {0};
	compare_set(c, i, "model", "stage", v->row.stage);
	for (size_t k = 0; k < v->n_columns; k++) {
		str_reset(&text);
		str_addf(&text, "signature.%s", v->columns[k].name);
		compare_set(c, i, "model", text.s, v->columns[k].type);
	}
	for (size_t k = 0; k < v->detail.n_files; k++)
		/* MLmodel holds the identity: it differs always */
		if (!str_eq(v->detail.files[k].name, "MLmodel")) {
			str_reset(&text);
			str_addf(&text, "%.12s", v->detail.files[k].hash);
			compare_set(c, i, "file", v->detail.files[k].name, text.s);
		}
	str_fini(&text);
}

static int
add(struct app *a, struct comparison *c, const char *which, struct about_version *v, struct err *e)
{
	if (about_version_open(a, which, v, e) < 0)
		return -1;
	if (!v->row.run_name) {
		err_set(e, MLC_NOT_FOUND, "the run of %s version %lld is not on record",
			v->row.name, (long long)v->row.version);
		return err_help(e, "what is known: mlflow-c registry show %s", which);
	}
	const char *label =
		arena_printf(&v->arena, "%s@%lld", v->row.name, (long long)v->row.version);
	if (compare_run(c, a, v->row.run_id, label, e) < 0)
		return -1;
	add_version(c, c->n - 1, v);
	return 0;
}

static int
run(struct app *a)
{
	const struct diff_args *args = a->opts;
	struct comparison *c = mem_alloc(sizeof(*c));
	struct about_version v[2] = {0};
	struct err e = {0};
	int rc = add(a, c, a->args[0], &v[0], &e);
	if (rc == 0)
		rc = add(a, c, a->args[1], &v[1], &e);
	int code = rc < 0 ? report(a, &e) : compare_print(a, c, args->all, args->exit_code);
	about_version_fini(&v[0]);
	about_version_fini(&v[1]);
	compare_free(c);
	return code;
}

static const char *const examples[] = {"mlflow-c registry diff loan@7 loan@8",
	"what differs between two versions", "mlflow-c registry diff loan@champion loan",
	"the champion and the newest", NULL};
static const struct opt opts[] = {
	{"all", 0, OPT_FLAG, offsetof(struct diff_args, all), NULL,
		"also what is the same, and times"},
	{"exit-code", 0, OPT_FLAG, offsetof(struct diff_args, exit_code), NULL,
		"end with 10 if anything differs"},
	{0},
};
const struct cmd cmd_registry_diff = {
	.name = "registry diff",
	.args = "MODEL[@VERSION] MODEL[@VERSION]",
	.min_args = 2,
	.max_args = 2,
	.summary = "What differs between two versions: metrics, inputs, files.",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct diff_args),
	.run = run,
};
