/* SPDX-License-Identifier: Apache-2.0
 * Foreign keys that `contract infer` proposes: columns with the name and the type of another table's
 * key, all of whose values are there. A table has a key if its contract says so.
 *
 *	customer, customer_id, customers_id  ->  the key `id` of `customers`
 *	iban                                 ->  a key `iban`, of whichever table
 *
 * Whether it is one is found out by a contract that promises it, in a second pass over the table. */
#include "cmd/infer.h"

#include <ctype.h>

struct candidate {
	struct column_facts *column;
	const struct dataset *d;
	const char *key;
};
struct candidates {
	struct candidate *v; /* owned */
	size_t n, cap;
};

static bool
is_word(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	while (isalnum((unsigned char)*s) || *s == '_' || *s == '-')
		s++;
	return !*s;
}

/* True if a column of that name may well hold keys of the dataset. */
static bool
sounds_like(const char *column, const char *dataset, const char *key)
{
	size_t n = strlen(dataset), whole = n;

	if (str_eq(column, key))
		return !str_eq(key, "id"); /* everything has an id of its own */
	for (n -= n > 1 && dataset[n - 1] == 's'; n <= whole; n++) {
		size_t rest = strncmp(column, dataset, n) == 0 ? n : 0;

		if (rest &&
			(!column[rest] || (column[rest] == '_' && str_eq(column + rest + 1, key))))
			return true;
	}
	return false;
}

static void
look_at(struct app *a, const struct dataset *d, struct facts *all, struct candidates *out)
{
	const char *path = project_contract(a->project, d->name), *key;
	const struct contract *c = NULL;
	struct errs ignored = {0};
	enum mlf_type type = 0;

	if (path && is_word(d->name) && dataset_exists(d, a->project->rootfd) &&
		contract_load(&all->arena, a->project->rootfd, path, &c, &ignored) == 0 &&
		(key = contract_key(c, &type)) && is_word(key))
		for (int i = 0; i < all->n; i++) {
			struct column_facts *f = &all->v[i];

			if (f->type != type || f->n == f->nulls || !is_word(f->name) ||
				!sounds_like(f->name, d->name, key))
				continue;
			out->v = mem_grow(out->v, &out->cap, out->n + 1, sizeof(*out->v));
			out->v[out->n++] = (struct candidate){f, d, key};
		}
	errs_fini(&ignored);
}

/* A contract of the columns that promises what is to be found out, and fails nothing. */
static int
parse_probe(const struct candidates *all, struct arena *arena, const struct contract **out)
{
	static const char *const types[] = {[MLF_BOOL] = "boolean",
		[MLF_I64] = "integer",
		[MLF_F64] = "number",
		[MLF_UTF8] = "string",
		[MLF_TIMESTAMP] = "timestamp"};
	struct errs ignored = {0};
	struct str text = {0};
	int rc;

	str_add(&text,
		"apiVersion: v3.1.0\nkind: DataContract\nid: probe\nversion: 1.0.0\nschema:\n"
		"- name: ' '\n  properties:\n");
	for (size_t i = 0; i < all->n; i++) {
		const struct candidate *c = &all->v[i];
		bool again = i && all->v[i - 1].column == c->column;

		if (!again)
			str_addf(&text,
				"  - name: \"%s\"\n    logicalType: %s\n    relationships:\n",
				c->column->name, types[c->column->type]);
		str_addf(&text, "    - {to: %s.%s}\n", c->d->name, c->key);
	}
	rc = contract_parse(arena, "probe", &text, out, &ignored);
	str_fini(&text);
	errs_fini(&ignored);
	return rc;
}

static void
see(void *run, const struct frame *batch)
{
	contract_batch(run, batch);
}

/* The checks stand in the order of the candidates. */
static void
take_passed(struct candidates *all, struct facts *facts, const struct contract_result *r)
{
	size_t k = 0;

	for (size_t i = 0; i < r->n && k < all->n; i++) {
		struct candidate *c = &all->v[k];

		if (!str_eq(r->checks[i].rule, "foreign_key"))
			continue;
		if (r->checks[i].passed && !c->column->to)
			c->column->to = arena_printf(&facts->arena, "%s.%s", c->d->name, c->key);
		k++;
	}
}

static int
by_column(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->d->name, y->d->name);
}

static const struct dataset *
dataset_of(const struct candidates *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq(all->v[i].d->name, name))
			return all->v[i].d;
	return NULL;
}

static int
try(struct app *a, const struct dataset *d, struct candidates *all, struct facts *facts,
	struct err *e)
{
	const struct judged one = {.d = d};
	const struct contract *c = NULL;
	struct contract_result r;
	struct contract_run *run;

	qsort(all->v, all->n, sizeof(*all->v), by_column);
	if (parse_probe(all, &facts->arena, &c) < 0)
		return 0; /* a name that no reference can have */
	run = contract_begin(c);
	for (size_t i = 0; i < contract_others(c); i++)
		contract_other_read(
			run, i, dataset_of(all, contract_other(c, i)), a->project->rootfd);
	if (each_batch(a, &one, see, run, e) < 0) {
		contract_abort(run);
		return -1;
	}
	contract_end(run, &r);
	take_passed(all, facts, &r);
	contract_result_fini(&r);
	return 0;
}

int
facts_keys(struct app *a, const struct catalog *c, const struct dataset *d, struct facts *all,
	struct err *e)
{
	struct candidates found = {.v = NULL};
	int rc = 0;

	for (size_t i = 0; i < catalog_count(c); i++) {
		const struct dataset *other = catalog_at(c, i);

		if (other->path && other->kind == MLF_TABLE && !str_eq(other->name, d->name))
			look_at(a, other, all, &found);
	}
	if (found.n)
		rc = try(a, d, &found, all, e);
	free(found.v);
	return rc;
}
