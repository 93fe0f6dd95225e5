/* SPDX-License-Identifier: Apache-2.0
 * Datasets that a contract looks at besides its own: how it names them, and how they are read.
 *
 *	customers.id                                     the column `id` of the dataset `customers`
 *	orders.id                                        of the table itself, if it is called `orders`
 *	schema/orders_1/properties/id_1                  the same by the ids in this file
 *	customers.yml#schema/customers_1/properties/id_1 by those in the contract of `customers`
 *
 * Each dataset is read once, before the first batch, for all rules that need it. What is not there
 * or cannot be read makes these rules errors, and no others. */
#include "contract/rules.h"

/* --- names --------------------------------------------------------------------------------------- */

struct reference {
	const char *dataset; /* NULL: the table itself */
	const char *column;
};

/* The item of the list with that id, or else that name. */
static const struct ynode *
by_id(const struct ynode *list, const char *id)
{
	static const char *const keys[] = {"id", "name"};

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; list && list->kind == Y_LIST && i < list->n; i++) {
			const struct ynode *n = list->u.items[i];
			const struct ynode *v = n->kind == Y_MAP ? yaml_get(n, keys[k]) : NULL;

			if (v && str_eq(yaml_str(v), id))
				return n;
		}
	return NULL;
}

static const char *
name_of(const struct ynode *n)
{
	const struct ynode *name = n ? yaml_get(n, "name") : NULL;

	return name ? yaml_str(name) : NULL;
}

/* The name of the column with that id in the contract file beside this one. NULL: no such file, table
 * or column. */
static const char *
column_elsewhere(struct loader *l, const char *file, const char *table, const char *id)
{
	const char *slash = strrchr(l->path, '/');
	const char *path = arena_printf(
		l->arena, "%.*s%s", slash ? (int)(slash - l->path) + 1 : 0, l->path, file);
	struct ynode *tree = NULL;
	const struct ynode *found = NULL;
	struct str text = {0};
	struct err ignored;

	if (l->rootfd < 0) /* a text without a folder: the id has to do */
		return id;
	if (file_read(l->rootfd, path, false, &text, &ignored) == 0 &&
		yaml_parse(l->arena, path, str_text(&text), text.len, &tree, &ignored) == 0 &&
		tree->kind == Y_MAP)
		found = by_id(yaml_get(tree, "schema"), table);
	str_fini(&text);
	return found ? name_of(by_id(yaml_get(found, "properties"), id)) : NULL;
}

/* schema/TABLE/properties/COLUMN, perhaps behind FILE#. */
static int
read_path(struct loader *l, const struct ynode *n, const char *text, struct reference *out)
{
	const char *hash = strchr(text, '#'), *path = hash ? hash + 1 : text, *table, *id, *file;
	size_t stem;

	path += *path == '/';
	table = str_starts(path, "schema/") ? path + strlen("schema/") : NULL;
	id = table ? strstr(table, "/properties/") : NULL;
	if (!id || id == table || strchr(id + strlen("/properties/"), '/'))
		return loader_fail(l, &n->at, "write customers.id",
			"`%s` does not name a column of a table", text);
	table = arena_strndup(l->arena, table, (size_t)(id - table));
	id += strlen("/properties/");
	if (!hash) {
		out->column = str_eq(table, l->table) || str_eq(table, l->table_id)
			? name_of(by_id(yaml_get(l->object, "properties"), id))
			: NULL;
		return out->column
			? 0
			: loader_fail(l, &n->at, NULL, "this contract has no `%s`", text);
	}
	file = arena_strndup(l->arena, text, (size_t)(hash - text));
	if (strstr(file, "://"))
		return loader_fail(l, &n->at, "write customers.id",
			"contracts are not fetched from elsewhere");
	out->column = column_elsewhere(l, file, table, id);
	file = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	stem = strcspn(file, ".");
	out->dataset = arena_strndup(l->arena, file, stem);
	return out->column ? 0
			   : loader_fail(l, &n->at, "write customers.id",
				     "there is no `%s` beside this contract", text);
}

static int
read_reference(struct loader *l, const struct ynode *n, struct reference *out)
{
	const char *text = yaml_str(n), *dot = text ? strrchr(text, '.') : NULL;
	const char *table;

	*out = (struct reference){0};
	if (text && strchr(text, '/'))
		return read_path(l, n, text, out);
	if (!dot || dot == text || !dot[1])
		return loader_fail(l, &n->at, "write customers.id",
			"a reference names a dataset and one of its columns");
	table = arena_strndup(l->arena, text, (size_t)(dot - text));
	out->column = arena_strdup(l->arena, dot + 1);
	out->dataset = str_eq(table, l->table) ? NULL : table;
	return 0;
}

