/* SPDX-License-Identifier: Apache-2.0
 * The csv type as a catalog entry knows it.
 *
 *	loans:
 *	  type: csv
 *	  filepath: data/01_raw/loans.csv
 *	  load_args: {sep: ";", na_values: [NA, "-"], dtype: {postcode: utf8}}
 *
 * One separator serves reading and writing, or what was written could not be read back. */
#include "catalog/csv.h"

#include <string.h>

/* Separators that no number and no plain word can hold. */
static bool
is_sep(const char *s)
{
	return s[0] && !s[1] && strchr("\t !#$%&'()*,/:;<=>?@[\\]^`{|}~", s[0]);
}

static int
read_sep(struct mlf_dataset_host *h, struct csv_options *o)
{
	const char *load = mlf_option(h, "load_args", "sep", NULL);
	const char *save = mlf_option(h, "save_args", "sep", NULL);

	if (load && save && !str_eq(load, save))
		return mlf_option_fail(h, "save_args", "sep",
			"`sep` differs between load_args and save_args",
			"give it once: what is written must be readable");
	load = load ? load : save ? save : ",";
	o->sep = load[0];
	if (is_sep(load))
		return 0;
	return mlf_option_fail(h, save ? "save_args" : "load_args", "sep",
		"`sep` is not one character that separates",
		"use one of , ; | : a blank, \"\\t\", or another character that is no letter, "
		"digit, "
		"quote, point or sign");
}

static int
read_na(struct mlf_dataset_host *h, struct csv_options *o)
{
	const char *json = mlf_option(h, "load_args", "na_values", "[]"), *text;
	struct jr r;

	jr_init(&r, json, strlen(json));
	if (jr_array(&r))
		while (jr_next(&r, &text))
			if ((text = jr_str(&r)))
				map_put(&o->na, text, o);
	return jr_done(&r, NULL) == 0 ? 0
				      : mlf_option_fail(h, "load_args", "na_values",
						"`na_values` is no list of texts", NULL);
}

int
csv_options(struct mlf_dataset_host *h, struct csv_options *o)
{
	*o = (struct csv_options){0};
	if (read_sep(h, o) == 0 && read_na(h, o) == 0 && dtype_read(h, &o->types, &o->every) == 0)
		return 0;
	csv_options_fini(o);
	return -1;
}

void
csv_options_fini(struct csv_options *o)
{
	map_fini(&o->na);
	map_fini(&o->types);
}

static int
check(struct mlf_dataset_host *h)
{
	struct csv_options o;

	if (csv_options(h, &o) < 0)
		return -1;
	csv_options_fini(&o);
	return 0;
}

static const struct mlf_option options[] = {
	{"load_args", "sep", MLF_OPT_STR, false, "the separator, one character (default: comma)"},
	{"load_args", "na_values", MLF_OPT_TEXTS, false, "texts that stand for null"},
	{"load_args", "dtype", MLF_OPT_ANY, false, "a type for all columns, or column: type"},
	{"save_args", "sep", MLF_OPT_STR, false, "the separator, one character (default: comma)"},
	PACK_OPTIONS,
	{0},
};

const struct mlf_dataset_type csv_type = {
	.size = sizeof(csv_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "csv",
	.help = "A table in a text file with a header; columns have types.",
	.kind = MLF_TABLE,
	.options = options,
	.check = check,
	.read_open = csv_read_open,
	.read_next = csv_read_next,
	.read_close = csv_read_close,
	.write_open = csv_write_open,
	.write_next = csv_write_next,
	.write_end = csv_write_end,
};
