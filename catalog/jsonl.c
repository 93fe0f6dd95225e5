/* SPDX-License-Identifier: Apache-2.0
 * The jsonl type as a catalog entry knows it.
 *
 *	events:
 *	  type: jsonl
 *	  filepath: data/01_raw/events.jsonl
 *	  load_args: {nested: text, dtype: {id: int64, note: utf8}} */
#include "catalog/jsonl.h"

int
jsonl_options(struct mlf_dataset_host *h, struct jsonl_options *o)
{
	const char *nested = mlf_option(h, "load_args", "nested", "error");

	*o = (struct jsonl_options){.nested = str_eq(nested, "text")};
	if (!o->nested && !str_eq(nested, "error"))
		return mlf_option_fail(h, "load_args", "nested",
			"`nested` is neither `error` nor `text`",
			"error: an object or a list in a column is refused; text: it is kept as "
			"its JSON text");
	if (dtype_read(h, &o->types, &o->every) == 0)
		return 0;
	jsonl_options_fini(o);
	return -1;
}

void
jsonl_options_fini(struct jsonl_options *o)
{
	map_fini(&o->types);
}

static int
check(struct mlf_dataset_host *h)
{
	struct jsonl_options o;

	if (jsonl_options(h, &o) < 0)
		return -1;
	jsonl_options_fini(&o);
	return 0;
}

static const struct mlf_option options[] = {
	{"load_args", "dtype", MLF_OPT_ANY, false, "a type for all columns, or column: type"},
	{"load_args", "nested", MLF_OPT_STR, false,
		"objects and lists in columns: error, or text (default: error)"},
	PACK_OPTIONS,
	{0},
};

const struct mlf_dataset_type jsonl_type = {
	.size = sizeof(jsonl_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "jsonl",
	.help = "A table in a text file of one JSON object a line; columns have types.",
	.kind = MLF_TABLE,
	.options = options,
	.check = check,
	.read_open = jsonl_read_open,
	.read_next = jsonl_read_next,
	.read_close = jsonl_read_close,
	.write_open = jsonl_write_open,
	.write_next = jsonl_write_next,
	.write_end = jsonl_write_end,
};
