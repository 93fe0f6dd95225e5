/* SPDX-License-Identifier: Apache-2.0
 * Configuration trees as YAML and as JSON, with or without where each value comes from.
 *
 * The text is YAML again: what is shown without secrets reads back as the same tree. A plain scalar
 * stays plain only if it is harmless wherever it stands; everything else is written in the double
 * quotes of JSON, which YAML shares. */
#include "cmd/tree.h"

/* The words that one version of YAML or the other takes for something else than text. */
static bool
is_word_of_yaml(const char *s)
{
	static const char *const words[] = {
		"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

static bool
is_plain(const char *s)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_/"
				   "0123456789.+-@%=<>(),;!?' ";
	size_t n = strlen(s);
	return n && strchr(first, s[0]) && strspn(s, rest) == n && s[n - 1] != ' ' &&
		!is_word_of_yaml(s);
}

static void
add_quoted(struct str *out, const char *s)
{
	struct str json = {0};
	struct jw w;
	jw_init(&w, &json);
	jw_str(&w, s);
	term_add_safe(out, str_text(&json));
	str_fini(&json);
}

static void
add_text(struct str *out, const char *s)
{
	if (is_plain(s))
		str_add(out, s);
	else
		add_quoted(out, s);
}

static bool
is_branch(const struct ynode *n)
{
	return (n->kind == Y_MAP || n->kind == Y_LIST) && n->n && !n->secret;
}

void
tree_value(struct str *out, const struct ynode *n)
{
	struct str json = {0};
	struct jw w;
	if (n->secret) {
		str_add(out, TREE_MASK);
	} else if (n->kind == Y_STR) {
		add_text(out, n->text);
	} else if (n->kind == Y_MAP || n->kind == Y_LIST) {
		jw_init(&w, &json);
		tree_json(&w, n, false);
		term_add_safe(out, str_text(&json));
		str_fini(&json);
	} else {
		str_add(out, n->kind == Y_NULL ? "null" : n->text);
	}
}

void
tree_origin(struct str *out, const struct ynode *n)
{
	struct str text = {0};
	if (!n->at.file)
		str_add(&text, "built in");
	else if (str_starts(n->at.file, "--"))
		str_add(&text, n->at.file);
	else
		str_addf(&text, "%s:%d:%d", n->at.file, n->at.line, n->at.col);
	if (n->via && !n->secret)
		str_addf(&text, " through %s", n->via);
	term_add_safe(out, str_text(&text));
	str_fini(&text);
}

bool
tree_hides(const char *key, const struct ynode *value)
{
	return value->secret || (value->kind != Y_NULL && secret_by_name(key, yaml_str(value)));
}

/* --- YAML ----------------------------------------------------------------------------------------- */

static void
indent_by(struct str *out, int indent)
{
	for (int i = 0; i < indent; i++)
		str_addc(out, ' ');
}

static void
end_line(struct str *out, const struct ynode *n, bool origin)
{
	if (origin) {
		str_add(out, "  # ");
		tree_origin(out, n);
	}
	str_addc(out, '\n');
}

static void
add_pair(struct str *out, const struct ypair *pair, int indent, bool origin)
{
	bool hidden = tree_hides(pair->key, pair->value);
	add_text(out, pair->key);
	str_addc(out, ':');
	if (!hidden && is_branch(pair->value)) {
		str_addc(out, '\n');
		tree_text(out, pair->value, indent + 2, origin);
		return;
	}
	str_addc(out, ' ');
	if (hidden)
		str_add(out, "\"" TREE_MASK "\"");
	else
		tree_value(out, pair->value);
	end_line(out, pair->value, origin);
}

/* The first line of a map in a list stands behind the dash. */
static void
add_map(struct str *out, const struct ynode *map, int indent, bool origin)
{
	for (size_t i = 0; i < map->n; i++) {
		if (i)
			indent_by(out, indent);
		add_pair(out, &map->u.pairs[i], indent, origin);
	}
}

void
tree_text(struct str *out, const struct ynode *n, int indent, bool origin)
{
	indent_by(out, indent);
	if (!is_branch(n)) {
		tree_value(out, n);
		end_line(out, n, origin);
		return;
	}
	if (n->kind == Y_MAP) {
		add_map(out, n, indent, origin);
		return;
	}
	for (size_t i = 0; i < n->n; i++) {
		const struct ynode *item = n->u.items[i];
		struct str text = {0};
		if (i)
			indent_by(out, indent);
		str_add(out, "- ");
		tree_text(&text, item, indent + 2, origin);
		str_add(out, str_text(&text) + indent + 2);
		str_fini(&text);
	}
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static void
leaf_json(struct jw *w, const struct ynode *n, bool hidden, bool origin)
{
	struct str text = {0};
	if (origin) {
		jw_object(w);
		jw_key(w, "value");
	}
	if (hidden)
		jw_str(w, TREE_MASK);
	else
		yaml_to_json(w, n, true);
	if (origin) {
		tree_origin(&text, n);
		jw_kv_str(w, "origin", str_text(&text));
		jw_end(w, '}');
		str_fini(&text);
	}
}

void
tree_json(struct jw *w, const struct ynode *n, bool origin)
{
	if (!is_branch(n)) {
		leaf_json(w, n, false, origin);
	} else if (n->kind == Y_LIST) {
		jw_array(w);
		for (size_t i = 0; i < n->n; i++)
			tree_json(w, n->u.items[i], origin);
		jw_end(w, ']');
	} else {
		jw_object(w);
		for (size_t i = 0; i < n->n; i++) {
			const struct ypair *pair = &n->u.pairs[i];
			jw_key(w, pair->key);
			if (tree_hides(pair->key, pair->value))
				leaf_json(w, pair->value, true, origin);
			else
				tree_json(w, pair->value, origin);
		}
		jw_end(w, '}');
	}
}
