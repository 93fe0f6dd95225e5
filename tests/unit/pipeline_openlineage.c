/* SPDX-License-Identifier: Apache-2.0
 * OpenLineage events as text: ids, required fields, facets, the names of datasets. */
#include "tests/unit/pipeline_kit.h"

#include "pipeline/openlineage.h"

LEAK_SUITE(pipeline_openlineage);

#define RUN "019467e74f80720fb0311628bd2112d2"
#define PRODUCER "\"_producer\":\"urn:mlflow-c:1.2\""
#define FACETS "\"_schemaURL\":\"https://openlineage.io/spec/facets/"
#define FACET(version, type) "{" PRODUCER "," FACETS version "/" type ".json#/$defs/" type "\""
#define ENGINE                          \
	"\"processing_engine\":" FACET( \
		"1-1-1", "ProcessingEngineRunFacet") ",\"version\":\"1.2\",\"name\":\"mlflow-c\"}"
#define JOB_TYPE(of)                                                                             \
	"\"jobType\":" FACET("2-0-4",                                                            \
		"JobTypeJobFacet") ",\"processingType\":\"BATCH\",\"integration\":\"MLFLOW_C\"," \
				   "\"jobType\":\"" of "\"}"

static void
expect_event(const struct ol_event *e, const char *want)
{
	struct str got = {0};
	ol_event_json(e, &got);
	cr_expect_str_eq(str_text(&got), want);
	str_fini(&got);
}

Test(pipeline_openlineage, the_start_of_a_run)
{
	const struct ol_event e = {.type = OL_START,
		.time_ms = 1736910000123,
		.run_id = RUN,
		.namespace_ = "acme",
		.pipeline = "loan",
		.version = "1.2",
		.description = "Who pays back"};
	expect_event(&e,
		"{\"eventType\":\"START\",\"eventTime\":\"2025-01-15T03:00:00.123Z\","
		"\"producer\":\"urn:mlflow-c:1.2\","
		"\"schemaURL\":\"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
		"RunEvent\","
		"\"run\":{\"runId\":\"019467e7-4f80-720f-b031-1628bd2112d2\","
		"\"facets\":{" ENGINE "}},"
		"\"job\":{\"namespace\":\"acme\",\"name\":\"loan\",\"facets\":{" JOB_TYPE(
			"PIPELINE") ",\"documentation\":" FACET("1-1-0",
			"DocumentationJobFacet") ",\"description\":\"Who pays back\"}}},"
						 "\"inputs\":[],\"outputs\":[]}");
}

Test(pipeline_openlineage, a_node_that_failed_names_its_run_and_why)
{
	struct str in = {0};
	str_add(&in, "[{}]");
	const struct ol_event e = {.type = OL_FAIL,
		.time_ms = 1736910000000,
		.run_id = RUN,
		.namespace_ = "acme",
		.pipeline = "loan",
		.node = "eu.train",
		.version = "1.2",
		.inputs = &in,
		.error = "no \"rows\"\n"};
	char uuid[OL_UUID];
	struct str want = {0};
	ol_node_uuid(RUN, "eu.train", uuid);
	str_addf(&want,
		"{\"eventType\":\"FAIL\",\"eventTime\":\"2025-01-15T03:00:00.000Z\","
		"\"producer\":\"urn:mlflow-c:1.2\","
		"\"schemaURL\":\"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
		"RunEvent\","
		"\"run\":{\"runId\":\"%s\",\"facets\":{"
		"\"parent\":" FACET("1-2-0",
			"ParentRunFacet") ","
					  "\"run\":{\"runId\":\"019467e7-4f80-720f-b031-"
					  "1628bd2112d2\"},"
					  "\"job\":{\"namespace\":\"acme\",\"name\":\"loan\"}}"
					  "," ENGINE ",\"errorMessage\":" FACET("1-0-1",
						  "ErrorMessageRunFacet") ",\"message\":\"no "
									  "\\\"rows\\\"\\n\","
									  "\"programmingLanguage\":"
									  "\"C\"}}},"
									  "\"job\":{\"namespace\":"
									  "\"acme\",\"name\":"
									  "\"loan.eu.train\","
									  "\"facets\":{" JOB_TYPE(
										  "NODE") "}},"
											  "\"inputs"
											  "\":[{}],"
											  "\"output"
											  "s\":[]}",
		uuid);
	expect_event(&e, want.s);
	str_fini(&want);
	str_fini(&in);
}

