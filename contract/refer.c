/* SPDX-License-Identifier: Apache-2.0
 * Foreign keys: the values of one or more columns are among those of columns elsewhere.
 *
 *	another dataset   its keys are read first, all of them, in a pass of its own (others.c); then
 *	                  each row is judged as it comes, so that it may leave the dataset
 *	the table itself  keys come with the rows: a row whose key was not there yet waits until the
 *	                  end, 24 bytes each, and by then it cannot leave any more
 *
 * Keys are hashes (rules.h says what they cost). Rows with a null in the key refer to nothing. */
#include "contract/rules.h"

#include <stddef.h>

/* --- running ------------------------------------------------------------------------------------- */

void
refer_block(const struct tally *t, const struct block *b, size_t n_columns, uint8_t *bad)
{
	struct seen_hash rows[BLOCK];
	uint8_t keep[BLOCK];

	block_hashes(b, n_columns, rows, keep);
	for (int i = 0; i < b->n; i++)
		bad[i] = keep[i] && !seen_has(&t->keys.seen, &rows[i]);
}

static void
add_keys(struct tally *t, struct block *b, size_t n_columns, int64_t rows)
{
	struct seen_hash hashes[BLOCK];
	uint8_t keep[BLOCK], there[BLOCK];

	for (b->from = 0; b->from < rows; b->from += BLOCK) {
		b->n = (int)(rows - b->from < BLOCK ? rows - b->from : BLOCK);
		block_hashes(b, n_columns, hashes, keep);
		seen_add(&t->keys.seen, hashes, keep, b->n, there);
	}
}

void
refer_keys(const struct rule *rule, struct tally *t, const struct frame *batch)
{
	const struct other *o = rule->other;
	const struct column **columns = mem_alloc((o->n + 1) * sizeof(*columns));
	struct block b = {.columns = columns};

	for (size_t k = 0; k < o->n && !t->error; k++) {
		int at = frame_find(batch, o->columns[k]);
		enum mlf_type want = rule->types[k];

		columns[k] = at < 0 ? NULL : frame_column(batch, at);
		t->error = at < 0 ||
			(columns[k]->type != want &&
				!(type_is_number(want) && type_is_number(columns[k]->type)));
		if (t->error && at < 0)
			(void)snprintf(t->found, sizeof(t->found), "`%.50s` has no column `%.50s`",
				o->dataset, o->columns[k]);
		else if (t->error)
			(void)snprintf(t->found, sizeof(t->found), "%.70s is %s, not %s", o->shown,
				type_name(columns[k]->type), type_name(want));
	}
	if (!t->error)
		add_keys(t, &b, o->n, frame_rows(batch));
	free(columns);
}

static void
wait_for_keys(
	struct tally *t, struct block *b, const struct rule *rule, int64_t first, int64_t rows)
{
	struct seen_hash hashes[BLOCK];
	struct keys *k = &t->keys;
	uint8_t keep[BLOCK];

	for (b->from = 0; b->from < rows; b->from += BLOCK) {
		b->n = (int)(rows - b->from < BLOCK ? rows - b->from : BLOCK);
		block_hashes(b, rule->n_columns, hashes, keep);
		for (int i = 0; i < b->n; i++) {
			if (!keep[i] || seen_has(&k->seen, &hashes[i]))
				continue;
			k->waiting = mem_grow(k->waiting, &k->cap, k->n + 1, sizeof(*k->waiting));
			k->waiting[k->n++] = (struct waiting){hashes[i], first + b->from + i + 1};
		}
	}
}

void
refer_self(const struct refer_batch *batch, const struct rule *rule, struct tally *t)
{
	struct block keys = {.columns = batch->keys, .taken = batch->taken};
	struct block rows = {.columns = batch->columns, .taken = batch->taken};

	add_keys(t, &keys, rule->other->n, batch->rows);
	wait_for_keys(t, &rows, rule, batch->first, batch->rows);
}

void
refer_end(struct tally *t)
{
	for (size_t i = 0; i < t->keys.n; i++) {
		if (seen_has(&t->keys.seen, &t->keys.waiting[i].hash))
			continue;
		t->bad++;
		if (t->n_samples < CONTRACT_SAMPLES)
			t->sample[t->n_samples++] = t->keys.waiting[i].row;
	}
}

void
refer_fini(struct keys *k)
{
	seen_fini(&k->seen);
	free(k->waiting);
	*k = (struct keys){0};
}

/* --- loading ------------------------------------------------------------------------------------- */

