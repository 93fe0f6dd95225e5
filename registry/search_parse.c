/* SPDX-License-Identifier: Apache-2.0
 * From the text of a search to its tree.
 *
 *	search := all (OR all)*        all := one (AND one)*       one := ( search ) | what comparison
 *	what   := [entity.]key         a key may stand in "..." or `...`
 *	order  := what [ASC|DESC] (, what [ASC|DESC])*
 *
 * What a bare word names is an attribute of the run. */
#include "registry/search.h"

#include <strings.h>

#define DEPTH_MAX 64

enum token_kind { T_END, T_WORD, T_TEXT, T_SIGN };
struct token {
	enum token_kind kind;
	const char *at; /* in the text */
	size_t len;     /* there, quotes included */
	char *text;     /* of a word or between the quotes; arena */
	bool ident;     /* a quoted key, `...`, which is no value */
};
struct parser {
	struct arena *a;
	const char *where, *text, *p;
	struct token t; /* the one that comes next */
	int depth;
	struct err *e;
};

static int
wrong(struct parser *p, const char *what, const char *help)
{
	struct place at = {p->where, 1, (int)(p->t.at - p->text) + 1, 0};

	at.end_col = at.col + (int)(p->t.len ? p->t.len : 1);
	if (p->t.kind == T_END)
		err_set(p->e, MLC_SEARCH, "%s, and the search ends here", what);
	else
		err_set(p->e, MLC_SEARCH, "%s, not `%.*s`", what, (int)p->t.len, p->t.at);
	err_at(p->e, &at, NULL);
	return err_help(p->e, "%s", help);
}

/* ---- tokens */

static bool
is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c && strchr("_.-+/:", c)) || (unsigned char)c >= 0x80;
}

static int
next_quoted(struct parser *p)
{
	const char *end = strchr(p->p + 1, *p->p);

	p->t.kind = T_TEXT;
	p->t.ident = *p->p == '`';
	p->t.len = end ? (size_t)(end - p->p) + 1 : strlen(p->p);
	if (!end)
		return wrong(p, "a quote that is opened must be closed",
			"texts stand in '...' or \"...\", keys with blanks in `...`");
	p->t.text = arena_strndup(p->a, p->p + 1, p->t.len - 2);
	return 0;
}

/* Reads the next token into p->t. */
static int
next(struct parser *p)
{
	p->p += strspn(p->p, " \t\r\n");
	p->t = (struct token){.at = p->p};
	if (!*p->p)
		return 0;
	if (strchr("'\"`", *p->p)) {
		if (next_quoted(p) < 0)
			return -1;
	} else if (is_word_char(*p->p)) {
		p->t.kind = T_WORD;
		while (is_word_char(p->p[p->t.len]))
			p->t.len++;
		p->t.text = arena_strndup(p->a, p->p, p->t.len);
	} else {
		p->t.kind = T_SIGN;
		p->t.len = strchr("<>!=", *p->p) && p->p[1] == '=' ? 2 : 1;
	}
	p->p += p->t.len;
	return 0;
}

static bool
is_word(const struct parser *p, const char *word)
{
	return p->t.kind == T_WORD && strcasecmp(p->t.text, word) == 0;
}

static bool
is_sign(const struct parser *p, const char *sign)
{
	return p->t.kind == T_SIGN && p->t.len == strlen(sign) &&
		memcmp(p->t.at, sign, p->t.len) == 0;
}

/* ---- what is compared */

static const struct {
	const char *word;
	enum search_entity entity;
} entities[] = {{"metrics", S_METRIC}, {"metric", S_METRIC}, {"params", S_PARAM},
	{"param", S_PARAM}, {"parameters", S_PARAM}, {"parameter", S_PARAM}, {"tags", S_TAG},
	{"tag", S_TAG}, {"attributes", S_ATTRIBUTE}, {"attribute", S_ATTRIBUTE},
	{"attr", S_ATTRIBUTE}, {"run", S_ATTRIBUTE}, {"datasets", S_DATASET},
	{"dataset", S_DATASET}};

/* The entity in front of the first dot, and what follows it; a word without one is an attribute. */
static const char *
split(const char *word, enum search_entity *entity)
{
	size_t n = strcspn(word, ".");

	*entity = S_ATTRIBUTE;
	for (size_t i = 0; word[n] && i < sizeof entities / sizeof entities[0]; i++)
		if (strlen(entities[i].word) == n && strncasecmp(word, entities[i].word, n) == 0) {
			*entity = entities[i].entity;
			return word + n + 1;
		}
	return word;
}

