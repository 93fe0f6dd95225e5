/* SPDX-License-Identifier: Apache-2.0
 * Text that leaves the machine without the project's secrets: every value of credentials.yml, and
 * parameters whose names say that they are secret. */
#include "cmd/lineage.h"

#define MASK_MIN 4 /* shorter "secrets" would mask half of the text */

/* A value of several lines is looked for line by line, as it may be quoted in part. */
static void
add(struct masks *m, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\r\n");
		if (n >= MASK_MIN) {
			m->v = mem_grow(m->v, &m->cap, m->n + 1, sizeof(*m->v));
			m->v[m->n++] = arena_strndup(&m->arena, text, n);
		}
		text += n + (text[n] != '\0');
	}
}

static void
collect(struct masks *m, const struct ynode *n, bool secret)
{
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		collect(m, n->u.items[i], secret);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++) {
		const struct ypair *p = &n->u.pairs[i];
		const char *value = p->value->text;
		collect(m, p->value, secret || p->value->secret || secret_by_name(p->key, value));
	}
	if ((secret || n->secret) && n->text && n->kind != Y_NULL && n->kind != Y_BOOL)
		add(m, n->text);
}

static int
longer_first(const void *a, const void *b)
{
	size_t x = strlen(*(const char *const *)a), y = strlen(*(const char *const *)b);
	return x < y ? 1 : x > y ? -1 : 0;
}

void
masks_collect(struct masks *m, const struct project *p, const char *also)
{
	collect(m, p->credentials, true);
	collect(m, p->params, false);
	collect(m, p->catalog, false);
	if (also)
		add(m, also);
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), longer_first);
}

void
masks_add(const struct masks *m, const char *text, struct str *out)
{
	while (*text) {
		size_t i = 0;
		while (i < m->n && !str_starts(text, m->v[i]))
			i++;
		if (i < m->n) {
			str_add(out, "***");
			text += strlen(m->v[i]);
		} else
			str_addc(out, *text++);
	}
}

void
masks_fini(struct masks *m)
{
	free(m->v);
	arena_fini(&m->arena);
}
