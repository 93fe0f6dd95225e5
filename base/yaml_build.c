/* SPDX-License-Identifier: Apache-2.0
 * Events to tree, with every limit, and nothing of YAML accepted in silence that we do not honour.
 *
 * libyaml's own loader is not used: it builds first and has no cap on depth. Here each open list or
 * map is a level; its finished children wait in one stack shared by all levels, and move to the arena
 * as one array when the level closes:
 *
 *	levels  [ map ] [ list ] [ map ]            levels[i].base: where its children begin
 *	kids    a:1 b:2 | x y z | k:v               .key of a list's children stays empty
 *
 * An alias is a copy, since later layers change values in place; the copy's root stands where the
 * alias is, what is in it where it was written. A node whose level is still open cannot be copied:
 * that is how cycles are found. */
#include "base/yaml_parts.h"

#include <stdlib.h>
#include <string.h>

/* From this many pairs on, keys of a level are looked up by hash. */
#define HASH_FROM 16

struct level {
	struct ynode *node;
	struct ypair pending; /* a key that waits for its value, if key is not NULL */
	size_t base;
	struct map seen; /* key -> number of the child, from 1; once the level is large */
};

struct builder {
	struct arena *arena; /* borrowed, like text and err */
	const struct ytext *text;
	struct err *e;
	struct level levels[YAML_DEPTH_MAX];
	int depth;
	struct ypair *kids; /* owned */
	size_t n_kids, cap_kids;
	struct map anchors; /* name -> struct ynode * */
	size_t n_anchors, n_nodes, n_copies, n_docs;
	struct ynode *root;
};

static const char too_deep[] = "lists and maps nest deeper than 64 levels";

/* --- failing ------------------------------------------------------------------------------------ */

static int
fail(struct err *e, enum err_code code, const struct place *at, const char *msg)
{
	err_set(e, code, "%s", msg);
	return err_at(e, at, "");
}

static int
unsupported(struct err *e, const struct place *at, const char *msg, const char *help)
{
	fail(e, MLC_YAML_UNSUPPORTED, at, msg);
	return err_help(e, "%s", help);
}

static struct place
place_of(const struct builder *b, const yaml_event_t *ev)
{
	return ytext_place(b->text, ev->start_mark.index, ev->end_mark.index);
}

/* --- children and levels ------------------------------------------------------------------------ */

static struct level *
top(struct builder *b)
{
	return b->depth ? &b->levels[b->depth - 1] : NULL;
}

/* The next node is a key, not a value. */
static bool
wants_key(struct builder *b)
{
	const struct level *l = top(b);

	return l && l->node->kind == Y_MAP && !l->pending.key;
}

static const struct place *
find_key(struct builder *b, struct level *l, const char *key)
{
	if (b->n_kids - l->base >= HASH_FROM) {
		uintptr_t number = (uintptr_t)map_get(&l->seen, key);

		return number ? &b->kids[l->base + number - 1].at : NULL;
	}
	for (size_t i = l->base; i < b->n_kids; i++)
		if (strcmp(b->kids[i].key, key) == 0)
			return &b->kids[i].at;
	return NULL;
}

static void
push(struct builder *b, const struct ypair *kid)
{
	struct level *l = top(b);
	size_t n = b->n_kids - l->base + 1;

	b->kids = mem_grow(b->kids, &b->cap_kids, b->n_kids + 1, sizeof(*b->kids));
	b->kids[b->n_kids++] = *kid;
	if (l->node->kind != Y_MAP || n < HASH_FROM)
		return;
	for (size_t i = n == HASH_FROM ? 0 : n - 1; i < n; i++)
		map_put(&l->seen, b->kids[l->base + i].key, (void *)(uintptr_t)(i + 1));
}

static int
add_key(struct builder *b, struct level *l, const struct ynode *key)
{
	const struct place *first;

	if (!key->text)
		return unsupported(b->e, &key->at, "a list or map cannot be a key",
			"use plain text as the key");
	if (!key->text[0] && !key->quoted)
		return fail(b->e, MLC_YAML_SYNTAX, &key->at, "a key is missing before `:`");
	if (strcmp(key->text, "<<") == 0 && !key->quoted)
		return unsupported(b->e, &key->at, "the merge key `<<` is not supported",
			"write the keys out, or quote \"<<\" if it is meant as a name");
	first = find_key(b, l, key->text);
	if (first) {
		err_set(b->e, MLC_YAML_DUPLICATE, "duplicate key `%s`", key->text);
		err_at(b->e, &key->at, "second use");
		return err_note(b->e, "`%s` was first used at %s:%d:%d", key->text, first->file,
			first->line, first->col);
	}
	l->pending = (struct ypair){.key = key->text, .at = key->at};
	return 0;
}

