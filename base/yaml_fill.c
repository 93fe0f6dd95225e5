/* SPDX-License-Identifier: Apache-2.0
 * Structs from maps by a table of keys, with every mistake reported at once: unknown keys, wrong
 * types and bad values in the order of the file, then the missing ones. */
#include "base/yaml.h"

#include <string.h>
#include <strings.h>
#include "base/str.h"

struct filler {
	const struct yfield *fields;
	char *into;
	const char *what;
	struct errs *found;
};

static const char *
type_name(enum yfield_type type)
{
	static const char *const names[] = {
		[YF_STR] = "text",
		[YF_INT] = "a whole number",
		[YF_FLOAT] = "a number",
		[YF_BOOL] = "true or false",
		[YF_NODE] = "a value",
		[YF_DURATION] = "a duration",
		[YF_SIZE] = "a size",
	};

	return names[type];
}

static bool
is_yes_or_no(const char *s)
{
	static const char *const words[] = {"yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

/* What to do about a value of the wrong type, where that can be known. */
static void
help_type(const struct yfield *f, const struct ynode *n, struct err *e)
{
	if (f->type == YF_DURATION)
		err_help(e, "write a number and a unit: 500ms, 30s, 10m, 2h or 1d");
	else if (f->type == YF_SIZE)
		err_help(e, "write a number and a unit: 64MiB, 2GiB, 500MB");
	else if (f->type == YF_BOOL && n->kind == Y_STR && is_yes_or_no(n->text))
		err_help(e, "write true or false: in YAML 1.2, %s is text", n->text);
	else if (f->type == YF_STR && n->text && n->kind != Y_NULL && !n->secret)
		err_help(e, "put it in quotes: \"%s\"", n->text);
	else if (n->kind == Y_STR && n->quoted && f->type != YF_STR)
		err_help(e, "remove the quotes");
	else if (f->help)
		err_help(e, "`%s`: %s", f->key, f->help);
}

static int
wrong_type(const struct filler *fl, const struct yfield *f, const struct ynode *n, struct err *e)
{
	const char *is = yaml_kind_name(n->kind);

	err_set(e, MLC_CONF_TYPE, "`%s` of %s must be %s, not %s", f->key, fl->what,
		type_name(f->type), is);
	err_at(e, &n->at, is);
	help_type(f, n, e);
	return -1;
}

static int
bad_value(const struct filler *fl, const struct yfield *f, const struct ynode *n, struct err *e)
{
	err_set(e, MLC_CONF_VALUE, "`%s` of %s is not %s", f->key, fl->what, type_name(f->type));
	err_at(e, &n->at, "");
	help_type(f, n, e);
	return -1;
}

/* A duration needs its unit; a size without one is bytes. */
static int
fill_measure(const struct filler *fl, const struct yfield *f, const struct ynode *n, struct err *e)
{
	int64_t *to = (int64_t *)(void *)(fl->into + f->offset);
	bool size = f->type == YF_SIZE;

	if (size && n->kind == Y_INT && n->v.i >= 0) {
		*to = n->v.i;
		return 0;
	}
	if (n->kind != Y_STR && n->kind != Y_INT)
		return wrong_type(fl, f, n, e);
	if (n->kind == Y_STR && (size ? str_to_bytes : str_to_duration)(n->text, to) == 0)
		return 0;
	return bad_value(fl, f, n, e);
}

static int
fill_one(const struct filler *fl, const struct yfield *f, struct ynode *n, struct err *e)
{
	void *to = fl->into + f->offset;

	switch (f->type) {
	case YF_STR:
		if (n->kind != Y_STR)
			break;
		*(const char **)to = n->text;
		return 0;
	case YF_INT:
		if (n->kind != Y_INT)
			break;
		*(int64_t *)to = n->v.i;
		return 0;
	case YF_FLOAT:
		if (n->kind != Y_INT && n->kind != Y_FLOAT)
			break;
		*(double *)to = n->kind == Y_INT ? (double)n->v.i : n->v.f;
		return 0;
	case YF_BOOL:
		if (n->kind != Y_BOOL)
			break;
		*(bool *)to = n->v.b;
		return 0;
	case YF_NODE: *(struct ynode **)to = n; return 0;
	case YF_DURATION:
	case YF_SIZE: return fill_measure(fl, f, n, e);
	}
	return wrong_type(fl, f, n, e);
}

static const struct yfield *
find_field(const struct yfield *fields, const char *key)
{
	for (; fields->key; fields++)
		if (strcmp(fields->key, key) == 0)
			return fields;
	return NULL;
}

static const char *
near_field(const struct yfield *fields, const char *key)
{
	const char *best = NULL;
	int best_distance = 0, d;

	for (; fields->key; fields++) {
		if (!str_near(fields->key, key, &d) || (best && d >= best_distance))
			continue;
		best = fields->key;
		best_distance = d;
	}
	return best;
}

static int
unknown_key(const struct filler *fl, const struct ypair *pair, struct err *e)
{
	const char *near = near_field(fl->fields, pair->key);
	struct str known = {0};

	err_set(e, MLC_CONF_UNKNOWN, "unknown key `%s` in %s", pair->key, fl->what);
	err_at(e, &pair->at, "");
	if (near)
		return err_help(e, "did you mean `%s`?", near);
	for (const struct yfield *f = fl->fields; f->key; f++)
		str_addf(&known, "%s`%s`", f == fl->fields ? "" : ", ", f->key);
	if (known.len)
		err_help(e, "known keys: %s", str_text(&known));
	str_fini(&known);
	return -1;
}

static int
missing_key(const struct filler *fl, const struct yfield *f, const struct ynode *map, struct err *e)
{
	const struct ypair *pair = yaml_pair(map, f->key);

	err_set(e, MLC_CONF_MISSING, "`%s` %s in %s", f->key, pair ? "is empty" : "is missing",
		fl->what);
	if (pair)
		err_at(e, &pair->at, "");
	else if (map)
		err_at(e, &map->at, "");
	return err_help(
		e, "add `%s: ...`%s%s", f->key, f->help ? ": " : "", f->help ? f->help : "");
}

static int
no_map(const struct filler *fl, const struct ynode *n)
{
	struct err e = {0};

	err_set(&e, MLC_CONF_TYPE, "%s must be a map, not %s", fl->what, yaml_kind_name(n->kind));
	err_at(&e, &n->at, yaml_kind_name(n->kind));
	errs_add(fl->found, &e);
	return -1;
}

/* A key without a value leaves the default, unless the table wants the node itself. */
int
yaml_fill(const struct ynode *map, const struct yfield *fields, void *into, const char *what,
	struct errs *found)
{
	const struct filler fl = {.fields = fields, .into = into, .what = what, .found = found};
	struct err e = {0};
	int rc = 0;

	if (map && map->kind == Y_NULL)
		map = NULL;
	if (map && map->kind != Y_MAP)
		return no_map(&fl, map);
	for (size_t i = 0; map && i < map->n; i++) {
		const struct ypair *pair = &map->u.pairs[i];
		const struct yfield *f = find_field(fields, pair->key);
		bool empty = f && f->type != YF_NODE && pair->value->kind == Y_NULL;

		if (f ? !empty && fill_one(&fl, f, pair->value, &e) != 0
		      : unknown_key(&fl, pair, &e) != 0) {
			errs_add(found, &e);
			rc = -1;
		}
	}
	for (const struct yfield *f = fields; f->key; f++) {
		const struct ynode *n = yaml_get(map, f->key);

		if (!f->required || (n && (n->kind != Y_NULL || f->type == YF_NODE)))
			continue;
		missing_key(&fl, f, map, &e);
		errs_add(found, &e);
		rc = -1;
	}
	return rc;
}
