/* SPDX-License-Identifier: Apache-2.0
 * The entries of catalog*.yml as datasets.
 *
 *	loans:
 *	  type: csv                            one of catalog/types.c
 *	  filepath: data/01_raw/loans.csv      beneath the root, unless allow_outside: true
 *	  load_args: {...}                     what the type's table of options names, likewise
 *	  save_args: {...}                     save_args, credentials and keys of the entry itself
 *	  versioned: true                      keeps every version (version.c)
 *	  credentials: warehouse               a key of credentials.yml, or a map
 *	  metadata: {layer: raw}               or kedro-viz: {layer: raw}; else free
 *	  tags: [daily]
 *
 * All mistakes of all entries are reported at once. Keys that begin with `_` are no datasets; keys
 * with {placeholders} are patterns (pattern.c), whose entries are made when a name first fits. What
 * Kedro has and we have not yet (remote paths) is refused in so many words, never ignored. */
#include "catalog/inside.h"
#include "catalog/pattern.h"

#include <stdlib.h>
#include <string.h>

/* What names of no entry come to: filled while the catalog is in use. */
struct resolver {
	struct catalog *c;
	struct project *p;
	struct pattern *v; /* arena; in the order in which they are asked */
	size_t n;
	struct map made;       /* name -> struct dataset *, or &broken */
	struct dataset broken; /* its mistakes were reported */
};

struct catalog {
	struct arena mem;
	struct dataset **v; /* arena; in order of names */
	size_t n;
	struct map by_name;
	struct resolver *r; /* arena */
};

struct entry {
	const char *type, *filepath;
	struct ynode *load_args, *save_args, *credentials, *metadata, *tags, *own;
	bool versioned, allow_outside;
};

static const struct yfield common[] = {
	{"type", YF_STR, true, offsetof(struct entry, type),
		"csv, jsonl, arrow, sqlite, postgres, partitions, json, text, bytes, model, "
		"memory, or a module's"},
	{"filepath", YF_STR, false, offsetof(struct entry, filepath), "where it lies"},
	{"load_args", YF_NODE, false, offsetof(struct entry, load_args), "how it is read"},
	{"save_args", YF_NODE, false, offsetof(struct entry, save_args), "how it is written"},
	{"versioned", YF_BOOL, false, offsetof(struct entry, versioned), "keep all versions"},
	{"credentials", YF_NODE, false, offsetof(struct entry, credentials),
		"a key of credentials.yml"},
	{"metadata", YF_NODE, false, offsetof(struct entry, metadata), "layer, and what you like"},
	{"tags", YF_NODE, false, offsetof(struct entry, tags), "a list of texts"},
	{"allow_outside", YF_BOOL, false, offsetof(struct entry, allow_outside),
		"the file may lie outside of the project"},
};
#define N_COMMON (sizeof(common) / sizeof(common[0]))

/* What all the steps of one entry need. */
struct loader {
	struct catalog *c;
	struct project *p;
	struct errs *found;
	struct dataset *d;
	const struct ynode *node;
};

/* --- reporting ----------------------------------------------------------------------------------- */

/* Reports e, which has its message already, with the place of a key of the entry. */
static void
report(struct loader *l, struct err *e, const char *key, const char *help)
{
	const struct ynode *n = key && l->node->kind == Y_MAP ? yaml_get(l->node, key) : NULL;

	err_at(e, n ? &n->at : &l->d->at, "");
	if (help)
		err_help(e, "%s", help);
	errs_add(l->found, e);
}

/* --- the name ------------------------------------------------------------------------------------ */

/* A name, or a name, `@` and the name of a format. */
static bool
is_dataset_name(const char *name)
{
	const char *format = strchr(name, '@');
	char *base = mem_strdup(name);
	bool ok;

	base[format ? format - name : (ptrdiff_t)strlen(name)] = '\0';
	ok = str_is_name(base) && (!format || str_is_name(format + 1));
	free(base);
	return ok;
}

