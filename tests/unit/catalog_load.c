/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog.h"

LEAK_SUITE(load);

struct loaded {
	struct project p;
	struct catalog *c; /* NULL: it did not load */
	struct errs found;
};

static struct ynode *
parse(struct arena *a, const char *file, const char *text)
{
	struct err e = {0};
	struct ynode *n;

	cr_assert_eq(yaml_parse(a, file, text, strlen(text), &n, &e), 0, "%s", e.msg);
	return n;
}

static void
load(struct loaded *l, const char *catalog, const char *credentials)
{
	*l = (struct loaded){0};
	l->p.catalog = parse(&l->p.arena, "conf/base/catalog.yml", catalog);
	l->p.credentials = parse(&l->p.arena, "conf/local/credentials.yml", credentials);
	if (catalog_load(&l->c, &l->p, &l->found) < 0)
		l->c = NULL;
}

static void
unload(struct loaded *l)
{
	catalog_free(l->c);
	errs_fini(&l->found);
	arena_fini(&l->p.arena);
}

Test(load, entries_become_datasets_in_order_of_names)
{
	struct loaded l;
	const struct dataset *d;

	load(&l,
		"_defaults: &d {load_args: {sep: ;}}\n"
		"z_model:\n  type: model\n  filepath: data/06_models//./m/\n"
		"loans:\n"
		"  type: csv\n"
		"  filepath: ./data/01_raw/loans.csv\n"
		"  load_args: {sep: ;, na_values: [NA], dtype: {id: utf8}}\n"
		"  save_args: {sep: ;}\n"
		"  metadata: {layer: raw, owner: me}\n"
		"  tags: [daily, finance]\n"
		"  versioned: false\n"
		"cache: {type: memory, metadata: {kedro-viz: {layer: primary}}}\n"
		"report: {type: json, filepath: /srv/report.json, allow_outside: true}\n",
		"{}");
	cr_assert(l.c, "%s", l.found.n ? l.found.v[0].msg : "");
	cr_assert_eq(catalog_count(l.c), 4);
	cr_expect_str_eq(catalog_at(l.c, 0)->name, "cache");
	cr_expect_str_eq(catalog_at(l.c, 3)->name, "z_model");
	cr_expect_str_eq(catalog_at(l.c, 3)->path, "data/06_models/m");
	cr_expect_eq(catalog_at(l.c, 3)->kind, MLF_MODEL);
	d = catalog_get(l.c, "loans");
	cr_assert(d);
	cr_expect_str_eq(d->path, "data/01_raw/loans.csv");
	cr_expect_str_eq(d->layer, "raw");
	cr_expect_eq(d->kind, MLF_TABLE);
	cr_expect_not(d->outside);
	cr_expect_eq(d->at.line, 5);
	d = catalog_get(l.c, "cache");
	cr_expect_null(d->path);
	cr_expect_str_eq(d->layer, "primary");
	cr_expect(catalog_get(l.c, "report")->outside);
	cr_expect_null(catalog_get(l.c, "nobody"));
	cr_expect_null(catalog_get(l.c, "_defaults"));
	cr_expect_str_eq(catalog_near(l.c, "loan"), "loans");
	unload(&l);
}

Test(load, an_empty_catalog_is_fine)
{
	struct loaded l;

	load(&l, "", "{}");
	cr_assert(l.c);
	cr_expect_eq(catalog_count(l.c), 0);
	unload(&l);
}

