/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c catalog describe: one dataset: its entry and where each key comes from, who writes and
 * who reads it in the default pipeline, its contract. */
#include "cmd/tree.h"

#include "contract/contract.h"

struct about {
	const char *name;
	const struct dataset *entry;     /* NULL: in memory for the run */
	const struct graph_dataset *use; /* NULL: the default pipeline has nothing to do with it */
	const struct spec *spec;
	const char *contract; /* path, or NULL */
	size_t checks;
	struct arena arena;       /* owned */
	struct versions versions; /* of a versioned dataset */
};

static const char *
type_of(const struct about *d)
{
	return d->entry ? d->entry->type->name : "memory";
}

static void
print_json(struct app *a, const struct about *d)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "name", d->name);
	jw_kv_str(&w, "type", type_of(d));
	jw_kv_str(&w, "path", d->entry ? d->entry->path : NULL);
	jw_kv_str(&w, "layer", d->entry ? d->entry->layer : NULL);
	jw_kv_str(&w, "contract", d->contract);
	jw_kv_i64(&w, "checks", (int64_t)d->checks);
	jw_kv_str(&w, "producer",
		d->use && d->use->producer >= 0 ? d->spec->nodes[d->use->producer].name : NULL);
	jw_key(&w, "consumers");
	jw_array(&w);
	for (size_t i = 0; d->use && i < d->use->n_readers; i++)
		jw_str(&w, d->spec->nodes[d->use->readers[i]].name);
	jw_end(&w, ']');
	jw_key(&w, "versions");
	jw_array(&w);
	for (size_t i = 0; i < d->versions.n; i++)
		jw_str(&w, d->versions.v[i]);
	jw_end(&w, ']');
	jw_key(&w, "entry");
	if (d->entry)
		tree_json(&w, d->entry->entry, true);
	else
		jw_null(&w);
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static void
add_use(struct str *out, const struct about *d)
{
	const struct graph_dataset *use = d->use;
	bool made = use && use->producer >= 0;
	str_add(out, "written by  ");
	term_add_safe(out, made ? d->spec->nodes[use->producer].name : "-");
	str_add(out, "\nread by     ");
	for (size_t i = 0; use && i < use->n_readers; i++) {
		str_add(out, i ? ", " : "");
		term_add_safe(out, d->spec->nodes[use->readers[i]].name);
	}
	str_add(out, use && use->n_readers ? "\n" : "-\n");
}

static void
print_text(const struct about *d)
{
	struct str out = {0};
	str_add(&out, "dataset     ");
	term_add_safe(&out, d->name);
	str_addf(&out, "\ntype        %s\n", type_of(d));
	add_use(&out, d);
	if (d->contract)
		str_addf(&out, "contract    %s (%zu check%s)\n", d->contract, d->checks,
			d->checks == 1 ? "" : "s");
	else
		str_add(&out, "contract    -\n");
	for (size_t i = d->versions.n; i-- > 0;)
		str_addf(&out, "%s%s\n", i + 1 == d->versions.n ? "versions    " : "            ",
			d->versions.v[i]);
	if (d->entry) {
		str_add(&out, "\nentry:\n");
		tree_text(&out, d->entry->entry, 2, true);
	} else {
		str_add(&out, "\nno entry in the catalog: held in memory for the run\n");
	}
	(void)fputs(str_text(&out), stdout);
	str_fini(&out);
}

static int
unknown(const struct loaded *l, const char *name, struct errs *found)
{
	struct map names = {0};
	struct err e;
	for (size_t i = 0; i < catalog_count(l->catalog); i++)
		map_put(&names, catalog_at(l->catalog, i)->name, &names);
	for (size_t i = 0; i < l->graph.by_name.n; i++)
		map_put(&names, l->graph.by_name.keys[i], &names);
	const char *near = map_near(&names, name);
	err_set(&e, MLC_NOT_FOUND, "there is no dataset `%s`", name);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "all of them: mlflow-c catalog list");
	map_fini(&names);
	errs_add(found, &e);
	return -1;
}

static int
find(struct app *a, const struct loaded *l, struct about *d, struct errs *found)
{
	const struct contract *c;
	struct arena arena = {0};
	struct err e = {0};
	int rc = 0;
	d->entry = catalog_get(l->catalog, d->name);
	d->use = graph_dataset(&l->graph, d->name);
	d->spec = &l->spec;
	if (!d->entry && !d->use)
		return unknown(l, d->name, found);
	if (d->entry && d->entry->versioned &&
		dataset_versions(d->entry, a->project->rootfd, &d->arena, &d->versions, &e) < 0) {
		errs_add(found, &e);
		return -1;
	}
	d->contract = project_contract(a->project, d->name);
	if (d->contract)
		rc = contract_load(&arena, a->project->rootfd, d->contract, &c, found);
	if (d->contract && rc == 0)
		d->checks = contract_checks(c);
	arena_fini(&arena);
	return rc;
}

static int
run(struct app *a)
{
	struct about d = {.name = a->args[0]};
	struct errs found = {0};
	struct loaded l = {0};
	int rc = 0, code = 0;
	if (a->project->pipelines->n) /* a catalog may come before the pipelines */
		rc = load_graph(a, NULL, &l, &found);
	if (catalog_load(&l.catalog, a->project, &found) < 0 || rc < 0 ||
		find(a, &l, &d, &found) < 0)
		code = report_all(a, &found);
	else if (a->g.json)
		print_json(a, &d);
	else
		print_text(&d);
	arena_fini(&d.arena);
	loaded_fini(&l);
	return code;
}

static const char *const examples[] = {
	"mlflow-c catalog describe loans", "all about one dataset", NULL};
const struct cmd cmd_catalog_describe = {
	.name = "catalog describe",
	.args = "NAME",
	.min_args = 1,
	.max_args = 1,
	.summary = "A dataset: entry, origin, producer, consumers, contract.",
	.examples = examples,
	.needs = NEEDS_PROJECT,
	.run = run,
};
