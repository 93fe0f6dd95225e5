/* SPDX-License-Identifier: Apache-2.0
 * The tree after it was parsed: looking up, changing, comparing, printing. */
#include "base/yaml.h"

#include <math.h>
#include <string.h>
#include "base/json.h"

const struct ypair *
yaml_pair(const struct ynode *map, const char *key)
{
	if (!map || map->kind != Y_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->u.pairs[i].key, key) == 0)
			return &map->u.pairs[i];
	return NULL;
}

struct ynode *
yaml_get(const struct ynode *map, const char *key)
{
	const struct ypair *pair = yaml_pair(map, key);

	return pair ? pair->value : NULL;
}

/* The pair whose key is the first n bytes of key. */
static struct ynode *
get_part(const struct ynode *map, const char *key, size_t n)
{
	if (map->kind != Y_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++) {
		const char *k = map->u.pairs[i].key;

		if (strncmp(k, key, n) == 0 && k[n] == '\0')
			return map->u.pairs[i].value;
	}
	return NULL;
}

struct ynode *
yaml_path(const struct ynode *map, const char *dotted)
{
	struct ynode *n = NULL;

	while (map) {
		size_t len = strcspn(dotted, ".");

		n = get_part(map, dotted, len);
		if (!dotted[len])
			return n;
		dotted += len + 1;
		map = n;
	}
	return NULL;
}

const char *
yaml_str(const struct ynode *n)
{
	return n && n->kind != Y_NULL ? n->text : NULL;
}

const char *
yaml_kind_name(enum ykind kind)
{
	static const char *const names[] = {
		[Y_NULL] = "null",
		[Y_BOOL] = "true or false",
		[Y_INT] = "a whole number",
		[Y_FLOAT] = "a number",
		[Y_STR] = "text",
		[Y_LIST] = "a list",
		[Y_MAP] = "a map",
	};

	return names[kind];
}

struct ynode *
yaml_new(struct arena *a, enum ykind kind, struct place at)
{
	struct ynode *n = arena_alloc(a, sizeof(*n));

	n->kind = kind;
	n->at = at;
	return n;
}

/* An array that is full, or whose room is unknown, moves; the arena keeps the old one. */
static void
make_room(struct arena *a, struct ynode *map)
{
	size_t cap = map->n < 4 ? 8 : map->n * 2;
	struct ypair *grown = arena_alloc(a, cap * sizeof(*grown));

	if (map->n)
		memcpy(grown, map->u.pairs, map->n * sizeof(*grown));
	map->u.pairs = grown;
	map->cap = cap;
}

void
yaml_put(struct arena *a, struct ynode *map, const struct ypair *pair)
{
	struct ypair *old = (struct ypair *)yaml_pair(map, pair->key);

	if (old) {
		*old = *pair;
		return;
	}
	if (map->n >= map->cap)
		make_room(a, map);
	map->u.pairs[map->n++] = *pair;
}

static bool
lists_equal(const struct ynode *a, const struct ynode *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!yaml_equal(a->u.items[i], b->u.items[i]))
			return false;
	return true;
}

/* The order of keys means nothing, but is mostly the same. */
static bool
maps_equal(const struct ynode *a, const struct ynode *b)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct ypair *p = &a->u.pairs[i], *q = &b->u.pairs[i];

		if (strcmp(p->key, q->key) != 0)
			q = yaml_pair(b, p->key);
		if (!q || !yaml_equal(p->value, q->value))
			return false;
	}
	return true;
}

bool
yaml_equal(const struct ynode *a, const struct ynode *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->n != b->n)
		return false;
	switch (a->kind) {
	case Y_NULL: return true;
	case Y_BOOL: return a->v.b == b->v.b;
	case Y_INT: return a->v.i == b->v.i;
	case Y_FLOAT: return a->v.f == b->v.f || (isnan(a->v.f) && isnan(b->v.f));
	case Y_STR: return str_eq(a->text, b->text);
	case Y_LIST: return lists_equal(a, b);
	case Y_MAP: return maps_equal(a, b);
	}
	return false;
}

/* A secret list or map hides all that is in it, even how much. */
void
yaml_to_json(struct jw *w, const struct ynode *n, bool mask)
{
	if (!n || n->kind == Y_NULL) {
		jw_null(w);
		return;
	}
	if (mask && n->secret) {
		jw_str(w, "***");
		return;
	}
	switch (n->kind) {
	case Y_NULL: break;
	case Y_BOOL: jw_bool(w, n->v.b); break;
	case Y_INT: jw_i64(w, n->v.i); break;
	case Y_FLOAT: jw_f64(w, n->v.f); break;
	case Y_STR: jw_str(w, n->text); break;
	case Y_LIST:
		jw_array(w);
		for (size_t i = 0; i < n->n; i++)
			yaml_to_json(w, n->u.items[i], mask);
		jw_end(w, ']');
		break;
	case Y_MAP:
		jw_object(w);
		for (size_t i = 0; i < n->n; i++) {
			jw_key(w, n->u.pairs[i].key);
			yaml_to_json(w, n->u.pairs[i].value, mask);
		}
		jw_end(w, '}');
		break;
	}
}
