/* SPDX-License-Identifier: Apache-2.0
 * References: what ${...} in configuration stands for, resolved once, after the overlay.
 *
 *	${model.alpha}              a key of the same kind's tree; ${cols.0} an item of a list
 *	${globals:name}             a key of globals.yml
 *	${runtime_params:name,d}    a parameter from the command line, else d
 *	${env:NAME,d}               the environment; only in credentials and where env_allowed: says so
 *	\${text}                    no reference: the text ${text}
 *
 * A value that is one whole reference becomes what it names, with its type; within other text only
 * single values can stand. The result keeps the place of the reference. A parameter from the command
 * line already lies in the tree of parameters, so that is where runtime_params looks.
 *
 * First all texts with references are collected into a sorted array, then each is resolved once:
 *
 *	FRESH -> BUSY -> DONE        meeting a BUSY one is a cycle; the `up` links are its path
 *	           `---> FAILED      reported once, silent for whoever refers to it
 *
 * What references expand to is bounded, as with YAML's aliases. */
#include "project/inside.h"

#include <stdarg.h>

enum {
	CHAIN_MAX = 64,       /* references that lead to references */
	TREE_DEPTH_MAX = 64,  /* as in a file */
	COPIES_MAX = 100000,  /* nodes made by whole references */
	BYTES_MAX = 16 << 20, /* text made by references */
};

/* --- collecting ---------------------------------------------------------------------------------- */

/* The way from a tree's root to a node. */
struct crumb {
	const struct crumb *up;
	const char *key; /* NULL: item `index` of a list */
	size_t index;
};

static void
add_path(struct str *out, const struct crumb *c)
{
	if (!c)
		return;
	add_path(out, c->up);
	if (out->len)
		str_addc(out, '.');
	if (c->key)
		str_add(out, c->key);
	else
		str_addf(out, "%zu", c->index);
}

static void
collect(struct interp *in, struct ynode *n, enum conf_kind kind, const struct crumb *up)
{
	struct crumb c = {.up = up};
	struct str path = {0};

	if (n->kind == Y_STR && n->text && strstr(n->text, "${")) {
		add_path(&path, up);
		in->refs = mem_grow(in->refs, &in->cap, in->n + 1, sizeof(*in->refs));
		in->refs[in->n++] = (struct ref){
			.node = n, .kind = kind, .path = arena_strdup(in->arena, str_text(&path))};
		str_fini(&path);
	}
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++) {
		c.index = i;
		collect(in, n->u.items[i], kind, &c);
	}
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
		c.key = n->u.pairs[i].key;
		collect(in, n->u.pairs[i].value, kind, &c);
	}
}

static int
by_node(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct ref *)a)->node;
	uintptr_t y = (uintptr_t)((const struct ref *)b)->node;

	return x < y ? -1 : x > y;
}

/* Sorts, and drops nodes that were met twice. */
static void
sort_refs(struct interp *in)
{
	size_t n = 0;

	if (!in->n)
		return;
	qsort(in->refs, in->n, sizeof(*in->refs), by_node);
	for (size_t i = 1; i < in->n; i++)
		if (in->refs[i].node != in->refs[n].node)
			in->refs[++n] = in->refs[i];
	in->n = n + 1;
}

static struct ref *
ref_of(const struct interp *in, struct ynode *node)
{
	struct ref key = {.node = node};

	return in->n ? bsearch(&key, in->refs, in->n, sizeof(*in->refs), by_node) : NULL;
}

/* --- resolving ----------------------------------------------------------------------------------- */

static int resolve(struct interp *in, struct ref *r, struct ref *up);

/* Resolves everything in a tree, for the reference `up` that needs it. */
static int
resolve_tree(struct interp *in, struct ynode *n, struct ref *up)
{
	struct ref *r = ref_of(in, n);
	int rc = r ? resolve(in, r, up) : 0;

	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		rc |= resolve_tree(in, n->u.items[i], up);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
		rc |= resolve_tree(in, n->u.pairs[i].value, up);
	return rc;
}

/* The child that the front of *rest names, and *rest moved behind it: the whole rest if it is a key
 * (names may hold dots), else the part before the first dot. */
static struct ynode *
step(const struct ynode *n, char **rest, char **part)
{
	struct ynode *child = n->kind == Y_MAP ? yaml_get(n, *rest) : NULL;
	int64_t i;

	*part = *rest;
	if (child) {
		*rest += strlen(*rest);
		return child;
	}
	*rest += strcspn(*rest, ".");
	if (**rest)
		*(*rest)++ = '\0';
	if (n->kind == Y_MAP)
		return yaml_get(n, *part);
	if (n->kind == Y_LIST && str_to_i64(*part, &i) == 0 && i >= 0 && (size_t)i < n->n)
		return n->u.items[i];
	return NULL;
}

