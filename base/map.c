/* SPDX-License-Identifier: Apache-2.0
 * The map from strings to pointers: two parallel vectors in insertion order, and beside them an
 * open-addressed table of indexes into the vectors.
 *
 *	slots   [ 0 | 2 | 0 | 0 | 1 | 0 | 3 | 0 ]      0 = empty, else index + 1
 *	keys    [ "train", "clean", "ingest" ]         values alike
 *
 * Invariant: n_slots is a power of two and at least twice n, so that probing always meets a zero. */
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include "base/mem.h"

/* The slot where key stands or would stand. */
static size_t
probe(const struct map *m, const char *key)
{
	size_t mask = m->n_slots - 1;
	size_t i = (size_t)XXH3_64bits(key, strlen(key)) & mask;

	while (m->slots[i] && strcmp(m->keys[m->slots[i] - 1], key) != 0)
		i = (i + 1) & mask;
	return i;
}

static void
rehash(struct map *m, size_t n_slots)
{
	free(m->slots);
	m->slots = mem_alloc(n_slots * sizeof(*m->slots));
	m->n_slots = n_slots;
	for (size_t i = 0; i < m->n; i++)
		m->slots[probe(m, m->keys[i])] = (uint32_t)(i + 1);
}

static uint32_t
find(const struct map *m, const char *key)
{
	return m->n ? m->slots[probe(m, key)] : 0;
}

void *
map_get(const struct map *m, const char *key)
{
	uint32_t at = find(m, key);

	return at ? m->values[at - 1] : NULL;
}

bool
map_has(const struct map *m, const char *key)
{
	return find(m, key) != 0;
}

bool
map_put(struct map *m, const char *key, void *value)
{
	uint32_t at = find(m, key);
	size_t cap = m->cap; /* both vectors grow alike, so one capacity serves both */

	if (at) {
		m->values[at - 1] = value;
		return false;
	}
	if (m->n >= UINT32_MAX / 2)
		mem_exhausted();
	m->keys = mem_grow(m->keys, &cap, m->n + 1, sizeof(*m->keys));
	m->values = mem_grow(m->values, &m->cap, m->n + 1, sizeof(*m->values));
	if (m->n_slots < 2 * (m->n + 1))
		rehash(m, m->n_slots ? m->n_slots * 2 : 16);
	m->slots[probe(m, key)] = (uint32_t)(m->n + 1);
	m->keys[m->n] = mem_strdup(key);
	m->values[m->n] = value;
	m->n++;
	return true;
}

const char *
map_near(const struct map *m, const char *word)
{
	const char *best = NULL;
	int best_distance = 0, d;

	for (size_t i = 0; i < m->n; i++) {
		if (!str_near(m->keys[i], word, &d) || (best && d >= best_distance))
			continue;
		best = m->keys[i];
		best_distance = d;
	}
	return best;
}

void
map_fini(struct map *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->keys[i]);
	free(m->keys);
	free(m->values);
	free(m->slots);
	*m = (struct map){0};
}
