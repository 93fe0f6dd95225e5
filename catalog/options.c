/* SPDX-License-Identifier: Apache-2.0
 * The options of catalog entries: checked against the table of the entry's type, and handed to the
 * type as text. A place ("load_args") is a map in the entry; "" is the entry itself. */
#include "catalog/inside.h"

#include <string.h>

/* --- finding ------------------------------------------------------------------------------------- */

static const struct ynode *
place_map(const struct dataset *d, const char *where)
{
	const struct ynode *map = *where ? yaml_get(d->entry, where) : d->entry;

	return map && map->kind == Y_MAP ? map : NULL;
}

static const struct ynode *
find(const struct dataset *d, const char *where, const char *key)
{
	const struct ynode *map = place_map(d, where), *n = map ? yaml_get(map, key) : NULL;

	return n && n->kind != Y_NULL ? n : NULL;
}

struct place
option_place(const struct dataset *d, const char *where, const char *key)
{
	const struct ynode *n = find(d, where, key);
	const struct ypair *pair = *where ? yaml_pair(d->entry, where) : NULL;

	return n ? n->at : pair ? pair->at : d->at;
}

static const struct mlf_option *
find_option(const struct mlf_option *o, const char *where, const char *key)
{
	for (; o && o->key; o++)
		if (str_eq(o->where, where) && (!key || str_eq(o->key, key)))
			return o;
	return NULL;
}

/* --- checking ------------------------------------------------------------------------------------ */

static bool
is_scalar(const struct ynode *n)
{
	return n->kind != Y_LIST && n->kind != Y_MAP && n->kind != Y_NULL;
}

static bool
fits(const struct mlf_option *o, const struct ynode *n)
{
	switch (o->type) {
	case MLF_OPT_STR: return n->kind == Y_STR;
	case MLF_OPT_INT: return n->kind == Y_INT;
	case MLF_OPT_FLOAT: return n->kind == Y_INT || n->kind == Y_FLOAT;
	case MLF_OPT_BOOL: return n->kind == Y_BOOL;
	case MLF_OPT_ANY: return true;
	case MLF_OPT_TEXTS: break;
	}
	if (n->kind != Y_LIST)
		return is_scalar(n);
	for (size_t i = 0; i < n->n; i++)
		if (!is_scalar(n->u.items[i]))
			return false;
	return true;
}

static const char *
wanted(enum mlf_option_type type)
{
	static const char *const names[] = {[MLF_OPT_STR] = "text",
		[MLF_OPT_INT] = "a whole number",
		[MLF_OPT_FLOAT] = "a number",
		[MLF_OPT_BOOL] = "true or false",
		[MLF_OPT_TEXTS] = "a list of texts",
		[MLF_OPT_ANY] = "a value"};

	return names[type];
}

static void
wrong_type(const struct dataset *d, const struct mlf_option *o, const struct ynode *n,
	struct errs *found)
{
	struct err e = {0};

	err_set(&e, MLC_CONF_TYPE, "`%s` in %s%sdataset `%s` must be %s, not %s", o->key, o->where,
		*o->where ? " of " : "", d->name, wanted(o->type), yaml_kind_name(n->kind));
	err_at(&e, &n->at, yaml_kind_name(n->kind));
	if (o->type == MLF_OPT_STR && n->text && !n->secret)
		err_help(&e, "put it in quotes: \"%s\"", n->text);
	else if (o->type == MLF_OPT_TEXTS)
		err_help(&e, "an item without anything is null: put texts in quotes");
	else
		err_help(&e, "`%s`: %s", o->key, o->help ? o->help : wanted(o->type));
	errs_add(found, &e);
}

static void
unknown_key(
	const struct dataset *d, const char *where, const struct ypair *pair, struct errs *found)
{
	const char *near = NULL;
	struct str known = {0};
	struct err e = {0};
	int distance, least = 0;

	for (const struct mlf_option *o = d->type->options; o && o->key; o++) {
		if (!str_eq(o->where, where))
			continue;
		str_addf(&known, "%s`%s`", known.len ? ", " : "", o->key);
		if (str_near(o->key, pair->key, &distance) && (!near || distance < least)) {
			near = o->key;
			least = distance;
		}
	}
	err_set(&e, MLC_CONF_UNKNOWN, "unknown key `%s` in %s of dataset `%s` (type %s)", pair->key,
		where, d->name, d->type->name);
	err_at(&e, &pair->at, "");
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "known keys: %s", str_text(&known));
	errs_add(found, &e);
	str_fini(&known);
}

