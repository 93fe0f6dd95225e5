/* SPDX-License-Identifier: Apache-2.0
 * Two configuration trees leaf by leaf, a list being one value: what `config diff` and `catalog diff`
 * have in common. What must not be shown is compared and not told. */
#include "cmd/tree_diff.h"

/* ---- two projects */

int
sides_open(struct app *a, struct sides *s, struct errs *found)
{
	for (int i = LEFT; i < SIDES; i++) {
		struct project_opts o = {.dir = app_dir(a), .env = s->env[i]};
		if (project_open(&s->p[i], &o, found) < 0)
			return -1;
		s->env[i] = s->p[i]->env;
	}
	return 0;
}

void
sides_close(struct sides *s)
{
	project_close(s->p[LEFT]);
	project_close(s->p[RIGHT]);
}

void
tree_diff_sides(struct tree_diff *d, const struct sides *s)
{
	for (int i = LEFT; i < SIDES; i++) {
		int width = term_width_of(s->env[i]);
		d->env[i] = s->env[i];
		d->width = width > d->width ? width : d->width;
	}
}

/* ---- telling */

static void
side_json(struct jw *w, const struct ynode *n, bool hidden)
{
	struct str origin = {0};
	if (!n) {
		jw_null(w);
		return;
	}
	tree_origin(&origin, n);
	jw_object(w);
	jw_key(w, "value");
	if (hidden)
		jw_str(w, TREE_MASK);
	else
		tree_json(w, n, false);
	jw_kv_str(w, "origin", str_text(&origin));
	jw_end(w, '}');
	str_fini(&origin);
}

static void
side_text(const struct tree_diff *d, enum side side, const struct ynode *n, bool hidden)
{
	if (!n)
		return;
	str_addf(d->out, "%*s", d->indent + 4, "");
	str_addf(d->out, "%-*s  ", d->width, d->env[side]);
	if (hidden)
		str_add(d->out, TREE_MASK);
	else
		tree_value(d->out, n);
	str_add(d->out, "  # ");
	tree_origin(d->out, n);
	str_addc(d->out, '\n');
}

void
tree_differ(struct tree_diff *d, const char *path, const struct ynode *const v[static SIDES],
	bool hidden)
{
	static const char *const names[] = {"changed", "added", "removed"};
	static const char marks[] = "~+-";
	int how = !v[LEFT] ? 1 : !v[RIGHT] ? 2 : 0;
	size_t *const counts[] = {&d->changed, &d->added, &d->removed};
	++*counts[how];
	if (!d->json) {
		str_addf(d->out, "%*s%c ", d->indent, "", marks[how]);
		term_add_safe(d->out, path);
		str_addc(d->out, '\n');
		side_text(d, LEFT, v[LEFT], hidden);
		side_text(d, RIGHT, v[RIGHT], hidden);
		return;
	}
	jw_object(d->w);
	jw_kv_str(d->w, "key", path);
	jw_kv_str(d->w, "change", names[how]);
	for (int s = LEFT; s < SIDES; s++) {
		jw_key(d->w, d->side_names[s]);
		side_json(d->w, v[s], hidden);
	}
	jw_end(d->w, '}');
}

/* ---- walking */

static void
walk_pair(struct tree_diff *d, struct str *path, const char *key,
	const struct ynode *const maps[static SIDES])
{
	const struct ynode *v[SIDES] = {maps[LEFT] ? yaml_get(maps[LEFT], key) : NULL,
		maps[RIGHT] ? yaml_get(maps[RIGHT], key) : NULL};
	bool hidden =
		(v[LEFT] && tree_hides(key, v[LEFT])) || (v[RIGHT] && tree_hides(key, v[RIGHT]));
	size_t len = path->len;
	str_addf(path, "%s%s", len ? "." : "", key);
	if (!hidden)
		tree_diff_walk(d, path, v);
	else if (!yaml_equal(v[LEFT], v[RIGHT]))
		tree_differ(d, str_text(path), v, true);
	path->len = len;
	path->s[len] = '\0';
}

/* What only one side has is walked too, so that each of its values has a line. */
void
tree_diff_walk(struct tree_diff *d, struct str *path, const struct ynode *const v[static SIDES])
{
	bool maps = true;
	for (int s = LEFT; s < SIDES; s++)
		maps &= !v[s] || (v[s]->kind == Y_MAP && v[s]->n);
	if (!maps) {
		if (!yaml_equal(v[LEFT], v[RIGHT]))
			tree_differ(d, str_text(path), v, false);
		return;
	}
	for (size_t i = 0; v[LEFT] && i < v[LEFT]->n; i++)
		walk_pair(d, path, v[LEFT]->u.pairs[i].key, v);
	for (size_t i = 0; v[RIGHT] && i < v[RIGHT]->n; i++)
		if (!v[LEFT] || !yaml_get(v[LEFT], v[RIGHT]->u.pairs[i].key))
			walk_pair(d, path, v[RIGHT]->u.pairs[i].key, v);
}
