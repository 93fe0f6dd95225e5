/* SPDX-License-Identifier: Apache-2.0
 * One node alone, in this process, on files: for writing and debugging it.
 *
 * No run, no record, no isolation: what a debugger wants. Outputs are published as in a run, so a
 * node that fails leaves the old files as they were. */
#include <unistd.h>

#include "pipeline/job.h"
#include "pipeline/plan.h"

/* The dataset a file name means for a port. */
static int
dataset_of(struct arena *a, const struct mlf_port *port, const char *path,
	const struct dataset **out, struct err *e)
{
	const char *type = catalog_type_of_file(path);
	char cwd[4096] = "";
	if (path[0] != '/' && !getcwd(cwd, sizeof(cwd)))
		return err_errno(e, MLC_FILE, "cannot tell the working folder");
	if (!type)
		type = port->kind == MLF_MODEL ? "model" : "bytes";
	struct dataset *d = dataset_of_file(a, port->name, path, type);
	if (path[0] != '/')
		d->path = arena_printf(a, "%s/%s", cwd, path);
	if (port->kind == MLF_TABLE && d->kind != MLF_TABLE) {
		err_set(e, MLC_USAGE, "port `%s` is a table, and %s is none", port->name, path);
		return err_help(e, "name a .csv, .jsonl or .arrow file");
	}
	*out = d;
	return 0;
}

/* The file given for a port, or NULL. */
static const char *
file_for(const struct alone_file *files, size_t n, const char *port)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(files[i].port, port))
			return files[i].path;
	return NULL;
}

static int
check_files(const struct mlf_port *ports, const struct alone_file *files, size_t n,
	const char *what, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct mlf_port *p = ports;
		while (p && p->name && !str_eq(p->name, files[i].port))
			p++;
		if (!p || !p->name)
			return err_set(
				e, MLC_PORT, "the node has no %s port `%s`", what, files[i].port);
	}
	return 0;
}

static int
bind(struct arena *a, const struct alone_opts *o, const struct mlf_node *def, struct job *j,
	struct err *e)
{
	size_t n_in = plugin_ports(def->inputs), n_out = plugin_ports(def->outputs);
	j->inputs = arena_alloc(a, (n_in + 1) * sizeof(*j->inputs));
	j->outputs = arena_alloc(a, (n_out + 1) * sizeof(*j->outputs));
	if (check_files(def->inputs, o->in, o->n_in, "input", e) < 0 ||
		check_files(def->outputs, o->out, o->n_out, "output", e) < 0)
		return -1;
	for (size_t i = 0; i < n_in; i++) {
		const struct mlf_port *p = &def->inputs[i];
		struct job_input *in = &j->inputs[j->n_inputs++];
		const char *path = file_for(o->in, o->n_in, p->name);
		*in = (struct job_input){.port = p->name,
			.kind = p->kind,
			.optional = p->flags & MLF_OPTIONAL,
			.absent = !path,
			.dataset = p->name};
		if (!path && !in->optional)
			return err_set(e, MLC_USAGE, "input `%s` needs a file: --in %s=FILE",
				p->name, p->name);
		if (path && dataset_of(a, p, path, &in->entry, e) < 0)
			return -1;
		if (path && !dataset_exists(in->entry, o->project->rootfd))
			return err_set(e, MLC_DATA_MISSING, "input `%s`: there is no file %s",
				p->name, path);
	}
	for (size_t i = 0; i < n_out; i++) {
		const struct mlf_port *p = &def->outputs[i];
		struct job_output *out = &j->outputs[j->n_outputs++];
		const char *path = file_for(o->out, o->n_out, p->name);
		*out = (struct job_output){.port = p->name,
			.kind = p->kind,
			.dataset = p->name,
			.optional = p->flags & MLF_OPTIONAL};
		if (!path && p->kind != MLF_TABLE && (!out->optional || p->kind == MLF_PATH))
			return err_set(e, MLC_USAGE, "output `%s` needs a file: --out %s=FILE",
				p->name, p->name);
		if (path && dataset_of(a, p, path, &out->entry, e) < 0)
			return -1;
	}
	return 0;
}

static int
publish(struct arena *a, int rootfd, const struct done *done, struct err *e)
{
	struct publish_item *items = arena_alloc(a, (done->n_data + 1) * sizeof(*items));
	size_t n = 0;
	for (size_t i = 0; i < done->n_data; i++) {
		const struct done_data *d = &done->data[i];
		if (d->output && d->stage)
			items[n++] = (struct publish_item){
				d->stage, d->target, d->hash, d->folder, d->outside, NULL, NULL};
	}
	return n ? publish_all(rootfd, items, n, e) : 0;
}

/* The node's parameters: the subtree of parameters.yml named like it, else its defaults. */
static int
params(struct arena *a, const struct alone_opts *o, const struct mlf_node *def, struct job *j,
	struct err *e)
{
	struct spec_node spec = {.name = def->name, .plugin = o->node};
	struct plan_node node = {.spec = &spec, .def = def};
	struct errs found = {0};
	const struct ynode *tree = project_param(o->project, def->name);
	if (tree && tree->kind == Y_MAP)
		spec.params = def->name;
	plan_params(a, o->project, &node, &found);
	j->params = node.params;
	int rc = found.n ? -1 : 0;
	if (found.n)
		*e = found.v[0];
	errs_fini(&found);
	return rc;
}

int
node_run_alone(const struct alone_opts *o, struct err *e)
{
	struct arena a = {0};
	struct plugin plugin;
	struct done done = {0};
	struct job j = {.root = o->project->root,
		.rootfd = o->project->rootfd,
		.run_id = "00000000000000000000000000000000",
		.run_folder = "runs/alone",
		.plugin = o->plugin,
		.seed = 1,
		.now_ms = o->now_ms};
	struct job_host host = {.segs = segs_new(SEGS_PRIVATE, 0), .ctl = -1};
	int rc = plugin_load(&a, j.root, o->plugin, NULL, &plugin, e);
	const struct mlf_node *def = rc == 0 ? plugin_node(&plugin.info, o->node) : NULL;
	if (rc == 0 && !def && plugin.info.n == 1)
		def = &plugin.info.nodes[0];
	if (rc == 0 && !def)
		rc = err_set(
			e, MLC_PLUGIN_UNKNOWN, "plugin %s has no node `%s`", o->plugin, o->node);
	if (rc == 0) {
		j.node = j.def = def->name;
		rc = bind(&a, o, def, &j, e);
	}
	if (rc == 0)
		rc = params(&a, o, def, &j, e);
	if (rc == 0) {
		job_run(&j, def, &host, &a, &done);
		*e = done.err;
		param_place(o->project, &(struct spec_node){.params = def->name}, e);
		rc = done.err.code ? -1 : publish(&a, j.rootfd, &done, e);
	}
	for (size_t i = 0; rc == 0 && o->metric && i < done.n_metrics; i++)
		o->metric(o->arg, done.metrics[i].key, done.metrics[i].value);
	segs_free(host.segs);
	arena_fini(&a);
	return rc;
}
