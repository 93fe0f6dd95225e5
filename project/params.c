/* SPDX-License-Identifier: Apache-2.0
 * Parameters from the command line: --params-file F, then --params a.b=1,c=x.
 *
 * A key is dotted, ends at the first `=`, and makes the maps it needs; the last one wins. A value is
 * one YAML scalar or flow value. Commas inside brackets and quotes belong to the value, and both
 * count only where YAML lets them begin, so that c=it's and c=a[1 are plain text:
 *
 *	model.alpha=0.1,cols=[a, b],name="x,y",note=it's
 *
 * Places are columns of the argument, in a file called "--params". */
#include "project/parts.h"

#include <limits.h>

#define SHOWN "--params"

struct item {
	const char *start; /* of the whole argument */
	const char *key;   /* points into it */
	const char *value; /* behind the `=` */
	const char *end;   /* the comma or the end */
};

static struct place
place_of(const char *start, const char *from, const char *to)
{
	int col = 1;
	struct place at = {.file = SHOWN, .line = 1};

	for (const char *p = start; p < to; p++) {
		if (p == from)
			at.col = col;
		col += ((unsigned char)*p & 0xC0) != 0x80;
	}
	at.end_col = col;
	if (from >= to) /* nothing there: the place where something was wanted */
		at.col = col, at.end_col = col + 1;
	return at;
}

/* The end of a quoted text that begins at p, or NULL. */
static const char *
skip_quoted(const char *p)
{
	char quote = *p++;

	for (; *p; p++) {
		if (quote == '"' && *p == '\\' && p[1])
			p++;
		else if (*p == quote && quote == '\'' && p[1] == quote)
			p++;
		else if (*p == quote)
			return p + 1;
	}
	return NULL;
}

/* The end of the value at p: a comma outside brackets and quotes, or the end. NULL if something was
 * opened and not closed; *open is it. */
static const char *
value_end(const char *p, const char **open)
{
	const char *outer = NULL;
	bool begins = true; /* a quote or bracket here opens something */
	int depth = 0;

	while (*p && (depth || *p != ',')) {
		if (begins && (*p == '"' || *p == '\'')) {
			*open = p;
			p = skip_quoted(p);
			if (!p)
				return NULL;
			begins = false;
			continue;
		}
		if ((depth || begins) && (*p == '[' || *p == '{')) {
			if (depth++ == 0)
				outer = p;
			begins = true;
		} else if (depth && (*p == ']' || *p == '}')) {
			depth--;
			begins = false;
		} else if (*p != ' ') {
			begins = depth && (*p == ',' || *p == ':');
		}
		p++;
	}
	*open = outer;
	return depth ? NULL : p;
}

static bool
is_dotted(const char *s, const char *end)
{
	if (s == end || *s == '.' || end[-1] == '.')
		return false;
	for (; s < end; s++)
		if (*s == ' ' || (*s == '.' && s[1] == '.'))
			return false;
	return true;
}

/* Cuts the item at start off. */
static int
cut_item(struct item *it, const char *from, struct err *e)
{
	const char *open = NULL, *eq = from + strcspn(from, "=,");
	struct place at;

	it->key = from;
	if (*eq != '=') {
		at = place_of(it->start, from, eq);
		err_set(e, MLC_USAGE, "%s: `%.*s` has no `=`", SHOWN, (int)(eq - from), from);
		err_help(e, "write key=value, as in %s model.alpha=0.1,seed=7", SHOWN);
		return err_at(e, &at, "no value");
	}
	if (!is_dotted(from, eq)) {
		at = place_of(it->start, from, eq);
		err_set(e, MLC_USAGE, "%s: `%.*s` is no key", SHOWN, (int)(eq - from), from);
		err_help(e, "keys are joined by single dots, as in model.alpha, without spaces");
		return err_at(e, &at, NULL);
	}
	it->value = eq + 1;
	it->end = value_end(it->value, &open);
	if (it->end)
		return 0;
	at = place_of(it->start, open, open + 1);
	err_set(e, MLC_USAGE, "%s: `%c` is never closed", SHOWN, *open);
	err_help(e, "close it, and put the whole argument in quotes for the shell");
	return err_at(e, &at, "opened here");
}

