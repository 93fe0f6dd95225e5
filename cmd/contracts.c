/* SPDX-License-Identifier: Apache-2.0
 * Datasets and their contracts by name, for every command about contracts and for `run`. */
#include "cmd/contracts.h"

#include "cmd/junit.h"

const struct dataset *
table_find(const struct catalog *c, const char *name, struct errs *found)
{
	size_t before = found->n + found->dropped;
	const struct dataset *d = catalog_find(c, name, found);
	const char *near = catalog_near(c, name);
	struct err e = {0};

	if (d && d->path && d->kind == MLF_TABLE)
		return d;
	if (found->n + found->dropped > before)
		return NULL;
	if (d) {
		err_set(&e, MLC_DATASET, "`%s` is no table with a file of its own", name);
		err_at(&e, &d->at, NULL);
	} else {
		err_set(&e, MLC_NOT_FOUND, "the catalog names no dataset `%s`", name);
		err_help(&e,
			near ? "did you mean `%s`?"
			     : "a dataset that is held in memory is checked when it is made; "
			       "give it an entry in the catalog",
			near);
	}
	errs_add(found, &e);
	return NULL;
}

/* The contract, and the datasets that it looks at. */
static int
load(struct app *a, const struct catalog *c, struct arena *arena, struct judged *out,
	struct errs *found)
{
	size_t n;
	int rc = contract_load(arena, a->project->rootfd, out->path, &out->contract, found);

	if (rc < 0)
		return -1;
	n = contract_others(out->contract);
	out->others = arena_alloc(arena, (n + 1) * sizeof(*out->others));
	for (size_t i = 0; i < n; i++) {
		const char *path = project_contract(a->project, contract_other(out->contract, i));
		const struct contract *its = NULL;
		struct errs later = {0};

		out->others[i] = contract_other_find(out->contract, i, c, found);
		rc |= out->others[i] ? 0 : -1;
		if (path && contract_load(arena, a->project->rootfd, path, &its, &later) == 0)
			rc |= contract_other_fits(out->contract, i, its, found);
		errs_fini(&later);
	}
	return rc;
}

int
judged_find(struct app *a, const struct catalog *c, struct arena *arena, const char *name,
	struct judged *out, struct errs *found)
{
	struct err e = {0};

	*out = (struct judged){.d = table_find(c, name, found)};
	if (!out->d)
		return -1;
	out->path = project_contract(a->project, name);
	if (out->path)
		return load(a, c, arena, out, found);
	err_set(&e, MLC_CONTRACT_NONE, "`%s` has no contract", name);
	err_help(&e, "write one: mlflow-c contract infer %s > conf/base/contracts/%s.yml", name,
		name);
	errs_add(found, &e);
	return -1;
}

int
table_open(struct app *a, const struct judged *j, struct segs *segs, struct arena *arena,
	struct reader **out, struct err *e)
{
	struct read_opts o = {.rootfd = a->project->rootfd,
		.segs = segs,
		.schema = j->contract ? contract_schema(j->contract) : NULL};
	struct schema known;
	const char *json = NULL;

	if (store_written(a->store, arena, j->d->path, &o.known_hash, &json, e) < 0)
		return -1;
	if (json) {
		if (schema_decode(arena, json, strlen(json), &known, e) < 0)
			return -1;
		o.known = &known;
	}
	return dataset_open(j->d, &o, out, e);
}

int
require_contracts(const struct plan *plan, struct errs *found)
{
	size_t before = found->n + found->dropped;

	for (size_t i = 0; i < plan->n; i++)
		for (size_t o = 0; o < plan->nodes[i].n_outputs; o++) {
			const struct plan_port *p = &plan->nodes[i].outputs[o];
			struct err e = {0};

			if (p->contract || p->port->kind != MLF_TABLE)
				continue;
			err_set(&e, MLC_CONTRACT_NONE, "`%s` has no contract", p->dataset);
			err_at(&e, &p->at, "written here");
			err_help(&e, "--require-contracts wants conf/base/contracts/%s.yml",
				p->dataset);
			errs_add(found, &e);
		}
	return found->n + found->dropped > before ? -1 : 0;
}

int
run_junit(struct app *a, const char *run_id, const char *file, struct err *e)
{
	struct arena arena = {0};
	struct run_row row;
	struct run_detail detail;
	struct junit j = {.tests = 0};
	int rc = store_run(a->store, &arena, run_id, &row, e);

	if (rc == 0)
		rc = store_detail(a->store, &arena, &row, &detail, e);
	for (size_t i = 0; rc == 0 && i < detail.n_data; i++)
		if (detail.data[i].contract)
			junit_add(&j, detail.data[i].dataset, detail.data[i].contract);
	if (rc == 0)
		rc = junit_write(&j, file, e);
	arena_fini(&arena);
	return rc;
}
