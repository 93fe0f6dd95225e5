/* SPDX-License-Identifier: Apache-2.0
 * What a search can look at, and the query behind each: run id and value, in order of the ids, so
 * that results are joined by walking them side by side. Metrics, parameters and tags have the key as
 * their only argument; their primary keys are in that order already. */
#include "registry/search.h"

#define COLUMN(name) "SELECT run_uuid, " name " FROM runs ORDER BY run_uuid"
#define OURS(name) "SELECT run_id, " name " FROM mlc_runs ORDER BY run_id"
/* The ids of datasets are unique, whatever experiment they are in. */
#define READ(name)                                                           \
	"SELECT i.destination_id, " name " FROM inputs i JOIN datasets d"    \
	" ON d.dataset_uuid = i.source_id LEFT JOIN input_tags t"            \
	" ON t.input_uuid = i.input_uuid AND t.name = 'mlflow.data.context'" \
	" WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN'"    \
	" ORDER BY i.destination_id"

static const struct search_attr run_attrs[] = {
	{"run_id", NULL, false, false, COLUMN("run_uuid")},
	{"run_name", "name", false, false, COLUMN("name")},
	{"status", NULL, false, false, COLUMN("status")},
	{"artifact_uri", NULL, false, false, COLUMN("artifact_uri")},
	{"user_id", "user", false, false, COLUMN("user_id")},
	{"start_time", "created", true, false, COLUMN("start_time")},
	{"end_time", NULL, true, false, COLUMN("end_time")},
	{"state", NULL, false, true, OURS("status")},
	{"pipeline", NULL, false, true, OURS("pipeline")},
	{"conf", "env", false, true, OURS("env")},
	{NULL, NULL, false, false, NULL},
};
static const struct search_attr dataset_attrs[] = {
	{"name", NULL, false, false, READ("d.name")},
	{"digest", NULL, false, false, READ("d.digest")},
	{"context", NULL, false, false, READ("t.value")},
	{NULL, NULL, false, false, NULL},
};

static const struct search_attr *
table_of(enum search_entity entity)
{
	return entity == S_DATASET ? dataset_attrs : run_attrs;
}

const struct search_attr *
search__attr(enum search_entity entity, const char *name)
{
	for (const struct search_attr *at = table_of(entity); at->name; at++)
		if (str_eq(at->name, name) || (at->alias && str_eq(at->alias, name)))
			return at;
	return NULL;
}

void
search__attr_names(enum search_entity entity, struct map *names)
{
	for (const struct search_attr *at = table_of(entity); at->name; at++)
		map_put(names, at->name, names);
}

static const char SQL_METRICS[] = "SELECT run_uuid, value, is_nan FROM latest_metrics"
				  " WHERE key = ? ORDER BY run_uuid";
static const char SQL_PARAMS[] =
	"SELECT run_uuid, value FROM params WHERE key = ? ORDER BY run_uuid";
static const char SQL_TAGS[] = "SELECT run_uuid, value FROM tags WHERE key = ? ORDER BY run_uuid";

const char *
search__sql(const struct search_key *k)
{
	static const char *const by_key[] = {
		[S_METRIC] = SQL_METRICS, [S_PARAM] = SQL_PARAMS, [S_TAG] = SQL_TAGS};

	return k->attr ? k->attr->sql : by_key[k->entity];
}
