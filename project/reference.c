/* SPDX-License-Identifier: Apache-2.0
 * How a reference is written, and what is said about one that cannot be resolved.
 *
 *	${ name }    ${ source : name }    ${ source : name , default }
 *
 * The caret of a message stands under the reference itself wherever the value is one line of text
 * as it was written; under the whole value where quoting or folding hides the columns. */
#include "project/inside.h"

#include <ctype.h>
#include <unistd.h>

static int
count_chars(const char *s, size_t n)
{
	int chars = 0;

	for (size_t i = 0; i < n && s[i]; i++)
		chars += ((unsigned char)s[i] & 0xC0) != 0x80;
	return chars;
}

/* The place of t in the file. */
static struct place
spot(const struct ref *r, const struct token *t)
{
	const struct ynode *n = r->node;
	struct place at = n->at;
	int quotes = n->quoted ? 2 : 0;

	if (!t || at.end_col - at.col != count_chars(n->text, SIZE_MAX) + quotes)
		return at;
	at.col += quotes / 2 + count_chars(n->text, (size_t)(t->at - n->text));
	at.end_col = at.col + count_chars(t->at, t->len);
	return at;
}

int
interp__report(struct interp *in, const struct ref *r, const struct token *t, struct err *e,
	const char *label)
{
	struct place at = spot(r, t);

	err_at(e, &at, label);
	errs_add(in->found, e);
	return -1;
}

const char *
near_key(const struct ynode *map, const char *word)
{
	const char *best = NULL;
	int best_distance = 0, d;

	for (size_t i = 0; map->kind == Y_MAP && i < map->n; i++) {
		if (!str_near(map->u.pairs[i].key, word, &d) || (best && d >= best_distance))
			continue;
		best = map->u.pairs[i].key;
		best_distance = d;
	}
	return best;
}

int
interp__unknown(struct interp *in, const struct ref *r, const struct token *t,
	const struct ynode *map, const char *part)
{
	const char *near = near_key(map, part);
	struct err e = {0};

	if (map->kind == Y_MAP || map->kind == Y_LIST)
		err_set(&e, MLC_CONF_INTERPOLATION, "`%s` names nothing: there is no %s `%s`",
			t->shown, map->kind == Y_MAP ? "key" : "item", part);
	else
		err_set(&e, MLC_CONF_INTERPOLATION,
			"`%s` names nothing: `%s` would be a part of %s", t->shown, part,
			yaml_kind_name(map->kind));
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else if (t->source == FROM_TREE && yaml_path(in->trees[CONF_GLOBALS], t->name))
		err_help(&e, "globals.yml has it: write ${globals:%s}", t->name);
	else if (t->source == FROM_TREE && yaml_path(in->trees[CONF_PARAMS], t->name))
		err_help(&e,
			"it is a parameter; what %s and parameters share belongs in globals.yml",
			conf_kind_name(r->kind));
	else
		err_help(&e, "add it to %s, or write \\${ where no reference is meant",
			t->source == FROM_GLOBALS ? "conf/base/globals.yml"
						  : conf_kind_name(r->kind));
	return interp__report(in, r, t, &e, "unknown");
}

/* r is BUSY and up needs it: the way back from up to r is the circle. */
int
interp__cycle(struct interp *in, const struct ref *r, const struct ref *up)
{
	const struct ref *way[80]; /* more than the longest chain */
	struct str path = {0};
	struct err e = {0};
	size_t n = 0;

	for (const struct ref *at = up; at && at != r && n < sizeof(way) / sizeof(*way);
		at = at->up)
		way[n++] = at;
	str_add(&path, r->path);
	while (n > 0)
		str_addf(&path, " -> %s", way[--n]->path);
	str_addf(&path, " -> %s", r->path);
	err_set(&e, MLC_CONF_INTERPOLATION, "references go in a circle: %s", str_text(&path));
	err_help(&e, "give one of them a value of its own");
	str_fini(&path);
	return interp__report(in, up ? up : r, NULL, &e, "leads back to itself");
}

int
interp__no_runtime(struct interp *in, const struct ref *r, const struct token *t)
{
	const char *near = near_key(in->runtime, t->name);
	struct err e = {0};

	err_set(&e, MLC_CONF_INTERPOLATION, "`%s` needs a parameter from the command line",
		t->shown);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e,
			"give --params %s=VALUE, or write a default: ${runtime_params:%s,VALUE}",
			t->name, t->name);
	return interp__report(in, r, t, &e, "not given");
}

/* The name of an environment variable that is most like word; arena, or NULL. */
static const char *
near_env(struct interp *in, const char *word)
{
	const char *near, *result;
	struct map names = {0};

	for (char **p = environ; p && *p; p++)
		map_put(&names, arena_strndup(in->arena, *p, strcspn(*p, "=")), NULL);
	near = map_near(&names, word);
	result = near ? arena_strdup(in->arena, near) : NULL;
	map_fini(&names);
	return result;
}