static bool
name_ok(struct loader *l)
{
	const char *name = l->d->name;
	struct err e = {0};

	if (!is_dataset_name(name)) {
		err_set(&e, MLC_CONF_VALUE, "`%s` cannot be the name of a dataset", name);
		report(l, &e, NULL, "use up to 128 letters, digits, `_`, `-` and `.`");
	} else if (str_eq(name, "parameters")) {
		err_set(&e, MLC_CONF_VALUE, "no dataset can be called `parameters`");
		report(l, &e, NULL, "that name stands for the parameters of the project");
	} else {
		return true;
	}
	return false;
}

/* --- the path ------------------------------------------------------------------------------------ */

/* The path without "." and doubled slashes, so that one file has one path. */
static const char *
tidy(struct arena *a, const char *path, bool *climbs)
{
	struct str out = {0};
	const char *kept;

	if (*path == '/')
		str_addc(&out, '/');
	*climbs = *path == '/';
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n > 0 && !(n == 1 && *path == '.')) {
			if (out.len && out.s[out.len - 1] != '/')
				str_addc(&out, '/');
			str_addn(&out, path, n);
			*climbs |= n == 2 && strncmp(path, "..", 2) == 0;
		}
		path += n;
		path += *path == '/';
	}
	kept = arena_strdup(a, str_text(&out));
	str_fini(&out);
	return kept;
}

static void
take_path(struct loader *l, const struct entry *entry)
{
	struct dataset *d = l->d;
	struct err e = {0};
	bool climbs;

	d->path = tidy(&l->c->mem, entry->filepath, &climbs);
	if (str_starts(entry->filepath, MODEL_URI) && d->kind == MLF_MODEL) {
		d->path = arena_strdup(&l->c->mem, entry->filepath); /* two slashes are none */
		if (!entry->filepath[strlen(MODEL_URI)]) {
			err_set(&e, MLC_CONF_VALUE, "dataset `%s`: `%s` names no model", d->name,
				entry->filepath);
			report(l, &e, "filepath",
				"write models:/NAME@ALIAS or models:/NAME/VERSION");
		}
	} else if (strstr(entry->filepath, "://")) {
		err_set(&e, MLC_CONF_VALUE, "dataset `%s`: remote files are not supported yet",
			d->name);
		report(l, &e, "filepath", "give the path of a local file");
	} else if (!*d->path || str_eq(d->path, "/") || str_eq(d->path, "..") ||
		str_ends(d->path, "/..")) {
		err_set(&e, MLC_CONF_VALUE, "dataset `%s`: `%s` names no file", d->name,
			entry->filepath);
		report(l, &e, "filepath", "give a path like data/01_raw/loans.csv");
	} else if (climbs && !d->outside) {
		err_set(&e, MLC_OUTSIDE, "dataset `%s` leaves the project: `%s`", d->name,
			entry->filepath);
		report(l, &e, "filepath",
			"paths are relative to the project; if it must lie outside, add "
			"`allow_outside: true` to the entry");
	}
}

static void
check_path(struct loader *l, const struct entry *entry)
{
	bool memory = l->d->type->memory;
	struct err e = {0};

	if (l->d->type->locate && entry->filepath) {
		err_set(&e, MLC_CONF_VALUE, "dataset `%s` lies on a server and has no file",
			l->d->name);
		report(l, &e, "filepath", "remove `filepath`; `credentials` says where it lies");
	} else if (memory && entry->filepath) {
		err_set(&e, MLC_CONF_VALUE, "dataset `%s` lives in memory and has no file",
			l->d->name);
		report(l, &e, "filepath", "remove `filepath`, or choose a type that is a file");
	} else if (!memory && !l->d->type->locate && !entry->filepath) {
		err_set(&e, MLC_CONF_MISSING, "`filepath` is missing in dataset `%s` (type %s)",
			l->d->name, l->d->type->name);
		report(l, &e, NULL, "add `filepath: data/...`");
	} else if (!memory && !l->d->type->locate) {
		take_path(l, entry);
	}
}

/* --- the rest of the entry ------------------------------------------------------------------------ */

static bool
is_texts(const struct ynode *n)
{
	if (n->kind == Y_STR)
		return true;
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		if (n->u.items[i]->kind != Y_STR)
			return false;
	return n->kind == Y_LIST;
}

