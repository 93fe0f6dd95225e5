/* SPDX-License-Identifier: Apache-2.0
 * An OpenLineage run event as JSON: which facets there are, and the schema each of them follows. */
#include "pipeline/openlineage.h"

#include "pipeline/openlineage_parts.h"

#define EVENT_SCHEMA "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
#define FACETS "https://openlineage.io/spec/facets/"

/* A facet by the name it has in events, and its schema: FACETS VERSION/TYPE.json#/$defs/TYPE. */
static const struct facet {
	const char *name, *version, *type;
} facets[] = {
	[OL_PARENT] = {"parent", "1-2-0", "ParentRunFacet"},
	[OL_ERROR] = {"errorMessage", "1-0-1", "ErrorMessageRunFacet"},
	[OL_ENGINE] = {"processing_engine", "1-1-1", "ProcessingEngineRunFacet"},
	[OL_JOB_TYPE] = {"jobType", "2-0-4", "JobTypeJobFacet"},
	[OL_DOCUMENTATION] = {"documentation", "1-1-0", "DocumentationJobFacet"},
	[OL_SCHEMA] = {"schema", "1-2-0", "SchemaDatasetFacet"},
	[OL_VERSION] = {"version", "1-0-1", "DatasetVersionDatasetFacet"},
	[OL_ASSERTIONS] = {"dataQualityAssertions", "1-1-0", "DataQualityAssertionsDatasetFacet"},
	[OL_IN_STATISTICS] = {"inputStatistics", "1-0-0", "InputStatisticsInputDatasetFacet"},
	[OL_OUT_STATISTICS] = {"outputStatistics", "1-0-2", "OutputStatisticsOutputDatasetFacet"},
};

void
ol__facet(struct jw *w, enum ol_facet which, const char *version)
{
	const struct facet *f = &facets[which];
	struct str text = {0};
	jw_key(w, f->name);
	jw_object(w);
	str_addf(&text, "urn:mlflow-c:%s", version);
	jw_kv_str(w, "_producer", str_text(&text));
	str_reset(&text);
	str_addf(&text, FACETS "%s/%s.json#/$defs/%s", f->version, f->type, f->type);
	jw_kv_str(w, "_schemaURL", str_text(&text));
	str_fini(&text);
}

/* ---- ids */

void
ol_uuid(const char *hex, char out[static OL_UUID])
{
	(void)snprintf(out, OL_UUID, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		hex + 20);
}

/* The first half of a SHA-256, with the bits in it that make it a UUID of version 8. */
void
ol_node_uuid(const char *run_id, const char *node, char out[static OL_UUID])
{
	char hex[HASH_SHA_HEX];
	struct str text = {0};
	str_addf(&text, "%s/%s", run_id, node);
	hash_sha256(text.s, text.len, hex);
	str_fini(&text);
	hex[12] = '8';
	hex[16] = "89ab"[hex[16] & 3];
	ol_uuid(hex, out);
}

/* ---- the event */

static void
job_name(struct jw *w, const char *pipeline, const char *node)
{
	struct str name = {0};
	str_addf(&name, node ? "%s.%s" : "%s", pipeline, node);
	jw_kv_str(w, "name", name.s);
	str_fini(&name);
}

static void
add_parent(struct jw *w, const struct ol_event *e)
{
	char uuid[OL_UUID];
	ol__facet(w, OL_PARENT, e->version);
	jw_key(w, "run");
	jw_object(w);
	ol_uuid(e->run_id, uuid);
	jw_kv_str(w, "runId", uuid);
	jw_end(w, '}');
	jw_key(w, "job");
	jw_object(w);
	jw_kv_str(w, "namespace", e->namespace_);
	job_name(w, e->pipeline, NULL);
	jw_end(w, '}');
	jw_end(w, '}');
}

static void
add_run(struct jw *w, const struct ol_event *e)
{
	char uuid[OL_UUID];
	if (e->node)
		ol_node_uuid(e->run_id, e->node, uuid);
	else
		ol_uuid(e->run_id, uuid);
	jw_key(w, "run");
	jw_object(w);
	jw_kv_str(w, "runId", uuid);
	jw_key(w, "facets");
	jw_object(w);
	if (e->node)
		add_parent(w, e);
	ol__facet(w, OL_ENGINE, e->version);
	jw_kv_str(w, "version", e->version);
	jw_kv_str(w, "name", "mlflow-c");
	jw_end(w, '}');
	if (e->error) {
		ol__facet(w, OL_ERROR, e->version);
		jw_kv_str(w, "message", e->error);
		jw_kv_str(w, "programmingLanguage", "C");
		jw_end(w, '}');
	}
	jw_end(w, '}');
	jw_end(w, '}');
}

static void
add_job(struct jw *w, const struct ol_event *e)
{
	jw_key(w, "job");
	jw_object(w);
	jw_kv_str(w, "namespace", e->namespace_);
	job_name(w, e->pipeline, e->node);
	jw_key(w, "facets");
	jw_object(w);
	ol__facet(w, OL_JOB_TYPE, e->version);
	jw_kv_str(w, "processingType", "BATCH");
	jw_kv_str(w, "integration", "MLFLOW_C");
	jw_kv_str(w, "jobType", e->node ? "NODE" : "PIPELINE");
	jw_end(w, '}');
	if (e->description) {
		ol__facet(w, OL_DOCUMENTATION, e->version);
		jw_kv_str(w, "description", e->description);
		jw_end(w, '}');
	}
	jw_end(w, '}');
	jw_end(w, '}');
}

static void
add_list(struct jw *w, const char *key, const struct str *json)
{
	jw_key(w, key);
	jw_raw(w, json && json->len ? json->s : "[]");
}

void
ol_event_json(const struct ol_event *e, struct str *out)
{
	static const char *const types[] = {"START", "COMPLETE", "FAIL", "ABORT"};
	struct str producer = {0};
	struct jw w;
	char time[32];
	clock_rfc3339(e->time_ms, time);
	str_addf(&producer, "urn:mlflow-c:%s", e->version);
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_str(&w, "eventType", types[e->type]);
	jw_kv_str(&w, "eventTime", time);
	jw_kv_str(&w, "producer", producer.s);
	jw_kv_str(&w, "schemaURL", EVENT_SCHEMA);
	add_run(&w, e);
	add_job(&w, e);
	add_list(&w, "inputs", e->inputs);
	add_list(&w, "outputs", e->outputs);
	jw_end(&w, '}');
	str_fini(&producer);
}