/* What the dotted name means below root, resolved. NULL with *missing true: no such key, and there
 * is a default; NULL otherwise: reported. */
static struct ynode *
walk(struct interp *in, struct ref *r, const struct token *t, enum conf_kind kind, bool *missing)
{
	char *rest = arena_strdup(in->arena, t->name), *part;
	struct ynode *cur = in->trees[kind], *next;
	struct ref *on_way;

	while (*rest) {
		next = step(cur, &rest, &part);
		if (!next) {
			*missing = t->def != NULL;
			if (!*missing)
				interp__unknown(in, r, t, cur, part);
			return NULL;
		}
		cur = next;
		on_way = *rest ? ref_of(in, cur) : NULL;
		if (on_way && resolve(in, on_way, r) != 0)
			return NULL;
	}
	return resolve_tree(in, cur, r) == 0 ? cur : NULL;
}

static struct ynode *
text_node(struct interp *in, const struct ref *r, const char *text)
{
	struct ynode *n = yaml_new(in->arena, Y_STR, r->node->at);

	n->text = arena_strdup(in->arena, text);
	n->quoted = true;
	return n;
}

static struct ynode *
default_node(struct interp *in, struct ref *r, const struct token *t)
{
	struct ynode *n = NULL;
	struct err e = {0};

	if (t->source == FROM_ENV)
		return text_node(in, r, t->def);
	if (!*t->def) {
		n = yaml_new(in->arena, Y_NULL, r->node->at);
		n->text = "";
		return n;
	}
	if (yaml_parse_value(in->arena, r->node->at.file, t->def, &n, &e) == 0)
		return n;
	err_wrap(&e, "the default `%s`", t->def);
	interp__report(in, r, t, &e, NULL);
	return NULL;
}

/* The node a reference stands for, or NULL after reporting why there is none. */
static struct ynode *
value_of(struct interp *in, struct ref *r, const struct token *t)
{
	bool missing = false;
	struct ynode *n = NULL;
	const char *text;

	switch (t->source) {
	case FROM_TREE: n = walk(in, r, t, r->kind, &missing); break;
	case FROM_GLOBALS: n = walk(in, r, t, CONF_GLOBALS, &missing); break;
	case FROM_RUNTIME:
		missing = !yaml_path(in->runtime, t->name) && t->def;
		if (missing)
			break;
		if (!yaml_path(in->runtime, t->name))
			interp__no_runtime(in, r, t);
		else
			n = walk(in, r, t, CONF_PARAMS, &missing);
		break;
	case FROM_ENV:
		if (interp__env_check(in, r, t) != 0)
			break;
		text = getenv(t->name);
		missing = !text && t->def;
		if (text)
			n = text_node(in, r, text);
		else if (!missing)
			interp__no_env(in, r, t);
		break;
	}
	return missing ? default_node(in, r, t) : n;
}

/* A deep copy, or NULL once the budget is used up. */
static struct ynode *
copy(struct interp *in, const struct ynode *from)
{
	struct ynode *n;

	if (in->copies >= COPIES_MAX)
		return NULL;
	in->copies++;
	n = yaml_new(in->arena, from->kind, from->at);
	*n = *from;
	n->cap = n->n;
	if (from->kind == Y_LIST)
		n->u.items = arena_alloc(in->arena, (n->n + 1) * sizeof(struct ynode *));
	if (from->kind == Y_MAP)
		n->u.pairs = arena_alloc(in->arena, (n->n + 1) * sizeof(struct ypair));
	for (size_t i = 0; from->kind == Y_LIST && i < n->n; i++)
		if (!(n->u.items[i] = copy(in, from->u.items[i])))
			return NULL;
	for (size_t i = 0; from->kind == Y_MAP && i < n->n; i++) {
		n->u.pairs[i] = from->u.pairs[i];
		if (!(n->u.pairs[i].value = copy(in, from->u.pairs[i].value)))
			return NULL;
	}
	return n;
}

static int
too_much(struct interp *in, struct ref *r, const struct token *t)
{
	struct err e = {0};

	err_set(&e, MLC_YAML_LIMIT, "`%s` makes too much configuration", t->shown);
	err_help(&e, "references may make %d values and %d MiB of text in all", COPIES_MAX,
		BYTES_MAX >> 20);
	return interp__report(in, r, t, &e, NULL);
}

static int
become(struct interp *in, struct ref *r, const struct token *t)
{
	struct ynode *value = value_of(in, r, t), *n;
	struct place at = r->node->at;
	bool secret = r->node->secret;

	if (!value)
		return -1;
	n = copy(in, value);
	if (!n)
		return too_much(in, r, t);
	*r->node = *n;
	r->node->at = at;
	r->node->via = t->shown;
	r->node->secret |= secret;
	return 0;
}