static void
check_tags(struct loader *l, const struct entry *entry)
{
	struct err e = {0};

	if (!entry->tags || entry->tags->kind == Y_NULL || is_texts(entry->tags))
		return;
	err_set(&e, MLC_CONF_TYPE, "`tags` of dataset `%s` must be a list of texts", l->d->name);
	report(l, &e, "tags", "write tags: [daily, finance]");
}

static void
take_layer(struct loader *l, const struct entry *entry)
{
	const struct ynode *meta = entry->metadata, *n;
	struct err e = {0};

	if (!meta || meta->kind == Y_NULL)
		return;
	if (meta->kind != Y_MAP) {
		err_set(&e, MLC_CONF_TYPE, "`metadata` of dataset `%s` must be a map, not %s",
			l->d->name, yaml_kind_name(meta->kind));
		report(l, &e, "metadata", "write metadata: {layer: raw}");
		return;
	}
	n = yaml_get(meta, "layer");
	if (!n)
		n = yaml_path(meta, "kedro-viz.layer");
	if (!n || n->kind == Y_NULL)
		return;
	l->d->layer = n->kind == Y_STR ? n->text : NULL;
	if (l->d->layer)
		return;
	err_set(&e, MLC_CONF_TYPE, "`layer` of dataset `%s` must be text, not %s", l->d->name,
		yaml_kind_name(n->kind));
	report(l, &e, "metadata", NULL);
}

static const char *
near_credentials(const struct ynode *map, const char *word)
{
	const char *best = NULL;
	int distance, least = 0;

	for (size_t i = 0; map && i < map->n; i++)
		if (str_near(map->u.pairs[i].key, word, &distance) && (!best || distance < least)) {
			best = map->u.pairs[i].key;
			least = distance;
		}
	return best;
}

static void
no_credentials(struct loader *l, const char *name)
{
	const char *near = near_credentials(l->p->credentials, name);
	struct err e = {0};

	err_set(&e, MLC_CONF_VALUE, "dataset `%s` needs credentials `%s`, which are not there",
		l->d->name, name);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "add `%s:` to conf/local/credentials.yml", name);
	report(l, &e, "credentials", NULL);
}

/* Puts what a name in `credentials` stands for in its place, in an entry of our own. */
static void
take_credentials(struct loader *l, const struct entry *entry)
{
	const char *name = entry->credentials ? yaml_str(entry->credentials) : NULL;
	struct ypair pair = {.key = "credentials"};
	struct ynode *own;

	if (!name || entry->credentials->kind == Y_NULL)
		return;
	pair.at = entry->credentials->at;
	pair.value = yaml_get(l->p->credentials, name);
	if (!pair.value) {
		no_credentials(l, name);
		pair.value = yaml_new(&l->c->mem, Y_NULL, pair.at);
	}
	own = yaml_new(&l->c->mem, Y_MAP, l->node->at);
	for (size_t i = 0; i < l->node->n; i++)
		yaml_put(&l->c->mem, own, &l->node->u.pairs[i]);
	yaml_put(&l->c->mem, own, &pair);
	l->d->entry = own;
}

static void
take_versioned(struct loader *l, const struct entry *entry)
{
	const char *what = l->d->type->commit ? "is a table in a database"
		: l->d->type->memory          ? "lives in memory"
		: dataset_is_parts(l->d)      ? "is a folder of partitions"
					      : NULL;
	struct err e = {0};

	l->d->versioned = entry->versioned;
	if (!entry->versioned || !what)
		return;
	err_set(&e, MLC_CONF_VALUE, "dataset `%s` %s and has no versions", l->d->name, what);
	report(l, &e, "versioned",
		l->d->type->memory ? "remove `versioned`, or choose a type that is a file"
				   : "remove `versioned`");
}

/* --- an entry ------------------------------------------------------------------------------------ */

