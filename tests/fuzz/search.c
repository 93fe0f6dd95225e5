/* SPDX-License-Identifier: Apache-2.0
 * Fuzz target for registry/search_parse.c: whatever is typed after --filter and --order-by is
 * understood or refused with a place in it, and what is understood is whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "registry/search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

static void
check_place(const struct err *e, size_t len)
{
	must(e->code == MLC_SEARCH, "a mistake is one of the search");
	must(*e->msg && *e->help + *e->note, "it is explained");
	must(e->line == 1 && e->col >= 1 && (size_t)e->col <= len + 1,
		"it has a place in the text");
}

static void
check_key(const struct search_key *k)
{
	must(k->attr || k->key, "a key or an attribute");
	must(search__sql(k) != NULL, "there is a query for it");
}

static void
check_tree(const struct search *t, int depth)
{
	must(t && depth < 10000, "a tree");
	if (t->kind != SEARCH_TERM) {
		check_tree(t->left, depth + 1);
		check_tree(t->right, depth + 1);
		return;
	}
	check_key(&t->what);
	for (size_t i = 0; i < t->n_texts; i++)
		must(t->texts[i] != NULL, "texts are there");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	char *text = strndup((const char *)data, size);
	size_t len = strlen(text), n = 0;
	struct search *tree = NULL;
	struct search_order orders[ORDERS_MAX];
	struct err e = {0};

	if (search__parse(&a, "--filter", text, &tree, &e) < 0)
		check_place(&e, len);
	else if (tree) /* an empty filter lets everything through */
		check_tree(tree, 0);
	e = (struct err){0};
	if (search__parse_order(&a, "--order-by", text, orders, &n, &e) == 0)
		for (size_t i = 0; i < n; i++)
			check_key(&orders[i].what);
	else
		check_place(&e, len);
	arena_fini(&a);
	free(text);
	return 0;
}
