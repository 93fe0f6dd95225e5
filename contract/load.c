/* SPDX-License-Identifier: Apache-2.0
 * A contract file: ODCS v3.1.0 YAML, turned into columns and rules.
 *
 * Three sorts of keys. Those that promise something become rules. Those that document (owners,
 * prices, tags, descriptions) are accepted and mean nothing here. Those that ODCS knows and we do
 * not check (nested types, other engines ...) are refused, because a promise that is silently not
 * checked is worse than none. Whatever ODCS does not know is a mistake.
 *
 *	properties  -> property.c      relationships            -> refer.c
 *	quality     -> quality.c       customProperties strict  -> EXTRA
 *	                               slaProperties freshness  -> sla.c */
#include "contract/rules.h"

#include <stdarg.h>
#include <stddef.h>

/* --- what the other files of loading use too ----------------------------------------------------- */

const struct place *
value_place(const struct ynode *map, const char *key)
{
	return &yaml_get(map, key)->at;
}

int
loader_fail(struct loader *l, const struct place *at, const char *help, const char *fmt, ...)
{
	struct err e = {0};
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(&e, MLC_CONTRACT_FILE, "%s", text);
	err_at(&e, at, NULL);
	if (help)
		err_help(&e, "%s", help);
	errs_add(l->found, &e);
	return -1;
}

int
loader_refuse(struct loader *l, const struct ypair *pair, const char *instead)
{
	if (!pair)
		return 0;
	return loader_fail(l, &pair->at, instead, "`%s` promises something that is not checked yet",
		pair->key);
}

struct rule *
loader_rule(struct loader *l, enum rule_kind kind, const char *name, const struct about *about,
	const struct place *at)
{
	struct contract *c = l->contract;
	struct rule *r;

	c->rules = mem_grow(c->rules, &l->cap, c->n_rules + 1, sizeof(*c->rules));
	r = &c->rules[c->n_rules++];
	*r = (struct rule){.kind = kind,
		.id = about->id,
		.name = name,
		.column = about->column,
		.on_fail = about->on_fail,
		.max_fail = about->max_fail,
		.at = *at,
		.expected = "",
		.limit = {.op = OP_BE}};
	if (about->column) {
		r->columns = arena_alloc(l->arena, sizeof(*r->columns));
		r->columns[0] = about->index;
		r->n_columns = 1;
	}
	return r;
}

size_t
load_list(struct loader *l, const struct ynode *n, const char *what, struct ynode ***items)
{
	*items = NULL;
	if (!n || n->kind == Y_NULL)
		return 0;
	if (n->kind != Y_LIST) {
		loader_fail(l, &n->at, NULL, "%s is wanted here, not %s", what,
			yaml_kind_name(n->kind));
		return 0;
	}
	*items = n->u.items;
	return n->n;
}

static void
read_on_fail(struct loader *l, const struct ynode *value, enum on_fail *on_fail)
{
	static const enum on_fail known[] = {
		ON_FAIL_FAIL, ON_FAIL_WARN, ON_FAIL_DROP, ON_FAIL_QUARANTINE};
	const char *text = yaml_str(value);

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_eq(text, on_fail_name(known[i]))) {
			*on_fail = known[i];
			return;
		}
	loader_fail(l, &value->at, "onFail is fail, warn, drop or quarantine",
		"unknown onFail `%s`", text ? text : yaml_kind_name(value->kind));
}

static void
read_max_fail(struct loader *l, const struct ynode *value, double *max_fail)
{
	double x = value->kind == Y_INT  ? (double)value->v.i
		: value->kind == Y_FLOAT ? value->v.f
					 : -1.0;

	if (x >= 0.0 && x <= 100.0)
		*max_fail = x;
	else
		loader_fail(l, &value->at, "write a number from 0 to 100",
			"maxFailPercent is a percentage of the rows");
}

/* Custom properties are free, so only those that look like ours are held against us. */
static void
read_custom(struct loader *l, const struct ynode *item, struct about *about, bool *strict)
{
	const struct ynode *property = yaml_get(item, "property"), *value = yaml_get(item, "value");
	const char *name = property ? yaml_str(property) : NULL;

	if (!name || !value) {
		loader_fail(l, &item->at, "write {property: onFail, value: warn}",
			"a custom property has a `property` and a `value`");
	} else if (str_eq(name, "onFail")) {
		read_on_fail(l, value, &about->on_fail);
	} else if (str_eq(name, "maxFailPercent")) {
		read_max_fail(l, value, &about->max_fail);
	} else if (str_eq(name, "strict") && strict) {
		if (value->kind == Y_BOOL)
			*strict = value->v.b;
		else
			loader_fail(
				l, &value->at, "write true or false", "strict is true or false");
	} else if (str_eq(name, "strict")) {
		loader_fail(l, &property->at, "put it beside `properties`",
			"strict is a property of the whole table");
	} else if (str_near(name, "onFail", NULL) || (strict && str_near(name, "strict", NULL))) {
		loader_fail(l, &property->at,
			str_near(name, "onFail", NULL) ? "did you mean `onFail`?"
						       : "did you mean `strict`?",
			"unknown custom property `%s`", name);
	}
}