static const struct mlf_dataset_type *
take_type(struct loader *l)
{
	const struct ynode *n = l->node->kind == Y_MAP ? yaml_get(l->node, "type") : NULL;
	const struct mlf_dataset_type *type;
	struct err e = {0};

	if (l->node->kind != Y_MAP) {
		err_set(&e, MLC_CONF_TYPE, "dataset `%s` must be a map, not %s", l->d->name,
			yaml_kind_name(l->node->kind));
		report(l, &e, NULL, "write type: and filepath: below it");
		return NULL;
	}
	if (!n || n->kind != Y_STR) {
		err_set(&e, n ? MLC_CONF_TYPE : MLC_CONF_MISSING, "dataset `%s` has no type",
			l->d->name);
		report(l, &e, "type",
			"add `type: csv`, or another of jsonl, arrow, sqlite, postgres, json, "
			"text, bytes, model, memory");
		return NULL;
	}
	type = catalog_type(n->text);
	if (!type) {
		(void)dataset_type_unknown(n->text, &n->at, &e);
		errs_add(l->found, &e);
	}
	return type;
}

/* The keys of an entry: ours, and those that the type adds. */
static const struct yfield *
fields_for(struct arena *a, const struct mlf_dataset_type *type)
{
	const struct mlf_option *o;
	struct yfield *fields;
	size_t n = N_COMMON;

	for (o = type->options; o && o->key; o++)
		n += !*o->where;
	fields = arena_alloc(a, (n + 1) * sizeof(*fields));
	memcpy(fields, common, sizeof(common));
	n = N_COMMON;
	for (o = type->options; o && o->key; o++)
		if (!*o->where)
			fields[n++] = (struct yfield){
				o->key, YF_NODE, false, offsetof(struct entry, own), o->help};
	return fields;
}

static void
check_options(struct loader *l)
{
	static const char *const places[] = {"", "load_args", "save_args", "credentials"};
	struct err e = {0};
	struct host h;
	int rc = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		rc |= options_check(l->d, places[i], l->found);
	if (rc < 0)
		return;
	host_init(&h, l->d, -1);
	h.e = &e;
	if (host_begin(&h, false) < 0 || (l->d->type->check && l->d->type->check(&h.pub) < 0) ||
		remote_locate(&h, &l->c->mem, &l->d->path) < 0)
		errs_add(l->found, &e);
	host_fini(&h);
}

static void
load_entry(struct loader *l)
{
	struct entry entry = {0};
	struct str what = {0};

	if (!name_ok(l) || !(l->d->type = take_type(l)))
		return;
	str_addf(&what, "dataset `%s`", l->d->name);
	if (yaml_fill(l->node, fields_for(&l->c->mem, l->d->type), &entry, what.s, l->found) == 0) {
		l->d->kind = l->d->type->kind;
		l->d->outside = entry.allow_outside;
		take_versioned(l, &entry);
		if (!entry.filepath && dataset_is_parts(l->d))
			entry.filepath = yaml_str(yaml_get(l->node, "path"));
		check_path(l, &entry);
		check_tags(l, &entry);
		take_layer(l, &entry);
		take_credentials(l, &entry);
		check_options(l);
	}
	str_fini(&what);
}

/* --- the catalog --------------------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const struct dataset *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

void
catalog_free(struct catalog *c)
{
	if (!c)
		return;
	map_fini(&c->by_name);
	map_fini(&c->r->made);
	arena_fini(&c->mem);
	free(c);
}

static void
load_pair(struct catalog *c, struct project *p, const struct ypair *pair, struct errs *found)
{
	struct dataset *d = arena_alloc(&c->mem, sizeof(*d));
	struct loader l = {.c = c, .p = p, .found = found, .d = d, .node = pair->value};

	*d = (struct dataset){
		.name = pair->key, .entry = pair->value, .at = pair->at, .conf = p->env};
	load_entry(&l);
	c->v[c->n++] = d;
	map_put(&c->by_name, d->name, d);
}

/* --- patterns ------------------------------------------------------------------------------------- */

static void
load_pattern(struct catalog *c, const struct ypair *pair, struct errs *found)
{
	struct pattern *p = &c->r->v[c->r->n];
	struct err e = {0};

	if (pattern_parse(p, pair->key, &e) < 0)
		err_at(&e, &pair->at, "");
	else
		(void)!pattern_check(p, pair->value, &e);
	if (e.code)
		errs_add(found, &e);
	p->pair = pair;
	c->r->n++;
}

