/* SPDX-License-Identifier: Apache-2.0
 * libyaml's errors in our words, at the place where the mistake is.
 *
 * libyaml knows two places: where it stopped, and where the thing began that it was reading. The
 * second is the better one for everything that is never closed, because reading stops at the end of
 * the file then. */
#include "base/yaml_parts.h"

#include <string.h>

struct saying {
	const char *problem; /* libyaml's */
	const char *context; /* libyaml's, NULL = any */
	bool at_context;     /* point to where the thing began */
	const char *msg, *help;
};

static const char quote_it[] = "put text that holds special characters in quotes";

static const struct saying sayings[] = {
	{"found unexpected end of stream", "while scanning a quoted scalar", true,
		"the quote is never closed", "close it, or double a ' that belongs to the text"},
	{"found unexpected document indicator", "while scanning a quoted scalar", true,
		"the quote is never closed", "close it, or double a ' that belongs to the text"},
	{"found character that cannot start any token", NULL, false,
		"a value cannot begin with this character", quote_it},
	{"mapping values are not allowed in this context", NULL, false,
		"a second `: ` in one value, or wrong indentation",
		"quote the value if the `:` belongs to it; else line the key up with its "
		"neighbours"},
	{"block sequence entries are not allowed in this context", NULL, false,
		"a list item `- ` cannot stand here", "begin the list on a line of its own"},
	{"could not find expected ':'", "while scanning a simple key", true, "a key without `:`",
		"write `key: value`, or indent the line if it continues one"},
	{"did not find expected key", "while parsing a block mapping", false,
		"the indentation fits no map that is open here",
		"line the key up with the other keys of its map"},
	{"did not find expected '-' indicator", NULL, false,
		"the indentation fits no list that is open here",
		"line the item up with the other items of its list"},
	{"did not find expected ',' or ']'", NULL, false, "a list `[` without `,` or `]`",
		"put `,` between the items and `]` at the end"},
	{"did not find expected ',' or '}'", NULL, false, "a map `{` without `,` or `}`",
		"put `,` between the keys and `}` at the end"},
	{"did not find expected node content", NULL, false, "a key or value is missing here",
		"write \"\" for empty text, ~ for null"},
	{"found unknown escape character", NULL, false, "unknown escape in double quotes",
		"double the `\\`, or use single quotes"},
	{"did not find expected alphabetic or numeric character", "while scanning an alias", true,
		"`*` begins an alias, but no name follows",
		"put text that begins with * in quotes"},
	{"did not find expected alphabetic or numeric character", "while scanning an anchor", true,
		"`&` begins an anchor, but no name follows",
		"put text that begins with & in quotes"},
	{"did not find expected <document start>", NULL, false,
		"more text after the end of the content", "check indentation and brackets"},
};

static const struct saying *
find(const yaml_parser_t *p)
{
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		const struct saying *s = &sayings[i];

		if (str_eq(s->problem, p->problem) &&
			(!s->context || str_eq(s->context, p->context)))
			return s;
	}
	return NULL;
}

/* libyaml stopped at the end of the file. */
static bool
is_end(const struct ytext *t, size_t index)
{
	const char *p = ytext_at(t, index), *end = t->s + t->len;

	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p == end;
}

static int
tab(const struct place *at, struct err *e)
{
	err_set(e, MLC_YAML_SYNTAX, "a tab cannot indent");
	err_at(e, at, "");
	return err_help(e, "indent with spaces");
}

/* Says where the thing began, unless that is where the caret is. */
static void
note_context(const struct ytext *t, const yaml_parser_t *p, const struct place *at, struct err *e)
{
	struct place begin = ytext_place(t, p->context_mark.index, 0);

	if (p->context && (begin.line != at->line || begin.col != at->col))
		err_note(e, "%s that begins at %s:%d:%d", p->context, t->file, begin.line,
			begin.col);
}

/* The file ended inside brackets; `open` is the innermost list or map. */
static int
never_closed(const struct ynode *open, struct err *e)
{
	bool list = open->kind == Y_LIST;

	err_set(e, MLC_YAML_SYNTAX, "the %s is never closed", list ? "list" : "map");
	err_at(e, &open->at, "");
	return err_help(e, "put %s behind its last part", list ? "`]`" : "`}`");
}

int
yaml__syntax(const struct ytext *t, const yaml_parser_t *p, const struct ynode *open, struct err *e)
{
	const struct saying *s = find(p);
	size_t index = p->problem_mark.index;
	bool end = is_end(t, index), at_context = s && s->at_context;
	struct place at;

	if (p->error == YAML_MEMORY_ERROR)
		mem_exhausted();
	if (end && open && p->context && str_starts(p->context, "while parsing a flow"))
		return never_closed(open, e);
	if (end && p->context)
		at_context = true;
	if (at_context)
		index = p->context_mark.index;
	at = ytext_place(t, index, 0);
	if (!at_context && *ytext_at(t, index) == '\t')
		return tab(&at, e);
	err_set(e, MLC_YAML_SYNTAX, "%s", s ? s->msg : p->problem ? p->problem : "invalid YAML");
	err_at(e, &at, "");
	if (s)
		err_help(e, "%s", s->help);
	if (!at_context)
		note_context(t, p, &at, e);
	return -1;
}
