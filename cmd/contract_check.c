/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c contract check: the data that is on disk now, against the contracts that are there now.
 * Nothing is written: rows that a contract would quarantine are only told. */
#include "cmd/contracts.h"

#include "cmd/junit.h"

struct check_args {
	const char *junit;
};

struct checks {
	struct judged *v; /* owned */
	size_t n, cap;
	size_t absent; /* of those nobody asked for by name: no data yet */
};

static void
add(struct checks *all, const struct judged *one)
{
	all->v = mem_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
	all->v[all->n++] = *one;
}

static int
choose_named(struct app *a, const struct catalog *c, struct arena *arena, struct checks *all,
	struct errs *found)
{
	for (int i = 0; i < a->n_args; i++) {
		struct judged one;
		struct err e = {0};

		if (judged_find(a, c, arena, a->args[i], &one, found) < 0)
			continue;
		if (dataset_exists(one.d, a->project->rootfd)) {
			add(all, &one);
			continue;
		}
		err_set(&e, MLC_DATA_MISSING, "dataset `%s` does not exist", one.d->name);
		err_help(&e, "%s %s, or run the node that writes it",
			dataset_is_remote(one.d) ? "make" : "put the file at", one.d->path);
		errs_add(found, &e);
	}
	return found->n ? -1 : 0;
}

/* Every table of the catalog that has a contract and is there. */
static int
choose_all(struct app *a, const struct catalog *c, struct arena *arena, struct checks *all,
	struct errs *found)
{
	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct dataset *d = catalog_at(c, i);
		struct judged one;

		if (!d->path || d->kind != MLF_TABLE || !project_contract(a->project, d->name))
			continue;
		if (!dataset_exists(d, a->project->rootfd))
			all->absent++;
		else if (judged_find(a, c, arena, d->name, &one, found) == 0)
			add(all, &one);
	}
	return found->n ? -1 : 0;
}

static int
check_one(struct app *a, struct arena *arena, struct judged *one, struct err *e)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct contract_run *run = contract_begin(one->contract);
	struct reader *r = NULL;
	struct frame *batch;
	int rc;

	contract_now(run, clock_now_ms(&a->clock));
	contract_is_about(run, one->d->name, NULL);
	for (size_t i = 0; i < contract_others(one->contract); i++)
		contract_other_read(run, i, one->others[i], a->project->rootfd);
	rc = table_open(a, one, segs, arena, &r, e);

	if (rc == 0)
		while ((rc = reader_next(r, &batch, e)) == 1) {
			contract_batch(run, batch);
			frame_unref(batch);
		}
	reader_close(r);
	if (rc < 0)
		contract_abort(run);
	else
		contract_end(run, &one->result);
	segs_free(segs);
	return rc < 0 ? err_wrap(e, "`%s`", one->d->name) : 0;
}

/* --- what is told -------------------------------------------------------------------------------- */

static void
print_json(struct app *a, const struct checks *all)
{
	struct str out = {0};
	struct jw w;

	answer_begin(a, &w, &out);
	jw_array(&w);
	for (size_t i = 0; i < all->n; i++) {
		const struct judged *one = &all->v[i];

		jw_object(&w);
		jw_kv_str(&w, "contract_version", contract_version(one->contract));
		contract_result_fields(&one->result, &w);
		jw_end(&w, '}');
	}
	jw_end(&w, ']');
	answer_end(&w, &out);
}

static void
print_table(struct app *a, const struct checks *all)
{
	static const char *const head[] = {"DATASET", "ROWS", "CHECKS", "STATE", "CONTRACT"};
	struct table t = {.columns = 5, .right = 2};

	table_head(&t, head);
	for (size_t i = 0; i < all->n; i++) {
		const struct contract_result *r = &all->v[i].result;

		table_cell(&t, "%s", all->v[i].d->name);
		table_cell(&t, "%lld", (long long)(r->rows + r->dropped + r->quarantined));
		table_cell(&t, "%zu/%zu", r->n - r->n_failed, r->n);
		table_cell(&t, "%s", r->n_failed ? "fail" : r->n_warned ? "warn" : "ok");
		table_cell(&t, "%s", all->v[i].path);
	}
	table_print(a, &t);
}

