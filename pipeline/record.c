/* SPDX-License-Identifier: Apache-2.0
 * What a run writes into the registry, and when.
 *
 *	run_begin           claim: row, lock, targets
 *	nodes that publish  one commit each, together with the end of their intents
 *	all other nodes     in groups: one commit costs as much as many rows
 *	run_end             the last word
 *
 * Records wait in `pending` with the arena their texts live in; they are gone from here once they
 * are on disk. */
#include "pipeline/run.h"

#include <unistd.h>

#define GROUP 256
#define FLUSH_MS 100

uint64_t
run_memory_limit(const struct project *p)
{
	const char *set = project_setting(p, "memory", NULL);
	struct limit {
		int64_t memory;
	} limit = {0};
	static const struct yfield fields[] = {
		{"memory", YF_SIZE, false, offsetof(struct limit, memory), "memory for tables"},
		{0}};
	struct errs found = {0};
	struct ynode *only = NULL;
	struct arena a = {0};
	const struct ypair *pair = set ? yaml_pair(p->settings, "memory") : NULL;
	if (pair) {
		only = yaml_new(&a, Y_MAP, pair->at);
		yaml_put(&a, only, pair);
	}
	if (!only || yaml_fill(only, fields, &limit, "mlflow-c.yml", &found) < 0)
		limit.memory = (int64_t)sysconf(_SC_PHYS_PAGES) / 2 * sysconf(_SC_PAGESIZE);
	errs_fini(&found);
	arena_fini(&a);
	return (uint64_t)limit.memory;
}

/* ---- begin */

/* Every file the run may publish, for the lock between runs. */
static const char **
targets(struct arena *a, const struct plan *p)
{
	size_t n = 0, room = 1;
	for (size_t i = 0; i < p->n; i++)
		room += 2 * (p->nodes[i].n_outputs + p->nodes[i].n_inputs) +
			p->nodes[i].spec->n_confirms;
	const char **list = arena_alloc(a, room * sizeof(*list));
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_node *node = &p->nodes[i];
		for (size_t o = 0; o < node->n_outputs; o++) {
			if (node->outputs[o].entry)
				list[n++] = node->outputs[o].entry->path;
			if (node->outputs[o].quarantine)
				list[n++] = node->outputs[o].quarantine->path;
		}
		for (size_t o = 0; o < node->n_inputs; o++) {
			if (node->inputs[o].quarantine && !node->inputs[o].produced)
				list[n++] = node->inputs[o].quarantine->path;
			if (node->inputs[o].bad_lines && !node->inputs[o].produced)
				list[n++] = node->inputs[o].bad_lines->path;
		}
		for (size_t o = 0; o < node->spec->n_confirms; o++) {
			const struct dataset *d =
				catalog_get(p->catalog, node->spec->confirms[o].dataset);

			if (d && dataset_is_incremental(d))
				list[n++] = dataset_checkpoint(a, d)->path;
		}
	}
	return list;
}

static void
config_json(const struct project *p, struct str *out)
{
	struct jw w;
	jw_init(&w, out);
	jw_object(&w);
	jw_key(&w, "pipelines");
	secret_json(&w, p->pipelines);
	jw_key(&w, "catalog");
	secret_json(&w, p->catalog);
	jw_key(&w, "parameters");
	secret_json(&w, p->params);
	jw_key(&w, "settings");
	secret_json(&w, p->settings);
	jw_end(&w, '}');
}

/* The checked parameters of every node, as `node.key`. */
static int
record_params(struct run *r, struct arena *a, struct err *e)
{
	struct tag *v = NULL;
	size_t n = 0, cap = 0, len;
	const struct plan *p = r->o->plan;
	for (size_t i = 0; i < p->n; i++) {
		struct jr jr, one;
		const char *key, *json = p->nodes[i].params;
		if (!json || str_eq(json, "{}"))
			continue;
		jr_init(&jr, json, strlen(json));
		if (jr_object(&jr))
			while (jr_next(&jr, &key)) {
				v = mem_grow(v, &cap, n + 1, sizeof(*v));
				v[n].key = arena_printf(a, "%s.%s", p->nodes[i].spec->name, key);
				const char *raw = jr_raw(&jr, &len);
				v[n].value = arena_strndup(a, raw, len);
				jr_init(&one, v[n].value, len);
				if (jr_peek(&one) == J_STRING)
					v[n].value = arena_strdup(a, jr_str(&one));
				if (secret_by_name(v[n].key, v[n].value))
					v[n].value = "***";
				jr_fini(&one);
				n++;
			}
		jr_fini(&jr);
	}
	int rc = n ? run_params(r->o->store, &r->out->id, v, n, e) : 0;
	free(v);
	return rc;
}

/* mlflow-c.yml may fix the seed; otherwise chance gives one, and the record keeps it. */
static uint64_t
run_seed(const struct run *r)
{
	const struct ynode *n = yaml_get(r->o->plan->project->settings, "seed");
	return n && n->kind == Y_INT ? (uint64_t)n->v.i : clock_random(r->o->clock) >> 1;
}