static int
by_order(const void *a, const void *b)
{
	return pattern_order(a, b);
}

static void
sort_patterns(struct resolver *r, struct errs *found)
{
	struct err e;

	qsort(r->v, r->n, sizeof(*r->v), by_order);
	if (r->n < 2 || r->v[r->n - 1].literals || r->v[r->n - 2].literals)
		return;
	err_set(&e, MLC_CONF_VALUE, "patterns `%s` and `%s` both fit every name",
		r->v[r->n - 2].key, r->v[r->n - 1].key);
	err_at(&e, &r->v[r->n - 1].pair->at, "");
	err_help(&e, "keep one of them");
	errs_add(found, &e);
}

/* The dataset of the first pattern that fits; NULL if none does, or after a report. */
static const struct dataset *
resolve(struct resolver *r, const char *name, struct errs *found)
{
	struct arena *a = &r->c->mem;
	size_t i = 0, before = found->n + found->dropped;
	struct dataset *d;
	struct loader l = {.c = r->c, .p = r->p, .found = found};

	while (i < r->n && !pattern_match(&r->v[i], name))
		i++;
	if (i == r->n)
		return NULL;
	d = arena_alloc(a, sizeof(*d));
	l.d = d;
	l.node = pattern_fill(a, &r->v[i], r->v[i].pair->value);
	*d = (struct dataset){.name = arena_strdup(a, name),
		.entry = (struct ynode *)(uintptr_t)l.node,
		.conf = r->p->env,
		.at = r->v[i].pair->at};
	load_entry(&l);
	return found->n + found->dropped == before ? d : NULL;
}

int
catalog_load(struct catalog **out, struct project *p, struct errs *found)
{
	struct catalog *c = mem_alloc(sizeof(*c));
	const struct ynode *map = p->catalog;
	size_t before = found->n + found->dropped;

	c->v = arena_alloc(&c->mem, (map->n + 1) * sizeof(struct dataset *));
	c->r = arena_alloc(&c->mem, sizeof(*c->r));
	c->r->c = c;
	c->r->p = p;
	c->r->v = arena_alloc(&c->mem, (map->n + 1) * sizeof(*c->r->v));
	for (size_t i = 0; i < map->n; i++)
		if (map->u.pairs[i].key[0] == '_')
			continue;
		else if (strpbrk(map->u.pairs[i].key, "{}"))
			load_pattern(c, &map->u.pairs[i], found);
		else
			load_pair(c, p, &map->u.pairs[i], found);
	sort_patterns(c->r, found);
	if (found->n + found->dropped != before) {
		catalog_free(c);
		return -1;
	}
	qsort(c->v, c->n, sizeof(struct dataset *), by_name);
	*out = c;
	return 0;
}

const struct dataset *
catalog_find(const struct catalog *c, const char *name, struct errs *found)
{
	const struct dataset *d = map_get(&c->by_name, name);
	struct resolver *r = c->r;

	if (d || r->n == 0)
		return d;
	d = map_get(&r->made, name);
	if (!d) {
		size_t before = found->n + found->dropped;

		d = resolve(r, name, found);
		if (!d && found->n + found->dropped != before)
			d = &r->broken;
		if (d)
			map_put(&r->made, name, (void *)(uintptr_t)d);
	}
	return d == &r->broken ? NULL : d;
}

const struct dataset *
catalog_get(const struct catalog *c, const char *name)
{
	struct errs found = {0};
	const struct dataset *d = catalog_find(c, name, &found);

	if (found.n) /* nobody has seen it yet: the next one who asks shall */
		map_put(&c->r->made, name, NULL);
	errs_fini(&found);
	return d;
}

size_t
catalog_count(const struct catalog *c)
{
	return c->n;
}

const struct dataset *
catalog_at(const struct catalog *c, size_t i)
{
	return c->v[i];
}

const char *
catalog_near(const struct catalog *c, const char *word)
{
	return map_near(&c->by_name, word);
}