static void
no_options(const struct dataset *d, const char *where, struct errs *found)
{
	struct place at = option_place(d, where, "");
	struct err e = {0};

	err_set(&e, MLC_CONF_UNKNOWN, "dataset `%s` has %s, but the type %s takes none", d->name,
		where, d->type->name);
	err_at(&e, &at, "");
	err_help(&e, "remove `%s`", where);
	errs_add(found, &e);
}

static void
missing(const struct dataset *d, const struct mlf_option *o, struct errs *found)
{
	struct place at = option_place(d, o->where, o->key);
	struct err e = {0};

	err_set(&e, MLC_CONF_MISSING, "`%s` is missing in %s%sdataset `%s` (type %s)", o->key,
		o->where, *o->where ? " of " : "", d->name, d->type->name);
	err_at(&e, &at, "");
	err_help(&e, "`%s`: %s", o->key, o->help ? o->help : wanted(o->type));
	errs_add(found, &e);
}

static bool
check_map(const struct dataset *d, const char *where, struct errs *found)
{
	const struct ynode *n = *where ? yaml_get(d->entry, where) : d->entry;
	struct err e = {0};

	if (!n || n->kind == Y_NULL || n->kind == Y_MAP)
		return true;
	err_set(&e, MLC_CONF_TYPE, "`%s` of dataset `%s` must be a map, not %s", where, d->name,
		yaml_kind_name(n->kind));
	err_at(&e, &n->at, yaml_kind_name(n->kind));
	errs_add(found, &e);
	return false;
}

int
options_check(const struct dataset *d, const char *where, struct errs *found)
{
	const struct mlf_option *table = d->type->options, *o;
	const struct ynode *map = place_map(d, where), *n;
	size_t before = found->n + found->dropped;

	if (!check_map(d, where, found))
		return -1;
	if (map && map->n && *where && !find_option(table, where, NULL))
		no_options(d, where, found);
	else
		for (size_t i = 0; map && *where && i < map->n; i++)
			if (!find_option(table, where, map->u.pairs[i].key))
				unknown_key(d, where, &map->u.pairs[i], found);
	for (o = table; o && o->key; o++) {
		n = find(d, where, o->key);
		if (!str_eq(o->where, where))
			continue;
		if (n && !fits(o, n))
			wrong_type(d, o, n, found);
		else if (!n && o->required)
			missing(d, o, found);
	}
	return found->n + found->dropped == before ? 0 : -1;
}

/* --- as text ------------------------------------------------------------------------------------- */

static void
texts_json(struct jw *w, const struct ynode *n)
{
	jw_array(w);
	if (n->kind != Y_LIST)
		jw_str(w, n->text);
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		jw_str(w, n->u.items[i]->text);
	jw_end(w, ']');
}

static void
add_scalar(struct str *out, const struct ynode *n)
{
	if (n->kind == Y_BOOL)
		str_add(out, n->v.b ? "true" : "false");
	else if (n->kind == Y_INT)
		str_addf(out, "%lld", (long long)n->v.i);
	else if (n->kind == Y_FLOAT)
		str_add_f64(out, n->v.f);
	else if (n->text)
		str_add(out, n->text);
}

const char *
option_text(struct arena *a, const struct dataset *d, const char *where, const char *key)
{
	const struct mlf_option *o = find_option(d->type->options, where, key);
	const struct ynode *n = find(d, where, key);
	struct str text = {0};
	const char *kept;
	struct jw w;

	if (!o || !n)
		return NULL;
	jw_init(&w, &text);
	if (o->type == MLF_OPT_TEXTS)
		texts_json(&w, n);
	else if (o->type == MLF_OPT_ANY)
		yaml_to_json(&w, n, false);
	else
		add_scalar(&text, n);
	kept = arena_strdup(a, str_text(&text));
	str_fini(&text);
	return kept;
}