/* Moves the places of a parsed value to where it stands in the argument. */
static void
shift(struct ynode *n, int by)
{
	n->at.col += n->at.line == 1 ? by : 0;
	n->at.end_col += n->at.line == 1 && n->at.end_col ? by : 0;
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		shift(n->u.items[i], by);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
		n->u.pairs[i].at.col += by;
		n->u.pairs[i].at.end_col += n->u.pairs[i].at.end_col ? by : 0;
		shift(n->u.pairs[i].value, by);
	}
}

static int
parse_value(struct arena *a, const struct item *it, struct ynode **out, struct err *e)
{
	struct place at = place_of(it->start, it->value, it->end);
	const char *text = arena_strndup(a, it->value, (size_t)(it->end - it->value));

	if (text[strspn(text, " ")] == '\0') {
		*out = yaml_new(a, Y_NULL, at);
		(*out)->text = "";
		return 0;
	}
	if (yaml_parse_value(a, SHOWN, text, out, e) != 0) {
		err_wrap(e, "%s: `%s`", SHOWN, text);
		return err_at(e, &at, NULL);
	}
	shift(*out, at.col - 1);
	return 0;
}

/* Puts value at the item's dotted key, with the maps that takes. */
static void
put(struct arena *a, struct ynode *tree, const struct item *it, struct ynode *value)
{
	const char *key = it->key, *end = it->value - 1;
	struct ynode *map = tree;

	for (;;) {
		size_t n = strcspn(key, ".=");
		struct ypair pair = {.key = arena_strndup(a, key, n),
			.at = place_of(it->start, key, key + n),
			.value = value};
		struct ynode *old = yaml_get(map, pair.key);

		if (key + n == end) {
			yaml_put(a, map, &pair);
			return;
		}
		if (!old || old->kind != Y_MAP) {
			pair.value = old = yaml_new(a, Y_MAP, pair.at);
			yaml_put(a, map, &pair);
		}
		map = old;
		key += n + 1;
	}
}

static int
parse_params(struct arena *a, const char *text, struct ynode *into, struct err *e)
{
	struct item it = {.start = arena_strdup(a, text)};
	const char *p = it.start;
	struct ynode *value;

	while (*p) {
		if (cut_item(&it, p, e) != 0 || parse_value(a, &it, &value, e) != 0)
			return -1;
		put(a, into, &it, value);
		p = *it.end ? it.end + 1 : it.end;
	}
	return 0;
}

/* The map in --params-file, or NULL. It is named as the user named it, or relative to the root if
 * it lies beneath, so that messages can show its lines. */
static struct ynode *
parse_file(struct arena *a, const char *root, const char *file, struct err *e)
{
	char path[PATH_MAX];
	const char *shown = file;
	struct ynode *tree = NULL;
	size_t n = strlen(root);

	if (realpath(file, path) && strncmp(path, root, n) == 0 && path[n] == '/')
		shown = path + n + 1;
	if (yaml_parse_file(a, file, arena_strdup(a, shown), &tree, e) != 0) {
		err_wrap(e, "--params-file");
		return NULL;
	}
	if (tree->kind == Y_MAP)
		return tree;
	err_set(e, MLC_CONF_TYPE, "--params-file: `%s` holds %s, not parameters", file,
		yaml_kind_name(tree->kind));
	err_help(e, "write `name: value`, one parameter a line");
	err_at(e, &tree->at, NULL);
	return NULL;
}

struct ynode *
params_runtime(
	struct arena *a, const char *root, const char *file, const char *text, struct errs *found)
{
	struct place at = {.file = SHOWN, .line = 1, .col = 1};
	struct ynode *args = yaml_new(a, Y_MAP, at), *base = NULL;
	struct err e = {0};

	if (file && !(base = parse_file(a, root, file, &e)))
		errs_add(found, &e);
	if (text && parse_params(a, text, args, &e) != 0)
		errs_add(found, &e);
	return base ? conf_overlay(a, base, args, MERGE_DEEP) : args;
}
