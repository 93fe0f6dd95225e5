/* SPDX-License-Identifier: Apache-2.0
 * Any bytes as YAML. Beyond not crashing: a failure says a code and a place that exists in the text;
 * a tree keeps the limits, stands at places that exist, and survives being printed and read again. */
#include <stdlib.h>
#include <string.h>
#include "base/base.h"

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* Lines of the text, and the columns of its longest line in bytes, which are at least its characters. */
struct extent {
	int lines, columns;
};

static struct extent
measure(const char *s, size_t n)
{
	struct extent x = {.lines = 1};
	int column = 1;

	for (size_t i = 0; i < n; i++) {
		column++;
		x.columns = column > x.columns ? column : x.columns;
		if (s[i] != '\n')
			continue;
		x.lines++;
		column = 1;
	}
	return x;
}

static void
check_place(const struct extent *x, int line, int col, int end_col)
{
	require(line >= 1 && line <= x->lines);
	require(col >= 1 && col <= x->columns + 1);
	require(end_col == 0 || (end_col > col && end_col <= x->columns + 1));
}

static size_t
check_tree(const struct ynode *n, const struct extent *x, int depth)
{
	size_t count = 1;

	check_place(x, n->at.line, n->at.col, n->at.end_col);
	require(depth <= 64 || n->text);
	for (size_t i = 0; i < n->n; i++) {
		if (n->kind == Y_LIST) {
			count += check_tree(n->u.items[i], x, depth + 1);
			continue;
		}
		const struct ypair *pair = &n->u.pairs[i];

		check_place(x, pair->at.line, pair->at.col, pair->at.end_col);
		require(yaml_get(n, pair->key) == pair->value); /* no duplicate keys */
		count += check_tree(pair->value, x, depth + 1);
	}
	return count;
}

/* What JSON can hold: no infinities, which it writes as null. */
static bool
is_finite(const struct ynode *n)
{
	if (n->kind == Y_FLOAT)
		return n->v.f - n->v.f == 0;
	for (size_t i = 0; i < n->n; i++)
		if (!is_finite(n->kind == Y_MAP ? n->u.pairs[i].value : n->u.items[i]))
			return false;
	return true;
}

/* Whole floats lose their point in JSON: 1.0 and 1 are equal enough here. */
static bool
same(const struct ynode *a, const struct ynode *b)
{
	if (a->kind == Y_FLOAT && b->kind == Y_INT)
		return a->v.f == (double)b->v.i;
	if (a->kind == Y_LIST && b->kind == Y_LIST && a->n == b->n) {
		for (size_t i = 0; i < a->n; i++)
			if (!same(a->u.items[i], b->u.items[i]))
				return false;
		return true;
	}
	if (a->kind == Y_MAP && b->kind == Y_MAP && a->n == b->n) {
		for (size_t i = 0; i < a->n; i++)
			if (!same(a->u.pairs[i].value, b->u.pairs[i].value))
				return false;
		return true;
	}
	return yaml_equal(a, b);
}

/* JSON is YAML: the tree printed as JSON is the same tree, unless keys are too long for YAML. */
static void
check_round_trip(struct arena *a, const struct ynode *n)
{
	struct ynode *again = NULL;
	struct str json = {0};
	struct jw w;

	jw_init(&w, &json);
	yaml_to_json(&w, n, true);
	if (is_finite(n) && yaml_parse(a, "json", json.s, json.len, &again, NULL) == 0)
		require(same(n, again) || n->kind == Y_NULL);
	str_fini(&json);
}

static void
check_diag(const struct err *e)
{
	const struct term plain = {.width = 80}, rich = {.tty = true, .color = true, .width = 40};
	struct str out = {0};

	diag_render(&out, e, -1, &plain);
	diag_render(&out, e, -1, &rich);
	require(out.len > 0);
	str_fini(&out);
}

static void
check_value(struct arena *a, const char *text)
{
	struct ynode *n = NULL;

	if (yaml_parse_value(a, "--params", text, &n, NULL) == 0)
		require(n && yaml_equal(n, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct extent x = measure((const char *)data, size);
	struct arena a = {0};
	struct ynode *root = NULL;
	struct err e = {0};
	char *text = mem_alloc(size + 1);

	memcpy(text, data, size);
	if (yaml_parse(&a, "fuzz.yml", text, size, &root, &e) != 0) {
		require(e.code != MLC_OK && e.msg[0]);
		if (e.line)
			check_place(&x, e.line, e.col, e.end_col);
		else
			require(e.code == MLC_YAML_UNSUPPORTED || e.code == MLC_YAML_LIMIT);
		check_diag(&e);
	} else {
		require(root && check_tree(root, &x, 1) <= 1000000);
		check_round_trip(&a, root);
	}
	check_value(&a, text);
	free(text);
	arena_fini(&a);
	return 0;
}
