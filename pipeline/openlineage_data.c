/* SPDX-License-Identifier: Apache-2.0
 * The datasets of an OpenLineage event: what they are called outside, and what is known of them.
 *
 *	as planned   every port once, in order; parameters are no datasets
 *	on record    schema, version (the hash), rows and bytes, results of the contract
 *	besides      a quarantine, which stands at no port */
#include "pipeline/openlineage.h"

#include "pipeline/openlineage_parts.h"
#include "pipeline/pipeline.h"

/* ---- names */

static void
add_name(struct jw *w, const struct ol_datasets *d, const char *dataset, const struct dataset *at)
{
	/* the catalog's own entry, for a versioned one is at one version here */
	const struct dataset *entry = catalog_get(d->plan->catalog, dataset);
	const char *path = entry && entry->path ? entry->path : at ? at->path : NULL;
	const struct ynode *table = at ? yaml_get(at->entry, "table") : NULL;
	struct str name = {0};
	if (!path)
		str_addf(&name, "%s/%s", d->plan->graph->spec->name, dataset);
	else if (str_eq(at->type->name, "sqlite"))
		str_addf(&name, "%s/%s", path, table && table->text ? table->text : dataset);
	else
		str_add(&name, path);
	jw_kv_str(w, "namespace",
		!path                                      ? "memory"
			: str_eq(at->type->name, "sqlite") ? "sqlite"
							   : "file");
	jw_kv_str(w, "name", name.s);
	str_fini(&name);
}

/* ---- facets */

static void
add_field(struct jw *w, struct jr *r)
{
	const char *key;
	jw_object(w);
	if (jr_object(r))
		while (jr_next(r, &key)) {
			if (str_eq(key, "name"))
				jw_kv_str(w, "name", jr_str(r));
			else if (str_eq(key, "type"))
				jw_kv_str(w, "type", jr_str(r));
			else
				jr_skip(r);
		}
	jw_end(w, '}');
}

/* From [{name, type, nulls}, ...]. */
static void
add_schema(struct jw *w, const struct ol_datasets *d, const char *schema)
{
	struct jr r;
	const char *key;
	if (!schema)
		return;
	ol__facet(w, OL_SCHEMA, d->version);
	jw_key(w, "fields");
	jw_array(w);
	jr_init(&r, schema, strlen(schema));
	if (jr_array(&r))
		while (jr_next(&r, &key))
			add_field(w, &r);
	jr_fini(&r);
	jw_end(w, ']');
	jw_end(w, '}');
}

static void
add_version(struct jw *w, const struct ol_datasets *d, const char *hash)
{
	if (!hash || !*hash)
		return;
	ol__facet(w, OL_VERSION, d->version);
	jw_kv_str(w, "datasetVersion", hash);
	jw_end(w, '}');
}

static void
add_statistics(struct jw *w, const struct ol_datasets *d, const struct data_fact *f)
{
	ol__facet(w, d->outputs ? OL_OUT_STATISTICS : OL_IN_STATISTICS, d->version);
	if (f->rows >= 0)
		jw_kv_i64(w, "rowCount", f->rows);
	if (f->bytes > 0) /* not of what was handed over in memory */
		jw_kv_i64(w, "size", f->bytes);
	jw_end(w, '}');
}

/* One check of contract_result_json. Nobody looked at a skipped one, so it has not passed. */
static void
add_assertion(struct jw *w, struct jr *r)
{
	const char *key;
	bool success = false;
	jw_object(w);
	if (jr_object(r))
		while (jr_next(r, &key)) {
			if (str_eq(key, "rule"))
				jw_kv_str(w, "assertion", jr_str(r));
			else if (str_eq(key, "column") && jr_peek(r) == J_STRING)
				jw_kv_str(w, "column", jr_str(r));
			else if (str_eq(key, "status"))
				success = str_eq(jr_str(r), "pass");
			else
				jr_skip(r);
		}
	jw_kv_bool(w, "success", success);
	jw_end(w, '}');
}