static int
unknown_attr(struct parser *p, enum search_entity entity, const char *name)
{
	struct map names = {0};
	struct str help = {0};
	const char *near;

	search__attr_names(entity, &names);
	near = map_near(&names, name);
	if (near)
		str_addf(&help, "did you mean `%s`?", near);
	for (size_t i = 0; !near && i < names.n; i++)
		str_addf(&help, "%s%s", i ? ", " : "", names.keys[i]);
	if (!near && entity == S_ATTRIBUTE)
		str_add(&help, "; others are metrics.KEY, params.KEY, tags.KEY");
	(void)wrong(p,
		entity == S_DATASET ? "a dataset is searched by name, digest or context"
				    : "an attribute of runs was expected",
		help.s);
	map_fini(&names);
	str_fini(&help);
	return -1;
}

/* [entity.]key; the key may be a quoted one right behind the dot. */
static int
parse_key(struct parser *p, struct search_key *out)
{
	const char *key;

	*out = (struct search_key){.entity = S_ATTRIBUTE};
	if (p->t.kind != T_WORD && !(p->t.kind == T_TEXT && p->t.ident))
		return wrong(p, "a key was expected",
			"write metrics.KEY, params.KEY, tags.KEY or an attribute such as status");
	key = p->t.kind == T_WORD ? split(p->t.text, &out->entity) : p->t.text;
	if (!*key && strchr("\"`", *p->p) && *p->p) { /* metrics."a b" */
		if (next(p) < 0)
			return -1;
		key = p->t.text;
	}
	if (!*key)
		return wrong(p, "a key must follow the dot", "such as metrics.auc");
	out->key = key;
	if (out->entity == S_ATTRIBUTE || out->entity == S_DATASET) {
		out->attr = search__attr(out->entity, key);
		if (!out->attr)
			return unknown_attr(p, out->entity, key);
	}
	return next(p);
}

static bool
is_number(const struct search_key *k)
{
	return k->entity == S_METRIC || (k->attr && k->attr->number);
}

/* ---- comparisons */

static const struct {
	const char *sign;
	enum search_op op;
} signs[] = {{"=", OP_EQ}, {"==", OP_EQ}, {"!=", OP_NE}, {"<", OP_LT}, {"<=", OP_LE}, {">", OP_GT},
	{">=", OP_GE}};

static int
parse_null(struct parser *p, struct search *s)
{
	s->op = OP_NULL;
	if (next(p) < 0)
		return -1;
	if (is_word(p, "not")) {
		s->op = OP_NOT_NULL;
		if (next(p) < 0)
			return -1;
	}
	if (!is_word(p, "null"))
		return wrong(p, "NULL must follow IS", "write IS NULL or IS NOT NULL");
	return next(p);
}

static int
parse_op(struct parser *p, struct search *s)
{
	bool not = is_word(p, "not");

	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (is_sign(p, signs[i].sign)) {
			s->op = signs[i].op;
			return next(p);
		}
	if (not &&next(p) < 0)
		return -1;
	if (is_word(p, "in"))
		s->op = not ? OP_NOT_IN : OP_IN;
	else if (!not &&is_word(p, "like"))
		s->op = OP_LIKE;
	else if (!not &&is_word(p, "ilike"))
		s->op = OP_ILIKE;
	else
		return wrong(p, "a comparison was expected",
			"one of = != < <= > >= LIKE ILIKE IN NOT IN IS NULL IS NOT NULL");
	return next(p);
}

static int
add_text(struct parser *p, struct search *s)
{
	if (p->t.kind != T_TEXT || p->t.ident)
		return wrong(p, "a text in quotes was expected", "such as 'linear'");
	const char **texts = arena_alloc(p->a, (s->n_texts + 1) * sizeof *texts);
	if (s->n_texts)
		memcpy(texts, s->texts, s->n_texts * sizeof *texts);
	texts[s->n_texts++] = p->t.text;
	s->texts = texts;
	return next(p);
}

static int
parse_list(struct parser *p, struct search *s)
{
	if (!is_sign(p, "("))
		return wrong(p, "a list was expected", "such as ('a', 'b')");
	do
		if (next(p) < 0 || add_text(p, s) < 0)
			return -1;
	while (is_sign(p, ","));
	if (!is_sign(p, ")"))
		return wrong(p, "the list must be closed", "such as ('a', 'b')");
	return next(p);
}

