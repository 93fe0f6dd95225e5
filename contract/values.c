/* SPDX-License-Identifier: Apache-2.0
 * Fixed sets of values (validValues, missingValues): sorted arrays for numbers, a small hash table
 * for texts. Built once with the contract, then only asked. */
#include "contract/rules.h"

#include <math.h>
#include <string.h>

enum { FEW = 32, TRIES = 100 };

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

#define ONES -1, -1, -1, -1, -1, -1, -1, -1

static inline uint64_t
load64(const char *s)
{
	uint64_t x;

	memcpy(&x, s, sizeof(x));
	return x;
}

/* What tells texts of up to 24 bytes apart, without a branch for their length: the bytes, then zeros. */
static ALWAYS_INLINE struct text_key
key_of(const char *s, size_t n, size_t room)
{
	static const char edge[2 * TEXT_KEY] = {ONES, ONES, ONES};
	char own[TEXT_KEY] = {0};
	size_t m = n < TEXT_KEY ? n : TEXT_KEY;
	const char *mask = edge + TEXT_KEY - m;

	if (room < TEXT_KEY) {
		for (size_t i = 0; i < m; i++)
			own[i] = s[i];
		s = own;
	}
	return (struct text_key){{load64(s) & load64(mask), load64(s + 8) & load64(mask + 8),
					 load64(s + 16) & load64(mask + 16)},
		n};
}

static ALWAYS_INLINE size_t
hash_of(const struct values *v, const struct text_key *k)
{
	return ((k->w[0] * 0x9E3779B97F4A7C15 ^ k->w[1] ^ k->w[2] << 1) + k->n) * v->factor >> 32;
}

/* The slot of the text s, whose key is k, or the empty one in which it would be. */
static ALWAYS_INLINE struct text_slot *
slot_of(const struct values *v, const struct text_key *k, const char *s)
{
	size_t i = hash_of(v, k) & v->mask;

	for (; v->slots[i].place; i = (i + 1) & v->mask) {
		const struct text_slot *have = &v->slots[i];

		if (have->key.n != k->n || have->key.w[0] != k->w[0] || have->key.w[1] != k->w[1] ||
			have->key.w[2] != k->w[2])
			continue;
		if (k->n <= TEXT_KEY || memcmp(v->s[have->place - 1].s, s, k->n) == 0)
			break;
	}
	return &v->slots[i];
}

int64_t
values_place_text(const struct values *v, const char *s, size_t n)
{
	struct text_key k = key_of(s, n, n);

	return (int64_t)slot_of(v, &k, s)->place - 1;
}

bool
values_have_text(const struct values *v, const char *s, size_t n)
{
	return values_place_text(v, s, n) >= 0;
}

/* All but the last texts have the bytes of a key behind their beginning. */
void
values_mark_texts(
	const struct values *v, const char *bytes, const int32_t *ends, int n, uint8_t *in)
{
	const int32_t end = ends[n];
	int i = 0, roomy = n;

	while (roomy > 0 && end - ends[roomy - 1] < TEXT_KEY)
		roomy--;
	for (; i < roomy; i++) {
		const char *s = bytes + ends[i];
		struct text_key k = key_of(s, (size_t)(ends[i + 1] - ends[i]), TEXT_KEY);

		in[i] = slot_of(v, &k, s)->place != 0;
	}
	for (; i < n; i++) {
		const char *s = end ? bytes + ends[i] : "";
		struct text_key k =
			key_of(s, (size_t)(ends[i + 1] - ends[i]), (size_t)(end - ends[i]));

		in[i] = slot_of(v, &k, s)->place != 0;
	}
}

/* Puts the texts into the slots; how many came to stand beside theirs. */
static size_t
place_texts(struct values *v)
{
	size_t beside = 0;

	memset(v->slots, 0, (v->mask + 1) * sizeof(*v->slots));
	for (size_t i = 0; i < v->n; i++) {
		size_t n = (size_t)v->s[i].len;
		const struct text_key k = key_of(v->s[i].s, n, n);
		struct text_slot *at = slot_of(v, &k, v->s[i].s);

		beside += at != &v->slots[hash_of(v, &k) & v->mask];
		*at = (struct text_slot){k, (uint32_t)(i + 1)};
	}
	return beside;
}

/* A few texts can stand each in its own slot, so that asking for one takes one look: some factor does it. */
static void
index_texts(struct values *v)
{
	v->factor = 0xC2B2AE3D27D4EB4F;
	for (int tries = 0; place_texts(v) && v->n <= FEW && tries < TRIES; tries++)
		v->factor = v->factor * 0x9E3779B97F4A7C15 | 1;
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

	while (slots < 4 * n)
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
	if (type == MLF_UTF8)
		index_texts(v);
	return bad ? NULL : v;
}
