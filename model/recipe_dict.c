/* SPDX-License-Identifier: Apache-2.0
 * Categories: a hash table from texts or whole numbers to 0, 1, 2, ... in the order of their coming. */
#include "model/recipe.h"

#include <stdlib.h>

static uint64_t
mix(uint64_t h)
{
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

static uint64_t
hash_text(struct mlf_str s)
{
	uint64_t h = (uint64_t)s.len, word;
	for (; s.len >= 8; s.s += 8, s.len -= 8) {
		memcpy(&word, s.s, 8);
		h = mix(h ^ word);
	}
	word = 0;
	if (s.len > 0)
		memcpy(&word, s.s, (size_t)s.len);
	return mix(h ^ word);
}

static bool
same_text(struct mlf_str a, struct mlf_str b)
{
	return a.len == b.len && memcmp(a.s, b.s, (size_t)a.len) == 0;
}

/* The slot of the text, or the empty one where it would stand; the table has an empty one. */
static size_t
slot_of_text(const struct dict *d, struct mlf_str s)
{
	size_t mask = d->n_slots - 1, at = hash_text(s) & mask;
	while (d->slots[at] && !same_text(d->texts[d->slots[at] - 1], s))
		at = (at + 1) & mask;
	return at;
}

static size_t
slot_of_int(const struct dict *d, int64_t v)
{
	size_t mask = d->n_slots - 1, at = mix((uint64_t)v) & mask;
	while (d->slots[at] && d->ints[d->slots[at] - 1] != v)
		at = (at + 1) & mask;
	return at;
}

int32_t
dict_find_text(const struct dict *d, struct mlf_str s)
{
	uint32_t slot = d->n ? d->slots[slot_of_text(d, s)] : 0;
	return slot ? (int32_t)slot - 1 : DICT_UNSEEN;
}

int32_t
dict_find_int(const struct dict *d, int64_t v)
{
	uint32_t slot = d->n ? d->slots[slot_of_int(d, v)] : 0;
	return slot ? (int32_t)slot - 1 : DICT_UNSEEN;
}

/* Keeps a half of the slots empty. */
static void
make_slots(struct dict *d)
{
	if (d->n_slots >= 2 * (d->n + 1))
		return;
	d->n_slots = d->n_slots ? d->n_slots * 2 : 16;
	free(d->slots);
	d->slots = mem_alloc(d->n_slots * sizeof(*d->slots));
	for (size_t i = 0; i < d->n; i++)
		d->slots[d->type == MLF_UTF8 ? slot_of_text(d, d->texts[i])
					     : slot_of_int(d, d->ints[i])] = (uint32_t)i + 1;
}

int32_t
dict_add_text(struct dict *d, struct arena *a, struct mlf_str s)
{
	make_slots(d);
	size_t at = slot_of_text(d, s);
	if (!d->slots[at]) {
		d->texts = mem_grow(d->texts, &d->cap, d->n + 1, sizeof(*d->texts));
		d->rows = mem_grow(d->rows, &d->cap_rows, d->n + 1, sizeof(*d->rows));
		d->texts[d->n] = (struct mlf_str){arena_strndup(a, s.s, (size_t)s.len), s.len};
		d->rows[d->n++] = 0;
		d->slots[at] = (uint32_t)d->n;
	}
	d->rows[d->slots[at] - 1]++;
	return (int32_t)d->slots[at] - 1;
}

int32_t
dict_add_int(struct dict *d, int64_t v)
{
	make_slots(d);
	size_t at = slot_of_int(d, v);
	if (!d->slots[at]) {
		d->ints = mem_grow(d->ints, &d->cap, d->n + 1, sizeof(*d->ints));
		d->rows = mem_grow(d->rows, &d->cap_rows, d->n + 1, sizeof(*d->rows));
		d->ints[d->n] = v;
		d->rows[d->n++] = 0;
		d->slots[at] = (uint32_t)d->n;
	}
	d->rows[d->slots[at] - 1]++;
	return (int32_t)d->slots[at] - 1;
}

static int
compare_values(const struct dict *d, int32_t a, int32_t b)
{
	if (d->type != MLF_UTF8)
		return (d->ints[a] > d->ints[b]) - (d->ints[a] < d->ints[b]);
	struct mlf_str x = d->texts[a], y = d->texts[b];
	int c = memcmp(x.s, y.s, (size_t)(x.len < y.len ? x.len : y.len));
	return c ? c : (x.len > y.len) - (x.len < y.len);
}

static int
by_value(const void *a, const void *b, void *d)
{
	return compare_values(d, *(const int32_t *)a, *(const int32_t *)b);
}

static int
by_count(const void *a, const void *b, void *arg)
{
	const struct dict *d = arg;
	int64_t x = d->rows[*(const int32_t *)a], y = d->rows[*(const int32_t *)b];
	return x != y ? (x < y) - (x > y) : by_value(a, b, arg);
}

static int32_t *
sorted(const struct dict *d, int (*compare)(const void *, const void *, void *))
{
	int32_t *order = mem_alloc((d->n + 1) * sizeof(*order));
	for (size_t i = 0; i < d->n; i++)
		order[i] = (int32_t)i;
	qsort_r(order, d->n, sizeof(*order), compare, (void *)(uintptr_t)d);
	return order;
}

int32_t *
dict_by_value(const struct dict *d)
{
	return sorted(d, by_value);
}

int32_t *
dict_by_count(const struct dict *d)
{
	return sorted(d, by_count);
}

void
dict_label(const struct dict *d, int32_t i, bool bools, struct str *out)
{
	if (d->type == MLF_UTF8)
		str_addn(out, d->texts[i].s, (size_t)d->texts[i].len);
	else if (bools)
		str_add(out, d->ints[i] ? "true" : "false");
	else
		str_addf(out, "%lld", (long long)d->ints[i]);
}

void
dict_fini(struct dict *d)
{
	free(d->texts);
	free(d->ints);
	free(d->rows);
	free(d->slots);
}