Test(pipeline_openlineage, the_id_of_a_nodes_run_is_made_from_run_and_name)
{
	char one[OL_UUID], again[OL_UUID], other[OL_UUID];
	ol_node_uuid(RUN, "a", one);
	ol_node_uuid(RUN, "a", again);
	cr_expect_str_eq(one, again);
	ol_node_uuid(RUN, "b", other);
	cr_expect_str_neq(one, other);
	ol_node_uuid("119467e74f80720fb0311628bd2112d2", "a", other);
	cr_expect_str_neq(one, other);
	for (int i = 0; i < 64; i++) {
		char name[8];
		(void)snprintf(name, sizeof(name), "n%d", i);
		ol_node_uuid(RUN, name, one);
		cr_expect(strlen(one) == 36 && one[8] == '-' && one[13] == '-' && one[18] == '-' &&
			one[23] == '-' && strspn(one, "0123456789abcdef-") == 36);
		cr_expect_eq(one[14], '8', "the version in %s", one);
		cr_expect(strchr("89ab", one[19]), "the variant in %s", one);
	}
}

/* ---- datasets */

struct scene {
	struct kit kit;
	struct catalog *catalog;
	struct plan plan;
	struct plan_node node;
	struct plan_port in[6], out[3];
	struct dataset at_version;
};

static void
port(struct scene *s, struct plan_port *p, const char *dataset)
{
	*p = (struct plan_port){.dataset = dataset, .entry = catalog_get(s->catalog, dataset)};
}

static void
scene_open(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	kit_open(&s->kit, "p: {nodes: []}\n");
	dir_write(&s->kit.dir, "conf/base/catalog.yml",
		"raw: {type: csv, filepath: data/raw.csv}\n"
		"old: {type: csv, filepath: data/old.csv, versioned: true}\n"
		"rates: {type: sqlite, filepath: data/shop.db, table: rate}\n"
		"sums: {type: sqlite, filepath: data/shop.db, query: SELECT 1 AS n}\n");
	project_close(s->kit.project);
	s->kit.project = must_open(&s->kit.dir, NULL);
	cr_assert(catalog_load(&s->catalog, s->kit.project, &s->kit.found) == 0);
	s->kit.spec.name = "p";
	s->kit.graph.spec = &s->kit.spec;
	s->plan = (struct plan){.catalog = s->catalog, .graph = &s->kit.graph};
	port(s, &s->in[0], "raw");
	port(s, &s->in[1], "old");
	s->at_version = *s->in[1].entry;
	s->at_version.path = "data/old.csv/2025-01-15T03.00.00.000Z/old.csv";
	s->in[1].entry = &s->at_version;
	port(s, &s->in[2], "rates");
	port(s, &s->in[3], "params:x");
	s->in[3].value = "1";
	port(s, &s->in[4], "raw");
	port(s, &s->in[5], "sums");
	port(s, &s->out[0], "held");
	port(s, &s->out[1], "rates");
	s->node = (struct plan_node){
		.inputs = s->in, .n_inputs = 6, .outputs = s->out, .n_outputs = 2};
}

static void
scene_close(struct scene *s)
{
	catalog_free(s->catalog);
	kit_close(&s->kit);
}

static void
expect_datasets(struct scene *s, bool outputs, const struct node_fact *facts, const char *want)
{
	const struct ol_datasets d = {.plan = &s->plan,
		.node = &s->node,
		.facts = facts,
		.version = "1.2",
		.outputs = outputs};
	struct str got = {0};
	ol_datasets_json(&d, &got);
	cr_expect_str_eq(str_text(&got), want);
	str_fini(&got);
}

Test(pipeline_openlineage, datasets_as_planned)
{
	struct scene s;
	scene_open(&s);
	expect_datasets(&s, false, NULL,
		"[{\"namespace\":\"file\",\"name\":\"data/raw.csv\"},"
		"{\"namespace\":\"file\",\"name\":\"data/old.csv\"},"
		"{\"namespace\":\"sqlite\",\"name\":\"data/shop.db/rate\"},"
		"{\"namespace\":\"sqlite\",\"name\":\"data/shop.db/sums\"}]");
	expect_datasets(&s, true, NULL,
		"[{\"namespace\":\"memory\",\"name\":\"p/held\"},"
		"{\"namespace\":\"sqlite\",\"name\":\"data/shop.db/rate\"}]");
	scene_close(&s);
}

