/* SPDX-License-Identifier: Apache-2.0
 * A node that is a program, before the run: its arguments taken apart, everything they name looked up.
 *
 *	{input:PORT} {output:PORT}    paths, known when the node starts
 *	{param:KEY}                   of the node's parameters, known now
 *	{file:PATH}                   a file of the project
 *	an argument that as a whole is the name of a file of the project   the same
 *
 * Anything else in braces is text. Files of the project are given by absolute paths and are part of
 * the node's hash, which takes the place of a plugin's. */
#include "pipeline/command.h"

#include <unistd.h>

#include "pipeline/program.h"

struct taking { /* one command apart */
	const struct command_in *c;
	struct plan_node *node;
	const struct ynode *arg; /* the one at hand */
	const struct ynode *params;
	struct str argv, files, basis; /* what becomes argv and files; what is hashed */
	struct jw argv_w, files_w;
	struct str text; /* of the piece at hand */
	struct map seen; /* files */
	bool bad;
};

static void
report(struct taking *t, struct err *e, const char *label)
{
	err_at(e, &t->arg->at, label);
	errs_add(t->c->found, e);
	t->bad = true;
}

/* ---- files of the project */

/* Adds the file to those that are hashed, once. False: there is no such file. */
static bool
take_file(struct taking *t, const char *path)
{
	char hash[HASH_SHA_HEX];
	struct err e;
	if (map_has(&t->seen, path))
		return true;
	int fd = program_file(t->c->in->project->rootfd, path);
	if (fd < 0)
		return false;
	if (hash_sha256_fd(fd, hash, &e) < 0)
		report(t, &e, NULL);
	else {
		map_put(&t->seen, path, t);
		jw_kv_str(&t->files_w, path, hash);
		str_addf(&t->basis, "%s %s\n", hash, path);
	}
	close(fd);
	return true;
}

/* ---- pieces of an argument */

static void
end_text(struct taking *t)
{
	if (t->text.len)
		jw_str(&t->argv_w, str_text(&t->text));
	str_reset(&t->text);
}

static void
take_port(struct taking *t, const char *what, const char *name)
{
	const struct spec_node *n = t->node->spec;
	bool input = str_eq(what, "input");
	const struct spec_port *ports = input ? n->inputs : n->outputs;
	size_t count = input ? n->n_inputs : n->n_outputs;
	struct map names = {0};
	struct err e;
	for (size_t i = 0; i < count; i++)
		map_put(&names, ports[i].port, t);
	if (map_has(&names, name)) {
		end_text(t);
		jw_object(&t->argv_w);
		jw_kv_str(&t->argv_w, what, name);
		jw_end(&t->argv_w, '}');
	} else {
		const char *near = map_near(&names, name);
		err_set(&e, MLC_PORT, "node `%s` has no %s `%s`", n->name, what, name);
		if (near)
			err_help(&e, "did you mean `%s`?", near);
		else
			err_help(&e, "name it under `%ss:`", what);
		report(t, &e, NULL);
	}
	map_fini(&names);
}

static void
take_param(struct taking *t, const char *what, const char *key)
{
	struct err e;
	const struct ynode *v = t->params ? yaml_path(t->params, key) : NULL;
	(void)what;
	if (v && yaml_str(v)) {
		str_add(&t->text, yaml_str(v));
	} else if (v) {
		struct jw w;
		jw_init(&w, &t->text);
		yaml_to_json(&w, v, false);
	} else {
		err_set(&e, MLC_PARAM, "node `%s` has no parameter `%s`", t->node->spec->name, key);
		if (t->node->spec->params)
			err_help(&e, "its parameters are those under `%s:` in parameters.yml",
				t->node->spec->params);
		else
			err_help(&e, "give it some: `params: KEY`, a key of parameters.yml");
		report(t, &e, NULL);
	}
}

static void
take_named_file(struct taking *t, const char *what, const char *path)
{
	struct err e;
	(void)what;
	if (take_file(t, path)) {
		str_addf(&t->text, "%s/%s", t->c->in->project->root, path);
		return;
	}
	err_set(&e, MLC_PROGRAM, "node `%s` wants the file %s, and there is none",
		t->node->spec->name, path);
	err_help(&e, "paths are from the folder of the project");
	report(t, &e, NULL);
}

static const struct {
	const char *what;
	void (*take)(struct taking *t, const char *what, const char *name);
} placeholders[] = {{"input", take_port}, {"output", take_port}, {"param", take_param},
	{"file", take_named_file}};

