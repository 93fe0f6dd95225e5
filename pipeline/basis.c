/* SPDX-License-Identifier: Apache-2.0
 * What a node's result rests on, as the registry keeps it with each good run: a flat JSON object.
 *
 *	param KEY    value, as JSON; `secret` is not kept, and never equal to anything
 *	input PORT   dataset and a hash of its settings: path, catalog entry, contract
 *	output PORT  the same
 *	holds DATASET   hash of its content; `memory`, `absent`
 *	stamp DATASET   identity of the file that had this content, where there is one
 *	plugin node  which of the plugin's nodes it is
 *	seed         `seed:` of mlflow-c.yml
 *
 * The hash of the plugin is in the node's record already. A stamp is inode, size, mtime and ctime:
 * ctime cannot be set, so a file with the old stamp was not written to. A file that changed within
 * the clock's grain before it was looked at could change again unseen: it gets no stamp. */
#include "pipeline/basis.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GRAIN_NS 20000000 /* two ticks of the slowest kernel clock */
#define SECRET "secret"

void
basis_fini(struct basis *b)
{
	map_fini(&b->map);
}

const char *
basis_get(const struct basis *b, const char *kind, const char *name)
{
	struct str key = {0};
	str_addf(&key, "%s %s", kind, name);
	const char *value = map_get(&b->map, key.s);
	str_fini(&key);
	return value;
}

void
basis_put(struct arena *a, struct basis *b, const char *kind, const char *name, const char *value)
{
	struct str key = {0};
	str_addf(&key, "%s %s", kind, name);
	map_put(&b->map, key.s, arena_strdup(a, value));
	str_fini(&key);
}

/* ---- settings */

static void
put_params(struct arena *a, const char *json, struct basis *out)
{
	struct jr r;
	const char *key;
	size_t len;
	jr_init(&r, json ? json : "{}", json ? strlen(json) : 2);
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			char *name = arena_strdup(a, key);
			const char *raw = jr_raw(&r, &len);
			const char *value = arena_strndup(a, raw, len);
			bool secret = secret_by_name(name, value);
			basis_put(a, out, "param", name, secret ? SECRET : value);
		}
	jr_fini(&r);
}

/* Everything but its content that decides what a dataset is. */
static const char *
settings_of(struct arena *a, const struct plan *p, const struct plan_port *port)
{
	struct str text = {0};
	struct jw w;
	char hash[HASH_XXH_HEX];
	if (port->entry) {
		str_addf(&text, "%s\n", port->entry->path);
		jw_init(&w, &text);
		secret_json(&w, port->entry->entry);
	}
	if (port->value) /* parameters */
		str_add(&text, port->value);
	if (port->contract)
		contract_text(p->project->rootfd, port->contract, &text);
	hash_xxh3(str_text(&text), text.len, hash);
	str_fini(&text);
	return arena_printf(a, "%s %s", port->dataset, hash);
}

void
basis_settings(struct arena *a, const struct plan *p, const struct plan_node *n, struct basis *out)
{
	*out = (struct basis){0};
	basis_put(a, out, "plugin", "node", n->def->name);
	put_params(a, n->params, out);
	for (size_t i = 0; i < n->n_inputs; i++)
		basis_put(
			a, out, "input", n->inputs[i].port->name, settings_of(a, p, &n->inputs[i]));
	for (size_t i = 0; i < n->n_outputs; i++)
		basis_put(a, out, "output", n->outputs[i].port->name,
			settings_of(a, p, &n->outputs[i]));
	const char *seed = project_setting(p->project, "seed", NULL);
	if (seed)
		map_put(&out->map, "seed", arena_strdup(a, seed));
}

/* True for the keys that basis_settings makes. */
static bool
is_setting(const char *key)
{
	return !str_starts(key, "holds ") && !str_starts(key, "stamp ");
}

/* `key` has another value than before; what it was may be NULL. */
static const char *
in_words(struct arena *a, const char *key, const char *value, const char *old)
{
	const char *name = strchr(key, ' ');
	if (!name)
		return arena_printf(a, "%s changed", key);
	if (str_starts(key, "param ") && str_eq(value, SECRET))
		return arena_printf(a, "parameter%s is secret and cannot be compared", name);
	if (str_starts(key, "param "))
		return arena_printf(a, "parameter%s changed", name);
	int len = (int)strcspn(value, " ");
	if (old && (int)strcspn(old, " ") == len && strncmp(value, old, (size_t)len) == 0)
		return arena_printf(a, "settings of %.*s changed", len, value);
	return arena_printf(a, "%s is now %.*s", key, len, value);
}

const char *
basis_differs(struct arena *a, const struct basis *then, const struct basis *now)
{
	for (size_t i = 0; i < now->map.n; i++) {
		const char *key = now->map.keys[i], *value = now->map.values[i];
		const char *old = map_get(&then->map, key);
		if (is_setting(key) && (!str_eq(old, value) || str_eq(value, SECRET)))
			return in_words(a, key, value, old);
	}
	for (size_t i = 0; i < then->map.n; i++) {
		const char *key = then->map.keys[i];
		if (is_setting(key) && !map_has(&now->map, key))
			return arena_printf(a, "%s is gone", key);
	}
	return NULL;
}

/* ---- as text */

const char *
basis_text(struct arena *a, const struct basis *b)
{
	struct str s = {0};
	struct jw w;
	jw_init(&w, &s);
	jw_object(&w);
	for (size_t i = 0; i < b->map.n; i++)
		jw_kv_str(&w, b->map.keys[i], b->map.values[i]);
	jw_end(&w, '}');
	const char *text = arena_strdup(a, str_text(&s));
	str_fini(&s);
	return text;
}

bool
basis_parse(struct arena *a, const char *text, struct basis *out)
{
	struct jr r;
	struct err ignored;
	const char *key;
	*out = (struct basis){0};
	jr_init(&r, text, strlen(text));
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			char *name = arena_strdup(a, key);
			const char *value = jr_str(&r);
			map_put(&out->map, name, arena_strdup(a, value ? value : ""));
		}
	return jr_done(&r, &ignored) == 0;
}

/* ---- files */

bool
file_stamp(int rootfd, const struct dataset *d, bool ours, char stamp[STAMP_MAX])
{
	struct stat st;
	struct timespec now;
	struct err ignored;
	if (dataset_is_shared(d)) /* its file may change with other tables, or not at all yet */
		return false;
	int fd =
		file_open(rootfd, d->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, d->outside, &ignored);
	if (fd < 0)
		return false;
	bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		clock_gettime(CLOCK_REALTIME, &now) == 0;
	close(fd);
	if (!ok)
		return false;
	int64_t changed = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
	if (!ours && (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - changed < GRAIN_NS)
		return false;
	(void)snprintf(stamp, STAMP_MAX, "%llu:%lld:%lld.%09ld:%lld", (unsigned long long)st.st_ino,
		(long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		(long long)changed);
	return true;
}

bool
file_hash(int rootfd, const struct dataset *d, char hash[HASH_SHA_HEX])
{
	struct stat st;
	struct err ignored;
	if (dataset_is_shared(d))
		return dataset_content(d, rootfd, hash, &ignored) == 0;
	int fd =
		file_open(rootfd, d->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, d->outside, &ignored);
	if (fd < 0)
		return false;
	bool ok = fstat(fd, &st) == 0;
	if (ok && S_ISDIR(st.st_mode))
		ok = hash_tree(rootfd, d->path, hash, NULL, &ignored) == 0;
	else if (ok)
		ok = S_ISREG(st.st_mode) && hash_xxh3_fd(fd, hash, &ignored) == 0;
	close(fd);
	return ok;
}
