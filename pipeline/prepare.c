/* SPDX-License-Identifier: Apache-2.0
 * From a node of the plan to a job: where each input comes from at this moment, where each output
 * goes. Everything is in the slot's arena.
 *
 *	input held in memory      -> its frame or descriptor
 *	parameters                -> their JSON
 *	otherwise its file        -> the entry, the hash and schema of our last write, its contract
 *	optional and not there    -> absent
 */
#include "pipeline/run.h"

#include "pipeline/basis.h"
#include "pipeline/hook.h"
#include "pipeline/plugin.h"

/* Models, JSON, text and bytes that no catalog entry names live as files of the run's folder. */
static const struct dataset *
memory_entry(struct slot *s, const struct plan_port *p)
{
	static const char *const types[] = {NULL, NULL, "model", "json", "text", "bytes", "bytes"};
	if (p->entry || p->port->kind == MLF_TABLE)
		return p->entry;
	struct dataset *d = arena_alloc(&s->arena, sizeof(*d));
	d->name = p->dataset;
	d->type = catalog_type(types[p->port->kind]);
	d->kind = d->type->kind;
	d->path =
		arena_printf(&s->arena, "%s/" RUN_MEMORY "/%s", s->run->out->id.folder, p->dataset);
	d->entry = yaml_new(&s->arena, Y_MAP, p->at);
	return d;
}

/* What is known of a file before a node reads it. Whoever reads a table or bytes hashes them. */
static void
note_file(struct slot *s, struct job_input *in)
{
	char stamp[STAMP_MAX], hash[HASH_SHA_HEX];
	int rootfd = s->run->o->plan->project->rootfd;
	if (file_stamp(rootfd, in->entry, false, stamp))
		in->stamp = arena_strdup(&s->arena, stamp);
	if ((in->kind == MLF_MODEL || in->kind == MLF_PATH) && file_hash(rootfd, in->entry, hash))
		in->hash = arena_strdup(&s->arena, hash);
}

/* A dataset that should be there. A node may leave out an output it declares as optional. */
static int
missing(const struct plan_port *p, struct err *e)
{
	err_set(e, MLC_DATA_MISSING, "dataset `%s` does not exist%s", p->dataset,
		p->produced ? ": the node that writes it gave none" : "");
	err_at(e, &p->at, "read here");
	if (p->produced || !p->entry)
		return -1;
	if (p->entry->versioned)
		return err_help(e, "it has no version yet: run the node that writes it");
	return err_help(e, "%s %s, or run the node that writes it",
		dataset_is_remote(p->entry) ? "make" : "put the file at", p->entry->path);
}

static int
make_input(struct slot *s, const struct plan_port *p, struct job_input *in, struct err *e)
{
	struct run *r = s->run;
	const struct held *h = held_get(r, p->dataset);
	int rootfd = r->o->plan->project->rootfd;
	*in = (struct job_input){.port = p->port->name,
		.kind = p->port->kind,
		.optional = p->port->flags & MLF_OPTIONAL,
		.dataset = p->dataset,
		.value = p->value,
		.type = p->type};
	if (p->value)
		return 0;
	if (h) {
		in->entry = p->entry;
		in->frame = h->frame;
		in->frame_json = h->json;
		return 0;
	}
	in->entry = memory_entry(s, p);
	if (in->entry && dataset_is_registered(in->entry) &&
		run_registered(r, in->entry, &in->entry, e) < 0) {
		in->absent = in->optional && e->code == MLC_NOT_FOUND;
		return in->absent ? 0 : err_at(e, &p->at, "read here");
	}
	if (!in->entry || !dataset_exists(in->entry, rootfd)) {
		in->absent = in->optional;
		return in->absent ? 0 : missing(p, e);
	}
	if (dataset_is_incremental(in->entry) && !(in->upto = run_upto(r, in->entry, e)))
		return -1;
	if (!p->produced) {
		in->contract = p->contract;
		in->quarantine = p->quarantine;
		in->bad_lines = p->bad_lines;
	}
	if (p->entry && !map_has(&r->made, p->dataset))
		note_file(s, in);
	if (in->kind != MLF_TABLE)
		return 0;
	return store_written(r->o->store, &s->arena, in->entry->path, &in->known_hash,
		       &in->known_schema, e) < 0
		? -1
		: 0;
}

/* A seed of its own for every node, from the run's. FNV-1a, then a 64-bit mix. */
static uint64_t
node_seed(uint64_t seed, const char *name)
{
	uint64_t h = 1469598103934665603u ^ seed;
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 1099511628211u;
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
	h = (h ^ h >> 27) * 0x94d049bb133111ebu;
	return h ^ h >> 31;
}