/* Takes a placeholder at p; its length, or 0 if there is none. */
static size_t
take_placeholder(struct taking *t, const char *p)
{
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(*placeholders); i++) {
		const char *what = placeholders[i].what;
		size_t n = strlen(what);
		if (strncmp(p + 1, what, n) != 0 || p[n + 1] != ':')
			continue;
		size_t name = strcspn(p + n + 2, "{}");
		if (p[n + 2 + name] != '}')
			return 0;
		char *copy = arena_strndup(t->c->a, p + n + 2, name);
		placeholders[i].take(t, what, copy);
		return n + 3 + name;
	}
	return 0;
}

static void
take_argument(struct taking *t, size_t index)
{
	const char *p = yaml_str(t->arg);
	str_addf(&t->basis, "%zu %s\n", strlen(p), p);
	jw_array(&t->argv_w);
	bool program = index == 0 && !strchr(p, '/'); /* looked up along PATH */
	if (!program && take_file(t, p)) {
		jw_str(&t->argv_w, arena_printf(t->c->a, "%s/%s", t->c->in->project->root, p));
	} else {
		while (*p) {
			size_t n = *p == '{' && index ? take_placeholder(t, p) : 0;
			if (!n)
				str_addc(&t->text, *p);
			p += n ? n : 1;
		}
		end_text(t);
	}
	jw_end(&t->argv_w, ']');
}

static void
find_program(struct taking *t)
{
	const char *name = yaml_str(t->arg);
	struct err e;
	t->node->program = program_find(t->c->a, t->c->in->project->root, name);
	if (t->node->program)
		return;
	err_set(&e, MLC_PROGRAM, "node `%s` runs `%s`, and there is no such program",
		t->node->spec->name, name);
	int fd = program_file(t->c->in->project->rootfd, name);
	const char *label = strchr(name, '/') ? "not there" : "not in PATH";
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && strchr(name, '/')) {
		err_help(&e, "allow it: chmod +x %s", name);
		label = "may not be executed";
	} else if (fd >= 0)
		err_help(&e, "it is looked up along PATH; the file of the project is ./%s", name);
	else
		err_help(&e, "install it, or give its path from the folder of the project");
	report(t, &e, label);
}

/* ---- kinds: of the entry, as declared, or what the node at the other end takes it for */

static enum mlf_kind
declared(const struct spec_node *n, const char *port)
{
	const struct mlf_dataset_type *type = catalog_type(yaml_str(yaml_get(n->types, port)));
	return type ? type->kind : 0;
}

/* What node i of the plan takes the dataset for; 0: it does not know. */
static enum mlf_kind
kind_there(const struct command_in *c, int i, const char *dataset, bool output)
{
	const struct plan_node *n = i < 0 ? NULL : &c->plan->nodes[i];
	const struct spec_port *ports = n ? output ? n->spec->outputs : n->spec->inputs : NULL;
	size_t count = n ? output ? n->spec->n_outputs : n->spec->n_inputs : 0;
	for (size_t k = 0; k < count; k++) {
		if (!str_eq(ports[k].dataset, dataset))
			continue;
		if (!n->def)
			return n->spec->command ? declared(n->spec, ports[k].port) : 0;
		const struct mlf_port *p =
			plan_find_port(output ? n->def->outputs : n->def->inputs, &ports[k], k);
		return p ? p->kind : 0;
	}
	return 0;
}

static enum mlf_kind
kind_of(const struct command_in *c, const struct plan_node *node, const struct spec_port *s,
	bool input)
{
	const struct dataset *d = s->param ? NULL : catalog_get(c->in->catalog, s->dataset);
	enum mlf_kind kind = d && d->path ? d->kind : declared(node->spec, s->port);
	if (s->param)
		return MLF_JSON;
	const struct graph_dataset *g = graph_dataset(c->in->graph, s->dataset);
	if (!kind && input && g->producer >= 0)
		kind = kind_there(c, c->place[g->producer], s->dataset, true);
	for (size_t i = 0; !kind && !input && i < g->n_readers; i++)
		kind = kind_there(c, c->place[g->readers[i]], s->dataset, false);
	return kind ? kind : MLF_TABLE;
}