/* Puts a finished node where it belongs. */
static int
add(struct builder *b, struct ynode *n)
{
	struct level *l = top(b);
	struct ypair kid = {.value = n};

	if (!l) {
		b->root = n;
		return 0;
	}
	if (l->node->kind == Y_MAP) {
		if (!l->pending.key)
			return add_key(b, l, n);
		kid.key = l->pending.key;
		kid.at = l->pending.at;
		l->pending.key = NULL;
	}
	push(b, &kid);
	return 0;
}

static int
count(struct builder *b, const struct place *at)
{
	if (++b->n_nodes > YAML_NODES_MAX)
		return fail(b->e, MLC_YAML_LIMIT, at, "the file holds more than 1,000,000 values");
	return 0;
}

static int
anchor(struct builder *b, const yaml_char_t *name, struct ynode *n)
{
	if (!name)
		return 0;
	if (++b->n_anchors > YAML_ANCHORS_MAX)
		return fail(b->e, MLC_YAML_LIMIT, &n->at, "the file holds more than 1,000 anchors");
	map_put(&b->anchors, (const char *)name, n);
	return 0;
}

static int
check_tag(struct builder *b, const yaml_char_t *tag, const struct place *at)
{
	if (!tag)
		return 0;
	return unsupported(b->e, at, "tags are not supported",
		"remove the tag; text that begins with ! needs quotes");
}

/* --- events ------------------------------------------------------------------------------------- */

static int
on_scalar(struct builder *b, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	yaml_scalar_style_t style = ev->data.scalar.style;
	struct place at = place_of(b, ev);
	struct ynode *n;

	if (count(b, &at) != 0 || check_tag(b, ev->data.scalar.tag, &at) != 0)
		return -1;
	if (memchr(text, '\0', len))
		return unsupported(b->e, &at, "text with a NUL character is not supported",
			"remove the \\0 escape");
	if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
		at.end_col = at.col + 1; /* the caret under the | or > */
	n = yaml_new(b->arena, Y_STR, at);
	n->text = arena_strndup(b->arena, text, len);
	n->quoted = style != YAML_PLAIN_SCALAR_STYLE;
	if (!n->quoted && !(wants_key(b) && !ev->data.scalar.anchor) && yaml__type(n, b->e) != 0)
		return -1;
	if (anchor(b, ev->data.scalar.anchor, n) != 0)
		return -1;
	return add(b, n);
}

static int
open_level(struct builder *b, const yaml_event_t *ev, enum ykind kind)
{
	bool map = kind == Y_MAP;
	const yaml_char_t *tag = map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag;
	const yaml_char_t *name =
		map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor;
	struct place at = place_of(b, ev);
	struct ynode *n;

	if (count(b, &at) != 0 || check_tag(b, tag, &at) != 0)
		return -1;
	if (b->depth == YAML_DEPTH_MAX)
		return fail(b->e, MLC_YAML_LIMIT, &at, too_deep);
	n = yaml_new(b->arena, kind, at);
	if (wants_key(b))
		return add_key(b, top(b), n);
	if (anchor(b, name, n) != 0)
		return -1;
	b->levels[b->depth++] = (struct level){.node = n, .base = b->n_kids};
	return 0;
}

/* Room for n->n children. */
static void
make_children(struct builder *b, struct ynode *n)
{
	if (n->kind == Y_MAP)
		n->u.pairs = arena_alloc(b->arena, n->n * sizeof(*n->u.pairs));
	else
		n->u.items = arena_alloc(b->arena, n->n * sizeof(*n->u.items));
	n->cap = n->n;
}

/* Moves a level's children to the arena. */
static void
settle(struct builder *b, struct level *l)
{
	struct ynode *n = l->node;

	n->n = b->n_kids - l->base;
	make_children(b, n);
	for (size_t i = 0; i < n->n; i++) {
		const struct ypair *from = &b->kids[l->base + i];

		if (n->kind == Y_MAP)
			n->u.pairs[i] = *from;
		else
			n->u.items[i] = from->value;
	}
	b->n_kids = l->base;
}

/* A block map begins with its first key, a flow one ends with a bracket: the caret goes under the
 * key, or under the whole if that is on one line. */
static void
close_span(struct builder *b, struct ynode *n, const yaml_event_t *ev)
{
	struct place end = place_of(b, ev);
	bool bracket = ev->end_mark.index > ev->start_mark.index;

	if (bracket && end.line == n->at.line)
		n->at.end_col = end.end_col;
	else if (!bracket && n->kind == Y_MAP && n->n && n->u.pairs[0].at.line == n->at.line)
		n->at.end_col = n->u.pairs[0].at.end_col;
}

static int
close_level(struct builder *b, const yaml_event_t *ev)
{
	struct level *l = top(b);
	struct ynode *n = l->node;

	settle(b, l);
	close_span(b, n, ev);
	map_fini(&l->seen);
	b->depth--;
	return add(b, n);
}