/* What is worth a line although the dataset may be used: NULL, "warning" or "note". */
static const char *
word_for(const struct check_result *c)
{
	enum check_status st = check_status(c);

	if (check_is_broken(c) || st == CHECK_PASS)
		return NULL;
	if (st == CHECK_SKIPPED) /* the column's own check tells, unless there is more to say */
		return str_starts(c->found, "not checked:") ? "note" : NULL;
	return c->on_fail == ON_FAIL_INFO ? "note" : "warning";
}

static void
print_warnings(const struct judged *one)
{
	size_t passes = 0;

	for (size_t i = 0; i < one->result.n; i++) {
		const struct check_result *c = &one->result.checks[i];
		const char *word = word_for(c);

		passes += c->second_pass;
		if (!word)
			continue;
		(void)fprintf(stderr, "%s: `%s` %s%s%s: expected %s, found %s", word, one->d->name,
			c->column ? c->column : "", c->column ? " " : "", c->rule, c->expected,
			c->found);
		if (c->on_fail >= ON_FAIL_DROP)
			(void)fprintf(stderr, " (onFail: %s)", on_fail_name(c->on_fail));
		(void)fputc('\n', stderr);
	}
	if (passes)
		(void)fprintf(stderr, "note: `%s`: %zu check%s a second pass\n", one->d->name,
			passes, passes == 1 ? " took" : "s took");
}

static int
tell(struct app *a, const struct checks *all)
{
	int code = 0;

	if (a->g.json)
		print_json(a, all);
	else if (all->n)
		print_table(a, all);
	for (size_t i = 0; i < all->n; i++) {
		struct err e = {0};

		if (!a->g.quiet && !a->g.json)
			print_warnings(&all->v[i]);
		if (!all->v[i].result.n_failed)
			continue;
		(void)contract_error(&all->v[i].result, all->v[i].d->name, &e);
		code = a->g.json ? code_exit(e.code) : report(a, &e);
	}
	if (!a->g.quiet && !a->g.json && all->absent)
		(void)fprintf(stderr, "note: %zu dataset%s with a contract %s not there yet\n",
			all->absent, all->absent == 1 ? "" : "s", all->absent == 1 ? "is" : "are");
	return code;
}

static int
write_junit(const struct checks *all, const char *path, struct err *e)
{
	struct junit j = {.tests = 0};

	for (size_t i = 0; i < all->n; i++) {
		struct str json = {0};
		struct jw w;

		jw_init(&w, &json);
		contract_result_json(&all->v[i].result, &w);
		junit_add(&j, all->v[i].d->name, str_text(&json));
		str_fini(&json);
	}
	return junit_write(&j, path, e);
}

static int
check_all(struct app *a, struct arena *arena, struct checks *all)
{
	const struct check_args *args = a->opts;
	struct err e = {0};
	int rc = app_store(a, STORE_READ, &e);

	for (size_t i = 0; rc == 0 && i < all->n; i++)
		rc = check_one(a, arena, &all->v[i], &e);
	if (rc == 0 && args->junit)
		rc = write_junit(all, args->junit, &e);
	return rc < 0 ? report(a, &e) : tell(a, all);
}

static int
run(struct app *a)
{
	struct checks all = {0};
	struct arena arena = {0};
	struct errs found = {0};
	struct catalog *c = NULL;
	int code, rc = catalog_load(&c, a->project, &found);

	if (rc == 0)
		rc = a->n_args ? choose_named(a, c, &arena, &all, &found)
			       : choose_all(a, c, &arena, &all, &found);
	code = rc < 0 ? report_all(a, &found) : check_all(a, &arena, &all);
	for (size_t i = 0; i < all.n; i++)
		contract_result_fini(&all.v[i].result);
	free(all.v);
	errs_fini(&found);
	arena_fini(&arena);
	catalog_free(c);
	return code;
}

static const char *const examples[] = {"mlflow-c contract check", "all data that has a contract",
	"mlflow-c contract check loans --junit loans.xml", "one dataset, for a CI", NULL};
static const struct opt opts[] = {
	{"junit", 0, OPT_STR, offsetof(struct check_args, junit), "FILE", "write JUnit XML too"},
	{0},
};
const struct cmd cmd_contract_check = {
	.name = "contract check",
	.args = "[DATASET...]",
	.max_args = 1000,
	.summary = "Check the data on disk against its contracts.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.opts = opts,
	.opts_size = sizeof(struct check_args),
	.run = run,
};