int
record_begin(struct run *r, struct err *e)
{
	struct arena a = {0};
	struct str config = {0};
	const struct project *p = r->o->plan->project;
	r->seed = r->o->resume ? r->o->resume->seed : r->o->seed ? *r->o->seed : run_seed(r);
	config_json(p, &config);
	struct run_new n = {.name = r->o->name,
		.pipeline = r->o->plan->graph->spec->name,
		.env = p->env,
		.command = r->o->command,
		.config = str_text(&config),
		.options = r->o->options,
		.resumes = r->o->resume ? r->o->resume->name : NULL,
		.helper = r->o->zygote ? zygote_pid(r->o->zygote) : 0,
		.writes = targets(&a, r->o->plan),
		.seed = r->seed};
	int rc = run_begin(r->o->store, &n, &r->out->id, e);
	if (rc == 0 &&
		(record_params(r, &a, e) < 0 ||
			(r->o->n_tags &&
				run_tags(r->o->store, &r->out->id, r->o->tags, r->o->n_tags, e) <
					0))) {
		struct err ignored;
		(void)!run_end(r->o->store, &r->out->id, RUN_FAILED, &ignored);
		rc = -1;
	}
	r->pending = mem_alloc(GROUP * sizeof(*r->pending));
	if (rc < 0)
		free(r->pending);
	str_fini(&config);
	arena_fini(&a);
	return rc;
}

/* ---- nodes */

static const char *
error_json(struct arena *a, const struct err *err)
{
	struct str s = {0};
	struct jw w;
	if (!err)
		return NULL;
	jw_init(&w, &s);
	diag_json(&w, err);
	const char *copy = arena_strdup(a, str_text(&s));
	str_fini(&s);
	return copy;
}

const struct dataset *
aside_of(const struct slot *s, const char *name)
{
	for (size_t i = 0; i < s->j.n_inputs; i++) {
		const struct job_input *in = &s->j.inputs[i];

		if (in->quarantine && str_eq(in->quarantine->name, name))
			return in->quarantine;
		if (in->bad_lines && str_eq(in->bad_lines->name, name))
			return in->bad_lines;
	}
	for (size_t i = 0; i < s->j.n_outputs; i++)
		if (s->j.outputs[i].quarantine && str_eq(s->j.outputs[i].quarantine->name, name))
			return s->j.outputs[i].quarantine;
	for (size_t i = 0; i < s->j.n_confirms; i++)
		if (str_eq(s->j.confirms[i].entry->name, name))
			return s->j.confirms[i].entry;
	return NULL;
}

/* The catalog entry of the port a fact is about. */
static const struct dataset *
entry_of(const struct slot *s, const struct done_data *d)
{
	for (size_t i = 0; !d->output && i < s->j.n_inputs; i++)
		if (str_eq(s->j.inputs[i].port, d->port))
			return s->j.inputs[i].entry;
	for (size_t i = 0; d->output && i < s->j.n_outputs; i++)
		if (str_eq(s->j.outputs[i].port, d->port))
			return s->j.outputs[i].entry;
	return d->output ? aside_of(s, d->dataset) : NULL;
}

/* The hash of what was read or written; of an input that came from memory its writer knew it. */
static const char *
hash_of(struct slot *s, const struct done_data *d)
{
	const struct held *h = d->output || d->hash ? NULL : held_get(s->run, d->dataset);
	return h ? arena_strdup(&s->arena, h->hash) : d->hash;
}

static void
data_facts(struct slot *s, struct node_fact *f)
{
	struct data_fact *facts = arena_alloc(&s->arena, (s->done.n_data + 1) * sizeof(*facts));
	for (size_t i = 0; i < s->done.n_data; i++) {
		const struct done_data *d = &s->done.data[i];
		const struct dataset *entry = entry_of(s, d);
		if (!d->given)
			continue;
		facts[f->n_data++] = (struct data_fact){.dataset = d->dataset,
			.path = entry ? entry->path : NULL,
			.hash = hash_of(s, d),
			.schema = d->schema,
			.type = entry ? entry->type->name : "memory",
			.rows = d->rows,
			.bytes = (int64_t)d->bytes,
			.output = d->output,
			.contract = d->contract_json};
	}
	f->data = facts;
}

static struct node_fact
fact_of(struct slot *s)
{
	size_t i = task_index(s->run, s->task);
	const struct node_result *res = &s->run->out->nodes[i];
	const struct plan_node *n = s->task->node;
	struct node_fact f = {.name = n->spec->name,
		.plugin = n->plugin->path,
		.plugin_hash = n->plugin->hash,
		.status = node_status_name(res->status),
		.error = error_json(&s->arena, res->err),
		.order = (int)i,
		.attempts = res->attempts,
		.start_ms = s->start_ms,
		.wall_us = res->wall_us,
		.cpu_us = res->cpu_us,
		.rss_bytes = res->rss_bytes,
		.metrics = s->done.metrics,
		.n_metrics = s->done.n_metrics,
		.tags = s->done.tags,
		.n_tags = s->done.n_tags};
	if (res->status == NODE_OK && s->done.n_wishes == 0) /* a wish may yet fail */
		f.basis = changed_basis(s);
	data_facts(s, &f);
	return f;
}