static int
count_copy(struct builder *b, const struct ynode *n, int depth, const struct place *at)
{
	if (++b->n_copies > YAML_ALIAS_NODES_MAX)
		return fail(b->e, MLC_YAML_LIMIT, at, "aliases repeat more than 10,000 values");
	if (!n->text && depth >= YAML_DEPTH_MAX)
		return fail(b->e, MLC_YAML_LIMIT, at, too_deep);
	return count(b, at);
}

/* A copy of n at the depth it will have; NULL after an error, which is about the alias at `at`. */
static struct ynode *
copy(struct builder *b, const struct ynode *n, int depth, const struct place *at)
{
	struct ynode *to, *kid;

	if (count_copy(b, n, depth, at) != 0)
		return NULL;
	to = yaml_new(b->arena, n->kind, n->at);
	*to = *n;
	if (n->text)
		return to;
	make_children(b, to);
	for (size_t i = 0; i < n->n; i++) {
		kid = copy(
			b, n->kind == Y_MAP ? n->u.pairs[i].value : n->u.items[i], depth + 1, at);
		if (!kid)
			return NULL;
		if (n->kind == Y_MAP)
			to->u.pairs[i] = (struct ypair){
				.key = n->u.pairs[i].key, .at = n->u.pairs[i].at, .value = kid};
		else
			to->u.items[i] = kid;
	}
	return to;
}

static int
alias_unknown(struct builder *b, const char *name, const struct place *at)
{
	const char *near = map_near(&b->anchors, name);

	fail(b->e, MLC_YAML_SYNTAX, at, "the alias has no anchor before it");
	if (near)
		return err_help(b->e, "did you mean `*%s`?", near);
	return err_help(b->e, "set the anchor (&name) first; text that begins with * needs quotes");
}

static int
alias_cycle(struct builder *b, const struct ynode *n, const struct place *at)
{
	fail(b->e, MLC_YAML_SYNTAX, at, "the alias is part of what it repeats");
	return err_note(b->e, "its anchor stands at %s:%d:%d", n->at.file, n->at.line, n->at.col);
}

static int
on_alias(struct builder *b, const yaml_event_t *ev)
{
	const char *name = (const char *)ev->data.alias.anchor;
	struct place at = place_of(b, ev);
	struct ynode *n = map_get(&b->anchors, name);

	if (!n)
		return alias_unknown(b, name, &at);
	for (int i = 0; i < b->depth; i++)
		if (b->levels[i].node == n)
			return alias_cycle(b, n, &at);
	n = copy(b, n, b->depth, &at);
	if (!n)
		return -1;
	n->at = at;
	return add(b, n);
}

/* A directive that asks for the rules of YAML 1.1 would otherwise change nothing, silently. */
static int
on_document(struct builder *b, const yaml_event_t *ev)
{
	const yaml_version_directive_t *version = ev->data.document_start.version_directive;
	struct place at = place_of(b, ev);

	if (b->n_docs++ > 0)
		return unsupported(b->e, &at, "a second document in one file is not supported",
			"move it to a file of its own");
	if (version && (version->major != 1 || version->minor != 2))
		return unsupported(b->e, &at, "only YAML 1.2 is supported",
			"remove the %YAML line; note that `no` and `yes` are text");
	return 0;
}

static int
on_event(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT: return on_document(b, ev);
	case YAML_SCALAR_EVENT: return on_scalar(b, ev);
	case YAML_ALIAS_EVENT: return on_alias(b, ev);
	case YAML_SEQUENCE_START_EVENT: return open_level(b, ev, Y_LIST);
	case YAML_MAPPING_START_EVENT: return open_level(b, ev, Y_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: return close_level(b, ev);
	default: return 0;
	}
}

static int
build(struct builder *b, yaml_parser_t *p)
{
	bool end = false;
	int rc = 0;

	while (rc == 0 && !end) {
		yaml_event_t ev;

		if (!yaml_parser_parse(p, &ev))
			return yaml__syntax(b->text, p, b->depth ? top(b)->node : NULL, b->e);
		end = ev.type == YAML_STREAM_END_EVENT;
		rc = on_event(b, &ev);
		yaml_event_delete(&ev);
	}
	return rc;
}

static void
builder_fini(struct builder *b)
{
	while (b->depth > 0)
		map_fini(&b->levels[--b->depth].seen);
	map_fini(&b->anchors);
	free(b->kids);
}

int
yaml__build(struct arena *a, const struct ytext *t, struct ynode **out, struct err *e)
{
	struct builder b = {.arena = a, .text = t, .e = e, .root = *out};
	yaml_parser_t p;
	int rc;

	/* it fails for want of memory only, and using it then would abort */
	if (!yaml_parser_initialize(&p))
		mem_exhausted();
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)t->s, t->len);
	rc = build(&b, &p);
	*out = b.root;
	yaml_parser_delete(&p);
	builder_fini(&b);
	return rc;
}