/* One mistake each. */
static const struct {
	const char *entry;
	enum err_code code;
	int line, col;
	const char *msg, *help;
} bad[] = {
	{"x: 5", MLC_CONF_TYPE, 1, 0, "dataset `x` must be a map", ""},
	{"x:", MLC_CONF_TYPE, 1, 0, "dataset `x` must be a map", ""},
	{"x: {filepath: a}", MLC_CONF_MISSING, 1, 0, "dataset `x` has no type", "type: csv"},
	{"x: {type: [csv], filepath: a}", MLC_CONF_TYPE, 1, 11, "dataset `x` has no type", ""},
	{"x: {type: cvs, filepath: a}", MLC_DATASET_TYPE, 1, 11, "unknown dataset type `cvs`",
		"did you mean `csv`?"},
	{"x: {type: pandas.CSVDataset, filepath: a}", MLC_DATASET_TYPE, 1, 11, "pandas.CSVDataset",
		"`type: csv`"},
	{"x: {type: hologram, filepath: a}", MLC_DATASET_TYPE, 1, 11, "hologram",
		"known types: csv"},
	{"x: {type: csv}", MLC_CONF_MISSING, 1, 0, "`filepath` is missing", "data/"},
	{"x: {type: csv, filepath: 7}", MLC_CONF_TYPE, 1, 26,
		"`filepath` of dataset `x` must be text", ""},
	{"x: {type: memory, filepath: a}", MLC_CONF_VALUE, 1, 29, "lives in memory", "remove"},
	{"x: {type: csv, filepath: a, lod_args: {}}", MLC_CONF_UNKNOWN, 1, 29,
		"unknown key `lod_args` in dataset `x`", "did you mean `load_args`?"},
	{"x: {type: csv, filepath: a, load_args: {separator: ;}}", MLC_CONF_UNKNOWN, 1, 41,
		"unknown key `separator` in load_args of dataset `x` (type csv)",
		"`sep`, `na_values`"},
	{"x: {type: csv, filepath: a, load_args: {na_value: [x]}}", MLC_CONF_UNKNOWN, 1, 41,
		"unknown key `na_value`", "did you mean `na_values`?"},
	{"x: {type: csv, filepath: a, save_args: {index: false}}", MLC_CONF_UNKNOWN, 1, 41,
		"unknown key `index` in save_args", "known keys: `sep`"},
	{"x: {type: json, filepath: a, load_args: {sep: ;}}", MLC_CONF_UNKNOWN, 1, 30,
		"has load_args, but the type json takes none", "remove `load_args`"},
	{"x: {type: csv, filepath: a, load_args: [sep]}", MLC_CONF_TYPE, 1, 40,
		"`load_args` of dataset `x` must be a map", ""},
	{"x: {type: csv, filepath: a, load_args: {sep: 1}}", MLC_CONF_TYPE, 1, 46,
		"`sep` in load_args of dataset `x` must be text", "in quotes: \"1\""},
	{"x: {type: csv, filepath: a, load_args: {sep: ab}}", MLC_CONF_VALUE, 1, 46,
		"`sep` is not one character", ""},
	{"x: {type: csv, filepath: a, load_args: {sep: a}}", MLC_CONF_VALUE, 1, 46,
		"`sep` is not one character", "no letter"},
	{"x: {type: csv, filepath: a, load_args: {sep: '.'}}", MLC_CONF_VALUE, 1, 46,
		"`sep` is not one character", ""},
	{"x: {type: csv, filepath: a, load_args: {sep: '\"'}}", MLC_CONF_VALUE, 1, 46,
		"`sep` is not one character", ""},
	{"x: {type: csv, filepath: a, load_args: {sep: \"\\n\"}}", MLC_CONF_VALUE, 1, 46,
		"`sep` is not one character", ""},
	{"x: {type: csv, filepath: a, load_args: {sep: ''}}", MLC_CONF_VALUE, 1, 46,
		"`sep` is not one character", ""},
	{"x: {type: csv, filepath: a, load_args: {sep: ;}, save_args: {sep: '|'}}", MLC_CONF_VALUE,
		1, 67, "differs between load_args and save_args", "once"},
	{"x: {type: csv, filepath: a, load_args: {na_values: {a: b}}}", MLC_CONF_TYPE, 1, 52,
		"`na_values` in load_args of dataset `x` must be a list of texts", ""},
	{"x: {type: csv, filepath: a, load_args: {na_values: [a, ~]}}", MLC_CONF_TYPE, 1, 52,
		"must be a list of texts", "null"},
	{"x: {type: csv, filepath: a, load_args: {dtype: flaot}}", MLC_CONF_VALUE, 1, 48,
		"`dtype` names the unknown type `flaot`", "float64"},
	{"x: {type: csv, filepath: a, load_args: {dtype: {a: int32}}}", MLC_CONF_VALUE, 1, 48,
		"`dtype` names the unknown type `int32`", ""},
	{"x: {type: csv, filepath: a, load_args: {dtype: [int64]}}", MLC_CONF_VALUE, 1, 48,
		"`dtype` is neither a type nor a map", ""},
	{"x: {type: csv, filepath: a, load_args: {dtype: {a: 5}}}", MLC_CONF_VALUE, 1, 48,
		"`dtype` is neither a type nor a map", ""},
	{"x: {type: memory, versioned: true}", MLC_CONF_VALUE, 1, 30, "has no versions", ""},
	{"x: {type: csv, filepath: a, tags: {a: b}}", MLC_CONF_TYPE, 1, 35, "`tags` of dataset `x`",
		"tags: ["},
	{"x: {type: csv, filepath: a, metadata: raw}", MLC_CONF_TYPE, 1, 39,
		"`metadata` of dataset", "layer"},
	{"x: {type: csv, filepath: a, metadata: {layer: 3}}", MLC_CONF_TYPE, 1, 39, "`layer`", ""},
	{"x: {type: csv, filepath: a, credentials: {user: me}}", MLC_CONF_UNKNOWN, 1, 29,
		"has credentials, but the type csv takes none", ""},
	{"x: {type: csv, filepath: a, credentials: warehose}", MLC_CONF_VALUE, 1, 42,
		"needs credentials `warehose`", "did you mean `warehouse`?"},
	{"x: {type: csv, filepath: a, credentials: other}", MLC_CONF_VALUE, 1, 42,
		"needs credentials `other`", "conf/local/credentials.yml"},
	{"x: {type: csv, filepath: ../a}", MLC_OUTSIDE, 1, 26, "leaves the project: `../a`",
		"allow_outside"},
	{"x: {type: csv, filepath: a/../b}", MLC_OUTSIDE, 1, 26, "leaves the project", ""},
	{"x: {type: csv, filepath: /etc/passwd}", MLC_OUTSIDE, 1, 26, "leaves the project", ""},
	{"x: {type: csv, filepath: 's3://b/a.csv'}", MLC_CONF_VALUE, 1, 26, "remote files", ""},
	{"x: {type: csv, filepath: ./}", MLC_CONF_VALUE, 1, 26, "names no file", ""},
	{"x: {type: csv, filepath: ''}", MLC_CONF_VALUE, 1, 26, "names no file", ""},
	{"x: {type: csv, filepath: /, allow_outside: true}", MLC_CONF_VALUE, 1, 26, "names no file",
		""},
	{"x: {type: csv, filepath: a/.., allow_outside: true}", MLC_CONF_VALUE, 1, 26,
		"names no file", ""},
	{"'{name': {type: csv, filepath: a}", MLC_CONF_VALUE, 1, 0, "a placeholder is a name", ""},
	{"'a}': {type: csv, filepath: a}", MLC_CONF_VALUE, 1, 0, "too many", ""},
	{"'{a}_{a}': {type: csv, filepath: a}", MLC_CONF_VALUE, 1, 0, "twice", ""},
	{"'{a}_x': {type: csv, filepath: 'data/{b}.csv'}", MLC_CONF_VALUE, 1, 32,
		"no placeholder `{b}`", "placeholders of the name"},
	{"{'{a}': {type: memory}, '{b}': {type: memory}}", MLC_CONF_VALUE, 1, 0,
		"both fit every name", "keep one"},
	{"x@a@b: {type: csv, filepath: a}", MLC_CONF_VALUE, 1, 0, "cannot be the name", ""},
	{"'a b': {type: csv, filepath: a}", MLC_CONF_VALUE, 1, 0, "cannot be the name", "letters"},
	{".a: {type: csv, filepath: a}", MLC_CONF_VALUE, 1, 0, "cannot be the name", ""},
	{"parameters: {type: csv, filepath: a}", MLC_CONF_VALUE, 1, 0, "`parameters`", ""},
};