void
load_custom(struct loader *l, const struct ynode *n, struct about *about, bool *strict)
{
	struct ynode **items;
	size_t count = load_list(l, n, "a list of custom properties", &items);

	for (size_t i = 0; i < count; i++)
		read_custom(l, items[i], about, strict);
}

#define DOC(what)                                                 \
	{                                                         \
		.key = (what), .type = YF_NODE, .offset = IGNORED \
	}

/* --- the table ----------------------------------------------------------------------------------- */

struct object {
	const char *name, *id, *logical_type;
	struct ynode *properties, *quality, *custom, *relations, *ignored;
};

#define IGNORED offsetof(struct object, ignored)
static const struct yfield object_fields[] = {
	{"name", YF_STR, true, offsetof(struct object, name), "the dataset"},
	{"logicalType", YF_STR, false, offsetof(struct object, logical_type), "object"},
	{"properties", YF_NODE, false, offsetof(struct object, properties), "the columns"},
	{"quality", YF_NODE, false, offsetof(struct object, quality), "rules about the table"},
	{"customProperties", YF_NODE, false, offsetof(struct object, custom), "onFail, strict"},
	{"relationships", YF_NODE, false, offsetof(struct object, relations), "foreign keys"},
	{"id", YF_STR, false, offsetof(struct object, id), "what references may call it"},
	DOC("description"),
	DOC("businessName"),
	DOC("physicalName"),
	DOC("physicalType"),
	DOC("dataGranularityDescription"),
	DOC("authoritativeDefinitions"),
	DOC("tags"),
	{0},
};
#undef IGNORED

/* Room for as many columns more. */
static void
grow_schema(struct loader *l, size_t more)
{
	struct schema *s = &l->contract->schema;
	struct schema_column *columns = arena_alloc(l->arena, (s->n + more + 1) * sizeof(*columns));

	if (s->n)
		memcpy(columns, s->columns, s->n * sizeof(*columns));
	s->columns = columns;
}

static void
load_object(struct loader *l, const struct ynode *n, bool strict, const struct about *whole)
{
	struct about table = *whole;
	struct object o = {0};
	struct ynode **items;
	size_t count;

	if (n->kind != Y_MAP) {
		loader_fail(l, &n->at, "write `- name: ...`",
			"an item of `schema` is a map, not %s", yaml_kind_name(n->kind));
		return;
	}
	if (yaml_fill(n, object_fields, &o, "this schema", l->found) != 0)
		return;
	if (o.logical_type && !str_eq(o.logical_type, "object"))
		loader_fail(l, value_place(n, "logicalType"), NULL,
			"the logicalType of a table is `object`");
	l->table = o.name;
	l->table_id = o.id;
	l->object = n;
	load_custom(l, o.custom, &table, &strict);
	count = load_list(l, o.properties, "a list of properties", &items);
	grow_schema(l, count);
	for (size_t i = 0; i < count; i++)
		load_property(l, items[i], &table);
	load_primary_key(l, items, count, &table);
	if (strict)
		loader_rule(l, RULE_EXTRA, "no_extra_columns", &table, &n->at)->expected =
			"no other columns";
	load_relationships(l, o.relations, &table);
	load_quality(l, o.quality, &table);
}

/* --- the file ------------------------------------------------------------------------------------ */

struct top {
	const char *api_version, *kind;
	struct ynode *version, *schema, *custom, *id, *sla, *ignored;
};

#define IGNORED offsetof(struct top, ignored)
static const struct yfield top_fields[] = {
	{"apiVersion", YF_STR, true, offsetof(struct top, api_version), "v3.1.0"},
	{"kind", YF_STR, true, offsetof(struct top, kind), "DataContract"},
	{"version", YF_NODE, true, offsetof(struct top, version), "of the contract"},
	{"schema", YF_NODE, true, offsetof(struct top, schema), "the table"},
	{"customProperties", YF_NODE, false, offsetof(struct top, custom), "onFail, strict"},
	{"id", YF_NODE, false, offsetof(struct top, id), "of the contract"},
	{"slaProperties", YF_NODE, false, offsetof(struct top, sla), "freshness"},
	DOC("name"),
	DOC("status"),
	DOC("description"),
	DOC("tenant"),
	DOC("domain"),
	DOC("dataProduct"),
	DOC("tags"),
	DOC("authoritativeDefinitions"),
	DOC("support"),
	DOC("price"),
	DOC("team"),
	DOC("roles"),
	DOC("servers"),
	DOC("slaDefaultElement"),
	DOC("contractCreatedTs"),
	{0},
};
#undef IGNORED
#undef DOC