#define CONTRACT                                                                                   \
	"{\"success\":false,\"statistics\":{\"checks\":2},\"checks\":[{\"rule\":\"unique\","       \
	"\"column\":\"id\",\"status\":\"pass\",\"sample\":[]},{\"rule\":\"row_count\",\"column\":" \
	"null,\"status\":\"warn\"}],\"more\":{\"checks\":[]}}"
#define ASSERTIONS                                                                                 \
	"\"dataQualityAssertions\":" FACET("1-1-0",                                                \
		"DataQualityAssertionsDatasetFacet") ",\"assertions\":[{\"assertion\":\"unique\"," \
						     "\"column\":\"id\",\"success\":"              \
						     "true},{\"assertion\":\"row_count\","         \
						     "\"success\":false}]}"

Test(pipeline_openlineage, facets_come_from_the_record)
{
	struct scene s;
	scene_open(&s);
	s.node.n_inputs = s.node.n_outputs = 1;
	const struct data_fact data[] = {
		{.dataset = "raw", .hash = "aa", .rows = 7, .bytes = 0, .contract = CONTRACT},
		{.dataset = "held",
			.output = true,
			.hash = "bb",
			.rows = -1,
			.bytes = 12,
			.schema = "[{\"name\":\"id\",\"type\":\"int64\",\"nulls\":0}]"},
	};
	struct node_fact facts = {.status = "ok", .data = data, .n_data = 2};
	expect_datasets(&s, false, &facts,
		"[{\"namespace\":\"file\",\"name\":\"data/raw.csv\",\"facets\":{\"version\":" FACET(
			"1-0-1", "DatasetVersionDatasetFacet") ",\"datasetVersion\":\"aa\"}},"
							       "\"inputFacets\":{"
							       "\"inputStatistics\":" FACET("1-0-0",
								       "InputStatisticsInputDataset"
								       "Facet") ",\"rowCount\":7}"
										"," ASSERTIONS
										"}}]");
	expect_datasets(&s, true, &facts,
		"[{\"namespace\":\"memory\",\"name\":\"p/held\",\"facets\":{\"schema\":" FACET(
			"1-2-0",
			"SchemaDatasetFacet") ",\"fields\":[{\"name\":\"id\",\"type\":\"int64\"}]},"
					      "\"version\":" FACET("1-0-1",
						      "DatasetVersionDatasetFacet") ",\"datasetVers"
										    "ion\":\"bb\"}}"
										    ","
										    "\"outputFacets"
										    "\":{"
										    "\"outputStatis"
										    "tics\":" FACET(
											    "1-0-2",
											    "Output"
											    "Statis"
											    "ticsOu"
											    "tputDa"
											    "tasetF"
											    "acet") ",\"size\":12}}}]");
	scene_close(&s);
}

Test(pipeline_openlineage, of_what_was_not_published_only_the_contract_is_told)
{
	struct scene s;
	scene_open(&s);
	s.node.n_outputs = 1;
	const struct data_fact data[] = {{.dataset = "held",
		.output = true,
		.hash = "bb",
		.rows = 3,
		.bytes = 12,
		.schema = "[]",
		.contract = CONTRACT}};
	struct node_fact facts = {.status = "contract_failed", .data = data, .n_data = 1};
	expect_datasets(&s, true, &facts,
		"[{\"namespace\":\"memory\",\"name\":\"p/held\",\"facets\":{" ASSERTIONS
		"},\"outputFacets\":{}}]");
	scene_close(&s);
}

Test(pipeline_openlineage, a_quarantine_is_an_output)
{
	struct scene s;
	scene_open(&s);
	s.node.n_outputs = 0;
	struct dataset quarantine = *catalog_get(s.catalog, "raw");
	quarantine.name = "raw__quarantine";
	quarantine.path = "data/quarantine/raw.csv";
	s.in[0].quarantine = &quarantine;
	const struct data_fact data[] = {
		{.dataset = "raw__quarantine", .output = true, .hash = "", .rows = 2, .bytes = 9},
		{.dataset = "stranger", .output = true, .rows = 2, .bytes = 9}};
	struct node_fact facts = {.status = "ok", .data = data, .n_data = 2};
	expect_datasets(&s, true, &facts,
		"[{\"namespace\":\"file\",\"name\":\"data/quarantine/raw.csv\",\"facets\":{},"
		"\"outputFacets\":{\"outputStatistics\":" FACET("1-0-2",
			"OutputStatisticsOutputDatasetFacet") ",\"rowCount\":2,\"size\":9}}}]");
	scene_close(&s);
}
