/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c contract release: quarantined rows, corrected or as they are, go through the contract again;
 * those that pass are published into the dataset, as a run of their own. */
#include "cmd/contracts.h"

struct release_args {
	const char *file, *where;
};

/* The file of corrected rows as a dataset: with the options of the quarantine, elsewhere. Whoever names
 * it on the command line may read it, wherever it is. */
static int
corrected(struct app *a, const struct dataset *quarantine, struct arena *arena, struct dataset *out,
	struct errs *found)
{
	const struct release_args *args = a->opts;
	char *path = realpath(args->file, NULL);
	size_t root = strlen(a->project->root);
	struct err e = {0};

	if (!path) {
		err_errno(&e, MLC_DATA_MISSING, "cannot open %s", args->file);
		errs_add(found, &e);
		return -1;
	}
	*out = *quarantine;
	out->outside = !str_starts(path, a->project->root) || path[root] != '/';
	out->path = arena_strdup(arena, out->outside ? path : path + root + 1);
	out->name = arena_strdup(arena, args->file);
	free(path);
	return 0;
}

static void
tell(struct app *a, const struct release *o, const struct release_result *r)
{
	struct str out = {0};
	struct jw w;

	if (a->g.json) {
		answer_begin(a, &w, &out);
		jw_object(&w);
		jw_kv_str(&w, "dataset", o->target->name);
		jw_kv_str(&w, "run_id", r->run.id);
		jw_kv_str(&w, "name", r->run.name);
		jw_kv_i64(&w, "tried", r->tried);
		jw_kv_i64(&w, "released", r->released);
		jw_kv_i64(&w, "quarantined", r->kept);
		jw_end(&w, '}');
		answer_end(&w, &out);
		return;
	}
	str_add_count(&out, r->released);
	str_addf(&out, " row%s released into `%s` by run %s; ", r->released == 1 ? "" : "s",
		o->target->name, r->run.name);
	str_add_count(&out, r->kept);
	str_addf(&out, " in quarantine");
	(void)printf("%s\n", str_text(&out));
	str_fini(&out);
}

static int
release(struct app *a, struct release *o)
{
	struct release_result r;
	struct err e = {0};
	int code = 0;

	if (app_store(a, STORE_WRITE, &e) < 0)
		return report(a, &e);
	o->store = a->store;
	if (release_rows(o, &r, &e) < 0)
		code = report(a, &e);
	else
		tell(a, o, &r);
	release_result_fini(&r);
	return code;
}

/* The dataset, and the quarantine beside it; both have to be there. */
static int
find_both(struct app *a, const struct catalog *c, struct arena *arena, struct judged *one,
	const struct dataset **quarantine, struct errs *found)
{
	struct err e = {0};

	if (judged_find(a, c, arena, a->args[0], one, found) < 0)
		return -1;
	*quarantine = contract_quarantine(arena, c, one->d->name, found);
	if (!*quarantine)
		return -1;
	if (dataset_exists(*quarantine, a->project->rootfd)) {
		if (dataset_exists(one->d, a->project->rootfd))
			return 0;
		err_set(&e, MLC_DATA_MISSING, "dataset `%s` does not exist", one->d->name);
		err_help(&e, "run the node that writes it: released rows are added to it");
	} else {
		err_set(&e, MLC_DATA_MISSING, "`%s` has no quarantined rows", one->d->name);
		err_help(&e, "they would lie at %s", (*quarantine)->path);
	}
	errs_add(found, &e);
	return -1;
}

static int
run(struct app *a)
{
	const struct release_args *args = a->opts;
	const struct dataset *quarantine = NULL;
	struct dataset file;
	struct judged one;
	struct arena arena = {0};
	struct errs found = {0};
	struct catalog *c = NULL;
	int code, rc = catalog_load(&c, a->project, &found);

	if (rc == 0)
		rc = find_both(a, c, &arena, &one, &quarantine, &found);
	if (rc == 0 && args->file)
		rc = corrected(a, quarantine, &arena, &file, &found);
	if (rc < 0) {
		code = report_all(a, &found);
	} else {
		struct release o = {.corrected = args->file ? &file : NULL,
			.project = a->project,
			.clock = &a->clock,
			.target = one.d,
			.quarantine = quarantine,
			.contract = one.contract,
			.catalog = c,
			.where = args->where,
			.command = a->command_line};

		code = release(a, &o);
	}
	errs_fini(&found);
	arena_fini(&arena);
	catalog_free(c);
	return code;
}

static const char *const examples[] = {"mlflow-c contract release loans --file fixed.csv",
	"rows that were put right", "mlflow-c contract release loans --where 'age<9'",
	"if they pass now", NULL};
static const struct opt opts[] = {
	{"file", 0, OPT_STR, offsetof(struct release_args, file), "FILE",
		"corrected rows, with their _run_id and _row"},
	{"where", 0, OPT_STR, offsetof(struct release_args, where), "COND",
		"only rows that compare so: COLUMN OP VALUE"},
	{0},
};
const struct cmd cmd_contract_release = {
	.name = "contract release",
	.args = "DATASET",
	.min_args = 1,
	.max_args = 1,
	.summary = "Check quarantined rows again and publish those that pass.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.opts = opts,
	.opts_size = sizeof(struct release_args),
	.run = run,
};
