/* SPDX-License-Identifier: Apache-2.0
 * Patterns: an entry whose name holds {placeholders} stands for every dataset it fits.
 *
 *	"{layer}.{name}_csv":                raw.loans_csv -> layer = raw, name = loans
 *	  filepath: "data/{layer}/{name}.csv"
 *
 * A placeholder takes at least one character and as few as it can, the last one the rest. Of several
 * patterns that fit, the first in Kedro's order counts: more characters outside of placeholders, then
 * more placeholders, then the alphabet; so that a catch-all ("{name}") comes last. */
#include "catalog/pattern.h"

#include <string.h>

/* The end of the placeholder that begins at p, behind its brace; NULL if it is none. */
static const char *
placeholder_end(const char *p)
{
	size_t n = 1;

	while ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z') ||
		(p[n] >= '0' && p[n] <= '9') || p[n] == '_')
		n++;
	return n > 1 && p[n] == '}' ? p + n + 1 : NULL;
}

static const struct binding *
bound(const struct pattern *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].len == len && memcmp(p->v[i].name, name, len) == 0)
			return &p->v[i];
	return NULL;
}

int
pattern_parse(struct pattern *p, const char *key, struct err *e)
{
	const char *end;

	*p = (struct pattern){.key = key};
	for (const char *at = key; *at; at = end) {
		end = at + 1;
		if (*at == '}')
			return err_set(e, MLC_CONF_VALUE, "pattern `%s` has a `}` too many", key);
		if (*at != '{') {
			p->literals++;
			continue;
		}
		end = placeholder_end(at);
		if (!end)
			return err_set(e, MLC_CONF_VALUE,
				"pattern `%s`: a placeholder is a name in braces, as in {name}",
				key);
		if (bound(p, at + 1, (size_t)(end - at) - 2))
			return err_set(e, MLC_CONF_VALUE,
				"pattern `%s` holds the placeholder `%.*s` twice", key,
				(int)(end - at), at);
		if (p->n == PATTERN_MAX)
			return err_set(e, MLC_CONF_VALUE,
				"pattern `%s` holds more than %d placeholders", key, PATTERN_MAX);
		p->v[p->n++] = (struct binding){.name = at + 1, .len = (size_t)(end - at) - 2};
	}
	return 0;
}

int
pattern_order(const struct pattern *a, const struct pattern *b)
{
	if (a->literals != b->literals)
		return a->literals > b->literals ? -1 : 1;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return strcmp(a->key, b->key);
}

/* Where the literal next begins in s, behind at least one character; NULL: nowhere. The one that ends
 * the pattern must end s. */
static const char *
find_literal(const char *s, const char *literal, size_t n, bool last)
{
	size_t len = strlen(s);

	if (len < n + 1)
		return NULL;
	if (last)
		return memcmp(s + len - n, literal, n) == 0 ? s + len - n : NULL;
	for (const char *at = s + 1; strlen(at) >= n; at++)
		if (memcmp(at, literal, n) == 0)
			return at;
	return NULL;
}

bool
pattern_match(struct pattern *p, const char *name)
{
	const char *key = p->key, *s = name;
	size_t n = strcspn(key, "{");

	if (strncmp(key, s, n) != 0)
		return false;
	key += n;
	s += n;
	for (size_t i = 0; *key; i++) {
		const char *found;

		key = placeholder_end(key);
		n = strcspn(key, "{");
		found = find_literal(s, key, n, !key[n]);
		if (!found)
			return false;
		p->v[i].value = s;
		p->v[i].value_len = (size_t)(found - s);
		s = found + n;
		key += n;
	}
	return !*s;
}

/* --- the entry ------------------------------------------------------------------------------------ */

static const char *
fill_text(struct arena *a, const struct pattern *p, const char *text)
{
	struct str out = {0};
	const char *kept;

	while (*text) {
		const char *end = *text == '{' ? placeholder_end(text) : NULL;
		const struct binding *b = end ? bound(p, text + 1, (size_t)(end - text) - 2) : NULL;

		if (b)
			str_addn(&out, b->value, b->value_len);
		else
			str_addc(&out, *text);
		text = b ? end : text + 1;
	}
	kept = arena_strdup(a, str_text(&out));
	str_fini(&out);
	return kept;
}

struct ynode *
pattern_fill(struct arena *a, const struct pattern *p, const struct ynode *n)
{
	struct ynode *copy = yaml_new(a, n->kind, n->at);

	*copy = *n;
	copy->cap = n->n;
	if (n->kind == Y_STR && n->text && strchr(n->text, '{'))
		copy->text = fill_text(a, p, n->text);
	if (n->kind == Y_LIST)
		copy->u.items = arena_alloc(a, (n->n + 1) * sizeof(struct ynode *));
	if (n->kind == Y_MAP)
		copy->u.pairs = arena_alloc(a, (n->n + 1) * sizeof(struct ypair));
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		copy->u.items[i] = pattern_fill(a, p, n->u.items[i]);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
		copy->u.pairs[i] = n->u.pairs[i];
		copy->u.pairs[i].value = pattern_fill(a, p, n->u.pairs[i].value);
	}
	return copy;
}

static int
check_text(const struct pattern *p, const struct ynode *n, struct err *e)
{
	for (const char *at = n->text; (at = strchr(at, '{')); at++) {
		const char *end = placeholder_end(at);

		if (!end || bound(p, at + 1, (size_t)(end - at) - 2))
			continue;
		err_set(e, MLC_CONF_VALUE, "pattern `%s` has no placeholder `%.*s`", p->key,
			(int)(end - at), at);
		err_at(e, &n->at, "");
		return err_help(e, "use the placeholders of the name, or add it there");
	}
	return 0;
}

int
pattern_check(const struct pattern *p, const struct ynode *n, struct err *e)
{
	if (n->kind == Y_STR && n->text)
		return check_text(p, n, e);
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		if (pattern_check(p, n->u.items[i], e) < 0)
			return -1;
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
		if (pattern_check(p, n->u.pairs[i].value, e) < 0)
			return -1;
	return 0;
}
