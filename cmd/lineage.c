/* SPDX-License-Identifier: Apache-2.0
 * A face that shows the run to OpenLineage: one START and one COMPLETE, FAIL or ABORT of the run and of
 * every node that ran. Nodes that never began (skipped, cached, cancelled before) have no events; further
 * attempts of a node are the same run of it.
 *
 * What is open stands in a journal in the run's folder, so that lineage_dead.c can close it. */
#include "cmd/lineage.h"

#include <fcntl.h>
#include <unistd.h>

#include "cmd/view.h"

struct node_lineage {
	bool begun;
	struct str inputs, outputs; /* as on record */
};
struct lineage_run {
	struct app *app;
	struct lineage_asked asked;
	struct lineage_out out;
	struct masks masks;
	struct node_lineage *nodes; /* owned, one per plan node */
	size_t n_nodes;
	int journal;              /* -1: none */
	const struct run_id *run; /* NULL: it has not begun */
};

/* ---- the journal */

static void
journal_path(const struct run_id *run, struct str *out)
{
	str_addf(out, "%s/" LINEAGE_JOURNAL, run->folder);
}

static void
journal_add(struct lineage_run *l, struct str *line)
{
	struct err ignored;
	str_addc(line, '\n');
	if (l->journal >= 0)
		(void)!file_write_all(l->journal, line->s, line->len, &ignored);
	str_fini(line);
}

static void
journal_open(struct lineage_run *l, const struct plan *p)
{
	struct str path = {0}, line = {0};
	struct err ignored;
	struct jw w;
	journal_path(l->run, &path);
	l->journal = file_open(
		p->project->rootfd, path.s, O_WRONLY | O_CREAT | O_APPEND, false, &ignored);
	jw_init(&w, &line);
	jw_object(&w);
	jw_kv_str(&w, "run_id", l->run->id);
	jw_kv_str(&w, "namespace", l->asked.namespace_);
	jw_kv_str(&w, "pipeline", p->graph->spec->name);
	jw_kv_str(&w, "file", l->asked.file);
	jw_end(&w, '}');
	journal_add(l, &line);
	str_fini(&path);
}

static void
journal_node(struct lineage_run *l, const char *key, const char *node)
{
	struct str line = {0};
	struct jw w;
	jw_init(&w, &line);
	jw_object(&w);
	jw_kv_str(&w, key, node);
	jw_end(&w, '}');
	journal_add(l, &line);
}

static void
journal_close(struct lineage_run *l)
{
	struct str path = {0};
	if (l->journal < 0)
		return;
	journal_path(l->run, &path);
	close(l->journal);
	l->journal = -1;
	(void)unlinkat(l->app->project->rootfd, path.s, 0);
	str_fini(&path);
}

/* ---- events */

static void
emit(struct view *v, enum ol_type type, struct ol_event *e, const char *error)
{
	struct lineage_run *l = v->lineage;
	struct str json = {0}, masked = {0};
	e->type = type;
	e->time_ms = view_time_ms(v);
	e->run_id = l->run->id;
	e->namespace_ = l->asked.namespace_;
	e->pipeline = v->plan->graph->spec->name;
	e->version = MLFLOW_C_VERSION;
	if (error)
		masks_add(&l->masks, error, &masked);
	e->error = error ? str_text(&masked) : NULL;
	ol_event_json(e, &json);
	lineage_out_add(&l->out, &json);
	str_fini(&json);
	str_fini(&masked);
}

static void
started(struct view *v)
{
	struct lineage_run *l = v->lineage;
	struct ol_event e = {
		.description = pipeline_description(v->app, v->plan->graph->spec->name)};
	l->run = v->run;
	l->n_nodes = v->plan->n;
	l->nodes = mem_alloc((l->n_nodes + 1) * sizeof(*l->nodes));
	journal_open(l, v->plan);
	emit(v, OL_START, &e, NULL);
}

static struct ol_datasets
datasets(const struct view *v, size_t i, const struct node_fact *facts, bool outputs)
{
	return (struct ol_datasets){.plan = v->plan,
		.node = &v->plan->nodes[i],
		.facts = facts,
		.version = MLFLOW_C_VERSION,
		.outputs = outputs};
}

