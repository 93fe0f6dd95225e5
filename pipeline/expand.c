/* SPDX-License-Identifier: Apache-2.0
 * foreach and matrix: one map of pipeline.yml that stands for many.
 *
 *	name: "train_${item}"             name: "fit_${matrix.model}_${matrix.fold}"
 *	foreach: [north, south]           matrix: {model: [linear, trees], fold: [1, 2, 3]}
 *
 * Each copy is the map itself with the values put in: a text that is one reference becomes the value,
 * whatever its kind; within other text single values become text. Of a matrix the last key runs
 * fastest. Keys are never changed. */
#include "pipeline/spec.h"

struct expander {
	struct loader *l;
	const struct ynode *item;   /* foreach: the value of this copy */
	const struct ynode *matrix; /* matrix: a map of the values of this copy */
	bool failed;
};

static struct ynode *put_in(struct expander *x, const struct ynode *n);

/* The reference that begins at p: `what` it names; its length, or 0 if p begins none. */
static size_t
reference(const char *p, char what[static 160])
{
	size_t n = 0;
	if (!str_starts(p, "${item}") && !str_starts(p, "${item.") && !str_starts(p, "${matrix."))
		return 0;
	const char *end = strchr(p, '}');
	if (!end)
		return 0;
	n = (size_t)(end - p) - 2;
	if (n >= 160)
		return 0;
	memcpy(what, p + 2, n);
	what[n] = '\0';
	return n + 3;
}

static const struct ynode *
value_of(struct expander *x, const struct ynode *n, const char *what)
{
	struct err e;
	const struct ynode *v = NULL;
	if (str_starts(what, "matrix."))
		v = x->matrix ? yaml_path(x->matrix, what + 7) : NULL;
	else
		v = what[4] && x->item ? yaml_path(x->item, what + 5) : x->item;
	if (v)
		return v;
	x->failed = true;
	err_set(&e, MLC_CONF_INTERPOLATION, "`${%s}` names nothing here", what);
	err_help(&e,
		what[0] == 'm' ? "the node or include needs `matrix:` with that key"
			       : "the node or include needs `foreach:` with such items");
	spec__report(x->l, &e, &n->at, "unknown");
	return NULL;
}

static void
append(struct expander *x, const struct ynode *n, const char *what, struct str *out)
{
	struct err e;
	const struct ynode *v = value_of(x, n, what);
	if (!v)
		return;
	if (yaml_str(v)) {
		str_add(out, yaml_str(v));
		return;
	}
	x->failed = true;
	err_set(&e, MLC_CONF_INTERPOLATION, "`${%s}` is %s and cannot stand within a text", what,
		yaml_kind_name(v->kind));
	spec__report(x->l, &e, &n->at, NULL);
}

static struct ynode *
put_in_text(struct expander *x, const struct ynode *n)
{
	char what[160];
	struct str out = {0};
	size_t len = reference(n->text, what);
	struct ynode *copy = yaml_new(x->l->a, Y_STR, n->at);
	*copy = *n;
	if (len && !n->text[len]) {
		const struct ynode *v = value_of(x, n, what);
		if (v)
			*copy = *v;
		copy->at = n->at;
		return copy;
	}
	for (const char *p = n->text; *p; p += len) {
		len = reference(p, what);
		if (len)
			append(x, n, what, &out);
		else
			str_addn(&out, p, len = 1);
	}
	copy->text = arena_strdup(x->l->a, str_text(&out));
	str_fini(&out);
	return copy;
}

static struct ynode *
put_in_children(struct expander *x, const struct ynode *n)
{
	struct ynode *copy = yaml_new(x->l->a, n->kind, n->at);
	*copy = *n;
	copy->cap = n->n;
	if (n->kind == Y_LIST) {
		copy->u.items = arena_alloc(x->l->a, (n->n + 1) * sizeof(struct ynode *));
		for (size_t i = 0; i < n->n; i++)
			copy->u.items[i] = put_in(x, n->u.items[i]);
		return copy;
	}
	copy->u.pairs = arena_alloc(x->l->a, (n->n + 1) * sizeof(struct ypair));
	for (size_t i = 0; i < n->n; i++) {
		copy->u.pairs[i] = n->u.pairs[i];
		copy->u.pairs[i].value = put_in(x, n->u.pairs[i].value);
	}
	return copy;
}