int
interp__no_env(struct interp *in, const struct ref *r, const struct token *t)
{
	const char *near = near_env(in, t->name);
	struct err e = {0};

	err_set(&e, MLC_CONF_INTERPOLATION, "the environment has no `%s`", t->name);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "export %s, or write a default: ${env:%s,VALUE}", t->name, t->name);
	return interp__report(in, r, t, &e, "not set");
}

int
interp__env_check(struct interp *in, const struct ref *r, const struct token *t)
{
	const struct ynode *list = yaml_get(in->trees[CONF_SETTINGS], "env_allowed");
	struct err e = {0};

	if (r->kind == CONF_CREDENTIALS)
		return 0;
	for (size_t i = 0; list && list->kind == Y_LIST && i < list->n; i++) {
		const char *key = yaml_str(list->u.items[i]);
		size_t n = key ? strlen(key) : 0;

		if (n && strncmp(r->path, key, n) == 0 && (!r->path[n] || r->path[n] == '.'))
			return 0;
	}
	err_set(&e, MLC_CONF_INTERPOLATION,
		"`%s` may not look at the environment, so that a run can be repeated", r->path);
	err_help(&e, "allow it with `env_allowed: [%s]` in mlflow-c.yml, or use credentials.yml",
		r->path);
	return interp__report(in, r, t, &e, "not allowed here");
}

/* --- syntax -------------------------------------------------------------------------------------- */

static int
bad_syntax(struct interp *in, const struct ref *r, struct token *t, const char *why)
{
	struct err e = {0};

	t->shown = arena_strndup(in->arena, t->at, t->len);
	err_set(&e, MLC_CONF_INTERPOLATION, "`%s` is no reference: %s", t->shown, why);
	err_help(&e,
		"write ${key}, ${globals:key} or ${env:NAME,default}; \\${ for the text itself");
	return interp__report(in, r, t, &e, NULL);
}

/* Finds the closing brace; defaults may hold braces of their own. */
static int
find_end(struct interp *in, const struct ref *r, struct token *t)
{
	const char *p = t->at + 2;
	int depth = 1;

	for (; *p && depth; p++) {
		if (str_starts(p, "${")) {
			t->len = 2;
			return bad_syntax(in, r, t, "references do not nest");
		}
		depth += (*p == '{') - (*p == '}');
	}
	t->len = depth ? 2 : (size_t)(p - t->at);
	return depth ? bad_syntax(in, r, t, "its `}` is missing") : 0;
}

/* from..to without the blanks around; arena. */
static char *
trimmed(struct interp *in, const char *from, const char *to)
{
	while (from < to && isspace((unsigned char)*from))
		from++;
	while (from < to && isspace((unsigned char)to[-1]))
		to--;
	return arena_strndup(in->arena, from, (size_t)(to - from));
}

static int
find_source(struct interp *in, const struct ref *r, struct token *t, const char *name)
{
	static const char *const names[] = {
		[FROM_GLOBALS] = "globals", [FROM_RUNTIME] = "runtime_params", [FROM_ENV] = "env"};
	const char *near = str_eq(name, "oc.env") ? "env" : NULL; /* what Kedro calls it */
	struct err e = {0};

	for (enum source s = FROM_GLOBALS; s <= FROM_ENV; s++) {
		t->source = s;
		if (str_eq(name, names[s]))
			return 0;
		if (!near && str_near(name, names[s], NULL))
			near = names[s];
	}
	err_set(&e, MLC_CONF_INTERPOLATION, "`%s` asks `%s`, which is no source of values",
		t->shown, name);
	if (near)
		err_help(&e, "did you mean `%s`?", near);
	else
		err_help(&e, "sources are globals, runtime_params and env");
	return interp__report(in, r, t, &e, NULL);
}

int
token_parse(struct interp *in, const struct ref *r, const char *at, struct token *t)
{
	const char *body = at + 2, *end, *colon, *comma;

	*t = (struct token){.at = at};
	if (find_end(in, r, t) != 0)
		return -1;
	end = at + t->len - 1;
	t->shown = arena_strndup(in->arena, at, t->len);
	comma = memchr(body, ',', (size_t)(end - body));
	colon = memchr(body, ':', (size_t)((comma ? comma : end) - body));
	if (colon && find_source(in, r, t, trimmed(in, body, colon)) != 0)
		return -1;
	if (comma && !colon)
		return bad_syntax(in, r, t, "only ${source:name,default} has a default");
	t->name = trimmed(in, colon ? colon + 1 : body, comma ? comma : end);
	t->def = comma ? trimmed(in, comma + 1, end) : NULL;
	if (!*t->name || t->name[0] == '.' || str_ends(t->name, ".") || strstr(t->name, ".."))
		return bad_syntax(in, r, t, "it names nothing");
	return 0;
}
