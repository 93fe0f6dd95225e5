/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c catalog diff: which datasets another environment has, has not, or has elsewhere.
 *
 * Entries are compared as they are after overlay and interpolation, those of one name with each other:
 * of a new or lost one its type, path and place are told, of a changed one every key. The contract
 * that is checked belongs to an entry as if it were a key of it. Credentials are compared, and never
 * shown. */
#include "cmd/tree_diff.h"

struct diff_args {
	const char *from, *to;
	bool exit_code;
};

/* The entries that differ, in order of their names. */
struct entries {
	const struct sides *sides;
	struct tree_diff keys; /* of one entry */
	struct jw w;
	struct str out;
	size_t added, removed, changed;
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of both catalogs, each once; owned. */
static const char **
names_of(const struct sides *s, size_t *n)
{
	const struct ynode *v[SIDES] = {s->p[LEFT]->catalog, s->p[RIGHT]->catalog};
	const char **names = mem_alloc((v[LEFT]->n + v[RIGHT]->n + 1) * sizeof(*names));
	*n = 0;
	for (size_t i = 0; i < v[LEFT]->n; i++)
		names[(*n)++] = v[LEFT]->u.pairs[i].key;
	for (size_t i = 0; i < v[RIGHT]->n; i++)
		if (!yaml_get(v[LEFT], v[RIGHT]->u.pairs[i].key))
			names[(*n)++] = v[RIGHT]->u.pairs[i].key;
	if (*n)
		qsort(names, *n, sizeof(*names), by_text);
	return names;
}

static const char *
text_of(const struct ynode *entry, const char *key)
{
	const struct ynode *n = entry->kind == Y_MAP ? yaml_get(entry, key) : NULL;
	return n && !tree_hides(key, n) ? yaml_str(n) : NULL;
}

/* ---- what belongs to an entry and does not stand in it */

/* The contract of an entry as a value of its own, which stands at the beginning of its file. */
static const struct ynode *
contract_of(struct arena *a, const struct project *p, const char *name)
{
	const char *path = project_contract(p, name);
	struct ynode *n;
	if (!path)
		return NULL;
	n = yaml_new(a, Y_STR, (struct place){.file = path, .line = 1, .col = 1});
	n->text = path;
	return n;
}

/* What stands for the credentials of an entry: those of its name, or what it holds itself. */
static const struct ynode *
credentials_of(const struct project *p, const struct ynode *entry)
{
	const struct ynode *n = entry->kind == Y_MAP ? yaml_get(entry, "credentials") : NULL;
	const char *name = n ? yaml_str(n) : NULL;
	return name ? yaml_get(p->credentials, name) : n;
}

static bool
equal(const struct ynode *a, const struct ynode *b)
{
	return !a || !b ? a == b : yaml_equal(a, b);
}

/* ---- entries */

static void
walk_credentials(struct entries *e, const struct ynode *const v[static SIDES])
{
	const struct ynode *c[SIDES] = {credentials_of(e->sides->p[LEFT], v[LEFT]),
		credentials_of(e->sides->p[RIGHT], v[RIGHT])};
	const char *name[SIDES] = {
		text_of(v[LEFT], "credentials"), text_of(v[RIGHT], "credentials")};
	const struct ynode *at[SIDES] = {
		yaml_get(v[LEFT], "credentials"), yaml_get(v[RIGHT], "credentials")};
	if (name[LEFT] && str_eq(name[LEFT], name[RIGHT])) /* one name, of two secrets */
		at[LEFT] = c[LEFT], at[RIGHT] = c[RIGHT];
	if (!equal(c[LEFT], c[RIGHT]) || !str_eq(name[LEFT], name[RIGHT]))
		tree_differ(&e->keys, "credentials", at, true);
}

/* Every key that differs but `credentials`, which only walk_credentials may tell. */
static void
walk_keys(struct entries *e, const struct ynode *const v[static SIDES])
{
	struct str path = {0};
	for (int s = LEFT; s < SIDES; s++)
		for (size_t i = 0; i < v[s]->n; i++) {
			const char *key = v[s]->u.pairs[i].key;
			const struct ynode *pair[SIDES] = {
				yaml_get(v[LEFT], key), yaml_get(v[RIGHT], key)};
			bool hidden = (pair[LEFT] && tree_hides(key, pair[LEFT])) ||
				(pair[RIGHT] && tree_hides(key, pair[RIGHT]));
			if (str_eq(key, "credentials") || (s == RIGHT && pair[LEFT]))
				continue;
			str_reset(&path);
			str_add(&path, key);
			if (!hidden)
				tree_diff_walk(&e->keys, &path, pair);
			else if (!equal(pair[LEFT], pair[RIGHT]))
				tree_differ(&e->keys, key, pair, true);
		}
	str_fini(&path);
}

/* The differences of an entry that both have; how many there are. */
static size_t
walk_entry(struct entries *e, const char *name, const struct ynode *const v[static SIDES])
{
	struct arena a = {0};
	const struct ynode *contract[SIDES] = {contract_of(&a, e->sides->p[LEFT], name),
		contract_of(&a, e->sides->p[RIGHT], name)};
	struct tree_diff *d = &e->keys;
	d->added = d->removed = d->changed = 0;
	if (v[LEFT]->kind == Y_MAP && v[RIGHT]->kind == Y_MAP) {
		walk_keys(e, v);
		walk_credentials(e, v);
	}
	if (!equal(contract[LEFT], contract[RIGHT]))
		tree_differ(d, "contract", contract, false);
	arena_fini(&a);
	return d->added + d->removed + d->changed;
}

static void
side_json(struct jw *w, const struct ynode *entry)
{
	struct str origin = {0};
	if (!entry) {
		jw_null(w);
		return;
	}
	tree_origin(&origin, entry);
	jw_object(w);
	jw_kv_str(w, "type", text_of(entry, "type"));
	jw_kv_str(w, "path", text_of(entry, "filepath"));
	jw_kv_str(w, "origin", str_text(&origin));
	jw_end(w, '}');
	str_fini(&origin);
}

/* An entry in which both have the same is not told. */
static bool
differs(struct entries *e, const char *name, const struct ynode *const v[static SIDES])
{
	struct tree_diff silent = e->keys;
	struct str out = {0}, json = {0};
	struct jw w;
	bool yes;
	if (!v[LEFT] || !v[RIGHT])
		return true;
	jw_init(&w, &json);
	jw_array(&w);
	e->keys.out = &out;
	e->keys.w = &w;
	yes = walk_entry(e, name, v) > 0;
	e->keys = silent;
	str_fini(&out);
	str_fini(&json);
	return yes;
}

static void
entry_json(struct entries *e, const char *name, const struct ynode *const v[static SIDES])
{
	struct jw *w = &e->w;
	jw_object(w);
	jw_kv_str(w, "name", name);
	jw_kv_str(w, "change", !v[LEFT] ? "added" : !v[RIGHT] ? "removed" : "changed");
	for (int s = LEFT; s < SIDES; s++) {
		jw_key(w, e->keys.side_names[s]);
		side_json(w, v[s]);
	}
	jw_key(w, "keys");
	jw_array(w);
	if (v[LEFT] && v[RIGHT])
		(void)walk_entry(e, name, v);
	jw_end(w, ']');
	jw_end(w, '}');
}

static void
entry_text(struct entries *e, const char *name, const struct ynode *const v[static SIDES])
{
	str_addf(&e->out, "%c ", !v[LEFT] ? '+' : !v[RIGHT] ? '-' : '~');
	term_add_safe(&e->out, name);
	str_addc(&e->out, '\n');
	if (v[LEFT] && v[RIGHT]) {
		/* both places, whatever differs in them */
		for (int s = LEFT; s < SIDES; s++) {
			str_addf(&e->out, "    %-*s  at ", e->keys.width, e->keys.env[s]);
			tree_origin(&e->out, v[s]);
			str_addc(&e->out, '\n');
		}
		(void)walk_entry(e, name, v);
		return;
	}
	const enum side side = v[LEFT] ? LEFT : RIGHT;
	const char *type = text_of(v[side], "type"), *path = text_of(v[side], "filepath");
	str_addf(&e->out, "    %-*s  ", e->keys.width, e->keys.env[side]);
	term_add_safe(&e->out, type ? type : "-");
	str_addc(&e->out, ' ');
	term_add_safe(&e->out, path ? path : "-");
	str_add(&e->out, "  # ");
	tree_origin(&e->out, v[side]);
	str_addc(&e->out, '\n');
}

static void
compare(struct entries *e)
{
	size_t n;
	const char **names = names_of(e->sides, &n);
	for (size_t i = 0; i < n; i++) {
		const struct ynode *v[SIDES] = {yaml_get(e->sides->p[LEFT]->catalog, names[i]),
			yaml_get(e->sides->p[RIGHT]->catalog, names[i])};
		if (!differs(e, names[i], v))
			continue;
		++*(!v[LEFT] ? &e->added : !v[RIGHT] ? &e->removed : &e->changed);
		if (e->keys.json)
			entry_json(e, names[i], v);
		else
			entry_text(e, names[i], v);
	}
	free(names);
}

static void
answer(struct app *a, struct entries *e)
{
	e->keys.out = &e->out;
	e->keys.w = &e->w;
	tree_diff_sides(&e->keys, e->sides);
	if (e->keys.json) {
		answer_begin(a, &e->w, &e->out);
		jw_object(&e->w);
		jw_kv_str(&e->w, "from", e->keys.env[LEFT]);
		jw_kv_str(&e->w, "to", e->keys.env[RIGHT]);
		jw_key(&e->w, "entries");
		jw_array(&e->w);
		compare(e);
		jw_end(&e->w, ']');
		jw_end(&e->w, '}');
		answer_end(&e->w, &e->out);
		return;
	}
	compare(e);
	(void)fputs(str_text(&e->out), stdout);
	if (!a->g.quiet)
		(void)fprintf(stderr, "%s to %s: %zu changed, %zu added, %zu removed\n",
			e->keys.env[LEFT], e->keys.env[RIGHT], e->changed, e->added, e->removed);
	str_fini(&e->out);
}

static int
run(struct app *a)
{
	const struct diff_args *args = a->opts;
	struct sides s = {
		.env = {args->from ? args->from : "base", args->to ? args->to : a->g.conf}};
	struct entries e = {.sides = &s,
		.keys = {.side_names = {"from", "to"}, .json = a->g.json, .indent = 4}};
	struct errs found = {0};
	int code = 0;
	if (sides_open(a, &s, &found) < 0) {
		code = report_all(a, &found);
	} else {
		answer(a, &e);
		if (args->exit_code && e.added + e.removed + e.changed)
			code = EXIT_DIFFERS;
	}
	sides_close(&s);
	return code;
}

static const char *const examples[] = {"mlflow-c catalog diff --to prod",
	"what production has elsewhere", "mlflow-c catalog diff --from test --to prod",
	"any two environments", NULL};
static const struct opt opts[] = {
	{"from", 0, OPT_STR, offsetof(struct diff_args, from), "ENV", "the one side; default base"},
	{"to", 0, OPT_STR, offsetof(struct diff_args, to), "ENV",
		"the other side; default that of --conf"},
	{"exit-code", 0, OPT_FLAG, offsetof(struct diff_args, exit_code), NULL,
		"exit 10 if there are differences"},
	{0},
};
const struct cmd cmd_catalog_diff = {
	.name = "catalog diff",
	.args = "",
	.summary = "How catalogs of two environments differ.",
	.examples = examples,
	.opts = opts,
	.opts_size = sizeof(struct diff_args),
	.run = run,
};