struct relationship {
	const char *id, *type;
	struct ynode *from, *to, *custom;
};

static const struct yfield fields[] = {
	{"id", YF_STR, false, offsetof(struct relationship, id), "of the relationship"},
	{"type", YF_STR, false, offsetof(struct relationship, type), "foreignKey"},
	{"from", YF_NODE, false, offsetof(struct relationship, from), "columns of the table"},
	{"to", YF_NODE, true, offsetof(struct relationship, to), "columns of another dataset"},
	{"customProperties", YF_NODE, false, offsetof(struct relationship, custom), "onFail"},
	{0},
};

/* ODCS gives a relationship no severity of its own, so it is one of the custom properties. */
static void
load_severity(struct loader *l, const struct ynode *custom, struct about *about)
{
	for (size_t i = 0; custom && custom->kind == Y_LIST && i < custom->n; i++) {
		const struct ynode *name = yaml_get(custom->u.items[i], "property");
		const struct ynode *value = yaml_get(custom->u.items[i], "value");

		if (name && value && str_eq(yaml_str(name), "severity"))
			(void)read_severity(l, value, about);
	}
}

/* Its own columns: those of `from`, or the one that it stands at. */
static int
load_from(struct loader *l, const struct ynode *n, const struct relationship *rel,
	const struct about *about, struct rule *r)
{
	const struct other *own;

	if (about->column && rel->from)
		return loader_fail(l, &rel->from->at, "remove it",
			"at a property `from` is the property itself");
	if (about->column)
		return 0;
	if (!rel->from)
		return loader_fail(l, &n->at, "write {from: orders.customer, to: customers.id}",
			"a relationship of a table has a `from`");
	own = load_other(l, rel->from);
	if (!own)
		return -1;
	if (own->dataset)
		return loader_fail(l, &rel->from->at,
			arena_printf(l->arena, "write %s.COLUMN", l->table),
			"`from` names columns of the table itself, not of `%s`", own->dataset);
	r->columns = arena_alloc(l->arena, (own->n + 1) * sizeof(*r->columns));
	for (r->n_columns = 0; r->n_columns < own->n; r->n_columns++)
		if (load_column(l, rel->from, own->columns[r->n_columns],
			    &r->columns[r->n_columns]) != 0)
			return -1;
	r->column = own->n == 1 ? own->columns[0] : NULL;
	r->from = own->shown;
	return 0;
}

static void
load_relationship(struct loader *l, const struct ynode *n, const struct about *about)
{
	struct relationship rel = {0};
	struct about mine = *about;
	struct rule *r, own = {.n_columns = 1};

	if (n->kind != Y_MAP) {
		loader_fail(l, &n->at, "write {to: customers.id}",
			"a relationship is a map, not %s", yaml_kind_name(n->kind));
		return;
	}
	if (yaml_fill(n, fields, &rel, "this relationship", l->found) != 0)
		return;
	if (rel.type && !str_eq(rel.type, "foreignKey")) {
		loader_fail(l, value_place(n, "type"), NULL,
			"the type of a relationship is `foreignKey`");
		return;
	}
	mine.id = rel.id;
	load_severity(l, rel.custom, &mine);
	load_custom(l, rel.custom, &mine, NULL);
	own.other = load_other(l, rel.to);
	if (load_from(l, n, &rel, about, &own) != 0 || !own.other)
		return;
	if (own.other->n != own.n_columns) {
		loader_fail(l, &rel.to->at, "name as many columns on both sides",
			"%zu columns cannot refer to %zu", own.n_columns, own.other->n);
		return;
	}
	r = loader_rule(l, RULE_REFERENCE, "foreign_key", &mine, &n->at);
	r->other = own.other;
	if (!about->column) {
		r->columns = own.columns;
		r->n_columns = own.n_columns;
		r->column = own.column;
	}
	r->expected = own.n_columns == 1
		? arena_printf(l->arena, "in %s", own.other->shown)
		: arena_printf(l->arena, "%s in %s", own.from, own.other->shown);
	if (!own.other->dataset && r->on_fail >= ON_FAIL_DROP)
		loader_fail(l, &n->at,
			"give it customProperties: [{property: onFail, value: fail}], or warn",
			"a row that refers to its own table is known to be bad only in the end: "
			"it cannot leave any more");
}

void
load_relationships(struct loader *l, const struct ynode *list, const struct about *about)
{
	struct ynode **items;
	size_t n = load_list(l, list, "a list of relationships", &items);

	for (size_t i = 0; i < n; i++)
		load_relationship(l, items[i], about);
}
