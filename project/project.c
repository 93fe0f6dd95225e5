/* SPDX-License-Identifier: Apache-2.0
 * Opening a project: root, environment, and the five trees of its configuration.
 *
 * Each kind of tree goes through the same steps, and all kinds reach a step before the next begins,
 * since references cross trees:
 *
 *	conf/base --.
 *	            overlay -- --params (parameters) -- ${...} -- secrets tagged, `_keys` dropped
 *	conf/<env> -'
 *
 * After project_open nothing here changes. */
#include "project/parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void
tag_secret(struct ynode *n)
{
	n->secret = true;
	for (size_t i = 0; n->kind == Y_LIST && i < n->n; i++)
		tag_secret(n->u.items[i]);
	for (size_t i = 0; n->kind == Y_MAP && i < n->n; i++)
		tag_secret(n->u.pairs[i].value);
}

/* Keys that begin with `_` are for references only; parameters keep them, as in Kedro,
 * and `__default__` is the name of a pipeline. */
static void
drop_private(struct ynode *map)
{
	size_t n = 0;

	for (size_t i = 0; i < map->n; i++)
		if (map->u.pairs[i].key[0] != '_' || str_eq(map->u.pairs[i].key, "__default__"))
			map->u.pairs[n++] = map->u.pairs[i];
	map->n = n;
}

/* Credentials that stand in an entry of the catalog itself, not by their name. */
static void
tag_inline(struct ynode *catalog)
{
	for (size_t i = 0; i < catalog->n; i++) {
		const struct ynode *entry = catalog->u.pairs[i].value;
		struct ynode *n = entry->kind == Y_MAP ? yaml_get(entry, "credentials") : NULL;

		if (n && n->kind == Y_MAP)
			tag_secret(n);
	}
}

/* Reads base and environment of every kind and lays one over the other. */
static void
read_trees(struct project *p, struct ynode *trees[static CONF_KINDS], struct errs *found)
{
	enum merge_rule rules[CONF_KINDS] = {[CONF_SETTINGS] = MERGE_DEEP};

	for (enum conf_kind k = 0; k < CONF_KINDS; k++) {
		struct ynode *base = conf_read(&p->arena, p->rootfd, "base", k, found);
		struct ynode *over = yaml_new(&p->arena, Y_MAP, base->at);

		if (!str_eq(p->env, "base"))
			over = conf_read(&p->arena, p->rootfd, p->env, k, found);
		trees[k] = conf_overlay(&p->arena, base, over, rules[k]);
		if (k == CONF_SETTINGS) /* they come first, because they say how the others merge */
			conf_rules(trees[k], rules, found);
	}
}

static void
load(struct project *p, const struct project_opts *opts, struct errs *found)
{
	struct ynode *trees[CONF_KINDS], *runtime;

	read_trees(p, trees, found);
	settings_check(trees[CONF_SETTINGS], found);
	runtime = params_runtime(&p->arena, p->root, opts->params_file, opts->params, found);
	trees[CONF_PARAMS] = conf_overlay(&p->arena, trees[CONF_PARAMS], runtime, MERGE_DEEP);
	exposed_check(p, trees[CONF_CREDENTIALS]);
	interpolate(&p->arena, trees, runtime, found);
	tag_secret(trees[CONF_CREDENTIALS]);
	tag_inline(trees[CONF_CATALOG]);
	for (enum conf_kind k = 0; k < CONF_KINDS; k++)
		if (k != CONF_PARAMS)
			drop_private(trees[k]);
	p->settings = trees[CONF_SETTINGS];
	p->params = trees[CONF_PARAMS];
	p->catalog = trees[CONF_CATALOG];
	p->pipelines = trees[CONF_PIPELINES];
	p->credentials = trees[CONF_CREDENTIALS];
}

/* Adds the files of conf/<env>/contracts with one ending, or the folders in it: what comes later wins.
 * Reading the folder once is cheaper than asking for every dataset. */
static void
add_contracts(struct project *p, const char *env, const char *ending, struct errs *found)
{
	const char *folder = arena_printf(&p->arena, "conf/%s/contracts", env);
	struct err e = {0};
	int fd = file_open(p->rootfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, false, &e);
	bool none = fd < 0 && errno == ENOENT;
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *f;

	while (d && (errno = 0, f = readdir(d))) {
		size_t len = strlen(f->d_name), tail = strlen(ending);

		if (*f->d_name == '.' || len <= tail || !str_ends(f->d_name, ending) ||
			(!tail && strchr(f->d_name, '.')))
			continue;
		map_put(&p->contracts, arena_strndup(&p->arena, f->d_name, len - tail),
			arena_printf(&p->arena, "%s/%s", folder, f->d_name));
	}
	/* a contract that was not seen would not be kept */
	if (fd >= 0 && (!d || errno))
		err_errno(&e, MLC_FILE, "cannot list `%s`", folder);
	if (e.code && !none)
		errs_add(found, &e);
	if (d)
		(void)closedir(d);
	else if (fd >= 0)
		close(fd);
}

static void
find_contracts(struct project *p, struct errs *found)
{
	static const char *const endings[] = {"", ".yaml", ".yml"};

	for (size_t i = 0; i < 3; i++)
		add_contracts(p, "base", endings[i], found);
	for (size_t i = 0; i < 3 && !str_eq(p->env, "base"); i++)
		add_contracts(p, p->env, endings[i], found);
}

int
project_open(struct project **out, const struct project_opts *opts, struct errs *found)
{
	struct project *p = mem_alloc(sizeof(*p));
	size_t before = found->n + found->dropped;
	struct err e = {0};

	*out = NULL;
	if (project_find_root(opts->dir, &p->root, &p->rootfd, &e) != 0 ||
		env_choose(&p->arena, p->rootfd, opts->env, &p->env, &e) != 0)
		errs_add(found, &e);
	else {
		load(p, opts, found);
		find_contracts(p, found);
	}
	if (found->n + found->dropped > before) {
		project_close(p);
		return -1;
	}
	*out = p;
	return 0;
}

void
project_close(struct project *p)
{
	if (!p)
		return;
	if (p->rootfd >= 0)
		close(p->rootfd);
	free(p->root);
	map_fini(&p->contracts);
	errs_fini(&p->warnings);
	arena_fini(&p->arena);
	free(p);
}

struct ynode *
project_param(const struct project *p, const char *dotted)
{
	return *dotted ? yaml_path(p->params, dotted) : p->params;
}

const char *
project_contract(const struct project *p, const char *dataset)
{
	size_t n = strcspn(dataset, "@"); /* name@csv and name@json are one dataset */
	char name[129];

	if (p->contracts.n == 0 || n >= sizeof name)
		return NULL;
	(void)snprintf(name, sizeof name, "%.*s", (int)n, dataset);
	return map_get(&p->contracts, name);
}

const char *
project_setting(const struct project *p, const char *dotted, const char *def)
{
	const struct ynode *n = yaml_path(p->settings, dotted);

	return n && n->kind != Y_NULL && yaml_str(n) ? yaml_str(n) : def;
}