static void
list_datasets(struct view *v, size_t i, const struct node_fact *facts)
{
	struct node_lineage *n = &v->lineage->nodes[i];
	struct ol_datasets in = datasets(v, i, facts, false), out = datasets(v, i, facts, true);
	str_reset(&n->inputs);
	str_reset(&n->outputs);
	ol_datasets_json(&in, &n->inputs);
	ol_datasets_json(&out, &n->outputs);
}

static void
node_started(struct view *v, size_t i)
{
	struct node_lineage *n = &v->lineage->nodes[i];
	if (n->begun)
		return;
	n->begun = true;
	list_datasets(v, i, NULL);
	struct ol_event e = {.node = view_name(v, i), .inputs = &n->inputs, .outputs = &n->outputs};
	journal_node(v->lineage, "began", e.node);
	emit(v, OL_START, &e, NULL);
}

static void
node_facts(struct view *v, size_t i, const struct node_fact *f)
{
	if (v->lineage->nodes[i].begun)
		list_datasets(v, i, f);
}

static void
node_ended(struct view *v, size_t i, const struct node_result *r)
{
	struct node_lineage *n = &v->lineage->nodes[i];
	struct ol_event e = {.node = view_name(v, i), .inputs = &n->inputs, .outputs = &n->outputs};
	if (!n->begun)
		return;
	if (r->status == NODE_OK)
		emit(v, OL_COMPLETE, &e, NULL);
	else if (node_failed(r->status))
		emit(v, OL_FAIL, &e, r->err ? r->err->msg : node_status_name(r->status));
	else
		emit(v, OL_ABORT, &e, NULL);
	journal_node(v->lineage, "ended", e.node);
}

const struct face lineage_face = {
	.name = "lineage",
	.started = started,
	.node_started = node_started,
	.node_facts = node_facts,
	.node_ended = node_ended,
};

/* ---- from beginning to end */

struct lineage_run *
lineage_open(struct app *a, const struct lineage_asked *asked)
{
	if (!asked->file && !asked->url)
		return NULL;
	struct lineage_run *l = mem_alloc(sizeof(*l));
	*l = (struct lineage_run){.app = a, .asked = *asked, .journal = -1};
	masks_collect(&l->masks, a->project, asked->key);
	lineage_out_open(&l->out, asked);
	return l;
}

struct telling {
	struct view *v;
	struct run_result *r;
};

/* As the runner's warnings: shown, in the answer, on record. */
static void
tell(void *arg, const char *text)
{
	struct telling *t = arg;
	struct run_result *r = t->r;
	struct str key = {0};
	struct err ignored;
	if (!t->v->run)
		return;
	view_warn(t->v, text);
	r->warnings = mem_resize(r->warnings, (r->n_warnings + 1) * sizeof(char *));
	r->warnings[r->n_warnings++] = mem_strdup(text);
	str_addf(&key, "mlflow_c.warning.%zu", r->n_warnings);
	const struct tag tag = {key.s, text};
	(void)!run_tags(t->v->app->store, &r->id, &tag, 1, &ignored);
	str_fini(&key);
}

void
lineage_end(struct view *v, struct run_result *r)
{
	struct lineage_run *l = v->lineage;
	struct telling t = {v, r};
	struct ol_event e = {0};
	if (!l)
		return;
	if (l->run && r->status == RUN_OK)
		emit(v, OL_COMPLETE, &e, NULL);
	else if (l->run && r->status == RUN_CANCELLED)
		emit(v, OL_ABORT, &e, NULL);
	else if (l->run)
		emit(v, OL_FAIL, &e, r->err.code ? r->err.msg : run_status_name(r->status));
	if (l->run)
		journal_close(l);
	lineage_out_close(&l->out, tell, &t);
}

void
lineage_close(struct lineage_run *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n_nodes; i++) {
		str_fini(&l->nodes[i].inputs);
		str_fini(&l->nodes[i].outputs);
	}
	free(l->nodes);
	masks_fini(&l->masks);
	free(l);
}
