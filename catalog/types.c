/* SPDX-License-Identifier: Apache-2.0
 * The dataset types that are built in, and what to say when a catalog names another one.
 *
 * A table has functions of its own (csv, jsonl, arrow, sqlite); json, text and bytes are read and staged as they are; of a
 * model the catalog knows only the folder. */
#include "catalog/inside.h"

static const struct mlf_dataset_type json_type = {
	.size = sizeof(json_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "json",
	.help = "One JSON value.",
	.kind = MLF_JSON,
};

static const struct mlf_dataset_type text_type = {
	.size = sizeof(text_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "text",
	.help = "Text in UTF-8.",
	.kind = MLF_TEXT,
};

static const struct mlf_dataset_type bytes_type = {
	.size = sizeof(bytes_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "bytes",
	.help = "Any content, as it is.",
	.kind = MLF_BYTES,
};

static const struct mlf_dataset_type model_type = {
	.size = sizeof(model_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "model",
	.help = "A trained model: an MLflow model folder.",
	.kind = MLF_MODEL,
	.folder = true,
};

static const struct mlf_dataset_type memory_type = {
	.size = sizeof(memory_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "memory",
	.help = "A table that lives for one run and leaves no file.",
	.kind = MLF_TABLE,
	.memory = true,
};

static const struct mlf_dataset_type *const types[] = {&csv_type, &jsonl_type, &arrow_type,
	&sqlite_type, &parts_type, &json_type, &text_type, &bytes_type, &model_type, &memory_type};
#define N_TYPES (sizeof(types) / sizeof(types[0]))

const char *
dataset_kind_name(enum mlf_kind kind)
{
	static const char *const names[] = {
		"?", [MLF_TABLE] = "table", [MLF_MODEL] = "model", [MLF_JSON] = "json",
		[MLF_TEXT] = "text", [MLF_BYTES] = "bytes", [MLF_PATH] = "path"};

	return kind >= MLF_TABLE && kind <= MLF_PATH ? names[kind] : names[0];
}

const struct mlf_dataset_type *
catalog_type(const char *name)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (str_eq(types[i]->name, name))
			return types[i];
	return name ? module_type(name, NULL) : NULL;
}

/* Kedro's class for one of our types, as catalogs that come from there spell it. */
static const char *
from_kedro(const char *name)
{
	static const char *const pairs[][2] = {{"pandas.CSVDataset", "csv"},
		{"pandas.CSVDataSet", "csv"}, {"polars.CSVDataset", "csv"},
		{"json.JSONDataset", "json"}, {"json.JSONDataSet", "json"},
		{"text.TextDataset", "text"}, {"text.TextDataSet", "text"},
		{"pandas.JSONDataset", "jsonl"}, {"pandas.FeatherDataset", "arrow"},
		{"pandas.FeatherDataSet", "arrow"}, {"pandas.SQLTableDataset", "sqlite"},
		{"pandas.SQLQueryDataset", "sqlite"}, {"MemoryDataset", "memory"},
		{"MemoryDataSet", "memory"}, {"io.MemoryDataset", "memory"},
		{"partitions.PartitionedDataset", "partitions"},
		{"PartitionedDataset", "partitions"},
		{"partitions.IncrementalDataset", "partitions, incremental: true"},
		{"IncrementalDataset", "partitions, incremental: true"},
		{"pickle.PickleDataset", "model"}, {"pickle.PickleDataSet", "model"}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (str_eq(pairs[i][0], name))
			return pairs[i][1];
	return NULL;
}

static const char *
nearest(const char *name)
{
	const char *best = NULL;
	int distance, least = 0;

	for (size_t i = 0; i < N_TYPES; i++)
		if (str_near(types[i]->name, name, &distance) && (!best || distance < least)) {
			best = types[i]->name;
			least = distance;
		}
	return best;
}

int
dataset_type_unknown(const char *name, const struct place *at, struct err *e)
{
	const char *kedro = from_kedro(name), *near = nearest(name);
	struct str known = {0};

	if (module_expected(name)) {
		(void)module_type(name, e);
		return err_at(e, at, "");
	}
	err_set(e, MLC_DATASET_TYPE, "unknown dataset type `%s`", name);
	err_at(e, at, "");
	for (size_t i = 0; i < N_TYPES; i++)
		str_addf(&known, "%s%s", i ? ", " : "", types[i]->name);
	if (kedro)
		err_help(e, "Kedro's %s is `type: %s` here", name, kedro);
	else if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e, "known types: %s", known.s);
	str_fini(&known);
	return -1;
}