Test(load, mistakes_are_reported_with_place_and_help)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct loaded l;
		const struct err *e;

		load(&l, bad[i].entry, "warehouse: {user: me}");
		cr_expect_null(l.c, "%s", bad[i].entry);
		cr_assert_eq(l.found.n, 1, "%s: %zu errors: %s", bad[i].entry, l.found.n,
			l.found.n ? l.found.v[0].msg : "");
		e = &l.found.v[0];
		cr_expect_eq(e->code, bad[i].code, "%s: %d", bad[i].entry, e->code);
		cr_expect(strstr(e->msg, bad[i].msg), "%s: %s", bad[i].entry, e->msg);
		cr_expect(strstr(e->help, bad[i].help), "%s: help: %s", bad[i].entry, e->help);
		cr_expect_eq(e->line, bad[i].line, "%s: line %d", bad[i].entry, e->line);
		cr_expect_str_eq(e->file, "conf/base/catalog.yml");
		if (bad[i].col)
			cr_expect_eq(e->col, bad[i].col, "%s: column %d", bad[i].entry, e->col);
		unload(&l);
	}
}

Test(load, all_mistakes_of_all_entries_come_at_once)
{
	struct loaded l;

	load(&l,
		"a: {type: csv}\n"
		"b: {type: csv, filepath: x, load_args: {spe: ;, dtyp: int64}, versioned: true}\n"
		"c: {type: xxx}\n"
		"d: {type: text, filepath: d.txt}\n",
		"{}");
	cr_expect_null(l.c);
	cr_expect_eq(l.found.n, 4);
	unload(&l);
}

Test(load, a_broken_entry_of_a_pattern_is_reported_once_a_name)
{
	struct loaded l;
	struct errs found = {0};

	load(&l, "'{t}.{n}': {type: '{t}', filepath: 'data/{n}'}\n", "{}");
	cr_assert(l.c, "%s", l.found.n ? l.found.v[0].msg : "");
	cr_expect_null(catalog_get(l.c, "csx.a"));
	cr_expect_null(catalog_find(l.c, "csx.a", &found));
	cr_assert_eq(found.n, 1);
	cr_expect_eq(found.v[0].code, MLC_DATASET_TYPE);
	cr_expect_null(catalog_find(l.c, "csx.a", &found));
	cr_expect_eq(found.n, 1);
	cr_assert(catalog_find(l.c, "csv.a", &found));
	cr_expect_str_eq(catalog_find(l.c, "csv.a", &found)->path, "data/a");
	cr_expect_eq(catalog_count(l.c), 0, "what patterns make is not listed");
	errs_fini(&found);
	unload(&l);
}