static void
load_top(struct loader *l, const struct ynode *n)
{
	struct about table = {.on_fail = ON_FAIL_FAIL, .max_fail = -1.0};
	struct top t = {0};
	struct ynode **items;
	bool strict = false;
	size_t count;

	if (n->kind != Y_MAP) {
		loader_fail(
			l, &n->at, NULL, "a contract is a map, not %s", yaml_kind_name(n->kind));
		return;
	}
	if (yaml_fill(n, top_fields, &t, "a contract", l->found) != 0)
		return;
	if (!str_starts(t.api_version, "v3."))
		loader_fail(l, value_place(n, "apiVersion"), "write `apiVersion: v3.1.0`",
			"contracts of ODCS v3 are understood, not `%s`", t.api_version);
	if (!str_eq(t.kind, "DataContract"))
		loader_fail(l, value_place(n, "kind"), NULL,
			"the kind of a contract is `DataContract`");
	l->contract->version = yaml_str(t.version);
	if (t.id && !l->contract->id)
		l->contract->id = yaml_str(t.id);
	if (!l->contract->version)
		loader_fail(l, &t.version->at, NULL, "a version is a text, such as 1.0.0");
	load_custom(l, t.custom, &table, &strict);
	count = load_list(l, t.schema, "a list with one table", &items);
	if (count == 1) {
		load_object(l, items[0], strict, &table);
		if (l->table) /* it was understood */
			load_sla(l, t.sla, &table);
	}
	if (count != 1 && (t.schema->kind == Y_LIST || t.schema->kind == Y_NULL))
		loader_fail(l, &t.schema->at,
			"a contract file describes the one dataset it is named after",
			"`schema` describes %zu tables", count);
}

/* What is not about single rows has none to take out. Rows that are taken out break nothing, up to
 * maxFailPercent of them; an operator that was written says it itself. */
static void
settle_rule(struct rule *r)
{
	bool takes, usual = r->limit.op == OP_BE && r->limit.a == 0.0;

	if ((rule_has_no_rows(r) || r->whole) && r->on_fail >= ON_FAIL_DROP)
		r->on_fail = ON_FAIL_FAIL;
	takes = r->on_fail >= ON_FAIL_DROP;
	if (rule_has_no_rows(r) || r->whole || !usual)
		return;
	if (r->max_fail >= 0.0)
		r->limit = (struct limit){.op = OP_LE, .a = r->max_fail, .percent = true};
	else if (takes)
		r->limit.op = OP_ANY;
}

static int64_t
column_named(const struct schema *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->columns[i].name, name))
			return (int64_t)i;
	return -1;
}

/* All columns are known now: the types of a rule's own, and those of the table that it refers to. */
static void
settle_other(struct loader *l, struct rule *r)
{
	const struct schema *s = &l->contract->schema;
	enum mlf_type *types = arena_alloc(l->arena, (r->n_columns + 1) * sizeof(*types));
	size_t *keys;

	if (!r->other)
		return;
	for (size_t i = 0; i < r->n_columns; i++)
		types[i] = s->columns[r->columns[i]].type;
	r->types = types;
	if (r->other->dataset)
		return;
	keys = arena_alloc(l->arena, (r->other->n + 1) * sizeof(*keys));
	for (size_t i = 0; i < r->other->n; i++) {
		int64_t at = column_named(s, r->other->columns[i]);

		if (at < 0)
			loader_fail(l, &r->at, NULL, "the contract has no property `%s`",
				r->other->columns[i]);
		else if (s->columns[at].type != types[i])
			loader_fail(l, &r->at, NULL, "`%s` is %s, and cannot refer to %s",
				s->columns[r->columns[i]].name, type_name(types[i]),
				type_name(s->columns[at].type));
		keys[i] = at < 0 ? 0 : (size_t)at;
	}
	r->keys = keys;
}

/* What the order is, now that all columns are known. */
static void
settle_order(struct loader *l, struct rule *r)
{
	const struct schema *s = &l->contract->schema;
	struct str text = {0};

	if (r->kind != RULE_ORDERED)
		return;
	for (size_t i = 0; i < s->n && text.len < 100; i++)
		str_addf(&text, "%s%s", i ? ", " : "in order: ", s->columns[i].name);
	r->expected = arena_strdup(l->arena, str_text(&text));
	str_fini(&text);
}