/* What foreach and matrix of a pipeline put in when it is loaded stays as it is here. */
static bool
for_later(const struct ref *r, const struct token *t)
{
	return r->kind == CONF_PIPELINES && t->source == FROM_TREE &&
		(str_eq(t->name, "item") || str_starts(t->name, "item.") ||
			str_starts(t->name, "matrix."));
}

static int
append(struct interp *in, struct ref *r, const struct token *t, struct str *out)
{
	struct ynode *value;
	struct err e = {0};

	if (for_later(r, t)) {
		str_addn(out, t->at, t->len);
		return 0;
	}
	value = value_of(in, r, t);
	if (!value)
		return -1;
	if (value->kind == Y_NULL || !yaml_str(value)) {
		err_set(&e, MLC_CONF_INTERPOLATION, "`%s` is %s and cannot stand within a text",
			t->shown, yaml_kind_name(value->kind));
		err_help(&e, "make it the whole value, or refer to a single value");
		return interp__report(in, r, t, &e, NULL);
	}
	str_add(out, yaml_str(value));
	r->node->secret |= value->secret;
	return 0;
}

/* Text with references among other things. */
static int
mix(struct interp *in, struct ref *r)
{
	const char *p = r->node->text;
	struct str out = {0};
	struct token t;
	int rc = 0;

	while (*p && rc == 0) {
		if (str_starts(p, "\\${")) {
			str_add(&out, "${");
			p += 3;
		} else if (!str_starts(p, "${")) {
			str_addc(&out, *p++);
		} else {
			rc = token_parse(in, r, p, &t) ? -1 : append(in, r, &t, &out);
			p += rc ? 0 : t.len;
			if (rc == 0 && in->bytes + out.len > BYTES_MAX)
				rc = too_much(in, r, &t);
		}
	}
	if (rc == 0) {
		in->bytes += out.len;
		if (strcmp(str_text(&out), r->node->text) != 0)
			r->node->via = r->node->text;
		r->node->text = arena_strdup(in->arena, str_text(&out));
		r->node->quoted = true;
	}
	str_fini(&out);
	return rc;
}

static int
expand(struct interp *in, struct ref *r)
{
	const char *text = r->node->text;
	struct err e = {0};
	struct token t;

	if (r->depth > CHAIN_MAX) {
		err_set(&e, MLC_YAML_LIMIT, "references lead on to references more than %d times",
			CHAIN_MAX);
		err_help(&e, "refer to the value itself");
		return interp__report(in, r, NULL, &e, NULL);
	}
	if (!str_starts(text, "${"))
		return mix(in, r);
	if (token_parse(in, r, text, &t) != 0)
		return -1;
	if (text[t.len])
		return mix(in, r);
	return for_later(r, &t) ? 0 : become(in, r, &t);
}

static int
resolve(struct interp *in, struct ref *r, struct ref *up)
{
	switch (r->state) {
	case REF_DONE: return 0;
	case REF_FAILED: return -1;
	case REF_BUSY: return interp__cycle(in, r, up);
	case REF_FRESH: break;
	}
	r->state = REF_BUSY;
	r->up = up;
	r->depth = up ? up->depth + 1 : 0;
	if (expand(in, r) != 0) {
		r->state = REF_FAILED;
		return -1;
	}
	r->state = REF_DONE;
	return 0;
}

/* Whole references may stack maps deeper than a file may. */
static bool
too_deep(const struct ynode *n, int depth, const struct ynode **where)
{
	*where = n;
	if (depth > TREE_DEPTH_MAX)
		return true;
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		if (too_deep(n->u.items[i], depth + 1, where))
			return true;
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
		if (too_deep(n->u.pairs[i].value, depth + 1, where))
			return true;
	return false;
}

void
interpolate(struct arena *a, struct ynode *trees[static CONF_KINDS], const struct ynode *runtime,
	struct errs *found)
{
	struct interp in = {.arena = a, .trees = trees, .runtime = runtime, .found = found};
	const struct ynode *where;
	struct err e = {0};

	for (enum conf_kind k = 0; k < CONF_KINDS; k++)
		collect(&in, trees[k], k, NULL);
	sort_refs(&in);
	for (enum conf_kind k = 0; k < CONF_KINDS; k++)
		(void)resolve_tree(&in, trees[k], NULL);
	for (enum conf_kind k = 0; k < CONF_KINDS; k++) {
		if (!too_deep(trees[k], 0, &where))
			continue;
		err_set(&e, MLC_YAML_LIMIT, "%s nest more than %d levels deep", conf_kind_name(k),
			TREE_DEPTH_MAX);
		err_help(&e, "flatten them, or refer to a part only");
		err_at(&e, &where->at, NULL);
		errs_add(found, &e);
	}
	free(in.refs);
}