static const struct mlf_port *
make_ports(struct taking *t, bool input)
{
	const struct spec_node *n = t->node->spec;
	const struct spec_port *spec = input ? n->inputs : n->outputs;
	size_t count = input ? n->n_inputs : n->n_outputs;
	struct mlf_port *ports = arena_alloc(t->c->a, (count + 1) * sizeof(*ports));
	struct map names = {0};
	for (size_t i = 0; i < count; i++) {
		struct err e;
		ports[i].name = spec[i].port;
		ports[i].kind = kind_of(t->c, t->node, &spec[i], input);
		if (str_is_name(spec[i].port) && map_put(&names, spec[i].port, t))
			continue;
		err_set(&e, MLC_PORT, "node `%s`: %s `%s` %s", n->name, input ? "input" : "output",
			spec[i].port,
			str_is_name(spec[i].port) ? "is there twice" : "cannot be its name");
		err_help(&e, "name it: `%ss: {NAME: %s}`", input ? "input" : "output",
			spec[i].dataset);
		err_at(&e, &spec[i].at, NULL);
		errs_add(t->c->found, &e);
		t->bad = true;
	}
	map_fini(&names);
	return ports;
}

/* ---- the whole */

static void
describe(struct taking *t)
{
	struct plan_node *node = t->node;
	struct mlf_node *def = arena_alloc(t->c->a, sizeof(*def));
	struct plugin_info *info = arena_alloc(t->c->a, sizeof(*info));
	*def = command_node;
	def->inputs = make_ports(t, true);
	def->outputs = make_ports(t, false);
	*info = (struct plugin_info){.path = node->spec->plugin, .nodes = def, .n = 1};
	hash_sha256(str_text(&t->basis), t->basis.len, info->hash);
	node->argv = arena_strdup(t->c->a, str_text(&t->argv));
	node->files = arena_strdup(t->c->a, str_text(&t->files));
	node->plugin = info;
	if (!t->bad)
		node->def = def;
}

int
command_bind(const struct command_in *c, struct plan_node *node)
{
	struct taking t = {.c = c, .node = node};
	const struct ynode *list = node->spec->command;
	if (node->spec->params)
		t.params = project_param(c->in->project, node->spec->params);
	jw_init(&t.argv_w, &t.argv);
	jw_init(&t.files_w, &t.files);
	jw_array(&t.argv_w);
	jw_object(&t.files_w);
	for (size_t i = 0; i < list->n; i++) {
		t.arg = list->u.items[i];
		if (i == 0)
			find_program(&t);
		take_argument(&t, i);
	}
	jw_end(&t.argv_w, ']');
	jw_end(&t.files_w, '}');
	describe(&t);
	str_fini(&t.argv);
	str_fini(&t.files);
	str_fini(&t.basis);
	str_fini(&t.text);
	map_fini(&t.seen);
	return t.bad ? -1 : 0;
}

/* ---- types of what is in memory */

static struct plan_port *
port_called(const struct plan_node *node, const char *name)
{
	for (size_t i = 0; i < node->n_inputs; i++)
		if (str_eq(node->inputs[i].port->name, name))
			return &node->inputs[i];
	for (size_t i = 0; i < node->n_outputs; i++)
		if (str_eq(node->outputs[i].port->name, name))
			return &node->outputs[i];
	return NULL;
}

static void
declare_type(const struct command_in *c, struct plan_node *node, const struct ypair *pair)
{
	struct err e = {0};
	struct plan_port *port = port_called(node, pair->key);
	const struct mlf_dataset_type *type = catalog_type(yaml_str(pair->value));
	if (!port) {
		err_set(&e, MLC_PORT, "node `%s` has no port `%s`", node->spec->name, pair->key);
		err_at(&e, &pair->at, NULL);
	} else if (port->entry || port->value) {
		err_set(&e, MLC_CONF_VALUE, "`%s` is not in memory: %s", port->dataset,
			port->entry ? "its type is that of its entry in the catalog"
				    : "it is a parameter, and JSON");
		err_at(&e, &pair->at, NULL);
	} else if (!type || type->memory) {
		err_set(&e, MLC_DATASET_TYPE, "unknown dataset type `%s`",
			yaml_str(pair->value) ? yaml_str(pair->value) : "");
		err_at(&e, &pair->value->at, NULL);
		err_help(&e, "the types of the catalog, as csv, json, text or model");
	} else {
		port->type = type->name;
	}
	if (e.code)
		errs_add(c->found, &e);
}

void
command_types(const struct command_in *c, struct plan_node *node)
{
	const struct ynode *types = node->spec->types;
	for (size_t i = 0; types && i < types->n; i++)
		declare_type(c, node, &types->u.pairs[i]);
}