/* The dataset's place among those of the contract. */
static size_t
add_dataset(struct loader *l, const char *name)
{
	struct contract *c = l->contract;
	const char **more;

	for (size_t i = 0; i < c->n_others; i++)
		if (str_eq(c->others[i], name))
			return i;
	more = arena_alloc(l->arena, (c->n_others + 1) * sizeof(*more));
	if (c->n_others)
		memcpy(more, c->others, c->n_others * sizeof(*more));
	c->others = more;
	c->others[c->n_others] = name;
	return c->n_others++;
}

/* "customers.id", or "customers (id, country)". */
static const char *
shown(struct loader *l, const struct other *o)
{
	const char *dataset = o->dataset ? o->dataset : l->table, *text;
	struct str s = {0};

	if (o->n == 1)
		return arena_printf(l->arena, "%s.%s", dataset, o->columns[0]);
	str_addf(&s, "%s (", dataset);
	for (size_t i = 0; i < o->n; i++)
		str_addf(&s, "%s%s", i ? ", " : "", o->columns[i]);
	str_addc(&s, ')');
	text = arena_strdup(l->arena, str_text(&s));
	str_fini(&s);
	return text;
}

const struct other *
load_other(struct loader *l, const struct ynode *n)
{
	struct ynode *one = (struct ynode *)(uintptr_t)n, **items = &one;
	struct other *o = arena_alloc(l->arena, sizeof(*o));
	size_t count = 1;

	if (n->kind == Y_LIST) {
		items = n->u.items;
		count = n->n;
	}
	o->columns = arena_alloc(l->arena, (count + 1) * sizeof(*o->columns));
	for (; o->n < count; o->n++) {
		struct reference ref;

		if (read_reference(l, items[o->n], &ref) != 0)
			return NULL;
		if (o->n && !str_eq(o->dataset, ref.dataset)) {
			loader_fail(l, &items[o->n]->at, NULL,
				"the columns of a reference are those of one dataset");
			return NULL;
		}
		o->dataset = ref.dataset;
		o->columns[o->n] = ref.column;
	}
	if (!o->n) {
		loader_fail(l, &n->at, "write [customers.id]", "the reference names no column");
		return NULL;
	}
	if (o->dataset)
		o->index = add_dataset(l, o->dataset);
	o->shown = shown(l, o);
	return o;
}

/* --- which they are ------------------------------------------------------------------------------ */

size_t
contract_others(const struct contract *c)
{
	return c->n_others;
}

const char *
contract_other(const struct contract *c, size_t i)
{
	return c->others[i];
}

static bool
needs(const struct rule *r, size_t i)
{
	return r->other && r->other->dataset && r->other->index == i;
}

const struct place *
contract_other_at(const struct contract *c, size_t i)
{
	const struct rule *r = c->rules;

	while (!needs(r, i))
		r++;
	return &r->at;
}

const struct dataset *
contract_other_find(
	const struct contract *c, size_t i, const struct catalog *catalog, struct errs *found)
{
	const struct dataset *d = catalog_get(catalog, c->others[i]);
	const char *near = d ? NULL : catalog_near(catalog, c->others[i]);
	struct err e = {0};

	if (d && d->path && d->kind == MLF_TABLE)
		return d;
	if (d)
		err_set(&e, MLC_CONTRACT_FILE, "`%s` is no table with a file of its own",
			c->others[i]);
	else
		err_set(&e, MLC_CONTRACT_FILE, "the catalog names no dataset `%s`", c->others[i]);
	err_at(&e, contract_other_at(c, i), "looked at here");
	err_help(&e, near ? "did you mean `%s`?" : "give `%s` an entry in the catalog",
		near ? near : c->others[i]);
	errs_add(found, &e);
	return NULL;
}

static bool
is_strict(const struct contract *c)
{
	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].kind == RULE_EXTRA)
			return true;
	return false;
}

static void
misfit(const struct rule *r, const struct schema_column *have, const char *name, enum mlf_type want,
	struct errs *found)
{
	struct err e = {0};