static int
parse_value(struct parser *p, struct search *s)
{
	bool ordered = s->op >= OP_LT && s->op <= OP_GE;

	if (is_number(&s->what)) {
		if (s->op > OP_GE)
			return wrong(p, "numbers are compared with = != < <= > >=",
				"parameters and tags are texts, and have LIKE and IN");
		if (p->t.kind != T_WORD || str_to_f64(p->t.text, &s->number) < 0)
			return wrong(p, "a number was expected", "such as 0.9, without quotes");
		return next(p);
	}
	if (ordered)
		return wrong(p, "texts are compared with = != LIKE ILIKE IN",
			"only metrics, start_time and end_time are numbers");
	if (s->op == OP_IN || s->op == OP_NOT_IN)
		return parse_list(p, s);
	return add_text(p, s);
}

static int parse_search(struct parser *p, struct search **out);

static int
parse_one(struct parser *p, struct search **out)
{
	if (is_sign(p, "(")) {
		if (++p->depth > DEPTH_MAX)
			return wrong(p, "parentheses are too deep", "at most 64 of them");
		if (next(p) < 0 || parse_search(p, out) < 0)
			return -1;
		p->depth--;
		if (!is_sign(p, ")"))
			return wrong(p, "AND, OR or `)` was expected", "close the parenthesis");
		return next(p);
	}
	struct search *s = arena_alloc(p->a, sizeof *s);
	s->kind = SEARCH_TERM;
	*out = s;
	if (parse_key(p, &s->what) < 0)
		return -1;
	if (is_word(p, "is"))
		return parse_null(p, s);
	return parse_op(p, s) < 0 ? -1 : parse_value(p, s);
}

/* one (AND one)*, or all (OR all)*: the same walk on two levels. */
static int
parse_joined(struct parser *p, enum search_kind kind, struct search **out)
{
	const char *word = kind == SEARCH_AND ? "and" : "or";
	struct search *right;

	for (bool first = true;; first = false) {
		int rc = kind == SEARCH_AND ? parse_one(p, &right)
					    : parse_joined(p, SEARCH_AND, &right);

		if (rc < 0)
			return -1;
		if (first) {
			*out = right;
		} else {
			struct search *join = arena_alloc(p->a, sizeof *join);
			*join = (struct search){.kind = kind, .left = *out, .right = right};
			*out = join;
		}
		if (!is_word(p, word))
			return 0;
		if (next(p) < 0)
			return -1;
	}
}

static int
parse_search(struct parser *p, struct search **out)
{
	return parse_joined(p, SEARCH_OR, out);
}

int
search__parse(
	struct arena *a, const char *where, const char *text, struct search **out, struct err *e)
{
	struct parser p = {.a = a, .where = where, .text = text, .p = text, .e = e};

	*out = NULL;
	if (next(&p) < 0)
		return -1;
	if (p.t.kind == T_END)
		return 0;
	if (parse_search(&p, out) < 0)
		return -1;
	if (p.t.kind != T_END)
		return wrong(&p, "AND, OR or the end was expected",
			"join comparisons with AND or OR; texts with blanks stand in quotes");
	return 0;
}

int
search__parse_order(struct arena *a, const char *where, const char *text,
	struct search_order out[static ORDERS_MAX], size_t *n, struct err *e)
{
	struct parser p = {.a = a, .where = where, .text = text, .p = text, .e = e};

	*n = 0;
	if (next(&p) < 0)
		return -1;
	for (bool more = true; more;) {
		struct search_order *o = &out[*n];

		if (*n == ORDERS_MAX)
			return wrong(&p, "an order has at most 8 keys", "leave out the last");
		o->descending = false;
		if (parse_key(&p, &o->what) < 0)
			return -1;
		++*n;
		if (is_word(&p, "desc") || is_word(&p, "asc")) {
			o->descending = is_word(&p, "desc");
			if (next(&p) < 0)
				return -1;
		}
		more = is_sign(&p, ",");
		if (more && next(&p) < 0)
			return -1;
	}
	if (p.t.kind != T_END)
		return wrong(&p, "ASC, DESC or a comma was expected",
			"such as metrics.auc DESC, start_time");
	return 0;
}