/* Each rule has an id: the one that was written, else "age.range", "row_count", "age.range-2". */
static void
name_rules(struct loader *l)
{
	struct map known = {0};

	for (size_t i = 0; i < l->contract->n_rules; i++) {
		struct rule *r = &l->contract->rules[i];
		const char *base = r->id ? r->id
			: r->column      ? arena_printf(l->arena, "%s.%s", r->column, r->name)
					 : r->name;

		r->id = base;
		for (int k = 2; !map_put(&known, r->id, r); k++)
			r->id = arena_printf(l->arena, "%s-%d", base, k);
	}
	map_fini(&known);
}

/* Adds what one file says. Columns are looked up file by file: each describes what it speaks of. */
static void
load_text(struct loader *l, const char *path, const struct str *text)
{
	struct ynode *tree = NULL;
	struct err e = {0};

	map_fini(&l->columns);
	l->columns = (struct map){0};
	l->path = arena_strdup(l->arena, path);
	l->table = l->table_id = NULL;
	l->object = NULL;
	if (yaml_parse(l->arena, l->path, str_text(text), text->len, &tree, &e) != 0)
		errs_add(l->found, &e);
	else
		load_top(l, tree);
}

/* All rules are there: they move into the arena. NULL if something was wrong since `before`. */
static const struct contract *
load_end(struct loader *l, size_t before)
{
	struct contract *c = l->contract;
	struct rule *rules = arena_alloc(l->arena, (c->n_rules + 1) * sizeof(*rules));

	if (c->n_rules)
		memcpy(rules, c->rules, c->n_rules * sizeof(*rules));
	free(c->rules);
	c->rules = rules;
	for (size_t i = 0; i < c->n_rules; i++) {
		settle_rule(&rules[i]);
		settle_other(l, &rules[i]);
		settle_order(l, &rules[i]);
	}
	name_rules(l);
	map_fini(&l->columns);
	return l->found->n + l->found->dropped > before ? NULL : c;
}

int
contract_parse_all(struct arena *a, const struct contract_text *texts, size_t n,
	const struct contract **out, struct errs *found)
{
	struct loader l = {.arena = a,
		.found = found,
		.contract = arena_alloc(a, sizeof(struct contract)),
		.rootfd = -1};
	size_t before = found->n + found->dropped;

	l.contract->path = n ? arena_strdup(a, texts[0].path) : "";
	for (size_t i = 0; i < n; i++)
		load_text(&l, texts[i].path, &texts[i].text);
	*out = load_end(&l, before);
	return *out ? 0 : -1;
}

int
contract_parse(struct arena *a, const char *path, const struct str *text,
	const struct contract **out, struct errs *found)
{
	const struct contract_text one = {path, *text};

	return contract_parse_all(a, &one, 1, out, found);
}

int
contract_load(struct arena *a, int rootfd, const char *path, const struct contract **out,
	struct errs *found)
{
	struct loader l = {.arena = a,
		.found = found,
		.contract = arena_alloc(a, sizeof(struct contract)),
		.rootfd = rootfd};
	size_t before = found->n + found->dropped, n;
	char **files = contract_files(a, rootfd, path, &n, found);

	l.contract->path = arena_strdup(a, path);
	for (size_t i = 0; i < n; i++) {
		struct str text = {0};
		struct err e = {0};

		if (file_read(rootfd, files[i], false, &text, &e) != 0)
			errs_add(found, &e);
		else
			load_text(&l, files[i], &text);
		str_fini(&text);
	}
	*out = load_end(&l, before);
	return *out ? 0 : -1;
}

const struct schema *
contract_schema(const struct contract *c)
{
	return &c->schema;
}

const char *
contract_version(const struct contract *c)
{
	return c->version;
}

const char *
contract_id(const struct contract *c)
{
	return c->id ? c->id : "";
}

const char *
contract_key(const struct contract *c, enum mlf_type *type)
{
	for (size_t i = 0; i < c->n_rules; i++) {
		const struct rule *r = &c->rules[i];

		if (r->kind != RULE_UNIQUE || r->n_columns != 1 || r->limit.op != OP_BE ||
			r->limit.a != 0.0 || r->on_fail == ON_FAIL_WARN ||
			r->on_fail == ON_FAIL_INFO)
			continue;
		*type = c->schema.columns[r->columns[0]].type;
		return c->schema.columns[r->columns[0]].name;
	}
	return NULL;
}

size_t
contract_checks(const struct contract *c)
{
	return c->n_rules;
}