static void
tell(const struct slot *s, const struct node_fact *f)
{
	const struct run_watch *w = &s->run->o->watch;
	if (w->node_facts)
		w->node_facts(w->arg, task_index(s->run, s->task), f);
}

int
record_published(struct slot *s, struct err *e)
{
	struct node_fact f = fact_of(s);
	if (intent_done(s->run->o->store, &s->run->out->id, &f, e) < 0)
		return -1;
	tell(s, &f);
	return 0;
}

static void
on_flush(uv_timer_t *t)
{
	struct err ignored;
	if (run_flush(t->data, &ignored) < 0)
		run_schedule(t->data);
}

static void
add_pending(struct run *r, struct node_fact f, struct arena a)
{
	struct err ignored;
	r->pending[r->n_pending++] = (struct pending){f, a};
	if (r->n_pending == 1 && r->exec)
		(void)uv_timer_start(&r->flush_timer, on_flush, FLUSH_MS, 0);
	if (r->n_pending == GROUP)
		(void)!run_flush(r, &ignored);
}

void
record_later(struct slot *s)
{
	struct node_fact f = fact_of(s);
	tell(s, &f);
	for (size_t i = 0; i < s->done.n_data; i++) { /* frames do not wait with the record */
		frame_unref(s->done.data[i].frame);
		s->done.data[i].frame = NULL;
	}
	add_pending(s->run, f, s->arena);
	s->arena = (struct arena){0};
	s->done.n_data = 0;
}

void
record_skipped(struct run *r, size_t i)
{
	const struct plan_node *n = r->tasks[i].node;
	const struct node_result *res = &r->out->nodes[i];
	struct arena a = {0};
	struct node_fact f = {.name = n->spec->name,
		.plugin = n->plugin->path,
		.plugin_hash = n->plugin->hash,
		.status = node_status_name(res->status),
		.error = error_json(&a, res->err),
		.order = (int)i,
		.attempts = res->attempts,
		.start_ms = clock_now_ms(r->o->clock)};
	add_pending(r, f, a);
}

int
run_flush(struct run *r, struct err *e)
{
	if (r->n_pending == 0)
		return 0;
	struct node_fact *facts = mem_alloc(r->n_pending * sizeof(*facts));
	for (size_t i = 0; i < r->n_pending; i++)
		facts[i] = r->pending[i].fact;
	int rc = run_nodes(r->o->store, &r->out->id, facts, r->n_pending, e);
	for (size_t i = 0; i < r->n_pending; i++)
		arena_fini(&r->pending[i].arena);
	r->n_pending = 0;
	free(facts);
	if (rc < 0) /* these records are lost, so the run cannot go on as if they were there */
		run_broken(r, e);
	return rc;
}

/* ---- end */

void
record_git(struct run *r, const char *json)
{
	static const char *const names[][2] = {{"commit", "mlflow.source.git.commit"},
		{"branch", "mlflow.source.git.branch"}, {"remote", "mlflow.source.git.repoURL"},
		{"dirty", "mlflow.source.git.dirty"}, {"unknown", "mlflow_c.git.unknown"},
		{"left_out", "mlflow_c.source.left_out"}};
	enum { N = sizeof names / sizeof names[0] };
	struct arena a = {0};
	struct tag tags[N];
	size_t n = 0;
	struct jr jr;
	const char *key;
	struct err e = {0};
	jr_init(&jr, json, strlen(json));
	if (jr_object(&jr))
		while (jr_next(&jr, &key)) {
			size_t i = 0;
			while (i < N && !str_eq(names[i][0], key))
				i++;
			enum jtype type = jr_peek(&jr);
			if (i == N || n == N || (type != J_STRING && type != J_BOOL)) {
				jr_skip(&jr);
				continue;
			}
			tags[n].key = names[i][1];
			if (type == J_BOOL)
				tags[n].value = jr_bool(&jr) ? "true" : "false";
			else
				tags[n].value = arena_strdup(&a, jr_str(&jr));
			n++;
		}
	jr_fini(&jr);
	if (n && run_tags(r->o->store, &r->out->id, tags, n, &e) < 0)
		run_broken(r, &e);
	arena_fini(&a);
}

int
record_end(struct run *r, struct err *e)
{
	free(r->pending);
	if (run_hooks_record(r, e) < 0) {
		struct err ignored;
		(void)!run_end(r->o->store, &r->out->id, RUN_FAILED, &ignored);
		return -1;
	}
	return run_end(r->o->store, &r->out->id, r->out->status, e);
}
