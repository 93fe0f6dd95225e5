/* SPDX-License-Identifier: Apache-2.0
 * Which rows were seen before: an open-addressing set of 128-bit hashes; the only state of a
 * contract that grows with the data (rules.h says what a row costs).
 *
 * A probe of a large table is a cache miss. The slots of a whole block are therefore fetched before
 * the first of them is looked at, so that the misses overlap. */
#include "contract/rules.h"

#define FIRST_SLOTS 4096

static void
grow(struct seen *s)
{
	size_t old_n = s->slots ? s->mask + 1 : 0, n = old_n ? old_n * 2 : FIRST_SLOTS;
	struct seen_hash *old = s->slots;

	s->slots = mem_alloc(n * sizeof(*s->slots));
	s->mask = n - 1;
	for (size_t i = 0; i < old_n; i++) {
		size_t at = (size_t)old[i].lo & s->mask;

		if (!old[i].lo && !old[i].hi)
			continue;
		while (s->slots[at].lo || s->slots[at].hi)
			at = (at + 1) & s->mask;
		s->slots[at] = old[i];
	}
	free(old);
}

/* True if h was there; else it is now. */
static bool
add(struct seen *s, const struct seen_hash *h)
{
	size_t at = (size_t)h->lo & s->mask;

	for (; s->slots[at].lo || s->slots[at].hi; at = (at + 1) & s->mask)
		if (s->slots[at].lo == h->lo && s->slots[at].hi == h->hi)
			return true;
	s->slots[at] = *h;
	s->n++;
	return false;
}

void
seen_add(struct seen *s, struct seen_hash *hashes, const uint8_t *keep, int n, uint8_t *bad)
{
	while (!s->slots || (s->n + (size_t)n) * 4 > (s->mask + 1) * 3)
		grow(s);
	for (int i = 0; i < n; i++) {
		hashes[i].hi += !hashes[i].lo && !hashes[i].hi; /* {0, 0} means empty */
		__builtin_prefetch(&s->slots[(size_t)hashes[i].lo & s->mask], 1);
	}
	for (int i = 0; i < n; i++)
		bad[i] = keep[i] && add(s, &hashes[i]);
}

bool
seen_has(const struct seen *s, const struct seen_hash *hash)
{
	struct seen_hash h = *hash;

	if (!s->slots)
		return false;
	h.hi += !h.lo && !h.hi;
	for (size_t at = (size_t)h.lo & s->mask; s->slots[at].lo || s->slots[at].hi;
		at = (at + 1) & s->mask)
		if (s->slots[at].lo == h.lo && s->slots[at].hi == h.hi)
			return true;
	return false;
}

void
seen_fini(struct seen *s)
{
	free(s->slots);
	*s = (struct seen){0};
}
