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
#include <strings.h>

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
	o->dialect.sep = load[0];
	if (is_sep(load))
		return 0;
	return mlf_option_fail(h, save ? "save_args" : "load_args", "sep",
		"`sep` is not one character that separates",
		"use one of , ; | : a blank, \"\\t\", or another character that is no letter, "
		"digit, "
		"quote, point or sign");
}

static int
read_quote(struct mlf_dataset_host *h, struct csv_options *o)
{
	const char *quote = mlf_option(h, "load_args", "quotechar", "\"");

	o->dialect.quote = quote[0];
	if (quote[0] == o->dialect.sep)
		return mlf_option_fail(
			h, "load_args", "quotechar", "`quotechar` is the separator, too", NULL);
	if (str_eq(quote, "\"") || (is_sep(quote) && quote[0] != ' ' && quote[0] != '\t'))
		return 0;
	return mlf_option_fail(h, "load_args", "quotechar", "`quotechar` is not one character",
		"use \" or ', or another character that is no letter, digit, blank, point or sign");
}

static int
read_encoding(struct mlf_dataset_host *h, struct csv_options *o)
{
	static const struct {
		const char *name;
		bool latin1;
	} names[] = {{"utf-8", false}, {"utf8", false}, {"utf-8-sig", false}, {"latin-1", true},
		{"latin1", true}, {"iso-8859-1", true}};
	const char *name = mlf_option(h, "load_args", "encoding", "utf-8");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i].name, name) == 0) {
			o->dialect.latin1 = names[i].latin1;
			return 0;
		}
	return mlf_option_fail(h, "load_args", "encoding", "unknown `encoding`",
		"utf-8 and latin-1 can be read; convert others with: iconv -f ENCODING -t UTF-8");
}

static int
read_skip(struct mlf_dataset_host *h, struct csv_options *o)
{
	int64_t n = 0;

	if (str_to_i64(mlf_option(h, "load_args", "skiprows", "0"), &n) < 0 || n < 0)
		return mlf_option_fail(h, "load_args", "skiprows",
			"`skiprows` is the number of lines before the header", NULL);
	o->dialect.skip = n;
	return 0;
}

static int
read_bad_lines(struct mlf_dataset_host *h, struct csv_options *o)
{
	const char *what = mlf_option(h, "load_args", "on_bad_lines", "error");

	o->dialect.lenient = str_eq(what, "skip") || str_eq(what, "quarantine");
	if (o->dialect.lenient || str_eq(what, "error"))
		return 0;
	return mlf_option_fail(h, "load_args", "on_bad_lines", "unknown `on_bad_lines`",
		"use error, skip or quarantine");
}

/* A list of texts as the keys of a map. */
static int
read_texts(struct mlf_dataset_host *h, const char *key, struct map *to)
{
	const char *json = mlf_option(h, "load_args", key, "[]"), *text;
	struct str why = {0};
	struct jr r;
	int rc;

	jr_init(&r, json, strlen(json));
	if (jr_array(&r))
		while (jr_next(&r, &text))
			if ((text = jr_str(&r)))
				map_put(to, text, to);
	if (jr_done(&r, NULL) == 0)
		return 0;
	str_addf(&why, "`%s` is no list of texts", key);
	rc = mlf_option_fail(h, "load_args", key, why.s, NULL);
	str_fini(&why);
	return rc;
}

int
csv_options(struct mlf_dataset_host *h, struct csv_options *o)
{
	*o = (struct csv_options){0};
	if (read_sep(h, o) == 0 && read_quote(h, o) == 0 && read_encoding(h, o) == 0 &&
		read_skip(h, o) == 0 && read_bad_lines(h, o) == 0 &&
		read_texts(h, "na_values", &o->na) == 0 && read_texts(h, "usecols", &o->use) == 0 &&
		read_texts(h, "parse_dates", &o->dates) == 0 &&
		dtype_read(h, &o->types, &o->every) == 0)
		return 0;
	csv_options_fini(o);
	return -1;
}

void
csv_options_fini(struct csv_options *o)
{
	map_fini(&o->na);
	map_fini(&o->types);
	map_fini(&o->dates);
	map_fini(&o->use);
	*o = (struct csv_options){0};
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
	{"load_args", "quotechar", MLF_OPT_STR, false, "what encloses fields (default: \")"},
	{"load_args", "encoding", MLF_OPT_STR, false, "utf-8 (default) or latin-1"},
	{"load_args", "skiprows", MLF_OPT_INT, false, "lines before the header (default: 0)"},
	{"load_args", "usecols", MLF_OPT_TEXTS, false, "the columns to read (default: all)"},
	{"load_args", "parse_dates", MLF_OPT_TEXTS, false, "columns to read as timestamps"},
	{"load_args", "on_bad_lines", MLF_OPT_STR, false,
		"error (default), skip or quarantine: rows that cannot be read"},
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