/* A copy with the values put in; trees without a reference are shared. */
static struct ynode *
put_in(struct expander *x, const struct ynode *n)
{
	if (n->kind == Y_LIST || n->kind == Y_MAP)
		return put_in_children(x, n);
	if (n->kind == Y_STR && n->text && strstr(n->text, "${"))
		return put_in_text(x, n);
	return (struct ynode *)(uintptr_t)n;
}

/* The map without the keys that ask for copies. */
static struct ynode *
without_loops(struct loader *l, const struct ynode *map)
{
	struct ynode *out = yaml_new(l->a, Y_MAP, map->at);
	for (size_t i = 0; i < map->n; i++)
		if (!str_eq(map->u.pairs[i].key, "foreach") &&
			!str_eq(map->u.pairs[i].key, "matrix"))
			yaml_put(l->a, out, &map->u.pairs[i]);
	return out;
}

static bool
make(struct expander *x, const char *pipeline, const struct ynode *map, spec_each *each)
{
	struct loader *l = x->l;
	if (!spec__made(l, &map->at))
		return false;
	l->copy++;
	struct ynode *copy = put_in(x, map);
	if (!x->failed)
		each(l, pipeline, copy);
	return !x->failed;
}

static void
expand_list(struct loader *l, const char *pipeline, const struct ynode *map,
	const struct ynode *list, spec_each *each)
{
	struct expander x = {.l = l};
	if (list->kind != Y_LIST) {
		spec__want(l, list, "`foreach`", "a list");
		return;
	}
	for (size_t i = 0; i < list->n; i++) {
		x.item = list->u.items[i];
		if (!make(&x, pipeline, map, each))
			return;
	}
}

static bool
matrix_fits(struct loader *l, const struct ynode *matrix)
{
	if (matrix->kind != Y_MAP) {
		spec__want(l, matrix, "`matrix`", "a map of lists");
		return false;
	}
	for (size_t i = 0; i < matrix->n; i++) {
		const struct ynode *axis = matrix->u.pairs[i].value;
		if (axis->kind != Y_LIST) {
			spec__want(l, axis, "each key of `matrix`", "a list");
			return false;
		}
		if (axis->n == 0)
			return false; /* no combination at all */
	}
	return matrix->n > 0;
}

/* Goes through all combinations like a counter whose digits are places in the lists. */
static void
expand_matrix(struct loader *l, const char *pipeline, const struct ynode *map,
	const struct ynode *matrix, spec_each *each)
{
	struct expander x = {.l = l};
	if (!matrix_fits(l, matrix))
		return;
	size_t *digit = mem_alloc(matrix->n * sizeof(*digit)), i;
	do {
		struct ynode *values = yaml_new(l->a, Y_MAP, matrix->at);
		for (i = 0; i < matrix->n; i++) {
			struct ypair pair = matrix->u.pairs[i];
			pair.value = pair.value->u.items[digit[i]];
			yaml_put(l->a, values, &pair);
		}
		x.matrix = values;
		if (!make(&x, pipeline, map, each))
			break;
		for (i = matrix->n; i-- > 0 && ++digit[i] == matrix->u.pairs[i].value->n;)
			digit[i] = 0;
	} while (i < matrix->n);
	free(digit);
}

void
spec__expand(struct loader *l, const char *pipeline, const struct ynode *map, spec_each *each)
{
	const struct ynode *list = yaml_get(map, "foreach"), *matrix = yaml_get(map, "matrix");
	struct err e;
	int outer = l->copy;
	l->copy = 0;
	if (list && matrix) {
		err_set(&e, MLC_CONF_VALUE, "`foreach` and `matrix` cannot stand together");
		err_help(&e, "make the list of `foreach` one more key of `matrix`");
		spec__report(l, &e, &matrix->at, NULL);
	} else if (list) {
		expand_list(l, pipeline, without_loops(l, map), list, each);
	} else if (matrix) {
		expand_matrix(l, pipeline, without_loops(l, map), matrix, each);
	} else {
		struct expander x = {.l = l}; /* to report references to nothing */
		const struct ynode *same = put_in(&x, map);
		if (!x.failed)
			each(l, pipeline, same);
	}
	l->copy = outer;
}