	if (have)
		err_set(&e, MLC_CONTRACT_FILE, "the contract of `%s` says that `%s` is %s, not %s",
			r->other->dataset, name, type_name(have->type), type_name(want));
	else
		err_set(&e, MLC_CONTRACT_FILE, "the contract of `%s` has no property `%s`",
			r->other->dataset, name);
	err_at(&e, &r->at, "looked at here");
	err_help(&e, "make the two contracts agree");
	errs_add(found, &e);
}

int
contract_other_fits(
	const struct contract *c, size_t i, const struct contract *other, struct errs *found)
{
	size_t before = found->n + found->dropped;
	const struct schema *s = &other->schema;

	for (size_t k = 0; k < c->n_rules; k++)
		for (size_t n = 0; needs(&c->rules[k], i) && n < c->rules[k].other->n; n++) {
			const struct rule *r = &c->rules[k];
			enum mlf_type want = r->types[n];
			size_t at = 0;

			while (at < s->n && !str_eq(s->columns[at].name, r->other->columns[n]))
				at++;
			if (at == s->n ? is_strict(other)
				       : s->columns[at].type != want &&
						!(type_is_number(want) &&
							type_is_number(s->columns[at].type)))
				misfit(r, at < s->n ? &s->columns[at] : NULL, r->other->columns[n],
					want, found);
		}
	return found->n + found->dropped > before ? -1 : 0;
}

/* --- reading ------------------------------------------------------------------------------------- */

void
contract_other_batch(struct contract_run *r, size_t i, const struct frame *batch)
{
	for (size_t k = 0; k < r->contract->n_rules; k++) {
		const struct rule *rule = &r->contract->rules[k];

		if (!needs(rule, i) || r->tallies[k].error)
			continue;
		if (rule->kind == RULE_REFERENCE)
			refer_keys(rule, &r->tallies[k], batch);
		else
			drift_reference(rule, &r->tallies[k], batch);
	}
	r->others_read[i] = true;
}

void
contract_other_failed(struct contract_run *r, size_t i, const char *why)
{
	for (size_t k = 0; k < r->contract->n_rules; k++) {
		struct tally *t = &r->tallies[k];

		if (!needs(&r->contract->rules[k], i) || t->error)
			continue;
		t->error = true;
		(void)snprintf(t->found, sizeof(t->found), "%s", why);
	}
	r->others_read[i] = true;
}

/* The columns that are looked at there, as the types that they are compared with. */
static void
expected_columns(const struct contract *c, size_t i, struct schema *out)
{
	size_t cap = 0;

	for (size_t k = 0; k < c->n_rules; k++)
		for (size_t n = 0; needs(&c->rules[k], i) && n < c->rules[k].other->n; n++) {
			out->columns =
				mem_grow(out->columns, &cap, out->n + 1, sizeof(*out->columns));
			out->columns[out->n++] = (struct schema_column){
				c->rules[k].other->columns[n], c->rules[k].types[n]};
		}
}

static int
read_all(struct contract_run *r, size_t i, const struct dataset *d, int rootfd, struct err *e)
{
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct schema schema = {0};
	struct read_opts o = {.rootfd = rootfd, .segs = segs, .schema = &schema};
	struct reader *reader = NULL;
	struct frame *batch;
	int rc;

	expected_columns(r->contract, i, &schema);
	rc = dataset_open(d, &o, &reader, e);
	while (rc >= 0 && (rc = reader_next(reader, &batch, e)) == 1) {
		contract_other_batch(r, i, batch);
		frame_unref(batch);
	}
	reader_close(reader);
	segs_free(segs);
	free(schema.columns);
	return rc;
}

void
contract_other_read(struct contract_run *r, size_t i, const struct dataset *d, int rootfd)
{
	struct arena a = {0};
	struct err e = {0};
	char why[sizeof(e.msg) + 160];

	if (!d || !dataset_exists(d, rootfd)) {
		(void)snprintf(
			why, sizeof(why), "dataset `%s` does not exist", r->contract->others[i]);
		contract_other_failed(r, i, why);
	} else if ((d->versioned && dataset_at_version(&a, d, rootfd, NULL, &d, &e) < 0) ||
		read_all(r, i, d, rootfd, &e) < 0) {
		(void)snprintf(why, sizeof(why), "dataset `%s` cannot be read: %s",
			r->contract->others[i], e.msg);
		contract_other_failed(r, i, why);
	}
	arena_fini(&a);
}
