/* SPDX-License-Identifier: Apache-2.0
 * A property of a contract: a column, its type, and what is promised about its values.
 *
 *	name, logicalType   -> PRESENT, TYPE      logicalTypeOptions -> options.c
 *	required            -> NULLS              quality            -> quality.c
 *	unique, primaryKey  -> UNIQUE, NULLS      relationships      -> refer.c */
#include "contract/rules.h"

#include <stddef.h>

struct property {
	const char *name, *logical_type, *physical_name;
	bool required, unique, primary_key;
	struct ynode *options, *quality, *custom, *relations, *ignored;
};

#define DOC(what)                                                 \
	{                                                         \
		.key = (what), .type = YF_NODE, .offset = IGNORED \
	}

#define IGNORED offsetof(struct property, ignored)
static const struct yfield property_fields[] = {
	{"name", YF_STR, true, offsetof(struct property, name), "the column"},
	{"logicalType", YF_STR, true, offsetof(struct property, logical_type), "its type"},
	{"logicalTypeOptions", YF_NODE, false, offsetof(struct property, options), "its range"},
	{"physicalName", YF_STR, false, offsetof(struct property, physical_name), "as name"},
	{"required", YF_BOOL, false, offsetof(struct property, required), "no nulls"},
	{"unique", YF_BOOL, false, offsetof(struct property, unique), "no value twice"},
	{"primaryKey", YF_BOOL, false, offsetof(struct property, primary_key), "both; jointly"},
	{"quality", YF_NODE, false, offsetof(struct property, quality), "rules"},
	{"customProperties", YF_NODE, false, offsetof(struct property, custom), "onFail"},
	{"relationships", YF_NODE, false, offsetof(struct property, relations), "foreign keys"},
	DOC("id"),
	DOC("description"),
	DOC("businessName"),
	DOC("physicalType"),
	DOC("primaryKeyPosition"),
	DOC("partitioned"),
	DOC("partitionKeyPosition"),
	DOC("classification"),
	DOC("encryptedName"),
	DOC("transformSourceObjects"),
	DOC("transformLogic"),
	DOC("transformDescription"),
	DOC("examples"),
	DOC("criticalDataElement"),
	DOC("authoritativeDefinitions"),
	DOC("tags"),
	DOC("properties"),
	DOC("items"),
	{0},
};
#undef IGNORED
#undef DOC

static enum mlf_type
type_of_logical(const char *logical)
{
	static const struct {
		const char *name;
		enum mlf_type type;
	} types[] = {{"string", MLF_UTF8}, {"integer", MLF_I64}, {"number", MLF_F64},
		{"boolean", MLF_BOOL}, {"date", MLF_TIMESTAMP}, {"timestamp", MLF_TIMESTAMP}};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (str_eq(logical, types[i].name))
			return types[i].type;
	return 0;
}

static int
bad_type(struct loader *l, const struct ynode *n, const char *logical)
{
	const struct place *at = value_place(n, "logicalType");

	if (str_eq(logical, "object") || str_eq(logical, "array") || str_eq(logical, "time"))
		return loader_fail(l, at, "a table's columns are plain values",
			"columns of logicalType `%s` do not exist here", logical);
	return loader_fail(l, at, "types are string, integer, number, boolean, date and timestamp",
		"unknown logicalType `%s`", logical);
}

static int
refuse_in_property(struct loader *l, const struct ynode *n, const struct property *p)
{
	int rc = loader_refuse(l, yaml_pair(n, "properties"), "a table's columns are plain values");

	rc |= loader_refuse(l, yaml_pair(n, "items"), "a table's columns are plain values");
	if (p->physical_name && !str_eq(p->physical_name, p->name))
		rc |= loader_fail(l, value_place(n, "physicalName"),
			"give `name` the name of the column in the data",
			"the column would be looked up as `%s`", p->name);
	return rc;
}

/* The column's place in the schema: a new one, or that from another file of the contract. */
static size_t
add_column(struct loader *l, const struct ynode *n, const char *name, enum mlf_type type)
{
	struct schema *s = &l->contract->schema;
	size_t i = 0;

	while (i < s->n && !str_eq(s->columns[i].name, name))
		i++;
	if (!map_put(&l->columns, name, (void *)(uintptr_t)(i + 1)))
		loader_fail(l, &n->at, "remove one of them", "the column `%s` is described twice",
			name);
	else if (i < s->n && s->columns[i].type != type)
		loader_fail(l, &n->at, "make them agree",
			"another file of the contract says that `%s` is %s", name,
			type_name(s->columns[i].type));
	if (i == s->n)
		s->columns[s->n++] = (struct schema_column){name, type};
	return i;
}

/* Where the key stands, or the map itself. */
const struct place *
place_of(const struct ynode *map, const char *key)
{
	const struct ypair *pair = yaml_pair(map, key);

	return pair ? &pair->at : &map->at;
}

void
load_property(struct loader *l, const struct ynode *n, const struct about *table)
{
	struct property p = {0};
	struct about about = *table;
	struct rule *r;

	if (n->kind != Y_MAP) {
		loader_fail(l, &n->at, "write {name: age, logicalType: integer}",
			"a property is a map, not %s", yaml_kind_name(n->kind));
		return;
	}
	if (yaml_fill(n, property_fields, &p, "this property", l->found) != 0)
		return;
	about.type = type_of_logical(p.logical_type);
	if (!about.type && bad_type(l, n, p.logical_type))
		return;
	if (refuse_in_property(l, n, &p) != 0)
		return;
	about.column = p.name;
	load_custom(l, p.custom, &about, NULL);
	about.index = add_column(l, n, p.name, about.type);
	r = loader_rule(l, RULE_PRESENT, "present", &about, place_of(n, "name"));
	r->expected = "a column";
	r = loader_rule(l, RULE_TYPE, "type", &about, place_of(n, "logicalType"));
	r->expected = type_name(about.type);
	if (p.required || p.primary_key) {
		r = loader_rule(l, RULE_NULLS, "not_null", &about,
			place_of(n, p.required ? "required" : "primaryKey"));
		r->expected = "no nulls";
	}
	if (p.unique) {
		r = loader_rule(l, RULE_UNIQUE, "unique", &about, place_of(n, "unique"));
		r->expected = "no value twice";
	}
	load_options(l, p.options, &about);
	load_relationships(l, p.relations, &about);
	load_quality(l, p.quality, &about);
}

/* All primary keys together are one promise: no combination stands twice. */
void
load_primary_key(struct loader *l, struct ynode *const *items, size_t n, const struct about *table)
{
	size_t *columns = arena_alloc(l->arena, (n + 1) * sizeof(*columns)), count = 0;
	const struct ynode *key = NULL, *first = NULL;
	struct rule *r;

	for (size_t i = 0; i < n; i++) {
		const struct ynode *name = yaml_get(items[i], "name");
		void *at = name && yaml_str(name) ? map_get(&l->columns, yaml_str(name)) : NULL;

		key = yaml_get(items[i], "primaryKey");
		if (!at || !key || key->kind != Y_BOOL || !key->v.b)
			continue;
		first = first ? first : items[i];
		columns[count++] = (size_t)(uintptr_t)at - 1;
	}
	if (!count)
		return;
	r = loader_rule(l, RULE_UNIQUE, "unique", table, place_of(first, "primaryKey"));
	r->columns = columns;
	r->n_columns = count;
	r->column = count == 1 ? l->contract->schema.columns[columns[0]].name : NULL;
	r->expected = count == 1 ? "no primary key twice" : "no combination of primary keys twice";
}