static void
list_segments(struct slot *s)
{
	struct str json = {0};
	struct jw w;
	jw_init(&w, &json);
	jw_array(&w);
	for (size_t i = 0; i < s->j.n_inputs; i++) {
		const struct held *h = held_get(s->run, s->j.inputs[i].dataset);
		for (size_t k = 0; h && k < h->n_segs; k++)
			jw_i64(&w, (int64_t)h->segs[k]->id);
	}
	jw_end(&w, ']');
	s->j.segments = arena_strdup(&s->arena, str_text(&json));
	str_fini(&json);
}

static bool
bound(const struct plan_port *ports, size_t n, const struct mlf_port *port)
{
	for (size_t i = 0; i < n; i++)
		if (ports[i].port == port)
			return true;
	return false;
}

/* Inputs: those with a dataset, then the optional ones that nothing is connected to. */
static int
make_inputs(struct slot *s, struct err *e)
{
	const struct plan_node *n = s->task->node;
	struct job *j = &s->j;
	j->inputs = arena_alloc(
		&s->arena, (n->n_inputs + plugin_ports(n->def->inputs) + 1) * sizeof(*j->inputs));
	for (size_t i = 0; i < n->n_inputs; i++)
		if (make_input(s, &n->inputs[i], &j->inputs[j->n_inputs++], e) < 0)
			return -1;
	for (const struct mlf_port *p = n->def->inputs; p && p->name; p++)
		if (!bound(n->inputs, n->n_inputs, p))
			j->inputs[j->n_inputs++] = (struct job_input){.port = p->name,
				.kind = p->kind,
				.optional = true,
				.absent = true,
				.dataset = p->name};
	return 0;
}

/* Outputs: those with a dataset, then the optional ones, where tables go nowhere. */
static void
make_outputs(struct slot *s)
{
	const struct plan_node *n = s->task->node;
	struct job *j = &s->j;
	j->outputs = arena_alloc(&s->arena,
		(n->n_outputs + plugin_ports(n->def->outputs) + 1) * sizeof(*j->outputs));
	for (size_t i = 0; i < n->n_outputs; i++) {
		const struct plan_port *p = &n->outputs[i];
		j->outputs[j->n_outputs++] = (struct job_output){.port = p->port->name,
			.kind = p->port->kind,
			.dataset = p->dataset,
			.entry = memory_entry(s, p),
			.contract = p->contract,
			.quarantine = p->quarantine,
			.keep = p->readers > 0,
			.optional = p->port->flags & MLF_OPTIONAL,
			.type = p->type};
	}
	for (const struct mlf_port *p = n->def->outputs; p && p->name; p++)
		if (!bound(n->outputs, n->n_outputs, p)) {
			const struct plan_port nowhere = {.port = p,
				.dataset =
					arena_printf(&s->arena, "%s.%s", n->spec->name, p->name)};
			j->outputs[j->n_outputs++] = (struct job_output){.port = p->name,
				.kind = p->kind,
				.dataset = nowhere.dataset,
				.entry = memory_entry(s, &nowhere),
				.optional = true,
				.nowhere = p->kind == MLF_TABLE};
		}
}

static void
make_others(struct slot *s)
{
	const struct plan_node *n = s->task->node;
	struct job *j = &s->j;
	j->others = arena_alloc(&s->arena, (n->n_others + 1) * sizeof(*j->others));
	for (; j->n_others < n->n_others; j->n_others++)
		j->others[j->n_others] = (struct job_other){
			n->others[j->n_others].dataset, n->others[j->n_others].entry};
}

int
job_make(struct slot *s, struct err *e)
{
	const struct plan_node *n = s->task->node;
	const struct run *r = s->run;
	s->j = (struct job){.id = s->job,
		.root = r->o->plan->project->root,
		.rootfd = r->o->plan->project->rootfd,
		.run_id = r->out->id.id,
		.run_folder = r->out->id.folder,
		.node = n->spec->name,
		.run_name = r->out->id.name,
		.pipeline = r->o->plan->graph->spec->name,
		.conf = r->o->plan->project->env,
		.plugin = n->plugin->path,
		.def = n->def->name,
		.plugin_id = n->plugin->id,
		.plugin_hash = n->plugin->hash,
		.program = n->program,
		.argv = n->argv,
		.files = n->files,
		.params = n->params,
		.keep_bytes = r->held_bytes < r->held_limit ? r->held_limit - r->held_bytes : 0,
		.seed = node_seed(r->seed, n->spec->name),
		.now_ms = s->start_ms};
	if (make_inputs(s, e) < 0 || job_confirms(s, e) < 0)
		return -1;
	make_outputs(s);
	make_others(s);
	list_segments(s);
	s->j.hooks = hooks_of(&s->arena, r->o->plan, n, &s->j.n_hooks);
	return 0;
}
