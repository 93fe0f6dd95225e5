/* SPDX-License-Identifier: Apache-2.0
 * What a dotted key names in a configuration tree, and what its writer may have meant.
 *
 * Keys may hold dots themselves, so at each map the longest key that fits is taken. */
#include "cmd/tree.h"

struct ynode *
tree_of(struct project *p)
{
	const struct ypair parts[] = {{.key = "catalog", .value = p->catalog},
		{.key = "parameters", .value = p->params},
		{.key = "pipelines", .value = p->pipelines},
		{.key = "settings", .value = p->settings},
		{.key = "credentials", .value = p->credentials}};
	struct ynode *root = yaml_new(&p->arena, Y_MAP, (struct place){0});
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		yaml_put(&p->arena, root, &parts[i]);
	return root;
}

static const struct ypair *
longest(const struct ynode *map, const char *rest)
{
	const struct ypair *best = NULL;
	size_t best_len = 0;
	for (size_t i = 0; i < map->n; i++) {
		const char *key = map->u.pairs[i].key;
		size_t n = strlen(key);
		if (strncmp(rest, key, n) == 0 && (rest[n] == '\0' || rest[n] == '.') &&
			(!best || n > best_len)) {
			best = &map->u.pairs[i];
			best_len = n;
		}
	}
	return best;
}

/* One step down; *rest moves behind what it took. */
static const struct ynode *
step(const struct ynode *n, const char **rest, bool *hidden)
{
	size_t len = strcspn(*rest, ".");
	const struct ynode *next = NULL;
	char number[24];
	int64_t at;
	if (n->kind == Y_MAP) {
		const struct ypair *pair = longest(n, *rest);
		if (!pair)
			return NULL;
		len = strlen(pair->key);
		next = pair->value;
		*hidden |= tree_hides(pair->key, next);
	} else if (n->kind == Y_LIST && len < sizeof(number)) {
		(void)snprintf(number, sizeof(number), "%.*s", (int)len, *rest);
		if (str_to_i64(number, &at) < 0 || at < 0 || (uint64_t)at >= n->n)
			return NULL;
		next = n->u.items[at];
		*hidden |= next->secret;
	}
	*rest += next ? len + ((*rest)[len] == '.') : 0;
	return next;
}

/* The walk as far as it goes; *rest is what is left. */
static const struct ynode *
walk(const struct ynode *n, const char **rest, bool *hidden)
{
	const struct ynode *next;
	while (**rest && !*hidden && (next = step(n, rest, hidden)))
		n = next;
	return n;
}

/* The key may lack the name of its part: `train.l2` for `parameters.train.l2`. */
static const char *
part_with(const struct ynode *root, const char *key)
{
	for (size_t i = 0; i < root->n; i++) {
		const char *rest = key;
		bool hidden = false;
		(void)walk(root->u.pairs[i].value, &rest, &hidden);
		if (!*rest)
			return root->u.pairs[i].key;
	}
	return NULL;
}

static void
suggest(const struct ynode *root, const struct ynode *at, const char *key, const char *rest,
	struct err *e)
{
	struct map names = {0};
	char word[128];
	const char *part = at == root ? part_with(root, key) : NULL;
	(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(rest, "."), rest);
	for (size_t i = 0; at->kind == Y_MAP && i < at->n; i++)
		map_put(&names, at->u.pairs[i].key, &names);
	const char *near = map_near(&names, word);
	if (part)
		err_help(e, "did you mean `%s.%s`?", part, key);
	else if (near)
		err_help(e, "did you mean `%.*s%s`?", (int)(rest - key), key, near);
	else if (at == root)
		err_help(e,
			"keys begin with catalog, parameters, pipelines, settings or "
			"credentials");
	else
		err_help(e, "what there is: mlflow-c config show %.*s",
			(int)(rest > key ? rest - key - 1 : 0), key);
	map_fini(&names);
}

const struct ynode *
tree_find(const struct ynode *root, const char *key, bool *hidden, struct err *e)
{
	const char *rest = key;
	*hidden = false;
	const struct ynode *n = walk(root, &rest, hidden);
	if (!*rest)
		return n;
	err_set(e, MLC_NOT_FOUND, "the configuration has no key `%s`", key);
	if (*hidden)
		err_help(e, "`%.*s` is secret as a whole", (int)(rest - key - 1), key);
	else
		suggest(root, n, key, rest, e);
	return NULL;
}
