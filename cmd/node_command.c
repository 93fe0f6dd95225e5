/* SPDX-License-Identifier: Apache-2.0
 * For node list and node describe: the nodes of the project's pipelines that are programs. */
#include "cmd/node.h"

/* The nodes of all pipelines together. A project whose pipelines are wrong has plugins to show all the
 * same. */
void
commands_load(struct app *a, struct loaded *l)
{
	const struct ynode *all = a->project->pipelines;
	struct errs found = {0};
	struct str names = {0};
	for (size_t i = 0; i < all->n; i++)
		if (!str_eq(all->u.pairs[i].key, "__default__"))
			str_addf(&names, "%s%s", i ? "," : "", all->u.pairs[i].key);
	memset(l, 0, sizeof(*l));
	int rc = names.len ? pipeline_load(&l->arena, a->project, names.s, &l->spec, &found) : 0;
	if (rc < 0 && !a->g.quiet)
		(void)fprintf(
			stderr, "the nodes of pipelines are left out: see mlflow-c validate\n");
	errs_fini(&found);
	str_fini(&names);
	if (rc < 0)
		l->spec.n = 0;
}

const struct spec_node *
commands_next(const struct loaded *l, size_t *i)
{
	while (*i < l->spec.n) {
		const struct spec_node *n = &l->spec.nodes[(*i)++];
		if (n->command)
			return n;
	}
	return NULL;
}

static void
ports_json(struct jw *w, const char *key, const struct spec_port *p, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		jw_kv_str(w, "name", p[i].port);
		jw_kv_str(w, "dataset", p[i].dataset);
		jw_end(w, '}');
	}
	jw_end(w, ']');
}

void
command_json(struct jw *w, const struct spec_node *n)
{
	jw_object(w);
	jw_kv_str(w, "name", n->name);
	jw_kv_str(w, "pipeline", n->pipeline);
	jw_key(w, "command");
	yaml_to_json(w, n->command, false);
	ports_json(w, "inputs", n->inputs, n->n_inputs);
	ports_json(w, "outputs", n->outputs, n->n_outputs);
	jw_kv_str(w, "params", n->params);
	jw_end(w, '}');
}

static void
print_ports(const char *title, const struct spec_port *p, size_t n)
{
	if (n)
		(void)printf("\n%s:\n", title);
	for (size_t i = 0; i < n; i++)
		(void)printf("  %-14s %s\n", p[i].port, p[i].dataset);
}

static void
print_command(const struct spec_node *n)
{
	struct str line = {0};
	for (size_t i = 0; i < n->command->n; i++) {
		str_add(&line, i ? " " : "");
		term_add_safe(&line, yaml_str(n->command->u.items[i]));
	}
	(void)printf("%s: runs %s\npipeline %s, %s:%d\n", n->name, str_text(&line), n->pipeline,
		n->at.file, n->at.line);
	print_ports("inputs", n->inputs, n->n_inputs);
	print_ports("outputs", n->outputs, n->n_outputs);
	if (n->params)
		(void)printf("\nparameters: all of `%s`\n", n->params);
	str_fini(&line);
}

static const struct spec_node *
find(const struct loaded *l, const char *name)
{
	const struct spec_node *n;
	size_t i = 0;
	while ((n = commands_next(l, &i)) && !str_eq(n->name, name))
		;
	return n;
}

bool
command_is(struct app *a, const char *name)
{
	struct loaded l;
	commands_load(a, &l);
	bool is = find(&l, name);
	loaded_fini(&l);
	return is;
}

bool
command_describe(struct app *a, const char *name)
{
	struct loaded l;
	struct str out = {0};
	struct jw w;
	commands_load(a, &l);
	const struct spec_node *n = find(&l, name);
	if (n && a->g.json) {
		answer_begin(a, &w, &out);
		jw_array(&w);
		command_json(&w, n);
		jw_end(&w, ']');
		answer_end(&w, &out);
	} else if (n)
		print_command(n);
	loaded_fini(&l);
	return n != NULL;
}