static void
add_assertions(struct jw *w, const struct ol_datasets *d, const char *contract)
{
	struct jr r;
	const char *key;
	ol__facet(w, OL_ASSERTIONS, d->version);
	jw_key(w, "assertions");
	jw_array(w);
	jr_init(&r, contract, strlen(contract));
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			if (!str_eq(key, "checks") || !jr_array(&r)) {
				jr_skip(&r);
				continue;
			}
			while (jr_next(&r, &key))
				add_assertion(w, &r);
		}
	jr_fini(&r);
	jw_end(w, ']');
	jw_end(w, '}');
}

/* Results of a contract belong to `inputFacets` of what is read; outputs have no such place, so there
 * they are facets of the dataset. */
static void
add_facets(struct jw *w, const struct ol_datasets *d, const struct data_fact *f)
{
	bool there = !d->outputs || str_eq(d->facts->status, "ok");
	jw_key(w, "facets");
	jw_object(w);
	if (there) {
		add_schema(w, d, f->schema);
		add_version(w, d, f->hash);
	}
	if (d->outputs && f->contract)
		add_assertions(w, d, f->contract);
	jw_end(w, '}');
	jw_key(w, d->outputs ? "outputFacets" : "inputFacets");
	jw_object(w);
	if (there)
		add_statistics(w, d, f);
	if (!d->outputs && f->contract)
		add_assertions(w, d, f->contract);
	jw_end(w, '}');
}

/* ---- the list */

static const struct data_fact *
fact_of(const struct ol_datasets *d, const char *dataset)
{
	for (size_t i = 0; d->facts && i < d->facts->n_data; i++)
		if (d->facts->data[i].output == d->outputs &&
			str_eq(d->facts->data[i].dataset, dataset))
			return &d->facts->data[i];
	return NULL;
}

static bool
has_port(const struct plan_port *ports, size_t n, const char *dataset)
{
	for (size_t i = 0; i < n; i++)
		if (!ports[i].value && str_eq(ports[i].dataset, dataset))
			return true;
	return false;
}

static void
add_dataset(
	struct jw *w, const struct ol_datasets *d, const char *dataset, const struct dataset *at)
{
	const struct data_fact *f = fact_of(d, dataset);
	jw_object(w);
	add_name(w, d, dataset, at);
	if (f)
		add_facets(w, d, f);
	jw_end(w, '}');
}

/* The quarantine of that name that one of the node's ports has. */
static const struct dataset *
quarantine_of(const struct plan_node *n, const char *dataset)
{
	for (size_t i = 0; i < n->n_inputs; i++)
		if (n->inputs[i].quarantine && str_eq(n->inputs[i].quarantine->name, dataset))
			return n->inputs[i].quarantine;
	for (size_t i = 0; i < n->n_outputs; i++)
		if (n->outputs[i].quarantine && str_eq(n->outputs[i].quarantine->name, dataset))
			return n->outputs[i].quarantine;
	return NULL;
}

void
ol_datasets_json(const struct ol_datasets *d, struct str *out)
{
	const struct plan_port *ports = d->outputs ? d->node->outputs : d->node->inputs;
	size_t n = d->outputs ? d->node->n_outputs : d->node->n_inputs;
	size_t n_facts = d->facts && d->outputs ? d->facts->n_data : 0;
	struct jw w;
	jw_init(&w, out);
	jw_array(&w);
	for (size_t i = 0; i < n; i++)
		if (!ports[i].value && ports[i].dataset && !has_port(ports, i, ports[i].dataset))
			add_dataset(&w, d, ports[i].dataset, ports[i].entry);
	for (size_t i = 0; i < n_facts; i++) {
		const struct data_fact *f = &d->facts->data[i];
		const struct dataset *q = f->output ? quarantine_of(d->node, f->dataset) : NULL;
		if (q && !has_port(ports, n, f->dataset))
			add_dataset(&w, d, f->dataset, q);
	}
	jw_end(&w, ']');
}
