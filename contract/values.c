/* SPDX-License-Identifier: Apache-2.0
 * Fixed sets of values (validValues, missingValues): sorted arrays for numbers, a small hash table
 * for texts. Built once with the contract, then only asked. */
#define XXH_INLINE_ALL
#include "contract/rules.h"

#include <math.h>
#include <xxhash.h>

static int
by_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
by_f64(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

bool
values_have_i64(const struct values *v, int64_t x)
{
	return v->n && bsearch(&x, v->i, v->n, sizeof(x), by_i64);
}

bool
values_have_f64(const struct values *v, double x)
{
	return v->n && !isnan(x) && bsearch(&x, v->f, v->n, sizeof(x), by_f64);
}

int64_t
values_place_i64(const struct values *v, int64_t x)
{
	const int64_t *at = v->n ? bsearch(&x, v->i, v->n, sizeof(x), by_i64) : NULL;

	return at ? at - v->i : -1;
}

int64_t
values_place_f64(const struct values *v, double x)
{
	const double *at = v->n && !isnan(x) ? bsearch(&x, v->f, v->n, sizeof(x), by_f64) : NULL;

	return at ? at - v->f : -1;
}

static size_t
slot_of(const struct values *v, const char *s, size_t n)
{
	size_t i = (size_t)XXH3_64bits(s, n) & v->mask;

	for (; v->slots[i]; i = (i + 1) & v->mask) {
		const struct mlf_str *have = &v->s[v->slots[i] - 1];

		if ((size_t)have->len == n && memcmp(have->s, s, n) == 0)
			break;
	}
	return i;
}

bool
values_have_text(const struct values *v, const char *s, size_t n)
{
	return v->slots[slot_of(v, n ? s : "", n)] != 0;
}

int64_t
values_place_text(const struct values *v, const char *s, size_t n)
{
	return (int64_t)v->slots[slot_of(v, n ? s : "", n)] - 1;
}

/* 0, or -1 if the value is none of that type. */
static int
read_value(struct values *v, const struct ynode *n)
{
	const char *text = yaml_str(n);

	switch (v->type) {
	case MLF_BOOL: v->i[v->n] = n->v.b; return n->kind == Y_BOOL ? 0 : -1;
	case MLF_I64:
		if (n->kind == Y_FLOAT && n->v.f == floor(n->v.f) && fabs(n->v.f) < 9e15)
			v->i[v->n] = (int64_t)n->v.f;
		else if (n->kind == Y_INT)
			v->i[v->n] = n->v.i;
		else
			return -1;
		return 0;
	case MLF_F64:
		v->f[v->n] = n->kind == Y_INT ? (double)n->v.i : n->v.f;
		return n->kind == Y_INT || (n->kind == Y_FLOAT && !isnan(n->v.f)) ? 0 : -1;
	case MLF_TIMESTAMP: return text ? when_parse(text, &v->i[v->n]) : -1;
	case MLF_UTF8:
		if (!text) /* 1, true and the like are texts here, as they were written */
			return -1;
		v->s[v->n] = (struct mlf_str){text, (int64_t)strlen(text)};
		return 0;
	}
	return -1;
}

static struct values *
values_new(struct arena *a, enum mlf_type type, size_t n)
{
	struct values *v = arena_alloc(a, sizeof(*v));
	size_t slots = 4;

	while (slots < 2 * n)
		slots *= 2;
	v->type = type;
	v->mask = slots - 1;
	v->i = arena_alloc(a, (n + 1) * sizeof(*v->i));
	v->f = arena_alloc(a, (n + 1) * sizeof(*v->f));
	v->s = arena_alloc(a, (n + 1) * sizeof(*v->s));
	v->slots = arena_alloc(a, slots * sizeof(*v->slots));
	return v;
}

struct values *
values_load(struct loader *l, const struct ynode *list, enum mlf_type type)
{
	struct values *v = values_new(l->arena, type, list->n);
	struct ynode **items = list->u.items;
	size_t bad = 0;

	if (list->kind != Y_LIST || !list->n) {
		loader_fail(l, &list->at, "write [a, b]", "a list of values is wanted here");
		return NULL;
	}
	for (size_t i = 0; i < list->n; i++) {
		const char *shown = yaml_str(items[i]);

		if (items[i]->kind == Y_NULL) {
			v->null = true;
		} else if (read_value(v, items[i]) == 0) {
			v->n++;
		} else {
			bad++;
			loader_fail(l, &items[i]->at, NULL, "`%s` is no value of a column of %s",
				shown ? shown : yaml_kind_name(items[i]->kind), type_name(type));
		}
	}
	if (type == MLF_F64)
		qsort(v->f, v->n, sizeof(*v->f), by_f64);
	else if (type != MLF_UTF8)
		qsort(v->i, v->n, sizeof(*v->i), by_i64);
	for (size_t i = 0; type == MLF_UTF8 && i < v->n; i++)
		v->slots[slot_of(v, v->s[i].s, (size_t)v->s[i].len)] = (uint32_t)(i + 1);
	return bad ? NULL : v;
}
